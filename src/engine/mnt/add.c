/* SPDX-License-Identifier: Apache-2.0 */
/*
 * add.c - a mount put into a running namespace
 *
 * How it works
 * ============
 * The source is cloned as a detached mount on our side, where it is seen, and
 * is given its options there. Then, in the target's mount namespace, the
 * destination is found below the target's root (and made, if it is not there),
 * and the clone is moved onto it: nothing in between is ever seen there.
 *
 * An ordinary user may not clone a mount of ours. In the user namespace that
 * owns the target's mounts, if it is the user's own, a copy of our mounts may
 * be made, though, and the source be cloned from that.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/near.h"
#include "base/path.h"
#include "base/trace.h"
#include "engine/mnt/mount_place.h"
#include "engine/mnt/wish.h"
#include "kernel/ns_visit.h"
#include "sys/file.h"
#include "sys/mount.h"

/**
 * struct job - one mount
 * @mount_fd:	the detached mount, -1: not yet
 * @path:	a part of the destination, while it is looked for
 * @made:	so many bytes of the destination were there before
 */
struct job {
	struct wish wish;
	struct mount_place place;
	int mount_fd;
	char path[PATH_BYTES];
	size_t made;
	bool has_made;
};

/* ---- the mount ---- */

static int set_attr(const struct job *job, int fd, unsigned flags, uint64_t set,
		    uint64_t clr, uint64_t propagation)
{
	struct mount_attr attr = {
		.attr_set = set,
		.attr_clr = clr,
		.propagation = propagation,
	};

	if (set & MOUNT_ATTR_IDMAP)
		attr.userns_fd = (uint64_t)job->place.owner_fd;
	if (!set && !clr && !propagation)
		return 0;
	return sys_mount_setattr(fd, "", AT_EMPTY_PATH | flags, &attr);
}

static int dress(const struct job *job, int fd, struct kist_error *err)
{
	const struct wish *w = &job->wish;
	unsigned tree = w->recursive ? AT_RECURSIVE : 0;
	int ret = set_attr(job, fd, tree, w->tree_set, w->tree_clr,
			   w->propagation);

	if (ret == 0)
		ret = set_attr(job, fd, 0, w->set, w->clr, 0);
	if (ret < 0)
		return err_sys(err, KIST_E_MNT_OPTION, -ret,
			       "set the options of '%s'", w->written);
	if (!w->idmap)
		return 0;
	ret = set_attr(job, fd, tree, MOUNT_ATTR_IDMAP, 0, 0);
	if (ret == 0)
		return 0;
	err_sys(err, KIST_E_MNT_OPTION, -ret, "map the ids of '%s'", w->source);
	err_hint(err, "it takes root, a file system that can (ext4, xfs, "
		      "btrfs, tmpfs …), and a target with a user namespace of "
		      "its own");
	return ret;
}

static int clone_source(struct job *job, struct kist_error *err)
{
	CLEANUP_FD int fd = sys_open_tree(
		AT_FDCWD, job->wish.source,
		OPEN_TREE_CLONE | (job->wish.recursive ? AT_RECURSIVE : 0u));
	int ret;

	if (fd == -EPERM)
		ret = err_sys(err, KIST_E_MNT_DENIED, -fd,
			      "clone the mount of '%s'", job->wish.source);
	if (fd == -EPERM && job->place.fd[NS_MNT] < 0)
		mount_refused_hint(err);
	if (fd == -EPERM)
		return ret;
	if (fd < 0)
		return err_sys(err, KIST_E_VOLUME_SOURCE, -fd,
			       "clone the mount of '%s'", job->wish.source);
	ret = dress(job, fd, err);
	if (ret == 0)
		job->mount_fd = TAKE_FD(fd);
	return ret;
}

/* In the user namespace of the target, among a copy of our mounts. */
static int clone_in_copy(void *arg, struct kist_error *err)
{
	if (syscall(SYS_unshare, CLONE_NEWNS) < 0)
		return err_sys(err, KIST_E_MNT_DENIED, errno,
			       "copy our mounts");
	return clone_source(arg, err);
}

static int get_bind(struct job *job, struct kist_error *err)
{
	int fd[NS_COUNT];
	int ret;

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		fd[kind] = kind == NS_USER ? job->place.fd[kind] : -1;
	if (geteuid() == 0 || fd[NS_USER] < 0)
		ret = clone_source(job, err);
	else
		ret = ns_visit(fd, clone_in_copy, job, err);
	return ret;
}

static bool is_tmpfs_option(const char *key, struct near *near)
{
	static const char *const known[] = {
		"size",	   "nr_blocks", "nr_inodes", "mode",   "uid",
		"gid",	   "huge",	"mpol",	     "noswap", "inode32",
		"inode64", "usrquota",	"grpquota",
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (strcmp(key, known[i]) == 0)
			return true;
		near_offer(near, known[i]);
	}
	return false;
}

/* The first word that is no option of a tmpfs. */
static void hint_option(const struct wish *wish, struct kist_error *err)
{
	for (size_t i = 0; wish->options[i]; i++) {
		struct near near;
		char key[64];

		snprintf(key, sizeof(key), "%.*s",
			 (int)strcspn(wish->options[i], "="), wish->options[i]);
		near_init(&near, key);
		if (is_tmpfs_option(key, &near))
			continue;
		if (near.best)
			err_hint(err, "did you mean '%s'?", near.best);
		else
			err_hint(err, "options of a tmpfs are size=, mode=, "
				      "uid=, gid=, nr_inodes=, huge=, noswap");
		return;
	}
}

static int configure(const struct job *job, int fs_fd, struct kist_error *err)
{
	char why[200];
	int ret = 0;

	for (size_t i = 0; ret == 0 && job->wish.options[i]; i++) {
		char key[64];
		const char *word = job->wish.options[i];
		size_t len = strcspn(word, "=");

		snprintf(key, sizeof(key), "%.*s", (int)len, word);
		ret = word[len] ? sys_fsconfig(fs_fd, FSCONFIG_SET_STRING, key,
					       word + len + 1, 0) :
				  sys_fsconfig(fs_fd, FSCONFIG_SET_FLAG, key,
					       NULL, 0);
	}
	if (ret == 0)
		ret = sys_fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (ret == 0)
		return 0;
	err_sys(err, KIST_E_MNT_OPTION, -ret, "make the tmpfs '%s'",
		job->wish.written);
	hint_option(&job->wish, err);
	if (sys_fs_log(fs_fd, why, sizeof(why)) > 0)
		err_kernel(err, "%s", why);
	return ret;
}

/* There, so that it is the place's own. */
static int get_tmpfs(struct job *job, struct kist_error *err)
{
	CLEANUP_FD int fs_fd = sys_fsopen("tmpfs");
	CLEANUP_FD int fd = -1;
	int ret;

	if (fs_fd < 0) {
		ret = err_sys(err, KIST_E_MNT_DENIED, -fs_fd, "make a tmpfs");
		if (job->place.fd[NS_MNT] < 0)
			mount_refused_hint(err);
		return ret;
	}
	ret = configure(job, fs_fd, err);
	if (ret < 0)
		return ret;
	fd = sys_fsmount(fs_fd, 0);
	if (fd < 0)
		return err_sys(err, KIST_E_MNT_DENIED, -fd, "make a tmpfs");
	ret = dress(job, fd, err);
	if (ret == 0)
		job->mount_fd = TAKE_FD(fd);
	return ret;
}

/* ---- the destination ---- */

static int bad_place(const struct job *job, int errnum, struct kist_error *err)
{
	err_sys(err, KIST_E_MNT_PATH, errnum, "make '%s' below the root of %s",
		job->path, job->place.target.label);
	if (errnum == ENOENT)
		err_hint(err, "this file system makes no folders: choose a "
			      "path on another, such as '/mnt'");
	return -errnum;
}

/* The directory that the last component of job->path is in. */
static int open_parent(struct job *job, int root_fd, const char **ret_name)
{
	char *slash = strrchr(job->path, '/');
	int fd;

	*slash = '\0';
	fd = sys_openat2(root_fd, job->path[0] ? job->path : "/",
			 O_PATH | O_DIRECTORY, 0, RESOLVE_SAFE);
	*slash = '/';
	*ret_name = slash + 1;
	return fd;
}

static int make_one(struct job *job, int root_fd, bool is_file)
{
	const char *name;
	CLEANUP_FD int dir_fd = open_parent(job, root_fd, &name);
	int fd;

	if (dir_fd < 0)
		return dir_fd;
	if (!is_file)
		return mkdirat(dir_fd, name, 0755) < 0 ? -errno : 0;
	fd = openat(dir_fd, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* What was made, the deepest first. */
static void unmake(struct job *job, int root_fd)
{
	const char *whole = job->wish.destination;
	size_t len = strlen(whole);

	while (job->has_made && len > job->made) {
		const char *name;
		CLEANUP_FD int dir_fd = -1;

		snprintf(job->path, sizeof(job->path), "%.*s", (int)len, whole);
		dir_fd = open_parent(job, root_fd, &name);
		if (dir_fd >= 0 && unlinkat(dir_fd, name, 0) < 0)
			unlinkat(dir_fd, name, AT_REMOVEDIR);
		while (len > 0 && whole[--len] != '/')
			;
	}
}

/* Each component in turn; those that are not there are made. */
static int make_place(struct job *job, int root_fd, struct kist_error *err)
{
	const char *whole = job->wish.destination;
	size_t len = 0;

	while (whole[len]) {
		size_t before = len;
		CLEANUP_FD int fd = -1;
		int ret;

		len += 1 + strcspn(whole + len + 1, "/");
		if (len >= sizeof(job->path))
			return err_set(err, KIST_E_MNT_PATH,
				       "the path is too long");
		memcpy(job->path, whole, len);
		job->path[len] = '\0';
		fd = sys_openat2(root_fd, job->path, O_PATH, 0, RESOLVE_SAFE);
		if (fd >= 0)
			continue;
		if (fd != -ENOENT)
			return bad_place(job, -fd, err);
		ret = make_one(job, root_fd, job->wish.is_file && !whole[len]);
		if (ret < 0)
			return bad_place(job, -ret, err);
		if (!job->has_made)
			job->made = before;
		job->has_made = true;
	}
	return 0;
}

/* A file goes on a file, a folder on a folder. */
static int not_alike(const struct job *job, struct kist_error *err)
{
	const bool is_file = job->wish.is_file;

	err_set(err, KIST_E_MNT_PATH,
		"'%s' of %s is %s directory, the source is %s",
		job->wish.destination, job->place.target.label,
		is_file ? "a" : "no", is_file ? "a file" : "one");
	if (is_file)
		err_hint(err, "name the file in it: '%s/NAME'",
			 job->wish.destination);
	else
		err_hint(err, "name a folder, or one that is not there yet");
	return -EINVAL;
}

static int open_place(struct job *job, int root_fd, struct kist_error *err)
{
	struct stat st;
	CLEANUP_FD int fd = sys_openat2(root_fd, job->wish.destination, O_PATH,
					0, RESOLVE_SAFE);

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, KIST_E_MNT_PATH, fd < 0 ? -fd : errno,
			       "open '%s' of %s", job->wish.destination,
			       job->place.target.label);
	if (S_ISDIR(st.st_mode) == job->wish.is_file)
		return not_alike(job, err);
	return TAKE_FD(fd);
}

/* ---- there ---- */

static int put(struct job *job, int root_fd, struct kist_error *err)
{
	CLEANUP_FD int fd = open_place(job, root_fd, err);
	int ret;

	if (fd < 0)
		return fd;
	ret = sys_move_mount(job->mount_fd, "", fd, "",
			     MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
	return ret < 0 ? mount_place_refused(&job->place, -ret, "mount onto",
					     job->wish.destination, err) :
			 0;
}

static int act(int root_fd, void *arg, struct kist_error *err)
{
	struct job *job = arg;
	int ret = job->wish.source ? 0 : get_tmpfs(job, err);

	if (ret == 0)
		ret = make_place(job, root_fd, err);
	if (ret == 0)
		ret = put(job, root_fd, err);
	if (ret < 0)
		unmake(job, root_fd);
	return ret;
}

/* ---- all of it ---- */

/* mount(8) up to 2.38 has no word for the options of a whole tree. */
static const char *options_note(const struct wish *w)
{
	if (!w->recursive || !(w->tree_set | w->tree_clr))
		return NULL;
	return "all that is below it, too: 'ro=recursive' of util-linux 2.39";
}

static bool tell(struct job *job, const struct kist_trace *trace)
{
	const struct wish *w = &job->wish;
	const char *shell = mount_place_shell(&job->place);
	const char *options = wish_shell_options(w, &job->place.target.arena);
	struct trace_word dst = trace_quote(w->destination);

	if (w->is_file)
		trace_step(trace, NULL,
			   "%ssh -c 'mkdir -p \"${0%%/*}\"; : >>\"$0\"' %s",
			   shell, dst.text);
	else
		trace_step(trace, NULL, "%smkdir -p %s", shell, dst.text);
	if (!w->source)
		return trace_step(trace, NULL, "%smount -t tmpfs%s%s tmpfs %s",
				  shell, *options ? " -o " : "", options,
				  dst.text);
	if (job->place.fd[NS_MNT] < 0)
		return trace_step(trace, options_note(w),
				  "mount --%s%s%s %s %s",
				  w->recursive ? "rbind" : "bind",
				  *options ? " -o " : "", options,
				  trace_word(w->source), dst.text);
	return trace_step(trace,
			  "no program moves a mount into another "
			  "namespace: open_tree(2), move_mount(2)",
			  "# %s -> %s", w->source, dst.text);
}

static int run(struct job *job, bool *ret_spreads,
	       const struct kist_trace *trace, struct kist_error *err)
{
	const struct mountinfo *in =
		mountinfo_of(&job->place.mounts, job->wish.destination);
	int ret = 0;

	if (ret_spreads)
		*ret_spreads = in && in->peers;
	if (!tell(job, trace))
		return 0;
	if (job->wish.source)
		ret = get_bind(job, err);
	if (ret == 0)
		ret = mount_place_visit(&job->place, act, job, err);
	if (job->mount_fd >= 0)
		close(job->mount_fd);
	return ret;
}

int kist_mnt_add(const struct kist *kist, const struct kist_mnt_add *args,
		 bool *ret_spreads, const struct kist_trace *trace,
		 struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct job *job = calloc(1, sizeof(*job));
	int ret;

	arena_init(&arena);
	if (!job)
		return err_nomem(err);
	job->mount_fd = -1;
	ret = wish_read(args, &arena, &job->wish, err);
	if (ret == 0)
		ret = mount_place_open(kist, args->target, &job->place, err);
	if (ret == 0)
		ret = run(job, ret_spreads, trace, err);
	mount_place_close(&job->place);
	free(job);
	return ret;
}
