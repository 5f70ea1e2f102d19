/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit_plan.c - which file of which group gets which value
 *
 * What a version says in another way is converted here; what it cannot say is
 * refused by name. The groups are new, so the one order that matters (v1:
 * memory before memory and swap) is that of the keys.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/cg/limit.h"
#include "kernel/cgroup_internal.h"
#include "sys/file.h"

#define CPU_PERIOD_US 100000
#define CPU_LONG_PERIOD_US 1000000

struct build {
	struct limit_plan *plan;
	const struct limit_asks *asks;
	char v2_controllers[256]; /* that are on v2 */
	int hierarchy[LIMIT_OPS]; /* of each ask */
};

void limit_plan_init(struct limit_plan *plan, struct arena *arena)
{
	plan->arena = arena;
	plan->world.mode = CGROUP_NONE;
	plan->world.count = 0;
	memset(plan->group, 0, sizeof(plan->group));
	memset(plan->dir_fd, -1, sizeof(plan->dir_fd));
	memset(plan->made, 0, sizeof(plan->made));
	plan->count = 0;
	plan->is_threaded = false;
	plan->is_existing = false;
}

void limit_plan_add(struct limit_plan *plan, struct limit_op op)
{
	if (plan->count < LIMIT_OPS)
		plan->ops[plan->count++] = op;
	else
		plan->arena->failed = true;
}

/* ---- values ---- */

static int not_here(const struct limit_ask *ask, bool v2, const char *nearest,
		    struct kist_error *err)
{
	int ret = err_set(err, KIST_E_LIMIT_VERSION,
			  "%s: cgroup %s has no such limit", ask->word,
			  v2 ? "v2" : "v1");

	err_hint(err, "%s", nearest ? nearest : "leave it out");
	return ret;
}

static const char *number(struct build *b, int64_t value, bool v2)
{
	if (value == LIMIT_NONE)
		return v2 ? "max" : "-1";
	return arena_printf(b->plan->arena, "%" PRId64, value);
}

static void add_write(struct build *b, int hierarchy, const char *file,
		      const char *text, const struct limit_ask *ask)
{
	const struct cgroup_hierarchy *h = &b->plan->world.h[hierarchy];

	limit_plan_add(
		b->plan,
		(struct limit_op){ .kind = LIMIT_WRITE,
				   .path = arena_printf(
					   b->plan->arena, "%s%s/%s", h->mount,
					   b->plan->group[hierarchy], file),
				   .text = text,
				   .why = ask->word,
				   .word = ask->word });
}

/* A group that is there has values: v1 wants memory never above memory and
 * swap, in between as well. */
static void order_swap(struct build *b, int hierarchy, const char *file)
{
	struct limit_plan *plan = b->plan;
	const struct limit_ask *mem = limit_ask_of(b->asks, KEY_MEM);
	const struct cgroup_hierarchy *h = &plan->world.h[hierarchy];
	struct limit_op *ops = plan->ops + plan->count - 2;
	struct limit_op first;
	char path[900];

	snprintf(path, sizeof(path), "%s%s/%s", h->mount,
		 plan->group[hierarchy], file);
	if (!mem || plan->count < 2 ||
	    mem->number <= cgroup_file_number(AT_FDCWD, path))
		return;
	first = ops[0];
	ops[0] = ops[1];
	ops[1] = first;
}

/* Memory and swap are one number on v1, two on v2. */
static int add_swap(struct build *b, int i, bool v2, struct kist_error *err)
{
	const struct limit_ask *ask = &b->asks->items[i];
	const struct limit_ask *mem = limit_ask_of(b->asks, KEY_MEM);
	bool is_both = ask->key == KEY_MEMSW;
	const char *file = v2 ? limit_key_file(KEY_SWAP, true) :
				limit_key_file(KEY_MEMSW, false);
	int64_t value = ask->number;
	int ret;

	if (value != LIMIT_NONE && is_both != !v2) {
		if (!mem || mem->number == LIMIT_NONE) {
			ret = err_set(err, KIST_E_LIMIT_VERSION,
				      "%s: cgroup %s cannot do it without a "
				      "limit of memory",
				      ask->word, v2 ? "v2" : "v1");
			err_hint(err, "add mem=: v1 limits memory and swap "
				      "together, v2 swap alone");
			return ret;
		}
		value += is_both ? -mem->number : mem->number;
	}
	if (value < 0 || (is_both && mem && ask->number < mem->number)) {
		ret = err_set(err, KIST_E_LIMIT_WORD,
			      "%s: less than %s, though it is memory and swap "
			      "together",
			      ask->word, mem->word);
		err_hint(err, "swap= limits swap alone");
		return ret;
	}
	add_write(b, b->hierarchy[i], file, number(b, value, v2), ask);
	if (b->plan->is_existing && !v2)
		order_swap(b, b->hierarchy[i], file);
	return 0;
}

static void add_cpus(struct build *b, int i, bool v2)
{
	const struct limit_ask *ask = &b->asks->items[i];
	int64_t period = ask->number < 100000000 ? CPU_LONG_PERIOD_US :
						   CPU_PERIOD_US;
	int64_t quota = ask->number / (1000000000 / period);
	int h = b->hierarchy[i];

	if (ask->number == LIMIT_NONE) {
		add_write(b, h, limit_key_file(KEY_CPUS, v2), v2 ? "max" : "-1",
			  ask);
	} else if (v2) {
		add_write(b, h, limit_key_file(KEY_CPUS, true),
			  arena_printf(b->plan->arena, "%" PRId64 " %" PRId64,
				       quota, period),
			  ask);
	} else {
		if (period != CPU_PERIOD_US)
			add_write(b, h, limit_table[LIMIT_CPU_PERIOD].v1_file,
				  number(b, period, false), ask);
		add_write(b, h, limit_key_file(KEY_CPUS, false),
			  number(b, quota, false), ask);
	}
}

static void add_weight(struct build *b, int i, bool v2)
{
	const struct limit_ask *ask = &b->asks->items[i];
	uint64_t value = (uint64_t)ask->number;

	if (v2 && ask->key == KEY_SHARES)
		value = limit_weight_of_shares(value);
	if (!v2 && ask->key == KEY_WEIGHT)
		value = limit_shares_of_weight(value);
	add_write(b, b->hierarchy[i],
		  limit_key_file(v2 ? KEY_WEIGHT : KEY_SHARES, v2),
		  number(b, (int64_t)value, v2), ask);
}

/* BFQ has a file of its own on both versions, in v1's measure. */
static void add_io_weight(struct build *b, int i, bool v2)
{
	const struct limit_ask *ask = &b->asks->items[i];
	bool is_bfq = !v2 || ask->key == KEY_BLKIO_WEIGHT;
	uint64_t value = (uint64_t)ask->number;
	const char *file = limit_key_file(KEY_IO_WEIGHT, true);
	const char *space = ask->device ? " " : "";
	const char *where = ask->device ? ask->device : "";

	if (is_bfq && ask->key == KEY_IO_WEIGHT)
		value = limit_blkio_of_io_weight(value);
	if (is_bfq)
		file = v2	   ? "io.bfq.weight" :
		       ask->device ? "blkio.bfq.weight_device" :
				     limit_key_file(KEY_BLKIO_WEIGHT, false);
	else if (!ask->device)
		where = "default ";
	add_write(b, b->hierarchy[i], file,
		  arena_printf(b->plan->arena, "%s%s%" PRIu64, where, space,
			       value),
		  ask);
}

static void add_rate(struct build *b, int i, bool v2)
{
	const struct limit_ask *ask = &b->asks->items[i];
	const struct limit_key_info *k = &limit_keys[ask->key];
	/* 0 is "no limit" on v1 */
	const char *value = !v2 && ask->number == LIMIT_NONE ?
				    "0" :
				    number(b, ask->number, v2);

	add_write(b, b->hierarchy[i], limit_key_file(ask->key, v2),
		  v2 ? arena_printf(b->plan->arena, "%s %s=%s", ask->device,
				    k->io_key, value) :
		       arena_printf(b->plan->arena, "%s %s", ask->device,
				    value),
		  ask);
}

static void add_hugetlb(struct build *b, int i, bool v2)
{
	const struct limit_ask *ask = &b->asks->items[i];

	add_write(b, b->hierarchy[i],
		  arena_printf(b->plan->arena, "hugetlb.%s.%s", ask->name,
			       v2 ? "max" : "limit_in_bytes"),
		  number(b, ask->number, v2), ask);
}

static int add_plain(struct build *b, int i, bool v2, struct kist_error *err)
{
	const struct limit_ask *ask = &b->asks->items[i];
	const char *file = limit_key_file(ask->key, v2);
	const char *text = ask->text;

	if (!file)
		return not_here(ask, v2, limit_keys[ask->key].nearest, err);
	if (ask->key == KEY_NET_PRIO)
		text = arena_printf(b->plan->arena, "%s %" PRId64, ask->name,
				    ask->number);
	else if (!text)
		text = number(b, ask->number, v2 || ask->key == KEY_PIDS);
	add_write(b, b->hierarchy[i], file, text, ask);
	return 0;
}

static int add_ask(struct build *b, int i, struct kist_error *err)
{
	const struct limit_ask *ask = &b->asks->items[i];
	bool v2 = b->plan->world.h[b->hierarchy[i]].is_v2;

	switch (ask->key) {
	case -1:
		add_write(b, b->hierarchy[i], ask->name, ask->text, ask);
		return 0;
	case KEY_SWAP:
	case KEY_MEMSW:
		return add_swap(b, i, v2, err);
	case KEY_CPUS:
		add_cpus(b, i, v2);
		return 0;
	case KEY_WEIGHT:
	case KEY_SHARES:
		add_weight(b, i, v2);
		return 0;
	case KEY_IO_WEIGHT:
	case KEY_BLKIO_WEIGHT:
		add_io_weight(b, i, v2);
		return 0;
	case KEY_IO_READ:
	case KEY_IO_WRITE:
	case KEY_IO_RIOPS:
	case KEY_IO_WIOPS:
		add_rate(b, i, v2);
		return 0;
	case KEY_HUGETLB:
		add_hugetlb(b, i, v2);
		return 0;
	default:
		return add_plain(b, i, v2, err);
	}
}

/* ---- where each controller is ---- */

static void controllers_of(const struct limit_ask *ask, char v1[64],
			   char v2[64])
{
	if (ask->key >= 0) {
		const struct limit_key_info *k = &limit_keys[ask->key];

		snprintf(v1, 64, "%s", k->v1);
		snprintf(v2, 64, "%s", k->v2 ? k->v2 : "");
		return;
	}
	snprintf(v1, 64, "%.*s", (int)strcspn(ask->name, "."), ask->name);
	strcpy(v2, v1);
}

static void read_v2_controllers(struct build *b, int v2)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/cgroup.controllers",
		 b->plan->world.h[v2].mount);
	cgroup_file_read(AT_FDCWD, path, b->v2_controllers,
			 sizeof(b->v2_controllers));
}

static int choose_hierarchy(struct build *b, int i, int v2_at,
			    struct kist_error *err)
{
	const struct limit_ask *ask = &b->asks->items[i];
	struct kist_error why = { 0 };
	char v1[64], v2[64];
	int at, ret;

	controllers_of(ask, v1, v2);
	at = cgroup_find_v1(&b->plan->world, v1);
	if (at < 0 && v2_at >= 0 &&
	    (cgroup_word_in(b->v2_controllers, v2) ||
	     strcmp(v2, "cgroup") == 0))
		at = v2_at;
	if (at >= 0) {
		b->hierarchy[i] = at;
		return 0;
	}
	/* nowhere: is it this version, or this machine? */
	if (!*v2 && b->plan->world.mode == CGROUP_V2)
		return not_here(ask, true, limit_keys[ask->key].nearest, err);
	(void)!cgroup_no_controller(*v2 && v2_at >= 0 ? v2 : v1, &why);
	ret = err_set(err, KIST_E_CGROUP_CONTROLLER,
		      "%s: there is no cgroup controller '%s'", ask->word,
		      *v2 && v2_at >= 0 ? v2 : v1);
	err_hint(err, "%s", why.hint);
	return ret;
}

/* Space-separated, those of v2 that are asked for. */
static void needs_of(const struct build *b, int hierarchy, char *ret_needs,
		     size_t size)
{
	size_t used = 0;

	*ret_needs = '\0';
	for (size_t i = 0; i < b->asks->count; i++) {
		char v1[64], v2[64];

		controllers_of(&b->asks->items[i], v1, v2);
		if (b->hierarchy[i] == hierarchy && strcmp(v2, "cgroup") != 0 &&
		    !cgroup_word_in(ret_needs, v2) &&
		    used + strlen(v2) + 2 < size)
			used += (size_t)snprintf(ret_needs + used, size - used,
						 "%s%s", used ? " " : "", v2);
	}
}

static int read_groups(pid_t pid, char *ret_text, size_t size,
		       struct kist_error *err)
{
	char path[32] = "/proc/self/cgroup";

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	if (sys_read_file(AT_FDCWD, path, ret_text, size) < 0) {
		err_set(err, KIST_E_CG_PROCESS, "there is no process %d", pid);
		err_hint(err,
			 "it has ended, or that is its number in another "
			 "pid namespace: 'ps -ef' lists those of this one");
		return -ESRCH;
	}
	return 0;
}

/* Only those that are asked for, if they are where they usually are. */
static bool probe_few(struct build *b, const char *cgroup_text)
{
	for (size_t i = 0; i < b->asks->count; i++) {
		char v1[64], v2[64];

		controllers_of(&b->asks->items[i], v1, v2);
		if (!cgroup_probe_v1(&b->plan->world, cgroup_text, v1))
			return false;
	}
	return true;
}

static int probe(struct build *b, const char *cgroup_text,
		 struct kist_error *err)
{
	return probe_few(b, cgroup_text) ? 0 :
					   cgroup_probe(&b->plan->world, err);
}

static int place_all(struct build *b, const char *text, const char *parent,
		     const char *name, struct kist_error *err)
{
	char needs[256];
	int ret = 0;

	for (int h = 0; ret == 0 && h < b->plan->world.count; h++) {
		bool is_used = false;

		for (size_t i = 0; i < b->asks->count; i++)
			is_used = is_used || b->hierarchy[i] == h;
		needs_of(b, h, needs, sizeof(needs));
		if (is_used)
			ret = limit_place(b->plan, h, text, parent, name, needs,
					  err);
	}
	return ret;
}

static bool comes_before(const struct limit_asks *asks, size_t a, size_t b)
{
	int x = asks->items[a].key, y = asks->items[b].key;

	/* files written as they are come last */
	return (x < 0 ? KEY_COUNT : x) < (y < 0 ? KEY_COUNT : y);
}

/* By key, and else as they were given. */
static void sort(size_t *order, const struct limit_asks *asks)
{
	for (size_t i = 0; i < asks->count; i++) {
		size_t at = i;

		for (; at && comes_before(asks, i, order[at - 1]); at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

int limit_plan_fill(struct limit_plan *plan, const struct limit_asks *asks,
		    pid_t pid, const char *parent, const char *name,
		    struct kist_error *err)
{
	struct build b = { .plan = plan, .asks = asks };
	char groups[8192];
	size_t order[LIMIT_OPS];
	int v2, ret = 0;

	if (asks->count > LIMIT_OPS / 4)
		return err_set(err, KIST_E_LIMIT_WORD, "too many limits");
	groups[0] = '\0';
	if (!parent)
		ret = read_groups(pid, groups, sizeof(groups), err);
	if (ret == 0)
		ret = probe(&b, groups, err);
	if (ret)
		return ret;
	v2 = cgroup_find_v2(&plan->world);
	if (v2 >= 0)
		read_v2_controllers(&b, v2);
	for (size_t i = 0; ret == 0 && i < asks->count; i++)
		ret = choose_hierarchy(&b, (int)i, v2, err);
	if (ret == 0)
		ret = place_all(&b, groups, parent, name, err);
	sort(order, asks);
	for (size_t i = 0; ret == 0 && i < asks->count; i++)
		ret = add_ask(&b, (int)order[i], err);
	if (ret == 0 && arena_failed(plan->arena))
		return err_nomem(err);
	return ret;
}
