/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mount_option.h - the words of mount options, and what they mean
 *
 * mount_option_table[] is all words that kist takes for itself; any other word
 * is the file system's ("size=64k"). It feeds the reading of config.json and
 * -v, the help, and `features`.
 *
 * Threads:    constant data. Texts are in place: pointers would be written to
 *             at each start of a program that is position-independent.
 * Child-safe: yes.
 * See:        mount(8), mount_setattr(2), runtime-spec config.md "Linux mount
 *             options"
 */
#ifndef KERNEL_MOUNT_OPTION_H
#define KERNEL_MOUNT_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mount_option_kind {
	MOUNT_OPTION_NOTHING,	 /* what is so anyway: "defaults", "loud" */
	MOUNT_OPTION_ATTR,	 /* @set, @clr for this mount; also @sb_flag */
	MOUNT_OPTION_RECURSIVE,	 /* @set, @clr for the whole tree: "rro" */
	MOUNT_OPTION_SUPERBLOCK, /* @sb_flag alone: "sync" */
	MOUNT_OPTION_PROPAGATION,
	MOUNT_OPTION_BIND,  /* @recursive: "rbind" */
	MOUNT_OPTION_IDMAP, /* @recursive: "ridmap" */
	MOUNT_OPTION_REMOUNT,
	MOUNT_OPTION_COPY_UP,	   /* "tmpcopyup" */
	MOUNT_OPTION_COPY_SYMLINK, /* of crun, as the next two */
	MOUNT_OPTION_SRC_NOFOLLOW,
	MOUNT_OPTION_DEST_NOFOLLOW,
};

/**
 * struct mount_option - one word
 * @set, @clr:	MOUNT_ATTR_*, as mount_setattr(2) wants them
 * @propagation: MS_SHARED …, with MS_REC
 * @sb_flag:	flag for fsconfig(2) of a new file system (never of a bind
 *		mount, whose file system is not ours), or ""
 * @recursive:	for the mounts below, too
 */
struct mount_option {
	char name[20];
	enum mount_option_kind kind;
	bool recursive;
	uint64_t set, clr;
	unsigned long propagation;
	char sb_flag[12];
};

extern const struct mount_option mount_option_table[];
extern const size_t mount_option_count;

/* Return: the row, or NULL if the word is the file system's. */
const struct mount_option *mount_option_find(const char *word);

/**
 * mount_option_apply() - add a row's @set and @clr to what earlier words said
 *
 * The later word wins. The result is what mount_setattr(2) takes: to set one
 * of the access-time modes, the whole field is cleared first.
 */
void mount_option_apply(const struct mount_option *option, uint64_t *set,
			uint64_t *clr);

#endif
