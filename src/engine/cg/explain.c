/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.c - which rule of the kernel refused
 *
 * The kernel says EINVAL, EBUSY or ENOSPC; the rule behind it is found by
 * looking at the group after the fact.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/near.h"
#include "engine/cg/step.h"
#include "kernel/cgroup_convert.h"
#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_knobs.h"
#include "kernel/cgroup_refusal.h"
#include "sys/file.h"

/* The rule that refused, put into the error: its remedy. */
static void tell(bool (*rule)(const struct cgroup_attempt *,
			      struct cgroup_refusal *),
		 const struct cg_group *group, int i,
		 struct cgroup_attempt *attempt, struct kist_error *err)
{
	CLEANUP_FD int fd = cg_open(group, i);
	struct cgroup_refusal refusal;

	if (fd < 0)
		return;
	attempt->dir_fd = fd;
	attempt->name = cg_shown(group, i);
	attempt->uid = geteuid();
	if (rule(attempt, &refusal))
		cgroup_refusal_tell(&refusal, err);
}

/* ---- making and removing ---- */

static void tell_directory(const struct cg_group *group, int i, int errnum,
			   struct kist_error *err)
{
	struct cgroup_attempt attempt = { .errnum = errnum };
	CLEANUP_ARENA struct arena arena;
	struct cg_group up;

	arena_init(&arena);
	if (cg_is_there(group, i))
		tell(cgroup_refused_remove, group, i, &attempt, err);
	else if (cg_above(group, i, &arena, &up))
		tell(cgroup_refused_make, &up, i, &attempt, err);
}

int cg_explain_directory(const struct cg_group *group, int i, const char *what,
			 int errnum, struct kist_error *err)
{
	char text[420];
	int ret;

	snprintf(text, sizeof(text), "%s control group '%.250s' in '%.100s'",
		 what, cg_shown(group, i), group->world->h[i].mount);
	ret = err_sys(err,
		      cgroup_is_denial(-errnum) ? KIST_E_CGROUP_DENIED :
		      errnum == EBUSY		? KIST_E_CGROUP_BUSY :
		      errnum == ENOENT || errnum == ENODEV ?
					KIST_E_CGROUP_UNKNOWN :
		      errnum == EAGAIN ? KIST_E_CG_RULE :
					 KIST_E_SYSTEM,
		      errnum, "%s", text);
	tell_directory(group, i, errnum, err);
	return ret;
}

/* ---- a file that is not there ---- */

/* The name of another hierarchy's file is for the other version. */
static bool other_version(const struct cg_group *group, const char *file,
			  struct kist_error *err)
{
	const struct cgroup_convert_row *row;
	char name[64];
	bool is_v2;
	const char *note;

	cgroup_controller_of(file, name, sizeof(name));
	is_v2 = cgroup_find_v1(group->world, name) < 0;
	row = cgroup_convert_of(file, is_v2 ? 1 : 2);
	if (!row)
		return false;
	note = cgroup_convert_note(row);
	if (is_v2 ? cgroup_convert_v2(row) : cgroup_convert_v1(row))
		err_cause(err, KIST_CAUSE_CGROUP_OTHER_VERSION, file,
			  is_v2 ? cgroup_convert_v2(row) :
				  cgroup_convert_v1(row));
	else
		err_hint(err, "only cgroup %s has it: %s", is_v2 ? "v1" : "v2",
			 note ? note : "here is none");
	return true;
}

static void offer_files(const struct cg_group *group, int i, struct near *near,
			struct arena *arena)
{
	int fd = cg_open(group, i);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return;
	}
	while ((entry = readdir(dir)))
		if (entry->d_type == DT_REG)
			near_offer(near, arena_strdup(arena, entry->d_name));
	closedir(dir);
}

static bool is_anywhere(const struct cg_group *group)
{
	for (int i = 0; i < group->world->count; i++)
		if (cg_is_there(group, i))
			return true;
	return false;
}

int cg_explain_absent(const struct cg_group *group, int i, const char *file,
		      struct kist_error *err)
{
	struct cgroup_attempt attempt = { .file = file, .errnum = ENOENT };
	CLEANUP_ARENA struct arena arena;
	struct near near;
	int ret = err_set(err, KIST_E_CG_FILE,
			  "control group '%.200s' has no file '%.100s'",
			  group->word, file);

	arena_init(&arena);
	if (other_version(group, file, err))
		return ret;
	if (i >= 0)
		tell(cgroup_refused_absent, group, i, &attempt, err);
	if (*err->hint)
		return ret;
	near_init(&near, file);
	for (int k = 0; k < group->world->count; k++)
		if (i < 0 || k == i)
			offer_files(group, k, &near, &arena);
	/* of a group that is to be made: names of all groups */
	for (size_t k = 0; !is_anywhere(group) && k < cgroup_convert_count;
	     k++) {
		near_offer(&near, cgroup_convert_v1(&cgroup_convert_rows[k]));
		near_offer(&near, cgroup_convert_v2(&cgroup_convert_rows[k]));
	}
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	else if (is_anywhere(group))
		err_hint(err, "'kist cg get %.100s' shows those it has",
			 group->word);
	else
		err_hint(err, "'kist cg convert --table' shows what there is");
	return ret;
}

/* ---- controllers ---- */

int cg_explain_controller(const struct cg_group *group, const char *name,
			  struct kist_error *err)
{
	int v1 = cgroup_find_v1(group->world, name), ret;
	struct cgroup_refusal refusal;

	ret = err_set(err, KIST_E_CGROUP_CONTROLLER,
		      "control group '%.200s' has no controller '%.60s'",
		      group->word, name);
	if (v1 >= 0) {
		err_hint(err,
			 "it is in the v1 hierarchy at '%s': write "
			 "'%s:%.100s'",
			 group->world->h[v1].mount, name, group->word);
		return ret;
	}
	if (cgroup_refused_controller(name, &refusal))
		cgroup_refusal_tell(&refusal, err);
	return ret;
}

/* ---- a value that was refused ---- */

static bool is_read_only(const struct cg_group *group, int i, const char *file)
{
	CLEANUP_FD int fd = cg_open(group, i);
	struct stat st;

	return fd >= 0 && fstatat(fd, file, &st, 0) == 0 &&
	       !(st.st_mode & 0222);
}

/* cpuset says EACCES for what the group above does not have */
static enum kist_err write_error(const struct cg_group *group, int i,
				 const char *file, int errnum)
{
	if (errnum == ENODEV && !cg_is_there(group, i))
		return KIST_E_CGROUP_UNKNOWN;
	if (!cgroup_is_denial(-errnum) || is_read_only(group, i, file) ||
	    (errnum == EACCES && strncmp(file, "cpuset.", 7) == 0))
		return KIST_E_CG_VALUE;
	return KIST_E_CGROUP_DENIED;
}

int cg_explain_write(const struct cg_group *group, int i, const char *file,
		     const char *value, int errnum, struct kist_error *err)
{
	struct cgroup_attempt attempt = { .file = file,
					  .value = value,
					  .errnum = errnum };
	enum kist_err id;
	char text[390];
	int ret;

	if (errnum == ENOENT && !cg_is_there(group, i))
		return cg_missing(group, err);
	/* of the tree's own files it is a controller that is not there */
	if (errnum == ENOENT && strcmp(file, "cgroup.subtree_control") != 0)
		return cg_explain_absent(group, i, file, err);
	snprintf(text, sizeof(text), "write '%.100s' to '%.60s' of '%.150s'",
		 value, file, cg_shown(group, i));
	id = write_error(group, i, file, errnum);
	if (id == KIST_E_CGROUP_UNKNOWN)
		return err_set(err, id, "%s: the group was removed meanwhile",
			       text);
	ret = err_sys(err, id, errnum, "%s", text);
	tell(cgroup_refused_write, group, i, &attempt, err);
	return ret;
}

/* ---- a process that may not move ---- */

int cg_explain_move(const struct cg_group *group, int i, pid_t pid, bool thread,
		    int errnum, struct kist_error *err)
{
	struct cgroup_attempt attempt = { .pid = pid,
					  .thread = thread,
					  .errnum = errnum };
	const char *kind = thread ? "thread" : "process";
	char text[390];
	int ret;

	snprintf(text, sizeof(text), "move %s %d to control group '%.250s'",
		 kind, pid, cg_shown(group, i));
	if (errnum == ESRCH) {
		ret = err_set(err, KIST_E_CG_PROCESS, "%s: there is no such %s",
			      text, kind);
		return ret;
	}
	if (!cg_is_there(group, i) && (errnum == ENOENT || errnum == ENODEV))
		return err_set(err, KIST_E_CGROUP_UNKNOWN,
			       "%s: the group is not there", text);
	ret = err_sys(err,
		      cgroup_is_denial(-errnum) ? KIST_E_CGROUP_DENIED :
						  KIST_E_CG_PROCESS,
		      errnum, "%s", text);
	tell(cgroup_refused_move, group, i, &attempt, err);
	return ret;
}
