/* SPDX-License-Identifier: Apache-2.0 */
/**
 * subid.h - /etc/subuid and /etc/subgid: who may map which ids
 *
 * Threads: no shared state.
 * See:     subuid(5), subgid(5), newuidmap(1)
 */
#ifndef KERNEL_SUBID_H
#define KERNEL_SUBID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/**
 * struct subid - one line
 * @owner:	a name or a number, as written
 */
struct subid {
	const char *owner;
	uint32_t start, count;
};

struct subids {
	struct subid *lines;
	size_t count;
};

/* The lines of a text that are understood; others are passed over, as the
 * tools do. Return: 0 or -ENOMEM. */
MUST_CHECK int subid_parse(const char *text, struct arena *arena,
			   struct subids *ret_subids);

/* "uid" or "gid": the whole file. A file that is not there has no lines.
 * Return: 0 or -errno. */
MUST_CHECK int subid_load(const char *word, struct arena *arena,
			  struct subids *ret_subids);

/* Is the line the user's? @name may be NULL. */
bool subid_is_of(const struct subid *line, const char *name, uint32_t uid);

/* Does one line of the user's hold all these ids? */
bool subid_allows(const struct subids *subids, const char *name, uint32_t uid,
		  uint32_t start, uint32_t count);

/**
 * subid_free_start() - where @count ids begin that no line has
 *
 * At least 100000, and a multiple of 65536 behind it, as useradd(8) gives them.
 *
 * Return: the first id; 0: there is no room.
 */
uint32_t subid_free_start(const struct subids *subids, uint32_t count);

#endif
