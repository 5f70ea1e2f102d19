/* SPDX-License-Identifier: Apache-2.0 */
/* list_proc.c - namespaces that are kept otherwise than by a process in them */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "engine/ns/scan.h"
#include "sys/file.h"
#include "sys/nsfs.h"
#include "sys/process.h"

/* ---- mounts ---- */

/* File systems whose server may never answer: no path across them is opened. */
static bool may_hang(const char *type)
{
	static const char *const types[] = { "fuse",	 "nfs",	     "9p",
					     "ceph",	 "cifs",     "smb3",
					     "virtiofs", "autofs",   "afs",
					     "coda",	 "orangefs", "lustre" };

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strncmp(type, types[i], strlen(types[i])) == 0)
			return true;
	return false;
}

static bool is_safe_to_open(const struct mountinfo_list *list,
			    const struct mountinfo *m)
{
	for (size_t depth = 0; depth < list->count; depth++) {
		const struct mountinfo *parent =
			mountinfo_find(list, m->parent);

		if (!parent || parent == m)
			return true;
		if (may_hang(parent->type))
			return false;
		m = parent;
	}
	return false;
}

/* It is not known yet: open it where it is mounted, below the root of @pid. */
static struct scan_item *open_mount(struct scan *scan, pid_t pid,
				    const char *path)
{
	char root[40] = "self/root";
	CLEANUP_FD int root_fd = -1;
	CLEANUP_FD int fd = -1;

	if (pid > 0)
		snprintf(root, sizeof(root), "%d/root", pid);
	root_fd = openat(scan->proc_fd, root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return NULL;
	fd = sys_openat2(root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0,
			 RESOLVE_SAFE);
	return fd < 0 ? NULL : scan_add_fd(scan, fd);
}

/* @pid: who sees them; 0: the caller. @mnt_ino: of the mount namespace. */
static void take_mounts(struct scan *scan, pid_t pid, uint64_t mnt_ino)
{
	struct kist_ns_pin pin = { .kind = KIST_NS_PIN_MOUNT,
				   .pid = pid,
				   .ino = mnt_ino };
	struct mountinfo_list list;

	if (mountinfo_read(scan->proc_fd, pid, scan->arena, &list) < 0)
		return;
	for (size_t i = 0; i < list.count && !scan->failed; i++) {
		const struct mountinfo *m = &list.mounts[i];
		struct scan_item *item;
		enum ns_kind kind;
		uint64_t ino;

		if (strcmp(m->type, "nsfs") != 0 ||
		    !scan_parse_link(m->root, &kind, &ino) ||
		    !(scan->kinds & BIT(kind)))
			continue;
		item = scan_find(scan, ino);
		if (!item && is_safe_to_open(&list, m))
			item = open_mount(scan, pid, m->point);
		if (!item || item->ino != ino)
			item = scan_add(scan, kind, ino);
		if (!item)
			continue;
		pin.path = m->point;
		scan_pin(scan, item, &pin);
		if (pid == 0)
			scan_note(scan, &item->mounts, m->point);
	}
}

static uint64_t own_mnt_inode(const struct scan *scan)
{
	struct stat st;

	return fstatat(scan->proc_fd, "self/ns/mnt", &st, 0) == 0 ? st.st_ino :
								    0;
}

void list_own_mounts(struct scan *scan)
{
	take_mounts(scan, 0, own_mnt_inode(scan));
}

/* ---- descriptors and sockets ---- */

struct holder {
	const struct scan_proc *proc;
	int dir_fd, pidfd;
	uint64_t net_ino;
};

static void take_fd_link(struct scan *scan, const struct holder *holder,
			 const char *name, enum ns_kind kind, uint64_t ino)
{
	struct kist_ns_pin pin = { .kind = KIST_NS_PIN_FD,
				   .pid = holder->proc->pid };
	struct scan_item *item;

	if (!(scan->kinds & BIT(kind)) ||
	    num_parse_u32(name, (uint32_t *)&pin.fd) < 0)
		return;
	item = scan_find(scan, ino);
	if (!item) {
		CLEANUP_FD int fd = openat(holder->dir_fd, name,
					   O_RDONLY | O_CLOEXEC | O_NONBLOCK);

		/* It may be another file by now. */
		item = fd < 0 ? NULL : scan_add_fd(scan, fd);
	}
	if (item && item->ino == ino)
		scan_pin(scan, item, &pin);
}

static void take_socket(struct scan *scan, struct holder *holder,
			const char *name)
{
	struct kist_ns_pin pin = { .kind = KIST_NS_PIN_SOCKET,
				   .pid = holder->proc->pid };
	CLEANUP_FD int socket_fd = -1;
	CLEANUP_FD int fd = -1;
	struct stat st;

	if (!(scan->kinds & BIT(NS_NET)) ||
	    num_parse_u32(name, (uint32_t *)&pin.fd) < 0)
		return;
	if (holder->pidfd == -1)
		holder->pidfd = sys_pidfd_open(holder->proc->pid);
	if (holder->pidfd < 0)
		return;
	socket_fd = sys_pidfd_getfd(holder->pidfd, pin.fd);
	fd = socket_fd < 0 ? -1 : sys_socket_ns(socket_fd);
	/* One in the process's own namespace says nothing new. */
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_ino == holder->net_ino)
		return;
	scan_pin(scan, scan_add_fd(scan, fd), &pin);
}

static void take_fds(struct scan *scan, struct holder *holder, DIR *dir)
{
	struct dirent *entry;

	while ((entry = readdir(dir))) {
		char text[64];
		enum ns_kind kind;
		uint64_t ino;
		ssize_t len;

		if (entry->d_name[0] == '.')
			continue;
		len = readlinkat(holder->dir_fd, entry->d_name, text,
				 sizeof(text) - 1);
		if (len <= 0 || text[len - 1] != ']')
			continue;
		text[len] = '\0';
		if (strncmp(text, "socket:[", 8) == 0)
			take_socket(scan, holder, entry->d_name);
		else if (scan_parse_link(text, &kind, &ino))
			take_fd_link(scan, holder, entry->d_name, kind, ino);
	}
}

static void search_fds(struct scan *scan, const struct scan_proc *proc)
{
	struct holder holder = { .proc = proc,
				 .pidfd = -1,
				 .net_ino = proc->ino[NS_NET] };
	char path[32];
	DIR *dir;

	snprintf(path, sizeof(path), "%d/fd", proc->pid);
	holder.dir_fd =
		openat(scan->proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (holder.dir_fd < 0)
		return;
	dir = fdopendir(holder.dir_fd);
	if (!dir) {
		close(holder.dir_fd);
		return;
	}
	take_fds(scan, &holder, dir);
	closedir(dir);
	if (holder.pidfd >= 0)
		close(holder.pidfd);
}

/* ---- threads and children to be ---- */

/* A namespace named by a link of /proc, unless the process is in it anyway. */
static void take_link(struct scan *scan, const char *path,
		      const struct scan_proc *proc,
		      const struct kist_ns_pin *pin)
{
	struct scan_item *item;
	enum ns_kind kind;
	char text[64];
	uint64_t ino;
	ssize_t len = readlinkat(scan->proc_fd, path, text, sizeof(text) - 1);

	if (len <= 0)
		return;
	text[len] = '\0';
	if (!scan_parse_link(text, &kind, &ino) || !(scan->kinds & BIT(kind)) ||
	    ino == proc->ino[kind])
		return;
	item = scan_find(scan, ino);
	if (!item) {
		CLEANUP_FD int fd =
			openat(scan->proc_fd, path, O_RDONLY | O_CLOEXEC);

		item = fd < 0 ? NULL : scan_add_fd(scan, fd);
	}
	if (item && item->ino == ino)
		scan_pin(scan, item, pin);
}

static void search_children(struct scan *scan, const struct scan_proc *proc)
{
	const struct kist_ns_pin pin = { .kind = KIST_NS_PIN_CHILDREN,
					 .pid = proc->pid };
	char path[48];

	snprintf(path, sizeof(path), "%d/ns/pid_for_children", proc->pid);
	take_link(scan, path, proc, &pin);
	snprintf(path, sizeof(path), "%d/ns/time_for_children", proc->pid);
	take_link(scan, path, proc, &pin);
}

static void search_thread(struct scan *scan, const struct scan_proc *proc,
			  const char *name)
{
	struct kist_ns_pin pin = { .kind = KIST_NS_PIN_THREAD,
				   .pid = proc->pid };
	char path[80];

	if (num_parse_u32(name, (uint32_t *)&pin.fd) < 0 || pin.fd == proc->pid)
		return;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		if (!(scan->kinds & BIT(kind)))
			continue;
		snprintf(path, sizeof(path), "%d/task/%d/ns/%s", proc->pid,
			 pin.fd, ns_table[kind].name);
		take_link(scan, path, proc, &pin);
	}
}

static void search_threads(struct scan *scan, const struct scan_proc *proc)
{
	struct dirent *entry;
	struct stat st;
	char path[32];
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%d/task", proc->pid);
	/* Its link count is 2 and one for each thread. */
	if (fstatat(scan->proc_fd, path, &st, 0) < 0 || st.st_nlink <= 3)
		return;
	fd = openat(scan->proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)))
		search_thread(scan, proc, entry->d_name);
	closedir(dir);
}

/* ---- all ---- */

struct view {
	uint64_t ino;
	pid_t pid;
};

static int by_ino(const void *a, const void *b)
{
	const struct view *left = a, *right = b;

	if (left->ino != right->ino)
		return left->ino < right->ino ? -1 : 1;
	return (left->pid > right->pid) - (left->pid < right->pid);
}

/* A mount namespace without a process cannot be looked into. */
static void search_mounts(struct scan *scan)
{
	struct view *views =
		ARENA_ARRAY(scan->arena, struct view, scan->proc_count + 1);
	uint64_t last = 0, own = own_mnt_inode(scan);

	if (arena_failed(scan->arena))
		return;
	for (size_t i = 0; i < scan->proc_count; i++)
		views[i] = (struct view){ scan->procs[i].ino[NS_MNT],
					  scan->procs[i].pid };
	qsort(views, scan->proc_count, sizeof(*views), by_ino);
	for (size_t i = 0; i < scan->proc_count && !scan->failed; i++) {
		if (views[i].ino != 0 && views[i].ino != last &&
		    views[i].ino != own)
			take_mounts(scan, views[i].pid, views[i].ino);
		last = views[i].ino;
	}
}

void list_search_open(struct scan *scan)
{
	for (size_t i = 0; i < scan->proc_count && !scan->failed; i++)
		if (!scan->procs[i].is_hidden)
			search_fds(scan, &scan->procs[i]);
}

void list_search(struct scan *scan)
{
	for (size_t i = 0; i < scan->proc_count && !scan->failed; i++) {
		if (scan->procs[i].is_hidden)
			continue;
		search_fds(scan, &scan->procs[i]);
		search_children(scan, &scan->procs[i]);
		search_threads(scan, &scan->procs[i]);
	}
	search_mounts(scan);
}
