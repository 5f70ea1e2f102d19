/* SPDX-License-Identifier: Apache-2.0 */
/* check_internal.h - what the parts of the check share */
#ifndef NETWORK_CHECK_INTERNAL_H
#define NETWORK_CHECK_INTERNAL_H

#include <errno.h>

#include "network/check.h"

/* The way the kernel of @side would send to @to. Return: 0, or -errno
 * (ENETUNREACH: no route; EACCES, EINVAL: one that forbids). */
MUST_CHECK int check_route(struct check_side *side, const struct address *to,
			   struct route *ret_route);

/* Tables of nftables, and the rules in them. Return: 0, or -errno: there is
 * no nftables, or it may not be asked. @ret_name: of the first table with
 * rules. */
MUST_CHECK int check_filters(const struct check_side *side,
			     unsigned *ret_tables, unsigned *ret_rules,
			     char ret_name[64]);

#endif
