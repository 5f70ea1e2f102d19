/* SPDX-License-Identifier: Apache-2.0 */
/* plan_before.c - a plan in words: what is there before the child's steps */
#include <string.h>

#include "engine/explain/plan.h"

static const enum step_id kind_steps[NS_COUNT] = {
	[NS_USER] = STEP_NS_USER, [NS_CGROUP] = STEP_NS_CGROUP,
	[NS_IPC] = STEP_NS_IPC,	  [NS_NET] = STEP_NS_NET,
	[NS_PID] = STEP_NS_PID,	  [NS_TIME] = STEP_NS_TIME,
	[NS_UTS] = STEP_NS_UTS,	  [NS_MNT] = STEP_NS_MNT,
};

/* "upperdir=/a/layers/0/upper" is "/a/layers". */
static const char *layers_of(struct telling *t, const struct spec_mount *mount)
{
	static const char key[] = "upperdir=";
	const char *upper = NULL, *end;

	for (size_t i = 0; mount->data && mount->data[i]; i++)
		if (strncmp(mount->data[i], key, sizeof(key) - 1) == 0)
			upper = mount->data[i] + sizeof(key) - 1;
	end = upper ? strstr(upper, "/layers") : NULL;
	if (!end)
		return "the container's folder";
	return arena_printf(t->arena, "'%.*s/layers'", (int)(end - upper),
			    upper);
}

static void tell_group(struct telling *t)
{
	const struct cgroup_world *world = t->p->world;
	struct kist_error err = { 0 };
	struct kist_step *step;
	const char *name;
	char path[512];

	if (!world || world->mode == CGROUP_NONE)
		return;
	if (cgroup_choose_path(world, t->p->spec->cgroups_path, t->p->id, path,
			       sizeof(path), &err) < 0) {
		say_sentence(t, &t->missing, arena_strdup(t->arena, err.what));
		return;
	}
	name = arena_printf(t->arena, "'%s'", path);
	step = tell(t, STEP_GROUP,
		    world->count > 1 ?
			    "make control group {1} in each of the {2} "
			    "hierarchies of this machine" :
			    NULL,
		    name, arena_printf(t->arena, "%d", world->count),
		    &t->p->spec->cgroups_place);
	tell_times(step, STEP_GROUP, world->count);
	tell_limits(t);
	if (world->mode == CGROUP_V2)
		return; /* born in it */
	step = tell(t, STEP_ENTER_GROUP, NULL, name, NULL, NULL);
	tell_times(step, STEP_ENTER_GROUP, world->count);
}

void tell_before(struct telling *t)
{
	tell(t, STEP_RECORD, NULL, NULL, NULL, NULL);
	if (t->p->spec->root_mount)
		tell(t, STEP_HOST_LAYERS, NULL,
		     layers_of(t, t->p->spec->root_mount), NULL, NULL);
	tell_group(t);
}

/* Those that come with clone3; cgroup and time are operations. */
void tell_process(struct telling *t)
{
	const struct spec *spec = t->p->spec;
	bool in_group = t->p->world && t->p->world->mode == CGROUP_V2;

	if (t->p->is_exec) {
		tell(t, STEP_PROCESS,
		     "make a process in them, beside the container's first "
		     "(clone3)",
		     NULL, NULL, NULL);
		return;
	}
	tell(t, STEP_PROCESS, NULL,
	     in_group ? ", born in the control group" : NULL, NULL, NULL);
	for (int kind = 0; kind < NS_COUNT; kind++)
		if (spec->ns[kind].want == NS_NEW && kind != NS_CGROUP &&
		    kind != NS_TIME)
			tell(t, kind_steps[kind], NULL, NULL, NULL,
			     &spec->ns[kind].place);
}

const char *tell_hooks(struct telling *t, int first, int last)
{
	static const char *const names[HOOK_COUNT] = {
		[HOOK_PRESTART] = "prestart",
		[HOOK_CREATE_RUNTIME] = "createRuntime",
		[HOOK_CREATE_CONTAINER] = "createContainer",
		[HOOK_START_CONTAINER] = "startContainer",
		[HOOK_POSTSTART] = "poststart",
		[HOOK_POSTSTOP] = "poststop",
	};
	const struct spec_hooks *hooks = t->p->spec->hooks;
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	for (int kind = first; kind <= last; kind++)
		for (size_t i = 0; i < hooks[kind].count; i++)
			buf_printf(&text, "%s%s hook '%s'",
				   text.len ? ", " : "", names[kind],
				   hooks[kind].items[i].path);
	return text.len ? arena_strdup(t->arena, text.data) : "no hooks";
}
