/* SPDX-License-Identifier: Apache-2.0 */
/**
 * step.h - one change of a control group: told, done, and explained when it is
 * refused
 *
 * Each takes absolute places from cg_place(). With a dry trace nothing is done
 * and the result is 0.
 */
#ifndef ENGINE_CG_STEP_H
#define ENGINE_CG_STEP_H

#include "base/trace.h"
#include "engine/cg/group.h"

#define CG_LEAF "kist-leaf"

/* Make the directory of the group. @there_ok: tell it as mkdir -p, for it may
 * be there by then. Return: 0; 1: it was there; an error. */
MUST_CHECK int cg_step_make(const struct cg_group *group, int i, bool there_ok,
			    const struct kist_trace *trace,
			    struct kist_error *err);

/* Write one value of a file; CG_FILE, CG_VALUE, CGROUP_DENIED … */
MUST_CHECK int cg_step_write(const struct cg_group *group, int i,
			     const char *file, const char *value,
			     const char *why, const struct kist_trace *trace,
			     struct kist_error *err);

/**
 * cg_step_enable() - have v2 controllers in a group
 * @names:	"memory pids"
 * @leaf:	move strangers out of the way too (struct kist_cg_new)
 */
MUST_CHECK int cg_step_enable(const struct cg_group *group, int i,
			      const char *names, bool leaf,
			      const struct kist_trace *trace,
			      struct kist_error *err);

/* Move the processes of a v2 group to CG_LEAF below it: those of the caller's
 * session, and with @strangers all. Return: 0, or CG_RULE. */
MUST_CHECK int cg_step_leaf(const struct cg_group *group, int i, bool strangers,
			    const struct kist_trace *trace,
			    struct kist_error *err);

/* Give a new v1 cpuset the processors and memory of the group above, except
 * where a value for it is in @values. */
MUST_CHECK int cg_step_cpuset(const struct cg_group *group, int i,
			      const char *const *values,
			      const struct kist_trace *trace,
			      struct kist_error *err);

/* Move one process, or thread. */
MUST_CHECK int cg_step_move(const struct cg_group *group, int i, pid_t pid,
			    bool thread, const struct kist_trace *trace,
			    struct kist_error *err);

/* Remove the directory; waits for who is ending. */
MUST_CHECK int cg_step_remove(const struct cg_group *group, int i,
			      const struct kist_trace *trace,
			      struct kist_error *err);

/* ---- why (explain.c) ---- */

/* write(2) of @value gave @errnum. Return: -errno of the error. */
int cg_explain_write(const struct cg_group *group, int i, const char *file,
		     const char *value, int errnum, struct kist_error *err);

/* There is no such file: the nearest, or the other version's. */
int cg_explain_absent(const struct cg_group *group, int i, const char *file,
		      struct kist_error *err);

/* Moving @pid gave @errnum. */
int cg_explain_move(const struct cg_group *group, int i, pid_t pid, bool thread,
		    int errnum, struct kist_error *err);

/* mkdir(2), rmdir(2) or opening gave @errnum; @what: "make", "remove" */
int cg_explain_directory(const struct cg_group *group, int i, const char *what,
			 int errnum, struct kist_error *err);

/* Why v2 has no controller in a group, or v1 has it. */
int cg_explain_controller(const struct cg_group *group, const char *name,
			  struct kist_error *err);

/* The process ids of a file, sorted, unique; 0: of other pid namespaces. */
MUST_CHECK int cg_read_pids(int dir_fd, const char *file, struct arena *arena,
			    pid_t **ret_pids, size_t *ret_count);

/* /proc/PID/comm without what a terminal would act on; "" if it is gone. */
const char *cg_comm(pid_t pid, struct arena *arena);

/* ---- a list of FILE=VALUE (values.c) ---- */

struct cg_value {
	const char *file, *value;
	int hierarchy; /* -1: not found yet */
	bool done;
};

/* "FILE=VALUE" … Return: CG_FILE for names that are none. */
MUST_CHECK int cg_values_parse(const char *const *words, struct arena *arena,
			       struct cg_value **ret_values, size_t *ret_count,
			       struct kist_error *err);

/**
 * cg_values_place() - find the hierarchy of each
 * @is_new:	the group is to be made: files are where their controller is
 */
MUST_CHECK int cg_values_place(const struct cg_group *group, bool is_new,
			       struct cg_value *values, size_t count,
			       struct kist_error *err);

/* Enable what they need on v2, and write them in the kernel's order. */
MUST_CHECK int cg_values_write(const struct cg_group *group, bool leaf,
			       struct cg_value *values, size_t count,
			       const struct kist_trace *trace,
			       struct kist_error *err);

#endif
