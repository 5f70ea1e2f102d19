/* SPDX-License-Identifier: Apache-2.0 */
/**
 * filter.h - which rows of a table are shown
 *
 *	TYPE == "net" && (NPROCS > 3 || COMMAND =~ "^sleep")
 *
 * Columns, "texts", numbers; == != < <= > >= or eq ne lt le gt ge; =~ and !~
 * with an extended regular expression; ! && || or not and or; brackets. Two
 * numbers are compared as numbers, all else as text. A column by itself holds
 * if it is neither empty nor 0.
 */
#ifndef CLI_FILTER_H
#define CLI_FILTER_H

#include <stdbool.h>

#include "base/err.h"

/* The text of a column in the row; NULL: there is no such column. */
typedef const char *filter_value(void *row, const char *column);

/**
 * filter_apply() - does a row pass?
 * @ret_passes:	may be NULL, to check the words alone
 *
 * Return: 0, or -EINVAL (LIST_FILTER).
 */
MUST_CHECK int filter_apply(const char *filter, filter_value *value, void *row,
			    bool *ret_passes, struct kist_error *err);

#endif
