/* SPDX-License-Identifier: Apache-2.0 */
/* clean.c - kist_clean_find() and kist_clean_remove() */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/num.h"
#include "engine/clean/clean.h"
#include "kernel/proc.h"
#include "kernel/user.h"

static const char *const kind_names[] = {
	[KIST_LEFTOVER_CONTAINER] = "container",
	[KIST_LEFTOVER_STATE] = "state",
	[KIST_LEFTOVER_NAME] = "name",
	[KIST_LEFTOVER_SET] = "namespaces",
	[KIST_LEFTOVER_NETNS] = "netns",
	[KIST_LEFTOVER_MOUNT] = "mount",
	[KIST_LEFTOVER_CGROUP] = "cgroup",
	[KIST_LEFTOVER_PORT] = "port",
	[KIST_LEFTOVER_LINK] = "link",
	[KIST_LEFTOVER_HOLDER] = "holder",
};

const char *kist_leftover_name(enum kist_leftover_kind kind)
{
	return kind_names[kind];
}

/* ---- what the finders share ---- */

void clean_add(struct cleaning *c, const struct leftover *left)
{
	if (c->count == c->room) {
		size_t room = c->room ? c->room * 2 : 32;
		struct leftover *list =
			ARENA_ARRAY(&c->arena, struct leftover, room);

		if (arena_failed(&c->arena))
			return;
		if (c->count)
			memcpy(list, c->left, c->count * sizeof(*list));
		c->left = list;
		c->room = room;
	}
	c->left[c->count] = *left;
	c->left[c->count].shown.owner_name =
		user_name(AT_FDCWD, left->shown.owner, &c->arena);
	c->count++;
}

int64_t clean_age(int dir_fd, const char *name)
{
	struct timespec now;
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec > st.st_mtime ? now.tv_sec - st.st_mtime : 0;
}

/* ---- namespaces in use ---- */

bool clean_in_use(struct cleaning *c, enum ns_kind kind, uint64_t ino,
		  pid_t except)
{
	int fd = openat(c->proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool used = !dir;
	uint32_t pid;

	while (dir && !used && (entry = readdir(dir))) {
		char path[64];
		struct stat st;

		if (num_parse_u32(entry->d_name, &pid) < 0 || !pid ||
		    (pid_t)pid == except)
			continue;
		snprintf(path, sizeof(path), "%u/ns/%s", pid,
			 ns_table[kind].name);
		used = fstatat(fd, path, &st, 0) == 0 && st.st_ino == ino;
	}
	if (dir)
		closedir(dir);
	else
		cleanup_fd(&fd);
	return used;
}

/* ---- finding ---- */

typedef int finder(struct cleaning *c, struct kist_error *err);

/* What belongs to a container is removed with it, so that comes first. */
static finder *const finders[] = {
	clean_find_containers, clean_find_states,  clean_find_names,
	clean_find_sets,       clean_find_ports,   clean_find_netns,
	clean_find_mounts,     clean_find_cgroups, clean_find_links,
	clean_find_moved,      clean_find_holders,
};

/* What others see is an array of its own. */
static int publish(struct cleaning *c, struct kist_error *err)
{
	c->clean.items =
		ARENA_ARRAY(&c->arena, struct kist_leftover, c->count + 1);
	if (arena_failed(&c->arena))
		return err_nomem(err);
	for (size_t i = 0; i < c->count; i++)
		c->clean.items[i] = c->left[i].shown;
	c->clean.count = c->count;
	return 0;
}

int kist_clean_find(const struct kist *kist, struct kist_clean **ret_clean,
		    struct kist_error *err)
{
	struct cleaning *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return err_nomem(err);
	arena_init(&c->arena);
	c->folders.containers_fd = c->folders.names_fd = -1;
	if (kist && kist->run_root)
		c->kist.run_root = arena_strdup(&c->arena, kist->run_root);
	if (kist && kist->data_root)
		c->kist.data_root = arena_strdup(&c->arena, kist->data_root);
	c->proc_fd = ret = proc_open(err);
	if (ret >= 0)
		ret = folders_open(&c->kist, &c->folders, err);
	if (ret == 0)
		ret = cgroup_probe(&c->world, err);
	for (size_t i = 0; i < ARRAY_LEN(finders) && ret == 0; i++)
		ret = finders[i](c, err);
	if (ret == 0)
		ret = publish(c, err);
	if (ret < 0) {
		kist_clean_free(&c->clean);
		return ret;
	}
	*ret_clean = &c->clean;
	return 0;
}

int kist_clean_remove(struct kist_clean *clean, const struct kist_trace *trace,
		      struct kist_error *err)
{
	struct cleaning *c = (struct cleaning *)(void *)clean;
	int first = 0;

	for (size_t i = 0; i < c->count; i++) {
		struct kist_error one = { 0 };
		int ret;

		if (!c->left[i].remove || !clean->items[i].is_removable)
			continue;
		ret = c->left[i].remove(c, &c->left[i], trace, &one);
		clean->items[i].is_removed = ret == 0 && !trace_is_dry(trace);
		if (ret == 0 || ret == -EBUSY || first)
			continue;
		first = ret;
		if (!err)
			continue;
		*err = one;
		err_while(err, "remove %s '%s'",
			  kind_names[clean->items[i].kind],
			  clean->items[i].what);
	}
	return first;
}

void kist_clean_free(struct kist_clean *clean)
{
	struct cleaning *c = (struct cleaning *)(void *)clean;

	if (!c)
		return;
	if (c->folders.containers_fd >= 0)
		folders_close(&c->folders);
	cleanup_fd(&c->proc_fd);
	arena_done(&c->arena);
	free(c);
}
