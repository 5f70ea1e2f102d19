/* SPDX-License-Identifier: Apache-2.0 */
/**
 * lifecycle.h - the life of a container, given its spec
 *
 * What kist-oci (from a bundle) and kist run (from options) have in common.
 * A container's state is the folder ROOT/ID: "record" (format/record.h), and
 * while it waits to be started the socket "start". Nothing else remembers it.
 *
 * Ownership:  struct container is the caller's; container_close() lets go of
 *             what it holds and never ends the container.
 * Threads:    safe in a threaded program; one container, one thread.
 */
#ifndef CONTAINER_LIFECYCLE_H
#define CONTAINER_LIFECYCLE_H

#include <kist/oci.h>

#include "base/arena.h"
#include "base/err.h"
#include "container/plan.h"
#include "container/spawn.h"
#include "format/record.h"
#include "format/spec.h"
#include "kernel/cgroup.h"

/**
 * struct container_args - a container to be
 * @state_root:	state folder of all containers, made if it is not there; NULL:
 *		nothing is written down, only the caller knows of it (attached,
 *		without hooks)
 * @bundle:	absolute; relative paths of the spec are below it
 * @config:	text kept in the record (for exec and the later hooks), and for
 *		places in errors
 * @owner_uid:	recorded
 * @no_cgroup:	make no control group
 * @attached:	start at once; else wait for container_start()
 * @init:	the first process is ours and the program its child
 * @console_fd:	socket that receives the terminal's master, or -1
 * @stdio:	fds for the program's 0 to 2; -1: the caller's
 * @pid_file:	path, or NULL; written last, by rename
 * @pidfd_fd:	socket that receives a pidfd, or -1
 */
struct container_args {
	const char *state_root, *id, *bundle;
	const struct spec *spec;
	struct config_source config;
	bool no_cgroup, attached, init, no_pivot, no_new_keyring;
	int console_fd, preserve_fds;
	int stdio[3];
	const char *pid_file;
	int pidfd_fd;
	int fault_op, fault_errno;
};

/**
 * struct container - one that exists
 * @dir_fd:	its state folder
 * @proc_fd:	this machine's /proc, verified, or -1
 * @record:	what was written down at creation
 * @process:	pid and pidfd of the first process; pidfd -1: it has ended
 * @world, @cgroup: its control group; no fds in it if there is none
 */
struct container {
	struct arena arena;
	const char *id;
	int root_fd, dir_fd, proc_fd;
	struct container_record record;
	struct spawn process;
	struct cgroup_world world;
	struct cgroup cgroup;
	bool has_cgroup;
};

/* [A-Za-z0-9_+-][A-Za-z0-9_+.-]*, at most 200 bytes: CONTAINER_ID. */
MUST_CHECK int container_check_id(const char *id, struct kist_error *err);

/**
 * container_create() - make it, up to the start (or beyond, if attached)
 *
 * After a failure everything is undone. The hooks prestart, createRuntime and
 * createContainer have run; attached, startContainer and poststart too.
 */
MUST_CHECK int container_create(const struct container_args *args,
				struct container *ret_container,
				struct kist_error *err);

/* The plan alone, as text. Nothing is made. */
MUST_CHECK int container_plan(const struct container_args *args,
			      struct buf *out, struct kist_error *err);

/* The same for who reads it otherwise, while it lasts. @in_words: struct
 * planning. */
struct planning;
typedef void plan_reader(void *context, const struct planning *p);
MUST_CHECK int container_plan_see(const struct container_args *args,
				  bool in_words, plan_reader *read,
				  void *context, struct kist_error *err);

/* Empty, with its arena; for container_close(). */
void container_init(struct container *container, const char *id);

/* Find one by its id. CONTAINER_UNKNOWN. */
MUST_CHECK int container_open(const char *state_root, const char *id,
			      struct container *ret_container,
			      struct kist_error *err);
void container_close(struct container *container);

enum kist_status container_status(const struct container *container);

/* The spec it was made from, in its arena. */
MUST_CHECK int container_spec(struct container *container,
			      struct spec **ret_spec, struct kist_error *err);

MUST_CHECK int container_start(struct container *container,
			       struct kist_error *err);

/* Wait for the end of the first process (a child of ours, or adopted).
 * Return: exit status, 128 + signal, or -errno. */
MUST_CHECK int container_wait(struct container *container);

/* @all: every process of it. A stopped one: CONTAINER_STATE. */
MUST_CHECK int container_kill(struct container *container, int signal, bool all,
			      struct kist_error *err);

/* End what is left of it, remove its group and folder, run poststop. A failing
 * poststop hook is a warning: 0 is returned and @err is set. */
MUST_CHECK int container_delete(struct container *container, bool force,
				struct kist_error *err);

MUST_CHECK int container_pause(struct container *container, bool pause,
			       struct kist_error *err);

/**
 * struct container_exec_args - one more process
 * @spec:	process of it is what to run; seccomp as in the container
 * @cgroup:	path below the container's group, or NULL
 * @follow:	stay with the process until it has ended, without reaping it; or
 *		NULL: container_exec() returns when the program is executed
 */
struct container_exec_args {
	const struct spec *spec;
	struct config_source config;
	const char *cgroup;
	int console_fd, preserve_fds;
	int stdio[3];
	const char *pid_file;
	int pidfd_fd;
	bool ignore_paused;
	void (*follow)(void *context, const struct spawn *process);
	void *context;
};

MUST_CHECK int container_exec(struct container *container,
			      const struct container_exec_args *args,
			      struct spawn *ret_process,
			      struct kist_error *err);

/* The plan of it alone, for who reads it, while it lasts. */
MUST_CHECK int container_exec_see(struct container *container,
				  const struct container_exec_args *args,
				  plan_reader *read, void *context,
				  struct kist_error *err);

/* By rename; NULL: nothing to do. */
MUST_CHECK int container_write_pid_file(const char *path, pid_t pid,
					struct kist_error *err);

/* Names of the folders in @state_root that hold a container, sorted. A folder
 * that is not there is an empty list. */
MUST_CHECK int container_list(const char *state_root, struct arena *arena,
			      const char ***ret_ids, size_t *ret_count,
			      struct kist_error *err);

#endif
