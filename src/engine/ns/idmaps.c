/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idmaps.c - kist_ids(): who a process is, and the user namespaces around it
 *
 * The kernel shows the maps of another user namespace with the reader's own
 * ids on the outer side, however many namespaces are between. So the maps of
 * every level are to our ids, and a chain is: inside of one, ours, inside of
 * the next. The maps of a level in between can be read only of a process in it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kist/idmap.h>

#include "base/arena.h"
#include "base/num.h"
#include "engine/ns/target.h"
#include "kernel/idmap.h"
#include "kernel/ns.h"
#include "sys/file.h"

#define STATUS_MAX 8192

static const char *const words[] = { "uid", "gid" };

uint32_t kist_id_overflow(enum kist_id_kind kind)
{
	char path[48], text[16];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/sys/kernel/overflow%s",
		 words[kind]);
	len = sys_read_file(AT_FDCWD, path, text, sizeof(text));
	return len > 0 ? (uint32_t)strtoul(text, NULL, 10) : 65534;
}

uint32_t kist_id_outside(const struct kist_id_level *level,
			 enum kist_id_kind kind, uint32_t inside)
{
	for (size_t i = 0; i < level->count[kind]; i++) {
		const struct kist_id_map *map = &level->map[kind][i];

		if (inside >= map->inside && inside - map->inside < map->count)
			return map->outside == KIST_ID_NONE ?
				       KIST_ID_NONE :
				       map->outside + (inside - map->inside);
	}
	return KIST_ID_NONE;
}

uint32_t kist_id_inside(const struct kist_id_level *level,
			enum kist_id_kind kind, uint32_t outside)
{
	for (size_t i = 0; i < level->count[kind]; i++) {
		const struct kist_id_map *map = &level->map[kind][i];

		if (outside >= map->outside &&
		    outside - map->outside < map->count)
			return map->inside + (outside - map->outside);
	}
	return KIST_ID_NONE;
}

/* ---- one level ---- */

static int read_map(int proc_fd, struct kist_id_level *level,
		    enum kist_id_kind kind)
{
	CLEANUP_ARENA struct arena arena;
	struct id_maps maps;
	char path[48];
	int ret;

	arena_init(&arena);
	snprintf(path, sizeof(path), "%d/%s_map", level->pid, words[kind]);
	ret = idmap_read(proc_fd, path, &arena, &maps);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < maps.count && i < KIST_ID_LINES; i++)
		level->map[kind][level->count[kind]++] =
			(struct kist_id_map){ maps.maps[i].inside,
					      maps.maps[i].outside,
					      maps.maps[i].count };
	return 0;
}

static int read_level(int proc_fd, struct kist_id_level *level)
{
	char path[48], text[16];
	int ret = read_map(proc_fd, level, KIST_ID_UID);

	if (ret == 0)
		ret = read_map(proc_fd, level, KIST_ID_GID);
	snprintf(path, sizeof(path), "%d/setgroups", level->pid);
	level->setgroups = -1;
	if (sys_read_file(proc_fd, path, text, sizeof(text)) > 0)
		level->setgroups = strncmp(text, "allow", 5) == 0;
	return ret;
}

/* Some process in the user namespace, or 0. */
static pid_t find_process(int proc_fd, const struct stat *wanted)
{
	DIR *dir = fdopendir(
		openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	struct dirent *entry;
	pid_t found = 0;

	while (dir && !found && (entry = readdir(dir))) {
		char path[300];
		struct stat st;
		uint32_t pid;

		if (num_parse_u32(entry->d_name, &pid) < 0)
			continue;
		snprintf(path, sizeof(path), "%u/ns/user", pid);
		if (fstatat(proc_fd, path, &st, 0) == 0 &&
		    st.st_ino == wanted->st_ino && st.st_dev == wanted->st_dev)
			found = (pid_t)pid;
	}
	if (dir)
		closedir(dir);
	return found;
}

static struct kist_id_level *add_level(struct kist_ids *ids)
{
	struct kist_id_level *level =
		realloc(ids->level, (ids->level_count + 1) * sizeof(*level));

	if (!level)
		return NULL;
	ids->level = level;
	level += ids->level_count++;
	memset(level, 0, sizeof(*level));
	level->setgroups = -1;
	return level;
}

/* @pid: known to be in it, or 0. */
static int add_namespace(struct kist_ids *ids, int proc_fd, int fd, pid_t pid,
			 struct kist_error *err)
{
	struct kist_id_level *level = add_level(ids);
	struct stat st;

	if (!level)
		return err_nomem(err);
	if (fstat(fd, &st) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "look at a user namespace");
	level->inode = st.st_ino;
	level->pid = pid ? pid : find_process(proc_fd, &st);
	/* one that ended meanwhile leaves a level without maps */
	if (level->pid && read_level(proc_fd, level) < 0)
		level->pid = 0;
	return 0;
}

static int add_levels(struct kist_ids *ids, struct target *target, int own_fd,
		      struct kist_error *err)
{
	int fd = target_ns(target, NS_USER, err);
	int parent = -1, ret;

	if (fd < 0)
		return fd;
	ids->is_ours = ns_is_same(fd, own_fd) == 1;
	ret = add_namespace(ids, target->proc_fd, fd, ids->pid, err);
	if (ids->is_ours)
		return ret;
	while (ret == 0 && ids->level_count < KIST_ID_LEVELS) {
		int next = ioctl(parent >= 0 ? parent : fd, NS_GET_PARENT);

		cleanup_fd(&parent);
		parent = next;
		/* beyond what we may see there is nothing of ours */
		if (parent < 0 || ns_is_same(parent, own_fd) == 1)
			break;
		ret = add_namespace(ids, target->proc_fd, parent, 0, err);
	}
	cleanup_fd(&parent);
	return ret;
}

/* ---- the process ---- */

static void read_process(struct kist_ids *ids, int proc_fd)
{
	static const char *const fields[] = { "\nUid:", "\nGid:" };
	char path[32], text[STATUS_MAX];
	const char *at;

	snprintf(path, sizeof(path), "%d/status", ids->pid);
	if (sys_read_file(proc_fd, path, text, sizeof(text)) < 0)
		return;
	for (int kind = 0; kind < 2; kind++) {
		unsigned effective;

		at = strstr(text, fields[kind]);
		if (at && sscanf(at + strlen(fields[kind]), "%*u %u",
				 &effective) == 1)
			ids->outside[kind] = effective;
	}
	at = strstr(text, "\nCapEff:");
	if (at)
		ids->caps = strtoull(at + strlen("\nCapEff:"), NULL, 16);
}

static int fill_in(struct kist_ids *ids, struct target *target,
		   struct kist_error *err)
{
	CLEANUP_FD int own_fd =
		open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	int ret;

	if (own_fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "open the own user namespace");
	ids->label = strdup(target->label);
	if (!ids->label)
		return err_nomem(err);
	ids->pid = target->pid;
	ids->inside[0] = ids->inside[1] = KIST_ID_NONE;
	ids->outside[0] = ids->outside[1] = KIST_ID_NONE;
	ret = add_levels(ids, target, own_fd, err);
	if (ret < 0 || !ids->pid)
		return ret;
	read_process(ids, target->proc_fd);
	for (int kind = 0; kind < 2; kind++)
		ids->inside[kind] =
			ids->is_ours ? ids->outside[kind] :
				       kist_id_inside(&ids->level[0],
						      (enum kist_id_kind)kind,
						      ids->outside[kind]);
	return 0;
}

int kist_ids(const struct kist *kist, const char *word,
	     struct kist_ids *ret_ids, struct kist_error *err)
{
	struct kist_ids ids = { 0 };
	struct target target;
	int ret = target_open(kist, word ? word : ".", &target, err);

	if (ret < 0)
		return ret;
	ret = fill_in(&ids, &target, err);
	target_close(&target);
	if (ret < 0)
		kist_ids_free(&ids);
	else
		*ret_ids = ids;
	return ret;
}

void kist_ids_free(struct kist_ids *ids)
{
	free(ids->label);
	free(ids->level);
	*ids = (struct kist_ids){ 0 };
}
