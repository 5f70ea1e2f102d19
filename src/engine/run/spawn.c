/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn.c - kist_spawn(): a command of this machine, isolated
 *
 * A container without a root, a record or a state folder: only the caller's
 * struct kist_process knows of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kist/spawn.h>

#include "container/lifecycle.h"
#include "engine/run/making.h"
#include "engine/names.h"
#include "engine/values.h"
#include "kernel/cap.h"
#include "sys/mount.h"
#include "sys/process.h"

#define CPU_PERIOD_US 100000

_Static_assert(
	KIST_NS_USER == 1 << NS_USER && KIST_NS_CGROUP == 1 << NS_CGROUP &&
		KIST_NS_IPC == 1 << NS_IPC && KIST_NS_NET == 1 << NS_NET &&
		KIST_NS_PID == 1 << NS_PID && KIST_NS_TIME == 1 << NS_TIME &&
		KIST_NS_UTS == 1 << NS_UTS && KIST_NS_MNT == 1 << NS_MNT &&
		KIST_NS_ALL == (1 << NS_COUNT) - 1,
	"enum kist_ns is enum ns_kind as a mask");

/**
 * struct kist_process - one that was started
 * @has_ended:	it has been waited for; @status is what that gave
 */
struct kist_process {
	struct container container;
	bool has_ended;
	int status;
};

/* ---- what makes no sense ---- */

static int check_limits(const struct kist_spawn *args, struct kist_error *err)
{
	const struct {
		const char *name;
		int64_t value, least;
	} limits[] = {
		{ "memory", args->memory, -1 },
		{ "memory_swap", args->memory_swap, -1 },
		{ "cpus", args->cpus, 0 },
		{ "pids_limit", args->pids_limit, -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		if (limits[i].value < limits[i].least)
			return err_set(err, KIST_E_SPAWN,
				       "%s: %lld is less than %lld",
				       limits[i].name,
				       (long long)limits[i].value,
				       (long long)limits[i].least);
	if (args->memory_swap > 0 && args->memory <= 0)
		return err_set(err, KIST_E_SPAWN, "memory_swap needs memory");
	return 0;
}

static int check(const struct kist_spawn *args, struct kist_error *err)
{
	const struct {
		bool given;
		unsigned ns;
		const char *name, *needed;
	} needs[] = {
		{ args->hostname, KIST_NS_UTS, "hostname", "KIST_NS_UTS" },
		{ args->domainname, KIST_NS_UTS, "domainname", "KIST_NS_UTS" },
		{ args->init, KIST_NS_PID, "init", "KIST_NS_PID" },
	};

	if (!args->argv || !args->argv[0])
		return err_set(err, KIST_E_SPAWN, "argv: there is no command");
	if (args->ns & ~(unsigned)KIST_NS_ALL)
		return err_set(err, KIST_E_SPAWN,
			       "ns: 0x%x has bits that are no namespace",
			       args->ns);
	if (args->cwd && args->cwd[0] != '/')
		return err_set(err, KIST_E_SPAWN, "cwd: '%s' is not absolute",
			       args->cwd);
	for (size_t i = 0; i < ARRAY_LEN(needs); i++)
		if (needs[i].given && !(args->ns & needs[i].ns))
			return err_set(err, KIST_E_SPAWN, "%s needs %s",
				       needs[i].name, needs[i].needed);
	return check_limits(args, err);
}

/* ---- the spec ---- */

static struct string_list list_of(const char *const *items)
{
	return (struct string_list){ .items = (const char **)items,
				     .count = list_count(items) };
}

/* Too little is for the kernel to refuse, never "no limit". */
static int64_t cpu_quota_us(int64_t cpus)
{
	int64_t quota = cpus / (1000000000 / CPU_PERIOD_US);

	return cpus && !quota ? 1 : quota;
}

static void add_limits(const struct kist_spawn *args,
		       struct cgroup_limits *limits)
{
	const struct {
		enum cgroup_limit which;
		int64_t value;
	} values[] = {
		{ LIMIT_MEMORY, args->memory },
		{ LIMIT_MEMORY_SWAP, args->memory_swap },
		{ LIMIT_CPU_QUOTA, cpu_quota_us(args->cpus) },
		{ LIMIT_CPU_PERIOD, args->cpus ? CPU_PERIOD_US : 0 },
		{ LIMIT_PIDS, args->pids_limit },
	};

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (values[i].value)
			limits->values[values[i].which] = (struct limit_value){
				.present = true, .value = values[i].value
			};
}

/* A new pid namespace is of little use with the old /proc. */
static void add_proc(struct spec *spec, struct arena *arena)
{
	spec->mounts = ARENA_NEW(arena, struct spec_mount);
	*spec->mounts = (struct spec_mount){
		.destination = "/proc",
		.type = "proc",
		.source = "proc",
		.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			    MOUNT_ATTR_NOEXEC,
	};
	spec->mount_count = 1;
}

static void map_all(struct id_maps *maps, struct arena *arena)
{
	maps->maps = ARENA_NEW(arena, struct id_map);
	*maps->maps = (struct id_map){ 0, 0, UINT32_MAX };
	maps->count = 1;
}

static int add_namespaces(const struct kist_spawn *args, struct spec *spec,
			  struct arena *arena, struct kist_error *err)
{
	const bool rootless = geteuid() != 0;
	unsigned ns = args->ns;

	if (ns && rootless)
		ns |= KIST_NS_USER;
	for (int kind = 0; kind < NS_COUNT; kind++)
		if (ns & BIT(kind))
			spec->ns[kind].want = NS_NEW;
	if ((ns & KIST_NS_PID) && (ns & KIST_NS_MNT))
		add_proc(spec, arena);
	if (!(ns & KIST_NS_USER))
		return 0;
	if (rootless)
		return idmap_rootless(geteuid(), getegid(), arena,
				      &spec->uid_maps, &spec->gid_maps, err);
	map_all(&spec->uid_maps, arena);
	map_all(&spec->gid_maps, arena);
	return 0;
}

/* The caller's groups stay, where setting them is allowed at all. */
static int keep_groups(struct spec_process *process, struct arena *arena,
		       struct kist_error *err)
{
	int count = cap_is_effective("CAP_SETGID") ? getgroups(0, NULL) : 0;

	if (count <= 0)
		return 0;
	process->groups = ARENA_ARRAY(arena, gid_t, (size_t)count);
	if (arena_failed(arena))
		return err_nomem(err);
	count = getgroups(count, process->groups);
	if (count < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "read the supplementary groups");
	process->group_count = (size_t)count;
	return 0;
}

static int add_process(const struct kist_spawn *args, struct spec *spec,
		       struct arena *arena, struct kist_error *err)
{
	const bool is_mapped = spec->ns[NS_USER].want == NS_NEW &&
			       geteuid() != 0;
	char cwd[4096];

	if (!args->cwd && !getcwd(cwd, sizeof(cwd)))
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "read the working directory");
	spec->process = (struct spec_process){
		.present = true,
		.cwd = args->cwd ? args->cwd : arena_strdup(arena, cwd),
		.args = list_of(args->argv),
		.env = list_of(args->env ? args->env :
					   (const char *const *)environ),
		.uid = is_mapped ? 0 : geteuid(),
		.gid = is_mapped ? 0 : getegid(),
		.umask = -1,
		.no_new_privileges = args->no_new_privileges,
		.scheduler = { .policy = -1 },
	};
	return is_mapped ? 0 : keep_groups(&spec->process, arena, err);
}

static int make_spec(const struct kist_spawn *args, struct spec *spec,
		     struct arena *arena, struct kist_error *err)
{
	int ret;

	*spec = (struct spec){
		.oci_version = "",
		.hostname = args->hostname,
		.domainname = args->domainname,
		.personality = -1,
	};
	add_limits(args, &spec->limits);
	ret = add_namespaces(args, spec, arena, err);
	if (ret == 0)
		ret = add_process(args, spec, arena, err);
	if (ret == 0 && arena_failed(arena))
		ret = err_nomem(err);
	return ret;
}

/* ---- the interface ---- */

/* Out of the way of 0 to 2, so that they can be given in any order. */
static int lift_fds(const int given[3], int ret_stdio[3], int lifted[3],
		    struct kist_error *err)
{
	for (int i = 0; i < 3; i++) {
		int fd = given ? given[i] : -1;

		if (fd >= 0 && fd < 3 && fd != i) {
			fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
			if (fd < 0)
				return err_sys(err, KIST_E_SYSTEM, errno,
					       "copy fd %d of stdio", given[i]);
			lifted[i] = fd;
		}
		ret_stdio[i] = fd;
	}
	return 0;
}

static int create(const struct kist_spawn *args, struct container_args *c,
		  struct container *container, struct kist_error *err)
{
	int lifted[3] = { -1, -1, -1 };
	int ret = lift_fds(args->stdio, c->stdio, lifted, err);

	if (ret == 0)
		ret = container_create(c, container, err);
	for (int i = 0; i < 3; i++)
		cleanup_fd(&lifted[i]);
	if (ret < 0)
		limit_while(err, true);
	return ret;
}

static int start(const struct kist_spawn *args, struct container *container,
		 struct arena *arena, struct kist_error *err)
{
	struct container_args c = {
		.bundle = "/",
		.attached = true,
		.init = args->init,
		.console_fd = -1,
		.pidfd_fd = -1,
		.fault_op = -1,
	};
	struct id id;
	struct spec spec;
	int ret = make_spec(args, &spec, arena, err);

	if (ret < 0)
		return ret;
	id_random(&id);
	c.id = arena_printf(arena, "spawn-%.*s", ID_SHORT, id.text);
	c.spec = &spec;
	c.no_cgroup = cgroup_limits_empty(&spec.limits);
	return create(args, &c, container, err);
}

int kist_spawn(const struct kist_spawn *args, struct kist_process **ret_process,
	       struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_process *process;
	int ret;

	arena_init(&arena);
	ret = check(args, err);
	if (ret < 0)
		return ret;
	process = calloc(1, sizeof(*process));
	if (!process)
		return err_nomem(err);
	ret = start(args, &process->container, &arena, err);
	if (ret < 0) {
		free(process);
		return ret;
	}
	*ret_process = process;
	return 0;
}

pid_t kist_process_pid(const struct kist_process *process)
{
	return process->container.process.pid;
}

int kist_process_pidfd(const struct kist_process *process)
{
	return process->container.process.pidfd;
}

int kist_process_signal(const struct kist_process *process, int signal,
			struct kist_error *err)
{
	int ret = sys_pidfd_send_signal(kist_process_pidfd(process), signal);

	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret, "signal process %d",
				 kist_process_pid(process)) :
			 0;
}

int kist_process_wait(struct kist_process *process, int *ret_status,
		      struct kist_error *err)
{
	if (!process->has_ended) {
		int ret = container_wait(&process->container);

		if (ret < 0)
			return err_sys(err, KIST_E_SYSTEM, -ret,
				       "wait for process %d",
				       kist_process_pid(process));
		process->has_ended = true;
		process->status = ret;
	}
	*ret_status = process->status;
	return 0;
}

int64_t kist_process_oom_kills(const struct kist_process *process)
{
	const struct container *container = &process->container;

	return container->has_cgroup ? cgroup_oom_kills(&container->cgroup) :
				       -1;
}

int kist_process_free(struct kist_process *process, struct kist_error *err)
{
	int status, ret;

	if (!process)
		return 0;
	/* It may have ended, or somebody else has waited for it: the outcome
	 * is the same. */
	(void)kist_process_signal(process, SIGKILL, NULL);
	(void)!kist_process_wait(process, &status, NULL);
	ret = container_delete(&process->container, true, err);
	container_close(&process->container);
	free(process);
	return ret;
}
