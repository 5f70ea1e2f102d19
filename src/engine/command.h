/* SPDX-License-Identifier: Apache-2.0 */
/* command.h - why a command could not be executed, said alike everywhere */
#ifndef ENGINE_COMMAND_H
#define ENGINE_COMMAND_H

#include "base/err.h"

/* @name: as it was written; @errnum: of execvp(3). Return: -@errnum, with
 * COMMAND_NOT_FOUND or COMMAND_NOT_EXECUTABLE. */
int command_error(const char *name, int errnum, struct kist_error *err);

/* It is not along PATH; the nearest that is there is the hint. Return: -ENOENT,
 * with COMMAND_NOT_FOUND. */
int command_not_found(const char *name, struct kist_error *err);

/* Of an error in the words of an OCI runtime, 'exec: "web": executable file not
 * found in $PATH', make the same. Others stay. */
void command_reword(struct kist_error *err);

#endif
