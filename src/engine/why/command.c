/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command.c - run a command, and tell why it failed
 *
 * What is said: of several refusals the one that mattered (choose.c); if the
 * command is kist itself, the error it tells (sys/tell.h), with what was seen
 * of the refusal behind it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "sys/tell.h"
#include "engine/why/trace.h"
#include "sys/file.h"

#define PATH_DEFAULT "/usr/local/bin:/usr/bin:/bin"

extern char **environ;

/* ---- the program ---- */

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, X_OK) == 0;
}

/* Along PATH, as a shell does. If there is none that can be executed, the name
 * that is nearest to it: the execve(2) of it is what is explained. */
static const char *find_program(const char *name, struct arena *arena)
{
	const char *path = getenv("PATH");
	const char *near = NULL;
	struct stat st;

	if (strchr(name, '/'))
		return name;
	for (path = path && path[0] ? path : PATH_DEFAULT; *path;) {
		size_t len = strcspn(path, ":");
		const char *one = arena_printf(arena, "%.*s/%s",
					       (int)(len ? len : 1),
					       len ? path : ".", name);

		if (is_program(one))
			return one;
		if (!near && stat(one, &st) == 0)
			near = one;
		path += len + (path[len] == ':');
	}
	return near ? near : name;
}

static bool is_kist(const char *path)
{
	struct stat ours, its;

	return strncmp(path_name(path), "kist", 4) == 0 ||
	       (stat("/proc/self/exe", &ours) == 0 && stat(path, &its) == 0 &&
		ours.st_dev == its.st_dev && ours.st_ino == its.st_ino);
}

/* The environment with one variable more, in the arena. */
static char *const *environment_with(const char *variable, struct arena *arena)
{
	size_t count = 0;
	const char **copy;

	while (environ[count])
		count++;
	copy = ARENA_ARRAY(arena, const char *, count + 2);
	if (arena_failed(arena))
		return environ;
	memcpy(copy, environ, count * sizeof(*copy));
	copy[count] = variable;
	return (char *const *)copy;
}

/* ---- the answer ---- */

static const char *command_text(const char *const *argv, struct arena *arena)
{
	const char *text = argv[0];

	for (size_t i = 1; i < 16 && argv[i]; i++)
		text = arena_printf(arena, "%s %s", text, argv[i]);
	return text;
}

/* Findings of the process that was refused are better than those about us. */
static int answer_kist(const struct kist *kist, const struct kist_error *failed,
		       const struct why_traced *traced, struct kist_why *why,
		       struct kist_error *err)
{
	/* what was seen of the refusal that kist tells of */
	const struct why_refusal *seen =
		failed->errnum ? why_choose(traced, failed->errnum) : NULL;
	struct arena *arena = why->arena;
	struct kist_why own;
	struct kist_finding *list;
	size_t count = 0, room;
	int ret = kist_why_error(kist, failed, &own, err);

	if (ret < 0)
		return ret;
	room = own.count + (seen ? seen->why.count : 0);
	list = ARENA_ARRAY(arena, struct kist_finding, room + 1);
	for (size_t i = 0; seen && i < seen->why.count; i++)
		list[count++] = seen->why.findings[i];
	for (size_t i = 0; i < own.count; i++) {
		const struct kist_finding *f = &own.findings[i];

		/* without one of the table: kist's own rule comes first */
		if (seen && seen->why.count && f->cause)
			continue;
		list[count++] = (struct kist_finding){
			.cause = f->cause,
			.rule = arena_strdup(arena, f->rule),
			.evidence = arena_strdup(arena, f->evidence),
			.fix = arena_strdup(arena, f->fix),
			.word = f->word,
			.is_certain = f->is_certain,
		};
	}
	why->what = arena_strdup(arena, own.what);
	why->errnum = own.errnum;
	why->meaning = own.meaning;
	why->page = own.page;
	why->examined = own.examined;
	why->who = seen ? seen->why.who : NULL;
	why->findings = list;
	why->count = count;
	kist_why_free(&own);
	return arena_failed(arena) ? err_nomem(err) : 0;
}

static void answer_traced(const struct why_refusal *r, const char *const *argv,
			  struct kist_why *why)
{
	void *arena = why->arena;

	if (!r) {
		why->what = command_text(argv, arena);
		return;
	}
	*why = r->why;
	why->arena = arena;
}

/* With @tell_fds of a kist, else NULL. */
static int answer(const struct kist *kist, const char *const *argv,
		  const int *tell_fds, const struct why_traced *traced,
		  struct kist_why *why, struct kist_error *err)
{
	struct kist_error failed;
	int ret = 0;

	if (traced->status == 0)
		answer_traced(why_choose_told(traced), argv, why);
	else if (tell_fds && tell_receive(tell_fds[0], &failed))
		ret = answer_kist(kist, &failed, traced, why, err);
	else
		answer_traced(why_choose(traced, 0), argv, why);
	why->status = traced->status;
	why->note = traced->note;
	return ret;
}

static int run(const struct kist *kist, const char *const *argv,
	       const int *tell_fds, struct kist_why *why,
	       struct kist_error *err)
{
	struct arena *arena = why->arena;
	struct why_traced traced = { .arena = arena };
	const char *path = find_program(argv[0], arena);
	char *const *environment = environ;
	int ret;

	if (tell_fds)
		environment = environment_with(
			arena_printf(arena, TELL_VARIABLE "=%d", tell_fds[1]),
			arena);
	if (arena_failed(arena))
		return err_nomem(err);
	ret = why_trace(kist, path, argv, environment, &traced, err);
	return ret < 0 ? ret : answer(kist, argv, tell_fds, &traced, why, err);
}

int kist_why_command(const struct kist *kist, const char *const *argv,
		     struct kist_why *ret_why, struct kist_error *err)
{
	CLEANUP_FD int ours_fd = -1;
	CLEANUP_FD int its_fd = -1;
	struct kist_why why;
	struct arena *arena;
	int fds[2];
	int ret = why_begin(&why, &arena, err);

	if (ret < 0)
		return ret;
	if (is_kist(find_program(argv[0], arena)) && tell_pair(fds) == 0) {
		ours_fd = fds[0];
		its_fd = fds[1];
	}
	if (its_fd >= 0 && fcntl(its_fd, F_SETFD, 0) < 0)
		ret = err_sys(err, KIST_E_SYSTEM, errno, "keep a socket open");
	if (ret == 0)
		ret = run(kist, argv, ours_fd >= 0 ? fds : NULL, &why, err);
	if (ret < 0)
		kist_why_free(&why);
	else
		*ret_why = why;
	return ret;
}
