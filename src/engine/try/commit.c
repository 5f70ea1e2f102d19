/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit.c - kist_try_commit(): a layer's changes become this machine's
 *
 * How it works
 * ============
 * In the order of paths, so that a directory is there before what is in it. A
 * file is written beside its place and renamed, so nobody sees half of one.
 * Both sides are walked from an open directory, without following links: a
 * link in the layer never leads the copy elsewhere.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/path.h"
#include "base/trace.h"
#include "engine/try/changes.h"
#include "sys/file.h"

#define RESOLVE_PLAIN (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS)
#define BESIDE ".kist-try"
#define XATTR_MAX 65536

/**
 * struct copy - one change on its way
 * @from_fd:	directory of the layer that holds it
 * @to_fd:	directory of this machine
 * @name:	in both
 */
struct copy {
	const struct change *change;
	int from_fd, to_fd;
	const char *name;
	struct stat st;
	struct kist_error *err;
};

static int failed(const struct copy *copy, const char *doing)
{
	return err_sys(copy->err, KIST_E_SYSTEM, errno, "%s '%s'", doing,
		       copy->change->shown.path);
}

/* ---- one file ---- */

static int copy_bytes(const struct copy *copy, int from, int to)
{
	off_t left = copy->st.st_size;

	while (left > 0) {
		ssize_t n = sendfile(to, from, NULL, (size_t)left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(copy, "write");
		if (n == 0)
			break;
		left -= n;
	}
	return 0;
}

/* All but the overlay's own; those the file system refuses stay behind. */
static void copy_xattrs(int from, int to)
{
	CLEANUP_FREE char *value = malloc(XATTR_MAX);
	char names[4096];
	ssize_t len = flistxattr(from, names, sizeof(names));

	for (ssize_t at = 0; value && at < len;
	     at += (ssize_t)strlen(names + at) + 1) {
		const char *name = names + at;
		ssize_t size;

		if (strstr(name, ".overlay."))
			continue;
		size = fgetxattr(from, name, value, XATTR_MAX);
		if (size >= 0)
			(void)!fsetxattr(to, name, value, (size_t)size, 0);
	}
}

static int copy_meta(const struct copy *copy, int from, int to)
{
	const struct timespec times[2] = { copy->st.st_atim, copy->st.st_mtim };

	/* An ordinary user can give nothing away. */
	if (geteuid() == 0 && fchown(to, copy->st.st_uid, copy->st.st_gid) < 0)
		return failed(copy, "set the owner of");
	if (fchmod(to, copy->st.st_mode & 07777) < 0)
		return failed(copy, "set the mode of");
	copy_xattrs(from, to);
	if (!S_ISDIR(copy->st.st_mode))
		futimens(to, times);
	return 0;
}

static int copy_regular(const struct copy *copy)
{
	CLEANUP_FD int from = openat(copy->from_fd, copy->name,
				     O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP_FD int to = -1;
	int ret;

	if (from < 0)
		return failed(copy, "read the new");
	to = openat(copy->to_fd, BESIDE,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return failed(copy, "write beside");
	ret = copy_bytes(copy, from, to);
	return ret < 0 ? ret : copy_meta(copy, from, to);
}

static int copy_link(const struct copy *copy)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(copy->from_fd, copy->name, target,
				 sizeof(target) - 1);

	if (len < 0)
		return failed(copy, "read the new");
	target[len] = '\0';
	if (symlinkat(target, copy->to_fd, BESIDE) < 0)
		return failed(copy, "write beside");
	if (geteuid() == 0 &&
	    fchownat(copy->to_fd, BESIDE, copy->st.st_uid, copy->st.st_gid,
		     AT_SYMLINK_NOFOLLOW) < 0)
		return failed(copy, "set the owner of");
	return 0;
}

/* FIFOs, sockets, devices */
static int copy_node(const struct copy *copy)
{
	if (mknodat(copy->to_fd, BESIDE, copy->st.st_mode, copy->st.st_rdev) <
		    0 ||
	    fchmodat(copy->to_fd, BESIDE, copy->st.st_mode & 07777, 0) < 0 ||
	    (geteuid() == 0 &&
	     fchownat(copy->to_fd, BESIDE, copy->st.st_uid, copy->st.st_gid,
		      AT_SYMLINK_NOFOLLOW) < 0))
		return failed(copy, "make");
	return 0;
}

static int put_file(const struct copy *copy)
{
	int ret;

	/* of a commit that was killed */
	(void)!unlinkat(copy->to_fd, BESIDE, 0);
	if (S_ISREG(copy->st.st_mode))
		ret = copy_regular(copy);
	else if (S_ISLNK(copy->st.st_mode))
		ret = copy_link(copy);
	else
		ret = copy_node(copy);
	if (ret == 0 &&
	    renameat(copy->to_fd, BESIDE, copy->to_fd, copy->name) < 0)
		ret = failed(copy, "put in its place");
	if (ret < 0)
		(void)!unlinkat(copy->to_fd, BESIDE, 0);
	return ret;
}

static int put_dir(const struct copy *copy)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	CLEANUP_FD int from = openat(copy->from_fd, copy->name, flags);
	CLEANUP_FD int to = -1;

	if (mkdirat(copy->to_fd, copy->name, 0700) < 0 && errno != EEXIST)
		return failed(copy, "make");
	to = openat(copy->to_fd, copy->name, flags);
	if (from < 0 || to < 0)
		return failed(copy, "open");
	return copy_meta(copy, from, to);
}

/* ---- one change ---- */

/* A directory where a file is to be, or the other way round. */
static int make_room(const struct copy *copy)
{
	struct stat old;
	int ret;

	if (fstatat(copy->to_fd, copy->name, &old, AT_SYMLINK_NOFOLLOW) < 0 ||
	    S_ISDIR(old.st_mode) == S_ISDIR(copy->st.st_mode))
		return 0;
	ret = tree_remove(copy->to_fd, copy->name);
	errno = -ret;
	return ret < 0 ? failed(copy, "remove the old") : 0;
}

static int put(const struct copy *copy)
{
	int ret = make_room(copy);

	if (ret < 0)
		return ret;
	return S_ISDIR(copy->st.st_mode) ? put_dir(copy) : put_file(copy);
}

/* The directory that holds @below, under @root_fd. */
static int open_parent(int root_fd, const char *below, const char **ret_name)
{
	const char *slash = strrchr(below, '/');
	char dir[PATH_MAX] = ".";

	*ret_name = slash ? slash + 1 : below;
	if (slash)
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - below), below);
	return sys_openat2(root_fd, dir, O_PATH | O_DIRECTORY, 0,
			   RESOLVE_PLAIN);
}

static int take_over(const struct subject *s, const struct change *change,
		     struct kist_error *err)
{
	CLEANUP_FD int layer = openat(s->record.dir_fd, change->layer,
				      O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int of = open(change->of, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int from = -1, to = -1;
	struct copy copy = { .change = change, .err = err };

	from = open_parent(layer, change->below, &copy.name);
	to = open_parent(of, change->below, &copy.name);
	copy.from_fd = from;
	copy.to_fd = to;
	if (to < 0) {
		errno = -to;
		return failed(&copy, "open the directory of");
	}
	if (change->shown.kind == KIST_CHANGE_DELETED) {
		errno = -tree_remove(to, copy.name);
		return errno ? failed(&copy, "remove") : 0;
	}
	if (from < 0 ||
	    fstatat(from, copy.name, &copy.st, AT_SYMLINK_NOFOLLOW) < 0)
		return failed(&copy, "look at the new");
	return put(&copy);
}

/* ---- as shell lines ---- */

static bool tell(const struct subject *s, const struct change *change,
		 const struct kist_trace *trace)
{
	CLEANUP_FREE char *from = NULL;
	const char *to = change->shown.path;

	if (!trace)
		return true;
	if (asprintf(&from, "%s/%s/%s", s->record.path, change->layer,
		     change->below) < 0)
		from = NULL;
	if (!from)
		return !trace->dry_run;
	if (change->shown.kind == KIST_CHANGE_DELETED)
		return trace_step(trace, NULL, "rm -rf %s", trace_word(to));
	if (change->is_swapped)
		(void)trace_step(trace, "a directory and a file change places",
				 "rm -rf %s", trace_word(to));
	if (!S_ISDIR(change->mode))
		return trace_step(trace, NULL,
				  "cp -a --remove-destination -T %s %s",
				  trace_word(from), trace_word(to));
	return trace_step(trace, NULL,
			  "mkdir -p %s && chown --reference=%s %s && "
			  "chmod --reference=%s %s",
			  trace_word(to), trace_word(from), trace_word(to),
			  trace_word(from), trace_word(to));
}

/* ---- all of it ---- */

static int check_newer(const struct change *changes, size_t count,
		       struct kist_error *err)
{
	const char *first = NULL;
	size_t newer = 0;

	for (size_t i = 0; i < count; i++) {
		if (!changes[i].shown.is_newer)
			continue;
		if (!first)
			first = changes[i].shown.path;
		newer++;
	}
	if (!newer)
		return 0;
	if (newer == 1)
		return err_set(err, KIST_E_TRY_CHANGED,
			       "'%s' has changed on this machine since the try",
			       first);
	return err_set(err, KIST_E_TRY_CHANGED,
		       "'%s' and %zu more have changed on this machine since "
		       "the try",
		       first, newer - 1);
}

static int commit(struct subject *s, const struct kist_try_filter *filter,
		  bool force, const struct kist_trace *trace,
		  struct kist_error *err)
{
	struct change *changes;
	size_t count;
	int ret;

	if (subject_is_running(s) || life_read(&s->record).held) {
		err_set(err, KIST_E_CONTAINER_RUNNING, "'%s' is running",
			s->word);
		err_hint(err, "end it first");
		return -EBUSY;
	}
	ret = changes_list(s, filter, &s->arena, &changes, &count, err);
	if (ret == 0 && !force)
		ret = check_newer(changes, count, err);
	for (size_t i = 0; ret == 0 && i < count; i++)
		if (tell(s, &changes[i], trace))
			ret = take_over(s, &changes[i], err);
	return ret;
}

int kist_try_commit(const struct kist *kist, const char *name,
		    const struct kist_try_filter *filter, bool force,
		    const struct kist_trace *trace, struct kist_error *err)
{
	struct subject s;
	int ret = subject_open(kist, name, &s, err);

	if (ret < 0)
		return ret;
	ret = commit(&s, filter, force, trace, err);
	subject_close(&s);
	if (ret < 0)
		err_while(err, "cannot take over '%s'", name);
	return ret;
}
