/* SPDX-License-Identifier: Apache-2.0 */
/**
 * keyed.h - things found by a text: a hash table that only grows
 *
 * Ownership: init/done; keys and values stay the caller's.
 */
#ifndef BASE_KEYED_H
#define BASE_KEYED_H

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct keyed_slot {
	const char *key;
	uint64_t hash;
	void *value;
};

struct keyed {
	struct keyed_slot *slots;
	size_t size, count;
};

#define KEYED_NONE \
	{          \
		0  \
	}

/* Return: NULL: there is none. */
void *keyed_get(const struct keyed *keyed, const char *key);
/* A new key, which must live as long. Return: 0 or -ENOMEM. */
MUST_CHECK int keyed_put(struct keyed *keyed, const char *key, void *value);
void keyed_done(struct keyed *keyed);

#define CLEANUP_KEYED __attribute__((cleanup(keyed_done)))

#endif
