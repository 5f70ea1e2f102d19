/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compat_nsenter.c - kist as nsenter(1) of util-linux 2.42
 *
 * Options, messages and exit statuses are that program's: 1 when it fails, 126
 * and 127 for a command that cannot be executed or is not there, and the
 * command's signal is its own. Nothing is said or mounted that it would not.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kist/enter.h>

#include "base/err.h"
#include "base/num.h"
#include "cli/compat.h"
#include "cli/kinds.h"

enum { PRESERVE_CREDENTIALS = 256, KEEP_CAPS, USER_PARENT };

/* @is_over: a message or the help was printed; @status is the exit status */
struct call {
	struct kist_enter enter;
	bool has_wd, has_wdns, all, is_over;
	char *pid;
	int status;
};

static const struct option long_options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "target", required_argument, NULL, 't' },
	{ "mount", optional_argument, NULL, 'm' },
	{ "uts", optional_argument, NULL, 'u' },
	{ "ipc", optional_argument, NULL, 'i' },
	{ "net", optional_argument, NULL, 'n' },
	{ "net-socket", required_argument, NULL, 'N' },
	{ "pid", optional_argument, NULL, 'p' },
	{ "user", optional_argument, NULL, 'U' },
	{ "cgroup", optional_argument, NULL, 'C' },
	{ "time", optional_argument, NULL, 'T' },
	{ "setuid", required_argument, NULL, 'S' },
	{ "setgid", required_argument, NULL, 'G' },
	{ "root", optional_argument, NULL, 'r' },
	{ "wd", optional_argument, NULL, 'w' },
	{ "wdns", optional_argument, NULL, 'W' },
	{ "env", no_argument, NULL, 'e' },
	{ "no-fork", no_argument, NULL, 'F' },
	{ "join-cgroup", no_argument, NULL, 'c' },
	{ "preserve-credentials", no_argument, NULL, PRESERVE_CREDENTIALS },
	{ "keep-caps", no_argument, NULL, KEEP_CAPS },
	{ "user-parent", no_argument, NULL, USER_PARENT },
	{ "follow-context", no_argument, NULL, 'Z' },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"\nUsage:\n"
	" nsenter [options] [<program> [<argument>...]]\n\n"
	"Run a program with namespaces of other processes.\n\n"
	"Options:\n"
	" -a, --all                     enter all namespaces\n"
	" -t, --target <PID>            target process to get namespaces from\n"
	" -m, --mount[=<file>|=:<nsid>] enter mount namespace\n"
	" -u, --uts[=<file>|=:<nsid>]   enter UTS namespace (hostname etc)\n"
	" -i, --ipc[=<file>|=:<nsid>]   enter System V IPC namespace\n"
	" -n, --net[=<file>|=:<nsid>]   enter network namespace\n"
	" -N, --net-socket <fd>         enter socket's network namespace "
	"(needs --target)\n"
	" -p, --pid[=<file>|=:<nsid>]   enter pid namespace\n"
	" -C, --cgroup[=<file>|=:<nsid>] enter cgroup namespace\n"
	" -U, --user[=<file>|=:<nsid>]  enter user namespace\n"
	"     --user-parent             enter parent user namespace\n"
	" -T, --time[=<file>|=:<nsid>]  enter time namespace\n"
	" -S, --setuid <uid>            set uid in entered namespace\n"
	" -G, --setgid <gid>            set gid in entered namespace\n"
	"     --preserve-credentials    do not touch uids or gids\n"
	"     --keep-caps               retain capabilities granted in user "
	"namespaces\n"
	" -r, --root[=<dir>]            set the root directory\n"
	" -w, --wd[=<dir>]              set the working directory\n"
	" -W, --wdns <dir>              set the working directory in namespace\n"
	" -e, --env                     inherit environment variables from "
	"target process\n"
	" -F, --no-fork                 do not fork before exec'ing <program>\n"
	" -c, --join-cgroup             join the cgroup of the target process\n"
	" -Z, --follow-context          set SELinux context according to "
	"--target PID\n\n"
	" -h, --help                    display this help\n"
	" -V, --version                 display version\n\n"
	"For more details see nsenter(1).\n";

/* ---- what is wrong ---- */

static void end(struct call *call, int status)
{
	call->is_over = true;
	call->status = status;
}

static void PRINTF(2, 3) fail(struct call *call, const char *fmt, ...)
{
	va_list args;

	if (call->is_over)
		return;
	fputs("nsenter: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	end(call, 1);
}

static void print_ambiguous(const char *word, size_t len)
{
	fprintf(stderr,
		"nsenter: option '%s' is ambiguous; possibilities:", word);
	for (const struct option *o = long_options; o->name; o++)
		if (strncmp(o->name, word + 2, len) == 0)
			fprintf(stderr, " '--%s'", o->name);
	fputc('\n', stderr);
}

/* In the words of the GNU C library, whichever we are built with. */
static void bad_option(struct call *call, int letter, const char *word)
{
	size_t len = strncmp(word, "--", 2) == 0 ? strcspn(word + 2, "=") : 0;
	int matches = 0;

	for (const struct option *o = long_options; len && o->name; o++)
		matches += strncmp(o->name, word + 2, len) == 0;
	if (len && letter == ':')
		fprintf(stderr, "nsenter: option '%s' requires an argument\n",
			word);
	else if (matches > 1)
		print_ambiguous(word, len);
	else if (matches == 1)
		fprintf(stderr,
			"nsenter: option '%.*s' doesn't allow an argument\n",
			(int)len + 2, word);
	else if (len)
		fprintf(stderr, "nsenter: unrecognized option '%s'\n", word);
	else
		fprintf(stderr, "nsenter: %s -- '%c'\n",
			letter == ':' ? "option requires an argument" :
					"invalid option",
			optopt);
	fputs("Try 'nsenter --help' for more information.\n", stderr);
	end(call, 1);
}

/* ---- options ---- */

/* "1234" or "1234:INODE", of the pidfd */
static void take_target(struct call *call, char *word)
{
	size_t len = strcspn(word, ":");
	uint64_t pid, inode = 0;

	if (call->enter.target) {
		fail(call, "option --target may be given only once");
		return;
	}
	if (num_parse_u64_n(word, len, &pid) < 0 || pid == 0 ||
	    pid > INT32_MAX ||
	    (word[len] && num_parse_u64(word + len + 1, &inode) < 0)) {
		fail(call, "failed to parse PID argument '%s'", word);
		return;
	}
	word[len] = '\0';
	call->pid = word;
	call->enter.target = word;
	call->enter.pidfd_inode = inode;
}

static const char *without_sign(const char *word)
{
	return word && *word == '=' ? word + 1 : word;
}

static void take_kind(struct call *call, int letter, const char *file)
{
	int kind = kind_of_letter(letter);

	file = without_sign(file);
	if (file)
		call->enter.from[kind] = file;
	else
		call->enter.kinds |= 1u << kind;
}

static void take_id(struct call *call, const char *word, const char *what,
		    const char **field)
{
	uint32_t id;

	if (strcmp(word, "follow") != 0 && num_parse_u32(word, &id) < 0)
		fail(call, "failed to parse %s: '%s'", what, word);
	*field = word;
}

static void take_directory(struct call *call, int letter, const char *word)
{
	struct kist_enter *enter = &call->enter;

	word = without_sign(word);
	if (letter == 'r')
		enter->root = word ? word : "";
	else if (letter == 'w')
		enter->cwd = word ? word : "";
	else
		enter->cwd_inside = word;
	call->has_wd |= letter == 'w';
	call->has_wdns |= letter == 'W';
	if (call->has_wd && call->has_wdns)
		fail(call, "mutually exclusive arguments: --wd --wdns");
}

static void take_flag(struct call *call, int letter)
{
	struct kist_enter *enter = &call->enter;
	const struct {
		int letter;
		bool *flag;
	} flags[] = {
		{ 'a', &call->all },
		{ 'e', &enter->env },
		{ 'F', &enter->no_fork },
		{ 'c', &enter->cgroup },
		{ 'Z', &enter->selinux },
		{ PRESERVE_CREDENTIALS, &enter->keep_credentials },
		{ KEEP_CAPS, &enter->keep_caps },
		{ USER_PARENT, &enter->user_parent },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (flags[i].letter == letter)
			*flags[i].flag = true;
}

static void take_option(struct call *call, int letter, const char *word)
{
	switch (letter) {
	case 'h':
		fputs(help, stdout);
		end(call, 0);
		break;
	case 'V':
		puts("nsenter from util-linux 2.42 (kist " KIST_VERSION ")");
		end(call, 0);
		break;
	case '?':
	case ':':
		bad_option(call, letter, word);
		break;
	case 't':
		take_target(call, optarg);
		break;
	case 'N':
		call->enter.socket = optarg;
		break;
	case 'S':
		take_id(call, optarg, "uid", &call->enter.uid);
		break;
	case 'G':
		take_id(call, optarg, "gid", &call->enter.gid);
		break;
	case 'r':
	case 'w':
	case 'W':
		take_directory(call, letter, optarg);
		break;
	default:
		if (letter < 256 && kind_of_letter(letter) >= 0)
			take_kind(call, letter, optarg);
		else
			take_flag(call, letter);
	}
}

/* ---- doing it ---- */

/* Return: the first kind asked for, as its file is called. */
static const char *first_kind(const struct call *call)
{
	for (int i = 0; i < KIND_COUNT; i++)
		if (call->enter.kinds & 1u << i)
			return kind_names[i];
	return "user";
}

static void check(struct call *call)
{
	struct kist_enter *enter = &call->enter;

	if (enter->target)
		return;
	if (enter->kinds || call->all || enter->socket || enter->user_parent)
		fail(call, "no target PID specified");
	else if (enter->root && !*enter->root)
		fail(call, "neither filename nor target pid supplied for root");
	else if (enter->cwd && !*enter->cwd)
		fail(call, "neither filename nor target pid supplied for cwd");
	else if (enter->env)
		fail(call,
		     "neither filename nor target pid supplied for environ");
}

static int not_executed(const struct call *call, const struct kist_error *err)
{
	const char *const *command = call->enter.command;

	fprintf(stderr, "nsenter: failed to execute %s: %s\n",
		command ? command[0] : "/bin/sh",
		errno_text(err->errnum ? err->errnum : ENOENT));
	return kist_error_class(err->id) == KIST_CLASS_NOT_FOUND ? 127 : 126;
}

/* The kind, and the file given for it, that an error is about. */
static bool is_about_file(const struct call *call, const struct kist_error *err,
			  const char **ret_kind, const char **ret_file)
{
	for (int i = 0; i < KIND_COUNT; i++) {
		const char *file = call->enter.from[i];

		if (!file || !strstr(err->what, file))
			continue;
		*ret_kind = kind_names[i];
		*ret_file = file;
		return true;
	}
	return false;
}

static int report(const struct call *call, const struct kist_error *err)
{
	enum kist_class class = kist_error_class(err->id);
	const char *text = errno_text(err->errnum ? err->errnum : EINVAL);
	const char *kind, *file;
	char name[16];

	if (class == KIST_CLASS_NOT_FOUND || class == KIST_CLASS_NOT_EXEC)
		return not_executed(call, err);
	if (err->id == KIST_E_TARGET_UNKNOWN && call->pid &&
	    !strstr(err->what, " of id "))
		fprintf(stderr, "nsenter: cannot open /proc/%s/ns/%s: %s\n",
			call->pid, first_kind(call), errno_text(ENOENT));
	else if (sscanf(err->what, "enter the %15s namespace", name) == 1)
		fprintf(stderr,
			"nsenter: reassociate to namespace 'ns/%s' failed: "
			"%s\n",
			name, text);
	else if (is_about_file(call, err, &kind, &file) &&
		 err->id == KIST_E_NS_KIND)
		fprintf(stderr,
			"nsenter: reassociate to namespace 'ns/%s' failed: "
			"%s\n",
			kind, errno_text(EINVAL));
	else if (is_about_file(call, err, &kind, &file) && err->errnum)
		fprintf(stderr, "nsenter: cannot open %s: %s\n", file, text);
	else if (err->errnum)
		fprintf(stderr, "nsenter: %s: %s\n", err->what, text);
	else
		fprintf(stderr, "nsenter: %s\n", err->what);
	return 1;
}

static int enter(struct call *call)
{
	struct kist_enter_end end = { 0 };
	struct kist_error err = { 0 };

	if (kist_enter(NULL, &call->enter, NULL, NULL, &end, &err) < 0)
		return report(call, &err);
	if (end.signal) {
		signal(end.signal, SIG_DFL);
		raise(end.signal);
	}
	return end.status;
}

static int nsenter_main(int argc, char **argv)
{
	struct call call = { 0 };
	int letter;

	opterr = 0;
	while (!call.is_over &&
	       (letter = getopt_long(argc, argv,
				     "+:ahVt:m::u::i::n::N:p::C::U::T::S:G:r::"
				     "w::W::ecFZ",
				     long_options, NULL)) != -1)
		/* behind the last word for a value that is missing */
		take_option(&call, letter,
			    argv[(optind < argc ? optind : argc) - 1]);
	check(&call);
	if (call.is_over)
		return call.status;
	if (optind < argc)
		call.enter.command = (const char *const *)argv + optind;
	call.enter.all = call.all;
	call.enter.only_asked = call.enter.kernel_ids = true;
	call.enter.no_refresh = call.enter.pass_fds = true;
	call.enter.keep_same = true;
	return enter(&call);
}

const struct personality compat_nsenter = { "nsenter", nsenter_main };
