/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sets.c - names of namespaces that have ended, or that nobody uses
 *
 * A named set of kist that has ended (its holder is gone, or its pid namespace
 * lost process 1) can never be used again: it is removed. A name that keeps a
 * namespace nobody is in does what it was made for; of those that ip(8) made
 * it is only told.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "engine/clean/clean.h"
#include "engine/ns/named_about.h"

#define NETNS "/run/netns"

static int remove_set(struct cleaning *c, const struct leftover *left,
		      const struct kist_trace *trace, struct kist_error *err)
{
	struct named set;

	if (named_find(&c->kist, left->name, &c->arena, &set, NULL) < 0 ||
	    !set.is_dead)
		return -EBUSY;
	return named_remove(&c->kist, left->name, trace, err);
}

/* ---- those that were never finished ---- */

/* A set is there once its file `about` is. */
static bool is_half(int root_fd, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/about", name);
	return clean_age(root_fd, name) >= CLEAN_AGE_SECONDS &&
	       faccessat(root_fd, path, F_OK, 0) < 0 && errno == ENOENT;
}

static int remove_half(struct cleaning *c, const struct leftover *left,
		       const struct kist_trace *trace, struct kist_error *err)
{
	const char *root = named_root(&c->kist, &c->arena);
	CLEANUP_FD int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *path = arena_printf(&c->arena, "%s/%s", root, left->name);

	(void)err;
	if (fd < 0 || !is_half(fd, left->name))
		return -EBUSY;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		const char *file = arena_printf(&c->arena, "%s/%s", path,
						ns_table[kind].name);
		struct statfs fs;

		if (statfs(file, &fs) == 0 && fs.f_type == NSFS_MAGIC)
			trace_step(trace, NULL, "umount -l %s",
				   trace_word(file));
	}
	if (trace_step(trace, NULL, "rm -rf --one-file-system %s",
		       trace_word(path)))
		named_clear(fd, left->name);
	return 0;
}

static void find_half(struct cleaning *c)
{
	const char *root = named_root(&c->kist, &c->arena);
	int fd = root ? open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct leftover left = {
			.remove = remove_half,
			.shown = { .kind = KIST_LEFTOVER_SET,
				   .reason = "its making was cut off",
				   .owner = geteuid(),
				   .is_removable = true },
		};

		if (entry->d_name[0] == '.' || !is_half(fd, entry->d_name))
			continue;
		left.name = left.shown.what =
			arena_strdup(&c->arena, entry->d_name);
		clean_add(c, &left);
	}
	if (dir)
		closedir(dir);
	else
		cleanup_fd(&fd);
}

int clean_find_sets(struct cleaning *c, struct kist_error *err)
{
	struct named *sets;
	size_t count;
	int ret = named_list(&c->kist, &c->arena, &sets, &count, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < count; i++) {
		struct leftover left = {
			.remove = remove_set,
			.name = sets[i].name,
			.shown = { .kind = KIST_LEFTOVER_SET,
				   .what = sets[i].name,
				   .owner = geteuid(),
				   .is_removable = true },
		};

		if (!sets[i].is_dead || sets[i].only_netns)
			continue;
		left.shown.reason = sets[i].holder ?
					    "its holder has ended" :
					    "its pid namespace has ended";
		clean_add(c, &left);
	}
	find_half(c);
	return 0;
}

/* ---- /run/netns ---- */

static bool is_sets(struct cleaning *c, const char *name)
{
	struct named set;

	return named_find(&c->kist, name, &c->arena, &set, NULL) == 0 &&
	       !set.only_netns;
}

static void look_at(struct cleaning *c, int dir_fd, const char *name)
{
	CLEANUP_FD int fd =
		openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct leftover left = { .shown = { .kind = KIST_LEFTOVER_NETNS } };
	struct statfs fs;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0 ||
	    is_sets(c, name))
		return;
	if (fs.f_type != NSFS_MAGIC)
		left.shown.reason = "no namespace is bound to it";
	else if (!clean_in_use(c, NS_NET, st.st_ino, 0))
		left.shown.reason = "in use by nobody, kept by name";
	else
		return;
	left.shown.owner = fs.f_type == NSFS_MAGIC ? 0 : st.st_uid;
	left.shown.what = arena_strdup(&c->arena, name);
	left.shown.advice =
		arena_printf(&c->arena, "ip netns del %s", trace_word(name));
	clean_add(c, &left);
}

/* For an ordinary user they are root's, and so not told of. */
int clean_find_netns(struct cleaning *c, struct kist_error *err)
{
	int fd = geteuid() == 0 ?
			 open(NETNS, O_RDONLY | O_DIRECTORY | O_CLOEXEC) :
			 -1;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	(void)err;
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			look_at(c, fd, entry->d_name);
	if (dir)
		closedir(dir);
	else
		cleanup_fd(&fd);
	return 0;
}
