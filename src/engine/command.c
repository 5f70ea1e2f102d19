/* SPDX-License-Identifier: Apache-2.0 */
/* command.c - why a command could not be executed */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/near.h"
#include "engine/command.h"

/* The nearest name in one directory, copied to @best. */
static void offer_folder(struct near *near, const char *path, size_t len,
			 char best[NAME_MAX + 1])
{
	char folder[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%.*s", (int)len, path);
	dir = opendir(folder);
	while (dir && (entry = readdir(dir)) != NULL) {
		near_offer(near, entry->d_name);
		if (near->best != entry->d_name)
			continue;
		snprintf(best, NAME_MAX + 1, "%s", entry->d_name);
		near->best = best;
	}
	if (dir)
		closedir(dir);
}

int command_not_found(const char *name, struct kist_error *err)
{
	const char *path = getenv("PATH");
	char best[NAME_MAX + 1];
	struct near near;
	int ret = err_set(err, KIST_E_COMMAND_NOT_FOUND,
			  "'%s' is not in PATH, or not there", name);

	near_init(&near, name);
	while (path && *path && !strchr(name, '/')) {
		size_t len = strcspn(path, ":");

		offer_folder(&near, path, len, best);
		path += len + (path[len] == ':');
	}
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	return ret;
}

int command_error(const char *name, int errnum, struct kist_error *err)
{
	struct stat st;

	if (errnum == ENOENT && strchr(name, '/') && stat(name, &st) == 0) {
		err_sys(err, KIST_E_COMMAND_NOT_EXECUTABLE, ENOENT,
			"execute '%s'", name);
		err_hint(err, "what runs it (the interpreter on its first "
			      "line, or the loader) is not there");
		return -ENOENT;
	}
	if (errnum == ENOENT)
		return command_not_found(name, err);
	err_sys(err, KIST_E_COMMAND_NOT_EXECUTABLE, errnum, "execute '%s'",
		name);
	if (errnum == ENOEXEC)
		err_hint(err, "it is no program of this machine, and has no "
			      "line '#!'");
	if (errnum == ENOMEM)
		err_hint(err, "the limit of memory is too small to start it");
	return -errnum;
}
