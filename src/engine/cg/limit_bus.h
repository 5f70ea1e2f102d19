/* SPDX-License-Identifier: Apache-2.0 */
/**
 * limit_bus.h - asking systemd to make a scope, or to change a unit
 *
 * See: org.freedesktop.systemd1(5)
 */
#ifndef ENGINE_CG_LIMIT_BUS_H
#define ENGINE_CG_LIMIT_BUS_H

#include "engine/cg/limit_properties.h"

#define LIMIT_PROPERTIES 32
#define LIMIT_MANAGER "/org/freedesktop/systemd1"
#define LIMIT_INTERFACE "org.freedesktop.systemd1.Manager"

/**
 * struct limit_unit - a scope to be made, or a unit that is there
 * @socket:	of the manager
 * @name:	"kist-limit-12.scope"
 * @slice:	in which; NULL: systemd's choice
 * @own_pid:	room for @pids, if it is one
 */
struct limit_unit {
	const char *socket, *name, *slice;
	bool is_user;
	struct limit_property properties[LIMIT_PROPERTIES];
	size_t count;
	const pid_t *pids;
	size_t pid_count;
	pid_t own_pid;
};

/* Make a scope with @pids in it, and wait until they are. @oom_policy: one
 * process killed for want of memory shall not end the others. */
MUST_CHECK int limit_unit_start(const struct limit_unit *unit, bool oom_policy,
				struct kist_error *err);

/* Set the properties until the next boot. */
MUST_CHECK int limit_unit_set(const struct limit_unit *unit,
			      struct kist_error *err);

#endif
