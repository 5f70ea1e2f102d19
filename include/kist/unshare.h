/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/unshare.h - a command in new namespaces, and nothing else
 *
 *	struct kist_unshare args = {
 *		.argv = (const char *const[]){ "make", "-j8", NULL },
 *		.ns = KIST_NS_NET | KIST_NS_PID,
 *	};
 *	struct kist_error err = { 0 };
 *	int status;
 *
 *	if (kist_unshare(&args, NULL, &status, &err) < 0)
 *		…
 *
 * What belongs to a namespace comes with it: a pid namespace brings a mount
 * namespace and a /proc of its own, a network namespace a /sys of its own and a
 * loopback that is up, an ipc namespace a /dev/mqueue of its own (where one is
 * mounted), a cgroup namespace beside a mount namespace the cgroup mounts as
 * seen from inside. Who may not make namespaces gets a user namespace for it.
 * With @plain none of that is done, as unshare(1) has it.
 *
 * Zero is a sensible value everywhere: a field left out is an option not
 * given. Values are written as on the command line of `kist unshare`, and
 * errors name them by its options.
 *
 * Ownership:  arguments stay the caller's.
 * Threads:    safe in a threaded program unless @replace is set. The calling
 *             thread sleeps until the command has ended. The calling process
 *             must not ignore SIGCHLD.
 * Return:     0, or a negative errno with the error filled in.
 * See:        unshare(1), namespaces(7), user_namespaces(7)
 */
#ifndef KIST_UNSHARE_H
#define KIST_UNSHARE_H

#include <stdbool.h>
#include <stdint.h>

#include <kist/error.h>
#include <kist/spawn.h>
#include <kist/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KIST_NS_KINDS 8

enum kist_propagation {
	KIST_PROPAGATION_PRIVATE,
	KIST_PROPAGATION_SLAVE,
	KIST_PROPAGATION_SHARED,
	KIST_PROPAGATION_UNCHANGED,
};

enum kist_setgroups {
	KIST_SETGROUPS_AUTO, /* denied where the kernel demands it */
	KIST_SETGROUPS_ALLOW,
	KIST_SETGROUPS_DENY,
};

/**
 * struct kist_unshare - a command, and what is new for it
 * @argv:	program and arguments, NULL-terminated, looked for in PATH;
 *		NULL: $SHELL, else the shell of passwd(5), else /bin/sh
 * @env:	"NAME=value", NULL-terminated; NULL: the caller's
 * @ns:		enum kist_ns: the namespaces to make
 * @keep:	by bit number of enum kist_ns: a file to bind the namespace to,
 *		so that it outlives the command; it is made if it is not there.
 *		NULL: none. Adds the kind to @ns
 * @plain:	only what is asked for, as unshare(1) does
 * @replace:	the caller is a program for this alone: the calling process
 *		becomes the command, or (where the command has to be a child)
 *		waits for it and passes signals on; its signal mask is changed.
 *		Without it the caller is left as it is
 * @fork:	the command is a child also where it need not be
 *
 * @map_user, @map_group: what the caller's user and group are inside: a number
 *		or a name
 * @map_users, @map_groups: blocks of ids, NULL-terminated:
 *		"INSIDE:OUTSIDE:COUNT"; "auto": the subordinate ids of the
 *		user, from 0 on; "subids": the same, under their own numbers;
 *		"all": every id there is, under its own number
 * @owner:	"UID:GID": who the new user namespace belongs to
 * @setgroups:	may setgroups(2) be called in the new user namespace
 * @setuid, @setgid: the ids to run as, inside: a number or a name
 * @keep_caps:	the capabilities of the user namespace stay when the command
 *		is not root in it
 *
 * @propagation: of all mounts of a new mount namespace
 * @mount_proc:	where to mount a new /proc ("/proc"), or NULL. With @plain that
 *		is the only one; without, one that is not asked for is mounted
 *		only where it makes sense
 * @mount_binfmt: where to mount a new binfmt_misc; needs KIST_NS_USER
 * @load_interp: ":name:type:offset:magic:mask:interpreter:flags", NULL: none
 * @root:	becomes /
 * @cwd:	working directory, inside
 * @hostname, @domainname: of the new uts namespace
 * @monotonic_ns, @boottime_ns: added to the clocks of a new time namespace
 * @setup:	a shell command run inside before the ids of @setuid and
 *		@setgid are taken; if it fails so does everything
 *
 * @kill_child:	the signal the command gets when the caller dies; 0: none
 * @forward:	with @plain: pass SIGTERM and SIGINT on to the child (without
 *		@plain all signals are)
 * @ended_by_signal: set if the status is 128 + a signal, or NULL
 * @warn:	told of what could not be done but is not needed, or NULL
 * @context:	given to @warn
 */
struct kist_unshare {
	const char *const *argv, *const *env;
	unsigned ns;
	const char *keep[KIST_NS_KINDS];
	bool plain, replace, fork;

	const char *map_user, *map_group;
	const char *const *map_users, *const *map_groups;
	const char *owner;
	enum kist_setgroups setgroups;
	const char *setuid, *setgid;
	bool keep_caps;

	enum kist_propagation propagation;
	const char *mount_proc, *mount_binfmt, *load_interp;
	const char *root, *cwd, *hostname, *domainname;
	int64_t monotonic_ns, boottime_ns;
	const char *setup;

	int kill_child;
	bool forward;
	bool *ended_by_signal;
	void (*warn)(void *context, const struct kist_error *what);
	void *context;
};

/**
 * kist_ns_parse() - kinds of namespace in words
 * @text:	"net,pid", "CLONE_NEWNET|CLONE_NEWPID", "mount,network", "all"
 * @ret_kinds:	enum kist_ns
 *
 * Return: 0 or -EINVAL (NS_UNKNOWN).
 */
int kist_ns_parse(const char *text, unsigned *ret_kinds,
		  struct kist_error *err);

/**
 * kist_unshare() - run a command in new namespaces, and wait for it
 * @trace:	told of the shell lines that do the same; in a dry run nothing
 *		else happens
 * @ret_status:	the command's exit status, or 128 + the signal that ended it.
 *		With @replace it may be that the call does not return
 *
 * If anything fails nothing is left: no namespace, no file, no mount, no
 * process.
 *
 * Return: 0; UNSHARE (the fields do not go together), UNSHARE_DENIED (the
 * kernel refused: the hint says which rule), UNSHARE_LIMIT, ID_MAP…,
 * COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE, or SYSTEM.
 */
int kist_unshare(const struct kist_unshare *args,
		 const struct kist_trace *trace, int *ret_status,
		 struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
