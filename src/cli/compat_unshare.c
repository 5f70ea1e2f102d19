/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compat_unshare.c - kist as unshare(1) of util-linux
 *
 * Nothing comes by itself: no /proc, no loopback, no user namespace, no child.
 * A signal that ended the command ends this process, too.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <kist/unshare.h>

#include "base/num.h"
#include "cli/compat.h"
#include "cli/opt.h"

enum {
	OPT_MOUNT_PROC = 256,
	OPT_MOUNT_BINFMT,
	OPT_PROPAGATION,
	OPT_SETGROUPS,
	OPT_KILL_CHILD,
	OPT_FORWARD,
	OPT_KEEP_CAPS,
	OPT_MONOTONIC,
	OPT_BOOTTIME,
	OPT_MAP_USER,
	OPT_MAP_USERS,
	OPT_MAP_GROUP,
	OPT_MAP_GROUPS,
	OPT_MAP_AUTO,
	OPT_MAP_SUBIDS,
	OPT_OWNER,
	OPT_CLEAR_ENV,
};

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "mount", optional_argument, NULL, 'm' },
	{ "uts", optional_argument, NULL, 'u' },
	{ "ipc", optional_argument, NULL, 'i' },
	{ "net", optional_argument, NULL, 'n' },
	{ "pid", optional_argument, NULL, 'p' },
	{ "user", optional_argument, NULL, 'U' },
	{ "cgroup", optional_argument, NULL, 'C' },
	{ "time", optional_argument, NULL, 'T' },
	{ "fork", no_argument, NULL, 'f' },
	{ "kill-child", optional_argument, NULL, OPT_KILL_CHILD },
	{ "forward-signals", no_argument, NULL, OPT_FORWARD },
	{ "mount-proc", optional_argument, NULL, OPT_MOUNT_PROC },
	{ "mount-binfmt", optional_argument, NULL, OPT_MOUNT_BINFMT },
	{ "map-user", required_argument, NULL, OPT_MAP_USER },
	{ "map-users", required_argument, NULL, OPT_MAP_USERS },
	{ "map-group", required_argument, NULL, OPT_MAP_GROUP },
	{ "map-groups", required_argument, NULL, OPT_MAP_GROUPS },
	{ "map-root-user", no_argument, NULL, 'r' },
	{ "map-current-user", no_argument, NULL, 'c' },
	{ "map-auto", no_argument, NULL, OPT_MAP_AUTO },
	{ "map-subids", no_argument, NULL, OPT_MAP_SUBIDS },
	{ "owner", required_argument, NULL, OPT_OWNER },
	{ "propagation", required_argument, NULL, OPT_PROPAGATION },
	{ "setgroups", required_argument, NULL, OPT_SETGROUPS },
	{ "keep-caps", no_argument, NULL, OPT_KEEP_CAPS },
	{ "setuid", required_argument, NULL, 'S' },
	{ "setgid", required_argument, NULL, 'G' },
	{ "root", required_argument, NULL, 'R' },
	{ "wd", required_argument, NULL, 'w' },
	{ "monotonic", required_argument, NULL, OPT_MONOTONIC },
	{ "boottime", required_argument, NULL, OPT_BOOTTIME },
	{ "load-interp", required_argument, NULL, 'l' },
	{ "clear-env", no_argument, NULL, OPT_CLEAR_ENV },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"\nUsage:\n"
	" unshare [options] [<program> [<argument>...]]\n"
	"\nRun a program with some namespaces unshared from the parent.\n"
	"\nOptions:\n"
	" -m, --mount[=<file>]      unshare mounts namespace\n"
	" -u, --uts[=<file>]        unshare UTS namespace (hostname etc)\n"
	" -i, --ipc[=<file>]        unshare System V IPC namespace\n"
	" -n, --net[=<file>]        unshare network namespace\n"
	" -p, --pid[=<file>]        unshare pid namespace\n"
	" -U, --user[=<file>]       unshare user namespace\n"
	" -C, --cgroup[=<file>]     unshare cgroup namespace\n"
	" -T, --time[=<file>]       unshare time namespace\n"
	"\n"
	" --mount-proc[=<dir>]      mount proc filesystem first\n"
	" --mount-binfmt[=<dir>]    mount binfmt filesystem first\n"
	" -l, --load-interp <rule>  load a binfmt definition\n"
	" --propagation slave|shared|private|unchanged\n"
	" -R, --root <dir>          root directory of the program\n"
	" -w, --wd <dir>            working directory of the program\n"
	"\n"
	" -S, --setuid <uid>        set uid in the new namespace\n"
	" -G, --setgid <gid>        set gid in the new namespace\n"
	" --map-user <uid>|<name>   map current user to uid\n"
	" --map-group <gid>|<name>  map current group to gid\n"
	" -r, --map-root-user       map current user to root\n"
	" -c, --map-current-user    map current user to itself\n"
	" --map-auto                map users and groups automatically\n"
	" --map-subids              map the first block of subordinate ids\n"
	" --map-users <inner>:<outer>:<count>|auto|subids|all\n"
	" --map-groups <inner>:<outer>:<count>|auto|subids|all\n"
	" --owner <uid>:<gid>       set the user namespace owner\n"
	"\n"
	" -f, --fork                fork before launching <program>\n"
	" --kill-child[=<signame>]  when dying, kill the forked child\n"
	" --forward-signals         forward SIGTERM and SIGINT to child\n"
	"\n"
	" --setgroups allow|deny    control the setgroups syscall\n"
	" --keep-caps               retain capabilities\n"
	" --clear-env               clear the environment\n"
	" --monotonic <offset>      set clock monotonic offset (seconds)\n"
	" --boottime <offset>       set clock boottime offset (seconds)\n"
	"\n"
	" -h, --help                display this help\n"
	" -V, --version             display version\n"
	"\nThis is kist " KIST_VERSION "; see kist-unshare(1).\n";

/* What a command line says. */
struct asked {
	struct kist_unshare unshare;
	struct opt_list users, groups;
	char own_user[16], own_group[16];
};

static int own_error(const char *what, const char *a, const char *b)
{
	fprintf(stderr, "unshare: %s%s%s\n", what, a ? a : "", b ? b : "");
	return EXIT_FAILURE;
}

static int try_help(void)
{
	fputs("Try 'unshare --help' for more information.\n", stderr);
	return EXIT_FAILURE;
}

/* The letters in the order of enum kist_ns. */
static bool read_kind(struct asked *a, int letter)
{
	static const char letters[KIST_NS_KINDS + 1] = "UCinpTum";
	const char *at = letter < 256 ? strchr(letters, letter) : NULL;

	if (!letter || !at)
		return false;
	a->unshare.ns |= 1u << (at - letters);
	if (optarg)
		a->unshare.keep[at - letters] = optarg;
	return true;
}

static void map_own(struct asked *a, unsigned user, unsigned group)
{
	snprintf(a->own_user, sizeof(a->own_user), "%u", user);
	snprintf(a->own_group, sizeof(a->own_group), "%u", group);
	a->unshare.map_user = a->own_user;
	a->unshare.map_group = a->own_group;
}

static int read_maps(struct asked *a, int option)
{
	struct kist_error err = { 0 };
	const char *word = option == OPT_MAP_AUTO   ? "auto" :
			   option == OPT_MAP_SUBIDS ? "subids" :
						      optarg;
	int ret = 0;

	if (option != OPT_MAP_GROUPS)
		ret = opt_list(&a->users, word, &err);
	if (ret == 0 && option != OPT_MAP_USERS)
		ret = opt_list(&a->groups, word, &err);
	return ret < 0 ? own_error("out of memory", NULL, NULL) : 0;
}

static int read_seconds(const char *what, int64_t *ret_ns)
{
	int64_t seconds;

	if (num_parse_i64(optarg, &seconds) < 0 ||
	    seconds > INT64_MAX / 1000000000 ||
	    seconds < INT64_MIN / 1000000000)
		return own_error(what, ": ", optarg);
	*ret_ns = seconds * 1000000000;
	return 0;
}

static int read_propagation(struct kist_unshare *u)
{
	static const char *const words[] = { "private", "slave", "shared",
					     "unchanged" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(optarg, words[i]) != 0)
			continue;
		u->propagation = (enum kist_propagation)i;
		return 0;
	}
	return own_error("unsupported propagation mode: ", optarg, NULL);
}

static int read_setgroups(struct kist_unshare *u)
{
	if (strcmp(optarg, "allow") == 0)
		u->setgroups = KIST_SETGROUPS_ALLOW;
	else if (strcmp(optarg, "deny") == 0)
		u->setgroups = KIST_SETGROUPS_DENY;
	else
		return own_error("unsupported --setgroups argument '", optarg,
				 "'");
	return 0;
}

static int read_kill_child(struct kist_unshare *u)
{
	struct kist_error err = { 0 };

	u->kill_child = SIGKILL;
	if (optarg && opt_signal(&u->kill_child, optarg, &err) < 0)
		return own_error("unknown signal: ", optarg, NULL);
	return 0;
}

/* Options whose values are checked. Return: 0, or the exit status. */
static int read_checked(struct asked *a, int option)
{
	struct kist_unshare *u = &a->unshare;

	switch (option) {
	case OPT_MAP_USERS:
	case OPT_MAP_GROUPS:
	case OPT_MAP_AUTO:
	case OPT_MAP_SUBIDS:
		return read_maps(a, option);
	case OPT_PROPAGATION:
		return read_propagation(u);
	case OPT_SETGROUPS:
		return read_setgroups(u);
	case OPT_KILL_CHILD:
		return read_kill_child(u);
	case OPT_MONOTONIC:
		return read_seconds("failed to parse monotonic offset",
				    &u->monotonic_ns);
	case OPT_BOOTTIME:
		return read_seconds("failed to parse boottime offset",
				    &u->boottime_ns);
	case 'r':
		map_own(a, 0, 0);
		return 0;
	case 'c':
		map_own(a, geteuid(), getegid());
		return 0;
	default:
		return try_help();
	}
}

static int read_option(struct asked *a, int option)
{
	static const char *const no_env[] = { NULL };
	struct kist_unshare *u = &a->unshare;
	const struct {
		int option;
		const char **field, *bare;
	} texts[] = {
		{ 'R', &u->root, NULL },
		{ 'w', &u->cwd, NULL },
		{ 'S', &u->setuid, NULL },
		{ 'G', &u->setgid, NULL },
		{ 'l', &u->load_interp, NULL },
		{ OPT_MAP_USER, &u->map_user, NULL },
		{ OPT_MAP_GROUP, &u->map_group, NULL },
		{ OPT_OWNER, &u->owner, NULL },
		{ OPT_MOUNT_PROC, &u->mount_proc, "/proc" },
		{ OPT_MOUNT_BINFMT, &u->mount_binfmt,
		  "/proc/sys/fs/binfmt_misc" },
	};
	const struct {
		int option;
		bool *field;
	} flags[] = { { 'f', &u->fork },
		      { OPT_FORWARD, &u->forward },
		      { OPT_KEEP_CAPS, &u->keep_caps } };

	if (read_kind(a, option))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].option != option)
			continue;
		*texts[i].field = optarg ? optarg : texts[i].bare;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		if (flags[i].option != option)
			continue;
		*flags[i].field = true;
		return 0;
	}
	if (option == OPT_CLEAR_ENV) {
		u->env = no_env;
		return 0;
	}
	return read_checked(a, option);
}

/* The words of those who come from unshare(1): "unrecognized option". */
static int bad_option(int option, char **argv)
{
	const char *word = argv[optind - 1];
	const bool is_long = word && strncmp(word, "--", 2) == 0;

	if (option == ':' && is_long)
		fprintf(stderr, "unshare: option '%s' requires an argument\n",
			word);
	else if (option == ':')
		fprintf(stderr,
			"unshare: option requires an argument -- '%c'\n",
			optopt);
	else if (is_long)
		fprintf(stderr, "unshare: unrecognized option '%s'\n", word);
	else
		fprintf(stderr, "unshare: invalid option -- '%c'\n", optopt);
	return try_help();
}

/* Die of the same signal, without a core of our own. */
static int end_as(int status)
{
	const int signal_number = status - 128;
	const struct rlimit none = { 0, 0 };
	sigset_t mask;

	if (status <= 128)
		return status;
	setrlimit(RLIMIT_CORE, &none);
	signal(signal_number, SIG_DFL);
	sigemptyset(&mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	kill(getpid(), signal_number);
	return status;
}

/* @command: NULL: the shell */
static int report(const char *command, const struct kist_error *err)
{
	const enum kist_class class = kist_error_class(err->id);
	char line[1024];

	kist_error_line(err, line, sizeof(line));
	if (class == KIST_CLASS_NOT_FOUND || class == KIST_CLASS_NOT_EXEC)
		fprintf(stderr, "unshare: failed to execute %s: %s\n",
			command ? command : "the shell",
			errno_text(err->errnum ? err->errnum : ENOENT));
	else if (strncmp(err->what, "make a ", 7) == 0)
		fprintf(stderr, "unshare: unshare failed: %s\n",
			errno_text(err->errnum));
	else
		fprintf(stderr, "unshare: %s\n", line);
	if (kist_error_hint(err, line, sizeof(line)) > 0)
		fprintf(stderr, "hint: %s\n", line);
	return class == KIST_CLASS_NOT_FOUND ? 127 :
	       class == KIST_CLASS_NOT_EXEC  ? 126 :
					       EXIT_FAILURE;
}

static int run(struct asked *a, const char *const *argv)
{
	struct kist_unshare unshare = a->unshare;
	struct kist_error err = { 0 };
	int status = 0, ret;
	bool ended = false;

	unshare.argv = argv[0] ? argv : NULL;
	unshare.map_users = a->users.items;
	unshare.map_groups = a->groups.items;
	unshare.plain = unshare.replace = true;
	unshare.ended_by_signal = &ended;
	if ((unshare.monotonic_ns || unshare.boottime_ns) &&
	    !(unshare.ns & KIST_NS_TIME))
		return own_error("options --monotonic and --boottime require "
				 "unsharing of a time namespace (-T)",
				 NULL, NULL);
	ret = kist_unshare(&unshare, NULL, &status, &err);
	if (ret < 0)
		return report(argv[0], &err);
	return ended ? end_as(status) : status;
}

static int unshare_main(int argc, char **argv)
{
	struct asked a = { 0 };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:fhVmuinpCTUrcR:w:S:G:l:",
				     long_options, NULL)) != -1) {
		int status;

		if (option == 'h') {
			fputs(help, stdout);
			return EXIT_SUCCESS;
		}
		if (option == 'V') {
			puts("unshare from kist " KIST_VERSION
			     " (as of util-linux 2.41)");
			return EXIT_SUCCESS;
		}
		if (option == '?' || option == ':')
			return bad_option(option, argv);
		status = read_option(&a, option);
		if (status)
			return status;
	}
	return run(&a, (const char *const *)argv + optind);
}

const struct personality compat_unshare = { "unshare", unshare_main };
