/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idmap.c - id maps of user namespaces: check, write, translate
 *
 * How writing works
 * =================
 *
 * The kernel takes a map once, in one write. Who has CAP_SETUID and CAP_SETGID
 * in the parent namespace may map anything there; an ordinary user only the
 * own id, and groups only after setgroups(2) was denied. Everything else is
 * for newuidmap(1), which looks into /etc/subuid. So: try to write; if that
 * is refused and the map is more than the own id, call the tool.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <kist/cause.h>

#include "base/buf.h"
#include "kernel/idmap.h"
#include "kernel/idmap_tool.h"
#include "kernel/proc.h"
#include "sys/file.h"

/* ---- maps as data ---- */

static bool overlap(uint32_t a, uint32_t b, uint32_t a_count, uint32_t b_count)
{
	return (uint64_t)a < (uint64_t)b + b_count &&
	       (uint64_t)b < (uint64_t)a + a_count;
}

static int check_line(const struct id_map *map, const char *word,
		      struct kist_error *err)
{
	/* the last id, 4294967295, is none */
	const uint64_t end = UINT32_MAX;

	if (map->count == 0)
		return err_set(err, KIST_E_ID_MAP,
			       "the %s map %u %u %u maps nothing", word,
			       map->inside, map->outside, map->count);
	if ((uint64_t)map->inside + map->count > end ||
	    (uint64_t)map->outside + map->count > end)
		return err_set(err, KIST_E_ID_MAP,
			       "the %s map %u %u %u goes beyond 4294967294",
			       word, map->inside, map->outside, map->count);
	return 0;
}

static int check_pair(const struct id_map *a, const struct id_map *b,
		      const char *word, struct kist_error *err)
{
	const char *side = NULL;

	if (overlap(a->inside, b->inside, a->count, b->count))
		side = "inside";
	else if (overlap(a->outside, b->outside, a->count, b->count))
		side = "outside";
	if (!side)
		return 0;
	return err_set(err, KIST_E_ID_MAP,
		       "the %s maps %u %u %u and %u %u %u overlap %s the "
		       "container",
		       word, a->inside, a->outside, a->count, b->inside,
		       b->outside, b->count, side);
}

int idmap_check(const struct id_maps *maps, const char *word,
		struct kist_error *err)
{
	int ret = 0;

	if (maps->count > IDMAP_MAX)
		return err_set(err, KIST_E_ID_MAP,
			       "%zu %s maps are too many: the kernel takes %d",
			       maps->count, word, IDMAP_MAX);
	for (size_t i = 0; i < maps->count && ret == 0; i++) {
		ret = check_line(&maps->maps[i], word, err);
		for (size_t j = 0; j < i && ret == 0; j++)
			ret = check_pair(&maps->maps[j], &maps->maps[i], word,
					 err);
	}
	return ret;
}

struct id_maps idmap_parse(const char *text, struct arena *arena)
{
	struct id_maps maps = { 0 };
	size_t room = 1;

	for (const char *t = text; t && *t; t++)
		room += *t == '\n';
	maps.maps = ARENA_ARRAY(arena, struct id_map, room);
	while (maps.maps && text && *text) {
		struct id_map *m = &maps.maps[maps.count];

		maps.count += sscanf(text, "%u %u %u", &m->inside, &m->outside,
				     &m->count) == 3;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return maps;
}

int idmap_read(int dir_fd, const char *path, struct arena *arena,
	       struct id_maps *ret_maps)
{
	char text[IDMAP_MAX * 33 + 1]; /* each line has 32 bytes and its end */
	ssize_t len = sys_read_file(dir_fd, path, text, sizeof(text));

	if (len < 0)
		return (int)len;
	*ret_maps = idmap_parse(text, arena);
	return arena_failed(arena) ? -ENOMEM : 0;
}

bool idmap_outside(const struct id_maps *maps, uint32_t inside,
		   uint32_t *ret_outside)
{
	for (size_t i = 0; i < maps->count; i++) {
		const struct id_map *map = &maps->maps[i];

		if (inside - map->inside < map->count &&
		    inside >= map->inside) {
			*ret_outside = map->outside + (inside - map->inside);
			return true;
		}
	}
	return false;
}

bool idmap_inside(const struct id_maps *maps, uint32_t outside,
		  uint32_t *ret_inside)
{
	for (size_t i = 0; i < maps->count; i++) {
		const struct id_map *map = &maps->maps[i];

		if (outside - map->outside < map->count &&
		    outside >= map->outside) {
			*ret_inside = map->inside + (outside - map->outside);
			return true;
		}
	}
	return false;
}

/* ---- writing them ---- */

/* Whose maps. */
struct writing {
	int proc_fd;
	pid_t pid;
};

static int write_file(const struct writing *w, const char *name,
		      const char *text, size_t len)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/%s", w->pid, name);
	return sys_write_file(w->proc_fd, path, text, len);
}

/* The file has a kernel format: "inside outside count\n" a line. */
static int write_map(const struct writing *w, const char *name,
		     const struct id_maps *maps)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < maps->count; i++)
		buf_printf(&text, "%u %u %u\n", maps->maps[i].inside,
			   maps->maps[i].outside, maps->maps[i].count);
	if (buf_failed(&text))
		return -ENOMEM;
	return write_file(w, name, text.data, text.len);
}

/* One line, and it is the caller's own id: no privilege is needed. */
static bool is_own(const struct id_maps *maps, uint32_t own)
{
	return maps->count == 1 && maps->maps[0].count == 1 &&
	       maps->maps[0].outside == own;
}

static int refused(const struct writing *w, int errnum, const char *word,
		   struct kist_error *err)
{
	bool is_uid = word[0] == 'u';
	char own[48];
	int ret = err_sys(
		err, errnum == EPERM ? KIST_E_ID_MAP_DENIED : KIST_E_SYSTEM,
		errnum, "write the %s map of process %d", word, w->pid);

	snprintf(own, sizeof(own), "0 %u 1", is_uid ? geteuid() : getegid());
	if (errnum == EPERM)
		err_cause(err, KIST_CAUSE_MAP_FOREIGN,
			  is_uid ? "CAP_SETUID" : "CAP_SETGID", own);
	return ret;
}

/* One of the two maps. */
static int give(const struct writing *w, const char *word,
		const struct id_maps *maps, uint32_t own,
		struct kist_error *err)
{
	char name[16];
	int ret;

	if (maps->count == 0)
		return 0;
	snprintf(name, sizeof(name), "%s_map", word);
	ret = write_map(w, name, maps);
	if (ret == -EPERM && !is_own(maps, own))
		return idmap_tool_run(word, w->pid, maps, err);
	return ret < 0 ? refused(w, -ret, word, err) : 0;
}

int idmap_write(pid_t pid, const struct id_maps *uids,
		const struct id_maps *gids, struct kist_error *err)
{
	CLEANUP_FD int proc_fd = proc_open(err);
	struct writing w = { proc_fd, pid };
	int ret;

	if (proc_fd < 0)
		return proc_fd;
	ret = give(&w, "uid", uids, geteuid(), err);
	/* The kernel demands this of users without CAP_SETGID. Root keeps
	 * setgroups, which a container with several groups needs. */
	if (ret == 0 && geteuid() != 0 && is_own(gids, getegid())) {
		ret = write_file(&w, "setgroups", "deny", 4);
		if (ret < 0)
			return err_sys(err, KIST_E_SYSTEM, -ret,
				       "deny setgroups for process %d", pid);
	}
	if (ret == 0)
		ret = give(&w, "gid", gids, getegid(), err);
	return ret;
}
