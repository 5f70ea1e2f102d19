/* SPDX-License-Identifier: Apache-2.0 */
/* nsid.c - the numbers by which one network namespace knows others */
#include <errno.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <kist/cause.h>

#include "kernel/net_socket.h"
#include "kernel/nsid.h"

/* The head is a rtgenmsg, padded. */
static const struct rtgenmsg head = { .rtgen_family = AF_UNSPEC };

static int32_t read_id(const struct nlmsghdr *msg)
{
	const struct nlattr *attrs[NETNSA_MAX + 1];

	if (msg->nlmsg_type != RTM_NEWNSID)
		return NETNSA_NSID_NOT_ASSIGNED;
	netlink_attrs(msg, NLMSG_ALIGN(sizeof(head)), attrs, NETNSA_MAX);
	return (int32_t)netlink_u32(attrs[NETNSA_NSID],
				    (uint32_t)NETNSA_NSID_NOT_ASSIGNED);
}

int nsid_list(struct netlink *nl, struct arena *arena, int32_t **ret_ids,
	      size_t *ret_count, struct kist_error *err)
{
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	CLEANUP_BUF struct buf answers = { 0 };
	const struct nlmsghdr *answer;
	size_t pos = 0, room = 0, count = 0;
	int32_t *ids;
	int ret;

	netlink_begin(&msg, RTM_GETNSID, NLM_F_DUMP, &head, sizeof(head));
	ret = netlink_talk(nl, &msg, &answers);
	if (ret < 0)
		return net_refused(nl, ret, err, KIST_E_SYSTEM,
				   "list the ids of namespaces");
	while (netlink_next(answers.data, answers.len, &pos))
		room++;
	ids = ARENA_ARRAY(arena, int32_t, room + 1);
	if (!ids)
		return err_nomem(err);
	pos = 0;
	while ((answer = netlink_next(answers.data, answers.len, &pos))) {
		ids[count] = read_id(answer);
		count += ids[count] >= 0;
	}
	*ret_ids = ids;
	*ret_count = count;
	return 0;
}

int nsid_get(struct netlink *nl, int netns_fd, int32_t *ret_id,
	     struct kist_error *err)
{
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	CLEANUP_BUF struct buf answers = { 0 };
	const struct nlmsghdr *answer;
	size_t pos = 0;
	int ret;

	netlink_begin(&msg, RTM_GETNSID, 0, &head, sizeof(head));
	netlink_add_u32(&msg, NETNSA_FD, (uint32_t)netns_fd);
	ret = netlink_talk(nl, &msg, &answers);
	if (ret < 0)
		return net_refused(nl, ret, err, KIST_E_SYSTEM,
				   "ask for the id of a namespace");
	answer = netlink_next(answers.data, answers.len, &pos);
	*ret_id = answer ? read_id(answer) : NETNSA_NSID_NOT_ASSIGNED;
	return 0;
}

int nsid_set(struct netlink *nl, int netns_fd, int32_t id,
	     struct kist_error *err)
{
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	int ret;

	netlink_begin(&msg, RTM_NEWNSID, 0, &head, sizeof(head));
	netlink_add_u32(&msg, NETNSA_NSID, (uint32_t)id);
	netlink_add_u32(&msg, NETNSA_FD, (uint32_t)netns_fd);
	ret = netlink_talk(nl, &msg, NULL);
	if (ret >= 0)
		return 0;
	if (id < 0)
		net_refused(nl, ret, err, KIST_E_NSID,
			    "give a namespace an id");
	else
		net_refused(nl, ret, err, KIST_E_NSID,
			    "give a namespace the id %d", id);
	if (ret == -EPERM)
		err_cause(err, KIST_CAUSE_CAPABILITY, "CAP_NET_ADMIN",
			  ", or be root of namespaces of your own: kist "
			  "unshare -rn");
	return ret;
}
