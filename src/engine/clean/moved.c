/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moved.c - what is remembered of moved devices that exist no more
 *
 * A virtual device ends with the namespace it was moved to; nobody can bring it
 * back.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/trace.h"
#include "engine/clean/clean.h"
#include "engine/net/device_state.h"

static const char *path_of(struct cleaning *c, const char *file)
{
	return arena_printf(&c->arena, "%s/moved/%s", c->folders.run_path,
			    file);
}

static int remove_record(struct cleaning *c, const struct leftover *left,
			 const struct kist_trace *trace, struct kist_error *err)
{
	const char *path = path_of(c, left->name);
	struct device_state *list;
	size_t count;
	int ret = device_state_list(&c->kist, &c->arena, &list, &count, err);

	for (size_t i = 0; ret == 0 && i < count; i++) {
		if (strcmp(list[i].file, left->name) != 0)
			continue;
		if (!device_state_is_lost(&c->kist, &list[i]))
			return -EBUSY;
		if (trace_step(trace, NULL, "rm %s", trace_word(path)))
			device_state_forget(&c->kist, &list[i]);
	}
	return ret;
}

int clean_find_moved(struct cleaning *c, struct kist_error *err)
{
	struct device_state *list;
	size_t count;
	int ret = device_state_list(&c->kist, &c->arena, &list, &count, err);

	for (size_t i = 0; ret == 0 && i < count; i++) {
		struct leftover left = {
			.remove = remove_record,
			.name = list[i].file,
			.shown = { .kind = KIST_LEFTOVER_LINK,
				   .reason = "the moved device is gone",
				   .owner = geteuid(),
				   .is_removable = true },
		};

		/* What is just being moved is in neither place. */
		if (clean_age(AT_FDCWD, path_of(c, list[i].file)) <
			    CLEAN_AGE_SECONDS ||
		    !device_state_is_lost(&c->kist, &list[i]))
			continue;
		left.shown.what = arena_printf(&c->arena, "'%s' in '%s'",
					       list[i].name, list[i].to);
		clean_add(c, &left);
	}
	return ret;
}
