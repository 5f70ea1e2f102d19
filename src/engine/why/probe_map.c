/* SPDX-License-Identifier: Apache-2.0 */
/* probe_map.c - refused id maps: written already, foreign, too long, crooked */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "engine/why/caller.h"
#include "kernel/cap.h"
#include "sys/file.h"

/* Whose map it is: the process of /proc/PID, or the one that was refused. */
static int open_target(const struct why_case *c)
{
	char path[40];
	int pid;

	if (c->subject && sscanf(c->subject, "/proc/%d/", &pid) == 1) {
		snprintf(path, sizeof(path), "/proc/%d", pid);
		return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return fcntl(c->proc_fd, F_DUPFD_CLOEXEC, 0);
}

static const char *map_name(const struct why_case *c)
{
	return c->subject ? path_name(c->subject) : c->name;
}

static const char *target_file(const struct why_case *c, const char *name)
{
	CLEANUP_FD int proc_fd = open_target(c);
	struct why_case target = *c;

	target.proc_fd = proc_fd;
	return proc_fd < 0 ? NULL : caller_file(&target, name);
}

static bool is_map(const struct why_case *c)
{
	const char *name = map_name(c);

	return name &&
	       (strcmp(name, "uid_map") == 0 || strcmp(name, "gid_map") == 0);
}

int probe_map_written(const struct why_case *c, struct why_finding *found)
{
	const char *text = is_map(c) ? target_file(c, map_name(c)) : NULL;
	struct id_maps maps = idmap_parse(text, c->arena);

	if (!text || !maps.count)
		return 0;
	found->arg[0] = map_name(c);
	found->evidence = arena_printf(c->arena, "%s holds '%u %u %u' already",
				       c->subject ? c->subject : map_name(c),
				       maps.maps[0].inside,
				       maps.maps[0].outside,
				       maps.maps[0].count);
	found->is_certain = true;
	return 1;
}

/* An exec takes the capabilities of who is not root inside. */
int probe_map_no_caps(const struct why_case *c, struct why_finding *found)
{
	CLEANUP_FD int target_fd = open_target(c);
	struct why_case target = *c;
	struct proc_status status;

	target.proc_fd = target_fd;
	if (target_fd < 0 || !map_name(c) ||
	    strncmp(map_name(c), "new", 3) == 0 || /* the tools have them */
	    !caller_status(c, &status) ||
	    caller_ns(&target, "user") != caller_ns(c, "user") ||
	    status.caps[PROC_CAP_EFFECTIVE] & CAP_MASK(CAP_SYS_ADMIN))
		return 0;
	found->arg[0] = map_name(c);
	found->evidence = arena_printf(
		c->arena, "CapEff of process %d, which is in it, is %llx",
		c->pid, (unsigned long long)status.caps[PROC_CAP_EFFECTIVE]);
	found->is_certain = true;
	return 1;
}

static struct id_maps wanted(const struct why_case *c)
{
	return idmap_parse(c->value, c->arena);
}

static size_t lines_of(const char *text)
{
	size_t lines = 0;

	for (; text && *text; text++)
		lines += *text != '\n' && (text[1] == '\n' || !text[1]);
	return lines;
}

int probe_map_long(const struct why_case *c, struct why_finding *found)
{
	size_t lines = lines_of(c->value);
	long page = sysconf(_SC_PAGESIZE);

	if (!is_map(c) || !c->value ||
	    (lines <= IDMAP_MAX && c->flags < (uint64_t)page))
		return 0;
	found->evidence =
		lines > IDMAP_MAX ?
			arena_printf(c->arena, "it has %zu lines", lines) :
			arena_printf(c->arena, "it has %llu bytes",
				     (unsigned long long)c->flags);
	found->is_certain = true;
	return 1;
}

int probe_map_crooked(const struct why_case *c, struct why_finding *found)
{
	struct kist_error err = { 0 };
	struct id_maps maps = wanted(c);
	size_t lines = lines_of(c->value);

	if (!is_map(c) || !c->value || !maps.maps)
		return 0;
	if (maps.count != lines)
		found->evidence = arena_printf(c->arena,
					       "line %zu is not three numbers",
					       maps.count + 1);
	else if (idmap_check(&maps, "id", &err) < 0)
		found->evidence = arena_strdup(c->arena, err.what);
	else
		return 0;
	found->is_certain = true;
	return 1;
}

/* ---- whose ids ---- */

/* What writes a map has CAP_SETUID there, outside the new namespace. */
static bool may_map_any(const struct why_case *c, const char *file)
{
	struct proc_status status;
	int cap = strcmp(file, "gid_map") == 0 ? CAP_SETGID : CAP_SETUID;
	CLEANUP_FD int target_fd = open_target(c);
	struct why_case target = *c;

	target.proc_fd = target_fd;
	/* one inside has all capabilities, but none of them counts outside */
	if (target_fd < 0 || !caller_status(c, &status) ||
	    caller_ns(&target, "user") == caller_ns(c, "user"))
		return false;
	return status.caps[PROC_CAP_EFFECTIVE] & CAP_MASK(cap);
}

int probe_map_setgroups(const struct why_case *c, struct why_finding *found)
{
	const char *text = target_file(c, "setgroups");

	if (!is_map(c) || strcmp(map_name(c), "gid_map") != 0 || !text ||
	    strncmp(text, "allow", 5) != 0 || may_map_any(c, "gid_map"))
		return 0;
	found->evidence = "its setgroups is 'allow', and the writer has no "
			  "CAP_SETGID outside";
	found->is_certain = true;
	return 1;
}

int probe_setgroups_late(const struct why_case *c, struct why_finding *found)
{
	const char *map = target_file(c, "gid_map");

	if (!map_name(c) || strncmp(map_name(c), "setgroups", 9) != 0 || !map ||
	    !idmap_parse(map, c->arena).count)
		return 0;
	found->evidence = "its gid_map is not empty";
	found->is_certain = true;
	return 1;
}

int probe_map_foreign(const struct why_case *c, struct why_finding *found)
{
	struct id_maps maps = wanted(c);
	struct proc_status status;
	const char *file = map_name(c);
	bool of_group;
	uint32_t own;

	if (!is_map(c) || !maps.maps || !maps.count ||
	    !caller_status(c, &status) || may_map_any(c, file))
		return 0;
	of_group = strcmp(file, "gid_map") == 0;
	own = of_group ? status.gid[PROC_EFFECTIVE] :
			 status.uid[PROC_EFFECTIVE];
	found->arg[0] = of_group ? "CAP_SETGID" : "CAP_SETUID";
	found->arg[1] =
		arena_printf(c->arena, "%u %u 1", maps.maps[0].inside, own);
	found->is_certain = true;
	if (maps.count > 1)
		found->evidence =
			arena_printf(c->arena, "it has %zu lines", maps.count);
	else if (maps.maps[0].count > 1)
		found->evidence = arena_printf(c->arena, "it maps %u ids",
					       maps.maps[0].count);
	else if (own != 65534 && maps.maps[0].outside != own)
		found->evidence = arena_printf(
			c->arena, "it maps %u, and the writer's id is %u",
			maps.maps[0].outside, own);
	else
		return 0;
	return 1;
}
