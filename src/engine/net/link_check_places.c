/* SPDX-License-Identifier: Apache-2.0 */
/* link_check_places.c - where a link's ends are, and whether their addresses
 * can be there */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "engine/net/link_making.h"
#include "kernel/ns.h"

/* ---- places ---- */

static bool is_same_place(const struct link_place *a,
			  const struct link_place *b)
{
	if (a->is_new || b->is_new)
		return a->is_new && b->is_new && strcmp(a->word, b->word) == 0;
	return ns_is_same(a->place.ns_fd, b->place.ns_fd) == 1;
}

static int find_place(struct link_making *m, struct link_side *side,
		      struct kist_error *err)
{
	struct link_place *place = &m->places[m->place_count];
	int ret = link_place_find(m->kist, side->end.target, true, m->arena,
				  place, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < m->place_count; i++) {
		if (!is_same_place(&m->places[i], place))
			continue;
		site_close(&place->place);
		side->place = &m->places[i];
		return 0;
	}
	m->place_count++;
	side->place = place;
	return link_place_check(place, err);
}

static int find_parent(struct link_making *m, struct kist_error *err)
{
	const char *target;
	int ret;

	if (!m->args->parent)
		return 0;
	ret = link_device_parse(m->args->parent, m->arena, &m->parent, &target,
				err);
	if (ret == 0)
		ret = link_place_find(m->kist, target ? target : ".", false,
				      m->arena, &m->parent_place, err);
	if (ret == 0)
		ret = site_has_device(&m->parent_place.place, m->parent);
	if (ret == 0) {
		err_set(err, KIST_E_LINK_UNKNOWN, "%s has no device '%s'",
			m->parent_place.place.label, m->parent);
		return -ENODEV;
	}
	return ret < 0 ? ret : 0;
}

/* The first side is a bridge if it is to be one, or is one already. */
static int find_hub(struct link_making *m, struct kist_error *err)
{
	struct link_side *hub = &m->sides[0];
	struct link link;
	int ret;

	if (!hub->end.device || !(m->is_hub || m->rule->is_pair) ||
	    hub->place->is_new)
		return 0;
	ret = site_has_device(&hub->place->place, hub->end.device);
	if (ret <= 0)
		return ret;
	ret = link_find(&hub->place->place.nl, hub->end.device, &link, err);
	if (ret < 0)
		return ret;
	if (strcmp(link.kind, "bridge") == 0) {
		m->is_hub = m->is_old_hub = true;
		return 0;
	}
	if (!m->is_hub)
		return 0; /* its name is in use: link_names.c says so */
	err_set(err, KIST_E_LINK_EXISTS,
		"'%s' of %s is not a bridge: it cannot join the others",
		hub->end.device, hub->place->place.label);
	err_hint(err,
		 "name a bridge, or another name for a new one: br0@TARGET");
	return -EEXIST;
}

/* ---- addresses ---- */

static int twice(const struct address *address, const struct link_side *a,
		 const struct link_side *b, struct kist_error *err)
{
	char text[ADDRESS_TEXT];

	address_format(address, false, text);
	return err_set(err, KIST_E_ADDRESS_TAKEN,
		       a == b ? "'%s' has address %s twice" :
				"'%s' and another end have the same address %s",
		       a->end.word, text);
}

static int compare(const struct link_side *a, const struct address *x,
		   const struct link_side *b, const struct address *y,
		   struct kist_error *err)
{
	char text[ADDRESS_TEXT];
	struct address subnet;

	if (address_is_same(x, y))
		return twice(x, a, b, err);
	if (a == b || a->place != b->place || !address_overlaps(x, y))
		return 0;
	subnet = address_subnet(x);
	address_format(&subnet, true, text);
	return err_set(err, KIST_E_ADDRESS_TAKEN,
		       "'%s' and '%s' are in one namespace, and would have one "
		       "subnet %s on two devices",
		       a->end.word, b->end.word, text);
}

/* Among the ends themselves. */
static int check_among(const struct link_making *m, struct kist_error *err)
{
	int ret = 0;

	for (size_t a = 0; a < m->count; a++)
		for (size_t b = a; b < m->count; b++)
			for (size_t i = 0; i < m->sides[a].end.count; i++)
				for (size_t j = b == a ? i + 1 : 0;
				     ret == 0 && j < m->sides[b].end.count; j++)
					ret = compare(
						&m->sides[a],
						&m->sides[a].end.addresses[i],
						&m->sides[b],
						&m->sides[b].end.addresses[j],
						err);
	return ret;
}

static int check_against_place(const struct link_making *m,
			       const struct link_side *side,
			       struct kist_error *err)
{
	const char *device =
		side == m->sides && m->is_old_hub ? side->end.device : NULL;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < side->end.count; i++)
		ret = site_check_address(&side->place->place, device,
					 &side->end.addresses[i], err);
	return ret;
}

static bool has_shared_subnet(const struct link_end *a,
			      const struct link_end *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			if (address_has(&a->addresses[i], &b->addresses[j]) &&
			    address_has(&b->addresses[j], &a->addresses[i]))
				return true;
	return false;
}

/* Two ends that would never hear of each other are a mistyped line. */
static int check_reach(const struct link_making *m, struct kist_error *err)
{
	const struct link_end *a = &m->sides[0].end, *b;
	int ret;

	if (!m->rule->is_pair || m->args->routes)
		return 0;
	for (size_t i = 1; i < m->count; i++) {
		b = &m->sides[i].end;
		if (!a->count || !b->count || has_shared_subnet(a, b))
			continue;
		ret = err_set(err, KIST_E_ADDRESS,
			      "'%s' and '%s' are in different subnets: they "
			      "would not reach each other",
			      a->word, b->word);
		err_hint(err, "give both addresses of one subnet, or say "
			      "with --route what is reached through what");
		return ret;
	}
	return 0;
}

int link_check_places(struct link_making *m, struct kist_error *err)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < m->count; i++)
		ret = find_place(m, &m->sides[i], err);
	if (ret == 0)
		ret = find_parent(m, err);
	if (ret == 0)
		ret = find_hub(m, err);
	if (ret == 0)
		ret = check_among(m, err);
	for (size_t i = 0; ret == 0 && i < m->count; i++)
		ret = check_against_place(m, &m->sides[i], err);
	return ret == 0 ? check_reach(m, err) : ret;
}

/* ---- routes ---- */

static const struct address *first_of(const struct link_end *end, int family)
{
	for (size_t i = 0; i < end->count; i++)
		if (end->addresses[i].family == family)
			return &end->addresses[i];
	return NULL;
}

static bool can_reach(const struct link_end *end, const struct address *gateway)
{
	bool can = false;

	for (size_t i = 0; i < end->count; i++) {
		if (address_is_same(&end->addresses[i], gateway))
			return false;
		can = can || address_has(&end->addresses[i], gateway);
	}
	return can;
}

/* For every side that has the gateway in its subnet. Return: how many, or a
 * negative errno. */
static int route_through(struct link_making *m, const struct address *dest,
			 const struct address *gateway, size_t first,
			 struct kist_error *err)
{
	int found = 0;

	for (size_t i = first; i < m->count; i++) {
		struct link_side *side = &m->sides[i];

		if (!can_reach(&side->end, gateway))
			continue;
		if (!m->routes)
			return err_nomem(err);
		m->routes[m->route_count++] = (struct link_route){
			.side = side, .dest = *dest, .gateway = *gateway
		};
		found++;
	}
	return found;
}

/* Through the first end, with its address of the same family. */
static int route_through_first(struct link_making *m,
			       const struct address *dest, const char *word,
			       struct kist_error *err)
{
	const struct address *gateway =
		first_of(&m->sides[0].end, dest->family);
	int found = gateway ? route_through(m, dest, gateway, 1, err) : 0;

	if (found == 0 && word) {
		err_set(err, KIST_E_LINK_ARGS,
			"route '%s' leads through the first end, but '%s' %s",
			word, m->sides[0].end.word,
			gateway ? "is in nobody's subnet" :
				  "has no such address");
		return -EINVAL;
	}
	return found;
}

static int default_route(struct link_making *m, struct kist_error *err)
{
	const struct address v4 = { .family = AF_INET };
	const struct address v6 = { .family = AF_INET6 };
	int found = route_through_first(m, &v4, NULL, err);
	int more = found < 0 ? found : route_through_first(m, &v6, NULL, err);

	if (more < 0)
		return more;
	if (found + more == 0) {
		err_set(err, KIST_E_LINK_ARGS,
			"a default route leads through the first end, but "
			"'%s' has no address in the subnet of another",
			m->sides[0].end.word);
		return -EINVAL;
	}
	return 0;
}

/* "DEST" or "DEST=GATEWAY" */
static int one_route(struct link_making *m, const char *word,
		     struct kist_error *err)
{
	size_t len = strcspn(word, "=");
	struct address dest = { 0 }, gateway = { 0 };
	bool is_default = len == 7 && strncmp(word, "default", len) == 0;
	int ret;

	if ((word[len] && address_parse(word + len + 1, &gateway) < 0) ||
	    (!is_default && address_parse_n(word, len, &dest) < 0)) {
		err_set(err, KIST_E_LINK_ARGS, "'%s' is not a route", word);
		err_hint(err, "write SUBNET or SUBNET=GATEWAY, such as "
			      "10.0.0.0/8=192.168.1.1");
		return -EINVAL;
	}
	if (is_default)
		dest.family = gateway.family;
	if (is_default && !word[len])
		return default_route(m, err);
	if (!word[len]) {
		ret = route_through_first(m, &dest, word, err);
		return ret < 0 ? ret : 0;
	}
	ret = route_through(m, &dest, &gateway, 0, err);
	if (ret == 0) {
		err_set(err, KIST_E_LINK_ARGS,
			"no end has the gateway of route '%s' in its subnet",
			word);
		return -EINVAL;
	}
	return ret < 0 ? ret : 0;
}

int link_check_routes(struct link_making *m, struct kist_error *err)
{
	const char *const *words = m->args->routes;
	size_t room = 2;
	int ret = 0;

	for (size_t i = 0; words && words[i]; i++)
		room += 2;
	m->routes = ARENA_ARRAY(m->arena, struct link_route, room * m->count);
	if (m->args->default_route)
		ret = default_route(m, err);
	for (size_t i = 0; ret == 0 && words && words[i]; i++)
		ret = one_route(m, words[i], err);
	return ret;
}
