/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_limit.c - sending each limit to where its controller is
 *
 * On a hybrid machine a controller is either on v1 or on v2; v1 is looked at
 * first, for there one look tells.
 */
#include <stdio.h>
#include <string.h>

#include "kernel/cgroup_internal.h"

static int fd_of_v1(const struct cgroup *cgroup, const char *controller)
{
	int i = cgroup_find_v1(cgroup->world, controller);

	return i < 0 ? -1 : cgroup->dir_fd[i];
}

static bool has_controller(int v2_fd, const char *name)
{
	char have[256];

	return cgroup_file_read(v2_fd, "cgroup.controllers", have,
				sizeof(have)) ||
	       cgroup_word_in(have, name);
}

/* A missing file is a missing controller, if that is what is missing. */
static int pass_on(const struct kist_error *why, int ret, int v2_fd,
		   const char *controller, struct kist_error *err)
{
	if (why->id == KIST_E_CGROUP_CONTROLLER && controller &&
	    !has_controller(v2_fd, controller))
		return cgroup_no_controller(controller, err);
	if (err && !err->id)
		*err = *why;
	return ret;
}

static int limit_block(const struct cgroup *cgroup, enum cgroup_block which,
		       bool needed, const struct cgroup_limits *limits,
		       struct kist_error *err)
{
	const struct block_info *b = &cgroup_blocks[which];
	int v1_fd = fd_of_v1(cgroup, b->v1);
	int v2_fd = cgroup_clone_fd(cgroup);
	struct kist_error why = { 0 };
	int ret;

	if (v1_fd >= 0)
		return b->write_v1(v1_fd, limits, err);
	if (cgroup->world->mode == CGROUP_HYBRID && !b->v2)
		return needed ? cgroup_no_controller(b->v1, err) : 0;
	if (v2_fd < 0)
		return needed ? cgroup_no_controller(b->v1, err) : 0;
	ret = b->write_v2(v2_fd, limits, &why);
	return ret ? pass_on(&why, ret, v2_fd, b->v2, err) : 0;
}

static int limit_unified(const struct cgroup *cgroup,
			 const struct cgroup_limits *limits,
			 struct kist_error *err)
{
	int v2_fd = cgroup_clone_fd(cgroup);
	int ret;

	if (!limits->unified_count)
		return 0;
	if (v2_fd < 0) {
		ret = err_set(err, KIST_E_CGROUP_LIMIT,
			      "set linux.resources.unified.%.64s: this "
			      "machine has no cgroup v2",
			      limits->unified[0].key);
		err_hint(err, "boot with 'systemd.unified_cgroup_hierarchy=1'");
		return ret;
	}
	for (size_t i = 0; i < limits->unified_count; i++) {
		struct cgroup_limits one = { .unified = &limits->unified[i],
					     .unified_count = 1 };
		struct kist_error why = { 0 };
		char controller[64];

		snprintf(controller, sizeof(controller), "%.*s",
			 (int)strcspn(limits->unified[i].key, "."),
			 limits->unified[i].key);
		ret = cgroup_v2_unified(v2_fd, &one, &why);
		if (ret)
			return pass_on(&why, ret, v2_fd, controller, err);
	}
	return 0;
}

static bool is_nowhere(const struct cgroup *cgroup)
{
	for (int i = 0; i < cgroup->world->count; i++)
		if (cgroup->dir_fd[i] >= 0)
			return false;
	return true;
}

int cgroup_limit(const struct cgroup *cgroup,
		 const struct cgroup_limits *limits, struct kist_error *err)
{
	uint32_t present = cgroup_blocks_present(limits);
	uint32_t needed = cgroup_blocks_needed(limits);

	if (is_nowhere(cgroup)) {
		if (cgroup_limits_empty(limits))
			return 0;
		return err_set(err, KIST_E_CGROUP_UNKNOWN,
			       "limit control group '%s': it is not there",
			       cgroup->path);
	}
	for (enum cgroup_block i = 0; i < BLOCK_COUNT; i++) {
		int ret;

		if (!(present & BIT(i)))
			continue;
		ret = limit_block(cgroup, i, needed & BIT(i), limits, err);
		if (ret)
			return ret;
	}
	return limit_unified(cgroup, limits, err);
}

int cgroup_limit_devices(const struct cgroup *cgroup,
			 const struct device_rule *rules, size_t count,
			 bool tolerate, struct kist_error *err)
{
	int v1_fd = fd_of_v1(cgroup, "devices");
	int v2_fd = cgroup_clone_fd(cgroup);

	if (count == 0)
		return 0;
	if (v1_fd >= 0)
		return cgroup_v1_devices(v1_fd, rules, count, tolerate, err);
	if (v2_fd >= 0)
		return cgroup_v2_devices(v2_fd, rules, count, tolerate, err);
	if (tolerate)
		return 0;
	return cgroup_no_controller("devices", err);
}
