/* SPDX-License-Identifier: Apache-2.0 */
/**
 * scan.h - looking for all namespaces: what kist_ns_list() is made of
 *
 * How it works
 * ============
 * The processes are read first (scan.c): which namespaces each is in, one
 * readlink(2) a kind, and nothing else. Namespaces that no process is in are
 * found by one of the two sources in list.c: listns(2) (list_kernel.c), or a
 * search of /proc (list_proc.c). Both meet in scan_add() and scan_add_fd().
 * What a row shows is filled in afterwards, for the rows that are shown.
 *
 * Ownership: everything in the arena of the scan; nothing is closed by hand.
 * Threads:   one scan, one thread.
 */
#ifndef ENGINE_NS_SCAN_H
#define ENGINE_NS_SCAN_H

#include <kist/list.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/mountinfo.h"
#include "kernel/ns.h"
#include "sys/netlink.h"

/* @ino: 0: not ours to see, or not asked for; @is_hidden: none of them is ours
 * to see */
struct scan_proc {
	pid_t pid;
	bool is_hidden;
	uint64_t ino[NS_COUNT];
};

struct scan_pin {
	struct kist_ns_pin pin;
	struct scan_pin *next;
};

struct scan_text {
	const char *text;
	struct scan_text *next;
};

struct scan_user {
	uid_t uid;
	const char *name;
	struct scan_user *next;
};

/**
 * struct scan_item - a namespace
 * @pid:	the lowest that is in it; 0: none
 * @owner_uid:	who made the user namespace that it is or that owns it; -1: not
 *		known
 * @is_asked:	parent, owner and owner_uid are known, as far as we may
 */
struct scan_item {
	uint64_t ino;
	enum ns_kind kind;
	size_t procs;
	pid_t pid;
	uint64_t parent, owner;
	int64_t owner_uid;
	int netnsid;
	bool is_asked;
	struct scan_text *mounts, *names;
	struct scan_pin *pins, *last_pin;
	size_t pin_count;
};

/**
 * struct scan - all that was found
 * @kinds:	mask of (1 << kind) that is looked for
 * @read_kinds:	that is read of each process: in a search, also those that
 *		lead to others
 * @items:	in the order they were found
 * @slots:	hash table of the items, by inode
 */
struct scan {
	struct arena *arena;
	const struct kist_ns_query *query;
	int proc_fd;
	struct netlink netlink;
	uint32_t kinds, read_kinds;
	struct scan_proc *procs;
	size_t proc_count, proc_size;
	struct scan_item **items, **slots;
	size_t count, size;
	struct scan_user *users;
	size_t hidden;
	bool failed;
};

void scan_init(struct scan *scan, struct arena *arena,
	       const struct kist_ns_query *query, int proc_fd);
void scan_done(struct scan *scan);

/* The one of that inode, made if it is new. Return: NULL if the kind is not
 * looked for, or memory is exhausted (@failed). */
struct scan_item *scan_add(struct scan *scan, enum ns_kind kind, uint64_t ino);
struct scan_item *scan_find(const struct scan *scan, uint64_t ino);

/* An open namespace, and those above and behind it. NULL: as scan_add(), or
 * the fd is no namespace. */
struct scan_item *scan_add_fd(struct scan *scan, int ns_fd);

/* Note a reason, if reasons are wanted. @pin is copied. */
void scan_pin(struct scan *scan, struct scan_item *item,
	      const struct kist_ns_pin *pin);

/* All processes, and the namespaces they are in. Return: 0 or -errno. */
MUST_CHECK int scan_processes(struct scan *scan);

/* May a process that is hidden from us be in another pid namespace than ours? */
bool scan_hides_inner(const struct scan *scan);

/* Parent, owner … of all that were found, which may find more. */
void scan_relatives(struct scan *scan);

/* Append to a list of texts, unless it is there. @text lives in the arena. */
void scan_note(struct scan *scan, struct scan_text **list, const char *text);

/* "net:[4026531833]". Return: false if it is none. */
bool scan_parse_link(const char *text, enum ns_kind *ret_kind,
		     uint64_t *ret_ino);

/* Whose process it is. Return: 0 or -errno. */
int scan_uid(struct scan *scan, pid_t pid, uid_t *ret_uid);

/* Text of a process in the arena: the command line, blanks between the words;
 * without one (or with @is_short), its short name. "" if it is gone. */
const char *scan_command(struct scan *scan, pid_t pid, bool is_short);

/* Name of a user, or the number. */
const char *scan_user(struct scan *scan, uid_t uid);

/* ---- list_proc.c, list_kernel.c, list_names.c ---- */

/* Mounts of namespace files that the caller sees. */
void list_own_mounts(struct scan *scan);
/* Descriptors, sockets, threads, mounts anywhere. */
void list_search(struct scan *scan);
/* Descriptors and sockets alone. */
void list_search_open(struct scan *scan);

/**
 * struct list_door - listns(2), or what a test puts in its place
 */
struct list_door {
	ssize_t (*list)(uint64_t after, uint32_t kinds, uint64_t user_ns,
			uint64_t *ids, size_t count);
	int (*open)(uint64_t id);
};
extern const struct list_door list_kernel_door;

/* Return: 0; -ENOSYS: the kernel has no listns(2); or -errno. Namespaces that
 * may not be opened are passed over. */
MUST_CHECK int list_kernel(struct scan *scan, const struct list_door *door);

void list_names(const struct kist *kist, struct scan *scan);

#endif
