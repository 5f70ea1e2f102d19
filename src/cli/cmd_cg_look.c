/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_cg_look.c - kist cg ls, get, procs: what there is */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <kist/cgroup.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "base/letters.h"
#include "cli/cg.h"
#include "cli/page.h"
#include "cli/table.h"

/* ---- ls ---- */

struct ls_args {
	bool controllers, json;
};
#define ARGS ls_args

static const struct opt ls_opts[] = {
	FLAG('c', "controllers", controllers,
	     "controllers instead of hierarchies, and why one is missing"),
	FLAG('J', "json", json, "as JSON"),
	OPT_END,
};
#undef ARGS

static int ls_controllers(const struct kist_cg_machine *m,
			  struct kist_error *err)
{
	static const struct table_column columns[] = {
		{ "CONTROLLER", false }, { "STATE", false },
		{ "HIERARCHY", true },	 { "GROUPS", true },
		{ "MOUNT", false },	 { "WHY", false },
	};
	CLEANUP_TABLE struct table table;

	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->controller_count; i++) {
		const struct kist_cg_controller *c = &m->controllers[i];

		table_add(&table, c->name);
		table_add(&table, kist_cg_state_name(c->state));
		if (c->hierarchy)
			table_addf(&table, "%d", c->hierarchy);
		else
			table_add(&table, "-");
		if (c->groups >= 0)
			table_addf(&table, "%" PRId64, c->groups);
		else
			table_add(&table, "-");
		table_add(&table, c->mount ? c->mount : "-");
		table_add(&table, c->why);
	}
	return table_print(&table, stdout, TABLE_HEADINGS) ? err_nomem(err) : 0;
}

static int ls_hierarchies(const struct kist_cg_machine *m,
			  struct kist_error *err)
{
	static const struct table_column columns[] = {
		{ "ID", true },	    { "VERSION", false },
		{ "GROUPS", true }, { "DYING", true },
		{ "MOUNT", false }, { "CONTROLLERS", false },
	};
	CLEANUP_TABLE struct table table;

	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < m->hierarchy_count; i++) {
		const struct kist_cg_hierarchy *h = &m->hierarchies[i];

		for (const char *const *at = h->mounts; *at; at++) {
			table_addf(&table, "%d", h->number);
			table_addf(&table, "%s%s", h->is_v2 ? "v2" : "v1",
				   h->read_only ? " (ro)" : "");
			table_addf(&table, "%" PRId64, h->groups);
			if (h->dying >= 0)
				table_addf(&table, "%" PRId64, h->dying);
			else
				table_add(&table, "-");
			table_add(&table, *at);
			table_add(&table, h->controllers);
		}
	}
	return table_print(&table, stdout, TABLE_HEADINGS) ? err_nomem(err) : 0;
}

static void json_controller(struct json_writer *w,
			    const struct kist_cg_controller *c)
{
	json_open(w, '{');
	json_member(w, "name", c->name);
	json_member(w, "state", kist_cg_state_name(c->state));
	json_member_int(w, "hierarchy", c->hierarchy);
	json_member_int(w, "groups", c->groups);
	json_member(w, "mount", c->mount);
	json_member(w, "why", c->why);
	json_close(w, '}');
}

static void json_hierarchy(struct json_writer *w,
			   const struct kist_cg_hierarchy *h)
{
	json_open(w, '{');
	json_member_int(w, "id", h->number);
	json_member_int(w, "version", h->is_v2 ? 2 : 1);
	json_member(w, "controllers", h->controllers);
	json_member_strings(w, "mounts", h->mounts);
	json_member(w, "options", h->options);
	json_member_bool(w, "readOnly", h->read_only);
	json_member_int(w, "groups", h->groups);
	json_member_int(w, "dying", h->dying);
	json_member(w, "releaseAgent", h->release_agent);
	json_close(w, '}');
}

static int ls_json(const struct kist_cg_machine *m, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '{');
	json_key(&w, "hierarchies");
	json_open(&w, '[');
	for (size_t i = 0; i < m->hierarchy_count; i++)
		json_hierarchy(&w, &m->hierarchies[i]);
	json_close(&w, ']');
	json_key(&w, "controllers");
	json_open(&w, '[');
	for (size_t i = 0; i < m->controller_count; i++)
		json_controller(&w, &m->controllers[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	return page_json(&text, err);
}

static int ls_run(void *global, const void *args, struct kist_error *err)
{
	const struct ls_args *a = args;
	struct kist_cg_machine *m;
	int ret = kist_cg_machine(&m, err);

	(void)global;
	if (ret)
		return ret;
	ret = a->json	     ? ls_json(m, err) :
	      a->controllers ? ls_controllers(m, err) :
			       ls_hierarchies(m, err);
	kist_cg_free(m);
	return ret;
}

const struct command cmd_cg_ls = {
	.name = "cg ls",
	.summary = "hierarchies with their mounts, or controllers",
	.see = "kist-cg-mount(1), cgroups(7)",
	.example = "kist cg ls -c",
	.notes = "STATE is v1, v2, implicit (on v2 without being enabled), "
		 "unmounted or disabled. GROUPS counts the groups of a "
		 "hierarchy; DYING those that were removed while memory still "
		 "was charged to them.\n\n"
		 "JSON: {hierarchies: [{id, version, controllers, mounts, "
		 "options, readOnly, groups, dying, releaseAgent}], "
		 "controllers: [{name, state, hierarchy, groups, mount, "
		 "why}]}; -1 is not known.",
	.opts = ls_opts,
	.args_size = sizeof(struct ls_args),
	.run = ls_run,
};

/* ---- get ---- */

struct get_args {
	bool json, names;
	const char *group;
	const char *const *files;
};
#define ARGS get_args

static const struct opt get_opts[] = {
	FLAG('n', "names", names, "FILE=VALUE even for a single file"),
	FLAG('J', "json", json, "as JSON"),
	OPERAND("GROUP", opt_string, group, "which"),
	REST("FILE...", files,
	     "memory.max, 'memory.*', or memory for all of a controller "
	     "(default: everything)"),
	OPT_END,
};
#undef ARGS

/* Further lines begin with a tab. */
static void put_value(const char *value)
{
	size_t len;
	char letter[5];

	for (; *value; value += len) {
		len = letter_len(value) ?: 1;
		snprintf(letter, sizeof(letter), "%.*s", (int)len, value);
		if (*value == '\n')
			fputs("\n\t", stdout);
		else if (*value == '\t')
			putchar('\t');
		else
			text_put(letter, stdout);
	}
	putchar('\n');
}

static int get_json(const struct kist_cg_files *f, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	for (size_t i = 0; i < f->count; i++) {
		json_open(&w, '{');
		json_member(&w, "path", f->files[i].path);
		json_member(&w, "hierarchy", f->files[i].hierarchy);
		json_member(&w, "file", f->files[i].name);
		json_member(&w, "value", f->files[i].value);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	return page_json(&text, err);
}

static int get_run(void *global, const void *args, struct kist_error *err)
{
	const struct get_args *a = args;
	struct kist_cg_files *f;
	const char *hierarchy = "";
	int ret = kist_cg_get(a->group, a->files, &f, err);
	bool one;

	(void)global;
	if (ret)
		return ret;
	one = !a->names && f->count == 1 && a->files && !a->files[1] &&
	      strcmp(a->files[0], f->files[0].name) == 0;
	if (a->json)
		ret = get_json(f, err);
	for (size_t i = 0; !a->json && i < f->count; i++) {
		const struct kist_cg_file *file = &f->files[i];

		if (one) {
			if (*file->value)
				puts(file->value);
			break;
		}
		if (!a->files && strcmp(hierarchy, file->hierarchy) != 0) {
			hierarchy = file->hierarchy;
			printf("# %s:", hierarchy);
			text_put(file->path, stdout);
			putchar('\n');
		}
		printf("%s=", file->name);
		put_value(file->value);
	}
	kist_cg_free(f);
	return ret;
}

const struct command cmd_cg_get = {
	.name = "cg get",
	.summary = "read files of a control group",
	.see = "kist-cg-set(1), cgroups(7)",
	.example = "kist cg get . cpu",
	.notes = CG_GROUP_NOTES
	"\n\nA single FILE prints its value alone, as the kernel has "
	"it; several print FILE=VALUE, which 'kist cg set' reads; "
	"further lines of a value begin with a tab.\n\n"
	"JSON: [{path, hierarchy, file, value}].",
	.opts = get_opts,
	.args_size = sizeof(struct get_args),
	.run = get_run,
};

/* ---- procs ---- */

struct procs_args {
	bool json, threads, recursive, ids;
	const char *group;
};
#define ARGS procs_args

static const struct opt procs_opts[] = {
	FLAG('t', "threads", threads, "threads instead of processes"),
	FLAG('r', "recursive", recursive, "those in groups below too"),
	FLAG('q', "quiet", ids, "only the numbers"),
	FLAG('J', "json", json, "as JSON"),
	OPERAND("GROUP", opt_string, group, "which"),
	OPT_END,
};
#undef ARGS

static int procs_json(const struct kist_cg_processes *p, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	for (size_t i = 0; i < p->count; i++) {
		json_open(&w, '{');
		json_member_int(&w, "pid", p->processes[i].pid);
		json_member(&w, "name", p->processes[i].name);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	return page_json(&text, err);
}

static int procs_run(void *global, const void *args, struct kist_error *err)
{
	const struct procs_args *a = args;
	struct kist_cg_processes *p;
	int ret = kist_cg_procs(a->group, a->threads, a->recursive, &p, err);

	(void)global;
	if (ret)
		return ret;
	if (a->json)
		ret = procs_json(p, err);
	for (size_t i = 0; !a->json && i < p->count; i++) {
		printf(a->ids ? "%d" : "%7d ", p->processes[i].pid);
		if (!a->ids)
			text_put(p->processes[i].name, stdout);
		putchar('\n');
	}
	kist_cg_free(p);
	return ret;
}

const struct command cmd_cg_procs = {
	.name = "cg procs",
	.summary = "who is in a control group: sorted, each once, with names",
	.see = "kist-cg-mv(1), kist-cg-tree(1)",
	.example = "kist cg procs .",
	.notes = CG_GROUP_NOTES
	"\n\nOf a group in several hierarchies: who is in it in any.\n\n"
	"JSON: [{pid, name}].",
	.opts = procs_opts,
	.args_size = sizeof(struct procs_args),
	.run = procs_run,
};
