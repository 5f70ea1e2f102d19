/* SPDX-License-Identifier: Apache-2.0 */
/* probe_limit.c - a limit that was hit: of the process, its user, the machine */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/why/group.h"
#include "kernel/cgroup_refusal.h"
#include "kernel/proc_status.h"
#include "sys/ptrace.h"
#include "sys/file.h"

#define NO_LIMIT INT64_MAX
#define RESERVED_PIDS 300 /* the kernel's: not given out a second time */

/* ---- what /proc has of the process ---- */

/* The number behind "WORD:" or at the start of a line of "WORD   NUMBER";
 * "unlimited" is NO_LIMIT; -1: not found. */
static int64_t number_of(const char *text, const char *word)
{
	const char *at = text;
	size_t len = strlen(word);

	while (at && strncmp(at, word, len) != 0) {
		at = strchr(at, '\n');
		at += at != NULL;
	}
	if (!at)
		return -1;
	at += len;
	at += strspn(at, ": \t");
	return strncmp(at, "unlimited", 9) == 0 ? NO_LIMIT :
						  strtoll(at, NULL, 10);
}

static int64_t own_number(const struct why_case *c, const char *file,
			  const char *word)
{
	char text[8192];

	if (sys_read_file(c->proc_fd, file, text, sizeof(text)) < 0)
		return -1;
	return number_of(text, word);
}

/* The soft limit, by its name in /proc/PID/limits. */
static int64_t soft_limit(const struct why_case *c, const char *name)
{
	return own_number(c, "limits", name);
}

static int64_t machine_number(const char *path)
{
	char text[128];

	if (sys_read_file(AT_FDCWD, path, text, sizeof(text)) < 0)
		return -1;
	return strtoll(text, NULL, 10);
}

static int64_t count_lines(const struct why_case *c, const char *file)
{
	CLEANUP_BUF struct buf text;
	int64_t count = 0;

	buf_init(&text);
	if (sys_load_file(c->proc_fd, file, &text, 64u << 20) < 0)
		return -1;
	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == '\n';
	return count;
}

static uint32_t real_uid(const struct why_case *c)
{
	return (uint32_t)own_number(c, "status", "Uid");
}

static int found_it(const struct why_case *c, struct why_finding *found,
		    bool is_certain, const char *first, const char *second,
		    const char *evidence)
{
	found->arg[0] = first;
	found->arg[1] = second;
	found->evidence = evidence;
	found->is_certain = is_certain && !arena_failed(c->arena);
	return 1;
}

static const char *text_of(const struct why_case *c, int64_t number)
{
	return number == NO_LIMIT ? "unlimited" :
				    arena_printf(c->arena, "%" PRId64, number);
}

static bool is_called(const struct why_case *c, const char *part)
{
	return c->name && strstr(c->name, part);
}

/* ---- processes ---- */

int probe_pids_limit(const struct why_case *c, struct why_finding *found)
{
	struct cgroup_attempt a = { .errnum = EAGAIN, .dir_fd = -1 };
	struct cgroup_refusal refusal;
	bool is_it;

	if (c->call == WHY_CGROUP_MOVE && c->subject)
		a.dir_fd = why_open(c, c->subject, O_PATH | O_DIRECTORY);
	if (a.dir_fd < 0)
		a.dir_fd = why_own_group(c, c->pid, "pids");
	if (a.dir_fd < 0)
		return 0;
	a.name = why_group_name(c, a.dir_fd);
	is_it = cgroup_refused_move(&a, &refusal);
	close(a.dir_fd);
	if (!is_it)
		return 0;
	return found_it(c, found, true, arena_strdup(c->arena, refusal.arg[0]),
			arena_strdup(c->arena, refusal.arg[1]),
			arena_strdup(c->arena, refusal.evidence));
}

#define ANYBODY (-1)

/* What @each says of the processes of a real user, or of all that are in sight,
 * together. It is given the number, and the text of the status. */
static int64_t sum_of_user(int64_t uid,
			   int64_t (*each)(const char *pid, const char *status))
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	int64_t sum = 0;

	while (dir && (entry = readdir(dir))) {
		char path[64], text[4096];

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "%.20s/status", entry->d_name);
		if (sys_read_file(dirfd(dir), path, text, sizeof(text)) >= 0 &&
		    (uid == ANYBODY || number_of(text, "Uid") == uid))
			sum += each(entry->d_name, text);
	}
	if (dir)
		closedir(dir);
	return sum;
}

static int64_t threads_in(const char *pid, const char *status)
{
	(void)pid;
	return number_of(status, "Threads");
}

int probe_rlimit_nproc(const struct why_case *c, struct why_finding *found)
{
	int64_t limit = soft_limit(c, "Max processes");
	uint32_t uid = real_uid(c);
	int64_t used;

	if (limit < 0 || limit == NO_LIMIT || uid == 0)
		return 0;
	used = sum_of_user(uid, threads_in);
	/* Those of other pid namespaces count and cannot be seen. */
	if (used < limit)
		return 0;
	return found_it(c, found, true, text_of(c, limit),
			arena_printf(c->arena, "%u", uid),
			arena_printf(c->arena,
				     "user %u has %" PRId64
				     " processes and threads, RLIMIT_NPROC "
				     "is %" PRId64,
				     uid, used, limit));
}

static int64_t count_threads(void)
{
	char text[128];
	const char *slash;

	if (sys_read_file(AT_FDCWD, "/proc/loadavg", text, sizeof(text)) < 0)
		return -1;
	slash = strchr(text, '/');
	return slash ? strtoll(slash + 1, NULL, 10) : -1;
}

static int hit_machine(const struct why_case *c, struct why_finding *found,
		       const char *key, const char *path, int64_t used,
		       int64_t reserved)
{
	int64_t max = machine_number(path);

	/* Some went meanwhile. */
	if (max < 0 || used < 0 || used + reserved + 8 < max - max / 100)
		return 0;
	return found_it(c, found, true, key, text_of(c, max),
			arena_printf(c->arena,
				     "%" PRId64 " are used, %s is %" PRId64,
				     used, key, max));
}

int probe_threads_max(const struct why_case *c, struct why_finding *found)
{
	return hit_machine(c, found, "kernel.threads-max",
			   "/proc/sys/kernel/threads-max", count_threads(), 0);
}

/* Each pid namespace has its own since Linux 6.14. */
int probe_pid_max(const struct why_case *c, struct why_finding *found)
{
	return hit_machine(c, found, "kernel.pid_max",
			   "/proc/sys/kernel/pid_max",
			   sum_of_user(ANYBODY, threads_in), RESERVED_PIDS);
}

/* ---- inotify, keys ---- */

static bool is_inotify(const char *path)
{
	char text[64];
	ssize_t n = readlink(path, text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	return strcmp(text, "anon_inode:inotify") == 0;
}

static int64_t inotify_in(const char *pid, const char *status)
{
	char path[300];
	const struct dirent *entry;
	int64_t count = 0;
	DIR *dir;

	(void)status;
	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%.20s/fd/%.20s", pid,
			 entry->d_name);
		count += is_inotify(path);
	}
	if (dir)
		closedir(dir);
	return count;
}

/* Of the machine, and of the user namespace: the lower one counts. */
static int64_t inotify_limit(const struct why_case *c, const char *what,
			     const char **ret_key)
{
	int64_t all = machine_number(arena_printf(
		c->arena, "/proc/sys/fs/inotify/max_user_%s", what));
	int64_t inner = machine_number(
		arena_printf(c->arena, "/proc/sys/user/max_inotify_%s", what));
	bool is_inner = inner >= 0 && inner < all;

	*ret_key = arena_printf(c->arena,
				is_inner ? "user.max_inotify_%s" :
					   "fs.inotify.max_user_%s",
				what);
	return is_inner ? inner : all;
}

int probe_inotify_instances(const struct why_case *c, struct why_finding *found)
{
	const char *key;
	int64_t max = inotify_limit(c, "instances", &key), used;
	uint32_t uid = real_uid(c);

	if (!is_called(c, "inotify_init") || max < 0)
		return 0;
	used = sum_of_user(uid, inotify_in);
	if (used < max)
		return 0;
	return found_it(c, found, true, text_of(c, max), key,
			arena_printf(c->arena,
				     "user %u has %" PRId64 " of them open, "
				     "%s is %" PRId64,
				     uid, used, key, max));
}

int probe_inotify_watches(const struct why_case *c, struct why_finding *found)
{
	const char *key;
	int64_t max = inotify_limit(c, "watches", &key);

	if (!is_called(c, "inotify_add_watch") || max < 0)
		return 0;
	return found_it(c, found, true, text_of(c, max), key,
			arena_printf(c->arena,
				     "inotify_add_watch says ENOSPC for this "
				     "alone; %s is %" PRId64,
				     key, max));
}

int probe_keys_quota(const struct why_case *c, struct why_finding *found)
{
	char text[8192], *at = text;
	uint32_t uid = real_uid(c);

	if (!is_called(c, "key") ||
	    sys_read_file(AT_FDCWD, "/proc/key-users", text, sizeof(text)) < 0)
		return 0;
	for (; at && *at; at = strchr(at, '\n'), at += at != NULL) {
		unsigned who, keys, max_keys, bytes, max_bytes;

		/* "  1000:     1 1/1 1/200 9/20000" */
		if (sscanf(at, " %u: %*u %*u/%*u %u/%u %u/%u", &who, &keys,
			   &max_keys, &bytes, &max_bytes) != 5 ||
		    who != uid)
			continue;
		return found_it(
			c, found, keys >= max_keys || bytes >= max_bytes / 2,
			keys >= max_keys ? "kernel.keys.maxkeys" :
					   "kernel.keys.maxbytes",
			arena_printf(c->arena, "%u",
				     2 * (keys >= max_keys ? max_keys :
							     max_bytes)),
			arena_printf(c->arena,
				     "/proc/key-users: user %u has %u "
				     "of %u keys, %u of %u bytes",
				     who, keys, max_keys, bytes, max_bytes));
	}
	return 0;
}

/* ---- memory of the process ---- */

static const char *kib(const struct why_case *c, int64_t bytes)
{
	return bytes == NO_LIMIT ?
		       "unlimited" :
		       arena_printf(c->arena, "%" PRId64 " KiB", bytes / 1024);
}

/* Bytes that the refused call would have added. */
static int64_t asked_for(const struct why_case *c)
{
	uint64_t bytes = 0;

	if (c->stop && is_called(c, "mmap"))
		bytes = c->stop->args[1];
	else if (c->stop && is_called(c, "mremap"))
		bytes = c->stop->args[2];
	return bytes < NO_LIMIT / 2 ? (int64_t)bytes : NO_LIMIT / 2;
}

/* Of what it has now and what it asked for: it is this one if that is more than
 * the limit, or nearly. */
static int hit_memory(const struct why_case *c, struct why_finding *found,
		      const char *limit_name, const char *used_word,
		      const char *short_name)
{
	int64_t limit = soft_limit(c, limit_name);
	int64_t used = own_number(c, "status", used_word);

	if (limit < 0 || limit == NO_LIMIT || used < 0)
		return 0;
	return found_it(
		c, found, used * 1024 + asked_for(c) > limit / 10 * 9,
		kib(c, limit), short_name,
		arena_printf(
			c->arena,
			"%s of the process is %" PRId64 " KiB, its limit %s%s",
			used_word, used, kib(c, limit),
			asked_for(c) ?
				arena_printf(c->arena, ", and it asked for %s",
					     kib(c, asked_for(c))) :
				""));
}

int probe_rlimit_as(const struct why_case *c, struct why_finding *found)
{
	return hit_memory(c, found, "Max address space", "VmSize", "v");
}

int probe_rlimit_data(const struct why_case *c, struct why_finding *found)
{
	return hit_memory(c, found, "Max data size", "VmData", "d");
}

int probe_rlimit_memlock(const struct why_case *c, struct why_finding *found)
{
	if (!is_called(c, "mlock") && !is_called(c, "bpf") &&
	    !is_called(c, "io_uring") && !is_called(c, "perf_event"))
		return 0;
	return hit_memory(c, found, "Max locked memory", "VmLck", "l");
}

int probe_max_map_count(const struct why_case *c, struct why_finding *found)
{
	int64_t max = machine_number("/proc/sys/vm/max_map_count");
	int64_t used = count_lines(c, "maps");

	if (max < 0 || used < 0 || used + 2 < max)
		return 0;
	return found_it(c, found, true, text_of(c, max), text_of(c, max * 4),
			arena_printf(c->arena,
				     "the process has %" PRId64
				     " mappings, vm.max_map_count is %" PRId64,
				     used, max));
}

/* ---- sizes and times ---- */

int probe_rlimit_fsize(const struct why_case *c, struct why_finding *found)
{
	int64_t limit = soft_limit(c, "Max file size");

	if (limit < 0 || limit == NO_LIMIT)
		return 0;
	return found_it(c, found, true, text_of(c, limit), NULL,
			arena_printf(c->arena, "RLIMIT_FSIZE is %" PRId64,
				     limit));
}

/* ---- setting limits, priorities ---- */

int probe_rlimit_hard(const struct why_case *c, struct why_finding *found)
{
	uint64_t caps = 0;
	char text[8192], *at;

	if (!is_called(c, "rlimit") ||
	    sys_read_file(c->proc_fd, "status", text, sizeof(text)) < 0)
		return 0;
	at = strstr(text, "CapEff:");
	if (at)
		caps = strtoull(at + 7, NULL, 16);
	if (caps >> 24 & 1) /* CAP_SYS_RESOURCE */
		return 0;
	return found_it(c, found, true, NULL, NULL,
			arena_printf(c->arena,
				     "CapEff is %016" PRIx64
				     ", without CAP_SYS_RESOURCE",
				     caps));
}

int probe_rlimit_priority(const struct why_case *c, struct why_finding *found)
{
	bool is_nice = is_called(c, "setpriority") || is_called(c, "nice");
	const char *name = is_nice ? "Max nice priority" :
				     "Max realtime priority";
	int64_t limit = soft_limit(c, name);

	/* EPERM of a nice value, and of processors: it is another user's */
	if (is_nice ? c->errnum != EACCES :
		      !is_called(c, "sched_set") || is_called(c, "affinity"))
		return 0;
	if (limit < 0 || limit == NO_LIMIT)
		return 0;
	return found_it(
		c, found, true, is_nice ? "RLIMIT_NICE" : "RLIMIT_RTPRIO",
		is_nice ? "e" : "r",
		arena_printf(c->arena, "%s is %" PRId64,
			     is_nice ? "RLIMIT_NICE" : "RLIMIT_RTPRIO", limit));
}
