/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connector.c - the kernel's own words about forks, execs and exits
 *
 * NETLINK_CONNECTOR, CN_IDX_PROC: for root in the first user and network
 * namespace alone (connector.rst). Messages that are lost cost nothing but
 * time: the next look sees what they were about.
 */
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/watch/watch.h"

#define ROOM (4 << 20)
#define COPY_US 20000

struct listen_message {
	struct nlmsghdr header;
	struct cn_msg connector;
	enum proc_cn_mcast_op op;
} __attribute__((packed));

int connector_open(void)
{
	const struct sockaddr_nl group = { .nl_family = AF_NETLINK,
					   .nl_groups = CN_IDX_PROC };
	const struct listen_message message = {
		.header = { .nlmsg_len = sizeof(message),
			    .nlmsg_type = NLMSG_DONE },
		.connector = { .id = { CN_IDX_PROC, CN_VAL_PROC },
			       .len = sizeof(message.op) },
		.op = PROC_CN_MCAST_LISTEN,
	};
	const int room = ROOM;
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_CONNECTOR);

	if (fd < 0)
		return -errno;
	/* what comes while nothing is heard must find room */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (geteuid() == 0 &&
	    bind(fd, (const struct sockaddr *)&group, sizeof(group)) == 0 &&
	    send(fd, &message, sizeof(message), 0) == sizeof(message))
		return fd;
	close(fd);
	return -EPERM;
}

static void look_at_copies(struct watching *w)
{
	for (size_t i = 0; i < w->copy_count; i++)
		watch_process(w, w->copies[i]);
	w->copy_count = 0;
}

void connector_copies(struct watching *w)
{
	if (w->copy_count && watch_now_us() >= w->copies_at_us)
		look_at_copies(w);
}

static void note_copy(struct watching *w, pid_t pid)
{
	if (w->copy_count == ARRAY_LEN(w->copies))
		look_at_copies(w);
	if (w->copy_count == 0)
		w->copies_at_us = watch_now_us() + COPY_US;
	w->copies[w->copy_count++] = pid;
}

static void forget_copy(struct watching *w, pid_t pid)
{
	for (size_t i = 0; i < w->copy_count; i++)
		if (w->copies[i] == pid)
			w->copies[i--] = w->copies[--w->copy_count];
}

static void take_event(struct watching *w, const struct proc_event *event)
{
	pid_t pid;

	if (event->what == PROC_EVENT_FORK &&
	    event->event_data.fork.child_pid ==
		    event->event_data.fork.child_tgid) {
		note_copy(w, event->event_data.fork.child_pid);
	} else if (event->what == PROC_EVENT_EXEC) {
		pid = event->event_data.exec.process_tgid;
		forget_copy(w, pid);
		watch_process(w, pid);
	} else if (event->what == PROC_EVENT_EXIT &&
		   event->event_data.exit.process_pid ==
			   event->event_data.exit.process_tgid) {
		pid = event->event_data.exit.process_pid;
		forget_copy(w, pid);
		watch_exit(w, pid, (int)event->event_data.exit.exit_code);
	} else {
		return;
	}
	watch_soon(w, WATCH_SOON_US);
}

static void take_message(struct watching *w, const char *bytes, size_t len)
{
	struct nlmsghdr header;
	struct cn_msg connector;
	struct proc_event event = { 0 };
	size_t body;

	if (len < sizeof(header) + sizeof(connector))
		return;
	memcpy(&header, bytes, sizeof(header));
	memcpy(&connector, bytes + NLMSG_HDRLEN, sizeof(connector));
	body = len - NLMSG_HDRLEN - sizeof(connector);
	if (header.nlmsg_type != NLMSG_DONE ||
	    connector.id.idx != CN_IDX_PROC || body < 16)
		return;
	memcpy(&event, bytes + NLMSG_HDRLEN + sizeof(connector),
	       body < sizeof(event) ? body : sizeof(event));
	take_event(w, &event);
}

void connector_read(struct watching *w)
{
	char bytes[1024];
	struct sockaddr_nl from;

	for (int i = 0; i < 1000; i++) {
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(w->connector_fd, bytes, sizeof(bytes), 0,
				       (struct sockaddr *)&from, &from_len);

		if (len < 0)
			break;
		if (from.nl_pid == 0) /* the kernel, and nobody else */
			take_message(w, bytes, (size_t)len);
	}
}
