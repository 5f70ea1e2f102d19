/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entries.c - the glossary, as make.sh left it
 *
 * Tables of places in one text: no pointers, so that nothing of it has to be
 * relocated when a program starts that never asks.
 */
#include <string.h>

#include <kist/explain.h>

#include "engine/explain/data.h"

static const char *at(uint32_t place)
{
	return place ? explain_text + place : NULL;
}

size_t kist_explain_count(void)
{
	return explain_count;
}

struct kist_entry kist_explain_entry(size_t index)
{
	const struct explain_place *p = &explain_places[index];

	return (struct kist_entry){
		.name = at(p->name),
		.also = at(p->also),
		.kind = at(p->kind),
		.text = at(p->text),
		.unit = at(p->unit),
		.by_default = at(p->by_default),
		.other = at(p->other),
		.now = at(p->now),
		.try_line = at(p->try_line),
		.try_as = at(p->as),
		.try_needs = at(p->needs),
		.try_gives = at(p->gives),
		.try_shows = at(p->shows),
		.see = at(p->see),
		.source = at(p->source),
		.ask = at(p->ask),
		.subject = at(p->subject),
	};
}

struct kist_entry_kind kist_explain_kind(size_t index)
{
	const struct explain_kind *k = &explain_kinds[index];
	struct kist_entry_kind kind = { 0 };
	size_t i = 0;

	kind.name = at(k->name);
	kind.names = at(k->names);
	kind.what = at(k->what);
	/* a text is kept once, and known by its place */
	while (i < explain_count && explain_places[i].kind != k->name)
		i++;
	kind.first = i;
	while (i < explain_count && explain_places[i].kind == k->name)
		i++;
	kind.count = i - kind.first;
	return kind;
}

const char *kist_explain_subject(size_t index)
{
	return at(explain_subjects[index].name);
}

const char *kist_explain_title(const char *subject)
{
	for (size_t i = 0; explain_subjects[i].name; i++)
		if (strcmp(at(explain_subjects[i].name), subject) == 0)
			return at(explain_subjects[i].title);
	return NULL;
}
