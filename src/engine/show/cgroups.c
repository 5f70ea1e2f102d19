/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups.c - its control groups, and what really limits them */
#include <errno.h>
#include <string.h>

#include "engine/show/show.h"
#include "kernel/cgroup_effective.h"

_Static_assert((int)KIST_SHOW_BYTES == CGROUP_UNIT_BYTES &&
		       (int)KIST_SHOW_TASKS == CGROUP_UNIT_TASKS &&
		       (int)KIST_SHOW_CPUS == CGROUP_UNIT_CPUS &&
		       (int)KIST_SHOW_LIST == CGROUP_UNIT_LIST &&
		       (int)KIST_SHOW_BYTES_PER_SECOND ==
			       CGROUP_UNIT_BYTES_PER_SECOND &&
		       (int)KIST_SHOW_OPS_PER_SECOND ==
			       CGROUP_UNIT_OPS_PER_SECOND &&
		       KIST_SHOW_UNLIMITED == CGROUP_UNLIMITED,
	       "enum kist_show_unit is enum cgroup_unit");

static int take_limits(struct showing *s, const struct cgroup_hierarchy *h,
		       struct kist_show_cgroup *group, struct kist_error *err)
{
	struct cgroup_effective *rows;
	size_t count;

	if (cgroup_effective(h, group->path, &s->arena, &rows, &count, NULL) <
	    0) {
		if (!group->is_deleted)
			show_hide(s, "limits of control group '%s'",
				  group->path);
		return 0;
	}
	group->limits =
		ARENA_ARRAY(&s->arena, struct kist_show_limit, count + 1);
	if (arena_failed(&s->arena))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		group->limits[group->limit_count++] = (struct kist_show_limit){
			.name = rows[i].name,
			.file = rows[i].file,
			.device = rows[i].device,
			.unit = (enum kist_show_unit)rows[i].unit,
			.limit = rows[i].limit,
			.usage = rows[i].usage,
			.usage_there = rows[i].usage_there,
			.set_by = rows[i].set_by,
			.list = rows[i].list,
		};
	return 0;
}

/* The root of our control group namespace is not that of the machine. */
static void note_above(struct showing *s)
{
	uint64_t ours = show_ns_inode(s->proc_fd, getpid(), "cgroup");

	if (ours && !show_is_initial(s->proc_fd, NS_CGROUP, ours))
		show_hide(s, "limits above the root of this control group "
			     "namespace");
}

int show_cgroups(struct showing *s, struct kist_error *err)
{
	struct kist_show *show = &s->show;
	struct cgroup_member *members;
	struct cgroup_world world;
	size_t count;
	int ret = cgroup_probe(&world, err);

	if (ret < 0)
		return ret;
	ret = cgroup_members(s->proc_fd, s->pid, &s->arena, &members, &count);
	if (ret == -ENOMEM)
		return err_nomem(err);
	if (ret < 0) {
		show_hide(s, "its control groups");
		return 0;
	}
	show->cgroups =
		ARENA_ARRAY(&s->arena, struct kist_show_cgroup, count + 1);
	if (arena_failed(&s->arena))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		struct kist_show_cgroup *group = &show->cgroups[i];
		int h = cgroup_member_hierarchy(&world, &members[i]);

		*group = (struct kist_show_cgroup){
			.hierarchy = members[i].id,
			.controllers = members[i].controllers,
			.path = members[i].path,
			.is_deleted = members[i].is_deleted,
		};
		show->cgroup_count++;
		if (h < 0)
			continue;
		group->mount = arena_strdup(&s->arena, world.h[h].mount);
		ret = take_limits(s, &world.h[h], group, err);
		if (ret < 0)
			return ret;
	}
	note_above(s);
	return 0;
}
