/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_mnt.c - kist mnt: mounts of any mount namespace; add, rm, share */
#include <stdio.h>

#include <kist/mnt.h>

#include "cli/cmd_mnt.h"
#include "cli/kist.h"
#include "cli/steps.h"

/* ---- add ---- */

struct add_args {
	struct kist_mnt_add add;
	bool dry_run;
};
#define ARGS add_args

static const struct opt add_opts[] = {
	OPERAND("TARGET", opt_string, add.target,
		"whose mounts: a process, a container, a named set …"),
	MAYBE("SRC:DST[:OPTIONS]", opt_string, add.volume,
	      "what of ours, and where to: /data:/data:ro"),
	OPT(0, "tmpfs", "DST[:OPTIONS]", opt_string, add.tmpfs,
	    "a new, empty one in memory instead: /scratch:size=64m"),
	FLAG('n', "dry-run", dry_run, "only tell what would be done"),
	OPT_END,
};
#undef ARGS

static int add_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct add_args *a = args;
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	bool spreads = false;
	int ret;

	if (!a->add.volume && !a->add.tmpfs)
		return err_set(err, KIST_E_USAGE,
			       "say what to mount: SRC:DST, or --tmpfs DST");
	if (a->add.volume && a->add.tmpfs)
		return err_set(err, KIST_E_USAGE,
			       "SRC:DST and --tmpfs do not go together");
	ret = kist_mnt_add(&g->kist, &a->add, &spreads, &trace, err);
	if (ret == 0 && spreads && !g->quiet)
		fprintf(stderr, "kist: note: it is in a shared mount: other "
				"namespaces see it, too ('kist mnt tree "
				"--peers')\n");
	return ret;
}

static const struct command mnt_add = {
	.name = "mnt add",
	.summary = "put a directory, a file or a tmpfs into a running "
		   "namespace",
	.see = "mount(8), open_tree(2), move_mount(2)",
	.example = "kist mnt add web /data:/data:ro",
	.notes =
		"SRC is a path here, DST one below the root of TARGET; what is "
		"missing of DST is made, and what is there is covered. Options: "
		"ro (all of it), nosuid, nodev, noexec, noatime …, bind "
		"(without what is mounted below SRC), private, shared, slave, "
		"unbindable, idmap (ids as the user namespace of TARGET has "
		"them). A tmpfs takes size, mode, nr_inodes … and belongs to "
		"the root user of TARGET.\n\n"
		"Symbolic links of TARGET never lead out of its root. The mount "
		"goes with the namespace, or with 'kist mnt rm'.\n\n"
		"In a dry run the moving of a mount into another namespace is "
		"a comment: no program of a usual system does that.",
	.opts = add_opts,
	.args_size = sizeof(struct add_args),
	.run = add_run,
};

/* ---- rm ---- */

struct rm_args {
	const char *target, *path;
	bool lazy, dry_run;
};
#define ARGS rm_args

static const struct opt rm_opts[] = {
	OPERAND("TARGET", opt_string, target, "whose mounts"),
	OPERAND("DST", opt_string, path, "where it is mounted there"),
	FLAG('l', "lazy", lazy,
	     "also if it is in use: it goes when nobody uses it any more"),
	FLAG('n', "dry-run", dry_run, "only tell what would be done"),
	OPT_END,
};
#undef ARGS

static int rm_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct rm_args *a = args;
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);

	return kist_mnt_remove(&g->kist, a->target, a->path, a->lazy, &trace,
			       err);
}

static const struct command mnt_rm = {
	.name = "mnt rm|remove",
	.summary = "take away what was mounted last at a path",
	.see = "umount(8)",
	.example = "kist mnt rm web /data",
	.opts = rm_opts,
	.args_size = sizeof(struct rm_args),
	.run = rm_run,
};

/* ---- share ---- */

struct share_args {
	const char *target, *path, *how;
	bool recursive, dry_run;
};
#define ARGS share_args

static const char *const how_words[] = { "private", "slave", "shared",
					 "unbindable", NULL };

static const struct opt share_opts[] = {
	OPERAND("TARGET", opt_string, target, "whose mounts"),
	OPERAND("PATH", opt_string, path, "where it is mounted there"),
	{ .kind = OPT_OPERAND,
	  .value = "HOW",
	  .read = opt_string,
	  .offset = offsetof(struct share_args, how),
	  .help = "private: nothing comes or goes; slave: changes come; "
		  "shared: both ways; unbindable: private, and no bind mounts",
	  .words = how_words },
	FLAG('r', "recursive", recursive, "also the mounts below"),
	FLAG('n', "dry-run", dry_run, "only tell what would be done"),
	OPT_END,
};
#undef ARGS

static int share_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct share_args *a = args;
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);

	return kist_mnt_share(&g->kist, a->target, a->path, a->how,
			      a->recursive, &trace, err);
}

static const struct command mnt_share = {
	.name = "mnt share",
	.summary = "set whether changes of mounts are propagated",
	.see = "mount_namespaces(7)",
	.example = "kist mnt share . / slave -r",
	.notes = "A slave of what was shared with nobody is private: there is "
		 "nothing it could receive.",
	.opts = share_opts,
	.args_size = sizeof(struct share_args),
	.run = share_run,
};

/* ---- the family ---- */

static const struct command *const mnt_verbs[] = {
	&mnt_tree, &mnt_add, &mnt_rm, &mnt_share, &mnt_diff, NULL,
};

const struct command cmd_mnt = {
	.name = "mnt",
	.group = "namespaces",
	.summary = "mounts of any mount namespace",
	.see = "mount_namespaces(7), findmnt(8)",
	.example = "kist mnt tree 1",
	.verbs = mnt_verbs,
};
