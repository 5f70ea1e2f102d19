/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_rm.c - kist rm: forget containers */
#include <stdio.h>

#include "cli/each.h"

struct rm_args {
	bool force, volumes;
	const char *const *names;
};
#define ARGS rm_args

static const struct opt rm_opts[] = {
	FLAG('f', "force", force,
	     "kill one that runs; one that is not there is no error"),
	FLAG('v', "volumes", volumes,
	     "also what it alone had (always done: there is nothing else)"),
	REST("CONTAINER...", names, "their names, or the starts of their ids"),
	OPT_END,
};

static int rm_one(const struct kist *kist, const char *name, const void *args,
		  struct kist_error *err)
{
	const struct rm_args *a = args;
	int ret = kist_remove(kist, name, a->force, err);

	if (ret < 0 && a->force && err->id == KIST_E_CONTAINER_UNKNOWN)
		return 0;
	if (ret == 0)
		puts(name);
	return ret;
}

static int rm_run(void *global, const void *args, struct kist_error *err)
{
	const struct rm_args *a = args;

	return each_container(global, a->names, rm_one, a, err);
}

const struct command cmd_rm = {
	.name = "rm",
	.group = "containers",
	.summary = "forget containers, with their logs and what they changed",
	.see = "kist-stop(1)",
	.example = "kist rm -f web",
	.opts = rm_opts,
	.args_size = sizeof(struct rm_args),
	.run = rm_run,
};
