/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/run.h - containers for people: run, exec, logs, stop, wait, rm
 *
 *	struct kist_run run = {
 *		.image = "./rootfs",
 *		.command = (const char *[]){ "/bin/echo", "hello", NULL },
 *		.remove = true,
 *	};
 *	struct kist_run_result result;
 *	struct kist_error err = { 0 };
 *
 *	if (kist_run(NULL, &run, &result, &err) < 0)
 *		…
 *	return result.status;
 *
 * Zero is a sensible value everywhere: a field left out is an option not
 * given. Values are written as on the command line of `kist run` and errors
 * name them by its options ("--ulimit nofile=x: …").
 *
 * A container is known by its id (64 hexadecimal digits), the start of its id
 * if no other begins so, or its name. What is known of it is in two folders,
 * see struct kist; there is no daemon. A detached container has a small
 * process of its own, its supervisor, that keeps its log and notes its exit.
 *
 * Ownership:  strings given stay the caller's; strings returned are malloc'ed
 *             and the caller's to free(3) unless said otherwise.
 * Threads:    a function blocks the calling thread only. kist_run() and
 *             kist_exec() in the foreground take the process's terminal and
 *             signals for as long as they last.
 * Return:     0, or a negative errno with the error filled in.
 */
#ifndef KIST_RUN_H
#define KIST_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kist/error.h>
#include <kist/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kist - where kist keeps things; NULL stands for { 0 }
 * @run_root:	what a reboot may forget; NULL: /run/kist, or for an ordinary
 *		user $XDG_RUNTIME_DIR/kist, else /tmp/kist-UID
 * @data_root:	records, logs and layers; NULL: /var/lib/kist, or for an
 *		ordinary user $XDG_DATA_HOME/kist, else ~/.local/share/kist
 */
struct kist {
	const char *run_root, *data_root;
};

/* A switch that may also be left alone. */
enum kist_switch { KIST_DEFAULT, KIST_ON, KIST_OFF };

/**
 * struct kist_run - the options of `kist run`
 *
 * Lists are NULL-terminated, or NULL.
 *
 * @image:	"host" (this machine's own files, copy-on-write), or a root
 *		directory: with a '/' in it, or "." ("./rootfs"). What is
 *		written to a directory stays there
 * @command:	program and arguments; NULL: a shell
 * @entrypoint:	program put before @command, or NULL
 * @name:	[a-zA-Z0-9][a-zA-Z0-9_.-]*; NULL: one is made up
 *
 * @detach:	return when it runs; its output goes to its log
 * @remove:	forget the container when it has ended
 * @interactive: with @detach: keep its standard input open. In the foreground
 *		it always has ours
 * @terminal:	give it a terminal of its own. KIST_DEFAULT: in the foreground,
 *		if our standard input and output are terminals
 * @init:	run a small init as process 1 that reaps and forwards signals
 *
 * @volumes:	"SRC:DST[:ro,…]"
 * @mounts:	"type=bind|tmpfs,src=…,dst=…[,ro,…]"
 * @tmpfs:	"DST[:size=64m,mode=1777,…]"
 * @read_only:	the root is read-only; /run, /tmp and /var/tmp are tmpfs then
 *
 * @env:	"NAME=value"; "NAME": ours; "NAME*": all of ours that begin so
 * @env_files:	files with such lines
 * @user:	"USER[:GROUP]", names as the image knows them, or numbers
 * @workdir:	absolute; NULL: "/"
 * @hostname, @domainname: NULL: the first 12 digits of the id; none
 * @labels:	"NAME=value"
 *
 * @memory, @memory_swap, @memory_reservation: bytes; 0: not given; -1: none.
 *		@memory_swap is memory and swap together
 * @cpus:	processors, in thousand-millionths (1.5 is 1500000000); 0: all
 * @cpu_shares:	weight from 2 to 262144; 0: not given
 * @cpuset_cpus, @cpuset_mems: "0-3,6"
 * @pids_limit:	processes and threads; 0: not given; -1: none
 * @ulimits:	"nofile=1024[:2048]"
 *
 * @cap_add, @cap_drop: "NET_RAW", "CAP_NET_RAW", "ALL"
 * @security:	"no-new-privileges[=false]", "seccomp=unconfined|FILE",
 *		"apparmor=PROFILE", "label=…", "mask=PATH[:PATH]",
 *		"unmask=ALL|PATH[:PATH]", "systempaths=unconfined"
 * @privileged:	all capabilities and devices, no seccomp, nothing masked
 * @devices:	"/dev/fuse[:/dev/inside][:rwm]"
 * @sysctls:	"net.core.somaxconn=1024"
 *
 * @network, @pid, @ipc, @uts, @userns, @cgroupns, @time:
 *		"private", "host", or whose: a process id, a container,
 *		"container:NAME", or the path of a namespace file. NULL:
 *		private; @userns: the host's for root, else private; @network
 *		"none" is private
 * @uid_maps, @gid_maps: "INSIDE:OUTSIDE:COUNT"
 * @boottime_ms, @monotonic_ms: what these clocks are ahead by inside
 *
 * @stop_signal: what kist_stop() sends; 0: SIGTERM
 * @layers:	a container of image "host" that has ended, whose changes are
 *		seen and added to; they are lent to this one while it runs, in
 *		the foreground. NULL: none
 * @cidfile, @pidfile: files to write the id and the pid to; @cidfile must not
 *		be there yet
 */
struct kist_run {
	const char *image;
	const char *const *command;
	const char *entrypoint;
	const char *name;
	bool detach, remove, interactive;
	enum kist_switch terminal;
	bool init;

	const char *const *volumes, *const *mounts, *const *tmpfs;
	bool read_only;

	const char *const *env, *const *env_files;
	const char *user, *workdir, *hostname, *domainname;
	const char *const *labels;

	int64_t memory, memory_swap, memory_reservation;
	int64_t cpus, cpu_shares;
	const char *cpuset_cpus, *cpuset_mems;
	int64_t pids_limit;
	const char *const *ulimits;

	const char *const *cap_add, *const *cap_drop;
	const char *const *security;
	bool privileged;
	const char *const *devices, *const *sysctls;

	const char *network, *pid, *ipc, *uts, *userns, *cgroupns, *time;
	const char *const *uid_maps, *const *gid_maps;
	int64_t boottime_ms, monotonic_ms;

	int stop_signal;
	const char *layers;
	const char *cidfile, *pidfile;
};

/**
 * struct kist_run_result - what became of it
 * @id, @name:	NUL-terminated
 * @status:	in the foreground: the exit status, or 128 + signal
 * @oom_kills:	in the foreground: how many of its processes the kernel killed
 *		for want of memory; -1: not known
 * @forks_refused: the same: how often pids.max refused it a process or thread
 */
struct kist_run_result {
	char id[65];
	char name[129];
	int status;
	int64_t oom_kills, forks_refused;
};

/**
 * kist_run() - make a container and start its command
 *
 * In the foreground it returns when the command has ended; signals that
 * reach this process meanwhile are passed on to it. After a failure nothing
 * is left of the container.
 */
int kist_run(const struct kist *kist, const struct kist_run *run,
	     struct kist_run_result *ret_result, struct kist_error *err);

/* What kist_run() would do: the plan, a line an operation. */
int kist_run_plan(const struct kist *kist, const struct kist_run *run,
		  char **ret_text, struct kist_error *err);

/**
 * struct kist_exec - one more command in a running container
 * @container:	its name or id
 * @user, @workdir: NULL: the container's
 * @env:	added to the container's; as in struct kist_run
 * @privileged:	with all capabilities the container's namespaces allow, and
 *		without its seccomp filter
 */
struct kist_exec {
	const char *container;
	const char *const *command;
	const char *user, *workdir;
	const char *const *env;
	bool detach, interactive, privileged;
	enum kist_switch terminal;
};

/* @ret_status: as in struct kist_run_result; 0 if detached. */
int kist_exec(const struct kist *kist, const struct kist_exec *exec,
	      int *ret_status, struct kist_error *err);

/* What kist_exec() would do: the plan, a line an operation. */
int kist_exec_plan(const struct kist *kist, const struct kist_exec *exec,
		   char **ret_text, struct kist_error *err);

enum kist_container_status {
	KIST_CONTAINER_CREATED,
	KIST_CONTAINER_RUNNING,
	KIST_CONTAINER_PAUSED,
	KIST_CONTAINER_EXITED,
};

/**
 * struct kist_container - one container
 * @command:	as one line
 * @created, @finished: nanoseconds since 1970; 0: not yet, or not known
 * @pid:	of its first process; 0: none
 * @exit_status: -1: none yet, or not known (its supervisor was killed)
 */
struct kist_container {
	char *id, *name, *image, *command;
	enum kist_container_status status;
	int64_t created, finished;
	pid_t pid;
	int exit_status;
};

const char *kist_container_status_name(enum kist_container_status status);

/* Newest first; @all: those that have ended, too. One that vanishes meanwhile
 * is left out. Free with kist_containers_free(). */
int kist_containers(const struct kist *kist, bool all,
		    struct kist_container **ret_containers, size_t *ret_count,
		    struct kist_error *err);
void kist_containers_free(struct kist_container *containers, size_t count);

/**
 * struct kist_logs - which part of a log, and where to
 * @follow:	go on until the container ends
 * @timestamps:	put the time before each line
 * @tail:	only so many of the last lines; -1: all
 * @since:	only lines from then on, nanoseconds since 1970; 0: all
 * @out_fd, @err_fd: receive what the container wrote to its standard output
 *		and standard error
 */
struct kist_logs {
	const char *container;
	bool follow, timestamps;
	int64_t tail, since;
	int out_fd, err_fd;
};

int kist_logs(const struct kist *kist, const struct kist_logs *logs,
	      struct kist_error *err);

/* Ask it to end (its stop signal), and kill it after @timeout_ms (-1: never).
 * One that has ended is no error. Returns when it has ended. */
int kist_stop(const struct kist *kist, const char *container,
	      int64_t timeout_ms, struct kist_error *err);

/* Send a signal to its first process. */
int kist_kill(const struct kist *kist, const char *container, int signal,
	      struct kist_error *err);

/* Wait for its end; @ret_status as kist_container.exit_status. */
int kist_wait(const struct kist *kist, const char *container, int *ret_status,
	      struct kist_error *err);

/**
 * kist_remove() - forget one that has ended, with its log and layers
 * @force:	kill it first if it runs
 * @trace:	told of each step, or NULL
 *
 * Return: CONTAINER_UNKNOWN, CONTAINER_AMBIGUOUS, CONTAINER_RUNNING, STORE, …
 */
int kist_remove(const struct kist *kist, const char *container, bool force,
		const struct kist_trace *trace, struct kist_error *err);

/* All that is known of it: a JSON object. */
int kist_inspect_json(const struct kist *kist, const char *container,
		      char **ret_text, struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
