/* SPDX-License-Identifier: Apache-2.0 */
/* people.c - processes in control groups: listed, moved, frozen, ended, begun */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "engine/cg/step.h"
#include "engine/command.h"
#include "engine/ns/target.h"
#include "kernel/cgroup_internal.h"
#include "kernel/signal.h"
#include "sys/file.h"

#define FREEZE_MS 10000

/* ---- listing ---- */

struct pids {
	pid_t *pids;
	size_t count, size;
	bool failed;
};

static void add(struct pids *all, const pid_t *pids, size_t count)
{
	if (all->count + count > all->size) {
		size_t size = (all->count + count) * 2;
		pid_t *more = realloc(all->pids, size * sizeof(*more));

		if (!more) {
			all->failed = true;
			return;
		}
		all->pids = more;
		all->size = size;
	}
	memcpy(all->pids + all->count, pids, count * sizeof(*pids));
	all->count += count;
}

static int by_number(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

/* A threaded group gives no processes: its threads say whose they are. */
static int list_one(int dir_fd, const char *file, struct pids *all)
{
	CLEANUP_ARENA struct arena arena;
	size_t count = 0;
	pid_t *pids;
	int ret;

	arena_init(&arena);
	ret = cg_read_pids(dir_fd, file, &arena, &pids, &count);
	if (ret == -EOPNOTSUPP)
		ret = cg_read_pids(dir_fd, "cgroup.threads", &arena, &pids,
				   &count);
	if (ret == 0)
		add(all, pids, count);
	return ret == -EOPNOTSUPP || ret == -ENOENT || ret == -ENODEV ? 0 : ret;
}

static int list_tree(int dir_fd, const char *file, bool recursive,
		     struct pids *all)
{
	int ret = list_one(dir_fd, file, all), fd;
	struct dirent *entry;
	DIR *dir;

	if (ret || !recursive)
		return ret;
	fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		cleanup_fd(&fd);
		return 0;
	}
	while (ret == 0 && (entry = readdir(dir))) {
		CLEANUP_FD int sub = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		sub = openat(fd, entry->d_name,
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (sub >= 0)
			ret = list_tree(sub, file, true, all);
	}
	closedir(dir);
	return ret;
}

static int finish(struct pids *all, struct arena *arena,
		  struct kist_cg_processes *list, struct kist_error *err)
{
	struct kist_cg_process *p =
		ARENA_ARRAY(arena, struct kist_cg_process, all->count + 1);

	if (all->failed || arena_failed(arena))
		return err_nomem(err);
	if (all->count)
		qsort(all->pids, all->count, sizeof(*all->pids), by_number);
	for (size_t k = 0; k < all->count; k++) {
		if (all->pids[k] <= 0 ||
		    (k && all->pids[k] == all->pids[k - 1]))
			continue;
		p[list->count].pid = all->pids[k];
		p[list->count++].name = cg_comm(all->pids[k], arena);
	}
	list->processes = p;
	return arena_failed(arena) ? err_nomem(err) : 0;
}

int kist_cg_procs(const char *word, bool threads, bool recursive,
		  struct kist_cg_processes **ret_processes,
		  struct kist_error *err)
{
	struct kist_cg_processes *list;
	struct pids all = { 0 };
	struct cg_world world;
	struct cg_group group;
	struct arena *arena;
	int ret;

	list = cg_result(sizeof(*list), &arena);
	if (!list)
		return err_nomem(err);
	ret = cg_find_there(word, arena, &world, &group, err);
	for (int i = 0; ret == 0 && i < world.world.count; i++) {
		CLEANUP_FD int fd = cg_open(&group, i);

		if (fd < 0)
			continue;
		ret = list_tree(fd,
				!threads	       ? "cgroup.procs" :
				world.world.h[i].is_v2 ? "cgroup.threads" :
							 "tasks",
				recursive, &all);
		if (ret)
			ret = err_sys(err, KIST_E_SYSTEM, -ret,
				      "list the processes of control group "
				      "'%s'",
				      word);
	}
	if (ret == 0)
		ret = finish(&all, arena, list, err);
	free(all.pids);
	if (ret == 0)
		*ret_processes = list;
	else
		kist_cg_free(list);
	return ret;
}

/* ---- moving ---- */

/* The process a word means. @target keeps it from being another meanwhile. */
static int find_process(const struct kist *kist, const char *word, bool thread,
			struct target *target, pid_t *ret_pid,
			struct kist_error *err)
{
	uint32_t n;
	pid_t pid;
	int ret;

	if (thread) {
		ret = num_parse_u32(word, &n);
		if (ret || !n || n > INT32_MAX) {
			err_set(err, KIST_E_CG_PROCESS,
				"'%.100s' is not the number of a thread", word);
			err_hint(err, "write a process id: 'ps -eo pid,comm' "
				      "lists those; with -t a thread's: 'ps "
				      "-eLo lwp,comm'");
			return -ESRCH;
		}
		*ret_pid = (pid_t)n;
		return 0;
	}
	ret = target_open(kist, word, target, err);
	if (ret)
		return ret;
	pid = target_pid(target, err);
	if (pid < 0)
		return pid;
	*ret_pid = pid;
	return 0;
}

static int move_one(const struct kist *kist, const struct cg_group *group,
		    const char *word, bool thread,
		    const struct kist_trace *trace, struct kist_error *err)
{
	struct target target = { 0 };
	pid_t pid = 0;
	int ret = find_process(kist, word, thread, &target, &pid, err);

	if (ret)
		return ret;
	for (int i = 0; ret == 0 && i < group->world->count; i++)
		if (cg_is_there(group, i))
			ret = cg_step_move(group, i, pid, thread, trace, err);
	if (!thread)
		target_close(&target);
	return ret;
}

int kist_cg_move(const struct kist *kist, const char *word,
		 const char *const *whats, bool thread,
		 const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct cg_world world;
	struct cg_group group;
	int ret;

	arena_init(&arena);
	ret = cg_find_there(word, &arena, &world, &group, err);
	for (; ret == 0 && *whats; whats++)
		ret = move_one(kist, &group, *whats, thread, trace, err);
	return ret;
}

/* ---- freezing and ending ---- */

static void tell_freeze(const struct cg_group *group, bool frozen,
			struct arena *arena, const struct kist_trace *trace)
{
	int v2 = cgroup_find_v2(group->world);
	int v1 = cgroup_find_v1(group->world, "freezer");

	if (v2 >= 0 && cg_is_there(group, v2))
		trace_step(trace, NULL, "echo %d > %s", frozen,
			   trace_word(cg_place(group, v2, "cgroup.freeze",
					       arena)));
	else if (v1 >= 0 && cg_is_there(group, v1))
		trace_step(trace, NULL, "echo %s > %s",
			   frozen ? "FROZEN" : "THAWED",
			   trace_word(cg_place(group, v1, "freezer.state",
					       arena)));
}

static int refuse_root(const struct cg_group *group, const char *what,
		       struct kist_error *err)
{
	int ret = 0;

	for (int i = 0; ret == 0 && i < group->world->count; i++)
		if (group->path[i] && !*group->path[i])
			ret = err_set(err, KIST_E_CG_PATH,
				      "%s control group '%s': it is the root, "
				      "with all processes of this machine",
				      what, group->word);
	if (ret)
		err_hint(err, "name one below it: 'kist cg tree' shows them");
	return ret;
}

int kist_cg_freeze(const char *word, bool frozen,
		   const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_CGROUP struct cgroup cgroup;
	struct cg_world world;
	struct cg_group group;
	int ret, v1, v2;

	memset(&cgroup, -1, sizeof(cgroup));
	arena_init(&arena);
	ret = cg_find_there(word, &arena, &world, &group, err);
	if (ret == 0)
		ret = refuse_root(&group, frozen ? "freeze" : "thaw", err);
	if (ret)
		return ret;
	v1 = cgroup_find_v1(&world.world, "freezer");
	v2 = cgroup_find_v2(&world.world);
	if (!(v1 >= 0 && cg_is_there(&group, v1)) &&
	    !(v2 >= 0 && cg_is_there(&group, v2))) {
		ret = err_set(err, KIST_E_CGROUP_CONTROLLER,
			      "%s control group '%s': it is neither in the "
			      "hierarchy of freezer nor in that of v2",
			      frozen ? "freeze" : "thaw", word);
		if (v1 >= 0)
			err_hint(err, "'kist cg new freezer:GROUP', and move "
				      "its processes there");
		return ret;
	}
	tell_freeze(&group, frozen, &arena, trace);
	if (trace_is_dry(trace))
		return 0;
	cg_handle(&group, &cgroup);
	return cgroup_freeze(&cgroup, frozen, FREEZE_MS, err);
}

static void tell_kill(const struct cg_group *group, int signal,
		      struct arena *arena, const struct kist_trace *trace)
{
	for (int i = 0; i < group->world->count; i++) {
		if (!cg_is_there(group, i))
			continue;
		if (group->world->h[i].is_v2 && signal == SIGKILL)
			trace_step(trace, NULL, "echo 1 > %s",
				   trace_word(cg_place(group, i, "cgroup.kill",
						       arena)));
		else
			trace_step(trace, NULL,
				   "find %s -name cgroup.procs -exec cat {} + "
				   "| sort -u | xargs -r kill -%d",
				   trace_word(cg_place(group, i, NULL, arena)),
				   signal);
	}
}

int kist_cg_kill(const char *word, int signal, const struct kist_trace *trace,
		 struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_CGROUP struct cgroup cgroup;
	struct cg_world world;
	struct cg_group group;
	int ret;

	memset(&cgroup, -1, sizeof(cgroup));
	arena_init(&arena);
	ret = cg_find_there(word, &arena, &world, &group, err);
	if (ret == 0)
		ret = refuse_root(&group, "kill", err);
	if (ret)
		return ret;
	tell_kill(&group, signal, &arena, trace);
	if (trace_is_dry(trace))
		return 0;
	cg_handle(&group, &cgroup);
	return cgroup_kill(&cgroup, signal, err);
}

/* ---- a command inside ---- */

int kist_cg_exec(const char *word, const char *const *argv,
		 const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_BUF struct buf line;
	struct cg_world world;
	struct cg_group group;
	int ret;

	arena_init(&arena);
	buf_init(&line);
	ret = cg_find_there(word, &arena, &world, &group, err);
	for (int i = 0; ret == 0 && i < world.world.count; i++)
		if (cg_is_there(&group, i))
			ret = cg_step_move(&group, i, getpid(), false, trace,
					   err);
	if (ret)
		return ret;
	for (const char *const *a = argv; *a; a++)
		buf_printf(&line, " %s", trace_word(*a));
	if (!trace_step(trace, NULL, "exec%s", line.data ? line.data : ""))
		return 0;
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	return command_error(argv[0], errno, err);
}
