/* SPDX-License-Identifier: Apache-2.0 */
/* test_address.c - IP addresses (src/kernel/address.c) */
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "check.h"
#include "kernel/address.h"

static struct address parsed(const char *text)
{
	struct address address = { 0 };

	assert_int_equal(address_parse(text, &address), 0);
	return address;
}

static void addresses_are_read_and_written(void **state)
{
	static const struct {
		const char *text, *wanted;
	} good[] = {
		{ "192.168.1.1/24", "192.168.1.1/24" },
		{ "10.0.0.1", "10.0.0.1/32" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "fd00::1/64", "fd00::1/64" },
		{ "FD00:0::1", "fd00::1/128" },
		{ "::/0", "::/0" },
	};
	char text[ADDRESS_TEXT];

	EACH(row, good) {
		struct address address;

		CASE(row->text);
		assert_int_equal(address_parse(row->text, &address), 0);
		address_format(&address, true, text);
		assert_string_equal(text, row->wanted);
	}
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"/",
		"10.0.0.1/",
		"10.0.0.1/33",
		"10.0.0/24",
		"10.0.0.256/24",
		"10.0.0.1/-1",
		"10.0.0.1/2x",
		"fd00::/129",
		"fd00:::1/64",
		"web",
		"10.0.0.1/24/24",
		"10.0.0.1 /24",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111/64",
	};

	EACH(row, bad) {
		struct address address;

		CASE(*row);
		assert_int_equal(address_parse(*row, &address), -EINVAL);
	}
}

static void subnets_are_compared(void **state)
{
	static const struct {
		const char *a, *b;
		bool has, overlaps;
	} rows[] = {
		{ "10.0.0.1/24", "10.0.0.200/24", true, true },
		{ "10.0.0.1/24", "10.0.1.1/16", false, true },
		{ "10.0.1.1/16", "10.0.0.1/24", true, true },
		{ "10.0.0.1/23", "10.0.1.1/23", true, true },
		{ "10.0.0.1/25", "10.0.0.200/25", false, false },
		{ "0.0.0.0/0", "8.8.8.8/32", true, true },
		{ "10.0.0.1/32", "10.0.0.2/32", false, false },
		{ "fd00::1/64", "fd00::2/64", true, true },
		{ "fd00::1/64", "10.0.0.1/24", false, false },
	};

	EACH(row, rows) {
		struct address a = parsed(row->a), b = parsed(row->b);

		CASE(row->a);
		assert_int_equal(address_has(&a, &b), row->has);
		assert_int_equal(address_overlaps(&a, &b), row->overlaps);
		assert_int_equal(address_overlaps(&b, &a), row->overlaps);
	}
}

static void the_ends_of_a_subnet_are_reserved(void **state)
{
	static const struct {
		const char *text;
		bool reserved;
	} rows[] = {
		{ "10.0.0.0/24", true },    { "10.0.0.255/24", true },
		{ "10.0.0.1/24", false },   { "10.0.1.0/23", false },
		{ "10.0.0.0/31", false },   { "10.0.0.4/30", true },
		{ "10.0.0.255/32", false }, { "fd00::/64", false },
	};
	char text[ADDRESS_TEXT];
	struct address subnet;

	EACH(row, rows) {
		struct address address = parsed(row->text);

		CASE(row->text);
		assert_int_equal(address_is_reserved(&address), row->reserved);
	}
	subnet = parsed("10.1.255.3/19");
	subnet = address_subnet(&subnet);
	address_format(&subnet, true, text);
	assert_string_equal(text, "10.1.224.0/19");
}

/* An RTM_NEWADDR as the kernel sends it. */
static void kernels_addresses_are_read(void **state)
{
	/* clang-format off */
	_Alignas(4) uint8_t bytes[] = {
		48, 0, 0, 0,  20, 0,  0, 0,  0, 0, 0, 0,  0, 0, 0, 0,
		2, 24, 0x80, 0,  7, 0, 0, 0,
		8, 0, 1, 0,  10, 0, 0, 9,	/* the peer's */
		8, 0, 2, 0,  10, 0, 0, 1,
		8, 0, 8, 0,  0x82, 0, 0, 0,
	};
	/* clang-format on */
	const struct nlmsghdr *msg = (const void *)bytes;
	struct address_of found;
	char text[ADDRESS_TEXT];

	assert_int_equal(address_read(msg, &found), 0);
	assert_int_equal(found.index, 7);
	assert_int_equal(found.flags, 0x82);
	address_format(&found.address, true, text);
	assert_string_equal(text, "10.0.0.1/24");
	address_format(&found.peer, false, text);
	assert_string_equal(text, "10.0.0.9");

	bytes[27] = 0, bytes[24] = 6; /* an address of two bytes */
	bytes[34] = 9;		      /* and no local one */
	assert_int_equal(address_read(msg, &found), -EPROTO);
	bytes[17] = 33; /* a prefix too long */
	assert_int_equal(address_read(msg, &found), -EPROTO);
	bytes[16] = 77; /* another family */
	assert_int_equal(address_read(msg, &found), -EPROTO);
	bytes[0] = 20; /* cut short */
	assert_int_equal(address_read(msg, &found), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_and_written),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(subnets_are_compared),
		cmocka_unit_test(the_ends_of_a_subnet_are_reserved),
		cmocka_unit_test(kernels_addresses_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
