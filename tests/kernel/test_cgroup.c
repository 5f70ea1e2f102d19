/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cgroup.c - real control groups, made, limited, frozen, killed, removed
 *
 * Each test runs on what the machine has, and where that is hybrid, on its v1
 * hierarchies alone too. Everything is below "/kist-test-PID".
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "kernel/cgroup_internal.h"

static const struct cgroup_limits no_limits;

/* The call gave 0, and @err, which it filled in if not, says so. */
static void works(int ret, const struct kist_error *err)
{
	CHECK_ERR(err, NULL);
	assert_int_equal(ret, 0);
}

/* ---- the machine, and parts of it ---- */

static struct cgroup_world machine(void)
{
	struct cgroup_world world;

	assert_int_equal(cgroup_probe(&world, NULL), 0);
	return world;
}

static struct cgroup_world only(bool v2)
{
	struct cgroup_world all = machine(), part = { 0 };

	for (int i = 0; i < all.count; i++)
		if (all.h[i].is_v2 == v2)
			part.h[part.count++] = all.h[i];
	part.mode = !part.count ? CGROUP_NONE : v2 ? CGROUP_V2 : CGROUP_V1;
	return part;
}

/* Run @test on the machine, and on its halves if it has two. */
static void on_each_version(void (*test)(const struct cgroup_world *))
{
	struct cgroup_world world = machine();

	skip_unless(is_root() && world.mode != CGROUP_NONE);
	CASE("this machine");
	test(&world);
	if (world.mode != CGROUP_HYBRID)
		return;
	world = only(false);
	CASE("v1 alone");
	test(&world);
	world = only(true);
	CASE("v2 alone");
	test(&world);
}

static bool has(const struct cgroup_world *world, const char *controller)
{
	int v2 = cgroup_find_v2(world);
	char path[256], have[256];

	if (cgroup_find_v1(world, controller) >= 0)
		return true;
	if (v2 < 0)
		return false;
	snprintf(path, sizeof(path), "%s/cgroup.controllers",
		 world->h[v2].mount);
	cgroup_file_read(AT_FDCWD, path, have, sizeof(have));
	return cgroup_word_in(have, controller);
}

static const char *top(void)
{
	static char path[32];

	snprintf(path, sizeof(path), "/kist-test-%d", getpid());
	return path;
}

static const char *group_path(const char *below)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s%s", top(), below);
	return path;
}

static struct cgroup make(const struct cgroup_world *world, const char *below,
			  const struct cgroup_limits *limits)
{
	struct kist_error err = { 0 };
	struct cgroup cgroup;
	int ret = cgroup_make(world, group_path(below), limits, false, &cgroup,
			      &err);

	CHECK_ERR(&err, NULL);
	assert_int_equal(ret, 0);
	return cgroup;
}

static bool exists(const struct cgroup_world *world, const char *path)
{
	for (int i = 0; i < world->count; i++) {
		struct cgroup_place place =
			cgroup_place(&world->h[i], path, -1);

		if (has_file(place.path))
			return true;
	}
	return false;
}

static void done(struct cgroup *cgroup)
{
	struct kist_error err = { 0 };

	works(cgroup_remove(cgroup, &err), &err);
	cgroup_close(cgroup);
}

/* Remove everything of this test. */
static void sweep(const struct cgroup_world *world)
{
	struct cgroup all;

	if (cgroup_open(world, top(), &all, NULL))
		return;
	assert_int_equal(cgroup_kill(&all, SIGKILL, NULL), 0);
	done(&all);
	assert_false(exists(world, top()));
}

/* ---- processes in groups ---- */

static void enter(const struct cgroup *cgroup)
{
	int fds[CGROUP_HIERARCHY_MAX], count = 0;

	if (cgroup_join_fds(cgroup, true, fds, &count, NULL))
		_exit(100);
	for (int i = 0; i < count; i++)
		if (write(fds[i], "0", 1) != 1)
			_exit(101);
}

/* A child in @cgroup that runs @body and exits with what it gives; it is in
 * the group when this returns. */
static pid_t start(const struct cgroup *cgroup, int (*body)(void))
{
	int ready[2];
	char byte;
	pid_t pid;

	CHECK_SYS(pipe2(ready, O_CLOEXEC));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		enter(cgroup);
		if (write(ready[1], "x", 1) != 1)
			_exit(102);
		close(ready[0]);
		close(ready[1]);
		_exit(body());
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static int sleep_long(void)
{
	for (;;)
		pause();
	return 0;
}

static int status_of(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

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

/* ---- limits ---- */

static int fork_three(void)
{
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return errno == EAGAIN ? i : 50;
		if (pid == 0)
			sleep_long();
	}
	return 3;
}

static void limit_pids(const struct cgroup_world *world)
{
	struct cgroup_limits limits = { 0 };
	struct kist_error err = { 0 };
	struct cgroup cgroup;

	limits.values[LIMIT_PIDS] = (struct limit_value){ true, 3, 0 };
	if (!has(world, "pids")) {
		assert_true(cgroup_make(world, group_path("/kist/a"), &limits,
					false, &cgroup, &err) < 0 ||
			    cgroup_limit(&cgroup, &limits, &err) < 0);
		assert_int_equal(err.id, KIST_E_CGROUP_CONTROLLER);
		sweep(world);
		return;
	}
	cgroup = make(world, "/kist/a", &limits);
	assert_int_equal(cgroup_limit(&cgroup, &limits, &err), 0);
	CHECK_ERR(&err, NULL);
	assert_int_equal(WEXITSTATUS(status_of(start(&cgroup, fork_three))), 2);
	sweep(world);
}

static void pids_are_limited(void **state)
{
	on_each_version(limit_pids);
}

static int eat_memory(void)
{
	size_t size = 64 << 20;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 1;
	memset(p, 1, size);
	return 0;
}

static void limit_memory(const struct cgroup_world *world)
{
	struct cgroup_limits limits = { 0 };
	struct kist_error err = { 0 };
	struct cgroup cgroup;
	int status;

	if (!has(world, "memory"))
		return;
	limits.values[LIMIT_MEMORY] = (struct limit_value){ true, 16 << 20, 0 };
	limits.values[LIMIT_MEMORY_SWAP] = limits.values[LIMIT_MEMORY];
	cgroup = make(world, "/kist/a", &limits);
	works(cgroup_limit(&cgroup, &limits, &err), &err);
	assert_int_equal(cgroup_oom_kills(&cgroup), 0);
	status = status_of(start(&cgroup, eat_memory));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(cgroup_oom_kills(&cgroup), 1);

	/* up, past what memory and swap were together; and down again */
	for (int i = 0; i < 2; i++) {
		limits.values[LIMIT_MEMORY].value = i ? 8 << 20 : 128 << 20;
		limits.values[LIMIT_MEMORY_SWAP].value = i ? 12 << 20 :
							     256 << 20;
		works(cgroup_limit(&cgroup, &limits, &err), &err);
	}
	sweep(world);
}

static void memory_is_limited_and_its_victims_counted(void **state)
{
	on_each_version(limit_memory);
}

static void limit_cpu(const struct cgroup_world *world)
{
	struct cgroup_limits limits = { 0 };
	struct kist_error err = { 0 };
	struct cgroup cgroup;

	if (!has(world, "cpu"))
		return;
	limits.values[LIMIT_CPU_SHARES] = (struct limit_value){ true, 512, 0 };
	limits.values[LIMIT_CPU_QUOTA] = (struct limit_value){ true, 20000, 0 };
	limits.values[LIMIT_CPU_PERIOD] =
		(struct limit_value){ true, 50000, 0 };
	limits.values[LIMIT_CPU_BURST] = (struct limit_value){ true, 10000, 0 };
	cgroup = make(world, "/kist/a", &limits);
	works(cgroup_limit(&cgroup, &limits, &err), &err);

	/* both smaller: the burst has to go first */
	limits.values[LIMIT_CPU_QUOTA].value = 5000;
	limits.values[LIMIT_CPU_BURST].value = 4000;
	works(cgroup_limit(&cgroup, &limits, &err), &err);
	limits.values[LIMIT_CPU_QUOTA].value = 10;
	assert_true(cgroup_limit(&cgroup, &limits, &err) < 0);
	assert_int_equal(err.id, KIST_E_CGROUP_LIMIT);
	assert_non_null(strstr(err.what, "linux.resources.cpu."));
	assert_true(*err.hint);
	sweep(world);
}

static void cpu_time_is_limited_in_any_order(void **state)
{
	on_each_version(limit_cpu);
}

static void limit_cpuset(const struct cgroup_world *world)
{
	struct cgroup_limits limits = { .cpus = "0", .mems = "0" };
	struct kist_error err = { 0 };
	struct cgroup cgroup;

	if (!has(world, "cpuset"))
		return;
	cgroup = make(world, "/kist/a", &limits);
	works(cgroup_limit(&cgroup, &limits, &err), &err);
	limits.cpus = "zero";
	assert_int_equal(cgroup_limit(&cgroup, &limits, &err), -EINVAL);
	assert_int_equal(err.id, KIST_E_CGROUP_LIMIT);
	assert_non_null(strstr(err.what, "linux.resources.cpu.cpus"));
	assert_non_null(strstr(err.hint, "cpuset.cpus '"));
	sweep(world);
}

static void a_cpuset_must_be_within_its_parents(void **state)
{
	on_each_version(limit_cpuset);
}

static int exit_at_once(void)
{
	return 7;
}

static void inherit_cpuset(const struct cgroup_world *world)
{
	struct cgroup cgroup = make(world, "/x/y/z", &no_limits);

	assert_int_equal(WEXITSTATUS(status_of(start(&cgroup, exit_at_once))),
			 7);
	cgroup_close(&cgroup);
	sweep(world);
}

static void a_new_group_takes_processes_however_deep(void **state)
{
	on_each_version(inherit_cpuset);
}

static void limit_unified(const struct cgroup_world *world)
{
	struct limit_pair pair = { "cgroup.max.depth", "3", 0 };
	struct cgroup_limits limits = { .unified = &pair, .unified_count = 1 };
	struct kist_error err = { 0 };
	struct cgroup cgroup = make(world, "/kist/a", &limits);
	int ret = cgroup_limit(&cgroup, &limits, &err);

	if (cgroup_find_v2(world) < 0) {
		CHECK_ERR(&err, "set linux.resources.unified.cgroup.max.depth"
				": this machine has no cgroup v2");
		assert_int_equal(ret, -EINVAL);
	} else {
		CHECK_ERR(&err, NULL);
		assert_int_equal(cgroup_file_number(cgroup_clone_fd(&cgroup),
						    "cgroup.max.depth"),
				 3);
	}
	cgroup_close(&cgroup);
	sweep(world);
}

static void unified_limits_are_for_v2(void **state)
{
	on_each_version(limit_unified);
}

static void no_such_controller(const struct cgroup_world *world)
{
	struct limit_rdma rdma = { "mlx5_0", 1, 1 };
	struct cgroup_limits limits = { .rdma = &rdma, .rdma_count = 1 };
	struct kist_error err = { 0 };
	struct cgroup cgroup;

	if (has(world, "rdma"))
		return;
	cgroup = make(world, "/kist/a", &no_limits);
	assert_int_equal(cgroup_limit(&cgroup, &limits, &err), -EOPNOTSUPP);
	CHECK_ERR(&err, "no cgroup controller 'rdma', which is needed by "
			"linux.resources.rdma");
	assert_true(*err.hint);
	cgroup_close(&cgroup);
	sweep(world);
}

static void a_missing_controller_is_named_with_its_remedy(void **state)
{
	on_each_version(no_such_controller);
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
	assert_non_null(strstr(err.hint, "above it may be frozen"));
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

/* What the root of the v2 tree hands down, to be as before at the end. */
static char handed_down[256];

static int at_root(char *path, size_t size)
{
	struct cgroup_world world = machine();
	int v2 = cgroup_find_v2(&world);

	if (v2 >= 0)
		snprintf(path, size, "%s/cgroup.subtree_control",
			 world.h[v2].mount);
	return v2;
}

static int remember_root(void **state)
{
	char path[256];

	if (at_root(path, sizeof(path)) >= 0)
		cgroup_file_read(AT_FDCWD, path, handed_down,
				 sizeof(handed_down));
	return 0;
}

static int restore_root(void **state)
{
	char path[256], now[256], word[64], text[80];
	int len;

	if (at_root(path, sizeof(path)) < 0)
		return 0;
	cgroup_file_read(AT_FDCWD, path, now, sizeof(now));
	for (const char *at = now; sscanf(at, " %63s%n", word, &len) == 1;
	     at += len) {
		snprintf(text, sizeof(text), "-%s", word);
		if (!cgroup_word_in(handed_down, word) &&
		    cgroup_file_write(AT_FDCWD, path, text))
			return -1;
	}
	return 0;
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
		cmocka_unit_test(pids_are_limited),
		cmocka_unit_test(memory_is_limited_and_its_victims_counted),
		cmocka_unit_test(cpu_time_is_limited_in_any_order),
		cmocka_unit_test(a_cpuset_must_be_within_its_parents),
		cmocka_unit_test(a_new_group_takes_processes_however_deep),
		cmocka_unit_test(unified_limits_are_for_v2),
		cmocka_unit_test(a_missing_controller_is_named_with_its_remedy),
		cmocka_unit_test(processes_in_a_parent_are_named),
		cmocka_unit_test(a_threaded_parent_is_named),
		cmocka_unit_test(controllers_are_enabled_in_all_parents),
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
