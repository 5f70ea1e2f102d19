/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_lines.c - the shell lines of a dry run, in words
 *
 * A line is the step that plan_shell.c finds. Before that, nsenter(1) and "ip
 * -n" are where it is done, and options of unshare(1) are steps of their own. A
 * line that is not known is told as it is.
 */
#include <string.h>

#include "engine/explain/plan.h"

#define WORDS_MAX 64

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static const char *with_why(struct telling *t, const char *text,
			    const char *why)
{
	return why ? arena_printf(t->arena, "%s (%s)", text, why) : text;
}

static void tell_program(struct telling *t, const char *command)
{
	tell(t, STEP_EXEC, NULL, *command ? command : "a shell", NULL, NULL);
	t->has_program = true;
}

/* ---- one line, done in the namespaces @where ---- */

static void tell_line(struct telling *t, const char *line, const char *where,
		      const char *why)
{
	const char *found[2] = { NULL, NULL };
	enum step_id id = shell_step(t, line, found);
	const char *what = id < STEP_COUNT ? step_rows[id].what : line;

	if (id == STEP_COUNT)
		id = STEP_LINE;
	/* "a new proc at '/proc'", as of a container */
	if (begins(line, "mount -t ") && found[0] && id != STEP_HIERARCHY_LINE)
		found[0] = arena_printf(t->arena, "a new %.*s at '%s'",
					(int)strcspn(line + 9, " "), line + 9,
					found[0]);
	if (where)
		what = arena_printf(t->arena, "in %s: %s", where, what);
	tell(t, id,
	     where || why || id == STEP_LINE ? with_why(t, what, why) : NULL,
	     found[0], found[1], NULL);
	if (id != STEP_COMMAND_IN_GROUP)
		return;
	t->has_program = true;
	say_sentence(t, &t->open,
		     "Only amounts are limited: it sees and may do what it "
		     "could before.");
}

/* The lines that sh -c '…' is given, up to the end of the quotes; the program
 * that it becomes, if it does, is behind them. */
static void tell_script(struct telling *t, const char *script,
			const char *where)
{
	static const char program[] = "exec \"$@\"' ";
	const char *at = strstr(script, program);
	size_t len = at ? (size_t)(at - script) : strcspn(script, "'");
	char *text = arena_strndup(t->arena, script, len), *line;

	while ((line = strsep(&text, ";\n")) != NULL) {
		line += strspn(line, " ");
		/* ":" and "exec 9<…" do nothing that lasts */
		if (*line && *line != ':' && !begins(line, "exec 9"))
			tell_line(t, line, where, NULL);
	}
	if (!at)
		return;
	at += sizeof(program) - 1;
	at += strcspn(at, " "); /* $0 */
	tell_program(t, arena_strdup(t->arena, at + strspn(at, " ")));
}

static const char *script_of(const char *line)
{
	static const char *const shells[] = { "sh -ec '", "sh -c '" };

	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (begins(line, shells[i]))
			return line + strlen(shells[i]);
	return NULL;
}

/* ---- unshare(1) ---- */

/* What is not new is shared. */
static void tell_shared(struct telling *t, const char *line)
{
	static const struct {
		const char *option, *words;
	} kinds[] = {
		{ " --user",
		  "Who it runs as, and what it may, is as before (no "
		  "user namespace)." },
		{ " --mount", "Mounts and files are this machine's (no mount "
			      "namespace)." },
		{ " --net", "The network is this machine's (no network "
			    "namespace)." },
		{ " --pid", "All processes of this machine can be seen and, as "
			    "far as the ids allow, signalled (no pid "
			    "namespace)." },
		{ " --ipc", "Shared memory and message queues are this "
			    "machine's (no ipc namespace)." },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strstr(line, kinds[i].option))
			say_sentence(t, &t->open, kinds[i].words);
	say_sentence(t, &t->open,
		     "Files are the same files: a namespace of mounts hides "
		     "nothing until something is mounted. Nothing is limited, "
		     "and all system calls can be made.");
}

/* An option with the file that keeps the namespace, "--net=FILE". Return: is
 * it kept? */
static bool tell_option(struct telling *t, enum step_id id, const char *option)
{
	const char *value = option + strlen(step_rows[id].shell);
	const char *what = step_rows[id].what;

	if (id == STEP_ID_MAPS) {
		tell(t, id, NULL,
		     "so that you are root inside, or what was asked for", NULL,
		     NULL);
		return false;
	}
	if (*value != '=' || id == STEP_CLOCKS) {
		tell(t, id, NULL, NULL, NULL, NULL);
		return false;
	}
	tell(t, id,
	     arena_printf(t->arena, "%s (kept by the file %.*s)", what,
			  (int)strcspn(value + 1, " "), value + 1),
	     NULL, NULL, NULL);
	return true;
}

static void tell_unshare(struct telling *t, const char *line)
{
	const char *rest = line + strlen("unshare");
	bool is_kept = false;

	for (enum step_id id = 0; id < STEP_COUNT; id++) {
		const char *option = step_rows[id].shell, *found;

		if (option[0] != '-' || !(found = strstr(line, option)))
			continue;
		if (found[-1] == ' ')
			is_kept |= tell_option(t, id, found);
	}
	if (strstr(line, " --fork"))
		tell(t, STEP_PROCESS, "make a process in them (clone3)", NULL,
		     NULL, NULL);
	while (begins(rest, " -")) {
		const bool has_value = begins(rest, " --boottime ") ||
				       begins(rest, " --monotonic ");

		rest += 1 + strcspn(rest + 1, " ");
		if (has_value)
			rest += 1 + strcspn(rest + 1, " ");
	}
	rest += *rest == ' ';
	if (script_of(rest) && (is_kept || strstr(rest, "exec \"$@\"' ")))
		tell_script(t, script_of(rest), is_kept ? "them" : NULL);
	else
		tell_program(t, arena_strdup(t->arena, rest));
	if (!is_kept)
		tell_shared(t, line);
}

/* ---- nsenter(1), ip -n ---- */

/**
 * struct where - in which namespaces a line is done
 * @kinds:	"net, mnt"; how many
 * @of:		"process 12", or a file
 * @rest:	the line, of words, from there on
 * @is_program:	it is what was asked for, not a step on the way
 */
struct where {
	struct buf kinds;
	int kind_count;
	const char *of;
	const char *const *rest;
	bool is_program;
};

static void add_kind(struct where *w, const char *name)
{
	buf_printf(&w->kinds, "%s%s", w->kinds.len ? ", " : "", name);
	w->kind_count++;
}

/* "--net=/proc/12/ns/net", "--mount=FILE" */
static void read_long(struct telling *t, struct where *w, const char *option)
{
	const size_t len = strcspn(option, "=");
	const char *name = arena_strndup(t->arena, option, len);
	const char *value = option + len + (option[len] == '=');
	const enum ns_kind kind = ns_find(name);

	if (kind == NS_COUNT)
		return;
	add_kind(w, ns_table[kind].name);
	if (begins(value, "/proc/"))
		w->of = arena_printf(t->arena, "process %.*s",
				     (int)strcspn(value + 6, "/"), value + 6);
	else if (*value)
		w->of = value;
}

static void read_letter(struct where *w, char letter)
{
	static const char *const kinds[] = {
		['m'] = "mnt", ['u'] = "uts",	 ['i'] = "ipc",	 ['n'] = "net",
		['p'] = "pid", ['C'] = "cgroup", ['U'] = "user", ['T'] = "time",
	};
	const size_t at = (unsigned char)letter;

	if (at < ARRAY_LEN(kinds) && kinds[at])
		add_kind(w, kinds[at]);
}

static void read_nsenter(struct telling *t, struct where *w,
			 const char *const *words)
{
	for (; *words && (*words)[0] == '-'; words++) {
		const char *word = *words;

		if (strcmp(word, "--") == 0) {
			w->is_program = true;
			words++;
			break;
		}
		if (word[1] == '-')
			read_long(t, w, word + 2);
		else if (word[1] == 't' && words[1])
			w->of = arena_printf(t->arena, "process %s", *++words);
		else if (strchr("SG", word[1]) && words[1])
			words++;
		else
			read_letter(w, word[1]);
	}
	w->rest = words;
}

static const char *where_words(struct telling *t, const struct where *w)
{
	const char *kinds = w->kinds.len ? w->kinds.data : "root";

	return arena_printf(t->arena, "the %s namespace%s of %s", kinds,
			    strchr(kinds, ',') ? "s" : "",
			    w->of ? w->of : "another process");
}

/* The rest of the line, from the first of those words on. */
static const char *from(const char *line, const char *const *rest)
{
	const char *at = *rest ? strstr(line, *rest) : NULL;
	const size_t len = *rest ? strlen(*rest) : 0;

	/* not within another word */
	while (at && (at[-1] != ' ' || (at[len] && at[len] != ' ')))
		at = strstr(at + 1, *rest);
	return at ? at : "";
}

static void tell_nsenter(struct telling *t, const char *line, const char *why)
{
	const char *words[WORDS_MAX + 1], *rest;
	struct where w = { .of = NULL };

	buf_init(&w.kinds);
	shell_split(t->arena, line, words, WORDS_MAX);
	read_nsenter(t, &w, words + 1);
	rest = arena_strdup(t->arena, from(line, w.rest));
	if (w.is_program) {
		const char *script = strstr(rest, "sh -c '");

		tell_times(tell(t, STEP_JOIN_LINE, NULL, where_words(t, &w),
				NULL, NULL),
			   STEP_JOIN_LINE, w.kind_count);
		if (begins(rest, "unshare ") && script)
			tell_script(t, script_of(script), NULL);
		else
			tell_program(t, rest);
		say_sentence(t, &t->open,
			     "It only goes there: user, capabilities, control "
			     "group and limits stay your own, and no system "
			     "call is forbidden.");
	} else {
		tell_line(t, rest, where_words(t, &w), why);
	}
	buf_done(&w.kinds);
}

/* "ip -n NAME link …" is "ip link …" in NAME. */
static void tell_ip(struct telling *t, const char *line, const char *why)
{
	const char *name = line + strlen("ip -n ");
	const int len = (int)strcspn(name, " ");

	tell_line(t, arena_printf(t->arena, "ip%s", name + len),
		  arena_printf(t->arena, "network namespace '%.*s'", len, name),
		  why);
}

/* ---- all lines ---- */

static void tell_command(struct telling *t, const char *line, const char *why)
{
	if (begins(line, "setsid "))
		line += strlen("setsid ");
	if (begins(line, "unshare "))
		tell_unshare(t, line);
	else if (begins(line, "nsenter "))
		tell_nsenter(t, line, why);
	else if (begins(line, "ip -n "))
		tell_ip(t, line, why);
	else if (*line)
		tell_line(t, line, NULL, why);
}

/* A comment before a line, or behind it, is why; the operations of a plan in
 * comments are the line's own. */
static void tell_one(struct telling *t, char *line, const char **why)
{
	char *comment = strstr(line, "  # ");

	if (begins(line, "#  ") || begins(line, "#!") || !*line)
		return;
	if (begins(line, "# ")) {
		*why = *why ? arena_printf(t->arena, "%s: %s", *why, line + 2) :
			      arena_strdup(t->arena, line + 2);
		return;
	}
	if (comment) {
		*comment = '\0';
		*why = comment + 4;
	}
	for (size_t len = strlen(line); len && line[len - 1] == ' ';)
		line[--len] = '\0';
	tell_command(t, line, *why);
	*why = NULL;
}

/* Up to the next newline that no quotes hold. */
static char *next_line(char **text)
{
	char *line = *text, *at = line, quote = '\0';

	for (; *at && (*at != '\n' || quote); at++) {
		if (quote ? *at == quote : *at == '\'' || *at == '"')
			quote = quote ? '\0' : *at;
		else if (!quote && *at == '\\' && at[1])
			at++;
		else if (!quote && *at == '#' && (at == line || at[-1] == ' '))
			at += strcspn(at, "\n") - 1; /* nothing is quoted */
	}
	*text = *at ? at + 1 : at;
	*at = '\0';
	return line;
}

/* Without a program at their end they are not about a process. */
static void name_parts(struct telling *t)
{
	for (size_t i = 0; i < t->count && !t->has_program; i++)
		t->steps[i].part = "the steps";
}

void tell_lines(struct telling *t, const char *lines)
{
	char *text = arena_strdup(t->arena, lines);
	const char *why = NULL;

	if (!text)
		return;
	while (*text)
		tell_one(t, next_line(&text), &why);
	if (why)
		tell(t, STEP_LINE, why, NULL, NULL, NULL);
	name_parts(t);
}
