/* SPDX-License-Identifier: Apache-2.0 */
/* address.c - IP addresses: as text, of devices, given and taken */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include <kist/cause.h>

#include "base/num.h"
#include "kernel/address.h"
#include "kernel/net_socket.h"

size_t address_size(int family)
{
	return family == AF_INET6 ? 16 : family == AF_INET ? 4 : 0;
}

unsigned address_bits(int family)
{
	return 8 * (unsigned)address_size(family);
}

int address_parse_n(const char *text, size_t len, struct address *ret_address)
{
	struct address address = { 0 };
	const char *slash = memchr(text, '/', len);
	size_t host = slash ? (size_t)(slash - text) : len;
	char word[INET6_ADDRSTRLEN];
	uint64_t prefix;

	if (host >= sizeof(word))
		return -EINVAL;
	memcpy(word, text, host);
	word[host] = '\0';
	address.family = strchr(word, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(address.family, word, address.bytes) != 1)
		return -EINVAL;
	prefix = address_bits(address.family);
	if (slash && (num_parse_u64_n(slash + 1, len - host - 1, &prefix) < 0 ||
		      prefix > address_bits(address.family)))
		return -EINVAL;
	address.prefix = (uint8_t)prefix;
	*ret_address = address;
	return 0;
}

int address_parse(const char *text, struct address *ret_address)
{
	return address_parse_n(text, strlen(text), ret_address);
}

void address_format(const struct address *address, bool with_prefix,
		    char buf[ADDRESS_TEXT])
{
	size_t len;

	if (!inet_ntop(address->family, address->bytes, buf, ADDRESS_TEXT))
		strcpy(buf, "?");
	len = strlen(buf);
	if (with_prefix)
		snprintf(buf + len, ADDRESS_TEXT - len, "/%u", address->prefix);
}

bool address_is_same(const struct address *a, const struct address *b)
{
	return a->family == b->family &&
	       memcmp(a->bytes, b->bytes, address_size(a->family)) == 0;
}

/* Are the first @bits alike? */
static bool is_alike(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool address_has(const struct address *a, const struct address *b)
{
	return a->family == b->family &&
	       is_alike(a->bytes, b->bytes, a->prefix);
}

bool address_overlaps(const struct address *a, const struct address *b)
{
	return a->family == b->family &&
	       is_alike(a->bytes, b->bytes,
			a->prefix < b->prefix ? a->prefix : b->prefix);
}

struct address address_subnet(const struct address *address)
{
	struct address subnet = *address;

	for (unsigned i = address->prefix; i < address_bits(address->family);
	     i++)
		subnet.bytes[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
	return subnet;
}

bool address_is_reserved(const struct address *address)
{
	struct address subnet = address_subnet(address), last = subnet;

	if (address->family != AF_INET || address->prefix > 30)
		return false;
	for (unsigned i = address->prefix; i < 32; i++)
		last.bytes[i / 8] |= (uint8_t)(0x80u >> i % 8);
	return address_is_same(address, &subnet) ||
	       address_is_same(address, &last);
}

/* ---- of devices ---- */

static void take(const struct nlattr *attr, const struct ifaddrmsg *head,
		 struct address *address)
{
	if (!attr || netlink_len(attr) < address_size(head->ifa_family))
		return;
	address->family = head->ifa_family;
	address->prefix = head->ifa_prefixlen;
	memcpy(address->bytes, netlink_bytes(attr),
	       address_size(head->ifa_family));
}

int address_read(const struct nlmsghdr *msg, struct address_of *ret_address)
{
	const struct nlattr *attr[IFA_FLAGS + 1];
	const struct ifaddrmsg *head = netlink_head(msg, sizeof(*head));
	struct address_of found = { 0 };

	if (msg->nlmsg_type != RTM_NEWADDR || !head ||
	    !address_size(head->ifa_family) ||
	    head->ifa_prefixlen > address_bits(head->ifa_family))
		return -EPROTO;
	netlink_attrs(msg, sizeof(*head), attr, IFA_FLAGS);
	found.index = (int)head->ifa_index;
	found.scope = head->ifa_scope;
	found.flags = netlink_u32(attr[IFA_FLAGS], head->ifa_flags);
	/* Where there is a peer, IFA_ADDRESS is the peer's. */
	if (attr[IFA_LOCAL]) {
		take(attr[IFA_LOCAL], head, &found.address);
		take(attr[IFA_ADDRESS], head, &found.peer);
		if (address_is_same(&found.peer, &found.address))
			found.peer = (struct address){ 0 };
	} else {
		take(attr[IFA_ADDRESS], head, &found.address);
	}
	if (!found.address.family)
		return -EPROTO;
	*ret_address = found;
	return 0;
}

static size_t count_messages(const struct buf *answers)
{
	size_t pos = 0, count = 0;

	while (netlink_next(answers->data, answers->len, &pos))
		count++;
	return count;
}

int address_list(struct netlink *nl, struct arena *arena,
		 struct address_of **ret_list, size_t *ret_count,
		 struct kist_error *err)
{
	const struct ifaddrmsg head = { 0 };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	CLEANUP_BUF struct buf answers = { 0 };
	const struct nlmsghdr *answer;
	struct address_of *list;
	size_t pos = 0, count = 0;
	int ret;

	netlink_begin(&msg, RTM_GETADDR, NLM_F_DUMP, &head, sizeof(head));
	ret = netlink_talk(nl, &msg, &answers);
	if (ret < 0)
		return net_refused(nl, ret, err, KIST_E_SYSTEM,
				   "list addresses");
	list = ARENA_ARRAY(arena, struct address_of,
			   count_messages(&answers) + 1);
	if (!list)
		return err_nomem(err);
	while ((answer = netlink_next(answers.data, answers.len, &pos)))
		if (address_read(answer, &list[count]) == 0)
			count++;
	*ret_list = list;
	*ret_count = count;
	return 0;
}

static int change(struct netlink *nl, uint16_t type, uint16_t flags, int index,
		  const struct address *address)
{
	size_t size = address_size(address->family);
	const struct ifaddrmsg head = {
		.ifa_family = address->family,
		.ifa_prefixlen = address->prefix,
		.ifa_index = (unsigned)index,
	};
	CLEANUP_NETLINK_MSG struct netlink_msg msg;

	netlink_begin(&msg, type, flags, &head, sizeof(head));
	netlink_add(&msg, IFA_LOCAL, address->bytes, size);
	netlink_add(&msg, IFA_ADDRESS, address->bytes, size);
	if (address->family == AF_INET6 && type == RTM_NEWADDR)
		netlink_add_u32(&msg, IFA_FLAGS, IFA_F_NODAD);
	return netlink_talk(nl, &msg, NULL);
}

int address_add(struct netlink *nl, int index, const struct address *address,
		struct kist_error *err)
{
	int ret = change(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, index,
			 address);
	char text[ADDRESS_TEXT];

	if (ret == 0)
		return 0;
	address_format(address, true, text);
	net_refused(nl, ret, err, KIST_E_ADDRESS, "add address '%s'", text);
	if (ret == -EINVAL && address->family == AF_INET6)
		err_cause(err, KIST_CAUSE_ADDRESS_V6_MTU, NULL, NULL);
	return ret;
}

int address_remove(struct netlink *nl, int index, const struct address *address,
		   struct kist_error *err)
{
	int ret = change(nl, RTM_DELADDR, 0, index, address);
	char text[ADDRESS_TEXT];

	if (ret == 0)
		return 0;
	address_format(address, true, text);
	return net_refused(nl, ret, err, KIST_E_ADDRESS, "remove address '%s'",
			   text);
}
