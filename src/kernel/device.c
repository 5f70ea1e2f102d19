/* SPDX-License-Identifier: Apache-2.0 */
/* device.c - the devices every container has */
#include "base/macros.h"
#include "kernel/device.h"

const struct device_node device_nodes[] = {
	{ "null", 1, 3 },   { "zero", 1, 5 },	 { "full", 1, 7 },
	{ "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
};
const size_t device_node_count = ARRAY_LEN(device_nodes);

const struct device_link device_links[] = {
	{ "fd", "/proc/self/fd" },	 { "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" }, { "stderr", "/proc/self/fd/2" },
	{ "ptmx", "pts/ptmx" },
};
const size_t device_link_count = ARRAY_LEN(device_links);

#define ANY (-1)
#define MAKE DEVICE_MKNOD
#define USE (DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD)

const struct device_rule device_default_rules[] = {
	{ true, 'c', ANY, ANY, MAKE },
	{ true, 'b', ANY, ANY, MAKE },
	{ true, 'c', 1, 3, USE },     /* null */
	{ true, 'c', 1, 5, USE },     /* zero */
	{ true, 'c', 1, 7, USE },     /* full */
	{ true, 'c', 1, 8, USE },     /* random */
	{ true, 'c', 1, 9, USE },     /* urandom */
	{ true, 'c', 5, 0, USE },     /* tty */
	{ true, 'c', 5, 1, USE },     /* console */
	{ true, 'c', 5, 2, USE },     /* ptmx */
	{ true, 'c', 136, ANY, USE }, /* pts */
	/* tun: its device node is not there, but VPNs bring it, and taking the
	 * rule away broke them in other runtimes */
	{ true, 'c', 10, 200, USE },
};
const size_t device_default_rule_count = ARRAY_LEN(device_default_rules);
