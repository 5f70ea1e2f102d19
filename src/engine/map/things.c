/* SPDX-License-Identifier: Apache-2.0 */
/* things.c - which process belongs to what */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "engine/map/finding.h"
#include "kernel/cgroup.h"
#include "kernel/cgroup_usage.h"
#include "kernel/proc.h"
#include "sys/file.h"

#define CGROUP_FILE_MAX 16384
#define COMMAND_SHOWN 300
#define KEY_MAX 512

/* Inodes of the machine's own namespaces: the same on every machine. */
#define INITIAL_FIRST 0xEFFFFFF8u
#define INITIAL_LAST 0xEFFFFFFFu

ssize_t read_once(int dir_fd, const char *path, char *text, size_t size)
{
	CLEANUP_FD int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, size - 1);

	if (len < 0)
		return -errno;
	text[len] = '\0';
	return len;
}

/* ---- the machine's own namespaces ---- */

static const struct scan_proc *process_of(const struct scan *scan, pid_t pid)
{
	for (size_t i = 0; i < scan->proc_count; i++)
		if (scan->procs[i].pid == pid && !scan->procs[i].is_hidden)
			return &scan->procs[i];
	return NULL;
}

static bool is_initial(uint64_t ino)
{
	return ino >= INITIAL_FIRST && ino <= INITIAL_LAST;
}

/* Before Linux 6.17 those of mnt and net have any number: they are what the
 * kernel's own thread is in, or, as far as one can see, process 1 or we. */
void things_host(const struct scan *scan, uint64_t ret_host[NS_COUNT])
{
	const pid_t witnesses[] = { 2, 1, getpid() };

	memset(ret_host, 0, NS_COUNT * sizeof(*ret_host));
	for (size_t i = 0; i < ARRAY_LEN(witnesses); i++) {
		const struct scan_proc *p = process_of(scan, witnesses[i]);

		if (!p || (p->pid == 2 && !is_initial(p->ino[NS_PID])))
			continue;
		for (enum ns_kind k = 0; k < NS_COUNT; k++)
			if (!ret_host[k])
				ret_host[k] = p->ino[k];
	}
	for (size_t i = 0; i < scan->count; i++)
		if (is_initial(scan->items[i]->ino))
			ret_host[scan->items[i]->kind] = scan->items[i]->ino;
}

/* ---- groups ---- */

/* The path of a line "4:memory:/a", if it is of that hierarchy. */
static const char *path_in(const char *line, const char *controller)
{
	const char *list = strchr(line, ':');
	size_t len = strlen(controller);

	if (!list)
		return NULL;
	for (list++; *list && *list != ':'; list += *list == ',') {
		size_t word = strcspn(list, ",:");

		if (word == len && memcmp(list, controller, len) == 0)
			return strchr(list, ':') + 1;
		list += word;
	}
	return len == 0 && *line == '0' && *list == ':' ? list + 1 : NULL;
}

struct group_lines {
	const char *memory, *unified, *freezer, *known;
	struct pattern_match match;
};

static bool is_root(const char *path)
{
	return !path || strcmp(path, "/") == 0;
}

static void read_line(const char *line, struct group_lines *lines)
{
	const char *path = strchr(line, ':');
	struct pattern_match match;

	path = path ? strchr(path + 1, ':') : NULL;
	if (!path)
		return;
	path++;
	if (path_in(line, "memory"))
		lines->memory = path;
	if (path_in(line, ""))
		lines->unified = path;
	if (path_in(line, "freezer"))
		lines->freezer = path;
	if (is_root(path) || !pattern_find(path, &match))
		return;
	/* A container in one hierarchy goes before a unit in another. */
	if (!lines->known || (lines->match.kind != KIST_THING_CONTAINER &&
			      match.kind == KIST_THING_CONTAINER)) {
		lines->known = path;
		lines->match = match;
	}
}

/* Containers are known by their id, wherever they are; units by their path. */
static const char *key_of(struct arena *arena, const char *path,
			  const struct pattern_match *m)
{
	if (m->kind == KIST_THING_CONTAINER)
		return arena_printf(arena, "%s\n%.*s", m->engine,
				    (int)m->id_len, m->id);
	return arena_printf(arena, "unit\n%.*s", (int)m->end, path);
}

/* The group of the thing itself, of the path a process is in. */
static const char *cut_at_thing(struct arena *arena, const char *path)
{
	struct pattern_match match;

	return pattern_find(path, &match) ?
		       arena_strndup(arena, path, match.end) :
		       path;
}

static bool is_known(const char *path)
{
	struct pattern_match match;

	return pattern_find(path, &match);
}

static struct group *read_group(struct finding *f, char *text)
{
	struct group *group = ARENA_NEW(f->arena, struct group);
	struct group_lines lines = { 0 };
	char *line;

	while ((line = strsep(&text, "\n")))
		read_line(line, &lines);
	group->path = lines.memory ? lines.memory : lines.unified;
	if (is_root(group->path) && !is_root(lines.unified))
		group->path = lines.unified;
	/* limited in one hierarchy, it is in a group of others in the rest */
	if (lines.known && (is_root(group->path) || !is_known(group->path)))
		group->path = lines.known;
	group->freezer = lines.freezer ? lines.freezer : lines.unified;
	if (group->freezer)
		group->freezer = cut_at_thing(f->arena, group->freezer);
	group->whole = group->path;
	if (group->path)
		group->path = cut_at_thing(f->arena, group->path);
	group->is_known = lines.known;
	group->match = lines.match;
	if (lines.known)
		group->key = key_of(f->arena, lines.known, &lines.match);
	return group;
}

/* Return: NULL: it is gone, or memory is exhausted. */
static struct group *group_of(struct finding *f, pid_t pid)
{
	char path[40], text[CGROUP_FILE_MAX];
	struct group *group;
	const char *key;

	snprintf(path, sizeof(path), "%d/cgroup", pid);
	if (read_once(f->scan->proc_fd, path, text, sizeof(text)) <= 0)
		return NULL;
	group = keyed_get(&f->groups, text);
	if (group)
		return group;
	key = arena_strdup(f->arena, text);
	group = read_group(f, arena_strdup(f->arena, text));
	if (arena_failed(f->arena) || keyed_put(&f->groups, key, group) < 0) {
		f->failed = true;
		return NULL;
	}
	group->next = f->first_group;
	f->first_group = group;
	return group;
}

/* ---- things ---- */

struct found *things_get(const struct finding *f, const char *key)
{
	return keyed_get(&f->things, key);
}

struct found *things_add(struct finding *f, const char *key)
{
	struct found *found = ARENA_NEW(f->arena, struct found);

	if (f->count == f->size) {
		size_t size = f->size ? f->size * 2 : 64;
		struct found **items =
			reallocarray(f->items, size, sizeof(*items));

		if (!items) {
			f->failed = true;
			return NULL;
		}
		f->items = items;
		f->size = size;
	}
	key = arena_strdup(f->arena, key);
	if (arena_failed(f->arena) || keyed_put(&f->things, key, found) < 0) {
		f->failed = true;
		return NULL;
	}
	found->thing.cgroup_index = -1;
	f->items[f->count++] = found;
	return found;
}

static bool is_alike(const uint64_t *a, const uint64_t *b)
{
	return memcmp(a, b, NS_COUNT * sizeof(*a)) == 0;
}

static struct found *add_known(struct finding *f, const struct group *group)
{
	const struct pattern_match *m = &group->match;
	struct found *found = things_add(f, group->key);
	const char *id = arena_strndup(f->arena, m->id, m->id_len);

	if (!found)
		return NULL;
	found->thing.kind = m->kind;
	found->thing.engine = m->engine;
	found->thing.name = m->is_named ? id : NULL;
	found->thing.id = m->is_named ? NULL : id;
	return found;
}

static struct found *add_own(struct finding *f, struct own *own)
{
	struct kist_thing *thing;
	char key[KEY_MAX];

	snprintf(key, sizeof(key), "%s\n%s", own->is_set ? "set" : own->engine,
		 own->id ? own->id : own->name);
	own->found = things_get(f, key);
	if (!own->found)
		own->found = things_add(f, key);
	if (!own->found)
		return NULL;
	thing = &own->found->thing;
	thing->kind = own->is_set ? KIST_THING_SET : KIST_THING_CONTAINER;
	thing->engine = own->engine;
	thing->id = own->id;
	thing->name = own->name;
	return own->found;
}

static struct found *add_alike(struct finding *f, const struct scan_proc *proc)
{
	bool is_host = is_alike(proc->ino, f->host);
	struct found *found;
	char key[KEY_MAX] = "";
	size_t len = 0;

	for (enum ns_kind k = 0; k < NS_COUNT; k++)
		len += (size_t)snprintf(key + len, sizeof(key) - len,
					"%" PRIx64 ",", proc->ino[k]);
	found = things_get(f, key);
	if (found)
		return found;
	found = things_add(f, key);
	if (!found)
		return NULL;
	found->thing.kind = is_host ? KIST_THING_HOST : KIST_THING_PROCESSES;
	found->thing.name = !is_host			? NULL :
			    is_initial(f->host[NS_PID]) ? "host" :
							  "here";
	return found;
}

/* In the order of finding.h. */
static struct found *thing_of(struct finding *f, const struct scan_proc *proc,
			      const struct group *group)
{
	bool is_container = group && group->is_known &&
			    group->match.kind == KIST_THING_CONTAINER;
	struct found *found;
	struct own *own;

	if (is_container) {
		found = things_get(f, group->key);
		return found ? found : add_known(f, group);
	}
	own = things_own_of(f, proc);
	if (own)
		return own->found ? own->found : add_own(f, own);
	if (group && group->is_known) {
		found = things_get(f, group->key);
		if (!found)
			return add_known(f, group);
		if (is_alike(found->thing.ns, proc->ino))
			return found;
	}
	return add_alike(f, proc);
}

static void take(struct finding *f, const struct scan_proc *proc)
{
	bool has_ended = !proc->ino[NS_MNT] && !proc->ino[NS_UTS] &&
			 !proc->ino[NS_NET];
	struct group *group;
	struct found *found;

	if (proc->is_hidden || has_ended)
		return;
	group = group_of(f, proc->pid);
	if (group)
		group->procs++;
	found = thing_of(f, proc, group);
	if (!found)
		return;
	found->thing.procs++;
	if (found->thing.pid && found->thing.pid <= proc->pid)
		return;
	found->thing.pid = proc->pid;
	memcpy(found->thing.ns, proc->ino, sizeof(found->thing.ns));
	found->thing.cgroup = group ? group->path : NULL;
	found->freezer = group ? group->freezer : NULL;
}

/* What kist knows goes before what was seen. */
static void take_own(struct finding *f, struct own *own)
{
	struct found *found = own->found ? own->found : add_own(f, own);
	const struct scan_proc *proc;
	struct kist_thing *thing;

	if (!found)
		return;
	thing = &found->thing;
	thing->name = own->name;
	thing->image = own->image;
	proc = own->pid ? process_of(f->scan, own->pid) : NULL;
	if (proc)
		memcpy(thing->ns, proc->ino, sizeof(thing->ns));
	if (own->pid)
		thing->pid = own->pid;
	if (own->is_set)
		memcpy(thing->ns, own->ns, sizeof(thing->ns));
	if (own->cgroup && is_root(thing->cgroup))
		thing->cgroup = own->cgroup;
}

/* ---- what is said of each ---- */

static const char *shortened(struct arena *arena, const char *text)
{
	size_t len = strlen(text);

	if (len <= COMMAND_SHOWN)
		return text;
	len = COMMAND_SHOWN;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return arena_strndup(arena, text, len);
}

static void describe(struct finding *f, struct found *found)
{
	struct kist_thing *thing = &found->thing;
	uid_t uid;

	if (thing->pid) {
		thing->command = shortened(
			f->arena, scan_command(f->scan, thing->pid, false));
		if (scan_uid(f->scan, thing->pid, &uid) == 0)
			thing->user = scan_user(f->scan, uid);
	}
	if (thing->kind == KIST_THING_CONTAINER && !thing->name)
		things_call(f, thing);
	if (!thing->name && thing->pid)
		thing->name = scan_command(f->scan, thing->pid, true);
	if (!thing->name)
		thing->name = "";
}

/* Outside our control group namespace there is nothing to read. */
static bool is_frozen(const struct cgroup_world *world, const int *root_fds,
		      uint32_t freezing, const char *path)
{
	struct cgroup_usage use;

	if (is_root(path))
		return false;
	cgroup_usage_read(world, root_fds, freezing, path, CGROUP_USAGE_FROZEN,
			  &use);
	return use.is_frozen == 1;
}

void things_find_paused(struct things *things, const struct cgroup_world *world,
			const int *root_fds)
{
	const uint32_t freezing =
		cgroup_usage_hierarchies(world, CGROUP_USAGE_FROZEN);

	for (size_t i = 0; i < things->count; i++) {
		const char *group = things->items[i].cgroup;
		const char *freezer = things->freezers[i];

		things->items[i].is_paused =
			is_frozen(world, root_fds, freezing, freezer) ||
			(group && freezer && strcmp(group, freezer) != 0 &&
			 is_frozen(world, root_fds, freezing, group));
	}
}

static int by_kind(const void *a, const void *b)
{
	const struct kist_thing *one = &(*(struct found *const *)a)->thing;
	const struct kist_thing *other = &(*(struct found *const *)b)->thing;
	int order = (int)one->kind - (int)other->kind;

	if (!order)
		order = strcmp(one->engine ? one->engine : "",
			       other->engine ? other->engine : "");
	if (!order)
		order = strcmp(one->name, other->name);
	return order ? order :
		       (one->pid > other->pid) - (one->pid < other->pid);
}

/* A network that only ip(8) named and a container is in is the container's. */
static bool is_double(const struct finding *f, const struct found *found)
{
	for (size_t i = 0; i < f->own_count; i++) {
		const struct own *own = &f->own[i];

		if (own->found != found || !own->only_netns)
			continue;
		for (size_t n = 0; n < f->count; n++)
			if (f->items[n]->thing.kind == KIST_THING_CONTAINER &&
			    f->items[n]->thing.ns[NS_NET] == own->ns[NS_NET])
				return true;
	}
	return false;
}

static void hand_out(struct finding *f, struct things *ret_things)
{
	struct things things = { .hidden = f->scan->hidden };

	things.items = ARENA_ARRAY(f->arena, struct kist_thing, f->count + 1);
	things.freezers = ARENA_ARRAY(f->arena, const char *, f->count + 1);
	if (arena_failed(f->arena))
		return;
	if (f->count)
		qsort(f->items, f->count, sizeof(struct found *), by_kind);
	for (size_t i = 0; i < f->count; i++) {
		if (f->items[i]->thing.kind == KIST_THING_SET &&
		    is_double(f, f->items[i]))
			continue;
		things.items[things.count] = f->items[i]->thing;
		things.freezers[things.count++] = f->items[i]->freezer;
	}
	*ret_things = things;
}

int things_find(const struct kist *kist, struct scan *scan,
		struct things *ret_things, const struct group **ret_groups,
		struct kist_error *err)
{
	struct finding f = { .kist = kist, .scan = scan, .arena = scan->arena };

	things_host(scan, f.host);
	things_load_own(&f);
	for (size_t i = 0; i < scan->proc_count; i++)
		take(&f, &scan->procs[i]);
	for (size_t i = 0; i < f.own_count; i++)
		take_own(&f, &f.own[i]);
	for (size_t i = 0; i < f.count; i++)
		describe(&f, f.items[i]);
	hand_out(&f, ret_things);
	if (ret_groups)
		*ret_groups = f.first_group;
	free(f.items);
	keyed_done(&f.groups);
	keyed_done(&f.things);
	return f.failed || arena_failed(f.arena) ? err_nomem(err) : 0;
}

bool things_name(const struct kist *kist, const char *cgroup,
		 struct arena *arena, struct kist_thing *ret_thing)
{
	struct finding f = { .kist = kist, .arena = arena };
	struct kist_thing thing = { .cgroup_index = -1 };
	struct pattern_match match;
	const char *id;

	if (!pattern_find(cgroup, &match))
		return false;
	id = arena_strndup(arena, match.id, match.id_len);
	thing.kind = match.kind;
	thing.engine = match.engine;
	thing.cgroup = arena_strndup(arena, cgroup, match.end);
	thing.name = match.is_named ? id : NULL;
	thing.id = match.is_named ? NULL : id;
	if (!thing.name)
		things_call(&f, &thing);
	*ret_thing = thing;
	return !arena_failed(arena);
}
