/* SPDX-License-Identifier: Apache-2.0 */
/**
 * route.h - routes of a network namespace
 *
 * Every function works in the namespace of its socket (kernel/net_socket.h).
 *
 * See: rtnetlink(7), ip-route(8)
 */
#ifndef KERNEL_ROUTE_H
#define KERNEL_ROUTE_H

#include "kernel/address.h"

/**
 * struct route - a route of the main table, or another one
 * @dest:	where to; prefix 0 is the default route. @dest.family is the
 *		route's
 * @gateway:	family 0: what is on the link itself. It may be of another
 *		family than @dest
 * @source:	preferred source address, family 0: none
 * @index:	device to send through; 0: as the gateway has it
 * @table:	RT_TABLE_*; 0: main
 * @metric:	0: the kernel's choice
 * @type:	RTN_*; 0: RTN_UNICAST
 * @protocol:	RTPROT_*; 0: RTPROT_BOOT, as ip(8)
 * @scope:	RT_SCOPE_*
 */
struct route {
	struct address dest, gateway, source;
	int index;
	uint32_t table, metric;
	uint8_t type, protocol, scope;
};

/* Read one RTM_NEWROUTE. Return: 0 or -EPROTO. */
MUST_CHECK int route_read(const struct nlmsghdr *msg, struct route *ret_route);

/* All of all tables, the kernel's own (RT_TABLE_LOCAL) too. */
MUST_CHECK int route_list(struct netlink *nl, struct arena *arena,
			  struct route **ret_list, size_t *ret_count,
			  struct kist_error *err);

/* Return: 0; ROUTE: -EEXIST, -ENETUNREACH (no device reaches the gateway). */
MUST_CHECK int route_add(struct netlink *nl, const struct route *route,
			 struct kist_error *err);
MUST_CHECK int route_remove(struct netlink *nl, const struct route *route,
			    struct kist_error *err);

/* "default", "10.0.0.0/8": where it goes to. */
void route_format_dest(const struct route *route, char buf[ADDRESS_TEXT]);

#endif
