/* SPDX-License-Identifier: Apache-2.0 */
/* test_cgroup_convert.c - files of cgroup v1 and v2, translated both ways */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "kernel/cgroup_convert.h"
#include "kernel/cgroup_knobs.h"
#include "kernel/cgroup_limits.h"

#define MAX 8

/* Words of @in to version @to, as "FILE=VALUE …"; what has no equivalent is
 * "FILE!", what is joined elsewhere "(FILE)". */
static void check_words(const char *const *in, int to, const char *wanted)
{
	struct cgroup_setting settings[MAX];
	struct cgroup_converted *out = NULL;
	struct kist_error err = { 0 };
	CLEANUP_ARENA struct arena arena;
	char text[1000] = "";
	size_t count = 0, n = 0;

	arena_init(&arena);
	for (; in[count]; count++) {
		char *equals = strchr(in[count], '=');

		settings[count].file = arena_strndup(
			&arena, in[count], (size_t)(equals - in[count]));
		settings[count].value = equals + 1;
	}
	if (cgroup_convert(settings, count, to, &arena, &out, &n, &err)) {
		CHECK_ERR(&err, wanted);
		assert_int_equal(err.id, KIST_E_CG_CONVERT);
		return;
	}
	for (size_t k = 0; k < n; k++) {
		size_t used = strlen(text);

		if (!out[k].to_file)
			snprintf(text + used, sizeof(text) - used, "%s%s!",
				 used ? " " : "", out[k].file);
		else if (out[k].joined)
			snprintf(text + used, sizeof(text) - used, "%s(%s)",
				 used ? " " : "", out[k].file);
		else
			snprintf(text + used, sizeof(text) - used, "%s%s=%s",
				 used ? " " : "", out[k].to_file,
				 out[k].to_value);
	}
	assert_string_equal(text, wanted);
}

static const struct {
	int to;
	const char *in[MAX];
	const char *out;
} conversions[] = {
	{ 2, { "memory.limit_in_bytes=1G" }, "memory.max=1073741824" },
	{ 2, { "memory.limit_in_bytes=-1" }, "memory.max=max" },
	{ 2, { "memory.limit_in_bytes=9223372036854771712" }, "memory.max=max" },
	{ 2,
	  { "memory.limit_in_bytes=3G", "memory.memsw.limit_in_bytes=6G" },
	  "memory.max=3221225472 memory.swap.max=3221225472" },
	{ 2,
	  { "memory.memsw.limit_in_bytes=3G", "memory.limit_in_bytes=3G" },
	  "memory.swap.max=0 memory.max=3221225472" },
	{ 2,
	  { "memory.memsw.limit_in_bytes=6G" },
	  "memory.memsw.limit_in_bytes!" },
	{ 2, { "memory.memsw.limit_in_bytes=-1" }, "memory.swap.max=max" },
	{ 2,
	  { "memory.limit_in_bytes=6G", "memory.memsw.limit_in_bytes=3G" },
	  "'memory.memsw.limit_in_bytes=3G' cannot be converted" },
	{ 2, { "memory.soft_limit_in_bytes=1M" }, "memory.low=1048576" },
	{ 2, { "memory.swappiness=10" }, "memory.swappiness!" },
	{ 2, { "memory.usage_in_bytes=5" }, "memory.current=5" },
	{ 2, { "cpu.shares=1024" }, "cpu.weight=100" },
	{ 2, { "cpu.shares=1" }, "'cpu.shares=1' cannot be converted" },
	{ 2,
	  { "cpu.cfs_period_us=20000", "cpu.cfs_quota_us=5000" },
	  "(cpu.cfs_period_us) cpu.max=5000 20000" },
	{ 2, { "cpu.cfs_quota_us=-1" }, "cpu.max=max 100000" },
	{ 2, { "cpu.cfs_period_us=5000" }, "cpu.max=max 5000" },
	{ 2, { "cpu.rt_runtime_us=5" }, "cpu.rt_runtime_us!" },
	{ 2, { "blkio.weight=1000" }, "io.weight=default 10000" },
	{ 2, { "blkio.weight_device=8:0 10" }, "io.weight=8:0 1" },
	{ 2,
	  { "blkio.weight_device=10" },
	  "'blkio.weight_device=10' cannot be converted" },
	{ 2, { "blkio.bfq.weight=300" }, "io.bfq.weight=default 300" },
	{ 2,
	  { "blkio.throttle.read_bps_device=8:0 1048576" },
	  "io.max=8:0 rbps=1048576" },
	{ 2,
	  { "blkio.throttle.write_iops_device=8:16 0" },
	  "io.max=8:16 wiops=max" },
	{ 2,
	  { "blkio.throttle.write_iops_device=sda 5" },
	  "'blkio.throttle.write_iops_device=sda 5' cannot be converted" },
	{ 2, { "freezer.state=FROZEN" }, "cgroup.freeze=1" },
	{ 2,
	  { "freezer.state=COLD" },
	  "'freezer.state=COLD' cannot be converted" },
	{ 2, { "hugetlb.2MB.limit_in_bytes=4M" }, "hugetlb.2MB.max=4194304" },
	{ 2,
	  { "hugetlb.1GB.rsvd.limit_in_bytes=-1" },
	  "hugetlb.1GB.rsvd.max=max" },
	{ 2, { "devices.deny=a" }, "devices.deny!" },
	{ 2, { "net_cls.classid=1" }, "net_cls.classid!" },
	{ 2, { "net_prio.ifpriomap=lo 1" }, "net_prio.ifpriomap!" },
	{ 2, { "notify_on_release=1" }, "notify_on_release!" },
	{ 2, { "tasks=5" }, "cgroup.threads=5" },
	{ 2,
	  { "memory.limt_in_bytes=1" },
	  "'memory.limt_in_bytes' is no file of cgroup v1 known here" },
	{ 1, { "memory.max=max" }, "memory.limit_in_bytes=-1" },
	{ 1,
	  { "memory.max=1M", "memory.swap.max=1M" },
	  "memory.limit_in_bytes=1048576 "
	  "memory.memsw.limit_in_bytes=2097152" },
	{ 1, { "memory.swap.max=1M" }, "memory.swap.max!" },
	{ 1, { "memory.high=1M" }, "memory.soft_limit_in_bytes=1048576" },
	{ 1, { "memory.min=1M" }, "memory.min!" },
	{ 1, { "cpu.weight=100" }, "cpu.shares=1024" },
	{ 1,
	  { "cpu.max=max 50000" },
	  "cpu.cfs_period_us=50000 cpu.cfs_quota_us=-1" },
	{ 1,
	  { "cpu.max=5000" },
	  "cpu.cfs_period_us=100000 cpu.cfs_quota_us=5000" },
	{ 1, { "cpu.max=5000 4 3" }, "'cpu.max=5000 4 3' cannot be converted" },
	{ 1,
	  { "io.max=8:0 rbps=1 wbps=max riops=2 wiops=3" },
	  "blkio.throttle.read_bps_device=8:0 1 "
	  "blkio.throttle.write_bps_device=8:0 0 "
	  "blkio.throttle.read_iops_device=8:0 2 "
	  "blkio.throttle.write_iops_device=8:0 3" },
	{ 1,
	  { "io.max=8:0 rbps=1 rbps=2" },
	  "'io.max=8:0 rbps=1 rbps=2' cannot be converted" },
	{ 1, { "io.weight=default 10000" }, "blkio.weight=1000" },
	{ 1, { "io.weight=8:0 1" }, "blkio.weight_device=8:0 10" },
	{ 1, { "io.bfq.weight=200" }, "blkio.bfq.weight=200" },
	{ 1, { "cgroup.freeze=0" }, "freezer.state=THAWED" },
	{ 1, { "cgroup.subtree_control=+cpu" }, "cgroup.subtree_control!" },
	{ 1, { "pids.max=7" }, "pids.max=7" },
};

static void values_are_translated_both_ways(void **state)
{
	EACH(row, conversions) {
		CASE(row->in[0]);
		check_words(row->in, row->to, row->out);
	}
}

static void every_weight_comes_back_from_its_shares(void **state)
{
	for (uint64_t w = 1; w <= 10000; w++)
		assert_int_equal(
			limit_weight_of_shares(cgroup_shares_of_weight(w)), w);
	for (uint64_t w = 10; w <= 1000; w++)
		assert_int_equal(
			cgroup_blkio_of_io_weight(limit_io_weight_of_blkio(w)),
			w);
}

static void what_has_no_equivalent_says_what_is_nearest(void **state)
{
	for (size_t i = 0; i < cgroup_convert_count; i++) {
		const struct cgroup_convert_row *row = &cgroup_convert_rows[i];
		const char *v1 = cgroup_convert_v1(row);
		const char *v2 = cgroup_convert_v2(row);

		CASE(v1 ? v1 : v2);
		assert_int_equal(row->v1[sizeof(row->v1) - 1], 0);
		assert_int_equal(row->v2[sizeof(row->v2) - 1], 0);
		assert_int_equal(row->note[sizeof(row->note) - 1], 0);
		if (row->how == CONVERT_NONE) {
			assert_true(!v1 != !v2);
			assert_non_null(cgroup_convert_note(row));
		} else {
			assert_non_null(v1);
			assert_non_null(v2);
		}
	}
}

/* Each limit that containers can have is in the table under the same names. */
static void every_limit_of_containers_can_be_translated(void **state)
{
	for (int i = 0; i < LIMIT_COUNT; i++) {
		const char *v1 = limit_table[i].v1_file;

		if (!v1 || i == LIMIT_BLKIO_WEIGHT)
			continue; /* blkio.weight has two successors */
		CASE(v1);
		assert_true(cgroup_file_version(v1) & 1);
		if (limit_table[i].v2_file)
			assert_true(
				cgroup_file_version(limit_table[i].v2_file) &
				2);
	}
}

/* What can be written and saved can be translated, or it is said why not. */
static void every_knob_is_in_the_table(void **state)
{
	for (size_t i = 0; i < cgroup_knob_count; i++) {
		const struct cgroup_knob *knob = &cgroup_knobs[i];

		if (strncmp(knob->file, "dmem.", 5) == 0 ||
		    strcmp(knob->file, "memory.zswap.writeback") == 0)
			continue; /* of v2 alone, and new */
		CASE(knob->file);
		assert_true(cgroup_file_version(knob->file) & knob->version);
	}
}

static void files_of_neither_version_are_known_as_such(void **state)
{
	assert_int_equal(cgroup_file_version("memory.max"), 2);
	assert_int_equal(cgroup_file_version("memory.limit_in_bytes"), 1);
	assert_int_equal(cgroup_file_version("pids.max"), 3);
	assert_int_equal(cgroup_file_version("hugetlb.64kB.max"), 2);
	assert_int_equal(cgroup_file_version("memory"), 0);
	assert_int_equal(cgroup_file_version(""), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_translated_both_ways),
		cmocka_unit_test(every_weight_comes_back_from_its_shares),
		cmocka_unit_test(what_has_no_equivalent_says_what_is_nearest),
		cmocka_unit_test(every_limit_of_containers_can_be_translated),
		cmocka_unit_test(every_knob_is_in_the_table),
		cmocka_unit_test(files_of_neither_version_are_known_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
