/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_cg_tree.c - kist cg tree: control groups, drawn */
#include <stdio.h>
#include <string.h>

#include <kist/cgroup.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "base/letters.h"
#include "cli/cg.h"
#include "cli/page.h"

#define DEPTH_MAX 256

struct tree_args {
	const char *group, *controller;
	int depth;
	bool processes, json, controllers;
};
#define ARGS tree_args

static const struct opt tree_opts[] = {
	OPT('c', "controller", "CTRL", opt_string, controller,
	    "only the hierarchy of this one: memory, name=X, v2"),
	OPT('d', "depth", "N", opt_int, depth,
	    "levels below the first (default: 0, all)"),
	FLAG('p', "processes", processes, "list the processes"),
	FLAG('v', "controllers", controllers,
	     "controllers of each group, and what it hands down"),
	FLAG('J', "json", json, "as JSON"),
	MAYBE("GROUP", opt_string, group, "where to begin (default: /)"),
	OPT_END,
};

/* ---- text ---- */

/* Is there another node at this depth before the tree goes up? */
static bool has_next(const struct kist_cg_tree *t, size_t at, unsigned depth)
{
	for (size_t i = at + 1; i < t->count && t->nodes[i].depth >= depth; i++)
		if (t->nodes[i].depth == depth)
			return true;
	return false;
}

/* The lines of the groups above: where one goes on, it is drawn. */
static void put_lines(const bool *more, unsigned depth)
{
	for (unsigned d = 1; d < depth; d++)
		fputs(more[d] ? "│ " : "  ", stdout);
}

static void put_limits(const struct kist_cg_node *n)
{
	const char *sign = "  ";

	for (size_t i = 0; i < n->limit_count; i++) {
		const struct kist_cg_limit *l = &n->limits[i];

		printf("%s%s %s", sign, l->file, l->value);
		if (l->usage)
			printf(" (%s used)", l->usage);
		if (l->from) {
			printf(" of ");
			text_put(l->from, stdout);
		}
		sign = ", ";
	}
}

static void put_node(const struct tree_args *a, const struct kist_cg_node *n)
{
	text_put(n->depth ? n->name : n->path, stdout);
	if (n->process_count)
		printf("  %zu process%s", n->process_count,
		       n->process_count == 1 ? "" : "es");
	if (n->frozen)
		printf("  frozen");
	if (*n->type && strcmp(n->type, "domain") != 0)
		printf("  %s", n->type);
	put_limits(n);
	if (a->controllers) {
		printf("  [%s]", n->hierarchies);
		if (*n->controllers)
			printf("  has %s", n->controllers);
		if (*n->controllers)
			printf("; hands down %s", *n->subtree_control ?
							  n->subtree_control :
							  "nothing");
		if (n->why)
			printf(" (%s)", n->why);
	}
	putchar('\n');
}

static void put_processes(const struct kist_cg_node *n, const bool *more,
			  bool below)
{
	for (size_t k = 0; n->processes && k < n->process_count; k++) {
		put_lines(more, n->depth + 1);
		printf("%s%d ", below || k + 1 < n->process_count ? "├─" : "└─",
		       n->processes[k].pid);
		text_put(n->processes[k].name, stdout);
		putchar('\n');
	}
}

static void draw(const struct tree_args *a, const struct kist_cg_tree *t)
{
	bool more[DEPTH_MAX + 2] = { false };

	for (size_t i = 0; i < t->count; i++) {
		const struct kist_cg_node *n = &t->nodes[i];
		bool below = i + 1 < t->count && n[1].depth > n->depth;

		if (n->depth >= DEPTH_MAX)
			continue;
		if (n->depth) {
			put_lines(more, n->depth);
			more[n->depth] = has_next(t, i, n->depth);
			fputs(more[n->depth] ? "├─" : "└─", stdout);
		}
		put_node(a, n);
		put_processes(n, more, below);
	}
}

/* ---- JSON ---- */

static void json_limits(struct json_writer *w, const struct kist_cg_node *n)
{
	json_key(w, "limits");
	json_open(w, '[');
	for (size_t i = 0; i < n->limit_count; i++) {
		json_open(w, '{');
		json_member(w, "file", n->limits[i].file);
		json_member(w, "value", n->limits[i].value);
		json_member(w, "from", n->limits[i].from);
		json_member(w, "usage", n->limits[i].usage);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void json_node(struct json_writer *w, const struct kist_cg_node *n)
{
	json_open(w, '{');
	json_member(w, "path", n->path);
	json_member_int(w, "depth", n->depth);
	json_member(w, "hierarchies", n->hierarchies);
	json_member(w, "type", n->type);
	json_member(w, "controllers", n->controllers);
	json_member(w, "subtreeControl", n->subtree_control);
	json_member(w, "why", n->why);
	json_member_bool(w, "frozen", n->frozen);
	json_member_uint(w, "processCount", n->process_count);
	if (n->processes) {
		json_key(w, "processes");
		json_open(w, '[');
		for (size_t k = 0; k < n->process_count; k++) {
			json_open(w, '{');
			json_member_int(w, "pid", n->processes[k].pid);
			json_member(w, "name", n->processes[k].name);
			json_close(w, '}');
		}
		json_close(w, ']');
	}
	json_limits(w, n);
	json_close(w, '}');
}

static int print_json(const struct kist_cg_tree *t, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	for (size_t i = 0; i < t->count; i++)
		json_node(&w, &t->nodes[i]);
	json_close(&w, ']');
	return page_json(&text, err);
}

static int tree_run(void *global, const void *args, struct kist_error *err)
{
	const struct tree_args *a = args;
	const struct kist_cg_tree_args what = {
		.group = a->group,
		.controller = a->controller,
		.depth = (unsigned)a->depth,
		.processes = a->processes,
	};
	struct kist_cg_tree *t;
	int ret;

	(void)global;
	if (a->depth < 0)
		return err_set(err, KIST_E_USAGE,
			       "--depth: there are no %d levels", a->depth);
	ret = kist_cg_tree(&what, &t, err);
	if (ret)
		return ret;
	if (a->json)
		ret = print_json(t, err);
	else
		draw(a, t);
	kist_cg_free(t);
	return ret;
}

const struct command cmd_cg_tree = {
	.name = "cg tree",
	.summary = "control groups, their processes and what limits them",
	.see = "kist-cg-procs(1), systemd-cgls(1)",
	.example = "kist cg tree -c memory",
	.notes = CG_GROUP_NOTES
	"\n\nLimits are those that hold, by the tightest group on the "
	"way up, whose path is then named ('of /a'). Without "
	"--controller the trees of all hierarchies are laid over each "
	"other: a process is then in a group if it is in any of "
	"them.\n\n"
	"JSON: [{path, depth, hierarchies, type, controllers, "
	"subtreeControl, why, frozen, processCount, processes: [{pid, "
	"name}], limits: [{file, value, from, usage}]}], each before "
	"those below it.",
	.opts = tree_opts,
	.args_size = sizeof(struct tree_args),
	.run = tree_run,
};
