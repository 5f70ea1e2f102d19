/* SPDX-License-Identifier: Apache-2.0 */
/* netlink.c - the netlink wire: sockets, questions and their answers */
#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "sys/netlink.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

#define CHUNK_BYTES 32768u /* the kernel fills no more at once in a list */
#define TRIES 10

/* ---- sockets ---- */

static void ask_for(int fd, int option)
{
	int yes = 1;

	/* An older kernel does without: less exact errors, unfiltered lists. */
	if (setsockopt(fd, SOL_NETLINK, option, &yes, sizeof(yes)) < 0)
		return;
}

int netlink_adopt(struct netlink *ret_nl, int socket_fd)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };

	if (bind(socket_fd, (struct sockaddr *)&any, sizeof(any)) < 0) {
		int errnum = errno;

		close(socket_fd);
		return -errnum;
	}
	ask_for(socket_fd, NETLINK_EXT_ACK);
	ask_for(socket_fd, NETLINK_CAP_ACK);
	ask_for(socket_fd, NETLINK_GET_STRICT_CHK);
	*ret_nl = (struct netlink){ .fd = socket_fd };
	return 0;
}

int netlink_open(struct netlink *ret_nl, int protocol)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	return fd < 0 ? -errno : netlink_adopt(ret_nl, fd);
}

void netlink_close(struct netlink *nl)
{
	if (nl->fd >= 0)
		close(nl->fd);
	nl->fd = -1;
}

/* ---- building ---- */

void netlink_begin(struct netlink_msg *msg, uint16_t type, uint16_t flags,
		   const void *head, size_t len)
{
	struct nlmsghdr start = { .nlmsg_type = type, .nlmsg_flags = flags };

	start.nlmsg_flags |= NLM_F_REQUEST;
	if ((flags & NLM_F_DUMP) != NLM_F_DUMP)
		start.nlmsg_flags |= NLM_F_ACK;
	buf_init_in(&msg->buf, msg->first, sizeof(msg->first));
	buf_add(&msg->buf, &start, sizeof(start));
	netlink_add_raw(msg, head, len);
}

void netlink_done(struct netlink_msg *msg)
{
	buf_done(&msg->buf);
}

void netlink_add_raw(struct netlink_msg *msg, const void *bytes, size_t len)
{
	buf_add(&msg->buf, bytes, len);
	buf_align(&msg->buf, NLA_ALIGNTO);
}

void netlink_add(struct netlink_msg *msg, uint16_t type, const void *bytes,
		 size_t len)
{
	struct nlattr attr = { .nla_type = type };

	if (len > UINT16_MAX - NLA_HDRLEN) {
		msg->buf.failed = true;
		return;
	}
	attr.nla_len = (uint16_t)(NLA_HDRLEN + len);
	buf_add(&msg->buf, &attr, sizeof(attr));
	netlink_add_raw(msg, bytes, len);
}

void netlink_add_text(struct netlink_msg *msg, uint16_t type, const char *text)
{
	netlink_add(msg, type, text, strlen(text) + 1);
}

void netlink_add_u8(struct netlink_msg *msg, uint16_t type, uint8_t value)
{
	netlink_add(msg, type, &value, sizeof(value));
}

void netlink_add_u16(struct netlink_msg *msg, uint16_t type, uint16_t value)
{
	netlink_add(msg, type, &value, sizeof(value));
}

void netlink_add_u32(struct netlink_msg *msg, uint16_t type, uint32_t value)
{
	netlink_add(msg, type, &value, sizeof(value));
}

size_t netlink_nest(struct netlink_msg *msg, uint16_t type)
{
	size_t nest = msg->buf.len;

	netlink_add(msg, type | NLA_F_NESTED, NULL, 0);
	return nest;
}

void netlink_nest_end(struct netlink_msg *msg, size_t nest)
{
	size_t len = msg->buf.len - nest;
	uint16_t len16 = (uint16_t)len;

	if (buf_failed(&msg->buf))
		return;
	if (len > UINT16_MAX)
		msg->buf.failed = true;
	else
		memcpy(msg->buf.data + nest, &len16, sizeof(len16));
}

/* ---- talking ---- */

static int send_msg(struct netlink *nl, struct netlink_msg *msg)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr *head = (struct nlmsghdr *)(void *)msg->buf.data;
	ssize_t sent;

	head->nlmsg_len = (uint32_t)msg->buf.len;
	head->nlmsg_seq = ++nl->seq;
	do
		sent = sendto(nl->fd, msg->buf.data, msg->buf.len, 0,
			      (struct sockaddr *)&kernel, sizeof(kernel));
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* Receive one packet of the kernel's. Return: its length, or -errno; -EMSGSIZE
 * with @*size grown: it is still there. */
static ssize_t receive(int fd, char **bytes, size_t *size)
{
	struct sockaddr_nl from = { 0 };
	struct iovec io = { 0 };
	struct msghdr packet = { .msg_name = &from,
				 .msg_iov = &io,
				 .msg_iovlen = 1 };
	ssize_t n;

	for (;;) {
		packet.msg_namelen = sizeof(from);
		io = (struct iovec){ *bytes, 0 };
		n = recvmsg(fd, &packet, MSG_PEEK | MSG_TRUNC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if ((size_t)n > *size) {
			char *more = realloc(*bytes, (size_t)n);

			if (!more)
				return -ENOMEM;
			*bytes = more;
			*size = (size_t)n;
		}
		io = (struct iovec){ *bytes, *size };
		n = recvmsg(fd, &packet, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (from.nl_pid == 0)
			return n;
	}
}

/* What the kernel says beside the errno: attributes behind its answer. */
static void keep_why(struct netlink *nl, const struct nlmsghdr *msg,
		     size_t offset)
{
	const char *bytes = (const char *)msg + offset;
	const struct nlattr *attr;
	size_t pos = 0, len;

	if (!(msg->nlmsg_flags & NLM_F_ACK_TLVS) || offset > msg->nlmsg_len)
		return;
	len = msg->nlmsg_len - offset;
	while ((attr = netlink_next_attr(bytes, len, &pos)))
		if ((attr->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG)
			netlink_text(attr, nl->why, sizeof(nl->why));
}

/* The attribute of ours that the kernel points at. */
static void keep_refused(struct netlink *nl, const struct nlmsghdr *msg,
			 size_t offset, const struct netlink_msg *asked)
{
	const char *bytes = (const char *)msg + offset;
	const struct nlattr *attr;
	size_t pos = 0;

	if (!(msg->nlmsg_flags & NLM_F_ACK_TLVS) || offset > msg->nlmsg_len)
		return;
	while ((attr = netlink_next_attr(bytes, msg->nlmsg_len - offset,
					 &pos))) {
		uint32_t at = netlink_u32(attr, UINT32_MAX);

		if ((attr->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_OFFS &&
		    asked->buf.len >= sizeof(struct nlattr) &&
		    at <= asked->buf.len - sizeof(struct nlattr))
			memcpy(&nl->refused,
			       asked->buf.data + at +
				       offsetof(struct nlattr, nla_type),
			       sizeof(nl->refused));
	}
}

/* The end of an answer: NLMSG_ERROR or NLMSG_DONE. Return: its -errno. */
static int verdict(struct netlink *nl, const struct nlmsghdr *msg,
		   const struct netlink_msg *asked)
{
	bool is_done = msg->nlmsg_type == NLMSG_DONE;
	size_t len = is_done ? sizeof(int) : sizeof(struct nlmsgerr);
	const struct nlmsgerr *error = netlink_head(msg, sizeof(int));
	size_t offset = NLMSG_HDRLEN + len;

	if (!error)
		return is_done ? 0 : -EPROTO;
	if (!is_done && !netlink_head(msg, len))
		return error->error;
	/* What was asked comes back only without NETLINK_CAP_ACK. */
	if (!is_done && !(msg->nlmsg_flags & NLM_F_CAPPED) &&
	    error->msg.nlmsg_len >= sizeof(struct nlmsghdr))
		offset += NLMSG_ALIGN(error->msg.nlmsg_len) -
			  sizeof(struct nlmsghdr);
	keep_why(nl, msg, offset);
	keep_refused(nl, msg, offset, asked);
	return error->error > 0 ? -EPROTO : error->error;
}

/**
 * struct answer - one question's
 * @interrupted: the list changed meanwhile
 */
struct answer {
	const struct netlink_msg *asked;
	struct buf *messages;
	bool interrupted;
};

/* One packet. Return: 1 if that was the end, 0 if not, or -errno. */
static int take_packet(struct netlink *nl, const char *bytes, size_t len,
		       struct answer *answer)
{
	const struct nlmsghdr *msg;
	size_t pos = 0;

	while ((msg = netlink_next(bytes, len, &pos))) {
		if (msg->nlmsg_seq != nl->seq)
			continue;
		if (msg->nlmsg_flags & NLM_F_DUMP_INTR)
			answer->interrupted = true;
		if (msg->nlmsg_type == NLMSG_ERROR ||
		    msg->nlmsg_type == NLMSG_DONE) {
			int ret = verdict(nl, msg, answer->asked);

			return ret < 0 ? ret : 1;
		}
		if (!answer->messages || msg->nlmsg_type < NLMSG_MIN_TYPE)
			continue;
		buf_add(answer->messages, msg, msg->nlmsg_len);
		buf_align(answer->messages, NLMSG_ALIGNTO);
	}
	return pos < len ? -EPROTO : 0;
}

static int talk_once(struct netlink *nl, struct netlink_msg *msg,
		     struct answer *answer)
{
	size_t size = CHUNK_BYTES;
	CLEANUP_FREE char *bytes = malloc(size);
	int ret = bytes ? send_msg(nl, msg) : -ENOMEM;

	while (ret == 0) {
		ssize_t n = receive(nl->fd, &bytes, &size);

		ret = n < 0 ? (int)n :
			      take_packet(nl, bytes, (size_t)n, answer);
	}
	return ret < 0 ? ret : 0;
}

int netlink_talk(struct netlink *nl, struct netlink_msg *msg,
		 struct buf *ret_answers)
{
	size_t before = ret_answers ? ret_answers->len : 0;

	nl->why[0] = '\0';
	nl->refused = 0;
	if (buf_failed(&msg->buf))
		return -ENOMEM;
	for (int i = 0; i < TRIES; i++) {
		struct answer answer = { .asked = msg,
					 .messages = ret_answers };
		int ret = talk_once(nl, msg, &answer);

		if (ret < 0)
			return ret;
		if (ret_answers && buf_failed(ret_answers))
			return -ENOMEM;
		if (!answer.interrupted)
			return 0;
		if (ret_answers)
			ret_answers->len = before;
	}
	return -EAGAIN;
}

int netlink_family(struct netlink *nl, const char *name)
{
	const struct genlmsghdr head = { .cmd = CTRL_CMD_GETFAMILY,
					 .version = 1 };
	const struct nlattr *attrs[CTRL_ATTR_FAMILY_ID + 1];
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	CLEANUP_BUF struct buf answers = { 0 };
	const struct nlmsghdr *answer;
	size_t pos = 0;
	int ret;

	netlink_begin(&msg, GENL_ID_CTRL, 0, &head, sizeof(head));
	netlink_add_text(&msg, CTRL_ATTR_FAMILY_NAME, name);
	ret = netlink_talk(nl, &msg, &answers);
	if (ret < 0)
		return ret;
	answer = netlink_next(answers.data, answers.len, &pos);
	if (!answer)
		return -EPROTO;
	netlink_attrs(answer, sizeof(head), attrs, CTRL_ATTR_FAMILY_ID);
	ret = netlink_u16(attrs[CTRL_ATTR_FAMILY_ID], 0);
	return ret ? ret : -EPROTO;
}
