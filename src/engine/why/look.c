/* SPDX-License-Identifier: Apache-2.0 */
/* look.c - what the probes ask of the process of a case */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/path.h"
#include "engine/why/caller.h"
#include "engine/why/look.h"
#include "sys/file.h"

#define STATUS_MAX 65536

int look_found(const struct why_case *c, struct why_finding *found,
	       bool is_certain, const char *first, const char *second,
	       const char *fmt, ...)
{
	char text[1000];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	found->arg[0] = first;
	found->arg[1] = second;
	found->evidence = arena_strdup(c->arena, text);
	found->is_certain = is_certain;
	return 1;
}

/* ---- paths ---- */

static bool read_link(const struct why_case *c, const char *name,
		      char buf[PATH_BYTES])
{
	ssize_t len = readlinkat(c->proc_fd, name, buf, PATH_BYTES - 1);

	if (len < 0)
		return false;
	buf[len] = '\0';
	return true;
}

/* Its folder, as it is called from its root. */
static bool working_folder(const struct why_case *c, char buf[PATH_BYTES])
{
	char root[PATH_BYTES];
	const char *below;

	if (!read_link(c, "cwd", buf))
		return false;
	if (!read_link(c, "root", root) || strcmp(root, "/") == 0)
		return true;
	below = path_below(buf, root);
	if (!below)
		return false;
	return path_join("/", below, root, sizeof(root)) == 0 &&
	       strlen(root) < PATH_BYTES && strcpy(buf, root);
}

const char *look_path(const struct why_case *c, const char *path)
{
	char dir[PATH_BYTES], whole[2 * PATH_BYTES];

	if (!path || !*path)
		return NULL;
	if (path[0] == '/') {
		if (strlen(path) >= sizeof(whole))
			return NULL;
		strcpy(whole, path);
	} else if (!working_folder(c, dir) ||
		   path_join(dir, path, whole, sizeof(whole)) < 0) {
		return NULL;
	}
	if (path_normalize(whole, whole, sizeof(whole)) < 0)
		return NULL;
	return arena_strdup(c->arena, whole);
}

/* "/proc/self" means the one who asks: then the process of the case. */
static const char *instead_of_self(const struct why_case *c, const char *path)
{
	const char *rest = path_below(path, "/proc/self");

	if (!rest)
		return path;
	return arena_printf(c->arena, "/proc/%d%s%s", c->pid, *rest ? "/" : "",
			    rest);
}

/* Links of /proc that are doors are no paths: as we see them then. */
static int open_door(const struct why_case *c, const char *path, int flags)
{
	int fd;

	if (strncmp(path, "/proc/", 6) != 0)
		return -ELOOP;
	fd = open(instead_of_self(c, path), flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int look_open(const struct why_case *c, const char *path, int flags)
{
	CLEANUP_FD int root_fd = -1;
	char dir[PATH_BYTES], whole[2 * PATH_BYTES];
	int fd;

	if (!path || !*path)
		return -ENOENT;
	if (!(flags & O_NONBLOCK))
		flags |= O_PATH;
	if (c->is_self) {
		fd = open(path, flags | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	if (path[0] != '/') {
		if (!working_folder(c, dir) ||
		    path_join(dir, path, whole, sizeof(whole)) < 0)
			return -ENOENT;
		path = whole;
	}
	root_fd = openat(c->proc_fd, "root", O_PATH | O_CLOEXEC);
	if (root_fd < 0)
		return -errno;
	fd = sys_openat2(root_fd, path, (uint64_t)flags, 0, RESOLVE_IN_ROOT);
	if (fd == -ELOOP || fd == -EXDEV)
		return open_door(c, path, flags);
	return fd;
}

DIR *look_list(const struct why_case *c, const char *path)
{
	int fd = look_open(c, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		cleanup_fd(&fd);
	return dir;
}

bool look_stat(const struct why_case *c, const char *path, struct stat *ret_st)
{
	CLEANUP_FD int fd = look_open(c, path, 0);

	return fd >= 0 && fstat(fd, ret_st) == 0;
}

const char *look_nearest(const struct why_case *c, const char *path)
{
	const char *whole = look_path(c, path);
	char *copy;
	struct stat st;

	if (!whole)
		return NULL;
	copy = arena_strdup(c->arena, whole);
	while (!look_stat(c, copy, &st)) {
		char *slash = strrchr(copy, '/');

		if (!slash || copy[1] == '\0')
			return "/";
		slash[slash == copy] = '\0';
	}
	return copy;
}

const char *look_folder(const struct why_case *c, const char *path)
{
	const char *whole = look_path(c, path);
	char *copy = whole ? arena_strdup(c->arena, whole) : NULL;
	char *slash = copy ? strrchr(copy, '/') : NULL;

	if (!slash)
		return NULL;
	slash[slash == copy] = '\0';
	return copy;
}

/* ---- mounts ---- */

bool look_mounts(const struct why_case *c, struct mountinfo_list *ret_list)
{
	CLEANUP_BUF struct buf buf;
	char *text;
	size_t len;

	buf_init(&buf);
	if (sys_load_file(c->proc_fd, "mountinfo", &buf, MOUNTINFO_MAX) < 0)
		return false;
	len = buf.len;
	text = arena_strndup(c->arena, buf.data ? buf.data : "", len);
	return !arena_failed(c->arena) &&
	       mountinfo_parse(text, len, c->arena, ret_list) == 0;
}

/* The number that mountinfo has first. */
static int mount_id(int fd)
{
	char name[64], text[512];
	const char *line;

	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	if (sys_read_file(AT_FDCWD, name, text, sizeof(text)) < 0)
		return -1;
	line = strstr(text, "mnt_id:");
	return line ? atoi(line + 7) : -1;
}

const struct mountinfo *look_mount(const struct why_case *c,
				   const struct mountinfo_list *list,
				   const char *path)
{
	const char *nearest = look_nearest(c, path);
	CLEANUP_FD int fd = -1;

	if (!nearest)
		return NULL;
	fd = look_open(c, nearest, 0);
	return fd < 0 ? NULL : mountinfo_find(list, mount_id(fd));
}

const struct mountinfo *look_mount_of(const struct why_case *c,
				      const char *path)
{
	struct mountinfo_list list;

	return look_mounts(c, &list) ? look_mount(c, &list, path) : NULL;
}

/* Its root directory is where the path leads. */
const struct mountinfo *look_mount_at(const struct why_case *c,
				      const struct mountinfo_list *list,
				      const char *path)
{
	const struct mountinfo *mount;
	CLEANUP_FD int fd = look_open(c, path, 0);
	struct stat st, root;

	if (fd < 0)
		return NULL;
	mount = mountinfo_find(list, mount_id(fd));
	if (!mount || fstat(fd, &st) < 0 || !look_stat(c, mount->point, &root))
		return NULL;
	return st.st_dev == root.st_dev && st.st_ino == root.st_ino ? mount :
								      NULL;
}

static const char *find_option(const char *options, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = options; at && *at;) {
		if (strncmp(at, word, len) == 0 &&
		    (at[len] == '\0' || at[len] == ',' || at[len] == '='))
			return at + len;
		at = strchr(at, ',');
		if (at)
			at++;
	}
	return NULL;
}

bool look_has_option(const char *options, const char *word)
{
	return find_option(options, word) != NULL;
}

const char *look_option(const struct why_case *c, const char *options,
			const char *word)
{
	const char *value = find_option(options, word);
	size_t len = 0;

	if (!value || *value != '=')
		return NULL;
	for (value++; value[len] && value[len] != ','; len++)
		if (value[len] == '\\' && value[len + 1])
			len++;
	return arena_strndup(c->arena, value, len);
}

/* ---- who ---- */

bool look_status(const struct why_case *c, struct proc_status *ret_status)
{
	char text[STATUS_MAX];

	return sys_read_file(c->proc_fd, "status", text, sizeof(text)) > 0 &&
	       proc_status_parse(text, c->arena, ret_status) == 0;
}

static int open_ns(const struct why_case *c, enum ns_kind kind)
{
	char name[32];

	snprintf(name, sizeof(name), "ns/%s", ns_table[kind].name);
	return openat(c->proc_fd, name, O_RDONLY | O_CLOEXEC);
}

static uint64_t inode(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? st.st_ino : 0;
}

uint64_t look_ns(const struct why_case *c, enum ns_kind kind)
{
	CLEANUP_FD int fd = open_ns(c, kind);

	return inode(fd);
}

bool look_is_inner(const struct why_case *c)
{
	uint64_t ino = look_ns(c, NS_USER);

	return ino != 0 && ino != FIRST_USER_NS;
}

bool look_owns(const struct why_case *c, enum ns_kind kind)
{
	CLEANUP_FD int fd = open_ns(c, kind);
	CLEANUP_FD int owner_fd = fd < 0 ? -1 : ns_open_owner(fd);

	return owner_fd >= 0 && inode(owner_fd) == look_ns(c, NS_USER);
}

int64_t look_sysctl(const char *path)
{
	char text[64];

	if (sys_read_file(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return -1;
	return strtoll(text, NULL, 10);
}

const char *look_process(const struct why_case *c, pid_t pid)
{
	char name[64], comm[64];
	ssize_t len;

	snprintf(name, sizeof(name), "/proc/%d/comm", pid);
	len = sys_read_file(AT_FDCWD, name, comm, sizeof(comm));
	if (len <= 0)
		return arena_printf(c->arena, "%d", pid);
	comm[strcspn(comm, "\n")] = '\0';
	return arena_printf(c->arena, "%d (%s)", pid, comm);
}
