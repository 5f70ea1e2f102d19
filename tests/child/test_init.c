/* SPDX-License-Identifier: Apache-2.0 */
/* test_init.c - the first process of a container (src/child/init.c) */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "planned.h"

/* INIT, as the first process of a pid namespace if @own_pids, then @script. */
static void begin(struct planned *p, bool own_pids, const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	planned_begin(p);
	if (own_pids)
		planned_op(p, PLAN_FORK, ARGS(CLONE_NEWPID, NO_SLOT));
	planned_op(p, PLAN_CALL, ARGS(SYS_setsid));
	planned_op(p, PLAN_INIT, ARGS(0));
	planned_exec(p, argv);
}

static const struct {
	const char *script;
	int status;
	const char *output;
} ends[] = {
	{ "exit 7", 7, "" },
	{ "kill -KILL $$", 128 + SIGKILL, "" },
	{ "kill -TERM $$", 128 + SIGTERM, "" },
	{ "no-such-command 2>/dev/null", 127, "" },
	/* an orphan is reaped, and is nobody's end */
	{ "(sleep 0.1 & echo $! >&3) 3>&1 | { read p; sleep 0.5;"
	  " kill -0 $p 2>/dev/null && echo there; }; exit 4",
	  4, "" },
	{ "echo $$ $PPID", 0, "2 1\n" },
	/* the plan's fds are not open in the first process */
	{ "grep -E 'Sig(Blk|Ign)' /proc/self/status", 0,
	  "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n" },
};

static void init_ends_as_its_child_did(void **state)
{
	skip_unless(is_root());
	EACH(row, ends) {
		struct planned p;

		CASE(row->script);
		begin(&p, true, row->script);
		planned_run(&p);
		assert_int_equal(planned_failure(&p), 0);
		assert_string_equal(p.output, row->output);
		assert_int_equal(p.status, row->status);
	}
}

static void a_program_that_cannot_start_is_reported(void **state)
{
	static const char *const argv[] = { "/no/such", NULL };
	struct planned p;
	uint64_t vector;

	planned_begin(&p);
	vector = planned_vector(&p, argv);
	planned_op(&p, PLAN_INIT, ARGS(0));
	planned_op(&p, PLAN_EXEC, ARGS(vector, 0));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), ENOENT);
	assert_int_equal(p.status, 125);
}

static const int signals[] = { SIGTERM, SIGINT,	 SIGHUP, SIGUSR1,
			       SIGUSR2, SIGQUIT, SIGALRM };

/* Wait until the program has said something, then signal the first process. */
static void signal_when_ready(struct planned *p, int signal)
{
	for (int tries = 0; tries < 500 && !planned_has_output(); tries++)
		usleep(10000);
	assert_true(planned_has_output());
	CHECK_SYS(kill(p->pid, signal));
}

static void signals_are_sent_on(void **state)
{
	EACH(signal, signals) {
		char script[256], output[32];
		struct planned p;

		snprintf(script, sizeof(script),
			 "trap 'echo got %d; exit 5' %d; echo ready;"
			 "while :; do sleep 0.02; done",
			 *signal, *signal);
		snprintf(output, sizeof(output), "ready\ngot %d\n", *signal);
		begin(&p, false, script);
		planned_start(&p);
		signal_when_ready(&p, *signal);
		planned_end(&p);
		assert_string_equal(p.output, output);
		assert_int_equal(p.status, 5);
	}
}

static void a_stopped_child_goes_on(void **state)
{
	struct planned p;

	begin(&p, false, "echo ready; kill -STOP $$; exit 6");
	planned_start(&p);
	for (int i = 0; i < 20; i++) {
		usleep(20000);
		CHECK_SYS(kill(p.pid, SIGCONT));
	}
	planned_end(&p);
	assert_int_equal(p.status, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_ends_as_its_child_did),
		cmocka_unit_test(a_program_that_cannot_start_is_reported),
		cmocka_unit_test(signals_are_sent_on),
		cmocka_unit_test(a_stopped_child_goes_on),
	};

	planned_world();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
