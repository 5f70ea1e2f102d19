/* SPDX-License-Identifier: Apache-2.0 */
/* probe_tree.c - the tree of mounts: propagation, binding, moving, the root */
#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/path.h"
#include "engine/why/look.h"
#include "sys/mount.h"

#define CHANGE_PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

static bool is_bind(const struct why_case *c)
{
	return (c->flags & MS_BIND) && !(c->flags & MS_REMOUNT);
}

static const struct mountinfo *parent_of(const struct mountinfo_list *list,
					 const struct mountinfo *mount)
{
	return mount ? mountinfo_find(list, mount->parent) : NULL;
}

/* The mount that a path is in, if the path is not where it begins. */
static const struct mountinfo *around(const struct why_case *c,
				      const char *path)
{
	struct mountinfo_list list;

	if (!look_mounts(c, &list) || look_mount_at(c, &list, path))
		return NULL;
	return look_mount(c, &list, path);
}

/* Of two paths: the second one of pivot_root, however it came. */
static const char *second(const struct why_case *c)
{
	return c->value && *c->value ? c->value : c->source;
}

static bool is_pivot(const struct why_case *c)
{
	return strcmp(c->name, "chroot") != 0;
}

/* ---- pivot_root ---- */

static int shared(const struct why_case *c, struct why_finding *found,
		  const struct mountinfo *mount, const char *role)
{
	if (!mount || !mount->peers)
		return 0;
	return look_found(c, found, true, mount->point, role,
			  "'%s' is shared:%u in /proc/%d/mountinfo",
			  mount->point, mount->peers, c->pid);
}

int probe_pivot_shared(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	const struct mountinfo *mount;
	const char *put_old = second(c);
	int ret;

	if (!is_pivot(c) || !c->subject || !look_mounts(c, &list))
		return 0;
	mount = look_mount(c, &list, put_old ? put_old : c->subject);
	ret = shared(c, found, mount, "the mount of the old root's new place");
	mount = look_mount(c, &list, c->subject);
	if (!ret)
		ret = shared(c, found, parent_of(&list, mount),
			     "what the new root is mounted on");
	mount = look_mount(c, &list, "/");
	if (!ret)
		ret = shared(c, found, parent_of(&list, mount),
			     "what the old root is mounted on");
	return ret;
}

int probe_pivot_same(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	const struct mountinfo *root, *mount;

	if (!is_pivot(c) || !look_mounts(c, &list))
		return 0;
	root = look_mount(c, &list, "/");
	mount = look_mount(c, &list, c->subject);
	if (!root || root != mount)
		return 0;
	return look_found(c, found, true, look_path(c, c->subject), NULL,
			  "'%s' is part of the mount at '/' (number %d)",
			  c->subject, root->id);
}

int probe_pivot_not_mount(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount;

	mount = is_pivot(c) ? around(c, c->subject) : NULL;
	if (!mount)
		return 0;
	return look_found(c, found, true, look_path(c, c->subject), NULL,
			  "'%s' is part of the mount at '%s'", c->subject,
			  mount->point);
}

int probe_pivot_put_old(const struct why_case *c, struct why_finding *found)
{
	const char *root = look_path(c, c->subject);
	const char *put_old = look_path(c, second(c));

	if (!is_pivot(c) || !root || !put_old || path_below(put_old, root))
		return 0;
	return look_found(c, found, true, put_old, root,
			  "'%s' is not below '%s'", put_old, root);
}

int probe_pivot_rootfs(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	const struct mountinfo *root;

	if (!is_pivot(c) || !look_mounts(c, &list))
		return 0;
	root = mountinfo_at(&list, "/");
	if (!root ||
	    (root->id != root->parent && strcmp(root->type, "rootfs") != 0))
		return 0;
	return look_found(c, found, true, root->type, NULL,
			  "mount %d at '/' is %s, and has no parent", root->id,
			  root->type);
}

/* ---- bind ---- */

int probe_bind_unbindable(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount;

	mount = is_bind(c) ? look_mount_of(c, c->source) : NULL;
	if (!mount || !mount->unbindable)
		return 0;
	return look_found(c, found, true, mount->point, NULL,
			  "'%s' is unbindable in /proc/%d/mountinfo",
			  mount->point, c->pid);
}

int probe_bind_foreign(const struct why_case *c, struct why_finding *found)
{
	CLEANUP_FD int fd = look_open(c, c->source, 0);
	struct mountinfo_list list;
	struct statfs fs;

	if (!is_bind(c) || fd < 0 || !look_mounts(c, &list) ||
	    look_mount(c, &list, c->source))
		return 0;
	if (fstatfs(fd, &fs) == 0 && fs.f_type == NSFS_MAGIC)
		return 0;
	return look_found(c, found, true, c->source, NULL,
			  "the mount of '%s' is not among the %zu of process "
			  "%d",
			  c->source, list.count, c->pid);
}

/* A namespace file of the kind mnt. */
static bool is_mount_ns(const struct why_case *c, uint64_t *ret_ino)
{
	CLEANUP_FD int fd = look_open(c, c->source, 0);
	const char *name = c->source ? path_name(c->source) : "";
	const struct mountinfo *mount;
	struct statfs fs;
	struct stat st;

	if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_MAGIC ||
	    fstat(fd, &st) < 0)
		return false;
	*ret_ino = st.st_ino;
	if (strcmp(name, "mnt") == 0)
		return true;
	mount = look_mount_of(c, c->source);
	return mount && strncmp(mount->root, "mnt:[", 5) == 0;
}

int probe_bind_ns_shared(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount;
	uint64_t ino;

	if (!is_bind(c) || !is_mount_ns(c, &ino))
		return 0;
	mount = look_mount_of(c, c->subject);
	if (!mount || !mount->peers)
		return 0;
	return look_found(c, found, true, mount->point, NULL,
			  "'%s' is part of the mount '%s', which is shared:%u",
			  c->subject, mount->point, mount->peers);
}

int probe_bind_ns_loop(const struct why_case *c, struct why_finding *found)
{
	uint64_t ino;

	if (!is_bind(c) || !is_mount_ns(c, &ino))
		return 0;
	return look_found(c, found, ino == look_ns(c, NS_MNT), c->source, NULL,
			  "'%s' is mnt:[%llu], and process %d is in mnt:[%llu]",
			  c->source, (unsigned long long)ino, c->pid,
			  (unsigned long long)look_ns(c, NS_MNT));
}

/* Mounts inside a folder: the first, and how many. */
static const struct mountinfo *inside(const struct mountinfo_list *list,
				      const struct mountinfo *mount,
				      const char *dir, size_t *ret_count)
{
	const struct mountinfo *first = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < list->count; i++) {
		const struct mountinfo *child = &list->mounts[i];

		if (child->parent != mount->id || child == mount ||
		    !path_below(child->point, dir))
			continue;
		if (!first)
			first = child;
		++*ret_count;
	}
	return first;
}

int probe_bind_locked(const struct why_case *c, struct why_finding *found)
{
	const char *source = look_path(c, c->source);
	struct mountinfo_list list;
	const struct mountinfo *mount, *first;
	size_t count;

	if (!is_bind(c) || (c->flags & MS_REC) || !look_is_inner(c) ||
	    !look_owns(c, NS_MNT) || !source || !look_mounts(c, &list))
		return 0;
	mount = look_mount(c, &list, source);
	first = mount ? inside(&list, mount, source, &count) : NULL;
	if (!first)
		return 0;
	return look_found(c, found, true, source, look_path(c, c->subject),
			  "below '%s' %zu are mounted, the first at '%s'",
			  source, count, first->point);
}

/* ---- moving ---- */

int probe_move_shared(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	const struct mountinfo *mount, *parent;

	if (!(c->flags & MS_MOVE) || !look_mounts(c, &list))
		return 0;
	mount = look_mount_at(c, &list, c->source);
	parent = parent_of(&list, mount);
	if (!parent || !parent->peers)
		return 0;
	return look_found(c, found, true, parent->point, NULL,
			  "'%s' is mounted on '%s', which is shared:%u",
			  mount->point, parent->point, parent->peers);
}

int probe_move_not_mount(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount;

	mount = c->flags & MS_MOVE ? around(c, c->source) : NULL;
	if (!mount)
		return 0;
	return look_found(c, found, true, c->source, NULL,
			  "'%s' is part of the mount at '%s'", c->source,
			  mount->point);
}

int probe_move_loop(const struct why_case *c, struct why_finding *found)
{
	const char *from = look_path(c, c->source);
	const char *to = look_path(c, c->subject);

	if (!(c->flags & MS_MOVE) || !from || !to || !path_below(to, from))
		return 0;
	return look_found(c, found, true, from, to, "'%s' is below '%s'", to,
			  from);
}

/* ---- what is no mount ---- */

int probe_not_mounted(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount;

	mount = c->subject ? around(c, c->subject) : NULL;
	if (!mount)
		return 0;
	return look_found(c, found, true, look_path(c, c->subject),
			  mount->point,
			  "'%s' is part of the mount at '%s' (%s)", c->subject,
			  mount->point, mount->type);
}

int probe_umount_locked(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	const struct mountinfo *mount;

	if (!c->subject || !look_is_inner(c) || !look_owns(c, NS_MNT) ||
	    !look_mounts(c, &list))
		return 0;
	mount = look_mount_at(c, &list, c->subject);
	if (!mount)
		return 0;
	return look_found(c, found, true, mount->point, NULL,
			  "'%s' (%s) is mounted there, and user:[%llu] is not "
			  "the machine's",
			  mount->point, mount->type,
			  (unsigned long long)look_ns(c, NS_USER));
}
