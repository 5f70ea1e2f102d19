/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_refusal.c - refused to whom it is not given; making and removing */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "kernel/cgroup_file.h"
#include "kernel/cgroup_refusal.h"
#include "sys/file.h"

#define MAGIC_V1 0x27e0eb
#define MAGIC_V2 0x63677270
#define INITIAL_CGROUP_NS 0xEFFFFFFBu /* the kernel's PROC_CGROUP_INIT_INO */

bool cgroup_refusal_is(struct cgroup_refusal *ret, enum kist_cause cause,
		       const char *first, const char *second, const char *fmt,
		       ...)
{
	va_list args;

	ret->cause = cause;
	ret->is_certain = true;
	snprintf(ret->arg[0], sizeof(ret->arg[0]), "%s", first ? first : "");
	snprintf(ret->arg[1], sizeof(ret->arg[1]), "%s", second ? second : "");
	va_start(args, fmt);
	vsnprintf(ret->evidence, sizeof(ret->evidence), fmt, args);
	va_end(args);
	return true;
}

void cgroup_refusal_tell(const struct cgroup_refusal *refusal,
			 struct kist_error *err)
{
	err_cause(err, refusal->cause, refusal->arg[0], refusal->arg[1]);
}

/* ---- the way up ---- */

static long magic(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 ? (long)fs.f_type : 0;
}

bool cgroup_dir_is_v2(int dir_fd)
{
	return magic(dir_fd) == MAGIC_V2;
}

int cgroup_above_open(int dir_fd)
{
	CLEANUP_FD int fd =
		openat(dir_fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat up, here;

	if (fd < 0 || magic(fd) != magic(dir_fd) || fstat(fd, &up) < 0 ||
	    fstat(dir_fd, &here) < 0 || up.st_dev != here.st_dev ||
	    up.st_ino == here.st_ino)
		return -1;
	return TAKE_FD(fd);
}

void cgroup_above_name(const char *name, char *ret_name, size_t size)
{
	const char *slash = strrchr(name, '/');
	size_t len = slash ? (size_t)(slash - name) : 0;

	if (len >= size)
		len = size - 1;
	/* They may be the same. */
	memmove(ret_name, name, len);
	if (!len)
		ret_name[len++] = '/';
	ret_name[len] = '\0';
}

/* ---- denied ---- */

static bool is_read_only_mount(int dir_fd)
{
	struct statvfs fs;

	return fstatvfs(dir_fd, &fs) == 0 && fs.f_flag & ST_RDONLY;
}

/* The control group namespace of who tried; 0: the machine's own. */
static ino_t inner_namespace(const struct cgroup_attempt *a)
{
	char path[40] = "/proc/self/ns/cgroup";
	struct stat st;

	if (a->who)
		snprintf(path, sizeof(path), "/proc/%d/ns/cgroup", a->who);
	return stat(path, &st) == 0 && st.st_ino != INITIAL_CGROUP_NS ?
		       st.st_ino :
		       0;
}

/* Those with CFTYPE_NS_DELEGATABLE in the kernel. */
static bool is_delegatable(const char *file)
{
	static const char *const files[] = {
		"cgroup.procs",
		"cgroup.threads",
		"cgroup.subtree_control",
	};

	for (size_t i = 0; file && i < ARRAY_LEN(files); i++)
		if (strcmp(file, files[i]) == 0)
			return true;
	return !file;
}

/* On v2 nothing else says EPERM to who writes such a file. A mount made inside
 * of the namespace begins at its root; one from outside shows more. */
static bool refused_by_namespace(const struct cgroup_attempt *a,
				 struct cgroup_refusal *ret)
{
	CLEANUP_FD int up = cgroup_above_open(a->dir_fd);
	ino_t inner = inner_namespace(a);

	if (a->errnum != EPERM || !inner || is_delegatable(a->file) ||
	    !cgroup_dir_is_v2(a->dir_fd))
		return false;
	if (up < 0)
		return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_NSDELEGATE,
					 a->file, NULL,
					 "the group is the root of this cgroup "
					 "namespace");
	return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_NSDELEGATE, a->file,
				 NULL,
				 "the process is in cgroup:[%llu], not in the "
				 "machine's, and '%s' is where it begins",
				 (unsigned long long)inner, a->name);
}

static const char *mount_of(int dir_fd, char *buf, size_t size)
{
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir_fd);
	n = readlink(link, buf, size - 1);
	buf[n < 0 ? 0 : n] = '\0';
	return buf;
}

static bool is_only_told(const struct cgroup_attempt *a, struct stat *ret_stat)
{
	return a->file && fstatat(a->dir_fd, a->file, ret_stat, 0) == 0 &&
	       !(ret_stat->st_mode & 0222);
}

bool cgroup_refused_denied(const struct cgroup_attempt *a,
			   struct cgroup_refusal *ret)
{
	const char *file = a->file ? a->file : ".";
	char place[200];
	struct stat st = { 0 };

	if (a->errnum == EROFS)
		return is_read_only_mount(a->dir_fd) &&
		       cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_READ_ONLY,
					 mount_of(a->dir_fd, place,
						  sizeof(place)),
					 NULL, "'%s' is mounted 'ro'", place);
	if (a->errnum != EACCES && a->errnum != EPERM)
		return false;
	if (is_only_told(a, &st))
		return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_FILE_TOLD,
					 a->file, NULL,
					 "the mode of '%s' is %04o", a->file,
					 st.st_mode & 07777);
	if (refused_by_namespace(a, ret))
		return true;
	if (fstatat(a->dir_fd, file, &st, 0) < 0 || st.st_uid == a->uid)
		return false; /* of root in a user namespace the owner is not */
	return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_NOT_DELEGATED, a->name,
				 NULL,
				 "%s of group '%s' belongs to user %u, and its "
				 "mode is %04o; this is user %u",
				 a->file ? a->file : "the folder", a->name,
				 st.st_uid, st.st_mode & 07777, a->uid);
}

/* ---- making a group ---- */

/* Which group above has reached its cgroup.max.descendants or depth? */
static bool refused_by_number(const struct cgroup_attempt *a,
			      struct cgroup_refusal *ret)
{
	CLEANUP_FD int fd = dup(a->dir_fd);
	char name[200];
	int64_t depth = 1;

	snprintf(name, sizeof(name), "%s", a->name);
	for (; fd >= 0; depth++) {
		int64_t most = cgroup_file_number(fd, "cgroup.max.descendants");
		int64_t deep = cgroup_file_number(fd, "cgroup.max.depth");
		int64_t have =
			cgroup_file_key(fd, "cgroup.stat", "nr_descendants");
		int up;

		if (most >= 0 && have >= most)
			return cgroup_refusal_is(
				ret, KIST_CAUSE_CGROUP_TOO_MANY, name,
				"cgroup.max.descendants",
				"cgroup.max.descendants of '%s' is %" PRId64
				", and it has %" PRId64,
				name, most, have);
		if (deep >= 0 && depth > deep)
			return cgroup_refusal_is(
				ret, KIST_CAUSE_CGROUP_TOO_MANY, name,
				"cgroup.max.depth",
				"cgroup.max.depth of '%s' is %" PRId64
				", and this would be %" PRId64 " below",
				name, deep, depth);
		up = cgroup_above_open(fd);
		close(fd);
		fd = up;
		cgroup_above_name(name, name, sizeof(name));
	}
	return false;
}

/* Ids of memory groups have 16 bits; those that are dying keep theirs. */
static bool refused_by_ids(struct cgroup_refusal *ret)
{
	int count = cgroup_machine_groups("memory");

	cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_IDS, NULL, NULL,
			  "/proc/cgroups counts %d with 'memory', and there "
			  "are 65535 ids for them",
			  count);
	ret->is_certain = count > 65000;
	return true;
}

bool cgroup_refused_make(const struct cgroup_attempt *a,
			 struct cgroup_refusal *ret)
{
	if (a->errnum == EAGAIN)
		return refused_by_number(a, ret);
	if (a->errnum == ENOSPC)
		return refused_by_ids(ret);
	if (a->errnum == ENOENT || a->errnum == ENODEV)
		return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_REMOVED,
					 a->name, NULL, "'%s' was removed",
					 a->name);
	return cgroup_refused_denied(a, ret);
}

/* ---- removing one ---- */

static bool find_below(int dir_fd, char *ret_name, size_t size, int *ret_count)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	*ret_count = 0;
	if (!dir) {
		cleanup_fd(&fd);
		return false;
	}
	while ((entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
		    !(*ret_count)++)
			snprintf(ret_name, size, "%.199s", entry->d_name);
	closedir(dir);
	return *ret_count > 0;
}

static int count_lines(const char *text)
{
	int count = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		count++;
	return count;
}

bool cgroup_refused_remove(const struct cgroup_attempt *a,
			   struct cgroup_refusal *ret)
{
	char text[4096], first[200], number[40];
	int count;

	if (a->errnum != EBUSY && a->errnum != ENOTEMPTY)
		return cgroup_refused_denied(a, ret);
	if (find_below(a->dir_fd, first, sizeof(first), &count)) {
		snprintf(number, sizeof(number), "%d", count);
		return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_HAS_GROUPS,
					 a->name, number, "'%s' is below it%s",
					 first,
					 count > 1 ? ", and others are" : "");
	}
	cgroup_file_read(a->dir_fd, "cgroup.procs", text, sizeof(text));
	if (!*text)
		return false;
	count = count_lines(text);
	text[strcspn(text, "\n")] = '\0';
	snprintf(number, sizeof(number), "%d", count);
	return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_HAS_PROCESSES, a->name,
				 number, "process %.20s is in it%s", text,
				 count > 1 ? ", and others are" : "");
}

/* ---- frozen ---- */

bool cgroup_refused_frozen(const struct cgroup_attempt *a,
			   struct cgroup_refusal *ret)
{
	CLEANUP_FD int fd = dup(a->dir_fd);
	char name[200];

	snprintf(name, sizeof(name), "%s", a->name);
	while (fd >= 0) {
		bool v1 = cgroup_file_number(fd, "freezer.self_freezing") == 1;
		int up;

		if (v1 || cgroup_file_number(fd, "cgroup.freeze") == 1)
			return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_FROZEN,
						 name, NULL, "%s of '%s' is 1",
						 v1 ? "freezer.self_freezing" :
						      "cgroup.freeze",
						 name);
		up = cgroup_above_open(fd);
		close(fd);
		fd = up;
		cgroup_above_name(name, name, sizeof(name));
	}
	return false;
}
