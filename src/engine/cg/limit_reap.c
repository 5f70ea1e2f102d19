/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit_reap.c - removing a group when nobody is in it any more
 *
 * The kernel removes no group, and cgroup v1 tells nobody when one is empty
 * (except a release agent, of which there is one for the whole machine). So
 * a small process of its own waits for the group's processes, by pidfd, one
 * after the other. Should it be killed, `kist clean` finds the group.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "engine/cg/limit.h"
#include "engine/cg/limit_run.h"
#include "engine/run/supervisor.h"
#include "kernel/cgroup_file.h"
#include "sys/process.h"

#define LOOK_AGAIN_MS 1000

/* A threaded group of v2 lists no processes; whether it is empty it tells.
 * Return: 1: it was not, and something may have changed; 0: it is. */
static int wait_for_threads(const struct cgroup *cgroup)
{
	int dir_fd = cgroup_clone_fd(cgroup);
	struct pollfd events = { .fd = -1, .events = POLLPRI };
	char text[64];

	if (dir_fd < 0)
		return 0;
	events.fd = cgroup_file_open(dir_fd, "cgroup.events", O_RDONLY);
	if (events.fd < 0)
		return 0;
	if (read(events.fd, text, sizeof(text)) < 11 ||
	    strncmp(text, "populated 1", 11) != 0) {
		close(events.fd);
		return 0;
	}
	(void)!poll(&events, 1, -1);
	close(events.fd);
	return 1;
}

int limit_wait_one(const struct cgroup *cgroup, int other_fd)
{
	CLEANUP_ARENA struct arena arena;
	struct pollfd fds[2] = { { .fd = -1, .events = POLLIN },
				 { .fd = other_fd, .events = POLLIN } };
	size_t count = 0;
	pid_t *pids;
	int ret, timeout_ms = -1;

	arena_init(&arena);
	ret = cgroup_pids(cgroup, &arena, &pids, &count, NULL);
	if (ret)
		return ret;
	if (!count)
		return wait_for_threads(cgroup);
	fds[0].fd = pids[count - 1] ? sys_pidfd_open(pids[count - 1]) : -ESRCH;
	/* it has ended meanwhile, or our pid namespace does not see it */
	if (fds[0].fd < 0) {
		fds[0].fd = -1;
		timeout_ms = LOOK_AGAIN_MS / 20;
	}
	ret = poll(fds, 2, timeout_ms) < 0 && errno != EINTR ? -errno : 1;
	cleanup_fd(&fds[0].fd);
	return ret;
}

static void reap(struct limit_plan *plan)
{
	struct cgroup cgroup;

	do {
		limit_plan_cgroup(plan, &cgroup);
		while (limit_wait_one(&cgroup, -1) > 0)
			continue;
	} while (limit_plan_remove(plan) == -EBUSY);
}

int limit_reap(struct limit_plan *plan, struct kist_error *err)
{
	int keep[CGROUP_HIERARCHY_MAX], report_fd, ret;
	size_t count = 0;

	for (int h = 0; h < plan->world.count; h++)
		if (plan->dir_fd[h] >= 0)
			keep[count++] = plan->dir_fd[h];
	ret = supervisor_fork(keep, count, &report_fd, err);
	if (ret <= 0)
		return ret;
	supervisor_report(report_fd, 0, NULL);
	reap(plan);
	_exit(0);
}
