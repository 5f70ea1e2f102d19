/* SPDX-License-Identifier: Apache-2.0 */
/* enter.c - kist_enter(): a command in the namespaces of something */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <kist/cause.h>

#include "container/spawn.h"
#include "engine/ns/enter.h"
#include "sys/process.h"

static void tell(const struct entering *e,
		 void (*entered)(void *context,
				 const struct kist_entered *what),
		 void *context)
{
	struct kist_entered what = {
		.kinds = e->kinds,
		.changes_ids = e->changes_ids,
		.mounts = e->new_mounts,
		.uid = e->uid,
		.gid = e->gid,
	};

	if (!entered)
		return;
	snprintf(what.label, sizeof(what.label), "%s",
		 e->has_target ? e->target.label : "namespaces");
	entered(context, &what);
}

/* What a refusal of the child means to people. */
static int explain(const struct entering *e, int ret, struct kist_error *err)
{
	if (!err)
		return ret;
	if (err->errnum == ENOMEM && e->forks && e->fd[NS_PID] >= 0) {
		*err = (struct kist_error){ 0 };
		return err_set(err, KIST_E_ENTER_DEAD,
			       "the pid namespace of %s is dead: its process 1 "
			       "has ended",
			       e->has_target ? e->target.label : "that file");
	}
	if (err->errnum == EPERM && err->id == KIST_E_SYSTEM && e->kinds &&
	    !err->hint[0])
		err_cause(err, KIST_CAUSE_JOIN_OWNER, NULL, NULL);
	return ret;
}

static int reap(int pidfd, struct kist_enter_end *ret_end,
		struct kist_error *err)
{
	siginfo_t info;
	int ret = sys_waitid(pidfd, WEXITED, &info);

	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "wait for the command");
	ret_end->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
	ret_end->status = ret_end->signal ? 128 + ret_end->signal :
					    info.si_status;
	return 0;
}

static int follow(const struct entering *e, struct spawn *spawn,
		  const struct plan *plan, int signal_fd,
		  struct kist_enter_end *ret_end, struct kist_error *err)
{
	int ret = e->forks ? spawn_watch_fork(spawn, plan, NULL, err) : 0;

	/* Whether it was executed is seen afterwards, in what was reported:
	 * that saves waiting twice. */
	if (ret == 0 && spawn->pidfd >= 0)
		enter_follow(signal_fd, spawn->pidfd);
	if (ret == 0)
		ret = spawn_watch(spawn, plan, NULL, NULL, NULL, err);
	if (ret == 0)
		ret = reap(spawn->pidfd, ret_end, err);
	if (ret == 0)
		spawn_release(spawn);
	return ret;
}

static int run_child(const struct entering *e, struct plan *plan, int signal_fd,
		     struct kist_enter_end *ret_end, struct kist_error *err)
{
	static const int stdio[3] = { -1, -1, -1 };
	struct spawn spawn;
	int ret = spawn_start(plan, stdio, &spawn, err);

	if (ret < 0)
		return ret;
	plan_close_fds(plan);
	ret = follow(e, &spawn, plan, signal_fd, ret_end, err);
	spawn_done(&spawn);
	return ret;
}

static int run_here(const struct entering *e, const struct plan *plan,
		    int signal_fd, const sigset_t *mask,
		    struct kist_enter_end *ret_end, struct kist_error *err)
{
	CLEANUP_FD int pidfd = -1;
	int ret = enter_here(e, plan, mask, &pidfd, err);

	if (ret < 0)
		return ret;
	enter_follow(signal_fd, pidfd);
	return reap(pidfd, ret_end, err);
}

static int run(const struct entering *e, struct plan *plan,
	       struct kist_enter_end *ret_end, struct kist_error *err)
{
	sigset_t former;
	CLEANUP_FD int signal_fd = enter_hold_signals(&former);
	int ret;

	if (signal_fd < 0)
		return err_sys(err, KIST_E_SYSTEM, -signal_fd,
			       "make a signal fd");
	if (e->here)
		ret = run_here(e, plan, signal_fd, &former, ret_end, err);
	else
		ret = run_child(e, plan, signal_fd, ret_end, err);
	pthread_sigmask(SIG_SETMASK, &former, NULL);
	return ret < 0 ? explain(e, ret, err) : 0;
}

int kist_enter(const struct kist *kist, const struct kist_enter *enter,
	       void (*entered)(void *context, const struct kist_entered *what),
	       void *context, struct kist_enter_end *ret_end,
	       struct kist_error *err)
{
	struct entering e;
	struct plan plan;
	int ret = enter_find(kist, enter, &e, err);

	plan_init(&plan, &e.arena);
	if (ret == 0)
		ret = enter_plan(&e, &plan, err);
	if (ret == 0) {
		tell(&e, entered, context);
		ret = run(&e, &plan, ret_end, err);
	}
	plan_done(&plan);
	enter_done(&e);
	return ret;
}

/* The plan as a comment. */
static void print_plan(const struct plan *plan, struct buf *out)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	plan_print(plan, &text);
	for (char *line = text.data, *end; line && *line; line = end) {
		end = line + strcspn(line, "\n");
		buf_printf(out, "# %.*s\n", (int)(end - line), line);
		end += *end == '\n';
	}
}

int kist_enter_plan(const struct kist *kist, const struct kist_enter *enter,
		    char **ret_text, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct entering e;
	struct plan plan;
	int ret = enter_find(kist, enter, &e, err);

	buf_init(&text);
	plan_init(&plan, &e.arena);
	if (ret == 0)
		ret = enter_plan(&e, &plan, err);
	if (ret == 0) {
		print_plan(&plan, &text);
		enter_tell(kist, &e, &text);
	}
	plan_done(&plan);
	enter_done(&e);
	if (ret < 0)
		return ret;
	*ret_text = buf_take(&text);
	return *ret_text ? 0 : err_nomem(err);
}
