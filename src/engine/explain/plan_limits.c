/* SPDX-License-Identifier: Apache-2.0 */
/* plan_limits.c - a plan in words: what the control group limits */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "engine/explain/plan.h"
#include "kernel/cgroup_internal.h"

/* What a limit means; {1} is the value. */
static const struct {
	const char *what, *protects;
} words[LIMIT_COUNT] = {
	[LIMIT_MEMORY] = { "at most {1} of memory",
			   "the memory of everybody else: at the limit the "
			   "kernel first takes back what can be read again, "
			   "then ends a process of this group" },
	[LIMIT_MEMORY_RESERVATION] = { "{1} of memory that is taken back last",
				       "the command from being slowed down when "
				       "others use all memory" },
	[LIMIT_MEMORY_SWAP] = { "at most {1} of memory and swap together",
				"the swap space, and the disk from endless "
				"paging" },
	[LIMIT_MEMORY_KERNEL] = { "at most {1} of the kernel's memory (Linux "
				  "6 ignores it)",
				  NULL },
	[LIMIT_MEMORY_KERNEL_TCP] = { "at most {1} for TCP buffers", NULL },
	[LIMIT_MEMORY_SWAPPINESS] = { "swappiness {1}: how readily its memory "
				      "is swapped",
				      NULL },
	[LIMIT_MEMORY_DISABLE_OOM_KILLER] = { "at the memory limit wait "
					      "instead of being ended",
					      NULL },
	[LIMIT_CPU_SHARES] = { "weight {1} against others, where processors "
			       "are short (1024 is usual)",
			       "the others' part of the processors" },
	[LIMIT_CPU_QUOTA] = { "at most {1} of processor time in each period",
			      "processor time of everybody else: what is "
			      "used up waits for the next period" },
	[LIMIT_CPU_PERIOD] = { "the period is {1}", NULL },
	[LIMIT_CPU_BURST] = { "up to {1} of unused time may be saved up",
			      NULL },
	[LIMIT_CPU_RT_RUNTIME] = { "at most {1} of real-time in each period",
				   "other processes from being starved" },
	[LIMIT_CPU_RT_PERIOD] = { "the real-time period is {1}", NULL },
	[LIMIT_CPU_IDLE] = { "run only when nothing else wants to",
			     "everybody else's processor time" },
	[LIMIT_PIDS] = { "at most {1} processes and threads",
			 "the machine's process ids from a fork bomb: at the "
			 "limit fork(2) fails with EAGAIN" },
	[LIMIT_BLKIO_WEIGHT] = { "weight {1} against others at disks",
				 "the others' part of the disks" },
	[LIMIT_BLKIO_LEAF_WEIGHT] = { "leaf weight {1} at disks", NULL },
	[LIMIT_NET_CLASS_ID] = { "mark its packets with class {1}, for tc(8) "
				 "and nft",
				 NULL },
};

static const char *file_of(const struct cgroup_world *world,
			   const struct limit_info *info)
{
	bool is_v1 = cgroup_find_v1(world, info->v1_controller) >= 0;
	const char *file = is_v1 ? info->v1_file : info->v2_file;

	return file ? file : "nothing: this version has no such limit";
}

static const char *value_of(struct telling *t, const struct limit_info *info,
			    int64_t value)
{
	char text[32];

	if (strcmp(info->unit, "bytes") == 0) {
		if (value < 0)
			return "any amount";
		num_format_bytes((uint64_t)value, text, sizeof(text));
		return arena_strdup(t->arena, text);
	}
	if (strcmp(info->unit, "us") == 0)
		return arena_printf(t->arena, "%g ms", (double)value / 1000);
	return arena_printf(t->arena, "%" PRId64, value);
}

static const char *quota(struct telling *t)
{
	const struct limit_value *v = t->p->spec->limits.values;
	int64_t period = limit_counts(&t->p->spec->limits, LIMIT_CPU_PERIOD) ?
				 v[LIMIT_CPU_PERIOD].value :
				 100000;

	return arena_printf(t->arena,
			    "%g ms (in each %g ms: %.2g processors' worth)",
			    (double)v[LIMIT_CPU_QUOTA].value / 1000,
			    (double)period / 1000,
			    (double)v[LIMIT_CPU_QUOTA].value / (double)period);
}

/* Where the command line asked, its place is not the configuration's. */
static void tell_limit(struct telling *t, const char *what, const char *value,
		       const char *file, uint32_t offset, const char *protects)
{
	const struct place place = { .offset = offset };
	struct kist_step *step;

	step = tell(t, STEP_LIMIT,
		    arena_printf(t->arena, "%s (%s)", what, file), value, NULL,
		    &place);
	if (step)
		step->protects = protects;
}

static void tell_scalars(struct telling *t)
{
	const struct cgroup_limits *limits = &t->p->spec->limits;

	for (enum cgroup_limit i = 0; i < LIMIT_COUNT; i++) {
		const struct limit_info *info = &limit_table[i];
		const struct limit_value *v = &limits->values[i];

		if (!limit_counts(limits, i) || !words[i].what ||
		    (i == LIMIT_CPU_PERIOD &&
		     limit_counts(limits, LIMIT_CPU_QUOTA)))
			continue;
		tell_limit(t, words[i].what,
			   i == LIMIT_CPU_QUOTA ? quota(t) :
						  value_of(t, info, v->value),
			   file_of(t->p->world, info), v->offset,
			   words[i].protects);
	}
}

static const char *device(struct telling *t, uint32_t major, uint32_t minor,
			  uint64_t value)
{
	return arena_printf(t->arena, "%" PRIu64 " for device %u:%u", value,
			    major, minor);
}

static void tell_lists(struct telling *t)
{
	static const char *const rates[THROTTLE_COUNT] = {
		[THROTTLE_READ_BPS] = "at most {1} bytes read in a second",
		[THROTTLE_WRITE_BPS] = "at most {1} bytes written in a second",
		[THROTTLE_READ_IOPS] = "at most {1} reads in a second",
		[THROTTLE_WRITE_IOPS] = "at most {1} writes in a second",
	};
	const struct cgroup_limits *l = &t->p->spec->limits;

	if (l->cpus)
		tell_limit(t, "only on the processors {1}", l->cpus,
			   "cpuset.cpus", 0,
			   "the other processors, with their caches");
	if (l->mems)
		tell_limit(t, "only from the memory nodes {1}", l->mems,
			   "cpuset.mems", 0, NULL);
	for (int kind = 0; kind < THROTTLE_COUNT; kind++)
		for (size_t i = 0; i < l->throttle_counts[kind]; i++)
			tell_limit(t, rates[kind],
				   device(t, l->throttles[kind][i].major,
					  l->throttles[kind][i].minor,
					  l->throttles[kind][i].value),
				   "io.max or blkio.throttle", 0,
				   "the others' use of the disk");
	for (size_t i = 0; i < l->hugepage_count; i++)
		tell_limit(t, "at most {1} bytes in huge pages",
			   l->hugepages[i].value, l->hugepages[i].key,
			   l->hugepages[i].offset, NULL);
	for (size_t i = 0; i < l->unified_count; i++)
		tell_limit(t, "write '{1}'", l->unified[i].value,
			   l->unified[i].key, l->unified[i].offset, NULL);
}

static const char *device_words(struct telling *t)
{
	const struct cgroup_limits *l = &t->p->spec->limits;
	const struct device_rule *first = &l->devices[0];
	size_t more = l->device_count - 1;

	if (first->allow && first->type == 'a')
		return "the use of every device";
	return arena_printf(
		t->arena,
		"the use of null, zero, full, random, urandom, tty, terminals, "
		"tun%s alone",
		more ? arena_printf(t->arena, " and of what %zu more rule%s",
				    more, more == 1 ? " says" : "s say") :
		       "");
}

void tell_limits(struct telling *t)
{
	tell_scalars(t);
	tell_lists(t);
	if (t->p->spec->limits.device_count)
		tell(t, STEP_LIMIT_DEVICES, NULL, device_words(t), NULL, NULL);
}
