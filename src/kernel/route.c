/* SPDX-License-Identifier: Apache-2.0 */
/* route.c - routes of a network namespace */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/net_socket.h"
#include "kernel/route.h"

static void take(const struct nlattr *attr, uint8_t family,
		 struct address *address)
{
	if (!attr || netlink_len(attr) < address_size(family))
		return;
	address->family = family;
	address->prefix = (uint8_t)address_bits(family);
	memcpy(address->bytes, netlink_bytes(attr), address_size(family));
}

/* RTA_VIA: a gateway of the other family. */
static void take_via(const struct nlattr *attr, struct address *address)
{
	uint16_t family;

	if (!attr || netlink_len(attr) < sizeof(family))
		return;
	memcpy(&family, netlink_bytes(attr), sizeof(family));
	if (!address_size(family) ||
	    netlink_len(attr) < sizeof(family) + address_size(family))
		return;
	address->family = (uint8_t)family;
	address->prefix = (uint8_t)address_bits(family);
	memcpy(address->bytes,
	       (const char *)netlink_bytes(attr) + sizeof(family),
	       address_size(family));
}

int route_read(const struct nlmsghdr *msg, struct route *ret_route)
{
	const struct nlattr
		*attr[RTA_VIA > RTA_TABLE ? RTA_VIA + 1 : RTA_TABLE + 1];
	const struct rtmsg *head = netlink_head(msg, sizeof(*head));
	struct route route = { 0 };

	if (msg->nlmsg_type != RTM_NEWROUTE || !head ||
	    !address_size(head->rtm_family) ||
	    head->rtm_dst_len > address_bits(head->rtm_family))
		return -EPROTO;
	netlink_attrs(msg, sizeof(*head), attr, ARRAY_LEN(attr) - 1);
	take(attr[RTA_DST], head->rtm_family, &route.dest);
	route.dest.family = head->rtm_family;
	route.dest.prefix = head->rtm_dst_len;
	take(attr[RTA_GATEWAY], head->rtm_family, &route.gateway);
	take_via(attr[RTA_VIA], &route.gateway);
	take(attr[RTA_PREFSRC], head->rtm_family, &route.source);
	route.index = (int)netlink_u32(attr[RTA_OIF], 0);
	route.table = netlink_u32(attr[RTA_TABLE], head->rtm_table);
	route.metric = netlink_u32(attr[RTA_PRIORITY], 0);
	route.type = head->rtm_type;
	route.protocol = head->rtm_protocol;
	route.scope = head->rtm_scope;
	*ret_route = route;
	return 0;
}

int route_list(struct netlink *nl, struct arena *arena, struct route **ret_list,
	       size_t *ret_count, struct kist_error *err)
{
	const struct rtmsg head = { 0 };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	CLEANUP_BUF struct buf answers = { 0 };
	const struct nlmsghdr *answer;
	size_t pos = 0, count = 0, room = 0;
	struct route *list;
	int ret;

	netlink_begin(&msg, RTM_GETROUTE, NLM_F_DUMP, &head, sizeof(head));
	ret = netlink_talk(nl, &msg, &answers);
	if (ret < 0)
		return net_refused(nl, ret, err, KIST_E_SYSTEM, "list routes");
	while (netlink_next(answers.data, answers.len, &pos))
		room++;
	list = ARENA_ARRAY(arena, struct route, room + 1);
	if (!list)
		return err_nomem(err);
	pos = 0;
	while ((answer = netlink_next(answers.data, answers.len, &pos)))
		if (route_read(answer, &list[count]) == 0)
			count++;
	*ret_list = list;
	*ret_count = count;
	return 0;
}

static void tell_gateway(struct netlink_msg *msg, const struct route *route)
{
	const struct address *gateway = &route->gateway;
	size_t size = address_size(gateway->family);
	uint8_t via[2 + 16];
	uint16_t family = gateway->family;

	if (!gateway->family)
		return;
	if (gateway->family == route->dest.family) {
		netlink_add(msg, RTA_GATEWAY, gateway->bytes, size);
		return;
	}
	memcpy(via, &family, sizeof(family));
	memcpy(via + sizeof(family), gateway->bytes, size);
	netlink_add(msg, RTA_VIA, via, sizeof(family) + size);
}

static int change(struct netlink *nl, uint16_t type, uint16_t flags,
		  const struct route *route)
{
	bool is_new = type == RTM_NEWROUTE;
	const struct address dest = address_subnet(&route->dest);
	struct rtmsg head = {
		.rtm_family = route->dest.family,
		.rtm_dst_len = route->dest.prefix,
		.rtm_table = RT_TABLE_UNSPEC,
		.rtm_type = route->type ? route->type :
			    is_new	? RTN_UNICAST :
					  RTN_UNSPEC,
		.rtm_protocol = route->protocol ? route->protocol :
				is_new		? RTPROT_BOOT :
						  RTPROT_UNSPEC,
		.rtm_scope = !is_new		   ? RT_SCOPE_NOWHERE :
			     route->gateway.family ? RT_SCOPE_UNIVERSE :
						     RT_SCOPE_LINK,
	};
	CLEANUP_NETLINK_MSG struct netlink_msg msg;

	if (route->dest.family == AF_INET6 && is_new)
		head.rtm_scope = RT_SCOPE_UNIVERSE;
	if (route->scope)
		head.rtm_scope = route->scope;
	netlink_begin(&msg, type, flags, &head, sizeof(head));
	netlink_add_u32(&msg, RTA_TABLE,
			route->table ? route->table : RT_TABLE_MAIN);
	if (dest.prefix)
		netlink_add(&msg, RTA_DST, dest.bytes,
			    address_size(dest.family));
	tell_gateway(&msg, route);
	if (route->source.family)
		netlink_add(&msg, RTA_PREFSRC, route->source.bytes,
			    address_size(route->source.family));
	if (route->index)
		netlink_add_u32(&msg, RTA_OIF, (uint32_t)route->index);
	if (route->metric)
		netlink_add_u32(&msg, RTA_PRIORITY, route->metric);
	return netlink_talk(nl, &msg, NULL);
}

void route_format_dest(const struct route *route, char buf[ADDRESS_TEXT])
{
	if (route->dest.prefix == 0)
		strcpy(buf, "default");
	else
		address_format(&route->dest,
			       route->dest.prefix !=
				       address_bits(route->dest.family),
			       buf);
}

int route_add(struct netlink *nl, const struct route *route,
	      struct kist_error *err)
{
	int ret = change(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route);
	char text[ADDRESS_TEXT];

	if (ret == 0)
		return 0;
	route_format_dest(route, text);
	return net_refused(nl, ret, err, KIST_E_ROUTE, "add route '%s'", text);
}

int route_remove(struct netlink *nl, const struct route *route,
		 struct kist_error *err)
{
	int ret = change(nl, RTM_DELROUTE, 0, route);
	char text[ADDRESS_TEXT];

	if (ret == 0)
		return 0;
	route_format_dest(route, text);
	return net_refused(nl, ret, err, KIST_E_ROUTE, "remove route '%s'",
			   text);
}
