/* SPDX-License-Identifier: Apache-2.0 */
/**
 * named_about.h - what is written down about a named set, between named*.c
 *
 *	{ "created": 1795338670123456789, "holder": 1234,
 *	  "holderStart": 5678, "kinds": [ "net", "uts" ] }
 */
#ifndef ENGINE_NS_NAMED_ABOUT_H
#define ENGINE_NS_NAMED_ABOUT_H

#include "engine/folders.h"
#include "engine/ns/named.h"

#define NETNS_FOLDER "/run/netns"

/* RUN/ns, in the arena; NULL: not known. */
const char *named_root(const struct kist *kist, struct arena *arena);

/**
 * struct named_about - the file `about`
 * @holder:	0: none
 * @holder_start: as in struct proc_stat
 */
struct named_about {
	pid_t holder;
	uint64_t holder_start;
	int64_t created;
	uint32_t kinds;
};

/* Return: 0 or -errno. */
MUST_CHECK int named_about_load(int dir_fd, struct named_about *ret_about);

#endif
