/* SPDX-License-Identifier: Apache-2.0 */
/* test_cap.c - names of capabilities (src/kernel/cap.c) */
#include <linux/capability.h>

#include "check.h"
#include "kernel/cap.h"

static const struct {
	const char *word;
	int number;
} words[] = {
	{ "CAP_CHOWN", 0 },    { "chown", 0 },
	{ "NET_RAW", 13 },     { "cap_net_raw", 13 },
	{ "Cap_Net_Raw", 13 }, { "CAP_CHECKPOINT_RESTORE", 40 },
	{ "CAP_", -1 },	       { "", -1 },
	{ "ALL", -1 },	       { "CAP_CAP_CHOWN", -1 },
	{ "NET_RAW ", -1 },    { "CAP_NET", -1 },
};

static void a_name_is_taken_with_or_without_cap_in_any_case(void **state)
{
	EACH(row, words) {
		CASE(row->word);
		assert_int_equal(cap_parse(row->word), row->number);
	}
}

static void every_number_has_a_name_that_leads_back(void **state)
{
	for (int number = 0; number < CAP_COUNT; number++)
		assert_int_equal(cap_parse(cap_name(number)), number);
	assert_null(cap_name(CAP_COUNT));
	assert_null(cap_name(-1));
	assert_int_equal(CAP_LAST_CAP, CAP_COUNT - 1);
}

static void a_misspelt_name_has_a_neighbour(void **state)
{
	assert_string_equal(cap_near("CAP_NETADMIN"), "CAP_NET_ADMIN");
	assert_string_equal(cap_near("sys_amdin"), "CAP_SYS_ADMIN");
	assert_null(cap_near("moonlight_sonata"));
}

static void the_default_set_is_dockers(void **state)
{
	static const char *const docker[] = {
		"CHOWN",   "DAC_OVERRIDE", "FSETID",	       "FOWNER",
		"MKNOD",   "NET_RAW",	   "SETGID",	       "SETUID",
		"SETFCAP", "SETPCAP",	   "NET_BIND_SERVICE", "SYS_CHROOT",
		"KILL",	   "AUDIT_WRITE",
	};
	uint64_t mask = 0;

	EACH(name, docker)
		mask |= CAP_MASK(cap_parse(*name));
	assert_true(mask == CAP_DOCKER_DEFAULT);
}

static void the_kernel_has_at_least_those_of_linux_5_9(void **state)
{
	assert_in_range(cap_last(), 40, 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_name_is_taken_with_or_without_cap_in_any_case),
		cmocka_unit_test(every_number_has_a_name_that_leads_back),
		cmocka_unit_test(a_misspelt_name_has_a_neighbour),
		cmocka_unit_test(the_default_set_is_dockers),
		cmocka_unit_test(the_kernel_has_at_least_those_of_linux_5_9),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
