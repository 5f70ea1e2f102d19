/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.c - the page that shows a map in a browser
 *
 * How it works
 * ============
 * page/ is one file when kist is built (page/embed.sh). The
 * only thing added at run time is the map, as JSON, in a <script> that is data
 * and never run. '<', '>' and '&' are escaped in it, so that no name on the
 * machine can end it.
 */
#include <string.h>

#include "engine/map/json.h"
#include "engine/map/page.h"

extern const char kist_map_page[], kist_map_page_end[];

static const char place[] = "@MAP@";

void map_page(const char *json, struct buf *buf)
{
	size_t size = (size_t)(kist_map_page_end - kist_map_page);
	const char *at = memmem(kist_map_page, size, place, strlen(place));
	const char *rest = at + strlen(place);

	buf_add(buf, kist_map_page, (size_t)(at - kist_map_page));
	buf_puts(buf, json);
	buf_add(buf, rest, (size_t)(kist_map_page_end - rest));
}

char *kist_map_html(const struct kist_map *map)
{
	CLEANUP_BUF struct buf json;
	struct buf page;

	buf_init(&json);
	buf_init(&page);
	map_json(map, NULL, &json);
	if (!buf_failed(&json))
		map_page(json.data, &page);
	if (!buf_failed(&json) && !buf_failed(&page))
		return buf_take(&page);
	buf_done(&page);
	return NULL;
}
