/* SPDX-License-Identifier: Apache-2.0 */
/**
 * netnsid.h - the numbers that a network namespace has for others
 *
 * Threads: no shared state.
 * See:     ip-netns(8) "list-id", rtnetlink(7)
 */
#ifndef KERNEL_NETNSID_H
#define KERNEL_NETNSID_H

#include "sys/netlink.h"

/* The number of @ns_fd in the network namespace of @nl (NETLINK_ROUTE).
 * Return: -1: it has none; else -errno, less than -1. */
int netnsid_get(struct netlink *nl, int ns_fd);

#endif
