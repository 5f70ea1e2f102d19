/* SPDX-License-Identifier: Apache-2.0 */
/**
 * sysctl.h - which sysctls belong to a container's namespaces
 *
 * See: sysctl.d(5), runtime-spec config-linux.md "Sysctl"
 */
#ifndef KERNEL_SYSCTL_H
#define KERNEL_SYSCTL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "kernel/ns.h"

#define SYSCTL_PATH_MAX 256

/**
 * sysctl_check() - may a container set this sysctl?
 * @key:	"net.ipv4.ip_forward" or "net/ipv4/ip_forward"; as sysctl(8)
 *		has it, the first separator is the one, and the other one is
 *		a letter of names: "net.ipv4.conf.eth0/1.forwarding"
 * @private:	kinds of namespace the container has for itself, as bits
 *		(1 << NS_NET); one it joins counts
 * @ret_path:	receives the file's path below /proc/sys
 *
 * Return: 0, or -EINVAL (SYSCTL): it is the whole machine's, or of a namespace
 * that is shared with the host, or set by another property (hostname).
 */
MUST_CHECK int sysctl_check(const char *key, uint32_t private,
			    char ret_path[SYSCTL_PATH_MAX],
			    struct kist_error *err);

/* The kind of namespace that has the file (a path below /proc/sys) for itself;
 * NS_COUNT: it is the whole machine's. */
enum ns_kind sysctl_kind(const char *path);

#endif
