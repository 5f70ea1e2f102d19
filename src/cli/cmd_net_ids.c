/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net_ids.c - kist net ids: by which number networks know each other */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <kist/net.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "base/num.h"
#include "cli/kist.h"
#include "cli/net.h"
#include "cli/steps.h"
#include "cli/table.h"

struct ids_args {
	const char *first, *target, *number;
	bool dry_run, json;
};
#define ARGS ids_args

static const struct opt ids_opts[] = {
	FLAG('n', "dry-run", dry_run,
	     "print what would be done, change nothing"),
	FLAG('J', "json", json, "as JSON"),
	MAYBE("TARGET", opt_string, first,
	      "as seen from there (default: from here); or \"set\""),
	MAYBE("WHOSE", opt_string, target, "of \"set\": a TARGET"),
	MAYBE("ID", opt_string, number,
	      "of \"set\": from 0 on; or \"auto\" (default)"),
	OPT_END,
};

static int print_table(const struct kist_net_id *ids, size_t count)
{
	static const struct table_column columns[] = {
		{ "NSID", true },
		{ "NS", true },
		{ "NET", false },
	};
	CLEANUP_TABLE struct table table;

	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < count; i++) {
		table_addf(&table, "%d", ids[i].id);
		if (ids[i].ns)
			table_addf(&table, "%" PRIu64, ids[i].ns);
		else
			table_add(&table, "-");
		table_add(&table, ids[i].label ?: "(not to be found)");
	}
	return table_print(&table, stdout, TABLE_HEADINGS);
}

static int print_json(const struct kist_net_id *ids, size_t count)
{
	CLEANUP_BUF struct buf buf;
	struct json_writer w;

	buf_init(&buf);
	json_write_init(&w, &buf, "  ");
	json_open(&w, '{');
	json_key(&w, "ids");
	json_open(&w, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(&w, '{');
		json_member_int(&w, "nsid", ids[i].id);
		json_member_uint(&w, "ns", ids[i].ns);
		json_member(&w, "label", ids[i].label);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(&buf, '\n');
	return buf_write(&buf, STDOUT_FILENO);
}

static int list(const struct kist_global *g, const struct ids_args *a,
		struct kist_error *err)
{
	struct kist_net_id *ids;
	size_t count;
	int ret = kist_net_ids(&g->kist, a->first, &ids, &count, err);

	if (ret < 0)
		return ret;
	ret = a->json ? print_json(ids, count) : print_table(ids, count);
	kist_net_ids_free(ids, count);
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret, "print the list") :
			 0;
}

static int set(const struct kist_global *g, const struct ids_args *a,
	       struct kist_error *err)
{
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	int64_t number = -1;
	int32_t id;
	int ret;

	if (!a->target)
		return err_set(err, KIST_E_USAGE,
			       "whose id is to be set is not given: "
			       "kist net ids set TARGET [ID]");
	if (a->number && strcmp(a->number, "auto") != 0 &&
	    (num_parse_i64(a->number, &number) < 0 || number < 0 ||
	     number > INT32_MAX))
		return err_set(err, KIST_E_USAGE,
			       "'%s' is not an id: a number from 0 on, or auto",
			       a->number);
	ret = kist_net_id_set(&g->kist, a->target, (int32_t)number, &trace, &id,
			      err);
	if (ret == 0 && !a->dry_run && !g->quiet)
		printf("%d\n", id);
	return ret;
}

static int ids_run(void *global, const void *args, struct kist_error *err)
{
	const struct ids_args *a = args;

	if (a->first && strcmp(a->first, "set") == 0)
		return set(global, a, err);
	if (a->target)
		return err_set(err, KIST_E_USAGE, "unexpected word '%s'",
			       a->target);
	if (a->dry_run)
		return err_set(
			err, KIST_E_USAGE,
			"--dry-run is for 'set': a list changes nothing");
	return list(global, a, err);
}

const struct command cmd_net_ids = {
	.name = "net ids",
	.group = "namespaces",
	.summary = "list the numbers by which networks know each other",
	.see = "ip-netns(8), kist-net-ls(1)",
	.example = "kist net ids",
	.notes = "The kernel tells of the other end of a veth by a number, the "
		 "nsid, that means something in one network namespace alone. "
		 "One is given when it is first needed, or by \"kist net ids "
		 "set TARGET [ID]\" (in the network of the caller); it can be "
		 "neither changed nor taken back. \":7\" is a TARGET.\n\n"
		 "JSON: {\"ids\": [{nsid, ns, label}]}; ns is an inode number, "
		 "0 with a label of null: whose it is cannot be found.",
	.opts = ids_opts,
	.args_size = sizeof(struct ids_args),
	.run = ids_run,
};
