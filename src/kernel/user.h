/* SPDX-License-Identifier: Apache-2.0 */
/**
 * user.h - users and groups of a container's own /etc/passwd and /etc/group
 *
 * The files are a stranger's: opened below the root whatever links are there,
 * at most USER_FILE_MAX bytes of them, bad lines are skipped.
 *
 * See: passwd(5), group(5)
 */
#ifndef KERNEL_USER_H
#define KERNEL_USER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

#define USER_FILE_MAX (1024 * 1024)
#define USER_GROUPS_MAX 1024

/**
 * struct user - who a process is
 * @home:	"/" if it is not known
 * @groups:	supplementary ones, in the order of /etc/group
 */
struct user {
	uint32_t uid, gid;
	const char *home;
	gid_t *groups;
	size_t group_count;
};

/**
 * user_lookup() - find "USER" or "USER:GROUP" below a root
 * @root_fd:	the container's root directory; AT_FDCWD: this machine's
 * @text:	each half is a name, or digits and then always a number: a
 *		name of digits in /etc/passwd is never looked for
 *
 * The group is what @text says, else the user's in /etc/passwd, else 0. Only
 * where @text says no group has a known user supplementary groups.
 *
 * Return: 0; -EINVAL (USER_SYNTAX: empty halves, a third one, numbers with a
 * sign or above 4294967294), -ENOENT (USER_UNKNOWN: a name that is not
 * there), or a system call's error.
 */
MUST_CHECK int user_lookup(int root_fd, const char *text, struct arena *arena,
			   struct user *ret_user, struct kist_error *err);

/* The home directory of @uid below a root; "/" if it is not known. Lives in
 * @arena. */
const char *user_home(int root_fd, uint32_t uid, struct arena *arena);

/* The login shell of @uid below a root, in @arena; NULL if none is known. */
const char *user_shell(int root_fd, uint32_t uid, struct arena *arena);

/* The name of @uid below a root, in @arena; NULL if it is not known. */
const char *user_name(int root_fd, uint32_t uid, struct arena *arena);

/**
 * user_parse_ids() - "UID" or "UID:GID", numbers alone
 * @ret_gid:	written only if there is one
 *
 * Return: 0 or -EINVAL (USER_SYNTAX).
 */
MUST_CHECK int user_parse_ids(const char *text, uint32_t *ret_uid,
			      uint32_t *ret_gid, struct kist_error *err);

#endif
