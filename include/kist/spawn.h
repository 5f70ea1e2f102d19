/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/spawn.h - a command of this machine in namespaces and limits of its own
 *
 *	struct kist_spawn args = {
 *		.argv = (const char *const[]){ "make", "-j8", NULL },
 *		.ns = KIST_NS_NET | KIST_NS_PID | KIST_NS_MNT,
 *		.memory = 512 << 20,
 *	};
 *	struct kist_error err = { 0 };
 *	struct kist_process *process;
 *	int status;
 *
 *	if (kist_spawn(&args, &process, &err) < 0)
 *		…
 *	kist_process_wait(process, &status, &err);
 *	kist_process_free(process, &err);
 *
 * posix_spawn(3) with isolation: no image, no root directory, nothing written
 * to disk; the command sees this machine's files. For containers see
 * kist/run.h.
 *
 * Zero is a sensible value everywhere: a field left out isolates nothing.
 *
 * Ownership:  arguments stay the caller's. A struct kist_process is the
 *             library's until kist_process_free().
 * Threads:    safe in a threaded program. Signals, handlers and the caller's
 *             own namespaces are left alone. One process object, one thread.
 *             The command is a child of the calling process: it must not
 *             ignore SIGCHLD, nor wait for "any child" (waitpid(-1)).
 * Return:     0, or a negative errno with the error filled in.
 * See:        namespaces(7), cgroups(7), user_namespaces(7)
 */
#ifndef KIST_SPAWN_H
#define KIST_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <kist/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* enum kist_ns - the kinds of namespace, as a mask */
enum kist_ns {
	KIST_NS_USER = 1 << 0,
	KIST_NS_CGROUP = 1 << 1,
	KIST_NS_IPC = 1 << 2,
	KIST_NS_NET = 1 << 3,
	KIST_NS_PID = 1 << 4,
	KIST_NS_TIME = 1 << 5,
	KIST_NS_UTS = 1 << 6,
	KIST_NS_MNT = 1 << 7,
	KIST_NS_ALL = (1 << 8) - 1,
};

/**
 * struct kist_spawn - a command, and what of this machine it does not share
 * @argv:	program and arguments, NULL-terminated; looked for in PATH
 * @env:	"NAME=value", NULL-terminated; NULL: the caller's
 * @cwd:	absolute; NULL: the caller's
 * @stdio:	three fds for its standard input, output and error, -1: the
 *		caller's; NULL: all are. No other fd is passed on
 *
 * @ns:		enum kist_ns: the namespaces to make. For an ordinary user any
 *		of them brings KIST_NS_USER with it, in which the command is
 *		root (of the subordinate ids too, where newuidmap(1) is there);
 *		for root KIST_NS_USER maps every id to itself
 *		PID: the command is process 1, and nothing it started outlives
 *		it. PID and MNT: /proc shows its processes alone
 *		MNT: what it mounts is not seen outside
 *		NET: only a loopback interface, which is up
 * @hostname, @domainname: need KIST_NS_UTS
 * @init:	process 1 is a small init that reaps and forwards signals;
 *		needs KIST_NS_PID
 * @no_new_privileges: setuid programs give no rights
 *
 * @memory, @memory_swap: bytes; 0: not given; -1: none. @memory_swap is
 *		memory and swap together
 * @cpus:	processors, in thousand-millionths (1.5 is 1500000000); 0: all
 * @pids_limit:	processes and threads; 0: not given; -1: none
 *
 * With any limit it has a control group of its own until kist_process_free().
 */
struct kist_spawn {
	const char *const *argv, *const *env;
	const char *cwd;
	const int *stdio;

	unsigned ns;
	const char *hostname, *domainname;
	bool init, no_new_privileges;

	int64_t memory, memory_swap;
	int64_t cpus;
	int64_t pids_limit;
};

struct kist_process;

/**
 * kist_spawn() - start a command
 *
 * Returns when the command has been executed, so whatever hinders it is an
 * error here: COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE, NAMESPACE,
 * ID_MAP…, CGROUP_…, SPAWN for fields that contradict each other. After a
 * failure nothing is left.
 *
 * It leads a session of its own: keys typed at a terminal signal the caller
 * alone.
 */
int kist_spawn(const struct kist_spawn *args, struct kist_process **ret_process,
	       struct kist_error *err);

/* Its id in the caller's pid namespace. */
pid_t kist_process_pid(const struct kist_process *process);

/* Its pidfd, to poll(2): readable when it has ended. Not a new fd. */
int kist_process_pidfd(const struct kist_process *process);

int kist_process_signal(const struct kist_process *process, int signal,
			struct kist_error *err);

/* Wait for its end; @ret_status is the exit status, or 128 + signal. Later
 * calls give the same. */
int kist_process_wait(struct kist_process *process, int *ret_status,
		      struct kist_error *err);

/* How many of its processes the kernel has killed for want of memory: there
 * is a memory limit. -1: not known. */
int64_t kist_process_oom_kills(const struct kist_process *process);

/**
 * kist_process_free() - end it, and take away what was made for it
 *
 * The command is killed if it runs; with limits, or in a pid namespace of its
 * own, so is everything it started. The object is gone afterwards, whatever is
 * returned; NULL is fine.
 *
 * Return: 0; CGROUP_BUSY if the group could not be removed.
 */
int kist_process_free(struct kist_process *process, struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
