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
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/near.h"
#include "engine/cg/step.h"
#include "kernel/cgroup_convert.h"
#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_knobs.h"
#include "sys/file.h"

/* Read a file of the group. Return: false if it has none, or is empty. */
static bool look(const struct cg_group *group, int i, const char *file,
		 char *ret_text, size_t size)
{
	CLEANUP_FD int fd = cg_open(group, i);

	*ret_text = '\0';
	return fd >= 0 && cgroup_file_read(fd, file, ret_text, size) == 0 &&
	       *ret_text;
}

static bool look_above(const struct cg_group *group, int i, const char *file,
		       char *ret_text, size_t size)
{
	CLEANUP_ARENA struct arena arena;
	struct cg_group up;

	arena_init(&arena);
	return cg_above(group, i, &arena, &up) &&
	       look(&up, i, file, ret_text, size);
}

/* ---- denied ---- */

static int denied(const struct cg_group *group, int i, const char *what,
		  int errnum, struct kist_error *err)
{
	int ret = err_sys(err, KIST_E_CGROUP_DENIED, errnum, "%s", what);

	if (errnum == EROFS)
		err_hint(err,
			 "'%s' is mounted read-only, as is usual in a "
			 "container: start it with a writable one",
			 group->world->h[i].mount);
	else if (geteuid() != 0)
		err_hint(err,
			 "this group is not delegated to you: be root, "
			 "let root give it ('kist cg new %.60s --owner "
			 "YOU --delegate'), or work inside 'systemd-run "
			 "--user --scope -p Delegate=yes'",
			 cg_shown(group, i));
	return ret;
}

int cg_explain_directory(const struct cg_group *group, int i, const char *what,
			 int errnum, struct kist_error *err)
{
	char text[420], max[64];
	int ret;

	snprintf(text, sizeof(text), "%s control group '%.250s' in '%.100s'",
		 what, cg_shown(group, i), group->world->h[i].mount);
	if (cgroup_is_denial(-errnum))
		return denied(group, i, text, errnum, err);
	ret = err_sys(err,
		      errnum == EBUSY ? KIST_E_CGROUP_BUSY :
		      errnum == ENOENT || errnum == ENODEV ?
					KIST_E_CGROUP_UNKNOWN :
		      errnum == EAGAIN ? KIST_E_CG_RULE :
					 KIST_E_SYSTEM,
		      errnum, "%s", text);
	if (errnum == EAGAIN &&
	    look_above(group, i, "cgroup.max.descendants", max, sizeof(max)))
		err_hint(err, "a group above allows no more: see its "
			      "cgroup.max.descendants and cgroup.max.depth");
	else if (errnum == ENOSPC)
		err_hint(err, "the kernel's number of groups is used up: "
			      "'kist cg ls' counts those that are dying");
	return ret;
}

/* ---- a file that is not there ---- */

/* The name of another hierarchy's file is for the other version. */
static bool other_version(const struct cg_group *group, const char *file,
			  struct kist_error *err)
{
	for (size_t k = 0; k < cgroup_convert_count; k++) {
		const struct cgroup_convert_row *row = &cgroup_convert_rows[k];
		const char *v1 = cgroup_convert_v1(row);
		const char *v2 = cgroup_convert_v2(row);
		bool is_v1 = v1 && strcmp(v1, file) == 0;
		const char *to = is_v1 ? v2 : v1;
		char name[64];

		if (!is_v1 && !(v2 && strcmp(v2, file) == 0))
			continue;
		if (v1 && v2 && strcmp(v1, v2) == 0)
			continue;
		cgroup_controller_of(v1 ? v1 : file, name, sizeof(name));
		if (is_v1 == (cgroup_find_v1(group->world, name) >= 0))
			continue; /* the version is right */
		if (to)
			err_hint(err,
				 "that is its name on cgroup %s; here it is "
				 "'%s': 'kist cg convert %s=VALUE' translates",
				 is_v1 ? "v1" : "v2", to, file);
		else
			err_hint(err, "only cgroup %s has it: %s",
				 is_v1 ? "v1" : "v2",
				 row->note ? row->note : "here is none");
		return true;
	}
	return false;
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
	CLEANUP_ARENA struct arena arena;
	struct near near;
	int ret = err_set(err, KIST_E_CG_FILE,
			  "control group '%.200s' has no file '%.100s'",
			  group->word, file);

	arena_init(&arena);
	if (other_version(group, file, err))
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
	struct kist_error plain = { 0 };

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
	cgroup_no_controller(name, &plain);
	err_hint(err, "%s", plain.hint);
	return ret;
}

/* ---- a value that was refused ---- */

static void hint_cpuset(const struct cg_group *group, int i, const char *file,
			const char *value, int errnum, struct kist_error *err)
{
	char above[256], effective[64];

	snprintf(effective, sizeof(effective), "%.50s.effective", file);
	if (!look_above(group, i, effective, above, sizeof(above)))
		look_above(group, i, file, above, sizeof(above));
	if (errnum == ENOSPC || !*value)
		err_hint(err, "processes are in it, and a cpuset with any may "
			      "not be empty");
	else if (errnum == EBUSY)
		err_hint(err, "groups below use what this would take away");
	else if (strstr(file, "partition"))
		err_hint(err, "the group above has to be a partition root and "
			      "hold those processors: see its "
			      "cpuset.cpus.effective");
	else if (*above)
		err_hint(err,
			 "the group above has %s '%s': choose of these, in "
			 "the form 0-3,7",
			 file, above);
}

static void hint_memory(const struct cg_group *group, int i, const char *file,
			int errnum, struct kist_error *err)
{
	char text[64] = "", kmem[8];
	bool memsw = strstr(file, "memsw") != NULL;

	if (errnum == EINVAL && memsw &&
	    look(group, i, "memory.limit_in_bytes", text, sizeof(text)))
		err_hint(err,
			 "it is memory and swap together, and may not be "
			 "below memory.limit_in_bytes (%s): set that too",
			 text);
	else if (errnum == EINVAL && strstr(file, "limit_in_bytes") &&
		 look(group, i, "memory.memsw.limit_in_bytes", text,
		      sizeof(text)) &&
		 !cgroup_is_no_limit(text))
		err_hint(err,
			 "it may not be above memory.memsw.limit_in_bytes "
			 "(%s): set that too",
			 text);
	else if (errnum == EBUSY && look(group, i,
					 memsw ? "memory.memsw.usage_in_bytes" :
						 "memory.usage_in_bytes",
					 text, sizeof(text)))
		err_hint(err,
			 "%s bytes are in use and cannot be reclaimed: choose "
			 "more than that, or end a process",
			 text);
	else if (errnum == ENOTSUP || strstr(file, "kmem"))
		err_hint(err, "this kernel does not limit kernel memory by "
			      "itself any more: memory.limit_in_bytes counts "
			      "it");
	else if (!look_above(group, i, "memory.stat", kmem, sizeof(kmem)) &&
		 errnum == EINVAL && !*group->path[i])
		err_hint(err, "the root group has no limits: choose one below");
}

static void hint_cpu(const struct cg_group *group, int i, const char *file,
		     int errnum, struct kist_error *err)
{
	char text[64];

	if (strstr(file, "burst"))
		err_hint(err, "the burst may not be above the quota");
	else if (strstr(file, "rt_"))
		err_hint(err, "realtime needs a budget in each group above "
			      "(cpu.rt_runtime_us, 0 at first), at most as "
			      "long as cpu.rt_period_us");
	else if (strstr(file, "weight") && errnum == EINVAL &&
		 look(group, i, "cpu.idle", text, sizeof(text)) && *text == '1')
		err_hint(err, "the group is idle and has no weight: "
			      "cpu.idle=0 first");
	else if (strstr(file, "weight"))
		err_hint(err, "a weight is 1 to 10000; 100 is usual");
	else if (strstr(file, "uclamp"))
		err_hint(err, "a percentage, 0.00 to 100.00, or max");
	else
		err_hint(err, "a period is 1000 to 1000000 us, a quota at "
			      "least 1000 us and not above what the group "
			      "above has");
}

static void hint_io(int errnum, const char *file, struct kist_error *err)
{
	if (errnum == ENODEV || errnum == ENXIO || errnum == EINVAL)
		err_hint(err,
			 "a line is 'MAJOR:MINOR %s', of a whole disk: "
			 "'lsblk -d' has the numbers",
			 strcmp(file, "io.max") == 0 ? "rbps=BYTES" : "NUMBER");
	else if (errnum == EOPNOTSUPP)
		err_hint(err, "the disk's scheduler knows no weights: choose "
			      "bfq in /sys/block/DISK/queue/scheduler");
}

/* "+memory" to cgroup.subtree_control, and other files of the tree itself */
static void hint_tree(const struct cg_group *group, int i, const char *file,
		      const char *value, int errnum, struct kist_error *err)
{
	char text[256];

	if (strcmp(file, "cgroup.type") == 0) {
		if (errnum == EOPNOTSUPP &&
		    look_above(group, i, "cgroup.type", text, sizeof(text)))
			err_hint(err,
				 "the group above is '%s': threaded groups "
				 "need a domain above, and none of it may "
				 "hand down 'memory' or 'io'",
				 text);
		else
			err_hint(err, "only 'threaded' can be written, and "
				      "nothing undoes it");
	} else if (strcmp(file, "cgroup.subtree_control") == 0) {
		if (errnum == EBUSY && *value == '-')
			err_hint(err, "a group below hands it down itself: "
				      "take it away there first");
		else if (errnum == EBUSY)
			err_hint(err,
				 "processes are in the group itself, and "
				 "cgroup v2 wants them in groups below: "
				 "'--leaf' moves them to '%.60s/" CG_LEAF "'",
				 group->path[i]);
		else if (errnum == EINVAL && strstr(value, "cpu"))
			err_hint(err, "realtime processes outside the root "
				      "group forbid it: see 'ps -eo "
				      "pid,cls,comm'");
		else if (errnum == EOPNOTSUPP)
			err_hint(err, "the group is threaded: only cpu, "
				      "cpuset, perf_event and pids can be "
				      "handed down there");
		else
			err_hint(err, "write '+NAME' or '-NAME', of its "
				      "cgroup.controllers");
	} else if (strcmp(file, "cgroup.kill") == 0 ||
		   strcmp(file, "cgroup.freeze") == 0) {
		err_hint(err, "write 1%s",
			 strcmp(file, "cgroup.kill") == 0 ? "" : " or 0");
	}
}

static void hint_at_rule(const struct cg_group *group, int i, const char *file,
			 const char *value, int errnum, struct kist_error *err)
{
	char name[64];

	cgroup_controller_of(file, name, sizeof(name));
	if (strcmp(name, "cpuset") == 0)
		hint_cpuset(group, i, file, value, errnum, err);
	else if (strcmp(name, "memory") == 0)
		hint_memory(group, i, file, errnum, err);
	else if (strcmp(name, "cpu") == 0)
		hint_cpu(group, i, file, errnum, err);
	else if (strcmp(name, "io") == 0 || strcmp(name, "blkio") == 0)
		hint_io(errnum, file, err);
	else if (strcmp(name, "devices") == 0)
		err_hint(err, "a rule is 'a', 'b' or 'c', MAJOR:MINOR (or *), "
			      "and letters of rwm: 'c 1:3 rwm'; not more than "
			      "the group above has");
	else if (strcmp(name, "freezer") == 0)
		err_hint(err, "write FROZEN or THAWED; the root group cannot "
			      "be frozen");
	else if (strcmp(name, "pids") == 0)
		err_hint(err, "a number of processes, or max");
	else if (strncmp(file, "cgroup.", 7) == 0)
		hint_tree(group, i, file, value, errnum, err);
}

static bool is_read_only(const struct cg_group *group, int i, const char *file)
{
	CLEANUP_FD int fd = cg_open(group, i);
	struct stat st;

	return fd >= 0 && fstatat(fd, file, &st, 0) == 0 &&
	       !(st.st_mode & 0222);
}

int cg_explain_write(const struct cg_group *group, int i, const char *file,
		     const char *value, int errnum, struct kist_error *err)
{
	char text[390];
	int ret;

	if (errnum == ENOENT) {
		if (!cg_is_there(group, i))
			return cg_missing(group, err);
		return cg_explain_absent(group, i, file, err);
	}
	snprintf(text, sizeof(text), "write '%.100s' to '%.60s' of '%.150s'",
		 value, file, cg_shown(group, i));
	if (is_read_only(group, i, file)) {
		ret = err_sys(err, KIST_E_CG_VALUE, errnum, "%s", text);
		err_hint(err, "the kernel only tells it, it cannot be set");
		return ret;
	}
	/* cpuset says EACCES for what the group above does not have */
	if (cgroup_is_denial(-errnum) &&
	    !(errnum == EACCES && strncmp(file, "cpuset.", 7) == 0))
		return denied(group, i, text, errnum, err);
	if (errnum == ENODEV && !cg_is_there(group, i)) {
		ret = err_set(err, KIST_E_CGROUP_UNKNOWN,
			      "%s: the group was removed meanwhile", text);
		return ret;
	}
	ret = err_sys(err, KIST_E_CG_VALUE, errnum, "%s", text);
	hint_at_rule(group, i, file, value, errnum, err);
	return ret;
}

/* ---- a process that may not move ---- */

static bool has_realtime(pid_t pid)
{
	char path[64], text[1024], *at;
	long policy = 0;

	/* the 41st field of stat; the name in it may hold anything */
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (sys_read_file(AT_FDCWD, path, text, sizeof(text)) < 0 ||
	    !(at = strrchr(text, ')')))
		return false;
	for (int field = 3; at && field <= 41; field++) {
		at = strchr(at + 1, ' ');
		if (at && field == 41)
			policy = strtol(at, NULL, 10);
	}
	return policy == 1 || policy == 2; /* SCHED_FIFO, SCHED_RR */
}

static bool is_kernel_thread(pid_t pid)
{
	char path[64], text[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	n = sys_read_file(AT_FDCWD, path, text, sizeof(text));
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return n == 0 && readlink(path, text, sizeof(text)) < 0 &&
	       errno == ENOENT;
}

static void hint_move(const struct cg_group *group, int i, pid_t pid,
		      bool thread, int errnum, struct kist_error *err)
{
	char text[256];

	if (errnum == ENOSPC)
		err_hint(err, "cpuset.cpus or cpuset.mems of the group is "
			      "empty: set both first");
	else if (errnum == EBUSY &&
		 look(group, i, "cgroup.subtree_control", text, sizeof(text)))
		err_hint(err,
			 "groups below it have controllers (%s), and cgroup "
			 "v2 then allows no process in it: move to a group "
			 "below",
			 text);
	else if (errnum == EOPNOTSUPP &&
		 look(group, i, "cgroup.type", text, sizeof(text)))
		err_hint(err, "the group is '%s': %s", text,
			 strcmp(text, "domain invalid") == 0 ?
				 "a threaded group is above it; 'kist cg set "
				 "GROUP cgroup.type=threaded' makes it usable" :
			 thread ? "threads can only move among threaded groups "
				  "of one domain" :
				  "whole processes go to the domain above, "
				  "single threads here with '--thread'");
	else if (errnum == EINVAL && is_kernel_thread(pid))
		err_hint(err, "it is a kernel thread that is bound to where "
			      "it is");
	else if (errnum == EINVAL && has_realtime(pid))
		err_hint(err, "it is a realtime process, and the group has no "
			      "realtime budget: cpu.rt_runtime_us");
}

int cg_explain_move(const struct cg_group *group, int i, pid_t pid, bool thread,
		    int errnum, struct kist_error *err)
{
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
	if (errnum == ENOENT || errnum == ENODEV)
		return err_set(err, KIST_E_CGROUP_UNKNOWN,
			       "%s: the group is not there", text);
	if (errnum == EACCES && group->world->h[i].is_v2 && geteuid() != 0) {
		ret = err_sys(err, KIST_E_CGROUP_DENIED, errnum, "%s", text);
		err_hint(err, "moving needs the right to write cgroup.procs of "
			      "the group above both places, too");
		return ret;
	}
	if (cgroup_is_denial(-errnum))
		return denied(group, i, text, errnum, err);
	ret = err_sys(err, KIST_E_CG_PROCESS, errnum, "%s", text);
	hint_move(group, i, pid, thread, errnum, err);
	return ret;
}
