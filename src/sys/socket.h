/* SPDX-License-Identifier: Apache-2.0 */
/**
 * socket.h - AF_UNIX sockets: pairs, messages with fds, paths of any length
 *
 * Every fd is close-on-exec. Everything returns -errno. No SIGPIPE is raised.
 *
 * Threads: no shared state.
 * See:     unix(7), cmsg(3)
 */
#ifndef SYS_SOCKET_H
#define SYS_SOCKET_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/macros.h"

#define SYS_FDS_MAX 64 /* fds in one message */

/* Two connected sockets. @type: SOCK_SEQPACKET, SOCK_STREAM … */
MUST_CHECK int sys_socket_pair(int type, int ret_fd[2]);

/**
 * sys_send_fds() - send one message with fds
 * @len:	at least 1: fds travel with bytes
 *
 * Return: bytes sent, or -errno.
 */
MUST_CHECK ssize_t sys_send_fds(int socket_fd, const void *bytes, size_t len,
				const int *fds, size_t count);

/**
 * sys_recv_fds() - receive one message with fds
 * @fds:	room for @max; what comes is the caller's to close
 *
 * Return: bytes received (0: the other end is closed), or -errno. -EMSGSIZE:
 * bytes or fds did not fit; then no fd is left open.
 */
MUST_CHECK ssize_t sys_recv_fds(int socket_fd, void *bytes, size_t size,
				int *fds, size_t max, size_t *ret_count);

/**
 * sys_unix_connect() - connect to a socket in the file system
 * @path:	relative to @dir_fd (or AT_FDCWD); may be longer than the 107
 *		bytes of sun_path
 *
 * Return: the socket, or -errno.
 */
MUST_CHECK int sys_unix_connect(int dir_fd, const char *path, int type);

/**
 * sys_unix_listen() - make a socket in the file system and listen on it
 * @path:	its directory may be anywhere and its name up to 80 bytes long
 *
 * Return: the socket, or -errno (EADDRINUSE: there is such a file).
 */
MUST_CHECK int sys_unix_listen(int dir_fd, const char *path, int type);

/* As accept4(2). */
MUST_CHECK int sys_accept(int socket_fd);

#endif
