/* SPDX-License-Identifier: Apache-2.0 */
/**
 * link_place.h - the network namespace a word stands for, as a place
 *
 * Ownership: strings in the given arena; close with site_close().
 */
#ifndef ENGINE_NET_LINK_PLACE_H
#define ENGINE_NET_LINK_PLACE_H

#include <kist/run.h>

#include "base/arena.h"
#include "network/site.h"

/**
 * struct link_place - a place and its word
 * @holder:	for an ordinary user: a process in it, as a shell writes it:
 *		"1234", or "$pid_NAME" of one that is still to be made; or NULL
 * @is_new:	the word is a name that stands for nothing yet
 * @was_made:	link_place_make() has made it
 */
struct link_place {
	struct site place;
	const char *word, *holder;
	bool is_new, was_made;
};

/**
 * link_place_find() - find the namespace
 * @word:	a TARGET; "host" is the caller's own, if nothing else is called
 *		so
 * @may_be_new: a name that stands for nothing is fine
 *
 * Return: 0; TARGET_…, NET_DENIED.
 */
MUST_CHECK int link_place_find(const struct kist *kist, const char *word,
			       bool may_be_new, struct arena *arena,
			       struct link_place *ret_place,
			       struct kist_error *err);

/**
 * link_place_make() - make the namespace, with its name, and open it
 * @owner:	for an ordinary user: the user namespace to make it in is that
 *		of this place; NULL: a new one
 * @told:	in a dry run of several: NULL before the first
 */
MUST_CHECK int link_place_make(const struct kist *kist,
			       struct link_place *place,
			       const struct link_place *owner, char **told,
			       struct arena *arena,
			       const struct kist_trace *trace,
			       struct kist_error *err);

/* Remove what link_place_make() made. */
void link_place_undo(const struct kist *kist, struct link_place *place);

/* May the caller change devices in it? Return: 0; NET_DENIED. */
MUST_CHECK int link_place_check(const struct link_place *place,
				struct kist_error *err);

#endif
