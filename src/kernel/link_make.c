/* SPDX-License-Identifier: Apache-2.0 */
/* link_make.c - making network devices of every kind */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <net/if.h> /* behind linux/if_tun.h */

#include <kist/cause.h>

#include "kernel/link.h"
#include "kernel/net_socket.h"
#include "kernel/ns_visit.h"

static const char *const macvlan_modes[] = { "private", "vepa", "bridge",
					     "passthru", NULL };
static const uint16_t macvlan_numbers[] = {
	MACVLAN_MODE_PRIVATE,
	MACVLAN_MODE_VEPA,
	MACVLAN_MODE_BRIDGE,
	MACVLAN_MODE_PASSTHRU,
};
static const char *const ipvlan_modes[] = { "l2", "l3", "l3s", NULL };
static const uint16_t ipvlan_numbers[] = { IPVLAN_MODE_L2, IPVLAN_MODE_L3,
					   IPVLAN_MODE_L3S };

const struct link_kind link_kinds[] = {
	{ .name = "veth", .option = "CONFIG_VETH", .module = "veth" },
	{ .name = "bridge", .option = "CONFIG_BRIDGE", .module = "bridge" },
	{ .name = "macvlan",
	  .option = "CONFIG_MACVLAN",
	  .module = "macvlan",
	  .modes = macvlan_modes,
	  .numbers = macvlan_numbers },
	{ .name = "macvtap",
	  .option = "CONFIG_MACVTAP",
	  .module = "macvtap",
	  .modes = macvlan_modes,
	  .numbers = macvlan_numbers },
	{ .name = "ipvlan",
	  .option = "CONFIG_IPVLAN",
	  .module = "ipvlan",
	  .modes = ipvlan_modes,
	  .numbers = ipvlan_numbers },
	{ .name = "vlan", .option = "CONFIG_VLAN_8021Q", .module = "8021q" },
	{ .name = "vxlan", .option = "CONFIG_VXLAN", .module = "vxlan" },
	{ .name = "dummy", .option = "CONFIG_DUMMY", .module = "dummy" },
	{ .name = "ifb", .option = "CONFIG_IFB", .module = "ifb" },
	{ .name = "wireguard",
	  .option = "CONFIG_WIREGUARD",
	  .module = "wireguard" },
	{ .name = "tun", .option = "CONFIG_TUN", .module = "tun" },
	{ .name = "tap", .option = "CONFIG_TUN", .module = "tun" },
	{ .name = NULL },
};

const struct link_kind *link_kind_find(const char *name)
{
	for (const struct link_kind *kind = link_kinds; kind->name; kind++)
		if (strcmp(kind->name, name) == 0)
			return kind;
	return NULL;
}

static int no_such_kind(const char *name, struct kist_error *err)
{
	const struct link_kind *kind = link_kind_find(name);
	int ret = err_set(err, KIST_E_LINK_KIND,
			  "this kernel has no devices of kind '%s'", name);

	if (kind)
		err_cause(err, KIST_CAUSE_DEVICE_KIND, kind->module,
			  kind->option);
	return ret;
}

/* ---- what each kind is told ---- */

static void tell_veth(struct netlink_msg *msg, const struct link_new *args)
{
	const struct ifinfomsg head = { 0 };
	size_t nest = netlink_nest(msg, VETH_INFO_PEER);

	netlink_add_raw(msg, &head, sizeof(head));
	if (args->peer_name)
		netlink_add_text(msg, IFLA_IFNAME, args->peer_name);
	if (args->peer_mac)
		netlink_add(msg, IFLA_ADDRESS, args->peer_mac, 6);
	if (args->mtu)
		netlink_add_u32(msg, IFLA_MTU, args->mtu);
	if (args->peer_ns_fd >= 0)
		netlink_add_u32(msg, IFLA_NET_NS_FD,
				(uint32_t)args->peer_ns_fd);
	netlink_nest_end(msg, nest);
}

static void tell_mode(struct netlink_msg *msg, const struct link_new *args)
{
	const struct link_kind *kind = link_kind_find(args->kind);

	for (size_t i = 0; kind->modes && kind->modes[i]; i++) {
		if (!args->mode || strcmp(kind->modes[i], args->mode) != 0)
			continue;
		if (kind->modes == ipvlan_modes)
			netlink_add_u16(msg, IFLA_IPVLAN_MODE,
					kind->numbers[i]);
		else
			netlink_add_u32(msg, IFLA_MACVLAN_MODE,
					kind->numbers[i]);
	}
}

static void tell_vxlan(struct netlink_msg *msg, const struct link_new *args)
{
	uint16_t port = args->port ? args->port : 4789;
	uint8_t port_bytes[2] = { (uint8_t)(port >> 8), (uint8_t)port };

	netlink_add_u32(msg, IFLA_VXLAN_ID, args->id);
	netlink_add(msg, IFLA_VXLAN_PORT, port_bytes, sizeof(port_bytes));
	if (args->remote.family)
		netlink_add(msg,
			    args->remote.family == AF_INET6 ?
				    IFLA_VXLAN_GROUP6 :
				    IFLA_VXLAN_GROUP,
			    args->remote.bytes,
			    address_size(args->remote.family));
	if (args->parent)
		netlink_add_u32(msg, IFLA_VXLAN_LINK, (uint32_t)args->parent);
}

static void tell_kind(struct netlink_msg *msg, const struct link_new *args)
{
	size_t nest = netlink_nest(msg, IFLA_LINKINFO), data;

	netlink_add_text(msg, IFLA_INFO_KIND, args->kind);
	data = netlink_nest(msg, IFLA_INFO_DATA);
	if (strcmp(args->kind, "veth") == 0)
		tell_veth(msg, args);
	else if (strcmp(args->kind, "vlan") == 0)
		netlink_add_u16(msg, IFLA_VLAN_ID, (uint16_t)args->id);
	else if (strcmp(args->kind, "vxlan") == 0)
		tell_vxlan(msg, args);
	else
		tell_mode(msg, args);
	netlink_nest_end(msg, data);
	netlink_nest_end(msg, nest);
}

/* A device is refused with EOPNOTSUPP when nobody knows its kind; so is much
 * else, of which the kernel says more. */
static bool is_kind_unknown(const struct netlink *nl, int ret)
{
	return ret == -EOPNOTSUPP &&
	       (!nl->why[0] || strcasecmp(nl->why, "Unknown device type") == 0);
}

int link_make(struct netlink *nl, const struct link_new *args,
	      struct kist_error *err)
{
	const struct ifinfomsg head = { 0 };
	CLEANUP_NETLINK_MSG struct netlink_msg msg;
	int ret;

	netlink_begin(&msg, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head,
		      sizeof(head));
	if (!link_kind_find(args->kind))
		return no_such_kind(args->kind, err);
	netlink_add_text(&msg, IFLA_IFNAME, args->name);
	if (args->mac)
		netlink_add(&msg, IFLA_ADDRESS, args->mac, 6);
	if (args->mtu)
		netlink_add_u32(&msg, IFLA_MTU, args->mtu);
	if (args->parent && strcmp(args->kind, "vxlan") != 0)
		netlink_add_u32(&msg, IFLA_LINK, (uint32_t)args->parent);
	if (args->master)
		netlink_add_u32(&msg, IFLA_MASTER, (uint32_t)args->master);
	if (args->ns_fd >= 0)
		netlink_add_u32(&msg, IFLA_NET_NS_FD, (uint32_t)args->ns_fd);
	tell_kind(&msg, args);

	ret = netlink_talk(nl, &msg, NULL);
	if (ret == 0)
		return 0;
	if (is_kind_unknown(nl, ret))
		return no_such_kind(args->kind, err);
	if (ret == -EEXIST)
		return net_refused(nl, ret, err, KIST_E_LINK_EXISTS,
				   "make %s device '%s'", args->kind,
				   args->name);
	return net_refused(nl, ret, err, KIST_E_LINK, "make %s device '%s'",
			   args->kind, args->name);
}

/* ---- tun and tap: another door ---- */

struct tun {
	const char *name;
	bool is_tap;
	int64_t owner;
};

/* Inside the namespace. */
static int make_tun(void *arg, struct kist_error *err)
{
	const struct tun *tun = arg;
	struct ifreq request = { .ifr_flags = IFF_NO_PI };
	CLEANUP_FD int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	int errnum = errno;

	if (fd < 0 && (errnum == ENOENT || errnum == ENODEV || errnum == ENXIO))
		return no_such_kind(tun->is_tap ? "tap" : "tun", err);
	if (fd < 0)
		return err_sys(err, KIST_E_LINK, errnum, "open /dev/net/tun");
	request.ifr_flags |= (short)(tun->is_tap ? IFF_TAP : IFF_TUN);
	/* Else one that is there would be opened. */
	request.ifr_flags |= (short)IFF_TUN_EXCL;
	memcpy(request.ifr_name, tun->name, strlen(tun->name) + 1);
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		return errno == EBUSY || errno == EEXIST || errno == EINVAL ?
			       err_set(err, KIST_E_LINK_EXISTS,
				       "there is a device '%s' already",
				       tun->name) :
			       err_sys(err, KIST_E_LINK, errno,
				       "make device '%s'", tun->name);
	if (tun->owner >= 0 && ioctl(fd, TUNSETOWNER, tun->owner) < 0)
		return err_sys(err, KIST_E_LINK, errno,
			       "give device '%s' to user %lld", tun->name,
			       (long long)tun->owner);
	if (ioctl(fd, TUNSETPERSIST, 1) < 0)
		return err_sys(err, KIST_E_LINK, errno, "make device '%s' last",
			       tun->name);
	return 0;
}

int link_make_tun(int netns_fd, const char *name, bool is_tap, int64_t owner,
		  struct kist_error *err)
{
	struct tun tun = { name, is_tap, owner };
	int fd[NS_COUNT];
	int ret = net_entry(netns_fd, fd, err);

	if (ret < 0)
		return ret;
	if (fd[NS_NET] < 0)
		ret = make_tun(&tun, err);
	else
		ret = ns_visit(fd, make_tun, &tun, err);
	cleanup_fd(&fd[NS_USER]);
	return ret;
}
