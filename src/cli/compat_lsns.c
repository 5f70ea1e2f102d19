/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compat_lsns.c - the name lsns: as lsns(8) of util-linux 2.42
 *
 * Options, columns, formats, messages and exit statuses are that program's;
 * what is kist's own (STATE, NAMES, PINS, TARGETs) is not offered here.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "cli/compat.h"
#include "cli/ls_rows.h"

enum { OPT_OUTPUT_ALL = 256 };

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'J' },
	{ "task", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ "output", required_argument, NULL, 'o' },
	{ "output-all", no_argument, NULL, OPT_OUTPUT_ALL },
	{ "persistent", no_argument, NULL, 'P' },
	{ "filter", required_argument, NULL, 'Q' },
	{ "notruncate", no_argument, NULL, 'u' },
	{ "version", no_argument, NULL, 'V' },
	{ "noheadings", no_argument, NULL, 'n' },
	{ "nowrap", no_argument, NULL, 'W' },
	{ "list", no_argument, NULL, 'l' },
	{ "raw", no_argument, NULL, 'r' },
	{ "type", required_argument, NULL, 't' },
	{ "tree", optional_argument, NULL, 'T' },
	{ "list-columns", no_argument, NULL, 'H' },
	{ NULL, 0, NULL, 0 },
};

/**
 * struct call - what the words say
 * @done:	nothing is left to do; the status is @status
 */
struct call {
	struct ls_view view;
	struct kist_ns_query query;
	const char *output;
	bool list, done;
	int status;
	char seen[128];
};

static int fail(struct call *call, const char *what, const char *word)
{
	fprintf(stderr, "lsns: %s%s\n", what, word);
	call->done = true;
	call->status = 1;
	return 1;
}

static void print_help(void)
{
	fputs("\nUsage:\n lsns [options] [<namespace ID>]\n\n"
	      "List system namespaces.\n\nOptions:\n"
	      " -J, --json             use JSON output format\n"
	      " -l, --list             use list format output\n"
	      " -n, --noheadings       don't print headings\n"
	      " -o, --output <list>    define which output columns to use\n"
	      "     --output-all       output all columns\n"
	      " -P, --persistent       namespaces without processes\n"
	      " -p, --task <pid>       print process namespaces\n"
	      " -Q, --filter <expr>    apply display filter\n"
	      " -r, --raw              use the raw output format\n"
	      " -u, --notruncate       don't truncate text in columns\n"
	      " -W, --nowrap           don't use multi-line representation\n"
	      " -t, --type <name>      namespace type (mnt, net, ipc, user, "
	      "pid, uts, cgroup, time)\n"
	      " -T, --tree[=<rel>]     use tree format (parent, owner, or "
	      "process)\n\n"
	      " -H, --list-columns     list the available columns\n"
	      " -h, --help             display this help\n"
	      " -V, --version          display version\n\n"
	      "For more details see lsns(8).\n",
	      stdout);
}

static void print_columns(void)
{
	for (enum ls_column i = 0; i < LS_OF_LSNS; i++)
		printf("%7s %-9s %s\n", ls_columns[i].name,
		       ls_columns[i].number ? "<integer>" : "<string>",
		       ls_columns[i].help);
}

/* ---- the words ---- */

static void take_type(struct call *call, const char *word)
{
	unsigned kinds;

	if (strpbrk(word, ",_") || !*word ||
	    kist_ns_kinds(word, &kinds, NULL) < 0)
		fail(call, "unknown namespace type: ", word);
	else
		call->query.kinds |= kinds;
}

static void take_tree(struct call *call, const char *word)
{
	call->view.tree = LS_TREE_OWNER;
	if (word && *word == '=')
		word++;
	if (!word || strcmp(word, "owner") == 0)
		return;
	if (strcmp(word, "parent") == 0)
		call->view.tree = LS_TREE_PARENT;
	else if (strcmp(word, "process") == 0)
		call->view.tree = LS_TREE_PROCESS;
	else
		fail(call, "unknown tree type: ", word);
}

static void take_pid(struct call *call, const char *word)
{
	uint32_t pid;
	char quoted[LS_WORD];

	if (num_parse_u32(word, &pid) == 0 && pid > 0 && pid <= INT32_MAX) {
		call->query.pid = (pid_t)pid;
		return;
	}
	snprintf(quoted, sizeof(quoted), "'%s'", word);
	fail(call, "invalid PID argument: ", quoted);
}

static void finish(struct call *call)
{
	call->done = true;
	call->status = 0;
}

static const char *long_name(int letter)
{
	for (const struct option *o = long_options; o->name; o++)
		if (o->val == letter)
			return o->name;
	return "";
}

/* Two that exclude each other. */
static void check_pair(struct call *call, int letter)
{
	static const char pairs[][2] = { { 'J', 'r' },
					 { 'P', 'p' },
					 { 'l', 'T' } };
	char text[LS_WORD];

	if (letter < 0 || letter >= (int)sizeof(call->seen))
		return;
	call->seen[letter] = 1;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const char *pair = pairs[i];

		if ((pair[0] != letter && pair[1] != letter) ||
		    !call->seen[(int)pair[0]] || !call->seen[(int)pair[1]])
			continue;
		snprintf(text, sizeof(text), "--%s and --%s",
			 long_name(pair[0]), long_name(pair[1]));
		strcat(text, " cannot be combined");
		fail(call, "options ", text);
	}
}

static void take_value(struct call *call, int letter, const char *word)
{
	switch (letter) {
	case 'o':
		call->output = word;
		break;
	case 'p':
		take_pid(call, word);
		break;
	case 'Q':
		call->view.filter = word;
		break;
	case 't':
		take_type(call, word);
		break;
	case 'T':
		take_tree(call, word);
		break;
	}
}

static void take_flag(struct call *call, int letter)
{
	struct ls_view *view = &call->view;

	switch (letter) {
	case 'J':
		view->json = true;
		break;
	case 'P':
		view->persistent = true;
		break;
	case 'u':
		view->no_trunc = true;
		break;
	case 'n':
		view->no_headings = true;
		break;
	case 'W':
		view->no_wrap = true;
		break;
	case 'l':
		call->list = true;
		break;
	case 'r':
		view->raw = view->no_wrap = true;
		break;
	case OPT_OUTPUT_ALL:
		for (view->count = 0; view->count < LS_OF_LSNS; view->count++)
			view->columns[view->count] =
				(enum ls_column)view->count;
		break;
	}
}

/* In the words of the GNU C library, whichever we are built with. */
static void bad_option(struct call *call, int letter, const char *word)
{
	const char *what = letter == ':' ? "option requires an argument -- " :
					   "invalid option -- ";

	if (strncmp(word, "--", 2) == 0 && letter == ':')
		fprintf(stderr, "lsns: option '%s' requires an argument\n",
			word);
	else if (strncmp(word, "--", 2) == 0)
		fprintf(stderr, "lsns: unrecognized option '%s'\n", word);
	else
		fprintf(stderr, "lsns: %s'%c'\n", what, optopt);
	fputs("Try 'lsns --help' for more information.\n", stderr);
	call->done = true;
	call->status = 1;
}

static void take_option(struct call *call, int letter, const char *word)
{
	check_pair(call, letter);
	if (call->done)
		return;
	switch (letter) {
	case 'h':
		print_help();
		finish(call);
		break;
	case 'V':
		puts("lsns from util-linux 2.42 (kist " KIST_VERSION ")");
		finish(call);
		break;
	case 'H':
		print_columns();
		finish(call);
		break;
	case '?':
	case ':':
		bad_option(call, letter, word);
		break;
	default:
		take_flag(call, letter);
		take_value(call, letter, optarg);
	}
}

static void take_operand(struct call *call, const char *word)
{
	char quoted[LS_WORD];

	if (call->query.pid) {
		fail(call, "--task is mutually exclusive with <namespace>", "");
	} else if (num_parse_u64(word, &call->query.ino) < 0) {
		snprintf(quoted, sizeof(quoted), "'%s'", word);
		fail(call, "invalid namespace argument: ", quoted);
	}
}

/* ---- what is shown if nothing is said ---- */

static void add_column(struct ls_view *view, enum ls_column column)
{
	view->columns[view->count++] = column;
}

static void usual_columns(struct call *call)
{
	struct ls_view *view = &call->view;
	bool own = view->count == 0;

	if (call->query.ino) {
		if (!view->tree && !call->list)
			view->tree = LS_TREE_PROCESS;
		if (!own)
			return;
		add_column(view, LS_PID);
		add_column(view, LS_PPID);
		add_column(view, LS_USER);
		add_column(view, LS_COMMAND);
		return;
	}
	if (!own)
		return;
	add_column(view, LS_NS);
	add_column(view, LS_TYPE);
	add_column(view, LS_NPROCS);
	add_column(view, LS_PID);
	add_column(view, LS_USER);
	if (call->query.kinds & KIST_NS_NET) {
		add_column(view, LS_NETNSID);
		add_column(view, LS_NSFS);
	}
	add_column(view, LS_COMMAND);
	if (!view->tree && !call->list)
		view->tree = LS_TREE_PROCESS;
}

/* "-o LIST" takes the place of the usual columns, "+LIST" adds to them. */
static void choose_columns(struct call *call)
{
	char buffer[LS_WORD];
	const char *word;

	if (call->output && call->output[0] != '+') {
		word = ls_view_columns(&call->view, call->output, buffer);
		usual_columns(call);
	} else {
		usual_columns(call);
		word = call->output ? ls_view_columns(&call->view, call->output,
						      buffer) :
				      NULL;
	}
	if (word)
		fail(call, "unknown column: ", word);
}

/* ---- doing it ---- */

static int print_error(const struct kist_error *err)
{
	char line[1200];

	kist_error_line(err, line, sizeof(line));
	fprintf(stderr, "lsns: %s\n", line);
	return 1;
}

static int print(struct call *call, const struct kist_ns_list *list)
{
	struct kist_error err = { 0 };
	struct ls_rows rows;
	int ret;

	ls_rows_init(&rows);
	ret = call->query.ino ?
		      ls_rows_add_members(&rows, &call->view, list, &err) :
		      ls_rows_add(&rows, &call->view, list, &err);
	if (ret == 0)
		ret = ls_print(&rows, &call->view, stdout);
	ls_rows_done(&rows);
	return ret < 0 ? print_error(&err) : 0;
}

static int show(struct call *call)
{
	struct kist_error err = { 0 };
	struct kist_ns_list *list;
	int ret;

	call->view.nested = call->view.tree != LS_TREE_NONE;
	call->query.want = ls_view_wants(&call->view);
	call->query.search = KIST_NS_SEARCH_OPEN;
	ret = kist_ns_list(NULL, &call->query, &list, &err);
	if (err.id == KIST_E_LIST_NAMESPACE) {
		fprintf(stderr, "lsns: not found namespace: %llu\n",
			(unsigned long long)call->query.ino);
		return 1;
	}
	/* Nothing is of a process that is not there. */
	if (err.id == KIST_E_LIST_PROCESS) {
		static const struct kist_ns_list none;

		return print(call, &none);
	}
	if (ret < 0)
		return print_error(&err);
	ret = print(call, list);
	kist_ns_list_free(list);
	return ret;
}

static int lsns_main(int argc, char **argv)
{
	struct call call = { 0 };
	int letter;

	opterr = 0;
	while (!call.done &&
	       (letter = getopt_long(argc, argv, ":JlPp:o:nruhVt:T::WQ:H",
				     long_options, NULL)) != -1)
		take_option(&call, letter, argv[optind - 1]);
	if (!call.done && optind < argc)
		take_operand(&call, argv[optind]);
	if (!call.done)
		choose_columns(&call);
	if (!call.done)
		call.status = show(&call);
	return call.status;
}

const struct personality compat_lsns = { "lsns", lsns_main };
