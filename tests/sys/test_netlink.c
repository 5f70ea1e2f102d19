/* SPDX-License-Identifier: Apache-2.0 */
/* test_netlink.c - the netlink wire (src/sys/netlink.c, netlink_read.c) */
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "sys/netlink.h"

static void a_message_is_built_as_the_kernel_wants_it(void **state)
{
	/* clang-format off */
	static const uint8_t wanted[] = {
		0, 0, 0, 0,  16, 0,  5, 0,  0, 0, 0, 0,  0, 0, 0, 0,
		1, 2, 3, 0,			/* head, padded */
		8, 0, 3, 0,  'a', 'b', 'c', 0,
		16, 0, 18, 0x80,		/* a nest */
		6, 0, 1, 0,  7, 1, 0, 0,
		4, 0, 2, 0x80,			/* an empty one inside */
	};
	/* clang-format on */
	static const uint8_t head[] = { 1, 2, 3 };
	struct netlink_msg msg;
	size_t outer, inner;

	netlink_begin(&msg, 16, 0, head, sizeof(head));
	netlink_add_text(&msg, 3, "abc");
	outer = netlink_nest(&msg, 18);
	netlink_add_u16(&msg, 1, 0x107);
	inner = netlink_nest(&msg, 2);
	netlink_nest_end(&msg, inner);
	netlink_nest_end(&msg, outer);
	assert_int_equal(msg.buf.len, sizeof(wanted));
	assert_memory_equal(msg.buf.data, wanted, sizeof(wanted));
	netlink_done(&msg);
}

static void a_long_message_grows_and_a_too_long_attribute_fails(void **state)
{
	static const char much[70000];
	struct netlink_msg msg;
	struct netlink nl = NETLINK_NONE;

	netlink_begin(&msg, 16, 0, NULL, 0);
	netlink_add(&msg, 1, much, 60000);
	assert_false(buf_failed(&msg.buf));
	assert_int_equal(msg.buf.len, 16 + 4 + 60000);
	netlink_add(&msg, 1, much, sizeof(much));
	assert_int_equal(netlink_talk(&nl, &msg, NULL), -ENOMEM);
	netlink_done(&msg);
}

static void only_whole_messages_are_handed_out(void **state)
{
	_Alignas(4) uint8_t bytes[64] = { 0 };
	struct nlmsghdr *msg = (void *)bytes;
	size_t pos;

	msg->nlmsg_len = 18;
	msg[0].nlmsg_type = 16;
	((struct nlmsghdr *)(void *)(bytes + 20))->nlmsg_len = 16;

	pos = 0;
	assert_ptr_equal(netlink_next(bytes, 40, &pos), bytes);
	assert_ptr_equal(netlink_next(bytes, 40, &pos), bytes + 20);
	assert_null(netlink_next(bytes, 40, &pos));

	for (size_t len = 0; len < 18; len++) {
		pos = 0;
		assert_null(netlink_next(bytes, len, &pos));
	}
	pos = 0; /* the padding behind the last one may be missing */
	assert_non_null(netlink_next(bytes, 18, &pos));
	assert_null(netlink_next(bytes, 18, &pos));

	for (uint32_t len = 0; len < 16; len++) {
		msg->nlmsg_len = len;
		pos = 0;
		assert_null(netlink_next(bytes, sizeof(bytes), &pos));
	}
	msg->nlmsg_len = UINT32_MAX;
	pos = 0;
	assert_null(netlink_next(bytes, sizeof(bytes), &pos));
}

static void only_whole_attributes_are_sorted(void **state)
{
	/* clang-format off */
	_Alignas(4) uint8_t bytes[] = {
		48, 0, 0, 0,  16, 0,  0, 0,  0, 0, 0, 0,  0, 0, 0, 0,
		0xaa, 0xbb, 0xcc, 0xdd,		/* head */
		8, 0, 1, 0,  1, 2, 3, 4,
		6, 0, 9, 0x80,  'x', 'y', 0, 0,	/* nested flag, no NUL */
		8, 0, 99, 0,  0, 0, 0, 0,	/* not in the table */
		200, 0, 2, 0,			/* longer than the message */
	};
	/* clang-format on */
	const struct nlmsghdr *msg = (const void *)bytes;
	const struct nlattr *attr[10];
	char text[8], small[2];

	netlink_attrs(msg, 4, attr, 9);
	assert_int_equal(netlink_u32(attr[1], 0), 0x04030201);
	assert_int_equal(netlink_u8(attr[1], 0), 1);
	assert_int_equal(netlink_u64(attr[1], 77), 77);
	assert_int_equal(netlink_u32(attr[3], 5), 5);
	assert_null(attr[2]);
	netlink_text(attr[9], text, sizeof(text));
	assert_string_equal(text, "xy");
	netlink_text(attr[9], small, sizeof(small));
	assert_string_equal(small, "x");
	netlink_text(NULL, text, sizeof(text));
	assert_string_equal(text, "");

	netlink_attrs(msg, 100, attr, 9);
	assert_null(attr[1]);
	netlink_inner(NULL, attr, 9);
	assert_null(attr[1]);
	assert_null(netlink_head(msg, 33));
	assert_ptr_equal(netlink_head(msg, 32), bytes + 16);
}

static void the_kernel_says_why_it_refuses(void **state)
{
	const struct ifinfomsg head = { .ifi_change = 1 };
	struct netlink nl = NETLINK_NONE;
	struct netlink_msg msg;

	CHECK_SYS(netlink_open(&nl, NETLINK_ROUTE));
	netlink_begin(&msg, RTM_GETLINK, 0, &head, sizeof(head));
	assert_int_equal(netlink_talk(&nl, &msg, NULL), -EINVAL);
	assert_string_equal(nl.why,
			    "Invalid values in header for get link request");
	netlink_done(&msg);
	netlink_close(&nl);
	assert_int_equal(nl.fd, -1);
}

static void a_list_is_taken_whole(void **state)
{
	const struct ifinfomsg head = { 0 };
	struct netlink nl = NETLINK_NONE;
	struct buf answers = { 0 };
	const struct nlmsghdr *answer;
	struct netlink_msg msg;
	size_t pos = 0;
	int count = 0;

	CHECK_SYS(netlink_open(&nl, NETLINK_ROUTE));
	netlink_begin(&msg, RTM_GETLINK, NLM_F_DUMP, &head, sizeof(head));
	assert_int_equal(netlink_talk(&nl, &msg, &answers), 0);
	while ((answer = netlink_next(answers.data, answers.len, &pos))) {
		assert_int_equal(answer->nlmsg_type, RTM_NEWLINK);
		count++;
	}
	assert_true(count >= 1);
	assert_true(pos >= answers.len);
	netlink_done(&msg);
	buf_done(&answers);
	netlink_close(&nl);
}

static void generic_families_have_numbers(void **state)
{
	struct netlink nl = NETLINK_NONE;

	CHECK_SYS(netlink_open(&nl, NETLINK_GENERIC));
	assert_int_equal(netlink_family(&nl, "nlctrl"), GENL_ID_CTRL);
	assert_int_equal(netlink_family(&nl, "kist-no-such"), -ENOENT);
	netlink_close(&nl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_built_as_the_kernel_wants_it),
		cmocka_unit_test(
			a_long_message_grows_and_a_too_long_attribute_fails),
		cmocka_unit_test(only_whole_messages_are_handed_out),
		cmocka_unit_test(only_whole_attributes_are_sorted),
		cmocka_unit_test(the_kernel_says_why_it_refuses),
		cmocka_unit_test(a_list_is_taken_whole),
		cmocka_unit_test(generic_families_have_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
