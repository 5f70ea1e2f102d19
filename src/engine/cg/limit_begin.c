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

static bool is_taken(const struct limit_plan *plan)
{
	for (int h = 0; h < plan->world.count; h++)
		if (plan->group[h] &&
		    access(cgroup_place(&plan->world.h[h], plan->group[h], -1)
				   .path,
			   F_OK) == 0)
			return true;
	return false;
}

static int fill(struct limit_plan *plan, const struct limit_asks *asks,
		const struct kist_limit *args, pid_t of, pid_t named,
		struct kist_error *err)
{
	char name[48];
	int ret, try = 0;

	do {
		struct arena *arena = plan->arena;
		bool is_threaded = plan->is_threaded;

		memset(plan, 0, sizeof(*plan));
		plan->arena = arena;
		plan->is_threaded = is_threaded;
		choose_name(name, named, try++);
		ret = limit_plan_fill(plan, asks, of, args->parent, name, err);
	} while (ret == 0 && is_taken(plan) && try < 100);
	return ret;
}

int kist_limit_run(const struct kist_limit *args,
		   const struct kist_trace *trace,
		   struct kist_limit_result *ret_result, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_limit_result result = { .oom_kills = -1,
					    .peak_bytes = -1,
					    .memory_bytes = -1 };
	struct limit_plan plan = { .arena = &arena };
	struct limit_asks asks = { 0 };
	int ret;

	arena_init(&arena);
	if (!args->argv || !args->argv[0])
		return err_set(err, KIST_E_LIMIT_WORD, "there is no command");
	ret = check_parent(args->parent, err);
	if (ret == 0)
		ret = read_words(args, &arena, &asks, err);
	if (ret == 0)
		ret = fill(&plan, &asks, args, 0, getpid(), err);
	if (ret == 0)
		ret = limit_run_direct(&plan, &asks, args, trace, &result, err);
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
	int ret = limit_plan_make(plan, trace, err);

	if (ret)
		return ret;
	ret = move_all(plan, pids, count, trace, err);
	if (ret) {
		(void)!limit_plan_remove(plan);
		return ret;
	}
	if (trace_is_dry(trace) || args->rest == KIST_LIMIT_KEEP)
		return 0;
	return limit_reap(plan, err);
}

int kist_limit_apply(const struct kist *kist, const struct kist_limit *args,
		     const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct limit_plan plan = { .arena = &arena,
				   .is_threaded = args->tid_count > 0 };
	struct limit_asks asks = { 0 };
	const pid_t *pids = args->tid_count ? args->tids : args->pids;
	size_t count = args->tid_count ? args->tid_count : args->pid_count;
	int ret;

	(void)kist;
	arena_init(&arena);
	ret = check_parent(args->parent, err);
	if (ret == 0)
		ret = read_words(args, &arena, &asks, err);
	if (ret == 0 && !count)
		ret = err_set(err, KIST_E_LIMIT_WORD, "there is no process");
	if (ret == 0)
		ret = fill(&plan, &asks, args, pids[0], pids[0], err);
	if (ret == 0)
		ret = apply(&plan, args, pids, count, trace, err);
	limit_plan_close(&plan);
	return ret;
}
