/* SPDX-License-Identifier: Apache-2.0 */
/* test_dbus.c - messages of D-Bus, byte by byte */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "sys/dbus.h"

/* What a call is on the wire: read back by the same parser, and its body. */
static void a_call_can_be_read_back(void **state)
{
	static struct dbus_message m;
	struct dbus_call call;
	const char *text;
	uint32_t number;
	size_t at = 0, mark;
	int fds[2];

	CHECK_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	dbus_call_begin(&call, "/a/b", "c.d.E", "Member", "sua(sv)");
	dbus_add_string(&call, "name");
	dbus_add_u32(&call, 7);
	mark = dbus_begin_array(&call, 8);
	dbus_begin_struct(&call);
	dbus_add_string(&call, "P");
	dbus_add_signature(&call, "t");
	dbus_add_u64(&call, 1ull << 40);
	dbus_end_array(&call, mark, 8);
	assert_int_equal(dbus_send(fds[0], &call, 9), 0);
	dbus_call_done(&call);

	assert_int_equal(dbus_receive(fds[1], &m, 1000), 0);
	assert_int_equal(m.type, DBUS_CALL);
	assert_string_equal(m.member, "Member");
	assert_int_equal(m.reply_serial, 0);
	assert_true(dbus_read_string(&m, &at, &text));
	assert_string_equal(text, "name");
	assert_true(dbus_read_u32(&m, &at, &number));
	assert_int_equal(number, 7);
	assert_true(dbus_read_u32(&m, &at, &number));
	assert_int_equal(number, 24); /* "P", "t", and 8 bytes at 16 */
	/* 4 + 5 bytes, 3 of padding, the two numbers, the array at 24 */
	assert_int_equal(m.body_len, 24 + 24);
	close(fds[0]);
	assert_int_equal(dbus_receive(fds[1], &m, 1000), -ECONNRESET);
	close(fds[1]);
}

static void an_empty_array_of_structs_is_padded(void **state)
{
	struct dbus_call call;
	size_t mark;
	uint32_t len;

	dbus_call_begin(&call, "/", "i", "M", "a(s)");
	mark = dbus_begin_array(&call, 8);
	dbus_end_array(&call, mark, 8);
	assert_int_equal(call.body.len, 8);
	memcpy(&len, call.body.data, 4);
	assert_int_equal(len, 0);
	dbus_call_done(&call);
}

/* A reply, as the specification has it; then each byte of it changed, and
 * each end cut off: never more than an error. */
static void damaged_messages_are_errors(void **state)
{
	static const uint8_t reply[] = {
		'l', 2, 1, 1, 8,   0,	0,   0, 1, 0, 0, 0,
		8,   0, 0, 0, 5,   1,	'u', 0, 3, 0, 0, 0, /* in reply to 3 */
		3,   0, 0, 0, 'a', 'b', 'c', 0,
	};
	static struct dbus_message m;
	const char *text;

	memcpy(m.bytes, reply, sizeof(reply));
	assert_int_equal(dbus_parse(&m, sizeof(reply)), 0);
	assert_int_equal(m.type, DBUS_RETURN);
	assert_int_equal(m.reply_serial, 3);
	assert_true(dbus_read_string(&m, &(size_t){ 0 }, &text));
	assert_string_equal(text, "abc");
	assert_false(dbus_read_string(&m, &(size_t){ 4 }, &text));
	for (size_t len = 0; len < sizeof(reply); len++)
		assert_int_equal(dbus_parse(&m, len), -EPROTO);
	for (size_t i = 0; i < sizeof(reply); i++)
		for (int byte = 0; byte < 256; byte++) {
			size_t at = 0;

			memcpy(m.bytes, reply, sizeof(reply));
			m.bytes[i] = (uint8_t)byte;
			if (dbus_parse(&m, sizeof(reply)) == 0)
				(void)dbus_read_string(&m, &at, &text);
		}
}

static void silence_is_a_timeout(void **state)
{
	static struct dbus_message m;
	int fds[2];

	CHECK_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	assert_int_equal(dbus_receive(fds[0], &m, 10), -ETIMEDOUT);
	assert_int_equal(dbus_connect("/nowhere/socket"), -ENOENT);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_can_be_read_back),
		cmocka_unit_test(an_empty_array_of_structs_is_padded),
		cmocka_unit_test(damaged_messages_are_errors),
		cmocka_unit_test(silence_is_a_timeout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
