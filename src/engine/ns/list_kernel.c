/* SPDX-License-Identifier: Apache-2.0 */
/* list_kernel.c - all namespaces, by listns(2) */
#include <errno.h>

#include "engine/ns/scan.h"
#include "sys/nsfs.h"

#define IDS_AT_ONCE 512

const struct list_door list_kernel_door = { sys_listns, sys_ns_open_id };

static uint32_t clone_flags(uint32_t kinds)
{
	uint32_t flags = 0;

	if (kinds == KIST_NS_ALL)
		return 0;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (kinds & BIT(kind))
			flags |= (uint32_t)ns_table[kind].clone_flag;
	return flags;
}

static void add(struct scan *scan, const struct list_door *door, uint64_t id)
{
	/* Gone since, or not ours to open. */
	CLEANUP_FD int fd = door->open(id);

	if (fd >= 0)
		scan_add_fd(scan, fd);
}

int list_kernel(struct scan *scan, const struct list_door *door)
{
	uint32_t flags = clone_flags(scan->kinds);
	uint64_t ids[IDS_AT_ONCE], last = 0;
	ssize_t count;

	while ((count = door->list(last, flags, 0, ids, IDS_AT_ONCE)) > 0) {
		for (ssize_t i = 0; i < count; i++)
			add(scan, door, ids[i]);
		if (ids[count - 1] <= last)
			return -EIO; /* it would never end */
		last = ids[count - 1];
	}
	/* So the kernel says that none has a larger number. */
	if (count == -ENOENT)
		count = 0;
	return scan->failed ? -ENOMEM : (int)count;
}
