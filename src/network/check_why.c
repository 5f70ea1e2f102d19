/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_why.c - where the way between two namespaces ends
 *
 * The way is followed as a packet would go. The first thing that is not as it
 * should be is the answer.
 */
#include <linux/if.h>
#include <linux/neighbour.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/neighbour.h"
#include "kernel/net_socket.h"
#include "network/check_internal.h"

struct answer {
	char *why, *hint;
};

static bool say(struct answer *answer, const char *why)
{
	snprintf(answer->why, CHECK_TEXT, "%s", why);
	return true;
}

#define WHY(answer, ...) snprintf((answer)->why, CHECK_TEXT, __VA_ARGS__)
#define HINT(answer, ...) snprintf((answer)->hint, CHECK_TEXT, __VA_ARGS__)

/* ---- filters ---- */

static int list_nft(struct netlink *nl, uint16_t what, struct buf *answers)
{
	const struct nfgenmsg head = { .nfgen_family = AF_UNSPEC };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;

	netlink_begin(&msg, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | what),
		      NLM_F_DUMP, &head, sizeof(head));
	return netlink_talk(nl, &msg, answers);
}

int check_filters(const struct check_side *side, unsigned *ret_tables,
		  unsigned *ret_rules, char ret_name[64])
{
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;
	CLEANUP_BUF struct buf tables = { 0 };
	CLEANUP_BUF struct buf rules = { 0 };
	const struct nlmsghdr *answer;
	size_t pos = 0;
	int ret = net_socket_netlink(side->netns_fd, NETLINK_NETFILTER, &nl,
				     NULL);

	*ret_tables = *ret_rules = 0;
	if (ret == 0)
		ret = list_nft(&nl, NFT_MSG_GETTABLE, &tables);
	if (ret == 0)
		ret = list_nft(&nl, NFT_MSG_GETRULE, &rules);
	if (ret < 0)
		return ret;
	while (netlink_next(tables.data, tables.len, &pos))
		(*ret_tables)++;
	ret_name[0] = '\0';
	pos = 0;
	while ((answer = netlink_next(rules.data, rules.len, &pos))) {
		const struct nlattr *attrs[NFTA_RULE_MAX + 1];

		netlink_attrs(answer, sizeof(struct nfgenmsg), attrs,
			      NFTA_RULE_MAX);
		if ((*ret_rules)++ == 0)
			netlink_text(attrs[NFTA_RULE_TABLE], ret_name, 64);
	}
	return 0;
}

static bool is_filtered(const struct check_side *side, struct answer *answer)
{
	unsigned tables, rules;
	char name[64];

	if (check_filters(side, &tables, &rules, name) < 0 || !rules)
		return false;
	WHY(answer, "'%s' filters packets: %u rule%s of nftables, table '%s'",
	    side->name, rules, rules == 1 ? "" : "s", name);
	HINT(answer, "kist net nft %s list ruleset", side->name);
	return true;
}

/* ---- links ---- */

static bool link_is_bad(const struct check_side *side, const struct link *link,
			struct answer *answer)
{
	if (!link)
		return false;
	if (!(link->flags & IFF_UP)) {
		WHY(answer, "'%s' of '%s' is down", link->name, side->name);
		HINT(answer, "kist net exec %s ip link set %s up", side->name,
		     link->name);
		return true;
	}
	if (!(link->flags & IFF_LOWER_UP)) {
		WHY(answer, "'%s' of '%s' is up, but its other end is not",
		    link->name, side->name);
		HINT(answer, "kist net ls %s shows where the other end is",
		     side->name);
		return true;
	}
	return false;
}

static bool loopback_is_down(const struct check_side *side,
			     struct answer *answer)
{
	if (check_has_loopback(side))
		return false;
	WHY(answer, "the loopback of '%s' is down", side->name);
	HINT(answer, "kist net exec %s ip link set lo up", side->name);
	return true;
}

static const struct link *link_with(const struct check_side *side,
				    const struct address *address)
{
	for (size_t i = 0; i < side->address_count; i++)
		if (address_is_same(&side->addresses[i].address, address))
			return check_link(side, side->addresses[i].index);
	return NULL;
}

/* ---- routes and neighbours ---- */

static bool has_no_route(struct check_side *side, const struct address *to,
			 struct route *ret_route, struct answer *answer)
{
	char text[ADDRESS_TEXT];
	int ret = check_route(side, to, ret_route);

	if (ret == 0)
		return false;
	address_format(to, false, text);
	/* A device that is down has no routes. */
	for (size_t i = 0; i < side->address_count; i++)
		if (address_has(&side->addresses[i].address, to) &&
		    link_is_bad(side,
				check_link(side, side->addresses[i].index),
				answer))
			return true;
	if (ret == -EACCES || ret == -EINVAL || ret == -EHOSTUNREACH) {
		WHY(answer, "a route of '%s' forbids to send to %s", side->name,
		    text);
		HINT(answer, "kist net route %s", side->name);
		return true;
	}
	WHY(answer,
	    "'%s' has no address in the subnet of %s, and no route "
	    "to it",
	    side->name, text);
	HINT(answer, "kist net route %s add %s via GATEWAY", side->name, text);
	return true;
}

static bool is_unresolved(struct check_side *side, const struct route *route,
			  const struct address *to, struct answer *answer)
{
	const struct address *hop = route->gateway.family ? &route->gateway :
							    to;
	const struct link *link = check_link(side, route->index);
	struct neighbour *list;
	size_t count;
	char text[ADDRESS_TEXT];

	if (neighbour_list(&side->nl, &side->arena, &list, &count, NULL) < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (list[i].index != route->index ||
		    !address_is_same(&list[i].address, hop) ||
		    !(list[i].state & (NUD_FAILED | NUD_INCOMPLETE)))
			continue;
		address_format(hop, false, text);
		WHY(answer,
		    "nobody answers for %s on '%s' of '%s': the other "
		    "is not on that link",
		    text, link ? link->name : "?", side->name);
		HINT(answer, "kist net ls %s shows where '%s' leads to",
		     side->name, link ? link->name : "it");
		return true;
	}
	return false;
}

static bool by_errno(const struct check_way *way, int errnum,
		     struct answer *answer)
{
	if (errnum == EPERM) {
		WHY(answer, "'%s' filters what it sends itself",
		    way->from->name);
		HINT(answer, "kist net nft %s list ruleset", way->from->name);
		return true;
	}
	if (errnum == ECONNREFUSED) {
		WHY(answer, "'%s' refuses what it is sent: a filter rejects",
		    way->to->name);
		HINT(answer, "kist net nft %s list ruleset", way->to->name);
		return true;
	}
	return false;
}

static bool explain(const struct check_way *way, int errnum,
		    struct answer *answer)
{
	const struct address *to = &way->to_address, *back = &way->from_address;
	struct check_side *from = way->from, *target = way->to;
	struct route there = { 0 }, here = { 0 };

	/* What is its own goes through the loopback. */
	if (address_is_same(to, back) && loopback_is_down(from, answer))
		return true;
	if (has_no_route(from, to, &there, answer))
		return true;
	if (link_is_bad(from, check_link(from, there.index), answer) ||
	    link_is_bad(target, link_with(target, &way->to_address), answer))
		return true;
	if (errnum == EADDRNOTAVAIL)
		return say(answer, "the address is not usable yet (duplicate "
				   "detection of IPv6 goes on): try again");
	if (is_unresolved(from, &there, to, answer) ||
	    has_no_route(target, back, &here, answer) ||
	    is_unresolved(target, &here, back, answer) ||
	    by_errno(way, errnum, answer))
		return true;
	return is_filtered(target, answer) || is_filtered(from, answer);
}

void check_explain(const struct check_way *way, int errnum,
		   char why[CHECK_TEXT], char hint[CHECK_TEXT])
{
	struct answer answer = { why, hint };
	const char *text = errnum == ETIMEDOUT ? "nothing came back" :
						 errno_text(errnum);

	why[0] = hint[0] = '\0';
	if (!explain(way, errnum, &answer))
		say(&answer, text ? text : "it failed");
}

void check_explain_none(const struct check_side *a, const struct check_side *b,
			char why[CHECK_TEXT], char hint[CHECK_TEXT])
{
	const struct check_side *sides[2] = { a, b };

	why[0] = hint[0] = '\0';
	for (int i = 0; i < 2; i++) {
		const struct check_side *side = sides[i];
		size_t links = 0;

		for (size_t n = 0; n < side->link_count; n++)
			links += !(side->links[n].flags & IFF_LOOPBACK);
		if (links == 0) {
			snprintf(why, CHECK_TEXT,
				 "'%s' has no device but its loopback",
				 side->name);
			snprintf(hint, CHECK_TEXT,
				 "kist net link %s:10.0.0.1/24 %s:10.0.0.2/24",
				 a->name, b->name);
			return;
		}
	}
	snprintf(why, CHECK_TEXT, "they have no addresses of one family");
	snprintf(hint, CHECK_TEXT, "kist net ls %s shows its addresses",
		 a->name);
}
