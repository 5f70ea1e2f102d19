/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_start.c - kist-oci start, pause, resume: verbs with a name and no more */
#include "oci/oci.h"

struct name_args {
	const char *id;
};
#define ARGS name_args

static const struct opt name_opts[] = {
	OPERAND("CONTAINER", opt_string, id, "name of the container"),
	OPT_END,
};

static int start_run(void *arg, const void *args, struct kist_error *err)
{
	const struct oci_global *global = arg;
	const struct name_args *a = args;

	return kist_oci_start(&global->oci, a->id, err);
}

static int pause_run(void *arg, const void *args, struct kist_error *err)
{
	const struct oci_global *global = arg;
	const struct name_args *a = args;

	return kist_oci_pause(&global->oci, a->id, err);
}

static int resume_run(void *arg, const void *args, struct kist_error *err)
{
	const struct oci_global *global = arg;
	const struct name_args *a = args;

	return kist_oci_resume(&global->oci, a->id, err);
}

const struct command cmd_start = {
	.name = "start",
	.group = "life of a container",
	.summary = "start the process of a created container",
	.see = "kist-oci-create(8)",
	.opts = name_opts,
	.args_size = sizeof(struct name_args),
	.run = start_run,
};

const struct command cmd_pause = {
	.name = "pause",
	.group = "life of a container",
	.summary = "freeze all processes of a container",
	.see = "kist-oci-resume(8)",
	.opts = name_opts,
	.args_size = sizeof(struct name_args),
	.run = pause_run,
};

const struct command cmd_resume = {
	.name = "resume",
	.group = "life of a container",
	.summary = "let the processes of a paused container go on",
	.see = "kist-oci-pause(8)",
	.opts = name_opts,
	.args_size = sizeof(struct name_args),
	.run = resume_run,
};
