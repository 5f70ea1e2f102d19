/* SPDX-License-Identifier: Apache-2.0 */
/**
 * signal.h - the signals: names and numbers
 *
 * The real-time signals begin at the kernel's view of what programs see with
 * glibc: RTMIN is 34 (whatever C library kist itself uses), RTMAX is 64.
 *
 * See: signal(7)
 */
#ifndef KERNEL_SIGNAL_H
#define KERNEL_SIGNAL_H

#include <stddef.h>

#define SIGNAL_MAX 64
#define SIGNAL_RTMIN 34

/**
 * signal_parse() - a signal in words or digits
 *
 * "TERM", "SIGTERM", "sigterm", "15", "RTMIN", "RTMIN+3", "SIGRTMAX-2". "0"
 * is 0: to ask whether a process is there.
 *
 * Return: the number, or -1.
 */
int signal_parse(const char *word);

/* "TERM" for 15, "RTMIN+3" for 37; @buf has room for it (16 bytes). Return:
 * @buf; for what is no signal, its digits. */
const char *signal_format(int number, char *buf, size_t size);

/* The name nearest to a misspelt one, without "SIG", or NULL. */
const char *signal_near(const char *word);

#endif
