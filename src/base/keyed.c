/* SPDX-License-Identifier: Apache-2.0 */
/* keyed.c - things found by a text: a hash table that only grows */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/keyed.h"

#define FIRST_SIZE 256

/* FNV-1a */
static uint64_t hash_of(const char *key)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 0x100000001b3u;
	return hash;
}

/* Where it is, or where it would be. */
static struct keyed_slot *slot_of(const struct keyed *keyed, const char *key,
				  uint64_t hash)
{
	size_t at = (size_t)hash & (keyed->size - 1);

	while (keyed->slots[at].key && (keyed->slots[at].hash != hash ||
					strcmp(keyed->slots[at].key, key) != 0))
		at = (at + 1) & (keyed->size - 1);
	return &keyed->slots[at];
}

void *keyed_get(const struct keyed *keyed, const char *key)
{
	return keyed->size ? slot_of(keyed, key, hash_of(key))->value : NULL;
}

static int grow(struct keyed *keyed)
{
	struct keyed larger = {
		.size = keyed->size ? keyed->size * 2 : FIRST_SIZE,
		.count = keyed->count,
	};

	larger.slots = calloc(larger.size, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < keyed->size; i++)
		if (keyed->slots[i].key)
			*slot_of(&larger, keyed->slots[i].key,
				 keyed->slots[i].hash) = keyed->slots[i];
	free(keyed->slots);
	*keyed = larger;
	return 0;
}

int keyed_put(struct keyed *keyed, const char *key, void *value)
{
	uint64_t hash = hash_of(key);

	if (keyed->count * 2 >= keyed->size && grow(keyed) < 0)
		return -ENOMEM;
	*slot_of(keyed, key, hash) = (struct keyed_slot){
		.key = key,
		.hash = hash,
		.value = value,
	};
	keyed->count++;
	return 0;
}

void keyed_done(struct keyed *keyed)
{
	free(keyed->slots);
	*keyed = (struct keyed)KEYED_NONE;
}
