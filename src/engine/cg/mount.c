/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount.c - hierarchies mounted and unmounted
 *
 * How it works
 * ============
 * A controller is in one hierarchy at a time, always with the same others; to
 * mount that again, elsewhere, is fine. What is asked is compared with
 * /proc/cgroups first, for mount(2) says EBUSY to everything.
 *
 * Where not even the first folder of the place is there ("/cgroup"), it becomes
 * a small tmpfs, which goes with the last hierarchy in it; it is known by its
 * source, "kist-cgroup".
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/near.h"
#include "base/path.h"
#include "base/trace.h"
#include "engine/cg/group.h"
#include "kernel/cgroup_internal.h"
#include "sys/file.h"
#include "sys/mount.h"

#define TMPFS_SOURCE "kist-cgroup"
#define TMPFS_OPTIONS "mode=755,size=1m"
#define LET_GO_TRIES 4
#define LET_GO_MS 20
#define FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

struct mounting {
	struct cg_world world;
	struct cgroup_row *rows;
	size_t row_count;
	struct arena *arena;
	const char *what, *dir;
	const char *options; /* for mount(2) */
	bool is_v2;
};

/* ---- what ---- */

static int unknown(const struct mounting *m, const char *name,
		   struct kist_error *err)
{
	struct near near;
	int ret = err_set(err, KIST_E_CGROUP_CONTROLLER,
			  "this kernel has no v1 controller '%.60s'", name);

	near_init(&near, name);
	for (size_t i = 0; i < m->row_count; i++)
		near_offer(&near, m->rows[i].name);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	else
		err_hint(err,
			 "'kist cg ls -c' lists them; 'name=%.60s' is a "
			 "hierarchy without controllers",
			 name);
	return ret;
}

/* Where the v1 hierarchy of that number is mounted, and what is in it. */
static int bound_elsewhere(const struct mounting *m,
			   const struct cgroup_row *row, struct kist_error *err)
{
	int v1 = cgroup_find_v1(&m->world.world, row->name);
	int ret;

	if (v1 < 0) {
		ret = err_set(err, KIST_E_CG_MOUNT,
			      "controller '%s' is in v1 hierarchy %d, which "
			      "has groups and is mounted nowhere here",
			      row->name, row->hierarchy);
		err_hint(err, "mount it with the controllers that "
			      "/proc/cgroups shows beside it");
		return ret;
	}
	ret = err_set(err, KIST_E_CG_MOUNT,
		      "controller '%s' is bound to the hierarchy '%s', "
		      "mounted at '%s'",
		      row->name, m->world.world.h[v1].controllers,
		      m->world.world.h[v1].mount);
	err_hint(err,
		 "it cannot be in another: 'kist cg mount %s=%.60s' mounts "
		 "that one there too",
		 m->world.world.h[v1].controllers, m->dir);
	return ret;
}

static const struct cgroup_row *find_row(const struct mounting *m,
					 const char *name)
{
	for (size_t i = 0; i < m->row_count; i++)
		if (strcmp(m->rows[i].name, name) == 0)
			return &m->rows[i];
	return NULL;
}

/* All of @what's controllers are in one hierarchy, and all of its are in
 * @what, or none is in any. */
static int check_bound(const struct mounting *m, const char *name,
		       struct kist_error *err)
{
	const struct cgroup_row *row = find_row(m, name);
	int ret;

	if (!row)
		return unknown(m, name, err);
	if (!row->enabled) {
		ret = err_set(err, KIST_E_CGROUP_CONTROLLER,
			      "controller '%s' is disabled", name);
		err_hint(err, "boot without 'cgroup_disable=%s'", name);
		return ret;
	}
	for (size_t i = 0; i < m->row_count; i++) {
		const struct cgroup_row *other = &m->rows[i];
		bool asked = cgroup_controls(m->what, other->name);

		if (row->hierarchy &&
		    asked != (other->hierarchy == row->hierarchy))
			return bound_elsewhere(m, row, err);
		if (!row->hierarchy && asked && other->hierarchy)
			return bound_elsewhere(m, other, err);
	}
	return 0;
}

static int check_name(const char *name, struct kist_error *err)
{
	if (*name && !strpbrk(name, ",/ \n\t\\") && strlen(name) < 64)
		return 0;
	err_set(err, KIST_E_CG_MOUNT, "'name=%.60s' cannot name a hierarchy",
		name);
	err_hint(err, "use letters, digits, '_', '.' and '-'");
	return -EBUSY;
}

static int read_what(struct mounting *m, struct kist_error *err)
{
	const char *at = m->what;
	bool named = false, controllers = false;
	int ret = 0;

	m->options = m->what;
	if (strcmp(m->what, "v2") == 0 || strcmp(m->what, "cgroup2") == 0) {
		m->is_v2 = true;
		m->options = "";
		return 0;
	}
	while (ret == 0 && *at) {
		size_t len = strcspn(at, ",");
		const char *word = arena_strndup(m->arena, at, len);

		if (arena_failed(m->arena))
			return err_nomem(err);
		if (strncmp(word, "name=", 5) == 0) {
			named = true;
			ret = check_name(word + 5, err);
		} else {
			controllers = true;
			ret = check_bound(m, word, err);
		}
		at += len + (at[len] == ',');
	}
	if (named && !controllers)
		m->options = arena_printf(m->arena, "none,%s", m->what);
	if (ret == 0 && !named && !controllers)
		ret = err_set(err, KIST_E_USAGE,
			      "mount which? A controller is missing");
	return ret;
}

/* ---- where ---- */

static int read_dir(struct mounting *m, const char *dir, struct kist_error *err)
{
	char *text = arena_alloc(m->arena, PATH_BYTES), cwd[PATH_BYTES] = "";

	if (arena_failed(m->arena))
		return err_nomem(err);
	if (!*dir || strchr(dir, '\n'))
		return err_set(err, KIST_E_CG_MOUNT,
			       "mount '%.60s': the place is %s", m->what,
			       *dir ? "a path with a line break" : "missing");
	if (*dir != '/' && !getcwd(cwd, sizeof(cwd)))
		return err_sys(err, KIST_E_SYSTEM, errno, "find this folder");
	if (path_join(cwd, dir, text, PATH_BYTES) ||
	    path_normalize(*dir == '/' ? dir : text, text, PATH_BYTES))
		return err_set(err, KIST_E_CG_MOUNT,
			       "mount '%.60s' on '%.200s': not a path", m->what,
			       dir);
	m->dir = text;
	for (size_t k = 0; k < m->world.mount_count; k++)
		if (strcmp(m->world.mounts[k].place, text) == 0)
			return err_set(
				err, KIST_E_CG_MOUNT,
				"mount '%.60s' on '%.200s': '%s' is mounted "
				"there",
				m->what, text,
				m->world.mounts[k].is_v2 ?
					"v2" :
					m->world.mounts[k].controllers);
	return 0;
}

/* The first folder of a path: "/cgroup" of "/cgroup/memtest". NULL: it is all
 * there is. */
static const char *top_of(const char *dir, struct arena *arena)
{
	const char *slash = strchr(dir + 1, '/');

	return slash ? arena_strndup(arena, dir, (size_t)(slash - dir)) : NULL;
}

static bool is_there(const char *path)
{
	return faccessat(AT_FDCWD, path, F_OK, 0) == 0;
}

struct undo {
	const char *tmpfs;
	const char *made[64];
	size_t count;
};

static int make_dir(const char *path, struct undo *undo,
		    const struct kist_trace *trace, struct kist_error *err)
{
	if (!trace_step(trace, NULL, "mkdir %s", trace_word(path)))
		return 0;
	if (mkdir(path, 0755) && errno != EEXIST)
		return err_sys(err,
			       errno == EACCES || errno == EPERM ||
					       errno == EROFS ?
				       KIST_E_CGROUP_DENIED :
				       KIST_E_CG_MOUNT,
			       errno, "make '%.300s'", path);
	if (undo->count < ARRAY_LEN(undo->made))
		undo->made[undo->count++] = path;
	return 0;
}

static int make_tmpfs(const char *top, struct undo *undo,
		      const struct kist_trace *trace, struct kist_error *err)
{
	int ret = make_dir(top, undo, trace, err);

	if (ret)
		return ret;
	if (!trace_step(trace, "so that nothing is on disk",
			"mount -t tmpfs -o nosuid,nodev,noexec," TMPFS_OPTIONS
			" " TMPFS_SOURCE " %s",
			trace_word(top)))
		return 0;
	ret = sys_mount(TMPFS_SOURCE, top, "tmpfs", FLAGS, TMPFS_OPTIONS);
	if (ret)
		return err_sys(err, KIST_E_CG_MOUNT, -ret,
			       "mount a tmpfs on '%s'", top);
	undo->tmpfs = top;
	return 0;
}

static int make_place(struct mounting *m, struct undo *undo,
		      const struct kist_trace *trace, struct kist_error *err)
{
	const char *top = top_of(m->dir, m->arena), *slash = m->dir;
	bool missing = false;
	int ret = 0;

	if (top && !is_there(top)) {
		ret = make_tmpfs(top, undo, trace, err);
		missing = true;
	}
	while (ret == 0 && slash) {
		const char *part;

		slash = strchr(slash + 1, '/');
		part = slash ? arena_strndup(m->arena, m->dir,
					     (size_t)(slash - m->dir)) :
			       m->dir;
		if (arena_failed(m->arena))
			return err_nomem(err);
		if (missing && top && strcmp(part, top) == 0)
			continue;
		if ((missing && trace_is_dry(trace)) || !is_there(part))
			ret = make_dir(part, undo, trace, err);
	}
	return ret;
}

static void undo_place(const struct undo *undo)
{
	for (size_t k = undo->count; k > 0; k--) {
		if (undo->tmpfs && strcmp(undo->made[k - 1], undo->tmpfs) == 0)
			sys_umount(undo->tmpfs, 0);
		rmdir(undo->made[k - 1]);
	}
}

/* ---- the mount ---- */

static int refused(const struct mounting *m, int errnum, struct kist_error *err)
{
	int ret = err_sys(
		err, errnum == EPERM ? KIST_E_CGROUP_DENIED : KIST_E_CG_MOUNT,
		errnum, "mount '%.60s' on '%.200s'", m->what, m->dir);

	if (errnum == EPERM)
		err_hint(err, "v1 hierarchies are mounted by root of this "
			      "machine, in its own control group namespace "
			      "alone");
	else if (errnum == EBUSY)
		err_hint(err, "groups of cgroup v2 use it, or a hierarchy of "
			      "that name has other controllers: take it out "
			      "of cgroup.subtree_control first");
	else if (errnum == EINVAL || errnum == ENOENT)
		err_hint(err, "'cgroup_no_v1' on the kernel's command line, "
			      "or a kernel without v1, forbids it");
	return ret;
}

static int do_mount(const struct mounting *m, const struct kist_trace *trace,
		    struct kist_error *err)
{
	const char *type = m->is_v2 ? "cgroup2" : "cgroup";
	const char *source = path_name(m->dir);
	int ret;

	if (!trace_step(trace, NULL,
			"mount -t %s -o nosuid,nodev,noexec%s%s %s %s", type,
			*m->options ? "," : "", m->options, trace_word(source),
			trace_word(m->dir)))
		return 0;
	ret = sys_mount(source, m->dir, type, FLAGS, m->options);
	return ret ? refused(m, -ret, err) : 0;
}

int kist_cg_mount(const char *what, const char *dir,
		  const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct undo undo = { 0 };
	struct mounting m = { .what = what, .arena = &arena };
	int ret;

	arena_init(&arena);
	ret = cg_world(&arena, &m.world, err);
	if (ret)
		return ret;
	cgroup_rows(&arena, &m.rows, &m.row_count);
	ret = read_dir(&m, dir, err);
	if (ret == 0)
		ret = read_what(&m, err);
	if (ret == 0)
		ret = make_place(&m, &undo, trace, err);
	if (ret == 0)
		ret = do_mount(&m, trace, err);
	if (ret)
		undo_place(&undo);
	return ret;
}

/* ---- unmounting ---- */

/* The place a word stands for: a path, or a controller mounted once. */
static int find_place(const struct cg_world *w, const char *word,
		      const struct cgroup_mount **ret_mount,
		      struct kist_error *err)
{
	const struct cgroup_mount *found = NULL;
	size_t len = strlen(word), count = 0;
	int ret;

	while (len > 1 && word[len - 1] == '/')
		len--;
	/* of several mounts in one place the last one is on top */
	for (size_t k = 0; k < w->mount_count; k++) {
		const struct cgroup_mount *m = &w->mounts[k];

		if (*word == '/' ? strlen(m->place) == len &&
					   memcmp(m->place, word, len) == 0 :
				   strcmp(m->is_v2 ? "v2" : m->controllers,
					  word) == 0) {
			found = m;
			count++;
		}
	}
	if (!found) {
		ret = err_set(err, KIST_E_CG_MOUNT,
			      "no hierarchy is mounted on '%.200s'", word);
		err_hint(err, "'kist cg ls' shows those that are");
		return ret;
	}
	if (count > 1 && *word != '/') {
		ret = err_set(err, KIST_E_CG_MOUNT,
			      "'%.60s' is mounted in %zu places", word, count);
		err_hint(err, "name the place: 'kist cg ls' shows them");
		return ret;
	}
	*ret_mount = found;
	return 0;
}

static bool is_our_tmpfs(const char *top, struct arena *arena)
{
	CLEANUP_BUF struct buf text;
	const char *line;

	buf_init(&text);
	if (sys_load_file(AT_FDCWD, "/proc/self/mountinfo", &text, 16u << 20) ||
	    !text.data)
		return false;
	line = arena_printf(arena, " / %s ", top);
	if (arena_failed(arena))
		return false;
	line = strstr(text.data, line);
	if (!line)
		return false;
	line = strstr(line, " - ");
	return line && strncmp(line, " - tmpfs " TMPFS_SOURCE " ",
			       strlen(" - tmpfs " TMPFS_SOURCE " ")) == 0;
}

static size_t entries_in(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	size_t count = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		count += strcmp(entry->d_name, ".") != 0 &&
			 strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return count;
}

/* What kist_cg_mount() made for the place. */
static void remove_place(const char *dir, struct arena *arena,
			 const struct kist_trace *trace)
{
	const char *top = top_of(dir, arena);

	if (!top || arena_failed(arena) || !is_our_tmpfs(top, arena))
		return;
	/* somebody may have put something there: then it stays */
	if (trace_step(trace, NULL, "rmdir %s", trace_word(dir)) && rmdir(dir))
		return;
	if (entries_in(top) > (trace_is_dry(trace) ? 1 : 0))
		return;
	if (trace_step(trace, NULL, "umount %s", trace_word(top)) &&
	    sys_umount(top, 0))
		return;
	if (trace_step(trace, NULL, "rmdir %s", trace_word(top)))
		rmdir(top);
}

/* Is it mounted nowhere else? */
static bool is_last(const struct cg_world *w, const struct cgroup_mount *mount)
{
	size_t mounts = 0;

	for (size_t k = 0; k < w->mount_count; k++)
		mounts += w->mounts[k].is_v2 == mount->is_v2 &&
			  strcmp(w->mounts[k].controllers,
				 mount->controllers) == 0;
	return mounts == 1;
}

/* Groups of a hierarchy that is mounted in no other place; the root is none. */
static int64_t groups_left(const struct cg_world *w,
			   const struct cgroup_mount *mount)
{
	struct stat st;

	if (!is_last(w, mount) || mount->is_v2 || stat(mount->place, &st))
		return 0;
	return st.st_nlink > 2 ? (int64_t)st.st_nlink - 2 : 0;
}

/* /proc/self/cgroup lists hierarchies whether they are mounted or not. */
static bool is_alive(const char *controllers)
{
	CLEANUP_FREE char *part = NULL;
	char text[16384];

	if (sys_read_file(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)) <
		    0 ||
	    asprintf(&part, ":%s:/", controllers) < 0)
		return false;
	return strstr(text, part) != NULL;
}

/*
 * A group that was removed a moment ago still counts for the kernel, which then
 * keeps the hierarchy although nothing is in it. Mounting and unmounting it
 * once more, when that group is gone, ends it. If others have it mounted in
 * their namespaces, it stays, and rightly so.
 */
static void let_go(const struct cgroup_mount *mount)
{
	CLEANUP_FREE char *options = NULL;
	bool named = strncmp(mount->controllers, "name=", 5) == 0;

	if (mount->is_v2 || asprintf(&options, "%s%s", named ? "none," : "",
				     mount->controllers) < 0)
		return;
	for (int i = 0; i < LET_GO_TRIES && is_alive(mount->controllers); i++) {
		cgroup_wait(-1, LET_GO_MS << i);
		if (!is_alive(mount->controllers) ||
		    sys_mount("kist", mount->place, "cgroup", FLAGS, options))
			return;
		if (sys_umount(mount->place, UMOUNT_NOFOLLOW))
			return;
	}
}

int kist_cg_umount(const char *dir, const struct kist_trace *trace,
		   int64_t *ret_groups, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	const struct cgroup_mount *mount = NULL;
	struct cg_world world;
	int64_t groups;
	int ret;

	arena_init(&arena);
	ret = cg_world(&arena, &world, err);
	if (ret == 0)
		ret = find_place(&world, dir, &mount, err);
	if (ret || !mount)
		return ret;
	groups = groups_left(&world, mount);
	if (trace_step(trace, NULL, "umount %s", trace_word(mount->place)))
		ret = sys_umount(mount->place, UMOUNT_NOFOLLOW);
	if (ret) {
		ret = err_sys(err,
			      ret == -EPERM ? KIST_E_CGROUP_DENIED :
					      KIST_E_CG_MOUNT,
			      -ret, "unmount '%s'", mount->place);
		if (ret == -EBUSY)
			err_hint(err,
				 "a process works in it or has a file "
				 "of it open: 'fuser -m %.150s'",
				 mount->place);
		return ret;
	}
	if (!trace_is_dry(trace) && !groups && is_last(&world, mount))
		let_go(mount);
	remove_place(mount->place, &arena, trace);
	if (ret_groups)
		*ret_groups = groups;
	return 0;
}
