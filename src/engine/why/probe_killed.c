/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_killed.c - who ended a process
 *
 * A signal does not say who sent it. The kernel writes whom it ends for want of
 * memory into its log; who may not read that has the numbers of the group.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/cg/limit_oom.h"
#include "engine/why/group.h"
#include "kernel/cgroup_effective.h"
#include "kernel/cgroup_file.h"
#include "kernel/cgroup_internal.h"

/* ---- the kernel's log ---- */

/* @group: whose limit it was; "": the machine's own */
struct reading {
	pid_t pid;
	bool found;
	char group[300], name[32];
};

static void read_record(const char *record, void *arg)
{
	struct reading *reading = arg;
	char pid[16], constraint[40];

	record = strstr(record, "oom-kill:");
	if (!record || !limit_oom_value(record, ",pid=", pid, sizeof(pid)) ||
	    strtol(pid, NULL, 10) != reading->pid)
		return;
	*reading->group = '\0';
	if (limit_oom_value(record, "constraint=", constraint,
			    sizeof(constraint)) &&
	    strcmp(constraint, "CONSTRAINT_MEMCG") == 0 &&
	    !limit_oom_value(record, "oom_memcg=", reading->group,
			     sizeof(reading->group)))
		return;
	limit_oom_value(record, ",task=", reading->name, sizeof(reading->name));
	reading->found = true;
}

static bool read_log(const struct why_case *c, struct reading *ret)
{
	*ret = (struct reading){ .pid = c->pid };
	limit_oom_records(read_record, ret);
	return ret->found;
}

/* ---- the group it was in ---- */

/* The memory group of a text of /proc/PID/cgroup. Return: an fd, or -1. */
static int open_group(const struct why_case *c, bool *ret_is_v2)
{
	struct cgroup_member *members;
	size_t count;

	if (!c->value)
		return -1;
	cgroup_parse_members(c->value, c->arena, &members, &count);
	return why_member_group(c, members, count, "memory", ret_is_v2);
}

static const char *numbers(const struct why_case *c, int fd, bool is_v2)
{
	int64_t limit, peak;

	if (fd < 0)
		return "";
	limit = cgroup_file_number(fd, is_v2 ? "memory.max" :
					       "memory.limit_in_bytes");
	peak = cgroup_file_number(fd, is_v2 ? "memory.peak" :
					      "memory.max_usage_in_bytes");
	return arena_printf(c->arena,
			    "; its group's limit is %" PRId64
			    " bytes, its peak was %" PRId64,
			    limit, peak);
}

static int64_t kills_of(int fd, bool is_v2)
{
	return fd < 0 ? 0 :
			cgroup_file_key(fd,
					is_v2 ? "memory.events" :
						"memory.oom_control",
					"oom_kill");
}

/* ---- the rows ---- */

static bool is_signal(const struct why_case *c, const char *name)
{
	return c->name && strcmp(c->name, name) == 0;
}

int probe_memory_killed(const struct why_case *c, struct why_finding *found)
{
	CLEANUP_FD int fd = -1;
	struct reading reading;
	bool is_v2 = false, is_logged;

	if (!is_signal(c, "SIGKILL"))
		return 0;
	is_logged = read_log(c, &reading);
	fd = open_group(c, &is_v2);
	if (is_logged ? !*reading.group : kills_of(fd, is_v2) <= 0)
		return 0;
	found->arg[0] = is_logged ? arena_strdup(c->arena, reading.group) :
				    why_group_name(c, fd);
	found->arg[1] = is_v2 ? "memory.max" : "memory.limit_in_bytes";
	found->is_certain = is_logged;
	found->evidence =
		is_logged ?
			arena_printf(c->arena,
				     "the kernel's log: process %d (%s) was "
				     "killed for want of memory in '%s'%s",
				     c->pid, reading.name, reading.group,
				     numbers(c, fd, is_v2)) :
			arena_printf(c->arena,
				     "the kernel killed %" PRId64
				     " processes of '%s' for want of memory%s",
				     kills_of(fd, is_v2), why_group_name(c, fd),
				     numbers(c, fd, is_v2));
	return 1;
}

int probe_machine_killed(const struct why_case *c, struct why_finding *found)
{
	struct reading reading;

	if (!is_signal(c, "SIGKILL") || !read_log(c, &reading) ||
	    *reading.group)
		return 0;
	found->arg[0] = arena_printf(c->arena, "%d", c->pid);
	found->evidence = arena_printf(c->arena,
				       "the kernel's log: process %d (%s) was "
				       "killed for want of memory",
				       c->pid, reading.name);
	found->is_certain = true;
	return 1;
}

int probe_seccomp_killed(const struct why_case *c, struct why_finding *found)
{
	if (!is_signal(c, "SIGSYS"))
		return 0;
	found->evidence = "it was ended by SIGSYS, which filters send";
	found->is_certain = true;
	return 1;
}

/* The first number behind the name in /proc/PID/limits; NULL: not known. */
static const char *limit_of(const struct why_case *c, const char *name)
{
	const char *at = c->source ? strstr(c->source, name) : NULL;

	if (!at)
		return NULL;
	at += strlen(name);
	at += strspn(at, " ");
	return arena_strndup(c->arena, at, strcspn(at, " "));
}

/* At the hard limit it is SIGKILL, which others send, too. */
int probe_cpu_time(const struct why_case *c, struct why_finding *found)
{
	const char *limit = limit_of(c, "Max cpu time");

	if (!is_signal(c, "SIGXCPU") &&
	    (!is_signal(c, "SIGKILL") || !limit || *limit == 'u'))
		return 0;
	found->is_certain = is_signal(c, "SIGXCPU");
	found->arg[0] = limit;
	found->evidence =
		arena_printf(c->arena, "RLIMIT_CPU was %s seconds",
			     limit && *limit != 'u' ? limit : "so many");
	return 1;
}

int probe_file_size_killed(const struct why_case *c, struct why_finding *found)
{
	const char *limit = limit_of(c, "Max file size");

	if (!is_signal(c, "SIGXFSZ"))
		return 0;
	found->arg[0] = limit ? limit : "so many";
	found->evidence = arena_printf(c->arena,
				       "it was ended by SIGXFSZ; RLIMIT_FSIZE "
				       "was %s",
				       found->arg[0]);
	found->is_certain = true;
	return 1;
}

/* What is left when no limit did it. */
int probe_killed_by_somebody(const struct why_case *c,
			     struct why_finding *found)
{
	struct why_finding other = { 0 };

	if (!is_signal(c, "SIGKILL") || probe_memory_killed(c, &other) ||
	    probe_machine_killed(c, &other) ||
	    (probe_cpu_time(c, &other) && other.is_certain))
		return 0;
	found->evidence = "the kernel's log names no such process, and its "
			  "control group counts none that was killed for want "
			  "of memory";
	return 1;
}
