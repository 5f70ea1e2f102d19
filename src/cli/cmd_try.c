/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_try.c - kist try: a command behind an overlay, then decide */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kist/try.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "base/letters.h"
#include "cli/explain.h"
#include "cli/kist.h"
#include "cli/page.h"
#include "cli/steps.h"

static const char *const kind_words[] = {
	[KIST_CHANGE_ADDED] = "added",
	[KIST_CHANGE_MODIFIED] = "changed",
	[KIST_CHANGE_DELETED] = "deleted",
};

/* ---- try, try shell ---- */

struct try_args {
	struct kist_try args;
	const char *const *command;
	bool dry_run;
};
#define ARGS try_args

static const struct opt try_opts[] = {
	OPT(0, "name", "NAME", opt_string, args.name, "of the try"),
	FLAG(0, "no-net", args.no_net, "without a network"),
	FLAG('n', "dry-run", dry_run, "only print what would be done"),
	REST("COMMAND", command, "what to try; none: a shell"),
	OPT_END,
};

static const struct opt shell_opts[] = {
	OPERAND("CONTAINER", opt_string, args.again, "name of the try"),
	FLAG(0, "no-net", args.no_net, "without a network"),
	FLAG('n', "dry-run", dry_run, "only print what would be done"),
	REST("COMMAND", command, "what to run; none: a shell"),
	OPT_END,
};

static int summary(const struct kist_global *g, const char *name,
		   struct kist_error *err)
{
	struct kist_change *changes;
	size_t count, of[3] = { 0 };
	int ret = kist_try_changes(&g->kist, name, NULL, &changes, &count, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < count; i++)
		of[changes[i].kind]++;
	kist_try_changes_free(changes);
	if (!count) {
		if (!g->quiet)
			fputs("kist: no file was changed\n", stderr);
		return kist_remove(&g->kist, name, false, NULL, err);
	}
	if (g->quiet)
		return 0;
	fprintf(stderr,
		"kist: %zu added, %zu changed, %zu deleted; this machine is as "
		"it was\n"
		"      kist try diff %s      to see them\n"
		"      kist try commit %s    to take them over\n"
		"      kist try drop %s      to forget them\n",
		of[KIST_CHANGE_ADDED], of[KIST_CHANGE_MODIFIED],
		of[KIST_CHANGE_DELETED], name, name, name);
	return 0;
}

static struct kist_try options(const struct try_args *a)
{
	struct kist_try try = a->args;

	try.command = a->command;
	return try;
}

static int print_plan(const struct kist *kist, const struct kist_try *try,
		      struct kist_error *err)
{
	CLEANUP_FREE char *text = NULL;
	int ret = kist_try_plan(kist, try, &text, err);

	if (ret == 0)
		fputs(text, stdout);
	return ret;
}

static int try_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct try_args *a = args;
	const struct kist_try try = options(a);
	struct kist_run_result result;
	int ret;

	if (a->dry_run)
		return print_plan(&g->kist, &try, err);
	ret = kist_try(&g->kist, &try, &result, err);
	if (ret < 0)
		return ret;
	if (!try.again)
		ret = summary(g, result.name, err);
	return ret < 0 ? ret : result.status;
}

int try_explain(const struct kist_global *global, const void *args,
		struct kist_steps *ret_steps, struct kist_error *err)
{
	const struct kist_try try = options(args);

	return kist_explain_try(&global->kist, &try, ret_steps, err);
}

/* ---- try diff, commit ---- */

#undef ARGS
struct change_args {
	const char *name;
	struct opt_list include, exclude;
	bool json, force, keep, dry_run;
};
#define ARGS change_args

#define FILTER_OPTS                                                 \
	OPERAND("CONTAINER", opt_string, name, "name of the try"),  \
		OPT(0, "include", "PATTERN", opt_list, include,     \
		    "only these paths: '/etc', '/home/*/.bashrc'"), \
		OPT(0, "exclude", "PATTERN", opt_list, exclude,     \
		    "not these paths")

static const struct opt diff_opts[] = {
	FILTER_OPTS,
	FLAG('J', "json", json, "as JSON"),
	OPT_END,
};

static const struct opt commit_opts[] = {
	FILTER_OPTS,
	FLAG('f', "force", force,
	     "files that have changed on this machine since, too"),
	FLAG(0, "keep", keep, "do not forget the try then"),
	FLAG('n', "dry-run", dry_run, "print the commands that do the same"),
	OPT_END,
};

static struct kist_try_filter filter_of(const struct change_args *a)
{
	return (struct kist_try_filter){
		.include = a->include.items,
		.exclude = a->exclude.items,
	};
}

static int print_json(const struct kist_change *changes, size_t count,
		      struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(&w, '{');
		json_member(&w, "change", kind_words[changes[i].kind]);
		json_member(&w, "path", changes[i].path);
		json_member_bool(&w, "directory", changes[i].is_dir);
		json_member_bool(&w, "changedHere", changes[i].is_newer);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	return page_json(&text, err);
}

/* "A /etc/new", "M /etc/passwd", "D /old/" */
static void print_text(const struct kist_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		printf("%c ", "AMD"[changes[i].kind]);
		text_put(changes[i].path, stdout);
		printf("%s%s\n", changes[i].is_dir ? "/" : "",
		       changes[i].is_newer ? "  (changed here since)" : "");
	}
}

static int diff_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct change_args *a = args;
	const struct kist_try_filter filter = filter_of(a);
	struct kist_change *changes;
	size_t count;
	int ret = kist_try_changes(&g->kist, a->name, &filter, &changes, &count,
				   err);

	if (ret < 0)
		return ret;
	if (a->json)
		ret = print_json(changes, count, err);
	else
		print_text(changes, count);
	kist_try_changes_free(changes);
	return ret;
}

static int commit_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct change_args *a = args;
	const struct kist_try_filter filter = filter_of(a);
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	int ret = kist_try_commit(&g->kist, a->name, &filter, a->force, &trace,
				  err);

	if (ret < 0 || a->dry_run || a->keep || filter.include ||
	    filter.exclude)
		return ret;
	return kist_remove(&g->kist, a->name, false, NULL, err);
}

/* ---- try drop ---- */

#undef ARGS
struct drop_args {
	const char *const *names;
	bool dry_run;
};
#define ARGS drop_args

static const struct opt drop_opts[] = {
	FLAG('n', "dry-run", dry_run, "print the commands that do the same"),
	REST("CONTAINER...", names, "names of tries"),
	OPT_END,
};

static int drop_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct drop_args *a = args;
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	int ret = 0;

	if (!a->names) {
		err_set(err, KIST_E_USAGE, "which one?");
		err_hint(err,
			 "name it: 'kist ps -a' lists those that were kept");
		return -EINVAL;
	}
	for (const char *const *name = a->names; ret == 0 && *name; name++)
		ret = kist_remove(&g->kist, *name, false, &trace, err);
	return ret;
}

static const struct command try_diff = {
	.name = "try diff",
	.summary = "what a try changed",
	.example = "kist try diff quiet_otter --exclude /var/cache",
	.see = "kist-try(1), fnmatch(3)",
	.notes = "A is added, M changed, D deleted; a directory ends in '/'. "
		 "Files that have changed on this machine meanwhile are "
		 "marked.\n\n"
		 "JSON: an array of objects with the members change (added, "
		 "changed, deleted), path, directory, changedHere.",
	.opts = diff_opts,
	.args_size = sizeof(struct change_args),
	.run = diff_run,
};

static const struct command try_commit = {
	.name = "try commit",
	.summary = "take a try's changes over to this machine",
	.example = "kist try commit quiet_otter",
	.see = "kist-try(1)",
	.notes = "Each file is written beside its place and renamed. All goes "
		 "with it but hard links, which become files of their own, and "
		 "for an ordinary user the owners. The try is forgotten then, "
		 "unless only a part of it was taken over.",
	.opts = commit_opts,
	.args_size = sizeof(struct change_args),
	.run = commit_run,
};

static const struct command try_drop = {
	.name = "try drop",
	.summary = "forget tries",
	.see = "kist-try(1)",
	.opts = drop_opts,
	.args_size = sizeof(struct drop_args),
	.run = drop_run,
};

static const struct command try_shell = {
	.name = "try shell",
	.summary = "go on with a try: a shell that sees its changes",
	.example = "kist try shell quiet_otter",
	.see = "kist-try(1)",
	.notes = "What it writes is added to the try.",
	.opts = shell_opts,
	.args_size = sizeof(struct try_args),
	.run = try_run,
};

static const struct command *const verbs[] = {
	&try_diff, &try_commit, &try_drop, &try_shell, NULL,
};

const struct command cmd_try = {
	.name = "try",
	.group = "containers",
	.summary =
		"run a command on this machine behind an overlay, then decide",
	.see = "kist-run(1), kist-try-commit(1)",
	.example = "kist try apt-get install -y cowsay",
	.notes =
		"The command sees this machine's files, and what it writes goes "
		"into a layer of its own. It has this machine's network (see "
		"--no-net), host name and environment; its own processes, IPC, "
		"/dev and /run; and a container's capabilities.\n\n"
		"A command named as one of the verbs is run by 'kist try -- "
		"diff a b'.\n\n"
		"It is kept as a container that has ended ('kist ps -a'); one "
		"that changed nothing is forgotten at once.",
	.opts = try_opts,
	.args_size = sizeof(struct try_args),
	.run = try_run,
	.verbs = verbs,
};
