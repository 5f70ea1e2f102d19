/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start.c - let a created container go
 *
 * How it works
 * ============
 * The first process waits on a socket in the state folder. Renaming that
 * socket claims it, so that of two starters one wins; connecting lets the
 * process go on; what it reports is what failed, the end of the connection is
 * the program being executed. A failing poststart hook ends the container
 * (runtime.md, step 10).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "container/hooks.h"
#include "container/lifecycle.h"
#include "container/planning.h"
#include "container/store.h"
#include "sys/socket.h"

#define STORE_STARTING "starting"

static int wrong_state(const struct container *container,
		       struct kist_error *err)
{
	enum kist_status status = container_status(container);

	if (status == KIST_STOPPED) {
		err_set(err, KIST_E_CONTAINER_STATE,
			"cannot start a container that has stopped");
		err_hint(err, "delete it, and create it again");
	} else if (status == KIST_CREATING) {
		err_set(err, KIST_E_CONTAINER_STATE,
			"cannot start a container that is still being "
			"created");
		err_hint(err, "wait for the end of 'create'");
	} else {
		err_set(err, KIST_E_CONTAINER_STATE,
			"cannot start an already running container");
		err_hint(err, "it has been started: 'exec' runs another "
			      "process in it");
	}
	return -EBUSY;
}

/* The plan is gone; what came behind LISTEN is made again for its words. */
static int explain(struct container *container, struct spec *spec,
		   struct plan_report *report, struct kist_error *err)
{
	const struct container_record *record = &container->record;
	struct config_source config = { .text = record->config,
					.name = record->config_name,
					.len = record->config_len };
	struct plan plan;
	struct planning planning = { .plan = &plan,
				     .arena = &container->arena,
				     .spec = spec,
				     .id = container->id,
				     .bundle = record->bundle,
				     .init = record->init };
	int ret;

	plan_init(&plan, &container->arena);
	ret = plan_after_start(&planning, err);
	if (ret == 0) {
		report->op -= record->listen_op + 1;
		ret = plan_error(&plan, report, &config, err);
	}
	plan_done(&plan);
	return ret;
}

static int claim(struct container *container, struct kist_error *err)
{
	int fd;

	if (container->process.pidfd < 0 ||
	    renameat(container->dir_fd, STORE_START, container->dir_fd,
		     STORE_STARTING) < 0)
		return wrong_state(container, err);
	fd = sys_unix_connect(container->dir_fd, STORE_STARTING,
			      SOCK_SEQPACKET);
	unlinkat(container->dir_fd, STORE_STARTING, 0);
	if (fd < 0)
		return err_sys(err, KIST_E_CONTAINER_DIED, -fd,
			       "reach the first process of '%s'",
			       container->id);
	return fd;
}

int container_start(struct container *container, struct kist_error *err)
{
	const struct container_record *record = &container->record;
	struct config_source config = { .text = record->config,
					.name = record->config_name,
					.len = record->config_len };
	struct kist_error ignored = { 0 };
	struct plan_report report;
	struct spec *spec;
	int ret = container_spec(container, &spec, err);
	CLEANUP_FD int fd = -1;

	if (ret < 0)
		return ret;
	if (!spec->process.present) {
		err_set(err, KIST_E_CONFIG_MISSING,
			"process: there is nothing to start");
		err_hint(err, "delete it, add 'process' to config.json, and "
			      "create it again");
		return -EINVAL;
	}
	fd = claim(container, err);
	if (fd < 0)
		return fd;
	ret = spawn_watch_start(fd, &report);
	if (ret > 0)
		return explain(container, spec, &report, err);
	if (ret == 0)
		ret = spawn_check(&container->process, err);
	if (ret < 0)
		return ret;
	ret = hooks_run(spec, HOOK_POSTSTART, container->id, record->bundle,
			"running", record->pid, &container->arena, &config,
			err);
	if (ret < 0 && container_delete(container, true, &ignored) < 0)
		err_while(err, "left behind");
	return ret;
}
