/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cgroup.c - making, opening and removing control groups (src/kernel/cgroup.c,
 * cgroup_remove.c, cgroup_enable.c)
 */
#include "real_group.h"

/* ---- making and removing ---- */

static void make_and_remove(const struct cgroup_world *world)
{
	struct cgroup cgroup = make(world, "/kist/a", &no_limits);

	for (int i = 0; i < world->count; i++)
		assert_true(cgroup.dir_fd[i] >= 0 && cgroup.made & BIT(i));
	done(&cgroup);
	assert_false(exists(world, group_path("/kist")));
	assert_true(exists(world, top())); /* not ours by its name */
	sweep(world);
}

static void a_group_is_made_everywhere_and_leaves_nothing(void **state)
{
	on_each_version(make_and_remove);
}

static void keep_used_parents(const struct cgroup_world *world)
{
	struct cgroup a = make(world, "/kist/a", &no_limits);
	struct cgroup b = make(world, "/kist/b", &no_limits);

	done(&a);
	assert_true(exists(world, group_path("/kist/b")));
	done(&b);
	assert_false(exists(world, group_path("/kist")));
	sweep(world);
}

static void the_parent_goes_with_the_last_container(void **state)
{
	on_each_version(keep_used_parents);
}

static void remove_tree(const struct cgroup_world *world)
{
	struct cgroup inner = make(world, "/kist/a/b/c", &no_limits);
	struct cgroup outer;

	cgroup_close(&inner);
	assert_int_equal(
		cgroup_open(world, group_path("/kist/a"), &outer, NULL), 0);
	done(&outer);
	assert_false(exists(world, group_path("/kist")));
	assert_int_equal(cgroup_remove(&outer, NULL), 0); /* absent */
	sweep(world);
}

static void groups_below_are_removed_too(void **state)
{
	on_each_version(remove_tree);
}

static void refuse_group_in_use(const struct cgroup_world *world)
{
	struct cgroup cgroup = make(world, "/kist/a", &no_limits), again;
	struct kist_error err = { 0 };
	pid_t pid = start(&cgroup, sleep_long);

	assert_int_equal(cgroup_make(world, cgroup.path, &no_limits, false,
				     &again, &err),
			 -EBUSY);
	assert_int_equal(err.id, KIST_E_CGROUP_BUSY);
	assert_non_null(strstr(err.what, "has processes already"));
	assert_true(exists(world, cgroup.path));

	memset(&err, 0, sizeof(err));
	assert_int_equal(cgroup_remove(&cgroup, &err), -EBUSY);
	assert_int_equal(err.id, KIST_E_CGROUP_BUSY);
	assert_non_null(strstr(err.what, "is in it"));

	assert_int_equal(cgroup_kill(&cgroup, SIGKILL, NULL), 0);
	assert_true(WIFSIGNALED(status_of(pid)));
	done(&cgroup);
	sweep(world);
}

static void a_group_with_processes_is_refused_and_stays(void **state)
{
	on_each_version(refuse_group_in_use);
}

static void take_empty_group(const struct cgroup_world *world)
{
	struct cgroup cgroup = make(world, "/kist/a", &no_limits), again;

	again = make(world, "/kist/a", &no_limits);
	assert_int_equal(again.made, 0);
	cgroup_close(&cgroup);
	done(&again);
	sweep(world);
}

static void an_empty_group_may_be_used_again(void **state)
{
	on_each_version(take_empty_group);
}

static void undo_make(const struct cgroup_world *world)
{
	struct limit_pair pair = { "nosuch.max", "1", 0 };
	struct cgroup_limits limits = { .unified = &pair, .unified_count = 1 };
	struct kist_error err = { 0 };
	struct cgroup cgroup;

	if (cgroup_find_v2(world) < 0)
		return;
	assert_int_equal(cgroup_make(world, group_path("/kist/a"), &limits,
				     false, &cgroup, &err),
			 -EOPNOTSUPP);
	assert_int_equal(err.id, KIST_E_CGROUP_CONTROLLER);
	CHECK_ERR(&err, "no cgroup controller 'nosuch'");
	assert_false(exists(world, top()));
}

static void a_failed_make_leaves_nothing(void **state)
{
	on_each_version(undo_make);
}

static void open_absent(const struct cgroup_world *world)
{
	struct kist_error err = { 0 };
	struct cgroup cgroup;

	assert_int_equal(cgroup_open(world, group_path("/no"), &cgroup, &err),
			 -ENOENT);
	assert_int_equal(err.id, KIST_E_CGROUP_UNKNOWN);
	assert_int_equal(cgroup_clone_fd(&cgroup), -1);
}

static void an_absent_group_cannot_be_opened(void **state)
{
	on_each_version(open_absent);
}

static void as_user(void)
{
	struct cgroup_world world = machine();
	struct cgroup_limits limits = { 0 };
	struct kist_error err = { 0 };
	struct cgroup cgroup;
	const char *path = group_path("/kist/a");

	CHECK_SYS(setresuid(1000, 1000, 1000));
	assert_int_equal(
		cgroup_make(&world, path, &no_limits, true, &cgroup, &err), 0);
	assert_int_equal(cgroup_clone_fd(&cgroup), -1);
	assert_int_equal(cgroup_limit(&cgroup, &no_limits, &err), 0);
	assert_int_equal(cgroup_remove(&cgroup, &err), 0);

	limits.values[LIMIT_PIDS] = (struct limit_value){ true, 5, 0 };
	assert_true(cgroup_make(&world, path, &limits, true, &cgroup, &err) <
		    0);
	assert_int_equal(err.id, KIST_E_CGROUP_DENIED);
}

static void a_user_needs_the_right_only_for_limits(void **state)
{
	skip_unless(is_root() && machine().mode != CGROUP_NONE);
	in_child(as_user);
}

/* ---- why v2 does not hand a controller down ---- */

/* A limit that needs a controller of the v2 tree; false: there is none. */
static bool any_v2_limit(const struct cgroup_world *world,
			 struct limit_pair *ret_pair)
{
	static const char *const keys[] = { "memory.high", "io.max",
					    "hugetlb.2MB.max" };
	char path[256], have[256], controller[32];
	int v2 = cgroup_find_v2(world);

	if (v2 < 0)
		return false;
	snprintf(path, sizeof(path), "%s/cgroup.controllers",
		 world->h[v2].mount);
	cgroup_file_read(AT_FDCWD, path, have, sizeof(have));
	EACH(key, keys) {
		snprintf(controller, sizeof(controller), "%.*s",
			 (int)strcspn(*key, "."), *key);
		*ret_pair = (struct limit_pair){ *key, "max", 0 };
		if (cgroup_word_in(have, controller))
			return true;
	}
	return false;
}

static void parent_with_processes(const struct cgroup_world *world)
{
	struct limit_pair pair;
	struct cgroup_limits limits = { .unified = &pair, .unified_count = 1 };
	struct cgroup parent, cgroup;
	struct kist_error err = { 0 };
	char wanted[64];
	pid_t pid;

	if (!any_v2_limit(world, &pair))
		return;
	parent = make(world, "/p", &no_limits);
	pid = start(&parent, sleep_long);
	assert_int_equal(cgroup_make(world, group_path("/p/a"), &limits, false,
				     &cgroup, &err),
			 -EOPNOTSUPP);
	assert_int_equal(err.id, KIST_E_CGROUP_CONTROLLER);
	snprintf(wanted, sizeof(wanted), "has 1 process of its own (%d)", pid);
	assert_non_null(strstr(err.what, wanted));
	assert_non_null(strstr(err.hint, "move them to a group below"));
	assert_false(exists(world, group_path("/p/a")));

	assert_int_equal(cgroup_kill(&parent, SIGKILL, NULL), 0);
	status_of(pid);
	cgroup_close(&parent);
	sweep(world);
}

static void processes_in_a_parent_are_named(void **state)
{
	on_each_version(parent_with_processes);
}

static void threaded_parent(const struct cgroup_world *world)
{
	struct limit_pair pair;
	struct cgroup_limits limits = { .unified = &pair, .unified_count = 1 };
	struct cgroup parent, cgroup;
	struct kist_error err = { 0 };

	if (!any_v2_limit(world, &pair))
		return;
	parent = make(world, "/p/t", &no_limits);
	assert_int_equal(cgroup_file_write(cgroup_clone_fd(&parent),
					   "cgroup.type", "threaded"),
			 0);
	assert_int_equal(cgroup_make(world, group_path("/p/t/a"), &limits,
				     false, &cgroup, &err),
			 -EOPNOTSUPP);
	assert_int_equal(err.id, KIST_E_CGROUP_CONTROLLER);
	assert_non_null(strstr(err.what, "threaded'"));
	cgroup_close(&parent);
	sweep(world);
}

static void a_threaded_parent_is_named(void **state)
{
	on_each_version(threaded_parent);
}

static void enable_on_the_way(const struct cgroup_world *world)
{
	struct limit_pair pair;
	struct cgroup_limits limits = { .unified = &pair, .unified_count = 1 };
	struct kist_error err = { 0 };
	struct cgroup cgroup;

	if (!any_v2_limit(world, &pair))
		return;
	cgroup = make(world, "/p/q/r", &limits);
	works(cgroup_limit(&cgroup, &limits, &err), &err);
	cgroup_close(&cgroup);
	sweep(world);
}

static void controllers_are_enabled_in_all_parents(void **state)
{
	on_each_version(enable_on_the_way);
}

/* ---- why a process cannot join ---- */

static void join_inner_node(const struct cgroup_world *world)
{
	struct limit_pair pair;
	struct cgroup_limits limits = { .unified = &pair, .unified_count = 1 };
	struct kist_error err = { 0 };
	struct cgroup inner, outer;
	int ret;

	if (!any_v2_limit(world, &pair))
		return;
	inner = make(world, "/p/q", &limits);
	assert_int_equal(cgroup_open(world, group_path("/p"), &outer, NULL), 0);
	ret = cgroup_file_write(cgroup_clone_fd(&outer), "cgroup.procs", "0");
	assert_int_equal(ret, -EBUSY);
	assert_int_equal(cgroup_explain_join(&outer, -ret, &err), -EBUSY);
	assert_non_null(strstr(err.hint, "groups below it have controllers"));
	cgroup_close(&inner);
	cgroup_close(&outer);
	sweep(world);
}

static void a_group_that_hands_down_takes_nobody(void **state)
{
	on_each_version(join_inner_node);
}

static void join_below_threaded(const struct cgroup_world *world)
{
	struct cgroup parent, cgroup;
	struct kist_error err = { 0 };
	int ret;

	if (cgroup_find_v2(world) < 0)
		return;
	parent = make(world, "/p/t", &no_limits);
	assert_int_equal(cgroup_file_write(cgroup_clone_fd(&parent),
					   "cgroup.type", "threaded"),
			 0);
	cgroup = make(world, "/p/t/a", &no_limits);
	ret = cgroup_file_write(cgroup_clone_fd(&cgroup), "cgroup.procs", "0");
	assert_int_equal(ret, -EOPNOTSUPP);
	cgroup_explain_join(&cgroup, -ret, &err);
	assert_non_null(strstr(err.hint, "it is 'domain invalid'"));
	cgroup_close(&cgroup);
	cgroup_close(&parent);
	sweep(world);
}

static void a_group_below_threads_takes_no_process(void **state)
{
	on_each_version(join_below_threaded);
}

/* ---- an ordinary user with a part of the tree ---- */

static void delegate(const char *path)
{
	static const char *const files[] = { "", "/cgroup.procs",
					     "/cgroup.threads",
					     "/cgroup.subtree_control" };

	EACH(file, files) {
		char name[800];

		snprintf(name, sizeof(name), "%s%s", path, *file);
		CHECK_SYS(chown(name, 1000, 1000));
	}
}

static void run_as_delegate(void)
{
	struct cgroup_world world = only(true);
	struct limit_pair pair;
	struct cgroup_limits limits = { .unified = &pair, .unified_count = 1 };
	struct cgroup own, cgroup;
	struct kist_error err = { 0 };

	/* as systemd does: the user's part, and a group in it for us */
	assert_true(any_v2_limit(&world, &pair));
	own = make(&world, "/user/app", &limits);
	delegate(cgroup_place(&world.h[0], group_path("/user"), -1).path);
	delegate(cgroup_place(&world.h[0], group_path("/user/app"), -1).path);
	enter(&own);
	CHECK_SYS(setresuid(1000, 1000, 1000));

	cgroup = make(&world, "/user/kist/web", &limits);
	works(cgroup_limit(&cgroup, &limits, &err), &err);
	enter(&cgroup);
	enter(&own);
	works(cgroup_remove(&cgroup, &err), &err);
	assert_false(exists(&world, group_path("/user/kist")));

	/* outside of it there is no right to */
	assert_true(cgroup_make(&world, group_path("/no"), &limits, true,
				&cgroup, &err) < 0);
	assert_int_equal(err.id, KIST_E_CGROUP_DENIED);
	_exit(0);
}

static void a_delegated_part_of_the_tree_is_enough(void **state)
{
	struct cgroup_world world = only(true);
	struct limit_pair pair;
	struct cgroup left;
	char path[64];
	int status;
	pid_t pid;

	skip_unless(is_root() && any_v2_limit(&world, &pair));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		run_as_delegate();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	snprintf(path, sizeof(path), "/kist-test-%d", pid);
	assert_int_equal(cgroup_open(&world, path, &left, NULL), 0);
	done(&left);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_is_made_everywhere_and_leaves_nothing),
		cmocka_unit_test(the_parent_goes_with_the_last_container),
		cmocka_unit_test(groups_below_are_removed_too),
		cmocka_unit_test(a_group_with_processes_is_refused_and_stays),
		cmocka_unit_test(an_empty_group_may_be_used_again),
		cmocka_unit_test(a_failed_make_leaves_nothing),
		cmocka_unit_test(an_absent_group_cannot_be_opened),
		cmocka_unit_test(a_user_needs_the_right_only_for_limits),
		cmocka_unit_test(processes_in_a_parent_are_named),
		cmocka_unit_test(a_threaded_parent_is_named),
		cmocka_unit_test(controllers_are_enabled_in_all_parents),
		cmocka_unit_test(a_group_that_hands_down_takes_nobody),
		cmocka_unit_test(a_group_below_threads_takes_no_process),
		cmocka_unit_test(a_delegated_part_of_the_tree_is_enough),
	};

	return cmocka_run_group_tests(tests, remember_root, restore_root);
}
