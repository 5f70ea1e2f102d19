/* SPDX-License-Identifier: Apache-2.0 */
/* spaces.c - the network namespaces of this machine */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/num.h"
#include "engine/net/spaces.h"
#include "engine/ns/named.h"
#include "kernel/proc.h"
#include "sys/file.h"
#include "sys/process.h"

#define MOUNTS_MAX (64u << 20)

struct space *spaces_find(const struct spaces *spaces, uint64_t ino)
{
	for (size_t i = 0; i < spaces->count; i++)
		if (spaces->list[i].ino == ino)
			return &spaces->list[i];
	return NULL;
}

/* @fd is the space's from now on. Return: NULL: no memory. */
static struct space *add(struct spaces *s, uint64_t ino, int fd)
{
	struct space *space = spaces_find(s, ino);

	if (space) {
		if (space->fd < 0)
			space->fd = fd;
		else
			cleanup_fd(&fd);
		return space;
	}
	if (s->count == s->room) {
		size_t room = s->room ? s->room * 2 : 32;
		struct space *list = ARENA_ARRAY(&s->arena, struct space, room);

		if (!list || arena_failed(&s->arena)) {
			cleanup_fd(&fd);
			return NULL;
		}
		if (s->count)
			memcpy(list, s->list, s->count * sizeof(*list));
		s->list = list;
		s->room = room;
	}
	space = &s->list[s->count++];
	space->ino = ino;
	space->fd = fd;
	return space;
}

static void add_name(struct space *space, const char *name)
{
	size_t i = 0;

	while (i < SPACE_NAMES && space->names[i]) {
		if (strcmp(space->names[i], name) == 0)
			return;
		i++;
	}
	if (i < SPACE_NAMES)
		space->names[i] = name;
}

/* ---- where they are found ---- */

static void find_processes(struct spaces *s)
{
	for (size_t i = 0; i < s->holders.process_count; i++) {
		const struct process *process = &s->holders.processes[i];
		struct space *space = spaces_find(s, process->ns);

		if (!process->ns)
			continue;
		if (!space) {
			int fd = ns_open_pid(s->proc_fd, process->pid, NS_NET);

			space = add(s, process->ns, fd < 0 ? -1 : fd);
		}
		if (!space)
			return;
		if (!space->first)
			space->first = process;
		space->processes++;
		/* The kernel's own thread is in the first one for ever. */
		if (process->pid == 2 &&
		    strcmp(process->command, "kthreadd") == 0)
			space->is_initial = true;
	}
}

static void find_containers(const struct kist *kist, struct spaces *s)
{
	struct kist_container *list;
	size_t count;

	if (kist_containers(kist, false, &list, &count, NULL) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct process *process =
			holders_process(&s->holders, list[i].pid);
		struct space *space = process ? spaces_find(s, process->ns) :
						NULL;

		/* One that shares the host's is not named for it. */
		if (space && !space->is_initial && !space->is_ours)
			add_name(space, arena_strdup(&s->arena, list[i].name));
	}
	kist_containers_free(list, count);
}

static void find_names(const struct kist *kist, struct spaces *s)
{
	struct named *sets;
	size_t count;

	if (named_list(kist, &s->arena, &sets, &count, NULL) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		struct space *space;

		if (!(sets[i].kinds & BIT(NS_NET)) || !sets[i].ino[NS_NET])
			continue;
		space = spaces_find(s, sets[i].ino[NS_NET]);
		if (!space) {
			int fd = sets[i].path[NS_NET] ?
					 ns_open(sets[i].path[NS_NET], NS_NET,
						 NULL) :
					 -1;

			space = add(s, sets[i].ino[NS_NET], fd < 0 ? -1 : fd);
			if (space)
				space->kept_by = "name";
		}
		if (space)
			add_name(space, sets[i].name);
	}
}

/* "36 35 0:4 net:[4026532330] /run/netns/blue rw … - nsfs nsfs rw" */
static void find_mount(struct spaces *s, char *line)
{
	char *field[5], *at = line;
	struct space *space;
	uint64_t ino;
	int fd;

	for (size_t i = 0; i < ARRAY_LEN(field); i++)
		field[i] = strsep(&at, " ");
	if (!at || strncmp(field[3], "net:[", 5) != 0 ||
	    num_parse_u64_n(field[3] + 5, strcspn(field[3] + 5, "]"), &ino) < 0)
		return;
	space = spaces_find(s, ino);
	if (!space) {
		fd = ns_open(field[4], NS_NET, NULL);
		space = add(s, ino, fd < 0 ? -1 : fd);
		if (space)
			space->kept_by = "mount";
	}
	if (space && !space->names[0] && !space->is_initial)
		add_name(space, arena_strdup(&s->arena, field[4]));
}

static void find_mounts(struct spaces *s)
{
	CLEANUP_BUF struct buf text;
	char *at;

	buf_init(&text);
	if (sys_load_file(s->proc_fd, "self/mountinfo", &text, MOUNTS_MAX) < 0)
		return;
	buf_putc(&text, '\0');
	at = buf_failed(&text) ? NULL : text.data;
	while (at && *at)
		find_mount(s, strsep(&at, "\n"));
}

static void find_descriptors(struct spaces *s)
{
	for (size_t i = 0; i < s->holders.count; i++) {
		const struct holder *h = &s->holders.list[i];
		struct space *space;
		char path[64];
		int fd;

		if (!h->is_ns || spaces_find(s, h->ino))
			continue;
		snprintf(path, sizeof(path), "%d/fd/%d", h->process->pid,
			 h->fd);
		fd = openat(s->proc_fd, path, O_RDONLY | O_CLOEXEC);
		space = add(s, h->ino, fd < 0 ? -1 : fd);
		if (space)
			space->kept_by = arena_printf(&s->arena,
						      "descriptor %d of %d",
						      h->fd, h->process->pid);
	}
}

/* ---- sockets ---- */

static void load_sockets(struct spaces *s, struct space *space)
{
	struct kist_error failure = { 0 };

	if (space->fd < 0 && !space->is_ours)
		space->is_closed = true;
	else if (sock_diag_list(space->fd, SOCK_KIND_ALL, &s->arena,
				&space->socks, &space->sock_count,
				&failure) < 0)
		space->is_closed = true;
}

static int compare_ino(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* All inode numbers that some namespace claims, sorted. */
static uint64_t *claimed(struct spaces *s, size_t *ret_count)
{
	size_t count = 0;
	uint64_t *list;

	for (size_t i = 0; i < s->count; i++)
		count += s->list[i].sock_count;
	list = ARENA_ARRAY(&s->arena, uint64_t, count + 1);
	*ret_count = 0;
	if (!list || arena_failed(&s->arena))
		return NULL;
	for (size_t i = 0; i < s->count; i++)
		for (size_t n = 0; n < s->list[i].sock_count; n++)
			list[(*ret_count)++] = s->list[i].socks[n].ino;
	qsort(list, *ret_count, sizeof(*list), compare_ino);
	return list;
}

/* The namespace of somebody's socket. Return: an fd, or -errno. */
static int ask_socket(const struct holder *holder)
{
	CLEANUP_FD int pidfd = sys_pidfd_open(holder->process->pid);
	CLEANUP_FD int fd = -1;
	int ns_fd;

	if (pidfd < 0)
		return pidfd;
	fd = sys_pidfd_getfd(pidfd, holder->fd);
	if (fd < 0)
		return fd;
	ns_fd = ioctl(fd, SIOCGSKNS);
	if (ns_fd >= 0)
		(void)!fcntl(ns_fd, F_SETFD, FD_CLOEXEC);
	return ns_fd < 0 ? -errno : ns_fd;
}

static void find_sockets(struct spaces *s)
{
	size_t count;
	const uint64_t *known = claimed(s, &count);
	uint64_t last = 0;

	for (size_t i = 0; known && i < s->holders.count; i++) {
		const struct holder *h = &s->holders.list[i];
		struct space *space;
		struct stat st;
		int fd;

		if (h->is_ns || h->ino == last ||
		    bsearch(&h->ino, known, count, sizeof(*known), compare_ino))
			continue;
		last = h->ino;
		fd = ask_socket(h);
		if (fd < 0 || fstat(fd, &st) < 0 || spaces_find(s, st.st_ino)) {
			cleanup_fd(&fd);
			continue;
		}
		space = add(s, st.st_ino, fd);
		if (!space)
			return;
		space->kept_by = arena_printf(&s->arena, "socket %d of %d",
					      h->fd, h->process->pid);
		load_sockets(s, space);
	}
}

/* ---- all of it ---- */

static const char *make_label(struct spaces *s, const struct space *space)
{
	if (space->is_initial || (space->is_ours && !space->names[0]))
		return "host";
	if (space->names[0])
		return space->names[0];
	if (space->first)
		return arena_printf(&s->arena, "%d (%s)", space->first->pid,
				    space->first->command);
	return arena_printf(&s->arena, "net:[%llu]",
			    (unsigned long long)space->ino);
}

static int order(const void *a, const void *b)
{
	const struct space *one = a, *other = b;

	if (one->is_ours != other->is_ours)
		return one->is_ours ? -1 : 1;
	if (!one->names[0] != !other->names[0])
		return one->names[0] ? -1 : 1;
	if (one->names[0])
		return strcmp(one->names[0], other->names[0]);
	return (one->ino > other->ino) - (one->ino < other->ino);
}

static void find_ours(struct spaces *s)
{
	struct stat st;
	int fd = ns_open("/proc/thread-self/ns/net", NS_NET, NULL);
	struct space *space;

	if (fd < 0 || fstat(fd, &st) < 0) {
		cleanup_fd(&fd);
		return;
	}
	space = add(s, st.st_ino, fd);
	if (space)
		space->is_ours = true;
}

int spaces_load(const struct kist *kist, struct spaces *ret_spaces,
		struct kist_error *err)
{
	struct spaces *s = ret_spaces;
	int ret;

	memset(s, 0, sizeof(*s));
	arena_init(&s->arena);
	s->proc_fd = proc_open(err);
	ret = s->proc_fd < 0 ?
		      s->proc_fd :
		      holders_load(s->proc_fd, &s->arena, &s->holders, err);
	if (ret < 0) {
		spaces_done(s);
		return ret;
	}
	find_ours(s);
	find_processes(s);
	find_containers(kist, s);
	find_names(kist, s);
	find_mounts(s);
	find_descriptors(s);
	for (size_t i = 0; i < s->count; i++)
		load_sockets(s, &s->list[i]);
	find_sockets(s);
	if (s->count)
		qsort(s->list, s->count, sizeof(*s->list), order);
	for (size_t i = 0; i < s->count; i++)
		s->list[i].label = make_label(s, &s->list[i]);
	if (!arena_failed(&s->arena))
		return 0;
	spaces_done(s);
	return err_nomem(err);
}

void spaces_done(struct spaces *spaces)
{
	for (size_t i = 0; i < spaces->count; i++)
		cleanup_fd(&spaces->list[i].fd);
	cleanup_fd(&spaces->proc_fd);
	arena_done(&spaces->arena);
}
