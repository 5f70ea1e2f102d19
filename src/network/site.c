/* SPDX-License-Identifier: Apache-2.0 */
/* site.c - a network namespace in which something is done, and told */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <kist/cause.h>

#include "base/trace.h"
#include "kernel/net_socket.h"
#include "network/site.h"

int site_open(struct site *site, struct kist_error *err)
{
	int ret =
		net_socket_netlink(site->ns_fd, NETLINK_ROUTE, &site->nl, err);

	if (ret < 0)
		err_while(err, "cannot reach %s", site->label);
	return ret;
}

void site_close(struct site *site)
{
	netlink_close(&site->nl);
	cleanup_fd(&site->ns_fd);
	site->ns_fd = -1;
}

/* ---- looking ---- */

int site_has_device(struct site *site, const char *name)
{
	int index = site->nl.fd < 0 ? 0 : link_index(&site->nl, name);

	return index > 0 ? 1 : index;
}

static const struct link *find_link(const struct link *links, size_t count,
				    int index)
{
	for (size_t i = 0; i < count; i++)
		if (links[i].index == index)
			return &links[i];
	return NULL;
}

static int taken(const struct site *site, const struct address *address,
		 const struct address *other, const char *device,
		 struct kist_error *err)
{
	const struct address subnet = address_subnet(other);
	char ours[ADDRESS_TEXT], theirs[ADDRESS_TEXT];
	int ret;

	address_format(address, false, ours);
	if (address_is_same(address, other))
		return err_set(err, KIST_E_ADDRESS_TAKEN,
			       "%s has address %s already, on '%s'",
			       site->label, ours, device);
	address_format(&subnet, true, theirs);
	ret = err_set(err, KIST_E_ADDRESS_TAKEN,
		      "%s has subnet %s already, on '%s': %s lies in it",
		      site->label, theirs, device, ours);
	err_hint(err, "choose a subnet that does not overlap with %s", theirs);
	return ret;
}

/* Does an address stand for a subnet that others are reached through? */
static bool is_subnet(const struct address_of *other)
{
	return other->address.prefix < address_bits(other->address.family) &&
	       other->scope == RT_SCOPE_UNIVERSE;
}

static bool is_in_the_way(const struct address_of *other, bool is_own,
			  const struct address *address)
{
	if (address_is_same(address, &other->address))
		return true;
	return !is_own && is_subnet(other) &&
	       address->prefix < address_bits(address->family) &&
	       address_overlaps(address, &other->address);
}

/**
 * struct rival - who has an address, or its subnet
 * @is_pair:	on an end of a veth pair
 */
struct rival {
	struct address address;
	char device[LINK_NAME];
	bool is_pair;
};

/* Return: 1, 0; or a negative errno. */
static int find_rival(struct site *site, const char *device,
		      const struct address *address, struct rival *ret_rival,
		      struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct address_of *others;
	struct link *links;
	size_t count, link_count;
	int ret;

	arena_init(&arena);
	ret = address_list(&site->nl, &arena, &others, &count, err);
	if (ret == 0)
		ret = link_list(&site->nl, &arena, &links, &link_count, err);
	for (size_t i = 0; ret == 0 && i < count; i++) {
		const struct link *link =
			find_link(links, link_count, others[i].index);
		bool is_own = link && device && strcmp(device, link->name) == 0;

		if (!link || !is_in_the_way(&others[i], is_own, address))
			continue;
		ret_rival->address = others[i].address;
		ret_rival->is_pair = strcmp(link->kind, "veth") == 0;
		memcpy(ret_rival->device, link->name, sizeof(link->name));
		ret = 1;
	}
	return ret;
}

/*
 * A namespace that was just removed takes its links with it a moment later:
 * they are waited for.
 */
int site_check_address(struct site *site, const char *device,
		       const struct address *address, struct kist_error *err)
{
	const struct timespec moment = { .tv_nsec = 20000000 };
	struct rival rival;
	int ret = 0;

	if (site->nl.fd < 0)
		return 0;
	for (int i = 0; i < 15; i++) {
		ret = find_rival(site, device, address, &rival, err);
		if (ret <= 0 || !rival.is_pair)
			break;
		nanosleep(&moment, NULL);
	}
	if (ret <= 0)
		return ret;
	return taken(site, address, &rival.address, rival.device, err);
}

/* ---- doing, and telling ---- */

static int index_of(struct site *site, const char *device,
		    struct kist_error *err)
{
	struct link link;
	int ret = link_find(&site->nl, device, &link, err);

	if (ret < 0) {
		err_while(err, "%s", site->label);
		return ret;
	}
	return link.index;
}

static int set(struct site *site, const char *device,
	       const struct link_change *change, struct kist_error *err)
{
	int index = index_of(site, device, err);
	int ret = index < 0 ? index : link_set(&site->nl, index, change, err);

	if (ret < 0 && index >= 0)
		err_while(err, "device '%s' of %s", device, site->label);
	return ret;
}

int site_up(struct site *site, const char *device,
	    const struct kist_trace *trace, struct kist_error *err)
{
	if (!trace_step(trace, NULL, "%s link set dev %s up", site->ip,
			trace_word(device)))
		return 0;
	return set(site, device, &(struct link_change){ .up = true }, err);
}

int site_set(struct site *site, const char *device,
	     const struct link_change *change, const struct kist_trace *trace,
	     struct kist_error *err)
{
	char mtu[32] = "", mac[32] = "";

	if (change->mtu)
		snprintf(mtu, sizeof(mtu), " mtu %u", change->mtu);
	if (change->mac)
		snprintf(mac, sizeof(mac),
			 " address %02x:%02x:%02x:%02x:%02x:%02x",
			 change->mac[0], change->mac[1], change->mac[2],
			 change->mac[3], change->mac[4], change->mac[5]);
	if (!trace_step(trace, NULL, "%s link set dev %s%s%s", site->ip,
			trace_word(device), mtu, mac))
		return 0;
	return set(site, device, change, err);
}

int site_rename(struct site *site, const char *device, const char *name,
		const struct kist_trace *trace, struct kist_error *err)
{
	if (!trace_step(trace, NULL, "%s link set dev %s name %s", site->ip,
			trace_word(device), trace_word(name)))
		return 0;
	return set(site, device, &(struct link_change){ .name = name }, err);
}

int site_move(struct site *site, const char *device, struct site *to,
	      const char *name, const struct kist_trace *trace,
	      struct kist_error *err)
{
	bool renames = strcmp(device, name) != 0;

	if (!trace_step(trace, NULL, "%s link set dev %s netns %s%s%s",
			site->ip, trace_word(device), to->netns,
			renames ? " name " : "",
			renames ? trace_word(name) : ""))
		return 0;
	return set(site, device,
		   &(struct link_change){ .move = true,
					  .ns_fd = to->ns_fd,
					  .name = renames ? name : NULL },
		   err);
}

int site_set_master(struct site *site, const char *device, const char *master,
		    const struct kist_trace *trace, struct kist_error *err)
{
	int index;

	if (!trace_step(trace, NULL, "%s link set dev %s master %s", site->ip,
			trace_word(device), trace_word(master)))
		return 0;
	index = index_of(site, master, err);
	if (index < 0)
		return index;
	return set(site, device, &(struct link_change){ .master = index }, err);
}

int site_remove(struct site *site, const char *device,
		const struct kist_trace *trace, struct kist_error *err)
{
	int index, ret;

	if (!trace_step(trace, NULL, "%s link del dev %s", site->ip,
			trace_word(device)))
		return 0;
	index = index_of(site, device, err);
	ret = index < 0 ? index : link_remove(&site->nl, index, err);
	if (ret < 0 && index >= 0)
		err_while(err, "device '%s' of %s", device, site->label);
	return ret;
}

static int change_address(struct site *site, bool is_new, const char *device,
			  const struct address *address,
			  const struct kist_trace *trace,
			  struct kist_error *err)
{
	char text[ADDRESS_TEXT];
	int index, ret;

	address_format(address, true, text);
	if (!trace_step(trace, NULL, "%s addr %s %s dev %s%s", site->ip,
			is_new ? "add" : "del", text, trace_word(device),
			is_new && address->family == AF_INET6 ? " nodad" : ""))
		return 0;
	index = index_of(site, device, err);
	if (index < 0)
		return index;
	ret = is_new ? address_add(&site->nl, index, address, err) :
		       address_remove(&site->nl, index, address, err);
	if (ret < 0)
		err_while(err, "device '%s' of %s", device, site->label);
	return ret;
}

int site_add_address(struct site *site, const char *device,
		     const struct address *address,
		     const struct kist_trace *trace, struct kist_error *err)
{
	return change_address(site, true, device, address, trace, err);
}

int site_remove_address(struct site *site, const char *device,
			const struct address *address,
			const struct kist_trace *trace, struct kist_error *err)
{
	return change_address(site, false, device, address, trace, err);
}

static void explain_route(const struct site *site, int ret, const char *dest,
			  struct kist_error *err)
{
	if (ret == -ENETUNREACH || ret == -EHOSTUNREACH || ret == -EINVAL)
		err_cause(err, KIST_CAUSE_NEXTHOP, NULL, NULL);
	if (ret == -ESRCH && err) {
		*err = (struct kist_error){ 0 };
		err_set(err, KIST_E_ROUTE, "there is no route '%s'", dest);
	}
	err_while(err, "%s", site->label);
}

/* Add or remove. */
static int change_route(struct site *site, bool is_new, const char *device,
			const struct address *dest,
			const struct address *gateway,
			const struct kist_trace *trace, struct kist_error *err)
{
	struct route route = { .dest = *dest };
	char to[ADDRESS_TEXT], via[ADDRESS_TEXT] = "";
	bool is_mixed = gateway && gateway->family != dest->family;
	int ret;

	if (gateway) {
		route.gateway = *gateway;
		address_format(gateway, false, via);
	}
	route_format_dest(&route, to);
	if (!trace_step(trace, NULL, "%s%s route %s %s%s%s%s%s%s", site->ip,
			dest->family == AF_INET6 ? " -6" : "",
			is_new ? "add" : "del", to, gateway ? " via " : "",
			is_mixed ? "inet6 " : "", via, device ? " dev " : "",
			device ? trace_word(device) : ""))
		return 0;
	if (device) {
		route.index = index_of(site, device, err);
		if (route.index < 0)
			return route.index;
	}
	ret = is_new ? route_add(&site->nl, &route, err) :
		       route_remove(&site->nl, &route, err);
	if (ret < 0)
		explain_route(site, ret, to, err);
	return ret;
}

int site_add_route(struct site *site, const char *device,
		   const struct address *dest, const struct address *gateway,
		   const struct kist_trace *trace, struct kist_error *err)
{
	return change_route(site, true, device, dest, gateway, trace, err);
}

int site_remove_route(struct site *site, const char *device,
		      const struct address *dest, const struct address *gateway,
		      const struct kist_trace *trace, struct kist_error *err)
{
	return change_route(site, false, device, dest, gateway, trace, err);
}
