/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode_netlink.c - a refusal that comes as a message
 *
 * Netlink takes every request; its answer is an NLMSG_ERROR with an errno, the
 * request, and perhaps a sentence of the kernel's (extack). So the refused
 * call is the one that reads the answer.
 */
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/why/decode.h"
#include "engine/why/look_net.h"
#include "kernel/address.h"
#include "sys/process.h"

#define ANSWER 2048
#define ERRNOS_MAX 4095

static bool is_netlink(pid_t pid, int fd)
{
	CLEANUP_FD int pidfd = sys_pidfd_open(pid);
	CLEANUP_FD int copy = -1;
	int domain = 0;
	socklen_t size = sizeof(domain);

	if (pidfd < 0)
		return false;
	copy = sys_pidfd_getfd(pidfd, fd);
	return copy >= 0 &&
	       getsockopt(copy, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
	       domain == AF_NETLINK;
}

/* Where the answer was written; 0: this is no such call. */
static uint64_t buffer_of(const struct sys_call_stop *entry, pid_t pid)
{
	uint64_t header[4],
		vector[2]; /* struct msghdr: name, its length, iov */
	const char *name;

	why_decode_row(entry, &name);
	if (!name)
		return 0;
	if (strcmp(name, "recvfrom") == 0)
		return entry->args[1];
	if (strcmp(name, "recvmsg") != 0 ||
	    sys_trace_read(pid, entry->args[1], header, sizeof(header)) <
		    (ssize_t)sizeof(header) ||
	    sys_trace_read(pid, header[2], vector, sizeof(vector)) <
		    (ssize_t)sizeof(vector))
		return 0;
	return vector[0];
}

/* The text of an attribute, in the arena. */
static const char *attribute(const unsigned char *bytes, size_t len,
			     uint16_t type, struct arena *arena)
{
	struct nlattr attr;

	for (size_t at = 0; at + sizeof(attr) <= len;) {
		memcpy(&attr, bytes + at, sizeof(attr));
		if (attr.nla_len < sizeof(attr) || attr.nla_len > len - at)
			break;
		if ((attr.nla_type & NLA_TYPE_MASK) == type)
			return arena_strndup(
				arena, (const char *)bytes + at + sizeof(attr),
				attr.nla_len - sizeof(attr));
		at += NLA_ALIGN(attr.nla_len);
	}
	return NULL;
}

static const char *request_text(uint16_t type)
{
	static const struct {
		uint16_t type;
		const char *text;
	} texts[] = {
		{ RTM_NEWLINK, "make or change a network device" },
		{ RTM_SETLINK, "change a network device" },
		{ RTM_GETLINK, "look for a network device" },
		{ RTM_DELLINK, "remove a network device" },
		{ RTM_NEWADDR, "add an address" },
		{ RTM_DELADDR, "remove an address" },
		{ RTM_NEWROUTE, "add a route" },
		{ RTM_DELROUTE, "remove a route" },
		{ RTM_NEWNEIGH, "add a neighbour" },
		{ RTM_NEWRULE, "add a routing rule" },
		{ RTM_NEWQDISC, "add a queueing discipline" },
		{ RTM_NEWNSID, "give a network namespace an id" },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i].type == type)
			return texts[i].text;
	return "netlink";
}

/* An address in an attribute, as text. */
static const char *address_in(const unsigned char *bytes, size_t len,
			      uint16_t type, uint8_t family,
			      struct arena *arena)
{
	struct address address = { .family = family };
	char text[ADDRESS_TEXT];
	struct nlattr attr;

	for (size_t at = 0; at + sizeof(attr) <= len;) {
		memcpy(&attr, bytes + at, sizeof(attr));
		if (attr.nla_len < sizeof(attr) || attr.nla_len > len - at)
			break;
		if ((attr.nla_type & NLA_TYPE_MASK) == type &&
		    attr.nla_len - sizeof(attr) == address_size(family)) {
			memcpy(address.bytes, bytes + at + sizeof(attr),
			       address_size(family));
			address_format(&address, false, text);
			return arena_strdup(arena, text);
		}
		at += NLA_ALIGN(attr.nla_len);
	}
	return NULL;
}

/* An attribute that is a number; 0. */
static int number_in(const unsigned char *bytes, size_t len, uint16_t type)
{
	struct nlattr attr;
	int number = 0;

	for (size_t at = 0; at + sizeof(attr) <= len;) {
		memcpy(&attr, bytes + at, sizeof(attr));
		if (attr.nla_len < sizeof(attr) || attr.nla_len > len - at)
			break;
		if ((attr.nla_type & NLA_TYPE_MASK) == type &&
		    attr.nla_len == sizeof(attr) + sizeof(number))
			memcpy(&number, bytes + at + sizeof(attr),
			       sizeof(number));
		at += NLA_ALIGN(attr.nla_len);
	}
	return number;
}

/* A request about a device: its name, or the name of its number; its kind, and
 * what it is made of. */
static void read_link(const unsigned char *bytes, size_t len,
		      struct why_case *c)
{
	struct ifinfomsg head;
	struct nlattr attr;

	if (len < sizeof(head))
		return;
	memcpy(&head, bytes, sizeof(head));
	bytes += sizeof(head);
	len -= sizeof(head);
	c->subject = attribute(bytes, len, IFLA_IFNAME, c->arena);
	if (!c->subject)
		c->subject = attribute(bytes, len, IFLA_ALT_IFNAME, c->arena);
	if (!c->subject && head.ifi_index > 0)
		c->subject = look_link_name(c, head.ifi_index);
	c->source = look_link_name(c, number_in(bytes, len, IFLA_LINK));
	for (size_t at = 0; at + sizeof(attr) <= len;) {
		memcpy(&attr, bytes + at, sizeof(attr));
		if (attr.nla_len < sizeof(attr) || attr.nla_len > len - at)
			break;
		if ((attr.nla_type & NLA_TYPE_MASK) == IFLA_LINKINFO)
			c->type = attribute(bytes + at + sizeof(attr),
					    attr.nla_len - sizeof(attr),
					    IFLA_INFO_KIND, c->arena);
		at += NLA_ALIGN(attr.nla_len);
	}
}

/* Of an address itself, of a route the gateway. */
static void read_address(const unsigned char *bytes, size_t len, uint16_t type,
			 struct why_case *c)
{
	bool is_route = type == RTM_NEWROUTE || type == RTM_DELROUTE;
	size_t skip = is_route ? sizeof(struct rtmsg) :
				 sizeof(struct ifaddrmsg);

	/* both begin with the family */
	if (len < skip || (bytes[0] != AF_INET && bytes[0] != AF_INET6))
		return;
	if (!is_route) {
		struct ifaddrmsg head;

		memcpy(&head, bytes, sizeof(head));
		c->source = look_link_name(c, (int)head.ifa_index);
	}
	c->subject = address_in(bytes + skip, len - skip,
				is_route ? RTA_GATEWAY : IFA_ADDRESS, bytes[0],
				c->arena);
}

/* Behind the errno: the request, whole unless the flag says it is capped, then
 * what the kernel has to say. */
static void read_request(const unsigned char *bytes, size_t len, uint16_t flags,
			 struct why_case *c)
{
	const size_t head = sizeof(struct nlmsghdr) + sizeof(int);
	struct nlmsghdr request;
	size_t body = sizeof(request);

	if (len < head + sizeof(request))
		return;
	memcpy(&request, bytes + head, sizeof(request));
	c->name = request_text(request.nlmsg_type);
	if (!(flags & NLM_F_CAPPED))
		body = NLMSG_ALIGN(request.nlmsg_len);
	if (body < sizeof(request) || body > len - head)
		return;
	if (request.nlmsg_type == RTM_NEWLINK ||
	    request.nlmsg_type == RTM_DELLINK ||
	    request.nlmsg_type == RTM_SETLINK ||
	    request.nlmsg_type == RTM_GETLINK)
		read_link(bytes + head + sizeof(request),
			  body - sizeof(request), c);
	if (request.nlmsg_type == RTM_NEWADDR ||
	    request.nlmsg_type == RTM_DELADDR ||
	    request.nlmsg_type == RTM_NEWROUTE ||
	    request.nlmsg_type == RTM_DELROUTE)
		read_address(bytes + head + sizeof(request),
			     body - sizeof(request), request.nlmsg_type, c);
	if (flags & NLM_F_ACK_TLVS)
		c->value = attribute(bytes + head + body, len - head - body,
				     NLMSGERR_ATTR_MSG, c->arena);
}

bool why_decode_netlink(const struct sys_call_stop *entry, int64_t length,
			pid_t pid, struct why_case *c)
{
	_Alignas(8) unsigned char bytes[ANSWER];
	struct nlmsghdr head;
	uint64_t at = buffer_of(entry, pid);
	ssize_t got;
	int error;

	if (!at || length < (int64_t)(sizeof(head) + sizeof(error)))
		return false;
	got = sys_trace_read(pid, at, bytes,
			     length < ANSWER ? (size_t)length : ANSWER);
	if (got < (ssize_t)(sizeof(head) + sizeof(error)))
		return false;
	memcpy(&head, bytes, sizeof(head));
	memcpy(&error, bytes + sizeof(head), sizeof(error));
	if (head.nlmsg_type != NLMSG_ERROR || error >= 0 ||
	    error < -ERRNOS_MAX || !is_netlink(pid, (int)entry->args[0]))
		return false;
	c->call = WHY_LINK;
	c->name = "netlink";
	c->errnum = -error;
	read_request(bytes, (size_t)got, head.nlmsg_flags, c);
	return true;
}
