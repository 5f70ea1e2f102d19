/* SPDX-License-Identifier: Apache-2.0 */
/* report.c - telling the parent, and leaving */
#include <linux/socket.h>

#include "child/child.h"

/* <sys/socket.h> has it; the kernel's headers do not. */
#define MSG_NOSIGNAL 0x4000

void child_report(struct child *c, enum plan_report_kind kind, int errnum)
{
	struct plan_report report;
	int fd = child_fd_if_any(c, PLAN_SLOT_REPORT);

	memset(&report, 0, sizeof(report));
	report.kind = kind;
	report.op = c->op;
	report.errnum = errnum;
	report.value = c->value;
	text_append(report.text, sizeof(report.text), c->text);
	/* A parent that is gone needs no report. */
	SYS(sendto, fd, &report, sizeof(report), MSG_NOSIGNAL, 0, 0);
}

void child_exit(int status)
{
	for (;;)
		SYS(exit_group, status);
}

void child_die(struct child *c, int errnum)
{
	child_report(c, PLAN_FAILED, errnum);
	child_exit(CHILD_EXIT_FAILED);
}
