/* SPDX-License-Identifier: Apache-2.0 */
/**
 * netlink.h - the netlink wire: questions to the kernel, and its answers
 *
 *	struct netlink_msg msg;
 *
 *	netlink_begin(&msg, RTM_NEWLINK, NLM_F_CREATE, &head, sizeof(head));
 *	netlink_add_text(&msg, IFLA_IFNAME, "eth0");
 *	nest = netlink_nest(&msg, IFLA_LINKINFO);
 *	netlink_add_text(&msg, IFLA_INFO_KIND, "veth");
 *	netlink_nest_end(&msg, nest);
 *	ret = netlink_talk(&nl, &msg, NULL);
 *	netlink_done(&msg);
 *
 * How it works
 * ============
 * One question, all of its answers, then the next: whatever else arrives is
 * passed over, and so is what did not come from the kernel. A list that
 * changed while it was given (NLM_F_DUMP_INTR) is asked for again. Messages and
 * attributes are handed out only if they lie wholly in what was received.
 *
 * The socket belongs for good to the network namespace it was opened in.
 *
 * Ownership:  open/close; begin/done; answers are in the caller's buffer.
 * Threads:    one socket, one thread.
 * See:        netlink(7), rtnetlink(7)
 */
#ifndef SYS_NETLINK_H
#define SYS_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/macros.h"

#define NETLINK_WHY 200

/**
 * struct netlink - a socket
 * @why:	the kernel's sentence when it refused the last question, or ""
 * @refused:	type of the attribute it refused, 0: none was named
 */
struct netlink {
	int fd;
	uint32_t seq;
	uint16_t refused;
	char why[NETLINK_WHY];
};

/* @protocol: NETLINK_ROUTE, NETLINK_GENERIC, NETLINK_SOCK_DIAG. 0 or -errno */
MUST_CHECK int netlink_open(struct netlink *ret_nl, int protocol);
/* The same on a socket that another namespace's visitor opened; it is @nl's
 * from now on, closed if this fails. */
MUST_CHECK int netlink_adopt(struct netlink *ret_nl, int socket_fd);
void netlink_close(struct netlink *nl);
#define NETLINK_NONE     \
	{                \
		.fd = -1 \
	}
#define CLEANUP_NETLINK __attribute__((cleanup(netlink_close)))

/* ---- asking ---- */

/* A message under construction; must not be copied. Sticky: want of memory
 * shows in netlink_talk(). */
struct netlink_msg {
	struct buf buf;
	_Alignas(NLMSG_ALIGNTO) char first[512];
};

/**
 * netlink_begin() - start a message
 * @flags:	NLM_F_*; NLM_F_REQUEST is added, and NLM_F_ACK unless it is a
 *		NLM_F_DUMP
 * @head:	struct ifinfomsg, struct genlmsghdr …
 */
void netlink_begin(struct netlink_msg *msg, uint16_t type, uint16_t flags,
		   const void *head, size_t len);
void netlink_done(struct netlink_msg *msg);
#define CLEANUP_NETLINK_MSG __attribute__((cleanup(netlink_done)))

void netlink_add(struct netlink_msg *msg, uint16_t type, const void *bytes,
		 size_t len);
void netlink_add_text(struct netlink_msg *msg, uint16_t type, const char *text);
void netlink_add_u8(struct netlink_msg *msg, uint16_t type, uint8_t value);
void netlink_add_u16(struct netlink_msg *msg, uint16_t type, uint16_t value);
void netlink_add_u32(struct netlink_msg *msg, uint16_t type, uint32_t value);
/* Attributes added from here to netlink_nest_end() are inside. */
size_t netlink_nest(struct netlink_msg *msg, uint16_t type);
void netlink_nest_end(struct netlink_msg *msg, size_t nest);
/* Bytes of an attribute that begins with a struct; they are padded. */
void netlink_add_raw(struct netlink_msg *msg, const void *bytes, size_t len);

/**
 * netlink_talk() - send a message, and take all that is answered
 * @ret_answers: initialised; receives the messages, without the final one; or
 *		NULL: they are dropped. Go through them with netlink_next()
 *
 * Return: 0, or the -errno of the kernel; @nl->why may say more. -EPROTO: what
 * came is no netlink. -EAGAIN: the list kept changing, ten times.
 */
MUST_CHECK int netlink_talk(struct netlink *nl, struct netlink_msg *msg,
			    struct buf *ret_answers);

/**
 * netlink_family() - the number of a generic netlink family
 * @nl:		of NETLINK_GENERIC
 *
 * Return: the message type to use; -ENOENT: the kernel has no such family.
 */
MUST_CHECK int netlink_family(struct netlink *nl, const char *name);

/* ---- reading ---- */

/* The message at @*pos, which moves on; NULL at the end, and where the bytes
 * are no whole message. */
const struct nlmsghdr *netlink_next(const void *bytes, size_t len, size_t *pos);

/* What is in the message: at least @size bytes; else NULL. */
const void *netlink_head(const struct nlmsghdr *msg, size_t size);

/* The attribute at @*pos of attributes, as netlink_next(). */
const struct nlattr *netlink_next_attr(const void *bytes, size_t len,
				       size_t *pos);

/**
 * netlink_attrs() - sort a message's attributes into a table
 * @head_size:	size of what stands before them
 * @ret_table:	@max + 1 of them, by type; NULL for those not there. The last
 *		one of a type counts
 */
void netlink_attrs(const struct nlmsghdr *msg, size_t head_size,
		   const struct nlattr **ret_table, unsigned max);
/* The same of what is inside an attribute, or of nothing if it is NULL. */
void netlink_inner(const struct nlattr *attr, const struct nlattr **ret_table,
		   unsigned max);

static inline const void *netlink_bytes(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}
static inline size_t netlink_len(const struct nlattr *attr)
{
	return (size_t)attr->nla_len - NLA_HDRLEN;
}

/* The number in an attribute; @otherwise if it is NULL or too short. */
uint8_t netlink_u8(const struct nlattr *attr, uint8_t otherwise);
uint16_t netlink_u16(const struct nlattr *attr, uint16_t otherwise);
uint32_t netlink_u32(const struct nlattr *attr, uint32_t otherwise);
uint64_t netlink_u64(const struct nlattr *attr, uint64_t otherwise);
/* Its text, cut to fit; "" if it is NULL. */
void netlink_text(const struct nlattr *attr, char *ret_text, size_t size);

#endif
