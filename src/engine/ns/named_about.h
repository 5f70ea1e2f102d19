/* SPDX-License-Identifier: Apache-2.0 */
/**
 * named_about.h - what is written down about a named set, between named*.c
 *
 *	{ "created": 1795338670123456789, "holder": 1234,
 *	  "holderStart": 5678, "kinds": [ "net", "uts" ] }
 */
#ifndef ENGINE_NS_NAMED_ABOUT_H
#define ENGINE_NS_NAMED_ABOUT_H

#include "engine/folders.h"
#include "engine/ns/named.h"

#define NETNS_FOLDER "/run/netns"

/* RUN/ns, in the arena; NULL: not known. */
const char *named_root(const struct kist *kist, struct arena *arena);

/**
 * struct named_about - the file `about`
 * @holder:	0: none
 * @holder_start: as in struct proc_stat
 */
struct named_about {
	pid_t holder;
	uint64_t holder_start;
	int64_t created;
	uint32_t kinds;
};

/* Return: 0 or -errno. */
MUST_CHECK int named_about_load(int dir_fd, struct named_about *ret_about);
MUST_CHECK int named_about_save(int dir_fd, const struct named_about *about);

/* As it stands in the file; in the arena. */
const char *named_about_text(const struct named_about *about,
			     struct arena *arena);

/* NAME_SYNTAX, NAME_TAKEN (-EEXIST: a container or other namespaces). */
MUST_CHECK int named_check_new(const struct kist *kist, const char *name,
			       struct kist_error *err);

/* Hold off others who make or remove names, until the fd is closed. Return:
 * the fd, or a negative errno (STORE). */
MUST_CHECK int named_lock(const struct kist *kist, struct kist_error *err);

/**
 * named_claim() - the folder of a new set, without namespaces in it
 *
 * For root RUN/ns is made a private mount, for a mount namespace can be bound
 * to nothing else.
 *
 * Return: its fd (in a dry run -1); a negative errno (NAME_TAKEN, STORE).
 */
struct named_place {
	const char *root, *path;
	int lock_fd, root_fd, dir_fd;
};
MUST_CHECK int named_claim(const struct kist *kist, const char *name,
			   const struct kist_trace *trace, struct arena *arena,
			   struct named_place *ret_place,
			   struct kist_error *err);
void named_place_close(struct named_place *place);

/* Take away what is in the folder, and itself. */
void named_clear(int root_fd, const char *name);

/* /run/netns/NAME, bound to what is at @from. */
MUST_CHECK int named_share_netns(const char *name, const char *from,
				 const struct kist_trace *trace,
				 struct kist_error *err);

/* May we mount? Root in a user namespace of its own is not enough to share
 * with others, but it is for oneself. */
bool named_can_bind(void);

#endif
