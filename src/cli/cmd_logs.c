/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_logs.c - kist logs: what a detached container printed */
#include "cli/kist.h"
#include "engine/values.h"

struct logs_args {
	struct kist_logs logs;
	int tail;
};
#define ARGS logs_args

static int opt_time(void *field, const char *word, struct kist_error *err)
{
	return value_time(word, field, err);
}

static const struct opt logs_opts[] = {
	FLAG('f', "follow", logs.follow, "go on until the container ends"),
	FLAG('t', "timestamps", logs.timestamps, "the time before each line"),
	OPT('n', "tail", "LINES", opt_int, tail, "only the last lines"),
	OPT(0, "since", "TIME", opt_time, logs.since,
	    "only from then on: 2026-01-31T12:00:00Z, or 10m ago"),
	OPERAND("CONTAINER", opt_string, logs.container,
		"its name, or the start of its id"),
	OPT_END,
};

static int logs_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct logs_args *a = args;
	struct kist_logs logs = a->logs;

	logs.tail = a->tail;
	logs.out_fd = 1;
	logs.err_fd = 2;
	return kist_logs(&g->kist, &logs, err);
}

const struct command cmd_logs = {
	.name = "logs",
	.group = "containers",
	.summary = "show what a detached container printed",
	.see = "kist-run(1)",
	.example = "kist logs -f -n 20 web",
	.notes = "What the container wrote to its standard error goes to "
		 "ours. The log is kept as long as the container, and has no "
		 "limit in size.",
	.opts = logs_opts,
	.args_size = sizeof(struct logs_args),
	.defaults = &(const struct logs_args){ .tail = -1 },
	.run = logs_run,
};
