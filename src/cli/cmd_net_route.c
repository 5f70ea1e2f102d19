/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net_route.c - kist net route: routes of a namespace, from outside */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kist/netns.h>

#include "base/json_write.h"
#include "cli/kist.h"
#include "cli/net.h"
#include "cli/steps.h"
#include "cli/table.h"

struct route_args {
	bool dry_run, json;
	const char *target;
	const char *const *words;
};
#define ARGS route_args

static const struct opt route_opts[] = {
	FLAG('J', "json", json, "as JSON"),
	FLAG('n', "dry-run", dry_run, "print the steps, do nothing"),
	OPERAND("TARGET", opt_string, target, "whose network namespace"),
	REST("WORD...", words,
	     "add|del SUBNET|default [via GATEWAY] [dev DEVICE]"),
	OPT_END,
};

/* ---- changing ---- */

/* What stands behind SUBNET. */
static int read_words(const char *const *words, const char **gateway,
		      const char **device, struct kist_error *err)
{
	for (; *words; words += 2) {
		const char **field = strcmp(*words, "via") == 0 ? gateway :
				     strcmp(*words, "dev") == 0 ? device :
								  NULL;
		int ret;

		if (field && words[1] && !*field) {
			*field = words[1];
			continue;
		}
		ret = err_set(err, KIST_E_USAGE, "'%s' is not understood here",
			      *words);
		err_hint(err, "write: add SUBNET via GATEWAY dev DEVICE");
		return ret;
	}
	return 0;
}

static int change(const struct kist_global *g, const struct route_args *a,
		  struct kist_error *err)
{
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	const char *word = a->words[0], *dest = a->words[1];
	const char *gateway = NULL, *device = NULL;
	bool is_new = strcmp(word, "add") == 0;
	int ret;

	if (!is_new && strcmp(word, "del") != 0 && strcmp(word, "rm") != 0) {
		ret = err_set(err, KIST_E_USAGE,
			      "what to do with a route: '%s'?", word);
		err_hint(err, "add or del");
		return ret;
	}
	if (!dest)
		return err_set(err, KIST_E_USAGE, "%s which route?", word);
	ret = read_words(a->words + 2, &gateway, &device, err);
	if (ret < 0)
		return ret;
	return is_new ? kist_netns_route_add(&g->kist, a->target, dest, gateway,
					     device, &trace, err) :
			kist_netns_route_remove(&g->kist, a->target, dest,
						gateway, device, &trace, err);
}

/* ---- looking ---- */

static const char *maker(unsigned protocol, char buf[16])
{
	static const char *const names[] = {
		[0] = "-",	[1] = "redirect", [2] = "kernel", [3] = "boot",
		[4] = "static", [9] = "ra",	  [16] = "dhcp",
	};

	if (protocol < ARRAY_LEN(names) && names[protocol])
		return names[protocol];
	snprintf(buf, 16, "%u", protocol);
	return buf;
}

static int print_table(const struct kist_route *list, size_t count)
{
	static const struct table_column columns[] = {
		{ "DEST", false },   { "VIA", false },	 { "DEV", false },
		{ "SOURCE", false }, { "METRIC", true }, { "MADE-BY", false },
	};
	CLEANUP_TABLE struct table table;
	char number[16];

	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < count; i++) {
		bool is_default = strcmp(list[i].dest, "default") == 0;

		table_addf(&table, "%s%s", list[i].dest,
			   is_default && list[i].is_v6 ? " (v6)" : "");
		table_add(&table, list[i].gateway[0] ? list[i].gateway : "-");
		table_add(&table, list[i].device[0] ? list[i].device : "-");
		table_add(&table, list[i].source[0] ? list[i].source : "-");
		if (list[i].metric)
			table_addf(&table, "%u", list[i].metric);
		else
			table_add(&table, "-");
		table_add(&table, maker(list[i].protocol, number));
	}
	return table_print(&table, stdout, TABLE_HEADINGS);
}

static int print_json(const struct kist_route *list, size_t count)
{
	CLEANUP_BUF struct buf buf = { 0 };
	struct json_writer w;
	char number[16];

	json_write_init(&w, &buf, "  ");
	json_open(&w, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(&w, '{');
		json_member(&w, "dest", list[i].dest);
		json_member_int(&w, "family", list[i].is_v6 ? 6 : 4);
		json_member(&w, "gateway", list[i].gateway);
		json_member(&w, "device", list[i].device);
		json_member(&w, "source", list[i].source);
		json_member_uint(&w, "metric", list[i].metric);
		json_member(&w, "protocol", maker(list[i].protocol, number));
		json_close(&w, '}');
	}
	json_close(&w, ']');
	buf_putc(&buf, '\n');
	fflush(stdout);
	return buf_write(&buf, 1);
}

static int route_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct route_args *a = args;
	struct kist_route *list;
	size_t count;
	int ret;

	if (a->words && a->words[0])
		return change(g, a, err);
	ret = kist_netns_routes(&g->kist, a->target, &list, &count, err);
	if (ret < 0)
		return ret;
	ret = a->json ? print_json(list, count) : print_table(list, count);
	free(list);
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret, "print") : 0;
}

const struct command cmd_net_route = {
	.name = "net route",
	.summary = "routes of a network namespace, shown and changed",
	.see = "kist-net-link(1), ip-route(8)",
	.example = "kist net route web add default via 192.168.1.1",
	.notes = "Routes of the main table. JSON: an array of objects with "
		 "dest, family (4, 6), gateway, device, source, metric and "
		 "protocol (who made it).",
	.opts = route_opts,
	.args_size = sizeof(struct route_args),
	.run = route_run,
};
