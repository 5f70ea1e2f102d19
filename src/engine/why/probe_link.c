/* SPDX-License-Identifier: Apache-2.0 */
/* probe_link.c - network devices: taken names, unknown kinds, gone away */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/near.h"
#include "engine/why/look_net.h"
#include "kernel/address.h"
#include "kernel/link.h"
#include "kernel/net_socket.h"

#define SPACES_MAX 256
#define IPV6_MIN_MTU 1280

int look_net_fd(const struct why_case *c)
{
	struct stat ours;

	/* an ordinary user may ask in the own one, but not enter it */
	if (c->is_self || (stat("/proc/self/ns/net", &ours) == 0 &&
			   ours.st_ino == look_ns(c, NS_NET)))
		return -1;
	return openat(c->proc_fd, "ns/net", O_RDONLY | O_CLOEXEC);
}

bool look_net_open(const struct why_case *c, struct netlink *ret_nl)
{
	CLEANUP_FD int net_fd = look_net_fd(c);

	return net_socket_netlink(net_fd, NETLINK_ROUTE, ret_nl, NULL) == 0;
}

const char *look_link_name(const struct why_case *c, int index)
{
	struct netlink nl = NETLINK_NONE;
	const char *name = NULL;
	struct link *list;
	size_t count;

	if (!look_net_open(c, &nl))
		return NULL;
	if (link_list(&nl, c->arena, &list, &count, NULL) < 0)
		count = 0;
	for (size_t i = 0; i < count; i++)
		if (list[i].index == index)
			name = list[i].name;
	netlink_close(&nl);
	return name;
}

/* The device of the case. */
static bool find(const struct why_case *c, const char *name,
		 struct link *ret_link)
{
	struct netlink nl = NETLINK_NONE;
	bool is_there;

	if (!name || !look_net_open(c, &nl))
		return false;
	is_there = link_find(&nl, name, ret_link, NULL) == 0;
	netlink_close(&nl);
	return is_there;
}

static const char *net_ns(const struct why_case *c)
{
	return arena_printf(c->arena, "net:[%llu]",
			    (unsigned long long)look_ns(c, NS_NET));
}

int probe_link_name(const struct why_case *c, struct why_finding *found)
{
	struct address address;

	if (!c->subject || link_is_name(c->subject) ||
	    address_parse(c->subject, &address) == 0)
		return 0;
	return look_found(c, found, true, c->subject, NULL,
			  "'%s' has %zu characters, of at most 15, none of "
			  "them '/', ':' or blank",
			  c->subject, strlen(c->subject));
}

int probe_link_exists(const struct why_case *c, struct why_finding *found)
{
	struct link link;

	if (!find(c, c->subject, &link))
		return 0;
	return look_found(c, found, true, c->subject, NULL,
			  "%s has '%s'%s%s, with number %d", net_ns(c),
			  link.name, link.kind[0] ? ", a " : "", link.kind,
			  link.index);
}

int probe_address_exists(const struct why_case *c, struct why_finding *found)
{
	const char *const texts[] = { c->value, c->subject };
	struct netlink nl = NETLINK_NONE;
	struct address_of *list;
	struct address wanted;
	size_t count;
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_LEN(texts); i++) {
		if (!texts[i] || address_parse(texts[i], &wanted) < 0 ||
		    !look_net_open(c, &nl))
			continue;
		if (address_list(&nl, c->arena, &list, &count, NULL) < 0)
			count = 0;
		for (size_t j = 0; !ret && j < count; j++)
			if (address_is_same(&list[j].address, &wanted))
				ret = look_found(c, found, true, texts[i], NULL,
						 "device number %d of %s has "
						 "it",
						 list[j].index, net_ns(c));
		netlink_close(&nl);
	}
	return ret;
}

/* ---- kinds ---- */

static const char *kind_of(const struct why_case *c)
{
	return c->type && *c->type ? c->type : NULL;
}

int probe_link_kind_typo(const struct why_case *c, struct why_finding *found)
{
	const char *kind = kind_of(c);
	struct near near;

	if (!kind || link_kind_find(kind))
		return 0;
	near_init(&near, kind);
	for (const struct link_kind *k = link_kinds; k->name; k++)
		near_offer(&near, k->name);
	if (!near.best)
		return 0;
	return look_found(c, found, true, kind, near.best,
			  "no kind of device is called '%s'; one is called "
			  "'%s'",
			  kind, near.best);
}

int probe_link_kind(const struct why_case *c, struct why_finding *found)
{
	const char *kind = kind_of(c);
	const struct link_kind *known = kind ? link_kind_find(kind) : NULL;
	struct why_finding other;

	if (!kind || probe_link_kind_typo(c, &other))
		return 0;
	return look_found(c, found, known != NULL, known ? known->module : kind,
			  known ? known->option : "its driver",
			  "the kernel does not know the kind '%s'", kind);
}

/* ---- gone ---- */

/* Who is in another network namespace that has a device of that name? */
static pid_t elsewhere(const struct why_case *c, const char *name,
		       uint64_t *ret_ino)
{
	uint64_t seen[SPACES_MAX];
	size_t count = 0;
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t pid = 0;

	seen[count++] = look_ns(c, NS_NET);
	while (dir && !pid && (entry = readdir(dir))) {
		CLEANUP_FD int fd = -1;
		struct netlink nl = NETLINK_NONE;
		char path[64];
		struct stat st;
		bool is_new = true;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/ns/net",
			 entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st) < 0 || count == SPACES_MAX)
			continue;
		for (size_t i = 0; is_new && i < count; i++)
			is_new = seen[i] != st.st_ino;
		if (!is_new)
			continue;
		seen[count++] = st.st_ino;
		if (net_socket_netlink(fd, NETLINK_ROUTE, &nl, NULL) < 0)
			continue;
		if (link_index(&nl, name) > 0) {
			pid = atoi(entry->d_name);
			*ret_ino = st.st_ino;
		}
		netlink_close(&nl);
	}
	if (dir)
		closedir(dir);
	return pid;
}

int probe_link_elsewhere(const struct why_case *c, struct why_finding *found)
{
	struct link link;
	uint64_t ino;
	pid_t pid;

	if (c->is_quick || !c->subject || !link_is_name(c->subject) ||
	    find(c, c->subject, &link))
		return 0;
	pid = elsewhere(c, c->subject, &ino);
	if (!pid)
		return 0;
	return look_found(c, found, true, c->subject,
			  arena_printf(c->arena, "%d", pid),
			  "%s has no '%s'; net:[%llu] of process %s has one",
			  net_ns(c), c->subject, (unsigned long long)ino,
			  look_process(c, pid));
}

int probe_link_gone(const struct why_case *c, struct why_finding *found)
{
	struct netlink nl = NETLINK_NONE;
	char names[300] = "";
	struct why_finding other;
	struct link *list, link;
	size_t count, len = 0;

	if (!c->subject || find(c, c->subject, &link) ||
	    probe_link_typo(c, &other) || probe_link_elsewhere(c, &other) ||
	    !look_net_open(c, &nl))
		return 0;
	if (link_list(&nl, c->arena, &list, &count, NULL) < 0)
		count = 0;
	netlink_close(&nl);
	for (size_t i = 0; i < count && len < sizeof(names); i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len,
					"%s%s", i ? ", " : "", list[i].name);
	return look_found(c, found, true, c->subject, NULL, "%s has %s",
			  net_ns(c), names);
}

int probe_link_typo(const struct why_case *c, struct why_finding *found)
{
	struct netlink nl = NETLINK_NONE;
	struct link *list, link;
	struct near near;
	size_t count;

	if (!c->subject || find(c, c->subject, &link) || !look_net_open(c, &nl))
		return 0;
	if (link_list(&nl, c->arena, &list, &count, NULL) < 0)
		count = 0;
	netlink_close(&nl);
	near_init(&near, c->subject);
	for (size_t i = 0; i < count; i++)
		near_offer(&near, list[i].name);
	if (!near.best)
		return 0;
	return look_found(c, found, true, c->subject, near.best,
			  "%s has '%s', and no '%s'", net_ns(c), near.best,
			  c->subject);
}

/* ---- what stays ---- */

int probe_link_fixed(const struct why_case *c, struct why_finding *found)
{
	struct link link;

	if (!find(c, c->subject, &link) ||
	    (!link.is_local && strcmp(link.name, "lo") != 0))
		return 0;
	return look_found(c, found, true, link.name,
			  link.kind[0] ? link.kind : "loopback",
			  "'%s' of %s is netns-immutable", link.name,
			  net_ns(c));
}

/* An address is told with its device, or a device with an address. */
int probe_v6_mtu(const struct why_case *c, struct why_finding *found)
{
	const char *const texts[] = { c->value, c->subject };
	struct address wanted = { .family = AF_INET };
	struct link link;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i] && address_parse(texts[i], &wanted) == 0)
			break;
	if (wanted.family != AF_INET6 ||
	    !find(c, c->source ? c->source : c->subject, &link) ||
	    link.mtu >= IPV6_MIN_MTU)
		return 0;
	return look_found(c, found, true, NULL, NULL, "the mtu of '%s' is %u",
			  link.name, link.mtu);
}

/* Of its own it has it. */
int probe_admin_both(const struct why_case *c, struct why_finding *found)
{
	if (!look_is_inner(c) || !look_owns(c, NS_NET))
		return 0;
	return look_found(c, found, false, NULL, NULL,
			  "%s is the process's own, so it was refused for "
			  "another one",
			  net_ns(c));
}

/* A macvlan takes all that comes in to the device it is made of. */
static const struct link *made_of(const struct link *list, size_t count,
				  int index)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].parent == index &&
		    (strncmp(list[i].kind, "macv", 4) == 0 ||
		     strncmp(list[i].kind, "ipv", 3) == 0))
			return &list[i];
	return NULL;
}

/* What is taken by one bridge, bond or macvlan is busy for another. */
int probe_link_busy(const struct why_case *c, struct why_finding *found)
{
	const char *name = c->source ? c->source : c->subject;
	struct netlink nl = NETLINK_NONE;
	const struct link *taker = NULL;
	struct link *list, link;
	size_t count;

	if (!find(c, name, &link) || !look_net_open(c, &nl))
		return 0;
	if (link_list(&nl, c->arena, &list, &count, NULL) < 0)
		count = 0;
	netlink_close(&nl);
	for (size_t i = 0; link.master && i < count; i++)
		if (list[i].index == link.master)
			taker = &list[i];
	if (taker)
		return look_found(c, found, true, link.name,
				  arena_printf(c->arena,
					       "ip link set %s nomaster",
					       link.name),
				  "'%s' belongs to '%s', a %s of %s", link.name,
				  taker->name, taker->kind, net_ns(c));
	taker = made_of(list, count, link.index);
	if (!taker)
		return 0;
	return look_found(c, found, true, link.name,
			  arena_printf(c->arena, "ip link del %s", taker->name),
			  "'%s', a %s of %s, is made of '%s'", taker->name,
			  taker->kind, net_ns(c), link.name);
}

/* ---- the way to a gateway ---- */

int probe_nexthop(const struct why_case *c, struct why_finding *found)
{
	struct netlink nl = NETLINK_NONE;
	const char *texts[] = { c->value, c->subject };
	const char *gateway = NULL;
	struct address_of *list;
	struct address wanted;
	size_t count;
	bool is_near = false;

	if (c->name && strstr(c->name, "address"))
		return 0;
	for (size_t i = 0; !gateway && i < ARRAY_LEN(texts); i++)
		if (texts[i] && address_parse(texts[i], &wanted) == 0)
			gateway = texts[i];
	if (!gateway || !look_net_open(c, &nl))
		return 0;
	if (address_list(&nl, c->arena, &list, &count, NULL) < 0)
		count = 0;
	netlink_close(&nl);
	for (size_t i = 0; i < count; i++)
		is_near |= address_has(&list[i].address, &wanted);
	if (is_near)
		return 0;
	return look_found(c, found, true, gateway, NULL,
			  "none of the %zu addresses in %s has %s in its "
			  "subnet",
			  count, net_ns(c), gateway);
}
