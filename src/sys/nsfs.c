/* SPDX-License-Identifier: Apache-2.0 */
/* in <linux/nsfs.h> since 6.18 */
#define NS_ID _IOR(0xb7, 13, uint64_t)

/* nsfs.c - what the kernel says of an open namespace, and listns(2) */
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>

#include "sys/nsfs.h"
#include "sys/syscall.h"

#ifndef SYS_listns
#define SYS_listns 470
#endif
#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C
#endif
/* Of <linux/fcntl.h> and the kernel's <linux/exportfs.h>. */
#define FD_OF_NSFS (-10003)
#define FILE_ID_NSFS 0xf1

/* struct ns_id_req of <linux/nsfs.h>, newer than our headers */
struct id_request {
	uint32_t size, spare;
	uint64_t ns_id;
	uint32_t ns_type, spare2;
	uint64_t user_ns_id;
};

/* struct file_handle with a struct nsfs_file_handle in it */
struct id_handle {
	uint32_t bytes;
	int32_t type;
	uint64_t ns_id;
	uint32_t ns_type, ns_inum;
};

ssize_t sys_listns(uint64_t after, uint32_t kinds, uint64_t user_ns,
		   uint64_t *ids, size_t count)
{
	const struct id_request request = {
		.size = sizeof(request),
		.ns_id = after,
		.ns_type = kinds,
		.user_ns_id = user_ns,
	};

	return sys_result(syscall(SYS_listns, &request, ids, count, 0));
}

int sys_ns_open_id(uint64_t id)
{
	struct id_handle handle = {
		.bytes = sizeof(handle) - offsetof(struct id_handle, ns_id),
		.type = FILE_ID_NSFS,
		.ns_id = id,
	};

	return sys_result(syscall(SYS_open_by_handle_at, FD_OF_NSFS, &handle,
				  O_RDONLY | O_CLOEXEC));
}

int sys_ns_id(int ns_fd, uint64_t *ret_id)
{
	return ioctl(ns_fd, NS_ID, ret_id) < 0 ? -errno : 0;
}

int sys_ns_type(int ns_fd)
{
	return sys_result(ioctl(ns_fd, NS_GET_NSTYPE));
}

int sys_ns_parent(int ns_fd)
{
	return sys_result(ioctl(ns_fd, NS_GET_PARENT));
}

int sys_ns_owner_uid(int user_ns_fd, uid_t *ret_uid)
{
	return sys_result(ioctl(user_ns_fd, NS_GET_OWNER_UID, ret_uid));
}

int sys_socket_ns(int socket_fd)
{
	return sys_result(ioctl(socket_fd, SIOCGSKNS));
}
