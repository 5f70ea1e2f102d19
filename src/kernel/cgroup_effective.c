/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_effective.c - what really limits a control group, and who says so */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "kernel/cgroup_effective.h"
#include "kernel/cgroup_internal.h"
#include "sys/file.h"

/* v1 says "none" with the largest number of whole pages. */
#define NO_LIMIT_V1 (INT64_MAX >> 1)

/**
 * struct known - a limit that is one file with one number, or two
 * @v1, @v1_usage, @v2, @v2_usage: files; NULL: that version has it not
 */
struct known {
	const char *name;
	enum cgroup_unit unit;
	const char *v1, *v1_usage, *v2, *v2_usage;
};

static const struct known known_limits[] = {
	{ "memory", CGROUP_UNIT_BYTES, "memory.limit_in_bytes",
	  "memory.usage_in_bytes", "memory.max", "memory.current" },
	{ "memory+swap", CGROUP_UNIT_BYTES, "memory.memsw.limit_in_bytes",
	  "memory.memsw.usage_in_bytes", NULL, NULL },
	{ "swap", CGROUP_UNIT_BYTES, NULL, NULL, "memory.swap.max",
	  "memory.swap.current" },
	{ "throttle", CGROUP_UNIT_BYTES, NULL, NULL, "memory.high",
	  "memory.current" },
	{ "pids", CGROUP_UNIT_TASKS, "pids.max", "pids.current", "pids.max",
	  "pids.current" },
	{ "cpus", CGROUP_UNIT_CPUS, "cpu.cfs_quota_us", "cpuacct.usage",
	  "cpu.max", "cpu.stat" },
	{ "cpuset", CGROUP_UNIT_LIST, "cpuset.cpus", "cpuset.effective_cpus",
	  "cpuset.cpus", "cpuset.cpus.effective" },
	{ "mems", CGROUP_UNIT_LIST, "cpuset.mems", "cpuset.effective_mems",
	  "cpuset.mems", "cpuset.mems.effective" },
};

/* @usage: the file to read it from; of a LIST that in force */
struct row {
	const char *usage;
	bool seen; /* some group on the path has the file */
};

struct walk {
	const struct cgroup_hierarchy *h;
	struct arena *arena;
	struct cgroup_effective *rows;
	struct row *more; /* of each row */
	size_t count;
};

static struct cgroup_effective *add_row(struct walk *w, const char *name,
					enum cgroup_unit unit, const char *file,
					const char *usage)
{
	struct cgroup_effective *row = &w->rows[w->count];

	if (w->count == CGROUP_EFFECTIVE_MAX)
		return NULL;
	*row = (struct cgroup_effective){
		.name = name,
		.file = file,
		.unit = unit,
		.limit = CGROUP_UNLIMITED,
		.own = -1,
		.usage = -1,
		.usage_there = -1,
	};
	w->more[w->count++] = (struct row){ .usage = usage };
	return row;
}

/* ---- reading one value of one group ---- */

static int64_t cpus_of(int64_t quota, int64_t period)
{
	if (quota <= 0 || quota == INT64_MAX || period <= 0)
		return CGROUP_UNLIMITED;
	return quota > INT64_MAX / 1000000000 ? CGROUP_UNLIMITED :
						quota * 1000000000 / period;
}

/* "150000 100000", "max 100000" */
static int64_t read_cpu_max(int dir_fd)
{
	char text[64], *space;
	uint64_t quota, period;

	if (cgroup_file_read(dir_fd, "cpu.max", text, sizeof(text)))
		return -1;
	space = strchr(text, ' ');
	if (!space)
		return -1;
	*space = '\0';
	if (num_parse_u64(text, &quota) || num_parse_u64(space + 1, &period))
		return CGROUP_UNLIMITED;
	return cpus_of((int64_t)quota, (int64_t)period);
}

/* CGROUP_UNLIMITED: none; -1: no such file. */
static int64_t read_limit(const struct walk *w, int dir_fd,
			  const struct cgroup_effective *row)
{
	int64_t value;

	if (row->unit == CGROUP_UNIT_CPUS && w->h->is_v2)
		return read_cpu_max(dir_fd);
	if (row->unit == CGROUP_UNIT_CPUS) {
		if (!cgroup_file_exists(dir_fd, row->file))
			return -1;
		return cpus_of(cgroup_file_number(dir_fd, row->file),
			       cgroup_file_number(dir_fd, "cpu.cfs_period_us"));
	}
	value = cgroup_file_number(dir_fd, row->file);
	return value >= NO_LIMIT_V1 ? CGROUP_UNLIMITED : value;
}

static int64_t read_usage(const struct walk *w, int dir_fd, size_t i)
{
	int64_t us;

	if (!w->more[i].usage)
		return -1;
	if (w->rows[i].unit != CGROUP_UNIT_CPUS || !w->h->is_v2)
		return cgroup_file_number(dir_fd, w->more[i].usage);
	us = cgroup_file_key(dir_fd, w->more[i].usage, "usage_usec");
	return us < 0 || us > INT64_MAX / 1000 ? -1 : us * 1000;
}

/* ---- one group of the path ---- */

static void take_list(struct walk *w, int dir_fd, size_t i, const char *path,
		      bool is_root)
{
	struct cgroup_effective *row = &w->rows[i];
	char text[1024], own[1024];
	bool has = cgroup_file_read(dir_fd, row->file, own, sizeof(own)) == 0;

	if (cgroup_file_read(dir_fd, w->more[i].usage, text, sizeof(text)))
		snprintf(text, sizeof(text), "%s", own);
	row->own_list = arena_strdup(w->arena, own);
	w->more[i].seen |= has || *text;
	if (!*text || (row->list && strcmp(row->list, text) == 0))
		return;
	row->list = arena_strdup(w->arena, text);
	row->set_by = is_root ? NULL : arena_strdup(w->arena, path);
}

static void take_number(struct walk *w, int dir_fd, size_t i, const char *path)
{
	struct cgroup_effective *row = &w->rows[i];

	row->own = read_limit(w, dir_fd, row);
	row->usage = read_usage(w, dir_fd, i);
	w->more[i].seen |= row->own >= 0;
	if (row->own < 0 || row->own >= row->limit)
		return;
	row->limit = row->own;
	row->set_by = arena_strdup(w->arena, path);
	row->usage_there = row->usage;
}

/* v1 before Linux 5.11: groups below are limited only if this is on. */
static void forget_unless_hierarchical(struct walk *w, int dir_fd)
{
	if (w->h->is_v2 ||
	    cgroup_file_number(dir_fd, "memory.use_hierarchy") != 0)
		return;
	for (size_t i = 0; i < w->count; i++)
		if (strncmp(w->rows[i].file, "memory.", 7) == 0) {
			w->rows[i].limit = CGROUP_UNLIMITED;
			w->rows[i].set_by = NULL;
		}
}

/* ---- devices ---- */

static const struct {
	const char *key, *name, *v1;
	enum cgroup_unit unit;
} rates[] = {
	{ "rbps", "io.rbps", "blkio.throttle.read_bps_device",
	  CGROUP_UNIT_BYTES_PER_SECOND },
	{ "wbps", "io.wbps", "blkio.throttle.write_bps_device",
	  CGROUP_UNIT_BYTES_PER_SECOND },
	{ "riops", "io.riops", "blkio.throttle.read_iops_device",
	  CGROUP_UNIT_OPS_PER_SECOND },
	{ "wiops", "io.wiops", "blkio.throttle.write_iops_device",
	  CGROUP_UNIT_OPS_PER_SECOND },
};

static void take_rate(struct walk *w, size_t rate, const char *device,
		      const char *word, const char *path)
{
	struct cgroup_effective *row = NULL;
	uint64_t value;

	if (num_parse_u64(word, &value) || value > INT64_MAX)
		return; /* "max" */
	for (size_t i = 0; i < w->count && !row; i++)
		if (w->rows[i].device && w->rows[i].name == rates[rate].name &&
		    strcmp(w->rows[i].device, device) == 0)
			row = &w->rows[i];
	if (!row) {
		row = add_row(w, rates[rate].name, rates[rate].unit,
			      w->h->is_v2 ? "io.max" : rates[rate].v1, NULL);
		if (!row)
			return;
		row->device = arena_strdup(w->arena, device);
		w->more[w->count - 1].seen = true;
	}
	row->own = (int64_t)value;
	if (row->own < row->limit) {
		row->limit = row->own;
		row->set_by = arena_strdup(w->arena, path);
	}
}

/* "8:0 rbps=1048576 wbps=max riops=max wiops=max" */
static void take_io_max(struct walk *w, char *line, const char *path)
{
	char *save, *device = strtok_r(line, " ", &save), *word;

	while (device && (word = strtok_r(NULL, " ", &save)))
		for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
			size_t len = strlen(rates[i].key);

			if (strncmp(word, rates[i].key, len) == 0 &&
			    word[len] == '=')
				take_rate(w, i, device, word + len + 1, path);
		}
}

static void take_devices(struct walk *w, int dir_fd, const char *path)
{
	char text[4096], *save, *line, *space;

	for (size_t i = 0; i < w->count; i++)
		if (w->rows[i].device)
			w->rows[i].own = CGROUP_UNLIMITED;
	if (w->h->is_v2) {
		cgroup_file_read(dir_fd, "io.max", text, sizeof(text));
		for (line = strtok_r(text, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			take_io_max(w, line, path);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		if (cgroup_file_read(dir_fd, rates[i].v1, text, sizeof(text)))
			continue;
		for (line = strtok_r(text, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save)) {
			space = strchr(line, ' ');
			if (!space)
				continue;
			*space = '\0';
			take_rate(w, i, line, space + 1, path);
		}
	}
}

/* ---- huge pages ---- */

/* "hugetlb.2MB.max" → "hugetlb.2MB" */
static void add_hugetlb(struct walk *w, const char *file)
{
	const char *end = w->h->is_v2 ? ".max" : ".limit_in_bytes";
	size_t len = strlen(file), n = strlen(end);
	const char *name;

	if (strncmp(file, "hugetlb.", 8) != 0 || len < n + 9 ||
	    strcmp(file + len - n, end) != 0 || strstr(file, ".rsvd."))
		return;
	name = arena_strndup(w->arena, file, len - n);
	add_row(w, name, CGROUP_UNIT_BYTES, arena_strdup(w->arena, file),
		arena_printf(w->arena, "%s.%s", name,
			     w->h->is_v2 ? "current" : "usage_in_bytes"));
}

static void add_known(struct walk *w, int leaf_fd)
{
	bool v2 = w->h->is_v2;
	int fd = openat(leaf_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	for (size_t i = 0; i < ARRAY_LEN(known_limits); i++) {
		const struct known *k = &known_limits[i];

		if (v2 ? k->v2 != NULL : k->v1 != NULL)
			add_row(w, k->name, k->unit, v2 ? k->v2 : k->v1,
				v2 ? k->v2_usage : k->v1_usage);
	}
	while (dir && (entry = readdir(dir)))
		add_hugetlb(w, entry->d_name);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
}

/* ---- the path ---- */

static int open_group(int mount_fd, const char *path, uint64_t flags)
{
	while (*path == '/')
		path++;
	return sys_openat2(mount_fd, *path ? path : ".", flags | O_DIRECTORY, 0,
			   RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
				   RESOLVE_NO_MAGICLINKS);
}

static void take_group(struct walk *w, int dir_fd, const char *path)
{
	bool is_root = strcmp(path, "/") == 0;

	for (size_t i = 0; i < w->count; i++)
		if (w->rows[i].device)
			continue;
		else if (w->rows[i].unit == CGROUP_UNIT_LIST)
			take_list(w, dir_fd, i, path, is_root);
		else
			take_number(w, dir_fd, i, path);
	take_devices(w, dir_fd, path);
}

/* From the root to the group. */
static int walk_path(struct walk *w, int mount_fd, const char *path)
{
	size_t len = strlen(path), end = 0;

	while (1) {
		const char *part = end ? arena_strndup(w->arena, path, end) :
					 "/";
		CLEANUP_FD int fd = open_group(mount_fd, part, O_PATH);

		if (fd < 0)
			return fd;
		take_group(w, fd, part);
		if (end >= len || len <= 1)
			return 0;
		forget_unless_hierarchical(w, fd);
		end += path[end] == '/';
		end += strcspn(path + end, "/");
	}
}

/* Keep the rows that this hierarchy has. */
static void drop_absent(struct walk *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->count; i++)
		if (w->more[i].seen)
			w->rows[kept++] = w->rows[i];
	w->count = kept;
}

int cgroup_effective(const struct cgroup_hierarchy *h, const char *path,
		     struct arena *arena, struct cgroup_effective **ret_rows,
		     size_t *ret_count, struct kist_error *err)
{
	struct walk w = { .h = h, .arena = arena };
	CLEANUP_FD int mount_fd =
		openat(AT_FDCWD, h->mount, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int leaf_fd = -1;
	int ret;

	if (mount_fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "open '%s'",
			       h->mount);
	w.rows = ARENA_ARRAY(arena, struct cgroup_effective,
			     CGROUP_EFFECTIVE_MAX);
	w.more = ARENA_ARRAY(arena, struct row, CGROUP_EFFECTIVE_MAX);
	if (arena_failed(arena))
		return err_nomem(err);
	leaf_fd = ret = open_group(mount_fd, path, O_RDONLY);
	if (ret >= 0) {
		add_known(&w, leaf_fd);
		ret = walk_path(&w, mount_fd, path);
	}
	if (ret == -ENOENT || ret == -EXDEV)
		return err_set(err, KIST_E_CGROUP_UNKNOWN,
			       "there is no control group '%s' below '%s'",
			       path, h->mount);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "open control group '%s' below '%s'", path,
			       h->mount);
	drop_absent(&w);
	if (arena_failed(arena))
		return err_nomem(err);
	*ret_rows = w.rows;
	*ret_count = w.count;
	return 0;
}
