/* SPDX-License-Identifier: Apache-2.0 */
/* test_keyed.c - things found by a text (src/base/keyed.c) */
#include <stdio.h>

#include "base/keyed.h"
#include "check.h"

#define MANY 5000

static void an_empty_one_has_nothing(void **state)
{
	struct keyed keyed = KEYED_NONE;

	assert_null(keyed_get(&keyed, "a"));
	assert_null(keyed_get(&keyed, ""));
	keyed_done(&keyed);
}

static void the_text_counts_not_where_it_is(void **state)
{
	CLEANUP_KEYED struct keyed keyed = KEYED_NONE;
	char other[] = "eth0";
	int value, empty;

	assert_int_equal(keyed_put(&keyed, "eth0", &value), 0);
	assert_int_equal(keyed_put(&keyed, "", &empty), 0);
	assert_ptr_equal(keyed_get(&keyed, other), &value);
	assert_ptr_equal(keyed_get(&keyed, ""), &empty);
	assert_null(keyed_get(&keyed, "eth"));
	assert_null(keyed_get(&keyed, "eth00"));
	assert_int_equal(keyed.count, 2);
}

/* Far more than it begins with: it grows, and places collide. */
static void each_of_many_is_found_however_it_grew(void **state)
{
	static char keys[MANY][16];
	static int values[MANY];
	CLEANUP_KEYED struct keyed keyed = KEYED_NONE;

	for (int i = 0; i < MANY; i++) {
		snprintf(keys[i], sizeof(keys[i]), "key %d", i);
		assert_null(keyed_get(&keyed, keys[i]));
		assert_int_equal(keyed_put(&keyed, keys[i], &values[i]), 0);
		assert_true(keyed.count < keyed.size);
	}
	assert_int_equal(keyed.count, MANY);
	for (int i = 0; i < MANY; i++)
		assert_ptr_equal(keyed_get(&keyed, keys[i]), &values[i]);
	assert_null(keyed_get(&keyed, "key 5000"));
	assert_null(keyed_get(&keyed, "key -1"));
}

/* The last place is followed by the first. */
static void places_beyond_the_end_are_at_the_front(void **state)
{
	static char keys[MANY][16];
	CLEANUP_KEYED struct keyed keyed = KEYED_NONE;
	const char *last[3];
	size_t count = 0;

	assert_int_equal(keyed_put(&keyed, "any", keys), 0);
	for (int i = 0; i < MANY && count < ARRAY_LEN(last); i++) {
		struct keyed one = KEYED_NONE;

		snprintf(keys[i], sizeof(keys[i]), "%d", i);
		assert_int_equal(keyed_put(&one, keys[i], keys), 0);
		if (one.slots[one.size - 1].key)
			last[count++] = keys[i];
		keyed_done(&one);
	}
	assert_int_equal(count, ARRAY_LEN(last));
	EACH(key, last)
		assert_int_equal(keyed_put(&keyed, *key, (void *)*key), 0);
	EACH(key, last)
		assert_ptr_equal(keyed_get(&keyed, *key), *key);
	assert_ptr_equal(keyed_get(&keyed, "any"), keys);
}

static void one_that_is_done_can_be_used_again(void **state)
{
	CLEANUP_KEYED struct keyed keyed = KEYED_NONE;
	int value;

	assert_int_equal(keyed_put(&keyed, "a", &value), 0);
	keyed_done(&keyed);
	assert_null(keyed.slots);
	assert_int_equal(keyed.count, 0);
	assert_null(keyed_get(&keyed, "a"));
	assert_int_equal(keyed_put(&keyed, "a", &keyed), 0);
	assert_ptr_equal(keyed_get(&keyed, "a"), &keyed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_one_has_nothing),
		cmocka_unit_test(the_text_counts_not_where_it_is),
		cmocka_unit_test(each_of_many_is_found_however_it_grew),
		cmocka_unit_test(places_beyond_the_end_are_at_the_front),
		cmocka_unit_test(one_that_is_done_can_be_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
