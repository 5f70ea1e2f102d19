/* SPDX-License-Identifier: Apache-2.0 */
/**
 * sock_diag.h - the sockets of a network namespace
 *
 * How it works
 * ============
 * The kernel is asked over NETLINK_SOCK_DIAG, from a socket in the namespace;
 * a kind it cannot be asked for that way (CONFIG_INET_RAW_DIAG and the like
 * are options) is read from /proc/net, as seen from there. Who holds a socket
 * is not known to the kernel: its inode number is to be looked for in
 * /proc/PID/fd.
 *
 * Ownership: lists in the given arena.
 * See:       sock_diag(7)
 */
#ifndef KERNEL_SOCK_DIAG_H
#define KERNEL_SOCK_DIAG_H

#include "base/arena.h"
#include "kernel/address.h"

enum sock_kind {
	SOCK_KIND_TCP,
	SOCK_KIND_UDP,
	SOCK_KIND_RAW,
	SOCK_KIND_UNIX,
	SOCK_KIND_PACKET,
	SOCK_KIND_NETLINK,
	SOCK_KIND_COUNT
};
#define SOCK_KIND_ALL (BIT(SOCK_KIND_COUNT) - 1)

/**
 * struct sock - one socket
 * @family:	AF_INET, AF_INET6, AF_UNIX …
 * @type:	SOCK_STREAM …; of unix and packet sockets
 * @state:	TCP_LISTEN …, as <netinet/tcp.h> has them; of all kinds
 * @protocol:	of raw: IPPROTO_*; of packet: ETH_P_*; of netlink: NETLINK_*
 * @local, @remote: family 0: of a kind without; all zeroes: any
 * @index:	of the device it is bound to, 0: none
 * @ino:	inode number; 0: no descriptor (TIME-WAIT …)
 * @name:	of a unix socket, abstract ones beginning with '@'; NULL: none
 * @peer_ino:	the other end of a unix socket, 0: none
 * @port_id:	of a netlink socket
 * @receive, @send: bytes waiting; of a listener: connections, and how many
 *		may wait
 */
struct sock {
	enum sock_kind kind;
	uint8_t family, type, state;
	uint16_t protocol, local_port, remote_port;
	struct address local, remote;
	uint32_t index, uid, receive, send, port_id;
	uint64_t ino, peer_ino;
	const char *name;
};

const char *sock_kind_name(enum sock_kind kind); /* "tcp" */
/* Return: SOCK_KIND_COUNT: there is no such kind. */
enum sock_kind sock_kind_find(const char *name);
const char *sock_state_name(unsigned state); /* "LISTEN"; "?" */

/* Does it wait for whoever comes? Listeners, and unconnected ones of kinds
 * without connections; of netlink none. */
bool sock_is_listening(const struct sock *sock);

/* Read one answer. Return: 0, or -EPROTO. */
MUST_CHECK int sock_diag_read(enum sock_kind kind, const struct nlmsghdr *msg,
			      struct arena *arena, struct sock *ret_sock);

/* Read one line of /proc/net/{tcp,udp,raw}[6]; a heading is -EINVAL. */
MUST_CHECK int sock_proc_read(enum sock_kind kind, int family, const char *line,
			      struct sock *ret_sock);

/**
 * sock_diag_list() - all sockets of a network namespace
 * @netns_fd:	-1: ours
 * @kinds:	mask of BIT(SOCK_KIND_…)
 *
 * A kind the kernel does not have (no IPv6 …) has no sockets.
 *
 * Return: 0; NS_DENIED, SYSTEM.
 */
MUST_CHECK int sock_diag_list(int netns_fd, unsigned kinds, struct arena *arena,
			      struct sock **ret_list, size_t *ret_count,
			      struct kist_error *err);

#endif
