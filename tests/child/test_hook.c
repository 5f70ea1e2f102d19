/* SPDX-License-Identifier: Apache-2.0 */
/* test_hook.c - programs run on the way (src/child/hook.c) */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "planned.h"

#define INPUT "the input"

static const struct {
	const char *name;
	const char *script;
	uint64_t timeout_ms;
	int errnum;
	int value;
	const char *text;
	const char *output; /* NULL: a process id */
} hooks[] = {
	{ "success", "true", 0, 0, 0, "", "" },
	{ "input", "cat", 0, 0, 0, "", INPUT },
	{ "input not read", "exec 0<&-; sleep 0.1", 0, 0, 0, "", "" },
	{ "failure", "exit 3", 0, ECHILD, 3, "", "" },
	{ "failure with words", "echo one >&2; echo two >&2; exit 1", 1000,
	  ECHILD, 1, "one two", "" },
	{ "signal", "kill -TERM $$", 0, ECHILD, 128 + 15, "", "" },
	{ "in time", "sleep 0.1", 5000, 0, 0, "", "" },
	{ "too late", "echo slow >&2; exec sleep 60", 200, ETIME, 128 + 9,
	  "slow", "" },
	{ "left something behind",
	  "sleep 60 >&2 <&2 & echo $! >/proc/self/fd/1", 0, 0, 0, "", NULL },
	{ "environment", "echo $V", 0, 0, 0, "", "value\n" },
	{ "only the standard fds",
	  "for i in 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$i ] && echo $i; done;"
	  "true",
	  0, 0, 0, "", "" },
	{ "signals as by default",
	  "grep -h -E 'Sig(Blk|Ign)' /proc/self/status", 0, 0, 0, "",
	  "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n" },
};

static void run_hook(struct planned *p, const char *program, const char *script,
		     uint64_t timeout_ms)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	static const char *const envp[] = { "V=value", "PATH=/usr/bin:/bin",
					    NULL };
	planned_begin(p);
	planned_op(p, PLAN_HOOK,
		   ARGS(planned_text(p, program), planned_vector(p, argv),
			planned_vector(p, envp), timeout_ms,
			planned_text(p, "{\"pid\":"), planned_text(p, "}")));
	planned_op(p, PLAN_READY, ARGS(0));
	planned_run(p);
}

static void a_hook_runs_to_its_end(void **state)
{
	EACH(row, hooks) {
		const struct plan_report *report;
		char input[32];
		struct planned p;

		CASE(row->name);
		run_hook(&p, "/bin/sh", row->script, row->timeout_ms);
		report = planned_report(&p, PLAN_FAILED);
		assert_int_equal(planned_failure(&p), row->errnum);
		if (report) {
			assert_int_equal(report->value, row->value);
			assert_string_equal(report->text, row->text);
		}
		if (!row->output) {
			CHECK_SYS(kill(atoi(p.output), SIGKILL));
			continue;
		}
		snprintf(input, sizeof(input), "{\"pid\":%d}", p.pid);
		assert_string_equal(p.output, strcmp(row->output, INPUT) ?
						      row->output :
						      input);
	}
}

static void a_hook_that_cannot_start_is_an_error_of_its_own(void **state)
{
	struct planned p;

	run_hook(&p, "/no/such/hook", "", 0);
	assert_int_equal(planned_failure(&p), ENOENT);
	run_hook(&p, "/etc/passwd", "", 0);
	assert_int_equal(planned_failure(&p), EACCES);
}

static void of_many_words_the_last_are_told(void **state)
{
	const struct plan_report *report;
	struct planned p;

	run_hook(&p, "/bin/sh",
		 "seq 1 100000 >&2; printf 'the\\tend\\n\\n' >&2; exit 9", 0);
	report = planned_report(&p, PLAN_FAILED);
	assert_non_null(report);
	assert_int_equal(strlen(report->text), 200);
	assert_string_equal(report->text + 200 - 13, "100000 the end" + 1);
}

static void a_large_input_is_written_whole(void **state)
{
	static char large[200000];
	const char *const argv[] = { "wc", "-c", NULL };
	struct planned p;
	char output[64];

	memset(large, 'x', sizeof(large) - 1);
	planned_begin(&p);
	planned_op(&p, PLAN_HOOK,
		   ARGS(planned_text(&p, "/usr/bin/wc"),
			planned_vector(&p, argv), 0, 0, planned_text(&p, large),
			planned_text(&p, "")));
	planned_run(&p);
	snprintf(output, sizeof(output), "%d", p.pid);
	snprintf(output, sizeof(output), "%d\n",
		 (int)(sizeof(large) - 1 + strlen(output)));
	assert_string_equal(p.output, output);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hook_runs_to_its_end),
		cmocka_unit_test(
			a_hook_that_cannot_start_is_an_error_of_its_own),
		cmocka_unit_test(of_many_words_the_last_are_told),
		cmocka_unit_test(a_large_input_is_written_whole),
	};

	planned_world();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
