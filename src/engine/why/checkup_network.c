/* SPDX-License-Identifier: Apache-2.0 */
/* checkup_network.c - the check-up of network devices and packet filters */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "engine/why/checkup.h"
#include "kernel/link.h"

/* Of those made of another device, lo serves to ask whether there is the kind:
 * the kernel looks for that first. */
static int ask_for_kind(struct netlink *nl, const char *kind)
{
	struct ifinfomsg head = { 0 };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	size_t nest;
	int ret;

	netlink_begin(&msg, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head,
		      sizeof(head));
	nest = netlink_nest(&msg, IFLA_LINKINFO);
	netlink_add_text(&msg, IFLA_INFO_KIND, kind);
	netlink_nest_end(&msg, nest);
	ret = netlink_talk(nl, &msg, NULL);
	return ret == -EOPNOTSUPP || ret == -EPERM || ret == -EACCES ? ret : 0;
}

static int make_link(struct netlink *nl, const char *kind, int parent)
{
	const struct link_new new = {
		.kind = kind,
		.name = kind,
		.ns_fd = -1,
		.parent = parent,
		.id = 7,
		.peer_name = "peer",
		.peer_ns_fd = -1,
	};
	struct kist_error err = { 0 };

	return link_make(nl, &new, &err);
}

/* @arg: the kind; @number: it is made of another device */
int attempt_link(const struct check *check, int64_t *ret_number)
{
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;
	int ret = netlink_open(&nl, NETLINK_ROUTE), parent;

	(void)ret_number;
	if (ret < 0)
		return ret;
	if (strcmp(check->arg, "tun") == 0)
		return link_make_tun(-1, "tun", false, -1, NULL);
	ret = ask_for_kind(&nl, check->arg);
	if (ret < 0 || !check->number)
		return ret < 0 ? ret : make_link(&nl, check->arg, 0);
	/* Without a device to make it of, the kind is all that is known. */
	parent = link_index(&nl, "veth");
	return parent > 0 ? make_link(&nl, check->arg, parent) : 0;
}

int attempt_nftables(const struct check *check, int64_t *ret_number)
{
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	struct nfgenmsg head = { .version = NFNETLINK_V0 };
	int ret = netlink_open(&nl, NETLINK_NETFILTER);

	(void)check;
	(void)ret_number;
	netlink_begin(&msg, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, 0,
		      &head, sizeof(head));
	return ret < 0 ? ret : netlink_talk(&nl, &msg, NULL);
}
