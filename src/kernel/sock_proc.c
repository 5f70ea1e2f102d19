/* SPDX-License-Identifier: Apache-2.0 */
/* sock_proc.c - sockets as /proc/net has them */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/net_socket.h"
#include "kernel/ns_visit.h"
#include "kernel/sock_proc.h"

#define TEXT_MAX (256u << 20)

struct wish {
	char path[40];
	int fd;
};

/* The folder "net" is that of the namespace of who opens it. */
static int open_there(void *arg, struct kist_error *err)
{
	struct wish *wish = arg;

	wish->fd = open(wish->path, O_RDONLY | O_CLOEXEC);
	if (wish->fd < 0 && errno != ENOENT)
		return err_sys(err, KIST_E_SYSTEM, errno, "open '%s'",
			       wish->path);
	return 0;
}

int sock_proc_load(int netns_fd, enum sock_kind kind, int family,
		   struct buf *ret_text, struct kist_error *err)
{
	struct wish wish = { .fd = -1 };
	int fd[NS_COUNT], ret = net_entry(netns_fd, fd, err);

	if (ret < 0)
		return ret;
	snprintf(wish.path, sizeof(wish.path), "/proc/self/net/%s%s",
		 sock_kind_name(kind), family == AF_INET6 ? "6" : "");
	if (fd[NS_NET] < 0)
		ret = open_there(&wish, err);
	else
		ret = ns_visit(fd, open_there, &wish, err);
	cleanup_fd(&fd[NS_USER]);
	if (ret < 0 || wish.fd < 0)
		return ret;
	ret = buf_read(ret_text, wish.fd, TEXT_MAX);
	buf_putc(ret_text, '\0');
	close(wish.fd);
	if (ret < 0 || buf_failed(ret_text))
		return err_sys(err, KIST_E_SYSTEM, ret < 0 ? -ret : ENOMEM,
			       "read '%s'", wish.path);
	return 0;
}

/* Words of 32 bits in the machine's order, eight digits each. */
static bool read_words(const char *digits, int family, struct address *address)
{
	size_t count = address_size(family) / 4;

	if (strspn(digits, "0123456789abcdefABCDEF") != count * 8)
		return false;
	address->family = (uint8_t)family;
	address->prefix = (uint8_t)address_bits(family);
	for (size_t i = 0; i < count; i++) {
		uint32_t word;

		if (sscanf(digits + i * 8, "%8" SCNx32, &word) != 1)
			return false;
		memcpy(address->bytes + i * 4, &word, 4);
	}
	return true;
}

int sock_proc_read(enum sock_kind kind, int family, const char *line,
		   struct sock *ret_sock)
{
	struct sock sock = { .kind = kind, .family = (uint8_t)family };
	char local[40], remote[40];
	unsigned local_port, remote_port, state;
	uint64_t ino;

	if (sscanf(line,
		   " %*u: %39[0-9A-Fa-f]:%x %39[0-9A-Fa-f]:%x %x "
		   "%" SCNx32 ":%" SCNx32 " %*x:%*x %*x %" SCNu32
		   " %*u %" SCNu64,
		   local, &local_port, remote, &remote_port, &state, &sock.send,
		   &sock.receive, &sock.uid, &ino) != 9 ||
	    !read_words(local, family, &sock.local) ||
	    !read_words(remote, family, &sock.remote) || local_port > 65535 ||
	    remote_port > 65535 || state > 255)
		return -EINVAL;
	sock.ino = ino;
	sock.state = (uint8_t)state;
	sock.local_port = (uint16_t)local_port;
	sock.remote_port = (uint16_t)remote_port;
	if (kind == SOCK_KIND_RAW) {
		sock.protocol = sock.local_port;
		sock.local_port = sock.remote_port = 0;
	}
	*ret_sock = sock;
	return 0;
}
