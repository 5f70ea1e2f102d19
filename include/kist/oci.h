/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/oci.h - the life of an OCI container: create, start, exec, kill, delete
 *
 * The operations of an OCI runtime (runtime-spec 1.3, runtime.md) on bundles
 * and a state folder. `kist-oci` is these functions and printing; `kist run`
 * makes its spec itself and then takes the same way.
 *
 * State is in ROOT/ID/: nothing else remembers a container, there is no
 * daemon. Each function opens what it needs and closes it again.
 *
 * Strings given stay the caller's; strings returned are malloc'ed and the
 * caller's to free(3) unless said otherwise. Functions block the calling
 * thread; other threads are not disturbed. A caller that is to learn of a
 * container's exit should be a subreaper (prctl(2) PR_SET_CHILD_SUBREAPER):
 * containers are its children, or become so.
 */
#ifndef KIST_OCI_H
#define KIST_OCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kist/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The highest version of the runtime specification that is understood. */
#define KIST_OCI_VERSION "1.3.0"

enum kist_cgroup_manager {
	KIST_CGROUPFS,
	KIST_CGROUP_SYSTEMD, /* refused: not supported yet */
	KIST_CGROUP_DISABLED,
};

/**
 * struct kist_oci - what holds for every operation
 * @root:	state folder; NULL: /run/kist-oci, or for an ordinary user
 *		$XDG_RUNTIME_DIR/kist-oci
 * @cgroup_manager: who makes control groups
 * @fault_op, @fault_errno: tests only, see child/plan.h; set @fault_op to -1
 */
struct kist_oci {
	const char *root;
	enum kist_cgroup_manager cgroup_manager;
	int fault_op, fault_errno;
};

/**
 * struct kist_oci_create - arguments of create and run
 * @id:		[A-Za-z0-9_+-][A-Za-z0-9_+.-]*, at most 1024 bytes
 * @bundle:	directory with config.json; NULL: the current one
 * @config:	file to read instead of BUNDLE/config.json, "-" for standard
 *		input, or NULL
 * @console_socket: path of an AF_UNIX socket that receives the terminal
 * @pid_file:	receives the pid in decimal, written last, by rename
 * @pidfd_socket: path of an AF_UNIX socket that receives a pidfd
 * @preserve_fds: how many fds from 3 on the process is to inherit
 * @no_pivot:	change the root by MS_MOVE (a root on ramfs)
 * @no_new_keyring: keep the caller's session keyring
 * @detach:	run: return when the process has started
 * @keep:	run: do not delete the container at its end
 * @no_subreaper: run: do not become a subreaper
 */
struct kist_oci_create {
	const char *id, *bundle, *config;
	const char *console_socket, *pid_file, *pidfd_socket;
	int preserve_fds;
	bool no_pivot, no_new_keyring;
	bool detach, keep, no_subreaper;
};

/* Create: everything but the process itself. After a failure nothing is left.
 */
int kist_oci_create(const struct kist_oci *oci,
		    const struct kist_oci_create *args, struct kist_error *err);

/* Start a created container. Returns when its program has been executed. */
int kist_oci_start(const struct kist_oci *oci, const char *id,
		   struct kist_error *err);

/* Create, start, and, unless detached, wait: @ret_status is the exit status,
 * 128 + signal if a signal ended it. Signals to the caller are passed on. */
int kist_oci_run(const struct kist_oci *oci, const struct kist_oci_create *args,
		 int *ret_status, struct kist_error *err);

enum kist_status {
	KIST_CREATING,
	KIST_CREATED,
	KIST_RUNNING,
	KIST_PAUSED,
	KIST_STOPPED,
};

/* "creating", "created", "running", "paused", "stopped". */
const char *kist_status_name(enum kist_status status);

/**
 * struct kist_state - a container as it is now
 * @pid:	of its first process, in the caller's pid namespace; 0: stopped
 * @created:	RFC 3339 with nanoseconds, UTC
 * @owner:	login name of who created it, or the uid in decimal
 */
struct kist_state {
	char *id;
	enum kist_status status;
	pid_t pid;
	char *bundle, *rootfs, *created, *owner;
	char *oci_version;
	char *annotations_json; /* an object's text, or NULL */
};

int kist_oci_state(const struct kist_oci *oci, const char *id,
		   struct kist_state *ret_state, struct kist_error *err);
void kist_state_done(struct kist_state *state);

/* The state as runc prints it: an object, two spaces a level. */
char *kist_state_json(const struct kist_state *state);

/* All containers, sorted by id. One that vanishes meanwhile is left out; a
 * state folder that is not there is an empty list. Free with
 * kist_states_free(). */
int kist_oci_list(const struct kist_oci *oci, struct kist_state **ret_states,
		  size_t *ret_count, struct kist_error *err);
void kist_states_free(struct kist_state *states, size_t count);

/* @signal to the first process; @all: to every process of the container. */
int kist_oci_kill(const struct kist_oci *oci, const char *id, int signal,
		  bool all, struct kist_error *err);

/* Remove a stopped (or created) container; @force: kill it first, and an
 * unknown id is no error. A failing poststop hook is a warning: 0 is returned
 * and @err is set. */
int kist_oci_delete(const struct kist_oci *oci, const char *id, bool force,
		    struct kist_error *err);

/**
 * struct kist_oci_exec - one more process in a running container
 * @process_file: JSON of an OCI process object that replaces everything
 *		below up to @caps; or NULL
 * @args:	NULL-terminated
 * @env:	additional "NAME=value", NULL-terminated, or NULL
 * @cwd:	NULL: the container's
 * @user:	"UID[:GID]" numeric, or NULL: the container's
 * @groups, @group_count: additional groups
 * @caps:	additional capabilities ("CAP_NET_RAW"), NULL-terminated
 * @no_new_privileges: -1: as config.json has it, else 0 or 1
 * @cgroup:	path below the container's group, or NULL: the container's
 */
struct kist_oci_exec {
	const char *id;
	const char *process_file;
	const char *const *args, *const *env;
	const char *cwd, *user;
	const gid_t *groups;
	size_t group_count;
	const char *const *caps;
	int no_new_privileges;
	bool terminal, detach;
	const char *console_socket, *pid_file, *pidfd_socket;
	const char *apparmor, *process_label, *cgroup;
	int preserve_fds;
	bool ignore_paused;
};

int kist_oci_exec(const struct kist_oci *oci, const struct kist_oci_exec *args,
		  int *ret_status, struct kist_error *err);

/* The pids of all processes, in the caller's pid namespace, sorted. */
int kist_oci_ps(const struct kist_oci *oci, const char *id, pid_t **ret_pids,
		size_t *ret_count, struct kist_error *err);

int kist_oci_pause(const struct kist_oci *oci, const char *id,
		   struct kist_error *err);
int kist_oci_resume(const struct kist_oci *oci, const char *id,
		    struct kist_error *err);

/* A config.json to begin with, as `runc spec` makes it; @rootless: for the
 * calling, ordinary user. */
char *kist_oci_spec_json(bool rootless);

/* What this build can do (features.md), as JSON. */
char *kist_oci_features_json(void);

/* The plan of a bundle, a line an operation, without running it. */
int kist_oci_plan(const struct kist_oci *oci,
		  const struct kist_oci_create *args, char **ret_text,
		  struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
