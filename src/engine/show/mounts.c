/* SPDX-License-Identifier: Apache-2.0 */
/* mounts.c - the mounts of its mount namespace, below its root directory */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "engine/show/show.h"
#include "kernel/mountinfo.h"

static const char *link_of(struct showing *s, const char *name)
{
	char path[64], text[PATH_BYTES];
	ssize_t len;

	snprintf(path, sizeof(path), "%d/%s", s->pid, name);
	len = readlinkat(s->proc_fd, path, text, sizeof(text));
	if (len <= 0)
		return NULL;
	return arena_strndup(&s->arena, text, (size_t)len);
}

int show_mounts(struct showing *s, struct kist_error *err)
{
	struct kist_show *show = &s->show;
	struct mountinfo_list list;
	int ret = mountinfo_read(s->proc_fd, s->pid, &s->arena, &list);

	if (ret == -ENOMEM)
		return err_nomem(err);
	if (ret < 0) {
		show_hide(s, "its mounts");
		return 0;
	}
	show->root = link_of(s, "root");
	show->cwd = link_of(s, "cwd");
	show->mounts =
		ARENA_ARRAY(&s->arena, struct kist_show_mount, list.count + 1);
	if (arena_failed(&s->arena))
		return err_nomem(err);
	for (size_t i = 0; i < list.count; i++) {
		const struct mountinfo *m = &list.mounts[i];

		show->mounts[show->mount_count++] = (struct kist_show_mount){
			.id = m->id,
			.parent = m->parent,
			.major = m->major,
			.minor = m->minor,
			.root = m->root,
			.point = m->point,
			.options = m->options,
			.type = m->type,
			.source = m->source,
			.super = m->super,
			.propagation = mountinfo_propagation(m),
			.peers = m->peers,
			.master = m->master,
		};
	}
	return 0;
}
