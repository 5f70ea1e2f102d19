/* SPDX-License-Identifier: Apache-2.0 */
/* env.c - the environment of a command, put together */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
#include "engine/values.h"

extern char **environ;

#define ENV_FILE_MAX (1u << 20)

void env_init(struct env *env, struct arena *arena)
{
	*env = (struct env){ .arena = arena };
	env->room = 32;
	env->items = ARENA_ARRAY(arena, const char *, env->room + 1);
}

static size_t name_len(const char *pair)
{
	return strcspn(pair, "=");
}

static const char **find(const struct env *env, const char *name, size_t len)
{
	for (size_t i = 0; i < env->count; i++)
		if (name_len(env->items[i]) == len &&
		    memcmp(env->items[i], name, len) == 0)
			return &env->items[i];
	return NULL;
}

static bool grow(struct env *env)
{
	const char **more =
		ARENA_ARRAY(env->arena, const char *, 2 * env->room + 1);

	if (!more || arena_failed(env->arena))
		return false;
	memcpy(more, env->items, env->count * sizeof(*more));
	env->items = more;
	env->room *= 2;
	return true;
}

void env_set(struct env *env, const char *pair)
{
	const char **there = find(env, pair, name_len(pair));

	if (there)
		*there = pair;
	else if (env->count < env->room || grow(env))
		env->items[env->count++] = pair;
}

const char *env_get(const struct env *env, const char *name)
{
	const char **there = find(env, name, strlen(name));

	return there ? *there + strlen(name) + 1 : NULL;
}

static void inherit(struct env *env, const char *name, size_t len,
		    bool is_prefix)
{
	for (char **ours = environ; ours && *ours; ours++)
		if (strncmp(*ours, name, len) == 0 &&
		    (is_prefix || (*ours)[len] == '='))
			env_set(env, arena_strdup(env->arena, *ours));
}

int env_add(struct env *env, const char *word, struct kist_error *err)
{
	size_t len = strlen(word);

	if (len == 0 || word[0] == '=') {
		err_set(err, KIST_E_OPTION_VALUE,
			"'%s' has no name before the '='", word);
		err_hint(err, "write NAME=VALUE, or NAME alone for the value "
			      "it has here");
		return -EINVAL;
	}
	if (strchr(word, '='))
		env_set(env, arena_strdup(env->arena, word));
	else if (word[len - 1] == '*')
		inherit(env, word, len - 1, true);
	else
		inherit(env, word, len, false);
	return 0;
}

static int add_line(struct env *env, char *line, struct kist_error *err)
{
	line += strspn(line, " \t");
	if (*line == '\0' || *line == '#')
		return 0;
	return env_add(env, line, err);
}

int env_add_file(struct env *env, const char *path, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned number = 1;
	int ret;

	buf_init(&text);
	ret = fd < 0 ? -errno : buf_read(&text, fd, ENV_FILE_MAX);
	if (ret < 0)
		return err_sys(err, KIST_E_OPTION_VALUE, -ret, "read '%s'",
			       path);
	for (char *line = text.data; line && *line; number++) {
		char *end = line + strcspn(line, "\n");
		char *next = *end ? end + 1 : end;

		*end = '\0';
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
		ret = add_line(env, line, err);
		if (ret < 0) {
			err_place(err, "%s:%u", path, number);
			return ret;
		}
		line = next;
	}
	return 0;
}
