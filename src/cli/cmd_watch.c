/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_watch.c - kist watch: what happens on the machine */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kist/watch.h>

#include "base/json_write.h"
#include "base/letters.h"
#include "base/near.h"
#include "cli/kist.h"
#include "cli/page.h"

struct watch_args {
	struct opt_list events, pressure;
	const char *hook, *target;
	int64_t timeout_ms;
	int count;
	bool json;
};
#define ARGS watch_args

static const struct opt watch_opts[] = {
	OPT('e', "events", "KIND", opt_list, events,
	    "only these: ns-new, ns-gone, container, oom, pressure, "
	    "populated, exit, limit"),
	OPT('P', "pressure", "RESOURCE=AMOUNT", opt_list, pressure,
	    "tell when processes wait too long: cpu=20%, memory=100ms/1s"),
	OPT('x', "exec", "HOOK", opt_string, hook,
	    "run this with sh for each event"),
	OPT('t', "timeout", "TIME", opt_seconds, timeout_ms,
	    "no longer than that"),
	OPT('n', "count", "N", opt_int, count, "until N events were told"),
	FLAG('J', "json", json, "an object a line"),
	MAYBE("TARGET", opt_string, target,
	      "only what happens to it (default: the whole machine)"),
	OPT_END,
};

struct watching {
	const struct watch_args *args;
	bool quiet;
};

/* A hook that is a path alone can be looked at before it is wanted. */
static int check_hook(const char *hook, struct kist_error *err)
{
	static const char shell[] = " \t\n;&|<>()$`\\\"'*?[]#~=%{}!";
	int errnum, ret;

	if (!hook || !strchr(hook, '/') || strpbrk(hook, shell) ||
	    access(hook, X_OK) == 0)
		return 0;
	errnum = errno;
	ret = err_sys(err, KIST_E_USAGE, errnum, "--exec: '%s'", hook);
	if (errnum == EACCES)
		err_hint(err, "make it executable: chmod +x %s", hook);
	else
		err_hint(err, "correct the path: sh runs it from here");
	return ret;
}

/* ---- which events ---- */

static int add_kind(const char *word, size_t len, unsigned *events,
		    struct kist_error *err)
{
	char text[40];
	struct near near;
	int ret;

	snprintf(text, sizeof(text), "%.*s", (int)len, word);
	near_init(&near, text);
	for (unsigned bit = 1; bit & KIST_EVENTS; bit <<= 1) {
		const char *name = kist_event_name(bit);

		if (strcmp(name, text) == 0) {
			*events |= bit;
			return 0;
		}
		near_offer(&near, name);
	}
	if (strcmp(text, "ns") == 0) {
		*events |= KIST_EVENT_NS_NEW | KIST_EVENT_NS_GONE;
		return 0;
	}
	ret = err_set(err, KIST_E_USAGE, "--events: there is no kind '%s'",
		      text);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	return ret;
}

static int read_kinds(const struct opt_list *list, unsigned *events,
		      struct kist_error *err)
{
	for (size_t i = 0; i < list->count; i++)
		for (const char *at = list->items[i]; *at;) {
			size_t len = strcspn(at, ",");
			int ret = add_kind(at, len, events, err);

			if (ret < 0)
				return ret;
			at += len + (at[len] == ',');
		}
	return 0;
}

/* ---- telling ---- */

static int print_json(const struct kist_event *e)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, NULL);
	json_open(&w, '{');
	json_member_int(&w, "time", e->time_ns);
	json_member(&w, "event", kist_event_name(e->kind));
	json_member(&w, "what", e->what);
	json_member(&w, "subject", e->subject);
	json_member(&w, "detail", e->detail);
	json_member(&w, "container", e->container);
	json_member(&w, "engine", e->engine);
	json_member(&w, "cgroup", e->cgroup);
	if (e->ns_kind) {
		json_member(&w, "type", e->ns_kind);
		json_member_uint(&w, "ns", e->ns);
	}
	if (e->pid > 0) {
		json_member_int(&w, "pid", e->pid);
	}
	if (e->status >= 0) {
		json_member_int(&w, "status", e->status);
	}
	if (e->kind == KIST_EVENT_PRESSURE) {
		json_key(&w, "value");
		json_write_real(&w, e->value);
	}
	json_close(&w, '}');
	return page_json(&text, NULL);
}

static void print_line(const struct kist_event *e)
{
	page_clock(e->time_ns);
	printf("%-9s %-10s ", kist_event_name(e->kind), e->what);
	text_put(e->subject, stdout);
	if (*e->detail) {
		printf("  ");
		text_put(e->detail, stdout);
	}
	if (e->container && !strstr(e->subject, e->container)) {
		printf("  (container ");
		text_put(e->container, stdout);
		putchar(')');
	}
	putchar('\n');
}

static int tell(void *context, const struct kist_event *e)
{
	const struct watching *w = context;
	int ret = 0;

	if (w->args->json)
		ret = print_json(e);
	else if (!w->args->hook || !w->quiet)
		print_line(e);
	return fflush(stdout) || ferror(stdout) ? -EPIPE : ret;
}

static void say_ready(void *context)
{
	const struct watching *w = context;

	if (!w->quiet)
		fprintf(stderr, "# watching %s\n",
			w->args->target ? w->args->target : "the machine");
}

/* ---- the verb ---- */

static int watch_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct watch_args *a = args;
	struct watching watching = { .args = a, .quiet = g->quiet };
	struct kist_watch watch = {
		.target = a->target,
		.pressure = a->pressure.items,
		.seconds = (double)a->timeout_ms / 1000,
		.count = (size_t)a->count,
		.hook = a->hook,
		.ready = say_ready,
		.event = tell,
		.context = &watching,
	};
	int ret = read_kinds(&a->events, &watch.events, err);

	if (ret == 0)
		ret = check_hook(a->hook, err);
	if (ret < 0)
		return ret;
	if (a->count < 0)
		return err_set(err, KIST_E_USAGE, "--count: %d is too few",
			       a->count);
	/* thresholds alone: nothing but pressure is meant */
	if (!watch.events && a->pressure.count)
		watch.events = KIST_EVENT_PRESSURE;
	else if (a->pressure.count)
		watch.events |= KIST_EVENT_PRESSURE;
	ret = kist_watch(&g->kist, &watch, err);
	return ret == -EPIPE ? 0 : ret;
}

const struct command cmd_watch = {
	.name = "watch",
	.group = "understanding",
	.summary = "tell what happens: namespaces, containers, OOM, pressure",
	.see = "kist-top(1), kist-cg-watch(1), kist-map(1), namespaces(7), "
	       "cgroups(7)",
	.example = "kist watch --timeout 2s --events container,oom",
	.notes =
		"Kinds of event: ns-new and ns-gone (ns is both); container: "
		"started, paused, resumed, ended, of any engine, of systemd "
		"units and named namespaces; oom: the kernel killed a process "
		"for want of memory, and in which group; pressure: with "
		"--pressure, processes waited longer than that; populated: "
		"control groups new, populated, empty, removed; exit: a "
		"process that is in namespaces of its own has ended, and how; "
		"limit: memory.high, memory.max or pids.max was reached.\n\n"
		"A namespace is gone when nobody is in it and nothing else "
		"keeps it. A threshold is told when it is passed, and again "
		"after it has not been; cpu=20% is of two seconds. As root in "
		"the first namespaces the kernel tells of each process; else "
		"everything is looked at once a second, what is shorter may "
		"be missed, and the status of an exit is not known.\n\n"
		"HOOK runs for one event after the other, with the subject as "
		"$1 and in its environment KIST_EVENT_EVENT, _WHAT, _SUBJECT, "
		"_DETAIL, _CONTAINER, _ENGINE, _CGROUP, _TYPE, _NS, _PID, "
		"_STATUS and _TIME; what does not apply is empty.\n\n"
		"JSON: {time, event, what, subject, detail, container, engine, "
		"cgroup, type, ns, pid, status, value} a line; time is in ns "
		"since 1970, value the share of a pressure.",
	.opts = watch_opts,
	.args_size = sizeof(struct watch_args),
	.run = watch_run,
};
