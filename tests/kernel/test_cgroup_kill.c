/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cgroup_kill.c - freezing, listing and killing the processes of groups
 * (src/kernel/cgroup_freeze.c, cgroup_pids.c, cgroup_kill.c)
 */
#include "real_group.h"

/* ---- freezing, listing, killing ---- */

static void freeze_and_thaw(const struct cgroup_world *world)
{
	struct cgroup cgroup = make(world, "/kist/a", &no_limits), again;
	pid_t pid = start(&cgroup, sleep_long);
	struct kist_error err = { 0 };

	assert_false(cgroup_is_frozen(&cgroup));
	works(cgroup_freeze(&cgroup, true, 2000, &err), &err);
	assert_true(cgroup_is_frozen(&cgroup));
	works(cgroup_freeze(&cgroup, true, 2000, &err),
	      &err); /* again: no harm */
	works(cgroup_freeze(&cgroup, false, 2000, &err), &err);
	assert_false(cgroup_is_frozen(&cgroup));

	assert_int_equal(cgroup_kill(&cgroup, SIGTERM, NULL), 0);
	assert_int_equal(WTERMSIG(status_of(pid)), SIGTERM);
	assert_int_equal(cgroup_freeze(&cgroup, true, 2000, NULL), 0);
	assert_int_equal(cgroup_make(world, cgroup.path, &no_limits, false,
				     &again, &err),
			 -EBUSY);
	assert_non_null(strstr(err.what, "is frozen"));
	cgroup_close(&cgroup);
	sweep(world);
}

static void a_group_is_frozen_and_thawed(void **state)
{
	on_each_version(freeze_and_thaw);
}

static void freeze_parent(const struct cgroup_world *world)
{
	struct cgroup inner = make(world, "/p/a", &no_limits), outer;
	pid_t pid = start(&inner, sleep_long);

	assert_int_equal(cgroup_open(world, group_path("/p"), &outer, NULL), 0);
	assert_int_equal(cgroup_freeze(&outer, true, 2000, NULL), 0);
	assert_true(cgroup_is_frozen(&inner));
	assert_int_equal(cgroup_freeze(&outer, false, 2000, NULL), 0);
	assert_false(cgroup_is_frozen(&inner));

	/* the one below alone: the whole can be killed nevertheless */
	assert_int_equal(cgroup_freeze(&inner, true, 2000, NULL), 0);
	assert_int_equal(cgroup_kill(&inner, SIGKILL, NULL), 0);
	assert_int_equal(WTERMSIG(status_of(pid)), SIGKILL);
	cgroup_close(&inner);
	cgroup_close(&outer);
	sweep(world);
}

static void freezing_reaches_groups_below(void **state)
{
	on_each_version(freeze_parent);
}

static void thaw_below_frozen(const struct cgroup_world *world)
{
	struct cgroup inner = make(world, "/p/a", &no_limits), outer;
	struct kist_error err = { 0 };
	pid_t pid = start(&inner, sleep_long);

	assert_int_equal(cgroup_open(world, group_path("/p"), &outer, NULL), 0);
	assert_int_equal(cgroup_freeze(&outer, true, 2000, NULL), 0);
	assert_int_equal(cgroup_freeze(&inner, false, 100, &err), -ETIMEDOUT);
	assert_int_equal(err.id, KIST_E_CGROUP_TIMEOUT);
	assert_non_null(strstr(err.hint, "thaw it: 'kist cg thaw "));
	assert_int_equal(cgroup_freeze(&outer, false, 2000, NULL), 0);
	assert_int_equal(cgroup_kill(&outer, SIGKILL, NULL), 0);
	status_of(pid);
	cgroup_close(&inner);
	cgroup_close(&outer);
	sweep(world);
}

static void thawing_below_a_frozen_group_times_out(void **state)
{
	on_each_version(thaw_below_frozen);
}

static void freeze_gone(const struct cgroup_world *world)
{
	struct cgroup cgroup = make(world, "/kist/a", &no_limits);
	struct kist_error err = { 0 };

	assert_int_equal(cgroup_remove(&cgroup, NULL), 0);
	assert_int_equal(cgroup_freeze(&cgroup, true, 100, &err), -ESRCH);
	assert_int_equal(err.id, KIST_E_CGROUP_UNKNOWN);
	assert_false(cgroup_is_frozen(&cgroup));
	assert_int_equal(cgroup_kill(&cgroup, SIGKILL, NULL), 0);
	cgroup_close(&cgroup);
	sweep(world);
}

static void a_group_that_is_gone_is_said_to_be(void **state)
{
	on_each_version(freeze_gone);
}

static void list_pids(const struct cgroup_world *world)
{
	struct cgroup outer = make(world, "/p", &no_limits);
	struct cgroup inner = make(world, "/p/a", &no_limits);
	CLEANUP_ARENA struct arena arena;
	pid_t wanted[3], *pids;
	size_t count = 0;

	arena_init(&arena);
	for (int i = 0; i < 3; i++)
		wanted[i] = start(i == 1 ? &outer : &inner, sleep_long);
	assert_int_equal(cgroup_pids(&outer, &arena, &pids, &count, NULL), 0);
	assert_int_equal(count, 3);
	for (size_t i = 1; i < count; i++)
		assert_true(pids[i - 1] < pids[i]);
	for (size_t i = 0; i < 3; i++)
		assert_true(pids[i] == wanted[0] || pids[i] == wanted[1] ||
			    pids[i] == wanted[2]);

	assert_int_equal(cgroup_kill(&outer, SIGKILL, NULL), 0);
	assert_int_equal(cgroup_pids(&outer, &arena, &pids, &count, NULL), 0);
	assert_int_equal(count, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(WTERMSIG(status_of(wanted[i])), SIGKILL);
	cgroup_close(&inner);
	cgroup_close(&outer);
	sweep(world);
}

static void processes_below_are_listed_and_killed(void **state)
{
	on_each_version(list_pids);
}

/* Forks for ever, each parent ending: who lists slowly never catches it. */
static int fork_for_ever(void)
{
	for (;;) {
		if (fork() > 0)
			_exit(0);
	}
	return 0;
}

static void kill_forkers(const struct cgroup_world *world)
{
	struct cgroup cgroup = make(world, "/kist/a", &no_limits);
	pid_t pid = start(&cgroup, fork_for_ever);
	struct kist_error err = { 0 };

	status_of(pid);
	works(cgroup_kill(&cgroup, SIGKILL, &err), &err);
	cgroup_close(&cgroup);
	sweep(world);
}

static void no_forking_escapes_a_kill(void **state)
{
	on_each_version(kill_forkers);
}

static const struct cgroup_world *self_world;

static void kill_own_group(void)
{
	struct kist_error err = { 0 };
	struct cgroup cgroup = make(self_world, "", &no_limits);

	enter(&cgroup);
	assert_int_equal(cgroup_kill(&cgroup, SIGKILL, &err), -EINVAL);
	assert_int_equal(err.id, KIST_E_CGROUP_SELF);
	/* out again, so that the group can go */
	for (int i = 0; i < self_world->count; i++) {
		char procs[256];

		snprintf(procs, sizeof(procs), "%s/cgroup.procs",
			 self_world->h[i].mount);
		assert_int_equal(cgroup_file_write(AT_FDCWD, procs, "0"), 0);
	}
	done(&cgroup);
}

static void kill_self(const struct cgroup_world *world)
{
	self_world = world;
	in_child(kill_own_group);
}

static void nobody_kills_himself(void **state)
{
	struct cgroup_world world = machine();

	skip_unless(is_root() && world.mode != CGROUP_NONE);
	/* v1's memory group of this process may not be the root: come back
	 * to the unified tree only */
	world = only(cgroup_find_v2(&world) >= 0);
	if (world.mode == CGROUP_V2)
		kill_self(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_is_frozen_and_thawed),
		cmocka_unit_test(freezing_reaches_groups_below),
		cmocka_unit_test(thawing_below_a_frozen_group_times_out),
		cmocka_unit_test(a_group_that_is_gone_is_said_to_be),
		cmocka_unit_test(processes_below_are_listed_and_killed),
		cmocka_unit_test(no_forking_escapes_a_kill),
		cmocka_unit_test(nobody_kills_himself),
	};

	return cmocka_run_group_tests(tests, remember_root, restore_root);
}
