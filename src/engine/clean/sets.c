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

#include "base/path.h"
#include "engine/clean/clean.h"
#include "engine/ns/named.h"
#include "sys/mount.h"

#define NETNS "/run/netns"

/* A file with a namespace bound on it, then the file itself. */
static int remove_file(int dir_fd, const char *dir, const char *name,
		       const struct kist_trace *trace)
{
	CLEANUP_FD int fd =
		openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	char path[PATH_BYTES];
	struct statfs fs;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (path_join(dir, name, path, sizeof(path)) < 0)
		return -ENAMETOOLONG;
	if (fstatfs(fd, &fs) == 0 && fs.f_type == NSFS_MAGIC &&
	    trace_step(trace, NULL, "umount -l %s", trace_word(path)) &&
	    sys_umount(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		return -errno;
	if (trace_step(trace, NULL, "rm -f %s", trace_word(path)) &&
	    unlinkat(dir_fd, name, 0) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

/* The name that ip(8) has for it, if it is that very namespace. */
static int remove_netns(const struct named *set, const struct kist_trace *trace)
{
	CLEANUP_FD int fd = open(NETNS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || !set->ino[NS_NET] ||
	    fstatat(fd, set->name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    st.st_ino != set->ino[NS_NET])
		return 0;
	return remove_file(fd, NETNS, set->name, trace);
}

static int remove_folder(const char *path, const struct kist_trace *trace)
{
	CLEANUP_FD int fd =
		open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	for (enum ns_kind kind = 0; kind < NS_COUNT && ret == 0; kind++)
		ret = remove_file(fd, path, ns_table[kind].name, trace);
	if (ret == 0)
		ret = remove_file(fd, path, "about", trace);
	if (ret == 0 && trace_step(trace, NULL, "rmdir %s", trace_word(path)) &&
	    rmdir(path) < 0 && errno != ENOENT)
		ret = -errno;
	return ret;
}

static int remove_set(struct cleaning *c, const struct leftover *left,
		      const struct kist_trace *trace, struct kist_error *err)
{
	struct named set;
	const char *path = arena_printf(&c->arena, "%s/ns/%s",
					c->folders.run_path, left->name);
	int ret;

	if (named_find(&c->kist, left->name, &c->arena, &set, NULL) < 0 ||
	    !set.is_dead)
		return -EBUSY;
	ret = remove_netns(&set, trace);
	if (ret == 0)
		ret = remove_folder(path, trace);
	if (ret < 0)
		return err_sys(err, KIST_E_STORE, -ret, "remove '%s'", path);
	return 0;
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
