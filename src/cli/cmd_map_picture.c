/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_map_picture.c - kist map --svg, --html and --serve */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "cli/cmd_map.h"

bool map_wants_picture(const struct map_args *a)
{
	return a->svg || a->html || a->serve || a->token || a->output;
}

/* ---- a file ---- */

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		left -= (size_t)n;
	}
	return 0;
}

/* A whole file beside it takes its place: a page that is looked at is never
 * half of one. What is no plain file (a pipe, /dev/stdout) is written to. */
static int save(const char *path, const char *text, struct kist_error *err)
{
	char beside[4096];
	struct stat st;
	bool is_plain = stat(path, &st) < 0 || S_ISREG(st.st_mode);
	const char *to = is_plain ? beside : path;
	CLEANUP_FD int fd = -1;
	int ret;

	if ((size_t)snprintf(beside, sizeof(beside), "%s.%d", path,
			     (int)getpid()) >= sizeof(beside))
		return err_sys(err, KIST_E_SYSTEM, ENAMETOOLONG, "write '%s'",
			       path);
	fd = open(to, O_WRONLY | O_CLOEXEC | (is_plain ? O_CREAT | O_EXCL : 0),
		  0666);
	if (fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "write '%s'", path);
	ret = write_all(fd, text);
	if (ret == 0 && is_plain && rename(beside, path) < 0)
		ret = -errno;
	if (ret < 0 && is_plain)
		unlink(beside);
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret, "write '%s'", path) :
			 0;
}

static int put(const char *path, const char *text, struct kist_error *err)
{
	int ret;

	if (strcmp(path, "-") != 0)
		return save(path, text, err);
	ret = write_all(STDOUT_FILENO, text);
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret,
				 "write to standard output") :
			 0;
}

static int draw(const struct kist_global *g, const struct map_args *a,
		struct kist_error *err)
{
	const char *path = a->svg ? a->svg : a->html;
	struct kist_map map, shown;
	char *text = NULL;
	int ret = kist_map(&g->kist, map_parts(a), &map, err);

	if (ret < 0)
		return ret;
	ret = map_filter(a, &map, &shown, err);
	if (ret == 0) {
		text = a->svg ? kist_map_svg(&shown) : kist_map_html(&shown);
		map_filter_done(&shown);
		ret = text ? put(a->output ? a->output : path, text, err) :
			     err_nomem(err);
	}
	kist_map_free(&map);
	free(text);
	return ret;
}

/* ---- a page that stays up to date ---- */

static void tell_address(void *context, const char *url)
{
	const struct kist_global *g = context;

	printf("%s\n", url);
	fflush(stdout);
	if (!g->quiet && isatty(STDERR_FILENO))
		fprintf(stderr,
			"kist: open this address in a browser of this machine; "
			"^C ends it\n");
}

static int serve(const struct kist_global *g, const struct map_args *a,
		 struct kist_error *err)
{
	uint64_t port;

	if (num_parse_u64(a->serve, &port) < 0 || port > 65535) {
		err_set(err, KIST_E_OPTION_VALUE, "--serve: '%s' is not a port",
			a->serve);
		err_hint(err, "write --serve=8080, or --serve for any that is "
			      "free; it is always on 127.0.0.1 and ::1");
		return -EINVAL;
	}
	return kist_map_serve(&g->kist, (uint16_t)port, a->token, tell_address,
			      (void *)g, err);
}

/* ---- which of them ---- */

/* "--html map.html" and "--serve 8080": the value of these stands behind '=',
 * and what stands alone is something to look for. */
static int check_words(const struct map_args *a, struct kist_error *err)
{
	const char *name = a->serve ? "serve" : a->svg ? "svg" : "html";
	const char *word = a->words ? a->words[0] : NULL;
	const char *dot = word ? strrchr(word, '.') : NULL;
	uint64_t port;
	int ret;

	if (!word || !(a->serve ? num_parse_u64(word, &port) == 0 :
				  dot && (strcmp(dot, ".svg") == 0 ||
					  strncmp(dot, ".htm", 4) == 0)))
		return 0;
	ret = err_set(err, KIST_E_USAGE,
		      "'%s' alone would be something to look for", word);
	err_hint(err, "write --%s=%s", name, word);
	return ret;
}

static int check_together(const struct map_args *a, struct kist_error *err)
{
	int pictures = !!a->svg + !!a->html + !!a->serve;

	if (pictures + a->json > 1)
		return err_set(err, KIST_E_USAGE,
			       "one of --json, --svg, --html and --serve");
	if (a->token && !a->serve)
		return err_set(err, KIST_E_USAGE,
			       "--token goes with --serve only");
	if (a->serve && (a->words || a->engine || map_parts(a)))
		return err_set(err, KIST_E_USAGE,
			       "--serve shows all: its page has filters of its "
			       "own");
	if (a->output && !a->svg && !a->html)
		return err_set(err, KIST_E_USAGE,
			       "-o goes with --svg or --html only");
	return 0;
}

int map_picture(const struct kist_global *g, const struct map_args *a,
		struct kist_error *err)
{
	int ret = check_words(a, err);

	if (ret == 0)
		ret = check_together(a, err);
	if (ret < 0)
		return ret;
	return a->serve ? serve(g, a, err) : draw(g, a, err);
}
