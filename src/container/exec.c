/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec.c - one more process in a running container
 *
 * How it works
 * ============
 * The same child walks a shorter plan: join the namespaces of the first
 * process through its pidfd, go on in a process made there, be what the spec
 * says. It becomes visible inside only after it has closed itself to ptrace
 * (CVE-2016-9962), and its executable is a memory file of its own.
 *
 * A caller that stays until the end anyway (@follow) does so at once; whether
 * the program was executed is seen afterwards, in what was reported, which
 * saves waiting twice.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "container/lifecycle.h"
#include "container/planning.h"
#include "sys/socket.h"

#define ENDING_MS 500 /* from leaving the namespaces to being gone */

static int not_running(const struct container *container,
		       enum kist_status status, struct kist_error *err)
{
	err_set(err, KIST_E_CONTAINER_STATE,
		"cannot exec in a %s container '%s': container not running",
		kist_status_name(status), container->id);
	err_hint(err, "delete it, and run it again");
	return -EBUSY;
}

static int check_running(const struct container *container, bool ignore_paused,
			 struct kist_error *err)
{
	enum kist_status status = container_status(container);

	if (status == KIST_RUNNING || status == KIST_CREATED)
		return 0;
	if (status == KIST_PAUSED && ignore_paused)
		return 0;
	if (status == KIST_PAUSED) {
		err_set(err, KIST_E_CONTAINER_STATE,
			"cannot exec in a paused container '%s'",
			container->id);
		err_hint(err, "resume it first, or use --ignore-paused");
		return -EBUSY;
	}
	return not_running(container, status, err);
}

/* It was there when it was looked for. Who ends has no namespaces any more,
 * and a pid namespace without process 1 takes nobody. */
static bool has_ended(const struct container *container,
		      const struct kist_error *err)
{
	struct pollfd process = { .fd = container->process.pidfd,
				  .events = POLLIN };
	bool may_be = err->errnum == ESRCH || err->errnum == ENOENT ||
		      err->errnum == ENOMEM;

	return err->id != KIST_E_COMMAND_NOT_FOUND &&
	       poll(&process, 1, may_be ? ENDING_MS : 0) > 0;
}

/* The container's group, or one below it. */
static int open_group(struct container *container, const char *below,
		      struct cgroup *ret_group, struct kist_error *err)
{
	const char *path;
	int ret;

	if (!below)
		return 0;
	if (strstr(below, ".."))
		return err_set(err, KIST_E_CGROUP_PATH,
			       "control group '%s' leads out of the "
			       "container's",
			       below);
	path = arena_printf(&container->arena, "%s/%s",
			    container->record.cgroup, below);
	ret = cgroup_open(&container->world, path, ret_group, err);
	return ret < 0 ? ret : 1;
}

static int finish(const struct container_exec_args *args, struct spawn *process,
		  struct kist_error *err)
{
	if (args->pidfd_fd >= 0) {
		ssize_t ret =
			sys_send_fds(args->pidfd_fd, "", 1, &process->pidfd, 1);

		if (ret < 0)
			return err_sys(err, KIST_E_SYSTEM, (int)-ret,
				       "send the pidfd to its socket");
	}
	return container_write_pid_file(args->pid_file, process->pid, err);
}

static int run_plan(struct planning *planning,
		    const struct container_exec_args *args,
		    struct spawn *ret_process, struct kist_error *err)
{
	int ret = spawn_start(planning->plan, args->stdio, ret_process, err);

	if (ret < 0)
		return ret;
	plan_close_fds(planning->plan);
	if (args->follow) {
		ret = spawn_watch_fork(ret_process, planning->plan,
				       &args->config, err);
		if (ret == 0)
			ret = finish(args, ret_process, err);
		if (ret == 0)
			args->follow(args->context, ret_process);
	}
	if (ret == 0)
		ret = spawn_watch(ret_process, planning->plan, NULL, NULL,
				  &args->config, err);
	if (ret == 0 && !args->follow)
		ret = finish(args, ret_process, err);
	if (ret < 0)
		spawn_done(ret_process);
	return ret;
}

/**
 * struct entry - one more process on its way
 * @below:	its control group, if it is not the container's
 */
struct entry {
	struct plan plan;
	struct planning planning;
	struct cgroup below;
	bool has_below;
};

static void fill_planning(struct entry *e, struct container *container,
			  const struct container_exec_args *args)
{
	struct cgroup *group = container->has_cgroup ? &container->cgroup :
						       NULL;

	plan_init(&e->plan, &container->arena);
	e->planning = (struct planning){
		.plan = &e->plan,
		.arena = &container->arena,
		.spec = args->spec,
		.id = container->id,
		.bundle = container->record.bundle,
		.world = &container->world,
		.cgroup = e->has_below ? &e->below : group,
		.console_fd = args->console_fd,
		.listen_fd = -1,
		.is_exec = true,
		.stdio = args->stdio,
		.dev_slot = -1,
		.proc_fd = container->proc_fd,
		.preserve_fds = args->preserve_fds,
		.in_words = e->planning.in_words,
	};
}

static void end(struct entry *e)
{
	plan_done(&e->plan);
	if (e->has_below)
		cgroup_close(&e->below);
}

static int begin(struct entry *e, struct container *container,
		 const struct container_exec_args *args, struct kist_error *err)
{
	int ret = check_running(container, args->ignore_paused, err);

	if (ret == 0)
		ret = open_group(container, args->cgroup, &e->below, err);
	if (ret < 0)
		return ret;
	e->has_below = ret > 0;
	fill_planning(e, container, args);
	ret = plan_exec(&e->planning, container->process.pid,
			container->process.pidfd, container->record.namespaces,
			err);
	if (ret < 0)
		end(e);
	return ret;
}

int container_exec(struct container *container,
		   const struct container_exec_args *args,
		   struct spawn *ret_process, struct kist_error *err)
{
	struct entry e = { 0 };
	int ret = begin(&e, container, args, err);

	if (ret < 0)
		return ret;
	ret = run_plan(&e.planning, args, ret_process, err);
	end(&e);
	if (ret < 0 && err && has_ended(container, err)) {
		*err = (struct kist_error){ 0 };
		return not_running(container, KIST_STOPPED, err);
	}
	return ret;
}

int container_exec_see(struct container *container,
		       const struct container_exec_args *args,
		       plan_reader *read, void *context, struct kist_error *err)
{
	struct entry e = { .planning.in_words = true };
	int ret = begin(&e, container, args, err);

	if (ret < 0)
		return ret;
	read(context, &e.planning);
	end(&e);
	return 0;
}
