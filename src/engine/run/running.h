/* SPDX-License-Identifier: Apache-2.0 */
/* running.h - a container from its making to its end (inside engine/) */
#ifndef ENGINE_RUNNING_H
#define ENGINE_RUNNING_H

#include "container/lifecycle.h"
#include "engine/container/about.h"
#include "engine/run/making.h"
#include "engine/try/loan.h"

/* @container: open from its creation to its end; @loan: layers of another */
struct running {
	struct folders folders;
	struct arena arena;
	struct making making;
	struct record record;
	struct container container;
	struct loan loan;
};

/* Remove the record and let go of the name. */
void running_forget(struct running *r);

#endif
