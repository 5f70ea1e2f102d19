/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_cg_watch.c - kist cg watch: what happens in a control group */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kist/cgroup.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "base/letters.h"
#include "cli/cg.h"
#include "cli/page.h"

#define KEYS_MAX 64

struct watch_args {
	struct opt_list on;
	const char *hook, *group;
	int64_t timeout_ms;
	bool once, json;
};
#define ARGS watch_args

static const struct opt watch_opts[] = {
	OPT('o', "on", "KEY", opt_list, on,
	    "only these: populated, empty, oom_kill, max, frozen, removed"),
	OPT('x', "exec", "HOOK", opt_string, hook,
	    "run this with sh for each event, the group's path as $1"),
	OPT('t', "timeout", "TIME", opt_seconds, timeout_ms,
	    "no longer than that; with --once it is an error then"),
	FLAG('1', "once", once, "until the first event"),
	FLAG('J', "json", json, "an object a line"),
	OPERAND("GROUP", opt_string, group, "which"),
	OPT_END,
};
#undef ARGS

struct printing {
	const struct watch_args *args;
	bool quiet;
};

static int print_json(const struct kist_cg_event *e)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, NULL);
	json_open(&w, '{');
	json_member_int(&w, "time", e->time_ns);
	json_member(&w, "path", e->path);
	json_member(&w, "file", e->file);
	json_member(&w, "key", e->key);
	json_member_int(&w, "before", e->before);
	json_member_int(&w, "now", e->now);
	json_close(&w, '}');
	return page_json(&text, NULL);
}

static void print_line(const struct kist_cg_event *e)
{
	page_clock(e->time_ns);
	text_put(e->path, stdout);
	if (*e->file)
		printf(" %s %s %" PRId64 " -> %" PRId64 "\n", e->file, e->key,
		       e->before, e->now);
	else
		printf(" %s\n", e->key);
}

static int print_event(void *context, const struct kist_cg_event *e)
{
	const struct printing *p = context;
	int ret = 0;

	if (p->args->json)
		ret = print_json(e);
	else
		print_line(e);
	fflush(stdout);
	return ret ? ret : p->args->once;
}

static void say_ready(void *context)
{
	const struct printing *p = context;

	if (!p->quiet)
		fprintf(stderr, "# watching %s\n", p->args->group);
}

/* "--on a,b --on c" as a list of words, in @text. */
static int split(const struct opt_list *on, char *text, size_t size,
		 const char **keys, struct kist_error *err)
{
	size_t count = 0;

	*text = '\0';
	for (size_t i = 0; i < on->count; i++) {
		size_t used = strlen(text);

		if (strlen(on->items[i]) + used + 2 > size)
			return err_set(err, KIST_E_USAGE,
				       "--on: these are too many keys");
		snprintf(text + used, size - used, "%s,", on->items[i]);
	}
	for (char *at = strtok(text, ","); at && count + 1 < KEYS_MAX;
	     at = strtok(NULL, ","))
		keys[count++] = at;
	keys[count] = NULL;
	return 0;
}

static int watch_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct watch_args *a = args;
	struct printing printing = { .args = a, .quiet = g->quiet };
	const char *keys[KEYS_MAX];
	char text[1024];
	struct kist_cg_watch watch = {
		.group = a->group,
		.keys = keys,
		.hook = a->hook,
		.timeout_ms = a->timeout_ms,
		.event = print_event,
		.ready = say_ready,
		.context = &printing,
	};
	int ret = split(&a->on, text, sizeof(text), keys, err);

	if (ret)
		return ret;
	ret = kist_cg_watch(&watch, err);
	if (ret == -ETIMEDOUT && !a->once) {
		*err = (struct kist_error){ 0 }; /* it was asked for */
		return 0;
	}
	return ret > 0 ? 0 : ret;
}

const struct command cmd_cg_watch = {
	.name = "cg watch",
	.summary = "tell what happens in a control group, until it is removed",
	.see = "kist-cg-get(1), cgroups(7)",
	.example = "kist cg watch --timeout 2s .",
	.notes = CG_GROUP_NOTES
	"\n\nKeys are those of the kernel's files: populated and "
	"frozen of cgroup.events, low high max oom oom_kill of "
	"memory.events, max of pids.events; on v1 under_oom and "
	"oom_kill of memory.oom_control, failcnt of memory.failcnt. "
	"'empty' is populated going to 0, 'removed' the end of the "
	"group.\n\n"
	"'--on empty --exec HOOK' is what notify_on_release and "
	"release_agent are on v1, without being root. HOOK finds "
	"KIST_CG_PATH, KIST_CG_FILE, KIST_CG_KEY, KIST_CG_BEFORE and "
	"KIST_CG_NOW in its environment. v2 tells of changes itself; "
	"v1 is looked at five times a second.\n\n"
	"JSON: {time, path, file, key, before, now} a line; time is in "
	"ns since 1970.",
	.opts = watch_opts,
	.args_size = sizeof(struct watch_args),
	.run = watch_run,
};
