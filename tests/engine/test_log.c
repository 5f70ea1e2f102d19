/* SPDX-License-Identifier: Apache-2.0 */
/* test_log.c - the log of a detached container (src/engine/log.c) */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "engine/container/about.h"
#include "engine/container/log.h"

#define T "1970-01-01T00:00:01.000000002Z"
#define TIME 1000000002

static const struct {
	const char *bytes, *log;
} writes[] = {
	{ "", "" },
	{ "one\n", T " stdout F one\n" },
	{ "one\ntwo\n", T " stdout F one\n" T " stdout F two\n" },
	{ "part", T " stdout P part\n" },
	{ "one\npart", T " stdout F one\n" T " stdout P part\n" },
	{ "\n", T " stdout F \n" },
	{ "\n\n", T " stdout F \n" T " stdout F \n" },
	{ "with blanks \t\r\n", T " stdout F with blanks \t\r\n" },
};

static void what_comes_is_written_line_by_line(void **state)
{
	EACH(row, writes) {
		int fd = memfd_create("log", MFD_CLOEXEC);
		char text[400] = "";

		CASE(row->bytes);
		log_write(fd, LOG_STDOUT, TIME, row->bytes, strlen(row->bytes));
		CHECK_SYS(pread(fd, text, sizeof(text) - 1, 0));
		assert_string_equal(text, row->log);
		close(fd);
	}
}

static void a_line_is_read_into_its_parts(void **state)
{
	static const char text[] = T " stderr P a b\n" T " stdout F \nrest";
	const char *end = text + sizeof(text) - 1, *at = text;
	struct log_line line;

	at = log_read_line(at, end, &line);
	assert_non_null(at);
	assert_int_equal(line.stream, LOG_STDERR);
	assert_false(line.is_full);
	assert_int_equal(line.text_len, 3);
	assert_memory_equal(line.text, "a b", 3);
	assert_int_equal(line.time_len, sizeof(T) - 1);

	at = log_read_line(at, end, &line);
	assert_non_null(at);
	assert_true(line.is_full);
	assert_int_equal(line.text_len, 0);

	/* a line that is being written, and what is no log */
	assert_null(log_read_line(at, end, &line));
	assert_null(log_read_line("x\n", "x\n" + 2, &line));
	assert_null(log_read_line(end, end, &line));
}

static const struct {
	int64_t count;
	const char *first; /* text of the first line shown; NULL: none */
} tails[] = {
	{ 0, NULL }, { 1, "4" }, { 2, "3a" },
	{ 3, "2" },  { 4, "1" }, { 99, "1" },
};

static void the_last_lines_are_whole_lines(void **state)
{
	static const char text[] = T " stdout F 1\n" T " stdout F 2\n" T
				     " stdout P 3a\n" T " stdout F 3b\n" T
				     " stdout P 4\n";
	const char *end = text + sizeof(text) - 1;

	EACH(row, tails) {
		struct log_line line;
		const char *at = log_tail(text, end, row->count);

		if (!row->first) {
			assert_ptr_equal(at, end);
			continue;
		}
		assert_non_null(log_read_line(at, end, &line));
		assert_memory_equal(line.text, row->first, line.text_len);
		assert_int_equal(line.text_len, strlen(row->first));
	}
}

static void a_time_is_rfc_3339_with_nanoseconds(void **state)
{
	char text[TIME_TEXT];

	time_format(TIME, text);
	assert_string_equal(text, T);
	time_format(1769860800123456789, text);
	assert_string_equal(text, "2026-01-31T12:00:00.123456789Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_is_written_line_by_line),
		cmocka_unit_test(a_line_is_read_into_its_parts),
		cmocka_unit_test(the_last_lines_are_whole_lines),
		cmocka_unit_test(a_time_is_rfc_3339_with_nanoseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
