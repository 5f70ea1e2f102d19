/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/limit.h - limits for commands and processes, without a container
 *
 *	struct kist_limit args = {
 *		.words = (const char *const[]){ "mem=3G", "pids=100", NULL },
 *		.argv = (const char *const[]){ "firefox", NULL },
 *	};
 *	struct kist_limit_result result;
 *	struct kist_error err = { 0 };
 *
 *	if (kist_limit_run(&args, NULL, &result, &err) < 0)
 *		…
 *
 * The words are those of kist-limit(1). They go to cgroup v1 or v2, whichever
 * has the controller, in a group below the process's own; or, where systemd owns
 * the tree of v2, to a scope that it makes.
 *
 * Threads:    safe in a threaded program. kist_limit_run() blocks signals in
 *             the calling thread while it runs; no handler is installed.
 * Return:     0, or a negative errno with the error filled in.
 * See:        kist-limit(1), cgroups(7), systemd.scope(5)
 */
#ifndef KIST_LIMIT_H
#define KIST_LIMIT_H

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

/* enum kist_limit_by - who makes the groups */
enum kist_limit_by {
	KIST_LIMIT_AUTO,    /* systemd where it owns the tree, else we */
	KIST_LIMIT_DIRECT,  /* we, by files */
	KIST_LIMIT_SYSTEMD, /* a scope of systemd: of the system for root, of
			     * the user's manager for others */
};

/* enum kist_limit_rest - what becomes of processes that outlive the command */
enum kist_limit_rest {
	KIST_LIMIT_LEAVE, /* they stay, and their limits; a small process of
			   * its own waits and then removes the group */
	KIST_LIMIT_WAIT,  /* they are waited for */
	KIST_LIMIT_KILL,  /* they are killed */
	KIST_LIMIT_KEEP,  /* they stay, and so does the group */
};

/**
 * struct kist_limit - what is limited, and how
 * @words:	"mem=3G", "pids=100" …, NULL-terminated; of two for the same
 *		limit the later holds
 * @presets:	names of presets, NULL-terminated, or NULL; their limits come
 *		before @words
 * @preset_file: where they are instead of in ~/.config/kist/limits and
 *		/etc/kist/limits, or NULL
 * @parent:	the group below which the new one is made, from the mounts'
 *		root; NULL: the process's own
 * @argv:	kist_limit_run(): the command, NULL-terminated; looked for in
 *		PATH
 * @pids, @pid_count: kist_limit_apply(): processes, with all their threads
 * @caller:	and the process that called us through sudo(8) or pkexec(1):
 *		the nearest ancestor that is that user's
 * @tids, @tid_count: or threads; on v2 only cpu, cpuset and pids can
 * @targets:	or TARGETs, NULL-terminated: a container, a unit or a control
 *		group as a whole, in the group it has; of namespaces and named
 *		sets all processes; "." is the caller's parent
 */
struct kist_limit {
	const char *const *words;
	const char *const *presets;
	const char *preset_file;
	const char *parent;
	enum kist_limit_by by;
	enum kist_limit_rest rest;
	const char *const *argv;
	const pid_t *pids;
	size_t pid_count;
	bool caller;
	const pid_t *tids;
	size_t tid_count;
	const char *const *targets;
};

/* One process the kernel killed for want of memory. */
struct kist_limit_killed {
	pid_t pid;
	char name[32];
};

#define KIST_LIMIT_KILLED 8

/**
 * struct kist_limit_result - how it ended
 * @status:	exit status of the command, or 128 + signal
 * @oom_kills:	processes killed for want of memory; -1: not known
 * @forks_refused: how often the limit of processes refused one; -1: not known
 * @killed, @killed_count: the first of them, as far as the kernel's log may be
 *		read
 * @peak_bytes:	if some were, the most memory that was in use; -1: not known
 * @memory_bytes: the limit; -1: none
 * @left:	processes that were left in the group
 * @group:	its path, for people
 */
struct kist_limit_result {
	int status;
	int64_t oom_kills, peak_bytes, memory_bytes, forks_refused;
	struct kist_limit_killed killed[KIST_LIMIT_KILLED];
	size_t killed_count;
	size_t left;
	char group[512];
};

/**
 * kist_limit_run() - run a command within limits
 *
 * The command is born in its group: not one instruction of it is without the
 * limits. Signals sent to the caller are passed on; those of the terminal it
 * gets by itself, being in the caller's process group. Afterwards the group is
 * removed; what the command left behind is treated as @rest says.
 *
 * Return: LIMIT_WORD, LIMIT_PRESET, LIMIT_VERSION, LIMIT_REFUSED, LIMIT_PLACE,
 * LIMIT_SYSTEMD, CGROUP_CONTROLLER, COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE;
 * nothing is left after a failure.
 */
int kist_limit_run(const struct kist_limit *args,
		   const struct kist_trace *trace,
		   struct kist_limit_result *ret_result,
		   struct kist_error *err);

/**
 * kist_limit_apply() - limit processes that run already
 * @kist:	for TARGETs
 *
 * Processes get a group of their own, all the same one, below that of the first.
 * Their children inherit it. Memory that was in use before stays counted where
 * it was. The group is removed when it is empty, unless @rest is KEEP.
 *
 * Return: also ESRCH (LIMIT_PLACE: no such process), TARGET_…; after a failure
 * nobody has been moved.
 */
int kist_limit_apply(const struct kist *kist, const struct kist_limit *args,
		     const struct kist_trace *trace, struct kist_error *err);

/**
 * struct kist_limit_key - a limit there is, and what it is called elsewhere
 * @name:	"mem"
 * @podman, @systemd: "memory", "MemoryMax"; or NULL
 * @v1_file, @v2_file: "memory.limit_in_bytes", "memory.max"; NULL: the version
 *		has none, or none of the same meaning
 * @help:	one line
 */
struct kist_limit_key {
	const char *name, *podman, *systemd, *v1_file, *v2_file, *help;
};

/* The limits there are, by number. Return: false behind the last. */
bool kist_limit_key(size_t index, struct kist_limit_key *ret_key);

#ifdef __cplusplus
}
#endif

#endif
