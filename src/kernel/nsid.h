/* SPDX-License-Identifier: Apache-2.0 */
/**
 * nsid.h - the numbers by which one network namespace knows others
 *
 * The kernel says "the other end of this veth is in 3": 3 is an nsid, and means
 * something in the namespace that is asked only. One is given when it is first
 * needed, or by nsid_set(); it cannot be changed or taken back.
 *
 * See: rtnetlink(7), ip-netns(8)
 */
#ifndef KERNEL_NSID_H
#define KERNEL_NSID_H

#include "base/arena.h"
#include "base/err.h"
#include "sys/netlink.h"

/* All the numbers of @nl's namespace, in no order. */
MUST_CHECK int nsid_list(struct netlink *nl, struct arena *arena,
			 int32_t **ret_ids, size_t *ret_count,
			 struct kist_error *err);

/**
 * nsid_get() - by which number @nl's namespace knows another
 *
 * Return: 0; @ret_id is -1: it has none.
 */
MUST_CHECK int nsid_get(struct netlink *nl, int netns_fd, int32_t *ret_id,
			struct kist_error *err);

/* Give one. Return: 0; NSID: -EEXIST, it has a number; -ENOSPC, the number is
 * another's. */
MUST_CHECK int nsid_set(struct netlink *nl, int netns_fd, int32_t id,
			struct kist_error *err);

#endif
