/* SPDX-License-Identifier: Apache-2.0 */
/* convert.c - the other version's words, for people */
#include <stdio.h>
#include <string.h>

#include "engine/cg/state.h"
#include "engine/cg/step.h"
#include "kernel/cgroup_convert.h"
#include "kernel/cgroup_internal.h"

/* The version that the files are not of; 0: they are of both, or of two. */
static int other_version(const struct cgroup_setting *settings, size_t count,
			 struct kist_error *err)
{
	int only = 3, ret;

	for (size_t k = 0; k < count; k++) {
		int version = cgroup_file_version(settings[k].file);

		if (!version)
			return 2; /* which will say that it is none */
		only &= version;
	}
	if (only == 1 || only == 2)
		return only == 1 ? 2 : 1;
	ret = err_set(err, KIST_E_CG_CONVERT,
		      only ? "these files are the same on v1 and v2" :
			     "these files are of v1 and of v2");
	err_hint(err, "'--to v1' or '--to v2' says which way");
	return ret;
}

static int fill(const struct cgroup_setting *settings, size_t count, int to,
		struct arena *arena, struct kist_cg_pairs *pairs,
		struct kist_error *err)
{
	struct cgroup_converted *out;
	struct kist_cg_pair *p;
	size_t n;
	int ret;

	if (!to && count) {
		to = other_version(settings, count, err);
		if (to < 0)
			return to;
	}
	ret = cgroup_convert(settings, count, to ? to : 2, arena, &out, &n,
			     err);
	if (ret)
		return ret;
	p = ARENA_ARRAY(arena, struct kist_cg_pair, n + 1);
	if (arena_failed(arena))
		return err_nomem(err);
	for (size_t k = 0; k < n; k++) {
		p[k] = (struct kist_cg_pair){ .file = out[k].file,
					      .value = out[k].value,
					      .to_file = out[k].to_file,
					      .to_value = out[k].to_value,
					      .note = out[k].note };
		pairs->lacking += !out[k].to_file;
	}
	pairs->pairs = p;
	pairs->count = n;
	pairs->to_version = to ? to : 2;
	return 0;
}

int kist_cg_convert(const char *const *words, int to_version,
		    struct kist_cg_pairs **ret_pairs, struct kist_error *err)
{
	struct cgroup_setting *settings;
	struct kist_cg_pairs *pairs;
	struct cg_value *values;
	struct arena *arena;
	size_t count;
	int ret;

	pairs = cg_result(sizeof(*pairs), &arena);
	if (!pairs)
		return err_nomem(err);
	ret = cg_values_parse(words, arena, &values, &count, err);
	settings = ARENA_ARRAY(arena, struct cgroup_setting, count + 1);
	if (ret == 0 && arena_failed(arena))
		ret = err_nomem(err);
	for (size_t k = 0; ret == 0 && k < count; k++)
		settings[k] = (struct cgroup_setting){
			values[k].file, arena_strdup(arena, values[k].value)
		};
	if (ret == 0)
		ret = fill(settings, count, to_version, arena, pairs, err);
	if (ret == 0)
		*ret_pairs = pairs;
	else
		kist_cg_free(pairs);
	return ret;
}

/* What of a hierarchy is of the version that is left. */
static int add_state(const struct cg_group *group, int i, int from,
		     struct arena *arena, struct cgroup_setting *settings,
		     size_t size, size_t *count)
{
	struct cg_write *writes;
	size_t n;
	int ret;

	if (!cg_is_there(group, i) ||
	    (from && group->world->h[i].is_v2 != (from == 2)))
		return 0;
	ret = cg_state(group, i, arena, &writes, &n);
	for (size_t k = 0; ret == 0 && k < n && *count < size; k++)
		if (cgroup_file_version(writes[k].file))
			settings[(*count)++] =
				(struct cgroup_setting){ writes[k].file,
							 writes[k].value };
	return ret;
}

#define SETTINGS_MAX 1024

int kist_cg_convert_group(const char *word, int to_version,
			  struct kist_cg_pairs **ret_pairs,
			  struct kist_error *err)
{
	struct cgroup_setting *settings;
	struct kist_cg_pairs *pairs;
	struct cg_world world;
	struct cg_group group;
	struct arena *arena;
	size_t count = 0;
	int ret;

	pairs = cg_result(sizeof(*pairs), &arena);
	if (!pairs)
		return err_nomem(err);
	ret = cg_find_there(word, arena, &world, &group, err);
	/* of a hybrid machine the version most controllers are of */
	if (ret == 0 && !to_version)
		to_version = world.world.mode == CGROUP_V2 ? 1 : 2;
	settings = ARENA_ARRAY(arena, struct cgroup_setting, SETTINGS_MAX);
	if (ret == 0 && arena_failed(arena))
		ret = err_nomem(err);
	for (int i = 0; ret == 0 && i < world.world.count; i++) {
		ret = add_state(&group, i, to_version == 2 ? 1 : 2, arena,
				settings, SETTINGS_MAX, &count);
		if (ret)
			ret = err_sys(err, KIST_E_SYSTEM, -ret,
				      "read control group '%s'", word);
	}
	if (ret == 0)
		ret = fill(settings, count, to_version, arena, pairs, err);
	if (ret == 0)
		*ret_pairs = pairs;
	else
		kist_cg_free(pairs);
	return ret;
}

bool kist_cg_row(size_t i, struct kist_cg_row *ret_row)
{
	const struct cgroup_convert_row *row;

	if (i >= cgroup_convert_count)
		return false;
	row = &cgroup_convert_rows[i];
	*ret_row = (struct kist_cg_row){
		.v1 = row->only == 2 ? NULL : cgroup_convert_v1(row),
		.v2 = cgroup_convert_v2(row),
		.note = cgroup_convert_note(row),
	};
	return true;
}
