/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare_mounts.c - the mounts that belong to new namespaces
 *
 * A /sys of the new network namespace would hide what is mounted below the old
 * one. The places for that are the kernel's (sysfs_create_mount_point()), so
 * they are few and known: what is mounted there is opened before, and bound or
 * moved to the new one.
 *
 * A cgroup mount shows the tree from where it was mounted. What belongs to a
 * new cgroup namespace is the part below the own group: it is bound over the
 * mount. That works with both versions, and in a user namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/path.h"
#include "engine/ns/unshare.h"
#include "sys/file.h"
#include "sys/mount.h"

#define NO_PRIVILEGE (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define MNT_ID_UNIQUE 0x4000
#define SYS_LISTMOUNT 458 /* Linux 6.8 */
#define MOUNTINFO_MAX (16 * 1024 * 1024)

/* ---- propagation, root ---- */

static int propagate(const struct unshare *u, struct kist_error *err)
{
	static const unsigned long flags[] = {
		[KIST_PROPAGATION_PRIVATE] = MS_PRIVATE,
		[KIST_PROPAGATION_SLAVE] = MS_SLAVE,
		[KIST_PROPAGATION_SHARED] = MS_SHARED,
	};
	int ret;

	if (u->args->propagation == KIST_PROPAGATION_UNCHANGED)
		return 0;
	ret = sys_mount("none", "/", NULL, MS_REC | flags[u->args->propagation],
			NULL);
	if (ret == -EINVAL)
		err_hint(err, "/ is not a mount: in a chroot use "
			      "--propagation unchanged");
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret,
				 "change the propagation of mounts") :
			 0;
}

/* ---- /proc ---- */

static int proc_refused(const struct unshare *u, int errnum,
			struct kist_error *err)
{
	struct kist_error why = { 0 };
	int ret = err_sys(&why, KIST_E_UNSHARE_DENIED, errnum,
			  "mount a /proc for the new namespace on '%s'",
			  u->fresh_proc);

	if (errnum == EPERM)
		err_hint(&why, "parts of /proc are hidden by other mounts here "
			       "(a container): the kernel shows nobody in a "
			       "user namespace more than that; 'ps' goes on "
			       "showing the processes outside");
	if (u->must_proc) {
		if (err)
			*err = why;
		return ret;
	}
	unshare_warn(u, &why);
	return 0;
}

static int mount_proc(const struct unshare *u, struct kist_error *err)
{
	int ret;

	if (u->must_proc && u->args->plain)
		/* as unshare(1): what stands there propagates nothing */
		(void)sys_mount("none", u->fresh_proc, NULL,
				MS_REC | MS_PRIVATE, NULL);
	ret = sys_mount("proc", u->fresh_proc, "proc", NO_PRIVILEGE, NULL);
	if (ret == -EPERM && !u->args->plain)
		ret = sys_mount("proc", u->fresh_proc, "proc", NO_PRIVILEGE,
				"subset=pid");
	if (ret == 0)
		return 0;
	/* a root directory without the folder: nothing to do */
	if (ret == -ENOENT && !u->must_proc)
		return 0;
	return proc_refused(u, -ret, err);
}

/* ---- /sys ---- */

const char *const unshare_sys_places[] = {
	"/sys/fs/cgroup",
	"/sys/kernel/security",
	"/sys/fs/bpf",
	"/sys/fs/pstore",
	"/sys/kernel/debug",
	"/sys/kernel/tracing",
	"/sys/kernel/config",
	"/sys/fs/selinux",
	"/sys/fs/smackfs",
	"/sys/fs/resctrl",
	"/sys/hypervisor/s390",
	"/sys/fs/fuse/connections",
	"/sys/firmware/efi/efivars",
	NULL,
};
#define SYS_PLACES (ARRAY_LEN(unshare_sys_places) - 1)

bool unshare_is_mount(const char *path)
{
	struct statx st;

	/* the C library's wrapper would do, but old ones have none */
	return syscall(SYS_statx, AT_FDCWD, path, AT_NO_AUTOMOUNT, 0, &st) ==
		       0 &&
	       (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* Linux 6.8 can say how many mounts are below one; -1: it cannot. */
static int mounts_below(const char *path)
{
	struct {
		uint32_t size, spare;
		uint64_t mount, last;
	} request = { .size = 24 };
	uint64_t ids[64];
	struct statx st;

	if (syscall(SYS_statx, AT_FDCWD, path, AT_NO_AUTOMOUNT, MNT_ID_UNIQUE,
		    &st) < 0 ||
	    !(st.stx_mask & MNT_ID_UNIQUE))
		return -1;
	/* stx_mnt_id, which old headers do not name */
	memcpy(&request.mount, (const char *)&st + 0x90, sizeof(uint64_t));
	return (int)syscall(SYS_LISTMOUNT, &request, ids, ARRAY_LEN(ids), 0);
}

/* Often there is only the first of the places: asking for each costs more than
 * mounting. */
static size_t count_places(void)
{
	int first = mounts_below(unshare_sys_places[0]);

	return first >= 0 && mounts_below("/sys") == first + 1 ? 1 : SYS_PLACES;
}

static int mount_sysfs(void)
{
	int ret = sys_mount("sysfs", "/sys", "sysfs", NO_PRIVILEGE, NULL);

	/* nobody in a user namespace may write where root may not */
	if (ret == -EPERM)
		ret = sys_mount("sysfs", "/sys", "sysfs",
				NO_PRIVILEGE | MS_RDONLY, NULL);
	return ret;
}

/* Mounts that a user namespace got from outside cannot be moved, but copied. */
static void put_back(int tree_fd, const char *place)
{
	CLEANUP_FD int copy_fd = -1;

	if (sys_move_mount(tree_fd, "", AT_FDCWD, place,
			   MOVE_MOUNT_F_EMPTY_PATH) == 0)
		return;
	copy_fd = sys_open_tree(tree_fd, "",
				AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE);
	if (copy_fd >= 0)
		(void)sys_move_mount(copy_fd, "", AT_FDCWD, place,
				     MOVE_MOUNT_F_EMPTY_PATH);
}

static void fresh_sys(const struct unshare *u)
{
	int fds[SYS_PLACES];
	struct kist_error why = { 0 };
	const size_t count = u->args->root ? 0 : count_places();
	int ret;

	for (size_t i = 0; i < count; i++)
		fds[i] = count == 1 || unshare_is_mount(unshare_sys_places[i]) ?
				 openat(AT_FDCWD, unshare_sys_places[i],
					O_PATH | O_CLOEXEC) :
				 -1;
	ret = mount_sysfs();
	for (size_t i = 0; i < count; i++) {
		if (ret == 0 && fds[i] >= 0)
			put_back(fds[i], unshare_sys_places[i]);
		cleanup_fd(&fds[i]);
	}
	if (ret == 0 || ret == -ENOENT)
		return;
	err_sys(&why, KIST_E_UNSHARE_DENIED, -ret,
		"mount a /sys for the new network namespace");
	err_hint(&why, "/sys/class/net goes on showing the interfaces outside");
	unshare_warn(u, &why);
}

/* ---- cgroup mounts ---- */

/* One line of mountinfo: "36 35 98:0 ROOT MOUNT-POINT … - TYPE SOURCE OPTS" */
struct cgroup_mount {
	const char *root, *point, *options;
	bool v2;
};

/* The next cgroup mount; @text is cut up. */
static bool next_cgroup(char **text, struct cgroup_mount *ret)
{
	char *line;

	while ((line = strsep(text, "\n")) && *line) {
		char *dash = strstr(line, " - cgroup"), *field[5], *options;

		if (!dash)
			continue;
		*dash = '\0';
		for (size_t i = 0; i < ARRAY_LEN(field); i++)
			field[i] = strsep(&line, " ");
		options = dash + strlen(" - cgroup");
		ret->v2 = *options == '2';
		options = strrchr(options, ' ');
		if (!field[4] || !options)
			continue;
		ret->root = field[3];
		ret->point = field[4];
		ret->options = options + 1;
		return true;
	}
	return false;
}

static bool has_word(const char *words, const char *word, size_t len)
{
	while (words && *words) {
		size_t part = strcspn(words, ",");

		if (part == len && memcmp(words, word, len) == 0)
			return true;
		words += part + (words[part] == ',');
	}
	return false;
}

/* Is the line "4:memory:/path" about the mount? */
static bool is_about(const char *names, const struct cgroup_mount *mount)
{
	size_t len = strcspn(names, ",:");

	if (mount->v2)
		return *names == ':';
	return len && has_word(mount->options, names, len);
}

/* Where our group is in this mount's hierarchy. @groups is the text of
 * /proc/self/cgroup; it is cut up. */
static const char *own_group(char *groups, const struct cgroup_mount *mount)
{
	for (char *line = groups; line && *line;) {
		char *names = strchr(line, ':');
		char *path = names ? strchr(names + 1, ':') : NULL;
		char *end = strchr(line, '\n');

		if (path && is_about(names + 1, mount)) {
			path++;
			if (end)
				*end = '\0';
			return path;
		}
		line = end ? end + 1 : NULL;
	}
	return NULL;
}

/* How far above our group's folder the root of the mount is: "/../.." is 2;
 * 0: it is that folder, or none above it. */
static size_t levels_up(const char *root)
{
	size_t levels = 0;

	for (; strncmp(root, "/..", 3) == 0; root += 3)
		levels++;
	return *root ? 0 : levels;
}

/* The last @levels components of a path, with the '/' before them, or NULL. */
static const char *last_parts(const char *path, size_t levels)
{
	const char *at = path + strlen(path);

	while (levels && at > path)
		levels -= *--at == '/';
	return levels ? NULL : at;
}

/* The part of @group below what the mount shows, with a '/' in front; ""
 * or NULL: there is nothing to do. */
static const char *hidden_part(const struct cgroup_mount *mount,
			       const char *group, bool inside)
{
	const char *below;

	if (inside)
		return last_parts(group, levels_up(mount->root));
	if (strcmp(mount->root, "/") == 0)
		return group;
	below = path_below(group, mount->root);
	return below && below > group ? below - 1 : below;
}

bool unshare_is_grouped(const char *groups)
{
	for (const char *line = groups; line && *line;) {
		const char *end = strchrnul(line, '\n');

		if (end - line < 2 || end[-1] != '/' || end[-2] != ':')
			return true;
		line = *end ? end + 1 : NULL;
	}
	return false;
}

void unshare_cgroup_binds(const struct unshare *u, bool inside,
			  void (*each)(void *context, const char *from,
				       const char *to),
			  void *context)
{
	CLEANUP_BUF struct buf mounts;
	struct cgroup_mount mount;
	char *rest;

	buf_init(&mounts);
	/* a view, not a barrier: what cannot be had stays as it was */
	if (sys_load_file(AT_FDCWD, "/proc/self/mountinfo", &mounts,
			  MOUNTINFO_MAX) < 0)
		return;
	rest = mounts.data;
	while (rest && next_cgroup(&rest, &mount)) {
		CLEANUP_FREE char *groups = strdup(u->groups);
		const char *group = own_group(groups, &mount);
		const char *part = group ? hidden_part(&mount, group, inside) :
					   NULL;
		char path[PATH_BYTES];

		if (part && part[0] && part[1] &&
		    path_join(mount.point, part + 1, path, sizeof(path)) == 0)
			each(context, path, mount.point);
	}
}

static void bind(void *context, const char *from, const char *to)
{
	(void)context;
	(void)sys_mount(from, to, NULL, MS_BIND, NULL);
}

/* Where the hierarchy of a line of /proc/self/cgroup is mounted as a rule. */
static int usual_place(const char *names, size_t len, int attempt, char *buf,
		       size_t size)
{
	if (len == 0)
		return snprintf(buf, size, "/sys/fs/cgroup%s",
				attempt == 0 ? "/unified" : "");
	if (attempt > 0)
		return -1;
	if (strncmp(names, "name=", 5) == 0) {
		names += 5;
		len -= 5;
	}
	return snprintf(buf, size, "/sys/fs/cgroup/%.*s", (int)len, names);
}

/* "memory:/a/b": bind its part where it is mounted as a rule. */
static bool bind_usual(const char *names, const char *end)
{
	const char *colon = memchr(names, ':', (size_t)(end - names));
	const char *group = colon ? colon + 1 : end;
	char place[PATH_BYTES], part[PATH_BYTES];

	for (int i = 0;; i++) {
		int len = usual_place(names, (size_t)(group - 1 - names), i,
				      place, sizeof(place));

		if (len < 0 ||
		    (size_t)len + (size_t)(end - group) >= sizeof(part))
			return false;
		memcpy(part, place, (size_t)len);
		memcpy(part + len, group, (size_t)(end - group));
		part[len + (end - group)] = '\0';
		if (sys_mount(part, place, NULL, MS_BIND, NULL) == 0)
			return true;
	}
}

/* Reading all mounts costs as much as making the namespace: they are read only
 * where something is not at its usual place. */
static void own_cgroups(const struct unshare *u)
{
	bool all = true;

	for (const char *line = u->groups; *line;) {
		const char *end = strchrnul(line, '\n');
		const char *names = memchr(line, ':', (size_t)(end - line));
		bool is_root = end[-1] == '/' && end[-2] == ':';

		if (names && !is_root)
			all = bind_usual(names + 1, end) && all;
		line = *end ? end + 1 : end;
	}
	if (!all)
		unshare_cgroup_binds(u, true, bind, NULL);
}

/* ---- the root directory ---- */

/* With mounts of our own the old root can go away altogether: a chroot would
 * forbid user namespaces inside. */
static int enter_root(const struct unshare *u, struct kist_error *err)
{
	const char *root = u->args->root;
	const bool pivots = !u->args->plain && unshare_has(u, NS_MNT);
	int ret;

	if (pivots)
		ret = sys_mount(root, root, NULL, MS_BIND | MS_REC, NULL);
	else
		ret = chroot(root) < 0 ? -errno : 0;
	if (ret == 0)
		ret = chdir(pivots ? root : "/") < 0 ? -errno : 0;
	if (ret == 0 && pivots)
		ret = sys_pivot_root(".", ".");
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret,
				 "make '%s' the root directory", root) :
			 0;
}

/* Only now: /proc and /sys may be mounted only while the old are in sight. */
static int leave_old_root(const struct unshare *u, struct kist_error *err)
{
	int ret;

	if (!u->args->root || u->args->plain || !unshare_has(u, NS_MNT))
		return 0;
	ret = sys_umount(".", MNT_DETACH);
	if (ret == 0 && chdir("/") < 0)
		ret = -errno;
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret,
				 "leave the old root directory") :
			 0;
}

/* ---- binfmt_misc ---- */

static int mount_binfmt(const struct unshare *u, struct kist_error *err)
{
	const char *at = u->args->mount_binfmt;
	const char *rule = u->args->load_interp;
	char path[PATH_BYTES];
	int ret;

	if (!at && rule)
		at = "/proc/sys/fs/binfmt_misc";
	if (!at)
		return 0;
	ret = sys_mount("binfmt_misc", at, "binfmt_misc", NO_PRIVILEGE, NULL);
	if (ret < 0) {
		ret = err_sys(err, KIST_E_UNSHARE_DENIED, -ret,
			      "mount binfmt_misc on '%s'", at);
		err_hint(err, "it takes Linux 6.7, and a user namespace (-U)");
		return ret;
	}
	if (!rule || path_join(at, "register", path, sizeof(path)) < 0)
		return 0;
	ret = sys_write_file(AT_FDCWD, path, rule, strlen(rule));
	return ret < 0 ? err_sys(err, KIST_E_UNSHARE, -ret,
				 "register the interpreter '%s'", rule) :
			 0;
}

int unshare_mounts(const struct unshare *u, struct kist_error *err)
{
	int ret = 0;

	if (unshare_has(u, NS_MNT))
		ret = propagate(u, err);
	if (ret == 0 && u->args->root)
		ret = enter_root(u, err);
	if (ret < 0)
		return ret;
	if (u->fresh_sys)
		fresh_sys(u);
	if (u->groups)
		own_cgroups(u);
	if (ret == 0 && u->fresh_proc)
		ret = mount_proc(u, err);
	if (u->fresh_mqueue)
		/* where it stands already: it cannot be refused */
		(void)sys_mount("mqueue", "/dev/mqueue", "mqueue", NO_PRIVILEGE,
				NULL);
	if (ret == 0)
		ret = mount_binfmt(u, err);
	return ret < 0 ? ret : leave_old_root(u, err);
}
