/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wish.c - what `mnt add` is asked for, read
 *
 * As with -v of `kist run`, "ro" is read-only all of it, and what is mounted
 * below the source comes along unless "bind" is said.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include <kist/cause.h>

#include "base/near.h"
#include "engine/mnt/wish.h"
#include "engine/run/volume.h"
#include "kernel/mount_option.h"
#include "sys/mount.h"

/* ---- options ---- */

static int unknown(const char *word, struct kist_error *err)
{
	struct near near;
	int ret = err_set(err, KIST_E_MNT_OPTION, "unknown mount option '%s'",
			  word);

	near_init(&near, word);
	for (size_t i = 0; i < mount_option_count; i++)
		near_offer(&near, mount_option_table[i].name);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	else
		err_hint(err, "options are ro, rw, nosuid, nodev, noexec, "
			      "noatime, bind, private, shared, slave, idmap");
	return ret;
}

static void take_attr(struct wish *wish, const struct mount_option *option)
{
	if (option->kind == MOUNT_OPTION_RECURSIVE ||
	    (wish->source && option->set == MOUNT_ATTR_RDONLY))
		mount_option_apply(option, &wish->tree_set, &wish->tree_clr);
	else
		mount_option_apply(option, &wish->set, &wish->clr);
}

static int take_file_system_word(struct wish *wish, const char *word,
				 struct kist_error *err)
{
	size_t count = 0;

	if (wish->source)
		return unknown(word, err);
	while (wish->options[count])
		count++;
	if (count == WISH_OPTIONS_MAX) {
		err_set(err, KIST_E_MNT_OPTION, "too many options");
		err_hint(err, "each is needed once");
		return -EINVAL;
	}
	wish->options[count] = word;
	return 0;
}

static int take_option(struct wish *wish, const char *word,
		       struct kist_error *err)
{
	const struct mount_option *option = mount_option_find(word);

	if (!option)
		return take_file_system_word(wish, word, err);
	switch (option->kind) {
	case MOUNT_OPTION_NOTHING:
		return 0;
	case MOUNT_OPTION_ATTR:
	case MOUNT_OPTION_RECURSIVE:
		take_attr(wish, option);
		return 0;
	case MOUNT_OPTION_PROPAGATION:
		wish->propagation = option->propagation &
				    ~(unsigned long)MS_REC;
		return 0;
	case MOUNT_OPTION_BIND:
		wish->recursive = option->recursive;
		return wish->source ? 0 : unknown(word, err);
	case MOUNT_OPTION_IDMAP:
		wish->idmap = true;
		return wish->source ? 0 : unknown(word, err);
	default:
		return unknown(word, err);
	}
}

static int take_options(struct wish *wish, char *options,
			struct kist_error *err)
{
	int ret = 0;

	while (ret == 0 && options) {
		char *word = strsep(&options, ",");

		if (*word)
			ret = take_option(wish, word, err);
	}
	return ret;
}

/* ---- paths ---- */

static int unreadable(const struct wish *wish, const char *what,
		      struct kist_error *err)
{
	int ret = err_set(err, KIST_E_MNT_SYNTAX, "'%s' does not say %s",
			  wish->written, what);

	err_hint(err, wish->recursive ? "write SRC:DST, as /data:/data:ro" :
					"write DST, or DST:OPTIONS, as "
					"/scratch:size=64m");
	return ret;
}

static int take_destination(struct wish *wish, const char *path,
			    struct arena *arena, struct kist_error *err)
{
	if (!path || !*path)
		return unreadable(wish, "where to mount it", err);
	wish->destination = path_tidy(path, arena);
	if (!wish->destination)
		return err_set(err, KIST_E_MNT_SYNTAX,
			       "the destination '%s' is not an absolute path",
			       path);
	if (strcmp(wish->destination, "/") == 0)
		return err_set(err, KIST_E_MNT_SYNTAX,
			       "the destination cannot be '/'");
	return 0;
}

static int take_source(struct wish *wish, const char *path, struct arena *arena,
		       struct kist_error *err)
{
	char real[PATH_MAX];
	struct stat st;

	if (!*path)
		return unreadable(wish, "what to mount", err);
	if (!realpath(path, real) || stat(real, &st) < 0) {
		int errnum = errno;

		err_sys(err, KIST_E_VOLUME_SOURCE, errnum, "source '%s'", path);
		if (errnum == ENOENT)
			err_cause(err, KIST_CAUSE_MOUNT_SOURCE_MISSING, path,
				  NULL);
		return -errnum;
	}
	wish->source = arena_strdup(arena, real);
	wish->is_file = !S_ISDIR(st.st_mode);
	return 0;
}

int wish_read(const struct kist_mnt_add *args, struct arena *arena,
	      struct wish *ret_wish, struct kist_error *err)
{
	struct wish wish = { .propagation = MS_PRIVATE };
	char *rest;
	int ret = 0;

	if (!args->volume == !args->tmpfs)
		return err_set(err, KIST_E_MNT_SYNTAX,
			       "either a volume or a tmpfs is needed");
	wish.written = args->volume ? args->volume : args->tmpfs;
	rest = arena_strdup(arena, wish.written);
	if (arena_failed(arena))
		return err_nomem(err);
	if (args->volume) {
		wish.recursive = true;
		ret = take_source(&wish, strsep(&rest, ":"), arena, err);
	}
	if (ret == 0)
		ret = take_destination(&wish, strsep(&rest, ":"), arena, err);
	if (ret == 0 && rest && strchr(rest, ':'))
		ret = err_set(err, KIST_E_MNT_SYNTAX, "too many ':' in '%s'",
			      wish.written);
	if (ret == 0)
		ret = take_options(&wish, rest, err);
	*ret_wish = wish;
	return ret;
}

static bool is_wished(const struct mount_option *o, uint64_t set, uint64_t clr)
{
	if (o->set)
		return (set & o->set) == o->set;
	return o->clr && (clr & o->clr) == o->clr && !(set & o->clr);
}

const char *wish_shell_options(const struct wish *wish, struct arena *arena)
{
	const char *text = "";

	for (size_t i = 0; i < mount_option_count; i++) {
		const struct mount_option *o = &mount_option_table[i];

		if (o->kind != MOUNT_OPTION_ATTR ||
		    !is_wished(o, wish->set | wish->tree_set,
			       wish->clr | wish->tree_clr))
			continue;
		text = arena_printf(arena, "%s%s%s", text, *text ? "," : "",
				    o->name);
	}
	for (size_t i = 0; wish->options[i]; i++)
		text = arena_printf(arena, "%s%s%s", text, *text ? "," : "",
				    wish->options[i]);
	return text;
}
