/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - can two network namespaces reach each other: sides, addresses */
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/net_socket.h"
#include "network/check_internal.h"

int check_side_open(struct check_side *side, const char *name, int netns_fd,
		    struct kist_error *err)
{
	int ret;

	side->name = name;
	side->netns_fd = netns_fd;
	side->nl.fd = -1;
	arena_init(&side->arena);
	ret = net_socket_netlink(netns_fd, NETLINK_ROUTE, &side->nl, err);
	if (ret == 0)
		ret = link_list(&side->nl, &side->arena, &side->links,
				&side->link_count, err);
	if (ret == 0)
		ret = address_list(&side->nl, &side->arena, &side->addresses,
				   &side->address_count, err);
	if (ret < 0)
		check_side_close(side);
	return ret;
}

void check_side_close(struct check_side *side)
{
	netlink_close(&side->nl);
	arena_done(&side->arena);
}

const struct link *check_link(const struct check_side *side, int index)
{
	for (size_t i = 0; i < side->link_count; i++)
		if (side->links[i].index == index)
			return &side->links[i];
	return NULL;
}

bool check_has_address(const struct check_side *side,
		       const struct address *address)
{
	for (size_t i = 0; i < side->address_count; i++)
		if (address_is_same(&side->addresses[i].address, address))
			return true;
	return false;
}

bool check_has_loopback(const struct check_side *side)
{
	for (size_t i = 0; i < side->link_count; i++)
		if (side->links[i].flags & IFF_LOOPBACK)
			return side->links[i].flags & IFF_UP;
	return false;
}

int check_route(struct check_side *side, const struct address *to,
		struct route *ret_route)
{
	const struct rtmsg head = { .rtm_family = to->family,
				    .rtm_dst_len =
					    (uint8_t)address_bits(to->family) };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	CLEANUP_BUF struct buf answers = { 0 };
	const struct nlmsghdr *answer;
	size_t pos = 0;
	int ret;

	netlink_begin(&msg, RTM_GETROUTE, 0, &head, sizeof(head));
	netlink_add(&msg, RTA_DST, to->bytes, address_size(to->family));
	ret = netlink_talk(&side->nl, &msg, &answers);
	if (ret < 0)
		return ret;
	answer = netlink_next(answers.data, answers.len, &pos);
	return answer ? route_read(answer, ret_route) : -EPROTO;
}

/* ---- addresses ---- */

/* Loopback's own and link-local ones lead nowhere. */
static bool is_usable(const struct check_side *side,
		      const struct address_of *address, int family)
{
	const struct link *link = check_link(side, address->index);

	return address->address.family == family && link &&
	       !(link->flags & IFF_LOOPBACK &&
		 address->scope == RT_SCOPE_HOST) &&
	       address->scope != RT_SCOPE_LINK &&
	       address->scope != RT_SCOPE_HOST;
}

static bool pair_on_link(struct check_side *a, struct check_side *b, int family,
			 struct address_of *ret_a, struct address_of *ret_b)
{
	for (size_t i = 0; i < a->address_count; i++) {
		const struct address_of *one = &a->addresses[i];

		for (size_t n = 0; n < b->address_count; n++) {
			const struct address_of *other = &b->addresses[n];

			if (!is_usable(a, one, family) ||
			    !is_usable(b, other, family) ||
			    !address_has(&one->address, &other->address) ||
			    !address_has(&other->address, &one->address) ||
			    address_is_same(&one->address, &other->address))
				continue;
			*ret_a = *one;
			*ret_b = *other;
			return true;
		}
	}
	return false;
}

/* One of @to's to which @from knows a way. */
static bool routed(struct check_side *from, struct check_side *to, int family,
		   struct address_of *ret_to)
{
	for (size_t i = 0; i < to->address_count; i++) {
		struct route route;

		if (!is_usable(to, &to->addresses[i], family) ||
		    check_route(from, &to->addresses[i].address, &route) < 0)
			continue;
		*ret_to = to->addresses[i];
		return true;
	}
	return false;
}

static void first_of(const struct check_side *side, int family,
		     struct address_of *ret_address)
{
	memset(ret_address, 0, sizeof(*ret_address));
	for (size_t i = 0; i < side->address_count; i++)
		if (is_usable(side, &side->addresses[i], family)) {
			*ret_address = side->addresses[i];
			return;
		}
}

bool check_pair(struct check_side *a, struct check_side *b, int family,
		struct address_of *ret_a, struct address_of *ret_b)
{
	if (pair_on_link(a, b, family, ret_a, ret_b))
		return true;
	first_of(a, family, ret_a);
	first_of(b, family, ret_b);
	if (!ret_a->address.family || !ret_b->address.family)
		return false;
	(void)!routed(a, b, family, ret_b);
	(void)!routed(b, a, family, ret_a);
	return true;
}
