/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/idmap.h - id maps of user namespaces: seen, checked, translated
 *
 * TARGET strings are those of kist(1); NULL is ".", the caller.
 *
 * Ownership:  what is returned is freed with the function named for it.
 * Return:     0, or a negative errno with the error filled in.
 * See:        user_namespaces(7), subuid(5)
 */
#ifndef KIST_IDMAP_H
#define KIST_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kist/error.h>
#include <kist/run.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KIST_ID_LINES 340	/* a map has at most so many lines */
#define KIST_ID_LEVELS 32	/* user namespaces nest so deep */
#define KIST_ID_NONE UINT32_MAX /* an id that is not mapped */

enum kist_id_kind { KIST_ID_UID, KIST_ID_GID };

/* @outside: as the caller sees it */
struct kist_id_map {
	uint32_t inside, outside, count;
};

/**
 * struct kist_id_level - one user namespace
 * @inode:	its number in /proc/PID/ns/user
 * @pid:	a process in it, whose maps these are; 0: none was found
 * @count, @map: by enum kist_id_kind
 * @setgroups:	setgroups(2) is allowed: 1, 0, or -1: not known
 */
struct kist_id_level {
	uint64_t inode;
	pid_t pid;
	size_t count[2];
	struct kist_id_map map[2][KIST_ID_LINES];
	int setgroups;
};

/**
 * struct kist_ids - who a process is, and the user namespaces around it
 * @label:	"process 1234 (nginx)"
 * @pid:	0: a namespace without a process
 * @outside:	its effective user and group as the caller sees them
 * @inside:	the same as it sees them itself; KIST_ID_NONE: not mapped
 * @caps:	its effective capabilities, a mask
 * @is_ours:	it is in the caller's user namespace
 * @level:	from its own outwards, the caller's own not included (but for
 *		@is_ours: then it is the only one)
 */
struct kist_ids {
	char *label;
	pid_t pid;
	uint32_t outside[2], inside[2];
	uint64_t caps;
	bool is_ours;
	size_t level_count;
	struct kist_id_level *level;
};

int kist_ids(const struct kist *kist, const char *target,
	     struct kist_ids *ret_ids, struct kist_error *err);
void kist_ids_free(struct kist_ids *ids);

/* Of a level. Return: KIST_ID_NONE if it is not mapped. */
uint32_t kist_id_outside(const struct kist_id_level *level,
			 enum kist_id_kind kind, uint32_t inside);
uint32_t kist_id_inside(const struct kist_id_level *level,
			enum kist_id_kind kind, uint32_t outside);

/* What the kernel shows for an id that is not mapped: 65534 as a rule. */
uint32_t kist_id_overflow(enum kist_id_kind kind);

/**
 * struct kist_id_verdict - may a user write this line of a map?
 * @text:	"0:100000:65536"
 * @allowed:	it may be written
 * @why:	"root may map everything", "/etc/subuid: ann:100000:65536"
 * @missing:	the line that would allow it, "ann:100000:65536", or ""
 */
struct kist_id_verdict {
	const char *text;
	enum kist_id_kind kind;
	bool allowed;
	char why[160];
	char missing[96];
};

/**
 * kist_id_check() - are the lines of a map valid, and allowed?
 * @maps:	"INSIDE:OUTSIDE:COUNT", NULL-terminated
 * @ret_verdicts: one for each of @maps, the caller's array
 *
 * Return: 0 whatever the verdicts are; ID_MAP if the map is not valid.
 */
int kist_id_check(const char *const *maps, enum kist_id_kind kind,
		  struct kist_id_verdict *ret_verdicts, struct kist_error *err);

/**
 * struct kist_id_advice - subordinate ids for a user
 * @user:	a name, or the number if it has none
 * @has:	the line it has already, or ""
 * @line:	one to add, that overlaps nobody's; "" if @has is not
 */
struct kist_id_advice {
	char user[64];
	char has[2][96], line[2][96];
};

/* @user: a name or number; NULL: the caller. Return: USER_UNKNOWN … */
int kist_id_suggest(const char *user, struct kist_id_advice *ret_advice,
		    struct kist_error *err);

/**
 * kist_id_owners() - files whose owners nobody is
 * @dir:	searched with all below it on the same file system
 * @ids:	whose view
 * @each:	called for each; @path as found, @uid and @gid as the caller
 *		sees them, @unmapped: a mask of (1 << enum kist_id_kind)
 *
 * In the caller's own view, and in a namespace with a map for everybody, an id
 * is unmapped if it is the overflow id.
 *
 * Return: 0, or SYSTEM: the folder cannot be read.
 */
int kist_id_owners(const char *dir, const struct kist_ids *ids,
		   void (*each)(void *context, const char *path, uint32_t uid,
				uint32_t gid, unsigned unmapped),
		   void *context, struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
