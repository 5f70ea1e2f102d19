/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_usage.c - one table of the files that tell what a group uses */
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/cgroup_file.h"
#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_usage.h"

#define TEXT_MAX 16384 /* io.stat of many devices */
#define V1_NO_LIMIT (INT64_MAX / 4096 * 4096 / 2)

/* ---- reading one file ---- */

struct field;
typedef void field_read(const struct field *f, const char *text,
			struct cgroup_usage *usage);

/**
 * @controller:	of v1; NULL: the unified hierarchy
 * @key:	what stands before the number
 * @to:		offset of the first number
 */
struct field {
	const char *controller, *file, *key;
	unsigned parts;
	field_read *read;
	size_t to;
	int64_t divide;
};

static int64_t *number_at(const struct field *f, struct cgroup_usage *usage)
{
	return (int64_t *)(void *)((char *)usage + f->to);
}

static int64_t parse(const char *text)
{
	if (strncmp(text, "max", 3) == 0)
		return CGROUP_USAGE_MAX;
	return strtoll(text, NULL, 10);
}

static void read_number(const struct field *f, const char *text,
			struct cgroup_usage *usage)
{
	int64_t value = parse(text);

	if (f->divide && value != CGROUP_USAGE_MAX)
		value /= f->divide;
	*number_at(f, usage) = value;
}

/* v1 writes the largest number of pages for "no limit", and -1 for no quota. */
static void read_v1_limit(const struct field *f, const char *text,
			  struct cgroup_usage *usage)
{
	int64_t value = parse(text);

	*number_at(f, usage) =
		value < 0 || value >= V1_NO_LIMIT ? CGROUP_USAGE_MAX : value;
}

/* Behind "KEY " at the start of a line. */
static const char *find_key(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) == 0 && line[len] == ' ')
			return line + len + 1;
	}
	return NULL;
}

static void read_key(const struct field *f, const char *text,
		     struct cgroup_usage *usage)
{
	const char *at = find_key(text, f->key);

	if (at)
		*number_at(f, usage) = parse(at);
}

/* Of a processor. On a hybrid machine both versions count, but only one has the
 * processes. */
static void read_time(const struct field *f, const char *text,
		      struct cgroup_usage *usage)
{
	const char *at = f->key ? find_key(text, f->key) : text;
	int64_t usec = at ? parse(at) / (f->divide ? f->divide : 1) : -1;

	if (usec > usage->cpu_usec)
		usage->cpu_usec = usec;
}

/* "50000 100000": quota and period */
static void read_cpu_max(const struct field *f, const char *text,
			 struct cgroup_usage *usage)
{
	const char *second = strchr(text, ' ');

	(void)f;
	usage->quota_usec = parse(text);
	if (second)
		usage->period_usec = parse(second + 1);
}

/* The sum of all "KEY=N", or on v1 of all "DEVICE KEY N". v1 has no line of a
 * disk, and does not count, until some group was given a limit for it. */
static void read_sum(const struct field *f, const char *text,
		     struct cgroup_usage *usage)
{
	size_t len = strlen(f->key);
	int64_t sum = f->controller ? -1 : 0;

	for (const char *at = text; (at = strstr(at, f->key)); at += len)
		if (at > text && at[-1] == ' ')
			sum = (sum < 0 ? 0 : sum) + strtoll(at + len, NULL, 10);
	*number_at(f, usage) = sum;
}

static void read_pressure(const struct field *f, const char *text,
			  struct cgroup_usage *usage)
{
	*(double *)(void *)((char *)usage + f->to) =
		cgroup_pressure_parse(text, NULL);
}

/* On a hybrid machine either version's freezer may have been used. */
static void note_frozen(struct cgroup_usage *usage, bool is_frozen)
{
	if (is_frozen || usage->is_frozen < 0)
		usage->is_frozen = is_frozen;
}

static void read_state(const struct field *f, const char *text,
		       struct cgroup_usage *usage)
{
	note_frozen(usage, strcmp(text, f->key) == 0);
}

static void read_frozen(const struct field *f, const char *text,
			struct cgroup_usage *usage)
{
	const char *at = find_key(text, f->key);

	if (at)
		note_frozen(usage, *at == '1');
}

double cgroup_pressure_parse(const char *text, int64_t *ret_total_usec)
{
	const char *avg = strstr(text, "some avg10=");
	const char *total = avg ? strstr(avg, "total=") : NULL;
	double whole;

	if (!avg || !total)
		return -1;
	if (ret_total_usec)
		*ret_total_usec = strtoll(total + 6, NULL, 10);
	/* always two digits behind the point, whatever the locale */
	avg += 11;
	whole = (double)strtoll(avg, NULL, 10);
	avg += strspn(avg, "0123456789");
	if (*avg == '.')
		whole += (double)strtoll(avg + 1, NULL, 10) / 100;
	return whole / 100;
}

/* ---- which files ---- */

#define AT(member) offsetof(struct cgroup_usage, member)
enum {
	CPU = CGROUP_USAGE_CPU,
	MEMORY = CGROUP_USAGE_MEMORY,
	PIDS = CGROUP_USAGE_PIDS,
	IO = CGROUP_USAGE_IO,
	LIMITS = CGROUP_USAGE_LIMITS,
	PRESSURE = CGROUP_USAGE_PRESSURE,
	SWAP = CGROUP_USAGE_SWAP,
	EVENTS = CGROUP_USAGE_EVENTS,
	FROZEN = CGROUP_USAGE_FROZEN,
};

static const struct field fields[] = {
	/* clang-format off */
	{ NULL, "cpu.stat", "usage_usec", CPU, read_time, AT(cpu_usec), 0 },
	{ NULL, "cpu.max", NULL, CPU | LIMITS, read_cpu_max, 0, 0 },
	{ NULL, "cpu.weight", NULL, CPU | LIMITS, read_number, AT(weight), 0 },
	{ NULL, "memory.current", NULL, MEMORY, read_number, AT(memory), 0 },
	{ NULL, "memory.swap.current", NULL, SWAP, read_number, AT(swap), 0 },
	{ NULL, "memory.max", NULL, MEMORY | LIMITS, read_number,
	  AT(memory_max), 0 },
	{ NULL, "memory.high", NULL, MEMORY | LIMITS, read_number,
	  AT(memory_high), 0 },
	{ NULL, "memory.swap.max", NULL, SWAP | LIMITS, read_number,
	  AT(swap_max), 0 },
	{ NULL, "memory.events", "oom_kill", MEMORY, read_key, AT(oom_kills), 0 },
	{ NULL, "memory.events", "max", EVENTS, read_key,
	  AT(memory_max_events), 0 },
	{ NULL, "memory.events", "high", EVENTS, read_key,
	  AT(memory_high_events), 0 },
	{ NULL, "pids.current", NULL, PIDS, read_number, AT(pids), 0 },
	{ NULL, "pids.max", NULL, PIDS | LIMITS, read_number, AT(pids_max), 0 },
	{ NULL, "pids.events", "max", EVENTS, read_key, AT(pids_max_events), 0 },
	{ NULL, "io.stat", "rbytes=", IO, read_sum, AT(read_bytes), 0 },
	{ NULL, "io.stat", "wbytes=", IO, read_sum, AT(write_bytes), 0 },
	{ NULL, "cpu.pressure", NULL, PRESSURE, read_pressure,
	  AT(cpu_pressure), 0 },
	{ NULL, "memory.pressure", NULL, PRESSURE, read_pressure,
	  AT(memory_pressure), 0 },
	{ NULL, "io.pressure", NULL, PRESSURE, read_pressure,
	  AT(io_pressure), 0 },
	{ NULL, "cgroup.events", "frozen", FROZEN, read_frozen, 0, 0 },

	{ "cpuacct", "cpuacct.usage", NULL, CPU, read_time, AT(cpu_usec), 1000 },
	{ "cpu", "cpu.cfs_quota_us", NULL, CPU | LIMITS, read_v1_limit,
	  AT(quota_usec), 0 },
	{ "cpu", "cpu.cfs_period_us", NULL, CPU | LIMITS, read_number,
	  AT(period_usec), 0 },
	{ "cpu", "cpu.shares", NULL, CPU | LIMITS, read_number, AT(weight), 0 },
	{ "memory", "memory.usage_in_bytes", NULL, MEMORY, read_number,
	  AT(memory), 0 },
	{ "memory", "memory.memsw.usage_in_bytes", NULL, SWAP, read_number,
	  AT(swap), 0 },
	{ "memory", "memory.limit_in_bytes", NULL, MEMORY | LIMITS,
	  read_v1_limit, AT(memory_max), 0 },
	{ "memory", "memory.oom_control", "oom_kill", MEMORY, read_key,
	  AT(oom_kills), 0 },
	{ "memory", "memory.failcnt", NULL, EVENTS, read_number,
	  AT(memory_max_events), 0 },
	{ "pids", "pids.current", NULL, PIDS, read_number, AT(pids), 0 },
	{ "pids", "pids.max", NULL, PIDS | LIMITS, read_number, AT(pids_max), 0 },
	{ "pids", "pids.events", "max", EVENTS, read_key, AT(pids_max_events), 0 },
	{ "blkio", "blkio.throttle.io_service_bytes_recursive", "Read ", IO,
	  read_sum, AT(read_bytes), 0 },
	{ "blkio", "blkio.throttle.io_service_bytes_recursive", "Write ", IO,
	  read_sum, AT(write_bytes), 0 },
	{ "freezer", "freezer.state", "FROZEN", FROZEN, read_state, 0, 0 },
	/* clang-format on */
};

/* Is the file one of this hierarchy? */
static bool is_of(const struct field *f, const struct cgroup_hierarchy *h)
{
	if (h->is_v2 || !f->controller)
		return h->is_v2 && !f->controller;
	return cgroup_controls(h->controllers, f->controller);
}

/* A field is read if all of its parts are wanted. */
static bool is_wanted(const struct field *f, const struct cgroup_hierarchy *h,
		      unsigned parts)
{
	return (f->parts & parts) == f->parts && is_of(f, h);
}

/* ---- one group ---- */

/* v1: a period without a quota says nothing. */
static bool is_idle(const struct field *f, const struct cgroup_usage *usage)
{
	return f->to == AT(period_usec) && f->controller &&
	       usage->quota_usec == CGROUP_USAGE_MAX;
}

/* Rows of the same file stand together. */
static void read_directory(const struct cgroup_hierarchy *h, int dir_fd,
			   unsigned parts, struct cgroup_usage *usage)
{
	const char *file = ""; /* that @text is of */
	char text[TEXT_MAX];

	*text = '\0';
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const struct field *f = &fields[i];

		if (!is_wanted(f, h, parts) || is_idle(f, usage))
			continue;
		if (strcmp(f->file, file) != 0) {
			cgroup_file_read(dir_fd, f->file, text, sizeof(text));
			file = f->file;
		}
		if (*text)
			f->read(f, text, usage);
	}
}

static const struct cgroup_usage unknown = {
	.cpu_usec = -1,
	.quota_usec = -1,
	.period_usec = -1,
	.weight = -1,
	.memory = -1,
	.memory_max = -1,
	.memory_high = -1,
	.swap = -1,
	.swap_max = -1,
	.memory_max_events = -1,
	.memory_high_events = -1,
	.pids_max_events = -1,
	.oom_kills = -1,
	.pids = -1,
	.pids_max = -1,
	.read_bytes = -1,
	.write_bytes = -1,
	.cpu_pressure = -1,
	.memory_pressure = -1,
	.io_pressure = -1,
	.is_frozen = -1,
};

uint32_t cgroup_usage_hierarchies(const struct cgroup_world *world,
				  unsigned parts)
{
	uint32_t mask = 0;

	for (int i = 0; i < world->count; i++)
		for (size_t k = 0; k < ARRAY_LEN(fields); k++)
			if (is_wanted(&fields[k], &world->h[i], parts))
				mask |= BIT(i);
	return mask;
}

/* Outside our control group namespace: not below the mount. */
static bool is_outside(const char *path)
{
	return strncmp(path, "..", 2) == 0 && (path[2] == '/' || !path[2]);
}

void cgroup_usage_read(const struct cgroup_world *world, const int *root_fds,
		       uint32_t in, const char *path, unsigned parts,
		       struct cgroup_usage *ret_usage)
{
	bool v1_memory = false;

	*ret_usage = unknown;
	path += strspn(path, "/");
	for (int i = 0; i < world->count && !is_outside(path); i++) {
		const struct cgroup_hierarchy *h = &world->h[i];
		CLEANUP_FD int fd = -1;

		if (root_fds[i] < 0 || !(in & BIT(i)))
			continue;
		fd = openat(root_fds[i], *path ? path : ".",
			    O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		ret_usage->is_there = true;
		v1_memory = v1_memory ||
			    (!h->is_v2 && strstr(h->controllers, "memory"));
		read_directory(h, fd, parts, ret_usage);
	}
	if (v1_memory && ret_usage->swap >= 0) {
		ret_usage->swap -= ret_usage->memory;
		if (ret_usage->swap < 0)
			ret_usage->swap = 0;
	}
}

void cgroup_usage_open(const struct cgroup_world *world,
		       int ret_root_fds[CGROUP_HIERARCHY_MAX])
{
	for (int i = 0; i < CGROUP_HIERARCHY_MAX; i++)
		ret_root_fds[i] = i < world->count ? open(world->h[i].mount,
							  O_PATH | O_DIRECTORY |
								  O_CLOEXEC) :
						     -1;
}

void cgroup_usage_close(int root_fds[CGROUP_HIERARCHY_MAX])
{
	for (int i = 0; i < CGROUP_HIERARCHY_MAX; i++)
		cleanup_fd(&root_fds[i]);
}
