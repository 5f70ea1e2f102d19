/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_wait.c - kist wait: until containers have ended */
#include <stdio.h>

#include "cli/each.h"

struct wait_args {
	const char *const *names;
};
#define ARGS wait_args

static const struct opt wait_opts[] = {
	REST("CONTAINER...", names, "their names, or the starts of their ids"),
	OPT_END,
};

static int wait_one(const struct kist *kist, const char *name, const void *args,
		    struct kist_error *err)
{
	int status;
	int ret = kist_wait(kist, name, &status, err);

	(void)args;
	if (ret == 0)
		printf("%d\n", status);
	return ret;
}

static int wait_run(void *global, const void *args, struct kist_error *err)
{
	const struct wait_args *a = args;

	return each_container(global, a->names, wait_one, NULL, err);
}

const struct command cmd_wait = {
	.name = "wait",
	.group = "containers",
	.summary = "wait for the end of containers, and print exit statuses",
	.see = "kist-run(1)",
	.example = "kist wait web",
	.notes = "The status is -1 if it is not known: that of a container "
		 "whose supervisor was killed.",
	.opts = wait_opts,
	.args_size = sizeof(struct wait_args),
	.run = wait_run,
};
