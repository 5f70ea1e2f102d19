/* SPDX-License-Identifier: Apache-2.0 */
/*
 * real_group.h - control groups of this machine, for tests
 *
 * Each test runs on what the machine has, and where that is hybrid, on each
 * of its halves alone too. Everything is below "/kist-test-PID".
 */
#ifndef TESTS_KERNEL_REAL_GROUP_H
#define TESTS_KERNEL_REAL_GROUP_H

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
static inline void works(int ret, const struct kist_error *err)
{
	CHECK_ERR(err, NULL);
	assert_int_equal(ret, 0);
}

/* ---- the machine, and parts of it ---- */

static inline struct cgroup_world machine(void)
{
	struct cgroup_world world;

	assert_int_equal(cgroup_probe(&world, NULL), 0);
	return world;
}

static inline struct cgroup_world only(bool v2)
{
	struct cgroup_world all = machine(), part = { 0 };

	for (int i = 0; i < all.count; i++)
		if (all.h[i].is_v2 == v2)
			part.h[part.count++] = all.h[i];
	part.mode = !part.count ? CGROUP_NONE : v2 ? CGROUP_V2 : CGROUP_V1;
	return part;
}

/* Run @test on the machine, and on its halves if it has two. */
static inline void on_each_version(void (*test)(const struct cgroup_world *))
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

static inline bool has(const struct cgroup_world *world, const char *controller)
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

static inline const char *top(void)
{
	static char path[32];

	snprintf(path, sizeof(path), "/kist-test-%d", getpid());
	return path;
}

static inline const char *group_path(const char *below)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s%s", top(), below);
	return path;
}

static inline struct cgroup make(const struct cgroup_world *world,
				 const char *below,
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

static inline bool exists(const struct cgroup_world *world, const char *path)
{
	for (int i = 0; i < world->count; i++) {
		struct cgroup_place place =
			cgroup_place(&world->h[i], path, -1);

		if (has_file(place.path))
			return true;
	}
	return false;
}

static inline void done(struct cgroup *cgroup)
{
	struct kist_error err = { 0 };

	works(cgroup_remove(cgroup, &err), &err);
	cgroup_close(cgroup);
}

/* Remove everything of this test. */
static inline void sweep(const struct cgroup_world *world)
{
	struct cgroup all;

	if (cgroup_open(world, top(), &all, NULL))
		return;
	assert_int_equal(cgroup_kill(&all, SIGKILL, NULL), 0);
	done(&all);
	assert_false(exists(world, top()));
}

/* ---- processes in groups ---- */

static inline void enter(const struct cgroup *cgroup)
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
static inline pid_t start(const struct cgroup *cgroup, int (*body)(void))
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

static inline int sleep_long(void)
{
	for (;;)
		pause();
	return 0;
}

static inline int status_of(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* What the root of the v2 tree hands down, to be as before at the end. */
static char handed_down[256];

static inline int at_root(char *path, size_t size)
{
	struct cgroup_world world = machine();
	int v2 = cgroup_find_v2(&world);

	if (v2 >= 0)
		snprintf(path, size, "%s/cgroup.subtree_control",
			 world.h[v2].mount);
	return v2;
}

static inline int remember_root(void **state)
{
	char path[256];

	if (at_root(path, sizeof(path)) >= 0)
		cgroup_file_read(AT_FDCWD, path, handed_down,
				 sizeof(handed_down));
	return 0;
}

static inline int restore_root(void **state)
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

#endif
