/* SPDX-License-Identifier: Apache-2.0 */
/* loan.c - the layers of one container, used by another while that runs */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "engine/try/loan.h"

static int take(struct loan *loan, const char *lender,
		const struct record *record, struct kist_error *err)
{
	loan->life_fd = openat(loan->dir_fd, "life", O_RDWR | O_CLOEXEC);
	if (loan->life_fd < 0 || flock(loan->life_fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, KIST_E_CONTAINER_RUNNING,
			       "container '%s' is running, or in use", lender);
	if (renameat(loan->dir_fd, "layers", record->dir_fd, "layers") == 0)
		return 0;
	if (errno != ENOENT)
		return err_sys(err, KIST_E_STORE, errno,
			       "take over the layers of '%s'", lender);
	err_set(err, KIST_E_IMAGE, "container '%s' has no layers", lender);
	err_hint(err, "only those of image 'host' have");
	return -ENOENT;
}

int loan_take(struct folders *folders, const char *lender,
	      const struct record *record, struct loan *ret_loan,
	      struct kist_error *err)
{
	struct record theirs = RECORD_NONE;
	struct loan loan = LOAN_NONE;
	struct id id;
	int ret = folders_find(folders, lender, &id, err);

	if (ret == 0)
		ret = record_open(folders, &id, &theirs, err);
	if (ret < 0)
		return ret;
	loan.dir_fd = fcntl(theirs.dir_fd, F_DUPFD_CLOEXEC, 3);
	record_close(&theirs);
	if (loan.dir_fd < 0)
		return err_sys(err, KIST_E_STORE, errno, "open '%s'", lender);
	ret = take(&loan, lender, record, err);
	if (ret < 0) {
		cleanup_fd(&loan.dir_fd);
		cleanup_fd(&loan.life_fd);
		return ret;
	}
	*ret_loan = loan;
	return 0;
}

void loan_return(struct loan *loan, const struct record *record)
{
	if (loan->dir_fd < 0)
		return;
	/* If it fails they stay with the borrower, which `kist ps -a` lists. */
	(void)!renameat(record->dir_fd, "layers", loan->dir_fd, "layers");
	cleanup_fd(&loan->dir_fd);
	cleanup_fd(&loan->life_fd);
	*loan = (struct loan)LOAN_NONE;
}
