/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target_group.c - the first process of a control group: cg:, unit:, docker:,
 * podman:
 *
 * Services and containers are told by the control groups of their processes,
 * whether or not the program that made them is there to be asked. The first
 * process is the one that started first.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/path.h"
#include "engine/ns/ask.h"
#include "engine/ns/target_find.h"
#include "kernel/proc.h"
#include "sys/file.h"

#define ASK_MS 10000
#define GROUPS_MAX 8192 /* bytes of /proc/PID/cgroup */
#define CMDLINE_MAX 8192

/* ---- processes by their control groups ---- */

/* Is a process with this path in one of its hierarchies meant? */
typedef bool group_match(const char *path, const char *word);

/* "8:memory:/a/b" of each hierarchy */
static bool any_group(char *text, group_match *match, const char *word)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		char *path = strchr(line, ':');

		path = path ? strchr(path + 1, ':') : NULL;
		if (path && match(path + 1, word))
			return true;
	}
	return false;
}

static bool is_member(const struct target *t, pid_t pid, group_match *match,
		      const char *word)
{
	char path[32], text[GROUPS_MAX];

	snprintf(path, sizeof(path), "%d/cgroup", pid);
	return sys_read_file(t->proc_fd, path, text, sizeof(text)) > 0 &&
	       any_group(text, match, word);
}

/* The member that started first; 0: there is none. */
static pid_t first_member(const struct target *t, group_match *match,
			  const char *word)
{
	DIR *dir = target_processes(t);
	uint64_t best_start = UINT64_MAX;
	pid_t pid, best = 0;

	while (dir && (pid = target_next_process(dir)) > 0) {
		struct proc_stat stat;

		if (!is_member(t, pid, match, word) ||
		    proc_stat(t->proc_fd, pid, &stat) < 0 ||
		    stat.state == 'Z' || stat.state == 'X' ||
		    stat.start_time >= best_start)
			continue;
		best = pid;
		best_start = stat.start_time;
	}
	if (dir)
		closedir(dir);
	return best;
}

/* ---- cg:/path ---- */

static bool match_path(const char *path, const char *word)
{
	return strcmp(path, word) == 0;
}

static bool match_below(const char *path, const char *word)
{
	return path_below(path, word) != NULL;
}

/* A directory of a cgroup file system: the lowest id of cgroup.procs. */
static int find_folder(struct target *t, const char *rest,
		       struct kist_error *err)
{
	const char *path = arena_printf(&t->arena, "%s/cgroup.procs", rest);
	CLEANUP_BUF struct buf text;
	uint64_t pid = 0, one;
	int ret;

	buf_init(&text);
	ret = sys_load_file(AT_FDCWD, path, &text, 16u << 20);
	if (ret == -ENOENT || ret == -ENOTDIR)
		return target_unknown(err, "there is no control group '%s'",
				      rest);
	if (ret < 0)
		return err_sys(err, KIST_E_TARGET_DENIED, -ret, "read '%s'",
			       path);
	for (const char *at = text.data; at && *at;) {
		size_t len = strcspn(at, "\n");

		if (num_parse_u64_n(at, len, &one) == 0 && one &&
		    (!pid || one < pid))
			pid = one;
		at += len + (at[len] == '\n');
	}
	if (!pid)
		return err_set(err, KIST_E_TARGET_NO_PROCESS,
			       "there is no process in control group '%s'",
			       rest);
	return target_take_process(t, (pid_t)pid, err);
}

int target_find_cgroup(const struct kist *kist, struct target *t,
		       const char *rest, struct kist_error *err)
{
	char path[PATH_BYTES];
	pid_t pid;

	(void)kist;
	if (rest[0] != '/' || path_normalize(rest, path, sizeof(path)) < 0) {
		target_syntax(t, err);
		err_hint(err, "the path begins with '/', as in /proc/PID/cgroup"
			      " or in /sys/fs/cgroup");
		return -EINVAL;
	}
	if (path_below(path, "/sys/fs/cgroup"))
		return find_folder(t, path, err);
	pid = first_member(t, match_path, path);
	if (!pid)
		pid = first_member(t, match_below, path);
	if (pid)
		return target_take_process(t, pid, err);
	return err_set(err, KIST_E_TARGET_NO_PROCESS,
		       "there is no process in control group '%s'", path);
}

/* ---- unit:X.service ---- */

/* One of the directories of the path has that name. */
static bool match_component(const char *path, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = path; (at = strstr(at, word)); at++)
		if (at > path && at[-1] == '/' &&
		    (at[len] == '\0' || at[len] == '/'))
			return true;
	return false;
}

/* What systemd says; 0: nothing. */
static pid_t ask_systemd(const char *unit)
{
	const char *const argv[] = { "systemctl", "show", "--property=MainPID",
				     "--value",	  "--",	  unit,
				     NULL };
	struct answer answer;
	uint32_t pid;

	if (access("/run/systemd/system", F_OK) < 0 ||
	    ask(argv, ASK_MS, &answer) < 0 || answer.status != 0 ||
	    num_parse_u32(answer.said, &pid) < 0)
		return 0;
	return (pid_t)pid;
}

int target_find_unit(const struct kist *kist, struct target *t,
		     const char *rest, struct kist_error *err)
{
	const char *unit = rest;
	pid_t pid;

	(void)kist;
	if (strchr(rest, '/'))
		return target_syntax(t, err);
	if (!strchr(rest, '.'))
		unit = arena_printf(&t->arena, "%s.service", rest);
	pid = ask_systemd(unit);
	if (!pid)
		pid = first_member(t, match_component, unit);
	if (pid)
		return target_take_process(t, pid, err);
	target_unknown(err, "no process is in unit '%s'", unit);
	err_hint(err, "systemctl status '%s' says why", unit);
	return -ENOENT;
}

/* ---- docker:ID, podman:ID ---- */

/* "docker-ID.scope", "libpod-ID", "/docker/ID": 64 digits that begin so */
static bool match_container(const char *path, const char *word)
{
	const char *digits = "0123456789abcdef";

	for (const char *at = path; (at = strstr(at, word)); at++) {
		const bool is_start = at > path &&
				      (at[-1] == '/' || at[-1] == '-');

		if (is_start && strspn(at, digits) == 64 &&
		    strncmp(at + 64, "/container", 10) != 0 &&
		    !(at - path >= 7 && strncmp(at - 7, "conmon-", 7) == 0))
			return true;
	}
	return false;
}

/* Is it the monitor of the container: "conmon … -c ID … -n NAME"? */
static bool is_monitor(const struct target *t, pid_t pid, const char *word)
{
	char path[32], text[CMDLINE_MAX];
	const char *option = "";
	size_t size;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%d/cmdline", pid);
	fd = openat(t->proc_fd, path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	cleanup_fd(&fd);
	if (len <= 0)
		return false;
	text[len] = '\0';
	if (strcmp(path_name(text), "conmon") != 0)
		return false;
	size = (size_t)len;
	for (size_t at = 0; at < size; at += strlen(text + at) + 1) {
		const char *value = text + at;

		if ((strcmp(option, "-c") == 0 && strlen(word) >= 3 &&
		     strncmp(value, word, strlen(word)) == 0) ||
		    (strcmp(option, "-n") == 0 && strcmp(value, word) == 0))
			return true;
		option = value;
	}
	return false;
}

/* The first process of the container is the monitor's child. */
static pid_t child_of_monitor(const struct target *t, const char *word)
{
	DIR *dir = target_processes(t);
	pid_t pid, monitor = 0, child = 0;

	while (dir && !monitor && (pid = target_next_process(dir)) > 0)
		if (is_monitor(t, pid, word))
			monitor = pid;
	if (dir)
		rewinddir(dir);
	while (dir && monitor && !child &&
	       (pid = target_next_process(dir)) > 0) {
		struct proc_stat stat;

		if (proc_stat(t->proc_fd, pid, &stat) == 0 &&
		    stat.parent == monitor && stat.state != 'Z')
			child = pid;
	}
	if (dir)
		closedir(dir);
	return child;
}

static bool is_id(const char *word)
{
	size_t len = strlen(word);

	return len >= 3 && len <= 64 && strspn(word, "0123456789abcdef") == len;
}

/* Not by asking: root finds the containers of others, too. */
static pid_t look_around(const struct target *t, const char *word)
{
	pid_t pid = is_id(word) ? first_member(t, match_container, word) : 0;

	return pid ? pid : child_of_monitor(t, word);
}

static int no_answer(const char *engine, const char *word, int ret,
		     const struct answer *answer, struct kist_error *err)
{
	if (ret == -ETIMEDOUT)
		return err_sys(err, KIST_E_TARGET_UNKNOWN, ETIMEDOUT,
			       "ask %s for container '%s'", engine, word);
	target_unknown(err, "%s has no running container '%s'", engine, word);
	if (answer->status == 127)
		err_hint(err,
			 "%s is not installed, and no control group has "
			 "this id",
			 engine);
	else if (answer->said[0] && answer->status)
		err_kernel(err, "%s", answer->said);
	return -ENOENT;
}

static int find_container(struct target *t, const char *engine,
			  const char *word, struct kist_error *err)
{
	const char *const argv[] = { engine,	"container",
				     "inspect", "--format={{.State.Pid}}",
				     "--",	word,
				     NULL };
	struct answer answer = { 0 };
	int ret = ask(argv, ASK_MS, &answer);
	uint32_t pid = 0;

	if (ret == 0 && answer.status == 0 &&
	    num_parse_u32(answer.said, &pid) == 0 && pid == 0) {
		err_set(err, KIST_E_CONTAINER_ENDED,
			"container '%s' of %s is not running", word, engine);
		err_hint(err, "'kist map' shows what runs");
		return -ESRCH;
	}
	if (!pid)
		pid = (uint32_t)look_around(t, word);
	if (!pid)
		return no_answer(engine, word, ret, &answer, err);
	t->label = arena_printf(&t->arena, "%s container '%s'", engine, word);
	return target_take_process(t, (pid_t)pid, err);
}

int target_find_docker(const struct kist *kist, struct target *t,
		       const char *rest, struct kist_error *err)
{
	(void)kist;
	return find_container(t, "docker", rest, err);
}

int target_find_podman(const struct kist *kist, struct target *t,
		       const char *rest, struct kist_error *err)
{
	(void)kist;
	return find_container(t, "podman", rest, err);
}
