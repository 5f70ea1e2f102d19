/* SPDX-License-Identifier: Apache-2.0 */
/* net_socket.c - sockets that belong to another network namespace */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/cap.h"
#include "kernel/net_socket.h"
#include "kernel/ns_visit.h"

/* Is a namespace the calling thread's own? */
static bool is_ours(int ns_fd, const char *path)
{
	CLEANUP_FD int ours = open(path, O_RDONLY | O_CLOEXEC);

	return ours >= 0 && ns_is_same(ns_fd, ours) == 1;
}

int net_entry(int netns_fd, int ret_fd[NS_COUNT], struct kist_error *err)
{
	CLEANUP_FD int owner = -1;

	memset(ret_fd, -1, NS_COUNT * sizeof(*ret_fd));
	if (netns_fd < 0 || is_ours(netns_fd, "/proc/thread-self/ns/net"))
		return 0;
	ret_fd[NS_NET] = netns_fd;
	/* Stay what we are where that is enough: in its owner we could no
	 * longer do anything to namespaces of ours. */
	if (cap_is_effective("CAP_SYS_ADMIN"))
		return 0;
	owner = ns_open_owner(netns_fd);
	if (owner < 0)
		return err_sys(err, KIST_E_NS_DENIED, -owner,
			       "enter a network namespace");
	if (!is_ours(owner, "/proc/thread-self/ns/user"))
		ret_fd[NS_USER] = TAKE_FD(owner);
	return 0;
}

struct wanted {
	int domain, type, protocol;
	int fd;
};

static int make(void *arg, struct kist_error *err)
{
	struct wanted *wanted = arg;

	wanted->fd = socket(wanted->domain, wanted->type | SOCK_CLOEXEC,
			    wanted->protocol);
	if (wanted->fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "open a socket");
	return 0;
}

int net_socket_open(int netns_fd, int domain, int type, int protocol,
		    struct kist_error *err)
{
	struct wanted wanted = { domain, type, protocol, -1 };
	int fd[NS_COUNT];
	int ret = net_entry(netns_fd, fd, err);

	if (ret < 0)
		return ret;
	if (fd[NS_NET] < 0)
		ret = make(&wanted, err);
	else
		ret = ns_visit(fd, make, &wanted, err);
	cleanup_fd(&fd[NS_USER]);
	return ret < 0 ? ret : wanted.fd;
}

int net_socket_netlink(int netns_fd, int protocol, struct netlink *ret_nl,
		       struct kist_error *err)
{
	int fd = net_socket_open(netns_fd, AF_NETLINK, SOCK_RAW, protocol, err);
	int ret = fd < 0 ? fd : netlink_adopt(ret_nl, fd);

	if (fd >= 0 && ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "open netlink");
	return ret;
}

int net_refused(const struct netlink *nl, int ret, struct kist_error *err,
		enum kist_err id, const char *fmt, ...)
{
	char what[sizeof(err->what)];
	va_list args;

	if (!err || err->id != KIST_OK)
		return ret;
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	err_sys(err, id, -ret, "%s", what);
	if (nl->why[0])
		err_kernel(err, "%s", nl->why);
	return ret;
}
