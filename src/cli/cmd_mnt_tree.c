/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_mnt_tree.c - kist mnt tree: the mounts of a namespace, and who shares */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <kist/mnt.h>

#include "base/json_write.h"
#include "base/near.h"
#include "cli/cmd_mnt.h"
#include "cli/kist.h"
#include "cli/page.h"
#include "cli/table.h"

struct tree_args {
	const char *target;
	struct opt_list columns;
	bool json, list, peers, no_headings, all_columns, raw;
};
#define ARGS tree_args

static const struct opt tree_opts[] = {
	MAYBE("TARGET", opt_string, target, "whose mounts (default: our own)"),
	FLAG(0, "peers", peers,
	     "instead: who propagates mounts to whom, over all namespaces"),
	OPT('o', "output", "[+]COLUMN[,...]", opt_list, columns,
	    "these columns; with + beside the usual ones"),
	FLAG(0, "output-all", all_columns, "all columns"),
	FLAG('J', "json", json, "as JSON"),
	FLAG('l', "list", list, "no tree"),
	FLAG('n', "noheadings", no_headings, "no line with the names"),
	FLAG('r', "raw", raw, "one blank between cells, for programs"),
	OPT_END,
};

enum column {
	POINT,
	SOURCE,
	TYPE,
	OPTIONS,
	PROPAGATION,
	ID,
	PARENT,
	DEVICE,
	ROOT,
	PEERS,
	MASTER,
	FROM,
	SUPER,
	COLUMNS
};
#define USUAL 5

static const struct table_column columns[COLUMNS] = {
	[POINT] = { "POINT", false },
	[SOURCE] = { "SOURCE", false },
	[TYPE] = { "FSTYPE", false },
	[OPTIONS] = { "OPTIONS", false },
	[PROPAGATION] = { "PROPAGATION", false },
	[ID] = { "ID", true },
	[PARENT] = { "PARENT", true },
	[DEVICE] = { "MAJ:MIN", true },
	[ROOT] = { "ROOT", false },
	[PEERS] = { "PEERS", true },
	[MASTER] = { "MASTER", true },
	[FROM] = { "FROM", true },
	[SUPER] = { "SUPER", false },
};

struct view {
	enum column columns[2 * COLUMNS];
	size_t count;
};

/* ---- columns ---- */

static int take_column(struct view *view, const char *word, size_t len,
		       struct kist_error *err)
{
	struct near near;
	char name[32];
	int ret;

	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	near_init(&near, name);
	for (enum column i = 0; i < COLUMNS; i++) {
		near_offer(&near, columns[i].name);
		if (strcasecmp(columns[i].name, name) != 0)
			continue;
		if (view->count < ARRAY_LEN(view->columns))
			view->columns[view->count++] = i;
		return 0;
	}
	ret = err_set(err, KIST_E_USAGE, "there is no column '%s'", name);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	else
		err_hint(err, "they are POINT, SOURCE, FSTYPE, OPTIONS, "
			      "PROPAGATION, ID, PARENT, MAJ:MIN, ROOT, PEERS, "
			      "MASTER, FROM and SUPER");
	return ret;
}

static int choose_columns(const struct tree_args *a, struct view *view,
			  struct kist_error *err)
{
	size_t usual = a->all_columns ? COLUMNS : USUAL;

	for (view->count = 0; view->count < usual; view->count++)
		view->columns[view->count] = (enum column)view->count;
	for (size_t i = 0; i < a->columns.count; i++) {
		const char *word = a->columns.items[i];

		if (*word == '+')
			word++;
		else
			view->count = 0;
		while (*word) {
			size_t len = strcspn(word, ",");
			int ret = take_column(view, word, len, err);

			if (ret < 0)
				return ret;
			word += len + (word[len] == ',');
		}
	}
	return 0;
}

/* ---- the table ---- */

struct printer {
	const struct kist_mount_list *list;
	const struct view *view;
	struct table *table;
	bool is_flat;
};

static bool is_child(const struct kist_mount_list *list, size_t i,
		     const struct kist_mount *parent)
{
	const struct kist_mount *m = &list->mounts[i];

	if (parent)
		return m->parent == parent->id && m != parent;
	for (size_t k = 0; k < list->count; k++)
		if (list->mounts[k].id == m->parent && k != i)
			return false;
	return true;
}

static void add_number(struct table *table, uint32_t number)
{
	if (number)
		table_addf(table, "%u", number);
	else
		table_add(table, "");
}

static void add_cell(struct table *table, const struct kist_mount *m,
		     enum column column)
{
	switch (column) {
	case ID:
		table_addf(table, "%d", m->id);
		break;
	case PARENT:
		table_addf(table, "%d", m->parent);
		break;
	case DEVICE:
		table_addf(table, "%u:%u", m->major, m->minor);
		break;
	case PEERS:
		add_number(table, m->peers);
		break;
	case MASTER:
		add_number(table, m->master);
		break;
	case FROM:
		add_number(table, m->from);
		break;
	case POINT:
		table_add(table, m->point);
		break;
	case SOURCE:
		/* of a bind mount, what of the file system it is */
		if (strcmp(m->root, "/") == 0)
			table_add(table, m->source);
		else
			table_addf(table, "%s[%s]", m->source, m->root);
		break;
	case TYPE:
		table_add(table, m->type);
		break;
	case OPTIONS:
		table_add(table, m->options);
		break;
	case PROPAGATION:
		table_add(table, m->propagation);
		break;
	case ROOT:
		table_add(table, m->root);
		break;
	case SUPER:
		table_add(table, m->super);
		break;
	case COLUMNS:
		break;
	}
}

static void add_row(const struct printer *p, const struct kist_mount *m,
		    const char *art)
{
	for (size_t i = 0; i < p->view->count; i++) {
		enum column column = p->view->columns[i];

		if (column == POINT)
			table_addf(p->table, "%s%s", art, m->point);
		else
			add_cell(p->table, m, column);
	}
}

#define DEPTH_MAX 60
#define ART_MAX (DEPTH_MAX * 8)

/* @art: what is drawn before the children of @parent */
static void add_children(const struct printer *p,
			 const struct kist_mount *parent, const char *art,
			 unsigned depth)
{
	const struct kist_mount_list *list = p->list;
	size_t left = 0;

	for (size_t i = 0; i < list->count; i++)
		left += is_child(list, i, parent);
	for (size_t i = 0; i < list->count; i++) {
		char own[ART_MAX], below[ART_MAX];

		if (!is_child(list, i, parent))
			continue;
		left--;
		snprintf(own, sizeof(own), "%s%s", art,
			 !parent ? "" :
			 left	 ? "├─" :
				   "└─");
		snprintf(below, sizeof(below), "%s%s", art,
			 !parent ? "" :
			 left	 ? "│ " :
				   "  ");
		add_row(p, &list->mounts[i], own);
		if (depth < DEPTH_MAX)
			add_children(p, &list->mounts[i], below, depth + 1);
	}
}

static int print_table(const struct tree_args *a, const struct view *view,
		       const struct kist_mount_list *list,
		       struct kist_error *err)
{
	struct table_column chosen[2 * COLUMNS];
	CLEANUP_TABLE struct table table = { 0 };
	const struct printer p = { list, view, &table, a->list || a->raw };

	for (size_t i = 0; i < view->count; i++)
		chosen[i] = columns[view->columns[i]];
	table_init(&table, chosen, view->count);
	if (p.is_flat)
		for (size_t i = 0; i < list->count; i++)
			add_row(&p, &list->mounts[i], "");
	else
		add_children(&p, NULL, "", 0);
	if (table_print(&table, stdout,
			(a->no_headings ? 0u : TABLE_HEADINGS) |
				(a->raw ? TABLE_RAW : 0u)) < 0)
		return err_nomem(err);
	return 0;
}

/* ---- JSON ---- */

static void write_mount(struct json_writer *w, const struct kist_mount *m)
{
	char device[32];

	snprintf(device, sizeof(device), "%u:%u", m->major, m->minor);
	json_member_int(w, "id", m->id);
	json_member_int(w, "parent", m->parent);
	json_member(w, "point", m->point);
	json_member(w, "source", m->source);
	json_member(w, "fstype", m->type);
	json_member(w, "options", m->options);
	json_member(w, "propagation", m->propagation);
	json_member(w, "maj:min", device);
	json_member(w, "root", m->root);
	json_member_uint(w, "peers", m->peers);
	json_member_uint(w, "master", m->master);
	json_member_uint(w, "from", m->from);
	json_member(w, "super", m->super);
}

static int print_list_json(const struct kist_mount_list *list,
			   struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '{');
	json_member(&w, "target", list->label);
	json_member_uint(&w, "ns", list->ns);
	json_member_bool(&w, "mtabIsFile", list->mtab_is_file);
	json_key(&w, "mounts");
	json_open(&w, '[');
	for (size_t i = 0; i < list->count; i++) {
		json_open(&w, '{');
		write_mount(&w, &list->mounts[i]);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	return page_json(&text, err);
}

/* ---- peers ---- */

static int print_peers_json(const struct kist_mount_peers *peers,
			    struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '{');
	json_key(&w, "members");
	json_open(&w, '[');
	for (size_t i = 0; i < peers->count; i++) {
		const struct kist_mount_member *m = &peers->members[i];

		json_open(&w, '{');
		json_member_uint(&w, "ns", m->ns);
		json_member_int(&w, "pid", m->pid);
		json_member(&w, "command", m->command);
		write_mount(&w, &m->mount);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	return page_json(&text, err);
}

static void add_member(struct table *table, const struct kist_mount_member *m,
		       const char *art, const char *role)
{
	table_addf(table, "%s%s", art, role);
	table_addf(table, "mnt:[%" PRIu64 "]", m->ns);
	table_addf(table, "%d", m->pid);
	table_add(table, m->command);
	table_add(table, m->mount.point);
}

/* Those that have all to do with @group; slaves that are a group themselves are
 * shown once, with their own below them. */
static void add_group(struct table *table, const struct kist_mount_peers *peers,
		      uint32_t group, const char *art, unsigned depth)
{
	uint32_t last = 0;
	char name[40], below[ART_MAX];

	for (size_t i = 0; i < peers->count; i++)
		if (peers->members[i].mount.peers == group) {
			snprintf(name, sizeof(name), "peers %u", group);
			add_member(table, &peers->members[i], art, name);
		}
	snprintf(below, sizeof(below), "%s  ", art);
	for (size_t i = 0; i < peers->count; i++) {
		const struct kist_mount *m = &peers->members[i].mount;

		if (m->master != group)
			continue;
		if (!m->peers) {
			snprintf(name, sizeof(name), "slave of %u", group);
			add_member(table, &peers->members[i], below, name);
		} else if (m->peers != last && depth < DEPTH_MAX) {
			add_group(table, peers, m->peers, below, depth + 1);
		}
		last = m->peers;
	}
}

static bool has_group(const struct kist_mount_peers *peers, uint32_t group)
{
	for (size_t i = 0; i < peers->count; i++)
		if (peers->members[i].mount.peers == group)
			return true;
	return false;
}

static int print_peers(const struct tree_args *a,
		       const struct kist_mount_peers *peers,
		       struct kist_error *err)
{
	static const struct table_column headings[] = {
		{ "GROUP", false },   { "NAMESPACE", false }, { "PID", true },
		{ "COMMAND", false }, { "POINT", false },
	};
	CLEANUP_TABLE struct table table = { 0 };
	uint32_t last = 0;

	table_init(&table, headings, ARRAY_LEN(headings));
	for (size_t i = 0; i < peers->count; i++) {
		const struct kist_mount *m = &peers->members[i].mount;
		bool is_below = m->master && has_group(peers, m->master);

		if (m->peers && m->peers != last && !is_below)
			add_group(&table, peers, m->peers, "", 0);
		else if (!m->peers && !is_below)
			add_member(&table, &peers->members[i], "",
				   "slave of one unseen");
		last = m->peers;
	}
	if (table_print(&table, stdout,
			(a->no_headings ? 0u : TABLE_HEADINGS) |
				(a->raw ? TABLE_RAW : 0u)) < 0)
		return err_nomem(err);
	return 0;
}

static int run_peers(const struct tree_args *a, struct kist_error *err)
{
	struct kist_mount_peers *peers;
	int ret = kist_mnt_peers(&peers, err);

	if (ret < 0)
		return ret;
	ret = a->json ? print_peers_json(peers, err) :
			print_peers(a, peers, err);
	kist_mnt_peers_free(peers);
	return ret;
}

static int tree_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct tree_args *a = args;
	struct kist_mount_list *list;
	struct view view;
	int ret = choose_columns(a, &view, err);

	if (ret < 0)
		return ret;
	if (a->peers && a->target)
		return err_set(err, KIST_E_USAGE,
			       "--peers is of all namespaces: no TARGET goes "
			       "with it");
	if (a->peers)
		return run_peers(a, err);
	ret = kist_mnt_list(&g->kist, a->target ? a->target : ".", &list, err);
	if (ret < 0)
		return ret;
	if (list->mtab_is_file && !g->quiet)
		fprintf(stderr, "kist: note: /etc/mtab there is a file of its "
				"own: what it says of mounts may be wrong\n");
	ret = a->json ? print_list_json(list, err) :
			print_table(a, &view, list, err);
	kist_mnt_list_free(list);
	return ret;
}

const struct command mnt_tree = {
	.name = "mnt tree|ls",
	.summary = "the mounts of a namespace, with propagation",
	.see = "findmnt(8), proc_pid_mountinfo(5), mount_namespaces(7)",
	.example = "kist mnt tree 1",
	.notes =
		"Columns: POINT, SOURCE, FSTYPE, OPTIONS, PROPAGATION; ID, "
		"PARENT, MAJ:MIN, ROOT (what of the file system is mounted), "
		"PEERS (group whose members see each other's mounts), MASTER "
		"(group that mounts come from), FROM (nearest such group that "
		"is seen, if not MASTER), SUPER (options of the file "
		"system).\n\n"
		"With --peers each group is shown with its members in all "
		"namespaces, and below it those that receive from it.\n\n"
		"JSON: {\"target\", \"ns\", \"mtabIsFile\", \"mounts\": [{\"id\", "
		"\"parent\", \"point\", \"source\", \"fstype\", \"options\", "
		"\"propagation\", \"maj:min\", \"root\", \"peers\", \"master\", "
		"\"from\", \"super\"}]}; with --peers {\"members\": [the same, "
		"and \"ns\", \"pid\", \"command\"]}. 0 is no group.",
	.opts = tree_opts,
	.args_size = sizeof(struct tree_args),
	.run = tree_run,
};
