/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user.c - users and groups of a container's own /etc/passwd and /etc/group
 *
 * How it works
 * ============
 *
 * "USER[:GROUP]" is split and each half becomes a number or a name first; only
 * then are the files looked at. So a half that looks like a number never
 * becomes a name (a line "1000:x:0:0:…" in a hostile passwd would make uid
 * 1000 root), and a half that is empty never becomes 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/num.h"
#include "kernel/user.h"
#include "sys/file.h"

#define NAME_MAX_BYTES 256
#define FIELD_MAX 7
#define ID_NONE UINT32_MAX /* (uid_t)-1 means "leave it" to the kernel */

/* ---- what the caller wrote ---- */

/* One half: a name, or if that is NULL a number. */
struct half {
	const char *name;
	uint32_t id;
};

static int bad_syntax(const char *text, const char *why, struct kist_error *err)
{
	return err_set(err, KIST_E_USER_SYNTAX, "user '%s': %s", text, why);
}

static int parse_half(const char *text, const char *word, struct half *ret,
		      struct kist_error *err)
{
	uint32_t id;
	int ret_num;

	if (!*word)
		return bad_syntax(text, "a name or number is missing", err);
	ret_num = num_parse_u32(word, &id);
	if (ret_num == -ERANGE || (ret_num == 0 && id == ID_NONE))
		return bad_syntax(text, "an id is at most 4294967294", err);
	if (ret_num == 0) {
		*ret = (struct half){ NULL, id };
		return 0;
	}
	/* "1a" may be a name; "-1" is no number, and may be none */
	if (*word == '-' || *word == '+')
		return bad_syntax(text, "an id has no sign", err);
	*ret = (struct half){ word, 0 };
	return 0;
}

/* Split "a:b" in @copy. *ret_group is NULL if there is no ':'. */
static int split(const char *text, char copy[NAME_MAX_BYTES],
		 const char **ret_group, struct kist_error *err)
{
	char *colon;

	if (strlen(text) >= NAME_MAX_BYTES)
		return bad_syntax(text, "too long", err);
	strcpy(copy, text);
	colon = strchr(copy, ':');
	*ret_group = NULL;
	if (!colon)
		return 0;
	*colon = '\0';
	*ret_group = colon + 1;
	if (strchr(colon + 1, ':'))
		return bad_syntax(text, "more than one ':'", err);
	return 0;
}

int user_parse_ids(const char *text, uint32_t *ret_uid, uint32_t *ret_gid,
		   struct kist_error *err)
{
	char copy[NAME_MAX_BYTES];
	struct half user, group = { NULL, 0 };
	const char *group_text;
	int ret;

	ret = split(text, copy, &group_text, err);
	if (ret == 0)
		ret = parse_half(text, copy, &user, err);
	if (ret == 0 && group_text)
		ret = parse_half(text, group_text, &group, err);
	if (ret < 0)
		return ret;
	if (user.name || group.name) {
		ret = bad_syntax(text, "only numbers are taken here", err);
		err_hint(err, "write UID or UID:GID, as the container's "
			      "/etc/passwd has them");
		return ret;
	}

	*ret_uid = user.id;
	if (group_text)
		*ret_gid = group.id;
	return 0;
}

/* ---- the files ---- */

/* O_NONBLOCK: a fifo is not to hang us. */
static int open_below(int root_fd, const char *path)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	CLEANUP_FD int host_fd = -1;

	if (root_fd == AT_FDCWD) {
		host_fd =
			openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (host_fd < 0)
			return -errno;
		root_fd = host_fd;
	}
	return sys_openat2(root_fd, path, flags, 0, RESOLVE_SAFE);
}

/* Append a file below the root to @buf. One that is not there is empty. */
static int load(int root_fd, const char *path, struct buf *buf,
		struct kist_error *err)
{
	CLEANUP_FD int fd = open_below(root_fd, path);
	struct stat st;
	int ret = fd;

	if (fd == -ENOENT || fd == -ENOTDIR)
		return 0;
	if (fd >= 0 && fstat(fd, &st) < 0)
		ret = -errno;
	else if (fd >= 0)
		ret = S_ISREG(st.st_mode) ? buf_read(buf, fd, USER_FILE_MAX) :
					    -EINVAL;
	if (ret < 0) {
		err_sys(err, KIST_E_SYSTEM, -ret, "read '/%s' of the container",
			path);
		if (ret == -EFBIG)
			err_hint(err, "it may have at most 1 MiB");
	}
	return ret < 0 ? ret : 0;
}

/*
 * Cut the next line off @rest, and it into fields at ':'. Return: how many
 * fields; 0 is an empty line, -1 the end.
 */
static int next_line(char **rest, char *field[FIELD_MAX])
{
	char *line = *rest;
	int count = 0;

	if (!line || !*line)
		return -1;
	*rest = strchr(line, '\n');
	if (*rest)
		*(*rest)++ = '\0';
	if (!*line)
		return 0;
	do {
		field[count++] = line;
		line = strchr(line, ':');
		if (line)
			*line++ = '\0';
	} while (line && count < FIELD_MAX);
	return count;
}

/* What a line is looked for by. */
static bool matches(const struct half *wanted, const char *name, uint32_t id)
{
	return wanted->name ? strcmp(wanted->name, name) == 0 :
			      wanted->id == id;
}

/* name:x:uid:gid:comment:home:shell */
struct passwd_line {
	const char *name, *home, *shell; /* shell: NULL if not given */
	uint32_t uid, gid;
};

/* The first line that matches. @text is cut up. */
static bool find_passwd(char *text, const struct half *wanted,
			struct passwd_line *ret)
{
	char *field[FIELD_MAX];
	int count;

	while ((count = next_line(&text, field)) >= 0) {
		if (count < 6 || num_parse_u32(field[2], &ret->uid) < 0 ||
		    num_parse_u32(field[3], &ret->gid) < 0)
			continue;
		if (ret->uid == ID_NONE || ret->gid == ID_NONE)
			continue;
		if (!matches(wanted, field[0], ret->uid))
			continue;
		ret->name = field[0];
		ret->home = field[5];
		ret->shell = count > 6 ? field[6] : NULL;
		return true;
	}
	return false;
}

static bool is_member(char *members, const char *name)
{
	for (char *word = members; word && *word;) {
		char *comma = strchr(word, ',');

		if (comma)
			*comma = '\0';
		if (strcmp(word, name) == 0)
			return true;
		word = comma ? comma + 1 : NULL;
	}
	return false;
}

/* The group @wanted of name:x:gid:members. @text is cut up. */
static bool find_group(char *text, const struct half *wanted, uint32_t *ret)
{
	char *field[FIELD_MAX];
	int count;

	while ((count = next_line(&text, field)) >= 0) {
		uint32_t gid;

		if (count < 3 || num_parse_u32(field[2], &gid) < 0 ||
		    gid == ID_NONE || !matches(wanted, field[0], gid))
			continue;
		*ret = gid;
		return true;
	}
	return false;
}

static bool has_group(const struct user *user, gid_t gid)
{
	for (size_t i = 0; i < user->group_count; i++)
		if (user->groups[i] == gid)
			return true;
	return false;
}

/* The groups that list the user as a member. @text is cut up. */
static int add_groups(char *text, const char *name, struct user *user,
		      struct arena *arena, struct kist_error *err)
{
	char *field[FIELD_MAX];
	int count;

	user->groups = ARENA_ARRAY(arena, gid_t, USER_GROUPS_MAX);
	if (arena_failed(arena))
		return err_nomem(err);
	while ((count = next_line(&text, field)) >= 0) {
		uint32_t gid;

		if (count < 4 || num_parse_u32(field[2], &gid) < 0 ||
		    gid == ID_NONE || !is_member(field[3], name) ||
		    has_group(user, gid))
			continue;
		if (user->group_count == USER_GROUPS_MAX) {
			err_set(err, KIST_E_USER_UNKNOWN,
				"user '%s' is in more than %d groups", name,
				USER_GROUPS_MAX);
			err_hint(err,
				 "name the groups it needs: -u USER:GROUP");
			return -ENOENT;
		}
		user->groups[user->group_count++] = gid;
	}
	return 0;
}

/* ---- both together ---- */

static int not_there(const char *what, const char *name, const char *file,
		     struct kist_error *err)
{
	int ret = err_set(err, KIST_E_USER_UNKNOWN,
			  "no %s '%s' in the container's /etc/%s", what, name,
			  file);

	err_hint(err, "a number works without an entry there");
	return ret;
}

/* The user's own line. *ret_name: for the list of groups, NULL if unknown. */
static int look_up_user(char *passwd, const struct half *wanted,
			struct arena *arena, struct user *user,
			const char **ret_name, struct kist_error *err)
{
	struct passwd_line line;

	*ret_name = NULL;
	user->uid = wanted->id;
	user->home = "/";
	if (find_passwd(passwd, wanted, &line)) {
		user->uid = line.uid;
		user->gid = line.gid;
		*ret_name = line.name;
		if (line.home[0] == '/')
			user->home = arena_strdup(arena, line.home);
	} else if (wanted->name) {
		return not_there("user", wanted->name, "passwd", err);
	}
	return arena_failed(arena) ? err_nomem(err) : 0;
}

/* The group that was named, or those the user is in. */
static int look_up_groups(char *group, const struct half *wanted,
			  const char *user_name, struct arena *arena,
			  struct user *user, struct kist_error *err)
{
	if (!wanted)
		return user_name ?
			       add_groups(group, user_name, user, arena, err) :
			       0;
	user->gid = wanted->id;
	if (wanted->name && !find_group(group, wanted, &user->gid))
		return not_there("group", wanted->name, "group", err);
	return 0;
}

int user_lookup(int root_fd, const char *text, struct arena *arena,
		struct user *ret_user, struct kist_error *err)
{
	CLEANUP_BUF struct buf passwd, group;
	struct half wanted, wanted_group;
	const char *group_text, *name;
	struct user user = { 0 };
	char copy[NAME_MAX_BYTES];
	int ret;

	buf_init(&passwd);
	buf_init(&group);
	ret = split(text, copy, &group_text, err);
	if (ret == 0)
		ret = parse_half(text, copy, &wanted, err);
	if (ret == 0 && group_text)
		ret = parse_half(text, group_text, &wanted_group, err);
	if (ret == 0)
		ret = load(root_fd, "etc/passwd", &passwd, err);
	if (ret == 0)
		ret = load(root_fd, "etc/group", &group, err);
	if (ret == 0)
		ret = look_up_user(passwd.data, &wanted, arena, &user, &name,
				   err);
	if (ret == 0)
		ret = look_up_groups(group.data,
				     group_text ? &wanted_group : NULL, name,
				     arena, &user, err);
	if (ret == 0)
		*ret_user = user;
	return ret;
}

/* The line of @uid, cut up in @passwd. */
static bool find_uid(int root_fd, uint32_t uid, struct buf *passwd,
		     struct passwd_line *ret)
{
	const struct half wanted = { NULL, uid };

	return load(root_fd, "etc/passwd", passwd, NULL) == 0 &&
	       find_passwd(passwd->data, &wanted, ret);
}

const char *user_home(int root_fd, uint32_t uid, struct arena *arena)
{
	CLEANUP_BUF struct buf passwd;
	struct passwd_line line;

	buf_init(&passwd);
	if (!find_uid(root_fd, uid, &passwd, &line) || line.home[0] != '/')
		return "/";
	return arena_strdup(arena, line.home);
}

const char *user_shell(int root_fd, uint32_t uid, struct arena *arena)
{
	CLEANUP_BUF struct buf passwd;
	struct passwd_line line;

	buf_init(&passwd);
	if (!find_uid(root_fd, uid, &passwd, &line) || !line.shell ||
	    line.shell[0] != '/')
		return NULL;
	return arena_strdup(arena, line.shell);
}

const char *user_name(int root_fd, uint32_t uid, struct arena *arena)
{
	CLEANUP_BUF struct buf passwd;
	struct passwd_line line;

	buf_init(&passwd);
	if (!find_uid(root_fd, uid, &passwd, &line))
		return NULL;
	return arena_strdup(arena, line.name);
}
