/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/link.h - network devices: links between namespaces, devices moved
 *
 *	const struct kist_link link = {
 *		.ends = (const char *const[]){ "ns1:192.168.1.1/24",
 *					       "ns2:192.168.1.2/24", NULL },
 *	};
 *	struct kist_error err = { 0 };
 *
 *	if (kist_link_make(NULL, &link, NULL, &err) < 0)
 *		…
 *
 * TARGET strings are those of kist(1), see kist/namespace.h; and "host", the
 * caller's own network namespace. A device is "DEVICE@TARGET", or "DEVICE" for
 * one of the caller's namespace.
 *
 * Return:     0, or a negative errno with the error filled in.
 * Ownership:  arguments stay the caller's.
 * Threads:    safe in a threaded program; the caller stays where it is.
 * See:        veth(4), ip-link(8), network_namespaces(7)
 */
#ifndef KIST_LINK_H
#define KIST_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include <kist/error.h>
#include <kist/run.h>
#include <kist/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kist_link - a link, or a single device
 *
 * Lists are NULL-terminated, or NULL.
 *
 * @ends:	"[DEVICE@]TARGET[:ADDRESS/PREFIX,…]". Two are the ends of a
 *		veth pair. If the first one is a bridge (there already, or
 *		@type says so, or more than two are given), each of the others
 *		gets a pair whose second end is a port of the bridge. For
 *		other kinds of device there is one. A namespace that is not
 *		there is made, and named, if its word is a name
 * @type:	"veth", "bridge", "macvlan", "macvtap", "ipvlan", "vlan",
 *		"vxlan", "dummy", "ifb", "wireguard", "tun", "tap"; NULL: veth
 * @names:	for devices in namespaces other than the caller's that their
 *		end does not name: the first for the first …; NULL: eth0, or
 *		the next that is free. In the caller's namespace "ve-TARGET"
 * @macs:	of the ends, "02:00:5e:10:00:01"
 * @mtu:	bytes; 0: the kernel's choice
 * @default_route: the ends but the first reach everything through it
 * @routes:	"DEST[=GATEWAY]": those ends whose subnet has the gateway reach
 *		DEST through it; without a gateway, it is the first end
 *
 * @parent:	device that a macvlan, macvtap, ipvlan or vlan is made of, or a
 *		vxlan sends through
 * @mode:	of a macvlan or macvtap: private, vepa, bridge, passthru; of
 *		an ipvlan: l2, l3, l3s
 * @id:		of a vlan, 1 to 4094; of a vxlan, 0 to 16777215
 * @has_id:	@id counts
 * @remote:	address of a vxlan's other end
 * @port:	of a vxlan; 0: 4789
 * @owner:	user id that may open a tun or tap; @has_owner: it counts,
 *		else root alone
 */
struct kist_link {
	const char *const *ends;
	const char *type;
	const char *const *names, *const *macs;
	unsigned mtu;
	bool default_route;
	const char *const *routes;

	const char *parent, *mode, *remote;
	uint32_t id, owner;
	bool has_id, has_owner;
	uint16_t port;
};

/**
 * kist_link_make() - make a link with all that belongs to it
 *
 * Namespaces, devices, addresses, routes; everything is up when it returns.
 * Addresses that are there already, or whose subnet is, are refused before
 * anything is made (ADDRESS_TAKEN). It goes away with either namespace
 * (kist_ns_remove()), or by kist_link_remove().
 *
 * An ordinary user can link namespaces of theirs that one user namespace owns;
 * those made here have one owner.
 *
 * Return: LINK_END, LINK_ARGS, ADDRESS, ADDRESS_TAKEN, LINK_KIND, LINK_EXISTS,
 * LINK_UNKNOWN (a parent), NET_DENIED, ROUTE, LINK, TARGET_…. After a failure
 * nothing is left, the namespaces that were made included.
 */
int kist_link_make(const struct kist *kist, const struct kist_link *args,
		   const struct kist_trace *trace, struct kist_error *err);

/**
 * kist_link_remove() - remove a device; a veth's other end goes with it
 * @device:	"DEVICE@TARGET"
 *
 * Return: LINK_UNKNOWN; LINK: hardware cannot be removed.
 */
int kist_link_remove(const struct kist *kist, const char *device,
		     const struct kist_trace *trace, struct kist_error *err);

/**
 * struct kist_link_move - moving a device to another namespace
 * @device:	"DEVICE" or "DEVICE@TARGET"
 * @target:	where to
 * @name:	what it is called there; NULL: as here
 * @addresses:	"192.168.1.1/24", NULL-terminated, or NULL; it is up then
 * @keep:	its addresses, routes and whether it is up go with it, and are
 *		remembered: for kist_link_back()
 */
struct kist_link_move {
	const char *device, *target, *name;
	const char *const *addresses;
	bool keep;
};

/**
 * kist_link_move() - move a device to another namespace
 * @ret_returns: true if the kernel gives it back to the first network
 *		namespace when its new one ends (hardware), false if it is
 *		destroyed then (a virtual device); or NULL
 *
 * The kernel takes a moved device down and its addresses and routes away.
 *
 * Return: LINK_UNKNOWN, LINK_EXISTS (the name is in use there), LINK_FIXED (the
 * device cannot move: loopback, bridges …), NET_DENIED. After a failure it is
 * where and as it was.
 */
int kist_link_move(const struct kist *kist, const struct kist_link_move *args,
		   const struct kist_trace *trace, bool *ret_returns,
		   struct kist_error *err);

/**
 * kist_link_back() - bring a device back as it was before a move with @keep
 * @device:	"DEVICE@TARGET" where it is now, under its name there; or the
 *		name it had: then it is looked for where it was moved to, and
 *		where the kernel puts it when that namespace has ended
 *
 * Name, addresses, routes and whether it is up are as before the move.
 *
 * Return: LINK_UNKNOWN: nothing is remembered of it, or it is gone.
 */
int kist_link_back(const struct kist *kist, const char *device,
		   const struct kist_trace *trace, struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
