/* SPDX-License-Identifier: Apache-2.0 */
/**
 * check.h - can two network namespaces reach each other, and if not, why
 *
 * How it works
 * ============
 * Every socket is made in the namespace it belongs to and used from here, so
 * one process is both ends: it listens in one, calls from the other, and sees
 * what arrives. Nothing is changed in either; no probe waits longer than told.
 * When one fails, the way is followed step by step, as the kernel would go: the
 * route, the link, the other link, the way back, the neighbour, filters.
 *
 * Ownership: fds stay the caller's; lists in the side's arena.
 */
#ifndef NETWORK_CHECK_H
#define NETWORK_CHECK_H

#include "kernel/address.h"
#include "kernel/link.h"
#include "kernel/route.h"

/**
 * struct check_side - one of the two
 * @name:	as the user calls it
 * @netns_fd:	-1: ours
 * @nl:		NETLINK_ROUTE in there
 */
struct check_side {
	const char *name;
	int netns_fd;
	struct netlink nl;
	struct arena arena;
	struct link *links;
	struct address_of *addresses;
	size_t link_count, address_count;
};

/* Look at one. Return: 0; NS_DENIED, SYSTEM. */
MUST_CHECK int check_side_open(struct check_side *side, const char *name,
			       int netns_fd, struct kist_error *err);
void check_side_close(struct check_side *side);

/* Its device with an index, or NULL. */
const struct link *check_link(const struct check_side *side, int index);
/* It has this address. */
bool check_has_address(const struct check_side *side,
		       const struct address *address);
/* Its loopback is up. */
bool check_has_loopback(const struct check_side *side);

/**
 * check_pair() - which addresses to use between two
 * @family:	AF_INET, AF_INET6
 * @ret_a, @ret_b: indexes are those of the devices
 *
 * Two in one subnet, if there are such; else two for which there are routes;
 * else the first of each.
 *
 * Return: false: one of them has no address of the family (@ret_a, @ret_b tell
 * which: family 0). Link-local ones do not count.
 */
bool check_pair(struct check_side *a, struct check_side *b, int family,
		struct address_of *ret_a, struct address_of *ret_b);

enum check_probe { CHECK_PING, CHECK_TCP, CHECK_UDP, CHECK_PROBE_COUNT };

enum check_outcome { CHECK_OK, CHECK_FAILED, CHECK_SKIPPED };

/**
 * struct check_way - one probe to be made
 * @from_address, @to_address: as check_pair() has them
 * @port:	of TCP and UDP; 0: any
 * @timeout_ms:	at most
 */
struct check_way {
	struct check_side *from, *to;
	struct address from_address, to_address;
	enum check_probe probe;
	uint16_t port;
	int timeout_ms;
};

#define CHECK_TEXT 200

/**
 * struct check_result - what came of it
 * @errnum:	of the failure, or ETIMEDOUT
 * @time_ns:	there and back
 * @note:	"" or what else is to be said
 */
struct check_result {
	enum check_outcome outcome;
	int errnum;
	uint64_t time_ns;
	char note[CHECK_TEXT];
};

const char *check_probe_name(enum check_probe probe); /* "ping" */

struct check_result check_run(const struct check_way *way);

/* Why @way failed with @errnum, and what to do about it ("" : not known). */
void check_explain(const struct check_way *way, int errnum,
		   char why[CHECK_TEXT], char hint[CHECK_TEXT]);

/* Why there is no pair of addresses at all. */
void check_explain_none(const struct check_side *a, const struct check_side *b,
			char why[CHECK_TEXT], char hint[CHECK_TEXT]);

#endif
