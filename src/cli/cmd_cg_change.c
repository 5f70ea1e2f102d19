/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_cg_change.c - kist cg new, set, rm: groups made, set and removed */
#include <stdio.h>

#include <kist/cgroup.h>

#include "cli/cg.h"
#include "cli/steps.h"

/* Every file that is written is shown; of a dry run that is the result. */
static struct kist_trace trace_of(const struct kist_global *g, bool dry_run)
{
	return steps_to(dry_run, dry_run ? stdout : g->quiet ? NULL : stderr);
}

/* ---- new ---- */

struct new_args {
	struct kist_cg_new make;
	bool dry_run;
};
#define ARGS new_args

static const struct opt new_opts[] = {
	OPT('o', "owner", "USER[:GROUP]", opt_string, make.owner,
	    "whose the directory and its files are"),
	FLAG(0, "delegate", make.delegate,
	     "give only what a delegated group needs, not its limits"),
	FLAG(0, "threaded", make.threaded, "for single threads (v2)"),
	FLAG(0, "leaf", make.leaf,
	     "move processes that are in the way to GROUP/kist-leaf (v2)"),
	FLAG('e', "exist-ok", make.exists_ok, "no error if it is there"),
	FLAG('n', "dry-run", dry_run, "print the steps as shell lines"),
	OPERAND("GROUP", opt_string, make.group, "what to make"),
	REST("FILE=VALUE...", make.values, "files to write"),
	OPT_END,
};
#undef ARGS

static int new_run(void *global, const void *args, struct kist_error *err)
{
	const struct new_args *a = args;
	struct kist_trace trace = trace_of(global, a->dry_run);

	return kist_cg_new(&a->make, &trace, err);
}

const struct command cmd_cg_new = {
	.name = "cg new",
	.summary = "make a control group, with the controllers it needs",
	.see = "kist-cg-set(1), kist-cg-rm(1), cgroups(7)",
	.example = "kist cg new /build pids.max=500",
	.notes = CG_GROUP_NOTES
	"\n\nWithout controllers in GROUP it is made in the "
	"hierarchies of the files given, or in all. On v2 controllers "
	"are enabled in every group on the way. Each step is shown on "
	"standard error, unless -q is before the verb: 'kist -q cg "
	"new'.\n\n"
	"cgroup v2 has processes in the leaves of the tree alone. "
	"Processes of the own session that are in the way are moved "
	"to a group 'kist-leaf'; those of others only with --leaf.",
	.opts = new_opts,
	.args_size = sizeof(struct new_args),
	.run = new_run,
};

/* ---- set ---- */

struct set_args {
	bool dry_run, leaf;
	const char *group;
	const char *const *values;
};
#define ARGS set_args

static const struct opt set_opts[] = {
	FLAG(0, "leaf", leaf,
	     "move processes that are in the way to GROUP/kist-leaf (v2)"),
	FLAG('n', "dry-run", dry_run, "print the steps as shell lines"),
	OPERAND("GROUP", opt_string, group, "which"),
	REST("FILE=VALUE...", values, "files to write"),
	OPT_END,
};
#undef ARGS

static int set_run(void *global, const void *args, struct kist_error *err)
{
	const struct set_args *a = args;
	struct kist_trace trace = trace_of(global, a->dry_run);

	if (!a->values)
		return err_set(err, KIST_E_USAGE,
			       "set what? FILE=VALUE is "
			       "missing");
	return kist_cg_set(a->group, a->values, a->leaf, &trace, err);
}

const struct command cmd_cg_set = {
	.name = "cg set",
	.summary = "write files of a control group, in the kernel's order",
	.see = "kist-cg-get(1), kist-cg-convert(1), cgroups(7)",
	.example = "kist cg set --dry-run / cgroup.subtree_control=+pids",
	.notes = CG_GROUP_NOTES
	"\n\nValues are the kernel's own. They are written in the "
	"order the kernel wants: memory.limit_in_bytes before "
	"memory.memsw.limit_in_bytes or after it, cpuset.cpus before "
	"cpuset.mems before tasks. Controllers of v2 that a file "
	"needs are enabled on the way.",
	.opts = set_opts,
	.args_size = sizeof(struct set_args),
	.run = set_run,
};

/* ---- rm ---- */

struct rm_args {
	bool dry_run, recursive, move_up;
	const char *const *groups;
};
#define ARGS rm_args

static const struct opt rm_opts[] = {
	FLAG('r', "recursive", recursive, "groups below too"),
	FLAG('u', "move-up", move_up,
	     "move processes to the group above first"),
	FLAG('n', "dry-run", dry_run, "print the steps as shell lines"),
	REST("GROUP...", groups, "which"),
	OPT_END,
};
#undef ARGS

static int rm_run(void *global, const void *args, struct kist_error *err)
{
	const struct rm_args *a = args;
	struct kist_trace trace = trace_of(global, a->dry_run);

	if (!a->groups)
		return err_set(err, KIST_E_USAGE,
			       "remove what? GROUP is "
			       "missing");
	return kist_cg_remove(a->groups, a->recursive, a->move_up, &trace, err);
}

const struct command cmd_cg_rm = {
	.name = "cg rm",
	.summary = "remove control groups",
	.see = "kist-cg-new(1), kist-cg-kill(1)",
	.example = "kist cg rm -r /build",
	.notes = CG_GROUP_NOTES
	"\n\nEverything is looked at before the first is removed: a "
	"process or a group in the way leaves all as it is.",
	.opts = rm_opts,
	.args_size = sizeof(struct rm_args),
	.run = rm_run,
};
