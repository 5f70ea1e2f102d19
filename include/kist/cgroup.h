/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/cgroup.h - control groups by their kernel names
 *
 * Files and values are the kernel's own, on whatever hierarchies this machine
 * has mounted: v1, v2, both, or named ones without controllers.
 *
 * GROUP, wherever a function takes one:
 *
 *	/a/b			in every hierarchy it is in
 *	memory:/a/b, cpu,cpuacct:a	only in those of these controllers
 *	name=X:/a		in the named hierarchy X; v2:/a in that of v2
 *	. and ./a		the caller's own group, and one below it
 *	/sys/fs/cgroup/…/a	a directory of a mounted hierarchy
 *	web.service, user.slice	a unit of systemd
 *
 * Ownership:  results are the library's until kist_cg_free(); so are the
 *             strings in them. Arguments stay the caller's.
 * Threads:    no shared state.
 * Return:     0, or a negative errno with the error filled in: CG_PATH (not a
 *             group's name), CGROUP_UNKNOWN (it is not there), CGROUP_DENIED,
 *             CG_FILE, CG_VALUE, CG_RULE, CGROUP_CONTROLLER …
 * See:        cgroups(7), kernel documentation: cgroup-v1, cgroup-v2
 */
#ifndef KIST_CGROUP_H
#define KIST_CGROUP_H

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

/* Give back what a function below returned through its ret_… pointer. */
void kist_cg_free(const void *result);

/* ---- what there is ---- */

/* enum kist_cg_state - where a controller is */
enum kist_cg_state {
	KIST_CG_V1,	  /* in a v1 hierarchy */
	KIST_CG_V2,	  /* in the unified one */
	KIST_CG_IMPLICIT, /* works on v2 without being enabled: perf_event */
	KIST_CG_UNMOUNTED,
	KIST_CG_DISABLED, /* by the kernel's command line */
	KIST_CG_STATE_COUNT
};

/* "v1", "v2", "implicit", "unmounted", "disabled" */
const char *kist_cg_state_name(enum kist_cg_state state);

/**
 * struct kist_cg_controller - one that this kernel has
 * @hierarchy:	number of its hierarchy; 0: the unified one, or none
 * @groups:	how many control groups its hierarchy has; -1: not known
 * @mount:	where, or NULL
 * @why:	why it is not to be had, and what helps; or NULL
 */
struct kist_cg_controller {
	const char *name;
	enum kist_cg_state state;
	int hierarchy;
	int64_t groups;
	const char *mount, *why;
};

/**
 * struct kist_cg_hierarchy - one mounted hierarchy
 * @controllers: "cpu,cpuacct"; "name=systemd"; of v2 those it offers
 * @mounts:	where, NULL-terminated
 * @options:	of the first mount: "rw,nosuid,noprefix"
 * @release_agent: of v1, or ""
 * @dying:	v2: groups removed that memory still holds on to; -1: unknown
 */
struct kist_cg_hierarchy {
	bool is_v2, read_only;
	int number;
	const char *controllers, *const *mounts, *options, *release_agent;
	int64_t groups, dying;
};

struct kist_cg_machine {
	const struct kist_cg_controller *controllers;
	size_t controller_count;
	const struct kist_cg_hierarchy *hierarchies;
	size_t hierarchy_count;
};

/* kist_cg_machine() - controllers and hierarchies; none is no error */
int kist_cg_machine(struct kist_cg_machine **ret_machine,
		    struct kist_error *err);

/**
 * struct kist_cg_process - a process or thread in a group
 * @name:	/proc/PID/comm, or "" if it has ended meanwhile; a stranger's
 *		text
 */
struct kist_cg_process {
	pid_t pid;
	const char *name;
};

/**
 * struct kist_cg_limit - a limit that binds a group
 * @file:	kernel name: "memory.max"
 * @value:	what holds, by the tightest group on the way up
 * @from:	that group, or NULL: its own
 * @usage:	how much is used now, as the kernel says; or NULL
 */
struct kist_cg_limit {
	const char *file, *value, *from, *usage;
};

/**
 * struct kist_cg_node - one group of a tree
 * @path:	from the root of the hierarchy: "/", "/a/b"
 * @depth:	0: where the tree begins
 * @hierarchies: controllers (or names) of the hierarchies it is in,
 *		space-separated; "v2" for the unified one
 * @type:	v2: "domain", "threaded" …; else ""
 * @controllers: v2: what the group has; else ""
 * @subtree_control: v2: what it hands down
 * @why:	why groups below lack a controller the group has, or NULL
 * @process_count: processes in the group itself
 * @processes:	these, if asked for
 */
struct kist_cg_node {
	const char *path, *name, *hierarchies, *type, *controllers;
	const char *subtree_control, *why;
	unsigned depth;
	bool frozen;
	size_t process_count;
	const struct kist_cg_process *processes;
	const struct kist_cg_limit *limits;
	size_t limit_count;
};

/**
 * struct kist_cg_tree_args - what of the tree
 * @group:	where it begins; NULL: the root
 * @controller:	only the hierarchy of this one, or NULL
 * @depth:	levels below the first; 0: all
 * @processes:	list them
 */
struct kist_cg_tree_args {
	const char *group, *controller;
	unsigned depth;
	bool processes;
};

struct kist_cg_tree {
	const struct kist_cg_node *nodes; /* each before those below it */
	size_t count;
};

int kist_cg_tree(const struct kist_cg_tree_args *args,
		 struct kist_cg_tree **ret_tree, struct kist_error *err);

/**
 * struct kist_cg_file - a file of a group
 * @hierarchy:	"memory", "cpu,cpuacct", "v2", "name=systemd"
 * @value:	without the newline at the end; may have several lines
 */
struct kist_cg_file {
	const char *hierarchy, *path, *name, *value;
};

struct kist_cg_files {
	const struct kist_cg_file *files;
	size_t count;
};

/**
 * kist_cg_get() - read files of a group
 * @names:	NULL-terminated: "memory.max", "memory.*", "memory" for all of a
 *		controller; NULL: all that can be read
 *
 * Return: CG_FILE: no such file; the hint has the nearest, or the other
 * version's name.
 */
int kist_cg_get(const char *group, const char *const *names,
		struct kist_cg_files **ret_files, struct kist_error *err);

struct kist_cg_processes {
	const struct kist_cg_process *processes;
	size_t count;
};

/**
 * kist_cg_procs() - who is in a group: sorted, each once
 * @threads:	threads instead of processes
 * @recursive:	groups below too
 */
int kist_cg_procs(const char *group, bool threads, bool recursive,
		  struct kist_cg_processes **ret_processes,
		  struct kist_error *err);

/* ---- changing it ---- */

/**
 * struct kist_cg_new - a group to make
 * @group:	parents are made too
 * @values:	"FILE=VALUE", NULL-terminated; or NULL
 * @owner:	"USER[:GROUP]" who gets the directory and its files, or NULL
 * @delegate:	only what a delegated group needs: the directory,
 *		cgroup.procs, cgroup.subtree_control, cgroup.threads, tasks; not
 *		the limits
 * @threaded:	v2: it shall have threads of a process in the group above
 * @leaf:	v2: processes of others in groups above that must hand
 *		controllers down are moved to a group "kist-leaf" below those
 * @exists_ok:	no error if it is there
 *
 * It is made in the hierarchies of @group's controllers; else of those that
 * @values need; else in all. Controllers of v2 are enabled in each group on the
 * way down. Processes of the caller's own session are moved out of the way
 * (to "kist-leaf") without @leaf. cpuset of v1 inherits from above.
 *
 * What was made is removed after a failure; enabled controllers stay.
 */
struct kist_cg_new {
	const char *group;
	const char *const *values;
	const char *owner;
	bool delegate, threaded, leaf, exists_ok;
};

int kist_cg_new(const struct kist_cg_new *args, const struct kist_trace *trace,
		struct kist_error *err);

/**
 * kist_cg_set() - write files of a group
 * @values:	"FILE=VALUE", NULL-terminated. Written in the order the kernel
 *		wants (memory.limit_in_bytes before or after memsw, as they go
 *		up or down; cpuset before tasks), not in that given
 * @leaf:	as in struct kist_cg_new
 *
 * Return: CG_VALUE: refused, with the rule that did; what was written before
 * it stays, and is named.
 */
int kist_cg_set(const char *group, const char *const *values, bool leaf,
		const struct kist_trace *trace, struct kist_error *err);

/**
 * kist_cg_move() - move processes, or single threads, into a group
 * @whats:	process ids or targets, NULL-terminated
 * @thread:	the ids are of threads: v1 alone, or v2 threaded groups
 *
 * Moved in every hierarchy @group is in.
 */
int kist_cg_move(const struct kist *kist, const char *group,
		 const char *const *whats, bool thread,
		 const struct kist_trace *trace, struct kist_error *err);

/**
 * kist_cg_remove() - remove groups
 * @recursive:	those below too
 * @move_up:	processes go to the group above; else they are in the way
 *
 * Return: CGROUP_BUSY: it says who is in the way.
 */
int kist_cg_remove(const char *const *groups, bool recursive, bool move_up,
		   const struct kist_trace *trace, struct kist_error *err);

/* Freeze or thaw all processes in and below a group, and wait until they are
 * (CGROUP_TIMEOUT after ten seconds). */
int kist_cg_freeze(const char *group, bool frozen,
		   const struct kist_trace *trace, struct kist_error *err);

/* Send @signal to all in and below it. SIGKILL: until nobody is left. */
int kist_cg_kill(const char *group, int signal, const struct kist_trace *trace,
		 struct kist_error *err);

/**
 * kist_cg_exec() - become a command inside a group
 *
 * The calling process moves itself, then executes @argv (looked for in PATH):
 * nothing of the command runs outside.
 *
 * Return: only after a failure, or in a dry run.
 */
int kist_cg_exec(const char *group, const char *const *argv,
		 const struct kist_trace *trace, struct kist_error *err);

/* ---- hierarchies ---- */

/**
 * kist_cg_mount() - mount a hierarchy
 * @what:	"memory", "cpu,cpuacct", "name=X", "v2"
 * @dir:	absolute; made if it is not there. If its first folder is not
 *		there ("/cgroup"), that becomes a tmpfs
 *
 * Return: CG_MOUNT: the controller is bound elsewhere, and where.
 */
int kist_cg_mount(const char *what, const char *dir,
		  const struct kist_trace *trace, struct kist_error *err);

/**
 * kist_cg_umount() - unmount one
 * @dir:	the place; what kist_cg_mount() made for it goes too
 * @ret_groups:	groups that keep the hierarchy alive although it is mounted
 *		nowhere any more, or 0; may be NULL
 */
int kist_cg_umount(const char *dir, const struct kist_trace *trace,
		   int64_t *ret_groups, struct kist_error *err);

/* ---- events ---- */

/**
 * struct kist_cg_event - something happened in a group
 * @file, @key:	"memory.events", "oom_kill"; "cgroup.events", "populated"
 * @before, @now: values of the key
 *
 * The end of the group is the event "removed" of file "".
 */
struct kist_cg_event {
	const char *path, *file, *key;
	int64_t before, now;
	int64_t time_ns; /* since 1970 */
};

/**
 * struct kist_cg_watch - what to watch
 * @keys:	only these, NULL-terminated ("populated", "oom_kill",
 *		"removed" …), or NULL; "empty" is populated going to 0
 * @hook:	a command for sh(1), run for each event with the group's path
 *		as $1 and KIST_CG_PATH, KIST_CG_FILE, KIST_CG_KEY,
 *		KIST_CG_BEFORE, KIST_CG_NOW in its environment; or NULL
 * @timeout_ms:	0: none
 * @event:	called for each; not 0: enough, it is what is returned
 * @ready:	called once, when everything from then on is told; or NULL
 * @stop_fd:	readable: enough; 0: none
 */
struct kist_cg_watch {
	const char *group;
	const char *const *keys;
	const char *hook;
	int64_t timeout_ms;
	int (*event)(void *context, const struct kist_cg_event *event);
	void (*ready)(void *context);
	void *context;
	int stop_fd;
};

/**
 * kist_cg_watch() - tell what happens in a group, until it is removed
 *
 * v2: by inotify(7) on its *.events files. v1, which tells nobody: looked at
 * five times a second.
 *
 * Return: 0: removed, or @stop_fd; -ETIMEDOUT (CGROUP_TIMEOUT); CG_EVENT: a key
 * of no file.
 */
int kist_cg_watch(const struct kist_cg_watch *args, struct kist_error *err);

/* ---- the other version's words ---- */

/**
 * struct kist_cg_pair - one file and value, translated or not
 * @file, @value: as they were
 * @to_file, @to_value: on the other version; NULL: there is no equivalent
 * @note:	what differs, or the nearest choice; or NULL
 */
struct kist_cg_pair {
	const char *file, *value, *to_file, *to_value, *note;
};

struct kist_cg_pairs {
	const struct kist_cg_pair *pairs;
	size_t count;
	int to_version;
	size_t lacking; /* pairs without an equivalent */
};

/**
 * kist_cg_convert() - v1 files and values as those of v2, or the reverse
 * @values:	"FILE=VALUE", NULL-terminated; all of one group, for some depend
 *		on others (memsw on the limit)
 * @to_version:	1, 2, or 0: the one that the files are not of
 *
 * Return: CG_CONVERT: a file of neither, or a value that is none.
 */
int kist_cg_convert(const char *const *values, int to_version,
		    struct kist_cg_pairs **ret_pairs, struct kist_error *err);

/* The same of a group that is there: all files with a value that is not the
 * kernel's default. */
int kist_cg_convert_group(const char *group, int to_version,
			  struct kist_cg_pairs **ret_pairs,
			  struct kist_error *err);

/* One row of the table, for documents: "memory.limit_in_bytes". */
struct kist_cg_row {
	const char *v1, *v2, *note; /* v1 or v2 may be NULL: none */
};
/* Row @i; false: there are no more. */
bool kist_cg_row(size_t i, struct kist_cg_row *ret_row);

/* ---- files ---- */

/**
 * struct kist_cg_load - cgconfig.conf(5), carried out
 * @path:	"-": standard input
 * @convert:	names and values of the other version are translated
 * @as_kist:	trace lines are those of kist, not mkdir(1) and echo
 * @note:	told what was left out and why, or NULL
 */
struct kist_cg_load {
	const char *path;
	bool convert, as_kist, leaf;
	void (*note)(void *context, const char *text);
	void *context;
};

/**
 * kist_cg_load() - make the mounts and groups of a cgconfig.conf
 *
 * The file is read whole before anything is done. What is there already is
 * only set. Return: CG_CONFIG with line and column.
 */
int kist_cg_load(const struct kist_cg_load *args,
		 const struct kist_trace *trace, struct kist_error *err);

/**
 * kist_cg_save() - groups as they are, as a text that makes them again
 * @group:	it and those below; NULL: all but the roots
 * @conf:	as cgconfig.conf, else as a script for sh(1), which may be run
 *		any number of times
 * @ret_text:	malloc'ed
 */
int kist_cg_save(const char *group, bool conf, char **ret_text,
		 struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
