/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enter_plan.c - the operations that enter, and become the command
 *
 * Why a plan: its program comes from a memory file and is closed to ptrace, so
 * a container that is entered finds nothing of this machine's programs in it;
 * and a threaded caller may call.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include "base/path.h"
#include "engine/ns/enter.h"
#include "kernel/cap.h"
#include "sys/file.h"
#include "sys/mount.h"
#include "sys/process.h"

#define FALLBACK_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* ---- namespaces ---- */

static void add_groups(struct entering *e, struct plan *plan)
{
	for (int i = 0; i < e->group_count; i++) {
		struct plan_op *op = plan_add(plan, PLAN_WRITE);

		op->arg[1] = plan_text(plan, "0");
		op->arg[2] = 1;
		op->arg[3] = (uint64_t)plan_fd(plan, e->group_fd[i]);
		plan_say(plan, "enter a control group of %1", e->target.label,
			 NULL);
	}
}

static void join(struct entering *e, struct plan *plan, enum ns_kind kind)
{
	struct plan_op *op = plan_call(plan, SYS_setns,
				       (uint64_t)plan_fd(plan, e->fd[kind]),
				       (uint64_t)ns_table[kind].clone_flag, 0);

	op->fds = BIT(1);
	plan_say(plan, "enter the %1 namespace", ns_table[kind].name, NULL);
}

static void add_joins(struct entering *e, struct plan *plan)
{
	const uint32_t first = e->kinds & ~e->after_user & ~BIT(NS_USER);

	/* Inside, setgroups(2) may be denied; we may still be allowed to. */
	if (e->fd[NS_USER] >= 0 && e->changes_ids) {
		plan_call(plan, SYS_setgroups, 0, 0, 0)->ignore[0] = EPERM;
		plan_say(plan, "take the supplementary groups away", NULL,
			 NULL);
	}
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (first & BIT(kind))
			join(e, plan, kind);
	if (e->fd[NS_USER] >= 0)
		join(e, plan, NS_USER);
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (e->after_user & BIT(kind))
			join(e, plan, kind);
}

/* ---- files ---- */

static void change_directory(struct plan *plan, int fd, const char *what)
{
	struct plan_op *op =
		plan_call(plan, SYS_fchdir, (uint64_t)plan_fd(plan, fd), 0, 0);

	op->fds = BIT(1);
	plan_say(plan, "go to the %1", what, NULL);
}

static void add_root(struct entering *e, struct plan *plan)
{
	struct plan_op *op;

	if (e->root_fd < 0)
		return;
	change_directory(plan, e->root_fd, "root directory");
	op = plan_call(plan, SYS_chroot, plan_text(plan, "."), 0, 0);
	op->offsets = BIT(1);
	plan_say(plan, "make it the root", NULL, NULL);
}

static void add_cwd(struct entering *e, struct plan *plan)
{
	const char *path = e->args->cwd_inside;
	struct plan_op *op;

	if (e->cwd_fd >= 0)
		change_directory(plan, e->cwd_fd, "working directory");
	if (!path)
		return;
	op = plan_call(plan, SYS_chdir, plan_text(plan, path), 0, 0);
	op->offsets = BIT(1);
	plan_say(plan, "go to directory '%1'", path, NULL);
}

/* ---- fresh /proc, /sys, /etc ---- */

/* In a user namespace the kernel may refuse what would reveal more than was
 * to be seen. */
static uint16_t may_fail(const struct entering *e)
{
	return e->fd[NS_USER] >= 0 ? PLAN_F_OPTIONAL : 0;
}

static void mount_fresh(struct entering *e, struct plan *plan, const char *type,
			const char *where, uint64_t attrs)
{
	int slot = plan_slot(plan);
	struct plan_op *op = plan_add(plan, PLAN_FSMOUNT);

	op->slot = (int16_t)slot;
	op->flags = may_fail(e);
	op->arg[0] = plan_text(plan, type);
	op->arg[1] = plan_vector(plan, NULL, 0);
	op->arg[2] = attrs | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
		     MOUNT_ATTR_NOEXEC;
	op->arg[3] = plan_text(plan, type);
	plan_say(plan, "mount %1 on '%2'", type, where);
	op = plan_add(plan, PLAN_PLACE);
	op->flags = may_fail(e);
	op->arg[0] = (uint64_t)slot;
	op->arg[1] = plan_text(plan, where);
	plan_say(plan, "mount %1 on '%2'", type, where);
}

static int copy_tree(struct entering *e, struct plan *plan, const char *path)
{
	int slot = plan_slot(plan);
	struct plan_op *op = plan_add(plan, PLAN_TREE);

	op->slot = (int16_t)slot;
	op->flags = may_fail(e);
	op->arg[0] = plan_text(plan, path);
	op->arg[1] = OPEN_TREE_CLONE | AT_RECURSIVE;
	plan_say(plan, "copy the mount '%1'", path, NULL);
	return slot;
}

static void place(struct entering *e, struct plan *plan, int slot,
		  const char *path)
{
	struct plan_op *op = plan_add(plan, PLAN_PLACE);

	op->flags = may_fail(e);
	op->arg[0] = (uint64_t)slot;
	op->arg[1] = plan_text(plan, path);
	plan_say(plan, "mount it on '%1'", path, NULL);
}

static bool is_mount(const char *path)
{
	struct stat own, parent;

	return stat(path, &own) == 0 && stat("/sys", &parent) == 0 &&
	       own.st_dev != parent.st_dev;
}

/* What is mounted below /sys is not of the network namespace: it stays. */
static void add_sys(struct entering *e, struct plan *plan)
{
	static const char *const kept[] = { "/sys/fs/cgroup", "/sys/fs/bpf",
					    "/sys/kernel/security",
					    "/sys/kernel/debug",
					    "/sys/kernel/tracing" };
	int slots[ARRAY_LEN(kept)];
	struct statvfs fs;
	uint64_t attrs = 0;

	if (!e->new_sys)
		return;
	if (statvfs("/sys", &fs) == 0 && (fs.f_flag & ST_RDONLY))
		attrs = MOUNT_ATTR_RDONLY;
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		slots[i] = is_mount(kept[i]) ? copy_tree(e, plan, kept[i]) : -1;
	mount_fresh(e, plan, "sysfs", "/sys", attrs);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (slots[i] >= 0)
			place(e, plan, slots[i], kept[i]);
}

/* /etc/netns/NAME/resolv.conf is /etc/resolv.conf, and so on. */
static void add_etc(struct entering *e, struct plan *plan)
{
	DIR *dir = e->netns_name ? opendir(e->netns_name) : NULL;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		const char *from, *to;

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		from = arena_printf(&e->arena, "%s/%s", e->netns_name,
				    entry->d_name);
		to = arena_printf(&e->arena, "/etc/%s", entry->d_name);
		place(e, plan, copy_tree(e, plan, from), to);
	}
	if (dir)
		closedir(dir);
}

static void add_mounts(struct entering *e, struct plan *plan)
{
	struct plan_op *op;

	if (!e->new_mounts)
		return;
	plan_call(plan, SYS_unshare, CLONE_NEWNS, 0, 0);
	plan_say(plan, "make a private mount namespace", NULL, NULL);
	op = plan_call(plan, SYS_mount, plan_text(plan, "none"),
		       plan_text(plan, "/"), 0);
	op->offsets = BIT(1) | BIT(2);
	op->arg[4] = MS_REC | MS_SLAVE;
	plan_say(plan, "let nothing mounted in it be seen outside", NULL, NULL);
	add_etc(e, plan);
	add_sys(e, plan);
}

/* ---- the process ---- */

static void add_ids(struct entering *e, struct plan *plan)
{
	struct plan_op *op;

	if (!e->changes_ids)
		return;
	if (e->args->keep_caps) {
		plan_call(plan, SYS_prctl, PR_SET_KEEPCAPS, 1, 0);
		plan_say(plan, "keep capabilities over the change of ids", NULL,
			 NULL);
	}
	op = plan_call(plan, SYS_setgroups, e->group_ids,
		       e->group_ids ?
			       plan_bytes(plan, e->groups,
					  e->group_ids * sizeof(*e->groups)) :
			       0,
		       0);
	op->offsets = BIT(2);
	/* A user namespace where it is denied has no groups to give. */
	if (e->fd[NS_USER] >= 0 && !e->group_ids)
		op->ignore[0] = EPERM;
	plan_say(plan, "set the supplementary groups", NULL, NULL);
	plan_call(plan, SYS_setresgid, e->gid, e->gid, e->gid);
	plan_say(plan, "become group %1", arena_printf(&e->arena, "%u", e->gid),
		 NULL);
	plan_call(plan, SYS_setresuid, e->uid, e->uid, e->uid);
	plan_say(plan, "become user %1", arena_printf(&e->arena, "%u", e->uid),
		 NULL);
}

static void add_caps(struct entering *e, struct plan *plan)
{
	struct plan_op *op;

	if (!e->args->keep_caps || e->fd[NS_USER] < 0)
		return;
	op = plan_add(plan, PLAN_CAPS);
	for (int set = 0; set < 4; set++)
		op->arg[set] = CAP_ALL;
	plan_say(plan, "keep the capabilities for the command", NULL, NULL);
}

static void add_selinux(struct entering *e, struct plan *plan)
{
	struct plan_op *op;

	if (!e->context)
		return;
	op = plan_add(plan, PLAN_WRITE);
	op->dir = (int16_t)plan_fd(plan, e->target.proc_fd);
	op->arg[0] = plan_text(plan, "self/attr/exec");
	op->arg[1] = plan_text(plan, e->context);
	op->arg[2] = strlen(e->context);
	plan_say(plan, "set security label '%1'", e->context, NULL);
}

/* The child's program has none; asking by umask(2) would change it for all
 * threads. */
static void add_umask(struct entering *e, struct plan *plan)
{
	char text[4096];
	const char *line = NULL;

	(void)e;
	if (sys_read_file(AT_FDCWD, "/proc/self/status", text, sizeof(text)) >
	    0)
		line = strstr(text, "\nUmask:");
	plan_call(plan, SYS_umask, line ? strtoul(line + 7, NULL, 8) : 022, 0,
		  0);
	plan_say(plan, "set the umask", NULL, NULL);
}

/* ---- the command ---- */

/* The target's environment; an empty one if it may not be read. */
static int target_env(struct entering *e, const char *const **ret_env,
		      struct kist_error *err)
{
	pid_t pid = e->has_target ? target_pid(&e->target, err) : -ENOENT;
	CLEANUP_BUF struct buf text;
	const char **env;
	size_t count = 0, at = 0;
	char *copy;
	int ret;

	buf_init(&text);
	if (!e->has_target)
		return err_set(err, KIST_E_TARGET_NO_PROCESS,
			       "there is no target whose environment to take");
	if (pid < 0)
		return pid;
	ret = sys_load_file(e->target.proc_fd,
			    arena_printf(&e->arena, "%d/environ", pid), &text,
			    16u << 20);
	if (ret < 0)
		return err_sys(err, KIST_E_TARGET_DENIED, -ret,
			       "read the environment of %s", e->target.label);
	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == '\0';
	env = ARENA_ARRAY(&e->arena, const char *, count + 2);
	copy = arena_alloc(&e->arena, text.len + 1);
	if (!copy || arena_failed(&e->arena))
		return err_nomem(err);
	if (text.len)
		memcpy(copy, text.data, text.len);
	for (count = 0; at < text.len; at += strlen(copy + at) + 1)
		if (copy[at])
			env[count++] = copy + at;
	*ret_env = env;
	return 0;
}

static const char *value_of(const char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

/* HOME, USER and LOGNAME of --as in place of those there. */
static const char *const *with_user(struct entering *e, const char *const *env)
{
	static const char *const names[] = { "HOME=", "USER=", "LOGNAME=" };
	const char *values[] = { e->home, e->user_name, e->user_name };
	size_t count = 0, n = 0;
	const char **out;

	while (env[count])
		count++;
	out = ARENA_ARRAY(&e->arena, const char *, count + 4);
	if (arena_failed(&e->arena))
		return env;
	for (size_t i = 0; i < count; i++) {
		size_t name = 0;

		while (name < ARRAY_LEN(names) &&
		       !(values[name] && strncmp(env[i], names[name],
						 strlen(names[name])) == 0))
			name++;
		if (name == ARRAY_LEN(names))
			out[n++] = env[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (values[i])
			out[n++] = arena_printf(&e->arena, "%s%s", names[i],
						values[i]);
	return out;
}

/* Is there such a program where the command will look? */
static bool is_there(const struct entering *e, const char *path)
{
	CLEANUP_FD int fd = -1;

	if (e->look_fd == AT_FDCWD)
		return access(path, X_OK) == 0;
	if (e->look_fd == -1)
		return false;
	fd = sys_openat2(e->look_fd, path, O_PATH, 0, RESOLVE_SAFE);
	return fd >= 0;
}

/* As a login would: SHELL if it is there, else /bin/sh; "-sh" as its name. */
static void add_shell(struct entering *e, struct plan *plan,
		      const char *const *env, uint64_t envp)
{
	const char *shell = value_of(env, "SHELL");
	const char *program[2] = { "/bin/sh", NULL }, *argv[2] = { NULL, NULL };
	struct plan_op *op;

	if (shell && shell[0] == '/' && is_there(e, shell))
		program[0] = shell;
	argv[0] = arena_printf(&e->arena, "-%s", path_name(program[0]));
	e->argv_here = ARENA_ARRAY(&e->arena, const char *, 2);
	*(const char **)(uintptr_t)e->argv_here = argv[0];
	op = plan_add(plan, PLAN_LOOKUP);
	op->arg[0] = plan_vector(plan, program, 1);
	plan_say(plan, "%1", program[0], NULL);
	op = plan_add(plan, PLAN_EXEC);
	op->arg[0] = plan_vector(plan, argv, 1);
	op->arg[1] = envp;
	plan_say(plan, "%1", program[0], NULL);
}

static size_t length(const char *const *list)
{
	size_t count = 0;

	while (list[count])
		count++;
	return count;
}

static void add_command(struct entering *e, struct plan *plan,
			const char *const *env)
{
	const char *const *argv = e->args->command;
	const char *path = value_of(env, "PATH");
	uint64_t vector, envp = plan_vector(plan, env, length(env));
	struct plan_op *op;

	if (!argv || !argv[0]) {
		add_shell(e, plan, env, envp);
		return;
	}
	e->argv_here = argv;
	/* Our PATH may know nothing of the folders of another system. */
	if (!path || e->fd[NS_MNT] >= 0 || e->root_fd >= 0)
		path = arena_printf(&e->arena, "%s%s" FALLBACK_PATH,
				    path ? path : "", path ? ":" : "");
	vector = plan_vector(plan, argv, length(argv));
	op = plan_add(plan, PLAN_LOOKUP);
	op->arg[0] = vector;
	op->arg[1] = plan_text(plan, path);
	plan_say(plan, "%1", argv[0], NULL);
	op = plan_add(plan, PLAN_EXEC);
	op->arg[0] = vector;
	op->arg[1] = envp;
	plan_say(plan, "%1", argv[0], NULL);
}

/* Those that are not close-on-exec, under the number they have. */
static void add_fds(struct entering *e, struct plan *plan)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name), flags = fcntl(fd, F_GETFD);
		struct plan_op *op;

		if (fd < 3 || flags < 0 || (flags & FD_CLOEXEC))
			continue;
		op = plan_call(plan, SYS_fcntl, (uint64_t)plan_fd(plan, fd),
			       F_SETFD, 0);
		op->fds = BIT(1);
		plan_say(plan, "pass descriptor %1 on",
			 arena_strdup(&e->arena, entry->d_name), NULL);
	}
	if (dir)
		closedir(dir);
}

/* ---- all ---- */

static int find_env(struct entering *e, const char *const **ret_env,
		    struct kist_error *err)
{
	const char *const *env = (const char *const *)environ;
	int ret = 0;

	if (e->args->env)
		ret = target_env(e, &env, err);
	if (ret == 0 && (e->home || e->user_name))
		env = with_user(e, env);
	*ret_env = env;
	return ret;
}

static void add_fork(struct entering *e, struct plan *plan)
{
	struct plan_op *op;

	if (!e->forks)
		return;
	op = plan_add(plan, PLAN_FORK);
	op->arg[1] = (uint64_t)(int64_t)-1;
	plan->forks = true;
	plan_say(plan, "go on as a new process in the namespaces", NULL, NULL);
}

void enter_plan_joins(struct entering *e, struct plan *plan)
{
	add_joins(e, plan);
	add_fork(e, plan);
	add_ids(e, plan);
}

int enter_plan(struct entering *e, struct plan *plan, struct kist_error *err)
{
	const char *const *env;
	int ret = find_env(e, &env, err);

	if (ret < 0)
		return ret;
	e->env_here = env;
	e->here = enter_fits_here(e);
	if (!e->here)
		add_umask(e, plan);
	add_groups(e, plan);
	add_joins(e, plan);
	add_mounts(e, plan);
	add_root(e, plan);
	add_cwd(e, plan);
	add_fork(e, plan);
	if (e->new_proc)
		mount_fresh(e, plan, "proc", "/proc", 0);
	add_selinux(e, plan);
	if (e->here && !e->args->pass_fds) {
		plan_call(plan, SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC);
		plan_say(plan, "pass on no fds above 2", NULL, NULL);
	}
	if (!e->here && e->args->pass_fds)
		add_fds(e, plan);
	add_ids(e, plan);
	add_caps(e, plan);
	add_command(e, plan, env);
	return arena_failed(&e->arena) ? err_nomem(err) : 0;
}
