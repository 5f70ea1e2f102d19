/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_new.c - kist new: make namespaces and give them a name */
#include <stdio.h>

#include <kist/namespace.h>

#include "cli/kinds.h"
#include "cli/kist.h"
#include "cli/steps.h"

struct new_args {
	struct kist_ns_new make;
	bool kind[KIND_COUNT];
	int64_t monotonic_ms, boottime_ms;
	struct opt_list uid_maps, gid_maps;
	bool dry_run;
};
#define ARGS new_args

static const struct opt new_opts[] = {
	KIND_FLAGS(kind),
	OPT(0, "hostname", "NAME", opt_string, make.hostname,
	    "the host name in it"),
	OPT(0, "monotonic", "TIME", opt_offset, monotonic_ms,
	    "how much its monotonic clock is ahead: 90, 1h30m, -7d"),
	OPT(0, "boottime", "TIME", opt_offset, boottime_ms,
	    "how much its time since boot is ahead"),
	OPT(0, "map-users", "INSIDE:OUTSIDE:COUNT", opt_list, uid_maps,
	    "map user ids; may be repeated"),
	OPT(0, "map-groups", "INSIDE:OUTSIDE:COUNT", opt_list, gid_maps,
	    "map group ids; may be repeated"),
	FLAG(0, "dry-run", dry_run, "print what would be done, as shell lines"),
	OPERAND("NAME", opt_string, make.name, "what they are to be called"),
	OPT_END,
};

static int new_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct new_args *a = args;
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	struct kist_ns_new make = a->make;

	make.kinds = kinds_of(a->kind);
	make.monotonic_ns = a->monotonic_ms * 1000000;
	make.boottime_ns = a->boottime_ms * 1000000;
	make.uid_maps = a->uid_maps.items;
	make.gid_maps = a->gid_maps.items;
	return kist_ns_new(&g->kist, &make, &trace, err);
}

const struct command cmd_new = {
	.name = "new",
	.group = "namespaces",
	.summary = "make namespaces and give them a name",
	.see = "kist-enter(1), kist-keep(1), kist-ls(1), kist-rm(1), "
	       "namespaces(7)",
	.example = "kist new lab -n -u --hostname blue",
	.notes =
		"Without a kind, all are made but the user namespace; for an "
		"ordinary user that one too, for it takes it to make the "
		"others.\n"
		"\n"
		"They last until kist rm, or a reboot. For root they are bound "
		"to files in /run/kist/ns; a network namespace is in "
		"/run/netns too, where ip netns finds it. A pid namespace, and "
		"all that an ordinary user makes, are held by a small process: "
		"if it ends, the name is dead.\n"
		"\n"
		"The loopback interface of a network namespace is up; what is "
		"mounted in a mount namespace is not seen outside, and with a "
		"pid namespace its /proc is that one's.",
	.opts = new_opts,
	.args_size = sizeof(struct new_args),
	.run = new_run,
};
