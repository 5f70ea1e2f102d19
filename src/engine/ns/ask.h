/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ask.h - what another program says
 *
 * Threads: safe in a threaded program.
 */
#ifndef ENGINE_NS_ASK_H
#define ENGINE_NS_ASK_H

#include <stddef.h>

#include "base/macros.h"

/**
 * struct answer - of a program
 * @status:	its exit status, or 128 + signal; 127: it is not there
 * @said:	the first line of its standard output, without newline; if that
 *		is empty, of its standard error
 */
struct answer {
	int status;
	char said[300];
};

/**
 * ask() - run a program and read its first line
 * @argv:	looked for in PATH; NULL-terminated
 * @timeout_ms:	it is killed then
 *
 * Return: 0, -ETIMEDOUT, or another negative errno.
 */
MUST_CHECK int ask(const char *const *argv, int timeout_ms,
		   struct answer *ret_answer);

#endif
