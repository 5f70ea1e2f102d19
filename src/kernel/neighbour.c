/* SPDX-License-Identifier: Apache-2.0 */
/* neighbour.c - who is on the link, as a namespace has learnt */
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/neighbour.h"
#include "kernel/net_socket.h"

static const struct {
	uint16_t state;
	const char *name;
} states[] = {
	{ NUD_INCOMPLETE, "INCOMPLETE" }, { NUD_REACHABLE, "REACHABLE" },
	{ NUD_STALE, "STALE" },		  { NUD_DELAY, "DELAY" },
	{ NUD_PROBE, "PROBE" },		  { NUD_FAILED, "FAILED" },
	{ NUD_NOARP, "NOARP" },		  { NUD_PERMANENT, "PERMANENT" },
};

const char *neighbour_state_name(unsigned state)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (state & states[i].state)
			return states[i].name;
	return "NONE";
}

int neighbour_read(const struct nlmsghdr *msg, struct neighbour *ret_neighbour)
{
	const struct ndmsg *m = netlink_head(msg, sizeof(*m));
	const struct nlattr *attrs[NDA_MAX + 1], *mac, *to;
	struct neighbour n = { 0 };

	if (msg->nlmsg_type != RTM_NEWNEIGH || !m)
		return -EPROTO;
	netlink_attrs(msg, sizeof(*m), attrs, NDA_MAX);
	to = attrs[NDA_DST];
	mac = attrs[NDA_LLADDR];
	if ((m->ndm_family != AF_INET && m->ndm_family != AF_INET6) || !to ||
	    netlink_len(to) != address_size(m->ndm_family))
		return -EPROTO;
	n.address.family = m->ndm_family;
	n.address.prefix = (uint8_t)address_bits(m->ndm_family);
	memcpy(n.address.bytes, netlink_bytes(to), netlink_len(to));
	n.index = m->ndm_ifindex;
	n.state = m->ndm_state;
	if (mac && netlink_len(mac) <= sizeof(n.mac)) {
		n.mac_len = (uint8_t)netlink_len(mac);
		memcpy(n.mac, netlink_bytes(mac), n.mac_len);
	}
	*ret_neighbour = n;
	return 0;
}

int neighbour_list(struct netlink *nl, struct arena *arena,
		   struct neighbour **ret_list, size_t *ret_count,
		   struct kist_error *err)
{
	const struct ndmsg head = { 0 };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	CLEANUP_BUF struct buf answers = { 0 };
	const struct nlmsghdr *answer;
	size_t pos = 0, room = 0, count = 0;
	struct neighbour *list;
	int ret;

	netlink_begin(&msg, RTM_GETNEIGH, NLM_F_DUMP, &head, sizeof(head));
	ret = netlink_talk(nl, &msg, &answers);
	if (ret < 0)
		return net_refused(nl, ret, err, KIST_E_SYSTEM,
				   "list neighbours");
	while (netlink_next(answers.data, answers.len, &pos))
		room++;
	list = ARENA_ARRAY(arena, struct neighbour, room + 1);
	if (!list)
		return err_nomem(err);
	pos = 0;
	while ((answer = netlink_next(answers.data, answers.len, &pos)))
		if (neighbour_read(answer, &list[count]) == 0 &&
		    !(list[count].state & NUD_NOARP))
			count++;
	*ret_list = list;
	*ret_count = count;
	return 0;
}
