/* SPDX-License-Identifier: Apache-2.0 */
/**
 * record.h - what is written down about a container: the file "record"
 *
 * The first line is one JSON object with the fields below; behind its newline
 * the configuration follows verbatim, so that `state` reads little and `exec`
 * and the later hooks see what the container was made from, whatever became
 * of the file.
 *
 * Ownership: parsed strings live in the arena.
 */
#ifndef FORMAT_RECORD_H
#define FORMAT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "format/spec.h"

/**
 * struct container_record - one container
 * @pid, @start_time: its first process and that one's start, in clock ticks
 *		since boot (proc(5), stat field 22): together they are unique
 * @created:	RFC 3339, UTC, nanoseconds
 * @cgroup:	path of its control group, or NULL
 * @namespaces:	CLONE_NEW* of those that are not the runtime's
 * @listen_op:	number of the LISTEN operation in its plan, or -1
 * @init:	the first process is ours (PID 1 for the program)
 * @has_poststop: the configuration has poststop hooks
 * @owns_pids:	its pid namespace was made for it: nothing outlives @pid
 * @annotations: an object's JSON text, or NULL
 * @config, @config_len, @config_name: the configuration and where it was read
 */
struct container_record {
	const char *id, *bundle, *rootfs, *created, *owner, *oci_version;
	pid_t pid;
	uint64_t start_time;
	const char *cgroup;
	uint64_t namespaces;
	int listen_op;
	bool init, has_poststop, owns_pids;
	const char *annotations;
	const char *config, *config_name;
	size_t config_len;
};

void record_format(const struct container_record *record, struct buf *out);

/* @text is kept: the strings may point into it. Return: 0, or -EINVAL
 * (RECORD: the file is damaged). */
MUST_CHECK int record_parse(const char *text, size_t len, struct arena *arena,
			    struct container_record *ret_record,
			    struct kist_error *err);

/* {"a":"b"} of the spec's annotations, compact; NULL if there are none. */
const char *record_annotations(const struct spec *spec, struct arena *arena);

/**
 * record_hook_state() - the state JSON for a hook, in two parts: the pid comes
 * in between, in decimal
 */
void record_hook_state(struct arena *arena, const struct spec *spec,
		       const char *id, const char *bundle, const char *status,
		       const char **ret_before, const char **ret_after);

#endif
