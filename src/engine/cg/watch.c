/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.c - what happens in a control group
 *
 * How it works
 * ============
 * The files that tell are read, compared with what they said before, and every
 * key whose number changed is an event. v2 wakes us by inotify(7); v1 tells
 * nobody but its release agent, so it is looked at five times a second, and so
 * is everything once a second, for an event more costs nothing and one less
 * may cost a night.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>

#include "base/near.h"
#include "base/num.h"
#include "engine/cg/step.h"
#include "engine/hook_run.h"
#include "kernel/cgroup_internal.h"
#include "sys/file.h"

#define V1_MS 200
#define V2_MS 1000
#define KEYS_MAX 256
#define EVENT_FILE_MAX 64

/* Files whose keys are watched. */
static const char *const v2_files[] = {
	"cgroup.events", "memory.events", "memory.swap.events",
	"pids.events",	 "misc.events",	  "hugetlb.*.events"
};
static const char *const v1_files[] = {
	"memory.oom_control", "memory.failcnt", "memory.memsw.failcnt",
	"pids.events",	      "misc.events",	"freezer.state"
};

struct key {
	char file[EVENT_FILE_MAX], key[EVENT_FILE_MAX];
	int64_t value;
};

struct watching {
	const struct kist_cg_watch *args;
	struct cg_world world;
	struct cg_group group;
	struct key keys[KEYS_MAX];
	size_t count;
	const char *path;
	int dir_fd[CGROUP_HIERARCHY_MAX];
	int inotify_fd;
	bool any_v1, begun, gone;
	int result;
};

/* ---- telling ---- */

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool is_wanted(const struct watching *w, const struct kist_cg_event *e)
{
	const char *const *key = w->args->keys;

	if (!key || !*key)
		return true;
	for (; *key; key++)
		if (strcmp(*key, e->key) == 0 ||
		    (strcmp(*key, "empty") == 0 &&
		     strcmp(e->key, "populated") == 0 && e->now == 0))
			return true;
	return false;
}

static void run_hook(const struct watching *w, const struct kist_cg_event *e)
{
	char before[24], now[24];
	const struct hook_variable own[] = {
		{ "PATH", e->path },  { "FILE", e->file }, { "KEY", e->key },
		{ "BEFORE", before }, { "NOW", now },
	};

	snprintf(before, sizeof(before), "%" PRId64, e->before);
	snprintf(now, sizeof(now), "%" PRId64, e->now);
	hook_run(w->args->hook, "kist-cg-watch", e->path, "KIST_CG_", own,
		 ARRAY_LEN(own));
}

static void tell(struct watching *w, const char *file, const char *key,
		 int64_t before, int64_t now)
{
	const struct kist_cg_event e = {
		.path = w->path,
		.file = file,
		.key = key,
		.before = before,
		.now = now,
		.time_ns = now_ns(),
	};

	if (w->result || !is_wanted(w, &e))
		return;
	if (w->args->event)
		w->result = w->args->event(w->args->context, &e);
	if (w->args->hook)
		run_hook(w, &e);
}

/* ---- looking ---- */

static void note(struct watching *w, const char *file, const char *key,
		 int64_t value)
{
	struct key *k = w->keys;

	while (k < w->keys + w->count &&
	       (strcmp(k->file, file) != 0 || strcmp(k->key, key) != 0))
		k++;
	if (k == w->keys + w->count) {
		if (w->count == KEYS_MAX || strlen(file) >= sizeof(k->file) ||
		    strlen(key) >= sizeof(k->key))
			return;
		strcpy(k->file, file);
		strcpy(k->key, key);
		/* new keys come with new controllers: they were 0 */
		k->value = w->begun ? 0 : value;
		w->count++;
	}
	if (k->value != value) {
		int64_t before = k->value;

		k->value = value;
		tell(w, k->file, k->key, before, value);
	}
}

/* "key number" a line, a number, or a state */
static void read_keys(struct watching *w, const char *file, const char *text)
{
	char key[EVENT_FILE_MAX];
	int64_t value;

	if (strcmp(file, "freezer.state") == 0) {
		note(w, file, "frozen", strcmp(text, "FROZEN") == 0);
		return;
	}
	if (num_parse_i64(text, &value) == 0) {
		note(w, file, strrchr(file, '.') + 1, value);
		return;
	}
	while (*text) {
		if (sscanf(text, "%63s %" SCNd64, key, &value) == 2)
			note(w, file, key, value);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

static bool is_populated(int dir_fd)
{
	char text[16];
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool any;

	if (!dir) {
		cleanup_fd(&fd);
		return false;
	}
	any = cgroup_file_read(fd, "cgroup.procs", text, sizeof(text)) == 0 &&
	      *text;
	while (!any && (entry = readdir(dir))) {
		CLEANUP_FD int sub = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		sub = openat(fd, entry->d_name,
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		any = sub >= 0 && is_populated(sub);
	}
	closedir(dir);
	return any;
}

static void look_at(struct watching *w, int i, const char *file)
{
	char text[4096];

	if (cgroup_file_read(w->dir_fd[i], file, text, sizeof(text)) == 0 &&
	    *text)
		read_keys(w, file, text);
}

/* hugetlb.*.events: the names are found in the directory. */
static void look_at_matching(struct watching *w, int i, const char *pattern)
{
	int fd = openat(w->dir_fd[i], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return;
	}
	while ((entry = readdir(dir)))
		if (fnmatch(pattern, entry->d_name, 0) == 0)
			look_at(w, i, entry->d_name);
	closedir(dir);
}

static void look(struct watching *w)
{
	bool v1_populated = false, v1_there = false, there = false;

	for (int i = 0; i < w->group.world->count; i++) {
		bool v2 = w->group.world->h[i].is_v2;
		const char *const *files = v2 ? v2_files : v1_files;
		size_t count = v2 ? ARRAY_LEN(v2_files) : ARRAY_LEN(v1_files);

		if (w->dir_fd[i] < 0)
			continue;
		if (!cg_is_there(&w->group, i)) {
			cleanup_fd(&w->dir_fd[i]);
			w->dir_fd[i] = -1;
			continue;
		}
		there = true;
		if (!v2) {
			v1_there = true;
			v1_populated = v1_populated ||
				       is_populated(w->dir_fd[i]);
		}
		for (size_t k = 0; k < count; k++) {
			if (strchr(files[k], '*'))
				look_at_matching(w, i, files[k]);
			else
				look_at(w, i, files[k]);
		}
	}
	if (v1_there)
		note(w, "cgroup.procs", "populated", v1_populated);
	w->gone = !there;
	w->begun = true;
}

/* ---- waiting ---- */

static void begin(struct watching *w)
{
	w->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	for (int i = 0; i < w->group.world->count; i++) {
		bool v2 = w->group.world->h[i].is_v2;
		int fd = cg_open(&w->group, i);
		CLEANUP_ARENA struct arena arena;

		arena_init(&arena);
		w->dir_fd[i] = fd < 0 ? -1 : fd;
		if (fd < 0)
			continue;
		w->path = cg_shown(&w->group, i);
		w->any_v1 = w->any_v1 || !v2;
		/* without inotify the clock wakes us */
		for (size_t k = 0; v2 && k < ARRAY_LEN(v2_files); k++)
			inotify_add_watch(w->inotify_fd,
					  cg_place(&w->group, i, v2_files[k],
						   &arena),
					  IN_MODIFY);
		if (v2)
			inotify_add_watch(w->inotify_fd,
					  cg_place(&w->group, i, NULL, &arena),
					  IN_DELETE_SELF);
	}
}

/* Return: false if the caller wants it to end. */
static bool wait_for(struct watching *w, int64_t deadline_ms)
{
	struct pollfd p[2] = {
		{ .fd = w->inotify_fd, .events = POLLIN },
		{ .fd = w->args->stop_fd > 0 ? w->args->stop_fd : -1,
		  .events = POLLIN },
	};
	int64_t ms = w->any_v1 ? V1_MS : V2_MS;
	char events[4096];

	if (deadline_ms && deadline_ms - cgroup_now_ms() < ms)
		ms = deadline_ms - cgroup_now_ms();
	if (poll(p, 2, ms > 0 ? (int)ms : 0) > 0 && p[1].revents)
		return false;
	while (w->inotify_fd >= 0 &&
	       read(w->inotify_fd, events, sizeof(events)) > 0)
		;
	return true;
}

static int timed_out(const struct kist_cg_watch *args, struct kist_error *err)
{
	int ret = err_set(err, KIST_E_CGROUP_TIMEOUT,
			  "watch control group '%s': nothing more within "
			  "%" PRId64 " ms",
			  args->group, args->timeout_ms);

	err_hint(err, "without a timeout it is waited for");
	return ret;
}

static bool is_key(const struct watching *w, const char *word,
		   struct near *near)
{
	/* what the kernel's files may come to have, and the two of ours */
	static const char *const keys[] = {
		"populated", "frozen",	"low",	     "high",
		"max",	     "oom",	"oom_kill",  "oom_group_kill",
		"fail",	     "failcnt", "under_oom", "oom_kill_disable",
		"empty",     "removed"
	};

	for (size_t i = 0; i < ARRAY_LEN(keys) + w->count; i++) {
		const char *key = i < ARRAY_LEN(keys) ?
					  keys[i] :
					  w->keys[i - ARRAY_LEN(keys)].key;

		if (strcmp(key, word) == 0)
			return true;
		near_offer(near, key);
	}
	return false;
}

static int check_keys(const struct watching *w, struct kist_error *err)
{
	const char *const *key = w->args->keys;

	for (; key && *key; key++) {
		struct near near;
		int ret;

		near_init(&near, *key);
		if (is_key(w, *key, &near))
			continue;
		ret = err_set(err, KIST_E_CG_EVENT,
			      "control group '%s' has no event '%s'",
			      w->args->group, *key);
		if (near.best)
			err_hint(err, "did you mean '%s'?", near.best);
		return ret;
	}
	return 0;
}

int kist_cg_watch(const struct kist_cg_watch *args, struct kist_error *err)
{
	int64_t deadline_ms =
		args->timeout_ms ? cgroup_now_ms() + args->timeout_ms : 0;
	CLEANUP_ARENA struct arena arena;
	struct watching *w;
	int ret;

	arena_init(&arena);
	w = ARENA_NEW(&arena, struct watching);
	if (arena_failed(&arena))
		return err_nomem(err);
	w->args = args;
	ret = cg_find_there(args->group, &arena, &w->world, &w->group, err);
	if (ret)
		return ret;
	begin(w);
	look(w);
	w->result = check_keys(w, err);
	if (!w->result && args->ready)
		args->ready(args->context);
	while (!w->gone && !w->result && wait_for(w, deadline_ms)) {
		look(w);
		if (deadline_ms && cgroup_now_ms() >= deadline_ms)
			break;
	}
	if (w->gone)
		tell(w, "", "removed", 0, 1);
	ret = w->result;
	if (!w->gone && !ret && deadline_ms && cgroup_now_ms() >= deadline_ms)
		ret = timed_out(args, err);
	for (int i = 0; i < w->group.world->count; i++)
		cleanup_fd(&w->dir_fd[i]);
	cleanup_fd(&w->inotify_fd);
	return ret;
}
