/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_map_filter.c - kist map WORD…: only what is asked for
 *
 * Lists are made anew; what they point to stays the whole map's.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "base/num.h"
#include "cli/cmd_map.h"
#include "cli/kinds.h"

/* ---- things ---- */

static bool has(const char *text, const char *word)
{
	return text && strcasestr(text, word);
}

static bool is_in(const struct kist_thing *thing, uint64_t ino)
{
	for (size_t k = 0; k < KIND_COUNT; k++)
		if (ino && thing->ns[k] == ino)
			return true;
	return false;
}

/* The number in "net:[4026531833]" or "4026531833"; 0: it is none. */
static uint64_t number_in(const char *word)
{
	const char *at = strstr(word, ":[");
	size_t len;
	uint64_t value;

	at = at ? at + 2 : word;
	len = strcspn(at, "]");
	return len && num_parse_u64_n(at, len, &value) == 0 ? value : 0;
}

static bool goes_by(const struct kist_thing *thing, const char *word)
{
	const char *engine = thing->engine ? thing->engine : "";
	size_t len = strlen(engine);
	uint64_t number = number_in(word);

	if (len && strncmp(word, engine, len) == 0 && word[len] == ':')
		word += len + 1;
	if (number && ((uint64_t)thing->pid == number || is_in(thing, number)))
		return true;
	/* The first process of a machine was told much that is not it. */
	if (thing->kind != KIST_THING_HOST && has(thing->command, word))
		return true;
	return has(thing->name, word) || has(thing->image, word) ||
	       has(thing->cgroup, word) ||
	       (thing->id && strncmp(thing->id, word, strlen(word)) == 0);
}

static bool is_wanted(const struct map_args *a, const struct kist_thing *thing)
{
	if (a->engine &&
	    (!thing->engine || strcmp(thing->engine, a->engine) != 0))
		return false;
	for (size_t i = 0; a->words && a->words[i]; i++)
		if (goes_by(thing, a->words[i]))
			return true;
	return !a->words || !a->words[0];
}

static const char *const engines[] = {
	"kist", "docker", "podman", "containerd", "cri-o", "lxc", "systemd",
};

static int nothing(const struct map_args *a, const struct kist_map *map,
		   struct kist_error *err)
{
	const char *word = a->words && a->words[0] ? a->words[0] : a->engine;
	struct near near;

	err_set(err, KIST_E_MAP_NOTHING, "nothing that runs here goes by '%s'",
		word);
	near_init(&near, word);
	if (word == a->engine)
		for (size_t i = 0; i < ARRAY_LEN(engines); i++)
			near_offer(&near, engines[i]);
	for (size_t i = 0; i < map->thing_count; i++) {
		near_offer(&near, map->things[i].name);
		near_offer(&near, map->things[i].engine);
	}
	if (near.best && near.distance > 0)
		err_hint(err, "did you mean '%s'?", near.best);
	else
		err_hint(err, "kist map --ns lists what runs here");
	return -ENOENT;
}

/* ---- what things are in ---- */

static bool any_in(const struct kist_map *map, uint64_t ino)
{
	for (size_t i = 0; i < map->thing_count; i++)
		if (is_in(&map->things[i], ino))
			return true;
	return false;
}

/* Where a link leads to. */
static bool has_device(const struct kist_map *map, uint64_t ino)
{
	for (size_t i = 0; i < map->device_count; i++)
		if (map->devices[i].ns == ino)
			return true;
	return false;
}

static const struct kist_map_ns *filter_namespaces(const struct kist_map *map,
						   const struct kist_map *to,
						   size_t *ret_count)
{
	struct kist_map_ns *list = calloc(map->ns_count + 1, sizeof(*list));

	*ret_count = 0;
	for (size_t i = 0; list && i < map->ns_count; i++)
		if (any_in(to, map->namespaces[i].ino) ||
		    has_device(to, map->namespaces[i].ino))
			list[(*ret_count)++] = map->namespaces[i];
	return list;
}

/* Of a network that is shown, or the other end of a link from there; and the
 * bridge that is in. */
static bool is_linked(const struct kist_map *map, const struct kist_map *to,
		      const struct kist_map_device *d)
{
	bool is_ours = any_in(to, d->ns);

	if (is_ours || (d->peer_ns && any_in(to, d->peer_ns)))
		return true;
	for (size_t i = 0; i < map->device_count; i++)
		if (map->devices[i].ns == d->ns &&
		    map->devices[i].master == d->index &&
		    map->devices[i].peer_ns &&
		    any_in(to, map->devices[i].peer_ns))
			return true;
	return false;
}

static const struct kist_map_device *filter_devices(const struct kist_map *map,
						    const struct kist_map *to,
						    size_t *ret_count)
{
	struct kist_map_device *list =
		calloc(map->device_count + 1, sizeof(*list));

	*ret_count = 0;
	for (size_t i = 0; list && i < map->device_count; i++)
		if (is_linked(map, to, &map->devices[i]))
			list[(*ret_count)++] = map->devices[i];
	return list;
}

static const struct kist_map_port *filter_ports(const struct kist_map *map,
						const struct kist_map *to,
						size_t *ret_count)
{
	struct kist_map_port *list = calloc(map->port_count + 1, sizeof(*list));

	*ret_count = 0;
	for (size_t i = 0; list && i < map->port_count; i++)
		if (any_in(to, map->ports[i].ns))
			list[(*ret_count)++] = map->ports[i];
	return list;
}

enum mark { MARK_NONE, MARK_ABOVE, MARK_THEIRS };

/* Theirs, those below, and those above. Parents stand before. */
static void mark_groups(const struct kist_map *map, const struct kist_map *to,
			enum mark *marks)
{
	for (size_t i = 0; i < to->thing_count; i++) {
		int at = to->things[i].cgroup_index;

		if (at >= 0)
			marks[at] = MARK_THEIRS;
		for (; at >= 0; at = map->cgroups[at].parent)
			marks[at] = marks[at] ? marks[at] : MARK_ABOVE;
	}
	for (size_t i = 0; i < map->cgroup_count; i++) {
		int parent = map->cgroups[i].parent;

		/* All is below the root: that says nothing. */
		if (parent > 0 && marks[parent] == MARK_THEIRS)
			marks[i] = MARK_THEIRS;
	}
}

/* Indexes become those of the new list. */
static void filter_cgroups(const struct kist_map *map, struct kist_map *to,
			   struct kist_thing *things)
{
	struct kist_map_cgroup *list =
		calloc(map->cgroup_count + 1, sizeof(*list));
	enum mark *marks = calloc(map->cgroup_count + 1, sizeof(*marks));
	int *places = calloc(map->cgroup_count + 1, sizeof(*places));

	to->cgroups = list;
	if (!list || !marks || !places)
		goto out;
	mark_groups(map, to, marks);
	for (size_t i = 0; i < map->cgroup_count; i++) {
		int parent = map->cgroups[i].parent;

		if (!marks[i])
			continue;
		places[i] = (int)to->cgroup_count;
		list[to->cgroup_count] = map->cgroups[i];
		list[to->cgroup_count++].parent = parent < 0 ? -1 :
							       places[parent];
	}
	for (size_t i = 0; i < to->thing_count; i++)
		if (things[i].cgroup_index >= 0)
			things[i].cgroup_index = places[things[i].cgroup_index];
out:
	free(marks);
	free(places);
}

int map_filter(const struct map_args *a, const struct kist_map *map,
	       struct kist_map *ret_map, struct kist_error *err)
{
	struct kist_thing *things;

	*ret_map = *map;
	ret_map->arena = NULL;
	if (!a->engine && (!a->words || !a->words[0]))
		return 0;
	things = calloc(map->thing_count + 1, sizeof(*things));
	if (!things)
		return err_nomem(err);
	ret_map->things = things;
	ret_map->thing_count = ret_map->cgroup_count = 0;
	for (size_t i = 0; i < map->thing_count; i++)
		if (is_wanted(a, &map->things[i]))
			things[ret_map->thing_count++] = map->things[i];
	if (!ret_map->thing_count) {
		free(things);
		return nothing(a, map, err);
	}
	ret_map->devices = filter_devices(map, ret_map, &ret_map->device_count);
	ret_map->namespaces =
		filter_namespaces(map, ret_map, &ret_map->ns_count);
	ret_map->ports = filter_ports(map, ret_map, &ret_map->port_count);
	filter_cgroups(map, ret_map, things);
	ret_map->arena = things; /* lists of its own: map_filter_done() */
	return 0;
}

void map_filter_done(struct kist_map *map)
{
	if (!map->arena)
		return;
	free((void *)map->things);
	free((void *)map->namespaces);
	free((void *)map->devices);
	free((void *)map->ports);
	free((void *)map->cgroups);
}
