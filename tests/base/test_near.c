/* SPDX-License-Identifier: Apache-2.0 */
/* test_near.c - "did you mean …?" (src/base/near.c) */
#include "base/near.h"
#include "check.h"

static const char *const words[] = { "size", "mode", "network", "nr_inodes",
				     "net",  "run",  "rm",	"memory" };

static const struct {
	const char *word;
	const char *best; /* "": none */
} guesses[] = {
	{ "sise", "size" },
	{ "netwrok", "network" },
	{ "NETWORK", "network" },
	{ "nr_inode", "nr_inodes" },
	{ "memroy", "memory" },
	{ "mem", "memory" },
	{ "netw", "network" },
	{ "rnu", "run" },
	{ "rn", "run" },
	{ "ent", "net" },
	{ "x", "" },
	{ "zzzz", "" },
	{ "", "" },
	{ "moonlight", "" },
};

static void the_nearest_word_is_suggested_if_it_is_near(void **state)
{
	EACH(row, guesses) {
		struct near near;

		CASE(row->word);
		near_init(&near, row->word);
		EACH(word, words)
			near_offer(&near, *word);
		near_offer(&near, NULL);
		assert_string_equal(near.best ? near.best : "", row->best);
	}
}

static void a_very_long_word_is_near_to_nothing(void **state)
{
	char word[1000];
	struct near near;

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	near_init(&near, word);
	near_offer(&near, word);
	assert_null(near.best);
	near_init(&near, "x");
	near_offer(&near, word);
	assert_null(near.best);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_word_is_suggested_if_it_is_near),
		cmocka_unit_test(a_very_long_word_is_near_to_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
