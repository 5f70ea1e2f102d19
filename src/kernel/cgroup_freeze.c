/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_freeze.c - stopping all processes of a group, and letting them go
 *
 * How it works
 * ============
 *
 * v2 has cgroup.freeze, and tells in cgroup.events, which can be polled, when
 * it is done. v1 has the freezer controller, whose freezer.state stays
 * FREEZING while new processes keep slipping through; writing FROZEN again
 * catches them. A hybrid machine has both: the group is frozen through v2,
 * because frozen processes can be killed there, and thawed through both.
 * A group that could not be frozen in time is thawed again.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_refusal.h"

int64_t cgroup_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void cgroup_wait(int events_fd, int ms)
{
	struct pollfd p = { .fd = events_fd, .events = POLLPRI };

	char byte;

	/* reading marks the change as seen; the caller looks after that. An
	 * interruption only makes it look earlier. */
	if (poll(&p, 1, ms) > 0 && pread(events_fd, &byte, 1, 0) < 0)
		poll(NULL, 0, ms < 20 ? ms : 20);
}

static int freezer_fd(const struct cgroup *cgroup)
{
	int i = cgroup_find_v1(cgroup->world, "freezer");

	return i < 0 ? -1 : cgroup->dir_fd[i];
}

static bool has_v2_freezer(int v2_fd)
{
	return v2_fd >= 0 && cgroup_file_exists(v2_fd, "cgroup.freeze");
}

static bool v2_is(int v2_fd, bool frozen)
{
	return cgroup_file_key(v2_fd, "cgroup.events", "frozen") == frozen;
}

static bool v1_is(int v1_fd, bool frozen)
{
	char state[16];

	cgroup_file_read(v1_fd, "freezer.state", state, sizeof(state));
	return strcmp(state, frozen ? "FROZEN" : "THAWED") == 0;
}

bool cgroup_is_frozen(const struct cgroup *cgroup)
{
	int v1_fd = freezer_fd(cgroup);
	int v2_fd = cgroup_clone_fd(cgroup);

	return (v2_fd >= 0 && v2_is(v2_fd, true)) ||
	       (v1_fd >= 0 && v1_is(v1_fd, true));
}

static int set_v2(int v2_fd, bool frozen, int64_t deadline_ms)
{
	CLEANUP_FD int events =
		cgroup_file_open(v2_fd, "cgroup.events", O_RDONLY);
	int ret = cgroup_file_write(v2_fd, "cgroup.freeze", frozen ? "1" : "0");

	if (ret)
		return ret;
	while (!v2_is(v2_fd, frozen)) {
		int64_t left = deadline_ms - cgroup_now_ms();

		if (cgroup_file_key(v2_fd, "cgroup.events", "frozen") < 0)
			return -ENODEV;
		if (left <= 0)
			return -ETIMEDOUT;
		cgroup_wait(events, (int)left);
	}
	return 0;
}

static int set_v1(int v1_fd, bool frozen, int64_t deadline_ms)
{
	int pause_ms = 1;

	for (;;) {
		int ret = cgroup_file_write(v1_fd, "freezer.state",
					    frozen ? "FROZEN" : "THAWED");

		if (ret)
			return ret;
		if (v1_is(v1_fd, frozen))
			return 0;
		if (cgroup_now_ms() >= deadline_ms)
			return -ETIMEDOUT;
		cgroup_wait(-1, pause_ms);
		pause_ms = pause_ms < 16 ? pause_ms * 2 : 16;
	}
}

static int freeze(int v1_fd, int v2_fd, int64_t deadline_ms)
{
	bool v2 = has_v2_freezer(v2_fd);
	int ret = v2 ? set_v2(v2_fd, true, deadline_ms) :
		       set_v1(v1_fd, true, deadline_ms);
	int undone = 0;

	if (ret && v2)
		undone = cgroup_file_write(v2_fd, "cgroup.freeze", "0");
	else if (ret)
		undone = cgroup_file_write(v1_fd, "freezer.state", "THAWED");
	return undone ? undone : ret;
}

static int thaw(int v1_fd, int v2_fd, int64_t deadline_ms)
{
	int ret = 0;

	if (has_v2_freezer(v2_fd))
		ret = set_v2(v2_fd, false, deadline_ms);
	if (ret == 0 && v1_fd >= 0 && !v1_is(v1_fd, false))
		ret = set_v1(v1_fd, false, deadline_ms);
	return ret;
}

/* Which group above keeps it frozen. */
static void tell_frozen(const struct cgroup *cgroup, struct kist_error *err)
{
	const int fds[] = { freezer_fd(cgroup), cgroup_clone_fd(cgroup) };
	struct cgroup_refusal refusal;

	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		struct cgroup_attempt attempt = { .dir_fd = fds[i],
						  .name = cgroup->path };

		if (fds[i] >= 0 && cgroup_refused_frozen(&attempt, &refusal))
			cgroup_refusal_tell(&refusal, err);
	}
}

static int failed(const struct cgroup *cgroup, const char *verb, int ret,
		  struct kist_error *err)
{
	enum kist_err id = KIST_E_SYSTEM;

	if (ret == -ENOENT || ret == -ENODEV)
		return err_set(err, KIST_E_CGROUP_UNKNOWN,
			       "%s control group '%s': it is gone", verb,
			       cgroup->path);
	if (ret == -ETIMEDOUT)
		id = KIST_E_CGROUP_TIMEOUT;
	else if (cgroup_is_denial(ret))
		id = KIST_E_CGROUP_DENIED;
	ret = err_sys(err, id, -ret, "%s control group '%s'", verb,
		      cgroup->path);
	if (id == KIST_E_CGROUP_TIMEOUT && strcmp(verb, "thaw") == 0)
		tell_frozen(cgroup, err);
	return ret;
}

int cgroup_freeze(const struct cgroup *cgroup, bool frozen, int timeout_ms,
		  struct kist_error *err)
{
	int v1_fd = freezer_fd(cgroup);
	int v2_fd = cgroup_clone_fd(cgroup);
	int64_t deadline_ms = cgroup_now_ms() + timeout_ms;
	int ret;

	if (v1_fd < 0 && v2_fd < 0)
		return cgroup_no_controller("freezer", err);
	if (v1_fd < 0 && !has_v2_freezer(v2_fd))
		return failed(cgroup, frozen ? "freeze" : "thaw", -ENODEV, err);
	ret = frozen ? freeze(v1_fd, v2_fd, deadline_ms) :
		       thaw(v1_fd, v2_fd, deadline_ms);
	return ret ? failed(cgroup, frozen ? "freeze" : "thaw", ret, err) : 0;
}
