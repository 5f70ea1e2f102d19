/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_enter.c - kist enter: a command in the namespaces of something */
#include <stdio.h>
#include <stdlib.h>

#include <kist/enter.h>

#include "cli/kinds.h"
#include "cli/kist.h"

#define BARE "" /* an option for a kind without "=FILE" */

/* @kind: in the order of enum kist_ns; "": the target's */
struct enter_args {
	struct kist_enter enter;
	const char *kind[KIND_COUNT];
	bool dry_run, quiet;
};
#define ARGS enter_args

#define KIND(l, n, i, h)                                                       \
	{                                                                      \
		.kind = OPT_VALUE, .letter = (l), .name = (n),                 \
		.value = "FILE", .read = opt_string,                           \
		.offset = offsetof(struct enter_args, kind[(i)]), .help = (h), \
		.bare = BARE                                                   \
	}
#define DIRECTORY(l, n, f, h)                                                  \
	{                                                                      \
		.kind = OPT_VALUE, .letter = (l), .name = (n), .value = "DIR", \
		.read = opt_string,                                            \
		.offset = offsetof(struct enter_args, enter.f), .help = (h),   \
		.bare = BARE                                                   \
	}

static const struct opt enter_opts[] = {
	TITLE("which namespaces (default: all in which the target differs)"),
	FLAG('a', "all", enter.all, "all in which the target differs"),
	KIND('m', "mount|mnt", 7, "the mount namespace; or that of FILE"),
	KIND('u', "uts", 6, "the uts namespace (host name)"),
	KIND('i', "ipc", 2, "the ipc namespace"),
	KIND('n', "net", 3, "the network namespace"),
	KIND('p', "pid", 4, "the pid namespace"),
	KIND('C', "cgroup-ns", 1, "the cgroup namespace"),
	KIND('U', "user", 0, "the user namespace"),
	KIND('T', "time", 5, "the time namespace"),
	OPT('N', "socket|net-socket", "FD", opt_string, enter.socket,
	    "the network namespace of the target's socket FD, or FD@PID"),
	FLAG(0, "user-parent", enter.user_parent,
	     "the user namespace above the target's"),
	TITLE("where"),
	DIRECTORY('r', "root", root,
		  "make DIR, or the target's root, the root"),
	DIRECTORY('w', "wd", cwd, "start in DIR, or where the target is"),
	OPT('W', "wdns", "DIR", opt_string, enter.cwd_inside,
	    "start in DIR as it is called inside"),
	FLAG('e', "env", enter.env, "with the target's environment"),
	FLAG('c', "cgroup|join-cgroup", enter.cgroup,
	     "in the target's control groups"),
	FLAG('Z', "follow-context", enter.selinux,
	     "with the target's SELinux context"),
	TITLE("who"),
	OPT('S', "setuid", "UID", opt_string, enter.uid,
	    "be user UID inside; 'follow': the target's"),
	OPT('G', "setgid", "GID", opt_string, enter.gid,
	    "be group GID inside; 'follow': the target's"),
	OPT(0, "as", "USER[:GROUP]", opt_string, enter.user,
	    "be that user of the target's /etc/passwd, with all groups"),
	FLAG(0, "preserve-credentials", enter.keep_credentials,
	     "leave ids as they are"),
	FLAG(0, "keep-caps", enter.keep_caps,
	     "the capabilities of the user namespace for the command, too"),
	TITLE("how"),
	FLAG('F', "no-fork", enter.no_fork,
	     "only what the command starts is in the pid namespace"),
	FLAG(0, "no-refresh", enter.no_refresh,
	     "leave /proc, /sys and /etc as they are"),
	FLAG(0, "preserve-fds", enter.pass_fds,
	     "the command has our other open files, too"),
	FLAG('q', "quiet", quiet, "do not say whose ids the command has"),
	FLAG(0, "dry-run", dry_run, "print what would be done, as shell lines"),
	OPERAND("TARGET", opt_string, enter.target,
		"a process id, a container, a name, net:[INODE], a file …"),
	REST("COMMAND", enter.command, "what to run (default: a shell)"),
	OPT_END,
};

static void take_kinds(const struct enter_args *args, struct kist_enter *enter)
{
	for (int i = 0; i < KIND_COUNT; i++) {
		if (!args->kind[i])
			continue;
		if (args->kind[i][0])
			enter->from[i] = args->kind[i];
		else
			enter->kinds |= 1u << i;
	}
}

/* One line, and only if something is as people may not expect. */
static void say(void *context, const struct kist_entered *what)
{
	const struct enter_args *args = context;

	if (args->quiet)
		return;
	if (!what->kinds)
		fprintf(stderr,
			"kist: %s is in the same namespaces as we are\n",
			what->label);
	else if (what->changes_ids && !args->enter.uid && !args->enter.gid &&
		 !args->enter.user)
		fprintf(stderr,
			"kist: as user %u and group %u of the user namespace "
			"of %s\n",
			what->uid, what->gid, what->label);
}

static int print_plan(const struct kist *kist, const struct kist_enter *enter,
		      struct kist_error *err)
{
	char *text = NULL;
	int ret = kist_enter_plan(kist, enter, &text, err);

	if (ret == 0)
		fputs(text, stdout);
	free(text);
	return ret;
}

static int enter_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	struct enter_args a = *(const struct enter_args *)args;
	struct kist_enter_end end = { 0 };
	int ret;

	a.quiet |= g->quiet;
	take_kinds(&a, &a.enter);
	if (a.dry_run)
		return print_plan(&g->kist, &a.enter, err);
	ret = kist_enter(&g->kist, &a.enter, say, &a, &end, err);
	return ret < 0 ? ret : end.status;
}

const struct command cmd_enter = {
	.name = "enter",
	.group = "namespaces",
	.summary = "a command in the namespaces of something",
	.see = "kist-ls(1), kist-exec(1), kist-keep(1), setns(2), nsenter(1)",
	.example = "kist enter web ip addr",
	.notes =
		"TARGET is . (me), a process id, the name of a container or of "
		"namespaces (kist keep), net:[4026531956] or the bare inode, "
		":7 (a network namespace by its nsid), a namespace file, "
		"netns:NAME, fd:4@1234 (a namespace, process or socket that "
		"process 1234 has open), docker:ID, podman:ID, unit:NAME or "
		"cg:/PATH.\n"
		"\n"
		"All namespaces are entered in which the target differs from "
		"the caller, its user namespace too: then the command is root "
		"there, or, where no root is, who the target is; a line on "
		"standard error says so. Without a user namespace to enter it "
		"is who the caller is.\n"
		"\n"
		"When the pid or network namespace is entered without the "
		"mount namespace, the command has a private mount namespace "
		"with a fresh /proc or /sys. For a network namespace with a "
		"name, the files in /etc/netns/NAME are seen in /etc, as with "
		"ip netns exec; nothing of this stays on the machine.",
	.opts = enter_opts,
	.args_size = sizeof(struct enter_args),
	.run = enter_run,
};
