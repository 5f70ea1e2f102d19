/* SPDX-License-Identifier: Apache-2.0 */
/**
 * unshare.h - the parts of kist_unshare()
 *
 * How it works
 * ============
 * The calling process (or, without @replace, a child of it) makes the
 * namespaces for itself: the *maker*. Where the command has to be a child (a
 * new pid namespace has no process yet) the maker then makes one that shares
 * its memory until it executes, so that errors need no pipe, and waits.
 *
 * What only somebody outside can do (maps of more than the own id, files that
 * keep a namespace) is done by a helper made before, the *outside*
 * (unshare_outside.c), which takes it back if the maker ends without having
 * come as far as executing the command.
 *
 * unshare.c		what is asked for, checked; what is implied
 * unshare_maps.c	the id maps
 * unshare_tell.c	the shell lines that do the same
 * unshare_make.c	the maker: namespaces, maps, clocks; and why not
 * unshare_inside.c	mounts, names, ids of the command; executing it
 * unshare_wait.c	signals passed on while the command runs
 */
#ifndef ENGINE_NS_UNSHARE_H
#define ENGINE_NS_UNSHARE_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include <kist/unshare.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/idmap.h"
#include "kernel/ns.h"

struct unshare_id {
	bool given;
	uint32_t id;
};

/**
 * struct unshare - what is to be done
 * @ns:		with what is implied
 * @forks:	the command is a child of the maker
 * @fresh_proc:	where, or NULL; @must_proc: it was asked for
 * @uids, @gids: maps; none if the count is 0
 * @map_user, @map_group, @map_users, @map_groups: what the maps are made of
 * @by_outside:	they are not for the maker to write
 * @keeps:	kinds that files keep
 * @groups:	/proc/self/cgroup before there was a new cgroup namespace, if
 *		mounts are to follow it
 * @owner_uid, @owner_gid: of the user namespace
 * @argv:	the command
 * @self_pidfd:	of the maker, where its death matters; else -1
 * @outside_fd:	to the helper, or -1
 * @mask:	signals as the command is to have them
 */
struct unshare {
	const struct kist_unshare *args;
	struct arena *arena;
	unsigned ns;
	bool forks;

	const char *fresh_proc;
	bool must_proc, fresh_sys, fresh_mqueue, own_cgroups;

	struct id_maps uids, gids;
	bool by_outside, deny_setgroups;
	unsigned keeps;
	const char *groups;
	const char *map_user, *map_group;
	const char *const *map_users, *const *map_groups;
	struct unshare_id owner_uid, owner_gid, uid, gid;

	const char *const *argv;
	int self_pidfd, outside_fd;
	sigset_t mask;
	bool ignores_sigchld;
};

static inline bool unshare_has(const struct unshare *u, enum ns_kind kind)
{
	return u->ns & BIT(kind);
}

/* Say what could not be done and is not needed; @what is cleared. */
void unshare_warn(const struct unshare *u, struct kist_error *what);

/* ---- unshare_maps.c ---- */

/* Return: 0; ID_MAP, SUBID_NONE, USER_UNKNOWN … */
MUST_CHECK int unshare_maps(struct unshare *u, struct kist_error *err);

/* "1000", "daemon". */
MUST_CHECK int unshare_user(const char *word, struct arena *arena,
			    uint32_t *ret_id, struct kist_error *err);
MUST_CHECK int unshare_group(const char *word, struct arena *arena,
			     uint32_t *ret_id, struct kist_error *err);

/* ---- unshare_tell.c ---- */

/* The steps, as shell lines. */
void unshare_tell(const struct unshare *u, const struct kist_trace *trace);

/* ---- unshare_outside.c ---- */

/* Make the helper. Return: 0 or -errno with the error set. */
MUST_CHECK int outside_begin(struct unshare *u, struct kist_error *err);
/* Write the maps of process @pid. */
MUST_CHECK int outside_map(const struct unshare *u, pid_t pid,
			   struct kist_error *err);
/* Keep the namespaces @kinds of process @pid in their files. */
MUST_CHECK int outside_keep(const struct unshare *u, pid_t pid, unsigned kinds,
			    struct kist_error *err);
/* From now on nothing is to be taken back. */
void outside_commit(const struct unshare *u);
/* Take everything back; returns when that is done. */
void outside_abort(const struct unshare *u);
/* Does the mount that @file (or its folder) is on pass mounts on to others? */
bool outside_is_on_shared(const char *file);

/* ---- unshare_make.c ---- */

/* The maker: returns in the place of the command if that is a child. */
MUST_CHECK int unshare_make(struct unshare *u, int *ret_status,
			    struct kist_error *err);

/* ---- unshare_inside.c, unshare_mounts.c ---- */

/* Has the maker ended? Known only where it matters. */
bool unshare_is_maker_dead(const struct unshare *u);
/* All that follows in the process that becomes the command. Return: -errno,
 * or not at all. */
MUST_CHECK int unshare_inside(const struct unshare *u, struct kist_error *err);
/**
 * unshare_cgroup_binds() - the cgroup mounts that show more than the own group
 * @inside:	in the new cgroup namespace
 * @each:	told what is to be bound where
 */
void unshare_cgroup_binds(const struct unshare *u, bool inside,
			  void (*each)(void *context, const char *from,
				       const char *to),
			  void *context);
/* Where the kernel lets people mount something below /sys; NULL-terminated. */
extern const char *const unshare_sys_places[];
bool unshare_is_mount(const char *path);
/* Does the text of /proc/self/cgroup say anything but "/"? */
bool unshare_is_grouped(const char *groups);
MUST_CHECK int unshare_mounts(const struct unshare *u, struct kist_error *err);

/* ---- unshare_wait.c ---- */

/* The signals that are passed on, held back from now on. */
void unshare_hold(struct unshare *u);
/* Wait for the command. Return: its status, or -errno. */
MUST_CHECK int unshare_wait(const struct unshare *u, pid_t pid);

#endif
