/* SPDX-License-Identifier: Apache-2.0 */
/*
 * values.c - FILE=VALUE words: where each belongs, and in which order they are
 * written
 *
 * How it works
 * ============
 * The kernel refuses right values in the wrong order: memory.limit_in_bytes
 * above memsw, a burst above the quota, a process before the cpuset. The table
 * of knobs gives the order; the one that depends on the direction, memory and
 * memsw, is decided by what is there. Should a value still be refused, it is
 * tried again after the others, for as long as that helps.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "engine/cg/step.h"
#include "kernel/cgroup_convert.h"
#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_knobs.h"

#define LIMIT "memory.limit_in_bytes"
#define MEMSW "memory.memsw.limit_in_bytes"

static int bad_word(const char *word, const char *why, struct kist_error *err)
{
	int ret = err_set(err, KIST_E_CG_FILE, "'%.200s': %s", word, why);

	err_hint(err, "write FILE=VALUE, such as pids.max=100");
	return ret;
}

int cg_values_parse(const char *const *words, struct arena *arena,
		    struct cg_value **ret_values, size_t *ret_count,
		    struct kist_error *err)
{
	struct cg_value *values;
	size_t count = 0;

	while (words && words[count])
		count++;
	values = ARENA_ARRAY(arena, struct cg_value, count + 1);
	if (arena_failed(arena))
		return err_nomem(err);
	for (size_t k = 0; k < count; k++) {
		const char *equals = strchr(words[k], '=');
		const char *slash = strchr(words[k], '/');

		if (!equals)
			return bad_word(words[k], "it has no '='", err);
		if (equals == words[k])
			return bad_word(words[k], "it names no file", err);
		if (slash && slash < equals)
			return bad_word(words[k],
					"a file is a name without '/'", err);
		if (strchr(words[k], '\n'))
			return bad_word("…", "a value is a single line", err);
		if (strncmp(words[k], "..=", 3) == 0 ||
		    strncmp(words[k], ".=", 2) == 0)
			return bad_word(words[k], "it names no file", err);
		values[k] = (struct cg_value){
			.file = arena_strndup(arena, words[k],
					      (size_t)(equals - words[k])),
			.value = equals + 1,
			.hierarchy = -1,
		};
	}
	*ret_values = values;
	*ret_count = count;
	return arena_failed(arena) ? err_nomem(err) : 0;
}

/* ---- where each belongs ---- */

static bool file_is_in(const struct cg_group *group, int i, const char *file)
{
	CLEANUP_FD int fd = cg_open(group, i);

	return fd >= 0 && cgroup_file_exists(fd, file);
}

static bool offers(const struct cg_group *group, int i, const char *name)
{
	char path[200], have[512];

	snprintf(path, sizeof(path), "%s/cgroup.controllers",
		 group->world->h[i].mount);
	return cgroup_file_read(AT_FDCWD, path, have, sizeof(have)) == 0 &&
	       cgroup_word_in(have, name);
}

static bool is_v1_file(const char *file)
{
	return strcmp(file, "tasks") == 0 ||
	       strcmp(file, "notify_on_release") == 0 ||
	       strcmp(file, "release_agent") == 0 ||
	       strcmp(file, "cgroup.clone_children") == 0;
}

/* The hierarchy that would have the file of a group not made yet. */
static int place_by_name(const struct cg_group *group, const char *file)
{
	const struct cgroup_world *w = group->world;
	int version = cgroup_file_version(file), v2 = cgroup_find_v2(w);
	char name[64];

	cgroup_controller_of(file, name, sizeof(name));
	for (int i = 0; i < w->count; i++) {
		if (!group->path[i])
			continue;
		if (*name && !w->h[i].is_v2 && version != 2 &&
		    cgroup_controls(w->h[i].controllers, name))
			return i;
		if (*name && w->h[i].is_v2 && version != 1 &&
		    offers(group, i, name))
			return i;
		if (!*name && w->h[i].is_v2 != is_v1_file(file))
			return i;
	}
	return *name || v2 < 0 || !group->path[v2] || is_v1_file(file) ? -1 :
									 v2;
}

static int place_one(const struct cg_group *group, bool is_new,
		     struct cg_value *v)
{
	const struct cgroup_world *w = group->world;
	char name[64];

	cgroup_controller_of(v->file, name, sizeof(name));
	/* its own hierarchy first: others may have a file of that name */
	for (int i = 0; !is_new && i < w->count; i++)
		if (*name && !w->h[i].is_v2 &&
		    cgroup_controls(w->h[i].controllers, name) &&
		    file_is_in(group, i, v->file))
			return i;
	for (int i = w->count - 1; !is_new && i >= 0; i--)
		if (file_is_in(group, i, v->file))
			return i;
	return place_by_name(group, v->file);
}

/* The group has the controller, but not the file: a name that is none. */
static bool lacks_file(const struct cg_group *group, int i, const char *file)
{
	CLEANUP_FD int fd = cg_open(group, i);
	char name[64], have[512] = "";

	cgroup_controller_of(file, name, sizeof(name));
	if (fd < 0 || cgroup_file_exists(fd, file))
		return false;
	if (group->world->h[i].is_v2)
		cgroup_file_read(fd, "cgroup.controllers", have, sizeof(have));
	return !*name || !group->world->h[i].is_v2 ||
	       cgroup_word_in(have, name);
}

/* No hierarchy has it: is it the name, the version, or the controller? */
static int nowhere(const struct cg_group *group, const char *file,
		   struct kist_error *err)
{
	char name[64];
	int version = cgroup_file_version(file);
	int only = -1;

	cgroup_controller_of(file, name, sizeof(name));
	for (int i = 0; i < group->world->count; i++)
		if (group->path[i] && group->named)
			only = only == -1 ? i : -2;
	if (only >= 0 || !*name || !version ||
	    cgroup_find_v1(group->world, name) >= 0)
		return cg_explain_absent(group, only >= 0 ? only : -1, file,
					 err);
	for (int i = 0; i < group->world->count; i++)
		if (group->world->h[i].is_v2 && offers(group, i, name))
			return cg_explain_absent(group, i, file, err);
	return cg_explain_controller(group, name, err);
}

int cg_values_place(const struct cg_group *group, bool is_new,
		    struct cg_value *values, size_t count,
		    struct kist_error *err)
{
	for (size_t k = 0; k < count; k++) {
		values[k].hierarchy = place_one(group, is_new, &values[k]);
		if (values[k].hierarchy < 0)
			return nowhere(group, values[k].file, err);
		if (lacks_file(group, values[k].hierarchy, values[k].file))
			return cg_explain_absent(group, values[k].hierarchy,
						 values[k].file, err);
	}
	return 0;
}

/* ---- writing ---- */

static int enable(const struct cg_group *group, bool leaf,
		  const struct cg_value *values, size_t count,
		  const struct kist_trace *trace, struct kist_error *err)
{
	char names[512] = "", name[64];
	int v2 = cgroup_find_v2(group->world);

	for (size_t k = 0; k < count; k++) {
		size_t used = strlen(names);

		if (values[k].hierarchy != v2 || v2 < 0 ||
		    file_is_in(group, v2, values[k].file))
			continue;
		cgroup_controller_of(values[k].file, name, sizeof(name));
		if (*name && !cgroup_word_in(names, name))
			snprintf(names + used, sizeof(names) - used, "%s%s",
				 used ? " " : "", name);
	}
	if (*names) {
		int ret = cg_step_enable(group, v2, names, leaf, trace, err);

		if (ret)
			return ret;
	}
	/* what is handed down by hand needs an empty group, too */
	for (size_t k = 0; k < count; k++)
		if (values[k].hierarchy == v2 && strchr(values[k].value, '+') &&
		    strcmp(values[k].file, "cgroup.subtree_control") == 0)
			return cg_step_leaf(group, v2, leaf, trace, err);
	return 0;
}

static const struct cg_value *find(const struct cg_value *values, size_t count,
				   const char *file)
{
	for (size_t k = 0; k < count; k++)
		if (strcmp(values[k].file, file) == 0)
			return &values[k];
	return NULL;
}

/* Does memory.limit_in_bytes go above what memsw is now? */
static bool grows(const struct cg_group *group, const struct cg_value *values,
		  size_t count)
{
	const struct cg_value *limit = find(values, count, LIMIT);
	CLEANUP_FD int fd = -1;
	int64_t wanted, now;

	if (!limit || !find(values, count, MEMSW))
		return false;
	fd = cg_open(group, limit->hierarchy);
	now = fd < 0 ? -1 : cgroup_file_number(fd, MEMSW);
	if (now < 0) /* a new group: there is no limit */
		return false;
	if (num_parse_bytes(limit->value, &wanted))
		return false;
	return wanted < 0 || wanted > now;
}

static int order_of(const struct cg_group *group, const struct cg_value *v,
		    bool memsw_first)
{
	int order = cgroup_knob_order(
		v->file, group->world->h[v->hierarchy].is_v2 ? 2 : 1);

	if (memsw_first && strcmp(v->file, MEMSW) == 0)
		return cgroup_knob_order(LIMIT, 1) - 1;
	return order;
}

/* By order; those of the same order as they were given. */
static void sort(const struct cg_group *group, struct cg_value *values,
		 size_t count)
{
	bool memsw_first = grows(group, values, count);

	for (size_t k = 1; k < count; k++) {
		struct cg_value v = values[k];
		int order = order_of(group, &v, memsw_first);
		size_t at = k;

		for (; at &&
		       order_of(group, &values[at - 1], memsw_first) > order;
		     at--)
			values[at] = values[at - 1];
		values[at] = v;
	}
}

static const char *why_of(const struct cg_value *v, bool again)
{
	if (again)
		return "again: another had to be first";
	if (strcmp(v->file, MEMSW) == 0)
		return "memory and swap together";
	return NULL;
}

/* Name what was written before the failure. */
static void tell_written(const struct cg_value *values, size_t count,
			 struct kist_error *err)
{
	char text[160] = "";

	for (size_t k = 0; k < count; k++) {
		size_t used = strlen(text);

		if (values[k].done)
			snprintf(text + used, sizeof(text) - used, "%s%s",
				 used ? ", " : "", values[k].file);
	}
	if (*text)
		err_place(err, "already written: %s", text);
}

int cg_values_write(const struct cg_group *group, bool leaf,
		    struct cg_value *values, size_t count,
		    const struct kist_trace *trace, struct kist_error *err)
{
	int ret = enable(group, leaf, values, count, trace, err);
	size_t left = count, before = count + 1;
	struct kist_error first;

	if (ret)
		return ret;
	sort(group, values, count);
	while (left && left < before) {
		bool again = before <= count;

		before = left;
		memset(&first, 0, sizeof(first));
		for (size_t k = 0; k < count; k++) {
			struct kist_error why = { 0 };

			if (values[k].done)
				continue;
			ret = cg_step_write(group, values[k].hierarchy,
					    values[k].file, values[k].value,
					    why_of(&values[k], again), trace,
					    &why);
			values[k].done = ret == 0;
			left -= ret == 0;
			if (ret && !first.id)
				first = why;
		}
	}
	if (!left)
		return 0;
	tell_written(values, count, &first);
	if (err)
		*err = first;
	return -first.errnum ? -first.errnum : -EINVAL;
}
