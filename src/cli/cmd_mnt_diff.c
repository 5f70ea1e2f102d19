/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_mnt_diff.c - kist mnt diff: what two namespaces have mounted otherwise */
#include <stdio.h>

#include <kist/mnt.h>

#include "base/json_write.h"
#include "cli/cmd_mnt.h"
#include "cli/kist.h"
#include "cli/page.h"
#include "cli/table.h"

struct diff_args {
	const char *a, *b;
	bool json;
};
#define ARGS diff_args

static const struct opt diff_opts[] = {
	OPERAND("A", opt_string, a, "whose mounts"),
	OPERAND("B", opt_string, b, "and whose"),
	FLAG('J', "json", json, "as JSON"),
	OPT_END,
};

static void describe(struct table *table, const struct kist_mount *m)
{
	table_addf(table, "%s %s (%s, %s)", m->type, m->source, m->options,
		   m->propagation);
}

static int print_table(const struct kist_mount_diff *diff,
		       struct kist_error *err)
{
	static const struct table_column columns[] = { { "", false },
						       { "POINT", false },
						       { "WHAT", false } };
	CLEANUP_TABLE struct table table = { 0 };

	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < diff->count; i++) {
		const struct kist_mount_change *c = &diff->changes[i];

		table_add(&table, !c->b ? "-" : !c->a ? "+" : "~");
		table_add(&table, c->point);
		if (c->a && c->b)
			table_add(&table, c->what);
		else if (c->a)
			describe(&table, c->a);
		else if (c->b)
			describe(&table, c->b);
	}
	return table_print(&table, stdout, 0) < 0 ? err_nomem(err) : 0;
}

static void write_side(struct json_writer *w, const char *key,
		       const struct kist_mount *m)
{
	json_key(w, key);
	if (!m) {
		json_write_string(w, NULL);
		return;
	}
	json_open(w, '{');
	json_member(w, "source", m->source);
	json_member(w, "fstype", m->type);
	json_member(w, "root", m->root);
	json_member(w, "options", m->options);
	json_member(w, "propagation", m->propagation);
	json_member(w, "super", m->super);
	json_close(w, '}');
}

static int print_json(const struct kist_mount_diff *diff,
		      struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '{');
	json_member(&w, "a", diff->a_label);
	json_member(&w, "b", diff->b_label);
	json_member_bool(&w, "same", diff->a_ns == diff->b_ns);
	json_key(&w, "changes");
	json_open(&w, '[');
	for (size_t i = 0; i < diff->count; i++) {
		json_open(&w, '{');
		json_member(&w, "point", diff->changes[i].point);
		write_side(&w, "a", diff->changes[i].a);
		write_side(&w, "b", diff->changes[i].b);
		json_member(&w, "what", diff->changes[i].what);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	return page_json(&text, err);
}

static int diff_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct diff_args *a = args;
	struct kist_mount_diff *diff;
	int ret = kist_mnt_diff(&g->kist, a->a, a->b, &diff, err);

	if (ret < 0)
		return ret;
	if (!a->json && !g->quiet && diff->a_ns == diff->b_ns)
		fprintf(stderr,
			"kist: note: both are in the mount namespace "
			"mnt:[%llu]\n",
			(unsigned long long)diff->a_ns);
	ret = a->json ? print_json(diff, err) : print_table(diff, err);
	kist_mnt_diff_free(diff);
	return ret;
}

const struct command mnt_diff = {
	.name = "mnt diff",
	.summary = "what two namespaces have mounted otherwise",
	.see = "kist-mnt-tree(1), kist-show(1)",
	.example = "kist mnt diff 1 .",
	.notes = "Lines begin with - (only A has it), + (only B) or ~ (both, "
		 "but not alike: A's value → B's).\n\n"
		 "JSON: {\"a\", \"b\": whose, \"same\": one namespace, "
		 "\"changes\": [{\"point\", \"a\", \"b\": {\"source\", "
		 "\"fstype\", \"root\", \"options\", \"propagation\", "
		 "\"super\"} or null, \"what\": text or null}]}.",
	.opts = diff_opts,
	.args_size = sizeof(struct diff_args),
	.run = diff_run,
};
