/* SPDX-License-Identifier: Apache-2.0 */
/* probe_kernel.c - refused because the kernel has it not */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "engine/why/group.h"
#include "kernel/ns.h"
#include "sys/file.h"

static const struct {
	char name[24], since[8], option[40]; /* in place: base/cause.c */
} calls[] = {
#define KERNEL_CALL(name, since, option, uses) { #name, since, option },
#include "engine/why/kernel_calls.def"
#undef KERNEL_CALL
};

static const char *release(const struct why_case *c)
{
	struct utsname uts;

	return uname(&uts) == 0 ? arena_strdup(c->arena, uts.release) : "?";
}

static int found_it(struct why_finding *found, const char *first,
		    const char *second, const char *evidence)
{
	found->arg[0] = first;
	found->arg[1] = second;
	found->evidence = evidence;
	found->is_certain = true;
	return 1;
}

/* ---- system calls ---- */

/* A filter can say ENOSYS too: engines let programs believe in an old
 * kernel. */
static bool has_filter(const struct why_case *c)
{
	char text[8192];
	const char *at;

	if (sys_read_file(c->proc_fd, "status", text, sizeof(text)) < 0)
		return false;
	at = strstr(text, "\nSeccomp:");
	return at && strtol(at + 9, NULL, 10) == 2;
}

int probe_no_syscall(const struct why_case *c, struct why_finding *found)
{
	const char *wanted = c->name ? c->name : "";
	bool filter = has_filter(c);

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		if (strcmp(calls[i].name, wanted) != 0)
			continue;
		found_it(found, wanted,
			 calls[i].option[0] ?
				 arena_printf(c->arena,
					      "Linux %s or newer, "
					      "with %s",
					      calls[i].since, calls[i].option) :
				 arena_printf(c->arena, "Linux %s or newer",
					      calls[i].since),
			 arena_printf(c->arena, "%s says ENOSYS on Linux %s%s",
				      wanted, release(c),
				      filter ? ", but a seccomp filter may say "
					       "so as well" :
					       ""));
		found->is_certain = !filter;
		return 1;
	}
	found_it(found, *wanted ? wanted : "the call", "a newer one",
		 arena_printf(c->arena, "ENOSYS on Linux %s", release(c)));
	found->is_certain = !filter;
	return 1;
}

/* ---- kinds of namespaces ---- */

static const char *const ns_options[NS_COUNT] = {
	[NS_USER] = "CONFIG_USER_NS", [NS_CGROUP] = "CONFIG_CGROUPS",
	[NS_IPC] = "CONFIG_IPC_NS",   [NS_NET] = "CONFIG_NET_NS",
	[NS_PID] = "CONFIG_PID_NS",   [NS_TIME] = "CONFIG_TIME_NS",
	[NS_UTS] = "CONFIG_UTS_NS",   [NS_MNT] = "CONFIG_NAMESPACES",
};

int probe_no_namespace(const struct why_case *c, struct why_finding *found)
{
	for (int kind = 0; kind < NS_COUNT; kind++) {
		char path[32];
		struct stat st;

		if (!(c->flags & (uint64_t)ns_table[kind].clone_flag))
			continue;
		snprintf(path, sizeof(path), "ns/%s", ns_table[kind].name);
		if (fstatat(c->proc_fd, path, &st, 0) < 0 && errno == ENOENT)
			return found_it(found, ns_table[kind].name,
					ns_options[kind],
					arena_printf(c->arena,
						     "/proc/PID/%s is not "
						     "there",
						     path));
	}
	return 0;
}
