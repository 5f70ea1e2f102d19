/* SPDX-License-Identifier: Apache-2.0 */
/* probe_path.c - the way to a file: what is missing, too long, or a circle */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/near.h"
#include "base/path.h"
#include "engine/why/look.h"

#define NAME_BYTES 255

/* ---- what is missing ---- */

/* How it may have been meant: a name in the folder. */
static const char *near_name(const struct why_case *c, const char *dir,
			     const char *name)
{
	DIR *d = look_list(c, dir);
	char first[NAME_BYTES + 1];
	struct dirent *entry;
	struct near near;

	if (!d)
		return NULL;
	snprintf(first, sizeof(first), "%.*s", (int)strcspn(name, "/"), name);
	near_init(&near, first);
	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.' &&
		    strcmp(entry->d_name, first) != 0)
			near_offer(&near,
				   arena_strdup(c->arena, entry->d_name));
	closedir(d);
	return near.best;
}

static bool is_missing(const struct why_case *c, const char **ret_dir,
		       const char **ret_rest)
{
	const char *whole = look_path(c, c->subject);
	struct stat st;

	if (!whole || look_stat(c, c->subject, &st) ||
	    (c->call == WHY_EXEC && !strchr(c->subject, '/')))
		return false;
	*ret_dir = look_nearest(c, c->subject);
	*ret_rest = *ret_dir ? path_below(whole, *ret_dir) : NULL;
	return *ret_rest && **ret_rest;
}

int probe_path_typo(const struct why_case *c, struct why_finding *found)
{
	const char *dir, *rest, *near;

	if (!is_missing(c, &dir, &rest))
		return 0;
	near = near_name(c, dir, rest);
	if (!near)
		return 0;
	return look_found(c, found, true, c->subject,
			  arena_printf(c->arena, "%s%s%s", dir,
				       dir[1] ? "/" : "", near),
			  "'%s' has no '%.*s', but a '%s'", dir,
			  (int)strcspn(rest, "/"), rest, near);
}

int probe_path_dangling(const struct why_case *c, struct why_finding *found)
{
	const char *dir, *rest;
	char whole[PATH_BYTES], to[PATH_BYTES];
	CLEANUP_FD int fd = -1;
	ssize_t len;

	if (!is_missing(c, &dir, &rest) ||
	    path_join(dir, rest, whole, sizeof(whole)) < 0)
		return 0;
	whole[strlen(whole) - strlen(rest) + strcspn(rest, "/")] = '\0';
	fd = look_open(c, whole, O_NOFOLLOW);
	len = fd < 0 ? -1 : readlinkat(fd, "", to, sizeof(to) - 1);
	if (len < 0)
		return 0;
	to[len] = '\0';
	return look_found(c, found, true, arena_strdup(c->arena, whole),
			  arena_strdup(c->arena, to),
			  "'%s' is a link to '%s', which is not there", whole,
			  to);
}

int probe_path_missing(const struct why_case *c, struct why_finding *found)
{
	const char *dir, *rest;
	struct why_finding other;

	if (!is_missing(c, &dir, &rest) || probe_path_typo(c, &other) ||
	    probe_path_dangling(c, &other))
		return 0;
	return look_found(c, found, true, c->subject, dir,
			  "'%s' is there, and nothing called '%.*s' in it", dir,
			  (int)strcspn(rest, "/"), rest);
}

int probe_path_not_folder(const struct why_case *c, struct why_finding *found)
{
	const char *whole = look_path(c, c->subject), *dir;
	struct stat st;

	if (!whole)
		return 0;
	dir = look_nearest(c, c->subject);
	if (!dir || !look_stat(c, dir, &st) || S_ISDIR(st.st_mode))
		return 0;
	return look_found(c, found, true, dir, whole, "'%s' is a file", dir);
}

int probe_name_long(const struct why_case *c, struct why_finding *found)
{
	const char *subject = c->subject;
	size_t longest = 0;

	if (!subject)
		return 0;
	for (const char *at = subject; *at;) {
		size_t len = strcspn(at, "/");

		longest = len > longest ? len : longest;
		at += len + (at[len] == '/');
	}
	if (longest <= NAME_BYTES && strlen(subject) < PATH_BYTES)
		return 0;
	return look_found(c, found, true, NULL, NULL,
			  "the longest name has %zu bytes, the path %zu",
			  longest, strlen(subject));
}

/* ---- symbolic links ---- */

int probe_nosymfollow(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	const struct mountinfo *mount;

	if (!c->subject || !look_mounts(c, &list))
		return 0;
	mount = look_mount(c, &list, c->subject);
	if (!mount || !look_has_option(mount->options, "nosymfollow"))
		return 0;
	return look_found(c, found, true, mount->point, NULL,
			  "'%s' is mounted %s", mount->point, mount->options);
}

int probe_link_loop(const struct why_case *c, struct why_finding *found)
{
	CLEANUP_FD int fd = look_open(c, c->subject, 0);

	if (fd != -ELOOP)
		return 0;
	return look_found(c, found, true, c->subject, NULL,
			  "following '%s' ends with ELOOP", c->subject);
}
