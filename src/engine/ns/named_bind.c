/* SPDX-License-Identifier: Apache-2.0 */
/* named_bind.c - a name for namespaces that are open, and taking it away */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/trace.h"
#include "engine/ns/named_about.h"
#include "kernel/proc.h"
#include "sys/mount.h"
#include "sys/process.h"

#ifndef MS_BIND
#define MS_BIND 4096
#endif

#define HOLDER_MS 5000

/* ---- binding ---- */

static int bind_error(const char *path, enum ns_kind kind, int errnum,
		      struct kist_error *err)
{
	err_sys(err, KIST_E_STORE, errnum, "bind the %s namespace on '%s'",
		ns_table[kind].name, path);
	if (kind == NS_MNT && errnum == EINVAL)
		err_hint(err,
			 "a mount namespace cannot be named inside itself, "
			 "or inside one made after it");
	return -errnum;
}

static int bind_one(const struct named_place *place, int ns_fd,
		    enum ns_kind kind, struct kist_error *err)
{
	char path[PATH_BYTES], self[64];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s", place->path, ns_table[kind].name);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", ns_fd);
	fd = openat(place->dir_fd, ns_table[kind].name,
		    O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	if (fd < 0)
		return err_sys(err, KIST_E_STORE, errno, "make file '%s'",
			       path);
	close(fd);
	ret = sys_mount(self, path, NULL, MS_BIND, NULL);
	return ret < 0 ? bind_error(path, kind, -ret, err) : 0;
}

static int write_about(const struct named_place *place, uint32_t kinds,
		       pid_t holder, struct kist_error *err)
{
	struct named_about about = {
		.holder = holder,
		.kinds = kinds,
		.created = time_now(),
	};
	CLEANUP_FD int proc_fd = -1;
	struct proc_stat stat;
	int ret = 0;

	if (holder) {
		proc_fd = proc_open(err);
		if (proc_fd < 0)
			return proc_fd;
		ret = proc_stat(proc_fd, holder, &stat);
		if (ret < 0)
			return err_sys(err, KIST_E_SYSTEM, -ret,
				       "look at holder %d", holder);
		about.holder_start = stat.start_time;
	}
	ret = named_about_save(place->dir_fd, &about);
	return ret < 0 ? err_sys(err, KIST_E_STORE, -ret, "write '%s/about'",
				 place->path) :
			 0;
}

static int bind_all(const struct named_place *place, const char *name,
		    const int fd[NS_COUNT], const struct kist_trace *trace,
		    struct kist_error *err)
{
	int ret = 0;

	for (enum ns_kind kind = 0; ret == 0 && kind < NS_COUNT; kind++)
		if (fd[kind] >= 0)
			ret = bind_one(place, fd[kind], kind, err);
	if (ret == 0 && fd[NS_NET] >= 0) {
		char from[PATH_BYTES];

		snprintf(from, sizeof(from), "%s/net", place->path);
		ret = named_share_netns(name, from, trace, err);
	}
	return ret;
}

int named_bind(const struct kist *kist, const char *name,
	       const int fd[NS_COUNT], pid_t holder,
	       const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct named_place place;
	uint32_t kinds = 0;
	int ret;

	arena_init(&arena);
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (fd[kind] >= 0)
			kinds |= BIT(kind);
	ret = named_claim(kist, name, trace, &arena, &place, err);
	if (ret < 0)
		return ret;
	if (named_can_bind())
		ret = bind_all(&place, name, fd, trace, err);
	if (ret == 0)
		ret = write_about(&place, kinds, holder, err);
	if (ret < 0)
		named_clear(place.root_fd, name);
	named_place_close(&place);
	return ret;
}

/* ---- taking away ---- */

/* With it goes every process of its pid namespace. */
static int end_holder(const struct named_about *about,
		      const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_FD int proc_fd = proc_open(err);
	CLEANUP_FD int pidfd = -1;
	struct pollfd end = { .events = POLLIN };

	if (proc_fd < 0)
		return proc_fd;
	pidfd = proc_open_pidfd(proc_fd, about->holder, about->holder_start);
	if (pidfd < 0) /* it has ended */
		return 0;
	if (!trace_step(trace, "the process that holds them", "kill -KILL %d",
			about->holder))
		return 0;
	if (sys_pidfd_send_signal(pidfd, SIGKILL) < 0 && errno == EPERM)
		return err_sys(err, KIST_E_SYSTEM, EPERM, "end holder %d",
			       about->holder);
	end.fd = pidfd;
	if (poll(&end, 1, HOLDER_MS) == 0)
		return err_sys(err, KIST_E_SYSTEM, ETIMEDOUT, "end holder %d",
			       about->holder);
	return 0;
}

/* Is /run/netns/NAME the same network namespace? */
static bool is_ours(const char *path, uint64_t ino)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_ino == ino;
}

/* Is there no other name? */
static bool is_last(const char *root, const char *name)
{
	DIR *dir = opendir(root);
	struct dirent *entry;
	bool last = dir;

	while (dir && last && (entry = readdir(dir)))
		last = strcmp(entry->d_name, ".") == 0 ||
		       strcmp(entry->d_name, "..") == 0 ||
		       strcmp(entry->d_name, name) == 0;
	if (dir)
		closedir(dir);
	return last;
}

/* The folder that ip(8) and we share goes with its last name. One that somebody
 * has just put there keeps it: the mount is busy then, or the folder not empty. */
static void remove_netns_folder(const struct kist_trace *trace)
{
	if (!trace_step(trace, NULL,
			"umount " NETNS_FOLDER " && rmdir " NETNS_FOLDER))
		return;
	(void)!sys_umount(NETNS_FOLDER, UMOUNT_NOFOLLOW);
	rmdir(NETNS_FOLDER);
}

static int remove_netns(const char *name, const struct kist_trace *trace,
			struct kist_error *err)
{
	const bool last = is_last(NETNS_FOLDER, name);
	char path[256];

	snprintf(path, sizeof(path), NETNS_FOLDER "/%s", name);
	if (trace_step(trace, NULL, "ip netns del %s", trace_word(name))) {
		while (sys_umount(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
			;
		if (unlink(path) < 0 && errno != ENOENT)
			return err_sys(err, KIST_E_STORE, errno, "remove '%s'",
				       path);
	}
	if (last)
		remove_netns_folder(trace);
	return 0;
}

static void tell_removal(const struct named *set, const char *path,
			 const struct kist_trace *trace)
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (set->path[kind] &&
		    strncmp(set->path[kind], path, strlen(path)) == 0)
			trace_step(trace, NULL, "umount -l %s",
				   trace_word(set->path[kind]));
	trace_step(trace, NULL, "rm -rf --one-file-system %s",
		   trace_word(path));
}

/* The folder of all, with its mount; one that is in use again stays. */
static void remove_root(const char *root, const struct kist_trace *trace)
{
	if (named_can_bind())
		trace_step(trace, NULL, "umount %s", trace_word(root));
	if (!trace_step(trace, NULL, "rmdir %s", trace_word(root)))
		return;
	if (named_can_bind())
		(void)!sys_umount(root, UMOUNT_NOFOLLOW);
	rmdir(root);
}

static int remove_set(const struct kist *kist, const struct named *set,
		      const struct kist_trace *trace, struct arena *arena,
		      struct kist_error *err)
{
	const char *root = named_root(kist, arena);
	const char *path = arena_printf(arena, "%s/%s", root, set->name);
	const char *netns = arena_printf(arena, NETNS_FOLDER "/%s", set->name);
	CLEANUP_FD int root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int dir_fd =
		openat(root_fd, set->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const bool last = is_last(root, set->name);
	struct named_about about;
	int ret = named_about_load(dir_fd, &about);

	if (dir_fd < 0 || ret < 0)
		return err_sys(err, KIST_E_STORE, errno, "open folder '%s'",
			       path);
	if (about.holder)
		ret = end_holder(&about, trace, err);
	if (ret == 0 && (set->kinds & BIT(NS_NET)) &&
	    is_ours(netns, set->ino[NS_NET]) && named_can_bind())
		ret = remove_netns(set->name, trace, err);
	if (ret < 0)
		return ret;
	tell_removal(set, path, trace);
	if (!trace_is_dry(trace))
		named_clear(root_fd, set->name);
	close(TAKE_FD(dir_fd));
	close(TAKE_FD(root_fd));
	if (last)
		remove_root(root, trace);
	return 0;
}

int named_remove(const struct kist *kist, const char *name,
		 const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_FD int lock_fd = -1;
	struct named set;
	int ret;

	arena_init(&arena);
	ret = named_find(kist, name, &arena, &set, err);
	if (ret < 0)
		return ret;
	if (!set.only_netns && !trace_is_dry(trace)) {
		lock_fd = named_lock(kist, err);
		if (lock_fd < 0)
			return lock_fd;
		ret = named_find(kist, name, &arena, &set, err);
		if (ret < 0)
			return ret;
	}
	if (set.only_netns)
		return remove_netns(name, trace, err);
	return remove_set(kist, &set, trace, &arena, err);
}
