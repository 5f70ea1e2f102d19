/* SPDX-License-Identifier: Apache-2.0 */
/**
 * spaces.h - the network namespaces of this machine
 *
 * How it works
 * ============
 * There is no list of them. One is found because a process is in it, it has a
 * name, it is mounted somewhere, somebody has it open, or a socket belongs to
 * it whose holder is elsewhere. The last is found by asking those sockets that
 * no namespace found so far claims (SIOCGSKNS on a copy of the descriptor).
 *
 * Ownership: load/done.
 */
#ifndef ENGINE_NET_SPACES_H
#define ENGINE_NET_SPACES_H

#include <kist/run.h>

#include "engine/net/holders.h"
#include "kernel/sock_diag.h"

#define SPACE_NAMES 8

/**
 * struct space - one
 * @fd:		an nsfs fd; -1: it cannot be opened
 * @names:	NULL-terminated
 * @first:	process with the lowest number in it
 * @is_closed:	its sockets may not be asked for
 */
struct space {
	uint64_t ino;
	int fd;
	const char *names[SPACE_NAMES + 1];
	const struct process *first;
	unsigned processes;
	const char *kept_by, *label;
	bool is_ours, is_initial, is_closed;
	struct sock *socks;
	size_t sock_count;
};

struct spaces {
	struct arena arena;
	int proc_fd;
	struct holders holders;
	struct space *list;
	size_t count, room;
};

/* @ret_spaces: in place; must not be moved. Return: 0; PROC_FAKE, NO_MEMORY. */
MUST_CHECK int spaces_load(const struct kist *kist, struct spaces *ret_spaces,
			   struct kist_error *err);
void spaces_done(struct spaces *spaces);

/* By inode number, or NULL. */
struct space *spaces_find(const struct spaces *spaces, uint64_t ino);

#endif
