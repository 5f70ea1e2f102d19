/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_path.c - which group a new container gets
 *
 * How it works
 * ============
 *
 * Who may write to the mount's root gets "/kist-ID", one directory and no
 * parent: on v1 each more costs as many calls as there are hierarchies. Who may not (an ordinary
 * user, root in a user namespace) needs a part of the tree that was delegated:
 * that is looked for from the own group upwards, and the highest writable one
 * is taken. It is not the own one if that can be helped, for cgroup v2 gives
 * controllers only to groups whose parent has no processes itself; below a
 * systemd user manager the highest is the manager's, which has none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "kernel/cgroup_internal.h"

#define BASE "/kist"

static int bad_path(const char *path, const char *why, struct kist_error *err)
{
	int ret = err_set(err, KIST_E_CGROUP_PATH,
			  "control group path '%.200s': %s", path, why);

	err_hint(err, "write it whole, from the root of the tree: "
		      "'/kist/NAME'");
	return ret;
}

/* systemd's "slice:prefix:name" */
static bool is_systemd_form(const char *path)
{
	const char *colon = strchr(path, ':');

	return *path != '/' && colon && strchr(colon + 1, ':') &&
	       !strchr(path, '/');
}

static bool has_dot_dot(const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len == 2 && path[0] == '.' && path[1] == '.')
			return true;
		path += len + (path[len] == '/');
	}
	return false;
}

static int check_path(const char *path, struct kist_error *err)
{
	int ret;

	if (is_systemd_form(path)) {
		ret = err_set(err, KIST_E_UNSUPPORTED,
			      "control group path '%.200s' is for the systemd "
			      "manager",
			      path);
		err_hint(err, "write a path such as '/kist/NAME'");
		return ret;
	}
	if (has_dot_dot(path))
		return bad_path(path, "'..' is not allowed", err);
	if (strchr(path, '\n'))
		return bad_path(path, "it has a line break", err);
	return 0;
}

/* Append "/a//./b" as "/a/b". Return: false if it does not fit. */
static bool append(char *path, size_t size, const char *more)
{
	size_t used = strlen(path);

	while (*more) {
		size_t len = strcspn(more, "/");

		if (len && !(len == 1 && *more == '.')) {
			if (used + len + 2 > size)
				return false;
			path[used++] = '/';
			memcpy(path + used, more, len);
			used += len;
			path[used] = '\0';
		}
		more += len + (more[len] == '/');
	}
	return true;
}

static bool is_writable(const char *mount, const char *path)
{
	char procs[1024];

	snprintf(procs, sizeof(procs), "%s%s/cgroup.procs", mount, path);
	return faccessat(AT_FDCWD, procs, W_OK, AT_EACCESS) == 0;
}

/* The v2 line of /proc/self/cgroup: "0::/user.slice/…". */
static bool own_group(char *ret_path, size_t size)
{
	char text[4096];
	const char *line;
	size_t len;

	if (cgroup_file_read(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)))
		return false;
	line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!line)
		return false;
	line += (*line == '\n') + 3;
	len = strcspn(line, "\n");
	if (len >= size)
		return false;
	memcpy(ret_path, line, len);
	ret_path[len] = '\0';
	return true;
}

/* The highest group above (or equal to) ours that we may write to; ours if
 * there is none: making a group there will say what is missing. */
static void delegated_group(const char *mount, char *path)
{
	char up[512];

	snprintf(up, sizeof(up), "%s", path);
	for (;;) {
		char *slash = strrchr(up, '/');

		if (!slash || !is_writable(mount, up))
			return;
		strcpy(path, up);
		*slash = '\0';
	}
}

/* "" for who may write to the root, or the delegated group. */
static void base_group(const struct cgroup_world *world, char *ret_path,
		       size_t size)
{
	int v2 = cgroup_find_v2(world);
	const char *mount;

	*ret_path = '\0';
	if (world->mode != CGROUP_V2)
		return;
	mount = world->h[v2].mount;
	if (is_writable(mount, "") || !own_group(ret_path, size))
		return;
	if (strcmp(ret_path, "/") == 0)
		*ret_path = '\0';
	delegated_group(mount, ret_path);
}

int cgroup_choose_path(const struct cgroup_world *world, const char *wanted,
		       const char *id, char *ret_path, size_t size,
		       struct kist_error *err)
{
	char path[512] = "", name[256];
	bool fits = true;
	int ret;

	if (wanted && !*wanted)
		wanted = NULL;
	if (wanted) {
		ret = check_path(wanted, err);
		if (ret)
			return ret;
	}

	if (!wanted || *wanted != '/') {
		base_group(world, path, sizeof(path));
		snprintf(name, sizeof(name), BASE "%s%s", wanted ? "" : "-",
			 wanted ? "" : id);
		fits = append(path, sizeof(path), name);
	}
	if (!fits || (wanted && !append(path, sizeof(path), wanted)) ||
	    strlen(path) >= size)
		return bad_path(wanted ? wanted : id, "it is too long", err);
	if (!*path)
		return bad_path(wanted, "it is the root of all groups", err);
	strcpy(ret_path, path);
	return 0;
}
