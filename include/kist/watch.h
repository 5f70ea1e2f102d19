/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/watch.h - what happens on the machine: events as they come
 *
 * Ownership:  an event and its strings last as long as the call.
 * Threads:    events are told by the calling thread.
 */
#ifndef KIST_WATCH_H
#define KIST_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <kist/error.h>
#include <kist/run.h>

#ifdef __cplusplus
extern "C" {
#endif

/* enum kist_event_kind - as a mask */
enum kist_event_kind {
	KIST_EVENT_NS_NEW = 1 << 0,
	KIST_EVENT_NS_GONE = 1 << 1,
	KIST_EVENT_CONTAINER = 1 << 2, /* @what: created, started, paused … */
	KIST_EVENT_OOM = 1 << 3,
	KIST_EVENT_PRESSURE = 1 << 4,  /* a threshold was passed */
	KIST_EVENT_POPULATED = 1 << 5, /* @what: populated, empty */
	KIST_EVENT_EXIT = 1 << 6,
	KIST_EVENT_LIMIT = 1 << 7, /* memory.high or .max, pids.max reached */
	KIST_EVENTS = (1 << 8) - 1,
};
const char *kist_event_name(enum kist_event_kind kind); /* "oom" */

/**
 * struct kist_event - one thing that happened
 * @time_ns:	CLOCK_REALTIME
 * @what:	in one word: "killed", "started", "memory"
 * @subject:	"net:[4026532177]", "container web", "cgroup /a/b"
 * @detail:	one line in words
 * @status:	of an exit: as of a shell; else -1
 */
struct kist_event {
	enum kist_event_kind kind;
	int64_t time_ns;
	const char *what, *subject, *detail;
	const char *container, *engine, *cgroup, *ns_kind;
	uint64_t ns;
	pid_t pid;
	int status;
	double value; /* of pressure: the share; else 0 */
};

/**
 * struct kist_watch - what is wanted
 * @events:	mask; 0: all
 * @target:	a TARGET, or NULL: the whole machine
 * @pressure:	"memory=100ms/1s", "cpu=20%", NULL-terminated; NULL: none
 * @seconds:	how long; 0: until SIGINT or SIGTERM
 * @count:	how many events; 0: any
 * @ready:	called once when all is known that was there before, or NULL
 * @event:	told of each; a negative return ends the watch and is returned
 * @hook:	a command for sh(1), run behind @event with the subject as $1
 *		and what is known of it in its environment: KIST_EVENT_EVENT,
 *		_WHAT, _SUBJECT, _DETAIL, _CONTAINER, _ENGINE, _CGROUP, _TYPE,
 *		_NS, _PID, _STATUS, _TIME; or NULL
 */
struct kist_watch {
	unsigned events;
	const char *target;
	const char *const *pressure;
	double seconds;
	size_t count;
	void (*ready)(void *context);
	int (*event)(void *context, const struct kist_event *event);
	void *context;
	const char *hook;
};

/**
 * kist_watch() - tell of events until it is enough
 *
 * SIGINT and SIGTERM are held meanwhile, and end it. As root in the first
 * namespaces processes are followed as they are made and end; else all is
 * looked at once a second, and what is shorter may be missed.
 *
 * Return: 0; WATCH_PRESSURE, TARGET…, or what @event returned.
 */
int kist_watch(const struct kist *kist, const struct kist_watch *args,
	       struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
