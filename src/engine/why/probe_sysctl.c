/* SPDX-License-Identifier: Apache-2.0 */
/* probe_sysctl.c - kernel settings and clocks that may not be set */
#include <dirent.h>
#include <errno.h>
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
