/* SPDX-License-Identifier: Apache-2.0 */
/**
 * net_socket.h - sockets that belong to another network namespace
 *
 * How it works
 * ============
 * A socket is of the namespace it was made in, whoever uses it. So a visitor
 * (kernel/ns_visit.h) makes it there. An ordinary user may enter a network
 * namespace only together with the user namespace that owns it; then that one
 * is entered too, and what the socket may do is what its owner may.
 *
 * Ownership: fds are the caller's.
 * Threads:   safe in a threaded program.
 */
#ifndef KERNEL_NET_SOCKET_H
#define KERNEL_NET_SOCKET_H

#include "base/err.h"
#include "kernel/ns.h"
#include "sys/netlink.h"

/**
 * net_entry() - the namespaces to enter to act in a network namespace
 * @netns_fd:	the namespace; stays the caller's. -1: our own
 * @ret_fd:	for ns_visit(). [NS_USER] is a new fd of the caller's, or -1;
 *		[NS_NET] is @netns_fd
 *
 * Return: 0, or what opening its owner gave (NS_DENIED).
 */
MUST_CHECK int net_entry(int netns_fd, int ret_fd[NS_COUNT],
			 struct kist_error *err);

/**
 * net_socket_open() - socket(2) in another network namespace
 * @netns_fd:	-1: in ours
 * @type:	SOCK_CLOEXEC is added
 *
 * Return: the socket; NS_DENIED, SYSTEM.
 */
MUST_CHECK int net_socket_open(int netns_fd, int domain, int type, int protocol,
			       struct kist_error *err);

/* Netlink with another network namespace. */
MUST_CHECK int net_socket_netlink(int netns_fd, int protocol,
				  struct netlink *ret_nl,
				  struct kist_error *err);

/* Put the failure @ret of a netlink_talk() into words; with the kernel's
 * sentence. Return: @ret. */
int net_refused(const struct netlink *nl, int ret, struct kist_error *err,
		enum kist_err id, const char *fmt, ...) PRINTF(5, 6);

#endif
