/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_cg_mount.c - kist cg mount, umount: hierarchies */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kist/cgroup.h>

#include "cli/cg.h"
#include "cli/steps.h"

static struct kist_trace trace_of(const struct kist_global *g, bool dry_run)
{
	return steps_to(dry_run, dry_run ? stdout : g->quiet ? NULL : stderr);
}

struct mount_args {
	bool dry_run;
	const char *const *words;
};
#define ARGS mount_args

static const struct opt mount_opts[] = {
	FLAG('n', "dry-run", dry_run, "print the steps as shell lines"),
	REST("WHAT=DIR...", words, "memory=DIR, cpu,cpuacct=DIR, name=X=DIR"),
	OPT_END,
};

static const struct opt umount_opts[] = {
	FLAG('n', "dry-run", dry_run, "print the steps as shell lines"),
	REST("DIR...", words, "where, or what: memory, name=X"),
	OPT_END,
};
#undef ARGS

/* "name=X=/dir": the place begins behind the first "=/", or the last '='. */
static int mount_one(const char *word, const struct kist_trace *trace,
		     struct kist_error *err)
{
	const char *equals = strstr(word, "=/");
	char *what;
	int ret;

	if (!equals)
		equals = strrchr(word, '=');
	if (!equals || equals == word || !equals[1] ||
	    (strncmp(word, "name=", 5) == 0 && equals == word + 4)) {
		ret = err_set(err, KIST_E_USAGE,
			      "'%.200s' does not say what is mounted where",
			      word);
		err_hint(err, "write memory=/cgroup/memory, or "
			      "name=X=/cgroup/x");
		return ret;
	}
	what = strndup(word, (size_t)(equals - word));
	if (!what)
		return err_nomem(err);
	ret = kist_cg_mount(what, equals + 1, trace, err);
	free(what);
	return ret;
}

static int mount_run(void *global, const void *args, struct kist_error *err)
{
	const struct mount_args *a = args;
	struct kist_trace trace = trace_of(global, a->dry_run);
	int ret = 0;

	if (!a->words)
		return err_set(err, KIST_E_USAGE,
			       "mount what? WHAT=DIR is missing");
	for (const char *const *word = a->words; ret == 0 && *word; word++)
		ret = mount_one(*word, &trace, err);
	return ret;
}

static int umount_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct mount_args *a = args;
	struct kist_trace trace = trace_of(g, a->dry_run);
	int ret = 0;

	if (!a->words)
		return err_set(err, KIST_E_USAGE,
			       "unmount what? DIR is missing");
	for (const char *const *word = a->words; ret == 0 && *word; word++) {
		int64_t groups = 0;

		ret = kist_cg_umount(*word, &trace, &groups, err);
		if (ret == 0 && groups && !g->quiet)
			fprintf(stderr,
				"# %" PRId64 " group%s below its root: the "
				"hierarchy lives on, mounted nowhere\n",
				groups, groups == 1 ? " is" : "s are");
	}
	return ret;
}

const struct command cmd_cg_mount = {
	.name = "cg mount",
	.summary = "mount a v1 hierarchy: one controller, several, or a name",
	.see = "kist-cg-umount(1), kist-cg-ls(1), cgroups(7)",
	.example = "kist cg mount memory=/cgroup/memtest",
	.notes = "A controller is in one hierarchy at a time, always together "
		 "with the same others; that one may be mounted in several "
		 "places. 'v2=DIR' mounts the unified one.\n\n"
		 "DIR is made if it is not there. If its first folder is not "
		 "there either (/cgroup), that becomes a small tmpfs, so that "
		 "nothing is on disk; the steps shown say so.",
	.opts = mount_opts,
	.args_size = sizeof(struct mount_args),
	.run = mount_run,
};

const struct command cmd_cg_umount = {
	.name = "cg umount",
	.summary = "unmount a hierarchy, and remove what was made for it",
	.see = "kist-cg-mount(1)",
	.example = "kist cg umount /cgroup/memtest",
	.notes = "A hierarchy with groups lives on without a mount; they are "
		 "there again when it is mounted.",
	.opts = umount_opts,
	.args_size = sizeof(struct mount_args),
	.run = umount_run,
};
