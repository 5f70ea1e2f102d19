/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - a map as JSON: for people (indented) and for the page (not) */
#ifndef ENGINE_MAP_JSON_H
#define ENGINE_MAP_JSON_H

#include <kist/map.h>

#include "base/buf.h"

/* Append it. @indent: of one level, or NULL: all on one line. '<', '>' and '&'
 * are escaped, so it may stand in a page's <script>. */
void map_json(const struct kist_map *map, const char *indent, struct buf *buf);

#endif
