/* SPDX-License-Identifier: Apache-2.0 */
/**
 * planning.h - from a spec to a plan (inside container/)
 *
 * plan_container() and plan_exec() run the stages below in the order in which
 * the child is to act; each stage appends operations and, where the parent
 * has to act first (open a mount, a file), does that. The order is the design:
 *
 *	namespaces → groups, ids, clocks → root and mounts → hooks → the root
 *	becomes / → process attributes → credentials → wait for start → exec
 *
 * Everything up to "the root becomes /" sees this machine's files by absolute
 * path and the container's below the root's slot; after it there is only the
 * container.
 */
#ifndef CONTAINER_PLANNING_H
#define CONTAINER_PLANNING_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "container/plan.h"
#include "format/spec.h"
#include "kernel/cgroup.h"

/**
 * struct planning - what the stages share
 * @spec:	what is asked
 * @config:	where places of the spec are, for errors; or NULL
 * @id, @bundle: of the container; @bundle is absolute
 * @root_path:	absolute path of the root directory, or NULL with root_mount
 * @cgroup:	the container's, or NULL
 * @console_fd:	socket that is to receive the terminal, or -1
 * @listen_fd:	start socket of a created container; -1: start at once
 * @proc_fd:	this machine's /proc, verified; plan_container() opens it
 * @is_exec:	one more process: what belongs to the container is left alone
 * @binds_console: the terminal is also the container's /dev/console
 * @is_rootless: devices cannot be made: in a user namespace, its own or the
 *		caller's
 * @stdio:	fds for the program's 0 to 2, -1: the caller's; or NULL
 * @world:	the hierarchies of this machine
 * @preserve_fds, @no_pivot, @no_new_keyring, @init: as asked for
 * @root_slot, @proc_slot: the container's root mount; this machine's /proc
 * @dev_slot:	the mount at /dev, or -1
 * @dev_readonly: it is to be read-only, once it is filled
 * @parent_mounts: we may clone mounts ourselves (CAP_SYS_ADMIN); else the
 *		child does, inside its user namespace
 * @in_words:	the plan is to be read, not carried out: nothing of this machine
 *		is opened for it, and what is not there is no error
 * @root_fd:	the root directory for looking before it is mounted, or -1
 * @listen_op:	number of the LISTEN operation, or -1
 */
struct planning {
	struct plan *plan;
	struct arena *arena;
	const struct spec *spec;
	const struct config_source *config;
	const char *id, *bundle, *root_path;
	const struct cgroup *cgroup;
	int console_fd, listen_fd, preserve_fds, proc_fd;
	bool no_pivot, no_new_keyring, init, binds_console, is_exec,
		is_rootless;
	const struct cgroup_world *world;
	const int *stdio;

	int root_slot, proc_slot, dev_slot;
	bool parent_mounts, dev_readonly, in_words;
	int root_fd;
	int listen_op;
};

/* A plan for a new container. */
MUST_CHECK int plan_container(struct planning *p, struct kist_error *err);

/**
 * plan_exec() - a plan for one more process in a running container
 * @pid, @pidfd: its first process
 * @kinds:	CLONE_NEW* flags of the namespaces to join
 */
MUST_CHECK int plan_exec(struct planning *p, pid_t pid, int pidfd,
			 uint64_t kinds, struct kist_error *err);

/* The operations behind LISTEN, to name one that failed there. */
MUST_CHECK int plan_after_start(struct planning *p, struct kist_error *err);

/* ---- stages ---- */

MUST_CHECK int plan_namespaces(struct planning *p, struct kist_error *err);
/* Join @kinds of the process @pidfd, and go on in a process made there. */
void plan_join_all(struct planning *p, int pidfd, uint64_t kinds);
/* Is the namespace another than the caller's? What is set there is then the
 * container's alone. */
bool plan_is_private(const struct planning *p, enum ns_kind kind);
MUST_CHECK int plan_groups(struct planning *p, struct kist_error *err);
MUST_CHECK int plan_clocks(struct planning *p, struct kist_error *err);
/* What happens on this machine's mounts reaches the copy, never back. */
void plan_propagation(struct planning *p);
MUST_CHECK int plan_root(struct planning *p, struct kist_error *err);
MUST_CHECK int plan_mounts(struct planning *p, struct kist_error *err);
MUST_CHECK int plan_cgroup_mount(struct planning *p,
				 const struct spec_mount *mount,
				 struct kist_error *err);
MUST_CHECK int plan_devices(struct planning *p, struct kist_error *err);
void plan_oom_score(struct planning *p);
void plan_terminal(struct planning *p);
void plan_hidden_paths(struct planning *p);
void plan_pivot(struct planning *p);
MUST_CHECK int plan_sysctls(struct planning *p, struct kist_error *err);
void plan_hooks(struct planning *p, enum hook_kind kind);
/* HOME is not given and has to be looked up in the container (root_fd). */
bool plan_needs_home(const struct planning *p);
void plan_stdio(struct planning *p);
MUST_CHECK int plan_process(struct planning *p, struct kist_error *err);

/* ---- shared by the stages (plan_tree.c) ---- */

/**
 * plan_tree() - a detached copy of the mount at host path @source
 * @attr:	top mount's attributes and propagation
 * @rec:	the whole tree's attributes, or NULL
 *
 * Made now if we may, else by the child. Return: its slot, or -errno.
 */
struct mount_attr;
MUST_CHECK int plan_tree(struct planning *p, const char *source, bool recursive,
			 const struct mount_attr *attr,
			 const struct mount_attr *rec,
			 const struct place *place, struct kist_error *err);

/* A new, detached file system as @mount asks; mode: for tmpfs, or NULL.
 * Return: its slot. */
int plan_filesystem(struct planning *p, const struct spec_mount *mount,
		    const char *mode);

/* mount_setattr(2) on the mount in @slot; @flags: AT_RECURSIVE or 0. */
void plan_set_attr(struct planning *p, int slot, unsigned flags,
		   const struct mount_attr *attr);

/* Attach the mount in @slot at @destination below the container's root. */
void plan_place(struct planning *p, int slot, const char *destination,
		unsigned flags, const char *what, const struct place *place);

#endif
