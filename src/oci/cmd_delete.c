/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_delete.c - kist-oci delete: remove what a container has left */
#include "oci/oci.h"

struct delete_args {
	const char *id;
	bool force;
};
#define ARGS delete_args

static const struct opt delete_opts[] = {
	FLAG('f', "force", force,
	     "kill it first if it runs; an unknown name is no error"),
	OPERAND("CONTAINER", opt_string, id, "name of the container"),
	OPT_END,
};

static int delete_run(void *arg, const void *args, struct kist_error *err)
{
	const struct oci_global *global = arg;
	const struct delete_args *a = args;

	return kist_oci_delete(&global->oci, a->id, a->force, err);
}

const struct command cmd_delete = {
	.name = "delete",
	.group = "life of a container",
	.summary = "remove a container that has stopped or never started",
	.see = "kist-oci-kill(8)",
	.opts = delete_opts,
	.args_size = sizeof(struct delete_args),
	.run = delete_run,
};
