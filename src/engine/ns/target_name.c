/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target_name.c - NAME: a container, a named set, a network of ip(8)
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/near.h"
#include "engine/ns/named_about.h"
#include "engine/ns/target_find.h"
#include "engine/container/subject.h"

/* Return: 1: it is one; 0: there is no such container. */
static int find_container(const struct kist *kist, struct target *t,
			  const char *name, struct kist_error *err)
{
	struct kist_error failure = { 0 };
	struct subject s;
	pid_t pid = 0;
	int ret = subject_open(kist, name, &s, &failure);

	/* Without a store there are no containers either. */
	if (ret < 0 && failure.id != KIST_E_CONTAINER_AMBIGUOUS)
		return 0;
	if (ret < 0) {
		if (err)
			*err = failure;
		return ret;
	}
	if (subject_is_running(&s))
		pid = s.container.process.pid;
	else
		ret = subject_not_running(&s, err);
	subject_close(&s);
	if (ret < 0)
		return ret;
	t->label = arena_printf(&t->arena, "container '%s'", name);
	ret = target_take_process(t, pid, err);
	return ret < 0 ? ret : 1;
}

static int take_set(struct target *t, const struct named *set,
		    struct kist_error *err)
{
	t->kind = TARGET_SET;
	t->label = arena_printf(&t->arena, "'%s'", set->name);
	t->pid = set->is_dead ? 0 : set->holder;
	return named_open(set, t->ns_fd, err);
}

/* ---- what might have been meant ---- */

static void offer_folder(struct near *near, int dir_fd, struct arena *arena)
{
	DIR *dir = dir_fd < 0 ? NULL : fdopendir(dir_fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			near_offer(near, arena_strdup(arena, entry->d_name));
	if (dir)
		closedir(dir);
	else
		cleanup_fd(&dir_fd);
}

static void suggest(const struct kist *kist, const char *word,
		    bool network_only, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct folders folders;
	struct named *sets;
	struct near near;
	size_t count;

	arena_init(&arena);
	near_init(&near, word);
	if (!network_only && folders_open(kist, &folders, NULL) == 0) {
		offer_folder(&near, dup(folders.names_fd), &arena);
		folders_close(&folders);
	}
	if (named_list(kist, &arena, &sets, &count, NULL) == 0)
		for (size_t i = 0; i < count; i++)
			if (!network_only || (sets[i].kinds & BIT(NS_NET)))
				near_offer(&near, sets[i].name);
	if (near.best && !arena_failed(&arena))
		err_hint(err, "did you mean '%s'?", near.best);
	else if (network_only)
		err_hint(err, "ip netns list lists them");
	else
		err_hint(err, "kist ls --names and kist ps list what there is");
}

/* ---- names ---- */

int target_find_name(const struct kist *kist, struct target *t,
		     const char *name, struct kist_error *err)
{
	struct kist_error failure = { 0 };
	struct named set;
	int ret;

	if (strchr(name, '/') || !name[0])
		return target_syntax(t, err);
	ret = find_container(kist, t, name, err);
	if (ret != 0)
		return ret < 0 ? ret : 0;
	ret = named_find(kist, name, &t->arena, &set, &failure);
	if (ret == 0)
		return take_set(t, &set, err);
	if (failure.id != KIST_E_TARGET_UNKNOWN) {
		if (err)
			*err = failure;
		return ret;
	}
	target_unknown(err,
		       "there is no '%s': no container, no named namespaces",
		       name);
	suggest(kist, name, false, err);
	return -ENOENT;
}

int target_find_netns(const struct kist *kist, struct target *t,
		      const char *rest, struct kist_error *err)
{
	CLEANUP_FD int dir_fd =
		open(NETNS_FOLDER, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (strchr(rest, '/') || rest[0] == '.')
		return target_syntax(t, err);
	fd = openat(dir_fd < 0 ? -EBADF : dir_fd, rest,
		    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0 && errno == EACCES)
		return err_sys(err, KIST_E_TARGET_DENIED, errno,
			       "open '" NETNS_FOLDER "/%s'", rest);
	if (fd < 0) {
		target_unknown(
			err,
			"there is no network namespace '%s' in " NETNS_FOLDER,
			rest);
		suggest(kist, rest, true, err);
		return -ENOENT;
	}
	return target_take_ns(t, fd, err);
}
