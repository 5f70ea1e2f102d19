/* SPDX-License-Identifier: Apache-2.0 */
/* command.c - why a command could not be executed */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/command.h"

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
		return err_set(err, KIST_E_COMMAND_NOT_FOUND,
			       "'%s' is not in PATH, or not there", name);
	err_sys(err, KIST_E_COMMAND_NOT_EXECUTABLE, errnum, "execute '%s'",
		name);
	if (errnum == ENOEXEC)
		err_hint(err, "it is no program of this machine, and has no "
			      "line '#!'");
	if (errnum == ENOMEM)
		err_hint(err, "the limit of memory is too small to start it");
	return -errnum;
}
