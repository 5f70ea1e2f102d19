/* SPDX-License-Identifier: Apache-2.0 */
/* trace_state.h - what the tracer knows of each process: between trace.c, which
 * follows them, and trace_refusal.c, which looks at what they were refused */
#ifndef ENGINE_WHY_TRACE_STATE_H
#define ENGINE_WHY_TRACE_STATE_H

#include "engine/why/decode.h"
#include "engine/why/trace.h"

#define WHY_TRACE_REFUSALS 300 /* that are examined; it may try for ever */
#define WHY_TRACE_TEXT 400     /* of what is written to standard error */

struct tracee {
	pid_t pid;
	bool in_call;
	struct sys_call_stop entry;
	const char *cgroup;	       /* the whole file, as it was last */
	char said[WHY_TRACE_TEXT + 1]; /* the line it is writing */
	size_t said_len;
	const char *limits; /* the same */
	const char *who;    /* "process 12 (cat)" */
};

struct tracer {
	const struct kist *kist;
	struct why_traced *traced;
	pid_t main;
	bool main_ended, is_root;
	struct tracee *tracees;
	size_t count, room;
};

/* Its folder of /proc. Return: an fd, or -1. */
int why_trace_proc(pid_t pid);

/* "process 12 (cat)", in the arena. */
const char *why_trace_who(struct arena *arena, int proc_fd, pid_t pid);

/* Is it one of these system calls? */
bool why_trace_is_call(const struct sys_call_stop *stop,
		       const char *const *names);

/* Its call ended with @errnum; its netlink socket answered; a signal ended
 * it. */
void why_trace_refused(struct tracer *t, const struct tracee *one, int errnum);
void why_trace_answered(struct tracer *t, const struct tracee *one,
			int64_t length);
void why_trace_killed(struct tracer *t, const struct tracee *one, int signal);

/* Those that the kernel ends processes with for the sake of a limit. */
const char *why_trace_limit_signal(int signal);

/* It is about to write: perhaps what it complains of. */
void why_trace_listen(struct tracer *t, struct tracee *one);

#endif
