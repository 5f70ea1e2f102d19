/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mount_place.h - a mount namespace that something is done in
 *
 * How it works
 * ============
 * A place is a TARGET with its mount namespace open, the user namespace that
 * owns that one if it is not ours, and the root directory of the process. What
 * is done there is done in a visit (kernel/ns_visit.h), below that root.
 *
 * Ownership: open/close; strings live until then.
 * Threads:   one place, one thread.
 */
#ifndef ENGINE_MNT_MOUNT_PLACE_H
#define ENGINE_MNT_MOUNT_PLACE_H

#include <kist/mnt.h>

#include "engine/ns/target.h"
#include "kernel/mountinfo.h"

/**
 * struct mount_place - where
 * @fd:		what to enter: the mount and user namespace, -1 where it is ours
 * @mnt_fd, @owner_fd: the same whether they are ours or not; @owner_fd may be
 *		-1: not ours to see
 * @root_fd:	root directory (O_PATH); -1: that of the namespace
 * @mounts:	in the target's arena
 */
struct mount_place {
	struct target target;
	int fd[NS_COUNT];
	int mnt_fd, owner_fd, root_fd;
	uint64_t ns;
	struct mountinfo_list mounts;
	bool is_open;
};

MUST_CHECK int mount_place_open(const struct kist *kist, const char *word,
				struct mount_place *ret_place,
				struct kist_error *err);
void mount_place_close(struct mount_place *place);
#define CLEANUP_MOUNT_PLACE __attribute__((cleanup(mount_place_close)))

/**
 * mount_place_visit() - call a function there, as the root user of the place
 * @act:	as for ns_visit(); @root_fd is the root directory, an O_PATH fd
 *		that it may not close
 */
MUST_CHECK int mount_place_visit(const struct mount_place *place,
				 int (*act)(int root_fd, void *arg,
					    struct kist_error *err),
				 void *arg, struct kist_error *err);

/* "nsenter -t 1234 -m …" that brings a shell line there; in the arena. */
const char *mount_place_shell(struct mount_place *place);

/* A path of the place: absolute, tidied, in the arena. NULL with MNT_SYNTAX. */
const char *mount_place_path(struct mount_place *place, const char *path,
			     struct kist_error *err);

/* The mount at a path that came from mount_place_path(). NULL with MNT_ABSENT. */
const struct mountinfo *mount_place_mount(const struct mount_place *place,
					  const char *path,
					  struct kist_error *err);

/* After what took CAP_SYS_ADMIN and was refused: who has it? */
void mount_refused_hint(struct kist_error *err);

/* Is one of the mounts changed there? What the kernel refused with @errnum,
 * explained: MNT_DENIED, MNT_LOCKED, MNT_BUSY, or SYSTEM. */
int mount_place_refused(const struct mount_place *place, int errnum,
			const char *what, const char *path,
			struct kist_error *err);

void mount_tell(const struct mountinfo *m, struct kist_mount *ret_mount);

#endif
