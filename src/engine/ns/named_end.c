/* SPDX-License-Identifier: Apache-2.0 */
/* named_end.c - kist_ns_ending(): what goes with a name */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <kist/namespace.h>

#include "base/buf.h"
#include "engine/ns/named_about.h"
#include "engine/ns/target_find.h"
#include "kernel/link.h"
#include "kernel/net_socket.h"
#include "kernel/proc.h"

/* ---- processes ---- */

static uint64_t ino_of(int proc_fd, pid_t pid, enum ns_kind kind)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "%d/ns/%s", pid, ns_table[kind].name);
	return fstatat(proc_fd, path, &st, 0) == 0 ? st.st_ino : 0;
}

/* Those of the pid namespace end; others keep what they are in. */
static void look_at(const struct named *set, int proc_fd, pid_t pid,
		    struct kist_ns_ending *ending)
{
	if (pid == set->holder)
		return;
	if (set->holder && (set->kinds & BIT(NS_PID)) && set->ino[NS_PID] &&
	    ino_of(proc_fd, pid, NS_PID) == set->ino[NS_PID]) {
		ending->killed++;
		return;
	}
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if ((ending->kinds & BIT(kind)) && set->ino[kind] &&
		    ino_of(proc_fd, pid, kind) == set->ino[kind])
			ending->kinds &= ~(unsigned)BIT(kind);
}

static int find_processes(const struct named *set,
			  struct kist_ns_ending *ending, struct kist_error *err)
{
	struct target all = { .proc_fd = proc_open(err) };
	DIR *dir;
	pid_t pid;

	if (all.proc_fd < 0)
		return all.proc_fd;
	dir = target_processes(&all);
	while (dir && (pid = target_next_process(dir)) > 0)
		look_at(set, all.proc_fd, pid, ending);
	if (dir)
		closedir(dir);
	close(all.proc_fd);
	return 0;
}

/* ---- devices ---- */

/*
 * When a network namespace ends, the kernel destroys the devices that have a
 * kind (veth, bridge, vlan …: they were made by somebody) and gives those
 * without one, which are hardware, to the initial namespace.
 */
static int sort_devices(struct netlink *nl, struct kist_ns_ending *ending,
			struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_BUF struct buf back, gone;
	struct link *links;
	size_t count;
	int ret;

	arena_init(&arena);
	buf_init(&back);
	buf_init(&gone);
	ret = link_list(nl, &arena, &links, &count, err);
	for (size_t i = 0; ret == 0 && i < count; i++) {
		struct buf *to = links[i].kind[0] ? &gone : &back;

		if (strcmp(links[i].name, "lo") == 0)
			continue;
		buf_printf(to, "%s%s", to->len ? " " : "", links[i].name);
	}
	if (ret == 0 && back.len)
		ending->devices_back = buf_take(&back);
	if (ret == 0 && gone.len)
		ending->devices_gone = buf_take(&gone);
	return ret;
}

static int find_devices(const struct named *set, struct kist_ns_ending *ending,
			struct kist_error *err)
{
	CLEANUP_FD int fd = -1;
	struct netlink nl;
	int ret;

	if (!(ending->kinds & BIT(NS_NET)) || !set->path[NS_NET])
		return 0;
	fd = ns_open(set->path[NS_NET], NS_NET, err);
	if (fd < 0)
		return fd;
	ret = net_socket_netlink(fd, NETLINK_ROUTE, &nl, err);
	if (ret < 0)
		return ret;
	ret = sort_devices(&nl, ending, err);
	netlink_close(&nl);
	return ret;
}

/* ---- all ---- */

int kist_ns_ending(const struct kist *kist, const char *name,
		   struct kist_ns_ending *ret_ending, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_ns_ending ending = { 0 };
	struct named set;
	int ret;

	arena_init(&arena);
	ret = named_find(kist, name, &arena, &set, err);
	if (ret < 0)
		return ret;
	ending.kinds = set.kinds;
	ret = find_processes(&set, &ending, err);
	if (ret == 0)
		ret = find_devices(&set, &ending, err);
	if (ret < 0) {
		kist_ns_ending_done(&ending);
		return ret;
	}
	*ret_ending = ending;
	return 0;
}

void kist_ns_ending_done(struct kist_ns_ending *ending)
{
	free(ending->devices_back);
	free(ending->devices_gone);
	ending->devices_back = ending->devices_gone = NULL;
}
