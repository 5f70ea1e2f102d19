/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mounts.c - namespaces bound in odd places, and mounts below kist's folders
 *
 * Whoever bound a namespace to a file somewhere (unshare --net=FILE) wanted it
 * kept, so that is only told. A mount below a record whose container is gone
 * is of kist, and stands in the way of removing it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/path.h"
#include "engine/clean/clean.h"
#include "engine/ns/named.h"
#include "kernel/mountinfo.h"
#include "sys/mount.h"

/* Where it is usual: somebody looks after those. */
static bool is_usual(struct cleaning *c, const char *point)
{
	static const char *const places[] = {
		"/run/netns",	   "/var/run/netns", "/run/docker",
		"/run/containerd", "/run/user",	     "/run/crio",
		"/var/run/docker", "/run/systemd",   "/proc",
		"/run/containers",
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (path_below(point, places[i]))
			return true;
	return path_below(point, c->folders.run_path) != NULL;
}

/* "net:[4026532177]" */
static enum ns_kind kind_of(const char *root, uint64_t *ret_ino)
{
	const char *digits = strchr(root, '[');
	char word[16];
	size_t len = strcspn(root, ":");

	if (!digits || len >= sizeof(word) ||
	    num_parse_u64_n(digits + 1, strcspn(digits + 1, "]"), ret_ino))
		return NS_COUNT;
	memcpy(word, root, len);
	word[len] = '\0';
	return ns_find(word);
}

static void look_at_ns(struct cleaning *c, const struct mountinfo *m)
{
	struct leftover left = { .shown = { .kind = KIST_LEFTOVER_MOUNT } };
	uint64_t ino;
	enum ns_kind kind = kind_of(m->root, &ino);

	if (kind == NS_COUNT || is_usual(c, m->point) ||
	    clean_in_use(c, kind, ino, 0))
		return;
	left.shown.what =
		arena_printf(&c->arena, "%s on %s", m->root, m->point);
	left.shown.reason = "nobody is in it, kept by this mount";
	left.shown.advice =
		arena_printf(&c->arena, "umount %s", trace_word(m->point));
	clean_add(c, &left);
}

/* The id in DATA/containers/ID/…, or NULL. */
static const char *record_of(struct cleaning *c, const char *point)
{
	const char *below = path_below(point, c->folders.data_path);

	if (!below || strncmp(below, "containers/", 11) != 0 ||
	    strcspn(below + 11, "/") != ID_LEN)
		return NULL;
	return arena_strndup(&c->arena, below + 11, ID_LEN);
}

static bool is_held(struct cleaning *c, const char *id_text)
{
	struct record record;
	struct id id;
	char path[PATH_BYTES];
	bool held;

	snprintf(id.text, sizeof(id.text), "%s", id_text);
	snprintf(path, sizeof(path), "%s/%s", c->folders.state_root, id_text);
	if (faccessat(AT_FDCWD, path, F_OK, 0) == 0)
		return true;
	if (record_open(&c->folders, &id, &record, NULL) < 0)
		return false;
	held = life_read(&record).held;
	record_close(&record);
	return held;
}

static int remove_mount(struct cleaning *c, const struct leftover *left,
			const struct kist_trace *trace, struct kist_error *err)
{
	const char *id = record_of(c, left->name);
	int ret;

	if (!id || is_held(c, id))
		return -EBUSY;
	if (!trace_step(trace, NULL, "umount %s", trace_word(left->name)))
		return 0;
	ret = sys_umount(left->name, UMOUNT_NOFOLLOW);
	if (ret == -EINVAL || ret == -ENOENT)
		return 0;
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "unmount '%s'",
			       left->name);
	return 0;
}

static void look_at_record(struct cleaning *c, const struct mountinfo *m)
{
	const char *id = record_of(c, m->point);
	struct leftover left = {
		.remove = remove_mount,
		.name = m->point,
		.shown = { .kind = KIST_LEFTOVER_MOUNT,
			   .what = m->point,
			   .reason = "its container has ended",
			   .is_removable = true },
	};

	if (id && !is_held(c, id))
		clean_add(c, &left);
}

int clean_find_mounts(struct cleaning *c, struct kist_error *err)
{
	struct mountinfo_list list;
	int ret = mountinfo_read(c->proc_fd, 0, &c->arena, &list);

	if (ret == -ENOMEM)
		return err_nomem(err);
	if (ret < 0 || geteuid() != 0)
		return 0;
	/* The last ones first: they may lie on others. */
	for (size_t i = list.count; i-- > 0;)
		if (strcmp(list.mounts[i].type, "nsfs") == 0)
			look_at_ns(c, &list.mounts[i]);
		else
			look_at_record(c, &list.mounts[i]);
	return 0;
}
