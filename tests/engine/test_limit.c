/* SPDX-License-Identifier: Apache-2.0 */
/* test_limit.c - limits as words, as properties, and who was killed */
#include <stdio.h>

#include "check.h"
#include "engine/cg/limit.h"
#include "engine/cg/limit_oom.h"
#include "engine/cg/limit_properties.h"

static const struct {
	const char *word;
	int64_t number;
	const char *text, *device;
} good[] = {
	{ "mem=64M", 64 << 20, NULL, NULL },
	{ "mem=1.5G", 3ll << 29, NULL, NULL },
	{ "mem=max", LIMIT_NONE, NULL, NULL },
	{ "mem=-1", LIMIT_NONE, NULL, NULL },
	{ "memory=infinity", LIMIT_NONE, NULL, NULL },
	{ "cpus=1.5", 1500000000, NULL, NULL },
	{ "cpus=.25", 250000000, NULL, NULL },
	{ "CPUQuota=20%", 200000000, NULL, NULL },
	{ "cpu.max=150000 100000", 1500000000, NULL, NULL },
	{ "cpu.max=max 100000", LIMIT_NONE, NULL, NULL },
	{ "cpu.cfs_quota_us=50000", 500000000, NULL, NULL },
	{ "pids=100", 100, NULL, NULL },
	{ "weight=10000", 10000, NULL, NULL },
	{ "cpuset=0-3,6", 0, "0-3,6", NULL },
	{ "io.read=8:0:10M", 10 << 20, NULL, "8:0" },
	{ "io.riops=8:0:max", LIMIT_NONE, NULL, "8:0" },
	{ "blkio.throttle.read_bps_device=8:0 1048576", 1 << 20, NULL, "8:0" },
	{ "io.weight=50", 50, NULL, NULL },
	{ "io.weight=8:0:50", 50, NULL, "8:0" },
	{ "net.class=10:1", 0x100001, NULL, NULL },
	{ "net.class=0x100001", 0x100001, NULL, NULL },
	{ "hugetlb.2MB=1G", 1 << 30, NULL, NULL },
	{ "memory.oom.group=1", 0, "1", NULL },
	{ "io.max=8:0 rbps=max", 0, "8:0 rbps=max", NULL },
};

static int read_one(const char *word, struct arena *arena,
		    struct limit_asks *asks, struct kist_error *err)
{
	const char *const words[] = { word, NULL };

	*asks = (struct limit_asks){ 0 };
	return limit_words_read(words, arena, asks, err);
}

static void words_are_read(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct limit_asks asks;

	arena_init(&arena);
	EACH(row, good) {
		struct kist_error err = { 0 };

		CASE(row->word);
		(void)!read_one(row->word, &arena, &asks, &err);
		CHECK_ERR(&err, NULL);
		assert_int_equal(asks.items[0].number, row->number);
		if (row->text)
			assert_string_equal(asks.items[0].text, row->text);
		if (row->device)
			assert_string_equal(asks.items[0].device, row->device);
	}
}

static const struct {
	const char *word, *line;
} wrong[] = {
	{ "mem", "'mem' is not a limit" },
	{ "=3", "'=3' is not a limit" },
	{ "mem=", "mem=: there is no value" },
	{ "mem=12X", "mem=12X: '12X' is not an amount of memory" },
	{ "mem=-5", "mem=-5: '-5' is not an amount of memory" },
	{ "mem=%", "mem=%: '%' is not an amount of memory" },
	{ "cpus=0", "cpus=0: '0' is not a number of processors" },
	{ "cpus=x", "cpus=x: 'x' is not a number of processors" },
	{ "cpu.max=1 0", "cpu.max=1 0: not a quota" },
	{ "pids=0", "pids=0: it is a number from 1 to 2147483647" },
	{ "pids=1.5", "pids=1.5: '1.5' is not a number or 'max'" },
	{ "weight=0", "weight=0: it is a number from 1 to 10000" },
	{ "weight=max", "weight=max: 'max' is not a number" },
	{ "cpuset=x", "cpuset=x: not a list" },
	{ "io.read=10M", "io.read=10M: write it as io.read=/dev/vda:VALUE" },
	{ "io.read=/proc:1M", "io.read=/proc:1M: '/proc' is not on one disk" },
	{ "net.class=x", "net.class=x: 'x' is not a class" },
	{ "net.prio=5", "net.prio=5: not a priority" },
	{ "cgroup.kill=1", "'cgroup.kill' limits nothing" },
	{ "memory.a/../b=1", "there is no limit 'memory.a/../b'" },
	{ "sdfsdf=1", "there is no limit 'sdfsdf'" },
};

static void wrong_words_say_what_is_wrong(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct limit_asks asks;

	arena_init(&arena);
	EACH(row, wrong) {
		struct kist_error err = { 0 };

		CASE(row->word);
		assert_int_equal(read_one(row->word, &arena, &asks, &err),
				 -EINVAL);
		assert_int_equal(err.id, KIST_E_LIMIT_WORD);
		assert_string_equal(err.what, row->line);
	}
}

static void a_later_word_replaces_an_earlier(void **state)
{
	const char *const words[] = { "mem=1M",		"memory=2M",
				      "io.read=8:0:1M", "io.read=8:16:1M",
				      "io.read=8:0:2M", "hugetlb.2MB=2M",
				      "hugetlb.1GB=1G", NULL };
	CLEANUP_ARENA struct arena arena;
	struct limit_asks asks = { 0 };
	struct kist_error err = { 0 };

	arena_init(&arena);
	(void)!limit_words_read(words, &arena, &asks, &err);
	CHECK_ERR(&err, NULL);
	assert_int_equal(asks.count, 5);
	assert_int_equal(limit_ask_of(&asks, KEY_MEM)->number, 2 << 20);
	assert_int_equal(limit_ask_of(&asks, KEY_IO_READ)->number, 2 << 20);
}

static const struct {
	const char *word, *shell;
} properties[] = {
	{ "mem=64M", "MemoryMax=67108864" },
	{ "mem=max", "MemoryMax=infinity" },
	{ "swap=0", "MemorySwapMax=0" },
	{ "throttle=1M", "MemoryHigh=1048576" },
	{ "cpus=1.5", "CPUQuota=150.00%" },
	{ "cpus=max", "CPUQuota=" },
	{ "shares=1024", "CPUWeight=100" },
	{ "cpuset=0-1", "AllowedCPUs=0-1" },
	{ "io.read=8:0:1M", "IOReadBandwidthMax=/dev/block/8:0 1048576" },
	{ "io.weight=8:0:50", "IODeviceWeight=/dev/block/8:0 50" },
	{ "pids=max", "TasksMax=infinity" },
	{ "hugetlb.2MB=2M", NULL },
	{ "memory.oom.group=1", NULL },
	{ "memsw=1G", NULL },
};

static void limits_are_properties_of_systemd(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct limit_asks asks;

	arena_init(&arena);
	EACH(row, properties) {
		struct limit_property property;
		struct kist_error err = { 0 };
		int ret;

		CASE(row->word);
		assert_int_equal(read_one(row->word, &arena, &asks, &err), 0);
		ret = limit_property_of(&asks, &asks.items[0], &arena,
					&property, &err);
		if (row->shell) {
			CHECK_ERR(&err, NULL);
			assert_string_equal(property.shell, row->shell);
		} else {
			assert_int_equal(ret, -ENOTSUP);
			assert_int_equal(err.id, KIST_E_LIMIT_VERSION);
		}
	}
}

static void lists_are_bits(void **state)
{
	uint8_t bits[8];

	assert_int_equal(limit_list_bits("0-3,6", bits, sizeof(bits)), 1);
	assert_int_equal(bits[0], 0x4f);
	assert_int_equal(limit_list_bits("9", bits, sizeof(bits)), 2);
	assert_int_equal(bits[0], 0);
	assert_int_equal(bits[1], 2);
	assert_int_equal(limit_list_bits("0-4000000000", bits, sizeof(bits)),
			 8);
}

static void the_killed_are_found_in_the_log(void **state)
{
	static const char line[] =
		"4,1234,5678,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask="
		"(null),cpuset=/,mems_allowed=0,oom_memcg=/a/kist-limit-7,"
		"task_memcg=/a/kist-limit-7,task=tail,pid=4711,uid=0\n";
	struct kist_limit_result result = { 0 };

	limit_oom_parse(line, "/a/kist-limit-7", &result);
	assert_int_equal(result.killed_count, 1);
	assert_int_equal(result.killed[0].pid, 4711);
	assert_string_equal(result.killed[0].name, "tail");
	/* another's, or nothing of the kind */
	limit_oom_parse(line, "/a/kist-limit-70", &result);
	limit_oom_parse(line, "/a/kist-limit", &result);
	limit_oom_parse("4,1,2,-;usb 1-1: new device", "/a", &result);
	limit_oom_parse("oom-kill:task_memcg=/a", "/a", &result);
	assert_int_equal(result.killed_count, 1);
	/* from inside a namespace the path is shorter */
	limit_oom_parse(line, "/kist-limit-7", &result);
	assert_int_equal(result.killed_count, 2);
	for (int i = 0; i < 20; i++)
		limit_oom_parse(line, "/a/kist-limit-7", &result);
	assert_int_equal(result.killed_count, KIST_LIMIT_KILLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_read),
		cmocka_unit_test(wrong_words_say_what_is_wrong),
		cmocka_unit_test(a_later_word_replaces_an_earlier),
		cmocka_unit_test(limits_are_properties_of_systemd),
		cmocka_unit_test(lists_are_bits),
		cmocka_unit_test(the_killed_are_found_in_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
