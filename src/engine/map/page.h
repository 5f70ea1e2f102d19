/* SPDX-License-Identifier: Apache-2.0 */
/* page.h - the page that shows a map in a browser: one file, no other */
#ifndef ENGINE_MAP_PAGE_H
#define ENGINE_MAP_PAGE_H

#include <kist/map.h>

#include "base/buf.h"

/* Append the page with this map in it. @json: one line, of map_json(). */
void map_page(const char *json, struct buf *buf);

#endif
