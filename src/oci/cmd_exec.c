/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_exec.c - kist-oci exec: one more process in a running container */
#include <string.h>

#include "oci/oci.h"

/* The status that tells a failure of exec from one of the command. */
#define EXIT_EXEC_FAILED 255

struct exec_args {
	struct kist_oci_exec exec;
	struct opt_list env, caps, groups, cgroups;
	bool no_new_privileges;
};
#define ARGS exec_args

static const struct exec_args exec_defaults = {
	.exec = { .no_new_privileges = -1 },
};

static const struct opt exec_opts[] = {
	OPT('p', "process", "FILE", opt_string, exec.process_file,
	    "the process as JSON, instead of COMMAND and the options on it"),
	OPT('e', "env", "NAME=VALUE", opt_list, env,
	    "set an environment variable (may be repeated)"),
	OPT(0, "cwd", "PATH", opt_string, exec.cwd,
	    "working directory in the container"),
	OPT('u', "user", "UID[:GID]", opt_string, exec.user,
	    "numeric user and group"),
	OPT('g', "additional-gids", "GID", opt_list, groups,
	    "one more group (may be repeated)"),
	OPT('c', "cap", "CAPABILITY", opt_list, caps,
	    "one more capability (may be repeated)"),
	FLAG('t', "tty", exec.terminal, "give it a terminal"),
	FLAG('d', "detach", exec.detach, "return when the process has started"),
	OPT(0, "console-socket", "SOCKET", opt_string, exec.console_socket,
	    "send the terminal to this socket"),
	OPT(0, "pidfd-socket", "SOCKET", opt_string, exec.pidfd_socket,
	    "send a pidfd of the process to this socket"),
	OPT(0, "pid-file", "FILE", opt_string, exec.pid_file,
	    "write the process id to FILE"),
	OPT(0, "preserve-fds", "N", opt_int, exec.preserve_fds,
	    "leave N descriptors from 3 on open"),
	OPT(0, "process-label", "LABEL", opt_string, exec.process_label,
	    "SELinux label"),
	OPT(0, "apparmor", "PROFILE", opt_string, exec.apparmor,
	    "AppArmor profile"),
	FLAG(0, "no-new-privs", no_new_privileges,
	     "forbid it to gain privileges by execve(2)"),
	OPT(0, "cgroup", "PATH", opt_list, cgroups,
	    "group below the container's"),
	FLAG(0, "ignore-paused", exec.ignore_paused,
	     "wait in a paused container, instead of failing"),
	OPERAND("CONTAINER", opt_string, exec.id, "name of the container"),
	REST("COMMAND", exec.args, "what to run, and its arguments"),
	OPT_END,
};

static int read_groups(const struct opt_list *list, gid_t **ret_groups,
		       struct kist_error *err)
{
	gid_t *groups = calloc(list->count + 1, sizeof(*groups));

	if (!groups)
		return err_nomem(err);
	for (size_t i = 0; i < list->count; i++) {
		int gid = -1;
		int ret = opt_int(&gid, list->items[i], err);

		if (ret == 0 && gid < 0)
			ret = err_set(err, KIST_E_USAGE,
				      "'%s' is not a group id", list->items[i]);
		if (ret < 0) {
			free(groups);
			err_while(err, "option '--additional-gids'");
			return ret;
		}
		groups[i] = (gid_t)gid;
	}
	*ret_groups = groups;
	return 0;
}

/* runc has "[CONTROLLER:]PATH", any number of times. */
static int read_cgroup(const struct opt_list *list, const char **ret_cgroup,
		       struct kist_error *err)
{
	if (list->count == 0)
		return 0;
	if (list->count > 1 || strchr(list->items[0], ':'))
		return err_set(err, KIST_E_UNSUPPORTED,
			       "option '--cgroup': a group for each "
			       "controller is not supported yet");
	*ret_cgroup = list->items[0];
	return 0;
}

static int exec_run(void *arg, const void *args, struct kist_error *err)
{
	struct oci_global *global = arg;
	const struct exec_args *a = args;
	struct kist_oci_exec exec = a->exec;
	CLEANUP_FREE gid_t *groups = NULL;
	int status = 0;
	int ret;

	global->failure = EXIT_EXEC_FAILED;
	if (!exec.process_file && !exec.args)
		return err_set(err, KIST_E_USAGE,
			       "COMMAND is missing: exec args cannot be empty");
	ret = read_groups(&a->groups, &groups, err);
	if (ret == 0)
		ret = read_cgroup(&a->cgroups, &exec.cgroup, err);
	if (ret < 0)
		return ret;

	exec.env = a->env.items;
	exec.caps = a->caps.items;
	exec.groups = groups;
	exec.group_count = a->groups.count;
	if (a->no_new_privileges)
		exec.no_new_privileges = 1;
	ret = kist_oci_exec(&global->oci, &exec, &status, err);
	err_while(err, "exec failed");
	return ret < 0 ? ret : status;
}

const struct command cmd_exec = {
	.name = "exec",
	.group = "life of a container",
	.summary = "run one more process in a running container",
	.see = "kist-oci-run(8)",
	.example = "kist-oci exec --tty web sh",
	.notes = "What no option says is as for the container's first process. "
		 "The exit status is that of COMMAND, or 255 if it could not "
		 "be run.",
	.opts = exec_opts,
	.args_size = sizeof(struct exec_args),
	.defaults = &exec_defaults,
	.run = exec_run,
};
