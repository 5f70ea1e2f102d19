/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cap.h - the capabilities: names and numbers
 *
 * A set of capabilities is a mask with bit (1 << number).
 *
 * Threads: no shared state.
 * See:     capabilities(7)
 */
#ifndef KERNEL_CAP_H
#define KERNEL_CAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

#define CAP_COUNT 41 /* that have a name: up to CAP_CHECKPOINT_RESTORE */
#define CAP_MASK(number) (UINT64_C(1) << (number))
#define CAP_ALL (CAP_MASK(CAP_COUNT) - 1)

/* What Docker and Podman's ancestors give a container; no more is needed to
 * install and run ordinary software as root of the container. */
#define CAP_DOCKER_DEFAULT UINT64_C(0xa80425fb)

/* "CAP_NET_RAW" or "net_raw", in any case. Return: the number, or -1. */
int cap_parse(const char *word);

/* "CAP_NET_RAW"; NULL if @number has no name. */
const char *cap_name(int number);

/* The name nearest to a misspelt one, or NULL. */
const char *cap_near(const char *word);

/* Does the calling thread have the capability ("CAP_SYS_ADMIN") in effect? */
bool cap_is_effective(const char *name);

/**
 * cap_last() - the highest capability the running kernel knows
 *
 * Asks /proc/sys/kernel/cap_last_cap, and without /proc the bounding set.
 * It may be above those that have a name here.
 */
int cap_last(void);

#endif
