/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ids.c - users and groups, inside and out
 *
 * How it works
 * ============
 * The kernel translates twice. The ids of /proc/PID/status are those of the
 * reader's user namespace: "outside". So is the middle column of
 * /proc/PID/uid_map, but for a reader in that very namespace: to him it is the
 * parent's, and outside is inside. So the map read here leads from outside to
 * inside without knowing the namespaces in between.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "engine/show/show.h"
#include "kernel/idmap.h"
#include "kernel/mountinfo.h"
#include "kernel/proc.h"
#include "kernel/user.h"
#include "sys/file.h"

#define MAP_TEXT_MAX (IDMAP_MAX * 40 + 1)
#define OVERFLOW 65534
#define GROUP_TEXT_MAX (1u << 20)

/**
 * struct side - one half: users or groups
 * @file:	of the account names
 */
struct side {
	const char *file;
	struct id_maps maps;
	uint32_t overflow;
	bool same;  /* inside is outside: it is our own user namespace */
	bool whole; /* ours is the initial one: every id has a name in it */
};

/* ---- maps ---- */

static void take_maps(struct showing *s, const char *file,
		      struct id_maps *ret_maps)
{
	char *text = show_read(s, file, MAP_TEXT_MAX), *save, *line;

	*ret_maps = (struct id_maps){ 0 };
	if (!text)
		return;
	ret_maps->maps = ARENA_ARRAY(&s->arena, struct id_map, IDMAP_MAX);
	if (arena_failed(&s->arena))
		return;
	for (line = strtok_r(text, "\n", &save);
	     line && ret_maps->count < IDMAP_MAX;
	     line = strtok_r(NULL, "\n", &save)) {
		struct id_map *map = &ret_maps->maps[ret_maps->count];

		if (sscanf(line, "%" SCNu32 " %" SCNu32 " %" SCNu32,
			   &map->inside, &map->outside, &map->count) == 3)
			ret_maps->count++;
	}
}

static struct kist_show_map *public_maps(struct showing *s,
					 const struct id_maps *maps)
{
	struct kist_show_map *list =
		ARENA_ARRAY(&s->arena, struct kist_show_map, maps->count + 1);

	for (size_t i = 0; i < maps->count && !arena_failed(&s->arena); i++)
		list[i] = (struct kist_show_map){ maps->maps[i].inside,
						  maps->maps[i].outside,
						  maps->maps[i].count };
	return list;
}

static uint32_t overflow(int proc_fd, const char *file)
{
	char text[32];
	uint32_t value;

	if (sys_read_file(proc_fd, file, text, sizeof(text)) <= 0)
		return OVERFLOW;
	text[strcspn(text, "\n")] = '\0';
	return num_parse_u32(text, &value) ? OVERFLOW : value;
}

/* ---- names ---- */

/* The name of an id in a file like /etc/group. */
static const char *name_in(const char *text, uint32_t id, struct arena *arena)
{
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n"), name = strcspn(line, ":");
		const char *field = line;
		uint64_t value;

		for (int i = 0; i < 2 && field; i++) {
			field = memchr(field, ':',
				       len - (size_t)(field - line));
			field = field ? field + 1 : NULL;
		}
		if (field && name && name < len &&
		    num_parse_u64_n(field, strcspn(field, ":\n"), &value) ==
			    0 &&
		    value == id)
			return arena_strndup(arena, line, name);
		line += len + (line[len] == '\n');
	}
	return NULL;
}

/* A file system that a stranger answers for may never answer. */
static bool may_hang(struct showing *s)
{
	struct mountinfo_list list;

	if (mountinfo_read(s->proc_fd, s->pid, &s->arena, &list) < 0)
		return true;
	for (size_t i = 0; i < list.count; i++) {
		const struct mountinfo *m = &list.mounts[i];

		if ((strcmp(m->point, "/") == 0 ||
		     strncmp(m->point, "/etc", 4) == 0) &&
		    (strncmp(m->type, "fuse", 4) == 0 ||
		     strncmp(m->type, "nfs", 3) == 0 ||
		     strcmp(m->type, "cifs") == 0))
			return true;
	}
	return false;
}

/* Return: an fd of its root directory, or -1: its names are ours, or not to
 * be had. */
static int open_root(struct showing *s)
{
	char path[32];

	if (may_hang(s))
		return -1;
	snprintf(path, sizeof(path), "%d/root", s->pid);
	return openat(s->proc_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static const char *load(struct showing *s, int root_fd, const char *file)
{
	CLEANUP_BUF struct buf text;
	CLEANUP_FD int fd = -1;

	buf_init(&text);
	if (root_fd == AT_FDCWD)
		fd = openat(AT_FDCWD, file,
			    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	else if (root_fd >= 0)
		fd = sys_openat2(root_fd, file,
				 O_RDONLY | O_NONBLOCK | O_NOCTTY, 0,
				 RESOLVE_SAFE);
	if (fd < 0 || buf_read(&text, fd, USER_FILE_MAX) < 0)
		return "";
	/* A NUL would end it early. */
	for (size_t i = 0; i < text.len; i++)
		if (!text.data[i])
			text.data[i] = '\n';
	return arena_strndup(&s->arena, text.data ? text.data : "", text.len);
}

/**
 * struct names - of users or groups, on both sides
 */
struct names {
	const char *here, *there;
};

static struct kist_show_id make_id(struct showing *s, const struct side *side,
				   const struct names *names, uint32_t outside)
{
	struct kist_show_id id = { .outside = outside, .inside = outside };

	id.is_mapped = side->same ||
		       idmap_inside(&side->maps, outside, &id.inside);
	if (!id.is_mapped)
		id.inside = side->overflow;
	id.is_foreign = !side->whole && outside == side->overflow;
	id.name = name_in(names->here, outside, &s->arena);
	id.inside_name = name_in(names->there, id.inside, &s->arena);
	return id;
}

static void take_side(struct showing *s, const struct side *side,
		      const struct names *names, const uint32_t *from,
		      struct kist_show_id *to, size_t count)
{
	for (size_t i = 0; i < count; i++)
		to[i] = make_id(s, side, names, from[i]);
}

int show_ids(struct showing *s, struct kist_error *err)
{
	struct kist_show *show = &s->show;
	struct side users = { .overflow = overflow(s->proc_fd,
						   "sys/kernel/overflowuid") };
	struct side groups = { .overflow = overflow(s->proc_fd,
						    "sys/kernel/overflowgid") };
	CLEANUP_FD int root_fd = open_root(s);
	struct names user_names = { load(s, AT_FDCWD, "/etc/passwd"),
				    load(s, root_fd, "etc/passwd") };
	struct names group_names = { load(s, AT_FDCWD, "/etc/group"),
				     load(s, root_fd, "etc/group") };
	const char *setgroups = show_read(s, "setgroups", 64);
	uint64_t ours = show_ns_inode(s->proc_fd, getpid(), "user");

	users.same = groups.same = ours && s->user_ino == ours;
	users.whole = groups.whole = show_is_initial(s->proc_fd, NS_USER, ours);
	take_maps(s, "uid_map", &users.maps);
	take_maps(s, "gid_map", &groups.maps);
	show->overflow_uid = users.overflow;
	show->overflow_gid = groups.overflow;
	show->uid_maps = public_maps(s, &users.maps);
	show->uid_map_count = users.maps.count;
	show->gid_maps = public_maps(s, &groups.maps);
	show->gid_map_count = groups.maps.count;
	show->setgroups_denied = setgroups &&
				 strncmp(setgroups, "deny", 4) == 0;
	show->group_count = s->status.group_count;
	show->groups = ARENA_ARRAY(&s->arena, struct kist_show_id,
				   show->group_count + 1);
	if (arena_failed(&s->arena))
		return err_nomem(err);
	take_side(s, &users, &user_names, s->status.uid, show->uid,
		  KIST_SHOW_ID_COUNT);
	take_side(s, &groups, &group_names, s->status.gid, show->gid,
		  KIST_SHOW_ID_COUNT);
	take_side(s, &groups, &group_names, s->status.groups, show->groups,
		  show->group_count);
	return 0;
}
