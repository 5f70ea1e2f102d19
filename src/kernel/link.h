/* SPDX-License-Identifier: Apache-2.0 */
/**
 * link.h - network devices: listing, making, changing, moving, removing them
 *
 * Every function works in the namespace of its socket (kernel/net_socket.h).
 *
 * Ownership:  lists in the given arena; fds stay the caller's.
 * See:        rtnetlink(7), ip-link(8)
 */
#ifndef KERNEL_LINK_H
#define KERNEL_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/address.h"
#include "sys/netlink.h"

#define LINK_NAME 16 /* IFNAMSIZ */
#define LINK_KIND 16
#define LINK_MAC 32 /* MAX_ADDR_LEN */

/**
 * struct link - a network device
 * @kind:	"veth", "bridge" …; "" for hardware and loopback
 * @parent_device: the device on a bus it is the driver's of: "0000:00:03.0",
 *		"virtio0"; or ""
 * @alias:	a note of whoever made it
 * @flags:	IFF_*
 * @state:	IF_OPER_*
 * @master:	index of its bridge …, 0: none
 * @parent:	index of its parent, or of its other end; 0: none
 * @parent_nsid: of the namespace @parent is in; -1: this one
 * @type:	ARPHRD_*
 * @is_local:	may not leave its namespace
 */
struct link {
	int index, master, parent, parent_nsid;
	char name[LINK_NAME], kind[LINK_KIND];
	char parent_device[32], alias[64];
	unsigned flags, mtu;
	uint16_t type;
	uint8_t state;
	uint8_t mac_len, mac[LINK_MAC];
	bool is_local;
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets;
};

/**
 * struct link_kind - what kist knows of a kind of device
 * @option:	what the kernel has to be built with
 * @module:	that has it, where it is one
 * @modes:	words for --mode, NULL-terminated, or NULL; @numbers: theirs
 */
struct link_kind {
	const char *name, *option, *module;
	const char *const *modes;
	const uint16_t *numbers;
};

extern const struct link_kind link_kinds[]; /* ends with a NULL name */

/* By name. Return: NULL if kist does not know it. */
const struct link_kind *link_kind_find(const char *name);

/**
 * struct link_new - a device to be made
 * @kind:	a name of link_kinds[]
 * @ns_fd:	the namespace it is to be in; -1: that of the socket
 * @parent:	index of the device it is made of (macvlan, ipvlan, vlan; for
 *		vxlan the one to send through), in the socket's namespace
 * @master:	index of a bridge in the socket's namespace
 * @mtu:	0: the kernel's choice
 * @mac:	6 bytes, or NULL
 * @mode:	a word of the kind's modes, or NULL
 * @id:		of a vlan or vxlan
 * @remote:	other end of a vxlan; family 0: none
 * @port:	of a vxlan, 0: 4789
 * @peer_name, @peer_ns_fd, @peer_mac: other end of a veth
 */
struct link_new {
	const char *kind, *name;
	int ns_fd;
	int parent, master;
	unsigned mtu;
	const uint8_t *mac;
	const char *mode;
	uint32_t id;
	struct address remote;
	uint16_t port;
	const char *peer_name;
	int peer_ns_fd;
	const uint8_t *peer_mac;
};

/* Read one RTM_NEWLINK. Return: 0 or -EPROTO. */
MUST_CHECK int link_read(const struct nlmsghdr *msg, struct link *ret_link);

MUST_CHECK int link_list(struct netlink *nl, struct arena *arena,
			 struct link **ret_list, size_t *ret_count,
			 struct kist_error *err);

/* Return: 0; -ENODEV (LINK_UNKNOWN). */
MUST_CHECK int link_find(struct netlink *nl, const char *name,
			 struct link *ret_link, struct kist_error *err);
/* Is there one of that name? Return: its index, 0, or a negative errno. */
MUST_CHECK int link_index(struct netlink *nl, const char *name);

/**
 * link_make() - make a device, or a veth pair
 *
 * A veth is made with both ends where they belong and under their names. All
 * kinds but "tun" and "tap": link_make_tun().
 *
 * Return: 0; LINK_KIND: the kernel has no such kind, -EEXIST (LINK_EXISTS),
 * LINK.
 */
MUST_CHECK int link_make(struct netlink *nl, const struct link_new *args,
			 struct kist_error *err);

/**
 * link_make_tun() - make a lasting tun or tap device
 * @netns_fd:	where; -1: here
 * @owner:	user who may open it; -1: root alone
 */
MUST_CHECK int link_make_tun(int netns_fd, const char *name, bool is_tap,
			     int64_t owner, struct kist_error *err);

MUST_CHECK int link_remove(struct netlink *nl, int index,
			   struct kist_error *err);

/**
 * struct link_change - what to change about a device; zero changes nothing
 * @name:	its new name, or NULL
 * @mac:	6 bytes, or NULL
 * @master:	index of the bridge to put it into; @free: take it out
 * @move:	into the namespace @ns_fd (under @name, if it is given)
 */
struct link_change {
	const char *name;
	const uint8_t *mac;
	unsigned mtu;
	int master, ns_fd;
	bool up, down, free, move;
};

/* Return: 0; LINK (-ENODEV, -EBUSY, -EINVAL …), LINK_EXISTS. */
MUST_CHECK int link_set(struct netlink *nl, int index,
			const struct link_change *change,
			struct kist_error *err);

/* The device's own words, for a person: "02:00:5e:10:00:01". */
void link_format_mac(const struct link *link, char buf[LINK_MAC * 3]);
/* "02:00:5e:10:00:01". Return: 0 or -EINVAL. */
MUST_CHECK int link_parse_mac(const char *text, uint8_t ret_mac[6]);
/* Is it a name the kernel takes? */
bool link_is_name(const char *name);

#endif
