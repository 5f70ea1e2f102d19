/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enter_user.c - who the command is
 *
 * Entering a user namespace leaves one without an id in it: root there is the
 * natural choice, and where there is no root, who the target is. Without a
 * user namespace we stay who we are.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "engine/ns/enter.h"
#include "kernel/idmap.h"
#include "kernel/user.h"
#include "sys/file.h"

#define MAP_BYTES 16384
#define STATUS_BYTES 8192

/* The process whose ids and maps are asked; 0: there is none. */
static pid_t model(struct entering *e)
{
	pid_t pid = e->has_target ? target_pid(&e->target, NULL) : 0;

	return pid > 0 ? pid : 0;
}

/* ---- maps ---- */

static bool next_number(const char **at, uint32_t *ret_value)
{
	uint64_t value;
	size_t len;

	*at += strspn(*at, " ");
	len = strcspn(*at, " \n");
	if (num_parse_u64_n(*at, len, &value) < 0 || value > UINT32_MAX)
		return false;
	*at += len;
	*ret_value = (uint32_t)value;
	return true;
}

/* /proc/PID/uid_map or gid_map, as seen from here. Return: false: it is not
 * known. */
static bool read_maps(struct entering *e, const char *file,
		      struct id_maps *ret_maps)
{
	struct id_maps maps = { 0 };
	char path[64], text[MAP_BYTES];
	pid_t pid = model(e);
	const char *at = text;

	snprintf(path, sizeof(path), "%d/%s", pid, file);
	if (!pid ||
	    sys_read_file(e->target.proc_fd, path, text, sizeof(text)) <= 0)
		return false;
	maps.maps = ARENA_ARRAY(&e->arena, struct id_map, IDMAP_MAX);
	while (!arena_failed(&e->arena) && *at && maps.count < IDMAP_MAX) {
		struct id_map *map = &maps.maps[maps.count];

		if (!next_number(&at, &map->inside) ||
		    !next_number(&at, &map->outside) ||
		    !next_number(&at, &map->count))
			break;
		maps.count++;
		at += *at == '\n';
	}
	*ret_maps = maps;
	return maps.count > 0;
}

/* ---- the target's ---- */

/* The effective id on the line "Uid:" or "Gid:". */
static bool read_id(struct entering *e, const char *key, uint32_t *ret_id)
{
	char path[64], text[STATUS_BYTES];
	const char *line;
	pid_t pid = model(e);
	uint64_t value;

	snprintf(path, sizeof(path), "%d/status", pid);
	if (!pid ||
	    sys_read_file(e->target.proc_fd, path, text, sizeof(text)) <= 0)
		return false;
	line = strstr(text, key);
	line = line ? strchr(line, '\t') : NULL;
	line = line ? strchr(line + 1, '\t') : NULL;
	if (!line ||
	    num_parse_u64_n(line + 1, strcspn(line + 1, "\t\n"), &value) < 0)
		return false;
	*ret_id = (uint32_t)value;
	return true;
}

/* The target's id, as it is called where we are going. */
static int follow(struct entering *e, const char *key, const char *file,
		  uint32_t *ret_id, struct kist_error *err)
{
	struct id_maps maps;
	uint32_t id;

	if (!read_id(e, key, &id))
		return err_set(err, KIST_E_TARGET_NO_PROCESS,
			       "there is no process whose ids to follow");
	if (e->fd[NS_USER] >= 0 && read_maps(e, file, &maps) &&
	    !idmap_inside(&maps, id, &id)) {
		err_set(err, KIST_E_USER_UNKNOWN,
			"the target's own id %u has no id in its user "
			"namespace",
			id);
		err_hint(err,
			 "say who to be: -S 0 -G 0, or -i to stay who you are");
		return -ENOENT;
	}
	*ret_id = id;
	return 0;
}

/* Root, or the target where no root is. */
static uint32_t natural(struct entering *e, const char *key, const char *file)
{
	struct id_maps maps;
	uint32_t id;

	if (!read_maps(e, file, &maps) || idmap_outside(&maps, 0, &id))
		return 0;
	if (follow(e, key, file, &id, NULL) == 0)
		return id;
	return maps.maps[0].inside;
}

/* ---- as asked ---- */

static int one_id(struct entering *e, const char *text, const char *key,
		  const char *file, uint32_t *ret_id, struct kist_error *err)
{
	if (strcmp(text, "follow") == 0)
		return follow(e, key, file, ret_id, err);
	if (num_parse_u32(text, ret_id) < 0)
		return err_set(err, KIST_E_USER_SYNTAX,
			       "'%s' is neither an id nor 'follow'", text);
	return 0;
}

static int as_user(struct entering *e, struct kist_error *err)
{
	const char *text = e->args->user;
	struct user user = { .home = NULL };
	int ret;

	if (e->look_fd == -1) {
		user.gid = 0;
		ret = user_parse_ids(text, &user.uid, &user.gid, err);
		if (ret < 0)
			err_hint(err, "the files of the target cannot be seen "
				      "from here: give numbers");
	} else {
		ret = user_lookup(e->look_fd, text, &e->arena, &user, err);
	}
	if (ret < 0)
		return ret;
	e->changes_ids = true;
	e->uid = user.uid;
	e->gid = user.gid;
	e->groups = user.groups;
	e->group_ids = user.group_count;
	e->home = user.home;
	if (e->look_fd != -1)
		e->user_name = user_name(e->look_fd, user.uid, &e->arena);
	return 0;
}

int enter_user(struct entering *e, struct kist_error *err)
{
	const struct kist_enter *args = e->args;
	const bool joined = e->fd[NS_USER] >= 0;
	int ret = 0;

	if (args->user && (args->uid || args->gid || args->keep_credentials))
		return err_set(err, KIST_E_OPTION_VALUE,
			       "a user (--as) goes together with neither ids "
			       "nor leaving them as they are");
	if (args->user)
		return as_user(e, err);
	if (!args->uid && !args->gid && (!joined || args->keep_credentials))
		return 0;
	e->changes_ids = true;
	e->uid = joined ? 0 : geteuid();
	e->gid = joined ? 0 : getegid();
	if (joined && !args->keep_credentials) {
		e->uid = natural(e, "Uid:", "uid_map");
		e->gid = natural(e, "Gid:", "gid_map");
	}
	if (args->uid)
		ret = one_id(e, args->uid, "\nUid:", "uid_map", &e->uid, err);
	if (ret == 0 && args->gid)
		ret = one_id(e, args->gid, "\nGid:", "gid_map", &e->gid, err);
	return ret;
}
