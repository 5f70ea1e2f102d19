/* SPDX-License-Identifier: Apache-2.0 */
/* svg.c - a map as a drawing */
#include <kist/map.h>

#include "base/buf.h"

char *kist_map_svg(const struct kist_map *map)
{
	struct buf buf;

	(void)map;
	buf_init(&buf);
	buf_puts(&buf, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n");
	return buf_take(&buf);
}
