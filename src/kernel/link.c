/* SPDX-License-Identifier: Apache-2.0 */
/* link.c - network devices: listing, changing, moving, removing them */
#include <ctype.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/link.h"
#include "kernel/net_socket.h"

/* Linux 5.14 and 6.13; older headers have them not. */
#define ATTR_PARENT_DEV_NAME 56
#define ATTR_NETNS_IMMUTABLE 67
#define ATTR_MAX ATTR_NETNS_IMMUTABLE

#define FLAG_UP 1u /* IFF_UP */

static void read_stats(const struct nlattr *attr, struct link *link)
{
	struct rtnl_link_stats64 stats;
	size_t enough = offsetof(struct rtnl_link_stats64, rx_errors);

	if (!attr || netlink_len(attr) < enough)
		return;
	memcpy(&stats, netlink_bytes(attr), enough);
	link->rx_packets = stats.rx_packets;
	link->tx_packets = stats.tx_packets;
	link->rx_bytes = stats.rx_bytes;
	link->tx_bytes = stats.tx_bytes;
}

int link_read(const struct nlmsghdr *msg, struct link *ret_link)
{
	const struct nlattr *attr[ATTR_MAX + 1], *info[IFLA_INFO_KIND + 1];
	const struct ifinfomsg *head = netlink_head(msg, sizeof(*head));
	struct link link = { 0 };

	if (msg->nlmsg_type != RTM_NEWLINK || !head)
		return -EPROTO;
	netlink_attrs(msg, sizeof(*head), attr, ATTR_MAX);
	netlink_inner(attr[IFLA_LINKINFO], info, IFLA_INFO_KIND);
	link.index = head->ifi_index;
	link.flags = head->ifi_flags;
	link.type = head->ifi_type;
	link.mtu = netlink_u32(attr[IFLA_MTU], 0);
	link.master = (int)netlink_u32(attr[IFLA_MASTER], 0);
	link.parent = (int)netlink_u32(attr[IFLA_LINK], 0);
	link.parent_nsid =
		(int)netlink_u32(attr[IFLA_LINK_NETNSID], (uint32_t)-1);
	link.state = netlink_u8(attr[IFLA_OPERSTATE], 0);
	link.is_local = netlink_u8(attr[ATTR_NETNS_IMMUTABLE], 0) != 0;
	netlink_text(attr[IFLA_IFNAME], link.name, sizeof(link.name));
	netlink_text(attr[IFLA_IFALIAS], link.alias, sizeof(link.alias));
	netlink_text(attr[ATTR_PARENT_DEV_NAME], link.parent_device,
		     sizeof(link.parent_device));
	netlink_text(info[IFLA_INFO_KIND], link.kind, sizeof(link.kind));
	if (attr[IFLA_ADDRESS] &&
	    netlink_len(attr[IFLA_ADDRESS]) <= sizeof(link.mac)) {
		link.mac_len = (uint8_t)netlink_len(attr[IFLA_ADDRESS]);
		memcpy(link.mac, netlink_bytes(attr[IFLA_ADDRESS]),
		       link.mac_len);
	}
	read_stats(attr[IFLA_STATS64], &link);
	if (!link.name[0])
		return -EPROTO;
	*ret_link = link;
	return 0;
}

int link_list(struct netlink *nl, struct arena *arena, struct link **ret_list,
	      size_t *ret_count, struct kist_error *err)
{
	const struct ifinfomsg head = { 0 };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	CLEANUP_BUF struct buf answers = { 0 };
	const struct nlmsghdr *answer;
	size_t pos = 0, count = 0, room = 0;
	struct link *list;
	int ret;

	netlink_begin(&msg, RTM_GETLINK, NLM_F_DUMP, &head, sizeof(head));
	ret = netlink_talk(nl, &msg, &answers);
	if (ret < 0)
		return net_refused(nl, ret, err, KIST_E_SYSTEM, "list devices");
	while (netlink_next(answers.data, answers.len, &pos))
		room++;
	list = ARENA_ARRAY(arena, struct link, room + 1);
	if (!list)
		return err_nomem(err);
	pos = 0;
	while ((answer = netlink_next(answers.data, answers.len, &pos)))
		if (link_read(answer, &list[count]) == 0)
			count++;
	*ret_list = list;
	*ret_count = count;
	return 0;
}

/* Return: 0 or the kernel's -errno (ENODEV). */
static int ask(struct netlink *nl, const char *name, struct link *ret_link)
{
	const struct ifinfomsg head = { 0 };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	CLEANUP_BUF struct buf answers = { 0 };
	const struct nlmsghdr *answer;
	size_t pos = 0;
	int ret;

	netlink_begin(&msg, RTM_GETLINK, 0, &head, sizeof(head));
	netlink_add_text(&msg, IFLA_IFNAME, name);
	ret = netlink_talk(nl, &msg, &answers);
	if (ret < 0)
		return ret;
	answer = netlink_next(answers.data, answers.len, &pos);
	return answer ? link_read(answer, ret_link) : -EPROTO;
}

static int get(struct netlink *nl, const char *name, struct link *ret_link)
{
	return link_is_name(name) ? ask(nl, name, ret_link) : -ENODEV;
}

int link_find(struct netlink *nl, const char *name, struct link *ret_link,
	      struct kist_error *err)
{
	int ret = get(nl, name, ret_link);

	if (ret == -ENODEV) {
		ret = err_set(err, KIST_E_LINK_UNKNOWN, "no device '%s'", name);
		err_hint(err, "'ip link' lists those that are here, 'kist net "
			      "ls' those of other networks");
		return ret;
	}
	if (ret < 0)
		return net_refused(nl, ret, err, KIST_E_SYSTEM,
				   "look for device '%s'", name);
	return 0;
}

int link_index(struct netlink *nl, const char *name)
{
	struct link link;
	int ret = get(nl, name, &link);

	return ret == -ENODEV ? 0 : ret < 0 ? ret : link.index;
}

int link_remove(struct netlink *nl, int index, struct kist_error *err)
{
	const struct ifinfomsg head = { .ifi_index = index };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	int ret;

	netlink_begin(&msg, RTM_DELLINK, 0, &head, sizeof(head));
	ret = netlink_talk(nl, &msg, NULL);
	if (ret < 0)
		return net_refused(nl, ret, err, KIST_E_LINK,
				   "remove device %d", index);
	return 0;
}

int link_set(struct netlink *nl, int index, const struct link_change *change,
	     struct kist_error *err)
{
	struct ifinfomsg head = { .ifi_index = index };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	int ret;

	if (change->up || change->down) {
		head.ifi_flags = change->up ? FLAG_UP : 0;
		head.ifi_change = FLAG_UP;
	}
	netlink_begin(&msg, RTM_NEWLINK, 0, &head, sizeof(head));
	if (change->name)
		netlink_add_text(&msg, IFLA_IFNAME, change->name);
	if (change->master || change->free)
		netlink_add_u32(&msg, IFLA_MASTER, (uint32_t)change->master);
	if (change->mtu)
		netlink_add_u32(&msg, IFLA_MTU, change->mtu);
	if (change->mac)
		netlink_add(&msg, IFLA_ADDRESS, change->mac, 6);
	if (change->move)
		netlink_add_u32(&msg, IFLA_NET_NS_FD, (uint32_t)change->ns_fd);
	ret = netlink_talk(nl, &msg, NULL);
	if (ret == -EEXIST && change->name)
		return err_set(err, KIST_E_LINK_EXISTS,
			       "there is a device '%s' already", change->name);
	if (ret < 0)
		return net_refused(nl, ret, err, KIST_E_LINK,
				   change->move ? "move the device" :
						  "change the device");
	return 0;
}

/* ---- words ---- */

void link_format_mac(const struct link *link, char buf[LINK_MAC * 3])
{
	buf[0] = '\0';
	for (unsigned i = 0; i < link->mac_len; i++)
		snprintf(buf + i * 3, 4, "%02x%s", link->mac[i],
			 i + 1 < link->mac_len ? ":" : "");
}

int link_parse_mac(const char *text, uint8_t ret_mac[6])
{
	uint8_t mac[6];

	for (int i = 0; i < 6; i++, text += 3) {
		char pair[3] = { text[0], text[0] ? text[1] : '\0', '\0' };

		if (!isxdigit((unsigned char)pair[0]) ||
		    !isxdigit((unsigned char)pair[1]) ||
		    text[2] != (i < 5 ? ':' : '\0'))
			return -EINVAL;
		mac[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	memcpy(ret_mac, mac, sizeof(mac));
	return 0;
}

bool link_is_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len >= LINK_NAME || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return false;
	for (; *name; name++)
		if (*name == '/' || *name == ':' || *name == '%' ||
		    isspace((unsigned char)*name))
			return false;
	return true;
}
