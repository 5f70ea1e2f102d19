/* SPDX-License-Identifier: Apache-2.0 */
/* ipc.c - the objects of its ipc namespace */
#include <errno.h>
#include <string.h>

#include "engine/show/show.h"
#include "kernel/ipc.h"

_Static_assert((int)KIST_SHOW_SHM == IPC_SHM && (int)KIST_SHOW_SEM == IPC_SEM &&
		       (int)KIST_SHOW_MSG == IPC_MSG &&
		       (int)KIST_SHOW_MQUEUE == IPC_MQUEUE,
	       "enum kist_show_ipc_kind is enum ipc_kind");

static bool is_ours(const struct showing *s)
{
	for (size_t i = 0; i < s->show.ns_count; i++)
		if (s->show.ns[i].kind == 1u << NS_IPC)
			return s->show.ns[i].is_ours;
	return false;
}

/* Root has its rights in what it made anyway; an ordinary user has them only
 * as root of the user namespace that owns it. */
static int owner_to_enter(struct showing *s, int ipc_fd)
{
	CLEANUP_FD int owner_fd = geteuid() == 0 ? -1 : ns_open_owner(ipc_fd);
	CLEANUP_FD int ours =
		owner_fd < 0 ? -1 : ns_open_pid(s->proc_fd, getpid(), NS_USER);

	if (owner_fd < 0 || (ours >= 0 && ns_is_same(owner_fd, ours) == 1))
		return -1;
	return TAKE_FD(owner_fd);
}

static int take(struct showing *s, const struct ipc_list *list,
		struct kist_error *err)
{
	struct kist_show *show = &s->show;

	show->ipc =
		ARENA_ARRAY(&s->arena, struct kist_show_ipc, list->count + 1);
	if (arena_failed(&s->arena))
		return err_nomem(err);
	for (size_t i = 0; i < list->count; i++) {
		const struct ipc_object *o = &list->objects[i];

		show->ipc[show->ipc_count++] = (struct kist_show_ipc){
			.kind = (enum kist_show_ipc_kind)o->kind,
			.id = o->id,
			.key = o->key,
			.name = o->name,
			.mode = o->mode,
			.uid = o->uid,
			.gid = o->gid,
			.creator = o->creator,
			.bytes = o->bytes,
			.count = o->count,
			.attached = o->attached,
			.pid = o->pid,
			.last_pid = o->last_pid,
			.changed = o->changed,
		};
	}
	return 0;
}

int show_ipc(struct showing *s, struct kist_error *err)
{
	CLEANUP_FD int user_fd = -1;
	struct ipc_list list;
	int fd = -1, ret;

	if (!is_ours(s)) {
		fd = target_ns(&s->target, NS_IPC, NULL);
		if (fd < 0) {
			show_hide(s, "its System V and POSIX ipc objects");
			return 0;
		}
		user_fd = owner_to_enter(s, fd);
	}
	ret = ipc_read(s->proc_fd, fd, user_fd, &s->arena, &list, err);
	if (ret < 0)
		return ret;
	if (!list.has_sysv)
		show_hide(s, "its System V ipc objects");
	if (!list.has_queues)
		show_hide(s, "its POSIX message queues");
	if (list.cut)
		show_hide(s, "ipc objects above the first %d", IPC_MAX);
	return take(s, &list, err);
}
