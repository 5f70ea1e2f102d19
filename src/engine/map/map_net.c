/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_net.c - the devices of every network namespace, and where they lead
 *
 * How it works
 * ============
 * A socket is of the namespace it was made in (kernel/net_socket.h). One
 * visitor goes through many namespaces and leaves a socket in each, which is
 * asked from here; in batches, for descriptors are few.
 *
 * The kernel says "the other end has index 5, in the one you know as 3". What
 * is known as 3 is asked for only where a device has index 5 and says the same
 * of the first: that is so for few, mostly for one. And as the ends of a veth
 * say it of each other, one of the two is asked.
 */
#include <errno.h>
#include <linux/if.h>
#include <string.h>
#include <sys/socket.h>

#include "engine/map/mapping.h"
#include "kernel/cap.h"
#include "kernel/link.h"
#include "kernel/net_socket.h"
#include "kernel/netnsid.h"
#include "kernel/ns_visit.h"
#include "kernel/nsid.h"
#include "sys/process.h"

#define BATCH 64

/* A network namespace: its devices are @first to @first + @count. */
struct space {
	const struct scan_item *item;
	size_t first, count;
	struct kist_map_ns *row;
};

/* Where a device leads, as its namespace sees it. */
struct end {
	int link, nsid;
	bool is_veth;
};

struct net {
	struct mapping *m;
	struct space *spaces;
	size_t space_count;
	struct kist_map_device *devices;
	struct end *ends;
	size_t count, device_room, end_room;
	bool failed;
};

/* ---- sockets ---- */

struct batch {
	int ns_fd[BATCH], socket_fd[BATCH];
	size_t count;
};

static int go_round(void *arg, struct kist_error *err)
{
	struct batch *batch = arg;

	(void)err;
	for (size_t i = 0; i < batch->count; i++)
		if (batch->ns_fd[i] >= 0 &&
		    sys_setns(batch->ns_fd[i], CLONE_NEWNET) == 0)
			batch->socket_fd[i] = socket(AF_NETLINK,
						     SOCK_RAW | SOCK_CLOEXEC,
						     NETLINK_ROUTE);
	return 0;
}

/* Who may enter any does so once for all. */
static void open_sockets(struct batch *batch)
{
	static const int nowhere[NS_COUNT] = { -1, -1, -1, -1, -1, -1, -1, -1 };

	for (size_t i = 0; i < batch->count; i++)
		batch->socket_fd[i] = -1;
	if (cap_is_effective("CAP_SYS_ADMIN"))
		(void)!ns_visit(nowhere, go_round, batch, NULL);
	for (size_t i = 0; i < batch->count; i++)
		if (batch->ns_fd[i] >= 0 && batch->socket_fd[i] < 0)
			batch->socket_fd[i] =
				net_socket_open(batch->ns_fd[i], AF_NETLINK,
						SOCK_RAW, NETLINK_ROUTE, NULL);
}

static int open_one(struct net *net, const struct space *space,
		    struct netlink *ret_nl)
{
	CLEANUP_FD int ns_fd = mapping_open(net->m, space->item);

	if (ns_fd < 0)
		return ns_fd;
	return net_socket_netlink(ns_fd, NETLINK_ROUTE, ret_nl, NULL);
}

/* ---- devices ---- */

static const char *addresses_of(struct net *net,
				const struct address_of *addresses,
				size_t count, int index)
{
	char text[ADDRESS_TEXT];
	const char *all = "";

	for (size_t i = 0; i < count; i++) {
		if (addresses[i].index != index)
			continue;
		address_format(&addresses[i].address, true, text);
		all = arena_printf(net->m->arena, "%s%s%s", all,
				   *all ? ", " : "", text);
	}
	return all;
}

static void add_device(struct net *net, const struct link *link, uint64_t ns,
		       const char *addresses)
{
	struct arena *arena = net->m->arena;

	net->devices = mapping_grow(arena, net->devices, net->count,
				    &net->device_room, sizeof(*net->devices));
	net->ends = mapping_grow(arena, net->ends, net->count, &net->end_room,
				 sizeof(*net->ends));
	net->failed = net->failed || !net->devices || !net->ends;
	if (net->failed)
		return;
	net->ends[net->count] = (struct end){
		.link = link->parent,
		.nsid = link->parent_nsid,
		.is_veth = strcmp(link->kind, "veth") == 0,
	};
	net->devices[net->count++] = (struct kist_map_device){
		.ns = ns,
		.index = link->index,
		.master = link->master,
		.name = arena_strdup(arena, link->name),
		.type = link->flags & IFF_LOOPBACK ?
				"loopback" :
				arena_strdup(arena, link->kind),
		.addresses = addresses,
		.is_up = link->flags & IFF_UP,
	};
}

static void read_space(struct net *net, struct space *space, struct netlink *nl)
{
	struct arena *arena = net->m->arena;
	struct address_of *addresses = NULL;
	size_t link_count = 0, address_count = 0;
	struct link *links;

	space->first = net->count;
	if (link_list(nl, arena, &links, &link_count, NULL) < 0)
		return;
	if (address_list(nl, arena, &addresses, &address_count, NULL) < 0)
		address_count = 0;
	for (size_t i = 0; i < link_count && !net->failed; i++)
		add_device(net, &links[i], space->item->ino,
			   addresses_of(net, addresses, address_count,
					links[i].index));
	space->count = net->count - space->first;
}

static void read_batch(struct net *net, struct space *spaces, size_t count)
{
	struct batch batch = { .count = count };

	for (size_t i = 0; i < count; i++)
		batch.ns_fd[i] = mapping_open(net->m, spaces[i].item);
	open_sockets(&batch);
	for (size_t i = 0; i < count; i++) {
		CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;

		cleanup_fd(&batch.ns_fd[i]);
		if (batch.socket_fd[i] >= 0 &&
		    netlink_adopt(&nl, batch.socket_fd[i]) == 0)
			read_space(net, &spaces[i], &nl);
	}
}

/* ---- the other ends ---- */

static bool is_behind(struct net *net, struct netlink *nl, int nsid,
		      const struct space *space)
{
	CLEANUP_FD int fd = mapping_open(net->m, space->item);

	return fd >= 0 && netnsid_get(nl, fd) == nsid;
}

static void join(struct net *net, size_t one, size_t other)
{
	net->devices[one].peer_ns = net->devices[other].ns;
	net->devices[one].peer = net->devices[other].index;
}

/* The device @other of @space: may it be what @one leads to? */
static bool may_be(const struct net *net, size_t one, size_t other)
{
	const struct end *a = &net->ends[one], *b = &net->ends[other];

	if (net->devices[other].index != a->link)
		return false;
	return !a->is_veth ||
	       (b->is_veth && b->link == net->devices[one].index &&
		!net->devices[other].peer_ns);
}

static void find_other(struct net *net, struct netlink *nl, size_t one)
{
	const struct end *end = &net->ends[one];

	for (size_t s = 0; s < net->space_count; s++) {
		const struct space *space = &net->spaces[s];

		for (size_t i = space->first; i < space->first + space->count;
		     i++) {
			if (!may_be(net, one, i) ||
			    !is_behind(net, nl, end->nsid, space))
				continue;
			join(net, one, i);
			if (end->is_veth)
				join(net, i, one);
			return;
		}
	}
}

static bool is_open_end(const struct net *net, size_t i)
{
	return net->ends[i].link && net->ends[i].nsid >= 0 &&
	       !net->devices[i].peer_ns;
}

static void join_within(struct net *net, const struct space *space)
{
	for (size_t i = space->first; i < space->first + space->count; i++)
		if (net->ends[i].link && net->ends[i].nsid < 0) {
			net->devices[i].peer_ns = space->item->ino;
			net->devices[i].peer = net->ends[i].link;
		}
}

static size_t open_ends(const struct net *net, const struct space *space)
{
	size_t count = 0;

	for (size_t i = space->first; i < space->first + space->count; i++)
		count += is_open_end(net, i);
	return count;
}

static void join_beyond(struct net *net, const struct space *space)
{
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;

	if (!open_ends(net, space) || open_one(net, space, &nl) < 0)
		return;
	for (size_t i = space->first; i < space->first + space->count; i++)
		if (is_open_end(net, i))
			find_other(net, &nl, i);
}

/* Those with many first: they have the other ends of most others. */
static void join_all(struct net *net)
{
	for (size_t i = 0; i < net->space_count; i++)
		join_within(net, &net->spaces[i]);
	for (size_t least = 2; least > 0; least--)
		for (size_t i = 0; i < net->space_count; i++)
			if (open_ends(net, &net->spaces[i]) >= least)
				join_beyond(net, &net->spaces[i]);
}

/* ---- numbers ---- */

/* The rows are sorted by number. */
static struct space *space_of(struct net *net, uint64_t ino)
{
	size_t low = 0, high = net->space_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (net->spaces[middle].item->ino < ino)
			low = middle + 1;
		else
			high = middle;
	}
	return low < net->space_count && net->spaces[low].item->ino == ino ?
		       &net->spaces[low] :
		       NULL;
}

/* Those with a link to us are known by now. */
static size_t take_numbers(struct net *net)
{
	uint64_t ours = net->m->ours;
	size_t known = 0;

	for (size_t i = 0; i < net->count; i++) {
		struct space *space;

		if (net->devices[i].ns != ours || !net->devices[i].peer_ns ||
		    net->ends[i].nsid < 0)
			continue;
		space = space_of(net, net->devices[i].peer_ns);
		if (!space || space->row->netnsid >= 0)
			continue;
		space->row->netnsid = net->ends[i].nsid;
		known++;
	}
	return known;
}

/* By which number our namespace knows each. */
static void ask_numbers(struct net *net)
{
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;
	size_t known = take_numbers(net), count;
	int32_t *ids;

	if (netlink_open(&nl, NETLINK_ROUTE) < 0 ||
	    nsid_list(&nl, net->m->arena, &ids, &count, NULL) < 0)
		return;
	for (size_t i = 0; known < count && i < net->space_count; i++) {
		const struct space *space = &net->spaces[i];
		CLEANUP_FD int fd = -1;
		int id;

		if (space->row->netnsid >= 0)
			continue;
		fd = mapping_open(net->m, space->item);
		id = fd < 0 ? -1 : netnsid_get(&nl, fd);
		if (id < 0)
			continue;
		space->row->netnsid = id;
		known++;
	}
}

int mapping_net(struct mapping *m)
{
	struct kist_map_ns *rows = (struct kist_map_ns *)m->map->namespaces;
	struct net net = { .m = m };

	net.spaces = ARENA_ARRAY(m->arena, struct space, m->map->ns_count + 1);
	if (!net.spaces)
		return -ENOMEM;
	for (size_t i = 0; i < m->map->ns_count; i++)
		if (rows[i].kind == KIST_NS_NET)
			net.spaces[net.space_count++] = (struct space){
				.item = scan_find(&m->scan, rows[i].ino),
				.row = &rows[i],
			};
	for (size_t i = 0; i < net.space_count; i += BATCH)
		read_batch(&net, net.spaces + i,
			   net.space_count - i < BATCH ? net.space_count - i :
							 BATCH);
	if (net.failed)
		return -ENOMEM;
	join_all(&net);
	ask_numbers(&net);
	m->map->devices = net.devices;
	m->map->device_count = net.count;
	return 0;
}
