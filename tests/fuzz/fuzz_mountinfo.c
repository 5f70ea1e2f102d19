/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_mountinfo.c - any bytes are a list of mounts whose texts are whole
 */
#include <stdlib.h>
#include <string.h>

#include "kernel/mountinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena;
	struct mountinfo_list list;
	char *text = malloc(size + 1);
	size_t bytes = 0;

	arena_init(&arena);
	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (mountinfo_parse(text, size, &arena, &list) < 0)
		abort();
	for (size_t i = 0; i < list.count; i++) {
		const struct mountinfo *m = &list.mounts[i];

		bytes += strlen(m->root) + strlen(m->point) +
			 strlen(m->options) + strlen(m->type) +
			 strlen(m->source) + strlen(m->super);
	}
	if (bytes > size)
		abort();
	free(text);
	return 0;
}
