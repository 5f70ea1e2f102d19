/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links.c - network devices that a killed kist did not get to their place
 *
 * A device whose name is in use where it is made is made as "kist" with the
 * pid of its maker, and gets its own name afterwards. Devices elsewhere go with
 * their namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "engine/clean/clean.h"
#include "kernel/link.h"
#include "kernel/net_socket.h"

/* Its maker's pid is in its name, and that one has ended. */
static bool is_left(struct cleaning *c, const struct link *link)
{
	char path[32];
	uint32_t pid;

	if (strncmp(link->name, "kist", 4) != 0 || !*link->kind ||
	    num_parse_u32(link->name + 4, &pid) < 0 || !pid)
		return false;
	snprintf(path, sizeof(path), "%u", pid);
	return faccessat(c->proc_fd, path, F_OK, 0) < 0 && errno == ENOENT;
}

static int remove_link(struct cleaning *c, const struct leftover *left,
		       const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;
	struct link link;
	int ret = net_socket_netlink(-1, NETLINK_ROUTE, &nl, err);

	if (ret < 0)
		return ret;
	if (link_find(&nl, left->name, &link, NULL) < 0)
		return 0;
	if (!is_left(c, &link))
		return -EBUSY;
	if (!trace_step(trace, NULL, "ip link del %s", trace_word(left->name)))
		return 0;
	return link_remove(&nl, link.index, err);
}

int clean_find_links(struct cleaning *c, struct kist_error *err)
{
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;
	struct link *links;
	size_t count;

	(void)err;
	if (geteuid() != 0 ||
	    net_socket_netlink(-1, NETLINK_ROUTE, &nl, NULL) < 0 ||
	    link_list(&nl, &c->arena, &links, &count, NULL) < 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		struct leftover left = {
			.remove = remove_link,
			.name = arena_strdup(&c->arena, links[i].name),
			.shown = { .kind = KIST_LEFTOVER_LINK,
				   .reason = "the kist that made it has ended",
				   .is_removable = true },
		};

		left.shown.what = left.name;
		if (is_left(c, &links[i]))
			clean_add(c, &left);
	}
	return 0;
}
