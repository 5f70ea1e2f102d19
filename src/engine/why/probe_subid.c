/* SPDX-License-Identifier: Apache-2.0 */
/* probe_subid.c - ids that newuidmap(1) and newgidmap(1) do not map */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "engine/why/caller.h"
#include "kernel/idmap_tool.h"
#include "kernel/subid.h"
#include "kernel/user.h"

/* "uid" or "gid" if one of the tools was to map; NULL. */
static const char *tool_word(const struct why_case *c)
{
	if (!c->name || strncmp(c->name, "new", 3) != 0)
		return NULL;
	return strncmp(c->name, "newg", 4) == 0 ? "gid" : "uid";
}

/* The user's lines. Return: how many; -1: not for one of the tools. */
static int lines_of(const struct why_case *c, struct subids *ret_all,
		    const char **ret_name, uint32_t *ret_uid,
		    const struct subid **ret_first)
{
	const char *word = tool_word(c);
	struct proc_status status;
	int count = 0;

	if (!word || !caller_status(c, &status) ||
	    subid_load(word, c->arena, ret_all) < 0)
		return -1;
	*ret_uid = (uint32_t)status.uid[PROC_REAL];
	*ret_name = user_name(AT_FDCWD, *ret_uid, c->arena);
	*ret_first = NULL;
	for (size_t i = 0; i < ret_all->count; i++) {
		const struct subid *line = &ret_all->lines[i];

		if (!subid_is_of(line, *ret_name, *ret_uid))
			continue;
		if (!*ret_first)
			*ret_first = line;
		count++;
	}
	return count;
}

static const char *file_of(const struct why_case *c)
{
	return strcmp(tool_word(c), "gid") == 0 ? "/etc/subgid" : "/etc/subuid";
}

static const char *line_text(const struct why_case *c, const char *name,
			     uint32_t uid, uint32_t start, uint32_t count)
{
	if (name)
		return arena_printf(c->arena, "%s:%u:%u", name, start, count);
	return arena_printf(c->arena, "%u:%u:%u", uid, start, count);
}

int probe_subid_tool(const struct why_case *c, struct why_finding *found)
{
	const char *word = tool_word(c);

	if (!word || idmap_tool_is_there(word))
		return 0;
	found->arg[0] = arena_printf(c->arena, "new%smap", word);
	found->evidence = arena_printf(
		c->arena, "neither /usr/bin nor /bin has %s", found->arg[0]);
	found->is_certain = true;
	return 1;
}

int probe_subid_none(const struct why_case *c, struct why_finding *found)
{
	const struct subid *first;
	struct subids all;
	const char *name;
	uint32_t uid;

	if (lines_of(c, &all, &name, &uid, &first) != 0)
		return 0;
	found->arg[0] =
		line_text(c, name, uid, subid_free_start(&all, 65536), 65536);
	found->arg[1] = file_of(c);
	found->evidence = arena_printf(c->arena, "no line of %s is for user %u",
				       found->arg[1], uid);
	found->is_certain = true;
	return 1;
}

/* "PID INSIDE OUTSIDE COUNT", as the tools are called. */
static bool read_wish(const struct why_case *c, unsigned wish[2])
{
	const char *text = c->value ? c->value : c->subject;

	return text && sscanf(text, "%*u %*u %u %u", &wish[0], &wish[1]) == 2;
}

int probe_subid_range(const struct why_case *c, struct why_finding *found)
{
	unsigned wish[2] = { 0, 1 };
	bool is_said = tool_word(c) && read_wish(c, wish);
	const struct subid *first;
	struct subids all;
	const char *name;
	uint32_t uid;

	if (lines_of(c, &all, &name, &uid, &first) <= 0)
		return 0;
	if (is_said && (subid_allows(&all, name, uid, wish[0], wish[1]) ||
			(wish[0] == uid && wish[1] == 1)))
		return 0;
	found->arg[1] = file_of(c);
	found->evidence = arena_printf(
		c->arena, "%s gives user %u the ids %u to %u%s", found->arg[1],
		uid, first->start, first->start + first->count - 1,
		is_said ? arena_printf(c->arena, ", not %u to %u", wish[0],
				       wish[0] + wish[1] - 1) :
			  "");
	found->is_certain = is_said;
	return 1;
}
