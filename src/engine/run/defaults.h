/* SPDX-License-Identifier: Apache-2.0 */
/**
 * defaults.h - the policy of `kist run`: what a container has unless told
 *
 * See: capabilities(7), seccomp(2)
 */
#ifndef ENGINE_DEFAULTS_H
#define ENGINE_DEFAULTS_H

#include <stdint.h>

#include "kernel/cap.h"

#define DEFAULT_CAPS CAP_DOCKER_DEFAULT
#define DEFAULT_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define DEFAULT_STOP_SIGNAL 15 /* SIGTERM */

/**
 * struct default_mount - one of every container's mounts
 * @options:	config.json's words, NULL-terminated
 */
struct default_mount {
	const char *destination, *type, *source;
	const char *options[8];
};

extern const struct default_mount default_mounts[];

/* With --read-only: places that stay writable, in memory. */
extern const struct default_mount default_writable[];

/* Covered, and made read-only; NULL-terminated. */
extern const char *const default_masked[];
extern const char *const default_readonly[];

#endif
