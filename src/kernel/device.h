/* SPDX-License-Identifier: Apache-2.0 */
/**
 * device.h - the devices every container has
 *
 * See: runtime-spec config-linux.md "Default Devices", null(4), pts(4)
 */
#ifndef KERNEL_DEVICE_H
#define KERNEL_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/cgroup_limits.h"

/* All are character devices, mode 0666, of root. */
struct device_node {
	const char *name; /* below /dev */
	uint32_t major, minor;
};

/* @target: as the link has it */
struct device_link {
	const char *name; /* below /dev */
	const char *target;
};

/* null, zero, full, random, urandom, tty */
extern const struct device_node device_nodes[];
extern const size_t device_node_count;

/* fd, stdin, stdout, stderr, ptmx */
extern const struct device_link device_links[];
extern const size_t device_link_count;

/*
 * What the device rules of a container always allow, behind config.json's own:
 * the devices above, pseudo-terminals, the console, and making any node (not
 * using it).
 */
extern const struct device_rule device_default_rules[];
extern const size_t device_default_rule_count;

#endif
