/* SPDX-License-Identifier: Apache-2.0 */
/**
 * config.h - an OCI runtime configuration (config.json) becomes a struct spec
 *
 * The whole of runtime-spec 1.3 is read. Properties that are not known are
 * skipped, as the specification asks; values that are not known, of the wrong
 * type or against its rules are errors that name the property's path and, as
 * the error's place, file, line and column. What kist does not do yet is
 * refused by name (UNSUPPORTED). Nothing is opened or looked up here.
 *
 * Ownership:  the spec lives in @arena and does not point into @text.
 * Threads:    no shared state.
 * Child-safe: no.
 * See:        config.md, config-linux.md of the runtime specification
 */
#ifndef FORMAT_CONFIG_H
#define FORMAT_CONFIG_H

#include "base/arena.h"
#include "base/err.h"
#include "format/spec.h"

/**
 * config_parse() - read a configuration
 * @text, @len:	need not be NUL-terminated
 * @name:	the file as the user wrote it, for errors: "config.json"
 *
 * What is not a failure but has to be said (an unknown capability) is in the
 * spec's warnings.
 *
 * Return: 0; -EINVAL (JSON_SYNTAX, CONFIG_TYPE, CONFIG_VALUE, CONFIG_MISSING,
 * ID_MAP); -ENOTSUP (UNSUPPORTED); -ENOMEM.
 */
MUST_CHECK int config_parse(const char *text, size_t len, const char *name,
			    struct arena *arena, struct spec **ret_spec,
			    struct kist_error *err);

/* The same for a "process" object alone, as `exec --process` has it: only the
 * spec's process and warnings are filled. */
MUST_CHECK int config_parse_process(const char *text, size_t len,
				    const char *name, struct arena *arena,
				    struct spec **ret_spec,
				    struct kist_error *err);

/* Each property there is, by its path: "process.user.uid", "mounts[].type",
 * "linux.resources.memory.limit". */
void config_properties(void (*each)(void *context, const char *path),
		       void *context);

/**
 * config_place() - say where a value of the spec was written
 * @text, @len:	as given to config_parse(), which accepted it
 *
 * Fills @buf with "mounts[7] at config.json:112:34"; for a value from the
 * command line with its option; with "" if the place is not known.
 */
void config_place(const char *text, size_t len, const char *name,
		  const struct place *place, char *buf, size_t size);

#endif
