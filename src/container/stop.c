/* SPDX-License-Identifier: Apache-2.0 */
/* stop.c - signal a container, and remove it with all it left */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "container/hooks.h"
#include "container/lifecycle.h"
#include "container/store.h"
#include "sys/process.h"

#define END_TIMEOUT_MS 10000

static int kill_first(struct container *container, int signal,
		      struct kist_error *err)
{
	int ret =
		container->process.pidfd < 0 ?
			-ESRCH :
			sys_pidfd_send_signal(container->process.pidfd, signal);

	if (ret == -ESRCH) {
		err_set(err, KIST_E_CONTAINER_STATE,
			"container not running: '%s' has stopped",
			container->id);
		err_hint(err, "there is nothing to signal: delete it");
		return -EBUSY;
	}
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "signal container '%s'", container->id);
	return 0;
}

/* Without a control group, as an ordinary user's, the end of the first process
 * of a pid namespace is the end of all. */
static int kill_all(struct container *container, int signal,
		    struct kist_error *err)
{
	if (container->has_cgroup)
		return cgroup_kill(&container->cgroup, signal, err);
	if (container->process.pidfd < 0)
		return err_set(err, KIST_E_CONTAINER_STATE,
			       "container not running: '%s' has no processes",
			       container->id);
	if (signal == SIGKILL && container->record.owns_pids)
		return kill_first(container, signal, err);
	err_set(err, KIST_E_CONTAINER_STATE,
		"container '%s' has no control group: its processes cannot be "
		"signalled all at once",
		container->id);
	err_hint(err, "signal the first one, without --all");
	return -EBUSY;
}

int container_kill(struct container *container, int signal, bool all,
		   struct kist_error *err)
{
	int ret;

	if (all || (signal == SIGKILL && !container->record.owns_pids &&
		    container->has_cgroup))
		return kill_all(container, signal, err);
	ret = kill_first(container, signal, err);
	if (ret < 0)
		return ret;
	/* a frozen process dies when it is thawed */
	if (signal == SIGKILL && container->has_cgroup &&
	    cgroup_is_frozen(&container->cgroup))
		return cgroup_freeze(&container->cgroup, false, 1000, err);
	return 0;
}

static int wait_for_end(const struct container *container,
			struct kist_error *err)
{
	struct pollfd fd = { .fd = container->process.pidfd, .events = POLLIN };
	int ret;

	if (fd.fd < 0)
		return 0;
	do
		ret = poll(&fd, 1, END_TIMEOUT_MS);
	while (ret < 0 && errno == EINTR);
	if (ret > 0)
		return 0;
	return err_set(err, KIST_E_CONTAINER_STATE,
		       "container '%s' does not end %d s after SIGKILL",
		       container->id, END_TIMEOUT_MS / 1000);
}

/* Killed in the middle of make_group(): see create.c. */
static bool group_is_unmade(const struct container *container)
{
	return container->record.pid <= 0 && container->dir_fd >= 0 &&
	       faccessat(container->dir_fd, STORE_GROUP, F_OK, 0) < 0;
}

static int end(struct container *container, bool force, struct kist_error *err)
{
	enum kist_status status = container_status(container);
	int ret = 0;

	if ((status == KIST_RUNNING || status == KIST_PAUSED) && !force) {
		err_set(err, KIST_E_CONTAINER_STATE,
			"cannot delete container '%s' that is not stopped: %s",
			container->id, kist_status_name(status));
		err_hint(err, "kill it first, or use --force");
		return -EBUSY;
	}
	if (container->process.pidfd >= 0)
		ret = sys_pidfd_send_signal(container->process.pidfd, SIGKILL);
	if (ret < 0 && ret != -ESRCH)
		return err_sys(err, KIST_E_SYSTEM, -ret, "kill container '%s'",
			       container->id);
	ret = wait_for_end(container, err);
	/* nothing outlives the first process of a pid namespace */
	if (ret == 0 && container->has_cgroup && !container->record.owns_pids &&
	    !group_is_unmade(container))
		ret = cgroup_kill(&container->cgroup, SIGKILL, err);
	return ret;
}

/* Of a creation that was cut off, what was made goes; if processes are in it,
 * they are somebody else's, and it was about to be refused. */
static int remove_group(struct container *container, struct kist_error *err)
{
	struct kist_error busy = { 0 };
	int ret;

	if (!container->has_cgroup)
		return 0;
	if (!group_is_unmade(container))
		return cgroup_remove(&container->cgroup, err);
	ret = cgroup_remove(&container->cgroup, &busy);
	(void)ret;
	return 0;
}

static int run_poststop(struct container *container, struct kist_error *err)
{
	const struct container_record *record = &container->record;
	struct config_source config = { .text = record->config,
					.name = record->config_name,
					.len = record->config_len };
	struct spec *spec;
	int ret;

	/* parsing costs; most have no hooks */
	if (!record->has_poststop)
		return 0;
	ret = container_spec(container, &spec, err);
	if (ret < 0)
		return ret;
	return hooks_run(spec, HOOK_POSTSTOP, container->id, record->bundle,
			 "stopped", 0, &container->arena, &config, err);
}

int container_delete(struct container *container, bool force,
		     struct kist_error *err)
{
	int ret = end(container, force, err);

	if (ret == 0)
		ret = remove_group(container, err);
	if (ret < 0)
		return ret;
	if (container->dir_fd >= 0)
		ret = store_remove(container->root_fd, container->id, err);
	if (ret == 0 && run_poststop(container, err) < 0)
		return 0; /* it is gone all the same; @err is a warning */
	return ret;
}
