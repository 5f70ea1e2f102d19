/* SPDX-License-Identifier: Apache-2.0 */
/* test_link.c - devices, addresses and routes in namespaces of our own
 * (src/kernel/link.c, link_make.c, address.c, route.c, net_socket.c) */
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "kernel/link.h"
#include "kernel/net_socket.h"
#include "kernel/route.h"

#define LOOPBACK 1

static void kernels_devices_are_read(void **state)
{
	/* clang-format off */
	_Alignas(4) uint8_t bytes[] = {
		96, 0, 0, 0,  16, 0,  0, 0,  0, 0, 0, 0,  0, 0, 0, 0,
		0, 0, 1, 0,  9, 0, 0, 0,  0x43, 0x10, 1, 0,  0, 0, 0, 0,
		10, 0, 3, 0,  'e', 't', 'h', '0', 'a', 0, 0, 0,
		10, 0, 1, 0,  2, 0, 0x5e, 0x10, 0, 1, 0, 0,
		8, 0, 4, 0,  0xdc, 5, 0, 0,
		8, 0, 5, 0,  3, 0, 0, 0,
		8, 0, 37, 0,  4, 0, 0, 0,
		16, 0, 18, 0,  9, 0, 1, 0, 'v', 'e', 't', 'h', 0, 0, 0, 0,
	};
	/* clang-format on */
	const struct nlmsghdr *msg = (const void *)bytes;
	struct link link;
	char mac[LINK_MAC * 3];

	assert_int_equal(sizeof(bytes), 96);
	assert_int_equal(link_read(msg, &link), 0);
	assert_string_equal(link.name, "eth0a");
	assert_string_equal(link.kind, "veth");
	assert_int_equal(link.index, 9);
	assert_int_equal(link.mtu, 1500);
	assert_int_equal(link.parent, 3);
	assert_int_equal(link.parent_nsid, 4);
	assert_false(link.is_local);
	link_format_mac(&link, mac);
	assert_string_equal(mac, "02:00:5e:10:00:01");

	bytes[32] = 250; /* a name longer than the message: none */
	assert_int_equal(link_read(msg, &link), -EPROTO);
	bytes[0] = 20;
	assert_int_equal(link_read(msg, &link), -EPROTO);
	bytes[4] = 17;
	assert_int_equal(link_read(msg, &link), -EPROTO);
}

static void names_and_hardware_addresses_are_checked(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "a/b", "a b", "a:b", "%d", "0123456789abcdef"
	};
	static const char *const bad_mac[] = { "",
					       "02:00",
					       "02:00:5e:10:00:0g",
					       "02:00:5e:10:00:01:02",
					       "02-00-5e-10-00-01",
					       "0" };
	uint8_t mac[6];

	EACH(row, bad) {
		CASE(*row);
		assert_false(link_is_name(*row));
	}
	assert_true(link_is_name("eth0.5"));
	EACH(row, bad_mac) {
		CASE(*row);
		assert_int_equal(link_parse_mac(*row, mac), -EINVAL);
	}
	assert_int_equal(link_parse_mac("02:00:5E:10:00:01", mac), 0);
	assert_memory_equal(mac, "\x02\x00\x5e\x10\x00\x01", 6);
}

static struct address parsed(const char *text)
{
	struct address address = { 0 };

	assert_int_equal(address_parse(text, &address), 0);
	return address;
}

static struct netlink reach(int netns_fd)
{
	struct kist_error err = { 0 };
	struct netlink nl = NETLINK_NONE;

	if (net_socket_netlink(netns_fd, NETLINK_ROUTE, &nl, &err) < 0)
		CHECK_ERR(&err, NULL);
	return nl;
}

/* Two new network namespaces of a new user namespace; we stay outside them. */
static void two_namespaces(int ret_ns[2])
{
	CHECK_SYS(unshare(CLONE_NEWUSER));
	for (int i = 0; i < 2; i++) {
		CHECK_SYS(unshare(CLONE_NEWNET));
		ret_ns[i] = open_ns("/proc/self/ns/net");
	}
	CHECK_SYS(unshare(CLONE_NEWNET));
}

/* "uno" and "two", joined, up, with an address each. */
static void make_pair(struct netlink nl[2], const int ns[2])
{
	struct kist_error err = { 0 };
	const struct address one = parsed("10.9.8.1/24"),
			     two = parsed("fd00:9::2/64");
	struct link link;

	nl[0] = reach(ns[0]);
	nl[1] = reach(ns[1]);
	assert_int_equal(link_make(&nl[0],
				   &(struct link_new){ .kind = "veth",
						       .name = "one",
						       .ns_fd = -1,
						       .mtu = 1400,
						       .peer_name = "two",
						       .peer_ns_fd = ns[1] },
				   &err),
			 0);
	CHECK_ERR(&err, NULL);
	assert_int_equal(link_index(&nl[0], "two"), 0);
	assert_int_equal(link_find(&nl[1], "two", &link, &err), 0);
	assert_string_equal(link.kind, "veth");
	assert_int_equal(link.mtu, 1400);
	assert_true(link.parent_nsid >= 0);
	assert_int_equal(link_set(&nl[1], link.index,
				  &(struct link_change){ .up = true }, &err),
			 0);
	assert_int_equal(address_add(&nl[1], link.index, &two, &err), 0);
	assert_int_equal(link_find(&nl[0], "one", &link, &err), 0);
	assert_int_equal(
		link_set(&nl[0], link.index,
			 &(struct link_change){ .up = true, .name = "uno" },
			 &err),
		0);
	assert_int_equal(address_add(&nl[0], link.index, &one, &err), 0);
	CHECK_ERR(&err, NULL);
	assert_int_equal(address_add(&nl[0], link.index, &one, &err), -EEXIST);
	assert_int_equal(err.id, KIST_E_ADDRESS);
}

static void address_and_remove(void)
{
	struct kist_error err = { 0 };
	const struct address one = parsed("10.9.8.1/24");
	struct address_of *addresses;
	struct link *links;
	struct arena arena;
	struct netlink nl[2];
	size_t count, found = 0;
	int ns[2], index;

	two_namespaces(ns);
	make_pair(nl, ns);
	arena_init(&arena);
	index = link_index(&nl[0], "uno");
	assert_int_equal(address_list(&nl[0], &arena, &addresses, &count, &err),
			 0);
	for (size_t i = 0; i < count; i++)
		found += address_is_same(&addresses[i].address, &one) &&
			 addresses[i].index == index;
	assert_int_equal(found, 1);
	assert_int_equal(address_remove(&nl[0], index, &one, &err), 0);
	assert_int_equal(link_remove(&nl[0], index, &err), 0);
	assert_int_equal(link_index(&nl[1], "two"), 0);
	assert_int_equal(link_list(&nl[0], &arena, &links, &count, &err), 0);
	assert_true(count >= 1);
	assert_string_equal(links[0].name, "lo");
	CHECK_ERR(&err, NULL);
	arena_done(&arena);
}

static void route_there(void)
{
	struct kist_error err = { 0 };
	struct route route = { .dest = parsed("0.0.0.0/0"),
			       .gateway = parsed("10.9.8.7") };
	struct route *routes;
	struct arena arena;
	struct netlink nl[2];
	size_t count, found = 0;
	int ns[2];

	two_namespaces(ns);
	make_pair(nl, ns);
	arena_init(&arena);
	assert_int_equal(route_add(&nl[0], &route, &err), 0);
	CHECK_ERR(&err, NULL);
	assert_int_equal(route_list(&nl[0], &arena, &routes, &count, &err), 0);
	for (size_t i = 0; i < count; i++)
		found += routes[i].dest.prefix == 0 &&
			 address_is_same(&routes[i].gateway, &route.gateway);
	assert_int_equal(found, 1);
	assert_int_equal(route_remove(&nl[0], &route, &err), 0);
	route.gateway = parsed("172.16.0.1");
	assert_int_equal(route_add(&nl[0], &route, &err), -ENETUNREACH);
	CHECK_ERR(&err, "add route 'default': Nexthop has invalid gateway "
			"(ENETUNREACH)");
	arena_done(&arena);
}

static void a_pair_is_made_addressed_and_removed(void **state)
{
	skip_unless(can_make_user_namespaces());
	in_child(address_and_remove);
}

static void routes_come_and_go(void **state)
{
	skip_unless(can_make_user_namespaces());
	in_child(route_there);
}

static void make_mistakes(void)
{
	struct kist_error err = { 0 };
	struct netlink nl;
	struct link link;
	int ns[2];
	const struct link_new bridge = { .kind = "bridge",
					 .name = "br0",
					 .ns_fd = -1 };
	const struct link_new unknown = { .kind = "toaster",
					  .name = "t0",
					  .ns_fd = -1 };

	two_namespaces(ns);
	nl = reach(ns[0]);
	assert_int_equal(link_find(&nl, "nope", &link, &err), -ENODEV);
	CHECK_ERR(&err, "no device 'nope'");
	err = (struct kist_error){ 0 };
	assert_int_equal(link_make(&nl, &unknown, &err), -EOPNOTSUPP);
	CHECK_ERR(&err, "this kernel has no devices of kind 'toaster'");
	err = (struct kist_error){ 0 };
	if (link_make(&nl, &bridge, &err) == 0)
		assert_int_equal(link_make(&nl, &bridge, &err), -EEXIST);
	err = (struct kist_error){ 0 };
	/* The kernel says no more of loopback than EINVAL. */
	assert_int_equal(
		link_set(&nl, LOOPBACK,
			 &(struct link_change){ .move = true, .ns_fd = ns[1] },
			 &err),
		-EINVAL);
	assert_int_equal(err.id, KIST_E_LINK);
	netlink_close(&nl);
}

static void mistakes_are_named(void **state)
{
	skip_unless(can_make_user_namespaces());
	in_child(make_mistakes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernels_devices_are_read),
		cmocka_unit_test(names_and_hardware_addresses_are_checked),
		cmocka_unit_test(a_pair_is_made_addressed_and_removed),
		cmocka_unit_test(routes_come_and_go),
		cmocka_unit_test(mistakes_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
