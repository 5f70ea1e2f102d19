/* SPDX-License-Identifier: Apache-2.0 */
/* link_make.c - making links, and single devices, with all that belongs to
 * them; and removing them */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <kist/cause.h>

#include "base/trace.h"
#include "engine/net/link_making.h"
#include "kernel/ns.h"

/* ---- undoing ---- */

static void note(struct link_making *m, struct link_undo undo)
{
	if (!trace_is_dry(m->trace))
		m->undo[m->undo_count++] = undo;
}

/* Whatever fails here: the failure that led here is the one to be told. */
static void undo_all(struct link_making *m)
{
	while (m->undo_count > 0) {
		const struct link_undo *u = &m->undo[--m->undo_count];
		int ret = 0;

		if (u->kind == UNDO_LINK)
			ret = site_remove(u->place, u->device, NULL, NULL);
		else if (u->kind == UNDO_ADDRESS)
			ret = site_remove_address(u->place, u->device,
						  u->address, NULL, NULL);
		else
			ret = site_remove_route(u->place, u->device,
						&u->route->dest,
						&u->route->gateway, NULL, NULL);
		(void)ret;
	}
	for (size_t i = m->place_count; i > 0; i--)
		link_place_undo(m->kist, &m->places[i - 1]);
}

/* ---- a pair ---- */

/* One end of a pair, wherever it is. */
struct tip {
	struct site *place;
	const char *name;
	const uint8_t *mac;
};

static const char *mac_words(struct link_making *m, const uint8_t *mac)
{
	return mac ? arena_printf(m->arena,
				  " address %02x:%02x:%02x:%02x:%02x:%02x",
				  mac[0], mac[1], mac[2], mac[3], mac[4],
				  mac[5]) :
		     "";
}

static const char *mtu_words(struct link_making *m)
{
	return m->args->mtu ? arena_printf(m->arena, " mtu %u", m->args->mtu) :
			      "";
}

static bool is_apart(const struct site *a, const struct site *b)
{
	return a != b;
}

static int explain_pair(int ret, struct kist_error *err)
{
	if (ret == -EPERM)
		err_cause(err, KIST_CAUSE_NET_ADMIN_BOTH, NULL, NULL);
	return ret;
}

static int make_pair(struct link_making *m, struct tip a, struct tip b,
		     struct kist_error *err)
{
	bool apart = is_apart(a.place, b.place);
	struct link_new args = {
		.kind = "veth",
		.name = a.name,
		.ns_fd = -1,
		.mac = a.mac,
		.mtu = m->args->mtu,
		.peer_name = b.name,
		.peer_ns_fd = apart ? b.place->ns_fd : -1,
		.peer_mac = b.mac,
	};
	int ret;

	/* Asked in the caller's namespace, if one of them is: ip(8) has a
	 * word for the others. */
	if (b.place->is_ours && apart)
		return make_pair(m, b, a, err);
	if (trace_step(m->trace, NULL,
		       "%s link add name %s%s%s type veth peer name %s%s%s%s%s",
		       a.place->ip, trace_word(a.name), mtu_words(m),
		       mac_words(m, a.mac), trace_word(b.name), mtu_words(m),
		       mac_words(m, b.mac), apart ? " netns " : "",
		       apart ? b.place->netns : "")) {
		ret = link_make(&a.place->nl, &args, err);
		if (ret < 0)
			return explain_pair(ret, err);
	}
	note(m, (struct link_undo){ .kind = UNDO_LINK,
				    .place = a.place,
				    .device = a.name });
	return 0;
}

/* ---- one device ---- */

static const char *kind_words(struct link_making *m)
{
	const struct kist_link *args = m->args;
	const char *name = m->rule->name;
	const char *mode = "", *id = "", *remote = "", *through = "";

	if (args->mode)
		mode = arena_printf(m->arena, " mode %s", args->mode);
	if (m->rule->max_id)
		id = arena_printf(m->arena, " id %u", args->id);
	if (args->remote)
		remote = arena_printf(m->arena, " remote %s", args->remote);
	if (strcmp(name, "vxlan") != 0)
		return arena_printf(m->arena, "%s%s%s", name, mode, id);
	if (m->parent)
		through = arena_printf(m->arena, " dev %s",
				       trace_word(m->parent));
	return arena_printf(m->arena, "%s%s%s%s dstport %u", name, id, remote,
			    through, args->port ? args->port : 4789);
}

static int make_tun(struct link_making *m, struct link_side *side,
		    struct kist_error *err)
{
	bool is_tap = strcmp(m->rule->name, "tap") == 0;
	const char *user =
		m->args->has_owner ?
			arena_printf(m->arena, " user %u", m->args->owner) :
			"";
	int ret;

	if (trace_step(m->trace, NULL, "%s tuntap add dev %s mode %s%s",
		       side->place->place.ip, trace_word(side->name),
		       m->rule->name, user)) {
		ret = link_make_tun(
			side->place->place.ns_fd, side->name, is_tap,
			m->args->has_owner ? (int64_t)m->args->owner : -1, err);
		if (ret < 0)
			return ret;
	}
	note(m, (struct link_undo){ .kind = UNDO_LINK,
				    .place = &side->place->place,
				    .device = side->name });
	if (!side->mac && !m->args->mtu)
		return 0;
	return site_set(&side->place->place, side->name,
			&(struct link_change){ .mac = side->mac,
					       .mtu = m->args->mtu },
			m->trace, err);
}

static int parent_index(struct link_making *m, int *ret_index,
			struct kist_error *err)
{
	struct link link;
	int ret;

	*ret_index = 0;
	if (!m->parent)
		return 0;
	ret = link_find(&m->parent_place.place.nl, m->parent, &link, err);
	*ret_index = link.index;
	return ret;
}

/*
 * A device with a parent is made where the parent is, and put where it
 * belongs. Kernels before 6.13 refuse a name that is in use where it is made,
 * so then it gets its name there.
 */
static int make_device(struct link_making *m, struct link_side *side,
		       struct kist_error *err)
{
	struct site *to = &side->place->place;
	struct site *from = m->parent ? &m->parent_place.place : to;
	bool apart = m->parent &&
		     (to->ns_fd < 0 || ns_is_same(from->ns_fd, to->ns_fd) != 1);
	bool clashes = apart && site_has_device(from, side->name) == 1;
	const char *name = clashes ?
				   arena_printf(m->arena, "kist%d", getpid()) :
				   side->name;
	struct link_new args = { .kind = m->rule->name,
				 .name = name,
				 .ns_fd = apart ? to->ns_fd : -1,
				 .mtu = m->args->mtu,
				 .mac = side->mac,
				 .mode = m->args->mode,
				 .id = m->args->id,
				 .remote = m->remote,
				 .port = m->args->port,
				 .peer_ns_fd = -1 };
	bool is_link = m->parent && strcmp(m->rule->name, "vxlan") != 0;
	int ret = parent_index(m, &args.parent, err);

	if (ret < 0)
		return ret;
	if (trace_step(m->trace, NULL,
		       "%s link add %s%s%sname %s%s%s%s%s type %s", from->ip,
		       is_link ? "link " : "",
		       is_link ? trace_word(m->parent) : "", is_link ? " " : "",
		       trace_word(name), mtu_words(m), mac_words(m, side->mac),
		       apart ? " netns " : "", apart ? to->netns : "",
		       kind_words(m))) {
		ret = link_make(&from->nl, &args, err);
		if (ret < 0)
			return ret;
	}
	note(m, (struct link_undo){
			.kind = UNDO_LINK, .place = to, .device = name });
	if (!clashes)
		return 0;
	ret = site_rename(to, name, side->name, m->trace, err);
	if (ret == 0 && m->undo_count > 0)
		m->undo[m->undo_count - 1].device = side->name;
	return ret;
}

/* ---- all of it ---- */

static int make_places(struct link_making *m, struct kist_error *err)
{
	const struct link_place *owner = NULL;
	char *told = NULL;
	int ret = 0;

	for (size_t i = 0; i < m->place_count; i++)
		if (!m->places[i].is_new)
			owner = &m->places[i];
	for (size_t i = 0; ret == 0 && i < m->place_count; i++) {
		if (!m->places[i].is_new)
			continue;
		ret = link_place_make(m->kist, &m->places[i], owner, &told,
				      m->arena, m->trace, err);
		owner = owner ? owner : &m->places[i];
	}
	return ret;
}

static int make_devices(struct link_making *m, struct kist_error *err)
{
	struct link_side *s = m->sides;
	struct site *hub = &s[0].place->place;
	int ret = 0;

	if (m->rule->is_pair && !m->is_hub)
		return make_pair(m, (struct tip){ hub, s[0].name, s[0].mac },
				 (struct tip){ &s[1].place->place, s[1].name,
					       s[1].mac },
				 err);
	if (strcmp(m->rule->base, "tun") == 0 ||
	    strcmp(m->rule->base, "tap") == 0)
		return make_tun(m, s, err);
	if (!m->is_hub)
		return make_device(m, s, err);
	if (!m->is_old_hub) {
		const struct link_rule *rule = m->rule;
		static const struct link_rule bridge = { .name = "bridge",
							 .base = "br" };

		m->rule = &bridge;
		ret = make_device(m, s, err);
		m->rule = rule;
	}
	for (size_t i = 1; ret == 0 && i < m->count; i++) {
		ret = make_pair(m, (struct tip){ hub, s[i].port, NULL },
				(struct tip){ &s[i].place->place, s[i].name,
					      s[i].mac },
				err);
		if (ret == 0)
			ret = site_set_master(hub, s[i].port, s[0].name,
					      m->trace, err);
		if (ret == 0)
			ret = site_up(hub, s[i].port, m->trace, err);
	}
	return ret;
}

static int dress(struct link_making *m, struct link_side *side,
		 struct kist_error *err)
{
	struct site *place = &side->place->place;
	bool is_old = side == m->sides && m->is_old_hub;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < side->end.count; i++) {
		ret = site_add_address(place, side->name,
				       &side->end.addresses[i], m->trace, err);
		if (ret == 0 && is_old)
			note(m, (struct link_undo){
					.kind = UNDO_ADDRESS,
					.place = place,
					.device = side->name,
					.address = &side->end.addresses[i] });
	}
	if (ret < 0 || is_old)
		return ret;
	return site_up(place, side->name, m->trace, err);
}

static int make_all(struct link_making *m, struct kist_error *err)
{
	int ret = make_places(m, err);

	if (ret == 0)
		ret = make_devices(m, err);
	for (size_t i = 0; ret == 0 && i < m->count; i++)
		ret = dress(m, &m->sides[i], err);
	for (size_t i = 0; ret == 0 && i < m->route_count; i++) {
		struct link_route *r = &m->routes[i];

		ret = site_add_route(&r->side->place->place, r->side->name,
				     &r->dest, &r->gateway, m->trace, err);
		if (ret == 0)
			note(m, (struct link_undo){
					.kind = UNDO_ROUTE,
					.place = &r->side->place->place,
					.device = r->side->name,
					.route = r });
	}
	return ret;
}

static size_t most_steps(const struct link_making *m)
{
	size_t steps = m->count + 1 + m->route_count;

	for (size_t i = 0; i < m->count; i++)
		steps += m->sides[i].end.count;
	return steps;
}

static int make_link(struct link_making *m, struct kist_error *err)
{
	int ret = link_check_words(m, err);

	if (ret == 0)
		ret = link_check_places(m, err);
	if (ret == 0)
		ret = link_check_routes(m, err);
	if (ret == 0)
		ret = link_choose_names(m, err);
	if (ret < 0)
		return ret;
	m->undo = ARENA_ARRAY(m->arena, struct link_undo, most_steps(m));
	if (!m->undo || arena_failed(m->arena))
		return err_nomem(err);
	ret = make_all(m, err);
	if (ret < 0)
		undo_all(m);
	return ret;
}

int kist_link_make(const struct kist *kist, const struct kist_link *args,
		   const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct link_making m = {
		.kist = kist,
		.args = args,
		.trace = trace,
		.arena = &arena,
		.parent_place.place = { .ns_fd = -1, .nl = NETLINK_NONE },
	};
	int ret;

	arena_init(&arena);
	ret = make_link(&m, err);
	for (size_t i = 0; i < m.place_count; i++)
		site_close(&m.places[i].place);
	site_close(&m.parent_place.place);
	return ret;
}

int kist_link_remove(const struct kist *kist, const char *device,
		     const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct link_place at;
	const char *name, *target;
	struct link link;
	int ret;

	arena_init(&arena);
	ret = link_device_parse(device, &arena, &name, &target, err);
	if (ret == 0)
		ret = link_place_find(kist, target ? target : ".", false,
				      &arena, &at, err);
	if (ret < 0)
		return ret;
	ret = link_find(&at.place.nl, name, &link, err);
	if (ret < 0)
		err_while(err, "%s", at.place.label);
	else if (!link.kind[0])
		ret = err_set(err, KIST_E_LINK_FIXED,
			      "'%s' is %s: it cannot be removed", name,
			      strcmp(name, "lo") == 0 ? "the loopback device" :
							"hardware");
	else
		ret = link_place_check(&at, err);
	if (ret == 0)
		ret = site_remove(&at.place, name, trace, err);
	site_close(&at.place);
	return ret;
}
