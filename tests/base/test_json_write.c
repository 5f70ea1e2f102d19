/* SPDX-License-Identifier: Apache-2.0 */
/* test_json_write.c - the JSON writer prints as Go does (src/base/json_write.c)
 */
#include "base/json_write.h"
#include "check.h"

static const struct {
	const char *text, *json;
} strings[] = {
	{ "", "\"\"" },
	{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
	{ "\b\f\n\r\t\x01", "\"\\b\\f\\n\\r\\t\\u0001\"" },
	{ "<a & b>", "\"\\u003ca \\u0026 b\\u003e\"" },
	{ "\xc3\xa4", "\"\xc3\xa4\"" },
	{ "\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\"" },
	{ "\xff", "\"\\ufffd\"" },
	{ NULL, "null" },
};

static void strings_are_escaped_as_by_go(void **state)
{
	EACH(row, strings) {
		CLEANUP_BUF struct buf buf;
		struct json_writer w;

		CASE(row->json);
		buf_init(&buf);
		json_write_init(&w, &buf, NULL);
		json_write_string(&w, row->text);
		assert_string_equal(buf.data, row->json);
	}
}

static void write_sample(struct buf *buf, const char *indent)
{
	static const char *const words[] = { "a", "b", NULL };
	static const char *const none[] = { NULL };
	struct json_writer w;

	json_write_init(&w, buf, indent);
	json_open(&w, '{');
	json_member(&w, "s", "x");
	json_member_int(&w, "i", -1);
	json_member_uint(&w, "u", UINT64_MAX);
	json_key(&w, "o");
	json_open(&w, '{');
	json_close(&w, '}');
	json_member_strings(&w, "l", words);
	json_member_strings(&w, "e", none);
	json_member_bool(&w, "b", true);
	json_close(&w, '}');
}

static void objects_are_laid_out_as_by_go(void **state)
{
	CLEANUP_BUF struct buf compact, wide;

	buf_init(&compact);
	write_sample(&compact, NULL);
	assert_string_equal(
		compact.data,
		"{\"s\":\"x\",\"i\":-1,\"u\":18446744073709551615,"
		"\"o\":{},\"l\":[\"a\",\"b\"],\"e\":[],\"b\":true}");
	buf_init(&wide);
	write_sample(&wide, "  ");
	assert_string_equal(wide.data, "{\n"
				       "  \"s\": \"x\",\n"
				       "  \"i\": -1,\n"
				       "  \"u\": 18446744073709551615,\n"
				       "  \"o\": {},\n"
				       "  \"l\": [\n"
				       "    \"a\",\n"
				       "    \"b\"\n"
				       "  ],\n"
				       "  \"e\": [],\n"
				       "  \"b\": true\n"
				       "}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_escaped_as_by_go),
		cmocka_unit_test(objects_are_laid_out_as_by_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
