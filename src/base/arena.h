/* SPDX-License-Identifier: Apache-2.0 */
/**
 * arena.h - memory that is freed all at once
 *
 * One arena an operation. Allocation cannot be undone piecewise; a failure is
 * sticky: later calls fail too, and arena_failed() asks once at the end. A
 * failed allocation returns a pointer to zeroed scratch bytes that may be
 * written but not trusted, so builders need no check per call (sizes up to
 * ARENA_SCRATCH; larger ones return NULL).
 *
 * Ownership:  init/done: the struct is the caller's, the memory the arena's.
 *             The struct must not be copied. arena_init() allocates nothing.
 * Threads:    one arena, one thread.
 * Child-safe: no.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

#define ARENA_SCRATCH 4096
#define ARENA_FIRST 1024

struct arena {
	struct arena_block *blocks;
	size_t used, size; /* in the newest block, or in @first */
	bool failed;
	_Alignas(16) unsigned char first[ARENA_FIRST];
	/* where writes go after a failure */
	_Alignas(16) unsigned char scratch[ARENA_SCRATCH];
};

void arena_init(struct arena *arena);
void arena_done(struct arena *arena);
bool arena_failed(const struct arena *arena);

/* Zeroed, aligned to 16. */
void *arena_alloc(struct arena *arena, size_t size);
/* @count items of @size; overflow is a failure. */
void *arena_array(struct arena *arena, size_t count, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF(2, 3);

#define ARENA_NEW(arena, type) ((type *)arena_alloc(arena, sizeof(type)))
#define ARENA_ARRAY(arena, type, count) \
	((type *)arena_array(arena, count, sizeof(type)))

static inline void cleanup_arena(struct arena *arena)
{
	arena_done(arena);
}
#define CLEANUP_ARENA __attribute__((cleanup(cleanup_arena)))

#endif
