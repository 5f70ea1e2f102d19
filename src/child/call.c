/* SPDX-License-Identifier: Apache-2.0 */
/* call.c - system calls, files, the report socket, a network interface */
#include "child/path.h"

int op_call(struct child *c, const struct plan_op *op)
{
	uint64_t arg[7];
	long ret;

	for (unsigned int i = 0; i < 7; i++) {
		arg[i] = op->arg[i];
		if (op->offsets & (1u << i) && arg[i])
			arg[i] = (uintptr_t)child_text(c, arg[i]);
		else if (op->fds & (1u << i))
			arg[i] = (uint64_t)child_fd_if_any(c, (int64_t)arg[i]);
	}
	ret = sys_raw((long)arg[0], (long)arg[1], (long)arg[2], (long)arg[3],
		      (long)arg[4], (long)arg[5], (long)arg[6]);
	if (ret < 0)
		return (int)ret;
	if (op->slot != -1)
		child_keep(c, op->slot, (int)ret);
	return 0;
}

int op_write(struct child *c, const struct plan_op *op)
{
	uint64_t size = op->arg[2];
	const char *bytes = size ? child_data(c, op->arg[1], size) : "";
	bool by_path = op->arg[0];
	long ret;
	int fd;

	if (by_path)
		fd = path_open(path_root_of(c, op), child_text(c, op->arg[0]),
			       O_WRONLY | O_NOCTTY);
	else
		fd = child_fd(c, (int64_t)op->arg[3]);
	if (fd < 0)
		return fd;

	ret = SYS(write, fd, bytes, size);
	if (by_path)
		SYS(close, fd);
	if (ret < 0)
		return (int)ret;
	return (uint64_t)ret == size ? 0 : -EIO;
}

int op_sync(struct child *c, const struct plan_op *op)
{
	int fd = child_fd(c, PLAN_SLOT_REPORT);
	char byte;
	long ret;

	c->value = (int32_t)op->arg[0];
	child_report(c, PLAN_SYNCED, 0);
	do
		ret = SYS(read, fd, &byte, 1);
	while (ret == -EINTR);
	if (ret != 1)
		child_exit(CHILD_EXIT_FAILED);
	return 0;
}

int op_ready(struct child *c, const struct plan_op *op)
{
	(void)op;
	child_report(c, PLAN_IS_READY, 0);
	return 0;
}

int op_listen(struct child *c, const struct plan_op *op)
{
	int listener = child_fd(c, (int64_t)op->arg[0]);
	int old = child_fd_if_any(c, PLAN_SLOT_REPORT);
	long fd;

	do
		fd = SYS(accept4, listener, 0, 0, O_CLOEXEC);
	while (fd == -EINTR || fd == -ECONNABORTED);
	if (fd < 0)
		return (int)fd;
	if (old >= 0)
		SYS(close, old);
	child_keep(c, PLAN_SLOT_REPORT, (int)fd);
	return 0;
}

/* What <net/if.h> and <sys/socket.h> have; the kernel's <linux/if.h> would
 * want the C library's headers. */
#define AF_INET 2
#define SOCK_DGRAM 2
#define SOCK_CLOEXEC O_CLOEXEC
#define SIOCGIFFLAGS 0x8913
#define SIOCSIFFLAGS 0x8914
#define IFF_UP 1

struct interface_request {
	char name[16];
	short flags;
	char rest[22];
};
_Static_assert(sizeof(struct interface_request) == 40, "struct ifreq");

int op_link_up(struct child *c, const struct plan_op *op)
{
	const char *name = child_text(c, op->arg[0]);
	struct interface_request request = { .flags = 0 };
	long fd, ret;

	if (text_length(name) >= sizeof(request.name))
		return -ENODEV;
	text_append(request.name, sizeof(request.name), name);
	fd = SYS(socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return (int)fd;
	ret = SYS(ioctl, fd, SIOCGIFFLAGS, &request);
	request.flags |= IFF_UP;
	if (ret == 0)
		ret = SYS(ioctl, fd, SIOCSIFFLAGS, &request);
	SYS(close, fd);
	return (int)ret;
}
