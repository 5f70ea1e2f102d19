/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_mounts.c - every mount of a cgroup hierarchy, and /proc/cgroups */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_mounts.h"
#include "sys/file.h"

#define MAGIC_V1 0x27e0eb
#define MAGIC_V2 0x63677270
#define PROC_MAX (16u << 20)

/* "\040" for a space. */
static char *unescaped(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_strndup(arena, text, len), *to = copy;

	if (arena_failed(arena))
		return copy;
	for (const char *from = copy; *from; to++) {
		if (from[0] == '\\' && from[1] && from[2] && from[3]) {
			*to = (char)((from[1] - '0') << 6 |
				     (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
	return copy;
}

static bool is_controller(const char *word, size_t len)
{
	for (int i = 0; cgroup_controller_names[i]; i++)
		if (strlen(cgroup_controller_names[i]) == len &&
		    memcmp(word, cgroup_controller_names[i], len) == 0)
			return true;
	return false;
}

/* Of "rw,cpu,cpuacct,noprefix" what is a controller or a name. */
static const char *controllers_of(const char *options, struct arena *arena)
{
	char *list = arena_strdup(arena, ""), *longer;

	while (*options) {
		size_t len = strcspn(options, ",");

		if (is_controller(options, len) ||
		    strncmp(options, "name=", 5) == 0) {
			longer = arena_printf(arena, "%s%s%.*s", list,
					      *list ? "," : "", (int)len,
					      options);
			list = longer ? longer : list;
		}
		options += len + (options[len] == ',');
	}
	return list;
}

/* A word of a line that ends at @end. Return: what follows it. */
static const char *next_word(const char *at, const char *end,
			     const char **ret_word, size_t *ret_len)
{
	while (at < end && *at == ' ')
		at++;
	*ret_word = at;
	while (at < end && *at != ' ')
		at++;
	*ret_len = (size_t)(at - *ret_word);
	return at;
}

static bool is_there(const char *place, bool is_v2)
{
	struct statfs fs;

	return statfs(place, &fs) == 0 &&
	       (long)fs.f_type == (is_v2 ? MAGIC_V2 : MAGIC_V1);
}

/* Return: false if it is no line of a cgroup mount. */
static bool parse_line(const char *at, const char *end, struct arena *arena,
		       struct cgroup_mount *ret_mount)
{
	const char *word[6], *type, *source, *options;
	size_t len[6], type_len, source_len, options_len;
	struct cgroup_mount m;

	for (int i = 0; i < 6; i++)
		at = next_word(at, end, &word[i], &len[i]);
	do { /* optional fields end with a dash */
		at = next_word(at, end, &type, &type_len);
	} while (type_len && !(type_len == 1 && *type == '-'));
	at = next_word(at, end, &type, &type_len);
	at = next_word(at, end, &source, &source_len);
	next_word(at, end, &options, &options_len);
	m.is_v2 = type_len == 7 && memcmp(type, "cgroup2", 7) == 0;
	if (!m.is_v2 && !(type_len == 6 && memcmp(type, "cgroup", 6) == 0))
		return false;
	m.root = unescaped(arena, word[3], len[3]);
	m.place = unescaped(arena, word[4], len[4]);
	m.options = unescaped(arena, options, options_len);
	m.read_only = strncmp(word[5], "ro", 2) == 0 ||
		      strncmp(options, "ro,", 3) == 0;
	if (arena_failed(arena))
		return false;
	m.controllers = m.is_v2 ? "" : controllers_of(m.options, arena);
	*ret_mount = m;
	return m.is_v2 || *m.controllers;
}

static size_t lines_in(const char *text)
{
	size_t lines = 1;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

void cgroup_mounts_parse(const char *text, bool verify, struct arena *arena,
			 struct cgroup_mount **ret_mounts, size_t *ret_count)
{
	struct cgroup_mount *mounts =
		ARENA_ARRAY(arena, struct cgroup_mount, lines_in(text));
	size_t count = 0;

	*ret_mounts = mounts;
	*ret_count = 0;
	if (arena_failed(arena))
		return;
	while (*text) {
		size_t len = strcspn(text, "\n");
		struct cgroup_mount *m = &mounts[count];

		if (memmem(text, len, " - cgroup", 9) &&
		    parse_line(text, text + len, arena, m) &&
		    (!verify || is_there(m->place, m->is_v2)))
			count++;
		text += len + (text[len] == '\n');
	}
	*ret_count = count;
}

int cgroup_mounts_list(struct arena *arena, struct cgroup_mount **ret_mounts,
		       size_t *ret_count, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	int ret;

	*ret_mounts = NULL;
	*ret_count = 0;
	buf_init(&text);
	ret = sys_load_file(AT_FDCWD, "/proc/self/mountinfo", &text, PROC_MAX);
	if (ret == -ENOENT)
		return 0;
	if (ret)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "read '/proc/self/mountinfo'");
	if (text.data)
		cgroup_mounts_parse(text.data, true, arena, ret_mounts,
				    ret_count);
	return arena_failed(arena) ? err_nomem(err) : 0;
}

void cgroup_mounts_world(const struct cgroup_mount *mounts, size_t count,
			 struct cgroup_world *ret_world)
{
	struct cgroup_world *w = ret_world;
	bool v2 = false;

	memset(w, 0, sizeof(*w));
	for (size_t i = 0; i < count; i++) {
		const struct cgroup_mount *m = &mounts[i];
		struct cgroup_hierarchy *h = &w->h[w->count];
		bool known = false;

		for (int k = 0; k < w->count; k++)
			known = known || (w->h[k].is_v2 == m->is_v2 &&
					  strcmp(w->h[k].controllers,
						 m->controllers) == 0);
		if (known || w->count == CGROUP_HIERARCHY_MAX ||
		    strlen(m->place) >= sizeof(h->mount) ||
		    strlen(m->controllers) >= sizeof(h->controllers))
			continue;
		strcpy(h->mount, m->place);
		strcpy(h->controllers, m->controllers);
		h->is_v2 = m->is_v2;
		v2 = v2 || m->is_v2;
		w->count++;
	}
	w->mode = !w->count	? CGROUP_NONE :
		  !v2		? CGROUP_V1 :
		  w->count == 1 ? CGROUP_V2 :
				  CGROUP_HYBRID;
}

/* ---- /proc/cgroups ---- */

void cgroup_rows_parse(const char *text, struct arena *arena,
		       struct cgroup_row **ret_rows, size_t *ret_count)
{
	struct cgroup_row *rows =
		ARENA_ARRAY(arena, struct cgroup_row, lines_in(text));
	size_t count = 0;
	char name[64];

	*ret_rows = rows;
	*ret_count = 0;
	if (arena_failed(arena))
		return;
	while (*text) {
		size_t len = strcspn(text, "\n");
		int hierarchy, groups, enabled;

		if (*text != '#' && sscanf(text, "%63s %d %d %d", name,
					   &hierarchy, &groups, &enabled) == 4)
			rows[count++] = (struct cgroup_row){
				.name = arena_strdup(arena, name),
				.hierarchy = hierarchy,
				.groups = groups,
				.enabled = enabled,
			};
		text += len + (text[len] == '\n');
	}
	*ret_count = count;
}

void cgroup_rows(struct arena *arena, struct cgroup_row **ret_rows,
		 size_t *ret_count)
{
	char text[4096];

	if (sys_read_file(AT_FDCWD, "/proc/cgroups", text, sizeof(text)) < 0)
		*text = '\0'; /* no /proc: nothing is known */
	cgroup_rows_parse(text, arena, ret_rows, ret_count);
}

bool cgroup_cmdline_has(const char *cmdline, const char *option,
			const char *word)
{
	size_t n = strlen(option), w = strlen(word);

	while (*cmdline) {
		size_t len = strcspn(cmdline, " \n");
		const char *at = cmdline + n + 1, *end = cmdline + len;

		if (len > n && memcmp(cmdline, option, n) == 0 &&
		    cmdline[n] == '=')
			while (at < end) {
				size_t part = strcspn(at, ", \n");

				if (part == w && memcmp(at, word, w) == 0)
					return true;
				at += part + 1;
			}
		cmdline += len + (cmdline[len] != '\0');
	}
	return false;
}
