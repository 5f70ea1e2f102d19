/* SPDX-License-Identifier: Apache-2.0 */
/**
 * sharing.h - how each thing of a map stands to each kind of namespace
 *
 * Namespaces that the same things share bear the same letter. Things bound to
 * one another by a shared namespace are a group.
 */
#ifndef ENGINE_MAP_SHARING_H
#define ENGINE_MAP_SHARING_H

#include <kist/map.h>

#include "base/arena.h"
#include "kernel/ns.h"

enum share { SHARE_UNKNOWN, SHARE_HOST, SHARE_OWN, SHARE_COMMON };

struct share_cell {
	enum share how;
	int label; /* of SHARE_COMMON: 0 is A */
};

/**
 * struct sharing
 * @cells:	of each thing of the map, by enum ns_kind
 * @groups:	of each thing: the first one it is bound to, itself if to none
 * @sizes:	how many are bound to that first one
 */
struct sharing {
	const struct kist_map *map;
	struct share_cell (*cells)[NS_COUNT];
	size_t *groups, *sizes;
};

/* Failures are the arena's. */
void sharing_find(const struct kist_map *map, struct arena *arena,
		  struct sharing *ret_sharing);

/* "A", "Z", "AA" */
#define SHARE_LABEL 8
void share_label(int label, char ret_text[SHARE_LABEL]);

/* The thing's cells in one word, alike for those that look alike. With
 * @letters those in common count as alike only if they are the same. */
const char *sharing_look(const struct sharing *sharing, size_t thing,
			 bool letters, struct arena *arena);

#endif
