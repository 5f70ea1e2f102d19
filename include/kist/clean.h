/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/clean.h - what was left behind: found, and removed
 *
 * A kist that is killed at a bad moment (kill -9, no power) may leave
 * something. Every kist command undoes what it made; this finds what remains
 * all the same, and what nobody uses any more.
 *
 *	struct kist_clean *clean;
 *
 *	if (kist_clean_find(NULL, &clean, &err) == 0) {
 *		for (size_t i = 0; i < clean->count; i++)
 *			puts(clean->items[i].what);
 *		kist_clean_remove(clean, NULL, &err);
 *		kist_clean_free(clean);
 *	}
 *
 * Nothing that is in use is found, or removed: each thing is looked at again,
 * under its lock where it has one, just before. Things younger than a few
 * seconds are passed over, for somebody may be making them. An ordinary user
 * finds what is the user's own.
 *
 * Ownership:  all in a struct kist_clean is its own, until kist_clean_free().
 * Threads:    a function blocks the calling thread only.
 * Return:     0, or a negative errno with the error filled in.
 */
#ifndef KIST_CLEAN_H
#define KIST_CLEAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <kist/error.h>
#include <kist/run.h>
#include <kist/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/* enum kist_leftover_kind - what it is */
enum kist_leftover_kind {
	KIST_LEFTOVER_CONTAINER, /* a record, with all that belongs to it */
	KIST_LEFTOVER_STATE,	 /* the state of a container that has ended */
	KIST_LEFTOVER_NAME,	 /* a name of a container that is gone */
	KIST_LEFTOVER_SET,	 /* named namespaces that have ended */
	KIST_LEFTOVER_NETNS,	 /* a file in /run/netns */
	KIST_LEFTOVER_MOUNT,	 /* a namespace bound in an odd place, or a
				  * mount below kist's folders */
	KIST_LEFTOVER_CGROUP,	 /* a control group without processes */
	KIST_LEFTOVER_PORT,	 /* a published port without a namespace */
	KIST_LEFTOVER_LINK,	 /* a network device that got no further, or
				  * what is remembered of one that is gone */
	KIST_LEFTOVER_HOLDER,	 /* a process that keeps what has no name */
	KIST_LEFTOVER_COUNT
};

/* "container", "state", "name", "namespaces", "netns", "mount", "cgroup",
 * "port", "link", "holder" */
const char *kist_leftover_name(enum kist_leftover_kind kind);

/**
 * struct kist_leftover - one thing
 * @what:	its name, path or process
 * @reason:	why nobody misses it
 * @owner:	user it belongs to; @owner_name: of /etc/passwd, or NULL
 * @is_removable: it is kist's; else it is only told of, with @advice: a
 *		command that would remove it, or NULL
 * @is_removed:	by kist_clean_remove()
 */
struct kist_leftover {
	enum kist_leftover_kind kind;
	const char *what, *reason;
	uid_t owner;
	const char *owner_name;
	bool is_removable;
	const char *advice;
	bool is_removed;
};

struct kist_clean {
	struct kist_leftover *items;
	size_t count;
};

/* kist_clean_find() - look for it all */
int kist_clean_find(const struct kist *kist, struct kist_clean **ret_clean,
		    struct kist_error *err);

/**
 * kist_clean_remove() - remove what is removable
 *
 * Goes on after a failure. What is in use by now is left alone, which is no
 * failure.
 *
 * Return: 0, or what failed first, with @err of it.
 */
int kist_clean_remove(struct kist_clean *clean, const struct kist_trace *trace,
		      struct kist_error *err);

void kist_clean_free(struct kist_clean *clean);

#ifdef __cplusplus
}
#endif

#endif
