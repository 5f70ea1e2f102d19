/* SPDX-License-Identifier: Apache-2.0 */
/* later.c - the verbs of runc that are known by name only
 *
 * Engines ask "checkpoint --help" to learn whether there is such a thing, so
 * even that fails. */
#include "oci/oci.h"

#define LATER(verb, what)                     \
	const struct command cmd_##verb = {   \
		.name = #verb,                \
		.group = "not supported yet", \
		.summary = what,              \
		.unsupported = true,          \
	}

LATER(update, "change the limits of a container");
LATER(events, "show events and usage of a container");
LATER(checkpoint, "save a running container");
LATER(restore, "bring a saved container back");
