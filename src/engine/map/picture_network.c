/* SPDX-License-Identifier: Apache-2.0 */
/*
 * picture_network.c - how network namespaces are wired: bridges as bars, devices
 * as plugs, cables between, doors where a port is published
 */
#include <string.h>

#include "engine/map/picture.h"

#define COLUMNS 4
#define GAP 14
#define INDENT 22
#define CARD_W ((PICTURE_INNER - INDENT - (COLUMNS - 1) * GAP) / COLUMNS)
#define CARD_H 62
#define CABLE 16 /* between a bar and its cards, and row and row */
#define FEW 24	 /* cards on one bar */
#define PORTS 24

static const struct kist_map_device *find_device(const struct kist_map *map,
						 uint64_t ns, int index)
{
	for (size_t i = 0; ns && index && i < map->device_count; i++)
		if (map->devices[i].ns == ns && map->devices[i].index == index)
			return &map->devices[i];
	return NULL;
}

static bool is_type(const struct kist_map_device *device, const char *type)
{
	return device->type && strcmp(device->type, type) == 0;
}

static bool is_loopback(const struct kist_map_device *device)
{
	return is_type(device, "loopback") || strcmp(device->name, "lo") == 0;
}

static uint64_t host_net(const struct kist_map *map)
{
	for (size_t i = 0; i < map->ns_count; i++)
		if (map->namespaces[i].is_initial &&
		    map->namespaces[i].kind == KIST_NS_NET)
			return map->namespaces[i].ino;
	return 0;
}

/* The bar that a device is plugged into: the bridge of its other end, or the
 * device it lies on. NULL: none. */
static const struct kist_map_device *
bar_of(const struct kist_map *map, const struct kist_map_device *device)
{
	const struct kist_map_device *peer;

	if (is_loopback(device) || is_type(device, "bridge") || device->master)
		return NULL;
	peer = find_device(map, device->peer_ns, device->peer);
	if (!peer)
		return NULL;
	if (peer->master)
		return find_device(map, peer->ns, peer->master);
	return is_type(device, "veth") ? NULL : peer;
}

/* The far end of a cable that leads to no bar. */
static const struct kist_map_device *
far_end(const struct kist_map *map, const struct kist_map_device *device)
{
	const struct kist_map_device *peer;

	if (!is_type(device, "veth") || device->master)
		return NULL;
	peer = find_device(map, device->peer_ns, device->peer);
	return peer && !peer->master ? peer : NULL;
}

/* ---- cards ---- */

static const struct kist_map_port *first_port(const struct kist_map *map,
					      uint64_t ns, size_t *ret_count)
{
	const struct kist_map_port *first = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < map->port_count; i++)
		if (map->ports[i].ns == ns) {
			first = first ? first : &map->ports[i];
			++*ret_count;
		}
	return first;
}

static const char *port_text(struct picture *p,
			     const struct kist_map_port *port)
{
	return arena_printf(p->arena, "%u → %u/%s", port->host_port, port->port,
			    port->protocol ? port->protocol : "tcp");
}

static void draw_card(struct picture *p, uint64_t ns,
		      const struct kist_map_device *device, int x, int y)
{
	size_t count;
	const struct kist_map_port *port = first_port(p->map, ns, &count);
	int at = x + 24, room = CARD_W - 20;

	picture_add(p, MARK_CARD, ns == host_net(p->map) ? "host" : "card", x,
		    y, CARD_W, CARD_H);
	picture_text(p, "strong", 13, x + 10, y + 4, room,
		     picture_ns_title(p, ns));
	if (device) {
		picture_add(p, MARK_CELL, device->is_up ? "plug" : "unplugged",
			    x + 11, y + 29, 8, 8);
		at += picture_text(p, "plain", 12, at, y + 23, 90,
				   device->name) +
		      7;
		picture_text(p, "soft", 12, at, y + 23, x + CARD_W - 8 - at,
			     device->addresses);
	}
	if (port)
		picture_text(p, "door", 12, x + 10, y + 41, room,
			     count == 1 ?
				     port_text(p, port) :
				     arena_printf(p->arena, "%s and %zu more",
						  port_text(p, port),
						  count - 1));
}

static int card_x(size_t column)
{
	return PICTURE_MARGIN + INDENT + (int)column * (CARD_W + GAP);
}

/* ---- the outside ---- */

static void draw_host(struct picture *p)
{
	const struct kist_map *map = p->map;
	uint64_t host = host_net(map);
	int x = PICTURE_MARGIN + 14, top = p->y;

	picture_add(p, MARK_CARD, "host", PICTURE_MARGIN, top, PICTURE_INNER,
		    34);
	x += picture_text(p, "strong", 13, x, top + 7, 200,
			  map->machine ? map->machine : "the host") +
	     20;
	for (size_t i = 0; i < map->device_count; i++) {
		const struct kist_map_device *device = &map->devices[i];
		int room = PICTURE_WIDTH - PICTURE_MARGIN - 10 - x;

		if (device->ns != host || is_loopback(device) ||
		    is_type(device, "bridge") || is_type(device, "veth") ||
		    device->master || room < 160)
			continue;
		picture_add(p, MARK_CELL, device->is_up ? "plug" : "unplugged",
			    x, top + 14, 8, 8);
		x += 14;
		x += picture_text(p, "plain", 12, x, top + 8, 100,
				  device->name) +
		     8;
		x += picture_text(p, "soft", 12, x, top + 8,
				  room < 380 ? room - 120 : 260,
				  device->addresses) +
		     22;
	}
	p->y += 34 + CABLE;
}

static void draw_ports(struct picture *p)
{
	const struct kist_map *map = p->map;
	size_t shown = map->port_count < PORTS ? map->port_count : PORTS;
	int width = PICTURE_INNER / 4;

	for (size_t i = 0; i < shown; i++) {
		const struct kist_map_port *port = &map->ports[i];
		int x = PICTURE_MARGIN + (int)(i % 4) * width;
		int at = x +
			 picture_text(p, "door", 12, x, p->y, 130,
				      port_text(p, port)) +
			 10;

		picture_text(p, "plain", 12, at, p->y, x + width - 12 - at,
			     port->ns ? picture_ns_title(p, port->ns) :
					"somewhere else");
		if (i % 4 == 3 || i + 1 == shown)
			p->y += 22;
	}
	if (shown < map->port_count) {
		picture_text(p, "soft", 12, PICTURE_MARGIN, p->y, 400,
			     arena_printf(p->arena,
					  "and %zu more published ports",
					  map->port_count - shown));
		p->y += 22;
	}
	p->y += map->port_count ? 12 : 0;
}

/* ---- bars ---- */

static size_t on_bar(const struct kist_map *map,
		     const struct kist_map_device *bar,
		     const struct kist_map_device **ret_list, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < map->device_count; i++)
		if (bar_of(map, &map->devices[i]) == bar) {
			if (count < max)
				ret_list[count] = &map->devices[i];
			count++;
		}
	return count;
}

static void draw_bar(struct picture *p, const struct kist_map_device *bar,
		     size_t count)
{
	int x = PICTURE_MARGIN + 14;
	const char *where = arena_printf(p->arena, "in %s · %zu cable%s",
					 picture_ns_title(p, bar->ns), count,
					 count == 1 ? "" : "s");
	int end = PICTURE_WIDTH - PICTURE_MARGIN - 14 -
		  picture_text_width(where, "onbar", 12);

	if (end < PICTURE_WIDTH / 2)
		end = PICTURE_WIDTH / 2;
	picture_add(p, MARK_BAR, "bar", PICTURE_MARGIN, p->y, PICTURE_INNER,
		    28);
	x += picture_text(p, "onbar strong", 13, x, p->y + 4, 160, bar->name) +
	     12;
	picture_text(p, "onbar", 12, x, p->y + 5, end - x - 20, bar->addresses);
	picture_text(p, "onbar", 12, end, p->y + 5,
		     PICTURE_WIDTH - PICTURE_MARGIN - 8 - end, where);
	p->y += 28;
}

/* A rail down the left, one along each row, a stub to each plug. */
static void draw_rail(struct picture *p, int top, size_t shown)
{
	int left = PICTURE_MARGIN + 8;
	size_t rows = (shown + COLUMNS - 1) / COLUMNS;

	for (size_t row = 0; row < rows; row++) {
		size_t in_row = shown - row * COLUMNS < COLUMNS ?
					shown - row * COLUMNS :
					COLUMNS;
		int y = top + (int)row * (CARD_H + CABLE) + CABLE / 2;

		picture_line(p, "wire", left, row ? y - CARD_H - CABLE : top,
			     left, y);
		picture_line(p, "wire", left, y, card_x(in_row - 1) + 15, y);
		for (size_t i = 0; i < in_row; i++)
			picture_line(p, "wire", card_x(i) + 15, y,
				     card_x(i) + 15, y + CABLE / 2);
	}
}

static void draw_hub(struct picture *p, const struct kist_map_device *bar)
{
	const struct kist_map_device *list[FEW];
	size_t count = on_bar(p->map, bar, list, FEW);
	size_t shown = count < FEW ? count : FEW;

	draw_bar(p, bar, count);
	draw_rail(p, p->y, shown);
	for (size_t i = 0; i < shown; i++)
		draw_card(p, list[i]->ns, list[i], card_x(i % COLUMNS),
			  p->y + CABLE + (int)(i / COLUMNS) * (CARD_H + CABLE));
	p->y += (int)((shown + COLUMNS - 1) / COLUMNS) * (CARD_H + CABLE);
	if (shown < count) {
		p->y += 8;
		picture_text(p, "soft", 12, PICTURE_MARGIN + INDENT, p->y, 400,
			     arena_printf(p->arena, "and %zu more",
					  count - shown));
		p->y += 18;
	}
	p->y += 22;
}

/* A bridge, or what something else lies on. */
static bool is_bar(const struct kist_map *map,
		   const struct kist_map_device *device)
{
	return is_type(device, "bridge") || on_bar(map, device, NULL, 0) > 0;
}

/* ---- cables, and those without ---- */

static void draw_cable(struct picture *p, const struct kist_map_device *near,
		       const struct kist_map_device *far)
{
	int y = p->y + CARD_H / 2;

	draw_card(p, near->ns, near, card_x(0), p->y);
	picture_line(p, "wire", card_x(0) + CARD_W, y, card_x(1), y);
	draw_card(p, far->ns, far, card_x(1), p->y);
	p->y += CARD_H + CABLE;
}

static void draw_cables(struct picture *p)
{
	const struct kist_map *map = p->map;
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < map->device_count; i++) {
		const struct kist_map_device *near = &map->devices[i];
		const struct kist_map_device *far = far_end(map, near);

		/* Each once: from the host's end, else from the first. */
		if (!far || (near->ns != host_net(map) &&
			     (far->ns == host_net(map) || far < near)))
			continue;
		if (shown++ < FEW)
			draw_cable(p, near, far);
		else
			more++;
	}
	if (more) {
		picture_text(p, "soft", 12, PICTURE_MARGIN + INDENT, p->y, 400,
			     arena_printf(p->arena, "and %zu more cables",
					  more));
		p->y += 26;
	}
}

static bool is_wired(const struct kist_map *map, uint64_t ns)
{
	for (size_t i = 0; i < map->device_count; i++) {
		const struct kist_map_device *device = &map->devices[i];

		if (device->ns == ns &&
		    (bar_of(map, device) || far_end(map, device)))
			return true;
	}
	return false;
}

static const struct kist_map_device *other_way(const struct kist_map *map,
					       uint64_t ns)
{
	for (size_t i = 0; i < map->device_count; i++)
		if (map->devices[i].ns == ns && !is_loopback(&map->devices[i]))
			return &map->devices[i];
	return NULL;
}

static void draw_unwired(struct picture *p)
{
	const struct kist_map *map = p->map;
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < map->ns_count; i++) {
		const struct kist_map_ns *ns = &map->namespaces[i];

		if (ns->kind != KIST_NS_NET || ns->is_initial ||
		    is_wired(map, ns->ino))
			continue;
		if (shown >= FEW) {
			more++;
			continue;
		}
		if (!shown) {
			picture_text(p, "part", 12, PICTURE_MARGIN, p->y, 500,
				     "without a cable");
			p->y += 24;
		}
		draw_card(p, ns->ino, other_way(map, ns->ino),
			  card_x(shown % COLUMNS),
			  p->y + (int)(shown / COLUMNS) * (CARD_H + CABLE));
		shown++;
	}
	p->y += (int)((shown + COLUMNS - 1) / COLUMNS) * (CARD_H + CABLE);
	if (more) {
		picture_text(p, "soft", 12, PICTURE_MARGIN + INDENT, p->y, 400,
			     arena_printf(p->arena, "and %zu more", more));
		p->y += 24;
	}
}

void picture_network(struct picture *p)
{
	const struct kist_map *map = p->map;

	if (!map->device_count)
		return;
	picture_heading(p, "Network",
			"bars are bridges, squares are plugs, lines are "
			"cables; a number is a door to the outside");
	p->y += 4;
	draw_host(p);
	draw_ports(p);
	for (size_t i = 0; i < map->device_count; i++)
		if (is_bar(map, &map->devices[i]))
			draw_hub(p, &map->devices[i]);
	draw_cables(p);
	draw_unwired(p);
}
