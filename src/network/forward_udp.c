/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forward_udp.c - datagrams carried, each peer outside with a socket inside
 *
 * Whether somebody listens inside is known only when the kernel says "refused"
 * to the second call. The last datagram is kept until then, and sent anew to
 * the next address.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "network/forward_internal.h"

#define DATAGRAM 65536
#define KEPT 1472   /* bytes; larger ones are not sent anew */
#define ROUNDS 32   /* datagrams before others have their turn */
#define CONTROL 128 /* bytes: where a datagram came to */

/**
 * struct peer - somebody outside
 * @to:		control message: the address of ours it wrote to
 * @kept:	what may have to be sent anew
 */
struct peer {
	struct source source; /* the first: a peer is found by it */
	struct listener *listener;
	struct sockaddr_storage address;
	socklen_t address_len;
	_Alignas(struct cmsghdr) char to[CONTROL];
	size_t to_len;
	struct search search;
	int64_t seen_ms;
	struct peer *next, *previous;
	size_t kept_len;
	char kept[KEPT];
};

static ready peer_ready;

/* ---- the list: the one silent longest is first ---- */

static void list_take(struct loop *loop, struct peer *peer)
{
	if (peer->previous)
		peer->previous->next = peer->next;
	else
		loop->peers = peer->next;
	if (peer->next)
		peer->next->previous = peer->previous;
	else
		loop->peers_last = peer->previous;
	loop->peer_count--;
}

static void list_append(struct loop *loop, struct peer *peer)
{
	peer->next = NULL;
	peer->previous = loop->peers_last;
	if (peer->previous)
		peer->previous->next = peer;
	else
		loop->peers = peer;
	loop->peers_last = peer;
	loop->peer_count++;
}

static void peer_seen(struct loop *loop, struct peer *peer)
{
	peer->seen_ms = now_ms();
	if (loop->peers_last == peer)
		return;
	list_take(loop, peer);
	list_append(loop, peer);
}

static void peer_end(struct loop *loop, struct peer *peer)
{
	list_take(loop, peer);
	source_want(loop, &peer->source, 0);
	if (peer->source.fd >= 0)
		close(peer->source.fd);
	peer->source.fd = -1;
	peer->next = loop->dead_peers;
	loop->dead_peers = peer;
}

void udp_bury(struct loop *loop)
{
	while (loop->dead_peers) {
		struct peer *peer = loop->dead_peers;

		loop->dead_peers = peer->next;
		free(peer);
	}
}

void udp_close_all(struct loop *loop)
{
	while (loop->peers)
		peer_end(loop, loop->peers);
	udp_bury(loop);
}

int udp_expire(struct loop *loop)
{
	int64_t now = now_ms();

	while (loop->peers_last &&
	       (now - loop->peers->seen_ms >= FORWARD_UDP_IDLE_MS ||
		loop->peer_count > FORWARD_PEERS_MAX))
		peer_end(loop, loop->peers);
	if (!loop->peers)
		return -1;
	return (int)(loop->peers->seen_ms + FORWARD_UDP_IDLE_MS - now);
}

static struct peer *peer_find(struct loop *loop, const struct listener *l,
			      const struct sockaddr_storage *address,
			      socklen_t len)
{
	struct peer *peer = loop->peers_last;

	while (peer && !(peer->listener == l && peer->address_len == len &&
			 memcmp(&peer->address, address, len) == 0))
		peer = peer->previous;
	return peer;
}

/* ---- inside ---- */

static int connect_to(struct loop *loop, struct peer *peer,
		      const struct sockaddr_storage *address, socklen_t len)
{
	source_want(loop, &peer->source, 0);
	if (peer->source.fd >= 0)
		close(peer->source.fd);
	peer->source.fd = socket(address->ss_family,
				 SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (peer->source.fd < 0 ||
	    connect(peer->source.fd, (const void *)address, len) < 0)
		return -errno;
	return source_want(loop, &peer->source, EPOLLIN);
}

/* All round, each address once. Return: is there one to send to? */
static bool connect_next(struct loop *loop, struct peer *peer)
{
	struct sockaddr_storage address;
	socklen_t len;

	do {
		len = inside_next(loop, &peer->search, peer->listener->inner,
				  &address);
		if (len == 0)
			return false;
	} while (connect_to(loop, peer, &address, len) < 0);
	return true;
}

static void send_kept(struct peer *peer)
{
	if (peer->kept_len && peer->kept_len <= KEPT)
		(void)!send(peer->source.fd, peer->kept, peer->kept_len, 0);
}

/* Nobody is there: the next address; none: the peer may try again later. */
static void refused(struct loop *loop, struct peer *peer)
{
	if (connect_next(loop, peer))
		send_kept(peer);
	else
		peer_end(loop, peer);
}

static void reply(struct peer *peer, char *bytes, size_t len)
{
	struct iovec part = { bytes, len };
	struct msghdr message = {
		.msg_name = &peer->address,
		.msg_namelen = peer->address_len,
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = peer->to_len ? peer->to : NULL,
		.msg_controllen = (unsigned)peer->to_len,
	};

	/* What the network has no room for is lost, as datagrams are. */
	(void)!sendmsg(peer->listener->source.fd, &message, MSG_DONTWAIT);
}

static void peer_ready(struct loop *loop, struct source *source,
		       uint32_t events)
{
	struct peer *peer = (struct peer *)source;

	(void)events;
	for (int i = 0; i < ROUNDS; i++) {
		ssize_t n = recv(source->fd, loop->datagram, DATAGRAM, 0);

		if (n < 0 && errno == ECONNREFUSED) {
			refused(loop, peer);
			return;
		}
		if (n < 0)
			return;
		peer->listener->good = peer->search.at;
		peer->search = (struct search){ .first = peer->search.at,
						.at = peer->search.at,
						.tries = 1 };
		peer_seen(loop, peer);
		reply(peer, loop->datagram, (size_t)n);
	}
}

/* ---- outside ---- */

/* The index of the link is for link-local addresses; others leave by whichever
 * way the routes say. */
static void forget_link(struct cmsghdr *c)
{
	struct in6_pktinfo *v6 = (void *)CMSG_DATA(c);
	struct in_pktinfo *v4 = (void *)CMSG_DATA(c);

	if (c->cmsg_level == IPPROTO_IP)
		v4->ipi_ifindex = 0;
	else if (!IN6_IS_ADDR_LINKLOCAL(&v6->ipi6_addr))
		v6->ipi6_ifindex = 0;
}

/* The address a datagram came to, as a control message for the answer. */
static void keep_destination(struct peer *peer, struct msghdr *message)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(message);

	if (!c || c->cmsg_len > sizeof(peer->to) ||
	    !((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) ||
	      (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)))
		return;
	memcpy(peer->to, c, c->cmsg_len);
	peer->to_len = CMSG_SPACE(c->cmsg_len - CMSG_LEN(0));
	forget_link((struct cmsghdr *)peer->to);
}

static struct peer *peer_new(struct loop *loop, struct listener *listener,
			     struct msghdr *message)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return NULL;
	peer->source = (struct source){ peer_ready, -1, 0 };
	peer->listener = listener;
	memcpy(&peer->address, message->msg_name, message->msg_namelen);
	peer->address_len = message->msg_namelen;
	peer->search.first = listener->good;
	keep_destination(peer, message);
	list_append(loop, peer);
	peer->seen_ms = now_ms();
	if (connect_next(loop, peer))
		return peer;
	peer_end(loop, peer);
	return NULL;
}

static void deliver(struct loop *loop, struct listener *listener,
		    struct msghdr *message, size_t len)
{
	struct peer *peer = peer_find(loop, listener, message->msg_name,
				      message->msg_namelen);

	if (peer)
		peer_seen(loop, peer);
	else
		peer = peer_new(loop, listener, message);
	if (!peer)
		return;
	peer->kept_len = len <= KEPT ? len : 0;
	memcpy(peer->kept, loop->datagram, peer->kept_len);
	if (send(peer->source.fd, loop->datagram, len, 0) < 0 &&
	    errno == ECONNREFUSED)
		refused(loop, peer);
}

void udp_receive(struct loop *loop, struct source *source, uint32_t events)
{
	(void)events;
	for (int i = 0; i < ROUNDS; i++) {
		struct sockaddr_storage from = { 0 };
		_Alignas(struct cmsghdr) char control[CONTROL * 2];
		struct iovec part = { loop->datagram, DATAGRAM };
		struct msghdr message = {
			.msg_name = &from,
			.msg_namelen = sizeof(from),
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		ssize_t n = recvmsg(source->fd, &message, 0);

		if (n < 0)
			return;
		deliver(loop, (struct listener *)source, &message, (size_t)n);
	}
}
