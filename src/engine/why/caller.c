/* SPDX-License-Identifier: Apache-2.0 */
/* caller.c - what probes ask about the process that was refused */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "engine/why/caller.h"
#include "kernel/cap.h"
#include "kernel/ns_visit.h"
#include "sys/file.h"
#include "sys/nsfs.h"

#define FILE_MAX (64 * 1024)
#define DEPTH_MAX 40

const char *caller_file(const struct why_case *c, const char *name)
{
	CLEANUP_BUF struct buf buf;

	buf_init(&buf);
	if (sys_load_file(c->proc_fd, name, &buf, FILE_MAX) < 0)
		return NULL;
	return arena_strdup(c->arena, buf.data ? buf.data : "");
}

bool caller_status(const struct why_case *c, struct proc_status *ret_status)
{
	const char *text = caller_file(c, "status");

	return text && proc_status_parse(text, c->arena, ret_status) == 0;
}

uint64_t caller_ns(const struct why_case *c, const char *kind)
{
	char name[40];
	struct stat st;

	snprintf(name, sizeof(name), "ns/%s", kind);
	return fstatat(c->proc_fd, name, &st, 0) == 0 ? st.st_ino : 0;
}

/* Numbers of /proc/sys/user are those of the reader's user namespace. */
struct reading {
	char path[200], text[64];
	ssize_t len;
};

static int read_number(void *arg, struct kist_error *err)
{
	struct reading *r = arg;

	(void)err;
	r->len = sys_read_file(AT_FDCWD, r->path, r->text, sizeof(r->text));
	return 0;
}

static bool is_number(struct reading *r, int64_t *ret_value)
{
	if (r->len <= 0)
		return false;
	r->text[strcspn(r->text, "\n")] = '\0';
	return num_parse_i64(r->text, ret_value) == 0;
}

/* Of a process in another user namespace than ours, the number there. */
static bool read_inside(const struct why_case *c, struct reading *r,
			int64_t *ret_value)
{
	int fds[NS_COUNT] = { -1, -1, -1, -1, -1, -1, -1, -1 };
	CLEANUP_FD int user_fd = -1;
	struct stat ours;

	if (c->is_self || c->is_quick || strncmp(r->path, "/proc/sys/user", 14))
		return false;
	user_fd = openat(c->proc_fd, "ns/user", O_RDONLY | O_CLOEXEC);
	if (user_fd < 0 || stat("/proc/self/ns/user", &ours) < 0 ||
	    ours.st_ino == caller_ns(c, "user"))
		return false;
	fds[NS_USER] = user_fd;
	return ns_visit(fds, read_number, r, NULL) == 0 &&
	       is_number(r, ret_value);
}

bool caller_sysctl(const struct why_case *c, const char *name,
		   int64_t *ret_value)
{
	struct reading outer = { .len = 0 }, inner;
	int64_t value;

	snprintf(outer.path, sizeof(outer.path), "%s/%s",
		 c->sysctl_folder ? c->sysctl_folder : "/proc/sys", name);
	inner = outer;
	read_number(&outer, NULL);
	if (!is_number(&outer, ret_value))
		return false;
	/* the limits of all namespaces above hold, too: the lowest is told */
	if (read_inside(c, &inner, &value) && value < *ret_value)
		*ret_value = value;
	return true;
}

/* ---- capabilities ---- */

static uint64_t inode_of(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? st.st_ino : 0;
}

static const char *name_of(const struct why_case *c, const char *kind,
			   uint64_t inode)
{
	return inode ? arena_printf(c->arena, "%s:[%llu]", kind,
				    (unsigned long long)inode) :
		       NULL;
}

/* Is @inode above the user namespace of @fd? */
static bool is_below(int fd, uint64_t inode)
{
	int at = dup(fd);

	for (int depth = 0; at >= 0 && depth < DEPTH_MAX; depth++) {
		int above = sys_ns_parent(at);

		close(at);
		at = above;
		if (at >= 0 && inode_of(at) == inode) {
			close(at);
			return true;
		}
	}
	if (at >= 0)
		close(at);
	return false;
}

/* Return: an fd of the user namespace that is asked, or -errno. */
static int open_owner(const struct why_case *c, enum ns_kind kind)
{
	CLEANUP_FD int fd = -1;
	char name[40];

	snprintf(name, sizeof(name), "ns/%s", ns_table[kind].name);
	fd = openat(c->proc_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return kind == NS_USER ? TAKE_FD(fd) : ns_open_owner(fd);
}

int caller_can(const struct why_case *c, int cap, enum ns_kind kind,
	       const char **ret_owner, const char **ret_own)
{
	CLEANUP_FD int owner_fd = -1;
	struct proc_status status;
	uint64_t own = caller_ns(c, "user"), owner = FIRST_USER_NS;
	bool has;

	*ret_owner = NULL;
	*ret_own = name_of(c, "user", own);
	if (!caller_status(c, &status) || !own)
		return 1; /* not known: then it is not this */
	has = status.caps[PROC_CAP_EFFECTIVE] & CAP_MASK(cap);
	if (kind != NS_COUNT) {
		owner_fd = open_owner(c, kind);
		if (owner_fd == -EPERM)
			return -EPERM;
		if (owner_fd < 0)
			return 1;
		owner = inode_of(owner_fd);
	}
	*ret_owner = name_of(c, "user", owner);
	if (own == owner)
		return has;
	if (owner_fd >= 0 && is_below(owner_fd, own)) {
		uid_t uid;

		/* its maker has all capabilities in it */
		return has || (sys_ns_owner_uid(owner_fd, &uid) == 0 &&
			       uid == status.uid[PROC_EFFECTIVE]);
	}
	return 0;
}

int caller_depth(const struct why_case *c, enum ns_kind kind)
{
	char name[40];
	int at, depth = 0;

	snprintf(name, sizeof(name), "ns/%s", ns_table[kind].name);
	at = openat(c->proc_fd, name, O_RDONLY | O_CLOEXEC);
	for (; at >= 0 && depth < DEPTH_MAX; depth++) {
		int above = sys_ns_parent(at);

		close(at);
		at = above;
		if (at < 0)
			break;
	}
	if (at >= 0)
		close(at);
	return depth;
}
