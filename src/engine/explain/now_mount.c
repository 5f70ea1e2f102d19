/* SPDX-License-Identifier: Apache-2.0 */
/* now_mount.c - how a place, or a type of file system, is mounted here */
#include <string.h>

#include "engine/explain/now.h"
#include "kernel/mountinfo.h"

static void put(struct now *now, const struct mountinfo *mount)
{
	buf_printf(&now->line, "%s: %s, %s, %s", mount->point, mount->type,
		   mount->options, mountinfo_propagation(mount));
}

void now_mount(struct now *now)
{
	struct mountinfo_list list;
	const struct mountinfo *first = NULL;
	size_t count = 0;
	int ret = mountinfo_read(now->proc_fd, now->pid, &now->arena, &list);

	if (ret < 0) {
		now_refused(now, ret);
		return;
	}
	if (now->rest[0] == '/') {
		first = mountinfo_of(&list, now->rest);
		if (first)
			put(now, first);
		return;
	}
	for (size_t i = 0; i < list.count; i++) {
		if (strcmp(list.mounts[i].type, now->rest) != 0)
			continue;
		if (!count++)
			first = &list.mounts[i];
	}
	if (!first)
		buf_printf(&now->line, "no %s is mounted here", now->rest);
	else
		put(now, first);
	if (count > 1)
		buf_printf(&now->line, " … (%zu of them)", count);
}
