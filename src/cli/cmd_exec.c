/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_exec.c - kist exec: one more command in a running container */
#include "cli/kist.h"

struct exec_args {
	struct kist_exec exec;
	bool terminal;
	struct opt_list env;
};
#define ARGS exec_args

static const struct opt exec_opts[] = {
	FLAG('d', "detach", exec.detach, "do not wait for it"),
	FLAG('t', "tty", terminal,
	     "give it a terminal (default: if we have one)"),
	FLAG('i', "interactive", exec.interactive, "pass standard input on"),
	OPT('e', "env", "NAME[=VALUE]", opt_list, env,
	    "set in its environment; without a value: ours"),
	OPT('u', "user", "USER[:GROUP]", opt_string, exec.user,
	    "names as the container knows them, or numbers"),
	OPT('w', "workdir", "PATH", opt_string, exec.workdir, "start there"),
	FLAG(0, "privileged", exec.privileged,
	     "with all capabilities, without the system call filter"),
	OPERAND("CONTAINER", opt_string, exec.container,
		"its name, or the start of its id"),
	REST("COMMAND", exec.command, "what to run"),
	OPT_END,
};

static int exec_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct exec_args *a = args;
	struct kist_exec exec = a->exec;
	int status;
	int ret;

	if (a->terminal)
		exec.terminal = KIST_ON;
	else if (exec.interactive)
		exec.terminal = KIST_OFF;
	exec.env = a->env.items;
	ret = kist_exec(&g->kist, &exec, &status, err);
	return ret < 0 ? ret : status;
}

const struct command cmd_exec = {
	.name = "exec",
	.group = "containers",
	.summary = "run one more command in a running container",
	.see = "kist-run(1), kist-ps(1)",
	.example = "kist exec web ps aux",
	.opts = exec_opts,
	.args_size = sizeof(struct exec_args),
	.run = exec_run,
};
