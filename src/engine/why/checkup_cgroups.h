/* SPDX-License-Identifier: Apache-2.0 */
/* checkup_cgroups.h - what the check-up knows of control groups */
#ifndef ENGINE_WHY_CHECKUP_CGROUPS_H
#define ENGINE_WHY_CHECKUP_CGROUPS_H

#include "engine/cg/group.h"
#include "engine/why/checkup.h"
#include "kernel/cgroup_effective.h"

/* @members: of the caller */
struct check_groups {
	struct cgroup_world world;
	const struct kist_cg_controller *controllers;
	size_t controller_count;
	struct cgroup_member *members;
	size_t member_count;
};

void checkup_cgroups(struct checkup *up, struct check_groups *groups);

#endif
