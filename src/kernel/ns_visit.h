/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ns_visit.h - do something inside other namespaces, and stay where one is
 *
 * How it works
 * ============
 * A child that shares the caller's memory and open files, but not its
 * namespaces or working directory, joins them, calls the function, and ends.
 * So what the function stores and opens is the caller's: a netlink socket or a
 * file of /proc opened in there belongs to that namespace for good.
 *
 * The calling thread sleeps meanwhile; its namespaces, credentials, signals and
 * working directory are untouched. Other threads run on.
 *
 * Threads:    safe in a threaded program.
 * See:        setns(2), clone(2)
 */
#ifndef KERNEL_NS_VISIT_H
#define KERNEL_NS_VISIT_H

#include "base/err.h"
#include "kernel/ns.h"

/**
 * ns_visit() - call a function inside namespaces
 * @fd:		an nsfs fd for each kind, or -1 to stay; none is closed. With
 *		NS_PID and NS_TIME only processes that @act makes are in them.
 *		With NS_USER the function has all capabilities in it; if that
 *		is the caller's own, give -1
 * @act:	runs on 12 KiB of stack: system calls and small buffers. It may
 *		allocate and use @err. It must return, not exit
 * @arg:	given to it
 *
 * Return: what @act returned; or a negative errno: NS_DENIED or SYSTEM when a
 * namespace could not be entered.
 */
MUST_CHECK int ns_visit(const int fd[NS_COUNT],
			int (*act)(void *arg, struct kist_error *err),
			void *arg, struct kist_error *err);

#endif
