/* SPDX-License-Identifier: Apache-2.0 */
/* probe_name.c - what a name is already: a folder, not empty, a mount, taken */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "engine/why/rights.h"

static bool is_folder(const struct why_case *c, const char *path)
{
	struct stat st;

	return look_stat(c, path, &st) && S_ISDIR(st.st_mode);
}

int probe_is_folder(const struct why_case *c, struct why_finding *found)
{
	if (!c->subject || !is_folder(c, c->subject))
		return 0;
	return look_found(c, found, true, c->subject, NULL, "'%s' is a folder",
			  look_path(c, c->subject));
}

/* The first name in a folder, and how many more. */
static const char *first_in(const struct why_case *c, const char *path,
			    size_t *ret_count)
{
	DIR *dir = look_list(c, path);
	const char *first = NULL;
	struct dirent *entry;

	*ret_count = 0;
	if (!dir)
		return NULL;
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (!(*ret_count)++)
			first = arena_strdup(c->arena, entry->d_name);
	}
	closedir(dir);
	return first;
}

int probe_not_empty(const struct why_case *c, struct why_finding *found)
{
	size_t count;
	const char *first = first_in(c, c->subject, &count);

	if (!first || !c->name ||
	    (strcmp(c->name, "rmdir") != 0 &&
	     strncmp(c->name, "unlink", 6) != 0 &&
	     strncmp(c->name, "rename", 6) != 0))
		return 0;
	return look_found(c, found, true, c->subject, NULL,
			  "%zu %s in it, the first '%s'", count,
			  count > 1 ? "names are" : "name is", first);
}

int probe_name_taken(const struct why_case *c, struct why_finding *found)
{
	CLEANUP_FD int fd = look_open(c, c->subject, O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	return look_found(c, found, true, c->subject,
			  S_ISDIR(st.st_mode) ? "-r " : "",
			  "'%s' is a %s, of user %u", c->subject,
			  S_ISDIR(st.st_mode) ? "folder" :
			  S_ISLNK(st.st_mode) ? "symbolic link" :
						"file",
			  st.st_uid);
}

int probe_name_mounted(const struct why_case *c, struct why_finding *found)
{
	const char *const paths[] = { c->subject, c->source };
	struct mountinfo_list list;

	if (!rights_changes_folder(c) || !look_mounts(c, &list))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const struct mountinfo *mount =
			paths[i] ? look_mount_at(c, &list, paths[i]) : NULL;

		if (mount)
			return look_found(c, found, true, mount->point,
					  mount->type,
					  "%s of %s is mounted there",
					  mount->type, mount->source);
	}
	return 0;
}

/* A folder would be in itself. */
int probe_rename_inside(const struct why_case *c, struct why_finding *found)
{
	const char *from = look_path(c, c->source);
	const char *to = look_path(c, c->subject);

	if (!c->name || strncmp(c->name, "rename", 6) != 0 || !from || !to ||
	    strncmp(to, from, strlen(from)) != 0 || to[strlen(from)] != '/')
		return 0;
	return look_found(c, found, true, from, to, "'%s' is below '%s'", to,
			  from);
}
