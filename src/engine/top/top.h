/* SPDX-License-Identifier: Apache-2.0 */
/**
 * top.h - live usage: what is shown, what was counted, what that makes a second
 *
 * How it works
 * ============
 * Finding out what there is (things.c of map, a walk of the control groups, a
 * reading of all processes) is dear and done every few seconds; reading what it
 * uses is cheap and done for each sample. Counters of the sample before are
 * kept by key, so that a row that moves in the list keeps its rate.
 *
 * What has a control group of its own is read from that group's files. The
 * rest (namespaces; processes that share a group with others) is the sum over
 * its processes.
 */
#ifndef ENGINE_TOP_TOP_H
#define ENGINE_TOP_TOP_H

#include <kist/top.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/cgroup_usage.h"

/* What is shown, beside the limits. */
#define TOP_PARTS                     \
	((unsigned)CGROUP_USAGE_ALL & \
	 ~(unsigned)(CGROUP_USAGE_EVENTS | CGROUP_USAGE_LIMITS))

/* So far; -1: not known. */
struct top_counters {
	int64_t cpu_usec, read_bytes, write_bytes, received, sent;
};

/**
 * struct top_item - a row, and where its numbers come from
 * @key:	the same as long as it is the same thing
 * @own_group:	@row.cgroup is its alone: read the files
 * @in:		hierarchies that may have the group
 * @freezer:	the group that is paused, if it is another; NULL
 * @by_process:	sum over the processes that are in @ns; 0 in it: any
 * @has_net:	the network namespace of row.pid is not the host's
 */
struct top_item {
	struct kist_top_row row;
	const char *key;
	bool own_group, by_process, has_net;
	uint32_t in;
	const char *freezer;
	uint64_t ns[KIST_NS_KINDS];
	struct top_counters now, before;
};

struct kist_top {
	struct kist kist;
	bool has_kist;
	enum kist_top_by by;
	unsigned kind;
	struct cgroup_world world;
	int root_fds[CGROUP_HIERARCHY_MAX];
	uint32_t telling; /* hierarchies with numbers of TOP_PARTS */
	int proc_fd;
	struct arena arenas[2]; /* of the items: one is being made anew */
	int which;
	struct top_item *items;
	struct kist_top_row *rows;
	size_t count;
	double sampled_at, found_at; /* seconds, CLOCK_MONOTONIC; 0: never */
	int64_t busy_ticks;	     /* of the machine, so far */
	bool is_stale;		     /* something is gone: find anew */
};

/* A list in the making. */
struct top_list {
	struct arena *arena;
	struct top_item *items;
	size_t count, size;
};

/* A new item that knows nothing yet; NULL: no memory. */
struct top_item *top_add(struct top_list *list, const char *key);

/* What there is, by enum kist_top_by. Return: 0 or -errno. */
int top_find_things(struct kist_top *top, struct top_list *list,
		    struct kist_error *err);
int top_find_groups(struct kist_top *top, struct top_list *list,
		    struct kist_error *err);
int top_find_spaces(struct kist_top *top, struct top_list *list,
		    struct kist_error *err);

/* What they use now. */
void top_read_group(const struct kist_top *top, struct top_item *item,
		    bool limits);
void top_read_net(const struct kist_top *top, struct top_item *item);
int top_read_processes(struct kist_top *top, struct kist_error *err);
void top_read_machine(struct kist_top *top, double seconds,
		      struct kist_top_list *list);

#endif
