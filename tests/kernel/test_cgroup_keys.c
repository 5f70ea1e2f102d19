/* SPDX-License-Identifier: Apache-2.0 */
/* test_cgroup_keys.c - limits as people write them */
#include <stdio.h>

#include "check.h"
#include "kernel/cgroup_keys.h"

static int find(const char *word)
{
	const char *near;

	return limit_key_find(word, strlen(word), &near);
}

static void every_key_is_whole(void **state)
{
	for (int key = 0; key < KEY_COUNT; key++) {
		const struct limit_key_info *k = &limit_keys[key];

		assert_non_null(k->name);
		CASE(k->name);
		assert_non_null(k->help);
		assert_non_null(k->v1);
		assert_int_equal(find(k->name), key);
		if (k->podman)
			assert_int_equal(find(k->podman), key);
		/* what v2 lacks is answered with something else */
		if (!limit_key_file(key, true) && k->sense == SENSE_ALL &&
		    key != KEY_BLKIO_WEIGHT && key != KEY_HUGETLB)
			assert_non_null(k->nearest);
	}
}

static const struct {
	const char *word;
	int key;
} spellings[] = {
	{ "mem", KEY_MEM },
	{ "memory", KEY_MEM },
	{ "MemoryMax", KEY_MEM },
	{ "memory.max", KEY_MEM },
	{ "memory.limit_in_bytes", KEY_MEM },
	{ "swap", KEY_SWAP },
	{ "memory.swap.max", KEY_SWAP },
	{ "MemorySwapMax", KEY_SWAP },
	{ "memory-swap", KEY_MEMSW },
	{ "memory.memsw.limit_in_bytes", KEY_MEMSW },
	{ "soft", KEY_SOFT },
	{ "memory-reservation", KEY_SOFT },
	{ "memory.low", KEY_SOFT },
	{ "memory.high", KEY_THROTTLE },
	{ "MemoryHigh", KEY_THROTTLE },
	{ "cpu.max", KEY_CPUS },
	{ "CPUQuota", KEY_CPUS },
	{ "cpu.weight", KEY_WEIGHT },
	{ "cpu.shares", KEY_SHARES },
	{ "pids-limit", KEY_PIDS },
	{ "TasksMax", KEY_PIDS },
	{ "hugetlb.2MB", KEY_HUGETLB },
	{ "hugetlb.1GB.max", KEY_HUGETLB },
	{ "io.max", -1 },
	{ "", -1 },
	{ "Mem", -1 },
	{ "memory.oom.group", -1 },
};

static void a_key_has_several_spellings(void **state)
{
	EACH(row, spellings) {
		CASE(row->word);
		assert_int_equal(find(row->word), row->key);
	}
}

static void a_mistyped_key_has_a_nearest(void **state)
{
	const char *near;

	assert_int_equal(limit_key_find("mme=3G", 3, &near), -1);
	assert_string_equal(near, "mem");
	assert_int_equal(limit_key_find("zzzzzzzz", 8, &near), -1);
	assert_null(near);
}

static void files_differ_where_the_sense_does(void **state)
{
	assert_null(limit_key_file(KEY_SWAP, false));
	assert_string_equal(limit_key_file(KEY_SWAP, true), "memory.swap.max");
	assert_string_equal(limit_key_file(KEY_MEMSW, false),
			    "memory.memsw.limit_in_bytes");
	assert_null(limit_key_file(KEY_MEMSW, true));
	assert_null(limit_key_systemd(KEY_MEMSW));
	assert_string_equal(limit_key_systemd(KEY_SWAP), "MemorySwapMax");
	assert_null(limit_key_file(KEY_THROTTLE, false));
}

static void weights_are_converted_back(void **state)
{
	assert_int_equal(limit_shares_of_weight(1), 2);
	assert_int_equal(limit_shares_of_weight(100), 1024);
	assert_int_equal(limit_shares_of_weight(10000), 262144);
	for (uint64_t weight = 1; weight <= 10000; weight += 37)
		assert_true(limit_weight_of_shares(
				    limit_shares_of_weight(weight)) <= weight);
	assert_int_equal(limit_blkio_of_io_weight(1), 10);
	assert_int_equal(limit_blkio_of_io_weight(10000), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_whole),
		cmocka_unit_test(a_key_has_several_spellings),
		cmocka_unit_test(a_mistyped_key_has_a_nearest),
		cmocka_unit_test(files_differ_where_the_sense_does),
		cmocka_unit_test(weights_are_converted_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
