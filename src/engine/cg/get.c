/* SPDX-License-Identifier: Apache-2.0 */
/* get.c - reading the files of a control group */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/cg/step.h"
#include "kernel/cgroup_file.h"
#include "kernel/cgroup_knobs.h"
#include "sys/file.h"

#define FILE_MAX (16u << 20)

struct reading {
	struct cg_group group;
	struct arena *arena;
	struct kist_cg_file *files;
	size_t count, size;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a directory that can be read, sorted. */
static int list_names(int dir_fd, struct arena *arena, const char ***ret_names,
		      size_t *ret_count)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const char **names;
	struct dirent *entry;
	size_t size = 0, count = 0;
	struct stat st;

	if (!dir) {
		cleanup_fd(&fd);
		return -errno;
	}
	while ((entry = readdir(dir)))
		size += entry->d_type == DT_REG;
	rewinddir(dir);
	names = ARENA_ARRAY(arena, const char *, size + 1);
	while (!arena_failed(arena) && (entry = readdir(dir)) && count < size)
		if (entry->d_type == DT_REG &&
		    fstatat(fd, entry->d_name, &st, 0) == 0 &&
		    st.st_mode & 0444)
			names[count++] = arena_strdup(arena, entry->d_name);
	closedir(dir);
	if (arena_failed(arena))
		return -ENOMEM;
	if (count)
		qsort(names, count, sizeof(*names), by_name);
	*ret_names = names;
	*ret_count = count;
	return 0;
}

static int grow(struct reading *r)
{
	struct kist_cg_file *more;

	if (r->count < r->size)
		return 0;
	r->size = r->size ? r->size * 2 : 64;
	more = ARENA_ARRAY(r->arena, struct kist_cg_file, r->size);
	if (arena_failed(r->arena))
		return -ENOMEM;
	if (r->count)
		memcpy(more, r->files, r->count * sizeof(*more));
	r->files = more;
	return 0;
}

/* Return: 0, or -errno of reading. */
static int read_one(struct reading *r, int i, int dir_fd, const char *name)
{
	CLEANUP_FD int fd = cgroup_file_open(dir_fd, name, O_RDONLY);
	CLEANUP_BUF struct buf text;
	int ret;

	buf_init(&text);
	if (fd < 0)
		return fd;
	ret = buf_read(&text, fd, FILE_MAX);
	if (ret)
		return ret;
	if (text.len && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	if (grow(r))
		return -ENOMEM;
	r->files[r->count++] = (struct kist_cg_file){
		.hierarchy = cg_hierarchy_name(&r->group.world->h[i]),
		.path = cg_shown(&r->group, i),
		.name = arena_strdup(r->arena, name),
		.value = arena_strndup(r->arena, text.data ? text.data : "",
				       text.len),
	};
	return 0;
}

/* "memory" stands for all its files, '*' for anything. */
static bool wanted(const char *name, const char *pattern)
{
	char of[64];

	if (!pattern || fnmatch(pattern, name, 0) == 0)
		return true;
	cgroup_controller_of(name, of, sizeof(of));
	return *of && strcmp(of, pattern) == 0;
}

static int read_failed(const struct reading *r, int i, const char *name,
		       int ret, struct kist_error *err)
{
	ret = err_sys(err,
		      ret == -EACCES || ret == -EPERM ? KIST_E_CGROUP_DENIED :
							KIST_E_CG_VALUE,
		      -ret, "read '%.80s' of '%.200s'", name,
		      cg_shown(&r->group, i));
	if (ret == -EOPNOTSUPP)
		err_hint(err, "the group is threaded, or swap is not "
			      "accounted");
	return ret;
}

/* All that match; what cannot be read is passed over. */
static int read_matching(struct reading *r, const char *pattern,
			 struct kist_error *err)
{
	size_t before = r->count;

	for (int i = 0; i < r->group.world->count; i++) {
		CLEANUP_FD int fd = cg_open(&r->group, i);
		const char **names = NULL;
		size_t count = 0;

		if (fd < 0)
			continue;
		if (list_names(fd, r->arena, &names, &count) == -ENOMEM)
			return err_nomem(err);
		for (size_t k = 0; k < count; k++)
			if (wanted(names[k], pattern) &&
			    read_one(r, i, fd, names[k]) == -ENOMEM)
				return err_nomem(err);
	}
	if (r->count > before || !pattern)
		return 0;
	return cg_explain_absent(&r->group, -1, pattern, err);
}

static int read_named(struct reading *r, const char *name,
		      struct kist_error *err)
{
	CLEANUP_FREE char *word = NULL;
	const char *words[2] = { NULL, NULL };
	struct cg_value *value;
	size_t count;
	int ret;

	if (strpbrk(name, "*?[") ||
	    (!strchr(name, '.') && strcmp(name, "tasks") != 0 &&
	     strcmp(name, "notify_on_release") != 0 &&
	     strcmp(name, "release_agent") != 0))
		return read_matching(r, name, err);
	if (asprintf(&word, "%s=", name) < 0) {
		word = NULL;
		return err_nomem(err);
	}
	words[0] = word;
	ret = cg_values_parse(words, r->arena, &value, &count, err);
	if (ret == 0)
		ret = cg_values_place(&r->group, false, value, count, err);
	if (ret == 0) {
		CLEANUP_FD int fd = cg_open(&r->group, value->hierarchy);

		ret = fd < 0 ? fd : read_one(r, value->hierarchy, fd, name);
		if (ret == -ENOENT)
			ret = cg_explain_absent(&r->group, value->hierarchy,
						name, err);
		else if (ret)
			ret = read_failed(r, value->hierarchy, name, ret, err);
	}
	return ret;
}

int kist_cg_get(const char *word, const char *const *names,
		struct kist_cg_files **ret_files, struct kist_error *err)
{
	struct kist_cg_files *result;
	struct reading *r;
	struct cg_world *world;
	struct arena *arena;
	int ret;

	result = cg_result(sizeof(*result), &arena);
	if (!result)
		return err_nomem(err);
	r = ARENA_NEW(arena, struct reading);
	world = ARENA_NEW(arena, struct cg_world);
	if (arena_failed(arena)) {
		kist_cg_free(result);
		return err_nomem(err);
	}
	r->arena = arena;
	ret = cg_find_there(word, arena, world, &r->group, err);
	if (ret == 0 && (!names || !*names))
		ret = read_matching(r, NULL, err);
	for (; ret == 0 && names && *names; names++)
		ret = read_named(r, *names, err);
	if (ret == 0 && arena_failed(arena))
		ret = err_nomem(err);
	result->files = r->files;
	result->count = r->count;
	if (ret == 0)
		*ret_files = result;
	else
		kist_cg_free(result);
	return ret;
}
