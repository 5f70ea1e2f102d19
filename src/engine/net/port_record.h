/* SPDX-License-Identifier: Apache-2.0 */
/**
 * port_record.h - RUN/ports/ID: a forwarder and its ports
 *
 * How it works
 * ============
 * A forwarder holds a lock (flock(2)) on its file for as long as it lives: the
 * kernel lets go of it however it ends. So a file nobody locks is a stale one.
 * Removing the file ends the forwarder, which watches the folder; that needs
 * no process id, and works from another pid namespace too.
 *
 * Ownership: strings in the given arena; fds the caller's.
 */
#ifndef ENGINE_NET_PORT_RECORD_H
#define ENGINE_NET_PORT_RECORD_H

#include <kist/run.h>

#include "base/arena.h"
#include "base/err.h"
#include "network/forward.h"

#define PORT_ID 12

/**
 * struct port_record - what the file says
 * @ns:		inode number of the network namespace
 * @start:	of the process, as proc_stat has it
 */
struct port_record {
	char id[PORT_ID + 1];
	const char *target;
	uint64_t ns, start;
	pid_t pid;
	struct forward_port *ports;
	size_t count;
	bool is_stale;
};

/* RUN/ports, made if it is not there. Return: an fd, or STORE. */
MUST_CHECK int port_folder(const struct kist *kist, struct kist_error *err);

/* A new, empty file, locked; the id is filled in. Return: its fd, or STORE. */
MUST_CHECK int port_record_make(int folder_fd, struct port_record *record,
				struct kist_error *err);
MUST_CHECK int port_record_save(int record_fd, const struct port_record *record,
				struct kist_error *err);

/* Return: 0; -ENOENT: there is none, or it is being made; -EINVAL: it is no
 * record. */
MUST_CHECK int port_record_load(int folder_fd, const char *id,
				struct arena *arena,
				struct port_record *ret_record);

/* All of them, in no order. */
MUST_CHECK int port_record_list(int folder_fd, struct arena *arena,
				struct port_record **ret_records,
				size_t *ret_count, struct kist_error *err);

/* End it: remove the file and wait until the forwarder let go of it. */
MUST_CHECK int port_record_end(int folder_fd, const char *id,
			       struct kist_error *err);

#endif
