/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_inspect.c - kist inspect: all that is known of containers, as JSON */
#include <stdio.h>

#include "cli/each.h"

struct inspect_args {
	const char *const *names;
};
#define ARGS inspect_args

static const struct opt inspect_opts[] = {
	REST("CONTAINER...", names, "their names, or the starts of their ids"),
	OPT_END,
};

static int inspect_one(const struct kist *kist, const char *name,
		       const void *args, struct kist_error *err)
{
	CLEANUP_FREE char *text = NULL;
	int ret = kist_inspect_json(kist, name, &text, err);

	(void)args;
	if (ret == 0)
		puts(text);
	return ret;
}

static int inspect_run(void *global, const void *args, struct kist_error *err)
{
	const struct inspect_args *a = args;

	return each_container(global, a->names, inspect_one, NULL, err);
}

const struct command cmd_inspect = {
	.name = "inspect",
	.group = "containers",
	.summary = "print all that is known of containers, as JSON",
	.see = "kist-ps(1)",
	.example = "kist inspect web",
	.notes = "An object for each: what was asked, its state, and, as "
		 "\"config\", the OCI configuration it was made from.",
	.opts = inspect_opts,
	.args_size = sizeof(struct inspect_args),
	.run = inspect_run,
};
