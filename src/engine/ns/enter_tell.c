/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enter_tell.c - the shell's words for entering: nsenter(1) and its friends
 *
 * A namespace is named by a path that leads to the same one: of the target's
 * process, of the file that was asked for, or of any process in it.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/trace.h"
#include "engine/ns/enter.h"
#include "engine/ns/named.h"
#include "engine/ns/target_find.h"
#include "kernel/proc.h"

static const char *const options[NS_COUNT] = {
	[NS_USER] = "user", [NS_CGROUP] = "cgroup", [NS_IPC] = "ipc",
	[NS_NET] = "net",   [NS_PID] = "pid",	    [NS_TIME] = "time",
	[NS_UTS] = "uts",   [NS_MNT] = "mount",
};

/* ---- paths ---- */

static bool leads_to(const char *path, int fd)
{
	struct stat there, wanted;

	return path && stat(path, &there) == 0 && fstat(fd, &wanted) == 0 &&
	       there.st_ino == wanted.st_ino && there.st_dev == wanted.st_dev;
}

static const char *of_process(struct entering *e, pid_t pid, enum ns_kind kind)
{
	return arena_printf(&e->arena, "/proc/%d/ns/%s", pid,
			    ns_table[kind].name);
}

/* Whoever is in it. */
static const char *of_anybody(struct entering *e, enum ns_kind kind)
{
	struct target all = { .proc_fd = proc_open(NULL) };
	const char *found = NULL;
	DIR *dir = all.proc_fd < 0 ? NULL : target_processes(&all);
	pid_t pid;

	while (dir && !found && (pid = target_next_process(dir)) > 0) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid,
			 ns_table[kind].name);
		if (leads_to(path, e->fd[kind]))
			found = arena_strdup(&e->arena, path);
	}
	if (dir)
		closedir(dir);
	cleanup_fd(&all.proc_fd);
	return found;
}

/* What lasts as long as the name does comes before a process. */
static const char *path_of(const struct kist *kist, struct entering *e,
			   enum ns_kind kind)
{
	const char *words[] = { e->args->from[kind],
				e->has_target ? e->args->target : NULL };
	pid_t pid = e->has_target ? e->target.pid : 0;
	const char *path;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const char *word = words[i];
		struct named set;

		if (!word)
			continue;
		if (strchr(word, '/') && leads_to(word, e->fd[kind]))
			return word;
		if (strncmp(word, "netns:", 6) == 0)
			word += 6;
		else if (named_find(kist, word, &e->arena, &set, NULL) == 0 &&
			 leads_to(set.path[kind], e->fd[kind]))
			return set.path[kind];
		path = arena_printf(&e->arena, "/run/netns/%s", word);
		if (leads_to(path, e->fd[kind]))
			return path;
	}
	path = pid > 0 ? of_process(e, pid, kind) : NULL;
	return leads_to(path, e->fd[kind]) ? path : of_anybody(e, kind);
}

/* ---- the line ---- */

static void add_kinds(const struct kist *kist, struct entering *e,
		      struct buf *line, struct buf *text)
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		const char *path;

		if (e->fd[kind] < 0)
			continue;
		path = path_of(kist, e, kind);
		if (path)
			buf_printf(line, " --%s=%s", options[kind],
				   trace_word(path));
		else
			buf_printf(text,
				   "# no path leads to the %s namespace: "
				   "nsenter(1) cannot enter it\n",
				   ns_table[kind].name);
	}
}

/* What is the target's own, or the word that was given. */
static void add_directory(struct entering *e, struct buf *line,
			  const char *option, const char *word)
{
	if (word && *word)
		buf_printf(line, " --%s=%s", option, trace_word(word));
	else
		buf_printf(line, " --%s=/proc/%d/%s", option, e->target.pid,
			   strcmp(option, "wd") == 0 ? "cwd" : "root");
}

static void add_where(struct entering *e, struct buf *line)
{
	const struct kist_enter *args = e->args;

	if (e->root_fd >= 0)
		add_directory(e, line, "root", args->root);
	if (e->cwd_fd >= 0)
		add_directory(e, line, "wd", args->cwd);
	else if (args->cwd_inside)
		buf_printf(line, " --wdns=%s", trace_word(args->cwd_inside));
	else if (e->root_fd >= 0)
		buf_puts(line, " --wdns=/");
}

/* Mounting is the work of root of the namespaces: ids change behind it, as do
 * groups, which nsenter(1) can only take away. */
static bool ids_are_later(const struct entering *e)
{
	return e->changes_ids && (e->new_mounts || e->group_ids);
}

static void add_who(struct entering *e, struct buf *line)
{
	const bool joined = e->fd[NS_USER] >= 0;

	if (ids_are_later(e))
		buf_puts(line, joined ? " -S 0 -G 0" : "");
	else if (e->changes_ids)
		buf_printf(line, " -S %u -G %u", e->uid, e->gid);
	else if (joined)
		buf_puts(line, " --preserve-credentials");
	if (e->args->keep_caps)
		buf_puts(line, " --keep-caps");
	if (e->args->no_fork)
		buf_puts(line, " --no-fork");
	if (e->args->env)
		buf_printf(line, " --target=%d --env", e->target.pid);
	if (e->context)
		buf_printf(line, " --target=%d --follow-context",
			   e->target.pid);
}

/* A shell in between that mounts. */
static void add_mounts(struct entering *e, struct buf *line)
{
	CLEANUP_BUF struct buf script;
	DIR *dir = e->netns_name ? opendir(e->netns_name) : NULL;
	struct dirent *entry;

	buf_init(&script);
	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0) {
			const char *name = arena_printf(&e->arena, "%s/%s",
							e->netns_name,
							entry->d_name);

			buf_printf(&script, "mount --bind %s ",
				   trace_word(name));
			name = arena_printf(&e->arena, "/etc/%s",
					    entry->d_name);
			buf_printf(&script, "%s; ", trace_word(name));
		}
	if (dir)
		closedir(dir);
	if (e->new_sys)
		buf_puts(&script,
			 "exec 9</sys/fs/cgroup; mount -t sysfs sysfs /sys; "
			 "mount -c --rbind /proc/self/fd/9 /sys/fs/cgroup; "
			 "exec 9<&-; ");
	if (e->new_proc)
		buf_puts(&script, "mount -t proc proc /proc; ");
	buf_puts(&script, "exec \"$@\"");
	buf_printf(line, " unshare --mount --propagation=slave sh -c %s sh",
		   script.data ? trace_word(script.data) : "");
}

static void add_groups_of(const struct entering *e, struct buf *line)
{
	buf_printf(line, " setpriv --reuid=%u --regid=%u", e->uid, e->gid);
	for (size_t i = 0; i < e->group_ids; i++)
		buf_printf(line, "%s%u", i ? "," : " --groups=", e->groups[i]);
	if (!e->group_ids)
		buf_puts(line, " --clear-groups");
}

static void add_command(struct entering *e, struct buf *line)
{
	const char *const *argv = e->args->command;
	const bool between = e->new_mounts || ids_are_later(e);

	if (e->new_mounts)
		add_mounts(e, line);
	if (ids_are_later(e))
		add_groups_of(e, line);
	if (e->home || e->user_name)
		buf_puts(line, " env");
	if (e->home)
		buf_printf(line, " %s",
			   trace_word(arena_printf(&e->arena, "HOME=%s",
						   e->home)));
	if (e->user_name)
		buf_printf(line, " %s %s",
			   trace_word(arena_printf(&e->arena, "USER=%s",
						   e->user_name)),
			   trace_word(arena_printf(&e->arena, "LOGNAME=%s",
						   e->user_name)));
	if (!argv || !argv[0])
		buf_puts(line,
			 between || e->home || e->user_name ? " sh -l" : "");
	for (; argv && *argv; argv++)
		buf_printf(line, " %s", trace_word(*argv));
}

/* The shell that reads the lines goes there, and all behind with it. */
static void add_control_groups(struct entering *e, struct buf *text)
{
	for (int i = 0; i < e->group_count; i++) {
		char self[64], path[4096];
		ssize_t len;

		snprintf(self, sizeof(self), "/proc/self/fd/%d",
			 e->group_fd[i]);
		len = readlink(self, path, sizeof(path) - 1);
		if (len < 0)
			continue;
		path[len] = '\0';
		buf_printf(text, "echo $$ > %s\n", trace_word(path));
	}
}

void enter_tell(const struct kist *kist, struct entering *e, struct buf *text)
{
	CLEANUP_BUF struct buf line;

	buf_init(&line);
	add_control_groups(e, text);
	buf_puts(&line, "nsenter");
	add_kinds(kist, e, &line, text);
	add_where(e, &line);
	add_who(e, &line);
	buf_puts(&line, " --");
	add_command(e, &line);
	buf_printf(text, "%s\n", line.data ? line.data : "");
}
