/* SPDX-License-Identifier: Apache-2.0 */
/* test_device.c - the default devices are this machine's (kernel/device.c) */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "check.h"
#include "kernel/device.h"

static void the_numbers_are_the_kernels(void **state)
{
	for (size_t i = 0; i < device_node_count; i++) {
		const struct device_node *node = &device_nodes[i];
		char path[64];
		struct stat st;

		CASE(node->name);
		snprintf(path, sizeof(path), "/dev/%s", node->name);
		CHECK_SYS(stat(path, &st));
		assert_true(S_ISCHR(st.st_mode));
		assert_int_equal(major(st.st_rdev), node->major);
		assert_int_equal(minor(st.st_rdev), node->minor);
	}
}

static bool allows(const struct device_node *node, unsigned access)
{
	for (size_t i = 0; i < device_default_rule_count; i++) {
		const struct device_rule *rule = &device_default_rules[i];

		if (rule->type == 'c' && rule->allow && rule->access & access &&
		    (rule->major < 0 || rule->major == node->major) &&
		    (rule->minor < 0 || rule->minor == node->minor))
			return true;
	}
	return false;
}

static void every_default_device_may_be_used_and_others_made(void **state)
{
	const struct device_node pts = { "pts/7", 136, 7 };
	const struct device_node memory = { "mem", 1, 1 };

	for (size_t i = 0; i < device_node_count; i++) {
		CASE(device_nodes[i].name);
		assert_true(allows(&device_nodes[i], DEVICE_WRITE));
	}
	assert_true(allows(&pts, DEVICE_READ));
	assert_false(allows(&memory, DEVICE_READ | DEVICE_WRITE));
	assert_true(allows(&memory, DEVICE_MKNOD));
}

static void the_links_lead_to_the_process_itself(void **state)
{
	assert_int_equal(device_link_count, 5);
	assert_string_equal(device_links[1].name, "stdin");
	assert_string_equal(device_links[1].target, "/proc/self/fd/0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_numbers_are_the_kernels),
		cmocka_unit_test(
			every_default_device_may_be_used_and_others_made),
		cmocka_unit_test(the_links_lead_to_the_process_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
