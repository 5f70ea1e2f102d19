/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_net.c - sockets: ports, addresses, ways to send
 *
 * Everything is asked of the network namespace of the process: through sockets
 * that are made in it.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>

#include "engine/net/holders.h"
#include "engine/why/look_net.h"
#include "kernel/address.h"
#include "kernel/link.h"
#include "kernel/ns_visit.h"
#include "kernel/proc.h"
#include "kernel/route.h"
#include "kernel/sock_diag.h"
#include "sys/file.h"

/* ---- "127.0.0.1:80", "[::1]:80", ":80", "80" ---- */

struct end {
	struct address address;
	bool has_address;
	unsigned port;
};

static bool read_end(const char *text, struct end *end)
{
	const char *colon, *port = text;
	size_t len;

	*end = (struct end){ .port = 0 };
	if (!text || !*text)
		return false;
	if (address_parse(text, &end->address) == 0) {
		end->has_address = true;
		return true;
	}
	colon = strrchr(text, ':');
	if (colon) {
		port = colon + 1;
		len = (size_t)(colon - text);
		if (len > 2 && text[0] == '[') {
			text++;
			len -= 2;
		}
		end->has_address = len > 0 &&
				   address_parse_n(text, len, &end->address) ==
					   0;
	}
	end->port = (unsigned)strtoul(port, NULL, 10);
	return end->has_address || end->port;
}

static bool is_any(const struct address *address)
{
	static const uint8_t none[16];

	return memcmp(address->bytes, none, address_size(address->family)) == 0;
}

static bool is_loopback(const struct end *end)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (!end->has_address)
		return false;
	return end->address.family == AF_INET ?
		       end->address.bytes[0] == 127 :
		       memcmp(end->address.bytes, one, 16) == 0;
}

/* ---- settings of the namespace ---- */

struct asked {
	const char *path;
	char text[64];
};

static int read_setting(void *arg, struct kist_error *err)
{
	struct asked *asked = arg;
	ssize_t len = sys_read_file(AT_FDCWD, asked->path, asked->text,
				    sizeof(asked->text));

	(void)err;
	return len < 0 ? (int)len : 0;
}

/* /proc/sys/net shows the namespace of whoever opens it. */
static bool setting(const struct why_case *c, const char *path, char text[64])
{
	CLEANUP_FD int net_fd = look_net_fd(c);
	struct asked asked = { .path = path };
	int fd[NS_COUNT];
	int ret;

	for (size_t i = 0; i < NS_COUNT; i++)
		fd[i] = -1;
	fd[NS_NET] = net_fd;
	ret = net_fd < 0 ? read_setting(&asked, NULL) :
			   ns_visit(fd, read_setting, &asked, NULL);
	if (ret < 0)
		return false;
	asked.text[strcspn(asked.text, "\n")] = '\0';
	memcpy(text, asked.text, 64);
	return true;
}

/* ---- bind ---- */

static bool is_same_end(const struct sock *sock, const struct end *end)
{
	if (!sock_is_listening(sock) || sock->local_port != end->port ||
	    (sock->kind != SOCK_KIND_TCP && sock->kind != SOCK_KIND_UDP))
		return false;
	return !end->has_address || is_any(&end->address) ||
	       is_any(&sock->local) ||
	       address_is_same(&sock->local, &end->address);
}

static const char *holder(const struct why_case *c, uint64_t ino)
{
	CLEANUP_FD int proc_fd = proc_open(NULL);
	struct holders holders;
	const struct holder *first;
	size_t count;

	if (proc_fd < 0 || holders_load(proc_fd, c->arena, &holders, NULL) < 0)
		return NULL;
	first = holders_of(&holders, false, ino, &count);
	if (!first)
		return NULL;
	return arena_printf(c->arena, "process %d (%s)", first->process->pid,
			    first->process->command);
}

int probe_port_taken(const struct why_case *c, struct why_finding *found)
{
	CLEANUP_FD int net_fd = look_net_fd(c);
	struct sock *socks;
	struct end end;
	size_t count;

	if (!read_end(c->subject, &end) || !end.port ||
	    sock_diag_list(net_fd, BIT(SOCK_KIND_TCP) | BIT(SOCK_KIND_UDP),
			   c->arena, &socks, &count, NULL) < 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		char text[ADDRESS_TEXT];
		const char *who;

		if (!is_same_end(&socks[i], &end))
			continue;
		who = holder(c, socks[i].ino);
		address_format(&socks[i].local, false, text);
		return look_found(
			c, found, true, arena_printf(c->arena, "%u", end.port),
			who ? who : "a process that is hidden from you",
			"%s %s:%u is %s's, in net:[%llu]",
			sock_kind_name(socks[i].kind), text,
			socks[i].local_port, who ? who : "somebody",
			(unsigned long long)look_ns(c, NS_NET));
	}
	return 0;
}

int probe_port_low(const struct why_case *c, struct why_finding *found)
{
	char text[64];
	struct end end;

	if (!read_end(c->subject, &end) || !end.port ||
	    !setting(c, "/proc/sys/net/ipv4/ip_unprivileged_port_start",
		     text) ||
	    end.port >= strtoul(text, NULL, 10))
		return 0;
	return look_found(c, found, true,
			  arena_printf(c->arena, "%u", end.port),
			  arena_strdup(c->arena, text),
			  "net.ipv4.ip_unprivileged_port_start is %s, and the "
			  "port %u",
			  text, end.port);
}

/* The other end is in this namespace only if the address is one of its own. */
int probe_nobody_listens(const struct why_case *c, struct why_finding *found)
{
	CLEANUP_FD int net_fd = look_net_fd(c);
	struct sock *socks;
	struct end end;
	size_t count, listening = 0;

	if (!read_end(c->subject, &end) || !end.port || !is_loopback(&end) ||
	    sock_diag_list(net_fd, BIT(SOCK_KIND_TCP), c->arena, &socks, &count,
			   NULL) < 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (is_same_end(&socks[i], &end))
			return 0;
		listening += sock_is_listening(&socks[i]);
	}
	return look_found(c, found, true,
			  arena_printf(c->arena, "%u", end.port), NULL,
			  "%zu sockets listen in net:[%llu], none on this port",
			  listening, (unsigned long long)look_ns(c, NS_NET));
}

int probe_address_absent(const struct why_case *c, struct why_finding *found)
{
	struct netlink nl = NETLINK_NONE;
	struct address_of *list = NULL;
	size_t count = 0;
	struct end end;
	char text[ADDRESS_TEXT];
	bool is_there = false;

	if (!read_end(c->subject, &end) || !end.has_address ||
	    !look_net_open(c, &nl))
		return 0;
	if (address_list(&nl, c->arena, &list, &count, NULL) < 0)
		is_there = true;
	for (size_t i = 0; i < count; i++) {
		is_there |= address_is_same(&list[i].address, &end.address);
		/* All of 127.0.0.0/8 is there with 127.0.0.1. */
		is_there |= is_loopback(&end) &&
			    address_has(&list[i].address, &end.address);
	}
	netlink_close(&nl);
	if (is_there)
		return 0;
	address_format(&end.address, false, text);
	return look_found(c, found, true, arena_strdup(c->arena, text), NULL,
			  "none of the %zu addresses in net:[%llu] is %s",
			  count, (unsigned long long)look_ns(c, NS_NET), text);
}

/* ---- ways to send ---- */

static bool lo_is_down(const struct why_case *c)
{
	struct netlink nl = NETLINK_NONE;
	struct link lo;
	bool is_down;

	if (!look_net_open(c, &nl))
		return false;
	is_down = link_find(&nl, "lo", &lo, NULL) == 0 && !(lo.flags & IFF_UP);
	netlink_close(&nl);
	return is_down;
}

int probe_lo_down(const struct why_case *c, struct why_finding *found)
{
	struct end end;

	if (!lo_is_down(c))
		return 0;
	return look_found(c, found,
			  read_end(c->subject, &end) && is_loopback(&end), NULL,
			  NULL, "'lo' is down in net:[%llu]",
			  (unsigned long long)look_ns(c, NS_NET));
}

/* Is there a way to the address; how many routes are there? */
static bool has_route(const struct why_case *c, const struct end *end,
		      size_t *ret_count)
{
	struct netlink nl = NETLINK_NONE;
	struct route *list = NULL;
	size_t count = 0;
	bool has = false;

	*ret_count = 0;
	if (!look_net_open(c, &nl))
		return true;
	if (route_list(&nl, c->arena, &list, &count, NULL) < 0)
		has = true;
	for (size_t i = 0; i < count; i++) {
		if (list[i].type != RTN_UNICAST && list[i].type != RTN_LOCAL)
			continue;
		*ret_count += list[i].type == RTN_UNICAST;
		if (end->has_address)
			has |= address_has(&list[i].dest, &end->address);
		else
			has |= list[i].dest.prefix == 0;
	}
	netlink_close(&nl);
	return has;
}

int probe_no_route(const struct why_case *c, struct why_finding *found)
{
	char text[ADDRESS_TEXT] = "elsewhere";
	struct end end;
	size_t count;

	read_end(c->subject, &end);
	if (has_route(c, &end, &count))
		return 0;
	if (end.has_address)
		address_format(&end.address, false, text);
	return look_found(c, found, end.has_address,
			  arena_strdup(c->arena, text), NULL,
			  "net:[%llu] has %zu %s, none of them to %s",
			  (unsigned long long)look_ns(c, NS_NET), count,
			  count == 1 ? "route" : "routes", text);
}

/* ---- sockets that not everyone may make ---- */

int probe_ping_range(const struct why_case *c, struct why_finding *found)
{
	unsigned long first, last;
	struct proc_status status;
	char text[64];

	if (c->name && strcmp(c->name, "socket") != 0 &&
	    strcmp(c->name, "ping") != 0)
		return 0;
	if (!look_status(c, &status) ||
	    !setting(c, "/proc/sys/net/ipv4/ping_group_range", text) ||
	    sscanf(text, "%lu %lu", &first, &last) != 2 ||
	    (status.gid[PROC_EFFECTIVE] >= first &&
	     status.gid[PROC_EFFECTIVE] <= last))
		return 0;
	return look_found(
		c, found, false,
		arena_printf(c->arena, "%u", status.gid[PROC_EFFECTIVE]), NULL,
		"net.ipv4.ping_group_range is '%lu %lu', and the "
		"group of process %d is %u",
		first, last, c->pid, status.gid[PROC_EFFECTIVE]);
}

/* ---- sockets that have a path ---- */

static bool is_path(const struct why_case *c)
{
	return c->subject && c->subject[0] == '/';
}

int probe_socket_closed(const struct why_case *c, struct why_finding *found)
{
	struct stat st;
	bool is_there = is_path(c) && look_stat(c, c->subject, &st);
	const char *name = is_path(c) ? strrchr(c->subject, '/') + 1 : "";

	if (!is_path(c) || (is_there && !S_ISSOCK(st.st_mode)) ||
	    !strstr(name, "sock"))
		return 0;
	return look_found(c, found, true, c->subject,
			  strcmp(name, "docker.sock") == 0 ?
				  ": systemctl start docker" :
				  "",
			  is_there ? "'%s' is a socket, and the connection was "
				     "refused" :
				     "there is no '%s'",
			  c->subject);
}

int probe_socket_mode(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	struct stat st;

	if (!is_path(c) || !look_stat(c, c->subject, &st) ||
	    !S_ISSOCK(st.st_mode) || !look_status(c, &status) ||
	    status.uid[PROC_FS] == st.st_uid || st.st_mode & 02)
		return 0;
	return look_found(c, found, true, c->subject,
			  arena_printf(c->arena, "$(stat -c %%G %s)",
				       c->subject),
			  "it is of user %u and group %u, mode %o, and process "
			  "%d is user %u",
			  st.st_uid, st.st_gid, st.st_mode & 0777, c->pid,
			  status.uid[PROC_FS]);
}
