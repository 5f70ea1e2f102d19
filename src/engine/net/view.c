/* SPDX-License-Identifier: Apache-2.0 */
/* view.c - the network namespaces of this machine, and what is in them */
#include <errno.h>
#include <string.h>

#include "engine/net/place.h"
#include "engine/net/viewing.h"
#include "kernel/net_socket.h"
#include "kernel/nsid.h"

/* ---- reading ---- */

/* What refuses is shown as closed: others are still to be seen. */
static void read_inner(struct viewing *v, struct inner *inner)
{
	struct arena *arena = &v->spaces.arena;
	struct kist_error failure = { 0 };
	int ret;

	inner->nl.fd = -1;
	if (inner->space->fd < 0)
		return;
	ret = net_socket_netlink(inner->space->fd, NETLINK_ROUTE, &inner->nl,
				 &failure);
	if (ret == 0)
		ret = link_list(&inner->nl, arena, &inner->links,
				&inner->link_count, &failure);
	if (ret == 0)
		ret = address_list(&inner->nl, arena, &inner->addresses,
				   &inner->address_count, &failure);
	if (ret == 0)
		ret = route_list(&inner->nl, arena, &inner->routes,
				 &inner->route_count, &failure);
	inner->is_open = ret == 0;
}

const struct link *viewing_link(const struct inner *inner, int index)
{
	for (size_t i = 0; i < inner->link_count; i++)
		if (inner->links[i].index == index)
			return &inner->links[i];
	return NULL;
}

static void read_nsids(struct viewing *v, struct inner *inner)
{
	size_t count = v->spaces.count;

	inner->has_nsids = true;
	inner->nsids = ARENA_ARRAY(&v->spaces.arena, struct nsid, count + 1);
	for (size_t i = 0; inner->nsids && i < count; i++) {
		const struct space *other = &v->spaces.list[i];
		struct nsid *nsid = &inner->nsids[inner->nsid_count];

		if (other->fd < 0 ||
		    nsid_get(&inner->nl, other->fd, &nsid->id, NULL) < 0 ||
		    nsid->id < 0)
			continue;
		nsid->ino = other->ino;
		inner->nsid_count++;
	}
}

struct inner *viewing_behind(struct viewing *v, struct inner *inner,
			     int32_t nsid)
{
	if (nsid < 0)
		return inner;
	if (!inner->has_nsids)
		read_nsids(v, inner);
	for (size_t i = 0; i < inner->nsid_count; i++) {
		if (inner->nsids[i].id != nsid)
			continue;
		for (size_t n = 0; n < v->spaces.count; n++)
			if (v->inner[n].space->ino == inner->nsids[i].ino)
				return &v->inner[n];
	}
	return NULL;
}

/* ---- showing ---- */

static void view_space(struct viewing *v, struct inner *inner, bool is_whole,
		       struct kist_net_space *out)
{
	const struct space *space = inner->space;

	out->ns = space->ino;
	out->label = space->label;
	out->names = space->names;
	if (space->first) {
		out->pid = space->first->pid;
		out->command = space->first->command;
	}
	out->processes = space->processes;
	out->kept_by = space->first ? NULL : space->kept_by;
	out->is_initial = space->is_initial;
	out->is_ours = space->is_ours;
	out->is_closed = !inner->is_open;
	out->rules = out->nft_tables = out->nft_rules = -1;
	if (!inner->is_open)
		return;
	view_links(v, inner, out);
	view_routes(v, inner, is_whole, out);
	view_sockets(v, inner, out);
	if (is_whole)
		view_details(v, inner, out);
}

static int view_all(struct viewing *v, uint64_t only,
		    struct kist_net_view *ret_view)
{
	struct arena *arena = &v->spaces.arena;
	size_t count = v->spaces.count;
	struct kist_net_space *out;

	v->inner = ARENA_ARRAY(arena, struct inner, count + 1);
	out = ARENA_ARRAY(arena, struct kist_net_space, count + 1);
	if (!v->inner || !out || arena_failed(arena))
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		v->inner[i].space = &v->spaces.list[i];
		read_inner(v, &v->inner[i]);
	}
	ret_view->spaces = out;
	for (size_t i = 0; i < count; i++)
		if (!only || v->spaces.list[i].ino == only)
			view_space(v, &v->inner[i], only != 0,
				   &out[ret_view->count++]);
	for (size_t i = 0; i < count; i++)
		netlink_close(&v->inner[i].nl);
	return arena_failed(arena) ? -ENOMEM : 0;
}

/* One may not look into what was asked for by name: say why. */
static int why_closed(const struct place *place, struct kist_error *err)
{
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;
	int ret = net_socket_netlink(place->fd, NETLINK_ROUTE, &nl, err);

	return ret < 0 ? ret :
			 err_set(err, KIST_E_TARGET_UNKNOWN, "%s is gone",
				 place->target.label);
}

static int view(const struct kist *kist, const struct place *place,
		struct kist_net_view *ret_view, struct kist_error *err)
{
	struct viewing *v = calloc(1, sizeof(*v));
	struct kist_net_view out = { .memory = v };
	int ret;

	if (!v)
		return err_nomem(err);
	ret = spaces_load(kist, &v->spaces, err);
	if (ret < 0) {
		free(v);
		return ret;
	}
	ret = view_all(v, place ? place->ino : 0, &out);
	if (ret < 0)
		ret = err_nomem(err);
	else if (place && (out.count == 0 || out.spaces[0].is_closed))
		ret = why_closed(place, err);
	if (ret < 0)
		kist_net_view_done(&out);
	else
		*ret_view = out;
	return ret;
}

int kist_net_view(const struct kist *kist, const char *target,
		  struct kist_net_view *ret_view, struct kist_error *err)
{
	struct place place;
	int ret;

	if (!target)
		return view(kist, NULL, ret_view, err);
	ret = place_open(kist, target, &place, err);
	if (ret < 0)
		return ret;
	ret = view(kist, &place, ret_view, err);
	place_close(&place);
	return ret;
}

void kist_net_view_done(struct kist_net_view *view)
{
	struct viewing *v = view->memory;

	if (v)
		spaces_done(&v->spaces);
	free(v);
	*view = (struct kist_net_view){ 0 };
}
