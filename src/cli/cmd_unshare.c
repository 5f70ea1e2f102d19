/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_unshare.c - kist unshare: a command in new namespaces */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <kist/unshare.h>

#include "base/num.h"
#include "cli/kist.h"
#include "cli/steps.h"

struct unshare_args {
	struct kist_unshare unshare;
	const char *kinds[KIST_NS_KINDS]; /* by bit of enum kist_ns */
	const char *new_kinds;
	bool all, map_root, map_current, map_auto, map_subids;
	struct opt_list map_users, map_groups, env;
	int64_t monotonic_ms, boottime_ms;
	bool clear_env, dry_run;
};
#define ARGS unshare_args

/* "7d", "+2d", "1h30m", "-90s" */
static int opt_offset(void *field, const char *word, struct kist_error *err)
{
	const char *digits = word + (*word == '+' || *word == '-');
	uint64_t ms;

	if (num_parse_duration(digits, &ms) < 0 || ms > INT64_MAX / 1000000)
		return err_set(err, KIST_E_USAGE,
			       "'%s' is no span of time: write 90, 90s, 1h30m, "
			       "7d or -2d",
			       word);
	*(int64_t *)field = *word == '-' ? -(int64_t)ms : (int64_t)ms;
	return 0;
}

static const char *const propagations[] = { "private", "slave", "shared",
					    "unchanged", NULL };

static int opt_propagation(void *field, const char *word,
			   struct kist_error *err)
{
	enum kist_propagation *propagation = field;

	(void)err; /* only these words come here, in the order of the enum */
	for (int i = 0; propagations[i]; i++)
		if (strcmp(word, propagations[i]) == 0)
			*propagation = (enum kist_propagation)i;
	return 0;
}

static const char *const setgroups_words[] = { "allow", "deny", NULL };

static int opt_setgroups(void *field, const char *word, struct kist_error *err)
{
	(void)err;
	*(enum kist_setgroups *)field = strcmp(word, "allow") == 0 ?
						KIST_SETGROUPS_ALLOW :
						KIST_SETGROUPS_DENY;
	return 0;
}

#define WITHOUT_FILE ""

/* "-n" or "--net=FILE" */
#define KIND(l, n, bit, h)                                     \
	{                                                      \
		.kind = OPT_VALUE, .letter = (l), .name = (n), \
		.value = "FILE", .read = opt_string,           \
		.offset = offsetof(struct ARGS, kinds) +       \
			  (bit) * sizeof(const char *),        \
		.help = (h), .bare = WITHOUT_FILE              \
	}

#define WORDS(n, v, r, f, w, h)                                                \
	{                                                                      \
		.kind = OPT_VALUE, .name = (n), .value = (v), .read = (r),     \
		.offset = offsetof(struct ARGS, f), .help = (h), .words = (w), \
		.only_words = true                                             \
	}

#define BARE(n, v, r, f, b, h)                                               \
	{                                                                    \
		.kind = OPT_VALUE, .name = (n), .value = (v), .read = (r),   \
		.offset = offsetof(struct ARGS, f), .help = (h), .bare = (b) \
	}

static const struct opt unshare_opts[] = {
	TITLE("What is new; with =FILE it is bound there and outlives the "
	      "command"),
	KIND('m', "mount", 7, "mounts, with private propagation"),
	KIND('u', "uts", 6, "host and domain name"),
	KIND('i', "ipc", 2, "System V IPC and POSIX message queues"),
	KIND('n', "net", 3, "interfaces, routes, sockets; loopback is up"),
	KIND('p', "pid", 4, "processes: the command is process 1"),
	KIND('U', "user", 0, "users, groups and capabilities"),
	KIND('C', "cgroup", 1, "the view of control groups"),
	KIND('T', "time", 5, "the monotonic and the boot clock"),
	OPT(0, "new", "KINDS", opt_string, new_kinds,
	    "the same in words: net,pid or CLONE_NEWNET|CLONE_NEWPID"),
	FLAG('a', "all", all, "all eight"),

	TITLE("Who is who inside (a user namespace)"),
	FLAG('r', "map-root-user", map_root, "I am root"),
	FLAG('c', "map-current-user", map_current, "I am who I am"),
	FLAG(0, "map-auto", map_auto,
	     "the others are my subordinate ids, from 0 on"),
	FLAG(0, "map-subids", map_subids, "the same, under their own numbers"),
	OPT(0, "map-user", "USER", opt_string, unshare.map_user,
	    "I am this user"),
	OPT(0, "map-group", "GROUP", opt_string, unshare.map_group,
	    "I am of this group"),
	OPT(0, "map-users", "IN:OUT:COUNT", opt_list, map_users,
	    "users; or auto, subids, all"),
	OPT(0, "map-groups", "IN:OUT:COUNT", opt_list, map_groups,
	    "groups; or auto, subids, all"),
	OPT(0, "owner", "UID:GID", opt_string, unshare.owner,
	    "whose user namespace it is"),
	WORDS("setgroups", "allow|deny", opt_setgroups, unshare.setgroups,
	      setgroups_words, "may groups be given up inside"),
	FLAG(0, "keep-caps", unshare.keep_caps,
	     "capabilities also for who is not root inside"),
	OPT('S', "setuid", "USER", opt_string, unshare.setuid,
	    "run as this user, inside"),
	OPT('G', "setgid", "GROUP", opt_string, unshare.setgid,
	    "run in this group, inside, and in no other"),

	TITLE("What it finds"),
	WORDS("propagation", "private|slave|shared|unchanged", opt_propagation,
	      unshare.propagation, propagations,
	      "of mounts (default: private)"),
	BARE("mount-proc", "DIR", opt_string, unshare.mount_proc, "/proc",
	     "a new /proc; comes by itself with -p"),
	BARE("mount-binfmt", "DIR", opt_string, unshare.mount_binfmt,
	     "/proc/sys/fs/binfmt_misc", "a new binfmt_misc"),
	OPT('l', "load-interp", "RULE", opt_string, unshare.load_interp,
	    "register an interpreter in it"),
	OPT('R', "root", "DIR", opt_string, unshare.root,
	    "this folder becomes /"),
	OPT('w', "wd", "DIR", opt_string, unshare.cwd, "start there"),
	OPT(0, "hostname", "NAME", opt_string, unshare.hostname,
	    "the host name (with -u)"),
	OPT(0, "domainname", "NAME", opt_string, unshare.domainname,
	    "the NIS domain name (with -u)"),
	OPT(0, "monotonic", "SPAN", opt_offset, monotonic_ms,
	    "set that clock off: 7d, -90s (with -T)"),
	OPT(0, "boottime", "SPAN", opt_offset, boottime_ms,
	    "set that clock off: 7d, -90s (with -T)"),
	OPT(0, "setup", "CMD", opt_string, unshare.setup,
	    "run this inside first, before -S and -G"),
	FLAG(0, "clear-env", clear_env, "with an empty environment"),
	OPT('e', "env", "NAME=VALUE", opt_list, env, "set in its environment"),

	TITLE("How it runs"),
	FLAG('f', "fork", unshare.fork,
	     "as a child (by itself where it is needed)"),
	{ .kind = OPT_VALUE,
	  .name = "kill-child",
	  .value = "SIGNAL",
	  .read = opt_signal,
	  .offset = offsetof(struct ARGS, unshare.kill_child),
	  .help = "what it gets if kist is killed (default: KILL)",
	  .bare = "KILL" },
	FLAG(0, "forward-signals", unshare.forward,
	     "pass signals on; done anyway"),
	FLAG(0, "dry-run", dry_run, "only print what would be done"),
	REST("COMMAND", unshare.argv, "what to run (default: your shell)"),
	OPT_END,
};

/* Words of people, ours and the kernel's. */
static int read_kinds(struct unshare_args *a, struct kist_error *err)
{
	unsigned ns = 0;
	int ret = a->new_kinds ? kist_ns_parse(a->new_kinds, &ns, err) : 0;

	if (ret < 0) {
		err_while(err, "option '--new'");
		return ret;
	}
	if (a->all)
		ns = KIST_NS_ALL;
	for (int i = 0; i < KIST_NS_KINDS; i++) {
		if (!a->kinds[i])
			continue;
		ns |= 1u << i;
		if (*a->kinds[i])
			a->unshare.keep[i] = a->kinds[i];
	}
	a->unshare.ns = ns;
	return 0;
}

struct id_words {
	char user[16], group[16];
};

static int add_words(struct unshare_args *a, const char *word,
		     struct kist_error *err)
{
	int ret = opt_list(&a->map_users, word, err);

	return ret < 0 ? ret : opt_list(&a->map_groups, word, err);
}

static int read_maps(struct unshare_args *a, struct id_words *words,
		     struct kist_error *err)
{
	int ret = 0;

	snprintf(words->user, sizeof(words->user), "%u",
		 a->map_root ? 0 : geteuid());
	snprintf(words->group, sizeof(words->group), "%u",
		 a->map_root ? 0 : getegid());
	if (a->map_root && a->map_current) {
		err_set(err, KIST_E_USAGE, "-r and -c do not go together");
		err_hint(err, "-r: root inside; -c: who you are outside");
		return -EINVAL;
	}
	if (a->map_root || a->map_current) {
		a->unshare.map_user = words->user;
		a->unshare.map_group = words->group;
	}
	if (a->map_auto)
		ret = add_words(a, "auto", err);
	if (ret == 0 && a->map_subids)
		ret = add_words(a, "subids", err);
	a->unshare.map_users = a->map_users.items;
	a->unshare.map_groups = a->map_groups.items;
	return ret;
}

static int read_env(struct unshare_args *a, struct kist_error *err)
{
	static const char *const none[] = { NULL };
	struct opt_list list = { 0 };
	int ret = 0;

	if (!a->clear_env && !a->env.count)
		return 0;
	for (size_t i = 0; ret == 0 && i < a->env.count; i++)
		ret = strchr(a->env.items[i], '=') ?
			      opt_list(&list, a->env.items[i], err) :
			      err_set(err, KIST_E_USAGE,
				      "option '--env': '%s' is not NAME=VALUE",
				      a->env.items[i]);
	for (char **e = environ; ret == 0 && !a->clear_env && *e; e++) {
		size_t len = strcspn(*e, "=") + 1;
		bool is_set = false;

		for (size_t i = 0; i < a->env.count; i++)
			is_set |= strncmp(a->env.items[i], *e, len) == 0;
		if (!is_set)
			ret = opt_list(&list, *e, err);
	}
	a->unshare.env = list.items ? list.items : none;
	return ret;
}

static void warn(void *context, const struct kist_error *what)
{
	char line[1024];

	if (((const struct kist_global *)context)->quiet)
		return;
	kist_error_line(what, line, sizeof(line));
	fprintf(stderr, "kist: %s\n", line);
	if (kist_error_hint(what, line, sizeof(line)) > 0)
		fprintf(stderr, "note: %s\n", line);
}

static int unshare_run(void *global, const void *args, struct kist_error *err)
{
	struct unshare_args a = *(const struct unshare_args *)args;
	struct kist_trace trace = steps_to(true, stdout);
	struct id_words words = { "", "" };
	int status = 0;
	int ret = read_kinds(&a, err);

	if (ret == 0)
		ret = read_maps(&a, &words, err);
	if (ret == 0)
		ret = read_env(&a, err);
	if (ret < 0)
		return ret;
	a.unshare.monotonic_ns = a.monotonic_ms * 1000000;
	a.unshare.boottime_ns = a.boottime_ms * 1000000;
	a.unshare.replace = true;
	a.unshare.warn = warn;
	a.unshare.context = global;
	ret = kist_unshare(&a.unshare, a.dry_run ? &trace : NULL, &status, err);
	return ret < 0 ? ret : status;
}

const struct command cmd_unshare = {
	.name = "unshare",
	.group = "namespaces",
	.summary = "run a command in new namespaces",
	.see = "unshare(1), namespaces(7), kist-enter(1), kist-new(1)",
	.example = "kist unshare -p sh -c 'echo $$; ps'",
	.notes =
		"What belongs to a namespace comes with it. With -p the "
		"command is process 1 and sees only its own /proc; with -n "
		"there is a /sys of its own and the loopback interface is up; "
		"with -i there is a /dev/mqueue of its own, if the machine has "
		"one. For that a mount namespace is made, too. With -C and -m "
		"the mounts of control groups begin at the own group. Who may "
		"not make namespaces gets a user namespace, and is root in it "
		"unless -c says otherwise. For root -U alone maps everybody.\n"
		"\n"
		"Without -p and -T the command takes the place of kist: same "
		"process id, nobody between. Otherwise kist waits for it and "
		"passes signals on. The first process of a pid namespace "
		"drops signals it has no handler for; sent to kist, they end "
		"it all the same.\n"
		"\n"
		"A namespace that a file keeps (--net=FILE) is there until "
		"umount(8) of the file. A pid namespace ends with its process "
		"1, whatever keeps it: 'kist new' gives it one that stays.\n"
		"\n"
		"--dry-run prints lines for sh(1) with unshare(1) of "
		"util-linux 2.39 or newer.",
	.opts = unshare_opts,
	.args_size = sizeof(struct unshare_args),
	.run = unshare_run,
};
