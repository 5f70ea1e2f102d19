/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_refusal_value.c - a value that a file of a group did not take */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/cgroup_file.h"
#include "kernel/cgroup_knobs.h"
#include "kernel/cgroup_refusal.h"

static bool look(const struct cgroup_attempt *a, const char *file,
		 char *ret_text, size_t size)
{
	return cgroup_file_read(a->dir_fd, file, ret_text, size) == 0 &&
	       *ret_text;
}

static bool look_above(const struct cgroup_attempt *a, const char *file,
		       char *ret_text, size_t size)
{
	CLEANUP_FD int up = cgroup_above_open(a->dir_fd);

	*ret_text = '\0';
	return up >= 0 && cgroup_file_read(up, file, ret_text, size) == 0 &&
	       *ret_text;
}

static bool is_root(const struct cgroup_attempt *a)
{
	CLEANUP_FD int up = cgroup_above_open(a->dir_fd);

	return up < 0;
}

/* ---- what a value looks like ---- */

#define PERIOD "a period is 1000 to 1000000 us, a quota at least 1000 us"

/* The first whose @file is part of the name; @errnum 0: any. */
static const struct {
	char file[24], takes[160]; /* in place: base/cause.c */
	int errnum;
} formats[] = {
	{ "cpu.cfs_burst", "the burst may not be above the quota", 0 },
	{ "cpu.max.burst", "the burst may not be above the quota", 0 },
	{ "cpu.weight.nice", "a nice value is -20 to 19", 0 },
	{ "cpu.weight", "a weight is 1 to 10000; 100 is usual", 0 },
	{ "cpu.uclamp", "a percentage, 0.00 to 100.00, or max", 0 },
	{ "cpu.cfs_", PERIOD " and not above what the group above has", 0 },
	{ "cpu.max", PERIOD " and not above what the group above has", 0 },
	{ "io.weight",
	  "the disk's scheduler knows no weights: choose bfq in "
	  "/sys/block/DISK/queue/scheduler",
	  EOPNOTSUPP },
	{ "blkio.weight",
	  "a weight is 10 to 1000; a disk's is 'MAJOR:MINOR "
	  "WEIGHT'",
	  0 },
	{ "blkio.bfq.weight", "a weight is 1 to 1000", 0 },
	{ "io.max",
	  "a line is 'MAJOR:MINOR rbps=BYTES', of a whole disk: "
	  "'lsblk -d' has the numbers",
	  0 },
	{ "io.",
	  "a line is 'MAJOR:MINOR NUMBER', of a whole disk: 'lsblk -d' "
	  "has the numbers",
	  0 },
	{ "blkio.",
	  "a line is 'MAJOR:MINOR NUMBER', of a whole disk: 'lsblk "
	  "-d' has the numbers",
	  0 },
	{ "devices.",
	  "a rule is 'a', 'b' or 'c', MAJOR:MINOR (or *), and "
	  "letters of rwm: 'c 1:3 rwm'; not more than the group "
	  "above has",
	  0 },
	{ "freezer.", "write FROZEN or THAWED; the root group cannot be frozen",
	  0 },
	{ "pids.", "a number of processes, or max", 0 },
	{ "cgroup.type",
	  "only 'threaded' can be written, and nothing undoes "
	  "it",
	  0 },
	{ "cgroup.subtree_control",
	  "write '+NAME' or '-NAME', of its "
	  "cgroup.controllers",
	  0 },
	{ "cpuset.cpus.partition", "member, root or isolated", 0 },
	{ "cgroup.kill", "write 1", 0 },
	{ "cgroup.freeze", "write 1 or 0", 0 },
};

static bool refused_format(const struct cgroup_attempt *a,
			   struct cgroup_refusal *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (strncmp(a->file, formats[i].file,
			    strlen(formats[i].file)) == 0 &&
		    (!formats[i].errnum || formats[i].errnum == a->errnum))
			return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_VALUE,
						 a->file, formats[i].takes,
						 "'%.100s' was written, and "
						 "the kernel answers %s",
						 a->value,
						 errno_name(a->errnum));
	return false;
}

/* ---- cpuset ---- */

static bool is_partition(const char *value)
{
	static const char *const words[] = { "member", "root", "isolated" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strncmp(value, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static bool refused_cpuset(const struct cgroup_attempt *a,
			   struct cgroup_refusal *ret)
{
	char above[200], file[64];

	if (a->errnum == ENOSPC || !*a->value)
		return cgroup_refusal_is(
			ret, KIST_CAUSE_CPUSET_IN_USE, a->name, NULL,
			"cgroup.procs of '%s' is %sempty", a->name,
			look(a, "cgroup.procs", above, sizeof(above)) ? "not " :
									"");
	if (a->errnum == EBUSY)
		return cgroup_refusal_is(ret, KIST_CAUSE_CPUSET_USED_BELOW,
					 a->name, NULL,
					 "a group below '%s' has them",
					 a->name);
	if (strstr(a->file, "partition") && !is_partition(a->value))
		return refused_format(a, ret);
	/* Linux 6.0 and newer take it, and say 'root invalid' */
	if (strstr(a->file, "partition"))
		return cgroup_refusal_is(ret, KIST_CAUSE_CPUSET_PARTITION, NULL,
					 NULL,
					 "the kernel did not make it a "
					 "partition root");
	snprintf(file, sizeof(file), "%.50s.effective", a->file);
	if (!look_above(a, file, above, sizeof(above)) &&
	    !look_above(a, a->file, above, sizeof(above)))
		return false;
	return cgroup_refusal_is(ret, KIST_CAUSE_CPUSET_ABOVE, a->file, above,
				 "%s of the group above is '%s', '%.60s' was "
				 "asked for",
				 a->file, above, a->value);
}

/* ---- memory ---- */

static bool refused_memory(const struct cgroup_attempt *a,
			   struct cgroup_refusal *ret)
{
	static const char limit[] = "memory.limit_in_bytes",
			  both[] = "memory.memsw.limit_in_bytes";
	bool memsw = strstr(a->file, "memsw") != NULL;
	char text[64];

	if (a->errnum == EINVAL && is_root(a))
		return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_ROOT_FILE,
					 a->file, NULL,
					 "'%s' is the root of the mount",
					 a->name);
	if (a->errnum == EINVAL && memsw && look(a, limit, text, sizeof(text)))
		return cgroup_refusal_is(ret, KIST_CAUSE_MEMSW_BELOW, text,
					 NULL, "%s of '%s' is %s", limit,
					 a->name, text);
	if (a->errnum == EINVAL && strcmp(a->file, limit) == 0 &&
	    look(a, both, text, sizeof(text)) && !cgroup_is_no_limit(text))
		return cgroup_refusal_is(ret, KIST_CAUSE_MEMORY_ABOVE_MEMSW,
					 text, NULL, "%s of '%s' is %s", both,
					 a->name, text);
	if (a->errnum == EBUSY && look(a,
				       memsw ? "memory.memsw.usage_in_bytes" :
					       "memory.usage_in_bytes",
				       text, sizeof(text)))
		return cgroup_refusal_is(ret, KIST_CAUSE_MEMORY_IN_USE, text,
					 NULL,
					 "memory%s.usage_in_bytes of '%s' is "
					 "%s, '%.60s' was asked for",
					 memsw ? ".memsw" : "", a->name, text,
					 a->value);
	if (a->errnum == EOPNOTSUPP || strstr(a->file, "kmem"))
		return cgroup_refusal_is(ret, KIST_CAUSE_NO_KMEM, NULL, NULL,
					 "the kernel answers %s to '%s'",
					 errno_name(a->errnum), a->file);
	return false;
}

/* ---- cpu ---- */

static bool refused_cpu(const struct cgroup_attempt *a,
			struct cgroup_refusal *ret)
{
	char text[64];

	if (strstr(a->file, "rt_"))
		return cgroup_refusal_is(
			ret, KIST_CAUSE_CPU_RT_BUDGET, a->name, NULL,
			"cpu.rt_runtime_us of the group above is '%s'",
			look_above(a, "cpu.rt_runtime_us", text, sizeof(text)) ?
				text :
				"");
	if ((strstr(a->file, "weight") || strstr(a->file, "shares")) &&
	    a->errnum == EINVAL && look(a, "cpu.idle", text, sizeof(text)) &&
	    *text == '1')
		return cgroup_refusal_is(ret, KIST_CAUSE_CPU_IDLE, a->name,
					 NULL, "cpu.idle of '%s' is 1",
					 a->name);
	return false;
}

/* ---- the tree itself ---- */

/* The first group below that hands @controller down. */
static bool find_below(const struct cgroup_attempt *a, const char *controller,
		       char *ret_name, size_t size)
{
	int fd = openat(a->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool found = false;

	if (!dir) {
		cleanup_fd(&fd);
		return false;
	}
	while (!found && (entry = readdir(dir))) {
		char file[300], text[512];

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/cgroup.subtree_control",
			 entry->d_name);
		found = cgroup_file_read(fd, file, text, sizeof(text)) == 0 &&
			cgroup_word_in(text, controller);
		if (found)
			snprintf(ret_name, size, "%.90s/%.100s",
				 strcmp(a->name, "/") == 0 ? "" : a->name,
				 entry->d_name);
	}
	closedir(dir);
	return found;
}

/* Is the group one that cannot hand a controller down, for threads? */
static bool is_threaded(const struct cgroup_attempt *a, const char *controller,
			char *ret_type, size_t size)
{
	static const char *const of_threads[] = { "cpu", "cpuset", "perf_event",
						  "pids" };

	for (size_t i = 0; i < ARRAY_LEN(of_threads); i++)
		if (strcmp(of_threads[i], controller) == 0 &&
		    a->errnum == ENOENT)
			return false;
	if (!look(a, "cgroup.type", ret_type, size) ||
	    strcmp(ret_type, "domain") == 0)
		return false;
	return a->errnum == EOPNOTSUPP ||
	       strcmp(ret_type, "domain threaded") != 0;
}

static bool refused_subtree(const struct cgroup_attempt *a,
			    struct cgroup_refusal *ret)
{
	const char *value = a->value + strspn(a->value, " ");
	char text[200], controller[64];

	snprintf(controller, sizeof(controller), "%.*s",
		 (int)strcspn(value + (*value == '+' || *value == '-'), " \n"),
		 value + (*value == '+' || *value == '-'));
	if (a->errnum == EBUSY && *value == '-')
		return find_below(a, controller, text, sizeof(text)) &&
		       cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_HANDED_BELOW,
					 text, controller,
					 "cgroup.subtree_control of '%s' has "
					 "'%s'",
					 text, controller);
	if (is_threaded(a, controller, text, sizeof(text)))
		return cgroup_refusal_is(
			ret, KIST_CAUSE_CGROUP_SUBTREE_THREADED, a->name, text,
			"cgroup.type of '%s' is '%s'", a->name, text);
	if (a->errnum == ENOENT)
		return cgroup_refused_absent(
			&(struct cgroup_attempt){ .dir_fd = a->dir_fd,
						  .name = a->name,
						  .file = controller },
			ret);
	if (a->errnum == EBUSY && look(a, "cgroup.procs", text, sizeof(text))) {
		text[strcspn(text, "\n")] = '\0';
		return cgroup_refusal_is(
			ret, KIST_CAUSE_CGROUP_PROCESSES_INSIDE, a->name, text,
			"process %s is in '%s' itself", text, a->name);
	}
	if (a->errnum == EINVAL && strcmp(controller, "cpu") == 0)
		return cgroup_refusal_is(ret,
					 KIST_CAUSE_CGROUP_REALTIME_OUTSIDE,
					 NULL, NULL,
					 "the kernel answers EINVAL to '+cpu', "
					 "which it knows");
	return false;
}

static bool refused_type(const struct cgroup_attempt *a,
			 struct cgroup_refusal *ret)
{
	char text[64];

	return a->errnum == EOPNOTSUPP &&
	       look_above(a, "cgroup.type", text, sizeof(text)) &&
	       cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_TYPE, text, NULL,
				 "cgroup.type of the group above is '%s'",
				 text);
}

/* ---- all of it ---- */

static const struct {
	const char *file; /* what its name begins with */
	bool (*rule)(const struct cgroup_attempt *, struct cgroup_refusal *);
} rules[] = {
	{ "cpuset.", refused_cpuset },
	{ "memory.", refused_memory },
	{ "cpu.", refused_cpu },
	{ "cgroup.subtree_control", refused_subtree },
	{ "cgroup.type", refused_type },
};

bool cgroup_refused_value(const struct cgroup_attempt *a,
			  struct cgroup_refusal *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (strncmp(a->file, rules[i].file, strlen(rules[i].file)) ==
			    0 &&
		    rules[i].rule(a, ret))
			return true;
	return a->errnum != ENOENT && refused_format(a, ret);
}

bool cgroup_refused_write(const struct cgroup_attempt *a,
			  struct cgroup_refusal *ret)
{
	struct stat st;

	if (a->errnum == EROFS)
		return cgroup_refused_denied(a, ret);
	if (!cgroup_file_exists(a->dir_fd, a->file)) {
		if (cgroup_file_exists(a->dir_fd, "cgroup.procs"))
			return cgroup_refused_absent(a, ret);
		return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_REMOVED,
					 a->name, NULL,
					 "it has no cgroup.procs any more");
	}
	if (fstatat(a->dir_fd, a->file, &st, 0) == 0 && !(st.st_mode & 0222))
		return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_FILE_TOLD,
					 a->file, NULL,
					 "the mode of '%s' is %04o", a->file,
					 st.st_mode & 07777);
	/* cpuset says EACCES for what the group above does not have */
	if (cgroup_refused_denied(a, ret))
		return true;
	if (a->errnum == EACCES && strncmp(a->file, "cpuset.", 7) != 0)
		return false;
	return cgroup_refused_value(a, ret);
}
