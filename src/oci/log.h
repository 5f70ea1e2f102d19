/* SPDX-License-Identifier: Apache-2.0 */
/**
 * log.h - errors in the two formats engines read, and for people
 *
 * With --log the error is one line of the file, in the format asked for, and
 * the bare message on standard error, as runc has it. Without, standard error
 * gets the line in the format asked for, or, if none was, "kist-oci: …" and the
 * hint. A terminal gets the hint in any case.
 */
#ifndef OCI_LOG_H
#define OCI_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "oci/oci.h"

/* Open --log; a failure to is an error of the command. */
MUST_CHECK int log_open(struct oci_global *global, struct kist_error *err);

/* One line for a program: {"level":"error","msg":…} or time=… level=… msg=… */
void log_format(struct buf *buf, bool json, const char *level,
		const char *message, const char *time);

/**
 * log_message() - an error in the words engines look for
 *
 * One line; where the cause was written stands in it, and not in the hint.
 * Texts that engines take for something else are worded anew: see log.c.
 */
void log_message(const struct kist_error *err, struct buf *buf);

/* Print an error in all its places. Return: the exit status. */
int log_error(struct oci_global *global, const struct kist_error *err);

/* Something to know that is no error: shown to people only, for in JSON some
 * engines read one object and no more. */
void log_warning(const struct oci_global *global, const char *message);

/* With --debug: one line more in the log. */
void log_debug(const struct oci_global *global, const char *message);

#endif
