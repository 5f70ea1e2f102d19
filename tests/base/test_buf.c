/* SPDX-License-Identifier: Apache-2.0 */
/* test_buf.c - a growing byte buffer (src/base/buf.c) */
#include <fcntl.h>

#include "base/buf.h"
#include "check.h"

static void what_is_appended_is_a_string(void **state)
{
	CLEANUP_BUF struct buf buf;

	buf_init(&buf);
	buf_puts(&buf, "one");
	buf_putc(&buf, ' ');
	buf_printf(&buf, "%d", 2);
	buf_add(&buf, " three!", 6);
	assert_string_equal(buf.data, "one 2 three");
	assert_int_equal(buf.len, 11);
}

static void it_grows(void **state)
{
	CLEANUP_BUF struct buf buf;

	buf_init(&buf);
	for (int i = 0; i < 10000; i++)
		buf_printf(&buf, "%04d", i);
	assert_false(buf_failed(&buf));
	assert_int_equal(buf.len, 40000);
	assert_memory_equal(buf.data + 39996, "9999", 5);
}

static void aligning_adds_zeros_up_to_the_next_multiple(void **state)
{
	CLEANUP_BUF struct buf buf;

	buf_init(&buf);
	buf_align(&buf, 8);
	assert_int_equal(buf.len, 0);
	buf_puts(&buf, "abc");
	buf_align(&buf, 8);
	assert_int_equal(buf.len, 8);
	assert_memory_equal(buf.data, "abc\0\0\0\0\0", 9);
	buf_align(&buf, 8);
	assert_int_equal(buf.len, 8);
}

static void taking_it_leaves_it_empty(void **state)
{
	CLEANUP_FREE char *text = NULL;
	CLEANUP_FREE char *empty = NULL;
	struct buf buf;

	buf_init(&buf);
	buf_puts(&buf, "mine");
	text = buf_take(&buf);
	assert_string_equal(text, "mine");
	assert_int_equal(buf.len, 0);
	empty = buf_take(&buf);
	assert_string_equal(empty, "");
}

static void a_failure_sticks(void **state)
{
	CLEANUP_BUF struct buf buf;

	buf_init(&buf);
	buf_puts(&buf, "x");
	buf_add(&buf, "", SIZE_MAX - 1);
	assert_true(buf_failed(&buf));
	buf_puts(&buf, "y");
	assert_string_equal(buf.data, "x");
	assert_int_equal(buf_write(&buf, 1), -ENOMEM);
	assert_null(buf_take(&buf));
}

static void files_are_written_and_read_whole(void **state)
{
	CLEANUP_BUF struct buf out, in;
	int pipe_fd[2];

	buf_init(&out);
	buf_init(&in);
	for (int i = 0; i < 2000; i++)
		buf_printf(&out, "line %d\n", i);
	CHECK_SYS(pipe2(pipe_fd, O_CLOEXEC));
	assert_int_equal(buf_write(&out, pipe_fd[1]), 0);
	close(pipe_fd[1]);
	buf_puts(&in, "> ");
	assert_int_equal(buf_read(&in, pipe_fd[0], out.len), 0);
	close(pipe_fd[0]);
	assert_string_equal(in.data + 2, out.data);
}

static void a_file_that_is_too_large_is_refused(void **state)
{
	CLEANUP_BUF struct buf in;
	CLEANUP_FD int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	buf_init(&in);
	assert_int_equal(buf_read(&in, fd, 1000), -EFBIG);
	assert_int_equal(buf_read(&in, -1, 1000), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_appended_is_a_string),
		cmocka_unit_test(it_grows),
		cmocka_unit_test(aligning_adds_zeros_up_to_the_next_multiple),
		cmocka_unit_test(taking_it_leaves_it_empty),
		cmocka_unit_test(a_failure_sticks),
		cmocka_unit_test(files_are_written_and_read_whole),
		cmocka_unit_test(a_file_that_is_too_large_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
