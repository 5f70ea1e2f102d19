/* SPDX-License-Identifier: Apache-2.0 */
/**
 * idmap.h - id maps of user namespaces: check, write, look up, subordinate ids
 *
 * See: user_namespaces(7), subuid(5), newuidmap(1)
 */
#ifndef KERNEL_IDMAP_H
#define KERNEL_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

struct id_map {
	uint32_t inside, outside, count;
};

struct id_maps {
	struct id_map *maps;
	size_t count;
};

#define IDMAP_MAX 340 /* lines a map may have (Linux 4.15) */

/* Overlaps, zero counts, overflow, too many lines: ID_MAP. @word is "uid" or
 * "gid", for the error. */
MUST_CHECK int idmap_check(const struct id_maps *maps, const char *word,
			   struct kist_error *err);

/* The lines of /proc/PID/uid_map; none of NULL, or if memory is exhausted, which
 * the arena remembers. idmap_read() also reads the file. Return: 0 or a negative errno. */
struct id_maps idmap_parse(const char *text, struct arena *arena);
MUST_CHECK int idmap_read(int dir_fd, const char *path, struct arena *arena,
			  struct id_maps *ret_maps);

/* Translate. Return: false if @id is not mapped. */
bool idmap_outside(const struct id_maps *maps, uint32_t inside,
		   uint32_t *ret_outside);
bool idmap_inside(const struct id_maps *maps, uint32_t outside,
		  uint32_t *ret_inside);

/**
 * idmap_write() - give the user namespace of process @pid its maps
 *
 * Directly where the caller may (CAP_SETUID/CAP_SETGID in the parent
 * namespace, or a single line of the own id, with setgroups denied), else
 * with newuidmap(1) and newgidmap(1).
 *
 * Return: 0; -EPERM (ID_MAP_DENIED: says which id is not the caller's and the
 * line for /etc/subuid), -ENOENT (ID_MAP_TOOL: newuidmap is needed and not
 * there), or a system call's error.
 */
MUST_CHECK int idmap_write(pid_t pid, const struct id_maps *uids,
			   const struct id_maps *gids, struct kist_error *err);

/**
 * idmap_rootless() - the best maps an ordinary user can have
 *
 * Inside 0 is @uid/@gid; inside 1… are the subordinate ids of /etc/subuid and
 * /etc/subgid if both exist and newuidmap is there; else the single id.
 */
MUST_CHECK int idmap_rootless(uid_t uid, gid_t gid, struct arena *arena,
			      struct id_maps *ret_uids,
			      struct id_maps *ret_gids, struct kist_error *err);

#endif
