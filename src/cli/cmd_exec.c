/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_exec.c - kist exec: one more command in a running container */
#include <stdio.h>
#include <stdlib.h>

#include "cli/explain.h"
#include "cli/kist.h"

struct exec_args {
	struct kist_exec exec;
	bool terminal, dry_run;
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
	FLAG(0, "dry-run", dry_run, "only print what would be done"),
	OPERAND("CONTAINER", opt_string, exec.container,
		"its name, or the start of its id"),
	REST("COMMAND", exec.command, "what to run"),
	OPT_END,
};

static struct kist_exec options(const struct exec_args *a)
{
	struct kist_exec exec = a->exec;

	if (a->terminal)
		exec.terminal = KIST_ON;
	else if (exec.interactive)
		exec.terminal = KIST_OFF;
	exec.env = a->env.items;
	return exec;
}

static int print_plan(const struct kist *kist, const struct kist_exec *exec,
		      struct kist_error *err)
{
	CLEANUP_FREE char *text = NULL;
	int ret = kist_exec_plan(kist, exec, &text, err);

	if (ret == 0)
		fputs(text, stdout);
	return ret;
}

static int exec_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct exec_args *a = args;
	const struct kist_exec exec = options(a);
	int status;
	int ret;

	if (a->dry_run)
		return print_plan(&g->kist, &exec, err);
	ret = kist_exec(&g->kist, &exec, &status, err);
	return ret < 0 ? ret : status;
}

int exec_explain(const struct kist_global *global, const void *args,
		 struct kist_steps *ret_steps, struct kist_error *err)
{
	const struct kist_exec exec = options(args);

	return kist_explain_exec(&global->kist, &exec, ret_steps, err);
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
