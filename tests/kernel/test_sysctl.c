/* SPDX-License-Identifier: Apache-2.0 */
/* test_sysctl.c - sysctls of namespaces (src/kernel/sysctl.c) */
#include "check.h"
#include "kernel/ns.h"
#include "kernel/sysctl.h"

#define ALL (BIT(NS_COUNT) - 1)

static const struct {
	const char *key;
	uint32_t private;
	const char *path; /* NULL: refused, as @line says */
	const char *line;
} keys[] = {
	{ "net.ipv4.ip_forward", BIT(NS_NET), "net/ipv4/ip_forward", NULL },
	{ "net/ipv4/ip_forward", BIT(NS_NET), "net/ipv4/ip_forward", NULL },
	{ "net.ipv4.conf.eth0/1.forwarding", ALL,
	  "net/ipv4/conf/eth0.1/forwarding", NULL },
	{ "net/ipv4/conf/eth0.1/forwarding", ALL,
	  "net/ipv4/conf/eth0.1/forwarding", NULL },
	{ "net.ipv4.ip_forward", ALL & ~BIT(NS_NET), NULL,
	  "sysctl 'net.ipv4.ip_forward' needs its own network namespace: the "
	  "container shares the host's" },
	{ "kernel.shmmax", BIT(NS_IPC), "kernel/shmmax", NULL },
	{ "kernel.sem", BIT(NS_IPC), "kernel/sem", NULL },
	{ "fs.mqueue.msg_max", BIT(NS_IPC), "fs/mqueue/msg_max", NULL },
	{ "fs.mqueue.msg_max", BIT(NS_NET), NULL,
	  "sysctl 'fs.mqueue.msg_max' needs its own ipc namespace: the "
	  "container shares the host's" },
	{ "kernel.domainname", BIT(NS_UTS), "kernel/domainname", NULL },
	{ "user.max_user_namespaces", BIT(NS_USER), "user/max_user_namespaces",
	  NULL },
	{ "kernel.hostname", ALL, NULL,
	  "sysctl 'kernel.hostname' conflicts with the hostname" },
	{ "kernel.core_pattern", ALL, NULL,
	  "sysctl 'kernel.core_pattern' is not in a separate kernel "
	  "namespace: it is the whole machine's" },
	{ "kernel.shmmaxx", ALL, NULL,
	  "sysctl 'kernel.shmmaxx' is not in a separate kernel namespace: it "
	  "is the whole machine's" },
	{ "networks", ALL, NULL,
	  "sysctl 'networks' is not in a separate kernel namespace: it is the "
	  "whole machine's" },
	{ "", ALL, NULL, "'' is not the name of a sysctl" },
	{ "net", ALL, NULL,
	  "sysctl 'net' is not in a separate kernel namespace: it is the "
	  "whole machine's" },
	{ "net.", ALL, NULL, "'net.' is not the name of a sysctl" },
	{ "net..x", ALL, NULL, "'net..x' is not the name of a sysctl" },
	{ "/net/x", ALL, NULL, "'/net/x' is not the name of a sysctl" },
	{ "net/../kernel/core_pattern", ALL, NULL,
	  "'net/../kernel/core_pattern' is not the name of a sysctl" },
	{ "net.//.kernel.core_pattern", ALL, NULL,
	  "'net.//.kernel.core_pattern' is not the name of a sysctl" },
	{ "net/./x", ALL, NULL, "'net/./x' is not the name of a sysctl" },
};

static void only_what_a_namespace_holds_can_be_set(void **state)
{
	EACH(row, keys) {
		struct kist_error err = { 0 };
		char path[SYSCTL_PATH_MAX] = "untouched";

		CASE(row->key);
		assert_int_equal(sysctl_check(row->key, row->private, path,
					      &err),
				 row->path ? 0 : -EINVAL);
		CHECK_ERR(&err, row->line);
		assert_string_equal(path, row->path ? row->path : "untouched");
	}
}

static void a_key_that_is_too_long_is_no_sysctl(void **state)
{
	char key[2 * SYSCTL_PATH_MAX], path[SYSCTL_PATH_MAX];

	memset(key, 'x', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	memcpy(key, "net.", 4);
	assert_int_equal(sysctl_check(key, ALL, path, NULL), -EINVAL);
}

static void the_refusal_says_what_to_do(void **state)
{
	struct kist_error err = { 0 };
	char path[SYSCTL_PATH_MAX];

	assert_int_equal(sysctl_check("kernel.hostname", ALL, path, &err),
			 -EINVAL);
	CHECK_HINT(&err, "set the container's hostname instead");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_a_namespace_holds_can_be_set),
		cmocka_unit_test(a_key_that_is_too_long_is_no_sysctl),
		cmocka_unit_test(the_refusal_says_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
