/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_devices.c - /dev: the devices and links every container has, and those
 * that are asked for
 *
 * How it works
 * ============
 * Nodes are made in the mount at /dev through its fd, so no path of the image
 * is followed (CVE-2026-41579). In a user namespace making nodes is not
 * allowed: there this machine's own are bound. A /dev that is bound from this
 * machine is left as it is.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "container/planning.h"
#include "kernel/device.h"
#include "sys/mount.h"

static bool dev_is_bound(const struct spec *spec)
{
	for (size_t i = 0; i < spec->mount_count; i++)
		if (spec->mounts[i].bind &&
		    strcmp(spec->mounts[i].destination, "/dev") == 0)
			return true;
	return false;
}

/* Where "null" is made: in the mount at /dev, else below the root. */
static const char *dev_path(struct planning *p, const char *name,
			    int16_t *ret_dir)
{
	if (p->dev_slot >= 0) {
		*ret_dir = (int16_t)p->dev_slot;
		return name;
	}
	*ret_dir = (int16_t)p->root_slot;
	return arena_printf(p->arena, "dev/%s", name);
}

static int bind_node(struct planning *p, const struct spec_device *device,
		     struct kist_error *err)
{
	struct mount_attr attr = { .propagation = 1ul << 18 };
	int slot = plan_tree(p, device->path, false, &attr, NULL,
			     &device->place, err);

	if (slot < 0)
		return slot;
	plan_place(p, slot, device->path, PLAN_F_MAKE_FILE, "the device",
		   &device->place);
	return 0;
}

static void make_node(struct planning *p, const struct spec_device *device,
		      int16_t dir, const char *path)
{
	struct plan_op *op = plan_add(p->plan, PLAN_MAKE);

	op->dir = dir;
	op->arg[0] = plan_text(p->plan, path);
	op->arg[1] = device->type | device->mode;
	op->arg[2] = makedev(device->major, device->minor);
	op->arg[3] = device->uid;
	op->arg[4] = device->gid;
	plan_say(p->plan, "make device '%1'", device->path, NULL);
	plan_at(p->plan, &device->place);
}

static int plan_default(struct planning *p, const struct device_node *node,
			struct kist_error *err)
{
	int16_t dir;
	const char *path = dev_path(p, node->name, &dir);
	struct spec_device device = {
		.path = arena_printf(p->arena, "/dev/%s", node->name),
		.type = S_IFCHR,
		.mode = 0666,
		.major = node->major,
		.minor = node->minor,
	};

	if (p->is_rootless)
		return bind_node(p, &device, err);
	make_node(p, &device, dir, path);
	return 0;
}

static int plan_asked(struct planning *p, const struct spec_device *device,
		      struct kist_error *err)
{
	bool below_dev = strncmp(device->path, "/dev/", 5) == 0;
	int16_t dir = (int16_t)p->root_slot;
	const char *path = device->path;

	if (p->is_rootless)
		return bind_node(p, device, err);
	if (below_dev)
		path = dev_path(p, device->path + 5, &dir);
	make_node(p, device, dir, path);
	return 0;
}

static void plan_link(struct planning *p, const struct device_link *link)
{
	int16_t dir;
	const char *path = dev_path(p, link->name, &dir);
	struct plan_op *op = plan_add(p->plan, PLAN_SYMLINK);

	op->dir = dir;
	op->arg[0] = plan_text(p->plan, path);
	op->arg[1] = plan_text(p->plan, link->target);
	plan_say(p->plan, "link '/dev/%1' to '%2'", link->name, link->target);
}

static bool is_default(const struct spec_device *device)
{
	if (strncmp(device->path, "/dev/", 5) != 0)
		return false;
	for (size_t i = 0; i < device_node_count; i++)
		if (strcmp(device->path + 5, device_nodes[i].name) == 0)
			return true;
	return false;
}

/* One that is asked for takes the default's place. */
static bool is_asked(const struct spec *spec, const struct device_node *node)
{
	for (size_t i = 0; i < spec->device_count; i++)
		if (is_default(&spec->devices[i]) &&
		    strcmp(spec->devices[i].path + 5, node->name) == 0)
			return true;
	return false;
}

int plan_devices(struct planning *p, struct kist_error *err)
{
	const struct spec *spec = p->spec;
	int ret = 0;

	if (dev_is_bound(spec))
		return 0;
	for (size_t i = 0; i < device_node_count && ret == 0; i++)
		if (!is_asked(spec, &device_nodes[i]))
			ret = plan_default(p, &device_nodes[i], err);
	for (size_t i = 0; i < spec->device_count && ret == 0; i++)
		ret = plan_asked(p, &spec->devices[i], err);
	for (size_t i = 0; i < device_link_count; i++)
		plan_link(p, &device_links[i]);
	return ret;
}
