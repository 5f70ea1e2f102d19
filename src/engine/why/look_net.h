/* SPDX-License-Identifier: Apache-2.0 */
/**
 * look_net.h - the network namespace of the process of a case
 */
#ifndef ENGINE_WHY_LOOK_NET_H
#define ENGINE_WHY_LOOK_NET_H

#include "engine/why/look.h"
#include "sys/netlink.h"

/* Return: an fd of the caller's; -1: it is ours. */
int look_net_fd(const struct why_case *c);
/* NETLINK_ROUTE in it, to be closed. */
bool look_net_open(const struct why_case *c, struct netlink *ret_nl);
/* The name of the device with a number, in the arena; NULL. */
const char *look_link_name(const struct why_case *c, int index);

#endif
