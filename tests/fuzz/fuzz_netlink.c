/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_netlink.c - any bytes are the kernel's answer about devices, addresses
 * and routes */
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/link.h"
#include "kernel/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The type is set, so that each reader sees the bytes. */
static void read_as(struct nlmsghdr *msg, uint16_t type)
{
	struct address_of address;
	struct route route;
	struct link link;
	char text[ADDRESS_TEXT];

	msg->nlmsg_type = type;
	if (link_read(msg, &link) == 0 &&
	    (!link.name[0] || link.mac_len > sizeof(link.mac)))
		abort();
	if (address_read(msg, &address) == 0) {
		address_format(&address.address, true, text);
		if (!address_size(address.address.family))
			abort();
	}
	if (route_read(msg, &route) == 0)
		route_format_dest(&route, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nlmsghdr *msg;
	char *bytes = malloc(size + 1);
	size_t pos = 0;

	if (!bytes)
		return 0;
	memcpy(bytes, data, size);
	while ((msg = netlink_next(bytes, size, &pos))) {
		read_as((struct nlmsghdr *)msg, RTM_NEWLINK);
		read_as((struct nlmsghdr *)msg, RTM_NEWADDR);
		read_as((struct nlmsghdr *)msg, RTM_NEWROUTE);
	}
	free(bytes);
	return 0;
}
