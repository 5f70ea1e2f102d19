/* SPDX-License-Identifier: Apache-2.0 */
/* limit_target.c - TARGETs to be limited */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "engine/cg/limit_target.h"
#include "engine/ns/target.h"
#include "engine/ns/target_find.h"
#include "kernel/proc.h"

void limit_pids_add(struct limit_pids *list, pid_t pid, struct arena *arena)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 16;
		pid_t *more = ARENA_ARRAY(arena, pid_t, room);

		if (arena_failed(arena))
			return;
		if (list->count)
			memcpy(more, list->pids, list->count * sizeof(*more));
		list->pids = more;
		list->room = room;
	}
	list->pids[list->count++] = pid;
}

/* One process, whatever else shares its group. */
static bool is_process(const struct target *t)
{
	return t->kind == TARGET_PROCESS &&
	       (strcmp(t->word, ".") == 0 || strncmp(t->word, "fd:", 3) == 0 ||
		t->word[strspn(t->word, "0123456789")] == '\0');
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Is the process in all namespaces that the target says something of? */
static bool is_inside(const struct target *t, pid_t pid,
		      const struct stat *wanted)
{
	bool any = false;

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		char path[64];
		struct stat st;

		if (!wanted[kind].st_ino)
			continue;
		snprintf(path, sizeof(path), "%d/ns/%s", pid,
			 ns_table[kind].name);
		if (fstatat(t->proc_fd, path, &st, 0) ||
		    !is_same(&st, &wanted[kind]))
			return false;
		any = true;
	}
	return any;
}

static int add_inhabitants(struct target *t, struct arena *arena,
			   struct limit_pids *list, struct kist_error *err)
{
	struct stat wanted[NS_COUNT] = { 0 };
	size_t before = list->count;
	DIR *dir = target_processes(t);
	pid_t pid;

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		int fd = target_kinds(t) & BIT(kind) ?
				 target_ns(t, kind, NULL) :
				 -1;

		if (fd >= 0 && fstat(fd, &wanted[kind]))
			wanted[kind].st_ino = 0;
	}
	while (dir && (pid = target_next_process(dir)) > 0)
		if (pid != getpid() && is_inside(t, pid, wanted))
			limit_pids_add(list, pid, arena);
	if (dir)
		closedir(dir);
	if (list->count > before)
		return 0;
	err_set(err, KIST_E_TARGET_NO_PROCESS, "there is no process in %s",
		t->label);
	err_hint(err, "limits go to processes: start one there, or name the "
		      "container's process");
	return -ENOENT;
}

int limit_target_read(const struct kist *kist, const char *word,
		      struct arena *arena, struct limit_pids *list,
		      pid_t *ret_group_of, struct kist_error *err)
{
	CLEANUP_TARGET struct target t;
	int ret = target_open(kist, word, &t, err);

	*ret_group_of = 0;
	if (ret)
		return ret;
	if (t.kind != TARGET_PROCESS)
		return add_inhabitants(&t, arena, list, err);
	if (is_process(&t))
		limit_pids_add(list, strcmp(word, ".") == 0 ? getppid() : t.pid,
			       arena);
	else
		*ret_group_of = t.pid;
	return 0;
}

/* The user who became root: both programs tell, and nobody else may. */
static const char *caller_uid(void)
{
	const char *uid = getenv("SUDO_UID");

	if (geteuid() != 0)
		return NULL;
	return uid ? uid : getenv("PKEXEC_UID");
}

int limit_caller(pid_t *ret_pid, struct kist_error *err)
{
	CLEANUP_FD int proc_fd = proc_open(err);
	const char *text = caller_uid();
	pid_t pid = getppid();
	uint32_t uid;
	int ret;

	if (proc_fd < 0)
		return proc_fd;
	while (text && num_parse_u32(text, &uid) == 0 && pid > 1) {
		struct proc_stat stat;
		struct stat st;
		char path[16];

		snprintf(path, sizeof(path), "%d", pid);
		if (fstatat(proc_fd, path, &st, 0) ||
		    proc_stat(proc_fd, pid, &stat))
			break;
		if (st.st_uid == uid) {
			*ret_pid = pid;
			return 0;
		}
		pid = stat.parent;
	}
	ret = err_set(err, KIST_E_LIMIT_WORD, "nobody called through sudo");
	err_hint(err, "'-p caller' is for 'sudo kist limit'; give the process "
		      "id: -p $$");
	return ret;
}
