/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_map.h - the parts of kist map: its text, its pictures */
#ifndef CLI_CMD_MAP_H
#define CLI_CMD_MAP_H

#include <kist/map.h>

#include "cli/kist.h"

/* @svg, @html: a file, "-": standard output. @serve: a port, "0": any */
struct map_args {
	bool json;
	const char *svg, *html, *serve, *token, *output;
};

/* Is a picture asked for, and not a text? */
bool map_wants_picture(const struct map_args *a);
int map_picture(const struct kist_global *g, const struct map_args *a,
		struct kist_error *err);

#endif
