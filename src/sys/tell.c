/* SPDX-License-Identifier: Apache-2.0 */
/* tell.c - handing a struct kist_error to the program that started us */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <kist/cause.h>

#include "base/num.h"
#include "sys/tell.h"

#define MARK "kist-error 1"

struct message {
	char mark[16];
	uint32_t kinds, causes; /* of this build: the numbers mean the same */
	struct kist_error err;
};

int tell_pair(int ret_fds[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_fds) < 0)
		return -errno;
	return 0;
}

static bool is_ours(const struct message *m, ssize_t len)
{
	return len == (ssize_t)sizeof(*m) && strcmp(m->mark, MARK) == 0 &&
	       m->kinds == KIST_E_COUNT && m->causes == KIST_CAUSE_COUNT &&
	       m->err.id > KIST_OK && m->err.id < KIST_E_COUNT;
}

/* Whoever runs as a child may send: each text has an end. */
static void bound(struct kist_error *err)
{
	err->context[sizeof(err->context) - 1] = '\0';
	err->what[sizeof(err->what) - 1] = '\0';
	err->kernel[sizeof(err->kernel) - 1] = '\0';
	err->place[sizeof(err->place) - 1] = '\0';
	err->hint[sizeof(err->hint) - 1] = '\0';
}

int tell_receive(int fd, struct kist_error *ret_err)
{
	struct message m;
	int found = 0;

	for (;;) {
		ssize_t len = recv(fd, &m, sizeof(m), MSG_DONTWAIT);

		if (len <= 0)
			return found;
		m.mark[sizeof(m.mark) - 1] = '\0';
		if (found || !is_ours(&m, len))
			continue;
		bound(&m.err);
		*ret_err = m.err;
		found = 1;
	}
}

int tell_find(void)
{
	const char *word = getenv(TELL_VARIABLE);
	int type;
	socklen_t size = sizeof(type);
	uint32_t fd;

	if (!word)
		return -1;
	if (num_parse_u32(word, &fd) < 0 || fd > INT16_MAX)
		fd = UINT32_MAX;
	unsetenv(TELL_VARIABLE);
	if (fd == UINT32_MAX || fd <= STDERR_FILENO ||
	    getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 ||
	    type != SOCK_SEQPACKET || fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	return (int)fd;
}

void tell_error(int fd, const struct kist_error *err)
{
	struct message m = { .mark = MARK,
			     .kinds = KIST_E_COUNT,
			     .causes = KIST_CAUSE_COUNT,
			     .err = *err };

	/* who asked may be gone: the error is printed all the same */
	if (fd >= 0 && send(fd, &m, sizeof(m), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return;
}
