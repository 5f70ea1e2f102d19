/* SPDX-License-Identifier: Apache-2.0 */
/* netns_route.c - routes of a network namespace, from outside */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <kist/netns.h>

#include "engine/net/link_place.h"

static const char *device_of(const struct link *links, size_t count, int index)
{
	for (size_t i = 0; i < count; i++)
		if (links[i].index == index)
			return links[i].name;
	return "";
}

static void fill(const struct route *route, const struct link *links,
		 size_t link_count, struct kist_route *ret_route)
{
	struct kist_route r = { .is_v6 = route->dest.family == AF_INET6,
				.metric = route->metric,
				.protocol = route->protocol };
	char text[ADDRESS_TEXT];

	route_format_dest(route, text);
	memcpy(r.dest, text, sizeof(r.dest) - 1);
	if (route->gateway.family) {
		address_format(&route->gateway, false, text);
		memcpy(r.gateway, text, sizeof(r.gateway) - 1);
	}
	if (route->source.family) {
		address_format(&route->source, false, text);
		memcpy(r.source, text, sizeof(r.source) - 1);
	}
	memcpy(r.device, device_of(links, link_count, route->index),
	       strlen(device_of(links, link_count, route->index)));
	*ret_route = r;
}

static bool is_shown(const struct route *route)
{
	return route->table == RT_TABLE_MAIN && route->type == RTN_UNICAST;
}

static int list_routes(struct link_place *at, struct arena *arena,
		       struct kist_route **ret_list, size_t *ret_count,
		       struct kist_error *err)
{
	struct kist_route *list;
	struct route *routes;
	struct link *links;
	size_t count, link_count, shown = 0;
	int ret = route_list(&at->place.nl, arena, &routes, &count, err);

	if (ret == 0)
		ret = link_list(&at->place.nl, arena, &links, &link_count, err);
	if (ret < 0)
		return ret;
	list = calloc(count + 1, sizeof(*list));
	if (!list)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		if (is_shown(&routes[i]))
			fill(&routes[i], links, link_count, &list[shown++]);
	*ret_list = list;
	*ret_count = shown;
	return 0;
}

int kist_netns_routes(const struct kist *kist, const char *target,
		      struct kist_route **ret_list, size_t *ret_count,
		      struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct link_place at;
	int ret;

	arena_init(&arena);
	ret = link_place_find(kist, target, false, &arena, &at, err);
	if (ret < 0)
		return ret;
	ret = list_routes(&at, &arena, ret_list, ret_count, err);
	site_close(&at.place);
	return ret;
}

/* ---- changing ---- */

struct wanted {
	struct address dest, gateway;
	const char *device;
};

static int parse(const char *dest, const char *gateway, const char *device,
		 struct wanted *wanted, struct kist_error *err)
{
	bool is_default = strcmp(dest, "default") == 0;
	int ret = 0;

	*wanted = (struct wanted){ .device = device };
	if (gateway && (strchr(gateway, '/') ||
			address_parse(gateway, &wanted->gateway) < 0))
		return err_set(err, KIST_E_ROUTE,
			       "'%s' is not the address of a gateway", gateway);
	if (is_default)
		wanted->dest.family = gateway ? wanted->gateway.family :
						AF_INET;
	else
		ret = address_parse(dest, &wanted->dest);
	if (ret < 0) {
		err_set(err, KIST_E_ROUTE, "'%s' is not a destination", dest);
		err_hint(err, "write default, or a subnet such as 10.0.0.0/8");
		return -EINVAL;
	}
	return 0;
}

static int change(const struct kist *kist, const char *target, bool is_new,
		  const struct wanted *wanted, const struct kist_trace *trace,
		  struct kist_error *err)
{
	const struct address *gateway =
		wanted->gateway.family ? &wanted->gateway : NULL;
	CLEANUP_ARENA struct arena arena;
	struct link_place at;
	int ret;

	arena_init(&arena);
	ret = link_place_find(kist, target, false, &arena, &at, err);
	if (ret < 0)
		return ret;
	ret = link_place_check(&at, err);
	if (ret == 0 && wanted->device &&
	    site_has_device(&at.place, wanted->device) == 0)
		ret = err_set(err, KIST_E_LINK_UNKNOWN, "%s has no device '%s'",
			      at.place.label, wanted->device);
	if (ret == 0)
		ret = is_new ? site_add_route(&at.place, wanted->device,
					      &wanted->dest, gateway, trace,
					      err) :
			       site_remove_route(&at.place, wanted->device,
						 &wanted->dest, gateway, trace,
						 err);
	site_close(&at.place);
	return ret;
}

int kist_netns_route_add(const struct kist *kist, const char *target,
			 const char *dest, const char *gateway,
			 const char *device, const struct kist_trace *trace,
			 struct kist_error *err)
{
	struct wanted wanted;
	int ret = parse(dest, gateway, device, &wanted, err);

	if (ret == 0 && !gateway && !device) {
		ret = err_set(err, KIST_E_ROUTE,
			      "a route leads through a gateway or a device");
		err_hint(err, "as in: add %s via 192.168.1.1", dest);
	}
	return ret < 0 ? ret : change(kist, target, true, &wanted, trace, err);
}

int kist_netns_route_remove(const struct kist *kist, const char *target,
			    const char *dest, const char *gateway,
			    const char *device, const struct kist_trace *trace,
			    struct kist_error *err)
{
	struct wanted wanted;
	int ret = parse(dest, gateway, device, &wanted, err);

	return ret < 0 ? ret : change(kist, target, false, &wanted, trace, err);
}
