/* SPDX-License-Identifier: Apache-2.0 */
/* sharing.c - how each thing of a map stands to each kind of namespace */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/map/sharing.h"

/* A thing in a namespace. */
struct entry {
	uint64_t ino;
	size_t thing;
	enum ns_kind kind;
};

/* The entries of one namespace that is shared. */
struct run {
	const struct entry *first;
	size_t count;
	int label;
};

static int by_ino(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return a->thing < b->thing ? -1 : a->thing > b->thing;
}

static int by_number(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* The inodes of the machine's own, in order. */
static size_t find_initial(const struct kist_map *map, uint64_t *inos)
{
	size_t count = 0;

	for (size_t i = 0; i < map->ns_count && count < NS_COUNT; i++)
		if (map->namespaces[i].is_initial)
			inos[count++] = map->namespaces[i].ino;
	qsort(inos, count, sizeof(*inos), by_number);
	return count;
}

static size_t list_entries(const struct kist_map *map, struct entry *entries)
{
	size_t count = 0;

	for (size_t i = 0; i < map->thing_count; i++)
		for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
			if (map->things[i].ns[kind])
				entries[count++] =
					(struct entry){ map->things[i].ns[kind],
							i, kind };
	qsort(entries, count, sizeof(*entries), by_ino);
	return count;
}

static bool same_members(const struct run *a, const struct run *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->first[i].thing != b->first[i].thing)
			return false;
	return true;
}

/* The first run with the same things, or itself. */
static int find_label(const struct run *runs, size_t at, int *next)
{
	for (size_t i = 0; i < at; i++)
		if (runs[i].count == runs[at].count &&
		    same_members(&runs[i], &runs[at]))
			return runs[i].label;
	return (*next)++;
}

/* ---- groups ---- */

/* People and clocks are often common to all of one engine: that binds none. */
static bool is_binding(enum ns_kind kind)
{
	return kind != NS_USER && kind != NS_CGROUP && kind != NS_TIME;
}

static size_t leader(size_t *groups, size_t thing)
{
	while (groups[thing] != thing) {
		groups[thing] = groups[groups[thing]];
		thing = groups[thing];
	}
	return thing;
}

static void bind(size_t *groups, size_t a, size_t b)
{
	size_t first = leader(groups, a), second = leader(groups, b);

	if (first < second)
		groups[second] = first;
	else
		groups[first] = second;
}

static void tell_run(struct sharing *s, const struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct entry *e = &run->first[i];

		s->cells[e->thing][e->kind] =
			(struct share_cell){ SHARE_COMMON, run->label };
		if (is_binding(e->kind))
			bind(s->groups, run->first[0].thing, e->thing);
	}
}

void sharing_find(const struct kist_map *map, struct arena *arena,
		  struct sharing *ret_sharing)
{
	size_t most = map->thing_count * NS_COUNT + 1, run_count = 0, count;
	struct entry *entries = ARENA_ARRAY(arena, struct entry, most);
	struct run *runs = ARENA_ARRAY(arena, struct run, most);
	struct sharing s = { .map = map };
	uint64_t initial[NS_COUNT] = { 0 };
	size_t initial_count = find_initial(map, initial), end;
	int next = 0;

	s.cells = arena_array(arena, map->thing_count + 1, sizeof(*s.cells));
	s.groups = ARENA_ARRAY(arena, size_t, map->thing_count + 1);
	s.sizes = ARENA_ARRAY(arena, size_t, map->thing_count + 1);
	*ret_sharing = s;
	if (arena_failed(arena))
		return;
	for (size_t i = 0; i < map->thing_count; i++)
		s.groups[i] = i;
	count = list_entries(map, entries);
	for (size_t i = 0; i < count; i = end) {
		bool is_host = bsearch(&entries[i].ino, initial, initial_count,
				       sizeof(*initial), by_number);

		for (end = i + 1;
		     end < count && entries[end].ino == entries[i].ino; end++)
			;
		for (size_t e = i; e < end; e++)
			s.cells[entries[e].thing][entries[e].kind].how =
				is_host ? SHARE_HOST : SHARE_OWN;
		if (is_host || end - i < 2)
			continue;
		runs[run_count] = (struct run){ &entries[i], end - i, 0 };
		runs[run_count].label = find_label(runs, run_count, &next);
		tell_run(&s, &runs[run_count++]);
	}
	for (size_t i = 0; i < map->thing_count; i++)
		s.sizes[s.groups[i] = leader(s.groups, i)]++;
}

/* ---- words ---- */

void share_label(int label, char ret_text[SHARE_LABEL])
{
	char letters[SHARE_LABEL];
	size_t count = 0;

	for (label++; label > 0 && count < SHARE_LABEL - 1;
	     label = (label - 1) / 26)
		letters[count++] = (char)('A' + (label - 1) % 26);
	for (size_t i = 0; i < count; i++)
		ret_text[i] = letters[count - 1 - i];
	ret_text[count] = '\0';
}

static const char *word(const char *text)
{
	return text ? text : "";
}

const char *sharing_look(const struct sharing *sharing, size_t thing,
			 bool letters, struct arena *arena)
{
	const struct kist_thing *t = &sharing->map->things[thing];
	char text[NS_COUNT * 13 + 1];
	size_t len = 0;

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		const struct share_cell *cell = &sharing->cells[thing][kind];

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%d",
					cell->how);
		if (letters && cell->how == SHARE_COMMON)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
						"=%d", cell->label);
	}
	return arena_printf(arena, "%s %d %d %s %s", text, t->kind,
			    t->is_paused, word(t->engine), word(t->user));
}
