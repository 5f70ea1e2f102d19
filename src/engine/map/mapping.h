/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mapping.h - what the parts of kist_map() share
 *
 * How it works
 * ============
 * One pass over /proc finds the namespaces and the things in them
 * (finding.h). Then each part adds its list: map_net.c visits every network
 * namespace once, map_cgroups.c walks each hierarchy once. What may not be
 * seen is left out; only want of memory is a failure.
 *
 * Ownership: all in the arena, which becomes the map's.
 */
#ifndef ENGINE_MAP_MAPPING_H
#define ENGINE_MAP_MAPPING_H

#include "engine/map/finding.h"

struct mapping {
	const struct kist *kist;
	struct arena *arena;
	struct scan scan;
	struct things things;
	const struct group *groups;
	struct kist_map *map;
	uint64_t host[NS_COUNT];
	uint64_t ours; /* network namespace of the caller */
};

/* map_net.c, map_ports.c, map_cgroups.c. Return: 0 or -ENOMEM. */
MUST_CHECK int mapping_net(struct mapping *m);
MUST_CHECK int mapping_ports(struct mapping *m);
MUST_CHECK int mapping_cgroups(struct mapping *m);

/* A namespace that was found. Return: an fd, or -errno. */
MUST_CHECK int mapping_open(const struct mapping *m,
			    const struct scan_item *item);

/* Lists that grow by doubling, in the arena; NULL: memory is exhausted. */
void *mapping_grow(struct arena *arena, void *list, size_t count, size_t *room,
		   size_t size);

#endif
