/* SPDX-License-Identifier: Apache-2.0 */
/* ptrace.c - following a process from system call to system call */
#include <errno.h>
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "sys/ptrace.h"

#define PAGE 4096u

static long trace(long request, pid_t pid, unsigned long address,
		  const void *data)
{
	long ret = syscall(SYS_ptrace, request, (long)pid, address, data);

	return ret < 0 ? -errno : ret;
}

int sys_trace_seize(pid_t pid)
{
	const unsigned long options = PTRACE_O_TRACESYSGOOD |
				      PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
				      PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;

	return (int)trace(PTRACE_SEIZE, pid, 0, (const void *)options);
}

int sys_trace_on(pid_t pid, int signal)
{
	return (int)trace(PTRACE_SYSCALL, pid, 0, (const void *)(long)signal);
}

int sys_trace_listen(pid_t pid)
{
	return (int)trace(PTRACE_LISTEN, pid, 0, NULL);
}

int sys_trace_detach(pid_t pid, int signal)
{
	return (int)trace(PTRACE_DETACH, pid, 0, (const void *)(long)signal);
}

int sys_trace_interrupt(pid_t pid)
{
	return (int)trace(PTRACE_INTERRUPT, pid, 0, NULL);
}

int sys_trace_call(pid_t pid, struct sys_call_stop *ret_stop)
{
	struct ptrace_syscall_info info = { 0 };
	long ret = trace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);

	if (ret < 0)
		return (int)ret;
	*ret_stop = (struct sys_call_stop){
		.is_entry = info.op == PTRACE_SYSCALL_INFO_ENTRY,
		.is_exit = info.op == PTRACE_SYSCALL_INFO_EXIT,
		.arch = info.arch,
	};
	if (ret_stop->is_entry) {
		ret_stop->number = info.entry.nr;
		for (size_t i = 0; i < ARRAY_LEN(ret_stop->args); i++)
			ret_stop->args[i] = info.entry.args[i];
	}
	if (ret_stop->is_exit)
		ret_stop->result = info.exit.rval;
	return 0;
}

/* A page at a time: what lies behind the last one may not be there. */
ssize_t sys_trace_read(pid_t pid, uint64_t address, void *buf, size_t size)
{
	size_t done = 0;

	while (done < size) {
		size_t part = PAGE - (size_t)((address + done) % PAGE);
		struct iovec to = { (char *)buf + done, 0 };
		struct iovec from = { (void *)(uintptr_t)(address + done), 0 };
		ssize_t got;

		if (part > size - done)
			part = size - done;
		to.iov_len = from.iov_len = part;
		got = syscall(SYS_process_vm_readv, (long)pid, &to, 1L, &from,
			      1L, 0L);
		if (got < 0)
			return done ? (ssize_t)done : -errno;
		done += (size_t)got;
		if ((size_t)got < part)
			break;
	}
	return (ssize_t)done;
}
