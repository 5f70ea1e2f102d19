/* SPDX-License-Identifier: Apache-2.0 */
/**
 * loan.h - the layers of one container, used by another while that runs
 *
 * The folder "layers" is moved from one record to the other and back. The
 * lender's lock is held meanwhile, so nobody removes it or lends twice. If
 * kist is killed, the layers are where they were last: with the borrower.
 */
#ifndef ENGINE_TRY_LOAN_H
#define ENGINE_TRY_LOAN_H

#include "engine/folders.h"

/* @dir_fd, @life_fd: of the lender's record; -1: there is no loan */
struct loan {
	int dir_fd, life_fd;
};

#define LOAN_NONE                           \
	{                                   \
		.dir_fd = -1, .life_fd = -1 \
	}

/* Return: 0; CONTAINER_UNKNOWN; CONTAINER_RUNNING; IMAGE: it has none. */
MUST_CHECK int loan_take(struct folders *folders, const char *lender,
			 const struct record *record, struct loan *ret_loan,
			 struct kist_error *err);

/* Give them back, if they are lent. */
void loan_return(struct loan *loan, const struct record *record);

#endif
