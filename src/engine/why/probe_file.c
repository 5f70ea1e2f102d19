/* SPDX-License-Identifier: Apache-2.0 */
/* probe_file.c - files: what their mount, their marks and the disk forbid */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/path.h"
#include "engine/why/look.h"
#include "sys/file.h"

static const struct mountinfo *mount_of(const struct why_case *c)
{
	return c->subject ? look_mount_of(c, c->subject) : NULL;
}

/* ---- read-only ---- */

int probe_read_only_fs(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount = mount_of(c);

	if (!mount || !look_has_option(mount->super, "ro"))
		return 0;
	return look_found(c, found, true, mount->point, mount->type,
			  "'%s' is %s of %s, whose own options are %s",
			  mount->point, mount->type, mount->source,
			  mount->super);
}

int probe_read_only_mount(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount = mount_of(c);

	if (!mount || !look_has_option(mount->options, "ro") ||
	    look_has_option(mount->super, "ro"))
		return 0;
	return look_found(c, found, true, mount->point, NULL,
			  "'%s' is mounted %s; its file system (%s) is "
			  "writable",
			  mount->point, mount->options, mount->type);
}

/* ---- nodev, nosuid ---- */

static bool is_device(const struct why_case *c)
{
	struct stat st;

	return look_stat(c, c->subject, &st) &&
	       (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode));
}

int probe_nodev(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount = mount_of(c);

	if (!mount || !is_device(c) ||
	    !look_has_option(mount->options, "nodev"))
		return 0;
	return look_found(c, found, true, c->subject, mount->point,
			  "'%s' is mounted %s", mount->point, mount->options);
}

/* A file system that was mounted in a user namespace has no devices. */
int probe_device_inner(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount = mount_of(c);

	if (!mount || !is_device(c) || !look_is_inner(c) ||
	    look_has_option(mount->options, "nodev") ||
	    strcmp(mount->type, "devtmpfs") == 0)
		return 0;
	return look_found(c, found, false, c->subject, mount->point,
			  "'%s' is %s, and process %d is in user:[%llu]",
			  mount->point, mount->type, c->pid,
			  (unsigned long long)look_ns(c, NS_USER));
}

int probe_nosuid(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount;
	struct proc_status status;
	char path[PATH_BYTES];
	struct stat st;
	ssize_t len = readlinkat(c->proc_fd, "exe", path, sizeof(path) - 1);

	if (len < 0 || fstatat(c->proc_fd, "exe", &st, 0) < 0 ||
	    !(st.st_mode & S_ISUID) || !look_status(c, &status) ||
	    status.uid[PROC_EFFECTIVE] == st.st_uid)
		return 0;
	path[len] = '\0';
	mount = look_mount_of(c, path);
	if (!mount || !look_has_option(mount->options, "nosuid"))
		return 0;
	return look_found(c, found, true, arena_strdup(c->arena, path),
			  mount->point,
			  "it belongs to user %u and runs as %u; '%s' is "
			  "mounted %s",
			  st.st_uid, status.uid[PROC_EFFECTIVE], mount->point,
			  mount->options);
}

/* In a user namespace the owner has to be mapped, or the bit does nothing. */
int probe_setuid_unmapped(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	char path[PATH_BYTES];
	struct stat st;
	ssize_t len = readlinkat(c->proc_fd, "exe", path, sizeof(path) - 1);

	if (len < 0 || fstatat(c->proc_fd, "exe", &st, 0) < 0 ||
	    !(st.st_mode & S_ISUID) || !look_is_inner(c) ||
	    !look_status(c, &status) ||
	    status.uid[PROC_EFFECTIVE] == st.st_uid ||
	    status.caps[PROC_CAP_EFFECTIVE]) /* root there all the same */
		return 0;
	path[len] = '\0';
	return look_found(c, found, true, arena_strdup(c->arena, path), NULL,
			  "it belongs to user %u and runs as %u in user:[%llu]",
			  st.st_uid, status.uid[PROC_EFFECTIVE],
			  (unsigned long long)look_ns(c, NS_USER));
}

/* ---- marks (chattr) ---- */

static bool has_mark(const struct why_case *c, const char *path, int mark)
{
	CLEANUP_FD int fd = -1;
	struct stat st;
	int marks = 0;

	if (!look_stat(c, path, &st) ||
	    (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return false;
	fd = look_open(c, path, O_RDONLY | O_NONBLOCK);
	return fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &marks) == 0 &&
	       (marks & mark);
}

/* Of the file, or of the folder it is to be made in or taken from. */
static int marked(const struct why_case *c, struct why_finding *found, int mark,
		  const char *letter)
{
	const char *const paths[] = { look_path(c, c->subject),
				      look_folder(c, c->subject) };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (paths[i] && has_mark(c, paths[i], mark))
			return look_found(c, found, true, paths[i], NULL,
					  "'%s' has the mark '%s' (lsattr -d)",
					  paths[i], letter);
	return 0;
}

int probe_immutable(const struct why_case *c, struct why_finding *found)
{
	return marked(c, found, FS_IMMUTABLE_FL, "i");
}

int probe_append_only(const struct why_case *c, struct why_finding *found)
{
	return marked(c, found, FS_APPEND_FL, "a");
}

/* ---- the disk ---- */

static bool disk_of(const struct why_case *c, struct statvfs *ret_disk)
{
	const char *nearest = look_nearest(c, c->subject ? c->subject : ".");
	CLEANUP_FD int fd = nearest ? look_open(c, nearest, 0) : -1;

	return fd >= 0 && fstatvfs(fd, ret_disk) == 0;
}

/* @option: what makes a tmpfs larger, to @to; @ret_more says so. */
static const char *disk_point(const struct why_case *c, const char *option,
			      unsigned long long to, const char **ret_more)
{
	const struct mountinfo *mount =
		look_mount_of(c, c->subject ? c->subject : ".");

	*ret_more = "";
	if (!mount)
		return "/";
	if (strcmp(mount->type, "tmpfs") == 0)
		*ret_more = arena_printf(c->arena,
					 "; or, as root: mount -o "
					 "remount,%s=%llu '%s'",
					 option, to, mount->point);
	return mount->point;
}

int probe_disk_full(const struct why_case *c, struct why_finding *found)
{
	struct statvfs disk;
	const char *point, *more;

	if (!disk_of(c, &disk) || !disk.f_blocks || disk.f_bavail > 0)
		return 0;
	point = disk_point(c, "size", 2ull * disk.f_blocks * disk.f_frsize,
			   &more);
	return look_found(
		c, found, true, point, more,
		"of %llu KiB %llu are free, none for ordinary users",
		(unsigned long long)disk.f_blocks * disk.f_frsize / 1024,
		(unsigned long long)disk.f_bfree * disk.f_frsize / 1024);
}

int probe_inodes_full(const struct why_case *c, struct why_finding *found)
{
	struct statvfs disk;
	const char *point, *more;

	if (!disk_of(c, &disk) || !disk.f_files || disk.f_ffree > 0)
		return 0;
	point = disk_point(c, "nr_inodes", 2ull * disk.f_files, &more);
	return look_found(c, found, true, point, more,
			  "all %llu inodes are used",
			  (unsigned long long)disk.f_files);
}

int probe_quota(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	const char *more;

	if (!look_status(c, &status))
		return 0;
	return look_found(c, found, false, disk_point(c, "", 0, &more), NULL,
			  "the kernel says EDQUOT; process %d writes as user "
			  "%u, group %u",
			  c->pid, status.uid[PROC_FS], status.gid[PROC_FS]);
}

/* ---- descriptors ---- */

static size_t open_files(const struct why_case *c)
{
	int fd = openat(c->proc_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	size_t count = 0;
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return 0;
	}
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

int probe_files_process(const struct why_case *c, struct why_finding *found)
{
	char text[4096];
	size_t have = open_files(c);
	const char *line;
	long long soft;

	if (sys_read_file(c->proc_fd, "limits", text, sizeof(text)) <= 0)
		return 0;
	line = strstr(text, "Max open files");
	if (!line)
		return 0;
	soft = atoll(line + strlen("Max open files"));
	/* EMFILE is this limit's: one that is not reached now was before. */
	return look_found(c, found, (long long)have >= soft,
			  arena_printf(c->arena, "%lld", soft),
			  (long long)have >= soft ? ", and has" : "",
			  "process %d has %zu open, and RLIMIT_NOFILE is %lld",
			  c->pid, have, soft);
}

int probe_files_machine(const struct why_case *c, struct why_finding *found)
{
	int64_t max = look_sysctl("/proc/sys/fs/file-max");
	int64_t open_now = look_sysctl("/proc/sys/fs/file-nr");

	if (max < 0)
		return 0;
	return look_found(c, found, open_now >= max,
			  arena_printf(c->arena, "%lld", (long long)max), NULL,
			  "%lld are open on the machine, and fs.file-max is "
			  "%lld",
			  (long long)open_now, (long long)max);
}
