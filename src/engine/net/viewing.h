/* SPDX-License-Identifier: Apache-2.0 */
/* viewing.h - what the parts of kist_net_view() share */
#ifndef ENGINE_NET_VIEWING_H
#define ENGINE_NET_VIEWING_H

#include <kist/net.h>

#include "engine/net/spaces.h"
#include "kernel/link.h"
#include "kernel/neighbour.h"
#include "kernel/route.h"

/**
 * struct inner - a namespace as it was read
 * @space:	whose
 * @nsids:	inode number of the namespace behind each nsid; read when first
 *		needed
 */
struct inner {
	const struct space *space;
	struct netlink nl;
	bool is_open, has_nsids;
	struct link *links;
	struct address_of *addresses;
	struct route *routes;
	size_t link_count, address_count, route_count;
	struct nsid {
		int32_t id;
		uint64_t ino;
	} * nsids;
	size_t nsid_count;
};

struct viewing {
	struct spaces spaces;
	struct inner *inner; /* one a space */
};

const struct link *viewing_link(const struct inner *inner, int index);
/* Which namespace @inner knows by that number. NULL: it cannot be found. */
struct inner *viewing_behind(struct viewing *v, struct inner *inner,
			     int32_t nsid);

/* The parts of a namespace that is shown, in the arena of the spaces. */
void view_links(struct viewing *v, struct inner *inner,
		struct kist_net_space *out);
void view_sockets(struct viewing *v, struct inner *inner,
		  struct kist_net_space *out);
void view_routes(struct viewing *v, struct inner *inner, bool is_whole,
		 struct kist_net_space *out);
void view_details(struct viewing *v, struct inner *inner,
		  struct kist_net_space *out);

#endif
