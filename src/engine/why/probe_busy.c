/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_busy.c - who holds a mount, or a file
 *
 * A process holds a mount by its folder, its root, a file it has open, or one
 * that is mapped. The mount of a descriptor is told by /proc/PID/fdinfo; of
 * what is mapped only the file system is known.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/buf.h"
#include "engine/why/look.h"
#include "sys/file.h"
#include "sys/mount.h"

#define MAPS_MAX (1u << 20)

/**
 * struct search - for processes that hold something
 * @mount_id, @dev: the mount; @ino: only this file, 0: any
 * @writers:	only descriptors that are open for writing
 * @first:	"1234 (sleep): its folder"; @count: of processes
 */
struct search {
	const struct why_case *c;
	int mount_id;
	dev_t dev;
	ino_t ino;
	bool writers, skips_self;
	const char *first;
	pid_t pid;
	size_t count;
};

static bool has_mount(const struct search *s, int dir_fd, const char *number)
{
	char name[64], text[512];
	const char *line;

	snprintf(name, sizeof(name), "fdinfo/%.20s", number);
	if (sys_read_file(dir_fd, name, text, sizeof(text)) <= 0)
		return false;
	line = strstr(text, "mnt_id:");
	return line && atoi(line + 7) == s->mount_id;
}

/* The file's own file system is not asked: it may never answer. */
static bool is_file(const struct search *s, int dir_fd, const char *name)
{
	struct statx st;

	return syscall(SYS_statx, dir_fd, name,
		       AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO,
		       &st) == 0 &&
	       makedev(st.stx_dev_major, st.stx_dev_minor) == s->dev &&
	       (!s->ino || st.stx_ino == s->ino);
}

/* A link of /proc/PID: "cwd", "root", "exe". */
static bool is_it(const struct search *s, int proc_fd, const char *name)
{
	CLEANUP_FD int fd = -1, self_fd = -1;
	char number[16];

	if (s->mount_id < 0)
		return is_file(s, proc_fd, name);
	fd = openat(proc_fd, name, O_PATH | O_CLOEXEC);
	self_fd = open("/proc/self", O_PATH | O_CLOEXEC);
	snprintf(number, sizeof(number), "%d", fd);
	return fd >= 0 && self_fd >= 0 && has_mount(s, self_fd, number);
}

/* "flags:\t0100001": octal. */
static bool is_writer(int proc_fd, const char *number)
{
	char name[64], text[512];
	const char *line;

	snprintf(name, sizeof(name), "fdinfo/%.20s", number);
	if (sys_read_file(proc_fd, name, text, sizeof(text)) <= 0)
		return false;
	line = strstr(text, "flags:");
	return line && (strtol(line + 6, NULL, 8) & O_ACCMODE) != O_RDONLY;
}

/* What this process opened to look around (never to write) is no answer. */
static bool is_passing(pid_t pid, const char *number)
{
	return pid == getpid() && fcntl(atoi(number), F_GETFD) & FD_CLOEXEC;
}

static const char *open_file(const struct search *s, pid_t pid, int proc_fd)
{
	int fd = openat(proc_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const char *found = NULL;
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return NULL;
	}
	while (!found && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    (s->writers || !is_passing(pid, entry->d_name)) &&
		    (s->mount_id < 0 ? is_file(s, dirfd(dir), entry->d_name) :
				       has_mount(s, proc_fd, entry->d_name)) &&
		    (!s->writers || is_writer(proc_fd, entry->d_name)))
			found = arena_printf(s->c->arena, "descriptor %.20s",
					     entry->d_name);
	closedir(dir);
	return found;
}

/* "START-END PERMS OFFSET MAJOR:MINOR INODE PATH" */
static bool maps_it(const struct search *s, const char *line)
{
	unsigned major, minor;
	unsigned long long ino;
	char perms[5];

	return sscanf(line, "%*s %4s %*s %x:%x %llu", perms, &major, &minor,
		      &ino) == 4 &&
	       makedev(major, minor) == s->dev && (!s->ino || ino == s->ino) &&
	       (!s->writers || (perms[1] == 'w' && perms[3] == 's'));
}

static bool is_mapped(const struct search *s, int proc_fd)
{
	CLEANUP_BUF struct buf buf;
	char *save = NULL;

	buf_init(&buf);
	if (sys_load_file(proc_fd, "maps", &buf, MAPS_MAX) < 0)
		return false;
	buf_putc(&buf, '\0');
	if (buf_failed(&buf))
		return false;
	for (char *line = strtok_r(buf.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (maps_it(s, line))
			return true;
	return false;
}

static const char *how(const struct search *s, pid_t pid, int proc_fd)
{
	const char *file;

	if (!s->writers && is_it(s, proc_fd, "cwd"))
		return "its folder";
	if (!s->writers && is_it(s, proc_fd, "root"))
		return "its root";
	if (!s->writers && is_it(s, proc_fd, "exe"))
		return "its program";
	file = open_file(s, pid, proc_fd);
	if (file)
		return file;
	return is_mapped(s, proc_fd) ? "mapped memory" : NULL;
}

static void look_at(struct search *s, const char *name)
{
	CLEANUP_FD int proc_fd = -1;
	char path[32];
	const char *word;
	pid_t pid = atoi(name);

	if (s->skips_self && (pid == getpid() || pid == s->c->pid))
		return;
	snprintf(path, sizeof(path), "/proc/%d", pid);
	proc_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	word = proc_fd < 0 ? NULL : how(s, pid, proc_fd);
	if (!word)
		return;
	if (s->count++)
		return;
	s->pid = pid;
	s->first = arena_printf(s->c->arena, "process %s: %s",
				look_process(s->c, pid), word);
}

static bool run_search(struct search *s)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		return false;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			look_at(s, entry->d_name);
	closedir(dir);
	return s->count > 0;
}

static const char *others(const struct search *s)
{
	if (s->count < 2)
		return "";
	return arena_printf(s->c->arena, ", and %zu more", s->count - 1);
}

/* ---- mounts ---- */

int probe_umount_nested(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	const struct mountinfo *mount, *first = NULL;
	size_t count = 0;

	if (!look_mounts(c, &list))
		return 0;
	mount = look_mount_at(c, &list, c->subject);
	for (size_t i = 0; mount && i < list.count; i++) {
		if (list.mounts[i].parent != mount->id)
			continue;
		if (!count++)
			first = &list.mounts[i];
	}
	if (!first)
		return 0;
	return look_found(c, found, true, mount->point, first->point,
			  "below '%s' %zu %s mounted: '%s' (%s)%s",
			  mount->point, count, count > 1 ? "are" : "is",
			  first->point, first->type,
			  count > 1 ? " is the first" : "");
}

static int users(const struct why_case *c, struct why_finding *found,
		 bool writers)
{
	struct mountinfo_list list;
	const struct mountinfo *mount;
	struct search s = { .c = c, .writers = writers };

	if (!look_mounts(c, &list))
		return 0;
	mount = look_mount_at(c, &list, c->subject);
	if (!mount)
		return 0;
	s.mount_id = writers && !(c->flags & MS_BIND) ? -1 : mount->id;
	s.dev = makedev(mount->major, mount->minor);
	if (!run_search(&s))
		return 0;
	return look_found(c, found, true, mount->point, look_process(c, s.pid),
			  "%s%s", s.first, others(&s));
}

int probe_umount_used(const struct why_case *c, struct why_finding *found)
{
	return users(c, found, false);
}

int probe_remount_writers(const struct why_case *c, struct why_finding *found)
{
	return users(c, found, true);
}

/* ---- files ---- */

/* A program that runs is not written; one that is written does not run. */
int probe_text_busy(const struct why_case *c, struct why_finding *found)
{
	bool runs = c->call == WHY_EXEC;
	struct search s = {
		.c = c, .mount_id = -1, .writers = runs, .skips_self = true
	};
	struct stat st;

	if (!look_stat(c, c->subject, &st))
		return 0;
	s.dev = st.st_dev;
	s.ino = st.st_ino;
	if (!run_search(&s))
		return look_found(c, found, false, c->subject,
				  "a process that is hidden from you",
				  "no process that can be seen has it %s",
				  runs ? "open for writing" : "running");
	return look_found(c, found, true, c->subject, look_process(c, s.pid),
			  "%s%s", s.first, others(&s));
}
