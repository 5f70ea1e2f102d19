/* SPDX-License-Identifier: Apache-2.0 */
/* test_values.c - the values of options (src/engine/values.c, env.c) */
#include <stdlib.h>

#include "check.h"
#include "engine/values.h"

static struct arena arena;

static int setup(void **state)
{
	arena_init(&arena);
	return 0;
}

static int teardown(void **state)
{
	arena_done(&arena);
	return 0;
}

static const struct {
	const char *word, *name;
	uint64_t soft, hard;
	const char *line;
} ulimits[] = {
	{ "nofile=1024", "NOFILE", 1024, 1024, NULL },
	{ "nofile=1024:2048", "NOFILE", 1024, 2048, NULL },
	{ "core=0:unlimited", "CORE", 0, UINT64_MAX, NULL },
	{ "core=-1", "CORE", UINT64_MAX, UINT64_MAX, NULL },
	{ "nofil=1", NULL, 0, 0, "unknown limit 'nofil'" },
	{ "nofile", NULL, 0, 0, "'nofile' is not NAME=SOFT[:HARD]" },
	{ "nofile=", NULL, 0, 0, "'' is not a number or 'unlimited'" },
	{ "nofile=2:1", NULL, 0, 0, "the soft limit is above the hard one" },
	{ "nofile=1:", NULL, 0, 0, "'' is not a number or 'unlimited'" },
};

static void a_ulimit_has_a_name_and_one_or_two_numbers(void **state)
{
	EACH(row, ulimits) {
		struct kist_error err = { 0 };
		struct ulimit limit = { 0 };
		int ret = value_ulimit(row->word, &arena, &limit, &err);

		CASE(row->word);
		CHECK_ERR(&err, row->line);
		assert_int_equal(err.id, row->line ? KIST_E_OPTION_VALUE : 0);
		assert_int_equal(ret, row->line ? -EINVAL : 0);
		if (row->line)
			continue;
		assert_string_equal(limit.name, row->name);
		assert_true(limit.soft == row->soft);
		assert_true(limit.hard == row->hard);
	}
}

static const struct {
	const char *word;
	int64_t nanocpus; /* 0: refused */
} cpus[] = {
	{ "1", 1000000000 },
	{ "1.5", 1500000000 },
	{ ".5", 500000000 },
	{ "0.01", 10000000 },
	{ "2.", 2000000000 },
	{ "0.123456789", 123456789 },
	{ "999999", 999999000000000 },
	{ "0", 0 },
	{ "0.009", 0 },
	{ "", 0 },
	{ ".", 0 },
	{ "1e3", 0 },
	{ "-1", 0 },
	{ "1,5", 0 },
	{ "1.5.5", 0 },
	{ "1000000", 0 },
	{ " 1", 0 },
};

static void processors_are_exact_decimal_numbers(void **state)
{
	EACH(row, cpus) {
		struct kist_error err = { 0 };
		int64_t value = 0;
		int ret = value_cpus(row->word, &value, &err);

		CASE(row->word);
		assert_int_equal(ret, row->nanocpus ? 0 : -EINVAL);
		assert_true(value == row->nanocpus);
	}
}

static void a_list_of_processors_is_numbers_and_ranges(void **state)
{
	static const struct {
		const char *word;
		int ret;
	} lists[] = {
		{ "0", 0 },	     { "0-3", 0 },	 { "0-3,6", 0 },
		{ "1,2,3", 0 },	     { "", -EINVAL },	 { ",", -EINVAL },
		{ "0-", -EINVAL },   { "-1", -EINVAL },	 { "a", -EINVAL },
		{ "0,,1", -EINVAL }, { "0 1", -EINVAL }, { "1,", -EINVAL },
	};

	EACH(row, lists) {
		CASE(row->word);
		assert_int_equal(value_cpu_list(row->word, NULL), row->ret);
	}
}

static void an_id_map_is_three_numbers(void **state)
{
	static const struct {
		const char *word;
		int ret;
		struct id_map map;
	} maps[] = {
		{ "0:1000:1", 0, { 0, 1000, 1 } },
		{ "0:100000:65536", 0, { 0, 100000, 65536 } },
		{ "0:1", -EINVAL, { 0, 0, 0 } },
		{ "0:1:2:3", -EINVAL, { 0, 0, 0 } },
		{ "0:1:4294967296", -EINVAL, { 0, 0, 0 } },
		{ "a:1:2", -EINVAL, { 0, 0, 0 } },
		{ "", -EINVAL, { 0, 0, 0 } },
	};

	EACH(row, maps) {
		struct id_map map = { 0 };

		CASE(row->word);
		assert_int_equal(value_id_map(row->word, &map, NULL), row->ret);
		assert_memory_equal(&map, &row->map, sizeof(map));
	}
}

static void a_time_is_absolute_or_a_span(void **state)
{
	static const struct {
		const char *word;
		int64_t time;
	} times[] = {
		{ "1970-01-01T00:00:01Z", 1000000000 },
		{ "1970-01-01T00:00:01.5Z", 1500000000 },
		{ "1970-01-01T01:00:01+01:00", 1000000000 },
		{ "2026-01-31T12:00:00.000000001Z", 1769860800000000001 },
		{ "1769860800", 1769860800000000000 },
	};
	int64_t time;

	EACH(row, times) {
		CASE(row->word);
		assert_int_equal(value_time(row->word, &time, NULL), 0);
		assert_true(time == row->time);
	}
	assert_int_equal(value_time("10m", &time, NULL), 0);
	assert_true(time > 1700000000000000000);
	assert_int_equal(value_time("yesterday", &time, NULL), -EINVAL);
	assert_int_equal(value_time("", &time, NULL), -EINVAL);
	assert_int_equal(value_time("2026-01-31", &time, NULL), -EINVAL);
}

static void a_device_is_looked_at(void **state)
{
	static const struct {
		const char *word, *path, *access;
		const char *line;
	} devices[] = {
		{ "/dev/null", "/dev/null", "rwm", NULL },
		{ "/dev/null:/dev/x", "/dev/x", "rwm", NULL },
		{ "/dev/null:r", "/dev/null", "r", NULL },
		{ "/dev/null:/dev/x:rm", "/dev/x", "rm", NULL },
		{ "/dev/null:/x:z", NULL, NULL,
		  "'z' is not an access of r, w and m" },
		{ "/dev/null:x", NULL, NULL, "'x' is not an absolute path" },
		{ "/etc/passwd", NULL, NULL, "'/etc/passwd' is not a device" },
	};

	EACH(row, devices) {
		struct kist_error err = { 0 };
		struct device device = { 0 };
		int ret = value_device(row->word, &arena, &device, &err);

		CASE(row->word);
		CHECK_ERR(&err, row->line);
		if (ret < 0)
			continue;
		assert_string_equal(device.path, row->path);
		assert_string_equal(device.access, row->access);
		assert_int_equal(device.type, 'c');
		assert_int_equal(device.major, 1);
		assert_int_equal(device.minor, 3);
	}
}

static void the_last_value_of_a_variable_wins(void **state)
{
	struct env env;

	env_init(&env, &arena);
	env_set(&env, "A=1");
	env_set(&env, "AB=2");
	assert_int_equal(env_add(&env, "A=3", NULL), 0);
	assert_int_equal(env.count, 2);
	assert_string_equal(env_get(&env, "A"), "3");
	assert_string_equal(env_get(&env, "AB"), "2");
	assert_null(env_get(&env, "B"));
	assert_null(env.items[2]);
	assert_int_equal(env_add(&env, "=x", NULL), -EINVAL);
	assert_int_equal(env_add(&env, "", NULL), -EINVAL);
}

static void variables_of_ours_are_passed_by_name_or_start(void **state)
{
	struct env env;

	setenv("KIST_VALUE_A", "a", 1);
	setenv("KIST_VALUE_B", "b", 1);
	env_init(&env, &arena);
	assert_int_equal(env_add(&env, "KIST_VALUE_A", NULL), 0);
	assert_int_equal(env_add(&env, "KIST_VALUE_NOT_SET", NULL), 0);
	assert_int_equal(env.count, 1);
	assert_int_equal(env_add(&env, "KIST_VALUE_*", NULL), 0);
	assert_int_equal(env.count, 2);
	assert_string_equal(env_get(&env, "KIST_VALUE_B"), "b");
}

static void an_environment_of_any_size_is_kept(void **state)
{
	struct env env;

	env_init(&env, &arena);
	for (int i = 0; i < 500; i++)
		env_set(&env, arena_printf(&arena, "V%d=%d", i, i));
	assert_int_equal(env.count, 500);
	assert_string_equal(env_get(&env, "V499"), "499");
	assert_null(env.items[500]);
}

#define TEST(f) cmocka_unit_test(f)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_ulimit_has_a_name_and_one_or_two_numbers),
		TEST(processors_are_exact_decimal_numbers),
		TEST(a_list_of_processors_is_numbers_and_ranges),
		TEST(an_id_map_is_three_numbers),
		TEST(a_time_is_absolute_or_a_span),
		TEST(a_device_is_looked_at),
		TEST(the_last_value_of_a_variable_wins),
		TEST(variables_of_ours_are_passed_by_name_or_start),
		TEST(an_environment_of_any_size_is_kept),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
