/* SPDX-License-Identifier: Apache-2.0 */
/**
 * planned.h - make a plan by hand, have the real child walk it, see what came
 *
 *	struct planned p;
 *
 *	planned_begin(&p);
 *	planned_op(&p, PLAN_WRITE, (uint64_t[]){ planned_text(&p, "/x"), … });
 *	planned_run(&p);
 *	assert_int_equal(planned_failure(&p), EACCES);
 *
 * The child is the program the environment's KIST_INIT names. It runs in the
 * namespaces of the test; a test that needs its own calls unshare(2) before.
 */
#ifndef TESTS_CHILD_PLANNED_H
#define TESTS_CHILD_PLANNED_H

#include "check.h"
#include "child/plan.h"

#define PLANNED_WORLD "/mnt" /* an empty tmpfs of this test program's own */
#define ARGS(...) ((const uint64_t[7]){ __VA_ARGS__ })
#define NO_SLOT ((uint64_t)-1)

/**
 * struct planned - a plan, and what came of it
 * @block:	the data; op and slot arrays are put behind it at the end
 * @output:	what the last process wrote to its standard output and error
 * @status:	of the child, or of what it forked: exit status, 128 + signal
 * @on_sync:	called for every PLAN_SYNCED before it is answered
 */
struct planned {
	char block[1 << 18];
	uint32_t size;
	struct plan_op ops[64];
	uint32_t op_count;
	int32_t slots[64];
	uint32_t slot_count;
	int32_t fault_op, fault_errno;
	void (*spoil)(struct planned *p); /* after it is put together */
	void (*on_sync)(struct planned *p, int stage);
	bool deserts; /* the first PLAN_SYNCED is not answered but hung up on */

	struct plan_report reports[32];
	uint32_t report_count;
	int status;
	int pid;
	int forked;
	char output[4096];
};

void planned_begin(struct planned *p);
uint64_t planned_data(struct planned *p, const void *data, size_t size);
uint64_t planned_text(struct planned *p, const char *text);
/* A vector of strings, up to NULL. */
uint64_t planned_vector(struct planned *p, const char *const *strings);
int planned_slot(struct planned *p, int fd);
struct plan_op *planned_op(struct planned *p, enum plan_op_kind kind,
			   const uint64_t arg[7]);
/* CALL number(args): args are plain numbers unless marked afterwards. */
void planned_exec(struct planned *p, const char *const *argv);

/* Start the child; planned_end() collects. planned_run() is both. */
void planned_start(struct planned *p);
void planned_end(struct planned *p);
void planned_run(struct planned *p);

/* Did the program write anything yet? Between start and end. */
bool planned_has_output(void);

/* The errno of the PLAN_FAILED report, 0 if there was none. */
int planned_failure(const struct planned *p);
const struct plan_report *planned_report(const struct planned *p,
					 enum plan_report_kind kind);

/* main() of a test program: a mount namespace and an empty world for it. */
void planned_world(void);
/* A file, directory or link in the world; parents have to be there. */
void make_file(const char *path, const char *text);
void make_dir(const char *path);
void make_link(const char *path, const char *text);
bool exists(const char *path);
int open_dir(const char *path);

#endif
