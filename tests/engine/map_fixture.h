/* SPDX-License-Identifier: Apache-2.0 */
/* map_fixture.h - made-up machines to draw: 10 containers, 500, hostile names */
#ifndef TESTS_MAP_FIXTURE_H
#define TESTS_MAP_FIXTURE_H

#include <kist/map.h>

/**
 * fixture_make() - a machine with about @containers containers
 *
 * Units and processes of the host, containers of three engines on bridges,
 * pods of three that share net, ipc and uts, one with the host's network, one
 * below a user namespace in another, a named network with a cable of its own, a
 * tree of control groups with usage and limits, published ports.
 */
void fixture_make(size_t containers, struct kist_map *ret_map);
void fixture_free(struct kist_map *map);

/* A machine with nothing on it, and one whose every text is an attack. */
void fixture_empty(struct kist_map *ret_map);
void fixture_hostile(struct kist_map *ret_map);
extern const char fixture_attack[];

#endif
