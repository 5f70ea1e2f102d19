/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.c - memory that is freed all at once
 *
 * The first bytes are in the arena itself, for the many that need no more.
 * Blocks come straight from mmap(2), zeroed, and with their pages in place: a
 * page fault costs several times what zeroing a page does. What needs more
 * than a quarter of a block gets a mapping of its own, behind the current
 * block in the list, which goes on being filled.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"

#define BLOCK_BYTES 32768u
#define ALIGN 16u

struct arena_block {
	struct arena_block *next;
	size_t bytes; /* of the mapping */
};

#define HEAD_BYTES ((sizeof(struct arena_block) + ALIGN - 1) & -(size_t)ALIGN)

void arena_init(struct arena *arena)
{
	arena->blocks = NULL;
	arena->used = 0;
	arena->size = sizeof(arena->first);
	arena->failed = false;
}

void arena_done(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	while (block) {
		struct arena_block *next = block->next;

		munmap(block, block->bytes);
		block = next;
	}
	arena_init(arena);
}

bool arena_failed(const struct arena *arena)
{
	return arena->failed;
}

static void *fail(struct arena *arena, size_t size)
{
	arena->failed = true;
	if (size > ARENA_SCRATCH)
		return NULL;
	memset(arena->scratch, 0, sizeof(arena->scratch));
	return arena->scratch;
}

static struct arena_block *map_block(size_t bytes, int flags)
{
	struct arena_block *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS | flags,
					 -1, 0);

	if (block == MAP_FAILED)
		return NULL;
	block->bytes = bytes;
	return block;
}

static void *alloc_apart(struct arena *arena, size_t size)
{
	struct arena_block *block = map_block(HEAD_BYTES + size, 0);

	if (!block)
		return fail(arena, size);
	if (arena->blocks) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		arena->blocks = block;
		arena->used = arena->size = block->bytes; /* full */
	}
	return (char *)block + HEAD_BYTES;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t need = (size + !size + ALIGN - 1) & -(size_t)ALIGN;
	void *memory;

	if (arena->failed || need < size || need > SIZE_MAX - HEAD_BYTES)
		return fail(arena, size);
	if (need > BLOCK_BYTES / 4)
		return alloc_apart(arena, need);

	if (arena->size - arena->used < need) {
		struct arena_block *block =
			map_block(BLOCK_BYTES, MAP_POPULATE);

		if (!block)
			return fail(arena, size);
		block->next = arena->blocks;
		arena->blocks = block;
		arena->used = HEAD_BYTES;
		arena->size = BLOCK_BYTES;
	}
	memory = arena->blocks ? (unsigned char *)arena->blocks + arena->used :
				 memset(arena->first + arena->used, 0, need);
	arena->used += need;
	return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		bytes = SIZE_MAX;
	return arena_alloc(arena, bytes);
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (copy && !arena->failed)
		memcpy(copy, text, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	char *text;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		return fail(arena, 1);

	text = arena_alloc(arena, (size_t)len + 1);
	if (text && !arena->failed) {
		va_start(args, fmt);
		vsnprintf(text, (size_t)len + 1, fmt, args);
		va_end(args);
	}
	return text;
}
