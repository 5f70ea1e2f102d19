/* SPDX-License-Identifier: Apache-2.0 */
/* compat_catatonit.c - kist as catatonit(1) */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kist/init.h>

#include "cli/compat.h"

static const char usage_text[] =
	"usage: %s [-ghLPV] [--] <progname> [<arguments>...]\n";

static const char help_text[] = "\n"
				"  -g  send signals to the program's process "
				"group\n"
				"  -h  show this\n"
				"  -L  show the licence\n"
				"  -P  no program: wait for TERM or INT\n"
				"  -V  show the version\n";

static int catatonit_error(const char *what, const char *why)
{
	fprintf(stderr, "ERROR (catatonit:%d): %s%s%s\n", (int)getpid(), what,
		why ? ": " : "", why ? why : "");
	return EXIT_FAILURE;
}

/* Return: 0; -1: stop, and succeed; or the exit status. */
static int read_option(struct kist_init *init, bool *pause, int option,
		       const char *name)
{
	switch (option) {
	case 'g':
		init->group = true;
		return 0;
	case 'P':
		*pause = true;
		return 0;
	case 'V':
		puts("tini version 0.1.7_catatonit (kist " KIST_VERSION ")");
		return -1;
	case 'L':
		puts("Apache License, Version 2.0");
		return -1;
	case 'h':
		printf(usage_text, name);
		fputs(help_text, stdout);
		return -1;
	default:
		fprintf(stderr, usage_text, name);
		return EXIT_FAILURE;
	}
}

static int catatonit_main(int argc, char **argv)
{
	struct kist_init init = { .own_group = true };
	struct kist_error err = { 0 };
	bool pause = false;
	int option;

	while ((option = getopt(argc, argv, "+ghLPV")) != -1) {
		int status = read_option(&init, &pause, option, argv[0]);

		if (status)
			return status < 0 ? 0 : status;
	}
	if (!pause && optind >= argc) {
		catatonit_error("missing program name", NULL);
		fprintf(stderr, usage_text, argv[0]);
		return EXIT_FAILURE;
	}
	if (!pause)
		init.argv = (const char *const *)argv + optind;
	kist_init_become(&init, &err);
	return catatonit_error("failed to exec pid1",
			       strerror(err.errnum ? err.errnum : ENOENT));
}

const struct personality compat_catatonit = { "catatonit", catatonit_main };
