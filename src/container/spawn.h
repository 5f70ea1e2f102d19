/* SPDX-License-Identifier: Apache-2.0 */
/**
 * spawn.h - start the child with a plan, and listen to what it reports
 *
 * Ownership:  spawn_start fills the caller's struct; spawn_done closes its
 *             fds and, if the process was not released, kills and reaps it.
 * Threads:    safe in a threaded program.
 */
#ifndef CONTAINER_SPAWN_H
#define CONTAINER_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "container/plan.h"

/**
 * struct spawn - a child on its way
 * @pid, @pidfd: the process that will execute the program: with a FORK
 *		operation they are known after its report
 * @report_fd:	our end of the report socket
 * @is_maker:	@pid only makes that process, with a FORK operation
 * @maker_status: how that ended; 128 + signal
 */
struct spawn {
	pid_t pid;
	int pidfd;
	int report_fd;
	bool released, is_maker;
	int maker_status;
};

/**
 * spawn_start() - make the first process of @plan
 * @stdio:	fds for 0, 1 and 2, or -1 to pass the caller's on
 *
 * Return: 0; NAMESPACE when clone3(2) refuses.
 */
MUST_CHECK int spawn_start(struct plan *plan, const int stdio[3],
			   struct spawn *ret_spawn, struct kist_error *err);

/**
 * spawn_become() - this process executes the child with @plan, and is it
 *
 * For a single-threaded caller, and a plan that reports to nobody.
 *
 * Return: only after a failure (SYSTEM).
 */
MUST_CHECK int spawn_become(struct plan *plan, struct kist_error *err);

/* Called at each SYNC, with the pid of the waiting process. */
typedef int spawn_sync(void *context, enum plan_stage stage, pid_t pid,
		       struct kist_error *err);

/**
 * spawn_watch() - follow the child until it is ready or has executed
 * @config:	for places in errors, see plan_error()
 *
 * Return: 0 when READY was reported or the program was executed; otherwise
 * what failed first: the child's report, a sync's error, or CONTAINER_DIED.
 */
MUST_CHECK int spawn_watch(struct spawn *spawn, const struct plan *plan,
			   spawn_sync *sync, void *context,
			   const struct config_source *config,
			   struct kist_error *err);

/* The same, but only until the process that FORK makes is known. */
MUST_CHECK int spawn_watch_fork(struct spawn *spawn, const struct plan *plan,
				const struct config_source *config,
				struct kist_error *err);

/* Did the process die before it executed the program? CONTAINER_DIED. */
MUST_CHECK int spawn_check(const struct spawn *spawn, struct kist_error *err);

/* The same for a connection to a created container's start socket. */
MUST_CHECK int spawn_watch_start(int fd, struct plan_report *ret_failure);

/* Wait for the end. Return: the exit status, 128 + signal, or -errno. */
int spawn_wait(const struct spawn *spawn);

/* From now on the process lives without us. */
void spawn_release(struct spawn *spawn);
void spawn_done(struct spawn *spawn);

#endif
