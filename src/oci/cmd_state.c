/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_state.c - kist-oci state: a container as JSON */
#include <stdio.h>

#include "oci/oci.h"

struct state_args {
	const char *id;
};
#define ARGS state_args

static const struct opt state_opts[] = {
	OPERAND("CONTAINER", opt_string, id, "name of the container"),
	OPT_END,
};

static int state_run(void *arg, const void *args, struct kist_error *err)
{
	const struct oci_global *global = arg;
	const struct state_args *a = args;
	CLEANUP_FREE char *text = NULL;
	struct kist_state state;
	int ret = kist_oci_state(&global->oci, a->id, &state, err);

	if (ret < 0)
		return ret;
	text = kist_state_json(&state);
	kist_state_done(&state);
	if (!text)
		return err_nomem(err);
	puts(text);
	return 0;
}

const struct command cmd_state = {
	.name = "state",
	.group = "what there is",
	.summary = "show the state of a container as JSON",
	.see = "kist-oci-list(8)",
	.opts = state_opts,
	.args_size = sizeof(struct state_args),
	.run = state_run,
};
