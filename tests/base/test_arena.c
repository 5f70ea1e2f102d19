/* SPDX-License-Identifier: Apache-2.0 */
/* test_arena.c - memory that is freed all at once (src/base/arena.c) */
#include <sys/resource.h>

#include "base/arena.h"
#include "check.h"

static const size_t sizes[] = { 0, 1, 15, 16, 17, 4096, 16384, 16385, 1000000 };

static void memory_is_zeroed_aligned_and_apart(void **state)
{
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	for (int round = 0; round < 20; round++) {
		EACH(size, sizes) {
			unsigned char *bytes = arena_alloc(&arena, *size);

			assert_non_null(bytes);
			assert_int_equal((uintptr_t)bytes % 16, 0);
			for (size_t i = 0; i < *size; i++)
				assert_int_equal(bytes[i], 0);
			memset(bytes, 0xff, *size);
		}
	}
	assert_false(arena_failed(&arena));
}

static void strings_are_copied(void **state)
{
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	assert_string_equal(arena_strdup(&arena, "kist"), "kist");
	assert_string_equal(arena_strndup(&arena, "kist", 2), "ki");
	assert_string_equal(arena_printf(&arena, "%s-%d", "a", 7), "a-7");
}

static void an_array_whose_size_overflows_fails(void **state)
{
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	assert_null(arena_array(&arena, SIZE_MAX / 2, 3));
	assert_true(arena_failed(&arena));
}

static void starve(void)
{
	const struct rlimit none = { 0, 0 };
	CLEANUP_ARENA struct arena arena;
	char *text;

	arena_init(&arena);
	arena_alloc(&arena, ARENA_FIRST); /* what it has without asking */
	CHECK_SYS(setrlimit(RLIMIT_AS, &none));
	text = arena_alloc(&arena, 100);
	assert_true(arena_failed(&arena));
	/* may be written to, and nothing is remembered */
	memset(text, 'x', 100);
	assert_string_equal(arena_alloc(&arena, 100), "");
	assert_non_null(arena_strdup(&arena, "lost"));
	assert_null(arena_alloc(&arena, ARENA_SCRATCH + 1));
}

static void
without_memory_small_allocations_can_still_be_written_to(void **state)
{
	skip_unless(can_limit_memory());
	in_child(starve);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(strings_are_copied),
		cmocka_unit_test(an_array_whose_size_overflows_fails),
		cmocka_unit_test(
			without_memory_small_allocations_can_still_be_written_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
