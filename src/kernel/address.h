/* SPDX-License-Identifier: Apache-2.0 */
/**
 * address.h - IP addresses: as text, of devices, given and taken
 *
 * See: inet_pton(3), rtnetlink(7)
 */
#ifndef KERNEL_ADDRESS_H
#define KERNEL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "sys/netlink.h"

#define ADDRESS_TEXT 64 /* with "/128" and the NUL */

/**
 * struct address - an IP address
 * @family:	AF_INET, AF_INET6; 0: none
 * @prefix:	bits of the subnet: 24
 * @bytes:	in network order; 4 or 16 of them
 */
struct address {
	uint8_t family, prefix;
	uint8_t bytes[16];
};

/**
 * struct address_of - an address a device has
 * @index:	of the device
 * @scope:	RT_SCOPE_*
 * @flags:	IFA_F_*
 * @peer:	of a point-to-point device; family 0: none
 */
struct address_of {
	struct address address, peer;
	int index;
	uint8_t scope;
	uint32_t flags;
};

/* Bytes, and bits, of an address of that family: 4, 32; 16, 128. */
size_t address_size(int family);
unsigned address_bits(int family);

/**
 * address_parse() - "192.168.1.1/24", "fd00::1/64", "10.0.0.1"
 *
 * Without a '/', @prefix is all bits.
 *
 * Return: 0 or -EINVAL. It says nothing: the caller knows what was expected.
 */
MUST_CHECK int address_parse(const char *text, struct address *ret_address);
/* The first @len bytes of @text. */
MUST_CHECK int address_parse_n(const char *text, size_t len,
			       struct address *ret_address);

/* "192.168.1.1/24"; without the prefix: "192.168.1.1". */
void address_format(const struct address *address, bool with_prefix,
		    char buf[ADDRESS_TEXT]);

bool address_is_same(const struct address *a, const struct address *b);
/* Is @b in the subnet of @a? Never, if they are of different families. */
bool address_has(const struct address *a, const struct address *b);
/* Do the subnets have addresses in common? */
bool address_overlaps(const struct address *a, const struct address *b);
/* The subnet: all bits behind the prefix cleared. */
struct address address_subnet(const struct address *address);
/* Is it the subnet's own address, or its broadcast, which no device can have?
 * (IPv4 with a prefix up to 30) */
bool address_is_reserved(const struct address *address);

/* ---- of devices ---- */

/* Read one RTM_NEWADDR. Return: 0 or -EPROTO. */
MUST_CHECK int address_read(const struct nlmsghdr *msg,
			    struct address_of *ret_address);

/* All of a namespace. */
MUST_CHECK int address_list(struct netlink *nl, struct arena *arena,
			    struct address_of **ret_list, size_t *ret_count,
			    struct kist_error *err);

/**
 * address_add() - give a device an address
 *
 * One of IPv6 is usable at once: no duplicate is looked for (IFA_F_NODAD).
 *
 * Return: 0; ADDRESS: -EEXIST, it has it; -ENODEV, …
 */
MUST_CHECK int address_add(struct netlink *nl, int index,
			   const struct address *address,
			   struct kist_error *err);

MUST_CHECK int address_remove(struct netlink *nl, int index,
			      const struct address *address,
			      struct kist_error *err);

#endif
