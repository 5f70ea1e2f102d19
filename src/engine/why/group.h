/* SPDX-License-Identifier: Apache-2.0 */
/* group.h - what the probes of control groups and limits look a case up with */
#ifndef ENGINE_WHY_GROUP_H
#define ENGINE_WHY_GROUP_H

#include "engine/why/why.h"
#include "kernel/cgroup_effective.h"

/* Open @path as the process of the case names it. Return: an fd or -errno. */
int why_open(const struct why_case *c, const char *path, int flags);
/* Its effective user. */
uid_t why_uid(const struct why_case *c);
/* "/a/b": a group's path from the root of its mount; in the case's arena. */
const char *why_group_name(const struct why_case *c, int dir_fd);

/* Of where a process is (/proc/PID/cgroup), the group in the hierarchy of a v1
 * controller, or the v2 one: O_PATH; -1: none. */
int why_member_group(const struct why_case *c,
		     const struct cgroup_member *members, size_t count,
		     const char *controller, bool *ret_is_v2);
/* The group of a process in the hierarchy of a v1 controller, or its v2 one:
 * O_PATH; -1: none. */
int why_own_group(const struct why_case *c, pid_t pid, const char *controller);
#endif
