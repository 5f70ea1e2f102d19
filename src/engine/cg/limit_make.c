/* SPDX-License-Identifier: Apache-2.0 */
/* limit_make.c - making the groups of a plan, and removing them */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/trace.h"
#include "engine/cg/limit.h"
#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_refusal.h"

#define EMPTY_MS 3000

static const char *file_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* "/a/b" of its folder "/sys/fs/cgroup/pids/a/b": as people call it. */
static void name_of(const char *folder, char *name, size_t size)
{
	struct cgroup_world world;
	const char *below = NULL;

	if (cgroup_probe(&world, NULL) == 0)
		for (int h = 0; h < world.count && !below; h++)
			below = path_below(folder, world.h[h].mount);
	snprintf(name, size, "%s%s", below ? "/" : "", below ? below : folder);
}

/* The rule that refused what was done to @path, a file of a group or a group
 * that was to be made; @ask knows those of its kind. */
static void tell_rule(bool (*ask)(const struct cgroup_attempt *a,
				  struct cgroup_refusal *ret),
		      const char *path, const char *value, pid_t pid,
		      int errnum, struct kist_error *err)
{
	char folder[1024], name[1040];
	CLEANUP_FD int dir_fd = -1;
	struct cgroup_refusal refusal;
	struct cgroup_attempt a = { .file = file_of(path),
				    .value = value,
				    .pid = pid,
				    .name = name,
				    .uid = geteuid(),
				    .errnum = errnum };
	size_t len = (size_t)(file_of(path) - path);

	if (len <= 1 || len > sizeof(folder))
		return;
	memcpy(folder, path, len - 1);
	folder[len - 1] = '\0';
	name_of(folder, name, sizeof(name));
	a.dir_fd = dir_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd >= 0 && ask(&a, &refusal))
		cgroup_refusal_tell(&refusal, err);
}

static void hint_at_absence(const char *file, struct kist_error *err)
{
	if (strstr(file, "zswap"))
		err_hint(err, "it needs a kernel with CONFIG_ZSWAP, or leave "
			      "it out");
	else if (strstr(file, "memsw") || strstr(file, "swap.max"))
		err_hint(err, "swap is not accounted here: before Linux 6.1 "
			      "boot with 'swapaccount=1', or leave it out");
	else if (strcmp(file, "io.weight") == 0)
		err_hint(err, "try blkio.weight=; weights need a disk "
			      "scheduler that knows them (bfq), or iocost");
	else if (strstr(file, "weight"))
		err_hint(err, "weights need a disk scheduler that knows them: "
			      "'modprobe bfq', and choose it in "
			      "/sys/block/DISK/queue/scheduler");
	else if (strncmp(file, "hugetlb.", 8) == 0)
		err_hint(err, "sizes are written like 2MB or 1GB; 'ls "
			      "/sys/kernel/mm/hugepages' has them all");
	else
		err_hint(err, "this kernel has no such file in a group");
}

static int refused(const struct limit_op *op, int errnum,
		   struct kist_error *err)
{
	const char *file = file_of(op->path);
	int ret;

	if (errnum == ENOENT) {
		ret = err_set(err, KIST_E_LIMIT_VERSION,
			      "%s: there is no '%s' here",
			      op->word ? op->word : file, file);
		hint_at_absence(file, err);
		return ret;
	}
	ret = err_sys(err, KIST_E_LIMIT_REFUSED, errnum,
		      "%s%swrite '%s' to '%s'", op->word ? op->word : "",
		      op->word ? ": " : "", op->text, op->path);
	if (errnum == ENODEV)
		err_hint(err, "it is no disk of this machine: see 'lsblk -d'");
	else
		tell_rule(cgroup_refused_write, op->path, op->text, 0, errnum,
			  err);
	return ret;
}

static int make_group(const struct limit_op *op, struct kist_error *err)
{
	int ret;

	if (mkdir(op->path, 0755) == 0)
		return 0;
	ret = err_sys(err, KIST_E_LIMIT_PLACE, errno, "make control group '%s'",
		      op->path);
	if (ret == -ENOENT)
		err_hint(err, "the group above it is not there: 'kist cg new' "
			      "makes it");
	else
		tell_rule(cgroup_refused_make, op->path, "", 0, -ret, err);
	return ret;
}

static int hierarchy_of(const struct limit_plan *plan, const char *path)
{
	for (int h = 0; h < plan->world.count; h++) {
		size_t len = strlen(plan->world.h[h].mount);

		if (plan->group[h] &&
		    strncmp(path, plan->world.h[h].mount, len) == 0 &&
		    strcmp(path + len, plan->group[h]) == 0)
			return h;
	}
	return -1;
}

static int do_mkdir(struct limit_plan *plan, const struct limit_op *op,
		    const struct kist_trace *trace, struct kist_error *err)
{
	int h = hierarchy_of(plan, op->path), ret;

	if (!trace_step(trace, op->why, "mkdir %s", trace_word(op->path)))
		return 0;
	ret = make_group(op, err);
	if (ret)
		return ret;
	plan->made[h] = true;
	plan->dir_fd[h] =
		openat(AT_FDCWD, op->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (plan->dir_fd[h] < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "open '%s'",
			       op->path);
	return 0;
}

/* So that a failure further on can be undone. */
static void remember(struct limit_plan *plan, struct limit_op *op)
{
	char text[4096];

	if (op->word &&
	    cgroup_file_read(AT_FDCWD, op->path, text, sizeof(text)) == 0)
		op->old = arena_strdup(plan->arena, text);
}

static int do_write(struct limit_plan *plan, struct limit_op *op,
		    const struct kist_trace *trace, struct kist_error *err)
{
	int ret;

	if (!trace_step(trace, op->why, "echo %s > %s", trace_word(op->text),
			trace_word(op->path)))
		return 0;
	if (plan->is_existing)
		remember(plan, op);
	ret = cgroup_file_write(AT_FDCWD, op->path, op->text);
	return ret ? refused(op, -ret, err) : 0;
}

static void undo(struct limit_plan *plan)
{
	for (size_t i = plan->count; i-- > 0;)
		if (plan->ops[i].old)
			(void)!cgroup_file_write(AT_FDCWD, plan->ops[i].path,
						 plan->ops[i].old);
	for (int h = 0; h < plan->world.count; h++) {
		if (!plan->made[h])
			continue;
		rmdir(cgroup_place(&plan->world.h[h], plan->group[h], -1).path);
		plan->made[h] = false;
	}
	limit_plan_close(plan);
}

int limit_plan_make(struct limit_plan *plan, const struct kist_trace *trace,
		    struct kist_error *err)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < plan->count; i++)
		ret = plan->ops[i].kind == LIMIT_MKDIR ?
			      do_mkdir(plan, &plan->ops[i], trace, err) :
			      do_write(plan, &plan->ops[i], trace, err);
	if (ret)
		undo(plan);
	return ret;
}

void limit_plan_close(struct limit_plan *plan)
{
	for (int h = 0; h < plan->world.count; h++) {
		cleanup_fd(&plan->dir_fd[h]);
		plan->dir_fd[h] = -1;
	}
}

void limit_plan_cgroup(const struct limit_plan *plan, struct cgroup *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->world = &plan->world;
	memcpy(ret->dir_fd, plan->dir_fd, sizeof(ret->dir_fd));
}

static int remove_one(const char *path)
{
	if (rmdir(path) == 0 || errno == ENOENT)
		return 0;
	return -errno;
}

static bool has_processes(const struct limit_plan *plan)
{
	CLEANUP_ARENA struct arena arena;
	struct cgroup cgroup;
	size_t count = 0;
	pid_t *pids;

	arena_init(&arena);
	limit_plan_cgroup(plan, &cgroup);
	return cgroup_pids(&cgroup, &arena, &pids, &count, NULL) || count > 0;
}

int limit_plan_remove(struct limit_plan *plan)
{
	int waited_ms = 0, pause_ms = 1;

	for (int h = 0; h < plan->world.count; h++) {
		struct cgroup_place place;
		int ret;

		if (!plan->made[h])
			continue;
		place = cgroup_place(&plan->world.h[h], plan->group[h], -1);
		/* one that is just ending counts until its last moment */
		while ((ret = remove_one(place.path)) == -EBUSY &&
		       !has_processes(plan) && waited_ms < EMPTY_MS) {
			cgroup_wait(-1, pause_ms);
			waited_ms += pause_ms;
			pause_ms = pause_ms < 50 ? pause_ms * 2 : 50;
		}
		if (ret)
			return ret;
		plan->made[h] = false;
	}
	limit_plan_close(plan);
	return 0;
}

int limit_plan_move(const struct limit_plan *plan, pid_t pid,
		    const struct kist_trace *trace, struct kist_error *err)
{
	char text[16], whole[800];

	snprintf(text, sizeof(text), "%d", pid);
	for (int h = 0; h < plan->world.count; h++) {
		const struct cgroup_hierarchy *at = &plan->world.h[h];
		const char *file = !plan->is_threaded ? "cgroup.procs" :
				   at->is_v2	      ? "cgroup.threads" :
							"tasks";
		struct cgroup_place place;
		int ret;

		if (!plan->group[h])
			continue;
		place = cgroup_place(at, plan->group[h], -1);
		if (!trace_step(trace, NULL, "echo %d > %s/%s", pid,
				trace_word(place.path), file))
			continue;
		ret = cgroup_file_write(plan->dir_fd[h], file, text);
		if (ret == -ESRCH)
			return err_sys(err, KIST_E_LIMIT_PLACE, ESRCH,
				       "there is no %s %d",
				       plan->is_threaded ? "thread" : "process",
				       pid);
		if (ret == -EACCES || ret == -EPERM) {
			err_sys(err, KIST_E_LIMIT_PLACE, -ret,
				"move process %d into '%s'", pid, place.path);
			snprintf(whole, sizeof(whole), "%s/%s", place.path,
				 file);
			tell_rule(cgroup_refused_move, whole, text, pid, -ret,
				  err);
			if (err && !err->hint[0])
				err_hint(err, "it is another user's: be root");
			return ret;
		}
		if (ret)
			return err_sys(err, KIST_E_LIMIT_PLACE, -ret,
				       "move process %d into '%s'", pid,
				       place.path);
	}
	return 0;
}
