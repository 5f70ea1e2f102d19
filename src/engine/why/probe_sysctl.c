/* SPDX-License-Identifier: Apache-2.0 */
/* probe_sysctl.c - kernel settings and clocks that may not be set */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/path.h"
#include "engine/why/caller.h"
#include "engine/why/look.h"
#include "kernel/cap.h"
#include "kernel/sysctl.h"
#include "sys/file.h"

/* ---- the clocks of a time namespace ---- */

static bool is_offsets(const struct why_case *c)
{
	const char *path = c->subject ? c->subject : c->name;

	return path && strcmp(path_name(path), "timens_offsets") == 0;
}

/* A process that is in the time namespace; 0: none that is to be seen. */
static int process_in(uint64_t inode)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int found = 0;

	while (dir && !found && (entry = readdir(dir))) {
		char path[300];
		struct stat st;

		snprintf(path, sizeof(path), "/proc/%s/ns/time", entry->d_name);
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
		    stat(path, &st) == 0 && st.st_ino == inode)
			found = atoi(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

int probe_time_entered(const struct why_case *c, struct why_finding *found)
{
	uint64_t inode = caller_ns(c, "time_for_children");
	int pid;

	if (!is_offsets(c) || !inode)
		return 0;
	pid = inode == caller_ns(c, "time") ? c->pid : process_in(inode);
	return look_found(c, found, pid != 0, NULL, NULL,
			  pid ? "process %d is in time:[%llu]" :
				"none of the %d processes seen is in "
				"time:[%llu], but one may have been",
			  pid, (unsigned long long)inode);
}

/* "monotonic -100 0", or 1 for the number of the clock. */
static bool read_offset(const char *text, clockid_t *ret_clock,
			long long *ret_seconds)
{
	char word[16];

	if (!text || sscanf(text, "%15s %lld", word, ret_seconds) != 2)
		return false;
	*ret_clock = word[0] == 'b' || word[0] == '7' ? CLOCK_BOOTTIME :
							CLOCK_MONOTONIC;
	return true;
}

int probe_time_range(const struct why_case *c, struct why_finding *found)
{
	struct timespec now;
	clockid_t clock = CLOCK_MONOTONIC;
	long long seconds = 0;
	const char *name;

	if (!is_offsets(c))
		return 0;
	if (!read_offset(c->value, &clock, &seconds) ||
	    clock_gettime(clock, &now) < 0)
		return 0;
	name = clock == CLOCK_BOOTTIME ? "boottime" : "monotonic";
	if (seconds < 0 && now.tv_sec + seconds >= 0)
		return 0;
	return look_found(c, found, true, name,
			  arena_printf(c->arena, "-%lld",
				       (long long)now.tv_sec),
			  "it stands at %lld seconds, and the offset is %lld",
			  (long long)now.tv_sec, seconds);
}

/* ---- /proc/sys ---- */

/* "kernel/shmmax" of its path or its name with dots; NULL. */
static const char *setting_of(const struct why_case *c)
{
	const char *path = c->subject;
	char *copy;

	if (!path || is_offsets(c))
		return NULL;
	if (strncmp(path, "/proc/sys/", 10) == 0)
		return arena_strdup(c->arena, path + 10);
	if (path[0] == '/' || !(copy = arena_strdup(c->arena, path)))
		return NULL;
	for (char *p = copy; *p; p++)
		if (*p == '.')
			*p = '/';
	return copy;
}

static bool is_there(const struct why_case *c, const char *setting,
		     struct stat *ret_st)
{
	return look_stat(c, arena_printf(c->arena, "/proc/sys/%s", setting),
			 ret_st);
}

int probe_sysctl_net_owner(const struct why_case *c, struct why_finding *found)
{
	const char *setting = setting_of(c), *owner, *own;
	struct stat st;

	if (!setting || strncmp(setting, "net/", 4) != 0 ||
	    !is_there(c, setting, &st) || !(st.st_mode & 0222) ||
	    caller_can(c, CAP_NET_ADMIN, NS_NET, &owner, &own) == 1)
		return 0;
	return look_found(c, found, true, NULL, NULL,
			  "process %d has no CAP_NET_ADMIN in the user "
			  "namespace that owns net:[%llu]",
			  c->pid, (unsigned long long)look_ns(c, NS_NET));
}

/* Is @setting of a kind of namespace? NS_COUNT: it is the machine's. */
static enum ns_kind kind_of(const char *setting)
{
	/* of each pid namespace since Linux 6.14 */
	if (strcmp(setting, "kernel/pid_max") == 0)
		return NS_PID;
	/* of each UTS namespace, but its files have a rule of their own */
	if (strcmp(setting, "kernel/hostname") == 0)
		return NS_UTS;
	return sysctl_kind(setting);
}

/* "kernel.pid_max" */
static const char *dotted(const struct why_case *c, const char *setting)
{
	char *name = arena_strdup(c->arena, setting);

	for (char *at = name; at && *at; at++)
		if (*at == '/')
			*at = '.';
	return name;
}

static bool is_in_first(const struct why_case *c)
{
	return caller_ns(c, "user") == FIRST_USER_NS;
}

/* "user 5", "user 5 in user:[4026532755], not the machine's" */
static const char *who(const struct why_case *c,
		       const struct proc_status *status)
{
	return is_in_first(c) ?
		       arena_printf(c->arena, "user %u",
				    status->uid[PROC_EFFECTIVE]) :
		       arena_printf(c->arena,
				    "user %u in user:[%llu], which is not the "
				    "machine's",
				    status->uid[PROC_EFFECTIVE],
				    (unsigned long long)caller_ns(c, "user"));
}

int probe_sysctl_read_only(const struct why_case *c, struct why_finding *found)
{
	const char *setting = setting_of(c);
	struct stat st;

	if (!setting || !is_there(c, setting, &st) || st.st_mode & 0222)
		return 0;
	return look_found(c, found, true, dotted(c, setting),
			  is_in_first(c) ? "" : " in this namespace",
			  "/proc/sys/%s has mode %04o", setting,
			  st.st_mode & 07777);
}

int probe_sysctl_machine(const struct why_case *c, struct why_finding *found)
{
	const char *setting = setting_of(c);
	struct proc_status status;
	struct stat st;

	if (!setting || kind_of(setting) != NS_COUNT ||
	    !caller_status(c, &status) || !is_there(c, setting, &st) ||
	    (is_in_first(c) && status.uid[PROC_EFFECTIVE] == 0))
		return 0;
	return look_found(c, found, true, dotted(c, setting),
			  is_in_first(c) ? "" :
					   ": outside of this user namespace",
			  "process %d is %s", c->pid, who(c, &status));
}

/* The names of a machine: their files ask for the first user namespace's root,
 * the system calls for that of the UTS namespace. */
int probe_sysctl_names(const struct why_case *c, struct why_finding *found)
{
	const char *setting = setting_of(c);
	struct proc_status status;

	if (!setting || kind_of(setting) != NS_UTS ||
	    !caller_status(c, &status) ||
	    (is_in_first(c) && status.uid[PROC_EFFECTIVE] == 0))
		return 0;
	return look_found(c, found, true, dotted(c, setting),
			  path_name(setting), "process %d is %s", c->pid,
			  who(c, &status));
}

int probe_sysctl_owner(const struct why_case *c, struct why_finding *found)
{
	const char *setting = setting_of(c), *owner, *own;
	enum ns_kind kind = setting ? kind_of(setting) : NS_COUNT;
	int cap = kind == NS_USER ? CAP_SYS_RESOURCE : CAP_SYS_ADMIN;
	const char *name;

	if (kind != NS_PID && kind != NS_IPC && kind != NS_USER)
		return 0;
	name = ns_table[kind].name;
	if (caller_can(c, cap, kind, &owner, &own) == 1)
		return 0;
	return look_found(c, found, true, dotted(c, setting), name,
			  "process %d is in %s, and %s:[%llu] belongs to %s",
			  c->pid, own ? own : "a user namespace", name,
			  (unsigned long long)caller_ns(c, name),
			  !owner ? "one that is hidden from it" :
			  own && strcmp(owner, own) == 0 ?
				   "the same, where it is not root" :
				   owner);
}

/* It may be written, but not that. */
int probe_sysctl_value(const struct why_case *c, struct why_finding *found)
{
	const char *setting = setting_of(c);
	char now[100] = "";
	CLEANUP_FD int fd = -1;

	if (!setting)
		return 0;
	fd = look_open(c, arena_printf(c->arena, "/proc/sys/%s", setting),
		       O_RDONLY | O_NONBLOCK);
	if (fd < 0 || sys_read_fd(fd, now, sizeof(now)) < 0)
		return 0;
	now[strcspn(now, "\n")] = '\0';
	return look_found(c, found, true, dotted(c, setting),
			  arena_strdup(c->arena, now),
			  "'%s' was written, and it is '%s'",
			  c->value ? c->value : "", now);
}

int probe_memfd_noexec(const struct why_case *c, struct why_finding *found)
{
	int64_t value;

	if (!c->name ||
	    (strncmp(c->name, "exec", 4) != 0 &&
	     strcmp(c->name, "memfd_create") != 0) ||
	    (c->subject && c->subject[0] == '/' &&
	     strncmp(c->subject, "/memfd:", 7) != 0 &&
	     strncmp(c->subject, "/proc/self/fd", 13) != 0) ||
	    !caller_sysctl(c, "vm/memfd_noexec", &value) || value < 2)
		return 0;
	return look_found(c, found, true, NULL, NULL,
			  "/proc/sys/vm/memfd_noexec is %lld",
			  (long long)value);
}
