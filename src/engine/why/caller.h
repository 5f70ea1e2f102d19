/* SPDX-License-Identifier: Apache-2.0 */
/* caller.h - what probes ask about the process that was refused */
#ifndef ENGINE_WHY_CALLER_H
#define ENGINE_WHY_CALLER_H

#include "engine/why/why.h"
#include "kernel/idmap.h"
#include "kernel/ns.h"
#include "kernel/proc_status.h"

#define FIRST_USER_NS 0xEFFFFFFDu /* the machine's own, on every kernel */

/* Its status file. Return: whether it could be read. */
bool caller_status(const struct why_case *c, struct proc_status *ret_status);

/* Its file @name, in the arena; NULL: it cannot be read. */
const char *caller_file(const struct why_case *c, const char *name);

/* The inode of its namespace ("user", "pid_for_children"); 0: not known. */
uint64_t caller_ns(const struct why_case *c, const char *kind);

/* A number below /proc/sys. Return: whether there is one. */
bool caller_sysctl(const struct why_case *c, const char *name,
		   int64_t *ret_value);

/**
 * caller_can() - has it a capability in the user namespace that owns one of
 *	its namespaces?
 * @kind:	NS_USER: in its own; NS_COUNT: in the machine's first
 * @ret_owner:	"user:[4026531837]", or NULL; @ret_own: its own
 *
 * Return: 1, 0; -EPERM: the owner is above what we may see, so it has not.
 */
int caller_can(const struct why_case *c, int cap, enum ns_kind kind,
	       const char **ret_owner, const char **ret_own);

/* How deep its user or pid namespace is nested, as far as we may see; 0: the
 * outermost. */
int caller_depth(const struct why_case *c, enum ns_kind kind);

#endif
