/* SPDX-License-Identifier: Apache-2.0 */
/* compare.c - kist_show_compare(): what two targets share, and what differs */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "engine/show/show.h"
#include "kernel/cap.h"
#include "kernel/ns.h"

struct comparing {
	const struct kist_show *a, *b;
	struct arena *arena;
	struct kist_show_row *rows;
	size_t count, room;
};

static void add(struct comparing *c, unsigned part, const char *what,
		const char *a, const char *b, bool known)
{
	if (c->count == c->room) {
		size_t room = c->room ? c->room * 2 : 64;
		struct kist_show_row *rows =
			ARENA_ARRAY(c->arena, struct kist_show_row, room);

		if (arena_failed(c->arena))
			return;
		if (c->count)
			memcpy(rows, c->rows, c->count * sizeof(*rows));
		c->rows = rows;
		c->room = room;
	}
	c->rows[c->count++] = (struct kist_show_row){
		.part = part,
		.what = what,
		.a = a,
		.b = b,
		.is_same = known && a && b && strcmp(a, b) == 0,
		.is_known = known,
	};
}

/* ---- namespaces ---- */

static const struct kist_show_ns *ns_of(const struct kist_show *show,
					unsigned kind)
{
	for (size_t i = 0; i < show->ns_count; i++)
		if (show->ns[i].kind == kind)
			return &show->ns[i];
	return NULL;
}

static const char *ns_text(struct comparing *c, const struct kist_show_ns *ns)
{
	if (!ns)
		return NULL;
	if (!ns->inode)
		return "not visible";
	return arena_printf(c->arena, "%" PRIu64, ns->inode);
}

static void compare_ns(struct comparing *c)
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		const struct kist_show_ns *a = ns_of(c->a, 1u << kind);
		const struct kist_show_ns *b = ns_of(c->b, 1u << kind);

		if (a || b)
			add(c, KIST_SHOW_NS,
			    arena_printf(c->arena, "%s namespace",
					 ns_table[kind].name),
			    ns_text(c, a), ns_text(c, b),
			    a && b && a->inode && b->inode);
	}
}

/* ---- ids and capabilities ---- */

static const char *id_text(struct comparing *c, const struct kist_show_id *id)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	buf_printf(&text, "%" PRIu32, id->outside);
	if (id->name)
		buf_printf(&text, " (%s)", id->name);
	if (!id->is_mapped)
		buf_puts(&text, ", nobody inside");
	else if (id->inside != id->outside)
		buf_printf(&text, ", %" PRIu32 " inside", id->inside);
	return arena_strdup(c->arena, text.data ? text.data : "");
}

static const char *groups_text(struct comparing *c,
			       const struct kist_show *show)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < show->group_count; i++)
		buf_printf(&text, "%s%" PRIu32, i ? " " : "",
			   show->groups[i].outside);
	return arena_strdup(c->arena, text.len ? text.data : "none");
}

static void compare_ids(struct comparing *c)
{
	static const struct {
		enum kist_show_id_of which;
		const char *user, *group;
	} ids[] = { { KIST_SHOW_REAL, "real user", "real group" },
		    { KIST_SHOW_EFFECTIVE, "effective user",
		      "effective group" } };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		add(c, KIST_SHOW_IDS, ids[i].user,
		    id_text(c, &c->a->uid[ids[i].which]),
		    id_text(c, &c->b->uid[ids[i].which]), true);
		add(c, KIST_SHOW_IDS, ids[i].group,
		    id_text(c, &c->a->gid[ids[i].which]),
		    id_text(c, &c->b->gid[ids[i].which]), true);
	}
	add(c, KIST_SHOW_IDS, "groups", groups_text(c, c->a),
	    groups_text(c, c->b), true);
}

static const char *caps_text(struct comparing *c, uint64_t caps, uint64_t other)
{
	CLEANUP_BUF struct buf text;
	uint64_t shown = caps & ~other;
	int more = 0;

	buf_init(&text);
	if (!caps)
		return "none";
	if (caps == other)
		return arena_printf(c->arena, "%d capabilities",
				    __builtin_popcountll(caps));
	if (!shown)
		return arena_printf(c->arena, "%d, none of its own",
				    __builtin_popcountll(caps));
	for (int i = 0; i < 64; i++)
		if (shown >> i & 1 && cap_name(i)) {
			if (more++ < 3)
				buf_printf(&text, "+%s ", cap_name(i) + 4);
		}
	if (more > 3)
		buf_printf(&text, "and %d more ", more - 3);
	if (text.len)
		text.len--;
	return arena_strndup(c->arena, text.data ? text.data : "", text.len);
}

static void compare_mask(struct comparing *c, const char *what, uint64_t a,
			 uint64_t b)
{
	add(c, KIST_SHOW_CAPS, what, caps_text(c, a, b), caps_text(c, b, a),
	    true);
	if (c->count)
		c->rows[c->count - 1].is_same = a == b;
}

static const char *seccomp_text(struct comparing *c,
				const struct kist_show *show)
{
	static const char *const modes[] = { "none", "strict", "filter" };

	if (show->seccomp < 0 || show->seccomp > 2)
		return "not known";
	if (show->seccomp == 2 && show->seccomp_filters > 0)
		return arena_printf(c->arena, "%d filter%s",
				    show->seccomp_filters,
				    show->seccomp_filters == 1 ? "" : "s");
	return modes[show->seccomp];
}

static void compare_caps(struct comparing *c)
{
	compare_mask(c, "effective capabilities", c->a->effective,
		     c->b->effective);
	compare_mask(c, "bounding set", c->a->bounding, c->b->bounding);
	add(c, KIST_SHOW_CAPS, "no_new_privs",
	    c->a->no_new_privs ? "yes" : "no",
	    c->b->no_new_privs ? "yes" : "no", true);
	add(c, KIST_SHOW_CAPS, "seccomp", seccomp_text(c, c->a),
	    seccomp_text(c, c->b), true);
	if (c->a->lsm || c->b->lsm)
		add(c, KIST_SHOW_CAPS, "security label",
		    c->a->lsm ? c->a->lsm : "none",
		    c->b->lsm ? c->b->lsm : "none", true);
}

/* ---- mounts ---- */

static const char *mount_text(struct comparing *c,
			      const struct kist_show_mount *m)
{
	return arena_printf(c->arena, "%s %s%s%s %s", m->type, m->source,
			    strcmp(m->root, "/") == 0 ? "" : ":",
			    strcmp(m->root, "/") == 0 ? "" : m->root,
			    m->options);
}

/* The last one at a path is what can be seen there. */
static const struct kist_show_mount *mount_at(const struct kist_show *show,
					      const char *point)
{
	for (size_t i = show->mount_count; i-- > 0;)
		if (strcmp(show->mounts[i].point, point) == 0)
			return &show->mounts[i];
	return NULL;
}

static void compare_mount(struct comparing *c, const struct kist_show_mount *a,
			  const struct kist_show_mount *b)
{
	const char *ta = a ? mount_text(c, a) : NULL;
	const char *tb = b ? mount_text(c, b) : NULL;

	if (ta && tb && strcmp(ta, tb) == 0 && a->major == b->major &&
	    a->minor == b->minor)
		return;
	add(c, KIST_SHOW_MOUNTS,
	    arena_printf(c->arena, "mount %s", a ? a->point : b->point), ta, tb,
	    true);
	if (c->count) /* two devices may look alike */
		c->rows[c->count - 1].is_same = false;
}

static void compare_mounts(struct comparing *c)
{
	const struct kist_show_ns *na = ns_of(c->a, 1u << NS_MNT);
	const struct kist_show_ns *nb = ns_of(c->b, 1u << NS_MNT);
	bool same = na && nb && na->inode && na->inode == nb->inode;

	if (c->a->root && c->b->root)
		add(c, KIST_SHOW_MOUNTS, "root directory", c->a->root,
		    c->b->root, true);
	if (same || !c->a->mount_count || !c->b->mount_count)
		return;
	for (size_t i = 0; i < c->a->mount_count; i++) {
		const struct kist_show_mount *m = &c->a->mounts[i];

		if (mount_at(c->a, m->point) == m)
			compare_mount(c, m, mount_at(c->b, m->point));
	}
	for (size_t i = 0; i < c->b->mount_count; i++) {
		const struct kist_show_mount *m = &c->b->mounts[i];

		if (mount_at(c->b, m->point) == m && !mount_at(c->a, m->point))
			compare_mount(c, NULL, m);
	}
}

/* ---- control groups, clocks, limits ---- */

static const struct kist_show_cgroup *group_in(const struct kist_show *show,
					       unsigned hierarchy)
{
	for (size_t i = 0; i < show->cgroup_count; i++)
		if (show->cgroups[i].hierarchy == hierarchy)
			return &show->cgroups[i];
	return NULL;
}

static void compare_cgroups(struct comparing *c)
{
	for (size_t i = 0; i < c->a->cgroup_count; i++) {
		const struct kist_show_cgroup *a = &c->a->cgroups[i];
		const struct kist_show_cgroup *b = group_in(c->b, a->hierarchy);

		add(c, KIST_SHOW_CGROUPS,
		    arena_printf(c->arena, "control group (%s)",
				 *a->controllers ? a->controllers : "v2"),
		    a->path, b ? b->path : NULL, b != NULL);
	}
}

static const char *offset_text(struct comparing *c,
			       const struct kist_show_clock *clock)
{
	return arena_printf(c->arena, "%+" PRId64 ".%03d s",
			    clock->offset / 1000000000,
			    (int)(clock->offset / 1000000 % 1000));
}

static void compare_time(struct comparing *c)
{
	for (size_t i = 1; i < ARRAY_LEN(c->a->clocks); i++) {
		const struct kist_show_clock *a = &c->a->clocks[i];
		const struct kist_show_clock *b = &c->b->clocks[i];

		add(c, KIST_SHOW_TIME,
		    arena_printf(c->arena, "%s offset", a->name),
		    offset_text(c, a), offset_text(c, b),
		    a->is_known && b->is_known);
	}
}

static const char *limit_text(struct comparing *c, int64_t value)
{
	if (value == KIST_SHOW_UNLIMITED)
		return "unlimited";
	return arena_printf(c->arena, "%" PRId64, value);
}

static void compare_limits(struct comparing *c)
{
	for (size_t i = 0; i < c->a->rlimit_count && i < c->b->rlimit_count;
	     i++) {
		const struct kist_show_rlimit *a = &c->a->rlimits[i];
		const struct kist_show_rlimit *b = &c->b->rlimits[i];

		if (a->soft != b->soft)
			add(c, KIST_SHOW_LIMITS,
			    arena_printf(c->arena, "rlimit %s", a->name),
			    limit_text(c, a->soft), limit_text(c, b->soft),
			    true);
	}
}

int kist_show_compare(struct kist_show *a, const struct kist_show *b,
		      struct kist_show_row **ret_rows, size_t *ret_count,
		      struct kist_error *err)
{
	struct showing *s = (struct showing *)(void *)a;
	struct comparing c = { .a = a, .b = b, .arena = &s->arena };
	unsigned parts = a->parts & b->parts;

	if (parts & KIST_SHOW_NS)
		compare_ns(&c);
	if (parts & KIST_SHOW_IDS)
		compare_ids(&c);
	if (parts & KIST_SHOW_CAPS)
		compare_caps(&c);
	if (parts & KIST_SHOW_MOUNTS)
		compare_mounts(&c);
	if (parts & KIST_SHOW_CGROUPS)
		compare_cgroups(&c);
	if (parts & KIST_SHOW_TIME)
		compare_time(&c);
	if (parts & KIST_SHOW_LIMITS)
		compare_limits(&c);
	if (arena_failed(c.arena))
		return err_nomem(err);
	*ret_rows = c.rows;
	*ret_count = c.count;
	return 0;
}
