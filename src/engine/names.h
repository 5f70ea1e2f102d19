/* SPDX-License-Identifier: Apache-2.0 */
/**
 * names.h - ids and names of containers
 *
 * An id is 64 hexadecimal digits, a name [a-zA-Z0-9][a-zA-Z0-9_.-]* of at
 * most 128 bytes. A name made up is two words: "quiet_otter".
 *
 * Threads: no shared state.
 */
#ifndef ENGINE_NAMES_H
#define ENGINE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define ID_LEN 64
#define ID_SHORT 12
#define NAME_MAX_LEN 128

struct id {
	char text[ID_LEN + 1];
};

struct name {
	char text[NAME_MAX_LEN + 1];
};

void id_random(struct id *ret_id);
void name_random(struct name *ret_name);

/* Return: 0, or -EINVAL (OPTION_VALUE) for what is no name. */
MUST_CHECK int name_check(const char *text, struct kist_error *err);

/* 1 to 64 hexadecimal digits, small letters. */
bool is_id_prefix(const char *text);

#endif
