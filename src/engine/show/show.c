/* SPDX-License-Identifier: Apache-2.0 */
/* show.c - kist_show(): a target is found, and each section filled in */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "engine/show/show.h"
#include "kernel/cap.h"
#include "kernel/proc.h"
#include "kernel/signal.h"
#include "sys/file.h"

/**
 * struct section - one
 * @kind:	of namespace it can be told from alone; NS_COUNT: a process is
 *		needed
 */
struct section {
	unsigned part;
	enum ns_kind kind;
	int (*fill)(struct showing *s, struct kist_error *err);
};

static const struct section sections[] = {
	{ KIST_SHOW_IDS, NS_COUNT, show_ids },
	{ KIST_SHOW_CAPS, NS_COUNT, show_caps },
	{ KIST_SHOW_MOUNTS, NS_COUNT, show_mounts },
	{ KIST_SHOW_NET, NS_NET, show_net },
	{ KIST_SHOW_IPC, NS_IPC, show_ipc },
	{ KIST_SHOW_CGROUPS, NS_COUNT, show_cgroups },
	{ KIST_SHOW_TIME, NS_COUNT, show_time },
	{ KIST_SHOW_SIGNALS, NS_COUNT, show_signals },
	{ KIST_SHOW_LIMITS, NS_COUNT, show_limits },
};

/* ---- what the sections share ---- */

void show_hide(struct showing *s, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	for (size_t i = 0; i < s->hidden_count; i++)
		if (strcmp(s->hidden[i], text) == 0)
			return;
	if (s->hidden_count < SHOW_HIDDEN_MAX)
		s->hidden[s->hidden_count++] = arena_strdup(&s->arena, text);
}

char *show_read(struct showing *s, const char *name, size_t max)
{
	CLEANUP_BUF struct buf text;
	char path[64];

	buf_init(&text);
	snprintf(path, sizeof(path), "%d/%s", s->pid, name);
	if (sys_load_file(s->proc_fd, path, &text, max) < 0)
		return NULL;
	return arena_strndup(&s->arena, text.data ? text.data : "", text.len);
}

uint64_t show_ns_inode(int proc_fd, pid_t pid, const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "%d/ns/%s", pid, name);
	return fstatat(proc_fd, path, &st, 0) < 0 ? 0 : st.st_ino;
}

DIR *show_processes(int proc_fd)
{
	int fd = openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

void show_list_add(struct show_list *list, struct arena *arena,
		   const char *text)
{
	if (list->count + 1 >= list->room) {
		size_t room = list->room ? list->room * 2 : 16;
		const char **items = ARENA_ARRAY(arena, const char *, room);

		if (arena_failed(arena))
			return;
		if (list->count)
			memcpy(items, list->items,
			       list->count * sizeof(*items));
		list->items = items;
		list->room = room;
	}
	list->items[list->count++] = text;
	list->items[list->count] = NULL;
}

const char *const *show_list_take(struct show_list *list, struct arena *arena)
{
	if (!list->items)
		list->items = ARENA_ARRAY(arena, const char *, 1);
	return list->items;
}

/* ---- the whole ---- */

static int no_process(const struct showing *s, struct kist_error *err)
{
	err_set(err, KIST_E_TARGET_NO_PROCESS,
		"%s: no process is in it, so there is no more to show",
		s->target.label);
	err_hint(err, "--ns, --net and --ipc need none");
	return -ENOENT;
}

static int fill(struct showing *s, unsigned parts, struct kist_error *err)
{
	struct kist_show *show = &s->show;
	bool nothing = true;
	int ret = show_who(s, err);

	/* What others build on comes first, asked for or not. */
	if (ret == 0)
		ret = show_ns(s, err);
	if (ret == 0 && (parts & KIST_SHOW_NS)) {
		show->parts |= KIST_SHOW_NS;
		nothing = false;
	}
	for (size_t i = 0; i < ARRAY_LEN(sections) && ret == 0; i++) {
		const struct section *section = &sections[i];
		bool can = s->pid ||
			   (section->kind < NS_COUNT &&
			    (target_kinds(&s->target) & 1u << section->kind));

		if (!(parts & section->part) || !can)
			continue;
		nothing = false;
		show->parts |= section->part;
		ret = section->fill(s, err);
	}
	if (ret == 0 && nothing)
		return no_process(s, err);
	/* A number that became another's meanwhile tells of two. */
	if (ret == 0 && s->target.pidfd >= 0 && !target_is_alive(&s->target))
		return err_set(err, KIST_E_TARGET_UNKNOWN,
			       "%s has ended meanwhile", s->target.label);
	return ret;
}

int kist_show(const struct kist *kist, const char *target, unsigned parts,
	      struct kist_show **ret_show, struct kist_error *err)
{
	struct showing *s = calloc(1, sizeof(*s));
	int ret;

	if (!s)
		return err_nomem(err);
	arena_init(&s->arena);
	ret = target_open(kist, target, &s->target, err);
	if (ret < 0) {
		arena_done(&s->arena);
		free(s);
		return ret;
	}
	s->proc_fd = s->target.proc_fd;
	ret = fill(s, parts ? parts : KIST_SHOW_ALL, err);
	s->show.target = arena_strdup(&s->arena, target);
	s->show.label = arena_strdup(&s->arena, s->target.label);
	s->show.hidden = s->hidden;
	target_close(&s->target);
	if (ret == 0 && arena_failed(&s->arena))
		ret = err_nomem(err);
	if (ret < 0) {
		kist_show_free(&s->show);
		return ret;
	}
	*ret_show = &s->show;
	return 0;
}

void kist_show_free(struct kist_show *show)
{
	struct showing *s = (struct showing *)(void *)show;

	if (!s)
		return;
	arena_done(&s->arena);
	free(s);
}

const char *kist_show_capability(int number)
{
	return cap_name(number);
}

const char *kist_show_signal(int number, char *buf, size_t size)
{
	return signal_format(number, buf, size);
}
