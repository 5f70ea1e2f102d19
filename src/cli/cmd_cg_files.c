/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_cg_files.c - kist cg convert, load, save: words, files and scripts */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kist/cgroup.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "cli/cg.h"
#include "cli/page.h"
#include "cli/steps.h"

static void put_note(void *context, const char *text)
{
	(void)context;
	fprintf(stderr, "# %s\n", text);
}

/* ---- convert ---- */

struct convert_args {
	const char *to, *file;
	bool json, table;
	const char *const *words;
};
#define ARGS convert_args

static const char *const versions[] = { "v1", "v2", NULL };

static const struct opt convert_opts[] = {
	{ .kind = OPT_VALUE,
	  .letter = 't',
	  .name = "to",
	  .value = "VERSION",
	  .read = opt_string,
	  .offset = offsetof(struct ARGS, to),
	  .help = "v1 or v2 (default: the one the files are not of)",
	  .words = versions,
	  .only_words = true },
	OPT('f', "file", "FILE", opt_string, file,
	    "print what this cgconfig.conf would do here"),
	FLAG(0, "table", table, "print all that can be translated"),
	FLAG('J', "json", json, "as JSON"),
	REST("FILE=VALUE|GROUP...", words, "what to translate"),
	OPT_END,
};
#undef ARGS

static void put_pair(const struct kist_cg_pair *p, int to)
{
	if (!p->to_file)
		printf("# %s=%s: nothing on v%d%s%s\n", p->file, p->value, to,
		       p->note ? "; nearest: " : "", p->note ? p->note : "");
	else if (!p->to_value)
		printf("# %s=%s: in %s, %s\n", p->file, p->value, p->to_file,
		       p->note);
	else if (p->note)
		printf("# %s: %s\n%s=%s\n", p->file, p->note, p->to_file,
		       p->to_value);
	else
		printf("%s=%s\n", p->to_file, p->to_value);
}

static int pairs_json(const struct kist_cg_pairs *pairs, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	for (size_t i = 0; i < pairs->count; i++) {
		json_open(&w, '{');
		json_member(&w, "file", pairs->pairs[i].file);
		json_member(&w, "value", pairs->pairs[i].value);
		json_member(&w, "toFile", pairs->pairs[i].to_file);
		json_member(&w, "toValue", pairs->pairs[i].to_value);
		json_member(&w, "note", pairs->pairs[i].note);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	return page_json(&text, err);
}

static int table_json(struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;
	struct kist_cg_row row;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	for (size_t i = 0; kist_cg_row(i, &row); i++) {
		json_open(&w, '{');
		json_member(&w, "v1", row.v1);
		json_member(&w, "v2", row.v2);
		json_member(&w, "note", row.note);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	return page_json(&text, err);
}

static int print_table(bool json, struct kist_error *err)
{
	struct kist_cg_row row;

	if (json)
		return table_json(err);
	puts("| v1 | v2 | note |\n|---|---|---|");
	for (size_t i = 0; kist_cg_row(i, &row); i++)
		printf("| %s | %s | %s |\n", row.v1 ? row.v1 : "–",
		       row.v2 ? row.v2 : "–", row.note ? row.note : "");
	return 0;
}

static int print_file(const char *path, struct kist_error *err)
{
	const struct kist_cg_load load = {
		.path = path,
		.convert = true,
		.as_kist = true,
		.note = put_note,
	};
	struct kist_trace trace = steps_to(true, stdout);

	return kist_cg_load(&load, &trace, err);
}

static int convert_run(void *global, const void *args, struct kist_error *err)
{
	const struct convert_args *a = args;
	struct kist_cg_pairs *pairs;
	int ret, to = !a->to ? 0 : a->to[1] - '0';

	(void)global;
	if (a->table)
		return print_table(a->json, err);
	if (a->file)
		return print_file(a->file, err);
	if (!a->words)
		return err_set(err, KIST_E_USAGE,
			       "convert what? FILE=VALUE or GROUP is missing");
	if (strchr(a->words[0], '=') && strncmp(a->words[0], "name=", 5) != 0)
		ret = kist_cg_convert(a->words, to, &pairs, err);
	else
		ret = kist_cg_convert_group(a->words[0], to, &pairs, err);
	if (ret)
		return ret;
	if (a->json)
		ret = pairs_json(pairs, err);
	for (size_t i = 0; !a->json && i < pairs->count; i++)
		put_pair(&pairs->pairs[i], pairs->to_version);
	if (ret == 0 && pairs->lacking)
		ret = 1;
	kist_cg_free(pairs);
	return ret;
}

const struct command cmd_cg_convert = {
	.name = "cg convert",
	.summary = "files and values of cgroup v1 as those of v2, and back",
	.see = "kist-cg-set(1), cgroups(7)",
	.example = "kist cg convert cpu.shares=512 cpu.cfs_quota_us=50000",
	.notes = "Words that belong together are given together: "
		 "memory.memsw.limit_in_bytes means something only beside "
		 "memory.limit_in_bytes, a quota beside its period. Of a GROUP "
		 "all files are translated whose value is not the kernel's "
		 "own. What has no equivalent is printed as a comment with the "
		 "nearest choice, and the exit status is 1.\n\n"
		 "cpu.shares and cpu.weight are translated by the curve that "
		 "container runtimes agreed on in 2025, through (2, 1), "
		 "(1024, 100) and (262144, 10000).\n\n"
		 "JSON: [{file, value, toFile, toValue, note}]; toFile is null "
		 "where there is none. With --table: [{v1, v2, note}].",
	.opts = convert_opts,
	.args_size = sizeof(struct convert_args),
	.run = convert_run,
};

/* ---- load ---- */

struct load_args {
	struct kist_cg_load load;
	bool print, dry_run;
};
#define ARGS load_args

static const struct opt load_opts[] = {
	FLAG('p', "print", print, "print plain commands instead"),
	FLAG('n', "dry-run", dry_run, "the same"),
	FLAG('k', "kist", load.as_kist, "print commands of kist"),
	FLAG(0, "convert", load.convert,
	     "translate files of the other version"),
	FLAG(0, "leaf", load.leaf,
	     "move processes that are in the way to GROUP/kist-leaf (v2)"),
	OPERAND("FILE", opt_string, load.path, "cgconfig.conf; -: input"),
	OPT_END,
};
#undef ARGS

static int load_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct load_args *a = args;
	bool dry = a->print || a->dry_run;
	struct kist_trace trace = steps_to(dry, dry	 ? stdout :
						g->quiet ? NULL :
							   stderr);
	struct kist_cg_load load = a->load;

	load.note = g->quiet ? NULL : put_note;
	return kist_cg_load(&load, &trace, err);
}

const struct command cmd_cg_load = {
	.name = "cg load",
	.summary = "carry out a cgconfig.conf, or print it as plain commands",
	.see = "kist-cg-save(1), cgconfig.conf(5)",
	.example = "kist cg load --print /etc/cgconfig.conf",
	.notes = "mount, group, perm (task and admin), default and namespace "
		 "are carried out; templates are for a rules daemon, and said "
		 "so. What is there already is only set.",
	.opts = load_opts,
	.args_size = sizeof(struct load_args),
	.run = load_run,
};

/* ---- save ---- */

struct save_args {
	bool conf, script;
	const char *group;
};
#define ARGS save_args

static const struct opt save_opts[] = {
	FLAG(0, "sh", script, "as a script for sh (the default)"),
	FLAG(0, "conf", conf, "as cgconfig.conf"),
	MAYBE("GROUP", opt_string, group, "it and those below (default: all)"),
	OPT_END,
};
#undef ARGS

static int save_run(void *global, const void *args, struct kist_error *err)
{
	const struct save_args *a = args;
	char *text;
	int ret;

	(void)global;
	if (a->conf && a->script)
		return err_set(err, KIST_E_USAGE,
			       "--sh and --conf: choose one");
	ret = kist_cg_save(a->group, a->conf, &text, err);
	if (ret)
		return ret;
	fputs(text, stdout);
	free(text);
	return 0;
}

const struct command cmd_cg_save = {
	.name = "cg save",
	.summary = "print control groups as a script that makes them again",
	.see = "kist-cg-load(1)",
	.example = "kist cg save --sh",
	.notes = CG_GROUP_NOTES
	"\n\nOnly what the kernel did not make so by itself is "
	"written. The script may be run any number of times; where "
	"all is as it says, it changes nothing.",
	.opts = save_opts,
	.args_size = sizeof(struct save_args),
	.run = save_run,
};
