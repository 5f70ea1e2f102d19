/* SPDX-License-Identifier: Apache-2.0 */
/**
 * values.h - the values of options, read
 *
 * Each reader says in the error what is wrong with the word; the caller puts
 * the option before it (option_while()).
 *
 * Ownership: strings in the caller's arena, or the caller's word itself.
 * Threads:   no shared state.
 */
#ifndef ENGINE_VALUES_H
#define ENGINE_VALUES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "format/spec.h"
#include "kernel/idmap.h"

/* Put "--ulimit nofile=x" before the error. */
void option_while(struct kist_error *err, const char *option, const char *word);

/* Put the option ("--memory-swap"), or the field of the public structs
 * ("memory_swap"), before an error about a limit that names it in
 * config.json's words. Others stay as they are. */
void limit_while(struct kist_error *err, bool as_field);

/* "nofile=1024[:2048]", a number or "unlimited". @name: "NOFILE" */
struct ulimit {
	const char *name;
	uint64_t soft, hard;
};
MUST_CHECK int value_ulimit(const char *word, struct arena *arena,
			    struct ulimit *ret_ulimit, struct kist_error *err);

/**
 * struct device - "/dev/fuse[:/dev/inside][:rwm]"
 * @type:	'c' or 'b', @major, @minor, @mode: of what is at @source
 * @access:	"rwm"
 */
struct device {
	const char *source, *path, *access;
	char type;
	uint32_t major, minor;
	mode_t mode;
	const char *written;
};
MUST_CHECK int value_device(const char *word, struct arena *arena,
			    struct device *ret_device, struct kist_error *err);

/* "KEY=VALUE"; the key is not empty. */
MUST_CHECK int value_pair(const char *word, struct arena *arena,
			  struct key_value *ret_pair, struct kist_error *err);

/* "INSIDE:OUTSIDE:COUNT" */
MUST_CHECK int value_id_map(const char *word, struct id_map *ret_map,
			    struct kist_error *err);

/* "1.5" processors as 1500000000; at least a hundredth of one. */
MUST_CHECK int value_cpus(const char *word, int64_t *ret_nanocpus,
			  struct kist_error *err);

/* "0-3,6": only its form. */
MUST_CHECK int value_cpu_list(const char *word, struct kist_error *err);

/* RFC 3339, seconds since 1970, or how long ago ("10m"); ns since 1970. */
MUST_CHECK int value_time(const char *word, int64_t *ret_time,
			  struct kist_error *err);

/**
 * struct env - an environment, the last value of a name wins
 * @items:	"NAME=value", NULL-terminated
 */
struct env {
	struct arena *arena;
	const char **items;
	size_t count, room;
};

void env_init(struct env *env, struct arena *arena);
void env_set(struct env *env, const char *pair);
const char *env_get(const struct env *env, const char *name);
/* What -e takes: "NAME=value", "NAME" (ours, if set), "NAME*". */
MUST_CHECK int env_add(struct env *env, const char *word,
		       struct kist_error *err);
/* A file of such lines; '#' begins a comment. */
MUST_CHECK int env_add_file(struct env *env, const char *path,
			    struct kist_error *err);

#endif
