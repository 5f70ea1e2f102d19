/* SPDX-License-Identifier: Apache-2.0 */
/**
 * named.h - sets of namespaces with a name, of every kind
 *
 *	RUN/ns/			a mount of its own, private (root only)
 *	RUN/ns/NAME/net …	a namespace, bound there (root only)
 *	RUN/ns/NAME/about	who made it, when, what holds it (JSON)
 *	/run/netns/NAME		the same network namespace, for ip(8)
 *	/etc/netns/NAME/	files for programs in it, as with ip(8)
 *
 * How it works
 * ============
 * For root a namespace stays as long as a file is bound to it. A mount
 * namespace can be bound only outside itself and where nothing is propagated,
 * hence the private mount. A pid namespace can be used only as long as its
 * process 1 lives: a holder, a kist-init that only reaps. For an ordinary
 * user, who may not mount, a holder stands for all kinds; /proc/PID/ns/ of it
 * is what the name means. The holder's pid and start time are in `about`, so
 * another process with its number is never taken for it.
 *
 * A network namespace that only ip(8) named is listed and entered like the
 * others (@only_netns), and removed as ip(8) would.
 *
 * Ownership: strings in the given arena; fds the caller's.
 */
#ifndef ENGINE_NS_NAMED_H
#define ENGINE_NS_NAMED_H

#include <kist/namespace.h>
#include <kist/run.h>
#include <kist/trace.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/ns.h"

/**
 * struct named - one set
 * @kinds:	mask of (1 << kind)
 * @ino:	inode number of each, 0 if it is not in the set
 * @path:	of each, to open it: a bound file, or /proc/PID/ns/KIND; or NULL
 * @holder:	pid of its holder, 0 if there is none
 * @is_dead:	its pid namespace has lost its process 1, or its holder is gone
 * @only_netns:	it is in /run/netns alone
 * @created:	ns since 1970, 0: not known
 */
struct named {
	const char *name;
	uint32_t kinds;
	uint64_t ino[NS_COUNT];
	const char *path[NS_COUNT];
	pid_t holder;
	bool is_dead, only_netns;
	int64_t created;
};

/* All of them, sorted by name; those of /run/netns too. */
MUST_CHECK int named_list(const struct kist *kist, struct arena *arena,
			  struct named **ret_sets, size_t *ret_count,
			  struct kist_error *err);

/* Return: 0; -ENOENT (TARGET_UNKNOWN). */
MUST_CHECK int named_find(const struct kist *kist, const char *name,
			  struct arena *arena, struct named *ret_set,
			  struct kist_error *err);

/* Open the namespaces of a set; -1 for those it has not. */
MUST_CHECK int named_open(const struct named *set, int ret_fd[NS_COUNT],
			  struct kist_error *err);

/**
 * named_bind() - give open namespaces a name (root)
 * @fd:		an nsfs fd for each kind, or -1
 * @holder:	process that keeps its pid namespace usable, or 0
 *
 * Also makes /run/netns/NAME if there is a network namespace in it.
 *
 * Return: 0; -EEXIST (NAME_TAKEN), …; after a failure nothing is left.
 */
MUST_CHECK int named_bind(const struct kist *kist, const char *name,
			  const int fd[NS_COUNT], pid_t holder,
			  const struct kist_trace *trace,
			  struct kist_error *err);

/* Take the name away; what nobody else keeps alive ends. */
MUST_CHECK int named_remove(const struct kist *kist, const char *name,
			    const struct kist_trace *trace,
			    struct kist_error *err);

#endif
