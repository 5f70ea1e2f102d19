/* SPDX-License-Identifier: Apache-2.0 */
/**
 * things.h - what runs on the machine: containers of any engine, units, sets
 *
 * Who map, top and watch are about. The processes are read once; each belongs
 * to one thing, known by its control group (docker/…, libpod-…, kist/…,
 * X.service), by kist's own records, or by the namespaces it shares with
 * others.
 */
#ifndef ENGINE_MAP_THINGS_H
#define ENGINE_MAP_THINGS_H

#include <kist/map.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/cgroup.h"

/* @freezers: of each, the path of its control group where it is paused, or
 * NULL */
struct things {
	struct kist_thing *items;
	const char **freezers;
	size_t count;
	size_t hidden;
};

struct scan;
struct group;

/**
 * things_find() - what the processes of a scan are
 * @scan:	scan_processes() has read it; strings are in its arena
 * @ret_groups:	the list of the groups they are in; may be NULL
 *
 * Which are paused is for things_find_paused() to say.
 *
 * Return: 0 or -ENOMEM.
 */
MUST_CHECK int things_find(const struct kist *kist, struct scan *scan,
			   struct things *ret_things,
			   const struct group **ret_groups,
			   struct kist_error *err);

void things_find_paused(struct things *things, const struct cgroup_world *world,
			const int *root_fds);

/**
 * things_name() - whose control group a path is
 *
 * "/system.slice/docker-0123….scope" gives engine "docker" and the id; a name
 * is looked up where the engine keeps one that can be read; with @kist, also in
 * the records of kist's own.
 *
 * Return: false if it is of no engine and no unit.
 */
bool things_name(const struct kist *kist, const char *cgroup,
		 struct arena *arena, struct kist_thing *ret_thing);

#endif
