/* SPDX-License-Identifier: Apache-2.0 */
/* sock_diag.c - the sockets of a network namespace */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/net_socket.h"
#include "kernel/sock_diag.h"
#include "kernel/sock_proc.h"

static const char *const kind_names[SOCK_KIND_COUNT] = {
	"tcp", "udp", "raw", "unix", "packet", "netlink",
};

static const char *const state_names[] = {
	"?",	      "ESTAB",	   "SYN-SENT", "SYN-RECV",   "FIN-WAIT-1",
	"FIN-WAIT-2", "TIME-WAIT", "UNCONN",   "CLOSE-WAIT", "LAST-ACK",
	"LISTEN",     "CLOSING",   "SYN-RECV", "BOUND",
};

const char *sock_kind_name(enum sock_kind kind)
{
	return kind_names[kind];
}

enum sock_kind sock_kind_find(const char *name)
{
	enum sock_kind kind = 0;

	while (kind < SOCK_KIND_COUNT && strcmp(name, kind_names[kind]) != 0)
		kind++;
	return kind;
}

const char *sock_state_name(unsigned state)
{
	return state_names[state < ARRAY_LEN(state_names) ? state : 0];
}

bool sock_is_listening(const struct sock *sock)
{
	switch (sock->kind) {
	case SOCK_KIND_UDP:
		return sock->state == TCP_CLOSE && sock->local_port;
	case SOCK_KIND_RAW:
		return sock->state == TCP_CLOSE;
	case SOCK_KIND_UNIX:
		return sock->state == TCP_LISTEN ||
		       (sock->type == SOCK_DGRAM && sock->name &&
			sock->state == TCP_CLOSE);
	case SOCK_KIND_PACKET:
		return true;
	case SOCK_KIND_NETLINK:
		return false;
	default:
		return sock->state == TCP_LISTEN;
	}
}

/* ---- reading ---- */

static struct address read_address(int family, const uint32_t words[4])
{
	struct address address = { .family = (uint8_t)family };

	address.prefix = (uint8_t)address_bits(family);
	memcpy(address.bytes, words, address_size(family));
	return address;
}

static int read_inet(const struct nlmsghdr *msg, struct sock *sock)
{
	const struct inet_diag_msg *m = netlink_head(msg, sizeof(*m));

	if (!m || (m->idiag_family != AF_INET && m->idiag_family != AF_INET6))
		return -EPROTO;
	sock->family = m->idiag_family;
	sock->state = m->idiag_state;
	sock->local = read_address(sock->family, m->id.idiag_src);
	sock->remote = read_address(sock->family, m->id.idiag_dst);
	sock->local_port = ntohs(m->id.idiag_sport);
	sock->remote_port = ntohs(m->id.idiag_dport);
	sock->index = m->id.idiag_if;
	sock->uid = m->idiag_uid;
	sock->ino = m->idiag_inode;
	sock->receive = m->idiag_rqueue;
	sock->send = m->idiag_wqueue;
	if (sock->kind == SOCK_KIND_RAW) {
		sock->protocol = sock->local_port;
		sock->local_port = sock->remote_port = 0;
	}
	return 0;
}

/* An abstract name begins with a NUL, and may hold more. */
static const char *read_name(const struct nlattr *attr, struct arena *arena)
{
	size_t len = attr ? netlink_len(attr) : 0;
	char *name;

	if (len == 0)
		return NULL;
	name = arena_alloc(arena, len + 1);
	if (!name)
		return NULL;
	memcpy(name, netlink_bytes(attr), len);
	if (name[0] == '\0')
		for (size_t i = 0; i < len; i++)
			if (name[i] == '\0')
				name[i] = '@';
	return name;
}

static int read_unix(const struct nlmsghdr *msg, struct arena *arena,
		     struct sock *sock)
{
	const struct unix_diag_msg *m = netlink_head(msg, sizeof(*m));
	const struct nlattr *attrs[UNIX_DIAG_MAX + 1];
	const struct unix_diag_rqlen *queue;

	if (!m)
		return -EPROTO;
	netlink_attrs(msg, sizeof(*m), attrs, UNIX_DIAG_MAX);
	sock->family = AF_UNIX;
	sock->type = m->udiag_type;
	sock->state = m->udiag_state;
	sock->ino = m->udiag_ino;
	sock->peer_ino = netlink_u32(attrs[UNIX_DIAG_PEER], 0);
	sock->uid = netlink_u32(attrs[UNIX_DIAG_UID], 0);
	sock->name = read_name(attrs[UNIX_DIAG_NAME], arena);
	if (attrs[UNIX_DIAG_RQLEN] &&
	    netlink_len(attrs[UNIX_DIAG_RQLEN]) >= sizeof(*queue)) {
		queue = netlink_bytes(attrs[UNIX_DIAG_RQLEN]);
		sock->receive = queue->udiag_rqueue;
		sock->send = queue->udiag_wqueue;
	}
	return 0;
}

static int read_packet(const struct nlmsghdr *msg, struct sock *sock)
{
	const struct packet_diag_msg *m = netlink_head(msg, sizeof(*m));
	const struct nlattr *attrs[PACKET_DIAG_MAX + 1];
	const struct nlattr *info;

	if (!m)
		return -EPROTO;
	netlink_attrs(msg, sizeof(*m), attrs, PACKET_DIAG_MAX);
	info = attrs[PACKET_DIAG_INFO];
	sock->family = AF_PACKET;
	sock->type = m->pdiag_type;
	sock->protocol = m->pdiag_num;
	sock->state = TCP_CLOSE;
	sock->ino = m->pdiag_ino;
	sock->uid = netlink_u32(attrs[PACKET_DIAG_UID], 0);
	sock->index = netlink_u32(info, 0); /* the first word: pdi_index */
	return 0;
}

static int read_netlink(const struct nlmsghdr *msg, struct sock *sock)
{
	const struct netlink_diag_msg *m = netlink_head(msg, sizeof(*m));

	if (!m)
		return -EPROTO;
	sock->family = AF_NETLINK;
	sock->type = m->ndiag_type;
	sock->protocol = m->ndiag_protocol;
	sock->state = TCP_CLOSE;
	sock->ino = m->ndiag_ino;
	sock->port_id = m->ndiag_portid;
	return 0;
}

int sock_diag_read(enum sock_kind kind, const struct nlmsghdr *msg,
		   struct arena *arena, struct sock *ret_sock)
{
	struct sock sock = { .kind = kind };
	int ret;

	if (msg->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return -EPROTO;
	if (kind == SOCK_KIND_UNIX)
		ret = read_unix(msg, arena, &sock);
	else if (kind == SOCK_KIND_PACKET)
		ret = read_packet(msg, &sock);
	else if (kind == SOCK_KIND_NETLINK)
		ret = read_netlink(msg, &sock);
	else
		ret = read_inet(msg, &sock);
	if (ret == 0)
		*ret_sock = sock;
	return ret;
}

/* ---- asking ---- */

static int ask_inet(struct netlink *nl, enum sock_kind kind, int family,
		    struct buf *answers)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP,
					     IPPROTO_RAW };
	const struct inet_diag_req_v2 question = {
		.sdiag_family = (uint8_t)family,
		.sdiag_protocol = protocols[kind],
		.idiag_states = ~0u,
	};
	CLEANUP_NETLINK_MSG struct netlink_msg msg;

	netlink_begin(&msg, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &question,
		      sizeof(question));
	return netlink_talk(nl, &msg, answers);
}

static int ask_other(struct netlink *nl, enum sock_kind kind,
		     struct buf *answers)
{
	/* The three questions are laid out alike, but for two words. */
	struct unix_diag_req question = { .sdiag_family = AF_UNIX,
					  .udiag_states = ~0u };
	struct packet_diag_req packet = { .sdiag_family = AF_PACKET,
					  .pdiag_show = PACKET_SHOW_INFO };
	struct netlink_diag_req netlink = { .sdiag_family = AF_NETLINK,
					    .sdiag_protocol = NDIAG_PROTO_ALL };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;

	question.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER |
			      UDIAG_SHOW_RQLEN | UDIAG_SHOW_UID;
	if (kind == SOCK_KIND_UNIX)
		netlink_begin(&msg, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &question,
			      sizeof(question));
	else if (kind == SOCK_KIND_PACKET)
		netlink_begin(&msg, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &packet,
			      sizeof(packet));
	else
		netlink_begin(&msg, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &netlink,
			      sizeof(netlink));
	return netlink_talk(nl, &msg, answers);
}

struct listing {
	int netns_fd;
	struct netlink nl;
	struct arena *arena;
	struct sock *list;
	size_t count, room;
};

static int grow(struct listing *l, size_t more)
{
	struct sock *list;

	if (l->count + more <= l->room)
		return 0;
	l->room = (l->count + more) * 2;
	list = ARENA_ARRAY(l->arena, struct sock, l->room);
	if (!list || arena_failed(l->arena))
		return -ENOMEM;
	if (l->count)
		memcpy(list, l->list, l->count * sizeof(*list));
	l->list = list;
	return 0;
}

static int take(struct listing *l, enum sock_kind kind, const struct buf *buf)
{
	const struct nlmsghdr *answer;
	size_t pos = 0;

	while ((answer = netlink_next(buf->data, buf->len, &pos))) {
		if (grow(l, 1) < 0)
			return -ENOMEM;
		if (sock_diag_read(kind, answer, l->arena,
				   &l->list[l->count]) == 0)
			l->count++;
	}
	return 0;
}

static int take_text(struct listing *l, enum sock_kind kind, int family,
		     char *text)
{
	for (char *line = text; line && *line;) {
		char *end = strchr(line, '\n');

		if (end)
			*end++ = '\0';
		if (grow(l, 1) < 0)
			return -ENOMEM;
		if (sock_proc_read(kind, family, line, &l->list[l->count]) == 0)
			l->count++;
		line = end;
	}
	return 0;
}

/* What the kernel cannot be asked for is in its old text files. */
static int list_proc(struct listing *l, enum sock_kind kind, int family,
		     struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	int ret;

	buf_init(&text);
	ret = sock_proc_load(l->netns_fd, kind, family, &text, err);
	if (ret == 0 && text.len)
		ret = take_text(l, kind, family, text.data);
	return ret == -ENOMEM ? err_nomem(err) : ret;
}

static int list_one(struct listing *l, enum sock_kind kind, int family,
		    struct kist_error *err)
{
	CLEANUP_BUF struct buf answers = { 0 };
	int ret;

	if (family)
		ret = ask_inet(&l->nl, kind, family, &answers);
	else
		ret = ask_other(&l->nl, kind, &answers);
	if (ret == -ENOENT || ret == -EINVAL || ret == -EOPNOTSUPP)
		return family ? list_proc(l, kind, family, err) : 0;
	if (ret == 0)
		ret = take(l, kind, &answers);
	if (ret < 0)
		return net_refused(&l->nl, ret, err, KIST_E_SYSTEM,
				   "list %s sockets", kind_names[kind]);
	return 0;
}

int sock_diag_list(int netns_fd, unsigned kinds, struct arena *arena,
		   struct sock **ret_list, size_t *ret_count,
		   struct kist_error *err)
{
	struct listing l = { .netns_fd = netns_fd, .arena = arena };
	int ret = net_socket_netlink(netns_fd, NETLINK_SOCK_DIAG, &l.nl, err);

	if (ret < 0)
		return ret;
	for (enum sock_kind kind = 0; kind < SOCK_KIND_COUNT; kind++) {
		bool is_inet = kind <= SOCK_KIND_RAW;

		if (ret < 0 || !(kinds & BIT(kind)))
			continue;
		ret = list_one(&l, kind, is_inet ? AF_INET : 0, err);
		if (ret == 0 && is_inet)
			ret = list_one(&l, kind, AF_INET6, err);
	}
	netlink_close(&l.nl);
	if (ret < 0)
		return ret;
	*ret_list = l.list;
	*ret_count = l.count;
	return 0;
}
