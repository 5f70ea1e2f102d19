/* SPDX-License-Identifier: Apache-2.0 */
/**
 * place.h - a TARGET as a network namespace
 *
 * "host" is one more word for the caller's own, as long as nothing else is
 * called so.
 */
#ifndef ENGINE_NET_PLACE_H
#define ENGINE_NET_PLACE_H

#include "engine/ns/target.h"

/**
 * struct place - found
 * @fd:		the target's
 * @is_ours:	it is the caller's own
 */
struct place {
	struct target target;
	int fd;
	uint64_t ino;
	bool is_ours;
};

/* Return: 0; TARGET_…. */
MUST_CHECK int place_open(const struct kist *kist, const char *word,
			  struct place *ret_place, struct kist_error *err);
void place_close(struct place *place);
#define CLEANUP_PLACE __attribute__((cleanup(place_close)))

#endif
