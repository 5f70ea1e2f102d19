/* SPDX-License-Identifier: Apache-2.0 */
/* test_cgroup_limits.c - the tables of limits, and their conversions */
#include <string.h>

#include "check.h"
#include "kernel/cgroup_internal.h"

static void every_limit_has_a_name_and_a_file(void **state)
{
	for (int i = 0; i < LIMIT_COUNT; i++) {
		const struct limit_info *info = &limit_table[i];

		assert_non_null(info->oci);
		CASE(info->oci);
		assert_non_null(info->block);
		assert_non_null(info->unit);
		assert_non_null(info->v1_controller);
		assert_true(info->v1_file ||
			    i == LIMIT_MEMORY_CHECK_BEFORE_UPDATE);
		assert_false(info->is_signed && info->is_bool);
		for (int j = 0; j < i; j++)
			assert_false(
				strcmp(limit_table[j].block, info->block) ==
					0 &&
				strcmp(limit_table[j].oci, info->oci) == 0);
	}
}

static const struct {
	uint64_t shares, weight;
} weights[] = {
	{ 0, 0 },	   { 1, 1 },	      { 2, 1 },
	{ 3, 2 },	   { 10, 4 },	      { 100, 17 },
	{ 256, 35 },	   { 512, 59 },	      { 1000, 99 },
	{ 1023, 100 },	   { 1024, 100 },     { 1025, 101 },
	{ 2048, 174 },	   { 4096, 303 },     { 10240, 639 },
	{ 100000, 4340 },  { 262143, 10000 }, { 262144, 10000 },
	{ 300000, 10000 },
};

static void shares_become_the_weight_that_all_runtimes_use(void **state)
{
	EACH(row, weights)
		assert_int_equal(limit_weight_of_shares(row->shares),
				 row->weight);
}

static void more_shares_are_never_less_weight(void **state)
{
	uint64_t last = 0;

	for (uint64_t shares = 2; shares < 270000; shares += 7) {
		uint64_t weight = limit_weight_of_shares(shares);

		assert_in_range(weight, last ? last : 1, 10000);
		last = weight;
	}
}

static void block_weights_fill_the_range_of_io_weights(void **state)
{
	assert_int_equal(limit_io_weight_of_blkio(0), 0);
	assert_int_equal(limit_io_weight_of_blkio(10), 1);
	assert_int_equal(limit_io_weight_of_blkio(500), 4950);
	assert_int_equal(limit_io_weight_of_blkio(1000), 10000);
}

static const struct {
	enum cgroup_limit which;
	int64_t value;
	bool harmless;
} values[] = {
	{ LIMIT_MEMORY, -1, true },
	{ LIMIT_MEMORY, 0, true },
	{ LIMIT_MEMORY, 1, false },
	{ LIMIT_MEMORY_SWAPPINESS, -1, true },
	{ LIMIT_MEMORY_SWAPPINESS, INT64_MAX, true }, /* -1 as a uint64 */
	{ LIMIT_MEMORY_SWAPPINESS, 0, false },
	{ LIMIT_MEMORY_DISABLE_OOM_KILLER, 0, true },
	{ LIMIT_MEMORY_DISABLE_OOM_KILLER, 1, false },
	{ LIMIT_MEMORY_USE_HIERARCHY, 1, true },
	{ LIMIT_MEMORY_CHECK_BEFORE_UPDATE, 1, true },
	{ LIMIT_CPU_SHARES, 0, true },
	{ LIMIT_CPU_QUOTA, -1, true },
	{ LIMIT_CPU_IDLE, 0, true },
	{ LIMIT_CPU_IDLE, 1, false },
	{ LIMIT_PIDS, -1, true },
	{ LIMIT_PIDS, 0, false },
	{ LIMIT_NET_CLASS_ID, 0, true },
};

static void values_that_limit_nothing_need_no_controller(void **state)
{
	EACH(row, values) {
		struct cgroup_limits limits = { 0 };

		CASE(limit_table[row->which].oci);
		limits.values[row->which].present = true;
		limits.values[row->which].value = row->value;
		assert_int_equal(cgroup_limits_empty(&limits), row->harmless);
		assert_int_equal(cgroup_blocks_needed(&limits) == 0,
				 row->harmless);
		assert_true(cgroup_blocks_present(&limits) != 0);
	}
}

static void lists_need_their_controllers(void **state)
{
	struct limit_device_rate rate = { 8, 0, 1 };
	struct limit_pair pair = { "misc.max", "x 1", 0 };
	struct cgroup_limits limits = { .cpus = "0" };
	struct cgroup_world v2 = { .mode = CGROUP_V2, .count = 1 };
	char names[128];

	v2.h[0].is_v2 = true;
	limits.throttles[THROTTLE_WRITE_IOPS] = &rate;
	limits.throttle_counts[THROTTLE_WRITE_IOPS] = 1;
	limits.unified = &pair;
	limits.unified_count = 1;
	assert_false(cgroup_limits_empty(&limits));
	cgroup_v2_needs(&v2, &limits, names, sizeof(names));
	assert_string_equal(names, "cpuset io misc");

	/* on a hybrid machine those of v1 need not be enabled */
	v2.mode = CGROUP_HYBRID;
	v2.count = 2;
	strcpy(v2.h[1].controllers, "cpuset,blkio");
	cgroup_v2_needs(&v2, &limits, names, sizeof(names));
	assert_string_equal(names, "misc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_limit_has_a_name_and_a_file),
		cmocka_unit_test(
			shares_become_the_weight_that_all_runtimes_use),
		cmocka_unit_test(more_shares_are_never_less_weight),
		cmocka_unit_test(block_weights_fill_the_range_of_io_weights),
		cmocka_unit_test(values_that_limit_nothing_need_no_controller),
		cmocka_unit_test(lists_need_their_controllers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
