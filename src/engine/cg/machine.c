/* SPDX-License-Identifier: Apache-2.0 */
/* machine.c - the controllers and hierarchies of this machine */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/cg/group.h"
#include "kernel/cgroup_internal.h"
#include "sys/file.h"

static const char *const state_names[KIST_CG_STATE_COUNT] = {
	[KIST_CG_V1] = "v1",
	[KIST_CG_V2] = "v2",
	[KIST_CG_IMPLICIT] = "implicit",
	[KIST_CG_UNMOUNTED] = "unmounted",
	[KIST_CG_DISABLED] = "disabled",
};

const char *kist_cg_state_name(enum kist_cg_state state)
{
	return state < KIST_CG_STATE_COUNT ? state_names[state] : "";
}

struct looking {
	struct cg_world world;
	struct cgroup_row *rows;
	size_t row_count;
	char cmdline[4096], offered[512];
	struct arena *arena;
};

static int number_of(const struct looking *l, const char *controllers)
{
	char text[8192];

	for (size_t i = 0; i < l->row_count; i++)
		if (l->rows[i].hierarchy &&
		    cgroup_controls(controllers, l->rows[i].name))
			return l->rows[i].hierarchy;
	/* a named one: only /proc/self/cgroup numbers it */
	if (sys_read_file(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)) <
	    0)
		return 0;
	for (const char *at = text; *at;
	     at += strcspn(at, "\n"), at += *at == '\n') {
		const char *colon = strchr(at, ':');
		size_t n = strlen(controllers);

		if (colon && strncmp(colon + 1, controllers, n) == 0 &&
		    colon[1 + n] == ':')
			return (int)strtol(at, NULL, 10);
	}
	return 0;
}

/* ---- controllers ---- */

/* v1's name is another on v2 */
static const char *v2_name(const char *name)
{
	return strcmp(name, "blkio") == 0 ? "io" : name;
}

static const char *why_unmounted(const struct looking *l, const char *name)
{
	static const char *const v1_only[] = { "net_cls", "net_prio", "cpuacct",
					       "freezer", "devices" };
	bool no_v1 = cgroup_cmdline_has(l->cmdline, "cgroup_no_v1", name) ||
		     cgroup_cmdline_has(l->cmdline, "cgroup_no_v1", "all");

	for (size_t i = 0; i < ARRAY_LEN(v1_only); i++)
		if (strcmp(v1_only[i], name) == 0)
			return arena_printf(
				l->arena,
				no_v1 ? "of v1 alone, and 'cgroup_no_v1' on "
					"the kernel's command line forbids it" :
					"of v1 alone: 'kist cg mount %s=DIR'",
				name);
	if (strcmp(name, "perf_event") == 0)
		return NULL;
	if (no_v1)
		return "kept for v2 by 'cgroup_no_v1' on the kernel's command "
		       "line, and v2 does not offer it here";
	return arena_printf(l->arena,
			    "'kist cg mount %s=DIR' (v1), or mount "
			    "cgroup2",
			    name);
}

static void fill_controller(const struct looking *l,
			    const struct cgroup_row *row,
			    struct kist_cg_controller *c)
{
	int v1 = cgroup_find_v1(&l->world.world, row->name);
	int v2 = cgroup_find_v2(&l->world.world);

	*c = (struct kist_cg_controller){
		.name = row->name,
		.hierarchy = row->hierarchy,
		.groups = row->groups,
	};
	if (!row->enabled) {
		c->state = KIST_CG_DISABLED;
		c->why = cgroup_cmdline_has(l->cmdline, "cgroup_disable",
					    row->name) ?
				 "'cgroup_disable' on the kernel's command "
				 "line" :
				 arena_printf(l->arena,
					      "boot with 'cgroup_enable=%s'",
					      row->name);
	} else if (v1 >= 0) {
		c->state = KIST_CG_V1;
		c->mount = l->world.world.h[v1].mount;
	} else if (row->hierarchy) {
		c->state = KIST_CG_UNMOUNTED;
		c->why = "its v1 hierarchy has groups, but is mounted nowhere "
			 "here";
	} else if (v2 >= 0 && cgroup_word_in(l->offered, v2_name(row->name))) {
		c->state = KIST_CG_V2;
		c->mount = l->world.world.h[v2].mount;
	} else if (v2 >= 0 && strcmp(row->name, "perf_event") == 0) {
		c->state = KIST_CG_IMPLICIT;
		c->mount = l->world.world.h[v2].mount;
	} else {
		c->state = KIST_CG_UNMOUNTED;
		c->why = why_unmounted(l, row->name);
		c->groups = -1;
	}
}

static void fill_controllers(struct looking *l, struct kist_cg_machine *m)
{
	struct kist_cg_controller *c = ARENA_ARRAY(
		l->arena, struct kist_cg_controller, l->row_count + 32);
	size_t count = 0;
	char name[64];
	int len, v2 = cgroup_find_v2(&l->world.world);

	if (arena_failed(l->arena))
		return;
	for (size_t i = 0; i < l->row_count; i++)
		fill_controller(l, &l->rows[i], &c[count++]);
	/* /proc/cgroups says nothing of what v2 alone has */
	for (const char *at = l->offered;
	     sscanf(at, " %63s%n", name, &len) == 1 &&
	     count < l->row_count + 32;
	     at += len) {
		bool known = false;

		for (size_t i = 0; i < count; i++)
			known = known || strcmp(v2_name(c[i].name), name) == 0;
		if (!known)
			c[count++] = (struct kist_cg_controller){
				.name = arena_strdup(l->arena, name),
				.state = KIST_CG_V2,
				.groups = -1,
				.mount = l->world.world.h[v2].mount,
			};
	}
	m->controllers = c;
	m->controller_count = count;
}

/* ---- hierarchies ---- */

static int64_t count_groups(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int64_t count = 1;

	if (!dir) {
		cleanup_fd(&fd);
		return 0;
	}
	while ((entry = readdir(dir))) {
		CLEANUP_FD int sub = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		sub = openat(fd, entry->d_name,
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (sub >= 0)
			count += count_groups(sub);
	}
	closedir(dir);
	return count;
}

static void fill_hierarchy(struct looking *l, int i,
			   struct kist_cg_hierarchy *out)
{
	const struct cgroup_hierarchy *h = &l->world.world.h[i];
	const char **mounts =
		ARENA_ARRAY(l->arena, const char *, l->world.mount_count + 1);
	CLEANUP_FD int fd =
		openat(AT_FDCWD, h->mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char text[4096] = "";
	size_t count = 0;

	if (arena_failed(l->arena))
		return;
	out->is_v2 = h->is_v2;
	out->controllers = h->is_v2 ? l->offered :
				      arena_strdup(l->arena, h->controllers);
	out->number = h->is_v2 ? 0 : number_of(l, h->controllers);
	for (size_t k = 0; k < l->world.mount_count; k++) {
		const struct cgroup_mount *m = &l->world.mounts[k];

		if (m->is_v2 != h->is_v2 ||
		    strcmp(m->controllers, h->controllers) != 0)
			continue;
		if (!count) {
			out->options = m->options;
			out->read_only = m->read_only;
		}
		mounts[count++] = m->place;
	}
	out->mounts = mounts;
	out->release_agent = "";
	out->dying = -1;
	if (fd < 0)
		return;
	out->groups = count_groups(fd);
	if (!h->is_v2 &&
	    cgroup_file_read(fd, "release_agent", text, sizeof(text)) == 0)
		out->release_agent = arena_strdup(l->arena, text);
	if (h->is_v2)
		out->dying = cgroup_file_key(fd, "cgroup.stat",
					     "nr_dying_descendants");
}

static void fill_hierarchies(struct looking *l, struct kist_cg_machine *m)
{
	size_t count = (size_t)l->world.world.count;
	struct kist_cg_hierarchy *h =
		ARENA_ARRAY(l->arena, struct kist_cg_hierarchy, count + 1);

	if (arena_failed(l->arena))
		return;
	for (size_t i = 0; i < count; i++)
		fill_hierarchy(l, (int)i, &h[i]);
	m->hierarchies = h;
	m->hierarchy_count = count;
}

static int begin(struct looking *l, struct arena *arena, struct kist_error *err)
{
	char path[200];
	int ret, v2;

	l->arena = arena;
	ret = cg_world(arena, &l->world, err);
	if (ret < 0)
		return ret;
	cgroup_rows(arena, &l->rows, &l->row_count);
	if (sys_read_file(AT_FDCWD, "/proc/cmdline", l->cmdline,
			  sizeof(l->cmdline)) < 0)
		*l->cmdline = '\0';
	v2 = cgroup_find_v2(&l->world.world);
	if (v2 < 0)
		return 0;
	snprintf(path, sizeof(path), "%s/cgroup.controllers",
		 l->world.world.h[v2].mount);
	cgroup_file_read(AT_FDCWD, path, l->offered, sizeof(l->offered));
	return 0;
}

int cg_controllers(struct arena *arena,
		   const struct kist_cg_controller **ret_list,
		   size_t *ret_count, struct kist_error *err)
{
	struct looking *l = ARENA_NEW(arena, struct looking);
	struct kist_cg_machine machine = { 0 };
	int ret;

	if (arena_failed(arena))
		return err_nomem(err);
	ret = begin(l, arena, err);
	if (ret < 0)
		return ret;
	fill_controllers(l, &machine);
	*ret_list = machine.controllers;
	*ret_count = machine.controller_count;
	return arena_failed(arena) ? err_nomem(err) : 0;
}

int kist_cg_machine(struct kist_cg_machine **ret_machine,
		    struct kist_error *err)
{
	struct kist_cg_machine *m;
	struct arena *arena;
	struct looking *l;
	int ret;

	m = cg_result(sizeof(*m), &arena);
	if (!m)
		return err_nomem(err);
	l = ARENA_NEW(arena, struct looking);
	if (arena_failed(arena)) {
		kist_cg_free(m);
		return err_nomem(err);
	}
	ret = begin(l, arena, err);
	if (ret == 0) {
		fill_controllers(l, m);
		fill_hierarchies(l, m);
		ret = arena_failed(arena) ? err_nomem(err) : 0;
	}
	if (ret == 0)
		*ret_machine = m;
	else
		kist_cg_free(m);
	return ret;
}
