/* SPDX-License-Identifier: Apache-2.0 */
/* test_json.c - the JSON reader (src/base/json.c, json_place.c) */
#include <stdio.h>

#include "base/json.h"
#include "base/json_write.h"
#include "check.h"

static int parse(struct arena *arena, const char *text,
		 const struct json **ret_json, struct kist_error *err)
{
	return json_parse(text, strlen(text), "t.json", arena, ret_json, err);
}

/* ---- texts that are refused ---- */

static const struct {
	const char *text, *line, *hint;
} bad_texts[] = {
	{ "", "the text is empty", "at least {} is needed   t.json:1:1" },
	{ " \n ", "the text is empty", "at least {} is needed   t.json:2:2" },
	{ "{", "expected a name in double quotes, found the end of the text",
	  "names are strings   t.json:1:2" },
	{ "[1", "expected ',' or ']' after a value, found the end of the text",
	  "t.json:1:3" },
	{ "{\"a\":1,}", "expected a name after ',', found '}'",
	  "a comma may not follow the last one   t.json:1:8" },
	{ "[1,\n]", "expected a value after ',', found ']'",
	  "a comma may not follow the last one   t.json:2:1" },
	{ "{'a':1}", "expected a name in double quotes, found '''",
	  "JSON wants double quotes, not single ones   t.json:1:2" },
	{ "{a:1}", "expected a name in double quotes, found 'a'",
	  "names are strings   t.json:1:2" },
	{ "{\"a\" 1}", "expected ':' after a name, found '1'", "t.json:1:6" },
	{ "{\"a\":1 \"b\":2}", "expected ',' or '}' after a value, found '\"'",
	  "is a ',' missing before it?   t.json:1:8" },
	{ "[1 // one\n]", "expected ',' or ']' after a value, found '/'",
	  "JSON has no comments   t.json:1:4" },
	{ "# x\n[]", "expected a value, found '#'",
	  "JSON has no comments   t.json:1:1" },
	{ "[True]", "expected a value, found 'True'",
	  "did you mean 'true'?   t.json:1:2" },
	{ "[nil]", "expected a value, found 'nil'",
	  "did you mean 'null'?   t.json:1:2" },
	{ "[hello]", "expected a value, found 'hello'",
	  "strings are in double quotes   t.json:1:2" },
	{ "[\"ab\n\"]", "the string that begins here does not end on its line",
	  "is a '\"' missing at its end?   t.json:1:2" },
	{ "[\"ab", "the string that begins here has no end",
	  "is a '\"' missing?   t.json:1:2" },
	{ "[\"a\tb\"]", "control character 0x09 in a string",
	  "write it as an escape, such as '\\t'   t.json:1:4" },
	{ "[\"\\x\"]", "unknown escape: '\\' before 'x'",
	  "write a backslash itself as '\\\\'   t.json:1:3" },
	{ "[\"\\u12g4\"]", "expected four hexadecimal digits after '\\u'",
	  "t.json:1:3" },
	{ "[\"\\ud800\"]", "half a surrogate pair '\\ud800' in a string",
	  "t.json:1:3" },
	{ "[\"\\udc00\\ud800\"]", "half a surrogate pair '\\udc00' in a string",
	  "t.json:1:3" },
	{ "[\"\xc3\xa4\xff\"]", "byte 0xff is not UTF-8", "t.json:1:4" },
	{ "[\"\xed\xa0\x80\"]", "byte 0xed is not UTF-8", "t.json:1:3" },
	{ "[\"\xc0\x80\"]", "byte 0xc0 is not UTF-8", "t.json:1:3" },
	{ "[01]", "a number may not start with a zero",
	  "octal file modes are written in decimal   t.json:1:2" },
	{ "[-]", "expected a digit after '-', found ']'", "t.json:1:3" },
	{ "[1.]", "expected a digit after '.', found ']'", "t.json:1:4" },
	{ "[1e+]", "expected a digit of the exponent, found ']'",
	  "t.json:1:5" },
	{ "[+1]", "expected a value, found '+'", "t.json:1:2" },
	{ "[.5]", "expected a value, found '.'", "t.json:1:2" },
	{ "{} {}", "expected nothing more after the value, found '{'",
	  "t.json:1:4" },
	{ "{\"a\":1,\n \"b\":2,\n \"a\":3}", "'a' is there twice",
	  "remove one of them   t.json:3:2" },
	{ "{\"a\":1,\"\\u0061\":3}", "'a' is there twice",
	  "remove one of them   t.json:1:8" },
	{ "\xef\xbb\xbf{}", "the text begins with a byte order mark",
	  "save the file without it   t.json:1:1" },
	{ "[\"\xc3\xa4\xc3\xb6\" x]",
	  "expected ',' or ']' after a value, found 'x'", "t.json:1:7" },
};

static void a_slip_is_named_with_its_line_and_column(void **state)
{
	EACH(row, bad_texts) {
		CLEANUP_ARENA struct arena arena;
		struct kist_error err = { 0 };
		const struct json *json = NULL;

		CASE(row->text);
		arena_init(&arena);
		assert_int_equal(parse(&arena, row->text, &json, &err),
				 -EINVAL);
		assert_null(json);
		assert_int_equal(err.id, KIST_E_JSON_SYNTAX);
		CHECK_ERR(&err, row->line);
		CHECK_HINT(&err, row->hint);
	}
}

static void nesting_has_a_limit(void **state)
{
	char text[2 * JSON_DEPTH_MAX + 8] = "";
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	const struct json *json;

	arena_init(&arena);
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	assert_int_equal(parse(&arena, text, &json, &err), 0);
	memset(text, '[', sizeof(text) - 1);
	assert_int_equal(parse(&arena, text, &json, &err), -EINVAL);
	CHECK_ERR(&err, "more than 100 levels of nesting");
}

static void a_name_among_many_may_not_be_there_twice(void **state)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_BUF struct buf buf;
	struct kist_error err = { 0 };
	const struct json *json;

	arena_init(&arena);
	buf_init(&buf);
	buf_putc(&buf, '{');
	for (int i = 0; i < 1000; i++)
		buf_printf(&buf, "\"k%d\":%d,", i, i);
	buf_puts(&buf, "\"k1000\":0}");
	assert_int_equal(parse(&arena, buf.data, &json, &err), 0);
	assert_int_equal(json->len, 1001);
	memcpy(strstr(buf.data, "k1000"), "k0777", 5);
	assert_int_equal(parse(&arena, buf.data, &json, &err), 0);
	memcpy(strstr(buf.data, "\"k0777\""), "\"k777\" ", 7);
	assert_int_equal(parse(&arena, buf.data, &json, &err), -EINVAL);
	CHECK_ERR(&err, "'k777' is there twice");
}

/* ---- values ---- */

static void strings_are_decoded(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct json *json;

	arena_init(&arena);
	assert_int_equal(parse(&arena,
			       "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"\\u00e4\","
			       "\"\\ud83d\\ude00\", \"a\\u0000b\", \"\"]",
			       &json, NULL),
			 0);
	assert_string_equal(json[1].text, "\"\\/\b\f\n\r\t");
	assert_string_equal(json[2].text, "\xc3\xa4");
	assert_string_equal(json[3].text, "\xf0\x9f\x98\x80");
	assert_int_equal(json[4].len, 3);
	assert_null(json_string(&json[4])); /* no C string */
	assert_string_equal(json_string(&json[5]), "");
}

static const struct {
	const char *text;
	bool is_int;
	int64_t i;
	bool is_uint;
	uint64_t u;
} numbers[] = {
	{ "0", true, 0, true, 0 },
	{ "-0", true, 0, false, 0 },
	{ "9223372036854775807", true, INT64_MAX, true, INT64_MAX },
	{ "9223372036854775808", false, 0, true, (uint64_t)INT64_MAX + 1 },
	{ "-9223372036854775808", true, INT64_MIN, false, 0 },
	{ "-9223372036854775809", false, 0, false, 0 },
	{ "18446744073709551615", false, 0, true, UINT64_MAX },
	{ "18446744073709551616", false, 0, false, 0 },
	{ "1.0", false, 0, false, 0 },
	{ "1e3", false, 0, false, 0 },
	{ "\"1\"", false, 0, false, 0 },
};

static void whole_numbers_are_exact(void **state)
{
	EACH(row, numbers) {
		CLEANUP_ARENA struct arena arena;
		const struct json *json;
		int64_t i = 0;
		uint64_t u = 0;

		CASE(row->text);
		arena_init(&arena);
		assert_int_equal(parse(&arena, row->text, &json, NULL), 0);
		assert_string_equal(json->text,
				    row->text[0] == '"' ? "1" : row->text);
		assert_int_equal(json_int64(json, &i), row->is_int);
		assert_true(i == row->i);
		assert_int_equal(json_uint64(json, &u), row->is_uint);
		assert_true(u == row->u);
	}
}

static const struct {
	const char *at, *path;
} paths[] = {
	{ "{\"process", "" },
	{ "\"sh\"", "process.args[0]" },
	{ "\"-c\"", "process.args[1]" },
	{ "\"user\"", "process.user" },
	{ "0}", "process.user.uid" },
	{ "\"x\"", "sysctl['net.core']" },
};

static void a_place_has_a_path(void **state)
{
	static const char text[] =
		"{\"process\": {\"args\": [\"sh\", \"-c\"], \"user\":"
		"{\"uid\": 0}}, \"sysctl\": {\"net.core\": \"x\"}}";
	CLEANUP_ARENA struct arena arena;
	const struct json *json;

	arena_init(&arena);
	assert_int_equal(parse(&arena, text, &json, NULL), 0);
	EACH(row, paths) {
		char path[100];

		CASE(row->at);
		json_path(json, (size_t)(strstr(text, row->at) - text), path,
			  sizeof(path));
		assert_string_equal(path, row->path);
	}
}

/* ---- against another parser ---- */

/* json-c; its headers have an enum json_type, too */
struct json_tokener;
struct json_object;
struct json_tokener *json_tokener_new_ex(int depth);
void json_tokener_set_flags(struct json_tokener *tokener, int flags);
struct json_object *json_tokener_parse_ex(struct json_tokener *tokener,
					  const char *text, int len);
int json_tokener_get_error(struct json_tokener *tokener);
void json_tokener_free(struct json_tokener *tokener);
int json_object_put(struct json_object *object);
#define JSON_TOKENER_STRICT 0x01
#define JSON_TOKENER_VALIDATE_UTF8 0x10

static bool other_accepts(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(200);
	struct json_object *object;
	bool accepted;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, (int)len + 1);
	accepted = json_tokener_get_error(tokener) == 0;
	json_object_put(object);
	json_tokener_free(tokener);
	return accepted;
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* A random value as text. */
static void make_value(struct buf *buf, uint32_t *seed, int depth)
{
	static const char *const leaves[] = {
		"null",	 "true",	   "false",	   "0",
		"-12.5", "1e10",	   "123456789",	   "\"\"",
		"\"x\"", "\"\\u00e4\\n\"", "\"\xc3\xa4\"", "\"\\\\\\\"\"",
	};
	uint32_t pick = next_random(seed) % 6, count = next_random(seed) % 4;

	if (depth == 0 || pick > 1) {
		buf_puts(buf, leaves[next_random(seed) % ARRAY_LEN(leaves)]);
		return;
	}
	buf_putc(buf, pick ? '{' : '[');
	for (uint32_t i = 0; i < count; i++) {
		if (i)
			buf_puts(buf, " , ");
		if (pick)
			buf_printf(buf, "\"k%u\" :\n", i);
		make_value(buf, seed, depth - 1);
	}
	buf_putc(buf, pick ? '}' : ']');
}

static void the_same_texts_are_json_as_for_another_parser(void **state)
{
	static const char bytes[] = "{}[]\",:\\ \n01e.-tnua\xc3\x80/'";
	uint32_t seed = 20240501;

	for (int i = 0; i < 20000; i++) {
		CLEANUP_ARENA struct arena arena;
		CLEANUP_BUF struct buf buf;
		const struct json *json;
		bool mutate = i % 2;

		arena_init(&arena);
		buf_init(&buf);
		make_value(&buf, &seed, 5);
		if (mutate)
			buf.data[next_random(&seed) % buf.len] =
				bytes[next_random(&seed) % (sizeof(bytes) - 1)];
		CASE(buf.data);
		if (parse(&arena, buf.data, &json, NULL) == 0)
			assert_true(other_accepts(buf.data, buf.len));
		else
			assert_true(mutate);
	}
}

static void what_is_written_reads_the_same(void **state)
{
	uint32_t seed = 7;

	for (int i = 0; i < 2000; i++) {
		CLEANUP_ARENA struct arena arena;
		CLEANUP_BUF struct buf text, once, twice;
		const struct json *json;
		struct json_writer w;

		arena_init(&arena);
		buf_init(&text);
		buf_init(&once);
		buf_init(&twice);
		make_value(&text, &seed, 5);
		assert_int_equal(parse(&arena, text.data, &json, NULL), 0);
		json_write_init(&w, &once, i % 2 ? "  " : NULL);
		json_write_value(&w, json);
		assert_int_equal(parse(&arena, once.data, &json, NULL), 0);
		json_write_init(&w, &twice, i % 2 ? "  " : NULL);
		json_write_value(&w, json);
		assert_string_equal(once.data, twice.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_is_named_with_its_line_and_column),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(a_name_among_many_may_not_be_there_twice),
		cmocka_unit_test(strings_are_decoded),
		cmocka_unit_test(whole_numbers_are_exact),
		cmocka_unit_test(a_place_has_a_path),
		cmocka_unit_test(the_same_texts_are_json_as_for_another_parser),
		cmocka_unit_test(what_is_written_reads_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
