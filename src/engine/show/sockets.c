/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sockets.c - the sockets of its network namespace that wait for others
 *
 * The lists of /proc/PID/net are those of that process's namespace, and nobody
 * is refused them. For a namespace without a process a visitor opens them.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/num.h"
#include "engine/show/show.h"
#include "kernel/net_socket.h"
#include "kernel/ns_visit.h"

#define TABLE_MAX (16u << 20)
#define SOCKETS_MAX 4096

enum table { TCP, TCP6, UDP, UDP6, UNIX, TABLES };

static const char *const tables[TABLES] = { "tcp", "tcp6", "udp", "udp6",
					    "unix" };

/* States of the tables: TCP_LISTEN; of udp TCP_CLOSE, bound and not
 * connected. */
#define STATE_LISTEN 0x0a
#define STATE_UNCONNECTED 0x07
#define FLAG_ACCEPTS 0x10000

struct sockets {
	struct kist_show_socket *items;
	size_t count, named; /* @named: those whose process is known */
};

/* ---- reading ---- */

struct opened {
	int proc_fd;
	pid_t pid;
	int fd[TABLES];
};

static int open_tables(void *arg, struct kist_error *err)
{
	struct opened *o = arg;
	char path[64];

	(void)err;
	for (enum table i = 0; i < TABLES; i++) {
		if (o->pid)
			snprintf(path, sizeof(path), "%d/net/%s", o->pid,
				 tables[i]);
		else
			snprintf(path, sizeof(path), "thread-self/net/%s",
				 tables[i]);
		o->fd[i] = openat(o->proc_fd, path, O_RDONLY | O_CLOEXEC);
	}
	return 0;
}

/* Hexadecimal words in the machine's byte order. */
static bool read_address(const char *hex, bool v6, char *ret, size_t size)
{
	uint32_t words[4];
	char text[INET6_ADDRSTRLEN];
	int count = v6 ? 4 : 1;

	if (strlen(hex) != (size_t)count * 8)
		return false;
	for (int i = 0; i < count; i++)
		if (sscanf(hex + 8 * i, "%8" SCNx32, &words[i]) != 1)
			return false;
	inet_ntop(v6 ? AF_INET6 : AF_INET, words, text, sizeof(text));
	snprintf(ret, size, v6 ? "[%s]" : "%s", text);
	return true;
}

static void add(struct showing *s, struct sockets *list, enum table table,
		const char *address, uint64_t inode)
{
	if (list->count == SOCKETS_MAX)
		return;
	list->items[list->count++] = (struct kist_show_socket){
		.protocol = tables[table],
		.address = arena_strdup(&s->arena, address),
		.inode = inode,
	};
}

static void take_inet(struct showing *s, struct sockets *list, enum table table,
		      const char *line)
{
	bool v6 = table == TCP6 || table == UDP6;
	char hex[33], host[64], address[96];
	unsigned port, state, wanted = STATE_LISTEN;
	uint64_t inode;

	if (table == UDP || table == UDP6)
		wanted = STATE_UNCONNECTED;
	if (sscanf(line,
		   " %*d: %32[0-9A-F]:%x %*32[0-9A-F]:%*x %x %*x:%*x %*x:%*x "
		   "%*x %*u %*d %" SCNu64,
		   hex, &port, &state, &inode) != 4 ||
	    state != wanted || !read_address(hex, v6, host, sizeof(host)))
		return;
	snprintf(address, sizeof(address), "%s:%u", host, port);
	add(s, list, table, address, inode);
}

static void take_unix(struct showing *s, struct sockets *list, const char *line)
{
	unsigned flags;
	uint64_t inode;
	int at = 0;

	if (sscanf(line, "%*x: %*x %*x %x %*x %*x %" SCNu64 " %n", &flags,
		   &inode, &at) != 2 ||
	    !(flags & FLAG_ACCEPTS) || !at || !line[at])
		return;
	add(s, list, UNIX, line + at, inode);
}

static void take_table(struct showing *s, struct sockets *list,
		       enum table table, char *text)
{
	char *save, *line;

	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (table == UNIX)
			take_unix(s, list, line);
		else
			take_inet(s, list, table, line);
}

/* ---- whose they are ---- */

static void name_socket(struct sockets *list, uint64_t inode, pid_t pid)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].inode == inode && !list->items[i].pid) {
			list->items[i].pid = pid;
			list->named++;
		}
}

static void look_at_files(struct showing *s, struct sockets *list, pid_t pid)
{
	char path[64], link[64];
	struct dirent *entry;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%d/fd", pid);
	fd = openat(s->proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir))) {
		ssize_t len =
			readlinkat(fd, entry->d_name, link, sizeof(link) - 1);
		uint64_t inode;

		if (len <= 0)
			continue;
		link[len] = '\0';
		if (sscanf(link, "socket:[%" SCNu64, &inode) == 1)
			name_socket(list, inode, pid);
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
}

/* Only processes that are in the namespace are asked; a socket that was passed
 * on to another stays without a name. */
static void find_owners(struct showing *s, struct sockets *list)
{
	DIR *dir = show_processes(s->proc_fd);
	struct dirent *entry;
	uint64_t net = 0;
	uint32_t pid;

	for (size_t i = 0; i < s->show.ns_count; i++)
		if (s->show.ns[i].kind == 1u << NS_NET)
			net = s->show.ns[i].inode;
	while (dir && list->named < list->count && (entry = readdir(dir)))
		if (num_parse_u32(entry->d_name, &pid) == 0 && pid && net &&
		    show_ns_inode(s->proc_fd, (pid_t)pid, "net") == net)
			look_at_files(s, list, (pid_t)pid);
	if (dir)
		closedir(dir);
}

static int open_inside(struct showing *s, struct opened *o)
{
	int fd[NS_COUNT], ns_fd, ret;

	if (s->pid)
		return open_tables(o, NULL);
	ns_fd = target_ns(&s->target, NS_NET, NULL);
	if (ns_fd < 0)
		return ns_fd;
	ret = net_entry(ns_fd, fd, NULL);
	if (ret < 0)
		return ret;
	ret = ns_visit(fd, open_tables, o, NULL);
	cleanup_fd(&fd[NS_USER]);
	return ret;
}

int show_sockets(struct showing *s, struct kist_error *err)
{
	struct opened o = { s->proc_fd, s->pid, { -1, -1, -1, -1, -1 } };
	struct sockets list = { 0 };
	bool seen = false;

	list.items =
		ARENA_ARRAY(&s->arena, struct kist_show_socket, SOCKETS_MAX);
	if (arena_failed(&s->arena))
		return err_nomem(err);
	if (open_inside(s, &o) < 0)
		o.proc_fd = -1;
	for (enum table i = 0; i < TABLES; i++) {
		CLEANUP_BUF struct buf text;

		buf_init(&text);
		if (o.fd[i] >= 0 && buf_read(&text, o.fd[i], TABLE_MAX) == 0) {
			seen = true;
			if (text.data)
				take_table(s, &list, i, text.data);
		}
		cleanup_fd(&o.fd[i]);
	}
	if (!seen)
		show_hide(s, "its sockets");
	find_owners(s, &list);
	s->show.sockets = list.items;
	s->show.socket_count = list.count;
	return 0;
}
