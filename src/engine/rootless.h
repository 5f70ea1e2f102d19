/* SPDX-License-Identifier: Apache-2.0 */
/* rootless.h - what an ordinary user needs a user namespace for */
#ifndef ENGINE_ROOTLESS_H
#define ENGINE_ROOTLESS_H

#include "base/err.h"
#include "engine/folders.h"

/**
 * rootless_remove() - remove a record in which files of subordinate ids are
 *
 * An ordinary user may not remove what root inside a container gave to
 * another user there. In a user namespace with the same maps, as its root, it
 * is allowed.
 *
 * Return: 0 or a negative errno (STORE, ID_MAP…).
 */
MUST_CHECK int rootless_remove(const struct folders *folders,
			       const struct record *record,
			       struct kist_error *err);

#endif
