/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_cgroup.c - mounts of type cgroup: the hierarchies as the container
 * sees them
 *
 * How it works
 * ============
 * With a cgroup namespace a new mount shows the container's group as its
 * root. Without one the container's own group is bound, so that nothing above
 * it can be seen; where there is none, the whole tree, read-only in a user
 * namespace (CVE-2023-25809). On v1 and hybrid machines the place is a tmpfs
 * with a directory for each hierarchy.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "container/planning.h"
#include "sys/mount.h"

static bool has_namespace(const struct planning *p)
{
	return p->spec->ns[NS_CGROUP].want != NS_INHERIT;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int bind_group(struct planning *p, const struct spec_mount *mount,
		      const char *hierarchy, const char *destination,
		      struct kist_error *err)
{
	struct mount_attr attr = { .attr_set = mount->attr_set,
				   .propagation = 1ul << 18 };
	const char *source = arena_printf(p->arena, "%s%s", hierarchy,
					  p->cgroup ? p->cgroup->path : "");
	int slot;

	/* An ordinary user may have no group of the container's own. */
	if (access(source, F_OK) < 0)
		source = hierarchy;

	if (mount->attr_set & MOUNT_ATTR__ATIME)
		attr.attr_clr = MOUNT_ATTR__ATIME;
	if (p->spec->ns[NS_USER].want != NS_INHERIT)
		attr.attr_set |= MOUNT_ATTR_RDONLY;
	slot = plan_tree(p, source, false, &attr, NULL, &mount->place, err);
	if (slot < 0)
		return slot;
	plan_place(p, slot, destination, PLAN_F_MAKE_DIR | PLAN_F_NO_SYMLINKS,
		   "the control group", &mount->place);
	return 0;
}

static int plan_v2(struct planning *p, const struct spec_mount *mount,
		   struct kist_error *err)
{
	struct spec_mount v2 = *mount;
	int slot;

	if (!has_namespace(p))
		return bind_group(p, mount, "/sys/fs/cgroup",
				  mount->destination, err);
	v2.type = "cgroup2";
	slot = plan_filesystem(p, &v2, NULL);
	plan_place(p, slot, mount->destination,
		   PLAN_F_MAKE_DIR | PLAN_F_NO_SYMLINKS, "cgroup2",
		   &mount->place);
	return 0;
}

/* "cpu,cpuacct" → options; "name=systemd" → "none", "name=systemd". */
static const char **controller_options(struct planning *p,
				       const char *controllers)
{
	const char **words = ARENA_ARRAY(p->arena, const char *, 16);
	char *copy = arena_strdup(p->arena, controllers), *rest = copy;
	size_t count = 0;

	if (strncmp(controllers, "name=", 5) == 0)
		words[count++] = "none";
	for (char *word; count < 14 && (word = strsep(&rest, ","));)
		words[count++] = word;
	return words;
}

static int plan_hierarchy(struct planning *p, const struct spec_mount *mount,
			  const struct cgroup_hierarchy *h,
			  struct kist_error *err)
{
	const char *destination = arena_printf(
		p->arena, "%s/%s", mount->destination, last_part(h->mount));
	struct spec_mount v1 = *mount;
	int slot;

	if (!has_namespace(p))
		return bind_group(p, mount, h->mount, destination, err);
	v1.type = "cgroup";
	v1.destination = destination;
	v1.data = controller_options(p, h->controllers);
	slot = plan_filesystem(p, &v1, NULL);
	plan_place(p, slot, destination, PLAN_F_MAKE_DIR | PLAN_F_NO_SYMLINKS,
		   "cgroup", &mount->place);
	return 0;
}

/* cpu and cpuacct lead to cpu,cpuacct. */
static void plan_links(struct planning *p, const struct spec_mount *mount,
		       const struct cgroup_hierarchy *h)
{
	const char *target = last_part(h->mount);
	char *copy = arena_strdup(p->arena, target), *rest = copy;

	if (!strchr(target, ','))
		return;
	for (char *word; (word = strsep(&rest, ","));) {
		struct plan_op *op = plan_add(p->plan, PLAN_SYMLINK);

		op->dir = (int16_t)p->root_slot;
		op->arg[0] = plan_text(p->plan,
				       arena_printf(p->arena, "%s/%s",
						    mount->destination, word));
		op->arg[1] = plan_text(p->plan, target);
		plan_say(p->plan, "link '%1' to '%2'", word, target);
	}
}

static int plan_v1(struct planning *p, const struct spec_mount *mount,
		   const struct cgroup_world *world, struct kist_error *err)
{
	static const char *const data[] = { "mode=755", "size=64k", NULL };
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	struct spec_mount top = *mount;
	int slot, ret;

	top.type = "tmpfs";
	top.data = (const char **)data;
	top.attr_set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	slot = plan_filesystem(p, &top, NULL);
	plan_place(p, slot, mount->destination,
		   PLAN_F_MAKE_DIR | PLAN_F_NO_SYMLINKS, "tmpfs",
		   &mount->place);
	for (int i = 0; i < world->count; i++) {
		if (world->h[i].is_v2)
			continue;
		ret = plan_hierarchy(p, mount, &world->h[i], err);
		if (ret < 0)
			return ret;
		plan_links(p, mount, &world->h[i]);
	}
	if (mount->attr_set & MOUNT_ATTR_RDONLY) {
		plan_set_attr(p, slot, 0, &readonly);
		plan_say(p->plan, "make '%1' read-only", mount->destination,
			 NULL);
	}
	return 0;
}

int plan_cgroup_mount(struct planning *p, const struct spec_mount *mount,
		      struct kist_error *err)
{
	if (p->world->mode == CGROUP_NONE)
		return 0;
	if (p->world->mode == CGROUP_V2)
		return plan_v2(p, mount, err);
	return plan_v1(p, mount, p->world, err);
}
