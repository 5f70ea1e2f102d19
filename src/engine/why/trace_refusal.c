/* SPDX-License-Identifier: Apache-2.0 */
/* trace_refusal.c - what a traced process was refused, and what it says of it */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/why/trace_state.h"
#include "sys/file.h"

int why_trace_proc(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

bool why_trace_is_call(const struct sys_call_stop *stop,
		       const char *const *names)
{
	const char *name;

	why_decode_row(stop, &name);
	for (; name && *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

const char *why_trace_who(struct arena *arena, int proc_fd, pid_t pid)
{
	char name[64];
	ssize_t len = sys_read_file(proc_fd, "comm", name, sizeof(name));

	if (len > 0 && name[len - 1] == '\n')
		name[len - 1] = '\0';
	return arena_printf(arena, "process %d (%s)", pid,
			    len > 0 ? name : "?");
}

/* ---- a refusal ---- */

static bool is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* One that was refused the same before is not examined again. */
static bool is_repeated(struct why_traced *traced, const struct why_case *c)
{
	for (size_t i = traced->count; i-- > 0;) {
		struct why_refusal *r = &traced->refusals[i];
		struct why_refusal again = *r;

		if (r->c.pid != c->pid || r->c.errnum != c->errnum ||
		    r->c.call != c->call || r->c.flags != c->flags ||
		    !is_same(r->c.name, c->name) ||
		    !is_same(r->c.subject, c->subject) ||
		    !is_same(r->c.value, c->value))
			continue;
		memmove(r, r + 1,
			(traced->count - i - 1) * sizeof(*traced->refusals));
		traced->refusals[traced->count - 1] = again;
		return true;
	}
	return false;
}

static void examine(struct tracer *t, struct why_case *c, const char *who)
{
	struct why_traced *traced = t->traced;
	struct why_refusal *r;

	if (is_repeated(traced, c))
		return;
	if (traced->count == WHY_TRACE_REFUSALS) {
		memmove(traced->refusals,
			traced->refusals + WHY_TRACE_REFUSALS / 2,
			WHY_TRACE_REFUSALS / 2 * sizeof(*traced->refusals));
		traced->count = WHY_TRACE_REFUSALS / 2;
	}
	r = &traced->refusals[traced->count];
	*r = (struct why_refusal){ .c = *c };
	r->why.arena = traced->arena;
	r->why.who = who ? who :
			   why_trace_who(traced->arena, c->proc_fd, c->pid);
	r->why.errnum = c->errnum;
	if (why_answer(c, &r->why) == 0)
		traced->count++;
	r->c.proc_fd = -1;
	r->c.stop = NULL;
}

void why_trace_refused(struct tracer *t, const struct tracee *one, int errnum)
{
	CLEANUP_FD int proc_fd = why_trace_proc(one->pid);
	struct why_case c = {
		.kist = t->kist,
		.call = WHY_OTHER,
		.errnum = errnum,
		.pid = one->pid,
		.proc_fd = proc_fd,
		.stop = &one->entry,
		.arena = t->traced->arena,
	};
	struct why_decoding d = { .c = &c,
				  .stop = &one->entry,
				  .pid = one->pid };

	d.word = why_decode_row(&one->entry, &c.name);
	if (proc_fd < 0 || !c.name)
		return;
	if (d.word)
		why_decode(&d);
	if (why_is_worth(&c, d.word != NULL))
		examine(t, &c, NULL);
}

void why_trace_answered(struct tracer *t, const struct tracee *one,
			int64_t length)
{
	CLEANUP_FD int proc_fd = why_trace_proc(one->pid);
	struct why_case c = {
		.kist = t->kist,
		.pid = one->pid,
		.proc_fd = proc_fd,
		.arena = t->traced->arena,
	};

	if (proc_fd >= 0 &&
	    why_decode_netlink(&one->entry, length, one->pid, &c))
		examine(t, &c, NULL);
}

const char *why_trace_limit_signal(int signal)
{
	return signal == SIGKILL ? "SIGKILL" :
	       signal == SIGSYS	 ? "SIGSYS" :
	       signal == SIGXCPU ? "SIGXCPU" :
	       signal == SIGXFSZ ? "SIGXFSZ" :
				   NULL;
}

void why_trace_killed(struct tracer *t, const struct tracee *one, int signal)
{
	CLEANUP_FD int proc_fd = why_trace_proc(t->main);
	struct why_case c = {
		.kist = t->kist,
		.call = WHY_KILLED,
		.name = why_trace_limit_signal(signal),
		.value = one->cgroup,
		.source = one->limits,
		.pid = one->pid,
		.proc_fd = proc_fd,
		.arena = t->traced->arena,
	};

	examine(t, &c, one->who);
}

/* ---- what it says of it ---- */

/* What a write or writev is about to write. */
static size_t read_written(const struct tracee *one, char *text, size_t room)
{
	static const char *const vectors[] = { "writev", NULL };
	static const char *const writes[] = { "write", NULL };
	uint64_t vector[2 * 4] = { 0 }; /* stdio needs two parts */
	uint64_t count = 1;
	size_t used = 0;

	vector[0] = one->entry.args[1];
	vector[1] = one->entry.args[2];
	if (why_trace_is_call(&one->entry, vectors)) {
		count = one->entry.args[2];
		if (sys_trace_read(one->pid, one->entry.args[1], vector,
				   sizeof(vector)) < 16)
			return 0;
	} else if (!why_trace_is_call(&one->entry, writes)) {
		return 0;
	}
	for (size_t i = 0; i < 4 && i < count; i++) {
		uint64_t part = vector[2 * i + 1];
		ssize_t got;

		if (part > room - used)
			part = room - used;
		got = sys_trace_read(one->pid, vector[2 * i], text + used,
				     (size_t)part);
		used += got > 0 ? (size_t)got : 0;
	}
	return used;
}

/* A message may come in pieces: it ends with its line. */
void why_trace_listen(struct tracer *t, struct tracee *one)
{
	size_t got;

	if (one->entry.args[0] != STDERR_FILENO)
		return;
	if (one->said_len && (one->said[one->said_len - 1] == '\n' ||
			      one->said_len == WHY_TRACE_TEXT))
		one->said_len = 0;
	got = read_written(one, one->said + one->said_len,
			   WHY_TRACE_TEXT - one->said_len);
	if (!got)
		return;
	one->said_len += got;
	one->said[one->said_len] = '\0';
	why_blame(t->traced, one->pid, one->said);
}
