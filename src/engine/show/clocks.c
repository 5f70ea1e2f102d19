/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clocks.c - what time it is, here and there
 *
 * /proc/PID/timens_offsets has the offsets of the time namespace the process's
 * children will be in. They are its own only if that is the same one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/show/show.h"
#include "sys/file.h"

#define SECOND INT64_C(1000000000)

struct offsets {
	int64_t monotonic, boottime;
	bool known;
};

static int64_t offset_in(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	int64_t seconds, nanoseconds;

	if (!at || sscanf(at + strlen(name), " %" SCNd64 " %" SCNd64, &seconds,
			  &nanoseconds) != 2)
		return 0;
	return seconds * SECOND + nanoseconds;
}

static struct offsets offsets_of(const struct showing *s, pid_t pid)
{
	struct offsets offsets = { 0 };
	char path[64], text[256];

	snprintf(path, sizeof(path), "%d/timens_offsets", pid);
	if (sys_read_file(s->proc_fd, path, text, sizeof(text)) <= 0)
		return offsets;
	offsets.monotonic = offset_in(text, "monotonic");
	offsets.boottime = offset_in(text, "boottime");
	offsets.known = true;
	return offsets;
}

static int64_t now(clockid_t clock)
{
	struct timespec t = { 0 };

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

static const struct kist_show_ns *time_ns(const struct showing *s)
{
	for (size_t i = 0; i < s->show.ns_count; i++)
		if (s->show.ns[i].kind == 1u << NS_TIME)
			return &s->show.ns[i];
	return NULL;
}

static struct kist_show_clock make(const char *name, clockid_t clock,
				   int64_t ours, int64_t theirs, bool known)
{
	struct kist_show_clock c = { .name = name,
				     .outside = now(clock),
				     .is_known = known };

	c.offset = known ? theirs : 0;
	c.inside = known ? c.outside - ours + theirs : 0;
	return c;
}

int show_time(struct showing *s, struct kist_error *err)
{
	struct kist_show_clock *clocks = s->show.clocks;
	const struct kist_show_ns *ns = time_ns(s);
	struct offsets ours = offsets_of(s, getpid());
	struct offsets theirs = offsets_of(s, s->pid);
	bool known = true;

	(void)err;
	if (ns && ns->inode && ns->is_initial)
		theirs = (struct offsets){ .known = true };
	else if (ns)
		known = ns->inode && !ns->for_children && theirs.known;
	if (!known)
		show_hide(s, "its clocks");
	clocks[0] = make("realtime", CLOCK_REALTIME, 0, 0, true);
	clocks[1] = make("monotonic", CLOCK_MONOTONIC, ours.monotonic,
			 theirs.monotonic, known);
	clocks[2] = make("boottime", CLOCK_BOOTTIME, ours.boottime,
			 theirs.boottime, known);
	return 0;
}
