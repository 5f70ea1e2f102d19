/* SPDX-License-Identifier: Apache-2.0 */
/**
 * trace.h - what was refused while a command ran, and which of it mattered
 */
#ifndef ENGINE_WHY_TRACE_H
#define ENGINE_WHY_TRACE_H

#include "engine/why/why.h"

/**
 * struct why_refusal - one refused call, examined while its process stood still
 * @is_told:	the process wrote the errno's text to its standard error
 * @is_blamed:	it wrote something, and this was what it was refused last
 * @is_fatal:	it ended with a failure, and this was what it was refused last
 */
struct why_refusal {
	struct why_case c;
	struct kist_why why;
	bool is_told, is_blamed, is_fatal;
};

/**
 * struct why_traced - what came of it
 * @refusals:	in the order of time
 * @status:	as of a shell
 * @note:	what could not be seen, or NULL
 */
struct why_traced {
	struct arena *arena;
	struct why_refusal *refusals;
	size_t count, room;
	int status;
	const char *note;
};

/**
 * why_trace() - run a command and gather what it is refused
 * @path:	the program, found already
 * @environment: or NULL: ours
 *
 * Return: 0; a negative errno (WHY_TRACE) if it could not be traced. @ret… is
 * initialized by the caller but for its arena.
 */
MUST_CHECK int why_trace(const struct kist *kist, const char *path,
			 const char *const *argv, char *const *environment,
			 struct why_traced *traced, struct kist_error *err);

/* Is it worth looking at, or what programs meet every day? */
bool why_is_worth(const struct why_case *c, bool is_known_call);

/* A process wrote @text to its standard error. */
void why_blame(struct why_traced *traced, pid_t pid, const char *text);

/* A process executed a program: that it was not found in the folders of PATH
 * before is no matter. */
void why_executed(struct why_traced *traced, pid_t pid);

/* A process ended, not well. */
void why_ended(struct why_traced *traced, pid_t pid);

/* The refusal that mattered, of those with @errnum (0: any); NULL: none. What
 * fails when things are cleared away comes last. */
const struct why_refusal *why_choose(const struct why_traced *traced,
				     int errnum);
/* The one that was complained of, though the command went on; NULL: none. */
const struct why_refusal *why_choose_told(const struct why_traced *traced);

#endif
