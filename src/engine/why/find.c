/* SPDX-License-Identifier: Apache-2.0 */
/* find.c - the table of causes, and asking its probes */
#include <errno.h>

#include "engine/why/why.h"

#define ERRNOS(...)         \
	{                   \
		__VA_ARGS__ \
	}
#define ERRNOS_MAX 10 /* of a row, with the 0 behind them */

/* In the order of enum kist_cause. */
static const struct {
	uint32_t calls;
	int16_t errnos[ERRNOS_MAX];
} causes[KIST_CAUSE_COUNT] = {
#define KIST_CAUSE(id, probe, calls, errnos, rule, fix, word) \
	[KIST_CAUSE_##id] = { calls, errnos },
#include <kist/causes.def>
#undef KIST_CAUSE
};

/* No table of pointers: base/cause.c says why. */
static int ask(int cause, const struct why_case *c, struct why_finding *found)
{
	switch (cause) {
#define KIST_CAUSE(id, probe, calls, errnos, rule, fix, word) \
	case KIST_CAUSE_##id:                                 \
		return probe(c, found);
#include <kist/causes.def>
#undef KIST_CAUSE
	default:
		return 0;
	}
}

static bool fits(int cause, const struct why_case *c)
{
	if (!(causes[cause].calls & c->call))
		return false;
	/* who was killed was given no number; rules of every call are no
	 * rules of killing */
	if (c->call & WHY_KILLED)
		return (causes[cause].calls & WHY_ANY) != WHY_ANY;
	for (const int16_t *e = causes[cause].errnos; *e; e++)
		if (*e == c->errnum)
			return true;
	return false;
}

static const char *fill(struct arena *arena, const char *text,
			const struct why_finding *found)
{
	char line[600];

	err_cause_text(text, found->arg[0], found->arg[1], line, sizeof(line));
	return arena_strdup(arena, line);
}

static void put(struct arena *arena, int cause, const struct why_finding *found,
		struct kist_finding *to)
{
	to->cause = cause;
	to->rule = fill(arena, kist_cause_rule(cause), found);
	to->evidence = found->evidence;
	to->fix = fill(arena, kist_cause_fix(cause), found);
	to->word = fill(arena, kist_cause_word(cause), found);
	to->is_certain = found->is_certain;
}

int why_find(const struct why_case *c, struct kist_why *ret_why)
{
	struct kist_finding *list, sorted[KIST_CAUSE_COUNT];
	bool certain[KIST_CAUSE_COUNT];
	size_t count = 0, next = 0;

	for (int cause = 1; cause < KIST_CAUSE_COUNT; cause++) {
		struct why_finding found = { .evidence = "" };

		if (!fits(cause, c) || ask(cause, c, &found) != 1)
			continue;
		put(c->arena, cause, &found, &sorted[count]);
		certain[count++] = found.is_certain;
	}
	list = arena_alloc(c->arena, (count + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (int pass = 1; pass >= 0; pass--)
		for (size_t i = 0; i < count; i++)
			if (certain[i] == pass)
				list[next++] = sorted[i];
	ret_why->findings = list;
	ret_why->count = count;
	return 0;
}

static size_t examined(const struct why_case *c)
{
	size_t count = 0;

	for (int cause = 1; cause < KIST_CAUSE_COUNT; cause++)
		count += fits(cause, c);
	return count;
}

int why_answer(const struct why_case *c, struct kist_why *why)
{
	const struct why_word *word = c->name ? why_word_find(c->name) : NULL;

	why->what = why_case_text(c);
	why->errnum = c->errnum;
	why->examined = examined(c);
	why->meaning = why_meaning(c->call, c->errnum);
	why->page = word ? word->page : NULL;
	return why_find(c, why);
}
