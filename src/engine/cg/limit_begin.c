/* SPDX-License-Identifier: Apache-2.0 */
/* limit_begin.c - kist_limit_run() and kist_limit_apply(): whose, and by whom */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <kist/limit.h>

#include "base/trace.h"
#include "engine/cg/limit.h"
#include "engine/cg/limit_presets.h"
#include "engine/cg/limit_run.h"
#include "engine/cg/limit_systemd.h"
#include "engine/cg/limit_target.h"
#include "kernel/cgroup_internal.h"

static int read_words(const struct kist_limit *args, struct arena *arena,
		      struct limit_asks *asks, struct kist_error *err)
{
	const char *const *words = args->words;
	int ret = 0;

	for (size_t i = 0; ret == 0 && args->presets && args->presets[i]; i++)
		ret = limit_preset_read(args->presets[i], args->preset_file,
					arena, asks, err);
	if (ret == 0)
		ret = limit_words_read(words, arena, asks, err);
	if (ret == 0 && !asks->count) {
		ret = err_set(err, KIST_E_LIMIT_WORD, "there is no limit");
		err_hint(err, "write some: 'kist limit mem=3G pids=100 …'");
	}
	return ret;
}

static int check_parent(const char *parent, struct kist_error *err)
{
	if (!parent || (*parent == '/' && !strstr(parent, "/../") &&
			!strstr(parent, "//")))
		return 0;
	return err_set(err, KIST_E_LIMIT_WORD,
		       "'%s' is not the path of a control group", parent);
}

/* Its name: that of the process, and a number if that is taken. */
static void choose_name(char name[48], pid_t pid, int try)
{
	if (try)
		snprintf(name, 48, "kist-limit-%d-%d", pid, try);
	else
		snprintf(name, 48, "kist-limit-%d", pid);
}

/* Plan groups and make them. A group of that name may be there, left by a
 * process that had the same number: then another name. */
static int make(struct limit_plan *plan, const struct limit_asks *asks,
		const struct kist_limit *args, pid_t of, pid_t named,
		const struct kist_trace *trace, struct kist_error *err)
{
	struct arena *arena = plan->arena;
	bool is_threaded = plan->is_threaded;
	int ret;

	for (int try = 0;; try++) {
		struct kist_error why = { 0 };
		char name[48];

		limit_plan_init(plan, arena);
		plan->is_threaded = is_threaded;
		choose_name(name, named, try);
		ret = limit_plan_fill(plan, asks, of, args->parent, name, err);
		if (ret)
			return ret;
		ret = limit_plan_make(plan, trace, &why);
		if (ret == -EEXIST && try < 100)
			continue;
		if (ret && err && !err->id)
			*err = why;
		return ret;
	}
}

/* Is it systemd that has to be asked? Return: 1, 0, or a negative errno. */
static int ask_systemd(const struct kist_limit *args, char *ret_socket,
		       size_t size, struct kist_error *err)
{
	int ret;

	if (args->by == KIST_LIMIT_DIRECT || args->parent || args->tid_count)
		return 0;
	ret = limit_systemd_socket(ret_socket, size);
	if (ret == 0)
		return 1;
	if (args->by == KIST_LIMIT_AUTO)
		return 0;
	err_set(err, KIST_E_LIMIT_SYSTEMD,
		ret == -ENOENT ?
			"systemd does not own the control groups here" :
			"there is no systemd that this user may ask");
	err_hint(err, "%s",
		 ret == -ENOENT ? "leave --systemd out" :
				  "log in by itself (ssh, machinectl shell), "
				  "or 'loginctl enable-linger'");
	return -EIO;
}

static int run_direct(struct limit_plan *plan, const struct limit_asks *asks,
		      const struct kist_limit *args,
		      const struct kist_trace *trace,
		      struct kist_limit_result *result, struct kist_error *err)
{
	int ret = make(plan, asks, args, 0, getpid(), trace, err);

	return ret ? ret :
		     limit_run_direct(plan, asks, args, trace, result, err);
}

int kist_limit_run(const struct kist_limit *args,
		   const struct kist_trace *trace,
		   struct kist_limit_result *ret_result, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_limit_result result = { .oom_kills = -1,
					    .forks_refused = -1,
					    .peak_bytes = -1,
					    .memory_bytes = -1 };
	struct limit_plan plan;
	struct limit_asks asks = { 0 };
	char socket[256];
	int ret;

	arena_init(&arena);
	limit_plan_init(&plan, &arena);
	if (!args->argv || !args->argv[0])
		return err_set(err, KIST_E_LIMIT_WORD, "there is no command");
	ret = check_parent(args->parent, err);
	if (ret == 0)
		ret = read_words(args, &arena, &asks, err);
	if (ret == 0)
		ret = ask_systemd(args, socket, sizeof(socket), err);
	if (ret > 0)
		ret = limit_systemd_run(socket, &arena, &asks, args, trace,
					&result, err);
	else if (ret == 0)
		ret = run_direct(&plan, &asks, args, trace, &result, err);
	if (ret == 0)
		*ret_result = result;
	return ret;
}

/* ---- what runs already ---- */

static int move_all(const struct limit_plan *plan, const pid_t *pids,
		    size_t count, const struct kist_trace *trace,
		    struct kist_error *err)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < count; i++)
		ret = limit_plan_move(plan, pids[i], trace, err);
	return ret;
}

static int apply(struct limit_plan *plan, const struct kist_limit *args,
		 const pid_t *pids, size_t count,
		 const struct kist_trace *trace, struct kist_error *err)
{
	int ret = move_all(plan, pids, count, trace, err);

	if (ret) {
		(void)!limit_plan_remove(plan);
		return ret;
	}
	if (trace_is_dry(trace) || args->rest == KIST_LIMIT_KEEP)
		return 0;
	return limit_reap(plan, err);
}

/* The groups that a container, a unit or a control group has. */
static int apply_in_place(const struct kist_limit *args,
			  const struct limit_asks *asks, pid_t pid,
			  struct arena *arena, const struct kist_trace *trace,
			  struct kist_error *err)
{
	struct limit_plan plan;
	char socket[256], unit[256];
	int ret = ask_systemd(args, socket, sizeof(socket), err);

	if (ret < 0)
		return ret;
	if (ret > 0 && limit_systemd_unit(pid, unit, sizeof(unit)))
		return limit_systemd_set(socket, unit, arena, asks, trace, err);
	limit_plan_init(&plan, arena);
	plan.is_existing = true;
	ret = limit_plan_fill(&plan, asks, pid, NULL, "", err);
	return ret ? ret : limit_plan_make(&plan, trace, err);
}

/* Those named one by one, and the processes of TARGETs; those that have groups
 * are limited here. */
static int read_targets(const struct kist *kist, const struct kist_limit *args,
			const struct limit_asks *asks, struct arena *arena,
			struct limit_pids *list, const struct kist_trace *trace,
			struct kist_error *err)
{
	pid_t caller;
	int ret = args->caller ? limit_caller(&caller, err) : 0;

	if (ret == 0 && args->caller)
		limit_pids_add(list, caller, arena);
	for (size_t i = 0; i < args->pid_count; i++)
		limit_pids_add(list, args->pids[i], arena);
	for (size_t i = 0; ret == 0 && args->targets && args->targets[i]; i++) {
		const char *word = args->targets[i];
		pid_t group_of;

		ret = limit_target_read(kist, word, arena, list, &group_of,
					err);
		if (ret == 0 && group_of)
			ret = apply_in_place(args, asks, group_of, arena, trace,
					     err);
		if (ret && group_of)
			err_while(err, "%s", word);
	}
	return ret ? ret : arena_failed(arena) ? err_nomem(err) : 0;
}

static int apply_to(const struct kist_limit *args,
		    const struct limit_asks *asks, const pid_t *pids,
		    size_t count, struct arena *arena,
		    const struct kist_trace *trace, struct kist_error *err)
{
	struct limit_plan plan;
	char socket[256];
	int ret = ask_systemd(args, socket, sizeof(socket), err);

	limit_plan_init(&plan, arena);
	plan.is_threaded = args->tid_count > 0;
	if (ret > 0)
		return limit_systemd_apply(socket, arena, asks, pids, count,
					   trace, err);
	if (ret == 0)
		ret = make(&plan, asks, args, pids[0], pids[0], trace, err);
	if (ret == 0)
		ret = apply(&plan, args, pids, count, trace, err);
	limit_plan_close(&plan);
	return ret;
}

int kist_limit_apply(const struct kist *kist, const struct kist_limit *args,
		     const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct limit_asks asks = { 0 };
	struct limit_pids list = { 0 };
	int ret;

	arena_init(&arena);
	ret = check_parent(args->parent, err);
	if (ret == 0)
		ret = read_words(args, &arena, &asks, err);
	if (ret == 0 && args->tid_count)
		return apply_to(args, &asks, args->tids, args->tid_count,
				&arena, trace, err);
	if (ret == 0)
		ret = read_targets(kist, args, &asks, &arena, &list, trace,
				   err);
	if (ret == 0 && !list.count && !(args->targets && args->targets[0]))
		ret = err_set(err, KIST_E_LIMIT_WORD, "there is no process");
	if (ret == 0 && list.count)
		ret = apply_to(args, &asks, list.pids, list.count, &arena,
			       trace, err);
	return ret;
}
