/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_ns.c - the namespaces: made, joined, and what must happen inside first
 *
 * How it works
 * ============
 * New namespaces are flags of the clone that makes the first process. If any
 * is joined instead, the first process only joins and then makes the real one
 * (FORK) with the flags of the new ones: so a new pid or user namespace is
 * below the joined one, and no half-prepared process is ever visible in a
 * joined pid namespace. A new user namespace is made that way too: executing
 * the child before the ids are mapped would cost it its capabilities.
 *
 * The order of joining: what the joined user namespace does not own first,
 * while we still have our privileges, then the user namespace, then what it
 * owns.
 *
 * The cgroup namespace shows as its root the group one is in when making it:
 * so it is unshared after moving (plan_groups), never a flag of the clone.
 * The time namespace takes its offsets before its first process: unshare,
 * write, enter.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "container/planning.h"
#include "sys/file.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static const uint64_t late_kinds = CLONE_NEWCGROUP | CLONE_NEWTIME;

static uint64_t new_flags(const struct spec *spec)
{
	uint64_t flags = 0;

	for (int kind = 0; kind < NS_COUNT; kind++)
		if (spec->ns[kind].want == NS_NEW)
			flags |= (uint64_t)ns_table[kind].clone_flag;
	return flags & ~late_kinds;
}

static bool joins_any(const struct spec *spec)
{
	for (int kind = 0; kind < NS_COUNT; kind++)
		if (spec->ns[kind].want == NS_JOIN)
			return true;
	return false;
}

static int open_joined(struct planning *p, enum ns_kind kind,
		       struct kist_error *err)
{
	int fd = ns_open(p->spec->ns[kind].path, kind, err);

	if (fd < 0) {
		config_at(p->config, &p->spec->ns[kind].place, err);
		return fd;
	}
	return plan_take_fd(p->plan, fd);
}

static void join(struct planning *p, enum ns_kind kind, int slot)
{
	const struct spec_ns *ns = &p->spec->ns[kind];
	struct plan_op *op = plan_call(p->plan, SYS_setns, (uint64_t)slot,
				       (uint64_t)ns_table[kind].clone_flag, 0);

	op->fds = BIT(1);
	plan_say(p->plan, "join the %1 namespace '%2'", ns_table[kind].oci_name,
		 ns->path);
	plan_at(p->plan, &ns->place);
}

static int slot_fd(const struct plan *plan, int slot)
{
	return ((const int32_t *)(const void *)plan->slots.data)[slot];
}

static bool is_owned_by(int ns_fd, int user_fd)
{
	CLEANUP_FD int owner = ns_open_owner(ns_fd);

	return owner >= 0 && ns_is_same(owner, user_fd) == 1;
}

static void become_root(struct planning *p)
{
	plan_call(p->plan, SYS_setresgid, 0, 0, 0);
	plan_say(p->plan, "become group 0 of the user namespace", NULL, NULL);
	plan_call(p->plan, SYS_setresuid, 0, 0, 0);
	plan_say(p->plan, "become user 0 of the user namespace", NULL, NULL);
}

static int plan_joins(struct planning *p, struct kist_error *err)
{
	const struct spec_ns *ns = p->spec->ns;
	int slots[NS_COUNT];
	bool owned[NS_COUNT] = { 0 };

	for (int kind = 0; kind < NS_COUNT; kind++) {
		slots[kind] = -1;
		if (ns[kind].want != NS_JOIN)
			continue;
		slots[kind] = open_joined(p, (enum ns_kind)kind, err);
		if (slots[kind] < 0)
			return slots[kind];
	}
	for (int kind = 0; kind < NS_COUNT; kind++)
		if (slots[kind] >= 0 && slots[NS_USER] >= 0)
			owned[kind] =
				is_owned_by(slot_fd(p->plan, slots[kind]),
					    slot_fd(p->plan, slots[NS_USER]));
	for (int kind = 0; kind < NS_COUNT; kind++)
		if (kind != NS_USER && slots[kind] >= 0 && !owned[kind])
			join(p, (enum ns_kind)kind, slots[kind]);
	if (slots[NS_USER] >= 0) {
		join(p, NS_USER, slots[NS_USER]);
		become_root(p);
	}
	for (int kind = 0; kind < NS_COUNT; kind++)
		if (kind != NS_USER && slots[kind] >= 0 && owned[kind])
			join(p, (enum ns_kind)kind, slots[kind]);
	return 0;
}

static void dumpable(struct planning *p, bool on)
{
	plan_call(p->plan, SYS_prctl, PR_SET_DUMPABLE, on, 0);
	plan_say(p->plan,
		 on ? "open the own files in /proc" :
		      "close the own files in /proc",
		 NULL, NULL);
}

/* The files in /proc of a process that is not dumpable belong to root: an
 * ordinary user could not write its maps, nor it the clocks' offsets. */
static bool needs_own_files(const struct planning *p)
{
	return p->spec->ns[NS_USER].want == NS_NEW &&
	       (geteuid() != 0 || p->spec->ns[NS_TIME].want == NS_NEW);
}

static void wait_for_id_maps(struct planning *p)
{
	struct plan_op *op;

	if (needs_own_files(p))
		dumpable(p, true);
	op = plan_add(p->plan, PLAN_SYNC);
	op->arg[0] = PLAN_STAGE_ID_MAPS;
	plan_say(p->plan, "wait for the id maps", NULL, NULL);
	become_root(p);
	if (needs_own_files(p))
		dumpable(p, true); /* the change of ids took it away */
}

/*
 * The v2 group to be born in, by its fd. It is the first clone that goes there,
 * not one after joining a cgroup namespace: on a hierarchy mounted with
 * nsdelegate, as systemd does, who is outside the namespace's root may not move
 * into it from within the namespace (ENOENT).
 */
static void be_born_in_group(struct planning *p)
{
	p->plan->cgroup = p->cgroup;
}

static void fork_inside(struct planning *p, uint64_t flags)
{
	struct plan_op *op = plan_add(p->plan, PLAN_FORK);

	op->arg[0] = flags;
	op->arg[1] = (uint64_t)(int64_t)-1;
	op->arg[2] = p->spec->ns[NS_TIME].want == NS_NEW;
	p->plan->forks = true;
	plan_say(p->plan, "make the first process in its namespaces", NULL,
		 NULL);
}

void plan_join_all(struct planning *p, int pidfd, uint64_t kinds)
{
	struct plan_op *op;

	be_born_in_group(p);
	op = plan_call(p->plan, SYS_setns, (uint64_t)plan_fd(p->plan, pidfd),
		       kinds, 0);
	op->fds = BIT(1);
	plan_say(p->plan, "join the container's namespaces", NULL, NULL);
	if (kinds & CLONE_NEWUSER)
		become_root(p);
	fork_inside(p, 0);
}

int plan_namespaces(struct planning *p, struct kist_error *err)
{
	const struct spec *spec = p->spec;
	uint64_t flags = new_flags(spec);
	int ret;

	be_born_in_group(p);
	if (joins_any(spec) || spec->ns[NS_USER].want == NS_NEW) {
		ret = plan_joins(p, err);
		if (ret < 0)
			return ret;
		fork_inside(p, flags);
	} else {
		p->plan->clone_flags = flags;
	}
	if (spec->ns[NS_USER].want == NS_NEW)
		wait_for_id_maps(p);
	return 0;
}

/* A joined namespace may be the caller's own: what it holds is the host's. */
static bool is_our_own(const struct planning *p, enum ns_kind kind)
{
	const int *fds = (const void *)p->plan->slots.data;
	CLEANUP_FD int joined = ns_open(p->spec->ns[kind].path, kind, NULL);
	CLEANUP_FD int own = ns_open_pid(fds[p->proc_slot], getpid(), kind);

	return joined < 0 || own < 0 || ns_is_same(joined, own) != 0;
}

bool plan_is_private(const struct planning *p, enum ns_kind kind)
{
	enum ns_want want = p->spec->ns[kind].want;

	return want == NS_NEW || (want == NS_JOIN && !is_our_own(p, kind));
}

/* v1: move by writing "0"; then the group is the cgroup namespace's root. */
int plan_groups(struct planning *p, struct kist_error *err)
{
	int fds[CGROUP_HIERARCHY_MAX], count = 0;
	int ret = 0;

	if (p->cgroup)
		ret = cgroup_join_fds(p->cgroup, false, fds, &count, err);
	if (ret < 0)
		return ret;
	for (int i = 0; i < count; i++) {
		struct plan_op *op = plan_add(p->plan, PLAN_WRITE);

		op->arg[1] = plan_text(p->plan, "0");
		op->arg[2] = 1;
		op->arg[3] = (uint64_t)plan_take_fd(p->plan, fds[i]);
		plan_say(p->plan, "enter control group '%1'", p->cgroup->path,
			 NULL);
	}
	return 0;
}

static void unshare_late(struct planning *p, enum ns_kind kind)
{
	plan_call(p->plan, SYS_unshare, (uint64_t)ns_table[kind].clone_flag, 0,
		  0);
	plan_say(p->plan, "make a new %1 namespace", ns_table[kind].oci_name,
		 NULL);
	plan_at(p->plan, &p->spec->ns[kind].place);
}

static char *clock_offsets(struct planning *p)
{
	const struct spec *spec = p->spec;
	struct buf text;
	char *copy;

	buf_init(&text);
	if (spec->monotonic.present)
		buf_printf(&text, "monotonic %lld %u\n",
			   (long long)spec->monotonic.secs,
			   spec->monotonic.nanosecs);
	if (spec->boottime.present)
		buf_printf(&text, "boottime %lld %u\n",
			   (long long)spec->boottime.secs,
			   spec->boottime.nanosecs);
	copy = text.len ? arena_strdup(p->arena, text.data) : NULL;
	buf_done(&text);
	return copy;
}

static void enter_new_time(struct planning *p)
{
	int slot = plan_slot(p->plan);
	char *offsets = clock_offsets(p);
	struct plan_op *op;

	if (offsets) {
		op = plan_add(p->plan, PLAN_WRITE);
		op->dir = (int16_t)p->proc_slot;
		op->arg[0] = plan_text(p->plan, "self/timens_offsets");
		op->arg[1] = plan_text(p->plan, offsets);
		op->arg[2] = strlen(offsets);
		plan_say(p->plan, "set the clocks (timeOffsets)", NULL, NULL);
	}
	op = plan_call(p->plan, SYS_openat, (uint64_t)p->proc_slot,
		       plan_text(p->plan, "self/ns/time_for_children"),
		       O_RDONLY | O_CLOEXEC);
	op->fds = BIT(1);
	op->offsets = BIT(2);
	op->slot = (int16_t)slot;
	plan_say(p->plan, "open the new time namespace", NULL, NULL);
	op = plan_call(p->plan, SYS_setns, (uint64_t)slot, CLONE_NEWTIME, 0);
	op->fds = BIT(1);
	plan_say(p->plan, "enter the new time namespace", NULL, NULL);
}

int plan_clocks(struct planning *p, struct kist_error *err)
{
	(void)err;
	if (p->spec->ns[NS_CGROUP].want == NS_NEW)
		unshare_late(p, NS_CGROUP);
	if (p->spec->ns[NS_TIME].want == NS_NEW) {
		unshare_late(p, NS_TIME);
		enter_new_time(p);
	}
	if (needs_own_files(p))
		dumpable(p, false);
	return 0;
}
