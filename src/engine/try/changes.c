/* SPDX-License-Identifier: Apache-2.0 */
/*
 * changes.c - what the layers of a container hold
 *
 * How it works
 * ============
 * An upper layer is a tree of what was written. A character device 0:0 stands
 * for a file that was deleted; a directory marked opaque hides all of the lower
 * one. A file that was opened for writing and not changed has been copied up
 * all the same: it is compared, and left out.
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "base/path.h"
#include "engine/try/changes.h"
#include "sys/file.h"

#define LAYERS_MAX 512
#define DEPTH_MAX 256
#define AS_IT_IS AT_SYMLINK_NOFOLLOW

/* One walk through one layer. */
struct walk {
	struct arena *arena;
	const struct kist_try_filter *filter;
	const char *of, *layer;
	int64_t since; /* ns since 1970 */
	struct buf *found;
	struct kist_error *err;
	char below[PATH_MAX];
};

/* ---- filter ---- */

static bool matches(const char *const *patterns, const char *path)
{
	for (; patterns && *patterns; patterns++)
		if (fnmatch(*patterns, path, FNM_LEADING_DIR) == 0)
			return true;
	return false;
}

static bool passes(const struct kist_try_filter *filter, const char *path)
{
	if (!filter)
		return true;
	return (!filter->include || matches(filter->include, path)) &&
	       !matches(filter->exclude, path);
}

/* ---- one entry ---- */

static bool is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

static bool is_newer(const struct walk *w, const struct stat *lower)
{
	return (int64_t)lower->st_ctim.tv_sec * 1000000000 +
		       lower->st_ctim.tv_nsec >
	       w->since;
}

static void add(struct walk *w, enum kist_change_kind kind, mode_t mode,
		const struct stat *lower)
{
	const char *below = w->below[0] ? w->below : ".";
	const char *between = strcmp(w->of, "/") == 0 ? "" : "/";
	mode_t shown = lower && kind == KIST_CHANGE_DELETED ? lower->st_mode :
							      mode;
	struct change change = {
		.shown = {
			.kind = kind,
			.path = w->below[0] ? arena_printf(w->arena, "%s%s%s",
							   w->of, between,
							   below) :
					      w->of,
			.is_dir = S_ISDIR(shown),
			.is_newer = lower && !S_ISDIR(lower->st_mode) &&
				    is_newer(w, lower),
		},
		.of = w->of,
		.below = arena_strdup(w->arena, below),
		.layer = w->layer,
		.mode = mode,
		.is_swapped = mode && lower &&
			      S_ISDIR(mode) != S_ISDIR(lower->st_mode),
	};

	if (passes(w->filter, change.shown.path))
		buf_add(w->found, &change, sizeof(change));
}

static bool has_same_meta(const struct stat *a, const struct stat *b)
{
	return a->st_mode == b->st_mode && a->st_uid == b->st_uid &&
	       a->st_gid == b->st_gid;
}

static bool has_same_bytes(int a_dir, int b_dir, const char *name)
{
	CLEANUP_FD int a =
		openat(a_dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP_FD int b =
		openat(b_dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char x[16384], y[16384];

	if (a < 0 || b < 0)
		return false;
	for (;;) {
		ssize_t n = read(a, x, sizeof(x)), m = read(b, y, sizeof(y));

		if (n < 0 || n != m || memcmp(x, y, (size_t)n) != 0)
			return false;
		if (n == 0)
			return true;
	}
}

static bool has_same_target(int a_dir, int b_dir, const char *name)
{
	char x[PATH_MAX], y[PATH_MAX];
	ssize_t n = readlinkat(a_dir, name, x, sizeof(x));

	return n >= 0 && n == readlinkat(b_dir, name, y, sizeof(y)) &&
	       memcmp(x, y, (size_t)n) == 0;
}

/* Copied up, and not changed. */
static bool is_same(int upper, int lower, const char *name,
		    const struct stat *new, const struct stat *old)
{
	if (!has_same_meta(new, old))
		return false;
	if (S_ISDIR(new->st_mode))
		return true;
	if (S_ISLNK(new->st_mode))
		return has_same_target(upper, lower, name);
	if (!S_ISREG(new->st_mode))
		return new->st_rdev == old->st_rdev;
	return new->st_size ==
	       old->st_size &&has_same_bytes(upper, lower, name);
}

/* ---- directories ---- */

static bool is_opaque(int dir_fd)
{
	char value = 0;

	return (fgetxattr(dir_fd, "trusted.overlay.opaque", &value, 1) == 1 ||
		fgetxattr(dir_fd, "user.overlay.opaque", &value, 1) == 1) &&
	       value == 'y';
}

static bool is_redirect(int dir_fd)
{
	return fgetxattr(dir_fd, "trusted.overlay.redirect", NULL, 0) > 0 ||
	       fgetxattr(dir_fd, "user.overlay.redirect", NULL, 0) > 0;
}

static int refuse_redirect(const struct walk *w)
{
	err_set(w->err, KIST_E_TRY_LAYER,
		"directory '%s' of '%s' was renamed in the layer", w->below,
		w->of);
	err_hint(w->err, "this kernel keeps renames of directories in the "
			 "layer: see overlay's parameter redirect_dir");
	return -ENOTSUP;
}

static int walk_dir(struct walk *w, int upper, int lower, int depth);

/* What an opaque directory hides. */
static void add_hidden(struct walk *w, int upper, int lower, size_t len)
{
	DIR *dir = fdopendir(openat(lower, ".", O_RDONLY | O_CLOEXEC));
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    fstatat(upper, entry->d_name, &st, AS_IT_IS) == 0 ||
		    fstatat(lower, entry->d_name, &st, AS_IT_IS) < 0)
			continue;
		snprintf(w->below + len, sizeof(w->below) - len, "%s%s",
			 len ? "/" : "", entry->d_name);
		add(w, KIST_CHANGE_DELETED, 0, &st);
	}
	if (dir)
		closedir(dir);
	w->below[len] = '\0';
}

static int go_down(struct walk *w, int upper, int lower, const char *name,
		   int depth)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	CLEANUP_FD int above = openat(upper, name, flags);
	CLEANUP_FD int below = lower < 0 ? -1 : openat(lower, name, flags);

	if (above < 0)
		return err_sys(w->err, KIST_E_STORE, errno, "open '%s'",
			       w->below);
	return walk_dir(w, above, below, depth + 1);
}

static int look_at(struct walk *w, int upper, int lower, const char *name,
		   int depth)
{
	struct stat new, old;
	bool there = lower >= 0 && fstatat(lower, name, &old, AS_IT_IS) == 0;

	if (fstatat(upper, name, &new, AS_IT_IS) < 0)
		return err_sys(w->err, KIST_E_STORE, errno, "look at '%s'",
			       w->below);
	if (is_whiteout(&new)) {
		if (there)
			add(w, KIST_CHANGE_DELETED, 0, &old);
		return 0;
	}
	if (!there)
		add(w, KIST_CHANGE_ADDED, new.st_mode, NULL);
	else if (!is_same(upper, lower, name, &new, &old))
		add(w, KIST_CHANGE_MODIFIED, new.st_mode, &old);
	return S_ISDIR(new.st_mode) ? go_down(w, upper, lower, name, depth) : 0;
}

static int walk_dir(struct walk *w, int upper, int lower, int depth)
{
	const size_t len = strlen(w->below);
	struct dirent *entry;
	DIR *dir;
	int ret = 0;

	if (is_redirect(upper))
		return refuse_redirect(w);
	if (depth > DEPTH_MAX)
		return err_set(w->err, KIST_E_TRY_LAYER,
			       "'%s' is too deep a directory", w->below);
	if (lower >= 0 && is_opaque(upper))
		add_hidden(w, upper, lower, len);
	dir = fdopendir(openat(upper, ".", O_RDONLY | O_CLOEXEC));
	if (!dir)
		return err_sys(w->err, KIST_E_STORE, errno, "read '%s'",
			       w->below);
	while (ret == 0 && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(w->below + len, sizeof(w->below) - len, "%s%s",
			 len ? "/" : "", entry->d_name);
		ret = look_at(w, upper, lower, entry->d_name, depth);
	}
	closedir(dir);
	w->below[len] = '\0';
	return ret;
}

/* ---- all layers ---- */

static int walk_layer(struct walk *w, const struct record *record, int number,
		      char of[PATH_MAX])
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	char path[64];
	CLEANUP_FD int upper = -1, lower = -1;
	struct stat new, old;

	snprintf(path, sizeof(path), "layers/%d/upper", number);
	w->of = arena_strdup(w->arena, of);
	w->layer = arena_strdup(w->arena, path);
	w->below[0] = '\0';
	upper = openat(record->dir_fd, path, flags | O_NOFOLLOW);
	lower = open(of, flags);
	if (upper < 0)
		return err_sys(w->err, KIST_E_STORE, errno, "open '%s/%s'",
			       record->path, path);
	if (lower >= 0 && fstat(upper, &new) == 0 && fstat(lower, &old) == 0 &&
	    !has_same_meta(&new, &old) && geteuid() == 0)
		add(w, KIST_CHANGE_MODIFIED, new.st_mode, &old);
	return walk_dir(w, upper, lower, 0);
}

static int by_path(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return strcmp(x->shown.path, y->shown.path);
}

int changes_list(const struct subject *subject,
		 const struct kist_try_filter *filter, struct arena *arena,
		 struct change **ret_changes, size_t *ret_count,
		 struct kist_error *err)
{
	CLEANUP_BUF struct buf found;
	struct walk w = { .arena = arena,
			  .filter = filter,
			  .found = &found,
			  .since = subject->about.created,
			  .err = err };
	size_t count;
	int ret = 0;

	buf_init(&found);
	for (int i = 0; ret == 0 && i < LAYERS_MAX; i++) {
		char link[64], of[PATH_MAX];
		ssize_t len;

		snprintf(link, sizeof(link), "layers/%d/of", i);
		len = readlinkat(subject->record.dir_fd, link, of,
				 sizeof(of) - 1);
		if (len < 0 && i == 0) {
			err_set(err, KIST_E_IMAGE,
				"container '%s' has no layers", subject->word);
			err_hint(err, "changes are kept of what 'kist try' or "
				      "'kist run host' ran");
			return -ENOENT;
		}
		if (len < 0)
			break;
		of[len] = '\0';
		ret = walk_layer(&w, &subject->record, i, of);
	}
	count = found.len / sizeof(struct change);
	if (ret == 0 && (buf_failed(&found) || arena_failed(arena)))
		ret = err_nomem(err);
	if (ret < 0)
		return ret;
	*ret_changes = ARENA_ARRAY(arena, struct change, count + 1);
	if (!*ret_changes)
		return err_nomem(err);
	if (count)
		memcpy(*ret_changes, found.data, found.len);
	qsort(*ret_changes, count, sizeof(**ret_changes), by_path);
	*ret_count = count;
	return 0;
}
