/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compat_tini.c - kist as tini(1)
 *
 * What is always so here and an option there: orphans are reaped without -s,
 * too. -v is accepted; there is no more to say.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kist/init.h>

#include "base/num.h"
#include "cli/compat.h"
#include "cli/opt.h"

#define STATUSES 256

static const char usage_text[] =
	"Usage: %s [OPTIONS] PROGRAM -- [ARGS] | --version\n\n"
	"  -s            reap orphans without being process 1 (always so)\n"
	"  -p SIGNAL     get SIGNAL when the parent dies\n"
	"  -v            accepted; there is no more to say\n"
	"  -w            warn when an orphan is reaped\n"
	"  -g            send signals to the program's process group\n"
	"  -e EXIT_CODE  exit with 0 instead of EXIT_CODE (0 to 255)\n"
	"  -l            show the licence\n"
	"  -h            show this\n\n"
	"TINI_KILL_PROCESS_GROUP in the environment is as -g.\n";

struct tini {
	struct kist_init init;
	int statuses[STATUSES];
};

static int fatal(const char *what, const char *value)
{
	fprintf(stderr, "[FATAL tini (%d)] Not a valid option for %s: %s\n",
		(int)getpid(), what, value);
	return EXIT_FAILURE;
}

static int add_status(struct tini *tini, const char *word)
{
	uint32_t status;

	if (num_parse_u32(word, &status) < 0 || status >= STATUSES ||
	    tini->init.as_success_count >= STATUSES)
		return fatal("-e", word);
	tini->statuses[tini->init.as_success_count++] = (int)status;
	return 0;
}

/* Return: 0; -1: stop, and succeed; or the exit status. */
static int read_option(struct tini *tini, int option, const char *name)
{
	struct kist_error err = { 0 };

	switch (option) {
	case 'g':
		tini->init.group = true;
		return 0;
	case 'w':
		tini->init.warn = true;
		return 0;
	case 's':
	case 'v':
		return 0;
	case 'e':
		return add_status(tini, optarg);
	case 'p':
		if (opt_signal(&tini->init.parent_death, optarg, &err) < 0)
			return fatal("-p", optarg);
		return 0;
	case 'l':
		puts("Apache License, Version 2.0");
		return -1;
	case 'h':
		printf(usage_text, name);
		return -1;
	default:
		fprintf(stderr, usage_text, name);
		return EXIT_FAILURE;
	}
}

static int fail(const char *program, const struct kist_error *err)
{
	char line[600];

	if (err->id == KIST_E_COMMAND_NOT_FOUND ||
	    err->id == KIST_E_COMMAND_NOT_EXECUTABLE)
		snprintf(line, sizeof(line), "exec %s failed: %s", program,
			 strerror(err->errnum ? err->errnum : ENOENT));
	else
		kist_error_line(err, line, sizeof(line));
	fprintf(stderr, "[FATAL tini (%d)] %s\n", (int)getpid(), line);
	if (err->id == KIST_E_COMMAND_NOT_FOUND)
		return 127;
	return err->id == KIST_E_COMMAND_NOT_EXECUTABLE ? 126 : EXIT_FAILURE;
}

static int tini_main(int argc, char **argv)
{
	struct tini tini = { .init = { .own_group = true } };
	struct kist_error err = { 0 };
	int option;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("tini version 0.19.0 (kist " KIST_VERSION ")");
		return 0;
	}
	if (getenv("TINI_KILL_PROCESS_GROUP"))
		tini.init.group = true;
	while ((option = getopt(argc, argv, "+hvwgle:p:s")) != -1) {
		int status = read_option(&tini, option, argv[0]);

		if (status)
			return status < 0 ? 0 : status;
	}
	if (optind >= argc) {
		fprintf(stderr, usage_text, argv[0]);
		return EXIT_FAILURE;
	}
	tini.init.as_success = tini.statuses;
	tini.init.argv = (const char *const *)argv + optind;
	kist_init_become(&tini.init, &err);
	return fail(argv[optind], &err);
}

const struct personality compat_tini = { "tini", tini_main };
