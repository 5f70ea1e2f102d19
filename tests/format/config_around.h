/* SPDX-License-Identifier: Apache-2.0 */
/* config_around.h - fragments of a configuration, and the rest around them */
#ifndef TESTS_FORMAT_CONFIG_AROUND_H
#define TESTS_FORMAT_CONFIG_AROUND_H

#include <stdio.h>

/* Where a fragment goes: the smallest configuration around it. */
#define TOP "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},%s}"
#define BARE "{%s}"
#define PROCESS                                                             \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"process\":{" \
	"\"cwd\":\"/\",\"args\":[\"sh\"],%s}}"
#define LINUX \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"linux\":{%s}}"
#define MOUNT \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"mounts\":[{%s}]}"
#define HOOK                                                              \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"hooks\":{" \
	"\"poststop\":[{%s}]}}"
#define SECCOMP                                                           \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"linux\":{" \
	"\"seccomp\":{%s}}}"
#define RESOURCES                                                         \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"linux\":{" \
	"\"resources\":{%s}}}"

/* Fragments are written with ' for ". */
static inline void make_config(char *to, size_t size, const char *around,
			       const char *fragment)
{
	char quoted[1024];
	size_t i;

	for (i = 0; fragment[i] && i < sizeof(quoted) - 1; i++)
		quoted[i] = fragment[i] == '\'' ? '"' : fragment[i];
	quoted[i] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(to, size, around, quoted);
#pragma GCC diagnostic pop
}

#endif
