/* SPDX-License-Identifier: Apache-2.0 */
/*
 * now.c - what a word is for the caller, at this moment
 *
 * The field "now:" of an entry is a word of the table below and what it takes:
 *
 *	file /proc/self/uid_map		sysctl kernel.pid_max
 *	ns net				cap SYS_ADMIN
 *	rlimit nofile			idmap uid
 *	clock MONOTONIC			signal TERM
 *	cgroup memory.max		mount /proc (a place, or a type: tmpfs)
 *	feature listns (a system call, or a file system)
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include <kist/explain.h>

#include "base/err.h"
#include "base/num.h"
#include "engine/explain/now.h"
#include "engine/show/show.h"
#include "kernel/cap.h"
#include "kernel/idmap.h"
#include "kernel/proc.h"
#include "kernel/proc_status.h"
#include "kernel/rlimit.h"
#include "kernel/signal.h"
#include "sys/file.h"

#define TEXT_MAX 4096
#define LINE_MAX_BYTES 200
#define ALL_IDS 4294967295u
#define LINES_SHOWN 4 /* of an id map */

void now_refused(struct now *now, int ret)
{
	const char *text = errno_text(-ret);

	buf_printf(&now->line, "not readable here: %s",
		   ret == -ENOENT ? "there is no such file" :
		   text		  ? text :
				    "it failed");
}

void now_text(struct now *now, char *text)
{
	size_t len = strlen(text), lines = 0;

	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	if (!len) {
		buf_puts(&now->line, "empty");
		return;
	}
	for (char *c = text; *c; c++) {
		lines += *c == '\n';
		if (*c == '\t')
			*c = ' ';
		if (*c == '\n' && lines <= 3)
			buf_puts(&now->line, "; ");
		else if (now->line.len < LINE_MAX_BYTES && lines <= 3 &&
			 (*c != ' ' || c == text || c[-1] != ' '))
			buf_putc(&now->line, *c);
	}
	if (lines > 3)
		buf_printf(&now->line, " … (%zu lines)", lines + 1);
	else if (len > LINE_MAX_BYTES)
		buf_puts(&now->line, " …");
}

static void read_file(struct now *now, const char *path)
{
	char text[TEXT_MAX];
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t len = fd < 0 ? -errno : read(fd, text, sizeof(text) - 1);

	if (len < 0) {
		now_refused(now, len == -1 ? -errno : (int)len);
		return;
	}
	text[len] = '\0';
	for (ssize_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
	now_text(now, text);
}

static void now_file(struct now *now)
{
	read_file(now, now->rest);
}

static void now_sysctl(struct now *now)
{
	char path[300];

	snprintf(path, sizeof(path), "/proc/sys/%s", now->rest);
	for (char *c = path; *c; c++)
		if (*c == '.')
			*c = '/';
	read_file(now, path);
}

/* ---- namespaces and ids ---- */

static uint64_t inode(const struct now *now, const char *kind)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "self/ns/%s", kind);
	return fstatat(now->proc_fd, path, &st, 0) == 0 ? st.st_ino : 0;
}

static void now_ns(struct now *now)
{
	const enum ns_kind kind = ns_find(now->rest);
	char later[32];
	uint64_t ino, next;

	ino = inode(now, now->rest);
	if (!ino) {
		now_refused(now, -errno);
		return;
	}
	buf_printf(&now->line, "%s:[%" PRIu64 "]", now->rest, ino);
	if (kind != NS_COUNT && show_is_initial(now->proc_fd, kind, ino))
		buf_puts(&now->line, ", the initial one");
	snprintf(later, sizeof(later), "%s_for_children", now->rest);
	next = inode(now, later);
	if (next && next != ino)
		buf_printf(&now->line, "; your children's: [%" PRIu64 "]",
			   next);
}

static void now_idmap(struct now *now)
{
	struct id_maps maps;
	char path[32];
	int ret;

	snprintf(path, sizeof(path), "self/%s_map", now->rest);
	ret = idmap_read(now->proc_fd, path, &now->arena, &maps);
	if (ret < 0) {
		now_refused(now, ret);
		return;
	}
	for (size_t i = 0; i < maps.count && i < LINES_SHOWN; i++) {
		const struct id_map *map = &maps.maps[i];

		if (map->count == ALL_IDS)
			buf_puts(&now->line, "every id is itself");
		else
			buf_printf(&now->line, "%s%u is %u outside (%u id%s)",
				   i ? ", " : "", map->inside, map->outside,
				   map->count, map->count == 1 ? "" : "s");
	}
	if (!maps.count)
		buf_puts(&now->line, "no id is mapped");
	else if (maps.count > LINES_SHOWN)
		buf_printf(&now->line, " … (%zu lines)", maps.count);
}

/* ---- rights and limits ---- */

static bool read_status(struct now *now, struct proc_status *ret_status)
{
	int ret = proc_status_read(now->proc_fd, now->pid, &now->arena,
				   ret_status);

	if (ret < 0)
		now_refused(now, ret);
	return ret == 0;
}

static void now_cap(struct now *now)
{
	struct proc_status status;
	const int cap = cap_parse(now->rest);
	const uint64_t mask = cap < 0 ? 0 : CAP_MASK(cap);

	if (!read_status(now, &status))
		return;
	if (cap > cap_last())
		buf_puts(&now->line, "not known to this kernel");
	else if (status.caps[PROC_CAP_EFFECTIVE] & mask)
		buf_puts(&now->line, "yours (effective)");
	else if (status.caps[PROC_PERMITTED] & mask)
		buf_puts(&now->line, "permitted, not effective");
	else if (status.caps[PROC_BOUNDING] & mask)
		buf_puts(&now->line, "not yours; a program may give it to you "
				     "(bounding set)");
	else
		buf_puts(&now->line, "not yours, nor can a program give it to "
				     "you (not in the bounding set)");
	if (status.caps[PROC_CAP_EFFECTIVE] & mask &&
	    !show_is_initial(now->proc_fd, NS_USER, inode(now, "user")))
		buf_puts(&now->line, ", in your user namespace");
}

static void put_limit(struct now *now, rlim_t limit, const char *unit)
{
	if (limit == RLIM_INFINITY)
		buf_puts(&now->line, "unlimited");
	else
		buf_printf(&now->line, "%" PRIu64 " %s", (uint64_t)limit, unit);
}

static void now_rlimit(struct now *now)
{
	const int which = rlimit_parse(now->rest);
	struct rlimit limit;

	if (which < 0 || getrlimit(which, &limit) < 0) {
		now_refused(now, -EINVAL);
		return;
	}
	put_limit(now, limit.rlim_cur, rlimit_table[which].unit);
	buf_puts(&now->line, ", you may raise it to ");
	put_limit(now, limit.rlim_max, rlimit_table[which].unit);
}

static void now_signal(struct now *now)
{
	const int number = signal_parse(now->rest);
	struct proc_status status;
	uint64_t mask;

	if (number < 1 || !read_status(now, &status))
		return;
	mask = UINT64_C(1) << (number - 1);
	buf_printf(&now->line, "number %d; your commands %s", number,
		   status.signals[PROC_IGNORED] & mask ?
			   "ignore it (as inherited)" :
			   "get it");
	if (status.signals[PROC_BLOCKED] & mask)
		buf_puts(&now->line, ", blocked (as inherited)");
}

/* ---- clocks ---- */

static void put_offset(struct now *now, const char *name)
{
	char text[256];
	int64_t seconds;
	const char *at;

	if (sys_read_file(now->proc_fd, "self/timens_offsets", text,
			  sizeof(text)) <= 0)
		return;
	at = strstr(text, name);
	if (at && sscanf(at + strlen(name), " %" SCNd64, &seconds) == 1)
		buf_printf(&now->line, ", moved by %" PRId64 " s here",
			   seconds);
}

static void now_clock(struct now *now)
{
	static const struct {
		const char *name, *offset;
		clockid_t clock;
	} clocks[] = {
		{ "REALTIME", NULL, CLOCK_REALTIME },
		{ "MONOTONIC", "monotonic", CLOCK_MONOTONIC },
		{ "BOOTTIME", "boottime", CLOCK_BOOTTIME },
		{ "TAI", NULL, CLOCK_TAI },
		{ "PROCESS_CPUTIME_ID", NULL, CLOCK_PROCESS_CPUTIME_ID },
	};

	for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
		struct timespec t = { 0 };

		if (strcmp(clocks[i].name, now->rest) != 0)
			continue;
		clock_gettime(clocks[i].clock, &t);
		buf_printf(&now->line, "%" PRId64 ".%03ld s", (int64_t)t.tv_sec,
			   t.tv_nsec / 1000000);
		if (clocks[i].offset)
			put_offset(now, clocks[i].offset);
	}
}

static const struct {
	const char *word;
	void (*put)(struct now *now);
} readers[] = {
	{ "file", now_file },	    { "sysctl", now_sysctl },
	{ "ns", now_ns },	    { "idmap", now_idmap },
	{ "cap", now_cap },	    { "rlimit", now_rlimit },
	{ "signal", now_signal },   { "clock", now_clock },
	{ "cgroup", now_cgroup },   { "mount", now_mount },
	{ "feature", now_feature },
};

/* Our number in that procfs, which may be of another pid namespace. */
static long self(int proc_fd)
{
	char text[24];
	ssize_t len = readlinkat(proc_fd, "self", text, sizeof(text) - 1);

	text[len < 0 ? 0 : len] = '\0';
	return strtol(text, NULL, 10);
}

static void put_now(struct now *now, const char *field)
{
	size_t len = strcspn(field, " ");

	now->rest = field + len + strspn(field + len, " ");
	now->proc_fd = proc_open(NULL);
	if (now->proc_fd < 0) {
		now_refused(now, now->proc_fd);
		return;
	}
	now->pid = (pid_t)self(now->proc_fd);
	for (size_t i = 0; i < ARRAY_LEN(readers); i++)
		if (strlen(readers[i].word) == len &&
		    memcmp(readers[i].word, field, len) == 0)
			readers[i].put(now);
	close(now->proc_fd);
}

int kist_explain_now(const struct kist *kist, const struct kist_entry *entry,
		     char *buf, size_t size)
{
	struct now now = { 0 };
	int len;

	(void)kist;
	arena_init(&now.arena);
	buf_init(&now.line);
	if (entry->now)
		put_now(&now, entry->now);
	len = snprintf(buf, size, "%s",
		       now.line.len && !buf_failed(&now.line) ? now.line.data :
								"");
	buf_done(&now.line);
	arena_done(&now.arena);
	return len;
}
