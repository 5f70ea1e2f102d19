/* SPDX-License-Identifier: Apache-2.0 */
/* test_record.c - the record of a container, and its state as JSON
 * (src/format/record.c, state.c) */
#include <kist/oci.h>

#include "check.h"
#include "format/record.h"

static const struct container_record sample = {
	.id = "web",
	.pid = 42,
	.start_time = 12345678901,
	.created = "2026-01-02T03:04:05.000000006Z",
	.oci_version = "1.2.0",
	.bundle = "/b \"x\"",
	.rootfs = "/b/rootfs",
	.owner = "0",
	.namespaces = 0x20000,
	.listen_op = -1,
	.has_poststop = true,
	.annotations = "{\"a\":\"<b>\"}",
	.config_name = "config.json",
	.config = "{\n}\n",
	.config_len = 4,
};

static void a_record_reads_as_it_was_written(void **state)
{
	struct container_record got = { 0 };
	struct kist_error err = { 0 };
	CLEANUP_ARENA struct arena arena;
	CLEANUP_BUF struct buf buf;

	arena_init(&arena);
	buf_init(&buf);
	record_format(&sample, &buf);
	assert_int_equal(record_parse(buf.data, buf.len, &arena, &got, &err),
			 0);
	assert_string_equal(got.id, sample.id);
	assert_int_equal(got.pid, 42);
	assert_true(got.start_time == sample.start_time);
	assert_string_equal(got.created, sample.created);
	assert_string_equal(got.bundle, sample.bundle);
	assert_string_equal(got.owner, "0");
	assert_null(got.cgroup);
	assert_true(got.namespaces == sample.namespaces);
	assert_int_equal(got.listen_op, -1);
	assert_false(got.init);
	assert_true(got.has_poststop);
	assert_string_equal(got.annotations, "{\"a\":\"\\u003cb\\u003e\"}");
	assert_int_equal(got.config_len, 4);
	assert_memory_equal(got.config, sample.config, 4);
}

static const struct {
	const char *text, *line;
} damaged[] = {
	{ "", "the container's record is damaged: "
	      "it was not written to its end" },
	{ "{\"record\":1", "the container's record is damaged: "
			   "it was not written to its end" },
	{ "{\"record\"\n", "the container's record is damaged: "
			   "it is not JSON" },
	{ "{}\n", "the container's record is damaged: no version" },
	{ "{\"record\":2}\n", "the container's record is damaged: "
			      "it is of another version of kist" },
	{ "{\"record\":1,\"pid\":\"x\"}\n",
	  "the container's record is damaged: pid" },
};

static void a_damaged_record_is_an_error(void **state)
{
	EACH(row, damaged) {
		struct container_record got = { 0 };
		struct kist_error err = { 0 };
		CLEANUP_ARENA struct arena arena;

		CASE(row->text);
		arena_init(&arena);
		assert_int_equal(record_parse(row->text, strlen(row->text),
					      &arena, &got, &err),
				 -EINVAL);
		assert_int_equal(err.id, KIST_E_RECORD);
		CHECK_ERR(&err, row->line);
	}
}

static void a_record_cut_anywhere_is_an_error(void **state)
{
	CLEANUP_BUF struct buf buf;

	buf_init(&buf);
	record_format(&sample, &buf);
	for (size_t len = 0; len < buf.len; len++) {
		struct container_record got;
		CLEANUP_ARENA struct arena arena;

		arena_init(&arena);
		assert_int_equal(record_parse(buf.data, len, &arena, &got,
					      NULL),
				 -EINVAL);
	}
}

static void the_state_is_printed_as_by_runc(void **state)
{
	struct kist_state web = {
		.id = (char *)"web",
		.status = KIST_RUNNING,
		.pid = 42,
		.bundle = (char *)"/b",
		.rootfs = (char *)"/b/rootfs",
		.created = (char *)"2026-01-02T03:04:05.000000006Z",
		.owner = (char *)"root",
		.oci_version = (char *)"1.2.0",
		.annotations_json = (char *)"{\"a\":\"b\"}",
	};
	CLEANUP_FREE char *text = kist_state_json(&web);

	assert_string_equal(text, "{\n"
				  "  \"ociVersion\": \"1.2.0\",\n"
				  "  \"id\": \"web\",\n"
				  "  \"pid\": 42,\n"
				  "  \"status\": \"running\",\n"
				  "  \"bundle\": \"/b\",\n"
				  "  \"rootfs\": \"/b/rootfs\",\n"
				  "  \"created\": "
				  "\"2026-01-02T03:04:05.000000006Z\",\n"
				  "  \"annotations\": {\n"
				  "    \"a\": \"b\"\n"
				  "  },\n"
				  "  \"owner\": \"root\"\n"
				  "}");
}

static void a_hook_gets_the_state_around_the_pid(void **state)
{
	struct key_value pair = { .key = "a", .value = "b" };
	struct spec spec = { .oci_version = "1.2.0",
			     .annotations = { &pair, 1 } };
	const char *before, *after;
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	record_hook_state(&arena, &spec, "web", "/b", "created", &before,
			  &after);
	assert_string_equal(before, "{\"ociVersion\":\"1.2.0\",\"id\":\"web\","
				    "\"status\":\"created\",\"pid\":");
	assert_string_equal(after, ",\"bundle\":\"/b\",\"annotations\":"
				   "{\"a\":\"b\"}}");
	assert_string_equal(record_annotations(&spec, &arena), "{\"a\":\"b\"}");
	spec.annotations.count = 0;
	assert_null(record_annotations(&spec, &arena));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_reads_as_it_was_written),
		cmocka_unit_test(a_damaged_record_is_an_error),
		cmocka_unit_test(a_record_cut_anywhere_is_an_error),
		cmocka_unit_test(the_state_is_printed_as_by_runc),
		cmocka_unit_test(a_hook_gets_the_state_around_the_pid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
