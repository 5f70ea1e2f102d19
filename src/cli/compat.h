/* SPDX-License-Identifier: Apache-2.0 */
/**
 * compat.h - the names of other programs that kist goes by
 *
 * Called by such a name (a link to it: `kist compat DIR` makes them), kist has
 * that program's options, output and exit statuses. Each is one file,
 * compat_NAME.c, with one or more rows of the table in compat.c.
 */
#ifndef CLI_COMPAT_H
#define CLI_COMPAT_H

/**
 * struct personality - a name
 * @run:	a main function
 */
struct personality {
	const char *name;
	int (*run)(int argc, char **argv);
};

extern const struct personality compat_tini;
extern const struct personality compat_dumb_init;
extern const struct personality compat_catatonit;
extern const struct personality compat_lsns;
extern const struct personality compat_unshare;
extern const struct personality compat_nsenter;

extern const struct personality *const personalities[]; /* NULL-terminated */

/* By the last component of argv[0]. NULL: kist itself. */
const struct personality *personality_find(const char *argv0);

#endif
