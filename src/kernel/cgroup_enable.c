/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_enable.c - having controllers in a v2 group, or saying why not
 *
 * A group has the controllers that its parent's cgroup.subtree_control
 * names, so each group on the way down has to name them. The kernel refuses
 * that by four rules, with two numbers; here they are told apart.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_refusal.h"

#define CONTROLLERS_MAX 256

struct cgroup_place cgroup_place(const struct cgroup_hierarchy *h,
				 const char *path, int len)
{
	struct cgroup_place place;

	snprintf(place.path, sizeof(place.path), "%s%.*s", h->mount,
		 len < 0 ? 512 : len, path);
	return place;
}

int cgroup_denied(const char *what, const char *path,
		  const struct cgroup_hierarchy *h, int errnum,
		  struct kist_error *err)
{
	int ret = err_sys(err, KIST_E_CGROUP_DENIED, errnum,
			  "%s control group '%s' in '%s'", what, path,
			  h->mount);

	if (errnum == EROFS)
		err_cause(err, KIST_CAUSE_CGROUP_READ_ONLY, h->mount, NULL);
	return ret;
}

/* ---- a controller the machine does not offer ---- */

static const struct block_info *block_named(const char *controller)
{
	for (int i = 0; i < BLOCK_COUNT; i++)
		if (strcmp(cgroup_blocks[i].v1, controller) == 0 ||
		    (cgroup_blocks[i].v2 &&
		     strcmp(cgroup_blocks[i].v2, controller) == 0))
			return &cgroup_blocks[i];
	return NULL;
}

int cgroup_no_controller(const char *controller, struct kist_error *err)
{
	const struct block_info *block = block_named(controller);
	struct cgroup_refusal refusal;
	int ret;

	ret = err_set(err, KIST_E_CGROUP_CONTROLLER,
		      "no cgroup controller '%s'%s%s", controller,
		      block ? ", which is needed by linux.resources." : "",
		      block ? block->oci : "");
	if (cgroup_refused_controller(block ? block->v1 : controller, &refusal))
		cgroup_refusal_tell(&refusal, err);
	return ret;
}

/* ---- why a group does not hand a controller down ---- */

/* "/" for the root, else @path's first @len bytes. */
static const char *shown(const char *path, int len, char *buf, size_t size)
{
	snprintf(buf, size, "%.*s", len ? len : 1, len ? path : "/");
	return buf;
}

static int explain_threaded(const char *group, const char *type,
			    const char *name, struct kist_error *err)
{
	int ret = err_set(err, KIST_E_CGROUP_CONTROLLER,
			  "enable controller '%s' in control group '%s': the "
			  "group is '%s'",
			  name, group, type);

	err_hint(err,
		 "threaded groups have no '%s': choose a cgroupsPath "
		 "outside of it",
		 name);
	return ret;
}

/* A group with processes of its own hands nothing down. */
static int explain_processes(int dir_fd, const char *group, const char *name,
			     struct kist_error *err)
{
	char text[4096];
	int count = 0, ret;

	cgroup_file_read(dir_fd, "cgroup.procs", text, sizeof(text));
	for (const char *at = text; *at;
	     at += strcspn(at, "\n"), at += *at == '\n')
		count++;
	ret = err_set(err, KIST_E_CGROUP_CONTROLLER,
		      "enable controller '%s' in control group '%s': it has "
		      "%d process%s of its own (%.*s%s)",
		      name, group, count, count == 1 ? "" : "es",
		      (int)strcspn(text, "\n"), text, count > 1 ? " …" : "");
	err_hint(err,
		 "cgroup v2 limits groups below only if no process is in "
		 "'%s' itself: move them to a group below it, or choose "
		 "another cgroupsPath",
		 group);
	return ret;
}

static int explain(int dir_fd, const char *group, const char *name, int errnum,
		   struct kist_error *err)
{
	char type[64], procs[16], value[80];
	const struct cgroup_attempt attempt = {
		.dir_fd = dir_fd,
		.name = group,
		.file = "cgroup.subtree_control",
		.value = value,
		.uid = geteuid(),
		.errnum = errnum,
	};
	struct cgroup_refusal refusal;
	int ret;

	snprintf(value, sizeof(value), "+%s", name);

	cgroup_file_read(dir_fd, "cgroup.type", type, sizeof(type));
	cgroup_file_read(dir_fd, "cgroup.procs", procs, sizeof(procs));
	if (*type && strcmp(type, "domain") != 0)
		return explain_threaded(group, type, name, err);
	if (errnum == EBUSY && *procs)
		return explain_processes(dir_fd, group, name, err);

	ret = err_sys(err, KIST_E_CGROUP_CONTROLLER, errnum,
		      "enable controller '%s' in control group '%s'", name,
		      group);
	if (cgroup_refused_write(&attempt, &refusal))
		cgroup_refusal_tell(&refusal, err);
	return ret;
}

static int enable_one(int dir_fd, const char *group, const char *name,
		      struct kist_error *err)
{
	char have[CONTROLLERS_MAX], text[80];
	int ret;

	cgroup_file_read(dir_fd, "cgroup.subtree_control", have, sizeof(have));
	if (cgroup_word_in(have, name))
		return 0;
	cgroup_file_read(dir_fd, "cgroup.controllers", have, sizeof(have));
	if (!cgroup_word_in(have, name))
		return cgroup_no_controller(name, err);
	snprintf(text, sizeof(text), "+%s", name);
	ret = cgroup_file_write(dir_fd, "cgroup.subtree_control", text);
	return ret ? explain(dir_fd, group, name, -ret, err) : 0;
}

/* Call enable_one() for each of @names. */
static int enable_all(int dir_fd, const char *group, const char *names,
		      struct kist_error *err)
{
	char name[64];
	int ret = 0, len;

	for (const char *at = names;
	     ret == 0 && sscanf(at, " %63s%n", name, &len) == 1; at += len)
		ret = enable_one(dir_fd, group, name, err);
	return ret;
}

static bool has_all(int dir_fd, const char *names)
{
	char have[CONTROLLERS_MAX], name[64];
	int len;

	cgroup_file_read(dir_fd, "cgroup.controllers", have, sizeof(have));
	for (const char *at = names; sscanf(at, " %63s%n", name, &len) == 1;
	     at += len)
		if (!cgroup_word_in(have, name))
			return false;
	return true;
}

int cgroup_enable(const struct cgroup_hierarchy *h, const char *path,
		  const char *names, struct kist_error *err)
{
	struct cgroup_place place = cgroup_place(h, path, -1);
	CLEANUP_FD int fd = openat(AT_FDCWD, place.path, O_PATH | O_CLOEXEC);
	const char *slash = path;

	if (fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "open '%s'",
			       place.path);
	if (has_all(fd, names))
		return 0;

	/* from the root down: each slash ends the name of a parent */
	for (; slash; slash = strchr(slash + 1, '/')) {
		int len = (int)(slash - path), ret;
		CLEANUP_FD int up = -1;
		char buf[512];

		place = cgroup_place(h, path, len);
		up = openat(AT_FDCWD, place.path, O_PATH | O_CLOEXEC);
		if (up < 0)
			return err_sys(err, KIST_E_SYSTEM, errno, "open '%s'",
				       place.path);
		ret = enable_all(up, shown(path, len, buf, sizeof(buf)), names,
				 err);
		if (ret)
			return ret;
	}
	return 0;
}

static void add_name(char *names, size_t size, const char *name, size_t len)
{
	char word[64];
	size_t used = strlen(names);

	if (len >= sizeof(word) || used + len + 2 > size)
		return;
	memcpy(word, name, len);
	word[len] = '\0';
	if (!cgroup_word_in(names, word))
		snprintf(names + used, size - used, "%s%s", used ? " " : "",
			 word);
}

void cgroup_v2_needs(const struct cgroup_world *world,
		     const struct cgroup_limits *limits, char *ret_names,
		     size_t size)
{
	uint32_t needed = cgroup_blocks_needed(limits);

	*ret_names = '\0';
	for (int i = 0; i < BLOCK_COUNT; i++) {
		const struct block_info *b = &cgroup_blocks[i];

		if (needed & BIT(i) && b->v2 &&
		    cgroup_find_v1(world, b->v1) < 0)
			add_name(ret_names, size, b->v2, strlen(b->v2));
	}
	for (size_t i = 0; i < limits->unified_count; i++) {
		const char *key = limits->unified[i].key;
		size_t len = strcspn(key, ".");

		if (key[len] && !(len == 6 && memcmp(key, "cgroup", 6) == 0))
			add_name(ret_names, size, key, len);
	}
}

/* ---- v1 ---- */

/* The parent's value of @file. @ret_text: "" if it has none itself. */
static int read_above(int dir_fd, const char *file, char *ret_text, size_t size)
{
	char up[64];
	int ret;

	snprintf(up, sizeof(up), "../%s", file);
	ret = cgroup_file_read(dir_fd, up, ret_text, size);
	if (ret != -ENOENT)
		return ret;
	/* a hierarchy without prefixes: the first dot of @up is another */
	snprintf(up, sizeof(up), "../%s", strchr(file, '.') + 1);
	return cgroup_file_read(dir_fd, up, ret_text, size);
}

/* Return: 0, 1 if the parent has nothing to copy, or a negative errno. */
static int copy_from_parent(int dir_fd, const char *file)
{
	char text[4096];
	int ret = read_above(dir_fd, file, text, sizeof(text));

	if (ret == 0 && !*text)
		return 1;
	return ret ? ret : cgroup_file_write(dir_fd, file, text);
}

static bool is_empty(int dir_fd, const char *file)
{
	char text[16];

	return cgroup_file_read(dir_fd, file, text, sizeof(text)) == 0 &&
	       !*text;
}

static int fill(int dir_fd)
{
	int ret = 0;

	if (is_empty(dir_fd, "cpuset.cpus"))
		ret = copy_from_parent(dir_fd, "cpuset.cpus");
	if (ret == 0 && is_empty(dir_fd, "cpuset.mems"))
		ret = copy_from_parent(dir_fd, "cpuset.mems");
	return ret;
}

/* From the root down to the group. */
static int fill_all(const struct cgroup_hierarchy *h, const char *path)
{
	const char *slash = path;
	int ret = 0;

	while (ret == 0 && slash) {
		struct cgroup_place place;
		CLEANUP_FD int fd = -1;

		slash = strchr(slash + 1, '/');
		place = cgroup_place(h, path, slash ? (int)(slash - path) : -1);
		fd = openat(AT_FDCWD, place.path, O_PATH | O_CLOEXEC);
		ret = fd < 0 ? -errno : fill(fd);
	}
	return ret;
}

int cgroup_inherit_cpuset(const struct cgroup_hierarchy *h, const char *path,
			  int dir_fd, struct kist_error *err)
{
	int ret = fill(dir_fd);

	if (ret > 0)
		ret = fill_all(h, path);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "copy cpuset.cpus and cpuset.mems of the group "
			       "above '%s'",
			       path);
	return 0;
}
