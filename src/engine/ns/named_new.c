/* SPDX-License-Identifier: Apache-2.0 */
/*
 * named_new.c - kist_ns_new(), kist_ns_keep(), kist_ns_remove()
 *
 * How it works
 * ============
 * New namespaces are made by a child with a plan (child/plan.h), which sets
 * them up, says that it is ready, and holds them. Root binds them to files; then
 * the child is needed only as process 1 of a pid namespace, and ends otherwise.
 * For an ordinary user it stays, as a holder of all of them. What exists is
 * kept the same way: bound, or joined by a holder.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <kist/namespace.h>

#include "base/num.h"
#include "container/spawn.h"
#include "engine/ns/enter.h"
#include "engine/ns/named_about.h"
#include "engine/ns/named_tell.h"
#include "kernel/cap.h"
#include "kernel/idmap.h"
#include "kernel/proc.h"
#include "sys/process.h"

#define FSMOUNT_FLAGS 0xe /* MOUNT_ATTR_NOSUID, NODEV, NOEXEC */
#define MAP_ALL UINT32_MAX

/* ---- what is asked ---- */

static int parse_map(const char *text, struct id_map *ret_map,
		     struct kist_error *err)
{
	const char *second = strchr(text, ':');
	const char *third = second ? strchr(second + 1, ':') : NULL;
	uint64_t inside, outside, count;

	if (!third ||
	    num_parse_u64_n(text, (size_t)(second - text), &inside) < 0 ||
	    num_parse_u64_n(second + 1, (size_t)(third - second - 1),
			    &outside) < 0 ||
	    num_parse_u64(third + 1, &count) < 0 || inside > UINT32_MAX ||
	    outside > UINT32_MAX || count > UINT32_MAX) {
		err_set(err, KIST_E_OPTION_VALUE,
			"'%s' is not INSIDE:OUTSIDE:COUNT", text);
		err_hint(err, "three numbers, such as 0:100000:65536");
		return -EINVAL;
	}
	*ret_map = (struct id_map){ (uint32_t)inside, (uint32_t)outside,
				    (uint32_t)count };
	return 0;
}

static int parse_maps(const char *const *texts, const char *word,
		      struct arena *arena, struct id_maps *ret_maps,
		      struct kist_error *err)
{
	struct id_maps maps = { 0 };
	size_t count = 0;

	while (texts[count])
		count++;
	maps.maps = ARENA_ARRAY(arena, struct id_map, count + 1);
	if (arena_failed(arena))
		return err_nomem(err);
	for (; maps.count < count; maps.count++) {
		int ret = parse_map(texts[maps.count], &maps.maps[maps.count],
				    err);

		if (ret < 0)
			return ret;
	}
	*ret_maps = maps;
	return idmap_check(ret_maps, word, err);
}

static void map_all(struct id_maps *maps, struct arena *arena)
{
	maps->maps = ARENA_NEW(arena, struct id_map);
	*maps->maps = (struct id_map){ 0, 0, MAP_ALL };
	maps->count = 1;
}

/**
 * struct making - new namespaces on their way
 * @is_rootless: in a user namespace of an ordinary user
 */
struct making {
	const struct kist_ns_new *args;
	struct arena arena;
	uint32_t kinds;
	bool is_rootless;
	struct id_maps uids, gids;
};

static int find_maps(struct making *m, struct kist_error *err)
{
	const struct kist_ns_new *args = m->args;
	int ret = 0;

	if (!(m->kinds & BIT(NS_USER)))
		return 0;
	if (m->is_rootless)
		ret = idmap_rootless(geteuid(), getegid(), &m->arena, &m->uids,
				     &m->gids, err);
	else
		map_all(&m->uids, &m->arena), map_all(&m->gids, &m->arena);
	if (ret == 0 && args->uid_maps)
		ret = parse_maps(args->uid_maps, "uid", &m->arena, &m->uids,
				 err);
	if (ret == 0 && args->gid_maps)
		ret = parse_maps(args->gid_maps, "gid", &m->arena, &m->gids,
				 err);
	return ret;
}

static int check(struct making *m, struct kist_error *err)
{
	const struct kist_ns_new *args = m->args;

	m->is_rootless = !cap_is_effective("CAP_SYS_ADMIN");
	m->kinds = args->kinds;
	if (m->kinds & ~(uint32_t)KIST_NS_ALL)
		return err_set(err, KIST_E_OPTION_VALUE,
			       "0x%x has bits that are no namespace",
			       args->kinds);
	if (!m->kinds)
		m->kinds = KIST_NS_ALL & ~(uint32_t)KIST_NS_USER;
	if (m->is_rootless)
		m->kinds |= BIT(NS_USER);
	/* What is set brings its namespace with it. */
	if (args->hostname)
		m->kinds |= BIT(NS_UTS);
	if (args->monotonic_ns || args->boottime_ns)
		m->kinds |= BIT(NS_TIME);
	if (args->uid_maps || args->gid_maps)
		m->kinds |= BIT(NS_USER);
	return find_maps(m, err);
}

/* ---- the plan ---- */

static void call(struct plan *plan, long nr, uint64_t a, uint64_t b,
		 const char *what)
{
	plan_call(plan, nr, a, b, 0);
	plan_say(plan, "%1", what, NULL);
}

/* Its files in /proc are root's otherwise: see child/plan.h. */
static void be_dumpable(const struct making *m, struct plan *plan)
{
	if (m->is_rootless)
		call(plan, SYS_prctl, PR_SET_DUMPABLE, 1,
		     "open the own files in /proc");
}

static void add_namespaces(const struct making *m, struct plan *plan)
{
	uint64_t flags = 0;
	struct plan_op *op;

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (m->kinds & BIT(kind))
			flags |= (uint64_t)ns_table[kind].clone_flag;
	flags &= ~(uint64_t)(CLONE_NEWCGROUP | CLONE_NEWTIME);
	if (!(m->kinds & BIT(NS_USER))) {
		plan->clone_flags = flags;
		return;
	}
	op = plan_add(plan, PLAN_FORK);
	op->arg[0] = flags;
	op->arg[1] = (uint64_t)(int64_t)-1;
	plan->forks = true;
	plan_say(plan, "make the namespaces", NULL, NULL);
	be_dumpable(m, plan);
	op = plan_add(plan, PLAN_SYNC);
	op->arg[0] = PLAN_STAGE_ID_MAPS;
	plan_say(plan, "wait for the id maps", NULL, NULL);
	call(plan, SYS_setresgid, 0, 0, "become group 0");
	call(plan, SYS_setresuid, 0, 0, "become user 0");
	be_dumpable(m, plan); /* the change of ids took it away */
}

static void add_clocks(const struct making *m, struct plan *plan,
		       struct arena *arena)
{
	const int64_t ns[] = { m->args->monotonic_ns, m->args->boottime_ns };
	static const char *const clocks[] = { "monotonic", "boottime" };
	int slot = plan_slot(plan);
	struct plan_op *op;

	call(plan, SYS_unshare, CLONE_NEWTIME, 0, "make a time namespace");
	for (int i = 0; i < 2; i++) {
		/* the kernel wants nanoseconds that are not negative */
		int64_t seconds = ns[i] / 1000000000, rest = ns[i] % 1000000000;
		const char *text;

		if (!ns[i])
			continue;
		if (rest < 0) {
			rest += 1000000000;
			seconds--;
		}
		text = arena_printf(arena, "%s %lld %lld\n", clocks[i],
				    (long long)seconds, (long long)rest);
		op = plan_add(plan, PLAN_WRITE);
		op->arg[0] = plan_text(plan, "/proc/self/timens_offsets");
		op->arg[1] = plan_text(plan, text);
		op->arg[2] = strlen(text);
		plan_say(plan, "set the offset of the clock '%1'", clocks[i],
			 NULL);
	}
	op = plan_call(plan, SYS_open,
		       plan_text(plan, "/proc/self/ns/time_for_children"),
		       O_RDONLY | O_CLOEXEC, 0);
	op->offsets = BIT(1);
	op->slot = (int16_t)slot;
	plan_say(plan, "open the time namespace", NULL, NULL);
	op = plan_call(plan, SYS_setns, (uint64_t)slot, CLONE_NEWTIME, 0);
	op->fds = BIT(1);
	plan_say(plan, "enter the time namespace", NULL, NULL);
}

static void mount_fresh(struct plan *plan, const char *type, const char *where)
{
	int slot = plan_slot(plan);
	struct plan_op *op = plan_add(plan, PLAN_FSMOUNT);

	op->slot = (int16_t)slot;
	op->flags = PLAN_F_OPTIONAL;
	op->arg[0] = plan_text(plan, type);
	op->arg[1] = plan_vector(plan, NULL, 0);
	op->arg[2] = FSMOUNT_FLAGS;
	op->arg[3] = plan_text(plan, type);
	plan_say(plan, "mount %1", type, NULL);
	op = plan_add(plan, PLAN_PLACE);
	op->flags = PLAN_F_OPTIONAL;
	op->arg[0] = (uint64_t)slot;
	op->arg[1] = plan_text(plan, where);
	plan_say(plan, "mount it on '%1'", where, NULL);
}

static void add_mounts(const struct making *m, struct plan *plan)
{
	struct plan_op *op;

	op = plan_call(plan, SYS_mount, plan_text(plan, "none"),
		       plan_text(plan, "/"), 0);
	op->offsets = BIT(1) | BIT(2);
	op->arg[4] = MS_REC | MS_PRIVATE;
	plan_say(plan, "let nothing mounted there be seen here", NULL, NULL);
	if (m->kinds & BIT(NS_PID))
		mount_fresh(plan, "proc", "/proc");
}

static void add_settings(const struct making *m, struct plan *plan,
			 struct arena *arena)
{
	const char *hostname = m->args->hostname;
	struct plan_op *op;

	if (m->kinds & BIT(NS_CGROUP))
		call(plan, SYS_unshare, CLONE_NEWCGROUP, 0,
		     "make a cgroup namespace");
	if (m->kinds & BIT(NS_TIME))
		add_clocks(m, plan, arena);
	if (hostname) {
		op = plan_call(plan, SYS_sethostname, plan_text(plan, hostname),
			       strlen(hostname), 0);
		op->offsets = BIT(1);
		plan_say(plan, "set the host name '%1'", hostname, NULL);
	}
	if (m->kinds & BIT(NS_NET)) {
		plan_add(plan, PLAN_LINK_UP)->arg[0] = plan_text(plan, "lo");
		plan_say(plan, "bring the loopback interface up", NULL, NULL);
	}
	if (m->kinds & BIT(NS_MNT))
		add_mounts(m, plan);
}

/* By its mark 'kist clean' knows whose it was when the name is gone. */
static void add_holding(const struct kist *kist, const char *name,
			struct plan *plan)
{
	const char *root = named_root(kist, plan->arena);
	const struct plan_init told = { .flags = PLAN_INIT_HOLD };
	struct plan_op *op;

	if (root)
		plan->mark = arena_printf(plan->arena, "%s/%s", root, name);
	op = plan_call(plan, SYS_setsid, 0, 0, 0);
	op->ignore[0] = EPERM;
	plan_say(plan, "leave the terminal", NULL, NULL);
	op = plan_call(plan, SYS_chdir, plan_text(plan, "/"), 0, 0);
	op->offsets = BIT(1);
	plan_say(plan, "leave the working directory", NULL, NULL);
	plan_add(plan, PLAN_READY);
	plan_say(plan, "say that all is there", NULL, NULL);
	plan_add(plan, PLAN_INIT)->arg[0] =
		plan_bytes(plan, &told, sizeof(told));
	plan_say(plan, "hold it", NULL, NULL);
}

/* ---- the holder ---- */

static int write_maps(void *context, enum plan_stage stage, pid_t pid,
		      struct kist_error *err)
{
	const struct making *m = context;

	return stage == PLAN_STAGE_ID_MAPS ?
		       idmap_write(pid, &m->uids, &m->gids, err) :
		       0;
}

/* @m: NULL if there are no maps to be written */
static int start_holder(struct plan *plan, struct making *m,
			struct spawn *ret_holder, struct kist_error *err)
{
	CLEANUP_FD int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int stdio[3] = { null_fd, null_fd, null_fd };
	int ret;

	if (null_fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "open '/dev/null'");
	ret = spawn_start(plan, stdio, ret_holder, err);
	if (ret < 0)
		return ret;
	plan_close_fds(plan);
	ret = spawn_watch(ret_holder, plan, write_maps, m, NULL, err);
	if (ret < 0)
		spawn_done(ret_holder);
	return ret;
}

static int open_held(pid_t pid, uint32_t kinds, int ret_fd[NS_COUNT],
		     struct kist_error *err)
{
	CLEANUP_FD int proc_fd = proc_open(err);

	if (proc_fd < 0)
		return proc_fd;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		ret_fd[kind] = -1;
		if (!(kinds & BIT(kind)))
			continue;
		ret_fd[kind] = ns_open_pid(proc_fd, pid, kind);
		if (ret_fd[kind] >= 0)
			continue;
		err_sys(err, KIST_E_SYSTEM, -ret_fd[kind],
			"open the new %s namespace", ns_table[kind].name);
		for (enum ns_kind k = 0; k < kind; k++)
			cleanup_fd(&ret_fd[k]);
		return err ? -err->errnum : -EIO;
	}
	return 0;
}

static void close_all(int fd[NS_COUNT])
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		cleanup_fd(&fd[kind]);
}

/* The holder stays, or has done its work. */
static int name_held(const struct kist *kist, const char *name,
		     struct spawn *holder, uint32_t kinds, bool stays,
		     const struct kist_trace *trace, struct kist_error *err)
{
	int fd[NS_COUNT];
	int ret = open_held(holder->pid, kinds, fd, err);

	if (ret == 0) {
		ret = named_bind(kist, name, fd, stays ? holder->pid : 0, trace,
				 err);
		close_all(fd);
	}
	if (ret == 0 && stays)
		spawn_release(holder);
	spawn_done(holder);
	return ret;
}

/* ---- new ---- */

static int make(const struct kist *kist, struct making *m,
		const struct kist_trace *trace, struct kist_error *err)
{
	const bool stays = !named_can_bind() || (m->kinds & BIT(NS_PID));
	struct spawn holder;
	struct plan plan;
	int ret;

	plan_init(&plan, &m->arena);
	add_namespaces(m, &plan);
	add_settings(m, &plan, &m->arena);
	add_holding(kist, m->args->name, &plan);
	ret = start_holder(&plan, m, &holder, err);
	if (ret == 0)
		ret = name_held(kist, m->args->name, &holder, m->kinds, stays,
				trace, err);
	plan_done(&plan);
	return ret;
}

int kist_ns_new(const struct kist *kist, const struct kist_ns_new *args,
		const struct kist_trace *trace, struct kist_error *err)
{
	struct making m = { .args = args };
	int ret;

	arena_init(&m.arena);
	ret = named_check_new(kist, args->name, err);
	if (ret == 0)
		ret = check(&m, err);
	if (ret == 0 && trace_is_dry(trace))
		ret = named_tell_new(kist, args, m.kinds, trace, err);
	else if (ret == 0)
		ret = make(kist, &m, trace, err);
	if (ret < 0)
		err_while(err, "cannot make '%s'", args->name);
	arena_done(&m.arena);
	return ret;
}

/* ---- keep ---- */

/* For who may not mount: a process in them, which came in as one enters. */
static int keep_by_holder(const struct kist *kist, const char *name,
			  struct entering *e, const struct kist_trace *trace,
			  struct kist_error *err)
{
	struct spawn holder;
	struct plan plan;
	int ret;

	plan_init(&plan, &e->arena);
	enter_plan_joins(e, &plan);
	plan_call(&plan, SYS_prctl, PR_SET_DUMPABLE, 1, 0);
	plan_say(&plan, "open the own files in /proc", NULL, NULL);
	add_holding(kist, name, &plan);
	ret = start_holder(&plan, NULL, &holder, err);
	if (ret == 0)
		ret = name_held(kist, name, &holder, e->kinds, true, trace,
				err);
	plan_done(&plan);
	return ret;
}

static int keep(const struct kist *kist, const char *name, struct entering *e,
		const struct kist_trace *trace, struct kist_error *err)
{
	if (!e->kinds) {
		err_set(err, KIST_E_ENTER_NOTHING,
			"%s is in the same namespaces as we are",
			e->target.label);
		err_hint(err, "say which kinds to keep: -u, -n …");
		return -EINVAL;
	}
	if (trace_is_dry(trace))
		return named_tell_keep(kist, name, &e->target, e->kinds, trace,
				       err);
	if (named_can_bind())
		return named_bind(kist, name, e->fd, 0, trace, err);
	return keep_by_holder(kist, name, e, trace, err);
}

int kist_ns_keep(const struct kist *kist, const char *name, const char *target,
		 unsigned kinds, const struct kist_trace *trace,
		 struct kist_error *err)
{
	const struct kist_enter args = {
		.target = target,
		.kinds = kinds,
		.no_refresh = true,
		.keep_same = true,
	};
	struct entering e;
	int ret = named_check_new(kist, name, err);

	if (ret < 0 && name[strspn(name, "0123456789")] == '\0')
		err_hint(err,
			 "the name comes first, then whose namespaces: "
			 "kist keep %s %s",
			 target, name);
	if (ret == 0) {
		ret = enter_find(kist, &args, &e, err);
		if (ret == 0)
			ret = keep(kist, name, &e, trace, err);
		enter_done(&e);
	}
	if (ret < 0)
		err_while(err, "cannot keep '%s'", name);
	return ret;
}

/* ---- remove ---- */

int kist_ns_remove(const struct kist *kist, const char *name,
		   const struct kist_trace *trace, struct kist_error *err)
{
	return named_remove(kist, name, trace, err);
}
