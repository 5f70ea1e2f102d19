/* SPDX-License-Identifier: Apache-2.0 */
/*
 * named_store.c - named sets of namespaces: their folders and mounts
 *
 * A set is there once its file `about` is: it is written last, and removed
 * first. What a crash left half made is taken away by the next who wants the
 * name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/json_write.h"
#include "base/path.h"
#include "base/trace.h"
#include "engine/ns/named_about.h"
#include "engine/container/subject.h"
#include "kernel/cap.h"
#include "sys/file.h"
#include "sys/mount.h"

#ifndef MS_BIND
#define MS_BIND 4096
#define MS_REC 16384
#define MS_PRIVATE (1 << 18)
#define MS_SHARED (1 << 20)
#endif

bool named_can_bind(void)
{
	return cap_is_effective("CAP_SYS_ADMIN") && geteuid() == 0;
}

/* ---- about ---- */

const char *named_about_text(const struct named_about *about,
			     struct arena *arena)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, NULL);
	json_open(&w, '{');
	json_member_int(&w, "created", about->created);
	if (about->holder) {
		json_member_int(&w, "holder", about->holder);
		json_member_uint(&w, "holderStart", about->holder_start);
	}
	json_key(&w, "kinds");
	json_open(&w, '[');
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (about->kinds & BIT(kind))
			json_write_string(&w, ns_table[kind].name);
	json_close(&w, ']');
	json_close(&w, '}');
	return buf_failed(&text) ? NULL : arena_strdup(arena, text.data);
}

int named_about_save(int dir_fd, const struct named_about *about)
{
	CLEANUP_ARENA struct arena arena;
	const char *text;

	arena_init(&arena);
	text = named_about_text(about, &arena);
	if (!text || arena_failed(&arena))
		return -ENOMEM;
	return sys_replace_file(dir_fd, "about", text, strlen(text), 0600);
}

/* ---- names ---- */

static int check_name(const char *name, struct kist_error *err)
{
	if (name_check(name, NULL) == 0 &&
	    strspn(name, "0123456789") != strlen(name))
		return 0;
	return err_set(err, KIST_E_NAME_SYNTAX,
		       "'%s' is not a name for namespaces", name);
}

static int taken(const char *what, const char *name, struct kist_error *err)
{
	err_set(err, KIST_E_NAME_TAKEN, "there are %s named '%s'", what, name);
	err_hint(err, "kist rm '%s' takes the name away", name);
	return -EEXIST;
}

int named_check_new(const struct kist *kist, const char *name,
		    struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct named set;
	struct subject s;
	int ret = check_name(name, err);

	arena_init(&arena);
	if (ret < 0)
		return ret;
	if (named_find(kist, name, &arena, &set, NULL) == 0)
		return taken("namespaces", name, err);
	/* An id may begin so; only a name is taken. */
	if (subject_open(kist, name, &s, NULL) == 0) {
		bool same = strcmp(s.about.name, name) == 0;

		subject_close(&s);
		if (same) {
			err_set(err, KIST_E_NAME_TAKEN,
				"there is a container named '%s'", name);
			return -EEXIST;
		}
	}
	return 0;
}

/* ---- folders ---- */

int named_lock(const struct kist *kist, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	const char *run;
	int fd, ret = 0;

	arena_init(&arena);
	run = folders_run_path(kist, &arena);
	if (!run)
		return err_nomem(err);
	fd = open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, KIST_E_STORE, errno, "open folder '%s'",
			       run);
	while (ret == 0 && flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			ret = err_sys(err, KIST_E_STORE, errno,
				      "lock folder '%s'", run);
	if (ret == 0)
		return fd;
	close(fd);
	return ret;
}

/* @path is absolute. */
static bool is_mount_point(const char *path)
{
	const char *name = path_name(path);
	char parent[PATH_BYTES];
	CLEANUP_FD int parent_fd = -1, fd = -1;

	snprintf(parent, sizeof(parent), "%.*s", (int)(name - path), path);
	parent_fd = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = parent_fd < 0 ?
		     parent_fd :
		     sys_openat2(parent_fd, name, O_PATH, 0, RESOLVE_NO_XDEV);
	return fd == -EXDEV;
}

/* A mount of its own at a folder: bound on itself, then @propagation. */
static int own_mount(const char *path, unsigned long propagation,
		     const struct kist_trace *trace, struct kist_error *err)
{
	const char *word = propagation == MS_SHARED ? "shared" : "private";
	int ret;

	if (is_mount_point(path))
		return 0;
	/* The line before it may have done so, for another name. */
	if (!trace_step(trace, NULL,
			"mountpoint -q %s || mount --bind %s %s\n"
			"mount --make-%s %s",
			trace_word(path), trace_word(path), trace_word(path),
			word, trace_word(path)))
		return 0;
	ret = sys_mount(path, path, NULL, MS_BIND | MS_REC, NULL);
	if (ret == 0)
		ret = sys_mount("none", path, NULL, propagation, NULL);
	return ret < 0 ? err_sys(err, KIST_E_STORE, -ret,
				 "make folder '%s' a mount of its own", path) :
			 0;
}

static int make_root(const char *root, const struct kist_trace *trace,
		     struct kist_error *err)
{
	if (access(root, F_OK) == 0)
		return 0;
	if (!trace_step(trace, NULL, "mkdir -p -m 700 %s", trace_word(root)))
		return 0;
	if (mkdir(root, 0700) < 0 && errno != EEXIST)
		return err_sys(err, KIST_E_STORE, errno, "make folder '%s'",
			       root);
	return 0;
}

static int claim(const char *name, struct named_place *p,
		 struct kist_error *err)
{
	struct stat st;

	p->root_fd =
		open(p->root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (p->root_fd < 0 || fstat(p->root_fd, &st) < 0)
		return err_sys(err, KIST_E_STORE, errno, "open folder '%s'",
			       p->root);
	if (st.st_uid != geteuid() || (st.st_mode & 022))
		return err_sys(err, KIST_E_STORE, EPERM,
			       "folder '%s' can be changed by others", p->root);
	for (int tries = 0; mkdirat(p->root_fd, name, 0700) < 0; tries++) {
		const char *about = "about";
		CLEANUP_FD int fd = openat(p->root_fd, name,
					   O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (errno != EEXIST && errno != ENOENT && fd < 0)
			return err_sys(err, KIST_E_STORE, errno,
				       "make folder '%s'", p->path);
		if (fd >= 0 && faccessat(fd, about, F_OK, 0) == 0)
			return taken("namespaces", name, err);
		if (tries)
			return err_sys(err, KIST_E_STORE, EEXIST,
				       "make folder '%s'", p->path);
		named_clear(p->root_fd, name);
	}
	p->dir_fd = openat(p->root_fd, name,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return p->dir_fd < 0 ? err_sys(err, KIST_E_STORE, errno,
				       "open folder '%s'", p->path) :
			       0;
}

int named_claim(const struct kist *kist, const char *name,
		const struct kist_trace *trace, struct arena *arena,
		struct named_place *ret_place, struct kist_error *err)
{
	struct named_place p = { .lock_fd = -1, .root_fd = -1, .dir_fd = -1 };
	struct folders folders;
	int ret = folders_open(kist, &folders, err);

	if (ret < 0)
		return ret;
	folders_close(&folders);
	p.root = named_root(kist, arena);
	if (!p.root)
		return err_nomem(err);
	p.path = arena_printf(arena, "%s/%s", p.root, name);
	if (!trace_is_dry(trace))
		p.lock_fd = ret = named_lock(kist, err);
	if (ret >= 0)
		ret = make_root(p.root, trace, err);
	if (ret == 0 && named_can_bind())
		ret = own_mount(p.root, MS_PRIVATE, trace, err);
	if (ret == 0 &&
	    trace_step(trace, NULL, "mkdir -m 700 %s", trace_word(p.path)))
		ret = claim(name, &p, err);
	if (ret < 0) {
		named_place_close(&p);
		return ret;
	}
	*ret_place = p;
	return 0;
}

void named_place_close(struct named_place *place)
{
	cleanup_fd(&place->root_fd);
	cleanup_fd(&place->dir_fd);
	cleanup_fd(&place->lock_fd);
	place->root_fd = place->dir_fd = place->lock_fd = -1;
}

/* A file with nothing, one or more namespaces bound on it. */
static void unbind(const char *path)
{
	while (sys_umount(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		;
	unlink(path);
}

void named_clear(int root_fd, const char *name)
{
	CLEANUP_FD int dir_fd = openat(
		root_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char path[64];

	if (dir_fd < 0)
		return;
	/* First: without it the set is no more. */
	unlinkat(dir_fd, "about", 0);
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir_fd,
			 ns_table[kind].name);
		unbind(path);
	}
	unlinkat(root_fd, name, AT_REMOVEDIR);
}

/* ---- /run/netns ---- */

int named_share_netns(const char *name, const char *from,
		      const struct kist_trace *trace, struct kist_error *err)
{
	char path[256];
	int fd, ret;

	snprintf(path, sizeof(path), NETNS_FOLDER "/%s", name);
	if (access(NETNS_FOLDER, F_OK) < 0 &&
	    trace_step(trace, NULL, "mkdir -p " NETNS_FOLDER) &&
	    mkdir(NETNS_FOLDER, 0755) < 0 && errno != EEXIST)
		return err_sys(err, KIST_E_STORE, errno,
			       "make folder '" NETNS_FOLDER "'");
	ret = own_mount(NETNS_FOLDER, MS_SHARED, trace, err);
	if (ret < 0 ||
	    !trace_step(trace, "for ip netns", "touch %s && mount --bind %s %s",
			trace_word(path), trace_word(from), trace_word(path)))
		return ret;
	fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(err, KIST_E_STORE, errno, "make file '%s'",
			       path);
	close(fd);
	ret = sys_mount(from, path, NULL, MS_BIND, NULL);
	if (ret < 0) {
		unlink(path);
		return err_sys(err, KIST_E_STORE, -ret,
			       "bind the network namespace on '%s'", path);
	}
	return 0;
}
