/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/mnt.h - mounts of any mount namespace: seen, compared, added, removed
 *
 * TARGET words are those of kist(1). A path of a target is below the root
 * directory of its process, whatever symbolic links are there; of a namespace
 * without a process, below the root of the namespace.
 *
 * Functions that change mounts take a struct kist_trace; one step, the moving
 * of a mount from one namespace into another, is told as a comment, for no
 * program of a usual system does it.
 *
 * Ownership:  lists and all they point to live until they are freed.
 * Threads:    no shared state; the calling thread's namespaces do not change.
 * See:        mount_namespaces(7), proc_pid_mountinfo(5), open_tree(2)
 */
#ifndef KIST_MNT_H
#define KIST_MNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kist/error.h>
#include <kist/run.h>
#include <kist/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kist_mount - one mount
 * @id, @parent: numbers in its namespace; the parent of the topmost is not in
 *		the list, or itself
 * @major, @minor: device of the file system
 * @root:	what of the file system is mounted
 * @point:	where
 * @options:	of this mount: "ro,nosuid"
 * @propagation: "private", "shared", "slave", "shared,slave", "unbindable"
 * @peers:	the peer group whose mounts see each other's changes; 0: none
 * @master:	the peer group whose changes come here; 0: none
 * @from:	nearest group seen from here that they come from, if not
 *		@master; else 0
 * @type, @source, @super: of the file system, and its options
 */
struct kist_mount {
	int id, parent;
	unsigned major, minor;
	const char *root, *point, *options, *propagation;
	uint32_t peers, master, from;
	const char *type, *source, *super;
};

/**
 * struct kist_mount_list - the mounts of a namespace, parents first
 * @label:	whose: "process 1234 (nginx)"
 * @ns:		inode of the mount namespace
 * @mtab_is_file: its /etc/mtab is a file of its own: what it says of mounts is
 *		made up, /proc/mounts tells the truth
 */
struct kist_mount_list {
	const struct kist_mount *mounts;
	size_t count;
	const char *label;
	uint64_t ns;
	bool mtab_is_file;
};

/* kist_mnt_list() - Return: 0, TARGET_…, MNT_DENIED, SYSTEM. */
int kist_mnt_list(const struct kist *kist, const char *target,
		  struct kist_mount_list **ret_list, struct kist_error *err);
void kist_mnt_list_free(struct kist_mount_list *list);

/**
 * struct kist_mount_member - a mount that changes come to or from
 * @ns:		inode of its mount namespace
 * @pid, @command: a process that sees it
 */
struct kist_mount_member {
	struct kist_mount mount;
	uint64_t ns;
	pid_t pid;
	const char *command;
};

/**
 * struct kist_mount_peers - all mounts with peers or a master
 * @members:	by peer group, those without one last; of all mount namespaces
 *		that a process is in that we may look at
 * @hidden:	processes we may not look at
 */
struct kist_mount_peers {
	const struct kist_mount_member *members;
	size_t count, hidden;
};

/* kist_mnt_peers() - who propagates to whom, over all namespaces */
int kist_mnt_peers(struct kist_mount_peers **ret_peers, struct kist_error *err);
void kist_mnt_peers_free(struct kist_mount_peers *peers);

/**
 * struct kist_mnt_add - a mount for a running namespace
 * @target:	where to
 * @volume:	"SRC:DST[:OPTION,…]": SRC is ours and is there, DST the target's;
 *		options are ro (all of it), rro, nosuid, nodev, noexec, noatime,
 *		bind (without what is mounted below SRC), private, shared,
 *		slave, idmap (ids as the target's user namespace has them) …
 * @tmpfs:	"DST[:size=64m,mode=1777,…]" instead: a new one, the target's
 */
struct kist_mnt_add {
	const char *target, *volume, *tmpfs;
};

/**
 * kist_mnt_add() - put a directory, a file or a new tmpfs into a namespace
 * @ret_spreads: it lies in a shared mount: peers see it, too; or NULL
 *
 * A destination that is not there is made; what is at it is covered. After a
 * failure nothing is left.
 *
 * Return: 0; MNT_SYNTAX (no absolute path), MNT_PATH (of the wrong sort, out of
 * the root), MNT_OPTION, VOLUME_SOURCE, MNT_DENIED, TARGET_….
 */
int kist_mnt_add(const struct kist *kist, const struct kist_mnt_add *args,
		 bool *ret_spreads, const struct kist_trace *trace,
		 struct kist_error *err);

/**
 * kist_mnt_remove() - take away what was mounted last at a path
 * @lazy:	also if it is in use, and with all that is mounted below it
 *
 * Return: 0; MNT_ABSENT, MNT_BUSY, MNT_LOCKED, MNT_DENIED, TARGET_….
 */
int kist_mnt_remove(const struct kist *kist, const char *target,
		    const char *path, bool lazy, const struct kist_trace *trace,
		    struct kist_error *err);

/**
 * kist_mnt_share() - set whether changes are propagated
 * @how:	"private", "slave", "shared", "unbindable"
 * @recursive:	also the mounts below
 *
 * Return: 0; MNT_OPTION, MNT_ABSENT, MNT_DENIED, TARGET_….
 */
int kist_mnt_share(const struct kist *kist, const char *target,
		   const char *path, const char *how, bool recursive,
		   const struct kist_trace *trace, struct kist_error *err);

/**
 * struct kist_mount_change - a place where two namespaces are not alike
 * @a, @b:	what is mounted there; NULL: nothing
 * @what:	if both: which fields differ, in words: "options ro → rw"
 */
struct kist_mount_change {
	const char *point;
	const struct kist_mount *a, *b;
	const char *what;
};

/**
 * struct kist_mount_diff - by path
 */
struct kist_mount_diff {
	const struct kist_mount_change *changes;
	size_t count;
	const char *a_label, *b_label;
	uint64_t a_ns, b_ns;
};

/* kist_mnt_diff() - Return: 0, or as kist_mnt_list(). */
int kist_mnt_diff(const struct kist *kist, const char *a, const char *b,
		  struct kist_mount_diff **ret_diff, struct kist_error *err);
void kist_mnt_diff_free(struct kist_mount_diff *diff);

#ifdef __cplusplus
}
#endif

#endif
