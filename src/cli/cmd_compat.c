/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_compat.c - kist compat: links to kist under the names of others */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_write.h"
#include "base/near.h"
#include "base/trace.h"
#include "cli/compat.h"
#include "cli/kist.h"
#include "cli/steps.h"

struct compat_args {
	bool dry_run, remove, json;
	const char *dir;
	const char *const *names;
};
#define ARGS compat_args

static const struct opt compat_opts[] = {
	FLAG('n', "dry-run", dry_run, "print the commands that do the same"),
	FLAG('J', "json", json, "list the names as JSON"),
	FLAG(0, "remove", remove, "take the links away again"),
	MAYBE("DIR", opt_string, dir, "where; none: list the names"),
	REST("NAME...", names, "which; none: all"),
	OPT_END,
};

static int own_path(char *buf, size_t size, struct kist_error *err)
{
	ssize_t len = readlink("/proc/self/exe", buf, size - 1);

	if (len < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "read the link /proc/self/exe");
	buf[len] = '\0';
	return 0;
}

static int check_name(const char *name, struct kist_error *err)
{
	struct near near;
	int ret;

	near_init(&near, name);
	for (const struct personality *const *p = personalities; *p; p++) {
		if (strcmp((*p)->name, name) == 0)
			return 0;
		near_offer(&near, (*p)->name);
	}
	ret = err_set(err, KIST_E_USAGE, "'%s' is no name kist goes by", name);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	else
		err_hint(err, "'kist compat' lists the names");
	return ret;
}

/* Is @name in @dir a link to us? */
static bool is_ours(int dir_fd, const char *name, const char *self)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(dir_fd, name, target, sizeof(target) - 1);

	if (len < 0)
		return false;
	target[len] = '\0';
	return strcmp(target, self) == 0;
}

static int one_link(const struct compat_args *a, int dir_fd, const char *name,
		    const char *self, const struct kist_trace *trace,
		    struct kist_error *err)
{
	bool ours = is_ours(dir_fd, name, self);
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/%s", a->dir, name);
	if (a->remove) {
		if (!ours ||
		    !trace_step(trace, NULL, "rm %s", trace_word(path)))
			return 0;
		if (unlinkat(dir_fd, name, 0) < 0)
			return err_sys(err, KIST_E_SYSTEM, errno, "remove '%s'",
				       path);
		return 0;
	}
	if (ours || !trace_step(trace, NULL, "ln -s %s %s", trace_word(self),
				trace_word(path)))
		return 0;
	if (symlinkat(self, dir_fd, name) == 0)
		return 0;
	ret = err_sys(err, KIST_E_SYSTEM, errno, "make the link '%s'", path);
	if (ret == -EACCES || ret == -EPERM)
		err_hint(err, "choose a folder that is yours: 'mkdir -p "
			      "~/bin && kist compat ~/bin'");
	return ret;
}

/* Nothing is linked if one of the links cannot be. */
static int check_free(const struct compat_args *a, int dir_fd, const char *name,
		      const char *self, struct kist_error *err)
{
	struct stat st;
	int ret;

	if (a->remove || is_ours(dir_fd, name, self) ||
	    fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	ret = err_sys(err, KIST_E_FILE_EXISTS, EEXIST, "make the link '%s/%s'",
		      a->dir, name);
	err_hint(err, "choose a folder of its own and put it first in PATH; "
		      "nothing is overwritten");
	return ret;
}

#define NAMES_MAX 16

/* Those that are named, or all there are. Return: how many. */
static size_t choose_names(const struct compat_args *a,
			   const char *names[NAMES_MAX])
{
	size_t count = 0;

	for (const struct personality *const *p = personalities;
	     *p && count < NAMES_MAX; p++) {
		const char *const *wanted = a->names;

		while (wanted && *wanted && strcmp(*wanted, (*p)->name) != 0)
			wanted++;
		if (!wanted || *wanted)
			names[count++] = (*p)->name;
	}
	return count;
}

static int all_links(const struct compat_args *a, int dir_fd, const char *self,
		     const struct kist_trace *trace, struct kist_error *err)
{
	const char *names[NAMES_MAX];
	size_t count = choose_names(a, names);
	int ret = 0;

	for (const char *const *name = a->names; ret == 0 && name && *name;
	     name++)
		ret = check_name(*name, err);
	for (size_t i = 0; ret == 0 && i < count; i++)
		ret = check_free(a, dir_fd, names[i], self, err);
	for (size_t i = 0; ret == 0 && i < count; i++)
		ret = one_link(a, dir_fd, names[i], self, trace, err);
	return ret;
}

static int print_names(bool json, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	for (const struct personality *const *p = personalities; *p; p++) {
		json_write_string(&w, (*p)->name);
		if (!json)
			puts((*p)->name);
	}
	json_close(&w, ']');
	if (buf_failed(&text))
		return err_nomem(err);
	if (json)
		puts(text.data);
	return 0;
}

static int compat_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct compat_args *a = args;
	FILE *out = a->dry_run || !g->quiet ? stdout : NULL;
	const struct kist_trace trace = steps_to(a->dry_run, out);
	CLEANUP_FD int dir_fd = -1;
	char self[PATH_MAX];
	int ret;

	if (!a->dir)
		return print_names(a->json, err);
	if (a->json)
		return err_set(err, KIST_E_USAGE,
			       "--json is for the list of names, without DIR");
	dir_fd = open(a->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0) {
		ret = err_sys(err, KIST_E_SYSTEM, errno, "open the folder '%s'",
			      a->dir);
		if (ret == -ENOENT && *a->dir)
			err_hint(err, "make it first: mkdir -p '%s'", a->dir);
		return ret;
	}
	ret = own_path(self, sizeof(self), err);
	return ret < 0 ? ret : all_links(a, dir_fd, self, &trace, err);
}

const struct command cmd_compat = {
	.name = "compat",
	.group = "understanding",
	.summary = "links to kist under the names of other programs",
	.see = "unshare(1), nsenter(1), lsns(8), kist-init(1)",
	.example = "kist compat ~/bin tini unshare",
	.notes =
		"Called by one of these names kist has that program's options, "
		"output and exit statuses, so that scripts made for it go on "
		"working. A link is made for each; a file that is there "
		"already stays, and is an error.",
	.opts = compat_opts,
	.args_size = sizeof(struct compat_args),
	.run = compat_run,
};
