/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_ls.c - kist ls: list namespaces, and who keeps them */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/near.h"
#include "base/num.h"
#include "cli/kist.h"
#include "cli/ls_rows.h"

struct ls_args {
	struct opt_list types, columns;
	const char *target, *task, *filter, *tree;
	bool json, list, no_headings, all_columns, raw, no_trunc, no_wrap;
	bool persistent, pins, names, fast, proc;
};
#define ARGS ls_args

static const char *const type_words[] = { "mnt",    "net",  "ipc",
					  "user",   "pid",  "uts",
					  "cgroup", "time", NULL };
static const char *const tree_words[] = { "process", "pid",  "user", "parent",
					  "owner",   "none", NULL };

static const struct opt ls_opts[] = {
	MAYBE("TARGET", opt_string, target,
	      "only the namespaces of this; of a namespace, its processes"),
	TITLE("which"),
	{ .kind = OPT_VALUE,
	  .letter = 't',
	  .name = "type",
	  .value = "KIND[,KIND]",
	  .read = opt_list,
	  .offset = offsetof(struct ls_args, types),
	  .help = "only these kinds: mnt net ipc user pid uts cgroup time",
	  .words = type_words },
	OPT('p', "task|pid", "PID", opt_string, task,
	    "only the namespaces of this process"),
	FLAG('P', "persistent", persistent,
	     "only those without a process in them"),
	OPT('Q', "filter", "EXPRESSION", opt_string, filter,
	    "only rows for which it holds: 'TYPE == \"net\" && NPROCS > 3'"),
	FLAG(0, "fast", fast,
	     "look at processes and our own mounts only: no descriptors, "
	     "sockets, threads, mounts of others"),
	FLAG(0, "proc", proc,
	     "search /proc even where the kernel has listns(2)"),
	TITLE("what of them"),
	FLAG(0, "pins", pins, "what keeps each alive"),
	FLAG(0, "names", names,
	     "what people call each: containers, named sets, units"),
	OPT('o', "output", "[+]COLUMN[,...]", opt_list, columns,
	    "these columns; with + beside the usual ones"),
	FLAG(0, "output-all", all_columns, "all columns"),
	{ .kind = OPT_VALUE,
	  .letter = 'T',
	  .name = "tree",
	  .value = "KIND",
	  .read = opt_string,
	  .offset = offsetof(struct ls_args, tree),
	  .help = "a tree: of processes, of pid or user namespaces, or by "
		  "parent or owner",
	  .words = tree_words,
	  .only_words = true,
	  .bare = "owner" },
	TITLE("how"),
	FLAG('J', "json", json, "as JSON"),
	FLAG('l', "list", list, "no tree"),
	FLAG('n', "noheadings", no_headings, "no line with the names"),
	FLAG('r', "raw", raw, "one blank between cells, for programs"),
	FLAG('u', "notruncate", no_trunc,
	     "cut nothing where the terminal ends"),
	FLAG('W', "nowrap", no_wrap, "one line each"),
	OPT_END,
};

/* ---- what is asked ---- */

static int bad_column(const char *word, struct kist_error *err)
{
	char list[200] = "";
	struct near near;
	size_t len = 0;
	int ret = err_set(err, KIST_E_USAGE, "there is no column '%s'", word);

	near_init(&near, word);
	for (enum ls_column i = 0; i < LS_COUNT; i++) {
		near_offer(&near, ls_columns[i].name);
		if (len < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len,
						"%s%s", len ? ", " : "",
						ls_columns[i].name);
	}
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	else
		err_hint(err, "columns are %s", list);
	return ret;
}

static void usual_columns(const struct ls_args *a, unsigned kinds, bool members,
			  struct ls_view *view)
{
	static const enum ls_column of_members[] = { LS_PID, LS_PPID, LS_USER,
						     LS_COMMAND };
	enum ls_column *to = view->columns;

	if (members) {
		memcpy(to, of_members, sizeof(of_members));
		view->count = ARRAY_LEN(of_members);
		return;
	}
	*to++ = LS_NS;
	*to++ = LS_TYPE;
	*to++ = LS_NPROCS;
	*to++ = LS_PID;
	*to++ = LS_USER;
	if (kinds == KIST_NS_NET) {
		*to++ = LS_NETNSID;
		*to++ = LS_NSFS;
	}
	*to++ = LS_STATE;
	if (a->names)
		*to++ = LS_NAMES;
	/* What a pin says of processes is more than the command. */
	*to++ = a->pins ? LS_PINS : LS_COMMAND;
	view->count = (size_t)(to - view->columns);
}

static int choose_columns(const struct ls_args *a, unsigned kinds, bool members,
			  struct ls_view *view, struct kist_error *err)
{
	char buffer[LS_WORD];

	usual_columns(a, kinds, members, view);
	if (a->all_columns)
		for (view->count = 0; view->count < LS_COUNT; view->count++)
			view->columns[view->count] =
				(enum ls_column)view->count;
	for (size_t i = 0; i < a->columns.count; i++) {
		const char *word =
			ls_view_columns(view, a->columns.items[i], buffer);

		if (word)
			return bad_column(word, err);
	}
	if (!view->count)
		return err_set(err, KIST_E_USAGE, "--output names no column");
	return 0;
}

static enum ls_tree choose_tree(const struct ls_args *a)
{
	if (!a->tree)
		return a->list || a->columns.count || a->pins ? LS_TREE_NONE :
								LS_TREE_PROCESS;
	if (strcmp(a->tree, "none") == 0)
		return LS_TREE_NONE;
	if (strcmp(a->tree, "process") == 0)
		return LS_TREE_PROCESS;
	if (strcmp(a->tree, "pid") == 0 || strcmp(a->tree, "parent") == 0)
		return LS_TREE_PARENT;
	return LS_TREE_OWNER;
}

static int choose_kinds(const struct ls_args *a, unsigned *ret_kinds,
			struct kist_error *err)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < a->types.count; i++) {
		unsigned more;
		int ret = kist_ns_kinds(a->types.items[i], &more, err);

		if (ret < 0)
			return ret;
		kinds |= more;
	}
	if (!kinds && a->tree && strcmp(a->tree, "pid") == 0)
		kinds = KIST_NS_PID;
	*ret_kinds = kinds;
	return 0;
}

static int check_together(const struct ls_args *a, struct kist_error *err)
{
	if (a->json && a->raw)
		return err_set(err, KIST_E_USAGE,
			       "--json and --raw do not go together");
	if (a->target && a->task)
		return err_set(err, KIST_E_USAGE,
			       "--task and a TARGET do not go together");
	if (a->list && a->tree)
		return err_set(err, KIST_E_USAGE,
			       "--list and --tree do not go together");
	if (a->pins && a->fast)
		return err_set(err, KIST_E_USAGE,
			       "--pins and --fast do not go together");
	return 0;
}

static int choose_subject(const struct kist_global *g, const struct ls_args *a,
			  struct kist_ns_query *query, struct kist_error *err)
{
	const char *word = a->task ? a->task : a->target;

	return word ? kist_ns_query_target(&g->kist, word, query, err) : 0;
}

/* ---- doing it ---- */

static void tell_hidden(const struct kist_global *g,
			const struct kist_ns_list *list)
{
	/* Root is not told of what even root may not see. */
	if (list->hidden && !g->quiet && geteuid() != 0)
		fprintf(stderr,
			"kist: the namespaces of %zu process%s are hidden: "
			"other users' can be seen by root\n",
			list->hidden, list->hidden == 1 ? "" : "es");
}

static int show(const struct ls_view *view, const struct kist_ns_list *list,
		bool members, struct kist_error *err)
{
	struct ls_rows rows;
	int ret;

	ls_rows_init(&rows);
	ret = members ? ls_rows_add_members(&rows, view, list, err) :
			ls_rows_add(&rows, view, list, err);
	if (ret == 0 && ls_print(&rows, view, stdout) < 0)
		ret = err_nomem(err);
	ls_rows_done(&rows);
	return ret;
}

static int ls_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct ls_args *a = args;
	struct ls_view view = {
		.all_columns = true,
		.tree = choose_tree(a),
		.no_headings = a->no_headings,
		.raw = a->raw,
		.json = a->json,
		.no_wrap = a->no_wrap || a->raw,
		.no_trunc = a->no_trunc,
		.nested = a->tree != NULL,
		.persistent = a->persistent,
		.filter = a->filter,
	};
	struct kist_ns_query query = { 0 };
	struct kist_ns_list *list;
	int ret = check_together(a, err);

	if (ret == 0)
		ret = choose_kinds(a, &query.kinds, err);
	if (ret == 0)
		ret = choose_subject(g, a, &query, err);
	if (ret == 0)
		ret = choose_columns(a, query.kinds, query.ino != 0 && !a->pins,
				     &view, err);
	if (ret < 0)
		return ret;
	query.want = ls_view_wants(&view);
	query.no_listns = a->proc;
	if (a->fast)
		query.search = query.want & KIST_NS_WANT_RELATIONS ?
				       KIST_NS_SEARCH_RELATIVES :
				       KIST_NS_SEARCH_LITTLE;
	ret = kist_ns_list(&g->kist, &query, &list, err);
	if (ret < 0)
		return ret;
	tell_hidden(g, list);
	ret = show(&view, list, query.ino != 0 && !a->pins, err);
	kist_ns_list_free(list);
	return ret;
}

const struct command cmd_ls = {
	.name = "ls",
	.group = "namespaces",
	.summary = "list namespaces, and who keeps them",
	.see = "lsns(8), namespaces(7), kist-show(1)",
	.example = "kist ls -t net --pins",
	.notes = "Columns: NS, TYPE, PATH, NPROCS, PID, PPID, COMMAND, UID, "
		 "USER, NETNSID, NSFS, PNS, ONS as lsns(8) has them; STATE "
		 "(initial: the machine's own; dead: a pid namespace without "
		 "its process 1, nothing can start in it; held: no process is "
		 "in it), NAMES, PINS.\n\n"
		 "JSON: {\"namespaces\": [{\"ns\": …}]}, the keys being the "
		 "columns in small letters, with --tree in \"children\" of one "
		 "another. \"names\" is an array of texts, \"pins\" one of "
		 "objects: \"kind\" (process, thread, children, descriptor, "
		 "socket, mount, child, owned), and of \"pid\", \"tid\", "
		 "\"fd\", \"command\", \"path\", \"type\", \"ns\" what says "
		 "more.\n\n"
		 "Where the kernel has listns(2) it is asked; else all "
		 "processes, their threads, descriptors and sockets, and all "
		 "mount namespaces are searched. An ordinary user sees the "
		 "namespaces of the own processes, and is told how many are "
		 "hidden.",
	.opts = ls_opts,
	.args_size = sizeof(struct ls_args),
	.run = ls_run,
};
