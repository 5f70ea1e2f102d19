/* SPDX-License-Identifier: Apache-2.0 */
/*
 * now_cgroup.c - what a file of control groups says in the caller's group
 *
 * On v1 a controller's files are in its own hierarchy, on v2 in the one: the
 * caller's group is looked for in the one that has the file. A limit that is
 * "max" in the group itself may be set by one above.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "engine/explain/now.h"
#include "kernel/cgroup_effective.h"
#include "kernel/cgroup_knobs.h"
#include "kernel/cgroup_mounts.h"
#include "sys/file.h"

struct place {
	const struct cgroup_hierarchy *h;
	const char *path; /* of the caller's group */
};

/* Is @word one of "cpu,cpuacct"? */
static bool is_listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; len && (at = strstr(at, word)); at += len)
		if ((at == list || at[-1] == ',') &&
		    (!at[len] || at[len] == ','))
			return true;
	return false;
}

static ssize_t read_there(const struct place *place, const char *file,
			  char *text, size_t size)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s%s/%s", place->h->mount, place->path,
		 file);
	return sys_read_file(AT_FDCWD, path, text, size);
}

static void put_above(struct now *now, const struct place *place,
		      const char *file)
{
	struct cgroup_effective *rows;
	char amount[32];
	size_t count;

	if (cgroup_effective(place->h, place->path, &now->arena, &rows, &count,
			     NULL) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct cgroup_effective *row = &rows[i];

		if (strcmp(row->file, file) != 0 || !row->set_by ||
		    strcmp(row->set_by, place->path) == 0 ||
		    row->limit == CGROUP_UNLIMITED)
			continue;
		if (row->unit == CGROUP_UNIT_BYTES)
			num_format_bytes((uint64_t)row->limit, amount,
					 sizeof(amount));
		else if (row->unit == CGROUP_UNIT_CPUS)
			snprintf(amount, sizeof(amount), "%.2f processors",
				 (double)row->limit / 1e9);
		else
			snprintf(amount, sizeof(amount), "%" PRId64,
				 row->limit);
		buf_printf(&now->line, ", but %s of '%s' above", amount,
			   row->set_by);
		return;
	}
}

/* Which has the file? Controllers first: every hierarchy has "tasks". */
static bool find(struct now *now, const struct cgroup_world *world,
		 const struct cgroup_member *members, size_t count,
		 struct place *ret_place, char *text, size_t size)
{
	char controller[64];

	cgroup_controller_of(now->rest, controller, sizeof(controller));
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < count; i++) {
			int h = cgroup_member_hierarchy(world, &members[i]);
			struct place place;

			if (h < 0 ||
			    (pass == 0 &&
			     !is_listed(members[i].controllers, controller)))
				continue;
			place.h = &world->h[h];
			place.path = members[i].path[1] ? members[i].path : "";
			if (read_there(&place, now->rest, text, size) < 0)
				continue;
			*ret_place = place;
			return true;
		}
	return false;
}

static void put_missing(struct now *now, const struct cgroup_member *members,
			size_t count)
{
	char controller[64];

	cgroup_controller_of(now->rest, controller, sizeof(controller));
	for (size_t i = 0; i < count && controller[0]; i++)
		if (is_listed(members[i].controllers, controller)) {
			buf_printf(&now->line,
				   "not readable here: '%s' is on v1, and "
				   "your group there has no such file",
				   controller);
			return;
		}
	buf_puts(&now->line, "not readable here: your control group has no "
			     "such file");
}

void now_cgroup(struct now *now)
{
	struct cgroup_member *members;
	struct cgroup_mount *mounts;
	struct cgroup_world world;
	struct place place;
	char text[4096];
	size_t count, mount_count;
	int ret;

	ret = cgroup_members(now->proc_fd, now->pid, &now->arena, &members,
			     &count);
	if (ret == 0)
		ret = cgroup_mounts_list(&now->arena, &mounts, &mount_count,
					 NULL);
	if (ret < 0) {
		now_refused(now, ret);
		return;
	}
	cgroup_mounts_world(mounts, mount_count, &world);
	if (!find(now, &world, members, count, &place, text, sizeof(text))) {
		put_missing(now, members, count);
		return;
	}
	now_text(now, text);
	if (!place.path[0])
		place.path = "/";
	put_above(now, &place, now->rest);
	buf_printf(&now->line, " (group %s, v%d)", place.path,
		   place.h->is_v2 ? 2 : 1);
}
