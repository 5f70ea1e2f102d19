/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_map.h - the parts of kist map: its text, its pictures */
#ifndef CLI_CMD_MAP_H
#define CLI_CMD_MAP_H

#include <kist/map.h>

#include "cli/kist.h"

/* @svg, @html: a file, "-": standard output. @serve: a port, "0": any */
struct map_args {
	bool json, ns, net, cg, ids, whole;
	int width;
	const char *engine;
	const char *const *words;
	const char *svg, *html, *serve, *token, *output;
};

/* The parts of the machine that are asked for: enum kist_map_part. */
unsigned map_parts(const struct map_args *a);

/**
 * map_filter() - only what is asked for: things, what they are in, what they
 *	are linked to
 * @ret_map:	borrows from @map; map_filter_done()
 *
 * Return: 0; -ENOENT (MAP_NOTHING).
 */
MUST_CHECK int map_filter(const struct map_args *a, const struct kist_map *map,
			  struct kist_map *ret_map, struct kist_error *err);
void map_filter_done(struct kist_map *map);

/* Is a picture asked for, and not a text? */
bool map_wants_picture(const struct map_args *a);
int map_picture(const struct kist_global *g, const struct map_args *a,
		struct kist_error *err);

#endif
