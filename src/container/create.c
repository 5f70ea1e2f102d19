/* SPDX-License-Identifier: Apache-2.0 */
/*
 * create.c - make a container
 *
 * How it works
 * ============
 * The state folder (its mkdir settles who has the id), the control group with
 * its limits, noted in the folder beforehand, the plan with everything it needs
 * opened, the child; while the child works, the record is written. What each step made, undo() takes back
 * in reverse order. The pid file is last: who sees it may rely on all else.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "container/hooks.h"
#include "container/lifecycle.h"
#include "container/planning.h"
#include "container/store.h"
#include "kernel/cap.h"
#include "kernel/device.h"
#include "kernel/ns.h"
#include "kernel/proc.h"
#include "sys/file.h"
#include "sys/socket.h"

/**
 * struct creation - a container on its way
 * @listen_fd:	the start socket, until the child has it; or -1
 * @is_rootless: in a user namespace: its own, or the caller's
 * @recorded:	the record is written
 */
struct creation {
	const struct container_args *args;
	struct container *container;
	struct plan plan;
	struct planning planning;
	int listen_fd;
	bool is_rootless, recorded;
};

int container_check_id(const char *id, struct kist_error *err)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_+-.";
	size_t len = strlen(id);

	if (len && len <= 200 && id[0] != '.' && strspn(id, letters) == len)
		return 0;
	return err_set(err, KIST_E_CONTAINER_ID,
		       "invalid container ID format: '%s'", id);
}

static const char *created_now(struct arena *arena)
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ",
			    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			    tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec);
}

static const char *root_path(const struct container_args *args,
			     struct arena *arena)
{
	const char *path = args->spec->root_path;

	if (!path || path[0] == '/')
		return path;
	return arena_printf(arena, "%s/%s", args->bundle, path);
}

static uint64_t namespaces_of(const struct spec *spec)
{
	uint64_t flags = 0;

	for (int kind = 0; kind < NS_COUNT; kind++)
		if (spec->ns[kind].want != NS_INHERIT)
			flags |= (uint64_t)ns_table[kind].clone_flag;
	return flags;
}

static void fill_record(struct creation *c)
{
	const struct container_args *args = c->args;
	struct arena *arena = &c->container->arena;

	c->container->record = (struct container_record){
		.id = args->id,
		.bundle = args->bundle,
		.rootfs = root_path(args, arena),
		.created = created_now(arena),
		.owner = arena_printf(arena, "%u", getuid()),
		.oci_version = args->spec->oci_version,
		.namespaces = namespaces_of(args->spec),
		.listen_op = -1,
		.init = args->init,
		.has_poststop = args->spec->hooks[HOOK_POSTSTOP].count > 0,
		.owns_pids = args->spec->ns[NS_PID].want == NS_NEW,
		.annotations = record_annotations(args->spec, arena),
		.config = args->config.text,
		.config_len = args->config.len,
		.config_name = args->config.name,
	};
}

static int read_start_time(pid_t pid, uint64_t *ret_time)
{
	struct proc_stat stat = { 0 };
	CLEANUP_FD int proc_fd = proc_open(NULL);
	int ret = proc_fd < 0 ? proc_fd : proc_stat(proc_fd, pid, &stat);

	*ret_time = stat.start_time;
	return ret;
}

static int write_record(struct creation *c, struct kist_error *err)
{
	struct container *container = c->container;
	CLEANUP_BUF struct buf text;
	CLEANUP_FD int fd = -1;
	int ret;

	buf_init(&text);
	if (!c->args->state_root)
		return 0;
	container->record.pid = container->process.pid;
	ret = read_start_time(container->process.pid,
			      &container->record.start_time);
	if (ret < 0)
		return err_sys(err, KIST_E_CONTAINER_DIED, -ret,
			       "read when process %d started",
			       container->process.pid);
	container->record.listen_op = c->planning.listen_op;
	record_format(&container->record, &text);
	if (buf_failed(&text))
		return err_nomem(err);
	fd = openat(container->dir_fd, STORE_RECORD_NEW,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ret = fd < 0 ? -errno : buf_write(&text, fd);
	if (ret == 0 && renameat(container->dir_fd, STORE_RECORD_NEW,
				 container->dir_fd, STORE_RECORD) < 0)
		ret = -errno;
	if (ret < 0)
		return err_sys(err, KIST_E_STATE_FOLDER, -ret,
			       "write the record of '%s'", c->args->id);
	c->recorded = true;
	return 0;
}

/* ---- the control group ---- */

/* Without rules there is no restriction; with any, what every container has
 * is allowed behind them. */
static int limit_devices(struct creation *c, struct kist_error *err)
{
	const struct cgroup_limits *limits = &c->args->spec->limits;
	size_t count = limits->device_count + device_default_rule_count;
	struct device_rule *rules;

	if (!limits->device_count)
		return 0;
	rules = ARENA_ARRAY(&c->container->arena, struct device_rule, count);
	if (!rules)
		return err_nomem(err);
	memcpy(rules, limits->devices, limits->device_count * sizeof(*rules));
	memcpy(rules + limits->device_count, device_default_rules,
	       device_default_rule_count * sizeof(*rules));
	return cgroup_limit_devices(&c->container->cgroup, rules, count,
				    c->is_rootless, err);
}

/* Were we killed before the record is written, this tells what to remove; and
 * by its new name, that the processes in the group are the container's. */
static int note_group(struct creation *c, const char *path,
		      struct kist_error *err)
{
	int dir_fd = c->container->dir_fd;

	if (dir_fd < 0 || symlinkat(path, dir_fd, STORE_GROUP_NEW) == 0)
		return 0;
	return err_sys(err, KIST_E_STATE_FOLDER, errno,
		       "note the control group of '%s'", c->args->id);
}

static void group_is_made(struct container *container)
{
	container->has_cgroup = true;
	container->record.cgroup =
		arena_strdup(&container->arena, container->cgroup.path);
	if (container->dir_fd >= 0)
		renameat(container->dir_fd, STORE_GROUP_NEW, container->dir_fd,
			 STORE_GROUP);
}

static int make_group(struct creation *c, struct kist_error *err)
{
	struct container *container = c->container;
	const struct spec *spec = c->args->spec;
	char path[512];
	int ret;

	ret = cgroup_probe(&container->world, err);
	if (ret < 0 || c->args->no_cgroup)
		return ret;
	/* Without groups a container runs; with limits it would run unlimited. */
	if (container->world.mode == CGROUP_NONE &&
	    cgroup_limits_empty(&spec->limits))
		return 0;
	ret = cgroup_choose_path(&container->world, spec->cgroups_path,
				 c->args->id, path, sizeof(path), err);
	if (ret == 0)
		ret = note_group(c, path, err);
	if (ret == 0)
		ret = cgroup_make(&container->world, path, &spec->limits,
				  c->is_rootless, &container->cgroup, err);
	if (ret < 0)
		return ret;
	group_is_made(container);
	ret = cgroup_limit(&container->cgroup, &spec->limits, err);
	if (ret == 0)
		ret = limit_devices(c, err);
	return ret;
}

/* ---- the child ---- */

static int on_id_maps(struct creation *c, pid_t pid, struct kist_error *err)
{
	const struct spec *spec = c->args->spec;
	char path[40], number[12];
	int ret = idmap_write(pid, &spec->uid_maps, &spec->gid_maps, err);

	if (ret < 0 || !spec->process.has_oom_score_adj)
		return ret;
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	snprintf(number, sizeof(number), "%d", spec->process.oom_score_adj);
	ret = sys_write_file(AT_FDCWD, path, number, strlen(number));
	/* an ordinary user may not lower it: runc and crun let that pass */
	if (ret < 0 && !(geteuid() != 0 && (ret == -EACCES || ret == -EPERM)))
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "set oomScoreAdj to %s", number);
	return 0;
}

static int on_sync(void *context, enum plan_stage stage, pid_t pid,
		   struct kist_error *err)
{
	static const enum hook_kind kinds[] = { HOOK_PRESTART,
						HOOK_CREATE_RUNTIME };
	struct creation *c = context;
	const struct container_args *args = c->args;
	int ret = 0;

	if (stage == PLAN_STAGE_ID_MAPS)
		return on_id_maps(c, pid, err);
	if (!c->recorded)
		ret = write_record(c, err);
	for (size_t i = 0; i < ARRAY_LEN(kinds) && ret == 0; i++)
		ret = hooks_run(args->spec, kinds[i], args->id, args->bundle,
				"creating", pid, &c->container->arena,
				&args->config, err);
	return ret;
}

static int listen_for_start(struct creation *c, struct kist_error *err)
{
	if (c->args->attached)
		return 0;
	c->listen_fd = sys_unix_listen(c->container->dir_fd, STORE_START_NEW,
				       SOCK_SEQPACKET);
	if (c->listen_fd < 0)
		return err_sys(err, KIST_E_STATE_FOLDER, -c->listen_fd,
			       "make the start socket of '%s'", c->args->id);
	return 0;
}

static void fill_planning(struct creation *c, struct arena *arena)
{
	const struct container_args *args = c->args;
	struct container *container = c->container;

	c->planning = (struct planning){
		.plan = &c->plan,
		.arena = arena,
		.spec = args->spec,
		.config = &args->config,
		.stdio = args->stdio,
		.id = args->id,
		.bundle = args->bundle,
		.root_path = container->record.rootfs,
		.cgroup = container->has_cgroup ? &container->cgroup : NULL,
		.world = &container->world,
		.console_fd = args->console_fd,
		.listen_fd = c->listen_fd,
		.preserve_fds = args->preserve_fds,
		.no_pivot = args->no_pivot,
		.no_new_keyring = args->no_new_keyring,
		.init = args->init,
		.binds_console = args->spec->ns[NS_MNT].want == NS_NEW,
		.is_rootless = c->is_rootless,
		.parent_mounts = cap_is_effective("CAP_SYS_ADMIN"),
	};
	c->plan.fault_op = args->fault_op;
	c->plan.fault_errno = args->fault_errno;
}

static int start_child(struct creation *c, struct kist_error *err)
{
	struct container *container = c->container;
	int ret = plan_container(&c->planning, err);

	if (ret == 0)
		ret = spawn_start(&c->plan, c->args->stdio, &container->process,
				  err);
	if (ret < 0)
		return ret;
	plan_close_fds(&c->plan);
	cleanup_fd(&c->listen_fd);
	c->listen_fd = -1;
	if (!c->plan.forks)
		ret = write_record(c, err);
	if (ret == 0)
		ret = spawn_watch(&container->process, &c->plan, on_sync, c,
				  &c->args->config, err);
	return ret;
}

/* ---- finishing ---- */

static int send_pidfd(const struct creation *c, struct kist_error *err)
{
	ssize_t ret;

	if (c->args->pidfd_fd < 0)
		return 0;
	ret = sys_send_fds(c->args->pidfd_fd, "", 1,
			   &c->container->process.pidfd, 1);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, (int)-ret,
			       "send the pidfd to its socket");
	return 0;
}

int container_write_pid_file(const char *path, pid_t pid,
			     struct kist_error *err)
{
	char number[12];
	int ret;

	if (!path)
		return 0;
	snprintf(number, sizeof(number), "%d", pid);
	ret = sys_replace_file(AT_FDCWD, path, number, strlen(number), 0644);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "write pid file '%s'",
			       path);
	return 0;
}

static int finish(struct creation *c, struct kist_error *err)
{
	struct container *container = c->container;
	int ret = 0;

	if (!c->recorded)
		ret = write_record(c, err);
	if (ret < 0)
		return ret;
	if (!c->args->attached && renameat(container->dir_fd, STORE_START_NEW,
					   container->dir_fd, STORE_START) < 0)
		return err_sys(err, KIST_E_STATE_FOLDER, errno,
			       "mark '%s' as created", c->args->id);
	ret = send_pidfd(c, err);
	if (ret == 0)
		ret = container_write_pid_file(c->args->pid_file,
					       container->process.pid, err);
	if (ret == 0 && c->args->attached)
		ret = hooks_run(c->args->spec, HOOK_POSTSTART, c->args->id,
				c->args->bundle, "running",
				container->process.pid, &container->arena,
				&c->args->config, err);
	return ret;
}

/* In reverse order. What fails here cannot be told beside the first error. */
static void undo(struct creation *c)
{
	struct container *container = c->container;
	struct kist_error ignored = { 0 };
	int ret = 0;

	spawn_done(&container->process);
	if (container->has_cgroup) {
		ret = cgroup_kill(&container->cgroup, SIGKILL, &ignored);
		if (ret == 0)
			ret = cgroup_remove(&container->cgroup, &ignored);
	}
	if (container->dir_fd >= 0)
		ret = store_remove(container->root_fd, c->args->id, &ignored);
	if (c->recorded)
		ret = hooks_run(c->args->spec, HOOK_POSTSTOP, c->args->id,
				c->args->bundle, "stopped", 0,
				&container->arena, &c->args->config, &ignored);
	(void)ret;
}

/* A first process that the kernel killed for want of memory looks like any
 * other death; the group knows. */
static void explain_death(const struct creation *c, struct kist_error *err)
{
	if (!err || err->id != KIST_E_CONTAINER_DIED ||
	    !c->container->has_cgroup ||
	    cgroup_oom_kills(&c->container->cgroup) <= 0)
		return;
	err_hint(err, "the memory limit is too low to start: raise "
		      "linux.resources.memory.limit");
}

static int make_folder(struct creation *c, struct kist_error *err)
{
	struct container *container = c->container;

	if (!c->args->state_root)
		return 0;
	container->root_fd = store_open(c->args->state_root, true, err);
	if (container->root_fd < 0)
		return container->root_fd;
	container->dir_fd = store_add(container->root_fd, c->args->id, err);
	return container->dir_fd < 0 ? container->dir_fd : 0;
}

static int create(struct creation *c, struct kist_error *err)
{
	struct container *container = c->container;
	int ret = container_check_id(c->args->id, err);

	if (ret == 0)
		ret = make_folder(c, err);
	if (ret < 0)
		return ret;
	fill_record(c);
	ret = make_group(c, err);
	if (ret == 0)
		ret = listen_for_start(c, err);
	if (ret < 0)
		return ret;
	fill_planning(c, &container->arena);
	ret = start_child(c, err);
	if (ret == 0)
		ret = finish(c, err);
	if (ret < 0)
		explain_death(c, err);
	return ret;
}

static bool is_rootless(const struct spec *spec)
{
	return spec->ns[NS_USER].want != NS_INHERIT || !ns_is_machine_root();
}

int container_create(const struct container_args *args,
		     struct container *ret_container, struct kist_error *err)
{
	struct creation c = { .args = args,
			      .container = ret_container,
			      .is_rootless = is_rootless(args->spec),
			      .listen_fd = -1 };
	int ret;

	container_init(ret_container, args->id);
	ret_container->process.released = false;
	plan_init(&c.plan, &ret_container->arena);
	ret = create(&c, err);
	plan_done(&c.plan);
	cleanup_fd(&c.listen_fd);
	if (ret < 0) {
		undo(&c);
		container_close(ret_container);
	}
	return ret;
}

int container_plan_see(const struct container_args *args, bool in_words,
		       plan_reader *read, void *context, struct kist_error *err)
{
	struct container container;
	struct creation c = { .args = args,
			      .container = &container,
			      .is_rootless = is_rootless(args->spec),
			      .listen_fd = -1 };
	int ret;

	container_init(&container, args->id);
	plan_init(&c.plan, &container.arena);
	fill_record(&c);
	ret = cgroup_probe(&container.world, err);
	if (ret == 0) {
		fill_planning(&c, &container.arena);
		c.planning.in_words = in_words;
		c.planning.parent_mounts &= !in_words;
		ret = plan_container(&c.planning, err);
	}
	if (ret == 0)
		read(context, &c.planning);
	plan_done(&c.plan);
	container_close(&container);
	return ret;
}

static void print(void *context, const struct planning *p)
{
	plan_print(p->plan, context);
}

int container_plan(const struct container_args *args, struct buf *out,
		   struct kist_error *err)
{
	return container_plan_see(args, false, print, out, err);
}
