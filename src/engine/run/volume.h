/* SPDX-License-Identifier: Apache-2.0 */
/**
 * volume.h - what -v, --mount and --tmpfs ask for
 *
 * Each reads one word into a struct volume. Sources are looked up here: a
 * relative one is made absolute, one that is not there is an error (nothing
 * is made on the machine behind the user's back).
 *
 * Ownership: all in the caller's arena; @written is the caller's word.
 * Threads:   no shared state.
 */
#ifndef ENGINE_VOLUME_H
#define ENGINE_VOLUME_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

#define VOLUME_OPTIONS_MAX 24

/**
 * struct volume - one of them
 * @type:	"bind" or "tmpfs"
 * @source:	bind: absolute; tmpfs: "tmpfs"
 * @destination: absolute, without "..", "//" and a '/' at the end
 * @options:	in config.json's words, NULL-terminated
 * @written:	for errors: "-v /a:/b"
 */
struct volume {
	const char *type, *source, *destination;
	const char *options[VOLUME_OPTIONS_MAX + 1];
	const char *written;
};

/* "SRC:DST[:OPTION,…]" */
MUST_CHECK int volume_parse(const char *word, struct arena *arena,
			    struct volume *ret_volume, struct kist_error *err);

/* "type=bind,src=…,dst=…,ro" */
MUST_CHECK int volume_parse_mount(const char *word, struct arena *arena,
				  struct volume *ret_volume,
				  struct kist_error *err);

/* "DST[:OPTION,…]" */
MUST_CHECK int volume_parse_tmpfs(const char *word, struct arena *arena,
				  struct volume *ret_volume,
				  struct kist_error *err);

/* "/a//b/../c/" is "/a/c"; NULL if it is not absolute. */
const char *path_tidy(const char *path, struct arena *arena);

#endif
