/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns_sysctl.c - sysctls of a network namespace, from outside
 *
 * /proc/sys/net shows everybody those of their own network namespace. So the
 * directory is looked at, and files are opened, by a visitor to the namespace.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <kist/cause.h>
#include <kist/netns.h>

#include "base/arena.h"
#include "base/near.h"
#include "base/trace.h"
#include "engine/net/link_place.h"
#include "kernel/net_socket.h"
#include "kernel/ns_visit.h"
#include "kernel/proc.h"
#include "kernel/sysctl.h"
#include "sys/file.h"

#define VALUE_MAX 4096
#define DEPTH_MAX 8

struct list {
	struct kist_netns_sysctl *items;
	size_t count;
};

/**
 * struct setting - one to be set
 * @path:	below /proc/sys
 * @old:	value before, or NULL
 */
struct setting {
	char path[SYSCTL_PATH_MAX];
	const char *value;
	char *old;
};

/**
 * struct visitor - what is done inside
 * @keys:	paths below /proc/sys; NULL: all
 */
struct visitor {
	int proc_fd;
	const char *target;
	char (*paths)[SYSCTL_PATH_MAX];
	size_t count;
	struct list list;
	struct setting *settings;
	char *text; /* VALUE_MAX + 1 bytes */
};

/* ---- reading, inside ---- */

/* As sysctl(8) writes it: a '.' of a name is a '/' there. */
static void make_key(char *path)
{
	for (; *path; path++)
		*path = *path == '/' ? '.' : *path == '.' ? '/' : *path;
}

static int keep(struct list *list, const char *path, const char *value)
{
	struct kist_netns_sysctl *items =
		realloc(list->items, (list->count + 1) * sizeof(*items));
	struct kist_netns_sysctl item = { strdup(path), strdup(value) };

	if (items)
		list->items = items;
	if (!items || !item.key || !item.value) {
		free(item.key);
		free(item.value);
		return -ENOMEM;
	}
	make_key(item.key);
	items[list->count++] = item;
	return 0;
}

/* Return: 0 or -errno. */
static int read_one(struct visitor *v, int dir_fd, const char *name,
		    const char *path)
{
	ssize_t len = sys_read_file(dir_fd, name, v->text, VALUE_MAX);

	if (len < 0)
		return (int)len;
	while (len > 0 && v->text[len - 1] == '\n')
		v->text[--len] = '\0';
	return keep(&v->list, path, v->text);
}

static int read_folder(struct visitor *v, int fd, char *path, size_t len,
		       int depth);

/* @path has the name at its end. */
static int read_entry(struct visitor *v, int dir_fd, const char *name,
		      char *path, size_t len, int depth)
{
	struct stat st;
	int fd, ret;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
		fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return fd < 0 ? 0 : read_folder(v, fd, path, len, depth + 1);
	}
	if (!S_ISREG(st.st_mode) || !(st.st_mode & 0444))
		return 0;
	ret = read_one(v, dir_fd, name, path);
	return ret == -ENOMEM ? ret : 0; /* some refuse to be read */
}

static int read_folder(struct visitor *v, int fd, char *path, size_t len,
		       int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int ret = 0;

	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (ret == 0 && (entry = readdir(dir))) {
		size_t more = strlen(entry->d_name);

		if (entry->d_name[0] == '.' || len + more + 2 > SYSCTL_PATH_MAX)
			continue;
		path[len] = '/';
		memcpy(path + len + 1, entry->d_name, more + 1);
		ret = read_entry(v, dirfd(dir), entry->d_name, path,
				 len + 1 + more, depth);
		path[len] = '\0';
	}
	closedir(dir);
	return ret;
}

static int open_sys(struct visitor *v, struct kist_error *err)
{
	int fd = openat(v->proc_fd, "sys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 ? fd :
			 err_sys(err, KIST_E_SYSTEM, errno, "open /proc/sys");
}

/* Its nearest neighbour, as a key; "" if nothing is like it. */
static void find_near(int sys_fd, const char *path, char key[SYSCTL_PATH_MAX])
{
	const char *last = strrchr(path, '/');
	size_t len = last ? (size_t)(last + 1 - path) : 0;
	CLEANUP_ARENA struct arena arena;
	struct dirent *entry;
	struct near near;
	DIR *dir;
	int fd;

	arena_init(&arena);
	near_init(&near, path + len);
	memcpy(key, path, len);
	strcpy(key + len, len ? "" : ".");
	fd = openat(sys_fd, key, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir)))
		near_offer(&near, arena_strdup(&arena, entry->d_name));
	if (near.best && len + strlen(near.best) < SYSCTL_PATH_MAX)
		strcpy(key + len, near.best);
	else
		key[0] = '\0';
	make_key(key);
	if (dir)
		closedir(dir);
	else
		cleanup_fd(&fd);
}

static int not_there(const struct visitor *v, int sys_fd, const char *path,
		     struct kist_error *err)
{
	char key[SYSCTL_PATH_MAX], near[SYSCTL_PATH_MAX];
	int ret;

	strcpy(key, path);
	make_key(key);
	find_near(sys_fd, path, near);
	ret = err_set(err, KIST_E_SYSCTL,
		      "the network namespace of '%s' has no sysctl '%s'",
		      v->target, key);
	if (near[0])
		err_hint(err, "did you mean '%s'?", near);
	else
		err_hint(err,
			 "some are the whole machine's: look with "
			 "'kist net sysctl host %s'",
			 key);
	return ret;
}

static int look(void *arg, struct kist_error *err)
{
	struct visitor *v = arg;
	CLEANUP_FD int sys_fd = open_sys(v, err);
	int ret = sys_fd < 0 ? sys_fd : 0;

	for (size_t i = 0; ret == 0 && i < v->count; i++) {
		char *path = v->paths[i];
		struct stat st;
		int fd;

		if (fstatat(sys_fd, path, &st, 0) < 0)
			return not_there(v, sys_fd, path, err);
		if (S_ISDIR(st.st_mode)) {
			fd = openat(sys_fd, path,
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			ret = fd < 0 ?
				      -errno :
				      read_folder(v, fd, path, strlen(path), 0);
		} else {
			ret = read_one(v, sys_fd, path, path);
		}
		if (ret < 0)
			return err_sys(err, KIST_E_SYSTEM, -ret,
				       "read sysctl '%s'", path);
	}
	return ret;
}

/* ---- writing, inside ---- */

static int remember(struct visitor *v, int sys_fd, struct setting *setting,
		    struct kist_error *err)
{
	struct stat st;
	ssize_t len;

	if (fstatat(sys_fd, setting->path, &st, 0) < 0)
		return not_there(v, sys_fd, setting->path, err);
	if (S_ISDIR(st.st_mode)) {
		err_set(err, KIST_E_SYSCTL,
			"'/proc/sys/%s' holds many sysctls: which?",
			setting->path);
		err_hint(
			err,
			"name one of them: 'kist net sysctl TARGET' shows all");
		return -EINVAL;
	}
	len = sys_read_file(sys_fd, setting->path, v->text, VALUE_MAX);
	if (len >= 0)
		setting->old = strdup(v->text);
	return 0;
}

static int write_one(int sys_fd, const struct setting *setting)
{
	return sys_write_file(sys_fd, setting->path, setting->value,
			      strlen(setting->value));
}

static int change(void *arg, struct kist_error *err)
{
	struct visitor *v = arg;
	CLEANUP_FD int sys_fd = open_sys(v, err);
	int ret = sys_fd < 0 ? sys_fd : 0;
	char key[SYSCTL_PATH_MAX];
	size_t done = 0;

	for (size_t i = 0; ret == 0 && i < v->count; i++)
		ret = remember(v, sys_fd, &v->settings[i], err);
	if (ret < 0)
		return ret;
	for (; ret == 0 && done < v->count; done++)
		ret = write_one(sys_fd, &v->settings[done]);
	if (ret == 0)
		return 0;
	strcpy(key, v->settings[done - 1].path);
	make_key(key);
	err_sys(err, KIST_E_SYSCTL, -ret, "set sysctl '%s' to '%s'", key,
		v->settings[done - 1].value);
	if (ret == -EACCES || ret == -EPERM)
		err_cause(err, KIST_CAUSE_SYSCTL_NET_OWNER, NULL, NULL);
	for (done--; done > 0; done--)
		if (v->settings[done - 1].old &&
		    sys_write_file(sys_fd, v->settings[done - 1].path,
				   v->settings[done - 1].old,
				   strlen(v->settings[done - 1].old)) < 0)
			continue; /* the first failure is the one to tell */
	return ret;
}

/* ---- outside ---- */

static int visit(const struct link_place *at, struct visitor *v,
		 int (*act)(void *arg, struct kist_error *err),
		 struct kist_error *err)
{
	CLEANUP_FREE char *text = malloc(VALUE_MAX + 1);
	CLEANUP_FD int proc_fd = proc_open(err);
	int fd[NS_COUNT], ret = proc_fd;

	if (!text)
		ret = err_nomem(err);
	v->text = text;
	v->proc_fd = proc_fd;
	if (ret >= 0)
		ret = net_entry(at->place.ns_fd, fd, err);
	if (ret < 0)
		return ret;
	ret = fd[NS_NET] < 0 ? act(v, err) : ns_visit(fd, act, v, err);
	cleanup_fd(&fd[NS_USER]);
	return ret;
}

static int by_key(const void *a, const void *b)
{
	const struct kist_netns_sysctl *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* The folder "net" is no key of its own: all. */
static int check_key(const char *key, char path[SYSCTL_PATH_MAX],
		     struct kist_error *err)
{
	if (strcmp(key, "net") == 0) {
		strcpy(path, "net");
		return 0;
	}
	if (strncmp(key, "net.", 4) != 0 && strncmp(key, "net/", 4) != 0) {
		err_set(err, KIST_E_SYSCTL,
			"'%s' is not a sysctl of the network", key);
		err_hint(
			err,
			"those of it begin with 'net.'; the others are set with "
			"'sysctl -w', as root");
		return -EINVAL;
	}
	return sysctl_check(key, BIT(NS_NET), path, err);
}

static int take_keys(const char *const *keys, struct arena *arena,
		     struct visitor *v, struct kist_error *err)
{
	static const char *const all[] = { "net", NULL };
	int ret = 0;

	keys = keys && keys[0] ? keys : all;
	while (keys[v->count])
		v->count++;
	v->paths = arena_array(arena, v->count, sizeof(*v->paths));
	if (!v->paths)
		return err_nomem(err);
	for (size_t i = 0; ret == 0 && i < v->count; i++)
		ret = check_key(keys[i], v->paths[i], err);
	return ret;
}

int kist_netns_sysctls(const struct kist *kist, const char *target,
		       const char *const *keys,
		       struct kist_netns_sysctl **ret_list, size_t *ret_count,
		       struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct visitor v = { .target = target };
	struct link_place at;
	int ret;

	arena_init(&arena);
	ret = take_keys(keys, &arena, &v, err);
	if (ret == 0)
		ret = link_place_find(kist, target, false, &arena, &at, err);
	if (ret < 0)
		return ret;
	ret = visit(&at, &v, look, err);
	site_close(&at.place);
	if (ret < 0) {
		kist_netns_sysctls_free(v.list.items, v.list.count);
		return ret;
	}
	if (!keys || !keys[0])
		qsort(v.list.items, v.list.count, sizeof(*v.list.items),
		      by_key);
	*ret_list = v.list.items;
	*ret_count = v.list.count;
	return 0;
}

void kist_netns_sysctls_free(struct kist_netns_sysctl *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i].key);
		free(list[i].value);
	}
	free(list);
}

static int take_settings(const char *const *words, struct arena *arena,
			 struct visitor *v, struct kist_error *err)
{
	while (words[v->count])
		v->count++;
	v->settings = ARENA_ARRAY(arena, struct setting, v->count + 1);
	if (!v->settings)
		return err_nomem(err);
	for (size_t i = 0; i < v->count; i++) {
		const char *equals = strchr(words[i], '=');
		const char *key =
			arena_strndup(arena, words[i],
				      equals ? (size_t)(equals - words[i]) : 0);
		int ret;

		if (arena_failed(arena))
			return err_nomem(err);
		if (!equals) {
			ret = err_set(err, KIST_E_SYSCTL, "'%s' sets nothing",
				      words[i]);
			err_hint(err, "write %s=VALUE", words[i]);
			return ret;
		}
		ret = check_key(key, v->settings[i].path, err);
		if (ret < 0)
			return ret;
		v->settings[i].value = equals + 1;
	}
	return 0;
}

static int tell(const struct link_place *at, const struct visitor *v,
		const struct kist_trace *trace)
{
	bool is_done = true;

	for (size_t i = 0; i < v->count; i++)
		is_done = trace_step(trace, NULL, "%ssysctl -q -w %s=%s",
				     at->place.run,
				     trace_word(v->settings[i].path),
				     trace_word(v->settings[i].value));
	return is_done;
}

int kist_netns_sysctl_set(const struct kist *kist, const char *target,
			  const char *const *settings,
			  const struct kist_trace *trace,
			  struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct visitor v = { .target = target };
	struct link_place at;
	int ret;

	arena_init(&arena);
	ret = take_settings(settings, &arena, &v, err);
	if (ret == 0)
		ret = link_place_find(kist, target, false, &arena, &at, err);
	if (ret < 0)
		return ret;
	if (v.count > 0 && tell(&at, &v, trace))
		ret = visit(&at, &v, change, err);
	for (size_t i = 0; i < v.count; i++)
		free(v.settings[i].old);
	site_close(&at.place);
	return ret;
}
