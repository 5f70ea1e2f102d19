/* SPDX-License-Identifier: Apache-2.0 */
/* compat_dumb_init.c - kist as dumb-init(1) */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kist/init.h>

#include "base/num.h"
#include "cli/compat.h"

#define REWRITES 64
#define SIGNAL_LAST 31 /* it knows no real-time signals */

static const char usage_text[] =
	"Usage: %s [option] command [[arg] ...]\n\n"
	"   -c, --single-child   send signals to the command alone, not to all\n"
	"                        of its session\n"
	"   -r, --rewrite s:r    send signal s on as r; 0: do not send it on\n"
	"   -v, --verbose        accepted; there is no more to say\n"
	"   -h, --help           show this\n"
	"   -V, --version        show the version\n\n"
	"DUMB_INIT_SETSID=0 in the environment is as -c.\n";

static const char rewrite_help[] =
	"Usage: -r option takes <signum>:<signum>, where <signum> is between 1 "
	"and 31.\n"
	"This option can be specified multiple times.\n"
	"Use --help for full usage.\n";

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "single-child", no_argument, NULL, 'c' },
	{ "rewrite", required_argument, NULL, 'r' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct dumb_init {
	struct kist_init init;
	struct kist_init_rewrite rewrites[REWRITES];
	bool single;
};

/* "15:3" */
static int add_rewrite(struct dumb_init *d, const char *word)
{
	const char *colon = strchr(word, ':');
	uint64_t from;
	uint32_t to;

	if (!colon || d->init.rewrite_count >= REWRITES ||
	    num_parse_u64_n(word, (size_t)(colon - word), &from) < 0 ||
	    num_parse_u32(colon + 1, &to) < 0 || from < 1 ||
	    from > SIGNAL_LAST || to > SIGNAL_LAST) {
		fputs(rewrite_help, stderr);
		return EXIT_FAILURE;
	}
	d->rewrites[d->init.rewrite_count++] =
		(struct kist_init_rewrite){ (int)from, (int)to };
	return 0;
}

/* Return: 0; -1: stop, and succeed; or the exit status. */
static int read_option(struct dumb_init *d, int option, const char *name)
{
	switch (option) {
	case 'c':
		d->single = true;
		return 0;
	case 'r':
		return add_rewrite(d, optarg);
	case 'v':
		return 0;
	case 'V':
		fputs("dumb-init v1.2.5 (kist " KIST_VERSION ")\n", stderr);
		return -1;
	case 'h':
		fprintf(stderr, usage_text, name);
		return -1;
	default:
		return EXIT_FAILURE;
	}
}

static int dumb_init_main(int argc, char **argv)
{
	struct dumb_init d = { 0 };
	struct kist_error err = { 0 };
	const char *setsid = getenv("DUMB_INIT_SETSID");
	char line[600];
	int option;

	d.single = setsid && strcmp(setsid, "0") == 0;
	while ((option = getopt_long(argc, argv, "+hvVcr:", options, NULL)) !=
	       -1) {
		int status = read_option(&d, option, argv[0]);

		if (status)
			return status < 0 ? 0 : status;
	}
	if (optind >= argc) {
		fprintf(stderr,
			"Usage: %s [option] program [args]\n"
			"Try %s --help for full usage.\n",
			argv[0], argv[0]);
		return EXIT_FAILURE;
	}
	d.init.rewrites = d.rewrites;
	d.init.session = d.init.group = d.init.last_term = !d.single;
	d.init.argv = (const char *const *)argv + optind;
	kist_init_become(&d.init, &err);
	if (err.id != KIST_E_COMMAND_NOT_FOUND &&
	    err.id != KIST_E_COMMAND_NOT_EXECUTABLE) {
		kist_error_line(&err, line, sizeof(line));
		fprintf(stderr, "[dumb-init] %s\n", line);
		return EXIT_FAILURE;
	}
	fprintf(stderr, "[dumb-init] %s: %s\n", argv[optind],
		strerror(err.errnum ? err.errnum : ENOENT));
	return 2;
}

const struct personality compat_dumb_init = { "dumb-init", dumb_init_main };
