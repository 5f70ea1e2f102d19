/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_keep.c - kist keep: give namespaces that exist a name */
#include <stdio.h>

#include <kist/namespace.h>

#include "cli/kinds.h"
#include "cli/kist.h"
#include "cli/steps.h"

struct keep_args {
	const char *name, *target;
	bool kind[KIND_COUNT];
	bool dry_run;
};
#define ARGS keep_args

static const struct opt keep_opts[] = {
	KIND_FLAGS(kind),
	FLAG(0, "dry-run", dry_run, "print what would be done, as shell lines"),
	OPERAND("NAME", opt_string, name, "what they are to be called"),
	OPERAND("TARGET", opt_string, target,
		"whose: a process id, a container, net:[INODE], a file …"),
	OPT_END,
};

static int keep_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct keep_args *a = args;
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);

	return kist_ns_keep(&g->kist, a->name, a->target, kinds_of(a->kind),
			    &trace, err);
}

const struct command cmd_keep = {
	.name = "keep",
	.group = "namespaces",
	.summary = "give namespaces that exist a name",
	.see = "kist-enter(1), kist-new(1), kist-ls(1), kist-rm(1)",
	.example = "kist keep myuts 27514 -u",
	.notes =
		"Namespaces last as long as a process is in them; those with a "
		"name last until kist rm. Without a kind, all in which the "
		"target differs from the caller are kept.\n"
		"\n"
		"A pid namespace is of no use once its process 1 has ended; "
		"that no name can change.",
	.opts = keep_opts,
	.args_size = sizeof(struct keep_args),
	.run = keep_run,
};
