/* SPDX-License-Identifier: Apache-2.0 */
/*
 * making_sharing.c - whose namespaces a container has: its own, ours, another's
 *
 * An ordinary user's container has to be in a user namespace of the user's. To
 * join namespaces of another container it enters the user namespace that owns
 * them, too.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/near.h"
#include "base/num.h"
#include "container/lifecycle.h"
#include "engine/run/making.h"

/* @option: "--network"; what the kernel calls NS_MNT is never shared */
static const struct kind_option {
	enum ns_kind kind;
	const char *option;
	size_t field;
} kind_options[] = {
	{ NS_USER, "--userns", offsetof(struct kist_run, userns) },
	{ NS_CGROUP, "--cgroupns", offsetof(struct kist_run, cgroupns) },
	{ NS_IPC, "--ipc", offsetof(struct kist_run, ipc) },
	{ NS_NET, "--network", offsetof(struct kist_run, network) },
	{ NS_PID, "--pid", offsetof(struct kist_run, pid) },
	{ NS_TIME, "--time", offsetof(struct kist_run, time) },
	{ NS_UTS, "--uts", offsetof(struct kist_run, uts) },
};

static const char *word_of(const struct making *m, const struct kind_option *k)
{
	return *(const char *const *)((const char *)m->run + k->field);
}

/* Words other tools know, or other versions will. */
static bool is_later(const char *word)
{
	static const char *const later[] = {
		"bridge", "pasta",     "slirp4netns", "keep-id", "nomap",
		"auto",	  "shareable", "pod",	      NULL,
	};
	size_t len = strcspn(word, ":");

	for (size_t i = 0; later[i]; i++)
		if (strlen(later[i]) == len && memcmp(later[i], word, len) == 0)
			return true;
	return strncmp(word, "docker:", 7) == 0 ||
	       strncmp(word, "podman:", 7) == 0 ||
	       strncmp(word, "unit:", 5) == 0;
}

static int container_pid(struct making *m, const char *name, pid_t *ret_pid,
			 struct kist_error *err)
{
	struct container c;
	struct id id;
	int ret = folders_find(m->folders, name, &id, err);

	if (ret < 0)
		return ret;
	ret = container_open(m->folders->state_root, id.text, &c, NULL);
	if (ret < 0 || c.process.pidfd < 0) {
		if (ret == 0)
			container_close(&c);
		ret = err_set(err, KIST_E_CONTAINER_ENDED,
			      "container '%s' is not running", name);
		err_hint(err, "namespaces can be shared with one that runs: "
			      "'kist ps' lists those");
		return ret;
	}
	*ret_pid = c.process.pid;
	container_close(&c);
	return 0;
}

static int process_path(struct making *m, const struct kind_option *k,
			pid_t pid, const char *word, const char **ret_path,
			struct kist_error *err)
{
	const char *path = arena_printf(m->arena, "/proc/%d/ns/%s", (int)pid,
					ns_table[k->kind].name);

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return err_set(err, KIST_E_TARGET_UNKNOWN,
			       "there is no process '%s'", word);
	*ret_path = path;
	return 0;
}

static int file_path(struct making *m, const char *word, const char **ret_path,
		     struct kist_error *err)
{
	struct stat st;

	if (stat(word, &st) < 0)
		return err_sys(err, KIST_E_TARGET_UNKNOWN, errno,
			       "namespace file '%s'", word);
	*ret_path = arena_strdup(m->arena, word);
	return 0;
}

static int target_path(struct making *m, const struct kind_option *k,
		       const char *word, const char **ret_path,
		       struct kist_error *err)
{
	uint32_t number;
	pid_t pid;
	int ret;

	if (strncmp(word, "ns:", 3) == 0)
		word += 3;
	if (word[0] == '/')
		return file_path(m, word, ret_path, err);
	if (strncmp(word, "netns:", 6) == 0 && k->kind == NS_NET)
		return file_path(
			m, arena_printf(m->arena, "/run/netns/%s", word + 6),
			ret_path, err);
	if (num_parse_u32(word, &number) == 0 && number > 0 &&
	    strlen(word) < 10)
		return process_path(m, k, (pid_t)number, word, ret_path, err);
	if (strncmp(word, "container:", 10) == 0)
		word += 10;
	ret = container_pid(m, word, &pid, err);
	return ret < 0 ? ret : process_path(m, k, pid, word, ret_path, err);
}

static void hint_word(const char *word, struct kist_error *err)
{
	struct near near;

	if (!err || err->id != KIST_E_CONTAINER_UNKNOWN)
		return;
	near_init(&near, word);
	near_offer(&near, "host");
	near_offer(&near, "private");
	near_offer(&near, "none");
	err->hint[0] = '\0';
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	else
		err_hint(err, "write private, host, a process id, the name of "
			      "a container, or the path of a namespace file");
}

static int read_kind(struct making *m, const struct kind_option *k,
		     struct kist_error *err)
{
	const char *word = word_of(m, k);
	struct sharing *s = &m->ns[k->kind];
	int ret = 0;

	*s = (struct sharing){ .want = NS_NEW };
	if (!word || strcmp(word, "private") == 0 ||
	    (k->kind == NS_NET && strcmp(word, "none") == 0))
		return 0;
	if (strcmp(word, "host") == 0 || strcmp(word, ".") == 0) {
		s->want = NS_INHERIT;
		return 0;
	}
	if (is_later(word))
		ret = err_set(err, KIST_E_UNSUPPORTED,
			      "'%s' is not supported yet", word);
	else
		ret = target_path(m, k, word, &s->path, err);
	if (ret < 0) {
		if (err)
			hint_word(word, err);
		option_while(err, k->option, word);
		if (k->kind == NS_NET && ret == -ENOTSUP)
			err_hint(err, "the networks are none and host");
		return ret;
	}
	s->want = NS_JOIN;
	return 0;
}

/* ---- user namespaces ---- */

static bool is_ours(const char *path)
{
	struct stat ours, theirs;

	return stat("/proc/self/ns/user", &ours) == 0 &&
	       stat(path, &theirs) == 0 && ours.st_ino == theirs.st_ino;
}

/* The user namespace beside another namespace of a process that is joined. */
static const char *owner_path(const struct making *m)
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		const char *path = m->ns[kind].path;
		const char *slash = path ? strrchr(path, '/') : NULL;
		const char *user;

		if (kind == NS_USER || !slash ||
		    strncmp(path, "/proc/", 6) != 0)
			continue;
		user = arena_printf(m->arena, "%.*s/user", (int)(slash - path),
				    path);
		if (!is_ours(user))
			return user;
	}
	return NULL;
}

static int read_maps(struct making *m, const char *option,
		     const char *const *words, struct id_maps *ret_maps,
		     struct kist_error *err)
{
	size_t count = list_count(words);

	*ret_maps = (struct id_maps){
		.maps = ARENA_ARRAY(m->arena, struct id_map, count + 1),
	};
	if (arena_failed(m->arena))
		return err_nomem(err);
	for (size_t i = 0; words && words[i]; i++) {
		int ret = value_id_map(words[i], &ret_maps->maps[i], err);

		if (ret < 0) {
			option_while(err, option, words[i]);
			return ret;
		}
	}
	ret_maps->count = count;
	return idmap_check(ret_maps, option + 2, err);
}

/* Every id as it is: a namespace of its own, but the same people. */
static void map_all(struct making *m, struct id_maps *maps)
{
	maps->maps = ARENA_NEW(m->arena, struct id_map);
	*maps->maps = (struct id_map){ 0, 0, UINT32_MAX };
	maps->count = 1;
}

static int make_maps(struct making *m, struct kist_error *err)
{
	const struct kist_run *run = m->run;
	int ret;

	if (m->rootless && !run->uid_maps && !run->gid_maps)
		return idmap_rootless(geteuid(), getegid(), m->arena,
				      &m->uid_maps, &m->gid_maps, err);
	ret = read_maps(m, "--uidmap", run->uid_maps, &m->uid_maps, err);
	if (ret == 0)
		ret = read_maps(m, "--gidmap", run->gid_maps, &m->gid_maps,
				err);
	if (ret < 0)
		return ret;
	/* One list alone is for both. */
	if (!m->uid_maps.count)
		m->uid_maps = m->gid_maps;
	if (!m->gid_maps.count)
		m->gid_maps = m->uid_maps;
	if (!m->uid_maps.count) {
		map_all(m, &m->uid_maps);
		m->gid_maps = m->uid_maps;
	}
	return 0;
}

static int choose_user(struct making *m, struct kist_error *err)
{
	struct sharing *user = &m->ns[NS_USER];
	bool maps = m->run->uid_maps || m->run->gid_maps;
	const char *owner;

	if (!m->run->userns) {
		owner = m->rootless ? owner_path(m) : NULL;
		if (owner)
			*user = (struct sharing){ NS_JOIN, owner };
		else
			user->want = m->rootless || maps ? NS_NEW : NS_INHERIT;
	}
	if (maps && user->want != NS_NEW)
		return err_set(err, KIST_E_OPTION_VALUE,
			       "--uidmap and --gidmap need a user namespace "
			       "of the container's own");
	if (m->rootless && user->want == NS_INHERIT) {
		err_set(err, KIST_E_OPTION_VALUE,
			"--userns host: only root may");
		err_hint(err, "leave out --userns, or run kist as root");
		return -EINVAL;
	}
	return user->want == NS_NEW ? make_maps(m, err) : 0;
}

static int check_clocks(const struct making *m, struct kist_error *err)
{
	if ((m->run->boottime_ms || m->run->monotonic_ms) &&
	    m->ns[NS_TIME].want != NS_NEW)
		return err_set(err, KIST_E_OPTION_VALUE,
			       "--boottime and --monotonic need a time "
			       "namespace of the container's own");
	return 0;
}

int making_read_sharing(struct making *m, struct kist_error *err)
{
	int ret = 0;

	m->ns[NS_MNT].want = NS_NEW;
	for (size_t i = 0; ret == 0 && i < ARRAY_LEN(kind_options); i++)
		ret = read_kind(m, &kind_options[i], err);
	if (ret == 0)
		ret = choose_user(m, err);
	return ret == 0 ? check_clocks(m, err) : ret;
}
