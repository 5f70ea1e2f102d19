/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_mounts.c - mounts[]: each a detached mount, then attached in its place
 *
 * How it works
 * ============
 * In the order they are listed: a bind is a clone of a mount, anything else a
 * new file system; flags are set while it is detached, then it is attached
 * below the root, its place being made if it is not there; propagation comes
 * last. Nothing half-finished is ever visible.
 *
 * special[] has the types that need more than that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "container/planning.h"
#include "sys/file.h"
#include "sys/mount.h"

#define FLAG_REC 16384ul
#define FLAG_PRIVATE (1ul << 18)

/* "size=64k" → "size", "64k"; "nr_inodes" alone is a flag. */
static void add_option(const char **words, size_t *count, struct arena *arena,
		       const char *option)
{
	const char *equals = strchr(option, '=');

	words[(*count)++] = equals ? arena_strndup(arena, option,
						   (size_t)(equals - option)) :
				     option;
	words[(*count)++] = equals ? equals + 1 : "";
}

static uint64_t options(struct planning *p, const struct spec_mount *mount,
			const char *mode)
{
	size_t count = 0, most = 0;
	const char **words;

	while (mount->data && mount->data[most])
		most++;
	words = ARENA_ARRAY(p->arena, const char *, 2 * most + 4);
	if (!words)
		return 0;
	for (size_t i = 0; i < most; i++)
		add_option(words, &count, p->arena, mount->data[i]);
	if (mode) {
		words[count++] = "mode";
		words[count++] = mode;
	}
	if (p->spec->mount_label) {
		words[count++] = "context";
		words[count++] = p->spec->mount_label;
	}
	return plan_vector(p->plan, words, count);
}

int plan_filesystem(struct planning *p, const struct spec_mount *mount,
		    const char *mode)
{
	int slot = plan_slot(p->plan);
	struct plan_op *op = plan_add(p->plan, PLAN_FSMOUNT);

	op->slot = (int16_t)slot;
	op->arg[0] = plan_text(p->plan, mount->type);
	op->arg[1] = options(p, mount, mode);
	op->arg[2] = mount->attr_set;
	op->arg[3] =
		plan_text(p->plan, mount->source ? mount->source : mount->type);
	plan_say(p->plan, "mount %1 on '%2'", mount->type, mount->destination);
	plan_at(p->plan, &mount->place);
	return slot;
}

/* A tmpfs without a mode has that of the directory it covers, or 0755. */
static const char *mode_of_place(struct planning *p,
				 const struct spec_mount *mount)
{
	struct stat st;
	int fd;

	for (size_t i = 0; mount->data && mount->data[i]; i++)
		if (strncmp(mount->data[i], "mode=", 5) == 0)
			return NULL;
	if (p->root_fd < 0)
		return NULL;
	fd = sys_openat2(p->root_fd, mount->destination, O_PATH | O_CLOEXEC, 0,
			 RESOLVE_SAFE);
	if (fd < 0)
		return "755";
	if (fstat(fd, &st) < 0)
		st.st_mode = 0755;
	close(fd);
	return arena_printf(p->arena, "%o", st.st_mode & 07777);
}

static void copy_up(struct planning *p, int slot,
		    const struct spec_mount *mount)
{
	struct plan_op *op = plan_add(p->plan, PLAN_COPYUP);

	op->dir = (int16_t)p->root_slot;
	op->arg[0] = plan_text(p->plan, mount->destination);
	op->arg[1] = (uint64_t)slot;
	plan_say(p->plan, "copy what is in '%1' to its tmpfs (tmpcopyup)",
		 mount->destination, NULL);
	plan_at(p->plan, &mount->place);
}

static void propagate(struct planning *p, int slot,
		      const struct spec_mount *mount)
{
	struct mount_attr attr = { .propagation = mount->propagation &
						  ~FLAG_REC };

	if (!attr.propagation || attr.propagation == FLAG_PRIVATE)
		return; /* it is private from the start */
	plan_set_attr(p, slot, mount->propagation & FLAG_REC ? AT_RECURSIVE : 0,
		      &attr);
	plan_say(p->plan, "set the propagation of '%1'", mount->destination,
		 NULL);
	plan_at(p->plan, &mount->place);
}

static bool is_at(const struct spec_mount *mount, const char *path)
{
	size_t len = strlen(path);

	return strncmp(mount->destination, path, len) == 0 &&
	       strspn(mount->destination + len, "/") ==
		       strlen(mount->destination + len);
}

static int plan_new(struct planning *p, const struct spec_mount *mount,
		    unsigned place_flags)
{
	struct spec_mount dev = *mount;
	const char *mode = NULL;
	int slot;

	if (is_at(mount, "/dev") && (mount->attr_set & MOUNT_ATTR_RDONLY)) {
		/* only when the mounts and devices below it are there */
		dev.attr_set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
		p->dev_readonly = true;
	}
	if (strcmp(mount->type, "tmpfs") == 0)
		mode = mode_of_place(p, mount);
	slot = plan_filesystem(p, &dev, mode);
	if (mount->copy_up)
		copy_up(p, slot, mount);
	plan_place(p, slot, mount->destination, PLAN_F_MAKE_DIR | place_flags,
		   mount->type, &mount->place);
	propagate(p, slot, mount);
	if (is_at(mount, "/dev"))
		p->dev_slot = slot;
	return 0;
}

static const char *source_path(struct planning *p,
			       const struct spec_mount *mount)
{
	if (mount->source[0] == '/')
		return mount->source;
	return arena_printf(p->arena, "%s/%s", p->bundle, mount->source);
}

static bool sets_atime(uint64_t attr)
{
	return (attr & MOUNT_ATTR__ATIME) != 0;
}

/* Attributes and their removal; the atime ones are a field, not bits. */
static struct mount_attr attributes(uint64_t set, uint64_t clr)
{
	struct mount_attr attr = { .attr_set = set, .attr_clr = clr };

	if (sets_atime(set) || sets_atime(clr)) {
		attr.attr_clr |= MOUNT_ATTR__ATIME;
		attr.attr_set &= ~(clr & MOUNT_ATTR__ATIME);
	}
	return attr;
}

/* The peers of a shared source are kept only for who asks for "shared". */
static unsigned long first_propagation(const struct spec_mount *mount)
{
	unsigned long wanted = mount->propagation & ~FLAG_REC;

	return wanted && wanted != FLAG_PRIVATE ? 0 : FLAG_PRIVATE;
}

static int plan_bind(struct planning *p, const struct spec_mount *mount,
		     struct kist_error *err)
{
	struct mount_attr attr = attributes(mount->attr_set, mount->attr_clr);
	struct mount_attr rec = attributes(mount->rec_set, mount->rec_clr);
	int slot;

	rec.propagation = first_propagation(mount);
	slot = plan_tree(p, source_path(p, mount), mount->recursive, &attr,
			 &rec, &mount->place, err);
	if (slot < 0)
		return slot;
	plan_place(p, slot, mount->destination,
		   PLAN_F_MAKE_DIR | PLAN_F_LIKE_SOURCE |
			   (mount->dest_nofollow ? PLAN_F_NO_SYMLINKS : 0),
		   mount->source, &mount->place);
	propagate(p, slot, mount);
	return 0;
}

/* /proc and /sys are what later steps rely on: no link may lead elsewhere. */
static int plan_proc(struct planning *p, const struct spec_mount *mount,
		     struct kist_error *err)
{
	(void)err;
	return plan_new(p, mount, PLAN_F_NO_SYMLINKS);
}

/* What the kernel refuses for want of an own namespace is bound instead. */
static int bind_instead(struct planning *p, const struct spec_mount *mount,
			const char *source, bool recursive,
			struct kist_error *err)
{
	struct spec_mount bind = *mount;

	bind.type = "bind";
	bind.source = source;
	bind.bind = true;
	bind.recursive = recursive;
	bind.data = NULL;
	return plan_bind(p, &bind, err);
}

/* sysfs shows the network namespace of who mounts it, and a user namespace
 * has to own that. Without a new one the machine's is bound, which is also
 * cheaper. */
static int plan_sysfs(struct planning *p, const struct spec_mount *mount,
		      struct kist_error *err)
{
	const struct spec_ns *ns = p->spec->ns;

	if (ns[NS_NET].want == NS_NEW || ns[NS_USER].want == NS_INHERIT)
		return plan_new(p, mount, PLAN_F_NO_SYMLINKS);
	return bind_instead(p, mount, "/sys", true, err);
}

static int plan_mqueue(struct planning *p, const struct spec_mount *mount,
		       struct kist_error *err)
{
	const struct spec_ns *ns = p->spec->ns;

	if (ns[NS_IPC].want != NS_INHERIT || ns[NS_USER].want == NS_INHERIT)
		return plan_new(p, mount, 0);
	return bind_instead(p, mount, "/dev/mqueue", false, err);
}

static const struct {
	const char *type;
	int (*plan)(struct planning *p, const struct spec_mount *mount,
		    struct kist_error *err);
} special[] = {
	{ "proc", plan_proc },
	{ "sysfs", plan_sysfs },
	{ "mqueue", plan_mqueue },
	{ "cgroup", plan_cgroup_mount },
	{ "cgroup2", plan_cgroup_mount },
};

static int plan_mount(struct planning *p, const struct spec_mount *mount,
		      struct kist_error *err)
{
	if (mount->bind)
		return plan_bind(p, mount, err);
	for (size_t i = 0; i < ARRAY_LEN(special); i++)
		if (strcmp(special[i].type, mount->type) == 0)
			return special[i].plan(p, mount, err);
	return plan_new(p, mount, 0);
}

int plan_mounts(struct planning *p, struct kist_error *err)
{
	for (size_t i = 0; i < p->spec->mount_count; i++) {
		int ret = plan_mount(p, &p->spec->mounts[i], err);

		if (ret < 0)
			return ret;
	}
	return 0;
}
