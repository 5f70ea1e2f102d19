/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cgroup_devices.c - device rules of groups (src/kernel/cgroup_devices.c)
 *
 * v1's files are watched in a plain directory; what rules do is tried with
 * real devices in real groups of each version.
 */
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "kernel/cgroup_internal.h"
#include "kernel/device_rules.h"
#include "sys/bpf.h"

#define ALL DEVICE_ALL
#define R DEVICE_READ
#define W DEVICE_WRITE
#define M DEVICE_MKNOD
#define RULES 8

#define DENY_ALL                        \
	{                               \
		false, 'a', -1, -1, ALL \
	}
#define ALLOW_ALL                      \
	{                              \
		true, 'a', -1, -1, ALL \
	}

/* ---- v1's files ---- */

static const struct {
	const char *name, *list; /* list: what devices.list says before */
	struct device_rule rules[RULES];
	size_t count;
	const char *deny, *allow, *line; /* what is written */
} files[] = {
	{ "a new group",
	  "a *:* rwm\n",
	  { DENY_ALL, { true, 'c', -1, -1, M }, { true, 'c', 1, 3, ALL } },
	  3,
	  "a",
	  "c *:* mc 1:3 rwm",
	  NULL },
	{ "the same again",
	  "c *:* m\nc 1:3 rwm\n",
	  { DENY_ALL, { true, 'c', -1, -1, M }, { true, 'c', 1, 3, ALL } },
	  3,
	  "",
	  "",
	  NULL },
	{ "one more, one less",
	  "c 1:3 rwm\nc 1:5 rwm\n",
	  { DENY_ALL, { true, 'c', 1, 3, ALL }, { true, 'c', 1, 8, R } },
	  3,
	  "c 1:5 rwm",
	  "c 1:8 r",
	  NULL },
	{ "less access",
	  "c 1:3 rwm\n",
	  { DENY_ALL, { true, 'c', 1, 3, R } },
	  2,
	  "c 1:3 wm",
	  "",
	  NULL },
	{ "no first rule denies too",
	  "a *:* rwm\n",
	  { { true, 'c', 1, 3, ALL } },
	  1,
	  "a",
	  "c 1:3 rwm",
	  NULL },
	{ "everything", "a *:* rwm\n", { ALLOW_ALL }, 1, "", "a", NULL },
	{ "everything but one",
	  "c 1:3 rwm\n",
	  { ALLOW_ALL, { false, 'b', 8, -1, ALL } },
	  2,
	  "b 8:* rwm",
	  "a",
	  NULL },
	{ "both types",
	  "a *:* rwm\n",
	  { DENY_ALL, { true, 'a', 1, 3, R } },
	  2,
	  "a",
	  "b 1:3 rc 1:3 r",
	  NULL },
	{ "taken back",
	  "a *:* rwm\n",
	  { DENY_ALL,
	    { true, 'c', 1, 3, ALL },
	    { true, 'c', 1, 5, R },
	    { false, 'c', 1, -1, W },
	    { false, 'c', -1, 5, R } },
	  5,
	  "a",
	  "c 1:3 rm",
	  NULL },
	{ "what wider rules allow is repeated",
	  "a *:* rwm\n",
	  { DENY_ALL, { true, 'c', 1, -1, R }, { true, 'c', 1, 3, W } },
	  3,
	  "a",
	  "c 1:* rc 1:3 rw",
	  NULL },
	{ "a hole",
	  "a *:* rwm\n",
	  { DENY_ALL, { true, 'c', 1, -1, ALL }, { false, 'c', 1, 3, W } },
	  3,
	  "",
	  "",
	  "linux.resources.devices: 'c 1:3 w' cannot be denied again after "
	  "a wider rule: cgroup v1 has no such order" },
	{ "no hole: of other access",
	  "a *:* rwm\n",
	  { DENY_ALL, { true, 'c', 1, -1, R }, { false, 'c', 1, 3, W } },
	  3,
	  "a",
	  "c 1:* r",
	  NULL },
};

static void write_text(int dir_fd, const char *name, const char *text)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void check_text(int dir_fd, const char *name, const char *wanted)
{
	char text[256];

	assert_int_equal(cgroup_file_read(dir_fd, name, text, sizeof(text)), 0);
	assert_string_equal(text, wanted);
}

static void v1_gets_as_few_writes_as_possible(void **state)
{
	char path[] = "/tmp/kist-test-devices-XXXXXX";
	CLEANUP_FD int fd = -1;

	assert_non_null(mkdtemp(path));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	EACH(row, files) {
		struct kist_error err = { 0 };

		CASE(row->name);
		write_text(fd, "devices.list", row->list);
		write_text(fd, "devices.deny", "");
		write_text(fd, "devices.allow", "");
		assert_int_equal(cgroup_v1_devices(fd, row->rules, row->count,
						   false, &err) < 0,
				 row->line != NULL);
		CHECK_ERR(&err, row->line);
		check_text(fd, "devices.deny", row->deny);
		check_text(fd, "devices.allow", row->allow);
	}
	unlinkat(fd, "devices.list", 0);
	unlinkat(fd, "devices.deny", 0);
	unlinkat(fd, "devices.allow", 0);
	CHECK_SYS(rmdir(path));
}

/* ---- real groups ---- */

static const struct cgroup_limits no_limits;

static struct cgroup_world part_with_devices(bool v2)
{
	struct cgroup_world all, part = { 0 };

	assert_int_equal(cgroup_probe(&all, NULL), 0);
	for (int i = 0; i < all.count; i++)
		if (v2 ? all.h[i].is_v2 :
			 cgroup_controls(all.h[i].controllers, "devices"))
			part.h[part.count++] = all.h[i];
	part.mode = !part.count ? CGROUP_NONE : v2 ? CGROUP_V2 : CGROUP_V1;
	return part;
}

static struct cgroup make(const struct cgroup_world *world, const char *below)
{
	struct cgroup cgroup;
	char path[64];

	snprintf(path, sizeof(path), "/kist-test-%d%s", getpid(), below);
	assert_int_equal(
		cgroup_make(world, path, &no_limits, false, &cgroup, NULL), 0);
	return cgroup;
}

static void done(struct cgroup *cgroup)
{
	assert_int_equal(cgroup_remove(cgroup, NULL), 0);
	cgroup_close(cgroup);
}

static bool can_open(const char *path, int flags)
{
	CLEANUP_FD int fd = open(path, flags | O_CLOEXEC);

	return fd >= 0;
}

static bool read_null(void)
{
	return can_open("/dev/null", O_RDONLY);
}

static bool write_null(void)
{
	return can_open("/dev/null", O_WRONLY);
}

static bool use_null(void)
{
	return can_open("/dev/null", O_RDWR);
}

static bool find_null(void)
{
	return access("/dev/null", F_OK) == 0;
}

static bool read_zero(void)
{
	return can_open("/dev/zero", O_RDONLY);
}

static bool make_node(mode_t type, unsigned major, unsigned minor)
{
	char path[64];
	bool made;

	snprintf(path, sizeof(path), "/tmp/kist-test-node-%d", getpid());
	made = mknod(path, type | 0600, makedev(major, minor)) == 0;
	unlink(path);
	return made;
}

static bool make_null(void)
{
	return make_node(S_IFCHR, 1, 3);
}

static bool make_zero(void)
{
	return make_node(S_IFCHR, 1, 5);
}

static bool make_disk(void)
{
	return make_node(S_IFBLK, 8, 0);
}

static bool make_pipe(void)
{
	return make_node(S_IFIFO, 0, 0);
}

/* In @cgroup, which of @attempts succeed: a bit each. */
static int try_all(const struct cgroup *cgroup, bool (*const *attempts)(void),
		   int count)
{
	int fds[CGROUP_HIERARCHY_MAX], fd_count, status, mask = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (cgroup_join_fds(cgroup, true, fds, &fd_count, NULL))
			_exit(255);
		for (int i = 0; i < fd_count; i++)
			if (write(fds[i], "0", 1) != 1)
				_exit(254);
		for (int i = 0; i < count; i++)
			mask |= attempts[i]() << i;
		_exit(mask);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool (*const attempts[])(void) = {
	read_null, write_null, use_null,  read_zero,
	make_null, make_zero,  make_disk, make_pipe,
};

enum {
	READ_NULL = 1,
	WRITE_NULL = 2,
	USE_NULL = 4,
	READ_ZERO = 8,
	MAKE_NULL = 16,
	MAKE_ZERO = 32,
	MAKE_DISK = 64,
	MAKE_PIPE = 128, /* is no device */
};

static const struct {
	const char *name;
	struct device_rule rules[RULES];
	size_t count;
	int wanted;
} real[] = {
	{ "nothing", { DENY_ALL }, 1, MAKE_PIPE },
	{ "everything", { ALLOW_ALL }, 1, 255 },
	{ "one device",
	  { DENY_ALL, { true, 'c', 1, 3, ALL } },
	  2,
	  READ_NULL | WRITE_NULL | USE_NULL | MAKE_NULL | MAKE_PIPE },
	{ "reading one device",
	  { { true, 'c', 1, 3, R } },
	  1,
	  READ_NULL | MAKE_PIPE },
	{ "writing another rule's device",
	  { DENY_ALL, { true, 'c', 1, -1, R }, { true, 'c', 1, 3, W } },
	  3,
	  READ_NULL | WRITE_NULL | USE_NULL | READ_ZERO | MAKE_PIPE },
	{ "making all nodes of a type",
	  { DENY_ALL, { true, 'c', -1, -1, M } },
	  2,
	  MAKE_NULL | MAKE_ZERO | MAKE_PIPE },
	{ "all but writing one",
	  { ALLOW_ALL, { false, 'c', 1, 3, W } },
	  2,
	  255 & ~WRITE_NULL & ~USE_NULL },
	{ "all but disks",
	  { ALLOW_ALL, { false, 'b', -1, -1, ALL } },
	  2,
	  255 & ~MAKE_DISK },
	{ "nothing again", { DENY_ALL }, 1, MAKE_PIPE },
};

/* The rules follow each other in one group, as updates do. */
static void try_rules(const struct cgroup_world *world)
{
	struct cgroup cgroup = make(world, "");

	EACH(row, real) {
		struct kist_error err = { 0 };
		int ret;

		CASE(row->name);
		ret = cgroup_limit_devices(&cgroup, row->rules, row->count,
					   false, &err);
		CHECK_ERR(&err, NULL);
		assert_int_equal(ret, 0);
		assert_int_equal(try_all(&cgroup, attempts,
					 ARRAY_LEN(attempts)),
				 row->wanted);
	}
	done(&cgroup);
}

static bool has_part(bool v2)
{
	return is_root() && part_with_devices(v2).mode != CGROUP_NONE;
}

static void rules_hold_on_v1(void **state)
{
	struct cgroup_world world = part_with_devices(false);

	skip_unless(has_part(false));
	try_rules(&world);
}

static void rules_hold_on_v2(void **state)
{
	struct cgroup_world world = part_with_devices(true);

	skip_unless(has_part(true));
	try_rules(&world);
}

static void an_update_leaves_one_program(void **state)
{
	static const struct device_rule deny[] = { DENY_ALL };
	static const struct device_rule allow[] = { ALLOW_ALL };
	struct cgroup_world world = part_with_devices(true);
	struct cgroup cgroup;
	uint32_t ids[4];

	skip_unless(has_part(true));
	cgroup = make(&world, "");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
			cgroup_limit_devices(&cgroup, deny, 1, false, NULL), 0);
		assert_int_equal(
			bpf_list_device(cgroup_clone_fd(&cgroup), ids, 4), 1);
	}
	assert_int_equal(cgroup_limit_devices(&cgroup, allow, 1, false, NULL),
			 0);
	assert_int_equal(bpf_list_device(cgroup_clone_fd(&cgroup), ids, 4), 0);
	done(&cgroup);
}

static void a_group_below_allows_no_more_than_its_parent(void **state)
{
	static const struct device_rule deny[] = { DENY_ALL };
	static const struct device_rule null[] = { DENY_ALL,
						   { true, 'c', 1, 3, ALL } };
	struct cgroup_world world = part_with_devices(false);
	struct kist_error err = { 0 };
	struct cgroup outer, inner;

	skip_unless(has_part(false));
	outer = make(&world, "");
	assert_int_equal(cgroup_limit_devices(&outer, deny, 1, false, NULL), 0);
	inner = make(&world, "/a");
	assert_int_equal(cgroup_limit_devices(&inner, null, 2, false, &err),
			 -EPERM);
	assert_int_equal(err.id, KIST_E_DEVICE_RULE);
	CHECK_HINT(&err, "the group above does not allow it");
	assert_int_equal(cgroup_limit_devices(&inner, null, 2, true, NULL), 0);
	done(&inner);
	done(&outer);
}

static int in_user(const struct cgroup *cgroup, bool tolerate)
{
	static const struct device_rule deny[] = { DENY_ALL };
	struct kist_error err = { 0 };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (setresuid(1000, 1000, 1000))
			_exit(99);
		if (cgroup_limit_devices(cgroup, deny, 1, tolerate, &err))
			_exit(err.id);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void who_may_not_is_told_or_tolerated(void **state)
{
	struct cgroup_world world = part_with_devices(true);
	struct cgroup cgroup;

	skip_unless(has_part(true));
	cgroup = make(&world, "");
	assert_int_equal(in_user(&cgroup, false), KIST_E_DEVICE_PROGRAM);
	assert_int_equal(in_user(&cgroup, true), 0);
	done(&cgroup);
}

static void no_rules_change_nothing(void **state)
{
	struct cgroup_world world = part_with_devices(true);
	struct cgroup cgroup;
	uint32_t id;

	skip_unless(has_part(true));
	cgroup = make(&world, "");
	assert_int_equal(cgroup_limit_devices(&cgroup, NULL, 0, false, NULL),
			 0);
	assert_int_equal(bpf_list_device(cgroup_clone_fd(&cgroup), &id, 1), 0);
	done(&cgroup);
}

/* Finding out whether a device is there is not using it. */
static void an_allowed_device_can_be_found(void **state)
{
	static const struct device_rule null[] = { DENY_ALL,
						   { true, 'c', 1, 3, R } };
	static bool (*const find[])(void) = { find_null };

	skip_unless(is_root());
	for (int v2 = 0; v2 < 2; v2++) {
		struct cgroup_world world = part_with_devices(v2);
		struct cgroup cgroup;

		if (!has_part(v2))
			continue;
		cgroup = make(&world, "");
		assert_int_equal(
			cgroup_limit_devices(&cgroup, null, 2, false, NULL), 0);
		assert_int_equal(try_all(&cgroup, find, 1), 1);
		done(&cgroup);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v1_gets_as_few_writes_as_possible),
		cmocka_unit_test(rules_hold_on_v1),
		cmocka_unit_test(rules_hold_on_v2),
		cmocka_unit_test(an_update_leaves_one_program),
		cmocka_unit_test(a_group_below_allows_no_more_than_its_parent),
		cmocka_unit_test(who_may_not_is_told_or_tolerated),
		cmocka_unit_test(no_rules_change_nothing),
		cmocka_unit_test(an_allowed_device_can_be_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
