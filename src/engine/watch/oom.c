/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom.c - processes killed for want of memory: which, and in whose group
 *
 * The kernel's log tells at once, with the group's path, where it may be read
 * (root; or kernel.dmesg_restrict is 0). Else one number of /proc/vmstat counts
 * all kills of the machine; only when it has changed are the groups asked
 * which of them it was.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/watch/watch.h"
#include "sys/file.h"

/*
 * Whose group that is. It may be so new that no look has met it or its name, and
 * all of it may have been killed since: then its records may still say.
 */
static bool find_owner(struct watching *w, const char *group,
		       struct arena *arena, struct kist_thing *ret_owner)
{
	const struct watched_thing *owner = watch_owner_of_group(w, group);

	if ((!owner || !owner->is_named) && !w->is_looking && w->begun &&
	    watch_look(w, NULL) == 0)
		owner = watch_owner_of_group(w, group);
	if (owner && owner->is_named) {
		*ret_owner = (struct kist_thing){
			.kind = owner->kind,
			.name = arena_strdup(arena, owner->name),
			.engine = owner->engine ?
					  arena_strdup(arena, owner->engine) :
					  NULL,
		};
		return !arena_failed(arena);
	}
	return things_name(w->kist, group, arena, ret_owner);
}

static void tell(struct watching *w, const char *group, pid_t victim,
		 const char *words)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_thing owner;
	char subject[600] = "the machine";
	struct kist_event event = { .kind = KIST_EVENT_OOM,
				    .what = "killed",
				    .subject = subject,
				    .detail = words,
				    .cgroup = group,
				    .pid = victim,
				    .status = -1 };

	arena_init(&arena);
	if (group && find_owner(w, group, &arena, &owner)) {
		event.container = owner.name;
		event.engine = owner.engine;
		snprintf(subject, sizeof(subject), "%s %s",
			 kist_thing_name(owner.kind), owner.name);
	} else if (group) {
		snprintf(subject, sizeof(subject), "cgroup %s", group);
	}
	watch_tell(w, &event);
}

/* ---- the kernel's log ---- */

/* "…,task_memcg=/a/b,task=sh,…" stands before the line of the kill. */
static void note_group(struct watching *w, const char *record)
{
	const char *at = strstr(record, "task_memcg=");

	if (at)
		snprintf(w->oom_group, sizeof(w->oom_group), "%.*s",
			 (int)strcspn(at + 11, ",\n"), at + 11);
}

/* "…: Killed process 1234 (sh) total-vm:1kB, anon-rss:2kB, …" */
static void take_record(struct watching *w, const char *record)
{
	const char *at = strstr(record, "Killed process ");
	char words[200], group[sizeof(w->oom_group)];
	const char *rss;

	if (strstr(record, "oom-kill:"))
		note_group(w, record);
	if (!at)
		return;
	rss = strstr(at, "anon-rss:");
	snprintf(words, sizeof(words), "killed process %.*s",
		 (int)strcspn(at + 15, ")") + 1, at + 15);
	if (rss)
		snprintf(words + strlen(words), sizeof(words) - strlen(words),
			 ", which had %.*s", (int)strcspn(rss + 9, ","),
			 rss + 9);
	/* a look within tell() reads the next records */
	snprintf(group, sizeof(group), "%s", w->oom_group);
	*w->oom_group = '\0';
	tell(w, *group ? group : NULL, (pid_t)strtol(at + 15, NULL, 10), words);
}

void watch_log(struct watching *w)
{
	char record[2048];
	ssize_t len;

	/* EPIPE: some were overwritten before we came */
	while ((len = read(w->kmsg_fd, record, sizeof(record) - 1)) > 0 ||
	       (len < 0 && errno == EPIPE)) {
		if (len < 0)
			continue;
		record[len] = '\0';
		record[strcspn(record, "\n")] = '\0';
		take_record(w, record);
	}
}

/* ---- without it ---- */

static int64_t machine_kills(const struct watching *w)
{
	char text[16384];
	const char *at;

	if (sys_read_file(w->proc_fd, "vmstat", text, sizeof(text)) < 0)
		return -1;
	at = strstr(text, "\noom_kill ");
	return at ? strtoll(at + 10, NULL, 10) : -1;
}

/* The deepest group whose counter went up: on v2 those above count too. */
static const struct watched_group *count_kills(struct watching *w)
{
	struct watched_group *groups = w->groups.items, *deepest = NULL;

	for (size_t i = 0; i < w->groups.count; i++) {
		struct cgroup_usage use;

		cgroup_usage_read(&w->world, w->root_fds, w->telling,
				  groups[i].path, CGROUP_USAGE_MEMORY, &use);
		if (groups[i].oom_kills >= 0 &&
		    use.oom_kills > groups[i].oom_kills &&
		    (!deepest ||
		     strlen(groups[i].path) > strlen(deepest->path)))
			deepest = &groups[i];
		groups[i].oom_kills = use.oom_kills;
	}
	return deepest;
}

void watch_kills(struct watching *w)
{
	const int64_t before = w->vm_oom_kills;
	const struct watched_group *group;

	if (w->kmsg_fd >= 0)
		return;
	w->vm_oom_kills = machine_kills(w);
	if (w->begun && w->vm_oom_kills <= before)
		return;
	group = count_kills(w);
	if (w->begun)
		tell(w, group ? group->path : NULL, 0,
		     "killed a process: memory ran out");
}
