/* SPDX-License-Identifier: Apache-2.0 */
/* making_process.c - the command: arguments, user, environment, capabilities */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "engine/run/defaults.h"
#include "engine/run/making.h"

/* ---- arguments ---- */

static const char *default_shell(const struct making *m)
{
	const char *shell = getenv("SHELL");

	if (m->image.kind == IMAGE_HOST && shell && shell[0] == '/')
		return shell;
	return "/bin/sh";
}

static void read_args(struct making *m)
{
	const struct kist_run *run = m->run;
	size_t count = list_count(run->command), used = 0;

	m->args = ARENA_ARRAY(m->arena, const char *, count + 2);
	if (arena_failed(m->arena))
		return;
	if (run->entrypoint && *run->entrypoint)
		m->args[used++] = run->entrypoint;
	else if (count == 0)
		m->args[used++] = default_shell(m);
	for (size_t i = 0; i < count; i++)
		m->args[used++] = run->command[i];
}

/* ---- who ---- */

/* An id that the user namespace does not have cannot be taken on. */
static int check_mapped(const struct making *m, struct kist_error *err)
{
	uint32_t outside;
	const char *word = NULL;

	if (m->ns[NS_USER].want != NS_NEW)
		return 0;
	if (!idmap_outside(&m->uid_maps, m->user.uid, &outside))
		word = "user";
	else if (!idmap_outside(&m->gid_maps, m->user.gid, &outside))
		word = "group";
	if (!word)
		return 0;
	err_set(err, KIST_E_ID_MAP, "%s %u is not mapped into the container",
		word, (unsigned)(word[0] == 'u' ? m->user.uid : m->user.gid));
	if (m->uid_maps.count > 1)
		err_hint(err,
			 "choose one that is mapped: your line in "
			 "/etc/sub%cid says how many there are",
			 word[0]);
	else if (m->rootless)
		err_hint(err, "for more than one user inside, install the "
			      "package uidmap and give yourself a line in "
			      "/etc/subuid and /etc/subgid");
	return -EINVAL;
}

static int read_user(struct making *m, struct kist_error *err)
{
	const char *text = m->run->user ? m->run->user : "0";
	CLEANUP_FD int root_fd =
		open(m->image.look_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int ret;

	if (root_fd < 0)
		return err_sys(err, KIST_E_IMAGE, errno, "open image '%s'",
			       m->image.written);
	ret = user_lookup(root_fd, text, m->arena, &m->user, err);
	if (ret == 0)
		ret = check_mapped(m, err);
	if (ret < 0)
		option_while(err, "--user", text);
	return ret;
}

/* ---- environment ---- */

static int read_env(struct making *m, struct kist_error *err)
{
	const struct kist_run *run = m->run;
	struct env *env = &m->env;
	int ret = 0;

	env_init(env, m->arena);
	env_set(env, "PATH=" DEFAULT_PATH);
	env_set(env, "container=kist");
	if (m->terminal)
		env_set(env, "TERM=xterm");
	if (m->hostname)
		env_set(env,
			arena_printf(m->arena, "HOSTNAME=%s", m->hostname));
	env_set(env, arena_printf(m->arena, "HOME=%s", m->user.home));
	if (m->terminal)
		(void)!env_add(env, "TERM", NULL); /* a name is always fine */
	for (size_t i = 0; run->env_files && run->env_files[i]; i++) {
		ret = env_add_file(env, run->env_files[i], err);
		if (ret < 0) {
			err_while(err, "--env-file");
			return ret;
		}
	}
	for (size_t i = 0; ret == 0 && run->env && run->env[i]; i++) {
		ret = env_add(env, run->env[i], err);
		if (ret < 0)
			err_while(err, "--env");
	}
	return ret;
}

/* ---- capabilities ---- */

static int read_caps(const char *option, const char *const *words,
		     uint64_t *mask, struct kist_error *err)
{
	for (; words && *words; words++) {
		int number;

		if (strcasecmp(*words, "all") == 0) {
			*mask = CAP_ALL;
			continue;
		}
		number = cap_parse(*words);
		if (number < 0) {
			const char *near = cap_near(*words);

			err_set(err, KIST_E_OPTION_VALUE,
				"%s: there is no capability '%s'", option,
				*words);
			if (near)
				err_hint(err, "did you mean '%s'?", near);
			return -EINVAL;
		}
		*mask |= CAP_MASK(number);
	}
	return 0;
}

static int read_capabilities(struct making *m, struct kist_error *err)
{
	uint64_t added = 0, dropped = 0;
	int ret = read_caps("--cap-add", m->run->cap_add, &added, err);

	if (ret == 0)
		ret = read_caps("--cap-drop", m->run->cap_drop, &dropped, err);
	if (ret < 0)
		return ret;
	m->caps = m->run->privileged ? CAP_ALL : DEFAULT_CAPS;
	/* "drop ALL, add X" keeps X, and "add ALL, drop X" takes X away. */
	if (dropped == CAP_ALL)
		m->caps = added;
	else
		m->caps = (m->caps | added) & ~dropped;
	m->caps_added = added & m->caps;
	return 0;
}

static int read_workdir(const struct making *m, struct kist_error *err)
{
	const char *path = m->run->workdir;

	if (path && path[0] != '/') {
		err_set(err, KIST_E_OPTION_VALUE,
			"--workdir '%s' is not an absolute path", path);
		err_hint(err,
			 "write it from the root of the container on: '/%s'",
			 path);
		return -EINVAL;
	}
	return 0;
}

int making_read_process(struct making *m, struct kist_error *err)
{
	int ret = read_user(m, err);

	read_args(m);
	if (ret == 0)
		ret = read_workdir(m, err);
	if (ret == 0)
		ret = read_env(m, err);
	if (ret == 0)
		ret = read_capabilities(m, err);
	return ret;
}
