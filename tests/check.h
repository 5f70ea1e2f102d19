/* SPDX-License-Identifier: Apache-2.0 */
/**
 * check.h - what the unit tests share, on top of cmocka
 *
 *	EACH(row, rows) {		every row of a table …
 *		CASE(row->text);	… and the name printed if it fails
 *		CHECK_SYS(unshare(0));	a system call works, or its errno is shown
 *		CHECK_ERR(&err, "…");	the error's one line; NULL: no error
 *	}
 *	skip_unless(can_make_user_namespaces());	a skip says why
 *	in_child(function);		may change its own process for good
 *
 * A test program links its own layer and those below, nothing else.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include <kist/error.h>

/* Pointer @row to each item of the array @table in turn. */
#define EACH(row, table)                                         \
	for (__typeof__(&(table)[0]) row = (table);              \
	     row < (table) + sizeof(table) / sizeof((table)[0]); \
	     row++, check_case(NULL))

/* Name what is being checked; shown if the test fails before the next. */
#define CASE(name) check_case(name)
void check_case(const char *name);

/* A system call (or anything that sets errno) gives no negative number. */
#define CHECK_SYS(call) check_sys((long)(call), #call, __FILE__, __LINE__)
long check_sys(long ret, const char *call, const char *file, int line);

/* The error reads as @line; NULL: there is none. */
#define CHECK_ERR(err, line) check_err(err, line, __FILE__, __LINE__)
void check_err(const struct kist_error *err, const char *line, const char *file,
	       int at);

/* The error's hint (second line) is @hint. */
#define CHECK_HINT(err, hint) check_hint(err, hint, __FILE__, __LINE__)
void check_hint(const struct kist_error *err, const char *hint,
		const char *file, int at);

/* End the test, as skipped and with the reason, unless @cond holds. */
#define skip_unless(cond) check_skip_unless(cond, #cond)
void check_skip_unless(bool cond, const char *text);

/* Run @function in a forked child; its failure or skip is the test's. */
void in_child(void (*function)(void));

/* What this machine lets this user do; each notes the reason of a "no". */
bool can_make_user_namespaces(void);
bool is_root(void);
bool has_capability(int cap);
bool has_file(const char *path);
/* RLIMIT_AS works: not below AddressSanitizer, which has its own memory. */
bool can_limit_memory(void);

/* The inode behind @path, links followed. */
ino_t inode_of(const char *path);
/* A namespace file opened for setns(2); close-on-exec. */
int open_ns(const char *path);

/* Tests run inside check_run(), which knows whether they came to the end. */
#undef cmocka_unit_test
#define cmocka_unit_test(f)                                                   \
	{                                                                     \
#f, check_run, check_begin, check_end, (void *)(uintptr_t)(f) \
	}
void check_run(void **state);
int check_begin(void **state);
int check_end(void **state);

#endif
