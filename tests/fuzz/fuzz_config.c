/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_config.c - any bytes are a configuration, or an error with a sentence
 */
#include <stdlib.h>

#include "format/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	struct spec *spec = NULL;
	char line[1200];

	arena_init(&arena);
	if (config_parse((const char *)data, size, "fuzz", &arena, &spec,
			 &err) == 0)
		return spec ? 0 : (abort(), 1);
	if (err.id == KIST_OK || kist_error_line(&err, line, sizeof(line)) == 0)
		abort();
	return 0;
}
