/* SPDX-License-Identifier: Apache-2.0 */
/**
 * neighbour.h - who is on the link, as a namespace has learnt (ARP, NDP)
 *
 * See: rtnetlink(7), ip-neighbour(8)
 */
#ifndef KERNEL_NEIGHBOUR_H
#define KERNEL_NEIGHBOUR_H

#include "kernel/address.h"

/**
 * struct neighbour - one entry
 * @index:	of the device
 * @state:	NUD_*
 * @mac:	@mac_len bytes; 0: not known
 */
struct neighbour {
	struct address address;
	int index;
	uint16_t state;
	uint8_t mac_len, mac[32];
};

/* Read one RTM_NEWNEIGH. Return: 0 or -EPROTO. */
MUST_CHECK int neighbour_read(const struct nlmsghdr *msg,
			      struct neighbour *ret_neighbour);

/* All of IPv4 and IPv6, multicast and such left out. */
MUST_CHECK int neighbour_list(struct netlink *nl, struct arena *arena,
			      struct neighbour **ret_list, size_t *ret_count,
			      struct kist_error *err);

const char *neighbour_state_name(unsigned state); /* "REACHABLE" */

#endif
