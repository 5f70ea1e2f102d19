/* SPDX-License-Identifier: Apache-2.0 */
/* mountinfo.c - the mounts of a mount namespace, as /proc shows them */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/path.h"
#include "kernel/mountinfo.h"
#include "sys/file.h"

/* ---- one line ---- */

/* "\040" is a blank: the kernel writes what would part words in octal. */
static void unescape(char *word)
{
	char *to = word;

	for (const char *from = word; *from; to++) {
		unsigned value = 0;
		int i = 1;

		while (*from == '\\' && i < 4 && from[i] >= '0' &&
		       from[i] <= '7')
			value = value * 8 + (unsigned)(from[i++] - '0');
		if (i == 4 && value > 0 && value < 256) {
			*to = (char)value;
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* The next word of a line, NULL at its end. An empty source is a word. */
static char *next_word(char **line)
{
	char *word = *line;
	char *end;

	if (!word)
		return NULL;
	end = strchr(word, ' ');
	if (end)
		*end++ = '\0';
	*line = end;
	return word;
}

static bool read_number(const char *word, uint32_t *ret_value)
{
	return word && num_parse_u32(word, ret_value) == 0;
}

static bool read_device(char *word, struct mountinfo *m)
{
	char *colon = word ? strchr(word, ':') : NULL;
	uint32_t major, minor;

	if (!colon)
		return false;
	*colon = '\0';
	if (!read_number(word, &major) || !read_number(colon + 1, &minor))
		return false;
	m->major = major;
	m->minor = minor;
	return true;
}

static void read_tag(const char *word, struct mountinfo *m)
{
	static const struct {
		const char *name;
		size_t offset;
	} tags[] = {
		{ "shared:", offsetof(struct mountinfo, peers) },
		{ "master:", offsetof(struct mountinfo, master) },
		{ "propagate_from:", offsetof(struct mountinfo, from) },
	};

	if (strcmp(word, "unbindable") == 0)
		m->unbindable = true;
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		size_t len = strlen(tags[i].name);
		uint32_t group;

		if (strncmp(word, tags[i].name, len) == 0 &&
		    read_number(word + len, &group))
			memcpy((char *)m + tags[i].offset, &group,
			       sizeof(group));
	}
}

static char *next_text(char **line)
{
	char *word = next_word(line);

	if (word)
		unescape(word);
	return word;
}

static bool read_line(char *line, struct mountinfo *m)
{
	uint32_t id, parent;
	char *word;

	*m = (struct mountinfo){ 0 };
	if (!read_number(next_word(&line), &id) ||
	    !read_number(next_word(&line), &parent) || id > INT32_MAX ||
	    parent > INT32_MAX || !read_device(next_word(&line), m))
		return false;
	m->id = (int)id;
	m->parent = (int)parent;
	m->root = next_text(&line);
	m->point = next_text(&line);
	m->options = next_text(&line);
	while ((word = next_word(&line)) && strcmp(word, "-") != 0)
		read_tag(word, m);
	m->type = next_text(&line);
	m->source = next_text(&line);
	m->super = next_text(&line);
	return m->super != NULL;
}

/* ---- all ---- */

static size_t count_lines(const char *text, size_t len)
{
	size_t lines = 1;

	while (len--)
		lines += *text++ == '\n';
	return lines;
}

int mountinfo_parse(char *text, size_t len, struct arena *arena,
		    struct mountinfo_list *ret_list)
{
	struct mountinfo_list list = { 0 };

	list.mounts =
		ARENA_ARRAY(arena, struct mountinfo, count_lines(text, len));
	if (arena_failed(arena))
		return -ENOMEM;
	while (len > 0) {
		char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len;

		/* @text has a byte behind its @len for the NUL. */
		text[line] = '\0';
		if (strlen(text) == line &&
		    read_line(text, &list.mounts[list.count]))
			list.count++;
		line += end != NULL;
		text += line;
		len -= line;
	}
	*ret_list = list;
	return 0;
}

int mountinfo_read(int proc_fd, pid_t pid, struct arena *arena,
		   struct mountinfo_list *ret_list)
{
	CLEANUP_BUF struct buf text;
	char path[40] = "self/mountinfo";
	char *copy;
	int ret;

	if (pid > 0)
		snprintf(path, sizeof(path), "%d/mountinfo", pid);
	buf_init(&text);
	ret = sys_load_file(proc_fd, path, &text, MOUNTINFO_MAX);
	if (ret < 0)
		return ret;
	copy = arena_alloc(arena, text.len + 1);
	if (arena_failed(arena))
		return -ENOMEM;
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	return mountinfo_parse(copy, text.len, arena, ret_list);
}

/* ---- looking things up ---- */

const struct mountinfo *mountinfo_find(const struct mountinfo_list *list,
				       int id)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->mounts[i].id == id)
			return &list->mounts[i];
	return NULL;
}

const struct mountinfo *mountinfo_at(const struct mountinfo_list *list,
				     const char *path)
{
	for (size_t i = list->count; i-- > 0;)
		if (strcmp(list->mounts[i].point, path) == 0)
			return &list->mounts[i];
	return NULL;
}

const struct mountinfo *mountinfo_of(const struct mountinfo_list *list,
				     const char *path)
{
	const struct mountinfo *best = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct mountinfo *m = &list->mounts[i];

		if (path_below(path, m->point) &&
		    (!best || strlen(m->point) >= strlen(best->point)))
			best = m;
	}
	return best;
}

const char *mountinfo_propagation(const struct mountinfo *mount)
{
	if (mount->unbindable)
		return "unbindable";
	if (mount->peers && mount->master)
		return "shared,slave";
	if (mount->peers)
		return "shared";
	return mount->master ? "slave" : "private";
}
