/* SPDX-License-Identifier: Apache-2.0 */
/**
 * plan.h - building a plan: from what is asked to the child's operations
 *
 * struct plan is the sticky builder of the block described in child/plan.h.
 * Beside each operation stands a note for people: what it is in words and
 * where it was asked for; the child never sees it.
 *
 * Ownership:  plan_init/plan_done; strings and arrays in the given arena. Fds
 *             put into slots with plan_take_fd() are closed by plan_done().
 * Threads:    one plan, one thread.
 * Child-safe: no.
 */
#ifndef CONTAINER_PLAN_H
#define CONTAINER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "child/plan.h"
#include "format/spec.h"
#include "kernel/cgroup.h"

/**
 * struct plan_note - an operation in words
 * @text:	"mount %1 on '%2'": %1 and %2 stand for @a and @b
 */
struct plan_note {
	const char *text, *a, *b;
	struct place place;
};

struct plan {
	struct arena *arena;
	struct buf data;      /* head and everything operations point to */
	struct buf ops;	      /* struct plan_op */
	struct buf notes;     /* struct plan_note, one per operation */
	struct buf slots;     /* int32_t, -1: filled by the child */
	struct buf owned;     /* int32_t fds that plan_done() closes */
	uint64_t clone_flags; /* for the first process */
	const struct cgroup *cgroup; /* the first process is born there */
	const char *mark;	     /* a word for ps(1) to show, or NULL */
	bool forks; /* a FORK operation makes the real process */
	int fault_op, fault_errno;
};

void plan_init(struct plan *plan, struct arena *arena);
void plan_done(struct plan *plan);

/* Close the parent's side of the fds it gave. */
void plan_close_fds(struct plan *plan);

/* ---- slots ---- */

/* A slot the child fills. */
int plan_slot(struct plan *plan);
/* A slot with an fd of the caller's. */
int plan_fd(struct plan *plan, int fd);
/* The same, and the plan closes it. */
int plan_take_fd(struct plan *plan, int fd);

/* ---- data: offsets ---- */

uint64_t plan_bytes(struct plan *plan, const void *bytes, size_t len);
uint64_t plan_text(struct plan *plan, const char *text); /* NULL: 0 */
/* A vector of @count texts. */
uint64_t plan_vector(struct plan *plan, const char *const *texts, size_t count);

/* ---- operations ---- */

/* Append a zeroed operation of @kind with slot and dir -1; it is valid until
 * the next one is appended. */
struct plan_op *plan_add(struct plan *plan, enum plan_op_kind kind);

/* Say in words what the last operation does. */
void plan_say(struct plan *plan, const char *text, const char *a,
	      const char *b);
/* … and where it was asked for. */
void plan_at(struct plan *plan, const struct place *place);

/* CALL with up to three plain arguments; the rest by hand. */
struct plan_op *plan_call(struct plan *plan, long nr, uint64_t a, uint64_t b,
			  uint64_t c);

#define PLAN_PARTS 3

/**
 * plan_finish() - the finished block, as parts that follow each other
 *
 * They are the plan's, and good until it is changed.
 *
 * Return: 0, -ENOMEM, or -E2BIG (PLAN_SIZE) if there are too many operations.
 */
MUST_CHECK int plan_finish(struct plan *plan,
			   struct iovec ret_parts[PLAN_PARTS],
			   struct kist_error *err);

size_t plan_op_count(const struct plan *plan);

/* "mount tmpfs on '/mnt'" for operation @op. */
void plan_describe(const struct plan *plan, int op, char *buf, size_t size);

/* The whole plan as text, one line an operation (docs/plan.md). */
void plan_print(const struct plan *plan, struct buf *out);

/* Where places of a spec are to be found: config.json's text, and its name. */
struct config_source {
	const char *text, *name;
	size_t len;
};

/* Give @err the place, if it is known. */
void config_at(const struct config_source *config, const struct place *place,
	       struct kist_error *err);

/**
 * plan_error() - make the error of a child's report
 * @config:	for the place in the error, or NULL
 */
int plan_error(const struct plan *plan, const struct plan_report *report,
	       const struct config_source *config, struct kist_error *err);

#endif
