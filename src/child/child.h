/* SPDX-License-Identifier: Apache-2.0 */
/**
 * child.h - the state of the child, and what all operations share
 *
 * An operation is a function op_NAME(child, op) that returns 0 or a negative
 * errno; main.c has the table and decides what a failure means. What it puts
 * into child->value and child->text goes with the report. A plan that points
 * outside itself is the parent's mistake: the accessors below do not return
 * then, but report EFAULT (EBADF for a slot), so operations need no checks.
 */
#ifndef CHILD_CHILD_H
#define CHILD_CHILD_H

#include <asm/errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* glibc's and the kernel's names clash: only the kernel's headers are used. */
#include <linux/fcntl.h>
#include <linux/limits.h>

#include "child/plan.h"
#include "child/syscall.h"
#include "child/text.h"

#define CHILD_EXIT_FAILED 125

/**
 * struct child - everything the child knows
 * @plan:	the block, writable, followed by a zero byte
 * @op:		number of the operation that is being done
 * @value:	detail for the report: see enum plan_report_kind
 * @text:	likewise; both are cleared before each operation
 * @program:	what LOOKUP found, for EXEC
 * @gate:	FORK: a pipe whose other end the old process holds, or -1
 */
struct child {
	char *plan;
	uint32_t size;
	const struct plan_op *ops;
	uint32_t op_count;
	int32_t *slots;
	uint32_t slot_count;
	int32_t fault_op;
	int32_t fault_errno;

	int32_t op;
	int32_t value;
	char text[sizeof(((struct plan_report *)0)->text)];
	char program[PATH_MAX];
	int gate[2];
};

/* What the arguments of an operation mean. */

/* @size bytes at @offset of the plan. */
void *child_data(struct child *c, uint64_t offset, uint64_t size);
/* The string at @offset. */
char *child_text(struct child *c, uint64_t offset);
/* The vector at @offset as pointers; an empty one for 0. May be repeated. */
char **child_vector(struct child *c, uint64_t offset);
/* The fd in @slot, which has to hold one. */
int child_fd(struct child *c, int64_t slot);
/* The fd in @slot, or -1 if @slot is -1 or empty. */
int child_fd_if_any(struct child *c, int64_t slot);
/* Keep @fd in @slot; without a slot, close it. */
void child_keep(struct child *c, int64_t slot, int fd);

/* Reports (report.c). */

/* Send a report of @kind with the child's op, value and text. */
void child_report(struct child *c, enum plan_report_kind kind, int errnum);
/* Report the failure of this operation and exit. */
_Noreturn void child_die(struct child *c, int errnum);
_Noreturn void child_exit(int status);

/* Processes (process.c). */

/* Where the process that FORK made goes on, on a stack of its own. */
_Noreturn void child_go_on(struct child *c);

struct clone_args;
/* A new process as fork(2) makes it; flags and the rest from @args. */
long child_clone(struct clone_args *args);
/* Every signal as it is by default, SIGPIPE with @sigpipe_ignored. */
void child_reset_signals(bool sigpipe_ignored);
/* Ignore or no longer ignore SIGPIPE. */
void child_ignore_sigpipe(bool ignored);
/* Block all signals or none. */
void child_block_signals(bool all);

/* mount(2) for what fsconfig(2) cannot take (mount_classic.c). Return: the
 * detached mount. */
int mount_classic(struct child *c, const struct plan_op *op);

typedef int child_op(struct child *c, const struct plan_op *op);

child_op op_call, op_sync, op_write, op_link_up, op_ready, op_listen;
child_op op_tree, op_fsmount, op_place, op_mask, op_readonly, op_pivot;
child_op op_make, op_symlink, op_copyup;
child_op op_fork, op_bound, op_caps, op_cwd, op_seccomp, op_fds;
child_op op_console, op_hook, op_init, op_lookup, op_exec;

#endif
