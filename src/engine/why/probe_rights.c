/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_rights.c - who may go through a folder, read, write, own a file
 *
 * The way is walked component by component, as the kernel does.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>

#include "engine/why/caller.h"
#include "engine/why/rights.h"
#include "kernel/cap.h"

#define OVERFLOW_ID 65534

/* ---- what the mode gives ---- */

static bool is_in_group(const struct proc_status *status, uint32_t gid)
{
	if (status->gid[PROC_FS] == gid)
		return true;
	for (size_t i = 0; i < status->group_count; i++)
		if (status->groups[i] == gid)
			return true;
	return false;
}

/* Whose bits count: 2 the owner's, 1 the group's, 0 the others'. */
static unsigned whose_bits(const struct proc_status *status,
			   const struct stat *st)
{
	if (status->uid[PROC_FS] == st->st_uid)
		return 2;
	return is_in_group(status, st->st_gid) ? 1 : 0;
}

unsigned rights_given(const struct proc_status *status, const struct stat *st)
{
	return (st->st_mode >> (3 * whose_bits(status, st))) & 7;
}

/* Is it in our own user namespace? */
static bool is_with_us(const struct why_case *c)
{
	struct stat ours;

	return c->is_self || (stat("/proc/self/ns/user", &ours) == 0 &&
			      ours.st_ino == look_ns(c, NS_USER));
}

/* Does the user namespace of the process have an id? In our own words the id of
 * those we have not is 65534; of another one its map tells. */
static bool is_mapped(const struct why_case *c, const char *map, uint32_t id)
{
	struct id_maps maps;
	uint32_t inside;

	if (!look_is_inner(c))
		return true;
	if (is_with_us(c))
		return id != OVERFLOW_ID;
	maps = idmap_parse(caller_file(c, map), c->arena);
	return idmap_inside(&maps, id, &inside);
}

bool rights_has_owner(const struct why_case *c, const struct stat *st)
{
	return is_mapped(c, "uid_map", st->st_uid) &&
	       is_mapped(c, "gid_map", st->st_gid);
}

bool rights_above(const struct why_case *c, const struct proc_status *status,
		  const struct stat *st, int cap)
{
	return (status->caps[PROC_CAP_EFFECTIVE] & CAP_MASK(cap)) &&
	       rights_has_owner(c, st);
}

const char *rights_text(const struct why_case *c, const struct stat *st)
{
	return arena_printf(c->arena, "mode %04o, user %u, group %u",
			    st->st_mode & 07777, st->st_uid, st->st_gid);
}

/* ---- the way ---- */

/* Its root passes every folder (CAP_DAC_OVERRIDE), too. */
static bool may_pass(const struct why_case *c, const struct proc_status *status,
		     const struct stat *st)
{
	return !S_ISDIR(st->st_mode) || (rights_given(status, st) & 1) ||
	       rights_above(c, status, st, CAP_DAC_OVERRIDE) ||
	       rights_above(c, status, st, CAP_DAC_READ_SEARCH);
}

/* The first folder on the way to a path that may not be passed. */
static const char *closed_folder(const struct why_case *c, const char *path,
				 const struct proc_status *status,
				 struct stat *ret_st)
{
	const char *whole = look_path(c, path);
	char *copy = whole ? arena_strdup(c->arena, whole) : NULL;

	for (char *at = copy; at && (at = strchr(at, '/')); at++) {
		char kept = at[1];

		at[at == copy] = '\0';
		if (!look_stat(c, copy, ret_st))
			return NULL;
		if (!may_pass(c, status, ret_st))
			return copy;
		if (at == copy)
			at[1] = kept;
		else
			at[0] = '/';
	}
	/* to enter a folder is to go through it */
	if (copy && c->name && strcmp(c->name, "chdir") == 0 &&
	    look_stat(c, copy, ret_st) && !may_pass(c, status, ret_st))
		return copy;
	return NULL;
}

/* It has the capability, which does not count for all files: then that is the
 * rule. */
static bool is_root_inside(const struct proc_status *status)
{
	return status->caps[PROC_CAP_EFFECTIVE] & CAP_MASK(CAP_DAC_OVERRIDE);
}

int probe_path_closed(const struct why_case *c, struct why_finding *found)
{
	const char *const paths[] = { c->subject, c->source };
	struct proc_status status;
	struct stat st;

	if (!look_status(c, &status) || is_root_inside(&status))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const char *folder = closed_folder(c, paths[i], &status, &st);

		if (folder)
			return look_found(
				c, found, true, folder,
				arena_printf(c->arena, "%u",
					     status.uid[PROC_FS]),
				"'%s' has %s; process %d is user %u, group %u",
				folder, rights_text(c, &st), c->pid,
				status.uid[PROC_FS], status.gid[PROC_FS]);
	}
	return 0;
}

/* Processes and settings have rules of their own beside their modes. */
static bool is_kernels(const struct why_case *c)
{
	return c->call & WHY_SYSCTL ||
	       (strncmp(c->subject, "/proc/", 6) == 0 && c->subject[6] >= '0' &&
		c->subject[6] <= '9');
}

/* Capabilities do not help with what belongs to ids that are not mapped. */
int probe_path_unmapped(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	struct stat st;
	const char *place;

	if (!c->subject || !look_is_inner(c) || is_kernels(c) ||
	    !look_status(c, &status))
		return 0;
	place = is_root_inside(&status) ?
			closed_folder(c, c->subject, &status, &st) :
			NULL;
	if (!place) {
		place = look_nearest(c, c->subject);
		if (!place || !look_stat(c, place, &st) ||
		    (rights_given(&status, &st) & 6) == 6)
			return 0;
	}
	if (rights_has_owner(c, &st))
		return 0;
	return look_found(c, found, true, place, NULL,
			  "'%s' has %s, and user:[%llu] does not map both",
			  place, rights_text(c, &st),
			  (unsigned long long)look_ns(c, NS_USER));
}

/* ---- the file or folder itself ---- */

/* What a call needs of the mode: bits of its file, or -1: those to make and
 * remove names in its folder. By the beginning of its name. */
static const struct {
	char name[12];
	int8_t bits;
} needs[] = {
	{ "mkdir", -1 },  { "rmdir", -1 },   { "unlink", -1 },
	{ "rename", -1 }, { "link", -1 },    { "symlink", -1 },
	{ "mknod", -1 },  { "chdir", 0 },    { "truncate", 2 },
	{ "utime", 2 },	  { "stat", 0 },     { "newfstat", 0 },
	{ "lstat", 0 },	  { "readlink", 0 }, { "chmod", 0 },
	{ "fchmod", 0 },
};

static int row_of(const struct why_case *c)
{
	for (size_t i = 0; c->name && i < ARRAY_LEN(needs); i++)
		if (strncmp(c->name, needs[i].name, strlen(needs[i].name)) == 0)
			return (int)i;
	return -1;
}

bool rights_changes_folder(const struct why_case *c)
{
	int row = row_of(c);

	return row >= 0 && needs[row].bits == -1;
}

/* Of a file that is there. What was asked in words may mean either. */
static unsigned bits_to_open(const struct why_case *c)
{
	if (!c->stop)
		return 6;
	if (strstr(c->name, "access"))
		return c->flags & 7;
	switch (c->flags & O_ACCMODE) {
	case O_RDONLY:
		return c->flags & O_TRUNC ? 6 : 4;
	case O_WRONLY:
		return 2;
	default:
		return 6;
	}
}

/* "o+wx": what the mode lacks of @bits. */
static const char *lacking_text(const struct why_case *c,
				const struct proc_status *status,
				const struct stat *st, unsigned bits)
{
	return arena_printf(c->arena, "%c+%s%s%s",
			    "ogu"[whose_bits(status, st)], bits & 4 ? "r" : "",
			    bits & 2 ? "w" : "", bits & 1 ? "x" : "");
}

/* Is it for want of @bits of the mode of what a path leads to? */
static int lacks(const struct why_case *c, struct why_finding *found,
		 const char *path, unsigned bits)
{
	struct proc_status status;
	struct stat st;

	if (!path || !look_status(c, &status) || !look_stat(c, path, &st) ||
	    S_ISLNK(st.st_mode))
		return 0;
	bits &= ~rights_given(&status, &st);
	if (!bits || is_root_inside(&status))
		return 0;
	return look_found(c, found, true, path,
			  lacking_text(c, &status, &st, bits),
			  "'%s' has %s; process %d is user %u, group %u", path,
			  rights_text(c, &st), c->pid, status.uid[PROC_FS],
			  status.gid[PROC_FS]);
}

/* They are delegated, and nobody's mode is changed. */
static bool is_group(const struct why_case *c)
{
	return strncmp(c->subject, "/sys/fs/cgroup/", 15) == 0;
}

int probe_path_mode(const struct why_case *c, struct why_finding *found)
{
	const char *nearest;
	int row = row_of(c);
	struct stat st;

	struct why_finding closed;

	if (!c->subject || is_kernels(c) || is_group(c) ||
	    probe_path_closed(c, &closed))
		return 0;
	if (rights_changes_folder(c))
		return lacks(c, found, look_folder(c, c->subject), 3) ||
		       (strncmp(c->name, "rename", 6) == 0 &&
			lacks(c, found, look_folder(c, c->source), 3));
	nearest = look_nearest(c, c->subject);
	if (row >= 0)
		return lacks(c, found, nearest, (unsigned)needs[row].bits);
	/* what is not there would be made in its folder */
	if (!look_stat(c, c->subject, &st))
		return lacks(c, found, nearest, 3);
	return lacks(c, found, nearest, bits_to_open(c));
}

/* ---- what is the owner's alone ---- */

/* The mode, the times and the attributes. */
int probe_owner_only(const struct why_case *c, struct why_finding *found)
{
	static const char *const calls[] = { "chmod",	  "fchmod",
					     "utime",	  "setxattr",
					     "lsetxattr", "fsetxattr" };
	struct proc_status status;
	bool is_it = false;
	struct stat st;

	for (size_t i = 0; c->name && i < ARRAY_LEN(calls); i++)
		is_it |= strncmp(c->name, calls[i], strlen(calls[i])) == 0;
	if (!is_it || !look_status(c, &status) ||
	    !look_stat(c, c->subject, &st) ||
	    status.uid[PROC_FS] == st.st_uid ||
	    rights_above(c, &status, &st, CAP_FOWNER))
		return 0;
	return look_found(c, found, true, c->subject,
			  arena_printf(c->arena, "%u", st.st_uid),
			  "'%s' has %s; process %d is user %u without "
			  "CAP_FOWNER",
			  c->subject, rights_text(c, &st), c->pid,
			  status.uid[PROC_FS]);
}
