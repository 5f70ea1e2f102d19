/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_userns.c - namespaces that are switched off, used up, nested too deeply
 *
 * The numbers of /proc/sys are read below a folder that a unit test may give:
 * Debian's and Ubuntu's are not in every kernel.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/why/caller.h"
#include "kernel/cap.h"
#include "sys/process.h"

#define DEPTH_MAX 32 /* of user and of pid namespaces */

static bool is_privileged(const struct why_case *c)
{
	struct proc_status status;

	return caller_status(c, &status) &&
	       status.caps[PROC_CAP_EFFECTIVE] & CAP_MASK(21); /* SYS_ADMIN */
}

/* The first kind from @from on that was asked for and has a limit. NS_COUNT:
 * none; else @found says which, @ret_max its limit. */
static int next_limited(const struct why_case *c, int from,
			struct why_finding *found, int64_t *ret_max)
{
	char name[64];

	for (int kind = from; kind < NS_COUNT; kind++) {
		snprintf(name, sizeof(name), "user/max_%s_namespaces",
			 ns_table[kind].name);
		if (!(c->flags & (uint64_t)ns_table[kind].clone_flag) ||
		    !caller_sysctl(c, name, ret_max))
			continue;
		found->arg[0] = ns_table[kind].name;
		found->arg[1] = arena_printf(c->arena, "user.max_%s_namespaces",
					     ns_table[kind].name);
		found->evidence = arena_printf(c->arena, "/proc/sys/%s is %lld",
					       name, (long long)*ret_max);
		return kind;
	}
	return NS_COUNT;
}

/* Which of the kinds that were asked for has a limit of 0. */
int probe_ns_off(const struct why_case *c, struct why_finding *found)
{
	int64_t max;

	for (int kind = 0; kind < NS_COUNT; kind++) {
		kind = next_limited(c, kind, found, &max);
		if (kind == NS_COUNT || max != 0)
			continue;
		found->is_certain = true;
		return 1;
	}
	return 0;
}

int probe_ns_deep(const struct why_case *c, struct why_finding *found)
{
	static const enum ns_kind kinds[] = { NS_USER, NS_PID };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int depth;

		if (!(c->flags & (uint64_t)ns_table[kinds[i]].clone_flag))
			continue;
		depth = caller_depth(c, kinds[i]);
		if (depth < DEPTH_MAX)
			continue;
		found->arg[0] = ns_table[kinds[i]].name;
		found->evidence = arena_printf(
			c->arena, "the process is %d deep already", depth);
		found->is_certain = true;
		return 1;
	}
	return 0;
}

/* With ENOSPC it is one of the three; that the number is reached cannot be
 * read, only that the others are not. */
int probe_ns_used_up(const struct why_case *c, struct why_finding *found)
{
	struct why_finding other = { 0 };
	int64_t max;

	if (probe_ns_off(c, &other) || probe_ns_deep(c, &other) ||
	    next_limited(c, 0, found, &max) == NS_COUNT)
		return 0;
	found->evidence = arena_printf(
		c->arena, "%s, and nesting is not too deep", found->evidence);
	/* several kinds: any of them may be it */
	found->is_certain = (c->flags & (c->flags - 1)) == 0;
	return 1;
}

int probe_userns_debian(const struct why_case *c, struct why_finding *found)
{
	int64_t value;

	if (!(c->flags & CLONE_NEWUSER) || is_privileged(c) ||
	    !caller_sysctl(c, "kernel/unprivileged_userns_clone", &value) ||
	    value != 0)
		return 0;
	found->evidence = "/proc/sys/kernel/unprivileged_userns_clone is 0";
	found->is_certain = true;
	return 1;
}

/* The namespace is made, but its maker gets no capabilities in it: what is
 * seen is the refusal of what it tries next. */
int probe_userns_ubuntu(const struct why_case *c, struct why_finding *found)
{
	const char *label = caller_file(c, "attr/current");
	bool is_stripped = label &&
			   strncmp(label, "unprivileged_userns", 19) == 0;
	int64_t value;

	if (!caller_sysctl(c, "kernel/apparmor_restrict_unprivileged_userns",
			   &value) ||
	    value == 0)
		return 0;
	if (!is_stripped && (!(c->flags & CLONE_NEWUSER) || is_privileged(c)))
		return 0;
	found->evidence = arena_printf(
		c->arena,
		"/proc/sys/kernel/apparmor_restrict_unprivileged_userns is "
		"%lld%s",
		(long long)value,
		is_stripped ? ", and the process is in AppArmor's profile "
			      "'unprivileged_userns'" :
			      "");
	found->is_certain = true;
	return 1;
}
