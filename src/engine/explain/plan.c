/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c - a plan in words: its operations, one after the other */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/container/exec.h"
#include "engine/explain/plan.h"
#include "engine/oci/oci.h"
#include "engine/run/running.h"
#include "format/config.h"
#include "kernel/cap.h"

enum { BEFORE, NAMESPACES, FILES, PROCESS, PROGRAM };

static const char *const parts[] = {
	[BEFORE] = "before the first process",
	[NAMESPACES] = "namespaces",
	[FILES] = "files, session and terminal",
	[PROCESS] = "what the process is and may do",
	[PROGRAM] = "the program",
};

#define PLAN_NONE STEP_NO_OP

const struct step_row step_rows[STEP_COUNT] = {
#define STEP(id, part, op, words, shell, way, what, protects, us, cost, see) \
	[STEP_##id] = { #id,  part,	PLAN_##op, words, shell, WAY_##way,  \
			what, protects, us,	   cost,  see },
#include "engine/explain/plan_steps.def"
#undef STEP
};

enum step_id step_of(int op, const char *words)
{
	enum step_id id = 0;

	while (id < STEP_COUNT && (step_rows[id].op != op ||
				   strncmp(step_rows[id].words, words,
					   strlen(step_rows[id].words)) != 0))
		id++;
	return id;
}

/* ---- telling ---- */

static void *grown(struct arena *arena, void *items, size_t count, size_t *size,
		   size_t item)
{
	void *more;

	if (count + 1 < *size)
		return items;
	*size = *size ? *size * 2 : 16;
	more = arena_array(arena, *size, item);
	if (count)
		memcpy(more, items, count * item);
	return more;
}

void say_sentence(struct telling *t, struct sentences *to, const char *text)
{
	to->items = grown(t->arena, to->items, to->count, &to->size,
			  sizeof(*to->items));
	if (arena_failed(t->arena))
		return;
	to->items[to->count++] = text;
}

/* The made-up id of a plan says nothing. */
static char *without_id(struct telling *t, char *text)
{
	const char *id = t->p ? t->p->id : NULL;
	size_t len = id ? strlen(id) : 0;
	char *at;

	if (len < 32)
		return text;
	while ((at = strstr(text, id)) != NULL) {
		memcpy(at, "ID", 2);
		memmove(at + 2, at + len, strlen(at + len) + 1);
	}
	return text;
}

static const char *fill(struct telling *t, const char *text, const char *a,
			const char *b)
{
	CLEANUP_BUF struct buf words;

	buf_init(&words);
	for (; *text; text++) {
		if (text[0] == '{' && (text[1] == '1' || text[1] == '2') &&
		    text[2] == '}') {
			const char *word = text[1] == '1' ? a : b;

			buf_puts(&words, word ? word : "");
			text += 2;
		} else {
			buf_putc(&words, *text);
		}
	}
	return words.len ? without_id(t, arena_strdup(t->arena, words.data)) :
			   "";
}

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

static const char *place_words(struct telling *t, const struct place *place)
{
	const struct config_source *config = t->p ? t->p->config : NULL;
	char text[200] = "";

	if (place && place->option && !*place->option)
		return NULL;
	if (place && place->option)
		return without_id(t, arena_strdup(t->arena, place->option));
	/* a configuration that kist wrote itself is nowhere to be looked up */
	if (!place || !place->offset || !config || !config->text ||
	    t->p->spec->root_mount || strlen(t->p->id) >= 64)
		return NULL;
	config_place(config->text, config->len, config->name, place, text,
		     sizeof(text));
	return text[0] ? arena_strdup(t->arena, text) : NULL;
}

static struct kist_step *join(struct telling *t, enum step_id id, const char *a)
{
	struct kist_step *step = &t->steps[t->count - 1];

	/* the same group may be in several hierarchies */
	if (strcmp(t->last_of, a) != 0)
		t->last_of = arena_printf(t->arena, "%s, %s", t->last_of, a);
	step->what = fill(t, step_rows[id].what, t->last_of, NULL);
	step->us += fabs(step_rows[id].us) + t->folded_us;
	t->folded_us = 0;
	return step;
}

struct kist_step *tell(struct telling *t, enum step_id id, const char *what,
		       const char *a, const char *b, const struct place *place)
{
	const struct step_row *row = &step_rows[id];
	struct kist_step *step;

	if (row->way == WAY_FOLD) {
		t->folded_us += fabs(row->us);
		return NULL;
	}
	if (row->way == WAY_JOIN && t->count && t->last == id && a)
		return join(t, id, a);
	t->steps = grown(t->arena, t->steps, t->count, &t->size,
			 sizeof(*t->steps));
	step = &t->steps[t->count];
	if (!arena_failed(t->arena))
		t->count++;
	if (row->part_order > t->part_order)
		t->part_order = row->part_order;
	*step = (struct kist_step){
		.part = parts[t->part_order],
		.what = fill(t, what ? what : row->what, a, b),
		.protects = or_null(row->protects),
		.cost = or_null(row->cost),
		.see = or_null(row->see),
		.place = place_words(t, place),
		.us = fabs(row->us) + t->folded_us,
		.is_estimate = row->us < 0,
	};
	t->folded_us = 0;
	t->last = id;
	t->last_of = a ? a : "";
	return step;
}

void tell_times(struct kist_step *step, enum step_id id, int times)
{
	if (step && times > 1)
		step->us += fabs(step_rows[id].us) * (times - 1);
}

/* ---- one operation ---- */

static const char *quoted(struct telling *t, const char *word)
{
	return arena_printf(t->arena, "'%s'", word ? word : "");
}

static void tell_root(struct telling *t, const struct plan_note *note)
{
	const struct spec *spec = t->p->spec;
	const char *path = t->p->root_path;

	tell(t, STEP_ROOT, NULL,
	     spec->root_mount ?
		     "an overlay, so that writing changes no file below" :
		     arena_printf(t->arena, "'%s'%s", path,
				  spec->root_readonly ? ", read-only" : ""),
	     NULL, &note->place);
	if (!spec->root_mount && access(path, F_OK) < 0)
		say_sentence(
			t, &t->missing,
			arena_printf(t->arena,
				     "the root directory '%s' is not there",
				     path));
}

/* Their first argument says more than their words. */
static const char *subject(struct telling *t, enum step_id id,
			   const struct plan_note *note)
{
	const struct spec_process *process = &t->p->spec->process;

	switch (id) {
	case STEP_ID_MAPS:
		return words_of_ids(t);
	case STEP_HOOKS_OUTSIDE:
		return tell_hooks(t, HOOK_PRESTART, HOOK_CREATE_RUNTIME);
	case STEP_BOUNDING:
		return arena_printf(
			t->arena, "%d",
			__builtin_popcountll(process->caps[CAP_SET_BOUNDING] &
					     CAP_ALL));
	case STEP_CAPS:
		return words_of_caps(t, process->caps[CAP_SET_EFFECTIVE]);
	case STEP_RLIMIT:
		return words_of_rlimit(t, note->a);
	case STEP_FILTER:
		return words_of_filter(t);
	case STEP_EXEC:
		return words_of_command(t);
	case STEP_UID:
		return arena_printf(t->arena, "user %u, group %u%s",
				    process->uid, process->gid,
				    process->group_count ? " and others" : "");
	case STEP_FDS:
		return strcmp(note->a, "0") == 0 ?
			       "standard input, output and error" :
			       arena_printf(t->arena,
					    "the standard three and %s more",
					    note->a);
	case STEP_JOIN_ALL:
		return words_of_kinds(t);
	case STEP_ENTER_GROUP:
		return quoted(t, note->a);
	case STEP_LINK:
		return arena_printf(t->arena, "/dev/%s", note->a);
	default:
		return note->a;
	}
}

static void tell_op(struct telling *t, int number, const struct plan_op *op,
		    const struct plan_note *note)
{
	const char *what = NULL, *a;
	char words[400];
	enum step_id id;

	plan_describe(t->p->plan, number, words, sizeof(words));
	id = step_of(op->kind, words);
	if (id == STEP_COUNT)
		return;
	if (id == STEP_FORK)
		tell_process(t);
	if (id == STEP_ROOT) {
		tell_root(t, note);
		return;
	}
	if (id == STEP_MOUNT && note->b) {
		tell_mount(t, note->a, note->b, &note->place);
		return;
	}
	if (id == STEP_JOIN_NS) {
		tell(t, id, NULL, note->a, note->b, &note->place);
		return;
	}
	if (!*step_rows[id].what || id == STEP_HOOK || id == STEP_HOOK_START) {
		what = *step_rows[id].what ? NULL :
					     arena_strdup(t->arena, words);
		a = arena_strdup(t->arena, words);
	} else {
		a = subject(t, id, note);
	}
	if (id == STEP_DEVICE_BOUND)
		a = quoted(t, note->b);
	tell(t, id, what, a, note->b, &note->place);
}

static void tell_end(struct telling *t)
{
	const struct spec_hooks *hooks = t->p->spec->hooks;

	if (hooks[HOOK_POSTSTART].count)
		tell(t, STEP_POSTSTART, NULL,
		     tell_hooks(t, HOOK_POSTSTART, HOOK_POSTSTART), NULL, NULL);
	tell(t, STEP_WAIT, NULL,
	     hooks[HOOK_POSTSTOP].count ?
		     arena_printf(t->arena, "the group, the state; then %s",
				  tell_hooks(t, HOOK_POSTSTOP, HOOK_POSTSTOP)) :
		     "its control group and what it mounted",
	     NULL, NULL);
}

static void tell_plan(struct telling *t)
{
	const struct plan *plan = t->p->plan;
	const struct plan_op *ops = (const void *)plan->ops.data;
	const struct plan_note *notes = (const void *)plan->notes.data;

	if (!t->p->is_exec)
		tell_before(t);
	if (!plan->forks)
		tell_process(t);
	for (size_t i = 0; i < plan_op_count(plan); i++)
		tell_op(t, (int)i, &ops[i], &notes[i]);
	if (!t->p->is_exec)
		tell_end(t);
	tell_open(t);
}

/* ---- the interface ---- */

static const char *const *finish(struct telling *t, const struct sentences *s)
{
	static const char *const none[] = { NULL };

	(void)t;
	return s->count ? s->items : none;
}

static const char *const *copied(struct telling *t,
				 const struct string_list *list)
{
	struct sentences copy = { 0 };

	for (size_t i = 0; i < list->count; i++)
		say_sentence(t, &copy, arena_strdup(t->arena, list->items[i]));
	return finish(t, &copy);
}

static void sum_up(struct telling *t, struct kist_steps *to)
{
	static const struct string_list none;
	const struct spec *spec = t->p ? t->p->spec : NULL;

	to->steps = t->steps;
	to->count = t->count;
	to->open = finish(t, &t->open);
	to->missing = finish(t, &t->missing);
	to->ignored = copied(t, spec ? &spec->ignored : &none);
	to->warnings = copied(t, spec ? &spec->warnings : &none);
	to->us = 0;
	for (size_t i = 0; i < t->count; i++)
		to->us += t->steps[i].us;
}

static void read_plan(void *context, const struct planning *p)
{
	struct kist_steps *steps = context;
	struct telling t = {
		.arena = steps->arena,
		.p = p,
		.last = STEP_COUNT,
	};

	tell_plan(&t);
	sum_up(&t, steps);
}

static int begin(struct kist_steps *steps, struct kist_error *err)
{
	*steps = (struct kist_steps){ .arena = malloc(sizeof(struct arena)) };
	if (!steps->arena)
		return err_nomem(err);
	arena_init(steps->arena);
	return 0;
}

static int end(struct kist_steps *steps, int ret, struct kist_error *err)
{
	if (ret == 0 && arena_failed(steps->arena))
		ret = err_nomem(err);
	if (ret < 0)
		kist_explain_steps_free(steps);
	return ret;
}

int kist_explain_run(const struct kist *kist, const struct kist_run *run,
		     struct kist_steps *ret_steps, struct kist_error *err)
{
	int ret = begin(ret_steps, err);

	if (ret == 0)
		ret = running_plan(kist, run, true, read_plan, ret_steps, err);
	return end(ret_steps, ret, err);
}

int kist_explain_exec(const struct kist *kist, const struct kist_exec *exec,
		      struct kist_steps *ret_steps, struct kist_error *err)
{
	int ret = begin(ret_steps, err);

	if (ret == 0)
		ret = exec_plan(kist, exec, read_plan, ret_steps, err);
	return end(ret_steps, ret, err);
}

int kist_explain_bundle(const struct kist_oci *oci,
			const struct kist_oci_create *args,
			struct kist_steps *ret_steps, struct kist_error *err)
{
	struct kist_oci_create create = *args;
	int ret = begin(ret_steps, err);

	if (!create.id)
		create.id = "ID";
	if (ret == 0)
		ret = oci_plan(oci, &create, true, read_plan, ret_steps, err);
	return end(ret_steps, ret, err);
}

int kist_explain_lines(const char *lines, struct kist_steps *ret_steps,
		       struct kist_error *err)
{
	struct telling t = { .last = STEP_COUNT };
	int ret = begin(ret_steps, err);

	if (ret == 0) {
		t.arena = ret_steps->arena;
		tell_lines(&t, lines);
		sum_up(&t, ret_steps);
	}
	return end(ret_steps, ret, err);
}

void kist_explain_steps_free(struct kist_steps *steps)
{
	if (steps->arena)
		arena_done(steps->arena);
	free(steps->arena);
	*steps = (struct kist_steps){ 0 };
}
