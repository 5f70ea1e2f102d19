/* SPDX-License-Identifier: Apache-2.0 */
/**
 * limit_systemd.h - limits by a scope of systemd
 *
 * How it works
 * ============
 * Where systemd owns the tree, groups are made by asking it: a scope is a unit
 * of processes that others started. We speak to the socket its own tools use:
 * that of the system's manager for root, of the user's for others. A command
 * is forked first and waits; systemd moves it into the scope; then it
 * executes: not one instruction of it is without the limits. The scope goes
 * away by itself when it is empty.
 */
#ifndef ENGINE_CG_LIMIT_SYSTEMD_H
#define ENGINE_CG_LIMIT_SYSTEMD_H

#include "engine/cg/limit.h"

/**
 * limit_systemd_socket() - the manager that owns the groups of this user
 *
 * Return: 0; -ENOENT: systemd does not run here, or not on cgroup v2; -ENXIO:
 * it runs, but there is no manager this user may ask.
 */
int limit_systemd_socket(char *ret_path, size_t size);

/* As kist_limit_run() and kist_limit_apply(), the words read. @socket: of the
 * manager. */
MUST_CHECK int limit_systemd_run(const char *socket, struct arena *arena,
				 const struct limit_asks *asks,
				 const struct kist_limit *args,
				 const struct kist_trace *trace,
				 struct kist_limit_result *result,
				 struct kist_error *err);
MUST_CHECK int limit_systemd_apply(const char *socket, struct arena *arena,
				   const struct limit_asks *asks,
				   const pid_t *pids, size_t count,
				   const struct kist_trace *trace,
				   struct kist_error *err);

/**
 * limit_systemd_unit() - the unit whose group a process is in
 * @ret_unit:	"docker-1f2e.scope", "nginx.service"
 *
 * Return: is there one, of the manager we would ask?
 */
bool limit_systemd_unit(pid_t pid, char *ret_unit, size_t size);

/* Set properties of a unit until the next boot. */
MUST_CHECK int limit_systemd_set(const char *socket, const char *unit,
				 struct arena *arena,
				 const struct limit_asks *asks,
				 const struct kist_trace *trace,
				 struct kist_error *err);

#endif
