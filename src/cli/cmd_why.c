/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_why.c - kist why: which rule refused, and what to do */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <kist/why.h>

#include "base/path.h"
#include "cli/why.h"

#define NO_RULE 1 /* exit status */
#define WORDS_MAX 4096

struct why_args {
	bool all, json;
	const char *const *words;
};
#define ARGS why_args

static const struct opt why_opts[] = {
	FLAG('a', "all", all, "of the check-up also the details of what works"),
	FLAG('J', "json", json, "as JSON"),
	REST("ERRNO CALL SUBJECT | last | -- COMMAND", words,
	     "a number and what it was about; 'last': kist's last failure; a "
	     "command to run and explain; nothing: a check-up of the machine"),
	OPT_END,
};

/* ---- a command ---- */

static bool is_verb(const char *word)
{
	for (const struct command *const *c = kist_verbs; *c; c++)
		if (strcmp((*c)->name, word) == 0)
			return true;
	return false;
}

/* Has PATH a program of that name? Then that is what is meant. */
static bool is_program(const char *name)
{
	const char *path = getenv("PATH");
	char one[PATH_BYTES];

	while (path && *path) {
		size_t len = strcspn(path, ":");

		if (snprintf(one, sizeof(one), "%.*s/%s", (int)len, path,
			     name) < (int)sizeof(one) &&
		    access(one, X_OK) == 0)
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

/* This very program with the same folders, and the verb. */
static int verb_words(const struct kist *kist, const char *const *words,
		      const char **to, char self[PATH_BYTES],
		      struct kist_error *err)
{
	ssize_t len = readlink("/proc/self/exe", self, PATH_BYTES - 1);
	size_t count = 0;

	self[len > 0 ? len : 0] = '\0';
	to[count++] = len > 0 && access(self, X_OK) == 0 ? self :
							   "/proc/self/exe";
	if (kist->run_root) {
		to[count++] = "--root";
		to[count++] = kist->run_root;
	}
	if (kist->data_root) {
		to[count++] = "--data-root";
		to[count++] = kist->data_root;
	}
	for (; *words; words++) {
		if (count == WORDS_MAX - 1)
			return err_set(err, KIST_E_USAGE, "too many words");
		to[count++] = *words;
	}
	to[count] = NULL;
	return 0;
}

static int why_command(const struct kist_global *g, const char *const *words,
		       struct kist_why *why, struct kist_error *err)
{
	CLEANUP_FREE const char **own = NULL;
	char self[PATH_BYTES];
	int ret;

	if (is_verb(words[0]) && is_program(words[0]) && !g->quiet)
		fprintf(stderr,
			"kist: this is the program '%s'; of kist's own: kist "
			"why -- kist %s\n",
			words[0], words[0]);
	if (!is_verb(words[0]) || is_program(words[0]))
		return kist_why_command(&g->kist, words, why, err);
	own = calloc(WORDS_MAX, sizeof(*own));
	if (!own)
		return err_nomem(err);
	ret = verb_words(&g->kist, words, own, self, err);
	return ret < 0 ? ret : kist_why_command(&g->kist, own, why, err);
}

/* ---- words ---- */

/* "--json" behind the words is ours all the same. */
static int read_words(const char *const *words, const char **to, bool *json,
		      struct kist_error *err)
{
	size_t count = 0;

	for (; *words; words++) {
		if (strcmp(*words, "--json") == 0 || strcmp(*words, "-J") == 0)
			*json = true;
		else if (count == WORDS_MAX - 1)
			return err_set(err, KIST_E_USAGE, "too many words");
		else
			to[count++] = *words;
	}
	to[count] = NULL;
	return 0;
}

static bool is_number(const char *word)
{
	return word[0] == 'E' || word[0] == 'e' || word[0] == '-' ||
	       (word[0] >= '0' && word[0] <= '9');
}

static int why_words(const struct kist_global *g, const char *const *words,
		     struct kist_last *last, struct kist_why *why,
		     struct kist_error *err)
{
	int ret;

	if (strcmp(words[0], "last") == 0 && !words[1])
		return kist_why_last(&g->kist, last, why, err);
	ret = kist_why_errno(&g->kist, words[0], words + 1, why, err);
	if (ret < 0 && err->id == KIST_E_WHY_WORDS && !is_number(words[0]))
		err_hint(err, "a command stands behind '--': kist why -- %s",
			 words[0]);
	return ret;
}

/* ---- all ---- */

static int tell(const struct why_answer *answer, bool json,
		struct kist_error *err)
{
	bool known = answer->why->count > 0 || answer->why->status == 0;
	int ret = json ? why_print_json(answer, err) : why_print(answer);

	return ret < 0 ? ret : known ? 0 : NO_RULE;
}

static int why_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct why_args *a = args;
	CLEANUP_FREE const char **words = NULL;
	struct kist_last last = { 0 };
	struct kist_why why;
	struct why_answer answer = { .why = &why };
	bool json = a->json;
	int ret;

	if (!a->words)
		return why_checkup(g, a->all, json, err);
	words = calloc(WORDS_MAX, sizeof(*words));
	if (!words)
		return err_nomem(err);
	/* the word before is always there: at least the verb's own name */
	if (strcmp(a->words[-1], "--") == 0) {
		ret = why_command(g, a->words, &why, err);
	} else {
		ret = read_words(a->words, words, &json, err);
		if (ret == 0 && !words[0])
			return why_checkup(g, a->all, json, err);
		if (ret == 0)
			ret = why_words(g, words, &last, &why, err);
	}
	if (ret < 0)
		return ret;
	answer.last = last.words ? &last : NULL;
	answer.is_supposed = words[0] && !last.words;
	ret = tell(&answer, json, err);
	kist_why_free(&why);
	return ret;
}

const struct command cmd_why = {
	.name = "why",
	.group = "understanding",
	.summary = "tell which rule refused, and what to do",
	.see = "kist-explain(1), ptrace(2), errno(3)",
	.example = "kist why -- sh -c 'mount -t proc proc /mnt'",
	.notes =
		"kist why -- COMMAND runs the command as it would run by "
		"itself, follows it and all it starts (ptrace(2)), and tells "
		"of the refused system call that made it fail: what was "
		"refused, by which rule, how that was found out, and one "
		"remedy. If COMMAND begins with a verb of kist, and there is "
		"no program of that name, kist itself is run; else kist's own "
		"is asked for as 'kist why -- kist unshare'. Programs that run with rights of their own "
		"(set-user-ID) are not looked into unless root asks.\n\n"
		"kist why ERRNO CALL SUBJECT answers for the calling process "
		"as it is now: EPERM mount /proc, EINVAL setns, ENOSPC "
		"unshare user, EBUSY cgroup.procs /sys/fs/cgroup/a. CALL is "
		"a system call, a file that was written (uid_map, memory.max), "
		"a path, or a verb of kist. With mount, a word without '/' is "
		"the type, and of two paths the first is the source.\n\n"
		"kist why last explains kist's last failure of this user, as "
		"things are now. It is kept in the folder of what runs, as "
		"'last'.\n\n"
		"kist why alone is a check-up: what of the kernel and the "
		"machine works, for whom, and what depends on it.\n\n"
		"The exit status is 0 if a rule was found, or the command "
		"did not fail; 1 if no rule holds that kist knows, or, of the "
		"check-up, if something essential does not work.\n\n"
		"JSON: {\"what\", \"errno\", \"error\", \"who\", \"status\", "
		"\"findings\": [{\"cause\", \"rule\", \"evidence\", \"fix\", "
		"\"explain\", \"certain\"}], \"examined\", \"meaning\", "
		"\"page\", \"note\"}; of 'last' also \"last\": {\"words\", "
		"\"folder\", \"when\"}.",
	.opts = why_opts,
	.args_size = sizeof(struct why_args),
	.run = why_run,
};
