/* SPDX-License-Identifier: Apache-2.0 */
/**
 * port_process.h - the process that carries ports into a namespace
 */
#ifndef ENGINE_NET_PORT_PROCESS_H
#define ENGINE_NET_PORT_PROCESS_H

#include "engine/net/port_record.h"
#include "kernel/ns.h"

/**
 * struct port_job - what it is given; fds stay the caller's
 * @record:	its pid is not known yet
 * @folder_fd, @record_fd: RUN/ports, and the locked file in there
 * @ns_fd:	to enter
 * @watched_fd:	a pidfd with whose process it ends, or -1
 * @watched_path: a file with whose name it ends, or NULL
 * @life_fd:	it ends when the other side is closed, or -1
 */
struct port_job {
	struct port_record *record;
	int folder_fd, record_fd;
	int ns_fd[NS_COUNT];
	int watched_fd;
	const char *watched_path;
	int life_fd;
};

/* Make it. Return: 0 when the ports are open, or what failed. */
MUST_CHECK int port_process_start(struct port_job *job, struct kist_error *err);

#endif
