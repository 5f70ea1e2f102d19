/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/list.h - all namespaces, and who keeps each of them alive
 *
 *	struct kist_ns_query query = { .kinds = KIST_NS_NET };
 *	struct kist_ns_list *list;
 *
 *	if (kist_ns_list(NULL, &query, &list, &err) < 0)
 *		…
 *	for (size_t i = 0; i < list->count; i++)
 *		printf("%" PRIu64 "\n", list->items[i].ino);
 *	kist_ns_list_free(list);
 *
 * Where the kernel has listns(2) it is asked; else the namespaces are looked
 * for where they can be: in processes, their open descriptors and sockets,
 * mounts of namespace files, and above or behind other namespaces.
 *
 * What is seen depends on who asks: an ordinary user sees the namespaces of
 * the own processes. @hidden tells how many processes were not shown.
 *
 * Ownership:  a list and all it points to live until kist_ns_list_free().
 * Threads:    no shared state.
 * See:        namespaces(7), ioctl_nsfs(2)
 */
#ifndef KIST_LIST_H
#define KIST_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kist/error.h>
#include <kist/run.h>
#include <kist/spawn.h>

#ifdef __cplusplus
extern "C" {
#endif

/* enum kist_ns_want - what is found out of each; the less, the cheaper */
enum kist_ns_want {
	KIST_NS_WANT_PROCESS = 1 << 0,	 /* ppid, uid, user, command */
	KIST_NS_WANT_NETNSID = 1 << 1,	 /* netnsid */
	KIST_NS_WANT_RELATIONS = 1 << 2, /* parent, owner */
	KIST_NS_WANT_NAMES = 1 << 3,	 /* names */
	KIST_NS_WANT_PINS = 1 << 4,	 /* pins; looks everywhere */
};

/* enum kist_ns_search - where /proc is searched, beside the processes and the
 * mounts of the caller */
enum kist_ns_search {
	KIST_NS_SEARCH_ALL = 0,	      /* everywhere */
	KIST_NS_SEARCH_LITTLE = 1,    /* nowhere else */
	KIST_NS_SEARCH_RELATIVES = 2, /* parents and owners of those found */
	KIST_NS_SEARCH_OPEN = 3,      /* descriptors and sockets of processes */
};

/**
 * struct kist_ns_query - which namespaces, and what of them
 * @kinds:	enum kist_ns; 0: all
 * @pid:	only those that this process is in; 0: all
 * @ino:	only this one, with its processes in @members; 0: all
 * @want:	enum kist_ns_want
 * @search:	where to look
 * @no_listns:	read /proc even where the kernel has listns(2)
 */
struct kist_ns_query {
	unsigned kinds;
	pid_t pid;
	uint64_t ino;
	unsigned want;
	enum kist_ns_search search;
	bool no_listns;
};

/* enum kist_ns_pin_kind - what keeps a namespace alive */
enum kist_ns_pin_kind {
	KIST_NS_PIN_PROCESS,  /* @pid is in it */
	KIST_NS_PIN_THREAD,   /* a thread of @pid, @fd is its id */
	KIST_NS_PIN_CHILDREN, /* children that @pid will make */
	KIST_NS_PIN_FD,	      /* descriptor @fd of @pid */
	KIST_NS_PIN_SOCKET,   /* descriptor @fd of @pid, a socket made in it */
	KIST_NS_PIN_MOUNT,    /* a file at @path, in mount namespace @ino */
	KIST_NS_PIN_CHILD,    /* a namespace below it: @type, @ino */
	KIST_NS_PIN_OWNED,    /* a namespace that it owns: @type, @ino */
	KIST_NS_PIN_COUNT
};

/**
 * struct kist_ns_pin - one reason for a namespace to be there
 * @pid, @command: of the process; for a mount: one that sees it there
 */
struct kist_ns_pin {
	enum kist_ns_pin_kind kind;
	pid_t pid;
	int fd;
	const char *command, *path, *type;
	uint64_t ino;
};

/* "process", "thread", "children", "descriptor", "socket", "mount", "child",
 * "owned" */
const char *kist_ns_pin_name(enum kist_ns_pin_kind kind);

#define KIST_NETNSID_NONE (-1)	  /* none assigned */
#define KIST_NETNSID_UNKNOWN (-2) /* not asked, or not a network namespace */

/**
 * struct kist_ns_info - one namespace
 * @kind:	one of enum kist_ns
 * @type:	"net"
 * @processes:	how many are in it
 * @pid:	the lowest of them; 0: none
 * @ppid, @command, @path: of that process; NULL without one. @path is
 *		/proc/PID/ns/TYPE
 * @uid, @user:	of that process; without one, who made the user namespace
 *		that it is or that owns it. -1 and NULL: not known
 * @netnsid:	what our network namespace calls it, or KIST_NETNSID_*
 * @mounts:	where it is mounted in our mount namespace, NULL-terminated
 * @parent:	of a user or pid namespace; 0: none, or not ours to see
 * @owner:	user namespace that owns it; 0: not ours to see
 * @names:	what people call it, NULL-terminated: "web", "netns:blue",
 *		"docker:4c01db0b339c", "unit:cron.service"
 * @is_initial:	the machine's own
 * @is_dead:	a pid namespace whose process 1 is gone: nothing can start in
 *		it any more
 */
struct kist_ns_info {
	uint64_t ino;
	unsigned kind;
	const char *type;
	size_t processes;
	pid_t pid, ppid;
	const char *command, *path;
	int64_t uid;
	const char *user;
	int netnsid;
	const char *const *mounts;
	uint64_t parent, owner;
	const char *const *names;
	bool is_initial, is_dead;
	const struct kist_ns_pin *pins;
	size_t pin_count;
};

/**
 * struct kist_ns_member - a process in the namespace that was asked for
 */
struct kist_ns_member {
	pid_t pid, ppid;
	uid_t uid;
	const char *user, *command;
};

/**
 * struct kist_ns_list - the namespaces, by inode number
 * @hidden:	processes whose namespaces we may not see
 * @source:	"listns" or "proc"
 */
struct kist_ns_list {
	const struct kist_ns_info *items;
	size_t count;
	const struct kist_ns_member *members;
	size_t member_count;
	size_t hidden;
	const char *source;
};

/**
 * kist_ns_list() - find namespaces
 * @query:	NULL: all, with their processes
 *
 * Return: 0; -ESRCH (LIST_PROCESS: there is no process @pid), -ENOENT
 * (LIST_NAMESPACE: there is no namespace @ino), SYSTEM.
 */
int kist_ns_list(const struct kist *kist, const struct kist_ns_query *query,
		 struct kist_ns_list **ret_list, struct kist_error *err);
void kist_ns_list_free(struct kist_ns_list *list);

/**
 * kist_ns_kinds() - read a list of kinds
 * @text:	"net,pid"; also as runc calls them ("network,mount"), or one flag
 *		of clone(2): "CLONE_NEWNET"
 *
 * Return: 0, or -EINVAL (NS_UNKNOWN).
 */
int kist_ns_kinds(const char *text, unsigned *ret_kinds,
		  struct kist_error *err);

/**
 * kist_ns_query_target() - limit a query to what a TARGET stands for
 * @word:	a process, a container, a named set …: its process becomes
 *		@query->pid; a namespace: @query->ino
 *
 * Return: 0, or what finding the target gave (TARGET_…).
 */
int kist_ns_query_target(const struct kist *kist, const char *word,
			 struct kist_ns_query *query, struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
