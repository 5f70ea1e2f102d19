/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_id_check.c - kist id check, id suggest: what is allowed, what to add */
#include <stdio.h>
#include <stdlib.h>

#include <kist/idmap.h>

#include "base/json_write.h"
#include "cli/cmd_id.h"
#include "cli/kist.h"

static const char *const words[] = { "uid", "gid" };

/* ---- id check ---- */

struct check_args {
	bool json, uids, gids;
	const char *const *maps;
};
#define ARGS check_args

static const struct opt check_opts[] = {
	FLAG('u', "uid", uids, "as users only"),
	FLAG('g', "gid", gids, "as groups only"),
	FLAG('J', "json", json, "as JSON"),
	REST("MAP...", maps, "INSIDE:OUTSIDE:COUNT"),
	OPT_END,
};

static void print_verdict(const struct kist_id_verdict *v)
{
	printf("%s %s: %s: %s\n", words[v->kind], v->text,
	       v->allowed ? "allowed" : "not allowed", v->why);
	if (v->missing[0])
		printf("  missing in /etc/sub%s: %s\n", words[v->kind],
		       v->missing);
}

static void json_verdict(struct json_writer *w, const struct kist_id_verdict *v)
{
	json_open(w, '{');
	json_member(w, "kind", words[v->kind]);
	json_member(w, "map", v->text);
	json_member_bool(w, "allowed", v->allowed);
	json_member(w, "why", v->why);
	json_member(w, "missing", v->missing[0] ? v->missing : NULL);
	json_close(w, '}');
}

static int check_kind(const struct check_args *a, enum kist_id_kind kind,
		      struct json_writer *w, bool *all, struct kist_error *err)
{
	struct kist_id_verdict *verdicts;
	size_t count = 0;
	int ret;

	while (a->maps[count])
		count++;
	verdicts = calloc(count + 1, sizeof(*verdicts));
	if (!verdicts)
		return err_nomem(err);
	ret = kist_id_check(a->maps, kind, verdicts, err);
	for (size_t i = 0; ret == 0 && i < count; i++) {
		*all = *all && verdicts[i].allowed;
		if (a->json)
			json_verdict(w, &verdicts[i]);
		else
			print_verdict(&verdicts[i]);
	}
	free(verdicts);
	return ret;
}

static int check_run(void *global, const void *args, struct kist_error *err)
{
	const struct check_args *a = args;
	CLEANUP_BUF struct buf text;
	struct json_writer w;
	bool all = true;
	int ret = 0;

	(void)global;
	buf_init(&text);
	if (!a->maps)
		return err_set(err, KIST_E_USAGE,
			       "MAP is missing: INSIDE:OUTSIDE:COUNT");
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	if (a->uids || !a->gids)
		ret = check_kind(a, KIST_ID_UID, &w, &all, err);
	if (ret == 0 && (a->gids || !a->uids))
		ret = check_kind(a, KIST_ID_GID, &w, &all, err);
	json_close(&w, ']');
	if (ret == 0 && a->json)
		ret = id_print_json(&text, err);
	return ret < 0 ? ret : !all;
}

const struct command cmd_id_check = {
	.name = "id check",
	.group = "namespaces",
	.summary = "is a map valid, may I have it, which line is missing",
	.see = "subuid(5), newuidmap(1)",
	.example = "kist id check 0:100000:65536",
	.notes = "The exit status is 1 if something is not allowed.\n"
		 "\n"
		 "--json: an array of kind, map, allowed, why, missing (a line "
		 "for /etc/subuid or /etc/subgid, or null).",
	.opts = check_opts,
	.args_size = sizeof(struct check_args),
	.run = check_run,
};

/* ---- id suggest ---- */

#undef ARGS
struct suggest_args {
	bool json;
	const char *user;
};
#define ARGS suggest_args

static const struct opt suggest_opts[] = {
	FLAG('J', "json", json, "as JSON"),
	MAYBE("USER", opt_string, user, "for whom (default: me)"),
	OPT_END,
};

static int suggest_json(const struct kist_id_advice *advice,
			struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '{');
	json_member(&w, "user", advice->user);
	for (int kind = 0; kind < 2; kind++) {
		json_key(&w, kind ? "/etc/subgid" : "/etc/subuid");
		json_open(&w, '{');
		json_member(&w, "has",
			    advice->has[kind][0] ? advice->has[kind] : NULL);
		json_member(&w, "add",
			    advice->line[kind][0] ? advice->line[kind] : NULL);
		json_close(&w, '}');
	}
	json_close(&w, '}');
	return id_print_json(&text, err);
}

static int suggest_run(void *global, const void *args, struct kist_error *err)
{
	const struct suggest_args *a = args;
	struct kist_id_advice advice;
	int ret = kist_id_suggest(a->user, &advice, err);

	(void)global;
	if (ret < 0)
		return ret;
	if (a->json)
		return suggest_json(&advice, err);
	for (int kind = 0; kind < 2; kind++) {
		if (advice.has[kind][0])
			printf("/etc/sub%s has: %s\n", words[kind],
			       advice.has[kind]);
		else
			printf("add to /etc/sub%s: %s\n", words[kind],
			       advice.line[kind]);
	}
	return 0;
}

const struct command cmd_id_suggest = {
	.name = "id suggest",
	.group = "namespaces",
	.summary = "lines for /etc/subuid and /etc/subgid that are free",
	.see = "subuid(5), usermod(8)",
	.example = "kist id suggest daemon",
	.notes = "--json: user; under \"/etc/subuid\" and \"/etc/subgid\" "
		 "each: has (the line that is there, or null), add (the line "
		 "to add, or null).",
	.opts = suggest_opts,
	.args_size = sizeof(struct suggest_args),
	.run = suggest_run,
};
