/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ipc.h - the objects of an ipc namespace: System V, and POSIX message queues
 *
 * How it works
 * ============
 * /proc/sysvipc shows the ipc namespace of who opens it, and a message queue
 * file system that of who mounts it. So a visitor opens the files and mounts
 * (detached: nothing of it is seen anywhere); the caller reads. Without the
 * right to mount, the queues are read where /dev/mqueue shows them.
 *
 * Ids of users are as the caller's user namespace has them; process ids as the
 * caller's pid namespace, 0 if they have none in it.
 *
 * Ownership: in the caller's arena.
 * Threads:   no shared state.
 * See:       sysvipc(7), mq_overview(7)
 */
#ifndef KERNEL_IPC_H
#define KERNEL_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/ns.h"

enum ipc_kind { IPC_SHM, IPC_SEM, IPC_MSG, IPC_MQUEUE, IPC_KINDS };

/* More than these are left out: a stranger may make very many. */
#define IPC_MAX 4096

/**
 * struct ipc_object - one of them
 * @id, @key:	of System V
 * @name:	of a POSIX queue, "/name"; else NULL
 * @bytes:	shm: size; msg, mqueue: what is in it; sem: 0
 * @count:	sem: semaphores; msg, mqueue: messages, -1: not known
 * @attached:	of shm
 * @pid, @last_pid: shm: who made it, who used it last; msg: who sent last,
 *		who received last; sem: 0
 * @changed:	seconds since 1970; mqueue: when it was last changed
 */
struct ipc_object {
	enum ipc_kind kind;
	int id;
	int32_t key;
	const char *name;
	unsigned mode;
	uint32_t uid, gid, creator;
	int64_t bytes, count, attached;
	pid_t pid, last_pid;
	int64_t changed;
};

/**
 * struct ipc_list - all of a namespace
 * @has_sysv, @has_queues: that half could be read
 * @cut:	there are more than IPC_MAX
 */
struct ipc_list {
	struct ipc_object *objects;
	size_t count;
	bool has_sysv, has_queues, cut;
};

/**
 * ipc_parse() - the text of /proc/sysvipc/shm, sem or msg
 *
 * Appends to @list, whose @objects has room for IPC_MAX. Lines that are not as
 * they should be are passed over.
 */
void ipc_parse(enum ipc_kind kind, const char *text, struct ipc_list *list);

/**
 * ipc_read() - the objects of an ipc namespace
 * @proc_fd:	from proc_open()
 * @ipc_fd:	the namespace, or -1: the caller's own
 * @user_fd:	the user namespace that owns it, if it is not the caller's; else
 *		-1
 *
 * What may not be read is no error but a false flag of the list.
 *
 * Return: 0 or -ENOMEM.
 */
MUST_CHECK int ipc_read(int proc_fd, int ipc_fd, int user_fd,
			struct arena *arena, struct ipc_list *ret_list,
			struct kist_error *err);

#endif
