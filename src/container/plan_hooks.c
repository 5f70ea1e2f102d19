/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_hooks.c - hooks that the child runs: createContainer, startContainer
 *
 * Those of this machine's side are run by hooks.c.
 */
#include <string.h>

#include "container/planning.h"
#include "format/record.h"

static const char *const words[HOOK_COUNT] = {
	[HOOK_CREATE_CONTAINER] = "createContainer hook '%1'",
	[HOOK_START_CONTAINER] = "startContainer hook '%1'",
};

static const char *const states[HOOK_COUNT] = {
	[HOOK_CREATE_CONTAINER] = "creating",
	[HOOK_START_CONTAINER] = "created",
};

static void plan_hook(struct planning *p, const struct spec_hook *hook,
		      enum hook_kind kind, const char *before,
		      const char *after)
{
	const char *path_only[] = { hook->path };
	struct plan_op *op = plan_add(p->plan, PLAN_HOOK);

	op->arg[0] = plan_text(p->plan, hook->path);
	op->arg[1] = hook->args.count ? plan_vector(p->plan, hook->args.items,
						    hook->args.count) :
					plan_vector(p->plan, path_only, 1);
	op->arg[2] = plan_vector(p->plan, hook->env.items, hook->env.count);
	op->arg[3] = (uint64_t)hook->timeout_s * 1000;
	op->arg[4] = plan_text(p->plan, before);
	op->arg[5] = plan_text(p->plan, after);
	plan_say(p->plan, words[kind], hook->path, NULL);
	plan_at(p->plan, &hook->place);
}

void plan_hooks(struct planning *p, enum hook_kind kind)
{
	const struct spec_hooks *hooks = &p->spec->hooks[kind];
	const char *before, *after;

	if (!hooks->count)
		return;
	record_hook_state(p->arena, p->spec, p->id, p->bundle, states[kind],
			  &before, &after);
	for (size_t i = 0; i < hooks->count; i++)
		plan_hook(p, &hooks->items[i], kind, before, after);
}
