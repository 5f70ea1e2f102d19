/* SPDX-License-Identifier: Apache-2.0 */
/* mount_place.c - a mount namespace that something is done in */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/near.h"
#include "base/trace.h"
#include "engine/mnt/mount_place.h"
#include "engine/run/volume.h"
#include "kernel/cap.h"
#include "kernel/ns_visit.h"
#include "kernel/proc.h"

/* ---- visits ---- */

struct visit {
	const struct mount_place *place;
	int (*act)(int root_fd, void *arg, struct kist_error *err);
	void *arg;
};

/*
 * What is made there is to be the place's root user's. These are the visiting
 * thread's own credentials: the C library would change all threads'.
 */
static void be_root(void)
{
	syscall(SYS_setgroups, 0, NULL);
	if (syscall(SYS_setresgid, 0, 0, 0) == 0)
		syscall(SYS_setresuid, 0, 0, 0);
}

static int be_there(void *arg, struct kist_error *err)
{
	const struct visit *visit = arg;
	CLEANUP_FD int own_fd = -1;
	int root_fd = visit->place->root_fd;

	if (visit->place->fd[NS_USER] >= 0)
		be_root();
	if (root_fd < 0) {
		own_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (own_fd < 0)
			return err_sys(err, KIST_E_SYSTEM, errno, "open '/'");
		root_fd = own_fd;
	}
	return visit->act(root_fd, visit->arg, err);
}

int mount_place_visit(const struct mount_place *place,
		      int (*act)(int root_fd, void *arg,
				 struct kist_error *err),
		      void *arg, struct kist_error *err)
{
	struct visit visit = { place, act, arg };

	return ns_visit(place->fd, be_there, &visit, err);
}

/* ---- opening ---- */

static bool is_own(const struct mount_place *place, int fd, enum ns_kind kind)
{
	CLEANUP_FD int own_fd = -1;
	char path[24];

	snprintf(path, sizeof(path), "self/ns/%s", ns_table[kind].name);
	own_fd = openat(place->target.proc_fd, path, O_RDONLY | O_CLOEXEC);
	return own_fd >= 0 && ns_is_same(own_fd, fd) == 1;
}

static int denied(const struct mount_place *place, struct kist_error *err)
{
	err_set(err, KIST_E_MNT_DENIED,
		"the mounts of %s cannot be looked at or changed",
		place->target.label);
	return -EPERM;
}

static int open_root(struct mount_place *place, struct kist_error *err)
{
	char path[32];

	if (place->target.kind != TARGET_PROCESS)
		return 0;
	snprintf(path, sizeof(path), "%d/root", place->target.pid);
	place->root_fd = openat(place->target.proc_fd, path,
				O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place->root_fd >= 0)
		return 0;
	if (errno == EACCES || errno == EPERM)
		return denied(place, err);
	return err_sys(err, KIST_E_SYSTEM, errno, "open the root of %s",
		       place->target.label);
}

/* The file knows the namespace it was opened in. */
static int open_mountinfo(int root_fd, void *arg, struct kist_error *err)
{
	const struct mount_place *place = arg;
	int fd = openat(place->target.proc_fd, "self/mountinfo",
			O_RDONLY | O_CLOEXEC);

	(void)root_fd;
	return fd < 0 ? err_sys(err, KIST_E_SYSTEM, errno,
				"open the mounts of %s", place->target.label) :
			fd;
}

static int read_mounts(struct mount_place *place, struct kist_error *err)
{
	CLEANUP_FD int fd = -1;
	CLEANUP_BUF struct buf text;
	char *copy;
	int ret;

	buf_init(&text);
	if (place->target.kind == TARGET_PROCESS) {
		ret = mountinfo_read(place->target.proc_fd, place->target.pid,
				     &place->target.arena, &place->mounts);
		return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret,
					 "read the mounts of %s",
					 place->target.label) :
				 0;
	}
	fd = mount_place_visit(place, open_mountinfo, place, err);
	if (fd < 0)
		return fd;
	ret = buf_read(&text, fd, MOUNTINFO_MAX);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "read the mounts of %s", place->target.label);
	copy = arena_strndup(&place->target.arena, text.data ? text.data : "",
			     text.len);
	if (arena_failed(&place->target.arena) ||
	    mountinfo_parse(copy, text.len, &place->target.arena,
			    &place->mounts) < 0)
		return err_nomem(err);
	return 0;
}

static int open_parts(struct mount_place *place, struct kist_error *err)
{
	struct stat st;
	int ret;

	/* It is the target's to close. */
	place->mnt_fd = target_ns(&place->target, NS_MNT, err);
	if (place->mnt_fd < 0)
		return place->mnt_fd;
	if (fstat(place->mnt_fd, &st) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "look at %s",
			       place->target.label);
	place->ns = st.st_ino;
	place->owner_fd = ns_open_owner(place->mnt_fd);
	if (!is_own(place, place->mnt_fd, NS_MNT))
		place->fd[NS_MNT] = place->mnt_fd;
	if (place->owner_fd >= 0 && place->fd[NS_MNT] >= 0 &&
	    !is_own(place, place->owner_fd, NS_USER))
		place->fd[NS_USER] = place->owner_fd;
	ret = open_root(place, err);
	return ret < 0 ? ret : read_mounts(place, err);
}

int mount_place_open(const struct kist *kist, const char *word,
		     struct mount_place *ret_place, struct kist_error *err)
{
	struct mount_place *place = ret_place;
	int ret;

	place->is_open = false;
	place->mnt_fd = place->owner_fd = place->root_fd = -1;
	place->ns = 0;
	place->mounts = (struct mountinfo_list){ 0 };
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		place->fd[kind] = -1;
	ret = target_open(kist, word, &place->target, err);
	if (ret < 0)
		return ret;
	place->is_open = true;
	return open_parts(place, err);
}

void mount_place_close(struct mount_place *place)
{
	if (!place->is_open)
		return;
	if (place->owner_fd >= 0)
		close(place->owner_fd);
	if (place->root_fd >= 0)
		close(place->root_fd);
	target_close(&place->target);
	place->is_open = false;
}

/* ---- words ---- */

const char *mount_place_shell(struct mount_place *place)
{
	struct arena *arena = &place->target.arena;

	if (place->fd[NS_MNT] < 0)
		return "";
	if (place->target.kind == TARGET_PROCESS)
		return arena_printf(arena, "nsenter -t %d%s -m -r ",
				    place->target.pid,
				    place->fd[NS_USER] >= 0 ? " -U" : "");
	return arena_printf(arena, "nsenter --mount=/proc/%d/fd/%d ", getpid(),
			    place->mnt_fd);
}

const char *mount_place_path(struct mount_place *place, const char *path,
			     struct kist_error *err)
{
	const char *tidy = path_tidy(path, &place->target.arena);

	if (!tidy)
		err_set(err, KIST_E_MNT_SYNTAX, "'%s' is not an absolute path",
			path);
	return tidy;
}

const struct mountinfo *mount_place_mount(const struct mount_place *place,
					  const char *path,
					  struct kist_error *err)
{
	const struct mountinfo *m = mountinfo_at(&place->mounts, path);
	const struct mountinfo *in;
	struct near near;

	if (m)
		return m;
	err_set(err, KIST_E_MNT_ABSENT, "nothing is mounted at '%s' of %s",
		path, place->target.label);
	near_init(&near, path);
	for (size_t i = 0; i < place->mounts.count; i++)
		near_offer(&near, place->mounts.mounts[i].point);
	in = mountinfo_of(&place->mounts, path);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	else if (in)
		err_hint(err, "it is part of what is mounted at '%s'",
			 in->point);
	return NULL;
}

void mount_refused_hint(struct kist_error *err)
{
	if (cap_is_effective("CAP_SYS_ADMIN"))
		return;
	if (geteuid() == 0)
		err_hint(err, "root has not the right here: start the "
			      "container with --cap-add SYS_ADMIN");
	else
		err_hint(err, "be root, or do it among mounts of your own: "
			      "kist unshare -rm");
}

int mount_place_refused(const struct mount_place *place, int errnum,
			const char *what, const char *path,
			struct kist_error *err)
{
	const char *label = place->target.label;
	int ret;

	switch (errnum) {
	case EPERM:
	case EACCES:
		ret = err_sys(err, KIST_E_MNT_DENIED, errnum, "%s '%s' of %s",
			      what, path, label);
		if (place->fd[NS_MNT] < 0)
			mount_refused_hint(err);
		return ret;
	case EBUSY:
		return err_sys(err, KIST_E_MNT_BUSY, errnum, "%s '%s' of %s",
			       what, path, label);
	case EINVAL:
		return err_sys(err, KIST_E_MNT_LOCKED, errnum, "%s '%s' of %s",
			       what, path, label);
	}
	return err_sys(err, KIST_E_SYSTEM, errnum, "%s '%s' of %s", what, path,
		       label);
}

void mount_tell(const struct mountinfo *m, struct kist_mount *ret_mount)
{
	*ret_mount = (struct kist_mount){
		.id = m->id,
		.parent = m->parent,
		.major = m->major,
		.minor = m->minor,
		.root = m->root,
		.point = m->point,
		.options = m->options,
		.propagation = mountinfo_propagation(m),
		.peers = m->peers,
		.master = m->master,
		.from = m->from,
		.type = m->type,
		.source = m->source,
		.super = m->super,
	};
}
