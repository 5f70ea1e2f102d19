/* SPDX-License-Identifier: Apache-2.0 */
/* step.c - one change of a control group: told, and done */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <kist/cause.h>

#include "engine/cg/step.h"
#include "kernel/cgroup_internal.h"
#include "sys/file.h"

#define PROCS_MAX (64u << 20)
#define REMOVE_MS 3000
#define LEAF_ROUNDS 20

int cg_step_make(const struct cg_group *group, int i, bool there_ok,
		 const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	const char *place;

	arena_init(&arena);
	place = cg_place(group, i, NULL, &arena);
	if (arena_failed(&arena))
		return err_nomem(err);
	if (faccessat(AT_FDCWD, place, F_OK, 0) == 0)
		return 1;
	if (!trace_step(trace, NULL, "mkdir %s%s", there_ok ? "-p " : "",
			trace_word(place)))
		return 0;
	if (mkdir(place, 0755) == 0)
		return 0;
	if (errno == EEXIST)
		return 1;
	return cg_explain_directory(group, i, "make", errno, err);
}

static void tell_write(const struct kist_trace *trace, const char *why,
		       const char *value, const char *place)
{
	/* echo of dash acts on backslashes, and of bash on options */
	if (strchr(value, '\\') || strcmp(value, "-n") == 0)
		trace_step(trace, why, "printf '%%s\\n' %s > %s",
			   trace_word(value), trace_word(place));
	else
		trace_step(trace, why, "echo %s > %s",
			   *value ? trace_word(value) : "''",
			   trace_word(place));
}

int cg_step_write(const struct cg_group *group, int i, const char *file,
		  const char *value, const char *why,
		  const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_FD int fd = -1;
	const char *place;
	int ret;

	arena_init(&arena);
	place = cg_place(group, i, file, &arena);
	if (arena_failed(&arena))
		return err_nomem(err);
	tell_write(trace, why, value, place);
	if (trace_is_dry(trace))
		return 0;
	fd = cg_open(group, i);
	/* an empty write reaches no kernel file: a lone line end does */
	ret = fd < 0 ? fd : cgroup_file_write(fd, file, *value ? value : "\n");
	return ret ? cg_explain_write(group, i, file, value, -ret, err) : 0;
}

/* ---- processes ---- */

static int by_number(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

int cg_read_pids(int dir_fd, const char *file, struct arena *arena,
		 pid_t **ret_pids, size_t *ret_count)
{
	CLEANUP_FD int fd = cgroup_file_open(dir_fd, file, O_RDONLY);
	CLEANUP_BUF struct buf text;
	size_t lines = 0, count = 0, unique = 0;
	pid_t *pids;
	int ret;

	*ret_pids = NULL;
	*ret_count = 0;
	buf_init(&text);
	if (fd < 0)
		return fd;
	ret = buf_read(&text, fd, PROCS_MAX);
	if (ret)
		return ret;
	for (size_t i = 0; i < text.len; i++)
		lines += text.data[i] == '\n';
	pids = ARENA_ARRAY(arena, pid_t, lines + 1);
	if (arena_failed(arena))
		return -ENOMEM;
	for (char *at = text.data; at && *at && count < lines;) {
		pids[count++] = (pid_t)strtol(at, &at, 10);
		at += *at == '\n';
	}
	if (count)
		qsort(pids, count, sizeof(*pids), by_number);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || pids[i] != pids[i - 1])
			pids[unique++] = pids[i];
	*ret_pids = pids;
	*ret_count = unique;
	return 0;
}

const char *cg_comm(pid_t pid, struct arena *arena)
{
	char path[64], text[64];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	len = sys_read_file(AT_FDCWD, path, text, sizeof(text));
	if (len <= 0)
		return "";
	text[len - (text[len - 1] == '\n')] = '\0';
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = '?';
	return arena_strdup(arena, text);
}

int cg_step_move(const struct cg_group *group, int i, pid_t pid, bool thread,
		 const struct kist_trace *trace, struct kist_error *err)
{
	const char *file = !thread		    ? "cgroup.procs" :
			   group->world->h[i].is_v2 ? "cgroup.threads" :
						      "tasks";
	CLEANUP_ARENA struct arena arena;
	CLEANUP_FD int fd = -1;
	const char *place;
	char text[32];
	int ret;

	arena_init(&arena);
	place = cg_place(group, i, file, &arena);
	if (arena_failed(&arena))
		return err_nomem(err);
	snprintf(text, sizeof(text), "%d", pid);
	if (!trace_step(trace, NULL, "echo %s > %s",
			pid == getpid() && !thread ? "$$" : text,
			trace_word(place)))
		return 0;
	fd = cg_open(group, i);
	ret = fd < 0 ? fd : cgroup_file_write(fd, file, text);
	return ret ? cg_explain_move(group, i, pid, thread, -ret, err) : 0;
}

/* ---- v2: controllers ---- */

/* All of the same session as the caller: its own terminal's. */
static bool are_ours(const pid_t *pids, size_t count)
{
	pid_t session = getsid(0);

	for (size_t k = 0; k < count; k++)
		if (pids[k] <= 0 || getsid(pids[k]) != session)
			return false;
	return true;
}

static int in_the_way(const struct cg_group *group, int i, const pid_t *pids,
		      size_t count, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	int ret;

	arena_init(&arena);
	ret = err_set(err, KIST_E_CG_RULE,
		      "control group '%.200s' cannot hand controllers down: "
		      "it has %zu process%s of its own (%d %s%s)",
		      cg_shown(group, i), count, count == 1 ? "" : "es",
		      pids[0], pids[0] > 0 ? cg_comm(pids[0], &arena) : "",
		      count > 1 ? ", …" : "");
	err_cause(err, KIST_CAUSE_CGROUP_PROCESSES_INSIDE, group->path[i],
		  NULL);
	return ret;
}

int cg_step_leaf(const struct cg_group *group, int i, bool strangers,
		 const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_FD int fd = cg_open(group, i);
	struct cg_group leaf = *group;
	char type[64] = "";
	size_t count = 0;
	pid_t *pids;
	int ret = 0;

	arena_init(&arena);
	if (fd >= 0)
		cgroup_file_read(fd, "cgroup.type", type, sizeof(type));
	/* the root and threaded groups may have both */
	if (strcmp(type, "domain") != 0)
		return 0;
	leaf.path[i] = arena_printf(&arena, "%s/" CG_LEAF, group->path[i]);
	for (int round = 0; round < LEAF_ROUNDS; round++) {
		if (fd < 0 ||
		    cg_read_pids(fd, "cgroup.procs", &arena, &pids, &count))
			return 0; /* gone, or threaded: the write will say */
		if (!count)
			return 0;
		if (!strangers && !are_ours(pids, count))
			return in_the_way(group, i, pids, count, err);
		if (round == 0)
			ret = cg_step_make(&leaf, i, true, trace, err);
		for (size_t k = 0; ret >= 0 && k < count; k++) {
			struct kist_error why = { 0 };

			ret = cg_step_move(&leaf, i, pids[k], false, trace,
					   &why);
			if (ret && why.id == KIST_E_CG_PROCESS && ret == -ESRCH)
				ret = 0; /* it has ended */
			else if (ret && err)
				*err = why;
		}
		if (ret < 0 || trace_is_dry(trace))
			return ret < 0 ? ret : 0;
	}
	return in_the_way(group, i, pids, count, err);
}

/* Have one group hand @name down. */
static int hand_down(const struct cg_group *group, int i, const char *name,
		     bool leaf, const struct kist_trace *trace,
		     struct kist_error *err)
{
	CLEANUP_FD int fd = cg_open(group, i);
	char have[512] = "", text[80];
	int ret;

	if (fd >= 0) {
		cgroup_file_read(fd, "cgroup.subtree_control", have,
				 sizeof(have));
		if (cgroup_word_in(have, name))
			return 0;
		cgroup_file_read(fd, "cgroup.controllers", have, sizeof(have));
		if (!cgroup_word_in(have, name) && !trace_is_dry(trace))
			return cg_explain_controller(group, name, err);
		if (!*group->path[i] && !cgroup_word_in(have, name))
			return cg_explain_controller(group, name, err);
		ret = cg_step_leaf(group, i, leaf, trace, err);
		if (ret)
			return ret;
	}
	snprintf(text, sizeof(text), "+%s", name);
	return cg_step_write(group, i, "cgroup.subtree_control", text, NULL,
			     trace, err);
}

int cg_step_enable(const struct cg_group *group, int i, const char *names,
		   bool leaf, const struct kist_trace *trace,
		   struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct cg_group up = *group;
	const char *slash = group->path[i];
	char name[64], have[512] = "";
	int ret = 0, len;
	CLEANUP_FD int fd = cg_open(group, i);

	arena_init(&arena);
	if (fd >= 0)
		cgroup_file_read(fd, "cgroup.controllers", have, sizeof(have));
	for (; slash && *slash; slash = strchr(slash + 1, '/')) {
		up.path[i] = arena_strndup(&arena, group->path[i],
					   (size_t)(slash - group->path[i]));
		if (arena_failed(&arena))
			return err_nomem(err);
		for (const char *at = names;
		     sscanf(at, " %63s%n", name, &len) == 1; at += len) {
			if (cgroup_word_in(have, name))
				continue;
			ret = hand_down(&up, i, name, leaf, trace, err);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* ---- v1: cpuset ---- */

/* The value of the nearest group above that has one. */
static const char *inherited(const struct cg_group *group, int i,
			     const char *file, struct arena *arena)
{
	struct cg_group at = *group, up;
	char text[4096];

	while (cg_above(&at, i, arena, &up)) {
		CLEANUP_FD int fd = cg_open(&up, i);

		if (fd >= 0 &&
		    cgroup_file_read(fd, file, text, sizeof(text)) == 0 &&
		    *text)
			return arena_strdup(arena, text);
		at = up;
	}
	return NULL;
}

int cg_step_cpuset(const struct cg_group *group, int i,
		   const char *const *values, const struct kist_trace *trace,
		   struct kist_error *err)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	CLEANUP_ARENA struct arena arena;
	int ret = 0;

	arena_init(&arena);
	for (size_t k = 0; ret == 0 && k < ARRAY_LEN(files); k++) {
		CLEANUP_FD int fd = cg_open(group, i);
		size_t n = strlen(files[k]);
		const char *text;
		char now[64] = "";
		bool given = false;

		for (const char *const *v = values; v && *v; v++)
			given = given || (strncmp(*v, files[k], n) == 0 &&
					  (*v)[n] == '=');
		if (fd >= 0)
			cgroup_file_read(fd, files[k], now, sizeof(now));
		text = inherited(group, i, files[k], &arena);
		if (!given && !*now && text)
			ret = cg_step_write(group, i, files[k], text,
					    k ? NULL :
						"as above: empty, it takes "
						"no process",
					    trace, err);
	}
	return ret;
}

/* ---- removing ---- */

int cg_step_remove(const struct cg_group *group, int i,
		   const struct kist_trace *trace, struct kist_error *err)
{
	int64_t deadline_ms = cgroup_now_ms() + REMOVE_MS;
	CLEANUP_ARENA struct arena arena;
	const char *place;
	int pause_ms = 1;

	arena_init(&arena);
	place = cg_place(group, i, NULL, &arena);
	if (arena_failed(&arena))
		return err_nomem(err);
	if (!trace_step(trace, NULL, "rmdir %s", trace_word(place)))
		return 0;
	while (rmdir(place)) {
		size_t count = 0;
		pid_t *pids;
		CLEANUP_FD int fd = -1;

		if (errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return cg_explain_directory(group, i, "remove", errno,
						    err);
		fd = cg_open(group, i);
		/* one that is ending is in the way, but not in the list */
		if (cgroup_now_ms() >= deadline_ms ||
		    (fd >= 0 &&
		     cg_read_pids(fd, "cgroup.procs", &arena, &pids, &count) ==
			     0 &&
		     count && cgroup_now_ms() >= deadline_ms - REMOVE_MS + 200))
			return cg_explain_directory(group, i, "remove", EBUSY,
						    err);
		cgroup_wait(-1, pause_ms);
		pause_ms = pause_ms < 50 ? pause_ms * 2 : 50;
	}
	return 0;
}
