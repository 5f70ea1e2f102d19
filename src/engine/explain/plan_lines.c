/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_lines.c - the shell lines of a dry run, in words
 *
 * A line is matched with the shell column of plan_steps.def: by how it begins,
 * or by what it contains, the longest that fits. Options of unshare(1) are steps of their own. A line
 * that is not known is told as it is.
 */
#include <string.h>

#include "engine/explain/plan.h"

static bool fits(const struct step_row *row, const char *line)
{
	const char *shell = row->shell;

	if (!*shell || *shell == '-')
		return false;
	return *shell == '*' ? strstr(line, shell + 1) != NULL :
			       strncmp(line, shell, strlen(shell)) == 0;
}

static enum step_id step_of_line(const char *line)
{
	enum step_id best = STEP_COUNT;

	for (enum step_id id = 0; id < STEP_COUNT; id++)
		if (fits(&step_rows[id], line) &&
		    (best == STEP_COUNT ||
		     strlen(step_rows[id].shell) >
			     strlen(step_rows[best].shell)))
			best = id;
	return best;
}

/* The last word of "mkdir /sys/fs/cgroup/a", without the quotes. */
static const char *last_word(struct telling *t, const char *line)
{
	const char *space = strrchr(line, ' ');

	/* "echo NAME >FILE" */
	if (strncmp(line, "echo ", 5) == 0)
		return arena_strndup(t->arena, line + 5,
				     strcspn(line + 5, " "));
	return arena_strdup(t->arena, space ? space + 1 : line);
}

/* "mount -t proc -o nosuid proc /proc": "/proc". */
static const char *mounted(struct telling *t, const char *line)
{
	return arena_printf(t->arena, "'%s'", last_word(t, line));
}

static void tell_line(struct telling *t, const char *line, const char *why)
{
	enum step_id id = step_of_line(line);
	struct kist_step *step;

	if (id == STEP_COUNT) {
		step = tell(t, STEP_LIMIT, arena_strdup(t->arena, line), NULL,
			    NULL, NULL);
		if (step) {
			step->us = 0;
			step->see = NULL;
		}
	} else if (!*step_rows[id].what) {
		step = tell(t, id, arena_strdup(t->arena, line), NULL, NULL,
			    NULL);
	} else {
		step = tell(t, id, NULL,
			    strncmp(line, "mount", 5) == 0 ? mounted(t, line) :
							     last_word(t, line),
			    NULL, NULL);
	}
	if (step && why)
		step->place = arena_strdup(t->arena, why);
}

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

/* unshare(1) and its options, up to the command. */
static const char *tell_unshare(struct telling *t, const char *line)
{
	const char *at = line + strlen("unshare");

	for (enum step_id id = 0; id < STEP_COUNT; id++) {
		const char *option = step_rows[id].shell, *found;

		if (option[0] != '-' || !(found = strstr(line, option)))
			continue;
		if (found[-1] == ' ')
			tell(t, id, NULL,
			     id == STEP_ID_MAPS ?
				     "so that you are root inside, "
				     "or what was asked for" :
				     NULL,
			     NULL, NULL);
	}
	if (strstr(line, " --fork"))
		tell(t, STEP_PROCESS, "make a process in them (clone3)", NULL,
		     NULL, NULL);
	tell_shared(t, line);
	while (strncmp(at, " -", 2) == 0)
		at += 1 + strcspn(at + 1, " ");
	return at + (*at == ' ');
}

/* The lines of sh -ec '…' are steps. */
static const char *inner(const char *rest)
{
	static const char shell[] = "sh -ec '";

	return strncmp(rest, shell, sizeof(shell) - 1) == 0 ?
		       rest + sizeof(shell) - 1 :
		       NULL;
}

/* A comment before a line, or behind it, is why. */
static void tell_one(struct telling *t, char *line, const char **why)
{
	char *comment = strstr(line, "  # ");
	const char *rest;

	if (strncmp(line, "# ", 2) == 0) {
		*why = arena_strdup(t->arena, line + 2);
		return;
	}
	if (comment) {
		*comment = '\0';
		*why = comment + 4;
	}
	for (size_t len = strlen(line); len && line[len - 1] == ' ';)
		line[--len] = '\0';
	if (strncmp(line, "unshare ", 8) == 0) {
		rest = tell_unshare(t, line);
		if (inner(rest))
			tell_line(t, inner(rest), NULL);
		else
			tell(t, STEP_EXEC, NULL, arena_strdup(t->arena, rest),
			     NULL, NULL);
	} else if (strncmp(line, "exec \"$@\"' sh ", 14) == 0) {
		tell(t, STEP_EXEC, NULL, arena_strdup(t->arena, line + 14),
		     NULL, NULL);
	} else if (*line) {
		tell_line(t, line, *why);
	}
	*why = NULL;
}

void tell_lines(struct telling *t, const char *lines)
{
	char *text = arena_strdup(t->arena, lines), *line;
	const char *why = NULL;

	while ((line = strsep(&text, "\n")) != NULL)
		tell_one(t, line, &why);
	if (t->count && step_rows[t->last].part_order &&
	    strstr(lines, "/sys/fs/cgroup") && !t->open.count)
		say_sentence(t, &t->open,
			     "Only amounts are limited: it sees and may do "
			     "what it could before.");
}
