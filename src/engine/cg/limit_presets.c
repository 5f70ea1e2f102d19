/* SPDX-License-Identifier: Apache-2.0 */
/* limit_presets.c - limits with a name, in a file */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/near.h"
#include "engine/cg/limit_presets.h"
#include "sys/file.h"

#define FILE_MAX (256u << 10)
#define DEPTH_MAX 8
#define WORDS_MAX 64
#define SYSTEM_FILE "/etc/kist/limits"
#define BLANK " \t\r"

/**
 * struct search - one preset looked for
 * @files, @texts: where; a text is NULL if there is no such file
 */
struct search {
	const char *files[2];
	char *texts[2];
	size_t count;
	struct arena *arena;
	struct limit_asks *asks;
};

static int load(struct search *s, const char *path, bool must_be,
		struct kist_error *err)
{
	size_t len;
	int ret;

	s->files[s->count] = path;
	ret = sys_load_text(AT_FDCWD, path, s->arena, FILE_MAX,
			    &s->texts[s->count], &len);
	if (ret == 0)
		s->count++;
	if (ret == 0 || (!must_be && (ret == -ENOENT || ret == -ENOTDIR)))
		return 0;
	return err_sys(err, KIST_E_LIMIT_PRESET, -ret, "read '%s'", path);
}

static int load_usual(struct search *s, struct kist_error *err)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int ret = 0;

	/* who was let do this by name only shall not say what it means */
	if (geteuid() == 0 && (getenv("SUDO_UID") || getenv("PKEXEC_UID")))
		config = home = NULL;
	if (config && *config == '/')
		ret = load(s, arena_printf(s->arena, "%s/kist/limits", config),
			   false, err);
	else if (home && *home == '/')
		ret = load(s,
			   arena_printf(s->arena, "%s/.config/kist/limits",
					home),
			   false, err);
	return ret ? ret : load(s, SYSTEM_FILE, false, err);
}

/* The next line: its name, and what stands behind the first '='. Return: 1,
 * 0 at the end, or -EINVAL. */
static int next_line(const char **at, struct arena *arena, const char **name,
		     const char **rest)
{
	while (**at) {
		size_t len = strcspn(*at, "\n");
		char *line = arena_strndup(arena, *at, len);
		char *equals;

		*at += len + ((*at)[len] == '\n');
		line[strcspn(line, "#")] = '\0';
		line += strspn(line, BLANK);
		if (!*line)
			continue;
		equals = strchr(line, '=');
		if (!equals)
			return -EINVAL;
		*equals = '\0';
		line[strcspn(line, BLANK)] = '\0';
		*name = line;
		*rest = equals + 1;
		return *line ? 1 : -EINVAL;
	}
	return 0;
}

static int bad_line(const struct search *s, size_t file, const char *at,
		    struct kist_error *err)
{
	int line = 0, ret;

	for (const char *c = s->texts[file]; c < at; c++)
		line += *c == '\n';
	ret = err_set(err, KIST_E_LIMIT_PRESET, "line %d of '%s' is no preset",
		      line, s->files[file]);
	err_hint(err, "a line is NAME = LIMIT...: mem3 = mem=3G swap=3G");
	return ret;
}

static int unknown(const struct search *s, const char *name,
		   const struct near *near, struct kist_error *err)
{
	int ret = err_set(err, KIST_E_LIMIT_PRESET, "there is no preset '%s'",
			  name);

	if (near->best)
		err_hint(err, "did you mean '%s'?", near->best);
	else if (s->count)
		err_hint(err, "presets are lines of '%s': NAME = LIMIT...",
			 s->files[s->count - 1]);
	else
		err_hint(err, "presets are lines of '~/.config/kist/limits' "
			      "and '" SYSTEM_FILE "': NAME = LIMIT...");
	return ret;
}

static int find(const struct search *s, const char *name, const char **rest,
		struct kist_error *err)
{
	struct near near;

	near_init(&near, name);
	for (size_t i = 0; i < s->count; i++) {
		const char *at = s->texts[i], *found;
		int ret;

		while ((ret = next_line(&at, s->arena, &found, rest)) > 0) {
			if (strcmp(found, name) == 0)
				return 0;
			near_offer(&near, found);
		}
		if (ret < 0)
			return bad_line(s, i, at, err);
	}
	return unknown(s, name, &near, err);
}

static int read_preset(const struct search *s, const char *name, int depth,
		       struct kist_error *err)
{
	const char *rest = "";
	char *words, *save = NULL;
	int ret;

	if (depth > DEPTH_MAX) {
		err_set(err, KIST_E_LIMIT_PRESET,
			"preset '%s' is part of itself", name);
		err_hint(err, "take it out of its own line");
		return -ENOENT;
	}
	ret = find(s, name, &rest, err);
	if (ret)
		return ret;
	words = arena_strdup(s->arena, rest);
	for (char *w = strtok_r(words, BLANK, &save); ret == 0 && w;
	     w = strtok_r(NULL, BLANK, &save)) {
		const char *const one[] = { w, NULL };

		ret = strchr(w, '=') ?
			      limit_words_read(one, s->arena, s->asks, err) :
			      read_preset(s, w, depth + 1, err);
	}
	if (ret)
		err_while(err, "preset '%s'", name);
	return ret;
}

int limit_preset_read(const char *name, const char *file, struct arena *arena,
		      struct limit_asks *asks, struct kist_error *err)
{
	struct search s = { .arena = arena, .asks = asks };
	int ret = file ? load(&s, file, true, err) : load_usual(&s, err);

	return ret ? ret : read_preset(&s, name, 1, err);
}
