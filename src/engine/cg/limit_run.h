/* SPDX-License-Identifier: Apache-2.0 */
/**
 * limit_run.h - running a command within limits: the parts both ways share
 *
 * One way is by files (limit_run.c), the other by a scope of systemd
 * (limit_systemd.c).
 */
#ifndef ENGINE_CG_LIMIT_RUN_H
#define ENGINE_CG_LIMIT_RUN_H

#include <signal.h>

#include "engine/cg/limit.h"
#include "engine/cg/limit_oom.h"

/* Signals that are passed on, held back in the calling thread. */
struct limit_signals {
	int fd;
	sigset_t former;
};

MUST_CHECK int limit_signals_hold(struct limit_signals *s,
				  struct kist_error *err);
void limit_signals_release(struct limit_signals *s);

/* Stay with the command. Return: its exit status, 128 + signal, or -errno. */
int limit_stay(const struct limit_signals *signals, int pidfd,
	       struct limit_oom *oom);

/* Wait for one of the processes of a group to end, or for @other_fd (-1: none).
 * Return: 1, 0 if there is none, or -errno. */
int limit_wait_one(const struct cgroup *cgroup, int other_fd);

MUST_CHECK int
limit_run_direct(struct limit_plan *plan, const struct limit_asks *asks,
		 const struct kist_limit *args, const struct kist_trace *trace,
		 struct kist_limit_result *result, struct kist_error *err);

#endif
