/* SPDX-License-Identifier: Apache-2.0 */
/**
 * terminal.h - what the terminal of an output can show
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* 0: not known, or it is no terminal. */
size_t terminal_width(int fd);

/* Whether the locale's letters are UTF-8. */
bool terminal_is_utf8(void);

#endif
