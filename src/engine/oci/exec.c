/* SPDX-License-Identifier: Apache-2.0 */
/* oci_exec.c - one more process in a bundle's container */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "container/foreground.h"
#include "container/terminal.h"
#include "engine/oci/oci.h"
#include "format/config.h"
#include "kernel/cap.h"
#include "kernel/user.h"
#include "sys/file.h"
#include "sys/socket.h"

#define PROCESS_MAX (4u << 20)

/* A process file replaces the container's process entirely. */
static int read_process(const char *path, struct arena *arena,
			struct spec *spec, struct config_source *ret_config,
			struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct spec *other;
	char *copy;
	int ret;

	buf_init(&text);
	ret = sys_load_file(AT_FDCWD, path, &text, PROCESS_MAX);
	if (ret == -ENOENT) {
		err_set(err, KIST_E_CONFIG_FILE,
			"process file '%s' is not there", path);
		err_hint(err, "it holds what 'process' of config.json does; "
			      "without --process write the command itself");
		return ret;
	}
	if (ret < 0)
		return err_sys(err, KIST_E_CONFIG_FILE, -ret,
			       "read process file '%s'", path);
	copy = arena_strndup(arena, text.data ? text.data : "", text.len);
	*ret_config = (struct config_source){ .text = copy,
					      .name = path,
					      .len = text.len };
	ret = config_parse_process(copy, text.len, path, arena, &other, err);
	if (ret == 0)
		spec->process = other->process;
	return ret;
}

static int add_caps(struct spec_process *process, const char *const *names,
		    struct kist_error *err)
{
	static const enum cap_set sets[] = { CAP_SET_BOUNDING,
					     CAP_SET_EFFECTIVE,
					     CAP_SET_PERMITTED };

	for (; names && *names; names++) {
		int cap = cap_parse(*names);

		if (cap < 0) {
			err_set(err, KIST_E_CONFIG_VALUE,
				"--cap: unknown capability '%s'", *names);
			if (cap_near(*names))
				err_hint(err, "did you mean '%s'?",
					 cap_near(*names));
			return -EINVAL;
		}
		for (size_t i = 0; i < ARRAY_LEN(sets); i++)
			process->caps[sets[i]] |= CAP_MASK(cap);
		process->has_caps = true;
	}
	return 0;
}

static size_t count_of(const char *const *texts)
{
	size_t count = 0;

	while (texts && texts[count])
		count++;
	return count;
}

/* What the command line says instead of the container's process. */
static int change_process(const struct kist_oci_exec *args, struct arena *arena,
			  struct spec *spec, struct kist_error *err)
{
	struct spec_process *process = &spec->process;

	if (!args->args || !args->args[0])
		return err_set(err, KIST_E_USAGE,
			       "exec needs a command or --process");
	process->args = (struct string_list){ .count = 0 };
	oci_list_add(&process->args, arena, args->args, count_of(args->args));
	oci_list_add(&process->env, arena, args->env, count_of(args->env));
	process->terminal = args->terminal;
	process->rows = process->columns = 0;
	if (args->cwd)
		process->cwd = args->cwd;
	if (args->no_new_privileges >= 0)
		process->no_new_privileges = args->no_new_privileges;
	if (args->apparmor)
		process->apparmor_profile = args->apparmor;
	if (args->process_label)
		process->selinux_label = args->process_label;
	if (args->group_count) {
		process->groups = (gid_t *)(uintptr_t)args->groups;
		process->group_count = args->group_count;
	}
	if (args->user) {
		int ret = user_parse_ids(args->user, &process->uid,
					 &process->gid, err);

		if (ret < 0)
			return ret;
	}
	return add_caps(process, args->caps, err);
}

static int make_spec(const struct kist_oci_exec *args,
		     struct container *container, struct spec **ret_spec,
		     struct config_source *ret_config, struct kist_error *err)
{
	int ret = container_spec(container, ret_spec, err);

	*ret_config = (struct config_source){ 0 };
	if (ret < 0)
		return ret;
	(*ret_spec)->hooks[HOOK_START_CONTAINER].count = 0;
	if (args->process_file)
		return read_process(args->process_file, &container->arena,
				    *ret_spec, ret_config, err);
	return change_process(args, &container->arena, *ret_spec, err);
}

/* ---- stdio ---- */

struct stdio {
	int theirs, ours, pidfd_fd;
};

static int open_stdio(const struct kist_oci_exec *args, const struct spec *spec,
		      struct stdio *stdio, struct kist_error *err)
{
	*stdio = (struct stdio){ -1, -1, -1 };
	if (args->pidfd_socket) {
		stdio->pidfd_fd = sys_unix_connect(AT_FDCWD, args->pidfd_socket,
						   SOCK_STREAM);
		if (stdio->pidfd_fd < 0)
			return err_sys(err, KIST_E_CONSOLE, -stdio->pidfd_fd,
				       "connect to pidfd socket '%s'",
				       args->pidfd_socket);
	}
	if (args->console_socket) {
		stdio->theirs = terminal_connect(args->console_socket, err);
		return stdio->theirs < 0 ? stdio->theirs : 0;
	}
	if (!spec->process.terminal)
		return 0;
	if (args->detach) {
		err_set(err, KIST_E_CONSOLE,
			"cannot allocate tty if kist-oci will detach without "
			"setting console socket");
		err_hint(err, "name the socket of who takes the terminal with "
			      "--console-socket, or leave --tty out");
		return -ECONNREFUSED;
	}
	return terminal_pair(&stdio->theirs, &stdio->ours, err);
}

static void close_stdio(struct stdio *stdio)
{
	cleanup_fd(&stdio->theirs);
	cleanup_fd(&stdio->ours);
	cleanup_fd(&stdio->pidfd_fd);
}

/* What container_exec() calls while the process lives. */
struct following {
	struct foreground *fg;
	struct stdio *stdio;
};

/* A terminal that does not come is the sign of a failure, and that is reported
 * by the process. */
static void follow(void *context, const struct spawn *process)
{
	struct following *f = context;
	struct kist_error no_terminal = { 0 };
	CLEANUP_FD int master = -1;

	cleanup_fd(&f->stdio->theirs);
	f->stdio->theirs = -1;
	if (f->stdio->ours >= 0)
		master = terminal_receive(f->stdio->ours, &no_terminal);
	foreground_follow(f->fg, process->pidfd, master);
}

static int exec_in(struct container *container,
		   const struct kist_oci_exec *args, struct foreground *fg,
		   int *ret_status, struct kist_error *err)
{
	struct container_exec_args c = {
		.cgroup = args->cgroup,
		.preserve_fds = args->preserve_fds,
		.stdio = { -1, -1, -1 },
		.pid_file = args->pid_file,
		.ignore_paused = args->ignore_paused,
	};
	struct stdio stdio = { -1, -1, -1 };
	struct following following = { fg, &stdio };
	struct spawn process;
	struct spec *spec;
	int ret = make_spec(args, container, &spec, &c.config, err);

	if (ret == 0)
		ret = open_stdio(args, spec, &stdio, err);
	c.spec = ret == 0 ? spec : NULL;
	c.console_fd = stdio.theirs;
	c.pidfd_fd = stdio.pidfd_fd;
	/* a pid file is written when the program is executed */
	if (!args->detach && !args->pid_file) {
		c.follow = follow;
		c.context = &following;
	}
	if (ret == 0)
		ret = container_exec(container, &c, &process, err);
	if (ret == 0) {
		spawn_release(&process);
		if (!args->detach && !c.follow)
			follow(&following, &process);
		if (!args->detach)
			*ret_status = spawn_wait(&process);
		spawn_done(&process);
	}
	close_stdio(&stdio);
	return ret;
}

int kist_oci_exec(const struct kist_oci *oci, const struct kist_oci_exec *args,
		  int *ret_status, struct kist_error *err)
{
	struct foreground fg = { .signal_fd = -1 };
	struct container container;
	int ret = oci_open(oci, args->id, &container, err);

	if (ret < 0)
		return ret;
	*ret_status = 0;
	if (!args->detach)
		ret = foreground_begin(&fg, err);
	if (ret == 0)
		ret = exec_in(&container, args, &fg, ret_status, err);
	if (!args->detach)
		foreground_end(&fg);
	container_close(&container);
	return ret;
}
