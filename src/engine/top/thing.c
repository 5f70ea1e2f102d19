/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thing.c - containers, units and the like, as rows
 *
 * What others share a control group with is not told by that group's files:
 * such a thing is the sum over its processes.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/map/things.h"
#include "engine/ns/scan.h"
#include "engine/top/top.h"
#include "sys/file.h"

/* ---- the network of one ---- */

static uint64_t net_of(int proc_fd, const char *who)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "%s/ns/net", who);
	return fstatat(proc_fd, path, &st, 0) == 0 ? st.st_ino : 0;
}

/* "  eth0: RECEIVED 7 more SENT …" of each device but the loopback */
static void add_devices(const char *text, struct top_counters *now)
{
	now->received = now->sent = 0;
	for (const char *at = text; (at = strchr(at, ':')); at++) {
		const char *name = at;
		int64_t value[9];
		char *end = NULL;

		while (name > text && name[-1] != ' ' && name[-1] != '\n')
			name--;
		for (int i = 0; i < 9; i++) {
			value[i] = strtoll(i ? end : at + 1, &end, 10);
		}
		if (at - name == 2 && memcmp(name, "lo", 2) == 0)
			continue;
		now->received += value[0];
		now->sent += value[8];
	}
}

void top_read_net(const struct kist_top *top, struct top_item *item)
{
	char path[32], text[16384];

	snprintf(path, sizeof(path), "%d/net/dev", item->row.pid);
	if (sys_read_file(top->proc_fd, path, text, sizeof(text)) >= 0)
		add_devices(text, &item->now);
}

/* ---- things ---- */

static const char *key_of(const struct kist_thing *thing, struct arena *arena)
{
	if (thing->id)
		return thing->id;
	return arena_printf(arena, "%d %s %d", (int)thing->kind, thing->name,
			    (int)thing->pid);
}

static bool shares_group(const struct things *all,
			 const struct kist_thing *thing)
{
	size_t users = 0;

	if (!thing->cgroup || strcmp(thing->cgroup, "/") == 0 ||
	    (thing->kind != KIST_THING_CONTAINER &&
	     thing->kind != KIST_THING_UNIT))
		return true;
	for (size_t i = 0; i < all->count; i++)
		users += all->items[i].cgroup &&
			 strcmp(all->items[i].cgroup, thing->cgroup) == 0;
	return users > 1;
}

static void add(struct kist_top *top, struct top_list *list,
		const struct things *all, size_t index, uint64_t host_net)
{
	const struct kist_thing *thing = &all->items[index];
	const char *freezer = all->freezers[index];
	struct top_item *item = top_add(list, key_of(thing, list->arena));

	if (!item)
		return;
	item->row.name = thing->name;
	item->row.id = thing->id;
	item->row.engine = thing->engine;
	item->row.kind = thing->kind;
	item->row.pid = thing->pid;
	item->row.cgroup = thing->cgroup;
	item->row.is_paused = thing->is_paused;
	item->row.pids = thing->procs;
	memcpy(item->ns, thing->ns, sizeof(item->ns));
	item->own_group = !shares_group(all, thing);
	item->by_process = !item->own_group;
	if (item->own_group && freezer && strcmp(freezer, thing->cgroup) != 0)
		item->freezer = freezer;
	if (thing->pid > 0) {
		char who[16];
		uint64_t net;

		snprintf(who, sizeof(who), "%d", thing->pid);
		net = net_of(top->proc_fd, who);
		item->has_net = net && net != host_net;
	}
}

int top_find_things(struct kist_top *top, struct top_list *list,
		    struct kist_error *err)
{
	static const struct kist_ns_query query = { 0 };
	const uint64_t host_net = net_of(top->proc_fd, "1");
	struct things things;
	struct scan scan;
	int ret;

	scan_init(&scan, list->arena, &query, top->proc_fd);
	ret = scan_processes(&scan);
	if (ret < 0)
		err_sys(err, KIST_E_SYSTEM, -ret, "look at the processes");
	else
		ret = things_find(top->has_kist ? &top->kist : NULL, &scan,
				  &things, NULL, err);
	scan_done(&scan);
	if (ret < 0)
		return ret;
	things_find_paused(&things, &top->world, top->root_fds);
	for (size_t i = 0; i < things.count; i++)
		if (things.items[i].kind != KIST_THING_HOST &&
		    things.items[i].procs > 0)
			add(top, list, &things, i, host_net);
	return arena_failed(list->arena) ? err_nomem(err) : 0;
}
