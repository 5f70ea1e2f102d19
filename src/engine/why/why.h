/* SPDX-License-Identifier: Apache-2.0 */
/**
 * why.h - a refusal, and the probes that find the rule behind it
 *
 * How it works
 * ============
 * A case is who was refused (a process that stands still, or we ourselves),
 * what (a call and its subject) and the number. However it comes about (from a
 * struct kist_error in error.c, from words in words.c, from a traced process in
 * command.c), find.c walks the table of causes (kist/causes.def) and asks the
 * probes of those rows that fit call and number.
 *
 * A probe reads and tries; it never changes anything that outlives it. It
 * looks at the process of the case through case->proc_fd, not at itself: they
 * differ when a command is traced.
 */
#ifndef ENGINE_WHY_WHY_H
#define ENGINE_WHY_WHY_H

#include <stdint.h>
#include <sys/types.h>

#include <kist/why.h>

#include "base/arena.h"
#include "base/err.h"

struct sys_call_stop;

/* What was refused. */
enum why_call {
	WHY_NS = 1 << 0,    /* unshare, clone: @flags CLONE_NEW* */
	WHY_JOIN = 1 << 1,  /* setns */
	WHY_MAP = 1 << 2,   /* write of uid_map, gid_map, setgroups */
	WHY_SETID = 1 << 3, /* setuid, setgroups, chown … */
	WHY_MOUNT = 1 << 4, /* mount, fsopen, fsmount, move_mount … */
	WHY_UMOUNT = 1 << 5,
	WHY_REMOUNT = 1 << 6, /* flags, propagation, mount_setattr */
	WHY_ROOT = 1 << 7,    /* pivot_root, chroot */
	WHY_EXEC = 1 << 8,
	WHY_FORK = 1 << 9,	     /* fork, clone without kinds */
	WHY_OPEN = 1 << 10,	     /* open, stat … of a path: @subject */
	WHY_WRITE = 1 << 11,	     /* of a file that is none of the others */
	WHY_CGROUP_MAKE = 1 << 12,   /* mkdir in a cgroup file system */
	WHY_CGROUP_REMOVE = 1 << 13, /* rmdir there */
	WHY_CGROUP_WRITE = 1 << 14,  /* @subject: the file, @value */
	WHY_CGROUP_MOVE = 1 << 15,   /* cgroup.procs, tasks, INTO_CGROUP */
	WHY_SYSCTL = 1 << 16,	     /* /proc/sys */
	WHY_LINK = 1 << 17,	     /* netlink: @subject the device */
	WHY_MKNOD = 1 << 18,
	WHY_LIMIT = 1 << 19,  /* setrlimit, sched_setscheduler … */
	WHY_SOCKET = 1 << 20, /* bind, connect, raw sockets */
	WHY_SIGNAL = 1 << 21,
	WHY_KILLED = 1 << 22, /* the command was ended by SIGKILL */
	WHY_OTHER = 1 << 23,  /* any system call: ENOSYS and the like */
	WHY_ANY = (1 << 24) - 1,
};

/**
 * struct why_case - one refusal
 * @call:	one of enum why_call, or several (a verb of kist); @name: as people say: "mount", "uid_map"
 * @subject:	path, device, controller, program: as the caller gave it;
 *		relative to the process's own root and folder; NULL: none
 * @source, @type, @value: of a mount its source and type; of two names the old
 *		one; of openat2 its resolve; what was written. Of a process that
 *		was ended its last limits and cgroup of /proc
 * @flags:	CLONE_NEW*, MS_* … as the call had them
 * @pid:	who was refused; @proc_fd: its folder of /proc
 * @is_self:	that is us: then things may also be tried
 * @is_quick:	an error is about to be printed: no process is made
 * @failed:	the error it comes from, or NULL
 * @stop:	of a traced process the call as it began, or NULL
 * @sysctl_folder: in the place of /proc/sys, for tests; or NULL
 */
struct why_case {
	const struct kist *kist;
	enum why_call call;
	const char *name, *subject, *source, *type, *value;
	uint64_t flags;
	int errnum;
	pid_t pid;
	int proc_fd;
	bool is_self, is_quick;
	const struct kist_error *failed;
	const struct sys_call_stop *stop;
	const char *sysctl_folder;
	struct arena *arena;
};

/* The calling process. @c->proc_fd is to be closed. Return: 0 or -errno. */
MUST_CHECK int why_case_self(const struct kist *kist, struct arena *arena,
			     struct why_case *c);

/* A path says more than the call: uid_map, cgroup.procs, /proc/sys … Return:
 * what writing it (or making or removing it) is. */
enum why_call why_path_call(const char *path, const char *name,
			    enum why_call call);

/* "CLONE_NEWUSER|CLONE_NEWNS" in the arena. */
const char *why_kinds_text(uint64_t flags, struct arena *arena);

/* "mount proc on '/mnt'": what a case is about. */
const char *why_case_text(const struct why_case *c);

/* ---- the words and calls: calls.c ---- */

/**
 * struct why_word - a word for what was refused: calls.def
 * @is_syscall:	one of syscalls.def; else a file, a verb, a word of people
 * @subject, @source, @type, @value, @flags: which argument (from 1), 0: none
 * @dir:	which argument the path is relative to
 * @page:	"mount(2)"; or ""
 *
 * Texts are in place: base/cause.c says why.
 */
struct why_word {
	char word[24];
	uint32_t call;
	bool is_syscall;
	uint8_t subject, source, type, value, flags, dir;
	char page[24];
};

extern const struct why_word why_words[];
extern const size_t why_word_count;
const struct why_word *why_word_find(const char *word);

/* What @errnum means where it is given by @call: a sentence; or NULL. */
const char *why_meaning(uint32_t call, int errnum);

/* ---- answers ---- */

/* A new answer with its arena. Return: 0 or -ENOMEM. */
MUST_CHECK int why_begin(struct kist_why *ret_why, struct arena **ret_arena,
			 struct kist_error *err);

/* The findings of a case, and what is said when there are none. */
MUST_CHECK int why_answer(const struct why_case *c, struct kist_why *why);

/* What a probe found. @arg: for {1} and {2}; strings in the arena or
 * constant. */
struct why_finding {
	const char *arg[2];
	const char *evidence;
	bool is_certain;
};

/**
 * A probe. Return: 1: it is this rule, @found is filled in; 0: it is not.
 * It says 0 when it cannot know, unless the rule is the only one left for this
 * call and number: then 1 with @is_certain false.
 */
typedef int why_probe(const struct why_case *c, struct why_finding *found);

/* Declared from the table: probe_capability() and so on. */
#define KIST_CAUSE(id, probe, calls, errnos, rule, fix, word) why_probe probe;
#include <kist/causes.def>
#undef KIST_CAUSE

/* Why @pid may not be looked into, as the hint of an error. */
void why_advise_process(pid_t pid, struct kist_error *err);

/* All rules that hold, in the order of the table, certain ones first. */
MUST_CHECK int why_find(const struct why_case *c, struct kist_why *ret_why);

#endif
