/* SPDX-License-Identifier: Apache-2.0 */
/* peers.c - who propagates mounts to whom, over all mount namespaces */
#include <errno.h>
#include <stdlib.h>

#include "engine/mnt/mount_place.h"
#include "engine/ns/scan.h"
#include "kernel/proc.h"

/* The list is the first member: what kist_mnt_peers_free() is given. */
struct whole_peers {
	struct kist_mount_peers peers;
	struct arena arena;
	struct kist_mount_member *members;
	size_t size;
};

static bool add(struct whole_peers *whole, const struct mountinfo *m,
		const struct scan_item *item, const char *command)
{
	struct kist_mount_member *to;

	if (whole->peers.count == whole->size) {
		size_t size = whole->size ? 2 * whole->size : 256;

		to = reallocarray(whole->members, size, sizeof(*to));
		if (!to)
			return false;
		whole->members = to;
		whole->size = size;
	}
	to = &whole->members[whole->peers.count++];
	*to = (struct kist_mount_member){
		.ns = item->ino,
		.pid = item->pid,
		.command = command,
	};
	mount_tell(m, &to->mount);
	return true;
}

static bool take(struct whole_peers *whole, struct scan *scan,
		 const struct scan_item *item)
{
	struct mountinfo_list list;
	const char *command;

	if (item->kind != NS_MNT ||
	    mountinfo_read(scan->proc_fd, item->pid, &whole->arena, &list) < 0)
		return true;
	command = scan_command(scan, item->pid, true);
	for (size_t i = 0; i < list.count; i++)
		if ((list.mounts[i].peers || list.mounts[i].master) &&
		    !add(whole, &list.mounts[i], item, command))
			return false;
	return true;
}

static int by_group(const void *a, const void *b)
{
	const struct kist_mount_member *left = a, *right = b;
	/* 0 becomes the largest */
	uint32_t l = left->mount.peers - 1, r = right->mount.peers - 1;

	if (l != r)
		return l < r ? -1 : 1;
	if (left->ns != right->ns)
		return left->ns < right->ns ? -1 : 1;
	return (left->mount.id > right->mount.id) -
	       (left->mount.id < right->mount.id);
}

static int fill(struct whole_peers *whole, struct kist_error *err)
{
	const struct kist_ns_query query = { .kinds = KIST_NS_MNT };
	CLEANUP_FD int proc_fd = proc_open(err);
	struct scan scan;
	int ret;

	if (proc_fd < 0)
		return proc_fd;
	scan_init(&scan, &whole->arena, &query, proc_fd);
	ret = scan_processes(&scan);
	for (size_t i = 0; ret == 0 && i < scan.count; i++)
		if (!take(whole, &scan, scan.items[i]))
			ret = -ENOMEM;
	whole->peers.hidden = scan.hidden;
	scan_done(&scan);
	if (ret < 0 || arena_failed(&whole->arena))
		return err_sys(err, KIST_E_SYSTEM, ret < 0 ? -ret : ENOMEM,
			       "read the mounts of all namespaces");
	if (whole->peers.count > 0)
		qsort(whole->members, whole->peers.count,
		      sizeof(*whole->members), by_group);
	whole->peers.members = whole->members;
	return 0;
}

int kist_mnt_peers(struct kist_mount_peers **ret_peers, struct kist_error *err)
{
	struct whole_peers *whole = calloc(1, sizeof(*whole));
	int ret;

	if (!whole)
		return err_nomem(err);
	arena_init(&whole->arena);
	ret = fill(whole, err);
	if (ret < 0) {
		kist_mnt_peers_free(&whole->peers);
		return ret;
	}
	*ret_peers = &whole->peers;
	return 0;
}

void kist_mnt_peers_free(struct kist_mount_peers *peers)
{
	struct whole_peers *whole = (struct whole_peers *)peers;

	if (!whole)
		return;
	free(whole->members);
	arena_done(&whole->arena);
	free(whole);
}
