/* SPDX-License-Identifier: Apache-2.0 */
/* test_file.c - safe opening, memory files, whole files (src/sys/file.c) */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "sys/file.h"

static char folder[] = "/tmp/kist-test-file-XXXXXX";
static int folder_fd = -1;

static int make_folder(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder_fd < 0 ? -1 : 0;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "etc/up", "etc/abs", "etc/passwd",
					     "magic", "file" };

	EACH(name, names)
		unlinkat(folder_fd, *name, 0);
	unlinkat(folder_fd, "etc", AT_REMOVEDIR);
	close(folder_fd);
	return rmdir(folder);
}

static const struct {
	const char *path;
	int ret;
} openings[] = {
	{ "etc/passwd", 0 },
	{ "/etc/passwd", 0 },	      /* the root's own */
	{ "../../../etc/passwd", 0 }, /* ".." stops at the root */
	{ "etc/up", 0 },	      /* a link to ../../../etc/passwd */
	{ "etc/abs", 0 },	      /* a link to /etc/passwd */
	{ "magic", -ENOENT },	      /* /proc/self/fd/0: no /proc here */
	{ "etc/none", -ENOENT },
};

static void a_path_below_a_root_stays_there(void **state)
{
	CHECK_SYS(mkdirat(folder_fd, "etc", 0755));
	assert_int_equal(
		sys_replace_file(folder_fd, "etc/passwd", "ours", 4, 0644), 0);
	CHECK_SYS(symlinkat("../../../etc/passwd", folder_fd, "etc/up"));
	CHECK_SYS(symlinkat("/etc/passwd", folder_fd, "etc/abs"));
	CHECK_SYS(symlinkat("/proc/self/fd/0", folder_fd, "magic"));

	EACH(row, openings) {
		char text[16];
		int fd = sys_openat2(folder_fd, row->path, O_RDONLY, 0,
				     RESOLVE_SAFE);

		CASE(row->path);
		if (row->ret < 0) {
			assert_int_equal(fd, row->ret);
			continue;
		}
		assert_int_equal(sys_read_fd(fd, text, sizeof(text)), 4);
		assert_string_equal(text, "ours");
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		close(fd);
	}
}

static void magic_links_are_not_followed(void **state)
{
	assert_int_equal(sys_openat2(AT_FDCWD, "/proc/self/fd/0", O_PATH, 0,
				     RESOLVE_NO_MAGICLINKS),
			 -ELOOP);
}

static void a_sealed_memory_file_stays_as_it_is(void **state)
{
	int fd = sys_memfd("kist-test", MFD_ALLOW_SEALING | MFD_EXEC);

	assert_true(fd >= 0);
	assert_int_equal(sys_write_all(fd, "fixed", 5), 0);
	assert_int_equal(sys_seal(fd), 0);
	assert_int_equal(sys_write_all(fd, "x", 1), -EPERM);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(sys_seal(fd), -EPERM);
	close(fd);
}

static void a_small_file_is_read_as_a_string(void **state)
{
	char text[6], small[5];

	assert_int_equal(sys_replace_file(folder_fd, "file", "12345", 5, 0600),
			 0);
	assert_int_equal(sys_read_file(folder_fd, "file", text, sizeof(text)),
			 5);
	assert_string_equal(text, "12345");
	assert_int_equal(sys_read_file(folder_fd, "file", small, 5), -EFBIG);
	assert_int_equal(sys_read_file(folder_fd, "none", small, 5), -ENOENT);
	assert_int_equal(sys_read_file(folder_fd, ".", small, 5), -EISDIR);
}

static void a_kernel_file_gets_one_write(void **state)
{
	char text[16];

	assert_int_equal(sys_write_file(folder_fd, "file", "abc", 3), 0);
	assert_int_equal(sys_read_file(folder_fd, "file", text, 16), 5);
	assert_string_equal(text, "abc45"); /* nothing is truncated */
	assert_int_equal(sys_write_file(folder_fd, "new", "abc", 3), -ENOENT);
	assert_int_equal(sys_write_file(AT_FDCWD, "/dev/full", "abc", 3),
			 -ENOSPC);
}

static void replacing_keeps_the_mode_asked_for_and_leaves_nothing(void **state)
{
	struct stat st;
	mode_t umask_before = umask(0777);

	assert_int_equal(sys_replace_file(folder_fd, "file", "new", 3, 0640),
			 0);
	umask(umask_before);
	CHECK_SYS(fstatat(folder_fd, "file", &st, 0));
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_size, 3);

	/* a directory cannot be replaced by a file */
	assert_int_equal(sys_replace_file(folder_fd, "etc", "x", 1, 0600),
			 -EISDIR);
	assert_int_equal(sys_replace_file(folder_fd, "none/file", "x", 1, 0600),
			 -ENOENT);
	/* remove_folder() finds out whether anything is left */
}

static void a_file_is_loaded_up_to_a_limit(void **state)
{
	CLEANUP_BUF struct buf buf;

	buf_init(&buf);
	assert_int_equal(sys_load_file(folder_fd, "file", &buf, 3), 0);
	assert_string_equal(buf.data, "new");
	assert_int_equal(sys_load_file(folder_fd, "file", &buf, 2), -EFBIG);
	assert_int_equal(sys_load_file(folder_fd, "none", &buf, 2), -ENOENT);
}

static void a_range_of_fds_is_closed(void **state)
{
	int fd = (int)CHECK_SYS(fcntl(0, F_DUPFD, 500));

	assert_int_equal(sys_close_range((unsigned)fd, (unsigned)fd,
					 CLOSE_RANGE_CLOEXEC),
			 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(sys_close_range((unsigned)fd, ~0u, 0), 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(sys_close_range(9, 3, 0), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_below_a_root_stays_there),
		cmocka_unit_test(magic_links_are_not_followed),
		cmocka_unit_test(a_sealed_memory_file_stays_as_it_is),
		cmocka_unit_test(a_small_file_is_read_as_a_string),
		cmocka_unit_test(a_kernel_file_gets_one_write),
		cmocka_unit_test(
			replacing_keeps_the_mode_asked_for_and_leaves_nothing),
		cmocka_unit_test(a_file_is_loaded_up_to_a_limit),
		cmocka_unit_test(a_range_of_fds_is_closed),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
