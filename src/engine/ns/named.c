/* SPDX-License-Identifier: Apache-2.0 */
/*
 * named.c - named sets of namespaces: listing, finding, opening
 *
 * Nothing is made or changed here. A folder somebody is just making or
 * removing is passed over.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/json.h"
#include "engine/ns/named_about.h"
#include "kernel/proc.h"
#include "sys/file.h"

#define ABOUT_MAX 65536

const char *named_root(const struct kist *kist, struct arena *arena)
{
	const char *run = folders_run_path(kist, arena);

	return run ? arena_printf(arena, "%s/ns", run) : NULL;
}

/* ---- about ---- */

static int64_t read_number(const struct json *object, const char *key)
{
	const struct json *json = json_get(object, key);
	int64_t value;

	return json && json_int64(json, &value) && value > 0 ? value : 0;
}

static void take_about(const struct json *json, struct named_about *about)
{
	const struct json *kinds = json_get(json, "kinds");
	int64_t holder = read_number(json, "holder");

	about->holder = holder <= INT32_MAX ? (pid_t)holder : 0;
	about->holder_start = (uint64_t)read_number(json, "holderStart");
	about->created = read_number(json, "created");
	if (!kinds || kinds->type != JSON_ARRAY)
		return;
	JSON_ITEMS(item, kinds) {
		const char *word = json_string(item);
		enum ns_kind kind = word ? ns_find(word) : NS_COUNT;

		if (kind != NS_COUNT)
			about->kinds |= BIT(kind);
	}
}

int named_about_load(int dir_fd, struct named_about *ret_about)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_BUF struct buf text;
	const struct json *json;
	int ret;

	arena_init(&arena);
	buf_init(&text);
	*ret_about = (struct named_about){ 0 };
	ret = sys_load_file(dir_fd, "about", &text, ABOUT_MAX);
	if (ret < 0)
		return ret;
	ret = json_parse(text.data ? text.data : "", text.len, "about", &arena,
			 &json, NULL);
	if (ret == 0)
		take_about(json, ret_about);
	return ret;
}

/* ---- one set ---- */

/* A file with a namespace bound on it. */
static bool is_bound(int dir_fd, const char *name, enum ns_kind kind,
		     uint64_t *ret_ino)
{
	CLEANUP_FD int fd =
		openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	char self[64];
	struct statfs fs;
	struct stat st;

	if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_MAGIC ||
	    fstat(fd, &st) < 0)
		return false;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	CLEANUP_FD int ns_fd = open(self, O_RDONLY | O_CLOEXEC);

	if (ns_fd < 0 ||
	    ioctl(ns_fd, NS_GET_NSTYPE) != ns_table[kind].clone_flag)
		return false;
	*ret_ino = st.st_ino;
	return true;
}

static void read_bound(int dir_fd, const char *path, struct arena *arena,
		       struct named *set)
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		const char *name = ns_table[kind].name;

		if (!is_bound(dir_fd, name, kind, &set->ino[kind]))
			continue;
		set->kinds |= BIT(kind);
		set->path[kind] = arena_printf(arena, "%s/%s", path, name);
	}
}

/* What is not bound is what the holder is in. */
static void read_held(const struct named_about *about, struct arena *arena,
		      struct named *set)
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		const char *path;
		struct stat st;

		if (!(about->kinds & BIT(kind)) || (set->kinds & BIT(kind)))
			continue;
		set->kinds |= BIT(kind);
		if (set->is_dead)
			continue;
		path = arena_printf(arena, "/proc/%d/ns/%s", set->holder,
				    ns_table[kind].name);
		if (stat(path, &st) < 0)
			continue;
		set->ino[kind] = st.st_ino;
		set->path[kind] = path;
	}
}

static bool holder_lives(const struct named_about *about)
{
	CLEANUP_FD int proc_fd = proc_open(NULL);

	return proc_fd >= 0 &&
	       proc_is_alive(proc_fd, about->holder, about->holder_start);
}

/* Return: 0, or -ENOENT. */
static int read_set(const char *root, int root_fd, const char *name,
		    struct arena *arena, struct named *ret_set)
{
	CLEANUP_FD int dir_fd = openat(
		root_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const char *path = arena_printf(arena, "%s/%s", root, name);
	struct named_about about;
	struct named set = { .name = arena_strdup(arena, name) };

	if (dir_fd < 0 || named_about_load(dir_fd, &about) < 0)
		return -ENOENT;
	set.created = about.created;
	set.holder = about.holder;
	set.is_dead = about.holder && !holder_lives(&about);
	read_bound(dir_fd, path, arena, &set);
	read_held(&about, arena, &set);
	*ret_set = set;
	return 0;
}

/* One that only ip(8) made. Return: 0, or -ENOENT. */
static int read_netns(const char *name, struct arena *arena,
		      struct named *ret_set)
{
	CLEANUP_FD int dir_fd =
		open(NETNS_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct named set = { .only_netns = true };

	if (dir_fd < 0 || !is_bound(dir_fd, name, NS_NET, &set.ino[NS_NET]))
		return -ENOENT;
	set.name = arena_strdup(arena, name);
	set.kinds = BIT(NS_NET);
	set.path[NS_NET] = arena_printf(arena, NETNS_FOLDER "/%s", name);
	*ret_set = set;
	return 0;
}

int named_find(const struct kist *kist, const char *name, struct arena *arena,
	       struct named *ret_set, struct kist_error *err)
{
	const char *root = named_root(kist, arena);
	CLEANUP_FD int root_fd = -1;

	if (name[0] != '.' && !strchr(name, '/')) {
		root_fd =
			root ? open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) :
			       -1;
		if (root_fd >= 0 &&
		    read_set(root, root_fd, name, arena, ret_set) == 0)
			return 0;
		if (read_netns(name, arena, ret_set) == 0)
			return 0;
	}
	err_set(err, KIST_E_TARGET_UNKNOWN,
		"there are no namespaces named '%s'", name);
	err_hint(err, "kist ls --names lists those that have a name");
	return -ENOENT;
}

/* ---- all ---- */

/* The names in a folder, behind those that are there. */
static int add_names(const char *path, struct arena *arena, const char ***names,
		     size_t *count)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	size_t room = *count;

	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (*count == room) {
			const char **more;

			room = room ? 2 * room : 32;
			more = ARENA_ARRAY(arena, const char *, room);
			if (arena_failed(arena))
				break;
			if (*count)
				memcpy(more, *names, *count * sizeof(*more));
			*names = more;
		}
		(*names)[(*count)++] = arena_strdup(arena, entry->d_name);
	}
	closedir(dir);
	return arena_failed(arena) ? -ENOMEM : 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int named_list(const struct kist *kist, struct arena *arena,
	       struct named **ret_sets, size_t *ret_count,
	       struct kist_error *err)
{
	const char *root = named_root(kist, arena);
	const char **names = NULL;
	struct named *sets;
	size_t count = 0, found = 0;

	if ((root && add_names(root, arena, &names, &count) < 0) ||
	    add_names(NETNS_FOLDER, arena, &names, &count) < 0)
		return err_nomem(err);
	if (count)
		qsort(names, count, sizeof(*names), by_name);
	sets = ARENA_ARRAY(arena, struct named, count + 1);
	if (arena_failed(arena))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		if ((i == 0 || strcmp(names[i - 1], names[i]) != 0) &&
		    named_find(kist, names[i], arena, &sets[found], NULL) == 0)
			found++;
	if (arena_failed(arena))
		return err_nomem(err);
	*ret_sets = sets;
	*ret_count = found;
	return 0;
}

/* ---- opening ---- */

int named_open(const struct named *set, int ret_fd[NS_COUNT],
	       struct kist_error *err)
{
	int fd[NS_COUNT];

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		fd[kind] = -1;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		if (!set->path[kind])
			continue;
		fd[kind] = ns_open(set->path[kind], kind, err);
		if (fd[kind] >= 0)
			continue;
		for (enum ns_kind k = 0; k < kind; k++)
			cleanup_fd(&fd[k]);
		err_while(err, "namespaces '%s'", set->name);
		return fd[kind];
	}
	memcpy(ret_fd, fd, sizeof(fd));
	return 0;
}
