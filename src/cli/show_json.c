/* SPDX-License-Identifier: Apache-2.0 */
/* show_json.c - all about a target as JSON; its keys are in the manual */
#include <string.h>

#include "cli/show.h"

/* null: not known, or nobody limits it */
static void maybe(struct json_writer *w, const char *name, int64_t value)
{
	json_key(w, name);
	if (value == KIST_SHOW_UNKNOWN || value == KIST_SHOW_UNLIMITED)
		json_write_string(w, NULL);
	else
		json_write_int(w, value);
}

/* 0 is null */
static void some(struct json_writer *w, const char *name, uint64_t value)
{
	json_key(w, name);
	if (value)
		json_write_uint(w, value);
	else
		json_write_string(w, NULL);
}

static void add_ns(struct json_writer *w, const struct kist_show *show)
{
	json_key(w, "namespaces");
	json_open(w, '[');
	for (size_t i = 0; i < show->ns_count; i++) {
		const struct kist_show_ns *ns = &show->ns[i];

		json_open(w, '{');
		json_member(w, "kind", ns->name);
		some(w, "inode", ns->inode);
		some(w, "forChildren", ns->for_children);
		some(w, "owner", ns->owner);
		json_member_bool(w, "initial", ns->is_initial);
		json_member_bool(w, "ours", ns->is_ours);
		maybe(w, "processes", ns->processes);
		json_close(w, '}');
	}
	json_close(w, ']');
}

/* ---- ids ---- */

static void add_id(struct json_writer *w, const struct kist_show_id *id)
{
	json_open(w, '{');
	json_member_int(w, "outside", id->outside);
	json_member(w, "name", id->name);
	json_member_int(w, "inside", id->inside);
	json_member(w, "insideName", id->inside_name);
	json_member_bool(w, "mapped", id->is_mapped && !id->is_foreign);
	json_close(w, '}');
}

static void add_four(struct json_writer *w, const char *name,
		     const struct kist_show_id *ids)
{
	static const char *const which[] = { "real", "effective", "saved",
					     "fs" };

	json_key(w, name);
	json_open(w, '{');
	for (size_t i = 0; i < ARRAY_LEN(which); i++) {
		json_key(w, which[i]);
		add_id(w, &ids[i]);
	}
	json_close(w, '}');
}

static void add_map(struct json_writer *w, const char *name,
		    const struct kist_show_map *maps, size_t count)
{
	json_key(w, name);
	json_open(w, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(w, '{');
		json_member_int(w, "inside", maps[i].inside);
		json_member_int(w, "outside", maps[i].outside);
		json_member_int(w, "count", maps[i].count);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void add_ids(struct json_writer *w, const struct kist_show *show)
{
	json_key(w, "ids");
	json_open(w, '{');
	add_four(w, "user", show->uid);
	add_four(w, "group", show->gid);
	json_key(w, "groups");
	json_open(w, '[');
	for (size_t i = 0; i < show->group_count; i++)
		add_id(w, &show->groups[i]);
	json_close(w, ']');
	add_map(w, "uidMap", show->uid_maps, show->uid_map_count);
	add_map(w, "gidMap", show->gid_maps, show->gid_map_count);
	json_member(w, "setgroups", show->setgroups_denied ? "deny" : "allow");
	json_member_int(w, "overflowUid", show->overflow_uid);
	json_member_int(w, "overflowGid", show->overflow_gid);
	json_close(w, '}');
}

/* ---- capabilities and signals ---- */

static void add_caps_mask(struct json_writer *w, const char *name,
			  uint64_t mask)
{
	json_key(w, name);
	json_open(w, '[');
	for (int i = 0; i < 64; i++)
		if (mask >> i & 1 && kist_show_capability(i))
			json_write_string(w, kist_show_capability(i));
	json_close(w, ']');
}

static void add_caps(struct json_writer *w, const struct kist_show *show)
{
	static const char *const modes[] = { "none", "strict", "filter" };

	json_key(w, "capabilities");
	json_open(w, '{');
	add_caps_mask(w, "effective", show->effective);
	add_caps_mask(w, "permitted", show->permitted);
	add_caps_mask(w, "inheritable", show->inheritable);
	add_caps_mask(w, "bounding", show->bounding);
	add_caps_mask(w, "ambient", show->ambient);
	some(w, "userNamespace", show->caps_in);
	json_member_bool(w, "noNewPrivileges", show->no_new_privs);
	json_member(w, "seccomp",
		    show->seccomp < 0 || show->seccomp > 2 ?
			    NULL :
			    modes[show->seccomp]);
	maybe(w, "seccompFilters", show->seccomp_filters);
	json_member(w, "securityLabel", show->lsm);
	json_close(w, '}');
}

static void add_signal_mask(struct json_writer *w, const char *name,
			    uint64_t mask)
{
	char text[16];

	json_key(w, name);
	json_open(w, '[');
	for (int i = 1; i <= 64; i++)
		if (mask >> (i - 1) & 1)
			json_write_string(w, kist_show_signal(i, text,
							      sizeof(text)));
	json_close(w, ']');
}

static void add_signals(struct json_writer *w, const struct kist_show *show)
{
	json_key(w, "signals");
	json_open(w, '{');
	add_signal_mask(w, "pending", show->pending);
	add_signal_mask(w, "blocked", show->blocked);
	add_signal_mask(w, "ignored", show->ignored);
	add_signal_mask(w, "caught", show->caught);
	some(w, "init", (uint64_t)show->init_pid);
	add_signal_mask(w, "initIgnores", show->init_ignores);
	json_close(w, '}');
}

/* ---- mounts, network, ipc ---- */

static void add_mounts(struct json_writer *w, const struct kist_show *show)
{
	json_key(w, "mounts");
	json_open(w, '[');
	for (size_t i = 0; i < show->mount_count; i++) {
		const struct kist_show_mount *m = &show->mounts[i];
		char device[32];

		snprintf(device, sizeof(device), "%u:%u", m->major, m->minor);
		json_open(w, '{');
		json_member_int(w, "id", m->id);
		json_member_int(w, "parent", m->parent);
		json_member(w, "device", device);
		json_member(w, "root", m->root);
		json_member(w, "point", m->point);
		json_member(w, "options", m->options);
		json_member(w, "type", m->type);
		json_member(w, "source", m->source);
		json_member(w, "superOptions", m->super);
		json_member(w, "propagation", m->propagation);
		some(w, "peerGroup", m->peers);
		some(w, "master", m->master);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void add_link(struct json_writer *w, const struct kist_show_link *link)
{
	json_open(w, '{');
	json_member_int(w, "index", link->index);
	json_member(w, "name", link->name);
	json_member(w, "kind", link->kind);
	json_member(w, "mac", link->mac);
	json_member_bool(w, "up", link->is_up);
	json_member_int(w, "mtu", link->mtu);
	json_member_strings(w, "addresses", link->addresses);
	json_member_int(w, "rxBytes", link->rx_bytes);
	json_member_int(w, "txBytes", link->tx_bytes);
	json_close(w, '}');
}

static void add_net(struct json_writer *w, const struct kist_show *show)
{
	json_key(w, "net");
	json_open(w, '{');
	json_key(w, "links");
	json_open(w, '[');
	for (size_t i = 0; i < show->link_count; i++)
		add_link(w, &show->links[i]);
	json_close(w, ']');
	json_member_strings(w, "routes", show->routes);
	json_key(w, "sockets");
	json_open(w, '[');
	for (size_t i = 0; i < show->socket_count; i++) {
		json_open(w, '{');
		json_member(w, "protocol", show->sockets[i].protocol);
		json_member(w, "address", show->sockets[i].address);
		json_member_uint(w, "inode", show->sockets[i].inode);
		some(w, "pid", (uint64_t)show->sockets[i].pid);
		json_close(w, '}');
	}
	json_close(w, ']');
	json_close(w, '}');
}

static void add_ipc(struct json_writer *w, const struct kist_show *show)
{
	static const char *const kinds[] = { "shm", "sem", "msg", "mqueue" };

	json_key(w, "ipc");
	json_open(w, '[');
	for (size_t i = 0; i < show->ipc_count; i++) {
		const struct kist_show_ipc *o = &show->ipc[i];

		json_open(w, '{');
		json_member(w, "kind", kinds[o->kind]);
		json_member_int(w, "id", o->id);
		json_member_int(w, "key", (uint32_t)o->key);
		json_member(w, "name", o->name);
		json_member_int(w, "mode", o->mode);
		json_member_int(w, "uid", o->uid);
		json_member_int(w, "gid", o->gid);
		json_member_int(w, "creator", o->creator);
		json_member_int(w, "bytes", o->bytes);
		maybe(w, "count", o->count);
		json_member_int(w, "attached", o->attached);
		some(w, "pid", (uint64_t)o->pid);
		some(w, "lastPid", (uint64_t)o->last_pid);
		json_member_int(w, "changed", o->changed);
		json_close(w, '}');
	}
	json_close(w, ']');
}

/* ---- control groups, clocks, limits ---- */

static void add_limit(struct json_writer *w, const struct kist_show_limit *l)
{
	static const char *const units[] = {
		"bytes", "tasks", "nanocpus", "list", "bytes/s", "ops/s",
	};

	json_open(w, '{');
	json_member(w, "name", l->name);
	json_member(w, "file", l->file);
	json_member(w, "device", l->device);
	json_member(w, "unit", units[l->unit]);
	maybe(w, "limit", l->limit);
	json_member(w, "setBy", l->set_by);
	maybe(w, "usage", l->usage);
	maybe(w, "usageThere", l->usage_there);
	json_member(w, "list", l->list);
	json_close(w, '}');
}

static void add_cgroups(struct json_writer *w, const struct kist_show *show)
{
	json_key(w, "cgroups");
	json_open(w, '[');
	for (size_t i = 0; i < show->cgroup_count; i++) {
		const struct kist_show_cgroup *group = &show->cgroups[i];

		json_open(w, '{');
		json_member_int(w, "hierarchy", group->hierarchy);
		json_member(w, "controllers", group->controllers);
		json_member(w, "path", group->path);
		json_member(w, "mount", group->mount);
		json_member_bool(w, "deleted", group->is_deleted);
		json_key(w, "limits");
		json_open(w, '[');
		for (size_t j = 0; j < group->limit_count; j++)
			add_limit(w, &group->limits[j]);
		json_close(w, ']');
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void add_clocks(struct json_writer *w, const struct kist_show *show)
{
	json_key(w, "clocks");
	json_open(w, '[');
	for (size_t i = 0; i < ARRAY_LEN(show->clocks); i++) {
		const struct kist_show_clock *clock = &show->clocks[i];

		json_open(w, '{');
		json_member(w, "name", clock->name);
		json_member_int(w, "outside", clock->outside);
		maybe(w, "inside",
		      clock->is_known ? clock->inside : KIST_SHOW_UNKNOWN);
		json_key(w, "offset");
		if (clock->is_known)
			json_write_int(w, clock->offset);
		else
			json_write_string(w, NULL);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void add_limits(struct json_writer *w, const struct kist_show *show)
{
	json_key(w, "limits");
	json_open(w, '{');
	json_key(w, "rlimits");
	json_open(w, '[');
	for (size_t i = 0; i < show->rlimit_count; i++) {
		json_open(w, '{');
		json_member(w, "name", show->rlimits[i].name);
		json_member(w, "unit", show->rlimits[i].unit);
		maybe(w, "soft", show->rlimits[i].soft);
		maybe(w, "hard", show->rlimits[i].hard);
		json_close(w, '}');
	}
	json_close(w, ']');
	maybe(w, "processes", show->tasks_here);
	maybe(w, "pidMax", show->pid_max);
	maybe(w, "threadsMax", show->threads_max);
	json_close(w, '}');
}

/* ---- the whole ---- */

static void add_who(struct json_writer *w, const struct kist_show *show)
{
	char state[2] = { show->state, '\0' };

	json_member(w, "target", show->target);
	json_member(w, "label", show->label);
	some(w, "pid", (uint64_t)show->pid);
	json_member(w, "name", show->name);
	json_member(w, "command", show->command);
	some(w, "parent", (uint64_t)show->parent);
	json_member(w, "state", show->state ? state : NULL);
	json_member_int(w, "threads", show->threads);
	json_member_int(w, "started", show->started);
	json_key(w, "pids");
	json_open(w, '[');
	for (size_t i = 0; i < show->pid_count; i++)
		json_write_int(w, show->pids[i]);
	json_close(w, ']');
	json_member_strings(w, "notVisible", show->hidden);
}

void show_json(struct json_writer *w, const struct kist_show *show)
{
	static const struct {
		unsigned part;
		void (*add)(struct json_writer *w,
			    const struct kist_show *show);
	} sections[] = {
		{ KIST_SHOW_NS, add_ns },
		{ KIST_SHOW_IDS, add_ids },
		{ KIST_SHOW_CAPS, add_caps },
		{ KIST_SHOW_MOUNTS, add_mounts },
		{ KIST_SHOW_NET, add_net },
		{ KIST_SHOW_IPC, add_ipc },
		{ KIST_SHOW_CGROUPS, add_cgroups },
		{ KIST_SHOW_TIME, add_clocks },
		{ KIST_SHOW_SIGNALS, add_signals },
		{ KIST_SHOW_LIMITS, add_limits },
	};

	json_open(w, '{');
	add_who(w, show);
	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		if (show->parts & sections[i].part)
			sections[i].add(w, show);
	json_close(w, '}');
}
