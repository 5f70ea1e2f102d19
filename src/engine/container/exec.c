/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec.c - kist_exec(): one more command in a running container
 *
 * It gets what the container's own command has (the configuration is in the
 * container's record), changed by the options.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "container/foreground.h"
#include "container/planning.h"
#include "container/terminal.h"
#include "engine/container/exec.h"
#include "engine/container/subject.h"
#include "engine/run/making.h"
#include "kernel/cap.h"

static int take_user(struct subject *s, const char *text, struct env *env,
		     struct spec_process *process, struct kist_error *err)
{
	const char *root = arena_printf(&s->arena, "/proc/%d/root",
					(int)s->container.process.pid);
	CLEANUP_FD int root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct user user;
	int ret;

	if (root_fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "look into container '%s'", s->word);
	ret = user_lookup(root_fd, text, &s->arena, &user, err);
	if (ret < 0) {
		option_while(err, "--user", text);
		return ret;
	}
	process->uid = user.uid;
	process->gid = user.gid;
	process->groups = user.groups;
	process->group_count = user.group_count;
	env_set(env, arena_printf(&s->arena, "HOME=%s", user.home));
	/* As execve(2) would have it for somebody who is not root. */
	if (user.uid != 0)
		for (int set = 0; set < CAP_SET_COUNT; set++)
			if (set != CAP_SET_BOUNDING)
				process->caps[set] = 0;
	return 0;
}

static void take_privileges(struct spec *spec)
{
	struct spec_process *process = &spec->process;

	process->no_new_privileges = false;
	process->caps[CAP_SET_BOUNDING] = CAP_ALL;
	if (process->uid == 0)
		process->caps[CAP_SET_EFFECTIVE] =
			process->caps[CAP_SET_PERMITTED] = CAP_ALL;
	spec->seccomp = NULL;
}

static const char *annotation(const struct spec *spec, const char *key)
{
	for (size_t i = 0; i < spec->annotations.count; i++)
		if (strcmp(spec->annotations.items[i].key, key) == 0)
			return spec->annotations.items[i].value;
	return NULL;
}

static int take_seccomp(struct subject *s, struct spec *spec,
			struct kist_error *err)
{
	if (!annotation(spec, ANNOTATION_SECCOMP))
		return 0;
	return seccomp_default_profile(spec->process.caps[CAP_SET_BOUNDING],
				       &s->arena, &spec->seccomp, err);
}

static int take_env(struct env *env, const struct kist_exec *exec,
		    const struct spec *spec, bool terminal,
		    struct kist_error *err)
{
	int ret = 0;

	for (size_t i = 0; i < spec->process.env.count; i++)
		env_set(env, spec->process.env.items[i]);
	if (terminal) {
		env_set(env, "TERM=xterm");
		ret = env_add(env, "TERM", err);
	}
	for (size_t i = 0; ret == 0 && exec->env && exec->env[i]; i++) {
		ret = env_add(env, exec->env[i], err);
		if (ret < 0)
			err_while(err, "--env");
	}
	return ret;
}

static int make_spec(struct subject *s, const struct kist_exec *exec,
		     bool terminal, struct spec **ret_spec,
		     struct kist_error *err)
{
	struct spec *spec = NULL;
	struct spec_process *process;
	struct env env;
	int ret = container_spec(&s->container, &spec, err);

	if (ret == 0)
		ret = take_seccomp(s, spec, err);
	if (ret < 0)
		return ret;
	process = &spec->process;
	env_init(&env, &s->arena);
	ret = take_env(&env, exec, spec, terminal, err);
	if (ret == 0 && exec->user)
		ret = take_user(s, exec->user, &env, process, err);
	if (ret < 0)
		return ret;
	if (exec->workdir && exec->workdir[0] != '/') {
		err_set(err, KIST_E_OPTION_VALUE,
			"--workdir '%s' is not an absolute path",
			exec->workdir);
		err_hint(err,
			 "write it from the root of the container on: '/%s'",
			 exec->workdir);
		return -EINVAL;
	}
	if (exec->workdir) {
		process->cwd = exec->workdir;
		process->cwd_place.option =
			arena_printf(&s->arena, "--workdir %s", exec->workdir);
	}
	/* Errors point at what was written here, not at the container's own
	 * configuration. */
	process->args.place.option = "";
	process->user_place.option = exec->user ? "--user" : "";
	process->terminal = terminal;
	process->args.items = (const char **)(uintptr_t)exec->command;
	process->args.count = list_count(exec->command);
	process->env.items = env.items;
	process->env.count = env.count;
	if (exec->privileged)
		take_privileges(spec);
	*ret_spec = spec;
	return arena_failed(&s->arena) ? err_nomem(err) : 0;
}

static struct container_exec_args args_of(const struct subject *s,
					  const struct spec *spec,
					  int console_fd, int stdio_fd)
{
	return (struct container_exec_args){
		.spec = spec,
		.config = { .text = s->container.record.config,
			    .len = s->container.record.config_len,
			    .name = "config.json" },
		.console_fd = console_fd,
		.stdio = { stdio_fd, stdio_fd, stdio_fd },
		.pidfd_fd = -1,
	};
}

static int start(struct subject *s, const struct spec *spec, int console_fd,
		 int stdio_fd, struct spawn *ret_process,
		 struct kist_error *err)
{
	const struct container_exec_args args =
		args_of(s, spec, console_fd, stdio_fd);

	int ret = container_exec(&s->container, &args, ret_process, err);

	/* it has ended meanwhile */
	if (ret == -EBUSY && err && err->id == KIST_E_CONTAINER_STATE &&
	    subject_end(s, 0) == 0) {
		*err = (struct kist_error){ 0 };
		return subject_not_running(s, err);
	}
	return ret;
}

static int stay(struct subject *s, struct spec *spec, bool terminal,
		int *ret_status, struct kist_error *err)
{
	CLEANUP_FD int theirs = -1, ours = -1, master = -1;
	struct foreground fg;
	struct spawn process;
	int ret = foreground_begin(&fg, err);

	if (ret < 0)
		return ret;
	if (terminal) {
		ret = terminal_pair(&theirs, &ours, err);
		(void)terminal_size(0, &spec->process.rows,
				    &spec->process.columns);
	}
	if (ret == 0)
		ret = start(s, spec, theirs, -1, &process, err);
	if (ret == 0) {
		if (terminal)
			master = ret = terminal_receive(ours, err);
		if (ret >= 0)
			ret = foreground_wait(&fg, process.pidfd, master);
		spawn_release(&process);
		spawn_done(&process);
	}
	foreground_end(&fg);
	if (ret < 0)
		return ret;
	*ret_status = ret;
	return 0;
}

static int leave(struct subject *s, const struct spec *spec,
		 struct kist_error *err)
{
	CLEANUP_FD int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct spawn process;
	int ret = start(s, spec, -1, null_fd, &process, err);

	if (ret < 0)
		return ret;
	spawn_release(&process);
	spawn_done(&process);
	return 0;
}

static bool has_terminal(const struct kist_exec *exec)
{
	if (exec->terminal == KIST_DEFAULT)
		return !exec->detach && isatty(0) && isatty(1);
	return exec->terminal == KIST_ON && !exec->detach;
}

/* What is to run, in a container that does. */
static int prepare(const struct kist *kist, const struct kist_exec *exec,
		   struct subject *s, struct spec **ret_spec,
		   struct kist_error *err)
{
	int ret;

	if (!exec->command || !exec->command[0]) {
		err_set(err, KIST_E_USAGE, "there is no command");
		err_hint(err, "write one behind the container: kist exec %s sh",
			 exec->container);
		return -EINVAL;
	}
	ret = subject_open(kist, exec->container, s, err);
	if (ret < 0)
		return ret;
	ret = subject_is_running(s) ?
		      make_spec(s, exec, has_terminal(exec), ret_spec, err) :
		      subject_not_running(s, err);
	if (ret < 0)
		subject_close(s);
	return ret;
}

int kist_exec(const struct kist *kist, const struct kist_exec *exec,
	      int *ret_status, struct kist_error *err)
{
	struct spec *spec = NULL;
	struct subject s;
	int ret = prepare(kist, exec, &s, &spec, err);

	if (ret < 0)
		return ret;
	if (exec->detach) {
		*ret_status = 0;
		ret = leave(&s, spec, err);
	} else {
		ret = stay(&s, spec, has_terminal(exec), ret_status, err);
	}
	subject_close(&s);
	return ret;
}

int exec_plan(const struct kist *kist, const struct kist_exec *exec,
	      plan_reader *read, void *context, struct kist_error *err)
{
	struct container_exec_args args;
	struct spec *spec = NULL;
	struct subject s;
	int ret = prepare(kist, exec, &s, &spec, err);

	if (ret < 0)
		return ret;
	args = args_of(&s, spec, -1, -1);
	ret = container_exec_see(&s.container, &args, read, context, err);
	subject_close(&s);
	return ret;
}

static void print(void *context, const struct planning *p)
{
	plan_print(p->plan, context);
}

int kist_exec_plan(const struct kist *kist, const struct kist_exec *exec,
		   char **ret_text, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	int ret;

	buf_init(&text);
	ret = exec_plan(kist, exec, print, &text, err);
	if (ret < 0)
		return ret;
	*ret_text = buf_take(&text);
	return *ret_text ? 0 : err_nomem(err);
}
