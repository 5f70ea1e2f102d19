/* SPDX-License-Identifier: Apache-2.0 */
/* idmaps_advice.c - which maps are allowed, which lines are missing, whose
 * files are nobody's */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kist/idmap.h>

#include "base/num.h"
#include "base/path.h"
#include "kernel/cap.h"
#include "kernel/idmap.h"
#include "kernel/subid.h"
#include "kernel/user.h"

#define USUAL_COUNT 65536

static const char *const words[] = { "uid", "gid" };

/* ---- may this be written? ---- */

static int id_map_syntax(struct kist_error *err, const char *text)
{
	int ret = err_set(err, KIST_E_ID_MAP,
			  "'%s' is not INSIDE:OUTSIDE:COUNT", text);

	err_hint(err, "three numbers, such as 0:100000:65536");
	return ret;
}

static int parse_line(const char *text, struct id_map *ret,
		      struct kist_error *err)
{
	uint32_t *const fields[] = { &ret->inside, &ret->outside, &ret->count };
	const char *word = text;

	for (int i = 0; i < 3; i++) {
		const char *end = strchrnul(word, ':');
		uint64_t number;

		if ((i < 2) != (*end == ':') ||
		    num_parse_u64_n(word, (size_t)(end - word), &number) < 0 ||
		    number > UINT32_MAX)
			return id_map_syntax(err, text);
		*fields[i] = (uint32_t)number;
		word = end + 1;
	}
	return 0;
}

/* The line of the file that has them, in words. */
static bool find_line(const struct subids *subids, const char *name,
		      const struct id_map *map, const char *word,
		      struct kist_id_verdict *verdict)
{
	for (size_t i = 0; i < subids->count; i++) {
		const struct subids one = { &subids->lines[i], 1 };

		if (!subid_allows(&one, name, geteuid(), map->outside,
				  map->count))
			continue;
		snprintf(verdict->why, sizeof(verdict->why),
			 "/etc/sub%s: %.64s:%u:%u", word, one.lines->owner,
			 one.lines->start, one.lines->count);
		return true;
	}
	return false;
}

static const struct id_map *line_with(const struct id_maps *ours, uint64_t id)
{
	for (size_t i = 0; i < ours->count; i++)
		if (id >= ours->maps[i].inside &&
		    id - ours->maps[i].inside < ours->maps[i].count)
			return &ours->maps[i];
	return NULL;
}

/* Only what the own user namespace has can be given on. */
static bool all_are_ours(const struct id_maps *ours, const struct id_map *map)
{
	const uint64_t end = (uint64_t)map->outside + map->count;
	const struct id_map *own;
	uint64_t id = map->outside;

	while (id < end && (own = line_with(ours, id)))
		id = (uint64_t)own->inside + own->count;
	return id >= end;
}

static void judge_root(const struct id_maps *ours, const struct id_map *map,
		       const char *word, struct kist_id_verdict *verdict)
{
	verdict->allowed = all_are_ours(ours, map);
	if (!verdict->allowed)
		snprintf(verdict->why, sizeof(verdict->why),
			 "this user namespace does not have all of these %ss: "
			 "/proc/self/%s_map lists its own",
			 word, word);
	else
		snprintf(
			verdict->why, sizeof(verdict->why), "%s",
			ours->maps[0].count == UINT32_MAX ?
				"root may map everything" :
				"root here may map what its own user namespace "
				"has");
}

static void judge(const struct subids *subids, const struct id_maps *ours,
		  const char *name, bool alone, const struct id_map *map,
		  struct kist_id_verdict *verdict)
{
	const bool is_uid = verdict->kind == KIST_ID_UID;
	const uint32_t own = is_uid ? geteuid() : getegid();
	const char *word = words[verdict->kind];

	verdict->allowed = true;
	if (cap_is_effective(is_uid ? "CAP_SETUID" : "CAP_SETGID")) {
		judge_root(ours, map, word, verdict);
		return;
	}
	if (map->count == 1 && map->outside == own) {
		snprintf(verdict->why, sizeof(verdict->why), "the own %s%s",
			 word,
			 alone && !is_uid ? ", with setgroups denied" : "");
		return;
	}
	if (find_line(subids, name, map, word, verdict))
		return;
	verdict->allowed = false;
	if (map->outside == 0) {
		snprintf(verdict->why, sizeof(verdict->why),
			 "%s 0 is root's, which no line may give away", word);
		return;
	}
	snprintf(verdict->why, sizeof(verdict->why),
		 "no line of /etc/sub%s gives these ids to %.64s", word,
		 name ? name : "this user");
	if (name)
		snprintf(verdict->missing, sizeof(verdict->missing),
			 "%.64s:%u:%u", name, map->outside, map->count);
	else
		snprintf(verdict->missing, sizeof(verdict->missing), "%u:%u:%u",
			 geteuid(), map->outside, map->count);
}

int kist_id_check(const char *const *texts, enum kist_id_kind kind,
		  struct kist_id_verdict *ret_verdicts, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct id_maps maps = { 0 }, ours;
	struct subids subids;
	const char *name;
	char path[32];
	int ret = 0;

	arena_init(&arena);
	maps.maps = ARENA_ARRAY(&arena, struct id_map, IDMAP_MAX + 1);
	if (arena_failed(&arena))
		return err_nomem(err);
	for (; ret == 0 && texts[maps.count] && maps.count <= IDMAP_MAX;
	     maps.count++)
		ret = parse_line(texts[maps.count], &maps.maps[maps.count],
				 err);
	if (ret == 0)
		ret = idmap_check(&maps, words[kind], err);
	if (ret < 0)
		return ret;
	ret = subid_load(words[kind], &arena, &subids);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "read '/etc/sub%s'",
			       words[kind]);
	snprintf(path, sizeof(path), "/proc/self/%s_map", words[kind]);
	ret = idmap_read(AT_FDCWD, path, &arena, &ours);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "read '%s'", path);
	name = user_name(AT_FDCWD, geteuid(), &arena);
	for (size_t i = 0; i < maps.count; i++) {
		ret_verdicts[i] = (struct kist_id_verdict){ .text = texts[i],
							    .kind = kind };
		judge(&subids, &ours, name, maps.count == 1, &maps.maps[i],
		      &ret_verdicts[i]);
	}
	return 0;
}

/* ---- lines to add ---- */

static int advise(struct kist_id_advice *advice, enum kist_id_kind kind,
		  const char *name, uint32_t uid, struct arena *arena,
		  struct kist_error *err)
{
	struct subids subids;
	int ret = subid_load(words[kind], arena, &subids);
	uint32_t start;

	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "read '/etc/sub%s'",
			       words[kind]);
	for (size_t i = 0; i < subids.count; i++) {
		const struct subid *line = &subids.lines[i];

		if (!subid_is_of(line, name, uid))
			continue;
		snprintf(advice->has[kind], sizeof(advice->has[kind]),
			 "%.64s:%u:%u", line->owner, line->start, line->count);
		return 0;
	}
	start = subid_free_start(&subids, USUAL_COUNT);
	if (!start) {
		err_set(err, KIST_E_SUBID_NONE,
			"no %d ids in a row are free in /etc/sub%s",
			USUAL_COUNT, words[kind]);
		err_hint(err, "take lines of users who are gone out of it");
		return -ENOENT;
	}
	if (name)
		snprintf(advice->line[kind], sizeof(advice->line[kind]),
			 "%.64s:%u:%d", name, start, USUAL_COUNT);
	else
		snprintf(advice->line[kind], sizeof(advice->line[kind]),
			 "%u:%u:%d", uid, start, USUAL_COUNT);
	return 0;
}

int kist_id_suggest(const char *user, struct kist_id_advice *ret_advice,
		    struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_id_advice advice = { 0 };
	struct user found = { .uid = geteuid() };
	const char *name;
	int ret = 0;

	arena_init(&arena);
	if (user)
		ret = user_lookup(AT_FDCWD, user, &arena, &found, err);
	if (ret == -ENOENT && err) {
		*err = (struct kist_error){ 0 };
		err_set(err, KIST_E_USER_UNKNOWN, "there is no user '%s'",
			user);
		err_hint(err,
			 "'getent passwd' lists the users of this machine");
	}
	if (ret < 0)
		return ret;
	name = user_name(AT_FDCWD, found.uid, &arena);
	if (name)
		snprintf(advice.user, sizeof(advice.user), "%s", name);
	else
		snprintf(advice.user, sizeof(advice.user), "%u", found.uid);
	ret = advise(&advice, KIST_ID_UID, name, found.uid, &arena, err);
	if (ret == 0)
		ret = advise(&advice, KIST_ID_GID, name, found.uid, &arena,
			     err);
	if (ret == 0)
		*ret_advice = advice;
	return ret;
}

/* ---- files of nobody ---- */

struct search {
	const struct kist_ids *ids;
	uint32_t overflow[2];
	dev_t dev;
	void (*each)(void *context, const char *path, uint32_t uid,
		     uint32_t gid, unsigned unmapped);
	void *context;
};

static bool is_unmapped(const struct search *s, enum kist_id_kind kind,
			uint32_t id)
{
	if (s->ids->is_ours || !s->ids->level_count)
		return id == s->overflow[kind];
	return kist_id_inside(&s->ids->level[0], kind, id) == KIST_ID_NONE;
}

static void look_at(const struct search *s, const char *path,
		    const struct stat *st)
{
	unsigned unmapped = 0;

	if (is_unmapped(s, KIST_ID_UID, st->st_uid))
		unmapped |= BIT(KIST_ID_UID);
	if (is_unmapped(s, KIST_ID_GID, st->st_gid))
		unmapped |= BIT(KIST_ID_GID);
	if (unmapped)
		s->each(s->context, path, st->st_uid, st->st_gid, unmapped);
}

/* What vanishes or cannot be read on the way is passed over. */
static void walk(const struct search *s, int dir_fd, const char *dir_path)
{
	DIR *dir = fdopendir(dir_fd);
	struct dirent *entry;

	if (!dir) {
		close(dir_fd);
		return;
	}
	while ((entry = readdir(dir))) {
		CLEANUP_FREE char *path = NULL;
		struct stat st;
		int fd;

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    fstatat(dirfd(dir), entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) < 0 ||
		    st.st_dev != s->dev ||
		    asprintf(&path, "%s/%s", dir_path, entry->d_name) < 0)
			continue;
		look_at(s, path, &st);
		if (!S_ISDIR(st.st_mode))
			continue;
		fd = openat(dirfd(dir), entry->d_name,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			walk(s, fd, path);
	}
	closedir(dir);
}

int kist_id_owners(const char *dir, const struct kist_ids *ids,
		   void (*each)(void *context, const char *path, uint32_t uid,
				uint32_t gid, unsigned unmapped),
		   void *context, struct kist_error *err)
{
	struct search s = { .ids = ids, .each = each, .context = context };
	int fd = openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "open the folder '%s'", dir);
	s.dev = st.st_dev;
	s.overflow[KIST_ID_UID] = kist_id_overflow(KIST_ID_UID);
	s.overflow[KIST_ID_GID] = kist_id_overflow(KIST_ID_GID);
	look_at(&s, dir, &st);
	walk(&s, fd, dir);
	return 0;
}
