/* SPDX-License-Identifier: Apache-2.0 */
/* view_sockets.c - the sockets of a namespace, and who holds them */
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "engine/net/viewing.h"

static const char *const raw_protocols[] = {
	[IPPROTO_ICMP] = "icmp", [IPPROTO_TCP] = "tcp",
	[IPPROTO_UDP] = "udp",	 [IPPROTO_ICMPV6] = "icmp6",
	[IPPROTO_RAW] = "raw",
};

static const char *const netlink_protocols[] = {
	"route",  "unused",    "usersock",  "firewall", "sock_diag",
	"nflog",  "xfrm",      "selinux",   "iscsi",	"audit",
	"fib",	  "connector", "netfilter", "ip6_fw",	"dnrtmsg",
	"uevent", "generic",   "?",	    "scsi",	"ecryptfs",
	"rdma",	  "crypto",    "smc",
};

static const char *word(const char *const *words, size_t count, unsigned at)
{
	return at < count && words[at] ? words[at] : NULL;
}

static const char *device_of(const struct inner *inner, uint32_t index)
{
	const struct link *link = viewing_link(inner, (int)index);

	return link ? link->name : "*";
}

/* "192.168.1.1%eth0:80", "[::]:80" */
static const char *inet_end(struct arena *arena, const struct inner *inner,
			    const struct sock *sock,
			    const struct address *address, uint16_t port)
{
	bool is_v6 = address->family == AF_INET6;
	char text[ADDRESS_TEXT], number[12] = "*";

	address_format(address, false, text);
	if (port)
		snprintf(number, sizeof(number), "%u", port);
	if (sock->kind == SOCK_KIND_RAW && address == &sock->local) {
		const char *name = word(raw_protocols, ARRAY_LEN(raw_protocols),
					sock->protocol);

		snprintf(number, sizeof(number), "%u", sock->protocol);
		return arena_printf(arena, is_v6 ? "[%s]:%s" : "%s:%s", text,
				    name ?: number);
	}
	return arena_printf(arena, is_v6 ? "[%s]%s%s:%s" : "%s%s%s:%s", text,
			    sock->index && address == &sock->local ? "%" : "",
			    sock->index && address == &sock->local ?
				    device_of(inner, sock->index) :
				    "",
			    number);
}

static const char *local_of(struct arena *arena, const struct inner *inner,
			    const struct sock *sock)
{
	const char *name;

	switch (sock->kind) {
	case SOCK_KIND_UNIX:
		return sock->name ?: "*";
	case SOCK_KIND_PACKET:
		return arena_printf(arena, "%s:0x%04x",
				    device_of(inner, sock->index),
				    sock->protocol);
	case SOCK_KIND_NETLINK:
		name = word(netlink_protocols, ARRAY_LEN(netlink_protocols),
			    sock->protocol);
		return arena_printf(arena, "%s:%u", name ?: "?", sock->port_id);
	default:
		return inet_end(arena, inner, sock, &sock->local,
				sock->local_port);
	}
}

static const char *remote_of(struct arena *arena, const struct inner *inner,
			     const struct sock *sock)
{
	if (sock->kind > SOCK_KIND_RAW || sock_is_listening(sock))
		return "*";
	return inet_end(arena, inner, sock, &sock->remote, sock->remote_port);
}

static void view_holders(struct viewing *v, struct kist_net_socket *out)
{
	size_t count = 0;
	const struct holder *from = out->ino ? holders_of(&v->spaces.holders,
							  false, out->ino,
							  &count) :
					       NULL;
	struct kist_net_holder *to = ARENA_ARRAY(
		&v->spaces.arena, struct kist_net_holder, count + 1);

	if (!to)
		return;
	out->holders = to;
	out->holder_count = count;
	for (size_t i = 0; i < count; i++) {
		const struct space *home;

		to[i].pid = from[i].process->pid;
		to[i].fd = from[i].fd;
		to[i].command = from[i].process->command;
		to[i].ns = from[i].process->ns;
		home = spaces_find(&v->spaces, to[i].ns);
		to[i].label = home ? home->label : NULL;
		if (to[i].ns && to[i].ns != out->ns)
			out->is_away = true;
	}
}

void view_sockets(struct viewing *v, struct inner *inner,
		  struct kist_net_space *out)
{
	const struct space *space = inner->space;
	struct arena *arena = &v->spaces.arena;

	out->sockets = ARENA_ARRAY(arena, struct kist_net_socket,
				   space->sock_count + 1);
	if (!out->sockets)
		return;
	for (size_t i = 0; i < space->sock_count; i++) {
		const struct sock *sock = &space->socks[i];
		struct kist_net_socket *to = &out->sockets[out->socket_count++];

		to->ns = space->ino;
		to->ino = sock->ino;
		to->peer = sock->peer_ino;
		to->kind = sock_kind_name(sock->kind);
		to->state = sock_state_name(sock->state);
		to->local = local_of(arena, inner, sock);
		to->remote = remote_of(arena, inner, sock);
		to->uid = sock->uid;
		to->receive = sock->receive;
		to->send = sock->send;
		to->is_listening = sock_is_listening(sock);
		view_holders(v, to);
	}
}
