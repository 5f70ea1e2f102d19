/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/error.h - why something failed
 *
 * Every function of the library that can fail takes a struct kist_error and
 * returns 0 or a negative errno. The number is for the program, the object for
 * the person: one line that says what failed and why, one line that says what
 * to do about it.
 *
 * Ownership:  the caller's, usually on the stack; flat, nothing is allocated.
 *             Zeroed means "no error". It can be copied and sent over a pipe.
 * Threads:    no shared state.
 */
#ifndef KIST_ERROR_H
#define KIST_ERROR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* enum kist_err - what kind of failure; the list is kist/errors.def */
enum kist_err {
	KIST_OK,
#define KIST_ERROR(id, class, errnum, summary, hint) KIST_E_##id,
#include <kist/errors.def>
#undef KIST_ERROR
	KIST_E_COUNT
};

/* enum kist_class - what a program does about it; decides the exit status */
enum kist_class {
	KIST_CLASS_USAGE,	/* the command line: exit 2 */
	KIST_CLASS_CONFIG,	/* config.json or another input file */
	KIST_CLASS_HOST,	/* this machine lacks or forbids something */
	KIST_CLASS_STATE,	/* the container is not there, or not so */
	KIST_CLASS_NOT_EXEC,	/* the command cannot be executed: 126 */
	KIST_CLASS_NOT_FOUND,	/* the command is not there: 127 */
	KIST_CLASS_UNSUPPORTED, /* not (yet) done by kist */
	KIST_CLASS_SYSTEM,	/* a system call failed */
};

/**
 * struct kist_error - one failure
 * @id:		enum kist_err; 0 is "no error"
 * @errnum:	positive errno, 0 if none applies
 * @context:	what was being done: "cannot start 'web'", outermost first
 * @what:	what failed first: "mount tmpfs on '/mnt'"
 * @kernel:	the kernel's own sentence, if it gave one
 * @place:	where the cause was written: "mounts[7] at config.json:112:34"
 * @hint:	one remedy; if empty, the id's own hint applies
 * @cause:	enum kist_cause (kist/cause.h): the rule that refused, if it is known; then
 *		@hint is its remedy
 */
struct kist_error {
	int32_t id;
	int32_t errnum;
	int32_t cause;
	char context[200];
	char what[400];
	char kernel[200];
	char place[200];
	char hint[300];
};

/**
 * kist_error_line() - the one line for a person or a log
 * @buf, @size:	receives the NUL-terminated line; truncated to fit
 *
 * "CONTEXT: WHAT: REASON (ERRNO)", without the program's name or a newline.
 *
 * Return: the length of the whole line, as snprintf(3).
 */
int kist_error_line(const struct kist_error *err, char *buf, size_t size);

/**
 * kist_error_hint() - the second line: what to do, and the place
 *
 * Return: as kist_error_line(); 0 with an empty string when there is nothing
 * to say.
 */
int kist_error_hint(const struct kist_error *err, char *buf, size_t size);

/* The name of an id ("NS_UNKNOWN"), its class, and its summary. */
const char *kist_error_name(int id);
enum kist_class kist_error_class(int id);
const char *kist_error_summary(int id);

#ifdef __cplusplus
}
#endif

#endif
