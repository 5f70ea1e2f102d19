/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net_link.c - kist net link: namespaces joined by devices */
#include <kist/link.h>

#include "cli/kist.h"
#include "cli/net.h"
#include "cli/steps.h"

struct link_args {
	bool dry_run, default_route;
	const char *type, *parent, *mode, *remote;
	struct opt_list names, macs, routes;
	int mtu, id, port, owner;
	const char *const *ends;
};
#define ARGS link_args

static const char *const types[] = {
	"veth",	 "bridge", "macvlan",	"macvtap", "ipvlan", "vlan", "vxlan",
	"dummy", "ifb",	   "wireguard", "tun",	   "tap",    NULL,
};

static const char *const modes[] = { "private", "vepa", "bridge", "passthru",
				     "l2",	"l3",	"l3s",	  NULL };

static const struct opt link_opts[] = {
	{ .kind = OPT_VALUE,
	  .letter = 't',
	  .name = "type",
	  .value = "KIND",
	  .read = opt_string,
	  .offset = offsetof(struct link_args, type),
	  .help = "of device: bridge, macvlan, vlan ... (default: veth)",
	  .words = types },
	OPT('\0', "name", "DEVICE", opt_list, names,
	    "what the device is called inside (default: eth0, or the next)"),
	OPT('\0', "mtu", "BYTES", opt_int, mtu, "largest packet"),
	OPT('\0', "mac", "ADDRESS", opt_list, macs,
	    "hardware address; the first is the first end's"),
	FLAG('d', "default", default_route,
	     "the others reach everything through the first end"),
	OPT('r', "route", "SUBNET[=GATEWAY]", opt_list, routes,
	    "reach this through the first end, or through an address"),
	FLAG('n', "dry-run", dry_run, "print the steps, do nothing"),
	TITLE("other kinds of device"),
	OPT('p', "parent", "DEVICE", opt_string, parent,
	    "what a macvlan, macvtap, ipvlan or vlan is made of"),
	{ .kind = OPT_VALUE,
	  .letter = 'm',
	  .name = "mode",
	  .value = "MODE",
	  .read = opt_string,
	  .offset = offsetof(struct link_args, mode),
	  .help = "macvlan: private, vepa, bridge, passthru; ipvlan: l2, l3, "
		  "l3s",
	  .words = modes },
	OPT('i', "id", "NUMBER", opt_int, id, "of a vlan or vxlan"),
	OPT('\0', "remote", "ADDRESS", opt_string, remote,
	    "other end of a vxlan"),
	OPT('\0', "port", "PORT", opt_int, port, "of a vxlan (default: 4789)"),
	OPT('\0', "owner", "UID", opt_int, owner,
	    "user who may open a tun or tap (default: root alone)"),
	REST("END...", ends, "[DEVICE@]TARGET[:ADDRESS/PREFIX,...]"),
	OPT_END,
};

/* A number that is not negative, or -1: not given. */
static int check(int value, const char *option, int max, struct kist_error *err)
{
	if (value >= -1 && value <= max)
		return 0;
	return err_set(err, KIST_E_OPTION_VALUE,
		       "option --%s is a number from 0 to %d, not %d", option,
		       max, value);
}

static int link_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct link_args *a = args;
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	const struct kist_link link = {
		.ends = a->ends,
		.type = a->type,
		.names = a->names.items,
		.macs = a->macs.items,
		.mtu = a->mtu > 0 ? (unsigned)a->mtu : 0,
		.default_route = a->default_route,
		.routes = a->routes.items,
		.parent = a->parent,
		.mode = a->mode,
		.remote = a->remote,
		.has_id = a->id >= 0,
		.id = a->id >= 0 ? (uint32_t)a->id : 0,
		.has_owner = a->owner >= 0,
		.owner = a->owner >= 0 ? (uint32_t)a->owner : 0,
		.port = a->port > 0 ? (uint16_t)a->port : 0,
	};
	int ret = check(a->mtu, "mtu", 1 << 30, err);

	if (ret == 0)
		ret = check(a->id, "id", 16777215, err);
	if (ret == 0)
		ret = check(a->port, "port", 65535, err);
	if (ret == 0)
		ret = check(a->owner, "owner", 2147483647, err);
	return ret < 0 ? ret : kist_link_make(&g->kist, &link, &trace, err);
}

const struct command cmd_net_link = {
	.name = "net link",
	.summary = "join namespaces: devices, addresses, routes in one line",
	.see = "kist-net-check(1), kist-net-move(1), veth(4), ip-link(8)",
	.example = "kist net link ns1:192.168.1.1/24 ns2:192.168.1.2/24",
	.notes =
		"An end is a namespace (any TARGET; \"host\" or \".\" is "
		"the caller's own) with the addresses its device "
		"gets. A name that stands for nothing yet is made into a "
		"network namespace. \"wan0@ns1:10.0.0.1/24\" calls the device "
		"wan0; else it is eth0, or the next that is free, and in the "
		"caller's own namespace ve-NAME after the other end.\n\n"
		"With a bridge as the first end, any number of others: "
		"kist net link br0@host:10.0.0.1/24 a:10.0.0.2/24 "
		"b:10.0.0.3/24. A bridge that is there already is joined.\n\n"
		"Everything goes away with either namespace (kist rm ns1), or "
		"with the device (kist net rm eth0@ns1). If a step fails, what "
		"the steps before it made is removed again.\n\n"
		"With --default the kernel of the first end has to forward: "
		"kist net sysctl NAME net.ipv4.ip_forward=1.\n\n"
		"A parent is looked for in the caller's namespace; "
		"\"eth1@ns1\" is one of another. An ordinary user can link "
		"namespaces of their own that have one owner; those made by "
		"one command do.",
	.opts = link_opts,
	.args_size = sizeof(struct link_args),
	.defaults = &(const struct link_args){ .mtu = -1,
					       .id = -1,
					       .port = -1,
					       .owner = -1 },
	.run = link_run,
};
