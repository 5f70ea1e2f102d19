/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target_inode.c - a namespace by a number: its inode, or its nsid
 *
 * A namespace is there because a process is in it, a file is bound to it, or
 * somebody has it open; these are asked, cheapest first.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/num.h"
#include "engine/ns/target_find.h"
#include "kernel/nsid.h"
#include "kernel/mountinfo.h"
#include "sys/file.h"

/**
 * visitor - is given each way to a namespace of the kinds asked for
 * @path:	below @dir_fd
 *
 * Return: an fd, which ends the search; -ENOENT: go on.
 */
typedef int visitor(void *context, int dir_fd, const char *path);

/* ---- where namespaces are ---- */

/* Also those its children will be in. */
static int visit_process(int proc_fd, pid_t pid, uint32_t kinds, visitor *visit,
			 void *context)
{
	static const char *const children[NS_COUNT] = {
		[NS_PID] = "pid_for_children",
		[NS_TIME] = "time_for_children",
	};
	char path[64];
	int fd = -ENOENT;

	for (enum ns_kind kind = 0; fd < 0 && kind < NS_COUNT; kind++) {
		if (!(kinds & BIT(kind)))
			continue;
		snprintf(path, sizeof(path), "%d/ns/%s", pid,
			 ns_table[kind].name);
		fd = visit(context, proc_fd, path);
		if (fd >= 0 || !children[kind])
			continue;
		snprintf(path, sizeof(path), "%d/ns/%s", pid, children[kind]);
		fd = visit(context, proc_fd, path);
	}
	return fd;
}

static int visit_processes(const struct target *t, uint32_t kinds,
			   visitor *visit, void *context)
{
	DIR *dir = target_processes(t);
	int fd = -ENOENT;
	pid_t pid;

	while (dir && fd < 0 && (pid = target_next_process(dir)) > 0)
		fd = visit_process(t->proc_fd, pid, kinds, visit, context);
	if (dir)
		closedir(dir);
	return fd;
}

static int visit_mounts(const struct target *t, visitor *visit, void *context)
{
	CLEANUP_ARENA struct arena arena;
	struct mountinfo_list list;
	int fd = -ENOENT;

	arena_init(&arena);
	if (mountinfo_read(t->proc_fd, 0, &arena, &list) < 0)
		return -ENOENT;
	for (size_t i = 0; fd < 0 && i < list.count; i++)
		if (strcmp(list.mounts[i].type, "nsfs") == 0)
			fd = visit(context, AT_FDCWD, list.mounts[i].point);
	return fd;
}

/* Its link says "net:[4026532177]"; others' files are not opened at all. */
static int visit_file(int dir_fd, const char *name, const char *prefix,
		      visitor *visit, void *context)
{
	char text[64];
	ssize_t len = readlinkat(dir_fd, name, text, sizeof(text) - 1);

	if (len <= 0)
		return -ENOENT;
	text[len] = '\0';
	if (!strstr(text, ":[") || strncmp(text, prefix, strlen(prefix)) != 0 ||
	    text[0] == '/')
		return -ENOENT;
	return visit(context, dir_fd, name);
}

static int visit_files(const struct target *t, const char *prefix,
		       visitor *visit, void *context)
{
	DIR *dir = target_processes(t);
	int fd = -ENOENT;
	pid_t pid;

	while (dir && fd < 0 && (pid = target_next_process(dir)) > 0) {
		struct dirent *entry;
		char path[32];
		DIR *files;
		int files_fd;

		snprintf(path, sizeof(path), "%d/fd", pid);
		files_fd = openat(t->proc_fd, path,
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		files = files_fd < 0 ? NULL : fdopendir(files_fd);
		if (!files)
			continue;
		while (fd < 0 && (entry = readdir(files)))
			fd = visit_file(files_fd, entry->d_name, prefix, visit,
					context);
		closedir(files);
	}
	if (dir)
		closedir(dir);
	return fd;
}

static int visit_all(const struct target *t, enum ns_kind kind, visitor *visit,
		     void *context)
{
	uint32_t kinds = kind == NS_COUNT ? BIT(NS_COUNT) - 1 : BIT(kind);
	char prefix[16] = "";
	int fd = visit_processes(t, kinds, visit, context);

	if (kind != NS_COUNT)
		snprintf(prefix, sizeof(prefix), "%s:[", ns_table[kind].name);
	if (fd < 0)
		fd = visit_mounts(t, visit, context);
	if (fd < 0)
		fd = visit_files(t, prefix, visit, context);
	return fd;
}

/* ---- by inode ---- */

/* @dev: of the file system of namespaces */
struct inode_search {
	dev_t dev;
	uint64_t ino;
};

static int match_inode(void *context, int dir_fd, const char *path)
{
	const struct inode_search *search = context;
	CLEANUP_FD int fd = -1;
	struct stat st;

	if (fstatat(dir_fd, path, &st, 0) < 0 || st.st_ino != search->ino ||
	    st.st_dev != search->dev)
		return -ENOENT;
	fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_ino != search->ino ||
	    st.st_dev != search->dev)
		return -ENOENT;
	return TAKE_FD(fd);
}

int target_find_inode(struct target *t, enum ns_kind kind, uint64_t ino,
		      struct kist_error *err)
{
	struct inode_search search = { .ino = ino };
	struct stat st;
	int fd;

	if (fstatat(t->proc_fd, "self/ns/mnt", &st, 0) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "look at our own namespaces");
	search.dev = st.st_dev;
	fd = visit_all(t, kind, match_inode, &search);
	if (fd < 0) {
		target_unknown(err, "there is no %s%snamespace %llu",
			       kind == NS_COUNT ? "" : ns_table[kind].name,
			       kind == NS_COUNT ? "" : " ",
			       (unsigned long long)ino);
		err_hint(err, "kist ls lists them%s",
			 geteuid() ? "; those of others are seen by root only" :
				     "");
		return -ENOENT;
	}
	return target_take_ns(t, fd, err);
}

/* ---- by nsid ---- */

struct nsid_search {
	struct netlink nl;
	int32_t nsid;
};

static int match_nsid(void *context, int dir_fd, const char *path)
{
	struct nsid_search *search = context;
	CLEANUP_FD int fd =
		openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int32_t nsid;

	if (fd < 0 || ioctl(fd, NS_GET_NSTYPE) != ns_table[NS_NET].clone_flag ||
	    nsid_get(&search->nl, fd, &nsid, NULL) < 0 || nsid != search->nsid)
		return -ENOENT;
	return TAKE_FD(fd);
}

int target_find_nsid(const struct kist *kist, struct target *t,
		     const char *rest, struct kist_error *err)
{
	struct nsid_search search;
	uint64_t nsid;
	int fd;

	(void)kist;
	if (num_parse_u64(rest, &nsid) < 0 || nsid > INT_MAX)
		return target_syntax(t, err);
	fd = netlink_open(&search.nl, NETLINK_ROUTE);
	if (fd < 0)
		return err_sys(err, KIST_E_SYSTEM, -fd,
			       "ask the kernel for network namespaces");
	search.nsid = (int32_t)nsid;
	fd = visit_all(t, NS_NET, match_nsid, &search);
	netlink_close(&search.nl);
	if (fd < 0) {
		target_unknown(err, "no network namespace has the nsid %llu",
			       (unsigned long long)nsid);
		err_hint(err, "ip netns list-id lists those that have one");
		return -ENOENT;
	}
	return target_take_ns(t, fd, err);
}
