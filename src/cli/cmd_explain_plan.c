/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_explain_plan.c - kist explain run …: the plan of a command, in words
 *
 * How it works
 * ============
 * `run`, `exec`, `try` and a configuration are planned by the library. Any other
 * verb that has --dry-run is asked for its shell lines, by running it with that,
 * and they are put into words.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "cli/explain.h"
#include "cli/page.h"

#define LINES_MAX (1 << 20)
#define WORDS_MAX 256

extern char **environ;

static bool is_verb(const struct command *command, const char *word)
{
	return strcmp(command->name, word) == 0;
}

/* Verbs whose plans the library makes. */
static const struct planned {
	const struct command *command;
	int (*explain)(const struct kist_global *global, const void *args,
		       struct kist_steps *ret_steps, struct kist_error *err);
} planned[] = {
	{ &cmd_run, run_explain },
	{ &cmd_exec, exec_explain },
	{ &cmd_try, try_explain },
};

static const struct planned *planned_verb(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(planned); i++)
		if (is_verb(planned[i].command, word))
			return &planned[i];
	return NULL;
}

/* Verbs with --dry-run, whose lines can be told. */
static const struct command *const dry[] = {
	&cmd_unshare, &cmd_limit, &cmd_new, &cmd_keep, &cmd_rm,	   &cmd_enter,
	&cmd_cg,      &cmd_net,	  &cmd_mnt, &cmd_try,  &cmd_clean, NULL,
};

static const struct command *dry_verb(const char *word)
{
	for (const struct command *const *c = dry; *c; c++)
		if (is_verb(*c, word))
			return *c;
	return NULL;
}

static bool is_explained(const char *word)
{
	struct kist_explained found = { 0 };
	struct kist_error err = { 0 };
	bool is_whole;

	if (kist_explain_find(word, &found, &err) < 0)
		return false;
	is_whole = found.count && found.how == KIST_EXPLAIN_WHOLE;
	kist_explain_free(&found);
	return is_whole;
}

/* A folder that has one, a file that looks like one, or standard input. Who
 * asks for "config.json" where there is none, and names no folder, asks what it
 * is. */
static bool is_config(const char *word)
{
	size_t len = strlen(word);
	char path[4096];

	if (strcmp(word, "-") == 0)
		return true;
	if (len > 5 && strcmp(word + len - 5, ".json") == 0)
		return strchr(word, '/') || access(word, F_OK) == 0 ||
		       !is_explained(word);
	snprintf(path, sizeof(path), "%s/config.json", word);
	return access(path, F_OK) == 0;
}

static bool is_json_option(const char *word)
{
	return strcmp(word, "--json") == 0 || strcmp(word, "-J") == 0;
}

/* Is @word "new" or "add" of "net new|add"? */
static bool is_second(const struct command *command, const char *verb,
		      const char *word)
{
	const char *names = command->name + strlen(verb);

	while (*names) {
		const size_t len = strcspn(++names, "|");

		if (strlen(word) == len && strncmp(names, word, len) == 0)
			return true;
		names += len;
	}
	return false;
}

/* The verb of a family that the second word names, or NULL. */
static const struct command *second_verb(const struct command *verb,
					 const char *word)
{
	for (const struct command *const *second = verb->verbs;
	     second && *second; second++)
		if (is_second(*second, verb->name, word))
			return *second;
	return NULL;
}

/* "run …", "try make"; but not "try drop" */
static bool is_planned(const char *const *words)
{
	const struct planned *verb = planned_verb(words[0]);

	return verb && !second_verb(verb->command, words[1]);
}

/* "net cls", "the limit of memory": the whole is a word, or none of it can be
 * the rest of a command. */
static bool is_words(const char *const *words)
{
	static const char *const joining[] = { "vs",  "versus", "or",  "and",
					       "a",   "an",	"the", "of",
					       "for", "in",	"is" };
	const struct command *verb = dry_verb(words[0]);

	for (size_t i = 0; i < ARRAY_LEN(joining); i++)
		if (strcasecmp(words[1], joining[i]) == 0)
			return true;
	if (verb == &cmd_limit) {
		for (const char *const *word = words + 1; *word; word++)
			if (**word == '-' || strchr(*word, '='))
				return false;
		return true;
	}
	/* with a command of its own, anything may follow: "try make" */
	return verb && verb->verbs && !verb->run && words[1][0] != '-' &&
	       !second_verb(verb, words[1]);
}

/* "exec format error" is the name of something. */
static bool is_asked(const char *const *words)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	for (; *words; words++) {
		if (**words == '-' || strchr(*words, '='))
			return false;
		buf_printf(&text, "%s%s", text.len ? " " : "", *words);
	}
	return !buf_failed(&text) && text.len && is_explained(text.data);
}

bool explain_is_plan(const char *const *words)
{
	if (!words[1] || (is_json_option(words[1]) && !words[2]))
		return is_config(words[0]);
	return !is_words(words) && !is_asked(words) &&
	       (planned_verb(words[0]) || dry_verb(words[0]));
}

/* ---- printing ---- */

static void put_took(char *buf, size_t size, double us)
{
	if (us < 1000)
		snprintf(buf, size, "about %.0f µs", us);
	else
		snprintf(buf, size, "about %.1f ms", us / 1000);
}

static void put_costs(const struct kist_step *step)
{
	const char *cost = step->cost ? step->cost : "";
	char took[40];

	put_took(took, sizeof(took), step->us);
	if (step->us >= 1)
		page_line("   costs", "%s%s%s%s", took,
			  step->is_estimate ? " (estimated)" : "",
			  *cost ? "; " : "", cost);
	else if (*cost)
		page_line("   costs", "%s", cost);
}

static void put_step(size_t number, const struct kist_step *step)
{
	char label[24];

	snprintf(label, sizeof(label), "%zu", number);
	page_line(label, "%s", step->what);
	if (step->protects)
		page_line("   protects", "%s", step->protects);
	put_costs(step);
	if (step->place)
		page_line("   asked by", "%s", step->place);
}

static void put_list(const char *title, const char *const *list)
{
	if (!list[0])
		return;
	page_title(title);
	for (size_t i = 0; list[i]; i++)
		page_note("- %s", list[i]);
}

static void put_part(const char *part)
{
	char title[80];
	size_t i;

	for (i = 0; i < sizeof(title) - 1 && part[i]; i++)
		title[i] = part[i] >= 'a' && part[i] <= 'z' ?
				   (char)(part[i] - 'a' + 'A') :
				   part[i];
	title[i] = '\0';
	page_title(title);
}

static void put_sum(const struct kist_steps *steps)
{
	char took[40];

	if (steps->us < 1)
		return;
	put_took(took, sizeof(took), steps->us);
	putchar('\n');
	page_note("All costs that are told are %s together. They are typical "
		  "times, measured on another machine (bench/steps.sh) or "
		  "estimated: this one may need half or twice as long.",
		  took);
}

static void put_steps(const struct kist_steps *steps)
{
	const char *part = "";

	puts(steps->count ? "What would be done, in this order. Nothing of it "
			    "is done now." :
			    "Nothing would be done.");
	for (size_t i = 0; i < steps->count; i++) {
		if (strcmp(part, steps->steps[i].part) != 0)
			put_part(steps->steps[i].part);
		part = steps->steps[i].part;
		put_step(i + 1, &steps->steps[i]);
	}
	put_list("WHAT IS NOT PROTECTED", steps->open);
	put_list("IGNORED, AS NOBODY KNOWS THEM", steps->ignored);
	put_list("WARNINGS", steps->warnings);
	put_list("WOULD FAIL", steps->missing);
	put_sum(steps);
}

static void json_step(struct json_writer *w, const struct kist_step *step)
{
	json_open(w, '{');
	json_member(w, "part", step->part);
	json_member(w, "what", step->what);
	json_may(w, "protects", step->protects);
	json_may(w, "cost", step->cost);
	json_member_int(w, "us", (int64_t)step->us);
	json_member_bool(w, "estimated", step->is_estimate);
	json_may(w, "askedBy", step->place);
	json_may(w, "see", step->see);
	json_close(w, '}');
}

static int put_json(const struct kist_steps *steps, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '{');
	json_key(&w, "steps");
	json_open(&w, '[');
	for (size_t i = 0; i < steps->count; i++)
		json_step(&w, &steps->steps[i]);
	json_close(&w, ']');
	json_member_int(&w, "us", (int64_t)steps->us);
	json_member_strings(&w, "notProtected", steps->open);
	json_member_strings(&w, "ignored", steps->ignored);
	json_member_strings(&w, "warnings", steps->warnings);
	json_member_strings(&w, "wouldFail", steps->missing);
	json_close(&w, '}');
	return page_json(&text, err);
}

/* ---- what is planned ---- */

static int steps_of_plan(const struct kist_global *global,
			 const char *const *words, struct kist_steps *ret_steps,
			 struct kist_error *err)
{
	const struct planned *verb = planned_verb(words[0]);
	CLEANUP_FREE void *args = calloc(1, verb->command->args_size);
	int ret;

	if (!args)
		return err_nomem(err);
	ret = opt_parse(verb->command->opts, OPT_STYLE_GNU, words + 1, args,
			NULL, err);
	if (ret == 0)
		ret = verb->explain(global, args, ret_steps, err);
	else
		err_hint(err, "see 'kist %s --help'", words[0]);
	return ret;
}

static int steps_of_config(const char *path, struct kist_steps *ret_steps,
			   struct kist_error *err)
{
	const struct kist_oci oci = { .fault_op = -1 };
	struct kist_oci_create args = { .bundle = path };
	CLEANUP_FREE char *folder = NULL;
	struct stat st;
	char *slash;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
		args.config = path;
		folder = strdup(path);
		slash = folder ? strrchr(folder, '/') : NULL;
		if (slash)
			*slash = '\0';
		args.bundle = !slash ? "." : slash == folder ? "/" : folder;
	}
	return kist_explain_bundle(&oci, &args, ret_steps, err);
}

/* ---- the lines of a dry run ---- */

static size_t put_roots(const struct kist *kist, const char **argv)
{
	size_t count = 0;

	argv[count++] = "kist";
	if (kist->run_root) {
		argv[count++] = "--root";
		argv[count++] = kist->run_root;
	}
	if (kist->data_root) {
		argv[count++] = "--data-root";
		argv[count++] = kist->data_root;
	}
	return count;
}

static int start_dry(const struct kist *kist, const char *const *words,
		     pid_t *ret_pid)
{
	const char *argv[WORDS_MAX + 8];
	const bool is_family = second_verb(dry_verb(words[0]), words[1]);
	size_t count = put_roots(kist, argv);
	int ends[2];

	for (size_t i = 0; words[i]; i++) {
		if (count > WORDS_MAX)
			return -E2BIG;
		argv[count++] = words[i];
		/* behind the verb, and in a family behind its second word */
		if (i == (is_family ? 1 : 0))
			argv[count++] = "--dry-run";
	}
	argv[count] = NULL;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*ret_pid = fork();
	if (*ret_pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execve("/proc/self/exe", (char **)argv, environ);
		_exit(125);
	}
	close(ends[1]);
	if (*ret_pid < 0)
		close(ends[0]);
	return *ret_pid < 0 ? -errno : ends[0];
}

/* A verb that only shows has no plan. */
static int check_dry(const char *const *words, struct kist_error *err)
{
	const struct command *verb = dry_verb(words[0]);
	const struct command *second = second_verb(verb, words[1]);

	if (second)
		verb = second;
	for (const struct opt *opt = verb->opts;
	     opt && (opt->name || opt->value); opt++)
		if (opt->name && strcmp(opt->name, "dry-run") == 0)
			return 0;
	err_set(err, KIST_E_USAGE, "'kist %.*s' has no plan to explain",
		(int)strcspn(verb->name, "|"), verb->name);
	err_hint(err, "see 'kist %.*s --help'", (int)strcspn(verb->name, "|"),
		 verb->name);
	return -EINVAL;
}

/* Return: 0; the verb's own status, if it has said why; -errno. */
static int steps_of_lines(const struct kist *kist, const char *const *words,
			  struct kist_steps *ret_steps, struct kist_error *err)
{
	CLEANUP_BUF struct buf lines;
	CLEANUP_FD int fd = -1;
	int ret, status = 0;
	pid_t pid = -1;

	buf_init(&lines);
	ret = check_dry(words, err);
	if (ret < 0)
		return ret;
	fflush(stdout);
	fd = ret = start_dry(kist, words, &pid);
	if (ret >= 0)
		ret = buf_read(&lines, fd, LINES_MAX);
	if (pid > 0 && waitpid(pid, &status, 0) < 0)
		ret = -errno;
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "ask 'kist %s' what it would do", words[0]);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
	return kist_explain_lines(lines.len ? lines.data : "", ret_steps, err);
}

int explain_plan(const struct kist_global *global, const char *const *words,
		 bool json, struct kist_error *err)
{
	struct kist_steps steps = { 0 };
	int ret;

	json |= words[1] && is_json_option(words[1]);
	if (!words[1] || is_json_option(words[1]))
		ret = steps_of_config(words[0], &steps, err);
	else if (is_planned(words))
		ret = steps_of_plan(global, words, &steps, err);
	else
		ret = steps_of_lines(&global->kist, words, &steps, err);
	if (ret)
		return ret;
	if (json)
		ret = put_json(&steps, err);
	else
		put_steps(&steps);
	kist_explain_steps_free(&steps);
	return ret;
}
