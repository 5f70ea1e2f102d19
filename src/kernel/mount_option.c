/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_option.c - the words of mount options, and what they mean
 *
 * How access times work
 * =====================
 *
 * relatime, noatime and strictatime are three values of one field
 * (MOUNT_ATTR__ATIME), and relatime is its zero. "atime" takes noatime back,
 * "norelatime" and "nostrictatime" take theirs back: all of them lead to the
 * kernel's default, relatime.
 *
 * Words that do nothing: "silent" and "loud" are about messages of mount(2);
 * "iversion" is on wherever the file system has it since Linux 5.13 and has
 * no flag in fsconfig(2).
 */
#include <string.h>

#include "base/macros.h"
#include "kernel/mount_option.h"
#include "sys/mount.h"

#define ATIME MOUNT_ATTR__ATIME

/* clang-format off */
#define ROW(word, what, ...) \
	{ .name = word, .kind = MOUNT_OPTION_##what, __VA_ARGS__ }
#define SET(word, bit) ROW(word, ATTR, .set = bit)
#define CLEAR(word, bit) ROW(word, ATTR, .clr = bit)
#define ACCESS_TIME(word, value) ROW(word, ATTR, .set = value, .clr = ATIME)
#define TREE(word, set_bits, clear_bits)                          \
	ROW(word, RECURSIVE, .recursive = true, .set = set_bits,  \
	    .clr = clear_bits)
#define SUPER(word) ROW(word, SUPERBLOCK, .sb_flag = word)
#define SPREAD(word, flag)                                        \
	ROW(word, PROPAGATION, .propagation = flag),              \
	ROW("r" word, PROPAGATION, .propagation = flag | MS_REC,  \
	    .recursive = true)
#define WORD(word, what) ROW(word, what, .recursive = false)
#define WORD_TREE(word, what) ROW(word, what, .recursive = true)

const struct mount_option mount_option_table[] = {
	/* this mount */
	ROW("ro", ATTR, .set = MOUNT_ATTR_RDONLY, .sb_flag = "ro"),
	ROW("rw", ATTR, .clr = MOUNT_ATTR_RDONLY, .sb_flag = "rw"),
	SET("nosuid", MOUNT_ATTR_NOSUID),
	CLEAR("suid", MOUNT_ATTR_NOSUID),
	SET("nodev", MOUNT_ATTR_NODEV),
	CLEAR("dev", MOUNT_ATTR_NODEV),
	SET("noexec", MOUNT_ATTR_NOEXEC),
	CLEAR("exec", MOUNT_ATTR_NOEXEC),
	SET("nodiratime", MOUNT_ATTR_NODIRATIME),
	CLEAR("diratime", MOUNT_ATTR_NODIRATIME),
	SET("nosymfollow", MOUNT_ATTR_NOSYMFOLLOW),
	CLEAR("symfollow", MOUNT_ATTR_NOSYMFOLLOW),
	ACCESS_TIME("atime", MOUNT_ATTR_RELATIME),
	ACCESS_TIME("noatime", MOUNT_ATTR_NOATIME),
	ACCESS_TIME("relatime", MOUNT_ATTR_RELATIME),
	ACCESS_TIME("norelatime", MOUNT_ATTR_RELATIME),
	ACCESS_TIME("strictatime", MOUNT_ATTR_STRICTATIME),
	ACCESS_TIME("nostrictatime", MOUNT_ATTR_RELATIME),

	/* the whole tree */
	TREE("rro", MOUNT_ATTR_RDONLY, 0),
	TREE("rrw", 0, MOUNT_ATTR_RDONLY),
	TREE("rnosuid", MOUNT_ATTR_NOSUID, 0),
	TREE("rsuid", 0, MOUNT_ATTR_NOSUID),
	TREE("rnodev", MOUNT_ATTR_NODEV, 0),
	TREE("rdev", 0, MOUNT_ATTR_NODEV),
	TREE("rnoexec", MOUNT_ATTR_NOEXEC, 0),
	TREE("rexec", 0, MOUNT_ATTR_NOEXEC),
	TREE("rnodiratime", MOUNT_ATTR_NODIRATIME, 0),
	TREE("rdiratime", 0, MOUNT_ATTR_NODIRATIME),
	TREE("rnosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0),
	TREE("rsymfollow", 0, MOUNT_ATTR_NOSYMFOLLOW),
	TREE("ratime", MOUNT_ATTR_RELATIME, ATIME),
	TREE("rnoatime", MOUNT_ATTR_NOATIME, ATIME),
	TREE("rrelatime", MOUNT_ATTR_RELATIME, ATIME),
	TREE("rnorelatime", MOUNT_ATTR_RELATIME, ATIME),
	TREE("rstrictatime", MOUNT_ATTR_STRICTATIME, ATIME),
	TREE("rnostrictatime", MOUNT_ATTR_RELATIME, ATIME),

	/* the file system */
	SUPER("sync"),
	SUPER("async"),
	SUPER("dirsync"),
	SUPER("lazytime"),
	SUPER("nolazytime"),
	SUPER("mand"),
	SUPER("nomand"),

	/* events of mounting, between namespaces */
	SPREAD("shared", MS_SHARED),
	SPREAD("slave", MS_SLAVE),
	SPREAD("private", MS_PRIVATE),
	SPREAD("unbindable", MS_UNBINDABLE),

	/* how it is mounted */
	WORD("bind", BIND),
	WORD_TREE("rbind", BIND),
	WORD("idmap", IDMAP),
	WORD_TREE("ridmap", IDMAP),
	WORD("remount", REMOUNT),
	WORD("tmpcopyup", COPY_UP),
	WORD("copy-symlink", COPY_SYMLINK),
	WORD("src-nofollow", SRC_NOFOLLOW),
	WORD("dest-nofollow", DEST_NOFOLLOW),

	/* nothing to do */
	WORD("defaults", NOTHING),
	WORD("silent", NOTHING),
	WORD("loud", NOTHING),
	WORD("iversion", NOTHING),
	WORD("noiversion", NOTHING),
};
/* clang-format on */

const size_t mount_option_count = ARRAY_LEN(mount_option_table);

const struct mount_option *mount_option_find(const char *word)
{
	for (size_t i = 0; i < mount_option_count; i++)
		if (strcmp(word, mount_option_table[i].name) == 0)
			return &mount_option_table[i];
	return NULL;
}

void mount_option_apply(const struct mount_option *option, uint64_t *set,
			uint64_t *clr)
{
	*set = (*set & ~option->clr) | option->set;
	*clr = (*clr & ~(option->set & ~(uint64_t)ATIME)) | option->clr;
}
