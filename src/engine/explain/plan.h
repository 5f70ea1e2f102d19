/* SPDX-License-Identifier: Apache-2.0 */
/**
 * plan.h - a plan in words: what each step is, protects from and costs
 *
 * How it works
 * ============
 * plan_steps.def has what can be said of a kind of step. plan.c walks the
 * operations of a plan, finds the row of each, and tells it; what kist does
 * itself, beforehand, is told from the spec (plan_before.c), and so is what
 * all of it leaves open (plan_open.c). plan_lines.c does the same for the shell
 * lines of a dry run, which plan_shell.c finds rows for.
 *
 * Ownership: everything told is in the arena.
 */
#ifndef ENGINE_EXPLAIN_PLAN_H
#define ENGINE_EXPLAIN_PLAN_H

#include <kist/explain.h>

#include "base/arena.h"
#include "container/planning.h"

enum step_id {
#define STEP(id, part, op, words, shell, way, what, protects, us, cost, see) \
	STEP_##id,
#include "engine/explain/plan_steps.def"
#undef STEP
	STEP_COUNT
};

enum step_way { WAY_TELL, WAY_JOIN, WAY_FOLD };

#define STEP_NO_OP (-1)

/* A row of plan_steps.def. */
struct step_row {
	const char *name;
	int part_order; /* of headings */
	int op;
	const char *words, *shell;
	enum step_way way;
	const char *what, *protects;
	double us; /* less than 0: as much, but estimated */
	const char *cost, *see;
};

extern const struct step_row step_rows[STEP_COUNT];

/* The row of an operation, by its kind and words; STEP_COUNT: none. */
enum step_id step_of(int op, const char *words);

struct sentences {
	const char **items; /* NULL-terminated */
	size_t count, size;
};

/**
 * struct telling - a plan being told
 * @p:		the plan; NULL: there is none, only lines
 * @folded_us:	of steps that are not told, for the next one
 * @part_order: the heading: it only goes forward
 * @has_program: the lines end in a program
 * @last:	what was told last, and of what, to join what follows
 */
struct telling {
	struct arena *arena;
	const struct planning *p;
	struct kist_step *steps;
	size_t count, size;
	double folded_us;
	int part_order;
	bool has_program;
	enum step_id last;
	const char *last_of;
	struct sentences open, missing;
};

/* One step of a kind, done @times; {1} and {2} are @a and @b. @what: instead
 * of the row's, or NULL. */
struct kist_step *tell(struct telling *t, enum step_id id, const char *what,
		       const char *a, const char *b, const struct place *place);
/* … that is done @times. */
void tell_times(struct kist_step *step, enum step_id id, int times);
void say_sentence(struct telling *t, struct sentences *to, const char *text);

/* What comes before the first process, and its namespaces. */
void tell_before(struct telling *t);
void tell_process(struct telling *t);
/* linux.resources. */
void tell_limits(struct telling *t);
/* A mount that is attached: @source and @destination as in its words. */
void tell_mount(struct telling *t, const char *source, const char *destination,
		const struct place *place);
/* The hooks of the kinds, from @first to @last, by name. */
const char *tell_hooks(struct telling *t, int first, int last);
/* Capabilities, kinds of namespaces that are not this machine's, ids, limits,
 * calls that may be made, as {1}. */
const char *words_of_caps(struct telling *t, uint64_t mask);
const char *words_of_kinds(struct telling *t);
const char *words_of_ids(struct telling *t);
const char *words_of_rlimit(struct telling *t, const char *oci_name);
const char *words_of_filter(struct telling *t);
const char *words_of_command(struct telling *t);
/* The words of a line, at most @max; @words has room for a NULL more. Return:
 * their number. */
size_t shell_split(struct arena *arena, const char *line, const char **words,
		   size_t max);
/* The step that a line is, and what becomes {1} and {2}. STEP_COUNT: none. */
enum step_id shell_step(struct telling *t, const char *line,
			const char *ret_found[2]);
/* The shell lines of a dry run. */
void tell_lines(struct telling *t, const char *lines);
/* What is not protected, in a few sentences. */
void tell_open(struct telling *t);

#endif
