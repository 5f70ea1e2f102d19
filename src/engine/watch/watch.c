/* SPDX-License-Identifier: Apache-2.0 */
/* watch.c - kist_watch(): wait, look, tell, until it is the end */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/hook_run.h"
#include "engine/ns/target.h"
#include "engine/watch/watch.h"
#include "kernel/cgroup_effective.h"
#include "kernel/proc.h"

#define LOOK_US 1000000
#define PRESSURE_US 250000
#define REST 100 /* looking takes at most one part in so many */

static const struct {
	enum kist_event_kind kind;
	const char *name;
} names[] = {
	{ KIST_EVENT_NS_NEW, "ns-new" },
	{ KIST_EVENT_NS_GONE, "ns-gone" },
	{ KIST_EVENT_CONTAINER, "container" },
	{ KIST_EVENT_OOM, "oom" },
	{ KIST_EVENT_PRESSURE, "pressure" },
	{ KIST_EVENT_POPULATED, "populated" },
	{ KIST_EVENT_EXIT, "exit" },
	{ KIST_EVENT_LIMIT, "limit" },
};

const char *kist_event_name(enum kist_event_kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].kind == kind)
			return names[i].name;
	return NULL;
}

/* ---- growing arrays ---- */

void *watched_add(struct watched_list *list)
{
	char *item;

	if (list->count == list->size) {
		size_t size = list->size ? list->size * 2 : 64;
		void *more = reallocarray(list->items, size, list->item_size);

		if (!more)
			return NULL;
		list->items = more;
		list->size = size;
	}
	item = (char *)list->items + list->count++ * list->item_size;
	return memset(item, 0, list->item_size);
}

/* The order is nobody's: the last takes the place. */
void watched_remove(struct watched_list *list, size_t index)
{
	char *items = list->items;

	list->count--;
	if (index != list->count)
		memcpy(items + index * list->item_size,
		       items + list->count * list->item_size, list->item_size);
}

/* ---- telling ---- */

static bool is_below(const char *group, const char *top)
{
	const size_t len = strlen(top);

	return group && strncmp(group, top, len) == 0 &&
	       (group[len] == '/' || !group[len]);
}

static bool is_about_target(const struct watching *w,
			    const struct kist_event *event)
{
	if (!w->has_target || event->kind == KIST_EVENT_PRESSURE)
		return true;
	if (w->only_group && is_below(event->cgroup, w->only_group))
		return true;
	if (w->only_pid && event->pid == w->only_pid)
		return true;
	for (int kind = 0; kind < KIST_NS_KINDS; kind++)
		if (event->ns && event->ns == w->only_ns[kind])
			return true;
	return false;
}

static const char *text_of(int64_t value, struct arena *arena)
{
	return arena_printf(arena, "%" PRId64, value);
}

/* What does not apply is empty. */
static void run_hook(const char *hook, const struct kist_event *e)
{
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	const struct hook_variable own[] = {
		{ "EVENT", kist_event_name(e->kind) },
		{ "WHAT", e->what },
		{ "SUBJECT", e->subject },
		{ "DETAIL", e->detail },
		{ "CONTAINER", e->container },
		{ "ENGINE", e->engine },
		{ "CGROUP", e->cgroup },
		{ "TYPE", e->ns_kind },
		{ "NS", e->ns ? text_of((int64_t)e->ns, &arena) : NULL },
		{ "PID", e->pid > 0 ? text_of(e->pid, &arena) : NULL },
		{ "STATUS",
		  e->status >= 0 ? text_of(e->status, &arena) : NULL },
		{ "TIME", text_of(e->time_ns, &arena) },
	};

	if (!arena_failed(&arena))
		hook_run(hook, "kist-watch", e->subject, "KIST_EVENT_", own,
			 ARRAY_LEN(own));
}

void watch_tell(struct watching *w, struct kist_event *event)
{
	struct timespec now;

	if (w->result || !watch_wants(w, event->kind) ||
	    !is_about_target(w, event) ||
	    (w->args->count && w->told >= w->args->count))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	event->time_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	w->told++;
	w->result = w->args->event(w->args->context, event);
	if (w->args->hook && w->result >= 0)
		run_hook(w->args->hook, event);
}

/* ---- the target ---- */

/* Its control group, if that says more than "everything". */
static void take_group(struct watching *w, pid_t pid)
{
	CLEANUP_ARENA struct arena arena;
	struct cgroup_member *members;
	size_t count;

	arena_init(&arena);
	if (cgroup_members(w->proc_fd, pid, &arena, &members, &count) < 0)
		return;
	for (size_t i = 0; i < count; i++)
		if (strcmp(members[i].path, "/") != 0 &&
		    (!*members[i].controllers ||
		     strstr(members[i].controllers, "memory"))) {
			free(w->only_group);
			w->only_group = strdup(members[i].path);
		}
}

static int take_target(struct watching *w, struct kist_error *err)
{
	const char *word = w->args->target;
	struct target target;
	int ret;

	if (!word)
		return 0;
	w->has_target = true;
	if (strncmp(word, "cg:", 3) == 0) {
		/* also one that nobody is in yet */
		w->only_group = strdup(word + 3);
		return w->only_group ? 0 : err_nomem(err);
	}
	ret = target_open(w->kist, word, &target, err);
	if (ret < 0)
		return ret;
	for (int kind = 0; kind < KIST_NS_KINDS; kind++) {
		int fd = target_kinds(&target) >> kind & 1 ?
				 target_ns(&target, (enum ns_kind)kind, NULL) :
				 -1;
		struct stat st;

		if (fd >= 0 && fstat(fd, &st) == 0 &&
		    st.st_ino != w->host_ns[kind])
			w->only_ns[kind] = st.st_ino;
	}
	if (target.pid > 0) {
		w->only_pid = target.pid;
		take_group(w, target.pid);
	}
	target_close(&target);
	return 0;
}

/* ---- begin and end ---- */

static void read_host(struct watching *w)
{
	for (int kind = 0; kind < KIST_NS_KINDS; kind++) {
		char path[40];
		struct stat st;

		snprintf(path, sizeof(path), "1/ns/%s", ns_table[kind].name);
		if (fstatat(w->proc_fd, path, &st, 0) < 0) {
			snprintf(path, sizeof(path), "self/ns/%s",
				 ns_table[kind].name);
			if (fstatat(w->proc_fd, path, &st, 0) < 0)
				continue;
		}
		w->host_ns[kind] = st.st_ino;
	}
}

static int read_pressures(struct watching *w, struct kist_error *err)
{
	const char *const *text = w->args->pressure;

	for (; text && *text; text++) {
		int ret;

		if (w->pressure_count == WATCH_PRESSURES)
			return err_set(err, KIST_E_WATCH_PRESSURE,
				       "these are too many thresholds");
		ret = watch_pressure_parse(
			*text, &w->pressures[w->pressure_count++], err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int begin(struct watching *w, struct kist_error *err)
{
	sigset_t end;
	int ret = read_pressures(w, err);

	if (ret == 0)
		ret = w->proc_fd = proc_open(err);
	if (ret >= 0)
		ret = cgroup_probe(&w->world, err);
	if (ret < 0)
		return ret;
	cgroup_usage_open(&w->world, w->root_fds);
	w->telling = cgroup_usage_hierarchies(&w->world, WATCH_PARTS);
	read_host(w);
	ret = take_target(w, err);
	if (ret < 0)
		return ret;
	sigemptyset(&end);
	sigaddset(&end, SIGINT);
	sigaddset(&end, SIGTERM);
	w->signal_fd = signalfd(-1, &end, SFD_CLOEXEC | SFD_NONBLOCK);
	if (watch_wants(w, KIST_EVENTS & ~(unsigned)KIST_EVENT_PRESSURE))
		w->connector_fd = connector_open();
	if (watch_wants(w, KIST_EVENT_OOM))
		w->kmsg_fd =
			open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (w->kmsg_fd >= 0)
		lseek(w->kmsg_fd, 0, SEEK_END);
	return 0;
}

static void end(struct watching *w)
{
	struct watched_thing *things = w->things.items;
	struct watched_group *groups = w->groups.items;

	for (size_t i = 0; i < w->things.count; i++) {
		free(things[i].key);
		free(things[i].name);
		free(things[i].engine);
		free(things[i].cgroup);
	}
	for (size_t i = 0; i < w->groups.count; i++)
		free(groups[i].path);
	free(w->spaces.items);
	free(w->processes.items);
	free(w->things.items);
	free(w->groups.items);
	free(w->only_group);
	cgroup_usage_close(w->root_fds);
	cleanup_fd(&w->proc_fd);
	cleanup_fd(&w->signal_fd);
	cleanup_fd(&w->connector_fd);
	cleanup_fd(&w->kmsg_fd);
}

/* ---- looking ---- */

static int64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t watch_now_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

static int64_t used_us(void)
{
	return clock_us(CLOCK_THREAD_CPUTIME_ID);
}

void watch_soon(struct watching *w, int64_t us)
{
	const int64_t at = watch_now_us() + us;

	if (w->look_at_us > at)
		w->look_at_us = at;
}

static int look_at_processes(struct watching *w, struct scan *scan,
			     struct kist_error *err)
{
	static const unsigned of_spaces = KIST_EVENT_NS_NEW |
					  KIST_EVENT_NS_GONE | KIST_EVENT_EXIT;
	int ret = scan_processes(scan);

	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "read the processes");
	list_own_mounts(scan);
	/* things first: they give the names of what is told next */
	ret = watch_things(w, scan, err);
	if (ret == 0 && watch_wants(w, of_spaces))
		watch_spaces(w, scan);
	return ret;
}

int watch_look(struct watching *w, struct kist_error *err)
{
	static const struct kist_ns_query query = { 0 };
	CLEANUP_ARENA struct arena arena;
	struct scan scan;
	int ret = 0;

	w->look_at_us = watch_now_us() + LOOK_US;
	w->is_looking = true;
	arena_init(&arena);
	scan_init(&scan, &arena, &query, w->proc_fd);
	if (watch_wants(w, KIST_EVENTS & ~(unsigned)KIST_EVENT_PRESSURE))
		ret = look_at_processes(w, &scan, err);
	if (ret == 0)
		ret = watch_groups(w, err);
	scan_done(&scan);
	w->is_looking = false;
	return ret;
}

/* ---- waiting ---- */

static int64_t earlier(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

/* Return: false: a signal says that it is enough. */
static bool wait_until(struct watching *w, int64_t until)
{
	const int64_t now = watch_now_us();
	struct pollfd fds[3] = { { w->signal_fd, POLLIN, 0 },
				 { w->connector_fd, POLLIN, 0 },
				 { w->kmsg_fd, POLLIN, 0 } };
	struct timespec wait = { 0 };
	int64_t us;

	if (w->copy_count)
		until = earlier(until, w->copies_at_us);
	us = until > now ? until - now : 0;
	wait.tv_sec = us / 1000000;
	wait.tv_nsec = us % 1000000 * 1000;
	if (ppoll(fds, 3, &wait, NULL) > 0 && fds[0].revents)
		return false;
	if (fds[1].revents)
		connector_read(w);
	connector_copies(w);
	if (fds[2].revents)
		watch_log(w);
	return true;
}

static bool is_over(const struct watching *w, int64_t deadline)
{
	return w->result || (w->args->count && w->told >= w->args->count) ||
	       (deadline && watch_now_us() >= deadline);
}

static int follow(struct watching *w, struct kist_error *err)
{
	const double seconds = w->args->seconds;
	const int64_t deadline =
		seconds > 0 ? watch_now_us() + (int64_t)(seconds * 1e6) : 0;
	int64_t rest = 0, used;

	while (!is_over(w, deadline)) {
		int64_t next = w->look_at_us > rest ? w->look_at_us : rest;
		int64_t until = next;
		int ret;

		if (w->pressure_count)
			until = earlier(until, watch_now_us() + PRESSURE_US);
		if (deadline)
			until = earlier(until, deadline);
		if (!wait_until(w, until))
			return 0;
		watch_pressure(w);
		if (watch_now_us() < next)
			continue;
		used = used_us();
		ret = watch_look(w, err);
		if (ret < 0)
			return ret;
		rest = watch_now_us() + (used_us() - used) * REST;
	}
	return 0;
}

int kist_watch(const struct kist *kist, const struct kist_watch *args,
	       struct kist_error *err)
{
	struct watching w = {
		.kist = kist,
		.args = args,
		.proc_fd = -1,
		.signal_fd = -1,
		.connector_fd = -1,
		.kmsg_fd = -1,
		.vm_oom_kills = -1,
		.spaces.item_size = sizeof(struct watched_ns),
		.processes.item_size = sizeof(struct watched_process),
		.things.item_size = sizeof(struct watched_thing),
		.groups.item_size = sizeof(struct watched_group),
	};
	sigset_t held, former;
	int ret;

	for (int i = 0; i < CGROUP_HIERARCHY_MAX; i++)
		w.root_fds[i] = -1;
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &held, &former);
	ret = begin(&w, err);
	if (ret == 0)
		ret = watch_look(&w, err);
	w.begun = true;
	if (ret == 0 && args->ready)
		args->ready(args->context);
	if (ret == 0)
		ret = follow(&w, err);
	end(&w);
	pthread_sigmask(SIG_SETMASK, &former, NULL);
	return ret < 0 ? ret : w.result < 0 ? w.result : 0;
}
