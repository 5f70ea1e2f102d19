/* SPDX-License-Identifier: Apache-2.0 */
/* advice.c - the remedy for what failed while a container was set up */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "base/macros.h"
#include "container/advice.h"

struct remedy {
	int errnum;
	const char *hint;
};

static const struct remedy hook_remedies[] = {
	{ ENOENT, "name a file of the host, with its whole path, or take the "
		  "hook out" },
	{ EACCES, "make it executable: chmod +x" },
	{ ENOEXEC, "a script has to begin with '#!' and its interpreter" },
	{ ETIME, "raise its 'timeout', or let it do less" },
	{ ECHILD, "correct it or take it out; it finds the container's state "
		  "on its standard input" },
};

static const struct remedy command_remedies[] = {
	{ EACCES, "make it executable in the image (chmod +x), or name a "
		  "program" },
	{ EISDIR, "it is a folder: name a program in it" },
	{ ENOTDIR, "correct its path: a part of it is no folder" },
	{ ENOEXEC, "name a program for this machine; a script has to begin "
		   "with '#!'" },
};

static const struct remedy sysctl_remedies[] = {
	{ ENOENT, "the kernel has none of this name: 'sysctl -a' lists those "
		  "it has" },
	{ EINVAL, "write a value of the kind it has: 'sysctl NAME' shows it" },
	{ EROFS, "its /proc/sys is read-only here: set it from outside" },
};

static void give(const struct remedy *list, size_t count, int errnum,
		 struct kist_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].errnum == errnum)
			err_hint(err, "%s", list[i].hint);
}

void advice_hook(int errnum, struct kist_error *err)
{
	give(hook_remedies, ARRAY_LEN(hook_remedies), errnum, err);
}

void advice_command(int errnum, const char *command, struct kist_error *err)
{
	if (errnum == ENOENT && !strchr(command, '/'))
		err_hint(err, "name a program of the image, or the folder it "
			      "is in in PATH of process.env");
	else if (errnum == ENOENT)
		err_hint(err, "name a program of the image; its path begins "
			      "at the container's root");
	give(command_remedies, ARRAY_LEN(command_remedies), errnum, err);
}

void advice_folder(int errnum, struct kist_error *err)
{
	if (errnum == ENOTDIR)
		err_hint(err, "it is a file in the container: name a folder");
}

void advice_sysctl(int errnum, struct kist_error *err)
{
	give(sysctl_remedies, ARRAY_LEN(sysctl_remedies), errnum, err);
}

static bool is_in_proc(const char *path)
{
	return strncmp(path, "/proc/", 6) == 0 ||
	       strncmp(path, "/sys/", 5) == 0;
}

/* "/", "/x/..", "/x/../..": what names the root itself. */
static bool is_root(const char *path)
{
	int depth = 0;

	while (*path) {
		size_t len = strcspn(path, "/");

		if (len == 2 && path[0] == '.' && path[1] == '.')
			depth -= depth > 0;
		else if (len && !(len == 1 && path[0] == '.'))
			depth++;
		path += len + (path[len] == '/');
	}
	return depth == 0;
}

void advice_mount(int errnum, const char *text, const char *target,
		  struct kist_error *err)
{
	if (strstr(text, "Invalid gid") || strstr(text, "Invalid uid"))
		err_hint(err, "the container's id map lacks this id: map it, "
			      "or take the option out");
	else if (!target)
		return;
	else if (is_root(target))
		err_hint(err, "this is the container's root: choose a folder "
			      "below it");
	else if (errnum == ENOENT && is_in_proc(target))
		err_hint(err, "nothing can be made there: choose what the "
			      "kernel has, or another folder");
	else if (errnum == ENOTDIR)
		err_hint(err, "a folder goes on a folder, and this, or a part "
			      "of its path, is a file in the container: "
			      "choose another place");
	else if (errnum == EISDIR)
		err_hint(err,
			 "a file goes on a file, and this is a folder in "
			 "the container: name the file, '%s/NAME'",
			 target);
	else if (errnum == EROFS)
		err_hint(err, "the root is read-only and lacks this place: "
			      "make it in the root before");
}
