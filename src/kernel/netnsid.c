/* SPDX-License-Identifier: Apache-2.0 */
/* netnsid.c - the numbers that a network namespace has for others */
#include <errno.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "kernel/netnsid.h"

int netnsid_get(struct netlink *nl, int ns_fd)
{
	const struct rtgenmsg head = { AF_UNSPEC };
	const struct nlattr *attrs[NETNSA_MAX + 1];
	const struct nlmsghdr *answer;
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	CLEANUP_BUF struct buf answers;
	size_t pos = 0;
	int ret;

	buf_init(&answers);
	netlink_begin(&msg, RTM_GETNSID, 0, &head, sizeof(head));
	netlink_add_u32(&msg, NETNSA_FD, (uint32_t)ns_fd);
	ret = netlink_talk(nl, &msg, &answers);
	if (ret < 0)
		return ret < -1 ? ret : -EACCES;
	answer = netlink_next(answers.data, answers.len, &pos);
	if (!answer)
		return -EIO;
	netlink_attrs(answer, sizeof(head), attrs, NETNSA_MAX);
	return (int)netlink_u32(attrs[NETNSA_NSID], (uint32_t)-EIO);
}
