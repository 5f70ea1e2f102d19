/* SPDX-License-Identifier: Apache-2.0 */
/* report.c - telling the parent, and leaving */
#include "child/child.h"

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
	/* Not sendto(2), which a filter may forbid; SIGPIPE is ignored. A
	 * parent that is gone needs no report. */
	SYS(write, fd, &report, sizeof(report));
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
