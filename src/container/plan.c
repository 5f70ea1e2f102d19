/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.c - the sticky builder of the child's plan
 *
 * How it works
 * ============
 * The block is: head, data, operations, slots. Data comes first, so that an
 * offset is known when the bytes are appended; operations and slots are
 * gathered beside it and joined at the end.
 */
#include <errno.h>
#include <string.h>

#include "container/plan.h"

/* Room for a usual plan; it grows if need be. */
static void begin(struct buf *buf, struct arena *arena, size_t size)
{
	buf_init_in(buf, arena_alloc(arena, size), size);
}

void plan_init(struct plan *plan, struct arena *arena)
{
	struct plan_head head = { .magic = PLAN_MAGIC };

	*plan = (struct plan){ .arena = arena, .fault_op = -1 };
	begin(&plan->data, arena, 6144);
	begin(&plan->ops, arena, 64 * sizeof(struct plan_op));
	begin(&plan->notes, arena, 64 * sizeof(struct plan_note));
	begin(&plan->slots, arena, 256);
	begin(&plan->owned, arena, 256);
	buf_add(&plan->data, &head, sizeof(head));
	plan_slot(plan); /* PLAN_SLOT_REPORT */
}

void plan_close_fds(struct plan *plan)
{
	const int32_t *fds = (const void *)plan->owned.data;

	for (size_t i = 0; i < plan->owned.len / sizeof(*fds); i++)
		close(fds[i]);
	plan->owned.len = 0;
}

void plan_done(struct plan *plan)
{
	plan_close_fds(plan);
	buf_done(&plan->data);
	buf_done(&plan->ops);
	buf_done(&plan->notes);
	buf_done(&plan->slots);
	buf_done(&plan->owned);
}

int plan_fd(struct plan *plan, int fd)
{
	int32_t number = fd;
	size_t slot = plan->slots.len / sizeof(number);

	buf_add(&plan->slots, &number, sizeof(number));
	return (int)slot;
}

int plan_slot(struct plan *plan)
{
	return plan_fd(plan, -1);
}

int plan_take_fd(struct plan *plan, int fd)
{
	int32_t number = fd;

	if (fd >= 0)
		buf_add(&plan->owned, &number, sizeof(number));
	return plan_fd(plan, fd);
}

uint64_t plan_bytes(struct plan *plan, const void *bytes, size_t len)
{
	uint64_t offset;

	buf_align(&plan->data, 8);
	offset = plan->data.len;
	buf_add(&plan->data, bytes, len);
	return offset;
}

uint64_t plan_text(struct plan *plan, const char *text)
{
	uint64_t offset = plan->data.len;

	if (!text)
		return 0;
	buf_add(&plan->data, text, strlen(text) + 1);
	return offset;
}

uint64_t plan_vector(struct plan *plan, const char *const *texts, size_t count)
{
	uint64_t *offsets = ARENA_ARRAY(plan->arena, uint64_t, count + 1);

	if (!offsets)
		return 0;
	for (size_t i = 0; i < count; i++)
		offsets[i] = plan_text(plan, texts[i]);
	return plan_bytes(plan, offsets, (count + 1) * sizeof(*offsets));
}

struct plan_op *plan_add(struct plan *plan, enum plan_op_kind kind)
{
	struct plan_op op = { .kind = (uint16_t)kind, .slot = -1, .dir = -1 };
	struct plan_note note = { 0 };

	buf_add(&plan->ops, &op, sizeof(op));
	buf_add(&plan->notes, &note, sizeof(note));
	if (buf_failed(&plan->ops))
		return ARENA_NEW(plan->arena, struct plan_op);
	return (struct plan_op *)(void *)(plan->ops.data + plan->ops.len) - 1;
}

static struct plan_note *last_note(struct plan *plan)
{
	if (buf_failed(&plan->notes))
		return ARENA_NEW(plan->arena, struct plan_note);
	return (struct plan_note *)(void *)(plan->notes.data +
					    plan->notes.len) -
	       1;
}

void plan_say(struct plan *plan, const char *text, const char *a, const char *b)
{
	struct plan_note *note = last_note(plan);

	note->text = text;
	note->a = a;
	note->b = b;
}

void plan_at(struct plan *plan, const struct place *place)
{
	last_note(plan)->place = *place;
}

struct plan_op *plan_call(struct plan *plan, long nr, uint64_t a, uint64_t b,
			  uint64_t c)
{
	struct plan_op *op = plan_add(plan, PLAN_CALL);

	op->arg[0] = (uint64_t)nr;
	op->arg[1] = a;
	op->arg[2] = b;
	op->arg[3] = c;
	return op;
}

size_t plan_op_count(const struct plan *plan)
{
	return plan->ops.len / sizeof(struct plan_op);
}

static bool failed(const struct plan *plan)
{
	return buf_failed(&plan->data) || buf_failed(&plan->ops) ||
	       buf_failed(&plan->notes) || buf_failed(&plan->slots) ||
	       buf_failed(&plan->owned) || arena_failed(plan->arena);
}

static struct iovec part_of(const struct buf *buf)
{
	return (struct iovec){ .iov_base = buf->data, .iov_len = buf->len };
}

int plan_finish(struct plan *plan, struct iovec ret_parts[PLAN_PARTS],
		struct kist_error *err)
{
	size_t slots = plan->slots.len / sizeof(int32_t);
	struct plan_head *head;

	if (failed(plan))
		return err_nomem(err);
	if (slots > PLAN_SLOT_MAX)
		return err_set(err, KIST_E_PLAN_SIZE,
			       "%zu mounts, devices and fds are too many",
			       slots);

	buf_align(&plan->data, 8);
	head = (struct plan_head *)(void *)plan->data.data;
	head->ops = (uint32_t)plan->data.len;
	head->op_count = (uint32_t)plan_op_count(plan);
	head->slots = head->ops + (uint32_t)plan->ops.len;
	head->slot_count = (uint32_t)slots;
	head->size = head->slots + (uint32_t)plan->slots.len;
	head->fault_op = plan->fault_op;
	head->fault_errno = plan->fault_errno;

	ret_parts[0] = part_of(&plan->data);
	ret_parts[1] = part_of(&plan->ops);
	ret_parts[2] = part_of(&plan->slots);
	return 0;
}
