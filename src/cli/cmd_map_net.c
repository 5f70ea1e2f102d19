/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_map_net.c - kist map: the network's links between namespaces
 *
 * A block a network namespace, a line a device; what belongs to a bridge stands
 * below it. The other end of a link is drawn beside it, and then not again.
 */
#include <stdio.h>
#include <string.h>

#include "cli/map_draw.h"

#define SHOWN 6
#define FOLD_FROM 10
#define NAMES 4
#define ADDRESS_WIDTH 19

struct net {
	struct draw *draw;
	const struct kist_map *map;
	bool *drawn, *told; /* devices, ports */
};

static const struct kist_map_device *device_at(const struct kist_map *map,
					       uint64_t ns, int index)
{
	for (size_t i = 0; ns && i < map->device_count; i++)
		if (map->devices[i].ns == ns && map->devices[i].index == index)
			return &map->devices[i];
	return NULL;
}

static size_t number_of(const struct net *n, const struct kist_map_device *d)
{
	return (size_t)(d - n->map->devices);
}

static bool is_loopback(const struct kist_map_device *d)
{
	return strcmp(d->type, "loopback") == 0;
}

/* ---- pieces of a line ---- */

/* Without those every link gives itself. */
static void add_addresses(const struct kist_map_device *d, struct buf *text)
{
	const char *at = d->addresses;

	while (*at) {
		size_t len = strcspn(at, ",");

		if (strncmp(at, "fe80:", 5) != 0) {
			buf_puts(text, text->len ? ", " : "");
			buf_add(text, at, len);
		}
		at += len;
		at += strspn(at, ", ");
	}
}

static void draw_addresses(struct net *n, const struct kist_map_device *d,
			   size_t columns)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	add_addresses(d, &text);
	if (text.len && columns)
		draw_cell(n->draw, DRAW_PLAIN, columns, text.data);
	else if (text.len)
		draw_text(n->draw, DRAW_PLAIN, "%s", text.data);
	else
		draw_to(n->draw, n->draw->at + columns);
}

/* Do both carry the same way, the second the ports behind the first's? */
static bool goes_on(const struct kist_map_port *one,
		    const struct kist_map_port *next)
{
	return one->ns == next->ns && one->host_port + 1 == next->host_port &&
	       one->port + 1 == next->port &&
	       strcmp(one->protocol, next->protocol) == 0 &&
	       strcmp(one->address, next->address) == 0;
}

/* ":8080→80", "10.0.0.1:53-54→5353-5354/udp", of the ports @first to @last. */
static void write_port(const struct net *n, size_t first, size_t last,
		       struct buf *buf)
{
	const struct kist_map_port *one = &n->map->ports[first];
	const struct kist_map_port *end = &n->map->ports[last];
	const bool is_v6 = strchr(one->address, ':');

	buf_printf(buf, "%s%s%s:%u", is_v6 ? "[" : "", one->address,
		   is_v6 ? "]" : "", one->host_port);
	if (first != last)
		buf_printf(buf, "-%u", end->host_port);
	buf_printf(buf, "%s%u", draw_glyph_text(n->draw, GLYPH_INTO),
		   one->port);
	if (first != last)
		buf_printf(buf, "-%u", end->port);
	buf_puts(buf, strcmp(one->protocol, "udp") == 0 ? "/udp" : "");
}

/* "← :8080→80, :53→53/udp"; those that do not fit are on further lines. */
static void draw_ports(struct net *n, uint64_t ns)
{
	struct draw *d = n->draw;
	size_t count = 0, column = d->at + 2, last;

	for (size_t i = 0; i < n->map->port_count; i = last + 1) {
		CLEANUP_BUF struct buf text;

		buf_init(&text);
		last = i;
		if (n->map->ports[i].ns != ns || !ns)
			continue;
		n->told[i] = true;
		while (last + 1 < n->map->port_count &&
		       goes_on(&n->map->ports[last], &n->map->ports[last + 1]))
			n->told[++last] = true;
		write_port(n, i, last, &text);
		if (!text.data)
			continue;
		if (count)
			draw_text(d, DRAW_WARN, ",");
		draw_to(d, count ? d->at + 1 : column);
		column = column > d->width / 2 ? 4 : column;
		draw_room(d, 3 + draw_width(text.data),
			  column + (count ? 2 : 0));
		if (!count++) {
			draw_glyph(d, DRAW_WARN, GLYPH_FROM);
			draw_text(d, DRAW_WARN, " ");
		}
		draw_text(d, DRAW_WARN, "%s", text.data);
	}
}

/* ---- a device ---- */

static void draw_other_end(struct net *n, const struct kist_map_device *d,
			   size_t label_width)
{
	const struct kist_map_device *peer =
		device_at(n->map, d->peer_ns, d->peer);
	CLEANUP_BUF struct buf label;

	buf_init(&label);
	draw_text(n->draw, DRAW_PLAIN, " ");
	draw_glyph(n->draw, DRAW_DIM, GLYPH_LINE);
	draw_text(n->draw, DRAW_PLAIN, " ");
	if (d->peer_ns == d->ns) {
		draw_text(n->draw, DRAW_PLAIN, "%s", peer ? peer->name : "?");
		return;
	}
	map_call(n->draw, KIST_NS_NET, d->peer_ns, 2, &label);
	draw_cell(n->draw, DRAW_NAME, label_width,
		  label.data ? label.data : "");
	draw_text(n->draw, DRAW_PLAIN, " ");
	if (!peer)
		return;
	n->drawn[number_of(n, peer)] = true;
	draw_text(n->draw, DRAW_PLAIN, "%s ", peer->name);
	draw_addresses(n, peer, 0);
	if (!peer->is_up)
		draw_text(n->draw, DRAW_BAD, " down");
	draw_ports(n, d->peer_ns);
}

static size_t label_width(const struct net *n, const struct kist_map_device *d)
{
	CLEANUP_BUF struct buf label;
	size_t width;

	buf_init(&label);
	if (!d->peer_ns || d->peer_ns == d->ns)
		return 0;
	map_call(n->draw, KIST_NS_NET, d->peer_ns, 2, &label);
	width = draw_width(label.data ? label.data : "");
	return width > 24 ? 24 : width;
}

static void draw_device(struct net *n, const struct kist_map_device *d,
			size_t names, size_t labels)
{
	struct draw *draw = n->draw;

	n->drawn[number_of(n, d)] = true;
	draw_cell(draw, d->is_up ? DRAW_PLAIN : DRAW_DIM, names, d->name);
	if (d->peer_ns) {
		draw_other_end(n, d, labels);
	} else if (!is_loopback(d)) {
		draw_text(draw, DRAW_DIM, " %-8s ", d->type);
	} else {
		draw_text(draw, DRAW_PLAIN, " %-8s ", "");
	}
	if (!d->peer_ns || d->peer_ns == d->ns || !d->peer) {
		draw_addresses(n, d, 0);
	} else if (*d->addresses && strncmp(d->addresses, "fe80:", 5) != 0) {
		draw_text(draw, DRAW_DIM, "  (here ");
		draw_addresses(n, d, 0);
		draw_text(draw, DRAW_DIM, ")");
	}
	if (!d->is_up)
		draw_text(draw, DRAW_BAD, " down");
	draw_end(draw);
}

/* Those with a published port first, in the order of their index. */
static bool is_wanted(const struct net *n, const struct kist_map_device *d,
		      bool published)
{
	for (size_t i = 0; i < n->map->port_count; i++)
		if (d->peer_ns && n->map->ports[i].ns == d->peer_ns)
			return published;
	return !published;
}

static bool is_below(const struct kist_map_device *d,
		     const struct kist_map_device *bridge)
{
	return d->ns == bridge->ns && d->master == bridge->index;
}

struct below {
	const struct kist_map_device **list;
	size_t count, names, labels;
};

static void measure(const struct net *n, const struct kist_map_device *d,
		    size_t *names, size_t *labels)
{
	size_t width = strlen(d->name), label = label_width(n, d);

	*names = width > *names ? width : *names;
	*labels = label > *labels ? label : *labels;
}

static struct below find_below(const struct net *n,
			       const struct kist_map_device *bridge)
{
	struct below below = { 0 };

	below.list = calloc(n->map->device_count + 1, sizeof(*below.list));
	for (int published = 1; below.list && published >= 0; published--)
		for (size_t i = 0; i < n->map->device_count; i++) {
			const struct kist_map_device *d = &n->map->devices[i];

			if (!is_below(d, bridge) || !is_wanted(n, d, published))
				continue;
			below.list[below.count++] = d;
			measure(n, d, &below.names, &below.labels);
		}
	return below;
}

static void draw_below(struct net *n, const struct kist_map_device *bridge)
{
	struct below below = find_below(n, bridge);
	bool fold = !n->draw->whole && below.count > FOLD_FROM;
	size_t shown = fold ? SHOWN : below.count;

	for (size_t i = 0; i < shown; i++) {
		draw_text(n->draw, DRAW_PLAIN, "  ");
		draw_branch(n->draw, 0, 0, i + 1 == below.count);
		draw_device(n, below.list[i], below.names, below.labels);
	}
	for (size_t i = shown; i < below.count; i++) {
		const struct kist_map_device *peer = device_at(
			n->map, below.list[i]->peer_ns, below.list[i]->peer);

		n->drawn[number_of(n, below.list[i])] = true;
		if (peer)
			n->drawn[number_of(n, peer)] = true;
	}
	if (fold) {
		draw_text(n->draw, DRAW_PLAIN, "  ");
		draw_branch(n->draw, 0, 0, true);
		draw_glyph(n->draw, DRAW_DIM, GLYPH_TIMES);
		draw_text(n->draw, DRAW_DIM, " %zu more like these",
			  below.count - shown);
		draw_end(n->draw);
	}
	free(below.list);
}

/* ---- a namespace ---- */

/* Is there something to draw but a loopback? */
static size_t left_in(const struct net *n, uint64_t ns)
{
	size_t count = 0;

	for (size_t i = 0; i < n->map->device_count; i++)
		count += n->map->devices[i].ns == ns && !n->drawn[i] &&
			 !is_loopback(&n->map->devices[i]);
	return count;
}

static void draw_space(struct net *n, const struct kist_map_ns *ns)
{
	size_t names = 0, labels = 0;
	CLEANUP_BUF struct buf label;

	buf_init(&label);
	map_call(n->draw, KIST_NS_NET, ns->ino, NAMES, &label);
	draw_text(n->draw, DRAW_NAME, "%s", label.data ? label.data : "");
	draw_text(n->draw, DRAW_DIM, "  net:[%llu]",
		  (unsigned long long)ns->ino);
	draw_ports(n, ns->ino);
	draw_end(n->draw);
	for (size_t i = 0; i < n->map->device_count; i++)
		if (n->map->devices[i].ns == ns->ino &&
		    !n->map->devices[i].master)
			measure(n, &n->map->devices[i], &names, &labels);
	for (size_t i = 0; i < n->map->device_count; i++) {
		const struct kist_map_device *d = &n->map->devices[i];

		if (d->ns != ns->ino || n->drawn[i] ||
		    (d->master && device_at(n->map, d->ns, d->master)))
			continue;
		draw_text(n->draw, DRAW_PLAIN, "  ");
		draw_device(n, d, names, labels);
		draw_below(n, d);
	}
}

/* Those in which nothing was drawn: a loopback is all they have. */
static void draw_alone(struct net *n)
{
	CLEANUP_BUF struct buf text;
	size_t count = 0;

	buf_init(&text);
	for (size_t i = 0; i < n->map->ns_count; i++) {
		const struct kist_map_ns *ns = &n->map->namespaces[i];
		bool has_more = false;

		for (size_t k = 0; k < n->map->device_count; k++)
			has_more = has_more ||
				   (n->map->devices[k].ns == ns->ino &&
				    !is_loopback(&n->map->devices[k]));
		if (ns->kind != KIST_NS_NET || has_more || ns->is_initial)
			continue;
		if (count++ < NAMES * 2) {
			buf_puts(&text, count > 1 ? ", " : "");
			map_call(n->draw, KIST_NS_NET, ns->ino, 2, &text);
		}
	}
	if (!count)
		return;
	draw_text(n->draw, DRAW_DIM, "%zu without a link: ", count);
	draw_text(n->draw, DRAW_PLAIN, "%s%s%s", text.data,
		  count > NAMES * 2 ? ", " : "",
		  count > NAMES * 2 ? draw_glyph_text(n->draw, GLYPH_MORE) :
				      "");
	draw_end(n->draw);
}

/* Into a network without a link, or one that is not known. */
static void draw_other_ports(struct net *n)
{
	for (size_t i = 0; i < n->map->port_count; i++) {
		const struct kist_map_port *port = &n->map->ports[i];
		CLEANUP_BUF struct buf label, text;

		buf_init(&label);
		buf_init(&text);
		if (n->told[i])
			continue;
		if (map_ns(n->draw->names, port->ns))
			map_call(n->draw, KIST_NS_NET, port->ns, 2, &label);
		write_port(n, i, i, &text);
		draw_text(n->draw, DRAW_WARN, "%s", text.data ? text.data : "");
		if (label.len)
			draw_text(n->draw, DRAW_NAME, " %s", label.data);
		draw_text(n->draw, DRAW_DIM, " by %s", port->published_by);
		draw_end(n->draw);
	}
}

void map_draw_net(struct draw *draw, const struct kist_map *map)
{
	struct net n = { .draw = draw, .map = map };

	n.drawn = calloc(map->device_count + 1, sizeof(*n.drawn));
	n.told = calloc(map->port_count + 1, sizeof(*n.told));
	if (!n.drawn || !n.told)
		goto out;
	draw_title(draw, "NETWORK");
	draw_end(draw);
	/* The machine's first: it is where most links lead; then those with
	 * many devices, which are where the others' do. */
	for (size_t least = 3; least > 0; least--)
		for (size_t i = 0; i < map->ns_count; i++) {
			const struct kist_map_ns *ns = &map->namespaces[i];
			size_t left = ns->kind == KIST_NS_NET ?
					      left_in(&n, ns->ino) :
					      0;

			if (left && (ns->is_initial || left >= least))
				draw_space(&n, ns);
		}
	draw_alone(&n);
	draw_other_ports(&n);
out:
	free(n.drawn);
	free(n.told);
}
