/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_show.c - kist show: all about one target, or two compared */
#include <stdio.h>
#include <string.h>

#include <kist/show.h>

#include "cli/kist.h"
#include "cli/show.h"

struct show_args {
	const char *target, *other;
	bool ns, ids, caps, mounts, net, ipc, cg, time, signals, limits;
	bool json, all;
};
#define ARGS show_args

static const struct opt show_opts[] = {
	TITLE("Sections (all of them, if none is named)"),
	FLAG(0, "ns", ns, "namespaces: whose, and who else is in them"),
	FLAG(0, "ids", ids, "users and groups, inside and outside"),
	FLAG(0, "caps", caps, "capabilities, seccomp, security label"),
	FLAG(0, "mounts", mounts, "mounts with their propagation"),
	FLAG(0, "net", net, "devices, addresses, routes, sockets"),
	FLAG(0, "ipc", ipc, "System V and POSIX ipc objects"),
	FLAG(0, "cg", cg, "control groups, limits in force and usage"),
	FLAG(0, "time", time, "clocks, inside and outside"),
	FLAG(0, "signals", signals, "signals, and those process 1 ignores"),
	FLAG(0, "limits", limits, "resource limits, process ids"),
	TITLE("Output"),
	FLAG('J', "json", json, "as JSON"),
	FLAG('a', "all", all, "of two: also what is the same in every detail"),
	OPERAND("TARGET", opt_string, target,
		"a process, container, namespace"),
	MAYBE("TARGET2", opt_string, other, "another, to compare"),
	OPT_END,
};

static unsigned parts_of(const struct show_args *a)
{
	return (a->ns ? KIST_SHOW_NS : 0) | (a->ids ? KIST_SHOW_IDS : 0) |
	       (a->caps ? KIST_SHOW_CAPS : 0) |
	       (a->mounts ? KIST_SHOW_MOUNTS : 0) |
	       (a->net ? KIST_SHOW_NET : 0) | (a->ipc ? KIST_SHOW_IPC : 0) |
	       (a->cg ? KIST_SHOW_CGROUPS : 0) |
	       (a->time ? KIST_SHOW_TIME : 0) |
	       (a->signals ? KIST_SHOW_SIGNALS : 0) |
	       (a->limits ? KIST_SHOW_LIMITS : 0);
}

/* ---- one ---- */

static void print_page(const struct kist_show *show, unsigned asked)
{
	bool whole = asked != 0;
	unsigned parts = show->parts;

	show_print_who(show);
	if (parts & KIST_SHOW_NS)
		show_print_ns(show);
	if (parts & KIST_SHOW_IDS)
		show_print_ids(show);
	if (parts & KIST_SHOW_CAPS)
		show_print_caps(show);
	if (parts & KIST_SHOW_MOUNTS)
		show_print_mounts(show, whole);
	if (parts & KIST_SHOW_NET)
		show_print_net(show, whole);
	if (parts & KIST_SHOW_IPC)
		show_print_ipc(show);
	if (parts & KIST_SHOW_CGROUPS)
		show_print_cgroups(show, whole);
	if (parts & KIST_SHOW_TIME)
		show_print_time(show);
	if (parts & KIST_SHOW_SIGNALS)
		show_print_signals(show);
	if (parts & KIST_SHOW_LIMITS)
		show_print_limits(show, whole);
	if (*show->hidden)
		putchar('\n');
	for (size_t i = 0; show->hidden[i]; i++)
		page_note("not visible to you: %s", show->hidden[i]);
}

/* ---- two ---- */

static void print_table(const struct kist_show *a, const struct kist_show *b,
			const struct kist_show_row *rows, size_t count,
			bool all)
{
	const struct table_column columns[] = {
		{ "", false },
		{ "", false },
		{ a->target, false },
		{ b->target, false },
	};
	CLEANUP_TABLE struct table table;
	size_t same = 0;

	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < count; i++) {
		const struct kist_show_row *row = &rows[i];

		if (row->is_same && row->part != KIST_SHOW_NS && !all) {
			same++;
			continue;
		}
		table_add(&table, row->what);
		table_add(&table, !row->is_known ? "?" :
				  row->is_same	 ? "same" :
						   "differs");
		table_add(&table, row->a ? row->a : "-");
		table_add(&table, row->is_same ? "" : row->b ? row->b : "-");
	}
	if (table.count && page_table(&table) == 0 && same)
		putchar('\n');
	if (same)
		page_note("%zu more are the same (-a shows them)", same);
}

static void print_both(const struct kist_show *a, const struct kist_show *b,
		       const struct kist_show_row *rows, size_t count, bool all)
{
	page_note("%s and %s", a->label, b->label);
	putchar('\n');
	print_table(a, b, rows, count, all);
	for (size_t i = 0; a->hidden[i]; i++)
		page_note("not visible to you: of %s %s", a->target,
			  a->hidden[i]);
	for (size_t i = 0; b->hidden[i]; i++)
		page_note("not visible to you: of %s %s", b->target,
			  b->hidden[i]);
}

static void json_rows(struct json_writer *w, const struct kist_show *a,
		      const struct kist_show *b,
		      const struct kist_show_row *rows, size_t count)
{
	json_open(w, '{');
	json_member(w, "a", a->target);
	json_member(w, "b", b->target);
	json_key(w, "rows");
	json_open(w, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(w, '{');
		json_member(w, "what", rows[i].what);
		json_key(w, "same");
		if (rows[i].is_known)
			json_write_bool(w, rows[i].is_same);
		else
			json_write_string(w, NULL);
		json_member(w, "a", rows[i].a);
		json_member(w, "b", rows[i].b);
		json_close(w, '}');
	}
	json_close(w, ']');
	json_close(w, '}');
}

/* ---- the verb ---- */

static int show_two(const struct show_args *a, struct kist_show *one,
		    struct kist_show *two, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct kist_show_row *rows;
	struct json_writer w;
	size_t count;
	int ret = kist_show_compare(one, two, &rows, &count, err);

	buf_init(&text);
	if (ret < 0)
		return ret;
	if (!a->json) {
		print_both(one, two, rows, count, a->all);
		return 0;
	}
	json_write_init(&w, &text, "  ");
	json_rows(&w, one, two, rows, count);
	return page_json(&text, err);
}

static int show_one(const struct show_args *a, const struct kist_show *show,
		    struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	if (!a->json) {
		print_page(show, parts_of(a));
		return 0;
	}
	json_write_init(&w, &text, "  ");
	show_json(&w, show);
	return page_json(&text, err);
}

static int show_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct show_args *a = args;
	struct kist_show *one, *two = NULL;
	int ret = kist_show(&g->kist, a->target, parts_of(a), &one, err);

	if (ret < 0)
		return ret;
	if (a->other)
		ret = kist_show(&g->kist, a->other, parts_of(a), &two, err);
	if (ret == 0 && two)
		ret = show_two(a, one, two, err);
	else if (ret == 0)
		ret = show_one(a, one, err);
	kist_show_free(two);
	kist_show_free(one);
	return ret;
}

const struct command cmd_show = {
	.name = "show",
	.group = "namespaces",
	.summary = "all about one target, or two compared",
	.see = "kist-ls(1), kist-enter(1), namespaces(7), proc(5)",
	.example = "kist show . --caps",
	.notes =
		"TARGET is '.' (yourself), a process id, the name of a container "
		"or of named namespaces, net:[INODE], a namespace's inode, "
		":NSID, a namespace file, netns:NAME, fd:N@PID, docker:ID, "
		"podman:ID, unit:NAME or cg:/PATH.\n\n"
		"Ids are as you see them; \"inside\" is what the target itself "
		"sees. An id that one side has no name for is shown there as "
		"the overflow id, 65534 (nobody).\n\n"
		"A limit of a control group is the smallest on the way from the "
		"root, with the group that sets it; usage is the group's own, "
		"and in brackets that of the group that sets the limit.\n\n"
		"With two targets each kind of namespace is compared, and of "
		"everything else what differs. The exit status is 0 whatever "
		"differs.\n\n"
		"Of all sections together only what matters is shown of the "
		"long ones; one asked for by name is shown whole.\n\n"
		"JSON, one target: \"target\", \"label\", \"pid\" (null: a "
		"namespace without a process), \"name\", \"command\", "
		"\"parent\", \"state\", \"threads\", \"started\" (nanoseconds "
		"since 1970), \"pids\" (yours first, its own last), "
		"\"notVisible\"; and of each section: \"namespaces\" [kind, "
		"inode, forChildren, owner, initial, ours, processes]; \"ids\" "
		"{user, group: real, effective, saved, fs: {outside, name, "
		"inside, insideName, mapped}; groups; uidMap, gidMap [inside, "
		"outside, count]; setgroups; overflowUid, overflowGid}; "
		"\"capabilities\" {effective, permitted, inheritable, bounding, "
		"ambient, userNamespace, noNewPrivileges, seccomp, "
		"seccompFilters, securityLabel}; \"mounts\" [id, parent, "
		"device, root, point, options, type, source, superOptions, "
		"propagation, peerGroup, master]; \"net\" {links [index, name, "
		"kind, mac, up, mtu, addresses, rxBytes, txBytes], routes, "
		"sockets [protocol, address, inode, pid]}; \"ipc\" [kind, id, "
		"key, name, mode, uid, gid, creator, bytes, count, attached, "
		"pid, lastPid, changed]; \"cgroups\" [hierarchy, controllers, "
		"path, mount, deleted, limits [name, file, device, unit, "
		"limit, setBy, usage, usageThere, list]]; \"clocks\" [name, "
		"outside, inside, offset; nanoseconds]; \"signals\" {pending, "
		"blocked, ignored, caught, init, initIgnores}; \"limits\" "
		"{rlimits [name, unit, soft, hard], processes, pidMax, "
		"threadsMax}. Unknown numbers and limits that nobody sets are "
		"null.\n\n"
		"JSON, two targets: \"a\", \"b\", and \"rows\" [what, same "
		"(null: not visible), a, b].",
	.opts = show_opts,
	.args_size = sizeof(struct show_args),
	.run = show_run,
};
