/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - a map as JSON: what is not known is left out, "max" is no limit */
#include "base/json_write.h"
#include "engine/map/json.h"
#include "kernel/ns.h"

const char *kist_thing_name(enum kist_thing_kind kind)
{
	static const char *const names[KIST_THING_KINDS] = {
		[KIST_THING_CONTAINER] = "container",
		[KIST_THING_SET] = "set",
		[KIST_THING_UNIT] = "unit",
		[KIST_THING_PROCESSES] = "processes",
		[KIST_THING_HOST] = "host",
	};

	return kind < KIST_THING_KINDS ? names[kind] : NULL;
}

/* ---- members that may be missing ---- */

static void put_text(struct json_writer *w, const char *name, const char *text)
{
	if (text)
		json_member(w, name, text);
}

static void put_nonzero(struct json_writer *w, const char *name, uint64_t value)
{
	if (value)
		json_member_uint(w, name, value);
}

static void put_true(struct json_writer *w, const char *name, bool value)
{
	if (!value)
		return;
	json_member_bool(w, name, true);
}

static void put_limit(struct json_writer *w, const char *name, uint64_t value)
{
	if (value == KIST_MAP_MAX)
		json_member(w, name, "max");
	else if (value != KIST_MAP_UNKNOWN)
		json_member_uint(w, name, value);
}

static const char *kind_word(enum kist_ns kind)
{
	for (size_t i = 0; i < NS_COUNT; i++)
		if (BIT(i) == (unsigned)kind)
			return ns_table[i].name;
	return NULL;
}

/* ---- the lists ---- */

static void put_thing(struct json_writer *w, const struct kist_thing *thing)
{
	json_open(w, '{');
	json_member(w, "kind", kist_thing_name(thing->kind));
	put_text(w, "engine", thing->engine);
	put_text(w, "id", thing->id);
	json_member(w, "name", thing->name);
	put_text(w, "command", thing->command);
	put_text(w, "image", thing->image);
	put_text(w, "user", thing->user);
	put_nonzero(w, "pid", (uint64_t)thing->pid);
	json_member_uint(w, "procs", thing->procs);
	put_true(w, "paused", thing->is_paused);
	put_text(w, "cgroup", thing->cgroup);
	if (thing->cgroup_index >= 0)
		json_member_uint(w, "cgroup_index",
				 (uint64_t)thing->cgroup_index);
	json_key(w, "ns");
	json_open(w, '{');
	for (size_t i = 0; i < NS_COUNT; i++)
		put_nonzero(w, ns_table[i].name, thing->ns[i]);
	json_close(w, '}');
	json_close(w, '}');
}

static void put_ns(struct json_writer *w, const struct kist_map_ns *ns)
{
	json_open(w, '{');
	put_text(w, "kind", kind_word(ns->kind));
	json_member_uint(w, "ns", ns->ino);
	put_true(w, "initial", ns->is_initial);
	put_text(w, "name", ns->name);
	put_nonzero(w, "parent", ns->parent);
	put_nonzero(w, "owner", ns->owner);
	put_text(w, "owner_name", ns->owner_name);
	json_member_uint(w, "things", ns->things);
	json_member_uint(w, "procs", ns->procs);
	if (ns->netnsid >= 0)
		json_member_uint(w, "netnsid", (uint64_t)ns->netnsid);
	put_text(w, "uid_map", ns->uid_map);
	put_text(w, "gid_map", ns->gid_map);
	json_close(w, '}');
}

static void put_device(struct json_writer *w,
		       const struct kist_map_device *device)
{
	json_open(w, '{');
	json_member_uint(w, "ns", device->ns);
	json_member_uint(w, "index", (uint64_t)device->index);
	json_member(w, "name", device->name);
	put_text(w, "type", device->type);
	put_true(w, "up", device->is_up);
	put_nonzero(w, "master", (uint64_t)device->master);
	put_nonzero(w, "peer_ns", device->peer_ns);
	put_nonzero(w, "peer", (uint64_t)device->peer);
	put_text(w, "addresses", device->addresses);
	json_close(w, '}');
}

static void put_port(struct json_writer *w, const struct kist_map_port *port)
{
	json_open(w, '{');
	put_text(w, "protocol", port->protocol);
	put_text(w, "address", port->address);
	json_member_uint(w, "host_port", port->host_port);
	json_member_uint(w, "port", port->port);
	put_nonzero(w, "ns", port->ns);
	put_text(w, "published_by", port->published_by);
	json_close(w, '}');
}

static void put_cgroup(struct json_writer *w,
		       const struct kist_map_cgroup *group)
{
	json_open(w, '{');
	put_text(w, "hierarchy", group->hierarchy);
	json_member(w, "path", group->path);
	json_member_int(w, "parent", group->parent);
	json_member_uint(w, "procs", group->procs);
	put_true(w, "frozen", group->is_frozen);
	put_limit(w, "memory", group->memory);
	put_limit(w, "memory_max", group->memory_max);
	put_limit(w, "memory_high", group->memory_high);
	put_limit(w, "pids", group->pids);
	put_limit(w, "pids_max", group->pids_max);
	put_limit(w, "cpu_usec", group->cpu_usec);
	put_limit(w, "cpu_quota_usec", group->cpu_quota_usec);
	put_limit(w, "cpu_period_usec", group->cpu_period_usec);
	put_limit(w, "cpu_weight", group->cpu_weight);
	put_limit(w, "oom_kills", group->oom_kills);
	json_close(w, '}');
}

#define PUT_ALL(w, name, put, items, count)          \
	do {                                         \
		json_key(w, name);                   \
		json_open(w, '[');                   \
		for (size_t i = 0; i < (count); i++) \
			put(w, &(items)[i]);         \
		json_close(w, ']');                  \
	} while (0)

void map_json(const struct kist_map *map, const char *indent, struct buf *buf)
{
	struct json_writer w;

	json_write_init(&w, buf, indent);
	json_open(&w, '{');
	put_text(&w, "machine", map->machine);
	json_member_uint(&w, "hidden", map->hidden);
	PUT_ALL(&w, "things", put_thing, map->things, map->thing_count);
	PUT_ALL(&w, "namespaces", put_ns, map->namespaces, map->ns_count);
	PUT_ALL(&w, "devices", put_device, map->devices, map->device_count);
	PUT_ALL(&w, "ports", put_port, map->ports, map->port_count);
	PUT_ALL(&w, "cgroups", put_cgroup, map->cgroups, map->cgroup_count);
	json_close(&w, '}');
}

char *kist_map_json(const struct kist_map *map)
{
	struct buf buf;

	buf_init(&buf);
	map_json(map, "  ", &buf);
	buf_putc(&buf, '\n');
	if (!buf_failed(&buf))
		return buf_take(&buf);
	buf_done(&buf);
	return NULL;
}
