/* SPDX-License-Identifier: Apache-2.0 */
/* running.h - a container from its making to its end (inside engine/) */
#ifndef ENGINE_RUNNING_H
#define ENGINE_RUNNING_H

#include "container/lifecycle.h"
#include "engine/container/about.h"
#include "engine/run/making.h"
#include "engine/try/loan.h"

/* @container: open from its creation to its end; @loan: layers of another;
 * @oom_kills, @forks_refused: once it has ended in the foreground; -1: not known */
struct running {
	struct folders folders;
	struct arena arena;
	struct making making;
	struct record record;
	struct container container;
	struct loan loan;
	int64_t oom_kills, forks_refused;
};

/* Remove the record and let go of the name. */
void running_forget(struct running *r);

/* What kist_run() would do: the plan, read by @read. */
MUST_CHECK int running_plan(const struct kist *kist, const struct kist_run *run,
			    bool in_words, plan_reader *read, void *context,
			    struct kist_error *err);

#endif
