/* SPDX-License-Identifier: Apache-2.0 */
/* sock_proc.h - sockets as /proc/net has them (for kernel/sock_diag.c) */
#ifndef KERNEL_SOCK_PROC_H
#define KERNEL_SOCK_PROC_H

#include "base/buf.h"
#include "kernel/sock_diag.h"

/* The text of /proc/net/tcp …, as seen from the namespace; nothing if there is
 * no such file. Return: 0; NS_DENIED, SYSTEM. */
MUST_CHECK int sock_proc_load(int netns_fd, enum sock_kind kind, int family,
			      struct buf *ret_text, struct kist_error *err);

#endif
