/* SPDX-License-Identifier: Apache-2.0 */
/* view_links.c - the devices and routes of a namespace, for people */
#include <linux/if.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "engine/net/viewing.h"
#include "kernel/net_socket.h"

/* ---- devices ---- */

static const char *state_of(const struct link *link)
{
	if (!(link->flags & IFF_UP))
		return "down";
	return link->flags & IFF_LOWER_UP ? "up" : "no-carrier";
}

static const char *const *addresses_of(struct arena *arena,
				       const struct inner *inner, int index)
{
	const char **list =
		ARENA_ARRAY(arena, const char *, inner->address_count + 1);
	size_t count = 0;
	char text[ADDRESS_TEXT];

	for (size_t i = 0; list && i < inner->address_count; i++) {
		if (inner->addresses[i].index != index)
			continue;
		address_format(&inner->addresses[i].address, true, text);
		list[count++] = arena_strdup(arena, text);
	}
	return list;
}

/* The other end of a veth, or what the device is made on. */
static void view_peer(struct viewing *v, struct inner *inner,
		      const struct link *link, struct kist_net_link *out)
{
	struct inner *other;
	const struct link *peer;

	out->peer_nsid = link->parent_nsid;
	if (!link->parent)
		return;
	other = viewing_behind(v, inner, link->parent_nsid);
	peer = other ? viewing_link(other, link->parent) : NULL;
	if (other)
		out->peer_ns = other->space->ino;
	if (other && other != inner)
		out->peer_label = other->space->label;
	if (peer)
		out->peer = peer->name;
	else
		out->peer =
			arena_printf(&v->spaces.arena, "if%d", link->parent);
}

void view_links(struct viewing *v, struct inner *inner,
		struct kist_net_space *out)
{
	struct arena *arena = &v->spaces.arena;

	out->links =
		ARENA_ARRAY(arena, struct kist_net_link, inner->link_count + 1);
	if (!out->links)
		return;
	out->link_count = inner->link_count;
	for (size_t i = 0; i < inner->link_count; i++) {
		const struct link *link = &inner->links[i];
		const struct link *master = viewing_link(inner, link->master);
		struct kist_net_link *to = &out->links[i];
		char mac[LINK_MAC * 3];

		link_format_mac(link, mac);
		to->index = link->index;
		to->name = link->name;
		to->kind = link->kind[0]	      ? link->kind :
			   link->flags & IFF_LOOPBACK ? "loopback" :
							"device";
		to->state = state_of(link);
		to->mac = link->flags & IFF_LOOPBACK ? "" :
						       arena_strdup(arena, mac);
		to->master = master ? master->name : NULL;
		to->mtu = link->mtu;
		to->addresses = addresses_of(arena, inner, link->index);
		to->rx_bytes = link->rx_bytes;
		to->tx_bytes = link->tx_bytes;
		view_peer(v, inner, link, to);
	}
}

/* ---- routes ---- */

static const char *gateway_of(struct arena *arena, const struct route *route)
{
	char text[ADDRESS_TEXT];

	if (!route->gateway.family)
		return NULL;
	address_format(&route->gateway, false, text);
	return arena_strdup(arena, text);
}

static bool is_main(const struct route *route)
{
	return (route->table == RT_TABLE_MAIN || route->table == 0) &&
	       route->type != RTN_MULTICAST && route->type != RTN_LOCAL &&
	       route->type != RTN_BROADCAST && route->type != RTN_ANYCAST;
}

static void view_route(struct arena *arena, const struct inner *inner,
		       const struct route *from, struct kist_net_route *to)
{
	const struct link *link = viewing_link(inner, from->index);
	char text[ADDRESS_TEXT];

	route_format_dest(from, text);
	to->dest = arena_strdup(arena, text);
	to->gateway = gateway_of(arena, from);
	to->device = link ? link->name : NULL;
	to->metric = from->metric;
}

void view_routes(struct viewing *v, struct inner *inner, bool is_whole,
		 struct kist_net_space *out)
{
	struct arena *arena = &v->spaces.arena;
	size_t defaults = 0, room = inner->route_count + 1;
	const char **list = ARENA_ARRAY(arena, const char *, room);

	out->routes = ARENA_ARRAY(arena, struct kist_net_route, room);
	out->default_routes = list;
	for (size_t i = 0; list && out->routes && i < inner->route_count; i++) {
		const struct route *route = &inner->routes[i];
		struct kist_net_route *to = &out->routes[out->route_count];

		if (!is_main(route))
			continue;
		view_route(arena, inner, route, to);
		if (route->dest.prefix == 0)
			list[defaults++] = arena_printf(
				arena, "%s%s%s", to->gateway ?: "",
				to->gateway && to->device ? " " : "",
				to->device ?: "");
		out->route_count += is_whole;
	}
}

/* ---- of one that is shown whole ---- */

static int count_answers(struct netlink *nl, uint16_t type, const void *head,
			 size_t len)
{
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	CLEANUP_BUF struct buf answers = { 0 };
	size_t pos = 0;
	int count = 0;

	netlink_begin(&msg, type, NLM_F_DUMP, head, len);
	if (netlink_talk(nl, &msg, &answers) < 0)
		return -1;
	while (netlink_next(answers.data, answers.len, &pos))
		count++;
	return count;
}

static void view_filters(struct inner *inner, struct kist_net_space *out)
{
	const uint16_t nft = NFNL_SUBSYS_NFTABLES << 8;
	const struct nfgenmsg head = { .nfgen_family = AF_UNSPEC };
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;

	if (net_socket_netlink(inner->space->fd, NETLINK_NETFILTER, &nl, NULL) <
	    0)
		return;
	out->nft_tables =
		count_answers(&nl, nft | NFT_MSG_GETTABLE, &head, sizeof(head));
	out->nft_rules =
		count_answers(&nl, nft | NFT_MSG_GETRULE, &head, sizeof(head));
}

static void view_neighbours(struct viewing *v, struct inner *inner,
			    struct kist_net_space *out)
{
	struct arena *arena = &v->spaces.arena;
	struct neighbour *list;
	size_t count;

	if (neighbour_list(&inner->nl, arena, &list, &count, NULL) < 0)
		return;
	out->neighbours =
		ARENA_ARRAY(arena, struct kist_net_neighbour, count + 1);
	for (size_t i = 0; out->neighbours && i < count; i++) {
		const struct link *link = viewing_link(inner, list[i].index);
		struct kist_net_neighbour *to = &out->neighbours[i];
		struct link as_link = { .mac_len = list[i].mac_len };
		char text[ADDRESS_TEXT], mac[LINK_MAC * 3];

		memcpy(as_link.mac, list[i].mac, sizeof(as_link.mac));
		link_format_mac(&as_link, mac);
		address_format(&list[i].address, false, text);
		to->address = arena_strdup(arena, text);
		to->mac = arena_strdup(arena, list[i].mac_len ? mac : "");
		to->device = link ? link->name : "";
		to->state = neighbour_state_name(list[i].state);
		out->neighbour_count++;
	}
}

void view_details(struct viewing *v, struct inner *inner,
		  struct kist_net_space *out)
{
	const struct rtmsg head = { 0 };

	view_neighbours(v, inner, out);
	out->rules =
		count_answers(&inner->nl, RTM_GETRULE, &head, sizeof(head));
	view_filters(inner, out);
}
