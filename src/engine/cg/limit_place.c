/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit_place.c - below which group a new one goes
 *
 * How it works
 * ============
 * On v1 any group may have others below it: the new one is below the
 * process's own. On v2 a group whose children have controllers may have no
 * processes itself, so the own one, in which the process is, mostly cannot
 * serve. From the root down the groups on the way to it are looked at: as far
 * as each hands the controllers down already, or can be made to, the new
 * group goes there. What limits a group that is passed over thereby is said.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/cg/limit.h"
#include "kernel/cgroup_internal.h"

/* The line of /proc/PID/cgroup for a hierarchy: "4:memory:/a/b". */
static bool find_group(const char *text, const struct cgroup_hierarchy *h,
		       char *ret_path, size_t size)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *list = strchr(text, ':');
		const char *path = list ? strchr(list + 1, ':') : NULL;
		char names[128];
		size_t len;

		if (!path)
			return false;
		len = (size_t)(path - list - 1);
		if (len >= sizeof(names))
			continue;
		memcpy(names, list + 1, len);
		names[len] = '\0';
		if (strcmp(names, h->controllers) != 0)
			continue;
		len = strcspn(++path, "\n");
		if (len >= size)
			return false;
		memcpy(ret_path, path, len);
		ret_path[len] = '\0';
		return true;
	}
	return false;
}

/*
 * The process's group as this mount shows it: "" is the mount's root. A group
 * outside of what is mounted or of our cgroup namespace counts as the root.
 */
static void own_group(const char *text, const struct cgroup_hierarchy *h,
		      char *ret_path, size_t size)
{
	struct cgroup_place place;

	if (!find_group(text, h, ret_path, size) ||
	    strcmp(ret_path, "/") == 0 || strncmp(ret_path, "/..", 3) == 0)
		*ret_path = '\0';
	if (!*ret_path)
		return;
	place = cgroup_place(h, ret_path, -1);
	if (access(place.path, F_OK))
		*ret_path = '\0';
}

static void add_group(struct limit_plan *plan, int hierarchy,
		      const char *parent, const char *name, const char *why)
{
	const struct cgroup_hierarchy *h = &plan->world.h[hierarchy];

	plan->group[hierarchy] =
		arena_printf(plan->arena, "%s/%s", parent, name);
	limit_plan_add(plan, (struct limit_op){ .kind = LIMIT_MKDIR,
						.path = arena_printf(
							plan->arena, "%s%s/%s",
							h->mount, parent, name),
						.why = why });
}

static int denied(const struct cgroup_hierarchy *h, const char *path,
		  struct kist_error *err)
{
	int ret = err_sys(err, KIST_E_LIMIT_PLACE, EACCES,
			  "make a control group in '%s%s'", h->mount, path);

	if (geteuid() == 0)
		err_hint(err, "the file system is read-only here: mount it "
			      "anew, or do this outside of the container");
	else if (h->is_v2)
		err_hint(err, "have an administrator do it ('sudo kist limit "
			      "-p PID …'), or log in where 'systemctl --user' "
			      "works; docs/limits.md has more ways");
	else
		err_hint(err, "cgroup v1 is root's: have an administrator do "
			      "it ('sudo kist limit -p PID …'), or give you a "
			      "group ('chown -R'), and use --parent");
	return ret;
}

/* ---- v1 ---- */

static void copy_above(struct limit_plan *plan, int hierarchy,
		       const char *parent, const char *file)
{
	const struct cgroup_hierarchy *h = &plan->world.h[hierarchy];
	char path[900], text[4096];

	snprintf(path, sizeof(path), "%s%s/%s", h->mount, parent, file);
	if (cgroup_file_read(AT_FDCWD, path, text, sizeof(text)))
		return;
	limit_plan_add(plan, (struct limit_op){
				     .kind = LIMIT_WRITE,
				     .path = arena_printf(
					     plan->arena, "%s%s/%s", h->mount,
					     plan->group[hierarchy], file),
				     .text = arena_strdup(plan->arena, text),
				     .why = "as above: it starts empty" });
}

static int place_v1(struct limit_plan *plan, int hierarchy, const char *parent,
		    const char *name, struct kist_error *err)
{
	const struct cgroup_hierarchy *h = &plan->world.h[hierarchy];
	struct cgroup_place place = cgroup_place(h, parent, -1);

	/* root may; on the way of a start each call counts */
	if (geteuid() != 0 && faccessat(AT_FDCWD, place.path, W_OK, AT_EACCESS))
		return denied(h, parent, err);
	if (plan->is_threaded && cgroup_controls(h->controllers, "memory")) {
		int ret = err_set(err, KIST_E_LIMIT_VERSION,
				  "memory is a process's: one thread cannot "
				  "be limited");

		err_hint(err, "limit the process: -p");
		return ret;
	}
	add_group(plan, hierarchy, parent, name, NULL);
	if (cgroup_controls(h->controllers, "cpuset")) {
		copy_above(plan, hierarchy, parent, "cpuset.cpus");
		copy_above(plan, hierarchy, parent, "cpuset.mems");
	}
	return 0;
}

/* ---- v2 ---- */

struct level {
	const struct cgroup_hierarchy *h;
	const char *path;
	int len; /* of the group's part of @path */
};

static void read_at(const struct level *l, const char *file, char *ret_text,
		    size_t size)
{
	char path[900];

	snprintf(path, sizeof(path), "%s%.*s/%s", l->h->mount, l->len, l->path,
		 file);
	cgroup_file_read(AT_FDCWD, path, ret_text, size);
}

static bool is_writable(const struct level *l)
{
	char path[900];

	snprintf(path, sizeof(path), "%s%.*s/cgroup.procs", l->h->mount, l->len,
		 l->path);
	return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* Those of @needs that @level does not hand down yet, as "+a +b". */
static void missing_at(const struct level *l, const char *needs, char *ret_text,
		       size_t size)
{
	char have[256], words[256], *save = NULL;
	size_t used = 0;

	read_at(l, "cgroup.subtree_control", have, sizeof(have));
	snprintf(words, sizeof(words), "%s", needs);
	*ret_text = '\0';
	for (char *w = strtok_r(words, " ", &save); w;
	     w = strtok_r(NULL, " ", &save))
		if (!cgroup_word_in(have, w) && used + strlen(w) + 3 < size)
			used += (size_t)snprintf(ret_text + used, size - used,
						 "%s+%s", used ? " " : "", w);
}

/* It may hand controllers down: it is the root, or nobody is in it. */
static bool can_hand_down(const struct level *l)
{
	char type[32], procs[32];

	read_at(l, "cgroup.type", type, sizeof(type));
	read_at(l, "cgroup.procs", procs, sizeof(procs));
	return !*type || !*procs;
}

static void hand_down(struct limit_plan *plan, const struct level *l,
		      const char *missing)
{
	limit_plan_add(
		plan,
		(struct limit_op){
			.kind = LIMIT_WRITE,
			.path = arena_printf(plan->arena,
					     "%s%.*s/cgroup.subtree_control",
					     l->h->mount, l->len, l->path),
			.text = arena_strdup(plan->arena, missing),
			.why = "groups below get the controller" });
}

/* The length of the next group's path on the way down @path. */
static int below(const char *path, int len)
{
	const char *slash;

	if (!path[len])
		return -1;
	slash = strchr(path + len + 1, '/');
	return slash ? (int)(slash - path) : (int)strlen(path);
}

/* The deepest group that can serve. Return: the length of its path, or -1. */
static int deepest(const struct level *own, const char *needs)
{
	int best = -1;

	for (int len = 0; len >= 0; len = below(own->path, len)) {
		struct level l = { own->h, own->path, len };
		char missing[256];

		missing_at(&l, needs, missing, sizeof(missing));
		if (*missing && !(can_hand_down(&l) && is_writable(&l)))
			break;
		if (is_writable(&l))
			best = len;
	}
	return best;
}

static const char *const holding[] = { "memory.max", "memory.high",
				       "memory.swap.max", "pids.max",
				       "cpu.max" };

/* What limits the groups that are passed over, for a note. */
static const char *passed_over(struct limit_plan *plan, const struct level *own,
			       int len)
{
	for (len = below(own->path, len); len >= 0; len = below(own->path, len))
		for (size_t i = 0; i < ARRAY_LEN(holding); i++) {
			struct level l = { own->h, own->path, len };
			char text[64];

			read_at(&l, holding[i], text, sizeof(text));
			if (*text && strncmp(text, "max", 3) != 0)
				return arena_printf(
					plan->arena,
					"not below %.*s, which has processes: "
					"its %s (%s) does not hold here",
					len, own->path, holding[i], text);
		}
	return NULL;
}

static int no_place(const struct level *own, struct kist_error *err)
{
	struct level root = { own->h, own->path, 0 };
	int ret;

	if (geteuid() != 0 || !is_writable(&root))
		return denied(own->h, own->path, err);
	ret = err_sys(err, KIST_E_LIMIT_PLACE, EBUSY,
		      "hand controllers down in '%s'", own->h->mount);
	err_hint(err,
		 "processes are in it itself, which cgroup v2 forbids: move "
		 "them: 'kist cg new /leaf && kist cg mv / /leaf'");
	return ret;
}

/* Those that know threads may be handed down by a group with processes. */
static int check_threaded(const char *needs, struct kist_error *err)
{
	char words[256], *save = NULL;
	int ret;

	snprintf(words, sizeof(words), "%s", needs);
	for (char *w = strtok_r(words, " ", &save); w;
	     w = strtok_r(NULL, " ", &save)) {
		if (cgroup_word_in("cpu cpuset pids perf_event", w))
			continue;
		ret = err_set(err, KIST_E_LIMIT_VERSION,
			      "on cgroup v2 controller '%s' knows no threads",
			      w);
		err_hint(err, "limit the process: -p; threads can have limits "
			      "of cpu, cpuset and pids");
		return ret;
	}
	return 0;
}

/* Below the own group, which becomes the root of a threaded part. */
static int place_threads(struct limit_plan *plan, int hierarchy,
			 const char *own, const char *name, const char *needs,
			 struct kist_error *err)
{
	const struct cgroup_hierarchy *h = &plan->world.h[hierarchy];
	int ret = check_threaded(needs, err);

	if (ret)
		return ret;
	for (int len = 0; len >= 0; len = below(own, len)) {
		struct level up = { h, own, len };
		char missing[256];

		missing_at(&up, needs, missing, sizeof(missing));
		if (*missing)
			hand_down(plan, &up, missing);
	}
	add_group(plan, hierarchy, own, name, NULL);
	limit_plan_add(plan, (struct limit_op){
				     .kind = LIMIT_WRITE,
				     .path = arena_printf(plan->arena,
							  "%s%s/%s/cgroup.type",
							  h->mount, own, name),
				     .text = "threaded",
				     .why = "single threads go there" });
	return 0;
}

static int place_v2(struct limit_plan *plan, int hierarchy, const char *own,
		    const char *name, const char *needs, struct kist_error *err)
{
	const struct level l = { &plan->world.h[hierarchy], own,
				 (int)strlen(own) };
	int best = deepest(&l, needs);
	char parent[512];

	if (best < 0)
		return no_place(&l, err);
	for (int len = 0; len >= 0 && len <= best; len = below(own, len)) {
		struct level up = { l.h, own, len };
		char missing[256];

		missing_at(&up, needs, missing, sizeof(missing));
		if (*missing)
			hand_down(plan, &up, missing);
	}
	snprintf(parent, sizeof(parent), "%.*s", best, own);
	add_group(plan, hierarchy, parent, name, passed_over(plan, &l, best));
	return 0;
}

/* The groups above get the controllers; the kernel says if that cannot be. */
static int place_existing(struct limit_plan *plan, int hierarchy,
			  const char *own, const char *needs,
			  struct kist_error *err)
{
	const struct cgroup_hierarchy *h = &plan->world.h[hierarchy];
	int ret;

	if (!*own) {
		ret = err_set(err, KIST_E_LIMIT_PLACE,
			      "it has no control group of its own in '%s'",
			      h->mount);
		err_hint(err, "limit its processes: 'kist limit -p PID …'");
		return ret;
	}
	plan->group[hierarchy] = arena_strdup(plan->arena, own);
	for (int len = 0; h->is_v2 && len >= 0 && own[len];
	     len = below(own, len)) {
		struct level up = { h, own, len };
		char missing[256];

		missing_at(&up, needs, missing, sizeof(missing));
		if (*missing)
			hand_down(plan, &up, missing);
	}
	return 0;
}

int limit_place(struct limit_plan *plan, int hierarchy, const char *cgroup_text,
		const char *parent, const char *name, const char *needs,
		struct kist_error *err)
{
	const struct cgroup_hierarchy *h = &plan->world.h[hierarchy];
	char own[512];

	if (parent)
		snprintf(own, sizeof(own), "%s",
			 strcmp(parent, "/") == 0 ? "" : parent);
	else
		own_group(cgroup_text, h, own, sizeof(own));
	if (plan->is_existing)
		return place_existing(plan, hierarchy, own, needs, err);
	if (strlen(own) + strlen(name) + 2 > sizeof(own))
		return err_set(err, KIST_E_LIMIT_PLACE,
			       "the path of control group '%.80s…' is too long",
			       own);
	if (h->is_v2 && plan->is_threaded)
		return place_threads(plan, hierarchy, own, name, needs, err);
	return h->is_v2 ? place_v2(plan, hierarchy, own, name, needs, err) :
			  place_v1(plan, hierarchy, own, name, err);
}
