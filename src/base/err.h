/* SPDX-License-Identifier: Apache-2.0 */
/**
 * err.h - filling in a struct kist_error
 *
 * Each function that sets an error returns the negative errno to return:
 *
 *	return err_sys(err, KIST_E_SYSTEM, errno, "open '%s'", path);
 *
 * err may be NULL: then only the number is made. The first failure wins: a
 * set error is not overwritten, so that clean-up code may report too.
 *
 * Style of the text: lower case, no full stop, subject in single quotes, what
 * failed first; no errno in words (kist_error_line() adds it).
 *
 * Child-safe: no. The child reports in its own, smaller way (child/plan.h).
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <kist/error.h>

#include "base/macros.h"

/* A rule of ours refused: the errno comes from the id. */
int err_set(struct kist_error *err, enum kist_err id, const char *fmt, ...)
	PRINTF(3, 4);

/* A system call refused with @errnum (positive). Return: -errnum. */
int err_sys(struct kist_error *err, enum kist_err id, int errnum,
	    const char *fmt, ...) PRINTF(4, 5);

/* Out of memory. Return: -ENOMEM. */
int err_nomem(struct kist_error *err);

/* Put "fmt: " before what is there: what was being done. */
void err_while(struct kist_error *err, const char *fmt, ...) PRINTF(2, 3);

/* The remedy, the place it was written, the kernel's own sentence. */
void err_hint(struct kist_error *err, const char *fmt, ...) PRINTF(2, 3);
void err_place(struct kist_error *err, const char *fmt, ...) PRINTF(2, 3);
void err_kernel(struct kist_error *err, const char *fmt, ...) PRINTF(2, 3);

/* The rule that refused (kist/causes.def): its remedy becomes the hint, {1} and
 * {2} in it @first and @second (NULL: none). A hint that is there stays. */
void err_cause(struct kist_error *err, int cause, const char *first,
	       const char *second);

/* {1} and {2} of a text of the table filled in. Return: as snprintf(3). */
int err_cause_text(const char *text, const char *first, const char *second,
		   char *buf, size_t size);

/* "EPERM" for 1; "errno 4711" is never returned: unknown numbers give NULL. */
const char *errno_name(int errnum);
/* "Operation not permitted" for 1; independent of the locale. */
const char *errno_text(int errnum);

#endif
