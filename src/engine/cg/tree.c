/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.c - control groups as a tree, with what limits them
 *
 * How it works
 * ============
 * Without a controller the trees of all hierarchies are laid over each other:
 * a group that is in several is one node. Its processes are those that are in
 * it in any hierarchy.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "engine/cg/step.h"
#include "kernel/cgroup_effective.h"
#include "kernel/cgroup_internal.h"

#define DEPTH_MAX 200

struct planting {
	const struct kist_cg_tree_args *args;
	struct cg_world world;
	struct cg_group group;
	struct arena *arena;
	struct kist_cg_node *nodes;
	size_t count, size;
	int only; /* hierarchy, or -1: all */
};

/* ---- names of the groups below, of all hierarchies ---- */

struct names {
	const char **names;
	size_t count, size;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_name(struct planting *p, struct names *n, const char *name)
{
	if (n->count == n->size) {
		size_t size = n->size ? n->size * 2 : 16;
		const char **more = ARENA_ARRAY(p->arena, const char *, size);

		if (arena_failed(p->arena))
			return;
		if (n->count)
			memcpy(more, n->names, n->count * sizeof(*more));
		n->names = more;
		n->size = size;
	}
	n->names[n->count++] = arena_strdup(p->arena, name);
}

static void list_below(struct planting *p, const struct cg_group *g, int i,
		       struct names *n)
{
	int fd = cg_open(g, i);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return;
	}
	while ((entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			add_name(p, n, entry->d_name);
	closedir(dir);
}

static void names_below(struct planting *p, const struct cg_group *g,
			struct names *n)
{
	size_t unique = 0;

	memset(n, 0, sizeof(*n));
	for (int i = 0; i < g->world->count; i++)
		if (g->path[i])
			list_below(p, g, i, n);
	if (arena_failed(p->arena) || !n->count)
		return;
	qsort(n->names, n->count, sizeof(*n->names), by_name);
	for (size_t k = 0; k < n->count; k++)
		if (k == 0 || strcmp(n->names[k], n->names[k - 1]) != 0)
			n->names[unique++] = n->names[k];
	n->count = unique;
}

/* ---- one node ---- */

static int by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct kist_cg_process *)a)->pid;
	pid_t y = ((const struct kist_cg_process *)b)->pid;

	return (x > y) - (x < y);
}

static void add_processes(struct planting *p, const struct cg_group *g,
			  struct kist_cg_node *node)
{
	struct kist_cg_process *all;
	pid_t *pids[CGROUP_HIERARCHY_MAX] = { NULL };
	size_t counts[CGROUP_HIERARCHY_MAX] = { 0 }, total = 0, unique = 0;

	for (int i = 0; i < g->world->count; i++) {
		CLEANUP_FD int fd = cg_open(g, i);

		if (fd >= 0 && cg_read_pids(fd, "cgroup.procs", p->arena,
					    &pids[i], &counts[i]) == 0)
			total += counts[i];
	}
	all = ARENA_ARRAY(p->arena, struct kist_cg_process, total + 1);
	if (arena_failed(p->arena))
		return;
	total = 0;
	for (int i = 0; i < g->world->count; i++)
		for (size_t k = 0; k < counts[i]; k++)
			if (pids[i][k] > 0)
				all[total++].pid = pids[i][k];
	if (total)
		qsort(all, total, sizeof(*all), by_pid);
	for (size_t k = 0; k < total; k++)
		if (k == 0 || all[k].pid != all[k - 1].pid)
			all[unique++].pid = all[k].pid;
	node->process_count = unique;
	if (!p->args->processes)
		return;
	for (size_t k = 0; k < unique; k++)
		all[k].name = cg_comm(all[k].pid, p->arena);
	node->processes = all;
}

/* ---- limits ---- */

static const char *amount(struct planting *p, enum cgroup_unit unit, int64_t n)
{
	char text[32];

	switch (unit) {
	case CGROUP_UNIT_BYTES:
	case CGROUP_UNIT_BYTES_PER_SECOND:
		num_format_bytes((uint64_t)n, text, sizeof(text));
		return arena_printf(p->arena, "%s%s", text,
				    unit == CGROUP_UNIT_BYTES ? "" : "/s");
	case CGROUP_UNIT_CPUS:
		return arena_printf(p->arena, "%.4g", (double)n / 1e9);
	case CGROUP_UNIT_OPS_PER_SECOND:
		return arena_printf(p->arena, "%" PRId64 "/s", n);
	default:
		return arena_printf(p->arena, "%" PRId64, n);
	}
}

static bool is_shown(const struct cgroup_effective *e, const char *path)
{
	bool own = e->set_by && strcmp(e->set_by, path) == 0;

	if (e->unit == CGROUP_UNIT_LIST)
		return own && strcmp(path, "/") != 0;
	return e->limit != CGROUP_UNLIMITED;
}

static void add_limits(struct planting *p, const struct cg_group *g,
		       struct kist_cg_node *node)
{
	struct kist_cg_limit *limits = ARENA_ARRAY(
		p->arena, struct kist_cg_limit, CGROUP_EFFECTIVE_MAX);

	if (arena_failed(p->arena))
		return;
	for (int i = 0; i < g->world->count; i++) {
		const char *path = cg_shown(g, i);
		struct cgroup_effective *rows;
		size_t count;

		if (!cg_is_there(g, i) ||
		    cgroup_effective(&g->world->h[i], path, p->arena, &rows,
				     &count, NULL))
			continue;
		for (size_t k = 0;
		     k < count && node->limit_count < CGROUP_EFFECTIVE_MAX;
		     k++) {
			const struct cgroup_effective *e = &rows[k];

			if (!is_shown(e, path))
				continue;
			limits[node->limit_count++] = (struct kist_cg_limit){
				.file = e->device ?
						arena_printf(p->arena, "%s %s",
							     e->file,
							     e->device) :
						e->file,
				.value = e->unit == CGROUP_UNIT_LIST ?
						 e->list :
						 amount(p, e->unit, e->limit),
				.from = e->set_by && strcmp(e->set_by, path) !=
								0 ?
						e->set_by :
						NULL,
				.usage =
					e->usage >= 0 &&
							e->unit !=
								CGROUP_UNIT_CPUS ?
						amount(p, e->unit, e->usage) :
						NULL,
			};
		}
	}
	node->limits = limits;
}

/* ---- v2 ---- */

/* The first controller that a group has and does not hand down, and why. */
static const char *why_lacking(struct planting *p, int fd, const char *path,
			       const struct kist_cg_node *node)
{
	char name[64], procs[16] = "";
	int len;

	if (strcmp(node->controllers, node->subtree_control) == 0)
		return NULL;
	cgroup_file_read(fd, "cgroup.procs", procs, sizeof(procs));
	for (const char *at = node->controllers;
	     sscanf(at, " %63s%n", name, &len) == 1; at += len) {
		if (cgroup_word_in(node->subtree_control, name))
			continue;
		if (strcmp(node->type, "threaded") == 0)
			return "threaded: hands down cpu, cpuset, perf_event "
			       "and pids alone";
		if (*procs && strcmp(path, "/") != 0)
			return arena_printf(
				p->arena,
				"%s is not handed down: processes are in the "
				"group itself",
				name);
		return arena_printf(p->arena,
				    "%s is not handed down: write '+%s' to "
				    "cgroup.subtree_control",
				    name, name);
	}
	return NULL;
}

static void add_v2(struct planting *p, const struct cg_group *g,
		   struct kist_cg_node *node)
{
	int v2 = cgroup_find_v2(g->world);
	CLEANUP_FD int fd = v2 < 0 ? -1 : cg_open(g, v2);
	char text[512];

	node->type = node->controllers = node->subtree_control = "";
	if (fd < 0)
		return;
	if (cgroup_file_read(fd, "cgroup.type", text, sizeof(text)) == 0)
		node->type = arena_strdup(p->arena, text);
	cgroup_file_read(fd, "cgroup.controllers", text, sizeof(text));
	node->controllers = arena_strdup(p->arena, text);
	cgroup_file_read(fd, "cgroup.subtree_control", text, sizeof(text));
	node->subtree_control = arena_strdup(p->arena, text);
	node->frozen = cgroup_file_key(fd, "cgroup.events", "frozen") == 1;
	if (!arena_failed(p->arena))
		node->why = why_lacking(p, fd, cg_shown(g, v2), node);
}

static bool v1_is_frozen(const struct cg_group *g)
{
	int v1 = cgroup_find_v1(g->world, "freezer");
	CLEANUP_FD int fd = v1 < 0 ? -1 : cg_open(g, v1);
	char text[32];

	return fd >= 0 &&
	       cgroup_file_read(fd, "freezer.state", text, sizeof(text)) == 0 &&
	       strcmp(text, "FROZEN") == 0;
}

static struct kist_cg_node *new_node(struct planting *p)
{
	if (p->count == p->size) {
		size_t size = p->size ? p->size * 2 : 32;
		struct kist_cg_node *more =
			ARENA_ARRAY(p->arena, struct kist_cg_node, size);

		if (arena_failed(p->arena))
			return NULL;
		if (p->count)
			memcpy(more, p->nodes, p->count * sizeof(*more));
		p->nodes = more;
		p->size = size;
	}
	return &p->nodes[p->count++];
}

static void fill(struct planting *p, const struct cg_group *g,
		 struct kist_cg_node *node)
{
	char names[1024] = "";

	for (int i = g->world->count - 1; i >= 0; i--) {
		size_t used = strlen(names);

		if (!g->path[i])
			continue;
		node->path = cg_shown(g, i);
		snprintf(names + used, sizeof(names) - used, "%s%s",
			 used ? " " : "", cg_hierarchy_name(&g->world->h[i]));
	}
	node->hierarchies = arena_strdup(p->arena, names);
	node->name = strrchr(node->path, '/');
	node->name += node->name[1] ? 1 : 0;
	add_v2(p, g, node);
	node->frozen = node->frozen || v1_is_frozen(g);
	add_processes(p, g, node);
	add_limits(p, g, node);
}

static void grow(struct planting *p, const struct cg_group *g, unsigned depth)
{
	struct kist_cg_node *node = new_node(p);
	struct names names;

	if (!node)
		return;
	node->depth = depth;
	fill(p, g, node);
	if (depth == DEPTH_MAX || (p->args->depth && depth == p->args->depth))
		return;
	names_below(p, g, &names);
	for (size_t k = 0; k < names.count && !arena_failed(p->arena); k++) {
		struct cg_group sub = *g;

		for (int i = 0; i < g->world->count; i++) {
			if (!g->path[i])
				continue;
			sub.path[i] = arena_printf(p->arena, "%s/%s",
						   g->path[i], names.names[k]);
			if (arena_failed(p->arena))
				return;
			if (!cg_is_there(&sub, i))
				sub.path[i] = NULL;
		}
		grow(p, &sub, depth + 1);
	}
}

/* Only the hierarchies that have the group, and were asked for. */
static int narrow(struct planting *p, struct kist_error *err)
{
	const char *name = p->args->controller;
	bool any = false;

	p->only = -1;
	if (name) {
		struct cg_group with;
		char word[160];
		int ret;

		snprintf(word, sizeof(word), "%.100s:/", name);
		ret = cg_find(&p->world, word, p->arena, &with, err);
		if (ret)
			return ret;
		for (int i = 0; i < p->world.world.count; i++)
			if (!with.path[i])
				p->group.path[i] = NULL;
	}
	for (int i = 0; i < p->world.world.count; i++) {
		if (!cg_is_there(&p->group, i))
			p->group.path[i] = NULL;
		any = any || p->group.path[i];
	}
	if (any)
		return 0;
	err_set(err, KIST_E_CGROUP_UNKNOWN,
		"control group '%s' is not in the hierarchy of '%s'",
		p->group.word, name);
	err_hint(err, "'kist cg tree' shows where it is");
	return -ESRCH;
}

int kist_cg_tree(const struct kist_cg_tree_args *args,
		 struct kist_cg_tree **ret_tree, struct kist_error *err)
{
	struct kist_cg_tree *tree;
	struct planting *p;
	struct arena *arena;
	int ret;

	tree = cg_result(sizeof(*tree), &arena);
	if (!tree)
		return err_nomem(err);
	p = ARENA_NEW(arena, struct planting);
	if (arena_failed(arena)) {
		kist_cg_free(tree);
		return err_nomem(err);
	}
	p->args = args;
	p->arena = arena;
	ret = cg_find_there(args->group ? args->group : "/", arena, &p->world,
			    &p->group, err);
	if (ret == 0)
		ret = narrow(p, err);
	if (ret == 0) {
		grow(p, &p->group, 0);
		ret = arena_failed(arena) ? err_nomem(err) : 0;
	}
	tree->nodes = p->nodes;
	tree->count = p->count;
	if (ret == 0)
		*ret_tree = tree;
	else
		kist_cg_free(tree);
	return ret;
}
