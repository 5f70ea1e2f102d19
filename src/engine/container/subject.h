/* SPDX-License-Identifier: Apache-2.0 */
/**
 * subject.h - the container a verb is about: found, and all of it opened
 *
 * Ownership: open/close.
 * Threads:   one subject, one thread.
 */
#ifndef ENGINE_SUBJECT_H
#define ENGINE_SUBJECT_H

#include <stdbool.h>

#include "container/lifecycle.h"
#include "engine/container/about.h"
#include "engine/folders.h"

/**
 * struct subject - one container
 * @word:	as the user wrote it, for errors
 * @has_state:	the container layer knows it; @container is open then
 */
struct subject {
	const char *word;
	struct folders folders;
	struct arena arena;
	struct record record;
	struct about about;
	struct container container;
	bool has_state;
};

/* Return: 0; STORE, CONTAINER_UNKNOWN, CONTAINER_AMBIGUOUS. */
MUST_CHECK int subject_open(const struct kist *kist, const char *word,
			    struct subject *ret_subject,
			    struct kist_error *err);
void subject_close(struct subject *subject);
#define CLEANUP_SUBJECT __attribute__((cleanup(subject_close)))

/* Its first process lives. */
bool subject_is_running(const struct subject *subject);

/* CONTAINER_ENDED. */
int subject_not_running(const struct subject *subject, struct kist_error *err);

/**
 * subject_end() - wait until the first process has ended
 * @timeout_ms:	-1: for ever
 *
 * Return: 0, or -ETIMEDOUT.
 */
MUST_CHECK int subject_end(const struct subject *subject, int64_t timeout_ms);

/* A container nobody looks after any more: take away what runs or is left of
 * it. One that has a supervisor is left to that, and waited for. */
MUST_CHECK int subject_clear(struct subject *subject, struct kist_error *err);

#endif
