/* SPDX-License-Identifier: Apache-2.0 */
/* map.c - the machine as a picture: things and their namespaces */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/path.h"
#include "engine/map/mapping.h"
#include "engine/ns/named.h"
#include "kernel/proc.h"
#include "sys/file.h"

#define MAP_FILE_MAX 16384

void *mapping_grow(struct arena *arena, void *list, size_t count, size_t *room,
		   size_t size)
{
	void *larger;

	if (count < *room)
		return list;
	*room = *room ? *room * 2 : 64;
	larger = arena_array(arena, *room, size);
	if (!larger || arena_failed(arena))
		return NULL;
	if (count)
		memcpy(larger, list, count * size);
	return larger;
}

int mapping_open(const struct mapping *m, const struct scan_item *item)
{
	if (item->pid)
		return ns_open_pid(m->scan.proc_fd, item->pid, item->kind);
	if (item->mounts)
		return ns_open(item->mounts->text, item->kind, NULL);
	return -ENOENT;
}

/* ---- namespaces ---- */

/* "         0     100000      65536\n" of each line as "0 100000 65536". */
static const char *id_map(struct mapping *m, pid_t pid, const char *file)
{
	char path[40], text[MAP_FILE_MAX];
	char *to = text;

	snprintf(path, sizeof(path), "%d/%s", pid, file);
	if (sys_read_file(m->scan.proc_fd, path, text, sizeof(text)) <= 0)
		return NULL;
	for (const char *at = text; *at; at++) {
		bool is_blank = *at == ' ';

		if (*at == '\n') {
			*to++ = ';';
			continue;
		}
		if (is_blank && (to == text || to[-1] == ' ' || to[-1] == ';'))
			continue;
		*to++ = *at;
	}
	*to = '\0';
	return arena_strdup(m->arena, text);
}

/* The lines, joined by ", ". */
static const char *joined(struct mapping *m, pid_t pid, const char *file)
{
	const char *lines = id_map(m, pid, file);
	CLEANUP_BUF struct buf buf;
	size_t len;

	buf_init(&buf);
	if (!lines)
		return NULL;
	for (; *(lines += *lines == ';'); lines += len) {
		len = strcspn(lines, ";");
		if (buf.len)
			buf_puts(&buf, ", ");
		buf_add(&buf, lines, len);
	}
	return arena_strdup(m->arena, buf.data ? buf.data : "");
}

/* Names given with kist new and ip netns; then where it is mounted. */
static void name_kept(struct mapping *m)
{
	struct named *sets;
	size_t count;

	if (named_list(m->kist, m->arena, &sets, &count, NULL) < 0)
		return;
	for (size_t i = 0; i < count; i++)
		for (enum ns_kind k = 0; k < NS_COUNT; k++) {
			struct scan_item *item =
				sets[i].ino[k] ?
					scan_add(&m->scan, k, sets[i].ino[k]) :
					NULL;

			if (!item)
				continue;
			scan_note(&m->scan, &item->names, sets[i].name);
			if (sets[i].path[k])
				scan_note(&m->scan, &item->mounts,
					  sets[i].path[k]);
		}
}

static size_t things_in(const struct mapping *m, const struct scan_item *item)
{
	size_t count = 0;

	for (size_t i = 0; i < m->things.count; i++)
		count += m->things.items[i].ns[item->kind] == item->ino;
	return count;
}

static void tell_ns(struct mapping *m, const struct scan_item *item,
		    struct kist_map_ns *ns)
{
	*ns = (struct kist_map_ns){
		.kind = (enum kist_ns)BIT(item->kind),
		.ino = item->ino,
		.parent = item->parent,
		.owner = item->owner,
		.is_initial = item->ino == m->host[item->kind],
		.name = item->names  ? item->names->text :
			item->mounts ? path_name(item->mounts->text) :
				       NULL,
		.things = things_in(m, item),
		.procs = item->procs,
		.netnsid = -1,
	};
	if (item->kind != NS_USER)
		return;
	if (item->pid) {
		ns->uid_map = joined(m, item->pid, "uid_map");
		ns->gid_map = joined(m, item->pid, "gid_map");
	}
	if (item->owner_uid >= 0)
		ns->owner_name = scan_user(&m->scan, (uid_t)item->owner_uid);
}

static int by_kind_and_number(const void *a, const void *b)
{
	const struct scan_item *const *one = a, *const *other = b;

	if ((*one)->kind != (*other)->kind)
		return (*one)->kind < (*other)->kind ? -1 : 1;
	return ((*one)->ino > (*other)->ino) - ((*one)->ino < (*other)->ino);
}

static void tell_namespaces(struct mapping *m)
{
	size_t count = m->scan.count;
	struct scan_item **sorted =
		ARENA_ARRAY(m->arena, struct scan_item *, count + 1);
	struct kist_map_ns *list =
		ARENA_ARRAY(m->arena, struct kist_map_ns, count + 1);

	if (arena_failed(m->arena))
		return;
	/* The scan's own order is that of its hash table. */
	memcpy(sorted, m->scan.items, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(struct scan_item *), by_kind_and_number);
	for (size_t i = 0; i < count; i++)
		tell_ns(m, sorted[i], &list[i]);
	m->map->namespaces = list;
	m->map->ns_count = count;
}

/* Of those kinds whose relatives make a picture: parents, and whose network
 * it is. The others cost as much again and say the same. */
static void find_relatives(struct mapping *m)
{
	const uint32_t wanted = BIT(NS_USER) | BIT(NS_PID) | BIT(NS_NET);

	/* The list grows while it is gone through. */
	for (size_t i = 0; i < m->scan.count; i++) {
		struct scan_item *item = m->scan.items[i];
		CLEANUP_FD int fd = -1;

		if (item->is_asked || !(BIT(item->kind) & wanted))
			continue;
		fd = mapping_open(m, item);
		if (fd >= 0)
			(void)scan_add_fd(&m->scan, fd);
	}
}

static uint64_t our_network(const struct scan *scan)
{
	for (size_t i = 0; i < scan->proc_count; i++)
		if (scan->procs[i].pid == getpid())
			return scan->procs[i].ino[NS_NET];
	return 0;
}

/* ---- all ---- */

static int look(struct mapping *m, unsigned parts, struct kist_error *err)
{
	struct kist_map *map = m->map;
	int ret = scan_processes(&m->scan);

	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "look at the processes");
	things_host(&m->scan, m->host);
	m->ours = our_network(&m->scan);
	ret = things_find(m->kist, &m->scan, &m->things, &m->groups, err);
	if (ret < 0)
		return ret;
	map->hidden = m->things.hidden;
	map->things = m->things.items;
	map->thing_count = m->things.count;
	list_own_mounts(&m->scan);
	name_kept(m);
	if (parts & (KIST_MAP_NAMESPACES | KIST_MAP_IDS))
		find_relatives(m);
	tell_namespaces(m);
	if (parts & KIST_MAP_NETWORK)
		ret = mapping_net(m);
	if (ret == 0 && (parts & KIST_MAP_NETWORK))
		ret = mapping_ports(m);
	if (ret == 0 && (parts & KIST_MAP_CGROUPS))
		ret = mapping_cgroups(m);
	if (ret < 0 || m->scan.failed || arena_failed(m->arena))
		return err_nomem(err);
	return 0;
}

int kist_map(const struct kist *kist, unsigned parts, struct kist_map *ret_map,
	     struct kist_error *err)
{
	static const struct kist_ns_query query = { 0 };
	CLEANUP_FD int proc_fd = proc_open(err);
	struct kist_map map = { 0 };
	struct mapping m = { .kist = kist, .map = &map };
	struct utsname uts;
	int ret;

	if (proc_fd < 0)
		return proc_fd;
	m.arena = calloc(1, sizeof(*m.arena));
	if (!m.arena)
		return err_nomem(err);
	arena_init(m.arena);
	map.arena = m.arena;
	map.machine = uname(&uts) == 0 ? arena_strdup(m.arena, uts.nodename) :
					 "";
	scan_init(&m.scan, m.arena, &query, proc_fd);
	ret = look(&m, parts ? parts : ~0u, err);
	scan_done(&m.scan);
	if (ret < 0)
		kist_map_free(&map);
	else
		*ret_map = map;
	return ret;
}

void kist_map_free(struct kist_map *map)
{
	if (map->arena)
		arena_done(map->arena);
	free(map->arena);
	*map = (struct kist_map){ 0 };
}
