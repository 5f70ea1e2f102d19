/* SPDX-License-Identifier: Apache-2.0 */
/* checkup_cgroups.c - the check-up of control groups: which controllers, and
 * whether the caller may use them */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/why/checkup_cgroups.h"
#include "kernel/cgroup_internal.h"
#include "kernel/proc.h"

void checkup_cgroups(struct checkup *up, struct check_groups *groups)
{
	CLEANUP_FD int proc_fd = proc_open(NULL);

	if (cg_controllers(up->arena, &groups->controllers,
			   &groups->controller_count, NULL) < 0)
		groups->controller_count = 0;
	if (cgroup_probe(&groups->world, NULL) < 0)
		groups->world.count = 0;
	if (proc_fd < 0 ||
	    cgroup_members(proc_fd, getpid(), up->arena, &groups->members,
			   &groups->member_count) < 0)
		groups->member_count = 0;
}

/* The caller's own group in a hierarchy, or NULL. */
static const char *own_group(struct checkup *up, int hierarchy)
{
	const struct check_groups *groups = up->groups;

	for (size_t i = 0; i < groups->member_count; i++)
		if (cgroup_member_hierarchy(&groups->world,
					    &groups->members[i]) == hierarchy)
			return arena_printf(up->arena, "%s%s",
					    groups->world.h[hierarchy].mount,
					    groups->members[i].path);
	return NULL;
}

/* May the caller make groups there, and move itself to them? */
static bool is_mine(const char *group)
{
	char path[700];

	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	return faccessat(AT_FDCWD, group, W_OK, AT_EACCESS) == 0 &&
	       faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

static bool offers(const char *group, const char *controller)
{
	char path[700], text[512];

	snprintf(path, sizeof(path), "%s/cgroup.controllers", group);
	return cgroup_file_read(AT_FDCWD, path, text, sizeof(text)) == 0 &&
	       cgroup_word_in(text, controller);
}

#define DELEGATE                                                            \
	"work inside 'systemd-run --user --scope -p Delegate=yes', or let " \
	"root give you a group: 'kist cg new --owner YOU --delegate /NAME'"

/* ---- controllers ---- */

static const struct kist_cg_controller *find(struct checkup *up,
					     const char *name)
{
	const struct check_groups *groups = up->groups;

	for (size_t i = 0; i < groups->controller_count; i++)
		if (strcmp(groups->controllers[i].name, name) == 0)
			return &groups->controllers[i];
	return NULL;
}

static void judge_there(struct checkup *up, const struct check *check,
			const struct kist_cg_controller *c,
			struct kist_checked *item)
{
	bool is_v2 = c->state != KIST_CG_V1;
	int hierarchy = is_v2 ? cgroup_find_v2(&up->groups->world) :
				cgroup_find_v1(&up->groups->world, c->name);
	const char *own = hierarchy < 0 ? NULL : own_group(up, hierarchy);

	checkup_works(item, arena_printf(up->arena, "%s, on %s",
					 is_v2 ? "v2" : "v1", c->mount));
	if (up->is_master ||
	    (own && is_mine(own) && (!is_v2 || offers(own, check->arg))))
		return;
	item->works = KIST_WORKS_ROOT;
	item->detail = "not delegated to you";
	item->fix = DELEGATE;
}

void judge_controller(struct checkup *up, const struct check *check,
		      const struct check_slot *slot, struct kist_checked *item)
{
	const struct kist_cg_controller *c = find(up, check->name);
	bool has_v2 = cgroup_find_v2(&up->groups->world) >= 0;

	(void)slot;
	if (!c && strcmp(check->name, check->arg) != 0)
		c = find(up, check->arg);
	if (c && c->mount) {
		judge_there(up, check, c, item);
		return;
	}
	/* @number: what every group of v2 has without a controller */
	if (check->number && has_v2) {
		checkup_works(item, "v2: part of every group");
		return;
	}
	if (!c) {
		checkup_missing(up, check, item, "this kernel has none");
		return;
	}
	item->works = KIST_WORKS_NOT;
	item->detail = c->state == KIST_CG_DISABLED ? "disabled at boot" :
						      "mounted nowhere";
	item->fix = c->why;
}

/* ---- whether one may ---- */

void judge_delegation(struct checkup *up, const struct check *check,
		      const struct check_slot *slot, struct kist_checked *item)
{
	const char *own;

	(void)check;
	(void)slot;
	if (up->is_master) {
		checkup_works(item, "root may make groups anywhere");
		return;
	}
	for (int i = 0; i < up->groups->world.count; i++) {
		own = own_group(up, i);
		if (own && is_mine(own)) {
			checkup_works(item, arena_printf(up->arena, "yours: %s",
							 own));
			return;
		}
	}
	item->works = KIST_WORKS_ROOT;
	item->detail = "not delegated to you";
	item->fix = DELEGATE;
}

void judge_systemd(struct checkup *up, const struct check *check,
		   const struct check_slot *slot, struct kist_checked *item)
{
	struct stat st;

	(void)up;
	(void)check;
	(void)slot;
	checkup_works(item,
		      stat("/run/systemd/system", &st) == 0 ?
			      "running: it can give scopes" :
			      "not running: kist makes its groups itself");
}
