/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare_maps.c - the id maps that options of unshare ask for
 *
 * Blocks first, then the caller's own id, which makes a hole in them: inside,
 * what stands behind the hole moves up by one, so that a whole block of
 * subordinate ids is used; outside, an id that is already taken is left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <kist/cause.h>

#include "base/num.h"
#include "engine/ns/unshare.h"
#include "kernel/subid.h"
#include "kernel/user.h"
#include "sys/file.h"

#define NONE UINT32_MAX

/* One of the two maps on its way. */
struct making {
	const struct unshare *u;
	const char *word; /* "uid", "gid" */
	uint32_t own;	  /* the caller's id outside */
	struct id_maps maps;
};

int unshare_user(const char *word, struct arena *arena, uint32_t *ret_id,
		 struct kist_error *err)
{
	struct user user;
	int ret;

	if (num_parse_u32(word, ret_id) == 0 && *ret_id != NONE)
		return 0;
	ret = user_lookup(AT_FDCWD, word, arena, &user, err);
	if (ret == 0)
		*ret_id = user.uid;
	return ret;
}

int unshare_group(const char *word, struct arena *arena, uint32_t *ret_id,
		  struct kist_error *err)
{
	struct user user;
	const char *both;
	int ret;

	if (num_parse_u32(word, ret_id) == 0 && *ret_id != NONE)
		return 0;
	both = arena_printf(arena, "0:%s", word);
	ret = user_lookup(AT_FDCWD, both, arena, &user, err);
	if (ret == 0)
		*ret_id = user.gid;
	return ret;
}

static int add(struct making *m, uint32_t inside, uint32_t outside,
	       uint32_t count, struct kist_error *err)
{
	if (m->maps.count == IDMAP_MAX)
		return err_set(err, KIST_E_ID_MAP,
			       "the %s map has more than %d lines", m->word,
			       IDMAP_MAX);
	m->maps.maps[m->maps.count++] =
		(struct id_map){ inside, outside, count };
	return 0;
}

/* ---- the blocks ---- */

/* Is every id of the machine one of this user namespace? */
static bool has_all_ids(const char *word)
{
	char path[32], map[64];

	snprintf(path, sizeof(path), "/proc/self/%s_map", word);
	if (sys_read_file(AT_FDCWD, path, map, sizeof(map)) < 0)
		return true;
	return strstr(map, " 4294967295") != NULL;
}

static int no_subids(const struct making *m, const char *name,
		     const struct subids *all, struct kist_error *err)
{
	uint32_t start = subid_free_start(all, 65536);
	char line[100], file[40];
	int ret;

	if (name)
		ret = err_set(err, KIST_E_SUBID_NONE,
			      "/etc/sub%s has no line for user '%s'", m->word,
			      name);
	else
		ret = err_set(err, KIST_E_SUBID_NONE,
			      "/etc/sub%s has no line for user %u", m->word,
			      geteuid());
	snprintf(file, sizeof(file), "/etc/sub%s", m->word);
	if (name)
		snprintf(line, sizeof(line), "%.64s:%u:65536", name, start);
	else
		snprintf(line, sizeof(line), "%u:%u:65536", geteuid(), start);
	if (!has_all_ids(m->word))
		err_hint(err, "this user namespace has but some ids itself: "
			      "map more where it is made, kist unshare "
			      "--map-auto");
	else if (start)
		err_cause(err, KIST_CAUSE_SUBID_NONE, line, file);
	return ret;
}

/* The first subordinate ids of the caller, from 0 on or as they are. */
static int add_subids(struct making *m, bool as_they_are,
		      struct kist_error *err)
{
	const char *name = user_name(AT_FDCWD, geteuid(), m->u->arena);
	struct subids all;
	int ret = subid_load(m->word, m->u->arena, &all);

	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "read '/etc/sub%s'",
			       m->word);
	for (size_t i = 0; i < all.count; i++) {
		const struct subid *line = &all.lines[i];

		if (subid_is_of(line, name, geteuid()))
			return add(m, as_they_are ? line->start : 0,
				   line->start, line->count, err);
	}
	return no_subids(m, name, &all, err);
}

/* Every id that our own user namespace has, as it is. */
static int add_all(struct making *m, struct kist_error *err)
{
	struct id_maps own;
	char path[32];
	int ret;

	snprintf(path, sizeof(path), "/proc/self/%s_map", m->word);
	ret = idmap_read(AT_FDCWD, path, m->u->arena, &own);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "read '%s'", path);
	for (size_t i = 0; ret == 0 && i < own.count; i++)
		ret = add(m, own.maps[i].inside, own.maps[i].inside,
			  own.maps[i].count, err);
	return ret;
}

/* "INSIDE:OUTSIDE:COUNT"; with commas it is the order of old: OUTSIDE first. */
static int add_written(struct making *m, const char *text,
		       struct kist_error *err)
{
	const char split = strchr(text, ',') ? ',' : ':';
	const char *word = text;
	uint64_t number[3];

	for (int i = 0; i < 3; i++) {
		const char *end = strchrnul(word, split);

		if ((i < 2) != (*end == split) ||
		    num_parse_u64_n(word, (size_t)(end - word), &number[i]) <
			    0 ||
		    number[i] > UINT32_MAX)
			return err_set(
				err, KIST_E_ID_MAP,
				"'%s' is not INSIDE:OUTSIDE:COUNT, auto, "
				"subids or all",
				text);
		word = end + 1;
	}
	if (split == ',')
		return add(m, (uint32_t)number[1], (uint32_t)number[0],
			   (uint32_t)number[2], err);
	return add(m, (uint32_t)number[0], (uint32_t)number[1],
		   (uint32_t)number[2], err);
}

static int add_block(struct making *m, const char *text, struct kist_error *err)
{
	if (strcmp(text, "auto") == 0)
		return add_subids(m, false, err);
	if (strcmp(text, "subids") == 0)
		return add_subids(m, true, err);
	if (strcmp(text, "all") == 0)
		return add_all(m, err);
	return add_written(m, text, err);
}

/* ---- the own id ---- */

/* Cut block @i in two at @keep ids; the second part skips @skip_in ids inside
 * and @skip_out outside. */
static int cut(struct making *m, size_t i, uint32_t keep, uint32_t skip_in,
	       uint32_t skip_out, struct kist_error *err)
{
	struct id_map *map = &m->maps.maps[i];
	uint32_t rest = map->count - keep;

	/* what moves up or is left out may be the last */
	if (skip_out)
		rest--;
	else if ((uint64_t)map->inside + map->count + skip_in > NONE)
		rest--;
	map->count = keep;
	if (!rest)
		return 0;
	return add(m, map->inside + keep + skip_in,
		   map->outside + keep + skip_out, rest, err);
}

static void drop_empty(struct making *m)
{
	size_t left = 0;

	for (size_t i = 0; i < m->maps.count; i++)
		if (m->maps.maps[i].count)
			m->maps.maps[left++] = m->maps.maps[i];
	m->maps.count = left;
}

static int add_own(struct making *m, uint32_t inside, struct kist_error *err)
{
	size_t count = m->maps.count;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < count; i++) {
		struct id_map *map = &m->maps.maps[i];

		if (m->own - map->outside < map->count &&
		    m->own >= map->outside)
			ret = cut(m, i, m->own - map->outside, 1, 1, err);
	}
	count = m->maps.count;
	for (size_t i = 0; ret == 0 && i < count; i++) {
		struct id_map *map = &m->maps.maps[i];

		if (inside - map->inside < map->count && inside >= map->inside)
			ret = cut(m, i, inside - map->inside, 1, 0, err);
	}
	drop_empty(m);
	if (ret < 0 || m->maps.count == 0)
		return ret < 0 ? ret : add(m, inside, m->own, 1, err);
	/* the own id first: that is what people look for */
	ret = add(m, inside, m->own, 1, err);
	if (ret == 0) {
		struct id_map own = m->maps.maps[m->maps.count - 1];

		memmove(m->maps.maps + 1, m->maps.maps,
			(m->maps.count - 1) * sizeof(own));
		m->maps.maps[0] = own;
	}
	return ret;
}

static int make_map(struct making *m, const char *const *blocks,
		    const char *own, struct kist_error *err)
{
	uint32_t inside;
	int ret = 0;

	m->maps.maps = ARENA_ARRAY(m->u->arena, struct id_map, IDMAP_MAX + 1);
	if (arena_failed(m->u->arena))
		return err_nomem(err);
	for (; ret == 0 && blocks && *blocks; blocks++)
		ret = add_block(m, *blocks, err);
	if (ret == 0 && own) {
		ret = m->word[0] == 'u' ?
			      unshare_user(own, m->u->arena, &inside, err) :
			      unshare_group(own, m->u->arena, &inside, err);
		if (ret == 0)
			ret = add_own(m, inside, err);
	}
	return ret < 0 ? ret : idmap_check(&m->maps, m->word, err);
}

/* ---- who writes them ---- */

static bool is_own_alone(const struct making *m)
{
	return m->maps.count == 0 ||
	       (m->maps.count == 1 && m->maps.maps[0].count == 1 &&
		m->maps.maps[0].outside == m->own);
}

static int decide_setgroups(struct unshare *u, bool simple_gids,
			    struct kist_error *err)
{
	if (u->args->setgroups == KIST_SETGROUPS_DENY)
		u->deny_setgroups = true;
	if (!u->gids.count || !simple_gids ||
	    u->args->setgroups == KIST_SETGROUPS_DENY)
		return 0;
	if (u->args->setgroups == KIST_SETGROUPS_AUTO) {
		u->deny_setgroups = true;
		return 0;
	}
	if (!u->args->plain && geteuid() == 0) {
		u->by_outside = true;
		return 0;
	}
	err_set(err, KIST_E_UNSHARE,
		"--setgroups=allow does not go with a map of the own group "
		"alone");
	err_hint(err, "the kernel lets a user map the own group only when "
		      "setgroups is denied; map more with --map-auto");
	return -EINVAL;
}

/* Nothing that says itself what 0 is inside. */
static bool are_subids(const char *const *blocks)
{
	for (; blocks && *blocks; blocks++)
		if (strcmp(*blocks, "auto") != 0 &&
		    strcmp(*blocks, "subids") != 0)
			return false;
	return true;
}

/* The default of a user namespace: root inside; for root, everybody. */
static void fill_in(const struct unshare *u, const char *const **uids,
		    const char *const **gids, const char **user,
		    const char **group)
{
	static const char *const all[] = { "all", NULL };
	const struct kist_unshare *a = u->args;
	const bool none = !*uids && !*gids && !*user && !*group;

	if (a->plain)
		return;
	if (none && geteuid() == 0 && !a->owner) {
		*uids = *gids = all;
	} else if (!*user && !*group && are_subids(*uids) &&
		   are_subids(*gids)) {
		*user = *group = "0";
	}
}

int unshare_maps(struct unshare *u, struct kist_error *err)
{
	const struct kist_unshare *a = u->args;
	struct making uid = { u, "uid", geteuid(), { 0 } };
	struct making gid = { u, "gid", getegid(), { 0 } };
	const char *const *uids = a->map_users, *const *gids = a->map_groups;
	const char *user = a->map_user, *group = a->map_group;
	int ret;

	if (u->owner_uid.given)
		uid.own = u->owner_uid.id;
	if (u->owner_gid.given)
		gid.own = u->owner_gid.id;
	if (!unshare_has(u, NS_USER))
		return 0;
	fill_in(u, &uids, &gids, &user, &group);
	u->map_users = uids;
	u->map_groups = gids;
	u->map_user = user;
	u->map_group = group;
	ret = make_map(&uid, uids, user, err);
	if (ret == 0)
		ret = make_map(&gid, gids, group, err);
	if (ret < 0)
		return ret;
	u->uids = uid.maps;
	u->gids = gid.maps;
	u->by_outside = !is_own_alone(&uid) || !is_own_alone(&gid);
	return decide_setgroups(u, is_own_alone(&gid), err);
}
