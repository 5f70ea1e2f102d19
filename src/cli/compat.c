/* SPDX-License-Identifier: Apache-2.0 */
/* compat.c - the table of the names of other programs */
#include <stddef.h>
#include <string.h>

#include "base/path.h"
#include "cli/compat.h"

const struct personality *const personalities[] = {
	&compat_tini, &compat_dumb_init, &compat_catatonit,
	&compat_lsns, &compat_unshare,	 &compat_nsenter,
	NULL,
};

const struct personality *personality_find(const char *argv0)
{
	const char *name = argv0 ? path_name(argv0) : "";

	for (const struct personality *const *p = personalities; *p; p++)
		if (strcmp((*p)->name, name) == 0)
			return *p;
	return NULL;
}
