/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spaces.c - namespaces that come and go, and the processes in them
 *
 * A namespace nobody is in may be kept by a mount, a descriptor or a child: it
 * is looked for everywhere before it is told to be gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/ns/scan.h"
#include "engine/watch/watch.h"
#include "sys/file.h"
#include "sys/nsfs.h"

/* Between searches for what keeps one: at first soon, for it may be ending. */
#define AGAIN_FIRST 0.25
#define AGAIN_LAST 5.0

/* ---- namespaces ---- */

/* Who is in it, and whether it is the first time that one is seen there. */
struct sight {
	pid_t pid;
	const char *name;
	bool is_new;
};

static struct watched_ns *find_ns(const struct watching *w, uint64_t ino)
{
	struct watched_ns *items = w->spaces.items;

	for (size_t i = 0; i < w->spaces.count; i++)
		if (items[i].ino == ino)
			return &items[i];
	return NULL;
}

static void tell_ns(struct watching *w, const struct watched_ns *ns,
		    enum kist_event_kind kind, const struct sight *who)
{
	char subject[64], detail[200] = "";
	uint64_t of[KIST_NS_KINDS] = { 0 };
	const struct watched_thing *owner;
	struct kist_event event = {
		.kind = kind,
		.what = kind == KIST_EVENT_NS_NEW ? "new" : "gone",
		.subject = subject,
		.detail = detail,
		.ns = ns->ino,
		.ns_kind = ns_table[ns->kind].name,
		.pid = who ? who->pid : 0,
		.status = -1,
	};

	snprintf(subject, sizeof(subject), "%s:[%" PRIu64 "]", event.ns_kind,
		 ns->ino);
	if (event.pid)
		snprintf(detail, sizeof(detail), "by process %d (%s)",
			 event.pid, who->name);
	of[ns->kind] = ns->ino;
	owner = watch_owner(w, of);
	if (owner) {
		event.container = owner->name;
		event.engine = owner->engine;
		event.cgroup = owner->cgroup;
	}
	watch_tell(w, &event);
}

/* The number that is not used again, of a process's namespace; 0: not known. */
static uint64_t id_of(const struct watching *w, unsigned kind, pid_t pid)
{
	CLEANUP_FD int fd = -1;
	char path[48];
	uint64_t id = 0;

	snprintf(path, sizeof(path), "%d/ns/%s", pid, ns_table[kind].name);
	fd = openat(w->proc_fd, path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && sys_ns_id(fd, &id) == 0 ? id : 0;
}

static void see_ns(struct watching *w, unsigned kind, uint64_t ino,
		   const struct sight *who)
{
	struct watched_ns *ns = find_ns(w, ino);
	uint64_t id = who->is_new ? id_of(w, kind, who->pid) : 0;

	if (ns && id && ns->id && id != ns->id) {
		/* the inode's number went to another meanwhile */
		tell_ns(w, ns, KIST_EVENT_NS_GONE, NULL);
		watched_remove(
			&w->spaces,
			(size_t)(ns - (struct watched_ns *)w->spaces.items));
		ns = NULL;
	}
	if (ns) {
		ns->is_seen = true;
		ns->gone_at = 0;
		ns->looked = 0;
		ns->id = id ? id : ns->id;
		return;
	}
	ns = watched_add(&w->spaces);
	if (!ns)
		return;
	*ns = (struct watched_ns){
		.ino = ino, .id = id, .kind = kind, .is_seen = true
	};
	if (!w->begun)
		return;
	watch_soon(w, WATCH_AT_ONCE_US);
	tell_ns(w, ns, KIST_EVENT_NS_NEW, who);
}

/* Is it in a list of all there are: open, mounted, the parent of another? */
static bool is_kept(const struct kist_ns_list *all, const struct watched_ns *ns)
{
	for (size_t i = 0; all && i < all->count; i++)
		if (all->items[i].ino == ns->ino)
			return true;
	return false;
}

static bool is_due(const struct watched_ns *ns, double now)
{
	double wait = AGAIN_FIRST * (double)(1u << (ns->looked & 7));

	if (ns->looked > 4)
		wait = AGAIN_LAST;
	return !ns->is_seen && (ns->gone_at <= 0 || now - ns->gone_at >= wait);
}

static void end_unseen(struct watching *w)
{
	static const struct kist_ns_query everywhere = { .kinds = 0 };
	struct watched_ns *items = w->spaces.items;
	struct kist_ns_list *all = NULL;
	const double now = (double)watch_now_us() / 1e6;

	for (size_t i = 0; i < w->spaces.count && !all; i++)
		if (is_due(&items[i], now) &&
		    kist_ns_list(w->kist, &everywhere, &all, NULL) < 0)
			return;
	for (size_t i = 0; i < w->spaces.count;) {
		struct watched_ns *ns = &items[i];
		const bool due = is_due(ns, now);

		ns->is_seen = false;
		if (due) {
			ns->gone_at = now;
			ns->looked++;
		}
		if (!due || is_kept(all, ns)) {
			i++;
			continue;
		}
		tell_ns(w, ns, KIST_EVENT_NS_GONE, NULL);
		watched_remove(&w->spaces, i);
	}
	if (all)
		kist_ns_list_free(all);
}

/* ---- processes ---- */

static struct watched_process *find_process(const struct watching *w, pid_t pid)
{
	struct watched_process *items = w->processes.items;

	for (size_t i = 0; i < w->processes.count; i++)
		if (items[i].pid == pid)
			return &items[i];
	return NULL;
}

static void read_name(const struct watching *w, pid_t pid, char *buf,
		      size_t size)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/comm", pid);
	if (sys_read_file(w->proc_fd, path, buf, size) < 0)
		*buf = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

static bool is_hosts(const struct watching *w, const uint64_t ns[KIST_NS_KINDS])
{
	for (int kind = 0; kind < KIST_NS_KINDS; kind++)
		if (ns[kind] && ns[kind] != w->host_ns[kind])
			return false;
	return true;
}

/* @is_told: the kernel said that something happened to it. */
static void see_process(struct watching *w, pid_t pid,
			const uint64_t ns[KIST_NS_KINDS], bool is_told)
{
	struct watched_process *process;
	char name[16];
	struct sight who = { .pid = pid, .name = name };

	if (is_hosts(w, ns))
		return;
	process = find_process(w, pid);
	who.is_new = !process ||
		     memcmp(process->ns, ns, sizeof(process->ns)) != 0;
	/* another name comes with a word of the kernel's, if it gives any */
	if (who.is_new || is_told || w->connector_fd < 0)
		read_name(w, pid, name, sizeof(name));
	else
		memcpy(name, process->name, sizeof(name));
	for (unsigned kind = 0; kind < KIST_NS_KINDS; kind++)
		if (ns[kind])
			see_ns(w, kind, ns[kind], &who);
	if (!process)
		process = watched_add(&w->processes);
	if (!process)
		return;
	process->pid = pid;
	process->is_seen = true;
	memcpy(process->ns, ns, sizeof(process->ns));
	memcpy(process->name, name, sizeof(name));
}

void watch_process(struct watching *w, pid_t pid)
{
	uint64_t ns[KIST_NS_KINDS] = { 0 };
	bool any = false;

	for (int kind = 0; kind < KIST_NS_KINDS; kind++) {
		char path[48], link[64];
		enum ns_kind found;
		ssize_t len;

		snprintf(path, sizeof(path), "%d/ns/%s", pid,
			 ns_table[kind].name);
		len = readlinkat(w->proc_fd, path, link, sizeof(link) - 1);
		if (len < 0 && !any)
			return; /* it has ended */
		if (len < 0)
			continue;
		link[len] = '\0';
		any = scan_parse_link(link, &found, &ns[kind]) || any;
	}
	if (any)
		see_process(w, pid, ns, true);
}

/* @status: of wait(2); -1: not known */
static void tell_exit(struct watching *w, const struct watched_process *process,
		      int status)
{
	char subject[64], detail[160];
	const struct watched_thing *owner = watch_owner(w, process->ns);
	const bool is_killed = status >= 0 && WIFSIGNALED(status);
	struct kist_event event = {
		.kind = KIST_EVENT_EXIT,
		.what = is_killed ? "killed" : "exited",
		.subject = subject,
		.detail = detail,
		.pid = process->pid,
		.status = status < 0 ? -1 :
			  is_killed  ? 128 + WTERMSIG(status) :
				       WEXITSTATUS(status),
	};

	/* one that ended before its name could be read has none */
	snprintf(subject, sizeof(subject), "process %d%s%s%s", process->pid,
		 *process->name ? " (" : "", process->name,
		 *process->name ? ")" : "");
	if (status < 0)
		snprintf(detail, sizeof(detail), "has ended");
	else if (is_killed)
		snprintf(detail, sizeof(detail), "ended by signal %d",
			 WTERMSIG(status));
	else
		snprintf(detail, sizeof(detail), "with status %d",
			 WEXITSTATUS(status));
	if (owner) {
		event.container = owner->name;
		event.engine = owner->engine;
		event.cgroup = owner->cgroup;
	}
	watch_tell(w, &event);
}

/* Nobody else is in the very same namespaces. */
static bool is_last(const struct watching *w,
		    const struct watched_process *process)
{
	const struct watched_process *items = w->processes.items;

	for (size_t i = 0; i < w->processes.count; i++)
		if (&items[i] != process &&
		    memcmp(items[i].ns, process->ns, sizeof(process->ns)) == 0)
			return false;
	return true;
}

void watch_exit(struct watching *w, pid_t pid, int status)
{
	struct watched_process *process = find_process(w, pid);

	if (!process)
		return;
	if (is_last(w, process))
		watch_soon(w, WATCH_AT_ONCE_US);
	tell_exit(w, process, status);
	watched_remove(&w->processes,
		       (size_t)(process -
				(struct watched_process *)w->processes.items));
}

static void end_processes(struct watching *w)
{
	for (size_t i = 0; i < w->processes.count;) {
		struct watched_process *process =
			&((struct watched_process *)w->processes.items)[i];
		const bool was_seen = process->is_seen;

		process->is_seen = false;
		if (was_seen) {
			i++;
			continue;
		}
		tell_exit(w, process, -1);
		watched_remove(&w->processes, i);
	}
}

/* ---- a look ---- */

static void take(struct watching *w, const struct scan *scan)
{
	static const struct sight nobody = { .name = "" };

	for (size_t i = 0; i < scan->proc_count; i++)
		if (!scan->procs[i].is_hidden)
			see_process(w, scan->procs[i].pid, scan->procs[i].ino,
				    false);
	/* the machine's, and those that are only mounted */
	for (size_t i = 0; i < scan->count; i++)
		see_ns(w, scan->items[i]->kind, scan->items[i]->ino, &nobody);
}

void watch_spaces(struct watching *w, const struct scan *scan)
{
	take(w, scan);
	end_processes(w);
	end_unseen(w);
}
