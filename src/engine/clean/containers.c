/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containers.c - left behind by containers: records, states, names
 *
 * How it works
 * ============
 * Whoever looks after a container holds the lock on its record's `life`. A
 * record nobody holds is that of a container that has ended, which is no
 * leftover; but it is one if it was never finished (no about.json), if it was
 * to be forgotten (--rm), or if its state is still there: then the kist that
 * looked after it was killed. As long as a process of it lives it is in use.
 * To remove it the lock is taken; nobody takes one a second time.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/path.h"
#include "container/lifecycle.h"
#include "container/store.h"
#include "engine/container/about.h"
#include "engine/clean/clean.h"
#include "engine/container/remove.h"

static uid_t owner_of(int dir_fd, const char *name)
{
	struct stat st;

	return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? geteuid() :
								     st.st_uid;
}

/* ---- is it in use? ---- */

/* Some process of it lives: the first, or one in its control group. */
static bool lives(struct container *container)
{
	CLEANUP_ARENA struct arena arena;
	size_t count = 0;
	pid_t *pids;

	arena_init(&arena);
	if (container->process.pidfd >= 0)
		return true;
	if (!container->has_cgroup)
		return false;
	return cgroup_pids(&container->cgroup, &arena, &pids, &count, NULL) <
		       0 ||
	       count > 0;
}

/* Return: 1: it has a state, and nobody uses it; 0: it has none; -EBUSY. */
static int state_of(struct cleaning *c, const char *id)
{
	struct container container;
	int ret = container_open(c->folders.state_root, id, &container, NULL);

	if (ret < 0) {
		/* What cannot be read is not to be removed. */
		return ret == -ENOENT ? 0 : -EBUSY;
	}
	ret = lives(&container) ? -EBUSY : 1;
	container_close(&container);
	return ret;
}

/* ---- removing ---- */

static int remove_state(struct cleaning *c, const char *id,
			const struct kist_trace *trace, struct kist_error *err)
{
	struct container container;
	char path[PATH_BYTES];
	int ret = container_open(c->folders.state_root, id, &container, NULL);

	if (ret < 0)
		return ret == -ENOENT ? 0 : -EBUSY;
	if (lives(&container)) {
		container_close(&container);
		return -EBUSY;
	}
	remove_tell_groups(&container, trace);
	snprintf(path, sizeof(path), "%s/%s", c->folders.state_root, id);
	if (trace_step(trace, "the state of a container that has ended",
		       "rm -rf %s", trace_word(path)))
		ret = container_delete(&container, true, err);
	container_close(&container);
	return ret < 0 ? ret : 0;
}

/* Return: the lock, or -EBUSY. */
static int take_life(const struct record *record)
{
	CLEANUP_FD int fd = openat(record->dir_fd, "life",
				   O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
				   0600);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -EBUSY;
	return TAKE_FD(fd);
}

static int remove_record(struct cleaning *c, struct record *record,
			 const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct about about;

	arena_init(&arena);
	if (about_load(record, &arena, &about, NULL) < 0)
		about.name = "";
	if (!trace_step(trace, "its record", "rm -rf %s",
			trace_word(record->path))) {
		remove_tell_name(&c->folders, about.name, trace);
		return 0;
	}
	return record_remove(&c->folders, record, about.name, err);
}

static int remove_container(struct cleaning *c, const struct leftover *left,
			    const struct kist_trace *trace,
			    struct kist_error *err)
{
	struct record record = RECORD_NONE;
	struct id id;
	int ret;

	snprintf(id.text, sizeof(id.text), "%s", left->name);
	ret = record_open(&c->folders, &id, &record, NULL);
	if (ret < 0)
		return ret == -ENOENT ? 0 : ret;
	record.life_fd = ret = take_life(&record);
	if (ret >= 0)
		ret = remove_state(c, left->name, trace, err);
	if (ret >= 0 && left->shown.kind == KIST_LEFTOVER_CONTAINER)
		ret = remove_record(c, &record, trace, err);
	record_close(&record);
	return ret < 0 ? ret : 0;
}

/* ---- finding ---- */

/* Why it is one, or NULL: it is not. */
static const char *reason_of(struct cleaning *c, const struct record *record,
			     int state, enum kist_leftover_kind *ret_kind)
{
	CLEANUP_ARENA struct arena arena;
	struct about about;
	int ret;

	arena_init(&arena);
	ret = about_load(record, &arena, &about, NULL);
	*ret_kind = KIST_LEFTOVER_CONTAINER;
	if (ret == -EINVAL)
		return "its record is damaged";
	if (ret < 0)
		return NULL;
	if (!*about.name)
		return clean_age(c->folders.containers_fd, record->id.text) <
				       CLEAN_AGE_SECONDS ?
			       NULL :
			       "its making was cut off";
	if (about.remove)
		return "it has ended, and was to be removed (--rm)";
	*ret_kind = KIST_LEFTOVER_STATE;
	return state ? "it has ended without its kist" : NULL;
}

static void look_at(struct cleaning *c, const struct id *id)
{
	struct leftover left = { .remove = remove_container };
	struct record record;
	int state;

	if (record_open(&c->folders, id, &record, NULL) < 0)
		return;
	state = life_read(&record).held ? -EBUSY : state_of(c, id->text);
	if (state >= 0)
		left.shown.reason =
			reason_of(c, &record, state, &left.shown.kind);
	record_close(&record);
	if (!left.shown.reason)
		return;
	left.name = arena_strdup(&c->arena, id->text);
	left.shown.what = arena_strndup(&c->arena, id->text, ID_SHORT);
	left.shown.owner = owner_of(c->folders.containers_fd, id->text);
	left.shown.is_removable = true;
	clean_add(c, &left);
}

int clean_find_containers(struct cleaning *c, struct kist_error *err)
{
	struct id *ids;
	size_t count;
	int ret = folders_list(&c->folders, &c->arena, &ids, &count, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < count; i++)
		look_at(c, &ids[i]);
	return 0;
}

/* ---- states without a record ---- */

static int remove_lone_state(struct cleaning *c, const struct leftover *left,
			     const struct kist_trace *trace,
			     struct kist_error *err)
{
	if (faccessat(c->folders.containers_fd, left->name, F_OK, 0) == 0)
		return -EBUSY;
	return remove_state(c, left->name, trace, err);
}

int clean_find_states(struct cleaning *c, struct kist_error *err)
{
	CLEANUP_FD int root_fd = store_open(c->folders.state_root, false, NULL);
	const char **ids;
	size_t count;
	int ret;

	if (root_fd < 0)
		return 0;
	ret = store_list(root_fd, &c->arena, &ids, &count, err);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < count; i++) {
		struct leftover left = {
			.remove = remove_lone_state,
			.name = ids[i],
			.shown = {
				.kind = KIST_LEFTOVER_STATE,
				.what = arena_strndup(&c->arena, ids[i],
						      ID_SHORT),
				.reason = "its container has no record",
				.owner = owner_of(root_fd, ids[i]),
				.is_removable = true,
			},
		};

		if (faccessat(c->folders.containers_fd, ids[i], F_OK, 0) < 0 &&
		    clean_age(root_fd, ids[i]) >= CLEAN_AGE_SECONDS &&
		    state_of(c, ids[i]) == 1)
			clean_add(c, &left);
	}
	return 0;
}

/* ---- names ---- */

static bool is_dangling(struct cleaning *c, const char *name)
{
	char id[ID_LEN + 1];
	ssize_t len = readlinkat(c->folders.names_fd, name, id, sizeof(id));

	if (len != ID_LEN)
		return false;
	id[ID_LEN] = '\0';
	return faccessat(c->folders.containers_fd, id, F_OK, 0) < 0 &&
	       errno == ENOENT;
}

static int remove_name(struct cleaning *c, const struct leftover *left,
		       const struct kist_trace *trace, struct kist_error *err)
{
	char path[PATH_BYTES];

	if (!is_dangling(c, left->name))
		return -EBUSY;
	snprintf(path, sizeof(path), "%s/names/%s", c->folders.data_path,
		 left->name);
	if (!trace_step(trace, "a name of nothing", "rm %s", trace_word(path)))
		return 0;
	if (unlinkat(c->folders.names_fd, left->name, 0) < 0 && errno != ENOENT)
		return err_sys(err, KIST_E_STORE, errno, "remove '%s'", path);
	return 0;
}

int clean_find_names(struct cleaning *c, struct kist_error *err)
{
	int fd = openat(c->folders.names_fd, ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	(void)err;
	while (dir && (entry = readdir(dir))) {
		struct leftover left = {
			.remove = remove_name,
			.shown = { .kind = KIST_LEFTOVER_NAME,
				   .reason = "its container is gone",
				   .is_removable = true },
		};

		if (!is_dangling(c, entry->d_name))
			continue;
		left.name = left.shown.what =
			arena_strdup(&c->arena, entry->d_name);
		left.shown.owner = owner_of(c->folders.names_fd, left.name);
		clean_add(c, &left);
	}
	if (dir)
		closedir(dir);
	else
		cleanup_fd(&fd);
	return 0;
}
