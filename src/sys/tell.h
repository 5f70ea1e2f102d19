/* SPDX-License-Identifier: Apache-2.0 */
/**
 * tell.h - handing a struct kist_error to the program that started us
 *
 * `kist why -- kist run …` wants more of kist's failure than its text. It names
 * a socket in the environment; a kist that finds it there takes it out of the
 * environment, so that no other program inherits it, and sends each error it
 * prints through it. What is not of this very version is not taken.
 */
#ifndef SYS_TELL_H
#define SYS_TELL_H

#include <kist/error.h>

#include "base/macros.h"

#define TELL_VARIABLE "KIST_TELL"

/* A pair of sockets: ours, and the child's (kept open over its exec). Return: 0
 * or -errno. */
MUST_CHECK int tell_pair(int ret_fds[2]);
/* The first error that came, if one did: those behind it are what came of it.
 * Return: 1, 0. */
int tell_receive(int fd, struct kist_error *ret_err);

/* The child's: the socket, or -1: nobody asks. */
int tell_find(void);
void tell_error(int fd, const struct kist_error *err);

#endif
