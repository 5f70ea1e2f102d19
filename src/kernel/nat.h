/* SPDX-License-Identifier: Apache-2.0 */
/**
 * nat.h - ports that a rule of the packet filter sends to another address
 *
 * Rules of nftables, and those that iptables writes as such. A rule counts that
 * names one protocol, one port or range of ports, and the address it leads to;
 * those that look into sets and maps do not, nor do the tables of the former
 * iptables (iptables-legacy).
 *
 * Ownership: the list is in the caller's arena.
 * See:       nft(8), iptables-extensions(8), linux/netfilter/nf_tables.h
 */
#ifndef KERNEL_NAT_H
#define KERNEL_NAT_H

#include <netinet/in.h>

#include "base/arena.h"
#include "sys/netlink.h"

/**
 * struct nat_port - a rule
 * @family:	AF_INET, AF_INET6: of both addresses
 * @protocol:	IPPROTO_TCP, …
 * @first, @last: the ports it is about
 * @has_address: it is about one @address alone
 * @to_first:	0: the same port as outside
 */
struct nat_port {
	int family;
	uint8_t protocol;
	uint16_t first, last;
	bool has_address;
	struct in6_addr address, to;
	uint16_t to_first;
	char table[64], chain[64];
};

/**
 * nat_list() - those of the socket's network namespace
 * @nl:		of NETLINK_NETFILTER
 *
 * Return: 0; -EPERM without CAP_NET_ADMIN there; or -errno: no nftables.
 */
MUST_CHECK int nat_list(struct netlink *nl, struct arena *arena,
			struct nat_port **ret_list, size_t *ret_count);

#endif
