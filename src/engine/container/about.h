/* SPDX-License-Identifier: Apache-2.0 */
/**
 * about.h - what is written down about a container in its record: about.json
 *
 * Ownership: strings in the arena.
 */
#ifndef ENGINE_ABOUT_H
#define ENGINE_ABOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine/folders.h"
#include "format/spec.h"

/**
 * struct about - one container
 * @command:	NULL-terminated
 * @created:	ns since 1970
 * @remove:	--rm
 */
struct about {
	const char *name, *image;
	const char **command;
	int64_t created;
	bool detached, terminal, remove;
	int stop_signal;
	struct key_value *labels;
	size_t label_count;
};

MUST_CHECK int about_save(const struct record *record,
			  const struct about *about, struct kist_error *err);

/* Where a kist was killed before it had written this down, all is empty. Return:
 * 0, -ENOENT (CONTAINER_UNKNOWN: it is being made), or what reading gave. */
MUST_CHECK int about_load(const struct record *record, struct arena *arena,
			  struct about *ret_about, struct kist_error *err);

/* The words of a command with blanks between. */
const char *about_command_line(const struct about *about, struct arena *arena);

#define TIME_TEXT 40
/* RFC 3339, UTC, nanoseconds: "2026-01-31T12:00:00.000000000Z". */
void time_format(int64_t time, char buf[TIME_TEXT]);

#endif
