/* SPDX-License-Identifier: Apache-2.0 */
/* test_spawn.c - kist_spawn() (src/engine/spawn.c) */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kist/spawn.h>

#include "check.h"
#include "kernel/cgroup.h"
#include "kernel/ns.h"

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define SH(script) WORDS("sh", "-c", script)

/* What a command printed, and how it ended. */
struct outcome {
	char text[4096];
	int status;
	int64_t oom_kills;
};

static struct kist_process *spawn(const struct kist_spawn *args)
{
	struct kist_error err = { 0 };
	struct kist_process *process = NULL;
	int ret = kist_spawn(args, &process, &err);

	CHECK_ERR(&err, NULL);
	assert_int_equal(ret, 0);
	return process;
}

static void end(struct kist_process *process)
{
	struct kist_error err = { 0 };

	assert_int_equal(kist_process_free(process, &err), 0);
	CHECK_ERR(&err, NULL);
}

static struct outcome outcome_of(struct kist_spawn args)
{
	struct outcome outcome = { .status = -1 };
	struct kist_error err = { 0 };
	struct kist_process *process;
	size_t len = 0;
	int pair[2];
	ssize_t n;

	CHECK_SYS(pipe(pair));
	args.stdio = (const int[]){ -1, pair[1], -1 };
	process = spawn(&args);
	close(pair[1]);
	while ((n = read(pair[0], outcome.text + len,
			 sizeof(outcome.text) - 1 - len)) > 0)
		len += (size_t)n;
	close(pair[0]);
	assert_int_equal(kist_process_wait(process, &outcome.status, &err), 0);
	outcome.oom_kills = kist_process_oom_kills(process);
	end(process);
	return outcome;
}

static void prints(struct kist_spawn args, const char *text)
{
	struct outcome outcome = outcome_of(args);

	assert_string_equal(outcome.text, text);
	assert_int_equal(outcome.status, 0);
}

/* ---- namespaces ---- */

/* Which of its namespaces are not ours? */
static unsigned new_kinds(unsigned ns)
{
	char links[NS_COUNT][40];
	const char *argv[NS_COUNT + 2] = { "readlink" };
	struct outcome outcome;
	unsigned kinds = 0;
	char *rest;

	for (int kind = 0; kind < NS_COUNT; kind++) {
		snprintf(links[kind], sizeof(links[kind]), "/proc/self/ns/%s",
			 ns_table[kind].name);
		argv[kind + 1] = links[kind];
	}
	outcome = outcome_of((struct kist_spawn){ .argv = argv, .ns = ns });
	rest = outcome.text;
	for (int kind = 0; kind < NS_COUNT; kind++) {
		const char *line = strtok_r(NULL, "\n", &rest);
		char ours[64] = "";

		assert_non_null(line);
		CHECK_SYS(readlink(links[kind], ours, sizeof(ours) - 1));
		if (strcmp(line, ours) != 0)
			kinds |= 1u << kind;
	}
	return kinds;
}

static void only_what_is_asked_for_is_new(void **state)
{
	skip_unless(is_root());
	assert_int_equal(new_kinds(0), 0);
	for (int kind = 0; kind < NS_COUNT; kind++) {
		CASE(ns_table[kind].name);
		assert_int_equal(new_kinds(1u << kind), 1u << kind);
	}
	CASE("all");
	assert_int_equal(new_kinds(KIST_NS_ALL), KIST_NS_ALL);
}

static void names_are_set_in_the_new_uts_namespace_alone(void **state)
{
	char before[256], after[256];

	skip_unless(is_root() || can_make_user_namespaces());
	CHECK_SYS(gethostname(before, sizeof(before)));
	prints((struct kist_spawn){ .argv = SH("uname -n; cat "
					       "/proc/sys/kernel/domainname"),
				    .ns = KIST_NS_UTS,
				    .hostname = "red",
				    .domainname = "example.org" },
	       "red\nexample.org\n");
	CHECK_SYS(gethostname(after, sizeof(after)));
	assert_string_equal(before, after);
}

static void proc_shows_the_new_pid_namespace(void **state)
{
	struct kist_spawn args = { .argv = SH("echo $$; cd /proc; "
					      "echo [0-9]*"),
				   .ns = KIST_NS_PID | KIST_NS_MNT };

	skip_unless(is_root() || can_make_user_namespaces());
	prints(args, "1\n1\n");
	args.init = true;
	prints(args, "2\n1 2\n");
}

static void mounts_stay_inside(void **state)
{
	skip_unless(is_root());
	prints(
		(struct kist_spawn){
			.argv = SH("mount -t tmpfs kist-test /mnt && "
				   "grep -c kist-test /proc/self/mounts"),
			.ns = KIST_NS_MNT },
		"1\n");
	prints(
		(struct kist_spawn){
			.argv = SH("grep -c kist-test /proc/self/mounts; :") },
		"0\n");
}

/* ---- the command ---- */

static void its_end_is_the_status(void **state)
{
	const struct {
		const char *script;
		int status;
	} rows[] = {
		{ "exit 0", 0 },
		{ "exit 7", 7 },
		{ "kill -TERM $$", 128 + SIGTERM },
		{ "kill -KILL $$", 128 + SIGKILL },
	};

	EACH(row, rows) {
		CASE(row->script);
		assert_int_equal(outcome_of((struct kist_spawn){
						    .argv = SH(row->script) })
					 .status,
				 row->status);
	}
}

static void waiting_twice_gives_the_same(void **state)
{
	struct kist_process *process =
		spawn(&(struct kist_spawn){ .argv = SH("exit 3") });
	struct kist_error err = { 0 };

	for (int i = 0; i < 2; i++) {
		int status = -1;

		assert_int_equal(kist_process_wait(process, &status, &err), 0);
		assert_int_equal(status, 3);
	}
	end(process);
}

static void it_gets_its_words_its_folder_and_no_fds(void **state)
{
	int extra = dup(0);
	char fd[16];

	snprintf(fd, sizeof(fd), "FD=%d", extra);
	setenv("KIST_TEST_OURS", "ours", 1);
	prints((struct kist_spawn){ .argv = SH("echo $KIST_TEST_OURS") },
	       "ours\n");
	prints((struct kist_spawn){ .argv = SH("echo $KIST_TEST_OURS$A"),
				    .env = WORDS("A=given",
						 "PATH=/bin:/usr/bin") },
	       "given\n");
	prints((struct kist_spawn){ .argv = SH("pwd"), .cwd = "/usr" },
	       "/usr\n");
	prints((struct kist_spawn){ .argv = SH("cd /proc/self/fd; "
					       "[ -e $FD ] || echo none"),
				    .env = WORDS(fd, "PATH=/bin:/usr/bin") },
	       "none\n");
	close(extra);
}

static void read_line(int fd, const char *line)
{
	char text[64] = "";

	CHECK_SYS(read(fd, text, sizeof(text) - 1));
	assert_string_equal(text, line);
}

static void spawn_with_swapped_streams(void)
{
	struct kist_process *process;
	int one[2], two[2];
	int out = dup(1), errors = dup(2);

	CHECK_SYS(pipe(one));
	CHECK_SYS(pipe(two));
	CHECK_SYS(dup2(one[1], 1));
	CHECK_SYS(dup2(two[1], 2));
	process = spawn(
		&(struct kist_spawn){ .argv = SH("echo out; echo error >&2"),
				      .stdio = (const int[]){ -1, 2, 1 } });
	CHECK_SYS(dup2(out, 1));
	CHECK_SYS(dup2(errors, 2));
	read_line(one[0], "error\n");
	read_line(two[0], "out\n");
	end(process);
}

static void streams_may_be_given_in_any_order(void **state)
{
	in_child(spawn_with_swapped_streams);
}

static void signals_reach_it(void **state)
{
	struct kist_process *process =
		spawn(&(struct kist_spawn){ .argv = WORDS("sleep", "100") });
	struct kist_error err = { 0 };
	int status = -1;

	assert_int_equal(kist_process_signal(process, SIGTERM, &err), 0);
	assert_int_equal(kist_process_wait(process, &status, &err), 0);
	assert_int_equal(status, 128 + SIGTERM);
	assert_int_equal(kist_process_signal(process, SIGTERM, &err), -ESRCH);
	end(process);
}

static void freeing_ends_what_runs(void **state)
{
	struct kist_process *process =
		spawn(&(struct kist_spawn){ .argv = WORDS("sleep", "100") });
	pid_t pid = kist_process_pid(process);

	assert_int_equal(kill(pid, 0), 0);
	end(process);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(kist_process_free(NULL, NULL), 0);
}

/* ---- limits ---- */

static bool has_controller(const char *name)
{
	struct cgroup_world world;

	if (!is_root() || cgroup_probe(&world, NULL) < 0)
		return false;
	for (int i = 0; i < world.count; i++)
		if (strstr(world.h[i].controllers, name))
			return true;
	return world.mode == CGROUP_V2;
}

/* @line is of /proc/self/cgroup: the group is in no hierarchy any more. */
static void no_group_is_left(const char *line)
{
	struct cgroup_world world;
	char path[512], group[256];

	assert_non_null(strchr(line, '/'));
	assert_int_equal(sscanf(strchr(line, '/'), "%255s", group), 1);
	assert_int_equal(cgroup_probe(&world, NULL), 0);
	for (int i = 0; i < world.count; i++) {
		snprintf(path, sizeof(path), "%s%s", world.h[i].mount, group);
		assert_false(has_file(path));
	}
}

static void who_wants_too_much_memory_is_killed(void **state)
{
	struct kist_spawn args = {
		.argv = SH("grep -m1 spawn- /proc/self/cgroup; "
			   "exec tail /dev/zero"),
		.memory = 16 << 20,
		.memory_swap = 16 << 20,
	};
	struct outcome outcome;

	skip_unless(has_controller("memory"));
	outcome = outcome_of(args);
	assert_int_equal(outcome.status, 128 + SIGKILL);
	assert_int_equal(outcome.oom_kills, 1);
	no_group_is_left(outcome.text);
}

static void a_limit_leaves_alone_who_keeps_it(void **state)
{
	struct outcome outcome;

	skip_unless(has_controller("memory"));
	outcome = outcome_of((struct kist_spawn){ .argv = SH("echo enough"),
						  .memory = 64 << 20 });
	assert_string_equal(outcome.text, "enough\n");
	assert_int_equal(outcome.oom_kills, 0);
}

static void processes_are_counted(void **state)
{
	struct kist_spawn args = { .argv = SH("exec 2>/dev/null; sleep 0; "
					      "echo more"),
				   .pids_limit = 1 };
	struct outcome outcome;

	skip_unless(has_controller("pids"));
	outcome = outcome_of(args);
	assert_string_equal(outcome.text, "");
	assert_int_equal(outcome.status, 2);
	args.pids_limit = 2;
	prints(args, "more\n");
}

/* It is dead; process 1 of this machine may take a moment to reap it. */
static bool soon_gone(pid_t pid)
{
	for (int i = 0; i < 500 && kill(pid, 0) == 0; i++)
		usleep(10000);
	return kill(pid, 0) < 0;
}

static void nothing_outlives_a_limited_command(void **state)
{
	struct outcome outcome;
	pid_t left;

	skip_unless(has_controller("pids"));
	outcome = outcome_of((struct kist_spawn){
		.argv = SH("sleep 100 >/dev/null & echo $!"),
		.pids_limit = 10 });
	left = atoi(outcome.text);
	assert_true(left > 0);
	assert_true(soon_gone(left));
}

/* ---- what is wrong ---- */

static void a_limit_is_named_by_its_field(void **state)
{
	struct kist_spawn args = { .argv = WORDS("true"),
				   .memory = 64 << 20,
				   .memory_swap = 1 << 20 };
	struct kist_error err = { 0 };
	struct kist_process *process;

	skip_unless(has_controller("memory"));
	assert_true(kist_spawn(&args, &process, NULL) < 0);
	assert_true(kist_spawn(&args, &process, &err) < 0);
	assert_int_equal(err.id, KIST_E_CGROUP_LIMIT);
	assert_string_equal(err.context, "memory_swap");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void mistakes_are_named(void **state)
{
	const struct {
		struct kist_spawn args;
		int id;
		const char *line;
	} rows[] = {
		{ { .argv = NULL }, KIST_E_SPAWN, "argv: there is no command" },
		{ { .argv = WORDS("true"), .ns = 1 << 8 },
		  KIST_E_SPAWN,
		  "ns: 0x100 has bits that are no namespace" },
		{ { .argv = WORDS("true"), .hostname = "red" },
		  KIST_E_SPAWN,
		  "hostname needs KIST_NS_UTS" },
		{ { .argv = WORDS("true"), .init = true, .ns = KIST_NS_UTS },
		  KIST_E_SPAWN,
		  "init needs KIST_NS_PID" },
		{ { .argv = WORDS("true"), .cwd = "here" },
		  KIST_E_SPAWN,
		  "cwd: 'here' is not absolute" },
		{ { .argv = WORDS("true"), .memory = -2 },
		  KIST_E_SPAWN,
		  "memory: -2 is less than -1" },
		{ { .argv = WORDS("true"), .memory_swap = 64 << 20 },
		  KIST_E_SPAWN,
		  "memory_swap needs memory" },
		{ { .argv = WORDS("true"), .cwd = "/no/such" },
		  KIST_E_SYSTEM,
		  "enter working directory '/no/such': No such file or "
		  "directory (ENOENT)" },
		{ { .argv = WORDS("no-such-command") },
		  KIST_E_COMMAND_NOT_FOUND,
		  NULL },
		{ { .argv = WORDS("/etc/passwd") },
		  KIST_E_COMMAND_NOT_EXECUTABLE,
		  NULL },
	};

	EACH(row, rows) {
		struct kist_error err = { 0 };
		struct kist_process *process = NULL;

		CASE(row->line ? row->line : row->args.argv[0]);
		assert_true(kist_spawn(&row->args, &process, NULL) < 0);
		assert_true(kist_spawn(&row->args, &process, &err) < 0);
		if (row->line)
			CHECK_ERR(&err, row->line);
		assert_int_equal(err.id, row->id);
		assert_null(process);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	}
	assert_false(has_file("/no/such"));
}

/* ---- who calls ---- */

static size_t open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void nothing_is_left_open(void **state)
{
	size_t before = open_fds();
	struct kist_error err = { 0 };
	struct kist_process *process;

	prints((struct kist_spawn){ .argv = SH("echo x") }, "x\n");
	assert_true(kist_spawn(&(struct kist_spawn){ .argv = WORDS("/no") },
			       &process, &err) < 0);
	assert_int_equal(open_fds(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* cmocka's checks are for the main thread: here the outcome is returned. */
static void *spawn_a_few(void *arg)
{
	const struct kist_spawn args = { .argv = SH("exit 5") };
	size_t good = 0;

	for (int i = 0; i < 10; i++) {
		struct kist_process *process;
		int status = -1;

		if (kist_spawn(&args, &process, NULL) < 0)
			continue;
		good += kist_process_wait(process, &status, NULL) == 0 &&
			status == 5;
		good -= kist_process_free(process, NULL) != 0;
	}
	return (void *)(uintptr_t)good;
}

static void threads_do_not_disturb_each_other(void **state)
{
	pthread_t threads[4];

	EACH(thread, threads)
		assert_int_equal(
			pthread_create(thread, NULL, spawn_a_few, NULL), 0);
	EACH(thread, threads) {
		void *good;

		assert_int_equal(pthread_join(*thread, &good), 0);
		assert_int_equal((uintptr_t)good, 10);
	}
}

static void become_nobody(void)
{
	if (!is_root())
		return;
	CHECK_SYS(setresgid(65534, 65534, 65534));
	CHECK_SYS(setresuid(65534, 65534, 65534));
}

static void spawn_as_nobody(void)
{
	struct kist_spawn limited = { .argv = WORDS("true"),
				      .memory = 64 << 20 };
	struct kist_error err = { 0 };
	struct kist_process *process;

	become_nobody();
	skip_unless(can_make_user_namespaces());
	prints((struct kist_spawn){ .argv = SH("id -u; uname -n; echo $$"),
				    .cwd = "/",
				    .ns = KIST_NS_ALL,
				    .hostname = "red" },
	       "0\nred\n1\n");
	CASE("limits");
	assert_true(kist_spawn(&limited, &process, &err) < 0);
	assert_int_equal(err.id, KIST_E_CGROUP_DENIED);
}

static void ordinary_users_may(void **state)
{
	in_child(spawn_as_nobody);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_asked_for_is_new),
		cmocka_unit_test(names_are_set_in_the_new_uts_namespace_alone),
		cmocka_unit_test(proc_shows_the_new_pid_namespace),
		cmocka_unit_test(mounts_stay_inside),
		cmocka_unit_test(its_end_is_the_status),
		cmocka_unit_test(waiting_twice_gives_the_same),
		cmocka_unit_test(it_gets_its_words_its_folder_and_no_fds),
		cmocka_unit_test(streams_may_be_given_in_any_order),
		cmocka_unit_test(signals_reach_it),
		cmocka_unit_test(freeing_ends_what_runs),
		cmocka_unit_test(who_wants_too_much_memory_is_killed),
		cmocka_unit_test(a_limit_leaves_alone_who_keeps_it),
		cmocka_unit_test(processes_are_counted),
		cmocka_unit_test(nothing_outlives_a_limited_command),
		cmocka_unit_test(a_limit_is_named_by_its_field),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(nothing_is_left_open),
		cmocka_unit_test(threads_do_not_disturb_each_other),
		cmocka_unit_test(ordinary_users_may),
	};

	return cmocka_run_group_tests_name("engine/spawn", tests, NULL, NULL);
}
