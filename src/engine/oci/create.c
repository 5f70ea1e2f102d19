/* SPDX-License-Identifier: Apache-2.0 */
/* oci_create.c - create, start and run a bundle's container */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "container/foreground.h"
#include "container/planning.h"
#include "container/terminal.h"
#include "engine/oci/oci.h"
#include "sys/socket.h"

static int check_manager(const struct kist_oci *oci, struct kist_error *err)
{
	if (oci->cgroup_manager != KIST_CGROUP_SYSTEMD)
		return 0;
	err_set(err, KIST_E_UNSUPPORTED,
		"the systemd cgroup manager is not supported yet");
	err_hint(err, "leave out --systemd-cgroup: the cgroupfs manager is the "
		      "default");
	return -ENOTSUP;
}

static int check_terminal(const struct spec *spec,
			  const struct kist_oci_create *args, bool detached,
			  struct kist_error *err)
{
	if (!spec->process.present) {
		err_set(err, KIST_E_CONFIG_MISSING,
			"process: it has to say what to run");
		err_hint(err, "add 'process' to config.json, with 'args' and "
			      "'cwd'; 'kist-oci spec' writes an example");
		return -EINVAL;
	}
	if (spec->process.terminal && detached && !args->console_socket) {
		err_set(err, KIST_E_CONSOLE,
			"cannot allocate tty if kist-oci will detach without "
			"setting console socket");
		err_hint(err, "name the socket of who takes the terminal with "
			      "--console-socket, or make process.terminal "
			      "false");
		return -ECONNREFUSED;
	}
	if (!spec->process.terminal && args->console_socket) {
		err_set(err, KIST_E_CONSOLE,
			"cannot use console socket if kist-oci will not "
			"detach or allocate tty");
		err_hint(err, "make process.terminal true, or leave "
			      "--console-socket out");
		return -ECONNREFUSED;
	}
	return 0;
}

static int connect_pidfd(const char *path, struct kist_error *err)
{
	int fd;

	if (!path)
		return -1;
	fd = sys_unix_connect(AT_FDCWD, path, SOCK_STREAM);
	if (fd < 0)
		err_sys(err, KIST_E_CONSOLE, -fd,
			"connect to pidfd socket '%s'", path);
	return fd;
}

/* Every fd from 3 on that is to be passed on has to be open. */
static int check_fds(int count, struct kist_error *err)
{
	for (int fd = 3; fd < 3 + count; fd++)
		if (fcntl(fd, F_GETFD) < 0) {
			err_set(err, KIST_E_USAGE,
				"fd %d is to be passed on (--preserve-fds) "
				"but is not open",
				fd);
			err_hint(err, "open it, or pass on %d", fd - 3);
			return -EINVAL;
		}
	return 0;
}

static struct container_args container_args(const struct kist_oci *oci,
					    const struct kist_oci_create *args,
					    struct bundle *bundle)
{
	return (struct container_args){
		.state_root = oci_root(oci, &bundle->arena),
		.id = args->id,
		.bundle = bundle->path,
		.spec = bundle->spec,
		.config = bundle->config,
		.no_cgroup = oci->cgroup_manager == KIST_CGROUP_DISABLED,
		.no_pivot = args->no_pivot,
		.no_new_keyring = args->no_new_keyring,
		.console_fd = -1,
		.pidfd_fd = -1,
		.preserve_fds = args->preserve_fds +
				oci_listen_fds(bundle->spec, &bundle->arena),
		.stdio = { -1, -1, -1 },
		.pid_file = args->pid_file,
		.fault_op = oci->fault_op,
		.fault_errno = oci->fault_errno,
	};
}

static int create_detached(const struct kist_oci *oci,
			   const struct kist_oci_create *args,
			   struct bundle *bundle, bool attached,
			   struct kist_error *err)
{
	struct container_args c = container_args(oci, args, bundle);
	struct container container;
	CLEANUP_FD int console = -1, pidfd_fd = -1;
	int ret = check_fds(c.preserve_fds, err);

	if (ret < 0)
		return ret;
	if (args->console_socket) {
		console = terminal_connect(args->console_socket, err);
		if (console < 0)
			return console;
	}
	pidfd_fd = connect_pidfd(args->pidfd_socket, err);
	if (args->pidfd_socket && pidfd_fd < 0)
		return pidfd_fd;
	c.console_fd = console;
	c.pidfd_fd = pidfd_fd;
	c.attached = attached;
	ret = container_create(&c, &container, err);
	if (ret == 0)
		container_close(&container);
	return ret;
}

int kist_oci_create(const struct kist_oci *oci,
		    const struct kist_oci_create *args, struct kist_error *err)
{
	struct bundle bundle;
	int ret = check_manager(oci, err);

	if (ret == 0)
		ret = bundle_open(args, &bundle, err);
	if (ret < 0)
		return ret;
	ret = check_terminal(bundle.spec, args, true, err);
	if (ret == 0)
		ret = create_detached(oci, args, &bundle, false, err);
	bundle_close(&bundle);
	return ret;
}

int kist_oci_start(const struct kist_oci *oci, const char *id,
		   struct kist_error *err)
{
	struct container container;
	int ret = oci_open(oci, id, &container, err);

	if (ret < 0)
		return ret;
	ret = container_start(&container, err);
	container_close(&container);
	return ret;
}

/* The group of the container knows whether it ended for want of memory. */
static int end_of_run(struct container *container, bool keep, int status,
		      int *ret_status, struct kist_error *err)
{
	int ret = 0;

	if (status < 0)
		ret = err_sys(err, KIST_E_SYSTEM, -status,
			      "wait for the container's end");
	else
		*ret_status = status;
	close(container->process.pidfd);
	container->process.pidfd = -1;
	if (!keep && ret == 0)
		ret = container_delete(container, true, err);
	return ret;
}

static int run_attached(const struct kist_oci *oci,
			const struct kist_oci_create *args,
			struct bundle *bundle, struct foreground *fg,
			int *ret_status, struct kist_error *err)
{
	struct container_args c = container_args(oci, args, bundle);
	struct container container;
	CLEANUP_FD int theirs = -1, ours = -1, master = -1;
	int ret = check_fds(c.preserve_fds, err);

	c.attached = true;
	if (ret == 0 && args->console_socket)
		ret = theirs = terminal_connect(args->console_socket, err);
	else if (ret == 0 && bundle->spec->process.terminal)
		ret = terminal_pair(&theirs, &ours, err);
	if (ret < 0)
		return ret;
	c.console_fd = theirs;
	ret = container_create(&c, &container, err);
	if (ret < 0)
		return ret;
	if (ours >= 0) {
		close(TAKE_FD(theirs));
		master = terminal_receive(ours, err);
	}
	ret = foreground_wait(fg, container.process.pidfd, master);
	foreground_end(fg); /* what follows may take its time */
	ret = end_of_run(&container, args->keep, ret, ret_status, err);
	container_close(&container);
	return ret;
}

int kist_oci_run(const struct kist_oci *oci, const struct kist_oci_create *args,
		 int *ret_status, struct kist_error *err)
{
	struct bundle bundle;
	struct foreground fg;
	int ret = check_manager(oci, err);

	if (ret == 0)
		ret = bundle_open(args, &bundle, err);
	if (ret < 0)
		return ret;
	*ret_status = 0;
	ret = check_terminal(bundle.spec, args, args->detach, err);
	if (ret == 0 && args->detach) {
		ret = create_detached(oci, args, &bundle, true, err);
	} else if (ret == 0) {
		if (!args->no_subreaper)
			prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
		ret = foreground_begin(&fg, err);
		if (ret == 0)
			ret = run_attached(oci, args, &bundle, &fg, ret_status,
					   err);
		foreground_end(&fg);
	}
	bundle_close(&bundle);
	return ret;
}

int oci_plan(const struct kist_oci *oci, const struct kist_oci_create *args,
	     bool in_words, plan_reader *read, void *context,
	     struct kist_error *err)
{
	struct container_args c;
	struct bundle bundle;
	int ret = bundle_open(args, &bundle, err);

	if (ret < 0)
		return ret;
	if (in_words && !bundle.spec->process.present)
		ret = err_set(err, KIST_E_CONFIG_MISSING,
			      "process: it has to say what to run");
	c = container_args(oci, args, &bundle);
	c.attached = true;
	if (ret == 0)
		ret = container_plan_see(&c, in_words, read, context, err);
	bundle_close(&bundle);
	return ret;
}

static void print(void *context, const struct planning *p)
{
	plan_print(p->plan, context);
}

int kist_oci_plan(const struct kist_oci *oci,
		  const struct kist_oci_create *args, char **ret_text,
		  struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	int ret;

	buf_init(&text);
	ret = oci_plan(oci, args, false, print, &text, err);
	if (ret < 0)
		return ret;
	*ret_text = buf_take(&text);
	return *ret_text ? 0 : err_nomem(err);
}
