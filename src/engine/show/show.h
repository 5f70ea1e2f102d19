/* SPDX-License-Identifier: Apache-2.0 */
/**
 * show.h - filling in a struct kist_show, a file a section
 *
 * How it works
 * ============
 * A section never fails for what may not be seen or is gone meanwhile: it notes
 * that with show_hide() and goes on. It returns an error only where nothing
 * works any more (no memory).
 *
 * Ownership: all strings in @arena.
 */
#ifndef ENGINE_SHOW_SHOW_H
#define ENGINE_SHOW_SHOW_H

#include <kist/show.h>

#include "engine/ns/target.h"
#include "kernel/proc_status.h"

#define SHOW_HIDDEN_MAX 16

/**
 * struct showing - what is being filled in
 * @show:	first: kist_show_free() is given a pointer to it
 * @target:	open until all sections are done
 * @proc_fd, @pid: of the target; 0: no process
 * @status:	of the process
 * @user_ino, @pid_ino: of its namespaces; 0: not visible
 */
struct showing {
	struct kist_show show;
	struct arena arena;
	struct target target;
	int proc_fd;
	pid_t pid;
	struct proc_status status;
	uint64_t user_ino, pid_ino;
	const char *hidden[SHOW_HIDDEN_MAX + 1];
	size_t hidden_count;
};

/* Say that something may not be seen: "its mounts". */
void show_hide(struct showing *s, const char *fmt, ...) PRINTF(2, 3);

/* The text of a small file of the process; NULL if it cannot be read. */
char *show_read(struct showing *s, const char *name, size_t max);

/* Inode of one of the process's namespace links ("pid_for_children"); 0. */
uint64_t show_ns_inode(int proc_fd, pid_t pid, const char *name);

/* The next process of a stream of /proc; 0: the end. */
struct __dirstream;
struct __dirstream *show_processes(int proc_fd);

/* The number of an initial namespace, whatever the kernel's age. */
bool show_is_initial(int proc_fd, enum ns_kind kind, uint64_t ino);

/**
 * struct show_list - strings, as a list that ends with NULL
 */
struct show_list {
	const char **items;
	size_t count, room;
};
void show_list_add(struct show_list *list, struct arena *arena,
		   const char *text);
const char *const *show_list_take(struct show_list *list, struct arena *arena);

/* The sections. */
MUST_CHECK int show_who(struct showing *s, struct kist_error *err);
MUST_CHECK int show_ns(struct showing *s, struct kist_error *err);
MUST_CHECK int show_ids(struct showing *s, struct kist_error *err);
MUST_CHECK int show_caps(struct showing *s, struct kist_error *err);
MUST_CHECK int show_mounts(struct showing *s, struct kist_error *err);
MUST_CHECK int show_net(struct showing *s, struct kist_error *err);
MUST_CHECK int show_sockets(struct showing *s, struct kist_error *err);
MUST_CHECK int show_ipc(struct showing *s, struct kist_error *err);
MUST_CHECK int show_cgroups(struct showing *s, struct kist_error *err);
MUST_CHECK int show_time(struct showing *s, struct kist_error *err);
MUST_CHECK int show_signals(struct showing *s, struct kist_error *err);
MUST_CHECK int show_limits(struct showing *s, struct kist_error *err);

#endif
