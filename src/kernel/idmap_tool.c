/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idmap_tool.c - newuidmap(1) and newgidmap(1), and the files they obey
 *
 * The tools are setuid root (or have CAP_SETUID) and allow what /etc/subuid
 * and /etc/subgid give to the calling user, and the user's own id. What they
 * say when they refuse goes into the error.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <kist/cause.h>

#include "base/buf.h"
#include "kernel/idmap_tool.h"
#include "kernel/subid.h"
#include "kernel/user.h"
#include "sys/file.h"
#include "sys/process.h"

#define TOOL_BYTES 64  /* a tool's path */
#define SAID_BYTES 160 /* of what a tool said */

/* Where the tool is. The environment is not asked: it runs with privilege. */
static bool find_tool(const char *word, char path[TOOL_BYTES])
{
	static const char *const folders[] = { "/usr/bin", "/bin",
					       "/usr/local/bin",
					       "/run/wrappers/bin" };

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		snprintf(path, TOOL_BYTES, "%s/new%smap", folders[i], word);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

bool idmap_tool_is_there(const char *word)
{
	char path[TOOL_BYTES];

	return find_tool(word, path);
}

/* What the child has to know. */
struct call {
	const char *path;
	char *const *argv;
	int stderr_fd;
};

static void child(void *arg)
{
	static char *const no_env[] = { NULL };
	const struct call *call = arg;

	if (dup2(call->stderr_fd, 2) < 0)
		_exit(127);
	execve(call->path, call->argv, no_env);
	_exit(127);
}

/* Run it and read what it says. Return: its exit status, or -errno. */
static int run(const char *path, char *const *argv, char said[SAID_BYTES])
{
	int pipe_fd[2], ret;
	struct call call;
	const struct sys_vfork args = { .cgroup_fd = -1,
					.child = child,
					.arg = &call };
	ssize_t len;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0)
		return -errno;
	CLEANUP_FD int read_fd = pipe_fd[0], write_fd = pipe_fd[1];
	CLEANUP_FD int pidfd = -1;

	call = (struct call){ path, argv, write_fd };
	ret = sys_vfork3(&args, NULL, &pidfd);
	if (ret < 0)
		return ret;
	cleanup_fd(&write_fd);
	write_fd = -1;
	/* it says a line at most; more would end it by SIGPIPE */
	len = sys_read_fd(read_fd, said, SAID_BYTES);
	said[len > 0 ? len : 0] = '\0';
	said[strcspn(said, "\n")] = '\0';
	return sys_wait_exit(pidfd);
}

/* argv: the tool, the pid, three numbers a line; all in one allocation. */
static char **make_argv(struct arena *arena, const char *path, pid_t pid,
			const struct id_maps *maps)
{
	char **argv = ARENA_ARRAY(arena, char *, maps->count * 3 + 3);
	size_t n = 0;

	if (arena_failed(arena))
		return NULL;
	argv[n++] = arena_strdup(arena, path);
	argv[n++] = arena_printf(arena, "%d", pid);
	for (size_t i = 0; i < maps->count; i++) {
		argv[n++] = arena_printf(arena, "%u", maps->maps[i].inside);
		argv[n++] = arena_printf(arena, "%u", maps->maps[i].outside);
		argv[n++] = arena_printf(arena, "%u", maps->maps[i].count);
	}
	return arena_failed(arena) ? NULL : argv;
}

/* No line that would allow just these is named: ids of accounts would be given
 * away. */
static void advise(const char *word, struct kist_error *err)
{
	char file[16];

	snprintf(file, sizeof(file), "/etc/sub%s", word);
	err_cause(err, KIST_CAUSE_SUBID_RANGE, NULL, file);
}

int idmap_tool_run(const char *word, pid_t pid, const struct id_maps *maps,
		   struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	char path[TOOL_BYTES], said[SAID_BYTES];
	char **argv;
	int ret;

	arena_init(&arena);
	if (!find_tool(word, path)) {
		ret = err_set(err, KIST_E_ID_MAP_TOOL,
			      "map %ss with new%smap, which is not installed",
			      word, word);
		err_cause(err, KIST_CAUSE_SUBID_TOOL, NULL, NULL);
		return ret;
	}
	argv = make_argv(&arena, path, pid, maps);
	if (!argv)
		return err_nomem(err);
	ret = run(path, argv, said);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "run '%s'", path);
	if (ret > 0) {
		ret = err_sys(err, KIST_E_ID_MAP_DENIED, EPERM,
			      "map %ss with '%s'", word, path);
		if (said[0])
			err_kernel(err, "%s", said);
		advise(word, err);
	}
	return ret;
}

/* ---- /etc/subuid, /etc/subgid ---- */

/* Add the user's subordinate ids behind what @maps has. Return: how many
 * ranges were added. */
static size_t add_subids(const char *word, const char *name, uint32_t uid,
			 struct arena *arena, struct id_maps *maps)
{
	struct subids subids;
	size_t before = maps->count;
	uint32_t next = 1; /* inside: 0 is the user */

	if (subid_load(word, arena, &subids) < 0)
		return 0;
	for (size_t i = 0; i < subids.count && maps->count < IDMAP_MAX; i++) {
		const struct subid *line = &subids.lines[i];

		if (!subid_is_of(line, name, uid) ||
		    line->count >= UINT32_MAX - next)
			continue;
		maps->maps[maps->count++] =
			(struct id_map){ next, line->start, line->count };
		next += line->count;
	}
	return maps->count - before;
}

/* The single id, 0 inside; with room for all that can follow. */
static int start_maps(struct id_maps *maps, uint32_t own, struct arena *arena)
{
	maps->maps = ARENA_ARRAY(arena, struct id_map, IDMAP_MAX + 1);
	if (arena_failed(arena))
		return -ENOMEM;
	maps->maps[0] = (struct id_map){ 0, own, 1 };
	maps->count = 1;
	return 0;
}

int idmap_rootless(uid_t uid, gid_t gid, struct arena *arena,
		   struct id_maps *ret_uids, struct id_maps *ret_gids,
		   struct kist_error *err)
{
	struct id_maps uids, gids;
	const char *name;

	if (start_maps(&uids, uid, arena) < 0 ||
	    start_maps(&gids, gid, arena) < 0)
		return err_nomem(err);
	name = user_name(AT_FDCWD, uid, arena);
	/* Subordinate groups are the user's, too: both files go by the uid. */
	if (!idmap_tool_is_there("uid") || !idmap_tool_is_there("gid") ||
	    !add_subids("uid", name, uid, arena, &uids) ||
	    !add_subids("gid", name, uid, arena, &gids))
		uids.count = gids.count = 1;

	*ret_uids = uids;
	*ret_gids = gids;
	return 0;
}
