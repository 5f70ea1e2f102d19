/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_probe.c - which cgroup hierarchies this machine has
 *
 * How it works
 * ============
 *
 * This is on the way of every start, so /proc/self/mountinfo, which grows
 * with the machine, is the last resort. A v2 machine is told by one statfs(2).
 * Else /sys/fs/cgroup has one directory per hierarchy, by convention named
 * for its controllers, plus symbolic links for co-mounted ones (cpu ->
 * cpu,cpuacct). Only when a name is not telling, or there is nothing, is
 * mountinfo read.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>

#include "base/buf.h"
#include "kernel/cgroup_internal.h"

#define PLACE "/sys/fs/cgroup"
#define MAGIC_V1 0x27e0eb
#define MAGIC_V2 0x63677270
#define MOUNTINFO_MAX (16u << 20)

const char *const cgroup_controller_names[] = {
	"blkio",   "cpu",      "cpuacct",    "cpuset", "debug",	 "devices",
	"dmem",	   "freezer",  "hugetlb",    "io",     "memory", "misc",
	"net_cls", "net_prio", "perf_event", "pids",   "rdma",	 NULL,
};

static bool is_controller(const char *word, size_t len)
{
	for (int i = 0; cgroup_controller_names[i]; i++)
		if (strlen(cgroup_controller_names[i]) == len &&
		    memcmp(word, cgroup_controller_names[i], len) == 0)
			return true;
	return false;
}

/* "cpu,cpuacct": each word is a controller. */
static bool are_controllers(const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ",");

		if (!is_controller(list, len))
			return false;
		list += len + (list[len] == ',');
	}
	return true;
}

bool cgroup_controls(const char *controllers, const char *controller)
{
	size_t n = strlen(controller);

	while (*controllers) {
		size_t len = strcspn(controllers, ",");

		if (len == n && memcmp(controllers, controller, n) == 0)
			return true;
		controllers += len + (controllers[len] == ',');
	}
	return false;
}

int cgroup_find_v1(const struct cgroup_world *world, const char *controller)
{
	for (int i = 0; i < world->count; i++)
		if (!world->h[i].is_v2 &&
		    cgroup_controls(world->h[i].controllers, controller))
			return i;
	return -1;
}

int cgroup_find_v2(const struct cgroup_world *world)
{
	for (int i = 0; i < world->count; i++)
		if (world->h[i].is_v2)
			return i;
	return -1;
}

/* A hierarchy mounted in two places is one; names too long are none. */
static void add(struct cgroup_world *world, const char *mount,
		const char *controllers, bool is_v2)
{
	struct cgroup_hierarchy *h = &world->h[world->count];

	for (int i = 0; i < world->count; i++)
		if (world->h[i].is_v2 == is_v2 &&
		    strcmp(world->h[i].controllers, controllers) == 0)
			return;
	if (world->count == CGROUP_HIERARCHY_MAX ||
	    strlen(mount) >= sizeof(h->mount) ||
	    strlen(controllers) >= sizeof(h->controllers))
		return;
	strcpy(h->mount, mount);
	strcpy(h->controllers, controllers);
	h->is_v2 = is_v2;
	world->count++;
}

static void set_mode(struct cgroup_world *world)
{
	bool v2 = cgroup_find_v2(world) >= 0;

	if (world->count == 0)
		world->mode = CGROUP_NONE;
	else if (!v2)
		world->mode = CGROUP_V1;
	else
		world->mode = world->count == 1 ? CGROUP_V2 : CGROUP_HYBRID;
}

/* ---- the usual place ---- */

static long magic_of(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) ? 0 : (long)fs.f_type;
}

/* Return: false if only mountinfo can tell what this hierarchy is. */
static bool add_directory(struct cgroup_world *world, const char *name)
{
	char mount[sizeof(PLACE) + NAME_MAX + 1];
	long magic;

	snprintf(mount, sizeof(mount), PLACE "/%s", name);
	magic = magic_of(mount);
	if (magic == MAGIC_V2)
		add(world, mount, "", true);
	else if (magic == MAGIC_V1 && strcmp(name, "systemd") == 0)
		add(world, mount, "name=systemd", false);
	else if (magic == MAGIC_V1 && are_controllers(name))
		add(world, mount, name, false);
	else if (magic == MAGIC_V1)
		return false;
	return true;
}

/* Return: false if mountinfo has to be asked. */
static bool list_place(struct cgroup_world *world)
{
	DIR *dir = opendir(PLACE);
	struct dirent *entry;
	bool told = true;

	if (!dir)
		return false;
	while (told && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && entry->d_type != DT_LNK &&
		    entry->d_type != DT_REG)
			told = add_directory(world, entry->d_name);
	closedir(dir);
	return told && world->count > 0;
}

/* ---- mountinfo ---- */

/* "\040" for a space, in place. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && from[1] && from[2] && from[3]) {
			*to = (char)((from[1] - '0') << 6 |
				     (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* Of "rw,cpu,cpuacct,noprefix" what is a controller or a name. */
static void controllers_of(const char *options, char *ret, size_t size)
{
	size_t used = 0;

	*ret = '\0';
	while (*options) {
		size_t len = strcspn(options, ",");

		if ((is_controller(options, len) ||
		     strncmp(options, "name=", 5) == 0) &&
		    used + len + 2 <= size) {
			if (used)
				ret[used++] = ',';
			memcpy(ret + used, options, len);
			used += len;
			ret[used] = '\0';
		}
		options += len + (options[len] == ',');
	}
}

static void add_line(struct cgroup_world *world, const char *line, size_t len,
		     bool verify)
{
	char text[1024], root[256], mount[256], type[32], options[512];
	char controllers[96];
	const char *dash;

	if (len >= sizeof(text))
		return;
	memcpy(text, line, len);
	text[len] = '\0';
	dash = strstr(text, " - cgroup");
	if (!dash || sscanf(text, "%*d %*d %*s %255s %255s", root, mount) != 2)
		return;
	if (sscanf(dash + 3, "%31s %*s %511s", type, options) != 2)
		return;

	unescape(mount);
	if (strcmp(type, "cgroup2") == 0) {
		if (!verify || magic_of(mount) == MAGIC_V2)
			add(world, mount, "", true);
	} else if (strcmp(type, "cgroup") == 0 &&
		   (!verify || magic_of(mount) == MAGIC_V1)) {
		controllers_of(options, controllers, sizeof(controllers));
		if (*controllers)
			add(world, mount, controllers, false);
	}
}

void cgroup_parse_mountinfo(const char *text, bool verify,
			    struct cgroup_world *ret_world)
{
	memset(ret_world, 0, sizeof(*ret_world));
	while (*text) {
		size_t len = strcspn(text, "\n");

		add_line(ret_world, text, len, verify);
		text += len + (text[len] == '\n');
	}
	set_mode(ret_world);
}

static int read_mountinfo(struct cgroup_world *ret_world,
			  struct kist_error *err)
{
	CLEANUP_FD int fd =
		openat(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	CLEANUP_BUF struct buf text;
	int ret;

	buf_init(&text);
	if (fd < 0)
		return 0; /* no /proc: then there are no cgroups to find */
	ret = buf_read(&text, fd, MOUNTINFO_MAX);
	if (ret)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "read '/proc/self/mountinfo'");
	cgroup_parse_mountinfo(text.data ? text.data : "", true, ret_world);
	return 0;
}

/* In /proc/PID/cgroup a line is "4:memory:/a/b"; "3:cpu,cpuacct:/" is two that
 * are mounted together. */
static bool is_alone(const char *text, const char *controller)
{
	size_t len = strlen(controller);

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *list = text + strcspn(text, ":\n");

		if (len && *list++ == ':' &&
		    strncmp(list, controller, len) == 0 && list[len] == ':')
			return true;
	}
	return false;
}

bool cgroup_probe_v1(struct cgroup_world *world, const char *cgroup_text,
		     const char *controller)
{
	if (!is_controller(controller, strlen(controller)) ||
	    !is_alone(cgroup_text, controller) ||
	    !add_directory(world, controller))
		return false;
	set_mode(world);
	return cgroup_find_v1(world, controller) >= 0;
}

int cgroup_probe(struct cgroup_world *ret_world, struct kist_error *err)
{
	struct cgroup_world world = { 0 };
	int ret;

	if (magic_of(PLACE) == MAGIC_V2) {
		add(&world, PLACE, "", true);
	} else if (!list_place(&world)) {
		ret = read_mountinfo(&world, err);
		if (ret)
			return ret;
	}

	set_mode(&world);
	*ret_world = world;
	return 0;
}
