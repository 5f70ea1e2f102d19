/* SPDX-License-Identifier: Apache-2.0 */
/* test_log.c - errors in the words and formats of engines (src/oci/log.c) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "check.h"
#include "oci/log.h"

static const struct {
	enum kist_err id;
	int errnum;
	const char *what, *place, *message;
} errors[] = {
	/* the words are there already */
	{ KIST_E_CONTAINER_EXISTS, 0,
	  "container with given ID already exists: 'web'", "",
	  "container with given ID already exists: 'web'" },
	{ KIST_E_COMMAND_NOT_FOUND, 0,
	  "exec: \"x\": executable file not found in $PATH", "",
	  "exec: \"x\": executable file not found in $PATH" },
	{ KIST_E_COMMAND_NOT_FOUND, ENOENT, "exec: \"/x\": stat /x", "",
	  "exec: \"/x\": stat /x: no such file or directory (ENOENT)" },
	{ KIST_E_COMMAND_NOT_EXECUTABLE, EACCES, "exec: \"/x\"", "",
	  "exec: \"/x\": permission denied (EACCES)" },

	/* or are put there */
	{ KIST_E_CONTAINER_UNKNOWN, 0, "container 'web' does not exist", "",
	  "container does not exist: 'web'" },
	{ KIST_E_CONTAINER_UNKNOWN, 0, "no 'web'", "",
	  "container does not exist: 'web'" },
	{ KIST_E_CONTAINER_UNKNOWN, 0, "gone", "",
	  "gone: container does not exist" },
	{ KIST_E_CONTAINER_ID, 0, "'a/b' is no name", "",
	  "'a/b' is no name: invalid container ID format" },
	{ KIST_E_COMMAND_NOT_FOUND, 0, "exec 'x'", "",
	  "exec 'x': executable file not found in $PATH" },
	{ KIST_E_COMMAND_NOT_EXECUTABLE, EISDIR, "exec: \"/x\"", "",
	  "exec: \"/x\": Is a directory (EISDIR): permission denied" },

	/* a file of ours is not the user's command */
	{ KIST_E_SYSTEM, ENOENT, "open 'cgroup.freeze'", "",
	  "open 'cgroup.freeze': missing (ENOENT)" },
	{ KIST_E_SYSTEM, EACCES, "open 'x'", "",
	  "open 'x': Permission denied (EACCES)" },

	/* there is one line only */
	{ KIST_E_CONFIG_VALUE, 0, "unknown capability 'CAP_X'",
	  "process.capabilities at config.json:7:3",
	  "unknown capability 'CAP_X' "
	  "(process.capabilities at config.json:7:3)" },
};

static void errors_have_the_words_engines_look_for_and_no_others(void **state)
{
	EACH(row, errors) {
		struct kist_error err = { 0 };
		struct buf buf;

		CASE(row->message);
		err_sys(&err, row->id, row->errnum, "%s", row->what);
		err_place(&err, "%s", row->place);
		buf_init(&buf);
		log_message(&err, &buf);
		assert_string_equal(buf.data, row->message);
		buf_done(&buf);
	}
}

static void a_line_is_one_line_whatever_the_message(void **state)
{
#define TIME "2026-11-22T06:00:00Z"
	static const struct {
		const char *message, *text, *json;
	} rows[] = {
		{ "plain", "plain", "plain" },
		{ "a \"b\" \\", "a \\\"b\\\" \\\\", "a \\\"b\\\" \\\\" },
		{ "two\nlines\001", "two\\nlines\\x01", "two\\nlines\\u0001" },
		{ "gr\303\274n", "gr\303\274n", "gr\303\274n" },
	};

	EACH(row, rows) {
		char wanted[200];
		struct buf buf;

		CASE(row->message);
		buf_init(&buf);
		log_format(&buf, false, "error", row->message, TIME);
		snprintf(wanted, sizeof(wanted),
			 "time=\"" TIME "\" level=error msg=\"%s\"\n",
			 row->text);
		assert_string_equal(buf.data, wanted);
		buf_done(&buf);

		buf_init(&buf);
		log_format(&buf, true, "error", row->message, TIME);
		snprintf(wanted, sizeof(wanted),
			 "{\"level\":\"error\",\"msg\":\"%s\","
			 "\"time\":\"" TIME "\"}\n",
			 row->json);
		assert_string_equal(buf.data, wanted);
		buf_done(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			errors_have_the_words_engines_look_for_and_no_others),
		cmocka_unit_test(a_line_is_one_line_whatever_the_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
