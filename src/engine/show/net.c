/* SPDX-License-Identifier: Apache-2.0 */
/* net.c - devices, addresses and routes of its network namespace */
#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "engine/show/show.h"
#include "kernel/address.h"
#include "kernel/link.h"
#include "kernel/net_socket.h"
#include "kernel/route.h"

struct net {
	struct link *links;
	struct address_of *addresses;
	struct route *routes;
	size_t link_count, address_count, route_count;
};

static const char *const *addresses_of(struct showing *s, const struct net *net,
				       int index)
{
	struct show_list list = { 0 };

	for (size_t i = 0; i < net->address_count; i++) {
		char text[ADDRESS_TEXT];

		if (net->addresses[i].index != index)
			continue;
		address_format(&net->addresses[i].address, true, text);
		show_list_add(&list, &s->arena, arena_strdup(&s->arena, text));
	}
	return show_list_take(&list, &s->arena);
}

static const char *kind_of(const struct link *link)
{
	if (*link->kind)
		return link->kind;
	return link->flags & IFF_LOOPBACK ? "loopback" : "device";
}

static int take_links(struct showing *s, const struct net *net,
		      struct kist_error *err)
{
	struct kist_show *show = &s->show;

	show->links = ARENA_ARRAY(&s->arena, struct kist_show_link,
				  net->link_count + 1);
	if (arena_failed(&s->arena))
		return err_nomem(err);
	for (size_t i = 0; i < net->link_count; i++) {
		const struct link *link = &net->links[i];
		char mac[LINK_MAC * 3];

		link_format_mac(link, mac);
		show->links[show->link_count++] = (struct kist_show_link){
			.index = link->index,
			.name = arena_strdup(&s->arena, link->name),
			.kind = arena_strdup(&s->arena, kind_of(link)),
			.mac = arena_strdup(&s->arena, mac),
			.is_up = link->flags & IFF_UP,
			.mtu = link->mtu,
			.addresses = addresses_of(s, net, link->index),
			.rx_bytes = (int64_t)link->rx_bytes,
			.tx_bytes = (int64_t)link->tx_bytes,
		};
	}
	return 0;
}

static const char *device_name(const struct net *net, int index)
{
	for (size_t i = 0; i < net->link_count; i++)
		if (net->links[i].index == index)
			return net->links[i].name;
	return NULL;
}

/* As ip(8) prints it, which is what people can read. */
static const char *route_text(struct showing *s, const struct net *net,
			      const struct route *route)
{
	char dest[ADDRESS_TEXT], gateway[ADDRESS_TEXT];
	const char *device = device_name(net, route->index);
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	route_format_dest(route, dest);
	buf_puts(&text, dest);
	if (route->gateway.family) {
		address_format(&route->gateway, false, gateway);
		buf_printf(&text, " via %s", gateway);
	}
	if (device)
		buf_printf(&text, " dev %s", device);
	if (route->metric)
		buf_printf(&text, " metric %u", route->metric);
	return arena_strdup(&s->arena, text.data ? text.data : "");
}

static void take_routes(struct showing *s, const struct net *net)
{
	struct show_list list = { 0 };

	for (size_t i = 0; i < net->route_count; i++) {
		const struct route *route = &net->routes[i];

		if (route->table == RT_TABLE_MAIN && route->type == RTN_UNICAST)
			show_list_add(&list, &s->arena,
				      route_text(s, net, route));
	}
	s->show.routes = show_list_take(&list, &s->arena);
}

int show_net(struct showing *s, struct kist_error *err)
{
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;
	int fd = target_ns(&s->target, NS_NET, NULL);
	struct net net = { 0 };

	s->show.routes = show_list_take(&(struct show_list){ 0 }, &s->arena);
	for (size_t i = 0; i < s->show.ns_count; i++)
		if (s->show.ns[i].kind == 1u << NS_NET && s->show.ns[i].is_ours)
			fd = -1; /* no need to enter, nor a right */
		else if (s->show.ns[i].kind == 1u << NS_NET && fd < 0)
			fd = -EACCES;
	if (fd < -1 || net_socket_netlink(fd, NETLINK_ROUTE, &nl, NULL) < 0 ||
	    link_list(&nl, &s->arena, &net.links, &net.link_count, NULL) < 0 ||
	    address_list(&nl, &s->arena, &net.addresses, &net.address_count,
			 NULL) < 0 ||
	    route_list(&nl, &s->arena, &net.routes, &net.route_count, NULL) <
		    0) {
		show_hide(s, "its network devices");
	} else {
		int ret = take_links(s, &net, err);

		if (ret < 0)
			return ret;
		take_routes(s, &net);
	}
	return show_sockets(s, err);
}
