/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enter_find.c - what is joined: namespaces as fds, in which order
 *
 * Order of joining
 * ================
 * A namespace belongs to a user namespace, and entering it takes CAP_SYS_ADMIN
 * there. What belongs to the user namespace that is joined is entered once
 * inside it, for there everybody has that capability; the rest before, as long
 * as we have what we came with.
 *
 * An ordinary user who names a namespace that belongs to a user namespace of
 * his has to enter that too: it is joined although nobody asked.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/num.h"
#include "engine/ns/enter.h"
#include "engine/ns/named_about.h"
#include "kernel/cap.h"
#include "sys/file.h"
#include "sys/process.h"

_Static_assert(ARRAY_LEN(((struct kist_enter *)0)->from) == NS_COUNT,
	       "from[] has an entry a kind");

/* ---- one kind ---- */

/* The fd is ours to close. */
static void keep(struct entering *e, enum ns_kind kind, int fd)
{
	cleanup_fd(&e->owned_fd[kind]);
	e->fd[kind] = e->owned_fd[kind] = fd;
	e->kinds |= BIT(kind);
}

static int open_id(const char *word, enum ns_kind kind, struct kist_error *err)
{
	CLEANUP_FD int fd = -1;
	uint64_t id;

	if (num_parse_u64(word, &id) < 0)
		return err_set(err, KIST_E_TARGET_SYNTAX,
			       "failed to parse nsid: %s", word);
	fd = ns_open_id(id, kind);
	if (fd < 0)
		return err_sys(err, KIST_E_TARGET_UNKNOWN, -fd,
			       "cannot open namespace of id %llu",
			       (unsigned long long)id);
	if (ioctl(fd, NS_GET_NSTYPE) != ns_table[kind].clone_flag)
		return err_set(err, KIST_E_NS_KIND,
			       "the namespace of id %llu is no %s namespace",
			       (unsigned long long)id, ns_table[kind].name);
	return TAKE_FD(fd);
}

/* Of another target. */
static int take_from(const struct kist *kist, struct entering *e,
		     enum ns_kind kind, const char *word,
		     struct kist_error *err)
{
	struct target other;
	int fd, ret;

	if (*word == ':' && e->args->kernel_ids) {
		fd = open_id(word + 1, kind, err);
		if (fd >= 0)
			keep(e, kind, fd);
		return fd < 0 ? fd : 0;
	}
	if (strchr(word, '/')) {
		fd = ns_open(word, kind, err);
		if (fd >= 0)
			keep(e, kind, fd);
		return fd < 0 ? fd : 0;
	}
	ret = target_open(kist, word, &other, err);
	if (ret < 0)
		return ret;
	fd = target_ns(&other, kind, err);
	if (fd >= 0) {
		fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		if (fd < 0)
			fd = err_sys(err, KIST_E_SYSTEM, errno,
				     "copy a namespace fd");
	}
	target_close(&other);
	if (fd < 0)
		return fd;
	keep(e, kind, fd);
	return 0;
}

static int take_socket(const struct kist *kist, struct entering *e,
		       struct kist_error *err)
{
	const char *socket = e->args->socket;
	const char *word = arena_printf(&e->arena, "fd:%s", socket);
	pid_t pid;

	if (!strchr(socket, '@') && e->has_target) {
		pid = target_pid(&e->target, err);
		if (pid < 0)
			return pid;
		word = arena_printf(&e->arena, "fd:%s@%d", socket, pid);
	}
	return take_from(kist, e, NS_NET, word, err);
}

static int take_user_parent(struct entering *e, struct kist_error *err)
{
	int fd = e->fd[NS_USER], parent;

	if (fd < 0 && e->has_target)
		fd = target_ns(&e->target, NS_USER, NULL);
	/* Of any other kind: the one that owns it. */
	for (enum ns_kind kind = 0; fd < 0 && kind < NS_COUNT; kind++)
		fd = e->fd[kind];
	if (fd < 0)
		return err_set(err, KIST_E_ENTER_NOTHING,
			       "there is no namespace to take the parent of");
	parent = ns_open_owner(fd);
	if (parent < 0) {
		err_sys(err, KIST_E_NS_DENIED, -parent,
			"open the user namespace above the target's");
		err_hint(err, "it is not ours or below ours");
		return parent;
	}
	keep(e, NS_USER, parent);
	return 0;
}

/* ---- which ---- */

/* Is it the one that we are in? */
static bool is_own(const struct entering *e, int fd, enum ns_kind kind)
{
	CLEANUP_FD int own = ns_open_pidfd(e->self_fd, kind);
	char path[32];
	struct stat a, b;

	if (fstat(fd, &a) < 0)
		return false;
	if (own >= 0)
		return fstat(own, &b) == 0 && a.st_ino == b.st_ino &&
		       a.st_dev == b.st_dev;
	snprintf(path, sizeof(path), "/proc/self/ns/%s", ns_table[kind].name);
	return stat(path, &b) == 0 && a.st_ino == b.st_ino &&
	       a.st_dev == b.st_dev;
}

/* Joining the own user namespace is refused, any other has no effect. */
static int take_target_kind(struct entering *e, enum ns_kind kind, bool asked,
			    struct kist_error *err)
{
	struct target *t = &e->target;
	int fd;

	if (!asked && t->kind != TARGET_PROCESS && t->ns_fd[kind] < 0)
		return 0;
	fd = target_ns(t, kind, err);
	if (fd == -ENOENT && !asked) {
		if (err)
			*err = (struct kist_error){ 0 };
		return 0;
	}
	if (fd < 0)
		return fd;
	if (!(asked && e->args->keep_same) && is_own(e, fd, kind))
		return 0;
	e->fd[kind] = fd;
	e->kinds |= BIT(kind);
	return 0;
}

static bool takes_from_elsewhere(const struct kist_enter *args)
{
	for (int kind = 0; kind < NS_COUNT; kind++)
		if (args->from[kind])
			return true;
	return args->socket || args->user_parent;
}

static int take_target(struct entering *e, struct kist_error *err)
{
	const struct kist_enter *args = e->args;
	const uint32_t wanted = args->kinds;
	const bool all = args->all || (!wanted && !args->only_asked &&
				       !takes_from_elsewhere(args));

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		int ret;

		const bool asked = wanted & BIT(kind);

		if ((!asked && !all) || args->from[kind])
			continue;
		ret = take_target_kind(e, kind, asked, err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int take_all(const struct kist *kist, struct entering *e,
		    struct kist_error *err)
{
	const struct kist_enter *args = e->args;
	int ret = e->has_target ? take_target(e, err) : 0;

	for (enum ns_kind kind = 0; ret == 0 && kind < NS_COUNT; kind++)
		if (args->from[kind])
			ret = take_from(kist, e, kind, args->from[kind], err);
	if (ret == 0 && args->socket)
		ret = take_socket(kist, e, err);
	if (ret == 0 && args->user_parent)
		ret = take_user_parent(e, err);
	return ret;
}

/* ---- the user namespace ---- */

/* Its owner, if entering it needs being there, and we are not. */
static int needed_owner(const struct entering *e, enum ns_kind kind)
{
	CLEANUP_FD int owner = ns_open_owner(e->fd[kind]);
	CLEANUP_FD int own = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);

	if (owner < 0 || own < 0 || ns_is_same(owner, own) != 0)
		return -1;
	return TAKE_FD(owner);
}

static void add_owner(struct entering *e)
{
	if (e->fd[NS_USER] >= 0 || (e->args->kinds & KIST_NS_USER) ||
	    cap_is_effective("CAP_SYS_ADMIN"))
		return;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		int owner = e->fd[kind] >= 0 ? needed_owner(e, kind) : -1;

		if (owner >= 0) {
			keep(e, NS_USER, owner);
			return;
		}
	}
}

/* Is the user namespace @fd the one at @user_fd, or below it? */
static bool is_below(int fd, int user_fd)
{
	CLEANUP_FD int at = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	while (at >= 0) {
		int parent;

		if (ns_is_same(at, user_fd) == 1)
			return true;
		parent = ioctl(at, NS_GET_PARENT);
		close(at);
		at = parent;
	}
	return false;
}

static void order(struct entering *e)
{
	if (e->fd[NS_USER] < 0)
		return;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		CLEANUP_FD int owner = -1;

		if (kind == NS_USER || e->fd[kind] < 0)
			continue;
		owner = ns_open_owner(e->fd[kind]);
		if (owner >= 0 && is_below(owner, e->fd[NS_USER]))
			e->after_user |= BIT(kind);
	}
}

/* ---- directories ---- */

static int open_of_target(struct entering *e, const char *link,
			  struct kist_error *err)
{
	pid_t pid = e->has_target ? target_pid(&e->target, err) : 0;
	char path[64];
	int fd;

	if (!e->has_target)
		return err_set(err, KIST_E_TARGET_NO_PROCESS,
			       "there is no target to take the %s of",
			       strcmp(link, "cwd") == 0 ? "working directory" :
							  link);
	if (pid < 0)
		return pid;
	snprintf(path, sizeof(path), "%d/%s", pid, link);
	fd = openat(e->target.proc_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, KIST_E_TARGET_DENIED, errno,
			       "open the %s of %s",
			       strcmp(link, "cwd") == 0 ? "working directory" :
							  "root directory",
			       e->target.label);
	return fd;
}

static int open_directory(struct entering *e, const char *path,
			  const char *link, struct kist_error *err)
{
	int fd;

	if (!*path)
		return open_of_target(e, link, err);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_sys(err, KIST_E_SYSTEM, errno,
				"open directory '%s'", path) :
			fd;
}

static int find_directories(struct entering *e, struct kist_error *err)
{
	const struct kist_enter *args = e->args;
	const bool mnt = e->fd[NS_MNT] >= 0;

	if (args->root) {
		e->root_fd = open_directory(e, args->root, "root", err);
		if (e->root_fd < 0)
			return e->root_fd;
	} else if (mnt && e->has_target && !args->no_refresh &&
		   e->target.kind == TARGET_PROCESS) {
		/* Not being allowed to look is no reason not to enter. */
		e->root_fd = open_of_target(e, "root", NULL);
	}
	if (args->cwd) {
		e->cwd_fd = open_directory(e, args->cwd, "cwd", err);
		if (e->cwd_fd < 0)
			return e->cwd_fd;
	} else if (e->root_fd >= 0 && !mnt && !args->cwd_inside) {
		e->cwd_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return 0;
}

/* Where the command will find its files, as far as it can be seen from here. */
static void find_look(struct entering *e)
{
	if (e->root_fd >= 0)
		e->look_fd = e->root_fd;
	else if (e->fd[NS_MNT] < 0)
		e->look_fd = AT_FDCWD;
}

/* ---- what has to be fresh ---- */

/* /etc/netns/NAME of ip(8), for a network namespace that has a name. */
static const char *netns_folder(struct entering *e)
{
	const char *word = e->args->from[NS_NET] ? e->args->from[NS_NET] :
			   e->has_target	 ? e->args->target :
						   "";
	const char *path;

	if (strncmp(word, "netns:", 6) == 0)
		word += 6;
	else if (strncmp(word, NETNS_FOLDER "/", 11) == 0)
		word += 11;
	else if (!e->has_target || e->target.kind != TARGET_SET)
		return NULL;
	if (!*word || *word == '.' || strchr(word, '/'))
		return NULL;
	path = arena_printf(&e->arena, "/etc/netns/%s", word);
	return access(path, F_OK) == 0 ? path : NULL;
}

static void find_fresh(struct entering *e)
{
	const bool mnt = e->fd[NS_MNT] >= 0;

	e->forks = !e->args->no_fork &&
		   (e->fd[NS_PID] >= 0 || e->fd[NS_TIME] >= 0);
	/* Mounting takes being root of the user namespace we end up in. */
	if (mnt || e->args->no_refresh ||
	    (e->fd[NS_USER] < 0 && !cap_is_effective("CAP_SYS_ADMIN")))
		return;
	e->new_proc = e->fd[NS_PID] >= 0 && e->forks;
	e->new_sys = e->fd[NS_NET] >= 0;
	if (e->fd[NS_NET] >= 0)
		e->netns_name = netns_folder(e);
	e->new_mounts = e->new_proc || e->new_sys || e->netns_name;
}

/* ---- all ---- */

/* A process id with the inode of its pidfd is never another process's. */
static int check_inode(const struct entering *e, struct kist_error *err)
{
	const uint64_t inode = e->args->pidfd_inode;
	struct stat st;

	if (!inode || !e->has_target)
		return 0;
	if (e->target.pidfd >= 0 && fstat(e->target.pidfd, &st) == 0 &&
	    st.st_ino == inode)
		return 0;
	return err_set(err, KIST_E_TARGET_SYNTAX,
		       "process %s has not the pidfd inode %llu",
		       e->target.word, (unsigned long long)inode);
}

int enter_find(const struct kist *kist, const struct kist_enter *args,
	       struct entering *e, struct kist_error *err)
{
	int ret = 0;

	e->args = args;
	e->has_target = false;
	e->kinds = e->after_user = 0;
	e->root_fd = e->cwd_fd = e->look_fd = -1;
	e->group_count = 0;
	e->context = e->home = e->user_name = e->netns_name = NULL;
	e->changes_ids = e->new_mounts = e->new_proc = e->new_sys = false;
	e->forks = e->here = false;
	e->groups = NULL;
	e->group_ids = 0;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		e->fd[kind] = e->owned_fd[kind] = -1;
	arena_init(&e->arena);
	e->self_fd = sys_pidfd_open(getpid());
	if (args->target) {
		ret = target_open(kist, args->target, &e->target, err);
		e->has_target = ret == 0;
	}
	if (ret == 0)
		ret = check_inode(e, err);
	if (ret == 0)
		ret = take_all(kist, e, err);
	if (ret == 0 && !e->kinds && !e->has_target)
		ret = err_set(err, KIST_E_ENTER_NOTHING,
			      "no namespace is named");
	if (ret < 0)
		return ret;
	add_owner(e);
	order(e);
	ret = find_directories(e, err);
	find_look(e);
	find_fresh(e);
	if (ret == 0 && args->cgroup)
		ret = enter_groups(e, err);
	if (ret == 0 && args->selinux)
		ret = enter_selinux(e, err);
	if (ret == 0)
		ret = enter_user(e, err);
	return ret;
}

void enter_done(struct entering *e)
{
	if (e->has_target)
		target_close(&e->target);
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		cleanup_fd(&e->owned_fd[kind]);
	for (int i = 0; i < e->group_count; i++)
		close(e->group_fd[i]);
	cleanup_fd(&e->self_fd);
	cleanup_fd(&e->root_fd);
	cleanup_fd(&e->cwd_fd);
	arena_done(&e->arena);
}
