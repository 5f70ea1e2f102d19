/* SPDX-License-Identifier: Apache-2.0 */
/* things.c - containers and units that start, pause and end, and their limits */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/watch/watch.h"
#include "kernel/ns.h"

#define NAME_WAIT_US 1000000

const struct watched_thing *watch_owner(const struct watching *w,
					const uint64_t ns[KIST_NS_KINDS])
{
	const struct watched_thing *items = w->things.items;

	for (size_t i = 0; i < w->things.count; i++) {
		bool any = false, all = true;

		if (items[i].kind != KIST_THING_CONTAINER)
			continue;
		for (int kind = 0; kind < KIST_NS_KINDS; kind++) {
			if (!ns[kind] || ns[kind] == w->host_ns[kind])
				continue;
			any = any || ns[kind] == items[i].ns[kind];
			all = all && ns[kind] == items[i].ns[kind];
		}
		if (any && all)
			return &items[i];
	}
	return NULL;
}

const struct watched_thing *watch_owner_of_group(const struct watching *w,
						 const char *path)
{
	const struct watched_thing *items = w->things.items;

	for (size_t i = 0; i < w->things.count; i++) {
		const char *group = items[i].cgroup;
		size_t len = group ? strlen(group) : 0;

		if (len > 1 && strncmp(path, group, len) == 0 &&
		    (path[len] == '/' || !path[len]))
			return &items[i];
	}
	return NULL;
}

static bool is_told(enum kist_thing_kind kind)
{
	return kind == KIST_THING_CONTAINER || kind == KIST_THING_UNIT ||
	       kind == KIST_THING_SET;
}

static void fill(struct kist_event *event, const struct watched_thing *thing,
		 char *subject, size_t size)
{
	snprintf(subject, size, "%s %s", kist_thing_name(thing->kind),
		 thing->name);
	event->subject = subject;
	event->container = thing->name;
	event->engine = thing->engine;
	event->cgroup = thing->cgroup;
	event->pid = thing->pid;
	event->status = -1;
}

static void tell(struct watching *w, const struct watched_thing *thing,
		 const char *what)
{
	char subject[200], detail[120] = "";
	struct kist_event event = { .kind = KIST_EVENT_CONTAINER,
				    .what = what,
				    .detail = detail };

	if (!w->begun)
		return;
	fill(&event, thing, subject, sizeof(subject));
	if (thing->pid > 0)
		snprintf(detail, sizeof(detail), "%s%sprocess %d",
			 thing->engine ? thing->engine : "",
			 thing->engine ? ", " : "", thing->pid);
	event.ns = thing->ns[NS_PID];
	watch_tell(w, &event);
}

/* ---- limits that were reached ---- */

static void tell_limit(struct watching *w, const struct watched_thing *thing,
		       const char *what, const char *detail, int64_t before,
		       int64_t now)
{
	char subject[200];
	struct kist_event event = { .kind = KIST_EVENT_LIMIT,
				    .what = what,
				    .detail = detail };

	if (!w->begun || before < 0 || now <= before)
		return;
	fill(&event, thing, subject, sizeof(subject));
	watch_tell(w, &event);
}

static void look_at_limits(struct watching *w, struct watched_thing *thing)
{
	struct cgroup_usage use;

	if (!watch_wants(w, KIST_EVENT_LIMIT) || !thing->cgroup ||
	    thing->kind == KIST_THING_SET)
		return;
	cgroup_usage_read(&w->world, w->root_fds, w->telling, thing->cgroup,
			  CGROUP_USAGE_EVENTS, &use);
	tell_limit(w, thing, "memory.high",
		   "throttled: it uses more memory "
		   "than memory.high",
		   thing->high, use.memory_high_events);
	tell_limit(w, thing, "memory.max", "it reached its memory limit",
		   thing->max, use.memory_max_events);
	tell_limit(w, thing, "pids.max", "it reached its limit of processes",
		   thing->pids_max, use.pids_max_events);
	thing->high = use.memory_high_events;
	thing->max = use.memory_max_events;
	thing->pids_max = use.pids_max_events;
}

/* ---- a look ---- */

static struct watched_thing *find(const struct watching *w, const char *key)
{
	struct watched_thing *items = w->things.items;

	for (size_t i = 0; i < w->things.count; i++)
		if (strcmp(items[i].key, key) == 0)
			return &items[i];
	return NULL;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static struct watched_thing *add(struct watching *w,
				 const struct kist_thing *from, const char *key)
{
	struct watched_thing *thing = watched_add(&w->things);

	if (!thing)
		return NULL;
	*thing = (struct watched_thing){ .key = strdup(key),
					 .name = strdup(from->name),
					 .engine = copy(from->engine),
					 .cgroup = copy(from->cgroup),
					 .kind = from->kind,
					 .since_us = watch_now_us() };
	/* what was reached before we came is not told */
	if (!w->begun)
		thing->high = thing->max = thing->pids_max = -1;
	if (thing->key && thing->name)
		return thing;
	free(thing->key);
	free(thing->name);
	free(thing->engine);
	free(thing->cgroup);
	w->things.count--;
	return NULL;
}

bool watch_is_nameless(const char *name, const char *id)
{
	return id && strncmp(name, id, strlen(name)) == 0;
}

/* The name may be known later than the thing, or another by now. */
static void take_name(struct watched_thing *thing,
		      const struct kist_thing *from)
{
	char *name = strcmp(thing->name, from->name) ? strdup(from->name) :
						       NULL;

	if (name) {
		free(thing->name);
		thing->name = name;
	}
	thing->is_named = !watch_is_nameless(from->name, from->id);
}

static void tell_started(struct watching *w, struct watched_thing *thing)
{
	if (thing->is_told)
		return;
	thing->is_told = true;
	tell(w, thing, "started");
}

static void see(struct watching *w, const struct kist_thing *from,
		const char *key)
{
	struct watched_thing *thing = find(w, key);

	if (!thing)
		thing = add(w, from, key);
	if (!thing)
		return;
	thing->is_seen = true;
	thing->pid = from->pid;
	memcpy(thing->ns, from->ns, sizeof(thing->ns));
	take_name(thing, from);
	if (thing->is_named || !w->begun ||
	    watch_now_us() - thing->since_us >= NAME_WAIT_US)
		tell_started(w, thing);
	else
		watch_soon(w, WATCH_AT_ONCE_US);
	if (thing->is_paused != from->is_paused) {
		tell_started(w, thing);
		tell(w, thing, from->is_paused ? "paused" : "resumed");
	}
	thing->is_paused = from->is_paused;
	if (thing->is_told)
		look_at_limits(w, thing);
}

static void end_unseen(struct watching *w)
{
	for (size_t i = 0; i < w->things.count;) {
		struct watched_thing *thing =
			&((struct watched_thing *)w->things.items)[i];
		const bool was_seen = thing->is_seen;

		thing->is_seen = false;
		if (was_seen) {
			i++;
			continue;
		}
		tell_started(w, thing);
		tell(w, thing, "ended");
		free(thing->key);
		free(thing->name);
		free(thing->engine);
		free(thing->cgroup);
		watched_remove(&w->things, i);
	}
}

int watch_things(struct watching *w, struct scan *scan, struct kist_error *err)
{
	struct things things;
	int ret = things_find(w->kist, scan, &things, NULL, err);

	if (ret < 0)
		return ret;
	things_find_paused(&things, &w->world, w->root_fds);
	for (size_t i = 0; i < things.count; i++) {
		const struct kist_thing *thing = &things.items[i];

		if (!is_told(thing->kind) || !thing->procs)
			continue;
		see(w, thing,
		    thing->id ? thing->id :
				arena_printf(scan->arena, "%d %s", thing->kind,
					     thing->name));
	}
	/* of whom the log tells may be new, and may have ended */
	if (w->kmsg_fd >= 0)
		watch_log(w);
	end_unseen(w);
	return 0;
}
