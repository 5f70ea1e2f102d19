/* SPDX-License-Identifier: Apache-2.0 */
/* test_lsm.c - the security modules (src/kernel/lsm.c) */
#include "check.h"
#include "kernel/lsm.h"

static void a_module_is_on_as_its_own_files_say(void **state)
{
	/* without its folder it is certainly off */
	if (!has_file("/sys/module/apparmor"))
		assert_false(lsm_has_apparmor());
	if (!has_file("/sys/fs/selinux/enforce"))
		assert_false(lsm_has_selinux());
	else
		assert_true(lsm_has_selinux());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_is_on_as_its_own_files_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
