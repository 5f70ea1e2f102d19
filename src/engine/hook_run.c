/* SPDX-License-Identifier: Apache-2.0 */
/* hook_run.c - a command of the user's, run for an event */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include "base/arena.h"
#include "engine/hook_run.h"

extern char **environ;

static char **environment(const char *prefix, const struct hook_variable *own,
			  size_t own_count, struct arena *arena)
{
	size_t count = 0, n = 0;
	char **env;

	while (environ[count])
		count++;
	env = ARENA_ARRAY(arena, char *, count + own_count + 1);
	if (arena_failed(arena))
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], prefix, strlen(prefix)) != 0)
			env[n++] = environ[i];
	for (size_t i = 0; i < own_count; i++)
		env[n++] = arena_printf(arena, "%s%s=%s", prefix, own[i].name,
					own[i].value ? own[i].value : "");
	return arena_failed(arena) ? NULL : env;
}

void hook_run(const char *hook, const char *name, const char *subject,
	      const char *prefix, const struct hook_variable *own, size_t count)
{
	CLEANUP_ARENA struct arena arena;
	const char *const argv[] = { "sh", "-c", hook, name, subject, NULL };
	posix_spawnattr_t attributes;
	sigset_t none;
	char **env;
	pid_t pid;

	arena_init(&arena);
	env = environment(prefix, own, count, &arena);
	if (!env || posix_spawnattr_init(&attributes))
		return;
	/* a watch holds signals: the hook is not to inherit that */
	sigemptyset(&none);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	if (posix_spawn(&pid, "/bin/sh", NULL, &attributes,
			(char *const *)(uintptr_t)argv, env) == 0)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	posix_spawnattr_destroy(&attributes);
}
