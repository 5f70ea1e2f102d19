/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/top.h - live usage per container, control group or namespace
 *
 *	kist_top_open(kist, KIST_TOP_THINGS, &top, &err);
 *	for (;;) {
 *		kist_top_sample(top, &list, &err);   // rates since the last one
 *		...
 *	}
 *	kist_top_close(top);
 *
 * Ownership:  a sample belongs to the top and lives until the next.
 * Threads:    one top, one thread.
 */
#ifndef KIST_TOP_H
#define KIST_TOP_H

#include <kist/map.h>

#ifdef __cplusplus
extern "C" {
#endif

enum kist_top_by {
	KIST_TOP_THINGS, /* containers, units, sessions */
	KIST_TOP_CGROUPS,
	KIST_TOP_NAMESPACES, /* of one kind */
};

/**
 * struct kist_top_row - usage
 * @name:	what people call it; @id, @engine: or NULL
 * @parent:	index of the row above in a tree, or -1
 * @cpu:	of one processor: 1.0 is all of it; negative: not known yet
 * @memory …:	bytes; KIST_MAP_UNKNOWN, KIST_MAP_MAX
 * @pressure…:	share of the last ten seconds in which some waited: 0 to 1;
 *		negative: not known
 * @read_bps …:	bytes a second; negative: not known
 */
struct kist_top_row {
	const char *name, *id, *engine, *cgroup;
	enum kist_thing_kind kind;
	uint64_t ns; /* of KIST_TOP_NAMESPACES */
	pid_t pid;
	int parent;
	bool is_paused;
	double cpu, cpu_limit;
	uint64_t memory, memory_max, memory_high, swap;
	double cpu_pressure, memory_pressure, io_pressure;
	uint64_t pids, pids_max, oom_kills;
	double read_bps, write_bps;
	double receive_bps, send_bps;
};

struct kist_top_list {
	const struct kist_top_row *rows;
	size_t count;
	double seconds; /* since the last sample; 0: the first */
	double cpu;	/* of the whole machine, 1.0 a processor */
	unsigned cpus;
	uint64_t memory, memory_total, swap, swap_total;
	double cpu_pressure, memory_pressure, io_pressure;
	double load[3];
};

struct kist_top;
/* @kind: of KIST_TOP_NAMESPACES, one of enum kist_ns */
int kist_top_open(const struct kist *kist, enum kist_top_by by, unsigned kind,
		  struct kist_top **ret_top, struct kist_error *err);
int kist_top_sample(struct kist_top *top, struct kist_top_list *ret_list,
		    struct kist_error *err);
void kist_top_close(struct kist_top *top);

/* Pause or resume, or end with a signal, what a row stands for. Return: 0;
 * -ENOTSUP: it has no control group of its own. */
int kist_top_pause(struct kist_top *top, const struct kist_top_row *row,
		   bool pause, struct kist_error *err);
int kist_top_kill(struct kist_top *top, const struct kist_top_row *row,
		  int signal, struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
