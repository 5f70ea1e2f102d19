/* SPDX-License-Identifier: Apache-2.0 */
/* macros.h - attributes, clean-up of locals, sizes */
#ifndef BASE_MACROS_H
#define BASE_MACROS_H

#include <stdlib.h>
#include <unistd.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (1u << (n))

/* CLEANUP_FD int fd = open(…): closed when the scope ends, unless taken. */
static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define CLEANUP_FD __attribute__((cleanup(cleanup_fd)))

/* Hand a CLEANUP_FD on: its value, and the local forgets it. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}
#define TAKE_FD(fd) take_fd(&(fd))

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}
#define CLEANUP_FREE __attribute__((cleanup(cleanup_free)))

#endif
