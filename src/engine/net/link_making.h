/* SPDX-License-Identifier: Apache-2.0 */
/**
 * link_making.h - what the files link_*.c share while a link is made
 *
 * How it works
 * ============
 * First everything is read and checked that can be known before (link_check.c,
 * link_names.c), then it is made step by step (link_make.c). Each step that
 * would outlast a failure leaves a note of how to undo it.
 */
#ifndef ENGINE_NET_LINK_MAKING_H
#define ENGINE_NET_LINK_MAKING_H

#include <kist/link.h>

#include "engine/net/link_end.h"
#include "engine/net/link_place.h"

#define LINK_ENDS_MAX 64

/**
 * struct link_rule - what the devices of a kind are made of
 * @base:	how they are called: "dummy" for "dummy0"
 * @max_id:	0: no id
 * @is_pair:	two ends
 */
struct link_rule {
	const char *name, *base;
	bool needs_parent, may_have_parent, is_pair;
	uint32_t min_id, max_id;
};

/**
 * struct link_side - one end, known in full
 * @name:	of its device
 * @port:	with a bridge: of the other end of the pair, in its place
 * @mac:	or NULL
 */
struct link_side {
	struct link_end end;
	struct link_place *place;
	const char *name, *port;
	const uint8_t *mac;
};

/* One route that a side gets. */
struct link_route {
	struct link_side *side;
	struct address dest, gateway;
};

enum link_undo_kind { UNDO_LINK, UNDO_ADDRESS, UNDO_ROUTE };

struct link_undo {
	enum link_undo_kind kind;
	struct site *place;
	const char *device;
	const struct address *address;
	const struct link_route *route;
};

/**
 * struct link_making - one link in the making
 * @is_hub:	the first side is a bridge, the others are joined by it
 * @is_old_hub:	which is there already
 * @remote:	family 0: none
 */
struct link_making {
	const struct kist *kist;
	const struct kist_link *args;
	const struct kist_trace *trace;
	struct arena *arena;

	const struct link_rule *rule;
	bool is_hub, is_old_hub;
	struct link_side *sides;
	size_t count;
	struct link_place *places; /* each once */
	size_t place_count;
	struct link_route *routes;
	size_t route_count;
	const char *parent;
	struct link_place parent_place;
	struct address remote;

	struct link_undo *undo;
	size_t undo_count;
};

/* The words of @args: kind, ends, hardware addresses, routes. */
MUST_CHECK int link_check_words(struct link_making *m, struct kist_error *err);
/* Find the places; see that addresses do not collide. */
MUST_CHECK int link_check_places(struct link_making *m, struct kist_error *err);
/* Who gets which route. */
MUST_CHECK int link_check_routes(struct link_making *m, struct kist_error *err);
/* Give every device a name that is free. */
MUST_CHECK int link_choose_names(struct link_making *m, struct kist_error *err);

#endif
