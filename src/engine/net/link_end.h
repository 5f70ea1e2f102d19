/* SPDX-License-Identifier: Apache-2.0 */
/**
 * link_end.h - one end of a link, as it is written:
 *
 *	[DEVICE@]TARGET[:ADDRESS/PREFIX[,ADDRESS/PREFIX ...]]
 *
 * A TARGET may have a ':' in it ("netns:blue", "net:[4026532177]", ":7"); one
 * that could be either is a name if addresses stand behind it.
 *
 * Ownership: strings in the given arena.
 */
#ifndef ENGINE_NET_LINK_END_H
#define ENGINE_NET_LINK_END_H

#include "base/arena.h"
#include "base/err.h"
#include "kernel/address.h"

/**
 * struct link_end - one end
 * @word:	as it was written
 * @device:	its name, or NULL
 * @target:	whose namespace
 */
struct link_end {
	const char *word, *device, *target;
	struct address *addresses;
	size_t count;
};

/* Return: 0; -EINVAL (LINK_END; ADDRESS for what no device can have). */
MUST_CHECK int link_end_parse(const char *word, struct arena *arena,
			      struct link_end *ret_end, struct kist_error *err);

/* "DEVICE@TARGET" or "DEVICE". @target is NULL then. Return: as above. */
MUST_CHECK int link_device_parse(const char *word, struct arena *arena,
				 const char **ret_device,
				 const char **ret_target,
				 struct kist_error *err);

/* One address with its prefix. @place: what it is for, in words. */
MUST_CHECK int link_address_parse(const char *text, size_t len,
				  struct address *ret_address,
				  struct kist_error *err);

#endif
