/* SPDX-License-Identifier: Apache-2.0 */
/**
 * terminal.h - a container's terminal in the hands of the caller
 *
 * The child opens the pseudo-terminal inside and sends its master through a
 * socket: to an engine's console socket, or to us (terminal_pair).
 *
 * See: termios(3), ioctl_tty(2)
 */
#ifndef CONTAINER_TERMINAL_H
#define CONTAINER_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "base/err.h"

/* Connect to an engine's console socket. Return: its fd. */
MUST_CHECK int terminal_connect(const char *path, struct kist_error *err);

/* A socket for the child, and ours to receive from. */
MUST_CHECK int terminal_pair(int *ret_theirs, int *ret_ours,
			     struct kist_error *err);

/* The master that came through the socket. Return: its fd. */
MUST_CHECK int terminal_receive(int socket_fd, struct kist_error *err);

/* Rows and columns of a terminal; false if @fd is none. */
bool terminal_size(int fd, uint16_t *ret_rows, uint16_t *ret_columns);

/* Give @to the size of @from. */
void terminal_copy_size(int from, int to);

/* Raw mode. Return: true, with the former settings, if @fd is a terminal. */
bool terminal_raw(int fd, struct termios *ret_former);
void terminal_restore(int fd, const struct termios *former);

#endif
