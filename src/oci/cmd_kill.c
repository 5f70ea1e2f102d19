/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_kill.c - kist-oci kill: send a signal to a container */
#include <signal.h>

#include "oci/oci.h"

struct kill_args {
	const char *id;
	int signal;
	bool all;
};
#define ARGS kill_args

static const struct kill_args kill_defaults = { .signal = SIGTERM };

static const char *const common_signals[] = { "TERM", "KILL", "INT",  "HUP",
					      "QUIT", "USR1", "USR2", "STOP",
					      "CONT", NULL };

static const struct opt kill_opts[] = {
	FLAG('a', "all", all, "to every process, not only the first"),
	OPERAND("CONTAINER", opt_string, id, "name of the container"),
	{ .kind = OPT_MAYBE,
	  .value = "SIGNAL",
	  .read = opt_signal,
	  .offset = offsetof(struct kill_args, signal),
	  .words = common_signals,
	  .help = "name or number (default: TERM)" },
	OPT_END,
};

static int kill_run(void *arg, const void *args, struct kist_error *err)
{
	const struct oci_global *global = arg;
	const struct kill_args *a = args;

	return kist_oci_kill(&global->oci, a->id, a->signal, a->all, err);
}

const struct command cmd_kill = {
	.name = "kill",
	.group = "life of a container",
	.summary = "send a signal to a container",
	.see = "kill(2), signal(7), kist-oci-delete(8)",
	.example = "kist-oci kill web KILL",
	.opts = kill_opts,
	.args_size = sizeof(struct kill_args),
	.defaults = &kill_defaults,
	.run = kill_run,
};
