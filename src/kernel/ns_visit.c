/* SPDX-License-Identifier: Apache-2.0 */
/* ns_visit.c - do something inside other namespaces */
#include <errno.h>
#include <unistd.h>

#include "kernel/ns_visit.h"
#include "sys/process.h"

struct visit {
	const int *fd;
	int (*act)(void *arg, struct kist_error *err);
	void *arg;
	struct kist_error *err;
	int ret;
};

static void be_there(void *data)
{
	struct visit *visit = data;

	visit->ret = ns_enter(visit->fd, visit->err);
	if (visit->ret == 0)
		visit->ret = visit->act(visit->arg, visit->err);
	_exit(0);
}

int ns_visit(const int fd[NS_COUNT],
	     int (*act)(void *arg, struct kist_error *err), void *arg,
	     struct kist_error *err)
{
	struct visit visit = { fd, act, arg, err, -ECHILD };
	const struct sys_vfork child = {
		.flags = CLONE_FILES,
		.cgroup_fd = -1,
		.child = be_there,
		.arg = &visit,
	};
	CLEANUP_FD int pidfd = -1;
	int ret = sys_vfork3(&child, NULL, &pidfd);

	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "make a process to enter namespaces");
	ret = sys_wait_exit(pidfd);
	if (ret != 0) /* killed meanwhile: what it stored is half a story */
		return err_sys(err, KIST_E_SYSTEM, ret < 0 ? -ret : ECHILD,
			       "act inside the namespaces");
	return visit.ret;
}
