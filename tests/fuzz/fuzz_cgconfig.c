/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_cgconfig.c - any bytes are a cgconfig.conf, or an error with a place
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format/cgconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static size_t length_of(const struct cgconfig_pair *pairs, size_t count)
{
	size_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += strlen(pairs[i].name) + strlen(pairs[i].value);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	struct cgconfig c;
	size_t sum = 0;
	int ret;

	arena_init(&arena);
	ret = cgconfig_parse((const char *)data, size, "fuzz", &arena, &c,
			     &err);
	if (ret) {
		require(ret == -EINVAL && err.id == KIST_E_CG_CONFIG &&
			err.place[0]);
		return 0;
	}
	sum += length_of(c.mounts, c.mount_count);
	sum += length_of(c.namespaces, c.namespace_count);
	for (size_t i = 0; i < c.group_count; i++)
		for (size_t k = 0; k < c.groups[i].controller_count; k++)
			sum += length_of(
				c.groups[i].controllers[k].values,
				c.groups[i].controllers[k].value_count);
	require(sum <= size);
	return 0;
}
