/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_container.c - the order of things: a new container, one more process
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "container/planning.h"
#include "kernel/proc.h"

/* This machine's /proc, verified: the container's is never written by us. */
static int open_proc(struct planning *p, struct kist_error *err)
{
	int fd = proc_open(err);

	if (fd < 0)
		return fd;
	p->proc_slot = plan_take_fd(p->plan, fd);
	return 0;
}

static bool has_parent_hooks(const struct spec *spec)
{
	return spec->hooks[HOOK_PRESTART].count ||
	       spec->hooks[HOOK_CREATE_RUNTIME].count;
}

static void wait_for_hooks(struct planning *p)
{
	struct plan_op *op;

	if (!has_parent_hooks(p->spec))
		return;
	op = plan_add(p->plan, PLAN_SYNC);
	op->arg[0] = PLAN_STAGE_NAMESPACES;
	plan_say(p->plan, "wait for the createRuntime hooks", NULL, NULL);
}

static void open_current_root(struct planning *p)
{
	struct plan_op *op;

	p->root_slot = plan_slot(p->plan);
	op = plan_call(p->plan, SYS_openat, (uint64_t)AT_FDCWD,
		       plan_text(p->plan, "/"),
		       O_PATH | O_DIRECTORY | O_CLOEXEC);
	op->offsets = BIT(2);
	op->slot = (int16_t)p->root_slot;
	plan_say(p->plan, "open the root", NULL, NULL);
}

/* Without a root of its own, or in a joined mount namespace, the files are as
 * they are; in a new one mounts can still be laid over them. */
static int plan_no_files(struct planning *p, struct kist_error *err)
{
	const bool may_mount = p->spec->ns[NS_MNT].want == NS_NEW;
	int ret = 0;

	open_current_root(p);
	p->binds_console = false;
	if (may_mount) {
		plan_propagation(p);
		ret = plan_mounts(p, err);
	}
	if (ret < 0)
		return ret;
	plan_terminal(p);
	ret = plan_sysctls(p, err);
	if (ret < 0)
		return ret;
	wait_for_hooks(p);
	plan_hooks(p, HOOK_CREATE_CONTAINER);
	return 0;
}

/* The stages that need a mount namespace of their own. */
static int plan_own_files(struct planning *p, struct kist_error *err)
{
	int ret = plan_root(p, err);

	if (ret == 0)
		ret = plan_mounts(p, err);
	if (ret == 0)
		ret = plan_devices(p, err);
	if (ret < 0)
		return ret;
	plan_terminal(p);
	plan_hidden_paths(p);
	ret = plan_sysctls(p, err);
	if (ret < 0)
		return ret;
	wait_for_hooks(p);
	plan_hooks(p, HOOK_CREATE_CONTAINER);
	plan_pivot(p);
	return 0;
}

static int plan_files(struct planning *p, struct kist_error *err)
{
	const struct spec *spec = p->spec;
	bool has_root = spec->root_path || spec->root_mount;

	if (!has_root || spec->ns[NS_MNT].want == NS_JOIN)
		return plan_no_files(p, err);
	if (spec->ns[NS_MNT].want == NS_NEW)
		return plan_own_files(p, err);
	err_set(err, KIST_E_UNSUPPORTED,
		"a root without a mount namespace is not supported yet");
	err_hint(err, "add {\"type\": \"mount\"} to linux.namespaces");
	return -ENOTSUP;
}

static void loopback_up(struct planning *p)
{
	struct plan_op *op;

	if (p->spec->ns[NS_NET].want != NS_NEW)
		return;
	op = plan_add(p->plan, PLAN_LINK_UP);
	op->arg[0] = plan_text(p->plan, "lo");
	plan_say(p->plan, "bring the loopback interface up", NULL, NULL);
}

int plan_container(struct planning *p, struct kist_error *err)
{
	int ret = open_proc(p, err);

	p->dev_slot = -1;
	p->root_fd = -1;
	p->listen_op = -1;
	if (ret == 0)
		ret = plan_namespaces(p, err);
	if (ret == 0)
		ret = plan_groups(p, err);
	if (ret == 0)
		ret = plan_clocks(p, err);
	if (ret < 0)
		return ret;
	loopback_up(p);
	plan_oom_score(p);
	ret = plan_files(p, err);
	if (ret == 0)
		ret = plan_process(p, err);
	return ret;
}

/* To look up HOME; a root we may not see is no reason to fail. */
static void look_inside(struct planning *p, pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/root", pid);
	p->root_fd = openat(p->proc_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (p->root_fd >= 0)
		plan_take_fd(p->plan, p->root_fd);
}

/*
 * This machine's /proc is given up before anything in the container can see
 * the process: who has CAP_SYS_PTRACE there could take it from us. Only a label
 * has to be written at the very end.
 */
static void leave_proc(struct planning *p)
{
	const struct spec_process *process = &p->spec->process;
	struct plan_op *op;

	plan_oom_score(p);
	if (process->apparmor_profile || process->selinux_label)
		return;
	op = plan_call(p->plan, SYS_close, (uint64_t)p->proc_slot, 0, 0);
	op->fds = BIT(1);
	plan_say(p->plan, "close this machine's /proc", NULL, NULL);
}

int plan_exec(struct planning *p, pid_t pid, int pidfd, uint64_t kinds,
	      struct kist_error *err)
{
	int ret;

	p->listen_op = -1;
	p->root_fd = -1;
	p->proc_slot = plan_fd(p->plan, p->proc_fd);
	if (plan_needs_home(p))
		look_inside(p, pid);
	leave_proc(p);
	plan_join_all(p, pidfd, kinds);
	ret = plan_groups(p, err);
	if (ret < 0)
		return ret;
	open_current_root(p);
	plan_terminal(p);
	return plan_process(p, err);
}
