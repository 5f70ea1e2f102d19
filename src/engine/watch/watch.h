/* SPDX-License-Identifier: Apache-2.0 */
/**
 * watch.h - what was there at the last look, so that a change is seen
 *
 * How it works
 * ============
 * The kernel tells root of every fork, exec and exit (proc connector,
 * connector.c); of namespaces, control groups and containers it tells nobody.
 * So they are looked at: at once after a process in a new namespace or the last
 * one in another, soon after anything else that happened to a process, else once
 * a second; and never so often that looking takes more than a hundredth of a
 * processor. What was there and is not, or was not and is, is an event. All
 * processes are read once a look.
 *
 * Ownership: struct watching is kist_watch()'s; names in it are malloc'ed, or
 * in the arena of the look they are of.
 */
#ifndef ENGINE_WATCH_WATCH_H
#define ENGINE_WATCH_WATCH_H

#include <kist/watch.h>

#include "engine/map/things.h"
#include "engine/ns/scan.h"
#include "kernel/cgroup_usage.h"

#define WATCH_PARTS (CGROUP_USAGE_MEMORY | CGROUP_USAGE_EVENTS)

/* @id: 0: the kernel gives none; @gone_at: nobody is in it since; something
 * else keeps it. 0: somebody is */
struct watched_ns {
	uint64_t ino, id;
	unsigned kind;
	bool is_seen;
	double gone_at;
	unsigned looked; /* how often it was looked for since */
};

/* A process that is in namespaces which are not the machine's. */
struct watched_process {
	pid_t pid;
	bool is_seen;
	char name[16];
	uint64_t ns[KIST_NS_KINDS];
};

/* @since_us: when it was seen first; @is_told: that it was started. An engine
 * writes down the name when it already runs: that is waited for. */
struct watched_thing {
	char *key, *name, *engine, *cgroup;
	enum kist_thing_kind kind;
	pid_t pid;
	bool is_seen, is_paused, is_named, is_told;
	int64_t since_us;
	uint64_t ns[KIST_NS_KINDS];
	int64_t high, max, pids_max;
};

struct watched_group {
	char *path;
	bool is_seen, is_populated;
	int64_t oom_kills;
};

enum { WATCH_PRESSURES = 8, WATCH_SAMPLES = 64 };

/* @share: of @window_ms; totals are of the last samples, in a ring */
struct watched_pressure {
	const char *resource;
	double share;
	int64_t window_ms;
	bool is_over;
	struct {
		int64_t total_usec, at_ms;
	} samples[WATCH_SAMPLES];
	size_t count;
};

/* Growing arrays of the above. */
struct watched_list {
	void *items;
	size_t count, size, item_size;
};

/**
 * struct watching - one watch
 * @look_at_us:	the next look is due
 * @copies:	processes that were made by fork(2), to be looked at
 * @is_looking:	within a look
 * @only_ns, @only_group, @only_pid: of the target; without one all 0, NULL
 */
struct watching {
	const struct kist *kist;
	const struct kist_watch *args;
	struct cgroup_world world;
	int root_fds[CGROUP_HIERARCHY_MAX];
	uint32_t telling; /* hierarchies with numbers of WATCH_PARTS */
	int proc_fd, signal_fd, connector_fd, kmsg_fd;
	uint64_t host_ns[KIST_NS_KINDS];
	struct watched_list spaces, processes, things, groups;
	struct watched_pressure pressures[WATCH_PRESSURES];
	size_t pressure_count;
	int64_t pressure_at_ms; /* of the last sample */
	int64_t vm_oom_kills;
	char oom_group[512]; /* of the kill that is being told */
	bool begun, is_looking;
	int64_t look_at_us;
	pid_t copies[64];
	size_t copy_count;
	int64_t copies_at_us;
	size_t told;
	int result; /* what the caller's function said */
	bool has_target;
	uint64_t only_ns[KIST_NS_KINDS];
	char *only_group;
	pid_t only_pid;
};

static inline bool watch_wants(const struct watching *w, unsigned events)
{
	return !w->args->events || w->args->events & events;
}

/* Tell of an event if it is wanted and about the target; @time_ns is filled
 * in. */
void watch_tell(struct watching *w, struct kist_event *event);

/* A new, zeroed item; NULL: no memory. */
void *watched_add(struct watched_list *list);
void watched_remove(struct watched_list *list, size_t index);

/* CLOCK_MONOTONIC. */
int64_t watch_now_us(void);

/* A look is due in so long at the latest. */
void watch_soon(struct watching *w, int64_t us);
enum { WATCH_AT_ONCE_US = 60000, WATCH_SOON_US = 300000 };

/* Look at all, and tell. Return: 0 or -errno. */
int watch_look(struct watching *w, struct kist_error *err);

/* Parts of that: each compares with what was there, and tells. */
void watch_spaces(struct watching *w, const struct scan *scan);
int watch_things(struct watching *w, struct scan *scan, struct kist_error *err);
int watch_groups(struct watching *w, struct kist_error *err);
void watch_pressure(struct watching *w);
/* OOM: the kernel's log, or the counters if it may not be read. */
void watch_log(struct watching *w);
void watch_kills(struct watching *w);

/* "memory=100ms/1s", "cpu=20%" */
int watch_pressure_parse(const char *text,
			 struct watched_pressure *ret_pressure,
			 struct kist_error *err);

/* A process was made, or became another program; or ended (@status: of wait(2),
 * -1: not known). */
void watch_process(struct watching *w, pid_t pid);
void watch_exit(struct watching *w, pid_t pid, int status);

/* The proc connector. Return: an fd, or -errno (not root, not there). */
int connector_open(void);
void connector_read(struct watching *w);
/* Look at the copies that have been for some time; most end, or become another
 * program, before. */
void connector_copies(struct watching *w);

/* Whose control group that is, or one above it; whether it has a name by now. */
const struct watched_thing *watch_owner_of_group(const struct watching *w,
						 const char *path);

/* Is that but the beginning of the id, for want of a name? */
bool watch_is_nameless(const char *name, const char *id);

/* Whose namespaces these are: a container's or unit's, or NULL. */
const struct watched_thing *watch_owner(const struct watching *w,
					const uint64_t ns[KIST_NS_KINDS]);

#endif
