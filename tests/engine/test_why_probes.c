/* SPDX-License-Identifier: Apache-2.0 */
/* test_why_probes.c - refusals of our own calls, and the rules found behind
 * them (src/engine/why/probe_*.c) */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "engine/why/why.h"
#include "sys/mount.h"

/* What was refused is looked at at once, by the same process. */
static void check_why(long ret, struct why_case c, int errnum, int cause)
{
	struct arena arena;
	struct kist_why why = { .count = 0 };
	int got = errno;

	arena_init(&arena);
	if (ret >= 0)
		fail_msg("%s: it was not refused", kist_cause_name(cause));
	assert_int_equal(got, errnum);
	c.arena = &arena;
	c.errnum = errnum;
	c.pid = getpid();
	c.is_self = true;
	c.proc_fd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(c.proc_fd >= 0);
	assert_int_equal(why_find(&c, &why), 0);
	if (why.count == 0)
		fail_msg("%s: no rule was found", kist_cause_name(cause));
	assert_string_equal(kist_cause_name(why.findings[0].cause),
			    kist_cause_name(cause));
	assert_true(why.findings[0].evidence[0]);
	close(c.proc_fd);
	arena_done(&arena);
}

/* mount(2), and its case. */
static void check_mount(const char *source, const char *target,
			const char *type, unsigned long flags, const char *data,
			int errnum, int cause)
{
	check_why(syscall(SYS_mount, source, target, type, flags, data),
		  (struct why_case){ .call = flags & MS_REMOUNT ? WHY_REMOUNT :
								  WHY_MOUNT,
				     .name = "mount",
				     .subject = target,
				     .source = source,
				     .type = type,
				     .value = data,
				     .flags = flags },
		  errnum, cause);
}

/* A place of its own: mounts that nobody else sees, and a tmpfs at /mnt. */
static void begin(void)
{
	CHECK_SYS(unshare(CLONE_NEWNS));
	CHECK_SYS(sys_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	CHECK_SYS(sys_mount("t", "/mnt", "tmpfs", 0, NULL));
	CHECK_SYS(chdir("/mnt"));
}

static void make(const char *const *folders)
{
	for (; *folders; folders++)
		CHECK_SYS(mkdir(*folders, 0755));
}
#define MAKE(...) make((const char *const[]){ __VA_ARGS__, NULL })

static void mounts(void)
{
	begin();
	MAKE("a", "b", "a/in");
	check_mount("x", "/mnt/none", "tmpfs", 0, NULL, ENOENT,
		    KIST_CAUSE_MOUNT_TARGET_MISSING);
	check_mount("none", "b", NULL, MS_BIND, NULL, ENOENT,
		    KIST_CAUSE_MOUNT_SOURCE_MISSING);
	check_mount("x", "b", "tmpsf", 0, NULL, ENODEV, KIST_CAUSE_FS_TYPO);
	check_mount("x", "b", "nosuchfs", 0, NULL, ENODEV,
		    KIST_CAUSE_FS_UNKNOWN);
	check_mount("x", "b", "tmpfs", 0, "sise=4k", EINVAL,
		    KIST_CAUSE_MOUNT_OPTION);
	check_mount("sysfs", "/sys", "sysfs", 0, NULL, EBUSY,
		    KIST_CAUSE_MOUNT_ALREADY);
	check_mount("/mnt", "b", "ext4", 0, NULL, ENOTBLK,
		    KIST_CAUSE_MOUNT_NOT_BLOCK);
	check_mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND, NULL, EINVAL,
		    KIST_CAUSE_REMOUNT_NOT_MOUNT);
	check_mount("a", "b", NULL, MS_MOVE, NULL, EINVAL,
		    KIST_CAUSE_MOVE_NOT_MOUNT);
	CHECK_SYS(sys_mount("a", "a", NULL, MS_BIND, NULL));
	check_mount("a", "a/in", NULL, MS_MOVE, NULL, ELOOP,
		    KIST_CAUSE_MOVE_LOOP);
	CHECK_SYS(sys_mount(NULL, "a", NULL, MS_UNBINDABLE, NULL));
	check_mount("a", "b", NULL, MS_BIND, NULL, EINVAL,
		    KIST_CAUSE_BIND_UNBINDABLE);
	CHECK_SYS(close(open("f", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)));
	check_mount("f", "b", NULL, MS_BIND, NULL, ENOTDIR,
		    KIST_CAUSE_MOUNT_FILE_FOLDER);
	check_mount("/proc/self/ns/mnt", "f", NULL, MS_BIND, NULL, EINVAL,
		    KIST_CAUSE_BIND_NS_LOOP);
}

static void a_mount_that_is_refused_has_a_rule(void **state)
{
	skip_unless(is_root());
	in_child(mounts);
}

static void unmounts(void)
{
	begin();
	MAKE("a", "b");
	check_why(sys_umount("a", 0) < 0 ? (errno = EINVAL, -1) : 0,
		  (struct why_case){ .call = WHY_UMOUNT,
				     .name = "umount",
				     .subject = "a" },
		  EINVAL, KIST_CAUSE_UMOUNT_NOT_MOUNTED);
	CHECK_SYS(sys_mount("x", "a", "tmpfs", 0, NULL));
	CHECK_SYS(mkdir("a/in", 0755));
	CHECK_SYS(sys_mount("x", "a/in", "tmpfs", 0, NULL));
	check_why(syscall(SYS_umount2, "a", 0),
		  (struct why_case){ .call = WHY_UMOUNT,
				     .name = "umount",
				     .subject = "a" },
		  EBUSY, KIST_CAUSE_UMOUNT_NESTED);
	CHECK_SYS(sys_umount("a/in", 0));
	CHECK_SYS(chdir("a"));
	check_why(syscall(SYS_umount2, "/mnt/a", 0),
		  (struct why_case){ .call = WHY_UMOUNT,
				     .name = "umount",
				     .subject = "/mnt/a" },
		  EBUSY, KIST_CAUSE_UMOUNT_USED);
	CHECK_SYS(open("f", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	check_mount(NULL, "/mnt/a", NULL, MS_REMOUNT | MS_RDONLY, NULL, EBUSY,
		    KIST_CAUSE_REMOUNT_WRITERS);
}

static void what_holds_a_mount_is_named(void **state)
{
	skip_unless(is_root());
	in_child(unmounts);
}

static void pivots(void)
{
	begin();
	MAKE("a", "a/old");
	check_why(syscall(SYS_pivot_root, "/", "/"),
		  (struct why_case){ .call = WHY_ROOT,
				     .name = "pivot_root",
				     .subject = "/",
				     .value = "/" },
		  EBUSY, KIST_CAUSE_PIVOT_SAME);
	check_why(syscall(SYS_pivot_root, "a", "a/old"),
		  (struct why_case){ .call = WHY_ROOT,
				     .name = "pivot_root",
				     .subject = "a",
				     .value = "a/old" },
		  EINVAL, KIST_CAUSE_PIVOT_NOT_MOUNT);
	CHECK_SYS(sys_mount("a", "a", NULL, MS_BIND, NULL));
	check_why(syscall(SYS_pivot_root, "a", "."),
		  (struct why_case){ .call = WHY_ROOT,
				     .name = "pivot_root",
				     .subject = "a",
				     .value = "." },
		  EINVAL, KIST_CAUSE_PIVOT_PUT_OLD);
	CHECK_SYS(sys_mount(NULL, "/mnt", NULL, MS_SHARED, NULL));
	check_why(syscall(SYS_pivot_root, "a", "a/old"),
		  (struct why_case){ .call = WHY_ROOT,
				     .name = "pivot_root",
				     .subject = "a",
				     .value = "a/old" },
		  EINVAL, KIST_CAUSE_PIVOT_SHARED);
	MAKE("b");
	check_mount("a", "b", NULL, MS_MOVE, NULL, EINVAL,
		    KIST_CAUSE_MOVE_SHARED);
}

static void a_root_that_is_not_exchanged_has_a_rule(void **state)
{
	skip_unless(is_root());
	in_child(pivots);
}

static void overlay(const char *options, int errnum, int cause)
{
	check_mount("o", "m", "overlay", 0, options, errnum, cause);
}

static void overlays(void)
{
	char many[4000] = "lowerdir=l", page[5000] = "lowerdir=l";
	const int times[] = { 501, 600 };

	begin();
	MAKE("l", "l/d", "u", "w", "u/w", "m", "m2", "m3", "l2", "other",
	     "a:b");
	CHECK_SYS(sys_mount("x", "other", "tmpfs", 0, NULL));
	MAKE("other/w");
	overlay("lowerdir=l,upperdir=u", EINVAL, KIST_CAUSE_OVERLAY_LACKS);
	overlay("upperdir=u,workdir=w", EINVAL, KIST_CAUSE_OVERLAY_LACKS);
	overlay("lowerdir=l,upperdir=u,workdir=u/w", EINVAL,
		KIST_CAUSE_OVERLAY_WORK_BELOW);
	overlay("lowerdir=l,upperdir=u,workdir=other/w", EINVAL,
		KIST_CAUSE_OVERLAY_WORK_FS);
	overlay("lowerdir=l:nope", ENOENT, KIST_CAUSE_OVERLAY_MISSING);
	overlay("lowerdir=a:b", ENOENT, KIST_CAUSE_OVERLAY_COLON);
	overlay("lowerdir=l:l/d", ELOOP, KIST_CAUSE_OVERLAY_OVERLAP);
	overlay("lowerdir=l:l", ELOOP, KIST_CAUSE_OVERLAY_OVERLAP);
	for (int i = 1; i < times[0]; i++)
		strcat(many, ":l");
	overlay(many, EINVAL, KIST_CAUSE_OVERLAY_MANY);
	for (int i = 0; i < times[1]; i++)
		strcat(page, ":l2/////");
	overlay(page, EINVAL, KIST_CAUSE_OVERLAY_PAGE);
	CHECK_SYS(sys_mount("o", "m", "overlay", 0,
			    "lowerdir=l,upperdir=u,workdir=w,index=on"));
	check_mount("o", "m2", "overlay", 0,
		    "lowerdir=l,upperdir=u,workdir=w,index=on", EBUSY,
		    KIST_CAUSE_OVERLAY_IN_USE);
	MAKE("m/u", "m/w2");
	check_mount("o", "m2", "overlay", 0,
		    "lowerdir=l,upperdir=m/u,workdir=m/w2", EINVAL,
		    KIST_CAUSE_OVERLAY_UPPER_FS);
	CHECK_SYS(
		sys_mount("o", "m2", "overlay", 0, "lowerdir=/mnt/l2:/mnt/m"));
	check_mount("o", "m3", "overlay", 0, "lowerdir=l2:m2", EINVAL,
		    KIST_CAUSE_OVERLAY_DEPTH);
}

static void layers_that_are_not_taken_have_a_rule(void **state)
{
	skip_unless(is_root());
	in_child(overlays);
}

static void inside(void)
{
	begin();
	MAKE("a", "a/in", "b");
	CHECK_SYS(sys_mount("x", "a", "tmpfs", MS_NOSUID | MS_NODEV, NULL));
	MAKE("a/in");
	CHECK_SYS(sys_mount("x", "a/in", "tmpfs", 0, NULL));
	CHECK_SYS(unshare(CLONE_NEWUSER));
	check_mount("x", "b", "tmpfs", 0, NULL, EPERM,
		    KIST_CAUSE_MOUNT_NS_OWNER);
	CHECK_SYS(unshare(CLONE_NEWNS));
	check_mount("proc", "b", "proc", 0, NULL, EPERM, KIST_CAUSE_FS_OWNER);
	check_mount("sys", "b", "sysfs", 0, NULL, EPERM, KIST_CAUSE_FS_OWNER);
	check_mount("mq", "b", "mqueue", 0, NULL, EPERM, KIST_CAUSE_FS_OWNER);
	check_mount("/dev/vda", "b", "ext4", 0, NULL, EPERM,
		    KIST_CAUSE_FS_NOT_IN_USERNS);
	check_mount("a", "b", NULL, MS_BIND, NULL, EINVAL,
		    KIST_CAUSE_BIND_LOCKED);
	check_mount(NULL, "a", NULL, MS_REMOUNT | MS_BIND | MS_NOSUID, NULL,
		    EPERM, KIST_CAUSE_MOUNT_FLAGS_LOCKED);
	check_mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL, EPERM,
		    KIST_CAUSE_FS_REMOUNT_OWNER);
	check_why(syscall(SYS_umount2, "a/in", 0),
		  (struct why_case){ .call = WHY_UMOUNT,
				     .name = "umount",
				     .subject = "a/in" },
		  EINVAL, KIST_CAUSE_UMOUNT_LOCKED);
}

static void a_user_namespace_has_rules_for_mounts(void **state)
{
	skip_unless(is_root());
	in_child(inside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mount_that_is_refused_has_a_rule),
		cmocka_unit_test(what_holds_a_mount_is_named),
		cmocka_unit_test(a_root_that_is_not_exchanged_has_a_rule),
		cmocka_unit_test(layers_that_are_not_taken_have_a_rule),
		cmocka_unit_test(a_user_namespace_has_rules_for_mounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
