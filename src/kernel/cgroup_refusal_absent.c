/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_refusal_absent.c - a file or controller that a group has not */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "kernel/cgroup_convert.h"
#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_knobs.h"
#include "kernel/cgroup_mounts.h"
#include "kernel/cgroup_refusal.h"

/* ---- the machine has none ---- */

/* The option of a controller that no block of config.json is about. */
static const struct {
	const char *name, *option;
} options[] = {
	{ "devices", "CONFIG_CGROUP_DEVICE" },
	{ "freezer", "CONFIG_CGROUP_FREEZER" },
	{ "cpuacct", "CONFIG_CGROUP_CPUACCT" },
	{ "perf_event", "CONFIG_CGROUP_PERF" },
	{ "misc", "CONFIG_CGROUP_MISC" },
	{ "dmem", "CONFIG_CGROUP_DMEM" },
};

static const char *v1_name(const char *controller)
{
	return strcmp(controller, "io") == 0 ? "blkio" : controller;
}

static const char *option_of(const char *v1)
{
	for (int i = 0; i < BLOCK_COUNT; i++)
		if (strcmp(cgroup_blocks[i].v1, v1) == 0)
			return cgroup_blocks[i].config;
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (strcmp(options[i].name, v1) == 0)
			return options[i].option;
	return NULL;
}

struct row {
	int hierarchy, groups, enabled;
};

/* Of /proc/cgroups. */
static bool find_row(const char *v1, struct row *ret)
{
	char text[4096], name[64];
	struct row row;

	if (cgroup_file_read(AT_FDCWD, "/proc/cgroups", text, sizeof(text)))
		return false;
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, "%63s %d %d %d", name, &row.hierarchy,
			   &row.groups, &row.enabled) != 4 ||
		    strcmp(name, v1) != 0)
			continue;
		*ret = row;
		return true;
	}
	return false;
}

int cgroup_machine_groups(const char *controller)
{
	struct row row;

	return find_row(v1_name(controller), &row) ? row.groups : 0;
}

/* Has the v1 hierarchy of it a mount here that nothing covers? */
static bool is_seen(const char *v1)
{
	CLEANUP_ARENA struct arena arena;
	struct cgroup_mount *mounts;
	struct cgroup_world world;
	size_t count = 0;

	arena_init(&arena);
	if (cgroup_mounts_list(&arena, &mounts, &count, NULL) < 0)
		return true;
	cgroup_mounts_world(mounts, count, &world);
	return cgroup_find_v1(&world, v1) >= 0;
}

bool cgroup_refused_controller(const char *controller,
			       struct cgroup_refusal *ret)
{
	const char *v1 = v1_name(controller), *option = option_of(v1);
	struct row row;

	if (!find_row(v1, &row))
		return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_NO_CONTROLLER,
					 option ? option : "it", controller,
					 "/proc/cgroups has no line '%s'", v1);
	if (!row.enabled)
		return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_DISABLED, v1,
					 NULL,
					 "/proc/cgroups says of '%s': enabled "
					 "0",
					 v1);
	if (row.hierarchy && !is_seen(v1))
		return cgroup_refusal_is(
			ret, KIST_CAUSE_CGROUP_V1_HIDDEN, v1, NULL,
			"/proc/cgroups says of '%s': "
			"hierarchy %d, and /proc/self/mountinfo "
			"names no mount of it that can be "
			"reached",
			v1, row.hierarchy);
	if (row.hierarchy)
		return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_ON_V1, v1, NULL,
					 "/proc/cgroups says of '%s': "
					 "hierarchy %d, which is a v1 one",
					 v1, row.hierarchy);
	return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_UNMOUNTED, v1, NULL,
				 "/proc/cgroups says of '%s': hierarchy 0, "
				 "enabled 1",
				 v1);
}

/* ---- the group has none ---- */

static bool has_word(int dir_fd, const char *file, const char *word)
{
	char text[512];

	return cgroup_file_read(dir_fd, file, text, sizeof(text)) == 0 &&
	       cgroup_word_in(text, word);
}

/* Who on the path has the controller, and does not hand it down? */
static bool refused_by_path(const struct cgroup_attempt *a,
			    const char *controller, struct cgroup_refusal *ret)
{
	CLEANUP_FD int fd = cgroup_above_open(a->dir_fd);
	char name[200];

	cgroup_above_name(a->name, name, sizeof(name));
	while (fd >= 0) {
		int up;

		if (has_word(fd, "cgroup.controllers", controller))
			return cgroup_refusal_is(
				ret, KIST_CAUSE_CGROUP_NOT_ENABLED, name,
				controller,
				"cgroup.controllers of '%s' has '%s', its "
				"cgroup.subtree_control has not",
				name, controller);
		up = cgroup_above_open(fd);
		close(fd);
		fd = up;
		cgroup_above_name(name, name, sizeof(name));
	}
	return cgroup_refused_controller(controller, ret);
}

/* The name of another version's file. */
static bool refused_version(const struct cgroup_attempt *a, bool is_v2,
			    struct cgroup_refusal *ret)
{
	const struct cgroup_convert_row *row =
		cgroup_convert_of(a->file, is_v2 ? 1 : 2);
	const char *own = !row	? NULL :
			  is_v2 ? cgroup_convert_v2(row) :
				  cgroup_convert_v1(row);

	return own &&
	       cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_OTHER_VERSION, a->file,
				 own, "'%s' is of cgroup v%d, this is v%d",
				 a->file, is_v2 ? 1 : 2, is_v2 ? 2 : 1);
}

bool cgroup_refused_absent(const struct cgroup_attempt *a,
			   struct cgroup_refusal *ret)
{
	bool is_v2 = cgroup_dir_is_v2(a->dir_fd);
	char controller[64];
	int up;

	cgroup_controller_of(a->file, controller, sizeof(controller));
	if (!*controller)
		snprintf(controller, sizeof(controller), "%.63s", a->file);
	if (refused_version(a, is_v2, ret))
		return true;
	if (!is_v2 || strcmp(controller, "cgroup") == 0)
		return false;
	if (!has_word(a->dir_fd, "cgroup.controllers", controller))
		return option_of(v1_name(controller)) &&
		       refused_by_path(a, controller, ret);
	up = cgroup_above_open(a->dir_fd);
	if (up >= 0) {
		close(up);
		return false;
	}
	if (!cgroup_knob(a->file, 2))
		return false;
	return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_ROOT_FILE, a->file,
				 NULL,
				 "'%s' has '%s', and is the root of the mount",
				 a->name, controller);
}
