/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_path.c - the way to a file: what is missing, and who may go there
 *
 * The way is walked component by component, as the kernel does. Who may pass is
 * read from the mode; access control lists and security modules are not seen
 * here, so that "may" is never claimed, only "may not".
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/near.h"
#include "base/path.h"
#include "engine/why/look.h"
#include "kernel/cap.h"
#include "sys/file.h"

#define OVERFLOW_ID 65534
#define NAME_BYTES 255

/* ---- what is missing ---- */

/* How it may have been meant: a name in the folder. */
static const char *near_name(const struct why_case *c, const char *dir,
			     const char *name)
{
	int fd = look_open(c, dir, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	char first[NAME_BYTES + 1];
	struct dirent *entry;
	struct near near;

	if (!d) {
		cleanup_fd(&fd);
		return NULL;
	}
	snprintf(first, sizeof(first), "%.*s", (int)strcspn(name, "/"), name);
	near_init(&near, first);
	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.' &&
		    strcmp(entry->d_name, first) != 0)
			near_offer(&near,
				   arena_strdup(c->arena, entry->d_name));
	closedir(d);
	return near.best;
}

static bool is_missing(const struct why_case *c, const char **ret_dir,
		       const char **ret_rest)
{
	const char *whole = look_path(c, c->subject);
	struct stat st;

	if (!whole || look_stat(c, c->subject, &st) ||
	    (c->call == WHY_EXEC && !strchr(c->subject, '/')))
		return false;
	*ret_dir = look_nearest(c, c->subject);
	*ret_rest = *ret_dir ? path_below(whole, *ret_dir) : NULL;
	return *ret_rest && **ret_rest;
}

int probe_path_typo(const struct why_case *c, struct why_finding *found)
{
	const char *dir, *rest, *near;

	if (!is_missing(c, &dir, &rest))
		return 0;
	near = near_name(c, dir, rest);
	if (!near)
		return 0;
	return look_found(c, found, true, c->subject,
			  arena_printf(c->arena, "%s%s%s", dir,
				       dir[1] ? "/" : "", near),
			  "'%s' has no '%.*s', but a '%s'", dir,
			  (int)strcspn(rest, "/"), rest, near);
}

int probe_path_dangling(const struct why_case *c, struct why_finding *found)
{
	const char *dir, *rest;
	char whole[PATH_BYTES], to[PATH_BYTES];
	CLEANUP_FD int fd = -1;
	ssize_t len;

	if (!is_missing(c, &dir, &rest) ||
	    path_join(dir, rest, whole, sizeof(whole)) < 0)
		return 0;
	whole[strlen(whole) - strlen(rest) + strcspn(rest, "/")] = '\0';
	fd = look_open(c, whole, O_NOFOLLOW);
	len = fd < 0 ? -1 : readlinkat(fd, "", to, sizeof(to) - 1);
	if (len < 0)
		return 0;
	to[len] = '\0';
	return look_found(c, found, true, arena_strdup(c->arena, whole),
			  arena_strdup(c->arena, to),
			  "'%s' is a link to '%s', which is not there", whole,
			  to);
}

int probe_path_missing(const struct why_case *c, struct why_finding *found)
{
	const char *dir, *rest;
	struct why_finding other;

	if (!is_missing(c, &dir, &rest) || probe_path_typo(c, &other) ||
	    probe_path_dangling(c, &other))
		return 0;
	return look_found(c, found, true, c->subject, dir,
			  "'%s' is there, and nothing called '%.*s' in it", dir,
			  (int)strcspn(rest, "/"), rest);
}

int probe_path_not_folder(const struct why_case *c, struct why_finding *found)
{
	const char *whole = look_path(c, c->subject), *dir;
	struct stat st;

	if (!whole)
		return 0;
	dir = look_nearest(c, c->subject);
	if (!dir || !look_stat(c, dir, &st) || S_ISDIR(st.st_mode))
		return 0;
	return look_found(c, found, true, dir, whole, "'%s' is a file", dir);
}

int probe_name_long(const struct why_case *c, struct why_finding *found)
{
	const char *subject = c->subject;
	size_t longest = 0;

	if (!subject)
		return 0;
	for (const char *at = subject; *at;) {
		size_t len = strcspn(at, "/");

		longest = len > longest ? len : longest;
		at += len + (at[len] == '/');
	}
	if (longest <= NAME_BYTES && strlen(subject) < PATH_BYTES)
		return 0;
	return look_found(c, found, true, NULL, NULL,
			  "the longest name has %zu bytes, the path %zu",
			  longest, strlen(subject));
}

/* ---- symbolic links ---- */

int probe_nosymfollow(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	const struct mountinfo *mount;

	if (!c->subject || !look_mounts(c, &list))
		return 0;
	mount = look_mount(c, &list, c->subject);
	if (!mount || !look_has_option(mount->options, "nosymfollow"))
		return 0;
	return look_found(c, found, true, mount->point, NULL,
			  "'%s' is mounted %s", mount->point, mount->options);
}

int probe_link_loop(const struct why_case *c, struct why_finding *found)
{
	CLEANUP_FD int fd = look_open(c, c->subject, 0);

	if (fd != -ELOOP)
		return 0;
	return look_found(c, found, true, c->subject, NULL,
			  "following '%s' ends with ELOOP", c->subject);
}

/* ---- who may pass ---- */

static bool is_in_group(const struct proc_status *status, uint32_t gid)
{
	if (status->gid[PROC_FS] == gid)
		return true;
	for (size_t i = 0; i < status->group_count; i++)
		if (status->groups[i] == gid)
			return true;
	return false;
}

/* The bits (4 2 1) that the mode gives. */
static unsigned given(const struct proc_status *status, const struct stat *st)
{
	if (status->uid[PROC_FS] == st->st_uid)
		return (st->st_mode >> 6) & 7;
	if (is_in_group(status, st->st_gid))
		return (st->st_mode >> 3) & 7;
	return st->st_mode & 7;
}

/* Does the user namespace of the process have an id? In its own words the id of
 * those it has not is 65534; from outside, its map tells. */
static bool is_mapped(const struct why_case *c, const char *map, uint32_t id)
{
	char text[32768], *save = NULL;
	unsigned long inside, outside, count;

	if (!look_is_inner(c))
		return true;
	if (c->is_self)
		return id != OVERFLOW_ID;
	if (sys_read_file(c->proc_fd, map, text, sizeof(text)) <= 0)
		return false;
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, "%lu %lu %lu", &inside, &outside, &count) ==
			    3 &&
		    id >= outside && id - outside < count)
			return true;
	return false;
}

static bool has_owner(const struct why_case *c, const struct stat *st)
{
	return is_mapped(c, "uid_map", st->st_uid) &&
	       is_mapped(c, "gid_map", st->st_gid);
}

/* Capabilities of a user namespace do not count for files whose owner is not
 * mapped in it. */
static bool is_above(const struct why_case *c, const struct proc_status *status,
		     const struct stat *st)
{
	int number = cap_parse("CAP_DAC_OVERRIDE");

	if (!(status->caps[PROC_CAP_EFFECTIVE] & (UINT64_C(1) << number)))
		return false;
	return has_owner(c, st);
}

/* The first folder on the way that may not be passed. */
static const char *closed_folder(const struct why_case *c,
				 const struct proc_status *status,
				 struct stat *ret_st)
{
	const char *whole = look_path(c, c->subject);
	char *copy = whole ? arena_strdup(c->arena, whole) : NULL;

	for (char *at = copy; at && (at = strchr(at, '/')); at++) {
		char kept = at[1];

		at[at == copy] = '\0';
		if (!look_stat(c, copy, ret_st))
			return NULL;
		if (S_ISDIR(ret_st->st_mode) && !(given(status, ret_st) & 1) &&
		    !is_above(c, status, ret_st))
			return copy;
		if (at == copy)
			at[1] = kept;
		else
			at[0] = '/';
	}
	return NULL;
}

static const char *whose(const struct why_case *c, const struct stat *st)
{
	return arena_printf(c->arena, "mode %04o, user %u, group %u",
			    st->st_mode & 07777, st->st_uid, st->st_gid);
}

int probe_path_closed(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	struct stat st;
	const char *folder;

	if (!c->subject || !look_status(c, &status))
		return 0;
	folder = closed_folder(c, &status, &st);
	if (!folder)
		return 0;
	return look_found(c, found, true, folder,
			  arena_printf(c->arena, "%u", status.uid[PROC_FS]),
			  "'%s' has %s; process %d is user %u, group %u",
			  folder, whose(c, &st), c->pid, status.uid[PROC_FS],
			  status.gid[PROC_FS]);
}

static unsigned given_to(const struct why_case *c, const struct stat *st)
{
	struct proc_status status;

	return look_status(c, &status) ? given(&status, st) : 0;
}

/* Capabilities do not help with what belongs to ids that are not mapped. */
/* Processes and settings have rules of their own beside their modes. */
static bool is_kernels(const struct why_case *c)
{
	return c->call & WHY_SYSCTL ||
	       (strncmp(c->subject, "/proc/", 6) == 0 && c->subject[6] >= '0' &&
		c->subject[6] <= '9');
}

int probe_path_unmapped(const struct why_case *c, struct why_finding *found)
{
	struct stat st;
	const char *nearest;

	if (!c->subject || !look_is_inner(c) || is_kernels(c))
		return 0;
	nearest = look_nearest(c, c->subject);
	if (!nearest || !look_stat(c, nearest, &st) || has_owner(c, &st) ||
	    (given_to(c, &st) & 6) == 6)
		return 0;
	return look_found(c, found, true, nearest, NULL,
			  "'%s' has %s, and user:[%llu] does not map both",
			  nearest, whose(c, &st),
			  (unsigned long long)look_ns(c, NS_USER));
}

int probe_path_mode(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	struct stat st;
	const char *nearest;

	if (!c->subject || is_kernels(c) || !look_status(c, &status))
		return 0;
	nearest = look_nearest(c, c->subject);
	if (!nearest || !look_stat(c, nearest, &st) ||
	    (given(&status, &st) & 6) == 6 || is_above(c, &status, &st) ||
	    S_ISLNK(st.st_mode))
		return 0;
	return look_found(c, found, true, nearest,
			  arena_printf(c->arena, "%u", status.uid[PROC_FS]),
			  "'%s' has %s; process %d is user %u, group %u",
			  nearest, whose(c, &st), c->pid, status.uid[PROC_FS],
			  status.gid[PROC_FS]);
}

/* ---- folders that everyone may write to ---- */

struct sticky {
	const char *folder;
	struct stat dir, file;
};

static bool in_sticky(const struct why_case *c, struct sticky *s, bool follow)
{
	const char *whole = look_path(c, c->subject);
	CLEANUP_FD int fd = -1;
	char *slash;

	if (!whole)
		return false;
	s->folder = arena_strdup(c->arena, whole);
	slash = strrchr(s->folder, '/');
	if (!slash)
		return false;
	slash[slash == s->folder] = '\0';
	fd = look_open(c, whole, follow ? 0 : O_NOFOLLOW);
	return fd >= 0 && fstat(fd, &s->file) == 0 &&
	       look_stat(c, s->folder, &s->dir) && (s->dir.st_mode & S_ISVTX) &&
	       (s->dir.st_mode & S_IWOTH);
}

static int protected(const struct why_case *c, struct why_finding *found,
		     const struct sticky *s, const char *name)
{
	int64_t value = look_sysctl(
		arena_printf(c->arena, "/proc/sys/fs/protected_%s", name));

	if (value <= 0)
		return 0;
	return look_found(c, found, true, c->subject,
			  arena_printf(c->arena, "fs.protected_%s", name),
			  "fs.protected_%s is %lld; '%s' is of user %u, in "
			  "'%s' (%04o) of user %u",
			  name, (long long)value, c->subject, s->file.st_uid,
			  s->folder, s->dir.st_mode & 07777, s->dir.st_uid);
}

int probe_protected_links(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	struct sticky s;

	if (!in_sticky(c, &s, false) || !S_ISLNK(s.file.st_mode) ||
	    !look_status(c, &status) || s.file.st_uid == status.uid[PROC_FS] ||
	    s.file.st_uid == s.dir.st_uid)
		return 0;
	return protected(c, found, &s, "symlinks");
}

int probe_protected_files(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	struct sticky s;

	if (!in_sticky(c, &s, true) || !look_status(c, &status) ||
	    s.file.st_uid == status.uid[PROC_FS] ||
	    s.file.st_uid == s.dir.st_uid)
		return 0;
	if (S_ISFIFO(s.file.st_mode))
		return protected(c, found, &s, "fifos");
	return S_ISREG(s.file.st_mode) ? protected(c, found, &s, "regular") : 0;
}

int probe_protected_hardlinks(const struct why_case *c,
			      struct why_finding *found)
{
	struct proc_status status;
	struct sticky s = { .folder = "" };
	const char *path = c->source ? c->source : c->subject;

	if (!c->name || !strstr(c->name, "link") ||
	    !look_stat(c, path, &s.file) || !look_status(c, &status) ||
	    s.file.st_uid == status.uid[PROC_FS] ||
	    (S_ISREG(s.file.st_mode) && (given(&status, &s.file) & 6) == 6 &&
	     !(s.file.st_mode & S_ISUID)))
		return 0;
	if (look_sysctl("/proc/sys/fs/protected_hardlinks") <= 0)
		return 0;
	return look_found(c, found, true, path, "fs.protected_hardlinks",
			  "fs.protected_hardlinks is 1; '%s' has %s, and "
			  "process %d is user %u",
			  path, whose(c, &s.file), c->pid, status.uid[PROC_FS]);
}
