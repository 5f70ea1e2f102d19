/* SPDX-License-Identifier: Apache-2.0 */
/* command.c - why a command could not be executed */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
			  strchr(name, '/') ?
				  "'%s' is not there" :
				  "'%s' is not in PATH, or not there",
			  name);

	near_init(&near, name);
	while (path && *path && !strchr(name, '/')) {
		size_t len = strcspn(path, ":");

		offer_folder(&near, path, len, best);
		path += len + (path[len] == ':');
	}
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	else if (strchr(name, '/'))
		err_hint(err, "correct the path, or name a program of PATH");
	else
		err_hint(err, "no folder of PATH has it: install it, or name "
			      "it with its folder");
	return ret;
}

/* Of a folder of PATH that it may not go through, execvp(3) says EACCES. */
static bool is_in_path(const char *name)
{
	const char *path = getenv("PATH");
	char file[PATH_MAX];

	while (path && *path) {
		size_t len = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, name);
		if (access(file, F_OK) == 0)
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

int command_error(const char *name, int errnum, struct kist_error *err)
{
	struct stat st;

	if (errnum == EACCES && !strchr(name, '/') && !is_in_path(name))
		errnum = ENOENT;

	if (errnum == ENOENT && strchr(name, '/') && stat(name, &st) == 0) {
		err_set(err, KIST_E_COMMAND_NOT_FOUND,
			"run '%s': its interpreter is missing", name);
		err_hint(err, "the program's loader, or the one its first "
			      "line names, is not here");
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

void command_reword(struct kist_error *err)
{
	static const char before[] = "exec: \"", lacks[] = "its interpreter";
	const struct kist_error old = *err;
	const char *name = old.what + sizeof(before) - 1;
	const char *end, *interpreter;
	char word[sizeof(old.what)];

	if (err->id != KIST_E_COMMAND_NOT_FOUND ||
	    strncmp(old.what, before, sizeof(before) - 1) != 0)
		return;
	end = strchr(name, '"');
	if (!end)
		return;
	snprintf(word, sizeof(word), "%.*s", (int)(end - name), name);
	interpreter = strstr(end, lacks);
	*err = (struct kist_error){ 0 };
	if (interpreter) {
		err_set(err, KIST_E_COMMAND_NOT_FOUND,
			"run '%s': %s is missing", word, interpreter);
	} else {
		err_set(err, KIST_E_COMMAND_NOT_FOUND,
			strchr(word, '/') ? "'%s' is not there" :
					    "'%s' is not in PATH, or not there",
			word);
	}
	/* PATH here is this machine's: the nearest name in it is of no use. */
	memcpy(err->hint, old.hint, sizeof(err->hint));
	memcpy(err->context, old.context, sizeof(err->context));
}
