/* SPDX-License-Identifier: Apache-2.0 */
/* list.c - the mounts of a namespace, and what two have differently */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/mnt/mount_place.h"

/* ---- one namespace ---- */

/* The list is the first member: what kist_mnt_list_free() is given. */
struct whole_list {
	struct kist_mount_list list;
	struct mount_place place;
};

static int look_at_mtab(int root_fd, void *arg, struct kist_error *err)
{
	struct stat st;

	(void)err;
	*(bool *)arg = fstatat(root_fd, "etc/mtab", &st, AT_SYMLINK_NOFOLLOW) ==
			       0 &&
		       S_ISREG(st.st_mode);
	return 0;
}

static struct kist_mount *tell_all(struct mount_place *place)
{
	struct kist_mount *mounts = ARENA_ARRAY(&place->target.arena,
						struct kist_mount,
						place->mounts.count + 1);

	for (size_t i = 0; mounts && i < place->mounts.count; i++)
		mount_tell(&place->mounts.mounts[i], &mounts[i]);
	return mounts;
}

int kist_mnt_list(const struct kist *kist, const char *target,
		  struct kist_mount_list **ret_list, struct kist_error *err)
{
	struct whole_list *whole = calloc(1, sizeof(*whole));
	struct kist_mount_list *list = &whole->list;
	int ret;

	if (!whole)
		return err_nomem(err);
	ret = mount_place_open(kist, target, &whole->place, err);
	if (ret == 0) {
		list->mounts = tell_all(&whole->place);
		list->count = whole->place.mounts.count;
		list->label = whole->place.target.label;
		list->ns = whole->place.ns;
		if (!list->mounts)
			ret = err_nomem(err);
	}
	if (ret < 0) {
		kist_mnt_list_free(list);
		return ret;
	}
	/* Who may not enter the namespace is told nothing of it. */
	if (whole->place.root_fd >= 0)
		look_at_mtab(whole->place.root_fd, &list->mtab_is_file, NULL);
	*ret_list = list;
	return 0;
}

void kist_mnt_list_free(struct kist_mount_list *list)
{
	struct whole_list *whole = (struct whole_list *)list;

	if (!whole)
		return;
	mount_place_close(&whole->place);
	free(whole);
}

/* ---- two ---- */

struct whole_diff {
	struct kist_mount_diff diff;
	struct kist_mount_list *a, *b;
	struct arena arena;
	struct kist_mount_change *changes;
};

/* How many mounts of @list before @i are at the same place. */
static size_t depth_at(const struct kist_mount_list *list, size_t i)
{
	size_t depth = 0;

	for (size_t k = 0; k < i; k++)
		depth += strcmp(list->mounts[k].point, list->mounts[i].point) ==
			 0;
	return depth;
}

static const struct kist_mount *counterpart(const struct kist_mount_list *list,
					    const char *point, size_t depth)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->mounts[i].point, point) == 0 && depth-- == 0)
			return &list->mounts[i];
	return NULL;
}

static const char *differ(struct arena *arena, const char *so_far,
			  const char *name, const char *a, const char *b)
{
	if (strcmp(a, b) == 0)
		return so_far;
	return arena_printf(arena, "%s%s%s %s → %s", so_far ? so_far : "",
			    so_far ? ", " : "", name, *a ? a : "none",
			    *b ? b : "none");
}

/* NULL: nothing differs. */
static const char *compare(struct arena *arena, const struct kist_mount *a,
			   const struct kist_mount *b)
{
	const char *text = NULL;

	text = differ(arena, text, "type", a->type, b->type);
	text = differ(arena, text, "source", a->source, b->source);
	if (!text && (a->major != b->major || a->minor != b->minor))
		text = arena_printf(arena, "device %u:%u → %u:%u", a->major,
				    a->minor, b->major, b->minor);
	text = differ(arena, text, "root", a->root, b->root);
	text = differ(arena, text, "options", a->options, b->options);
	text = differ(arena, text, "propagation", a->propagation,
		      b->propagation);
	return differ(arena, text, "super", a->super, b->super);
}

static void add(struct whole_diff *whole, const struct kist_mount *a,
		const struct kist_mount *b)
{
	const char *what = a && b ? compare(&whole->arena, a, b) : NULL;

	if (a && b && !what)
		return;
	whole->changes[whole->diff.count++] = (struct kist_mount_change){
		.point = a ? a->point : b->point,
		.a = a,
		.b = b,
		.what = what,
	};
}

static int by_point(const void *a, const void *b)
{
	const struct kist_mount_change *left = a, *right = b;

	return strcmp(left->point, right->point);
}

static int fill(struct whole_diff *whole, struct kist_error *err)
{
	const struct kist_mount_list *a = whole->a, *b = whole->b;

	whole->changes = ARENA_ARRAY(&whole->arena, struct kist_mount_change,
				     a->count + b->count + 1);
	if (!whole->changes)
		return err_nomem(err);
	for (size_t i = 0; i < a->count; i++)
		add(whole, &a->mounts[i],
		    counterpart(b, a->mounts[i].point, depth_at(a, i)));
	for (size_t i = 0; i < b->count; i++)
		if (!counterpart(a, b->mounts[i].point, depth_at(b, i)))
			add(whole, NULL, &b->mounts[i]);
	qsort(whole->changes, whole->diff.count, sizeof(*whole->changes),
	      by_point);
	whole->diff.changes = whole->changes;
	whole->diff.a_label = a->label;
	whole->diff.b_label = b->label;
	whole->diff.a_ns = a->ns;
	whole->diff.b_ns = b->ns;
	return arena_failed(&whole->arena) ? err_nomem(err) : 0;
}

int kist_mnt_diff(const struct kist *kist, const char *a, const char *b,
		  struct kist_mount_diff **ret_diff, struct kist_error *err)
{
	struct whole_diff *whole = calloc(1, sizeof(*whole));
	int ret;

	if (!whole)
		return err_nomem(err);
	arena_init(&whole->arena);
	ret = kist_mnt_list(kist, a, &whole->a, err);
	if (ret == 0)
		ret = kist_mnt_list(kist, b, &whole->b, err);
	if (ret == 0)
		ret = fill(whole, err);
	if (ret < 0) {
		kist_mnt_diff_free(&whole->diff);
		return ret;
	}
	*ret_diff = &whole->diff;
	return 0;
}

void kist_mnt_diff_free(struct kist_mount_diff *diff)
{
	struct whole_diff *whole = (struct whole_diff *)diff;

	if (!whole)
		return;
	kist_mnt_list_free(whole->a);
	kist_mnt_list_free(whole->b);
	arena_done(&whole->arena);
	free(whole);
}
