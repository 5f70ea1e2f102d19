/* SPDX-License-Identifier: Apache-2.0 */
/* test_trace.c - telling of steps (src/base/trace.c) */
#include <stdio.h>
#include <string.h>

#include "base/trace.h"
#include "check.h"

static const struct {
	const char *word, *quoted;
} words[] = {
	{ "/sys/fs/cgroup/a", "/sys/fs/cgroup/a" },
	{ "k=v:1,2@%+_.-", "k=v:1,2@%+_.-" },
	{ "", "''" },
	{ "two words", "'two words'" },
	{ "it's", "'it'\\''s'" },
	{ "$HOME", "'$HOME'" },
	{ "~", "'~'" },
	{ "a\nb", "'a\nb'" },
	{ "*", "'*'" },
};

static void a_word_is_quoted_if_the_shell_would_change_it(void **state)
{
	EACH(row, words) {
		CASE(row->word);
		assert_string_equal(trace_word(row->word), row->quoted);
	}
}

static void a_word_that_is_too_long_is_cut_and_closed(void **state)
{
	char longer[TRACE_WORD + 100];
	struct trace_word quoted;

	memset(longer, '\'', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	quoted = trace_quote(longer);
	assert_true(strlen(quoted.text) < TRACE_WORD);
	assert_int_equal(quoted.text[strlen(quoted.text) - 1], '\'');
}

struct told {
	char shell[2000], why[100];
	int count;
};

static void tell(void *context, const char *shell, const char *why)
{
	struct told *told = context;

	snprintf(told->shell, sizeof(told->shell), "%s", shell);
	snprintf(told->why, sizeof(told->why), "%s", why ? why : "(none)");
	told->count++;
}

static void steps_are_told_and_a_dry_run_does_nothing(void **state)
{
	struct told told = { .count = 0 };
	struct kist_trace trace = { .step = tell, .context = &told };
	const struct kist_trace silent = { .dry_run = true };
	char longer[1500];

	assert_true(trace_step(NULL, NULL, "rm %d", 1));
	assert_false(trace_step(&silent, NULL, "rm %d", 1));
	assert_true(trace_step(&trace, "so", "mkdir %s", "a"));
	assert_string_equal(told.shell, "mkdir a");
	assert_string_equal(told.why, "so");
	trace.dry_run = true;
	assert_false(trace_step(&trace, NULL, "rmdir %s", "a"));
	assert_string_equal(told.shell, "rmdir a");
	assert_string_equal(told.why, "(none)");
	assert_int_equal(told.count, 2);

	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_false(trace_step(&trace, NULL, "%s", longer));
	assert_string_equal(told.shell, longer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_quoted_if_the_shell_would_change_it),
		cmocka_unit_test(a_word_that_is_too_long_is_cut_and_closed),
		cmocka_unit_test(steps_are_told_and_a_dry_run_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
