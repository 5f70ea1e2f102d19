/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ptrace.h - following a process from system call to system call
 *
 * A thread that stands still is named by its id: only its tracer can wait for
 * it, so the id cannot be used anew meanwhile.
 *
 * Threads: a tracee belongs to the thread that seized it.
 * See:     ptrace(2)
 */
#ifndef SYS_PTRACE_H
#define SYS_PTRACE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/macros.h"

/* Status of waitpid(2): the number behind a stop, 0: a signal arrives. */
#define SYS_TRACE_EVENT(status) ((status) >> 16)
/* The signal of a stop at a system call. */
#define SYS_TRACE_CALL 0x85

enum sys_trace_event {
	SYS_TRACE_FORK = 1,
	SYS_TRACE_VFORK = 2,
	SYS_TRACE_CLONE = 3,
	SYS_TRACE_EXEC = 4,
	SYS_TRACE_STOP = 128,
};

/**
 * struct sys_call_stop - a system call, where it begins or ends
 * @is_exit:	then @result, else @number and @args
 * @arch:	AUDIT_ARCH_*
 * @result:	negative errno if it failed
 */
struct sys_call_stop {
	int is_entry, is_exit;
	uint32_t arch;
	uint64_t number, args[6];
	int64_t result;
};

/* Trace @pid and what it forks, clones and executes. Return: 0 or -errno. */
MUST_CHECK int sys_trace_seize(pid_t pid);
/* Go on, to the next stop; @signal is given to it. */
int sys_trace_on(pid_t pid, int signal);
/* It stopped for a signal like SIGSTOP, and stays so until SIGCONT. */
int sys_trace_listen(pid_t pid);
/* Let it go. */
int sys_trace_detach(pid_t pid, int signal);
/* Make it stop, to be let go. */
int sys_trace_interrupt(pid_t pid);
/* Of one that stands still at a call. Return: 0 or -errno. */
MUST_CHECK int sys_trace_call(pid_t pid, struct sys_call_stop *ret_stop);
/* Bytes of its memory. Return: how many could be read, or -errno. */
MUST_CHECK ssize_t sys_trace_read(pid_t pid, uint64_t address, void *buf,
				  size_t size);

#endif
