/* SPDX-License-Identifier: Apache-2.0 */
/**
 * nsfs.h - what the kernel says of an open namespace, and listns(2)
 *
 * Threads: no shared state.
 * See:     ioctl_nsfs(2), listns(2), socket(7)
 */
#ifndef SYS_NSFS_H
#define SYS_NSFS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/macros.h"

#define SYS_LISTNS_CURRENT_USER UINT64_MAX

/**
 * sys_listns() - numbers of namespaces (Linux 6.19)
 * @after:	the last number of the call before; 0: from the start
 * @kinds:	CLONE_NEW*; 0: all
 * @user_ns:	only those that this user namespace owns; 0: all;
 *		SYS_LISTNS_CURRENT_USER
 *
 * Return: how many; 0 or -ENOENT at the end; -ENOSYS: this kernel has it not.
 */
MUST_CHECK ssize_t sys_listns(uint64_t after, uint32_t kinds, uint64_t user_ns,
			      uint64_t *ids, size_t count);

/* Open a namespace by its number. Return: an fd, or -errno (ESTALE: it is
 * gone; EPERM: it is not ours to see). */
MUST_CHECK int sys_ns_open_id(uint64_t id);

/* The number that no other namespace ever has, while inodes are used again
 * (Linux 6.18). Return: 0 or -errno (ENOTTY: an older kernel). */
int sys_ns_id(int ns_fd, uint64_t *ret_id);

/* CLONE_NEW* of a namespace, or -errno (ENOTTY: no namespace). */
int sys_ns_type(int ns_fd);

/* The namespace above a user or pid namespace. Return: an fd, or -errno (EPERM:
 * it is not ours or below). */
MUST_CHECK int sys_ns_parent(int ns_fd);

/* Who made a user namespace, as seen in ours. Return: 0 or -errno. */
int sys_ns_owner_uid(int user_ns_fd, uid_t *ret_uid);

/* The network namespace of a socket. Return: an fd, or -errno (EPERM). */
MUST_CHECK int sys_socket_ns(int socket_fd);

#endif
