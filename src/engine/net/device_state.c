/* SPDX-License-Identifier: Apache-2.0 */
/* device_state.c - what a device loses when it is moved: taking and giving */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "engine/net/device_state.h"

static bool is_lasting_address(const struct address_of *address, int index)
{
	return address->index == index && address->scope == RT_SCOPE_UNIVERSE &&
	       address->peer.family == 0;
}

/* Made by a person or a program, not by the kernel for an address. */
static bool is_lasting_route(const struct route *route, int index)
{
	return route->index == index && route->table == RT_TABLE_MAIN &&
	       route->type == RTN_UNICAST && route->protocol != RTPROT_KERNEL &&
	       route->protocol != RTPROT_RA;
}

static int take_addresses(struct site *site, int index, struct arena *arena,
			  struct device_state *state, struct kist_error *err)
{
	struct address_of *list;
	size_t count;
	int ret = address_list(&site->nl, arena, &list, &count, err);

	if (ret < 0)
		return ret;
	state->addresses = ARENA_ARRAY(arena, struct address, count + 1);
	if (!state->addresses)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		if (is_lasting_address(&list[i], index))
			state->addresses[state->address_count++] =
				list[i].address;
	return 0;
}

static int take_routes(struct site *site, int index, struct arena *arena,
		       struct device_state *state, struct kist_error *err)
{
	struct route *list;
	size_t count;
	int ret = route_list(&site->nl, arena, &list, &count, err);

	if (ret < 0)
		return ret;
	state->routes = ARENA_ARRAY(arena, struct device_route, count + 1);
	if (!state->routes)
		return err_nomem(err);
	/* Those on the link itself first: gateways are reached by them. */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < count; i++)
			if (is_lasting_route(&list[i], index) &&
			    (list[i].gateway.family != 0) == pass)
				state->routes[state->route_count++] =
					(struct device_route){
						list[i].dest, list[i].gateway
					};
	return 0;
}

int device_state_take(struct site *site, const struct link *link,
		      struct arena *arena, struct device_state *ret_state,
		      struct kist_error *err)
{
	struct device_state state = { .is_up = link->flags & IFF_UP };
	char mac[LINK_MAC * 3];
	int ret;

	link_format_mac(link, mac);
	state.mac = arena_strdup(arena, mac);
	state.kind = arena_strdup(arena, link->kind);
	state.device = state.name = arena_strdup(arena, link->name);
	ret = take_addresses(site, link->index, arena, &state, err);
	if (ret == 0)
		ret = take_routes(site, link->index, arena, &state, err);
	if (ret == 0 && arena_failed(arena))
		ret = err_nomem(err);
	if (ret == 0)
		*ret_state = state;
	return ret;
}

int device_state_give(struct site *site, const char *device,
		      const struct device_state *state,
		      const struct kist_trace *trace, struct kist_error *err)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < state->address_count; i++)
		ret = site_add_address(site, device, &state->addresses[i],
				       trace, err);
	if (ret < 0 || !state->is_up)
		return ret;
	ret = site_up(site, device, trace, err);
	for (size_t i = 0; ret == 0 && i < state->route_count; i++) {
		const struct device_route *route = &state->routes[i];

		ret = site_add_route(site, device, &route->dest,
				     route->gateway.family ? &route->gateway :
							     NULL,
				     trace, err);
	}
	return ret;
}

bool device_state_is_of(const struct device_state *state,
			const struct link *link)
{
	char mac[LINK_MAC * 3];

	link_format_mac(link, mac);
	return strcmp(mac, state->mac) == 0 &&
	       strcmp(link->kind, state->kind) == 0;
}
