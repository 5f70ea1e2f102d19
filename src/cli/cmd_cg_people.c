/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_cg_people.c - kist cg mv, freeze, thaw, kill, exec: processes of groups */
#include <signal.h>
#include <stdio.h>

#include <kist/cgroup.h>

#include "cli/cg.h"
#include "cli/steps.h"

static struct kist_trace trace_of(const struct kist_global *g, bool dry_run)
{
	return steps_to(dry_run, dry_run ? stdout : g->quiet ? NULL : stderr);
}

/* ---- mv ---- */

struct mv_args {
	bool dry_run, thread;
	const char *group;
	const char *const *whats;
};
#define ARGS mv_args

static const struct opt mv_opts[] = {
	FLAG('t', "thread", thread, "the numbers are of single threads"),
	FLAG('n', "dry-run", dry_run, "print the steps as shell lines"),
	OPERAND("GROUP", opt_string, group, "where to"),
	REST("PID|TARGET...", whats, "whom"),
	OPT_END,
};
#undef ARGS

static int mv_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct mv_args *a = args;
	struct kist_trace trace = trace_of(g, a->dry_run);

	if (!a->whats)
		return err_set(err, KIST_E_USAGE,
			       "move whom? A process is missing");
	return kist_cg_move(&g->kist, a->group, a->whats, a->thread, &trace,
			    err);
}

const struct command cmd_cg_mv = {
	.name = "cg mv",
	.summary = "move processes or threads into a control group",
	.see = "kist-cg-exec(1), kist-cg-procs(1)",
	.example = "kist cg mv /build $$",
	.notes = CG_GROUP_NOTES
	"\n\nA process is moved in every hierarchy the group is in. "
	"TARGET is whatever 'kist enter' takes. Memory stays charged "
	"where it was used first.",
	.opts = mv_opts,
	.args_size = sizeof(struct mv_args),
	.run = mv_run,
};

/* ---- freeze, thaw ---- */

struct one_args {
	bool dry_run;
	int signal;
	const char *group;
};
#define ARGS one_args

static const struct opt one_opts[] = {
	FLAG('n', "dry-run", dry_run, "print the steps as shell lines"),
	OPERAND("GROUP", opt_string, group, "which"),
	OPT_END,
};

static const struct opt kill_opts[] = {
	OPT('s', "signal", "SIGNAL", opt_signal, signal,
	    "which one (default: KILL)"),
	FLAG('n', "dry-run", dry_run, "print the steps as shell lines"),
	OPERAND("GROUP", opt_string, group, "which"),
	OPT_END,
};
#undef ARGS

static int freeze_run(void *global, const void *args, struct kist_error *err)
{
	const struct one_args *a = args;
	struct kist_trace trace = trace_of(global, a->dry_run);

	return kist_cg_freeze(a->group, true, &trace, err);
}

static int thaw_run(void *global, const void *args, struct kist_error *err)
{
	const struct one_args *a = args;
	struct kist_trace trace = trace_of(global, a->dry_run);

	return kist_cg_freeze(a->group, false, &trace, err);
}

static int kill_run(void *global, const void *args, struct kist_error *err)
{
	const struct one_args *a = args;
	struct kist_trace trace = trace_of(global, a->dry_run);

	return kist_cg_kill(a->group, a->signal, &trace, err);
}

const struct command cmd_cg_freeze = {
	.name = "cg freeze",
	.summary = "stop all processes of a control group",
	.see = "kist-cg-thaw(1)",
	.example = "kist cg freeze /build",
	.notes = CG_GROUP_NOTES
	"\n\nReturns when all in the group and below are stopped. "
	"cgroup.freeze on v2, freezer.state on v1.",
	.opts = one_opts,
	.args_size = sizeof(struct one_args),
	.run = freeze_run,
};

const struct command cmd_cg_thaw = {
	.name = "cg thaw",
	.summary = "let the processes of a frozen control group go on",
	.see = "kist-cg-freeze(1)",
	.example = "kist cg thaw /build",
	.notes = CG_GROUP_NOTES,
	.opts = one_opts,
	.args_size = sizeof(struct one_args),
	.run = thaw_run,
};

const struct command cmd_cg_kill = {
	.name = "cg kill",
	.summary = "end all processes of a control group and below",
	.see = "kist-cg-rm(1), signal(7)",
	.example = "kist cg kill /build",
	.notes = CG_GROUP_NOTES "\n\nWith KILL it returns when nobody is left.",
	.opts = kill_opts,
	.args_size = sizeof(struct one_args),
	.defaults = &(const struct one_args){ .signal = SIGKILL },
	.run = kill_run,
};

/* ---- exec ---- */

struct exec_args {
	bool dry_run;
	const char *group;
	const char *const *command;
};
#define ARGS exec_args

static const struct opt exec_opts[] = {
	FLAG('n', "dry-run", dry_run, "print the steps as shell lines"),
	OPERAND("GROUP", opt_string, group, "where"),
	REST("COMMAND", command, "what to run there"),
	OPT_END,
};
#undef ARGS

static int exec_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct exec_args *a = args;
	/* what the command prints is not to be mixed with steps */
	struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);

	(void)g;
	if (!a->command)
		return err_set(err, KIST_E_USAGE,
			       "run what? A command is missing");
	return kist_cg_exec(a->group, a->command, &trace, err);
}

const struct command cmd_cg_exec = {
	.name = "cg exec",
	.summary = "run a command inside a control group",
	.see = "kist-limit(1), kist-cg-mv(1)",
	.example = "kist cg exec . -- true",
	.notes = CG_GROUP_NOTES
	"\n\nThe command begins inside, so nothing it starts or uses "
	"is outside. Its exit status is kist's.",
	.opts = exec_opts,
	.args_size = sizeof(struct exec_args),
	.run = exec_run,
};
