/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/namespace.h - named namespaces: new, keep, remove; and entering them
 *
 * TARGET strings are those of kist(1): ".", a process id, the name of a
 * container or of a named set, "net:[4026531956]", ":7", a path, "netns:NAME",
 * "fd:4@1234", "docker:ID", "podman:ID", "unit:X.service", "cg:/path".
 *
 * Return:     0, or a negative errno with the error filled in.
 * See:        namespaces(7), setns(2)
 */
#ifndef KIST_NAMESPACE_H
#define KIST_NAMESPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kist/error.h>
#include <kist/run.h>
#include <kist/spawn.h>
#include <kist/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kist_ns_new - a set of new namespaces with a name
 * @name:	[a-zA-Z0-9][a-zA-Z0-9_.-]*
 * @kinds:	enum kist_ns; 0: all but the user namespace (for an ordinary
 *		user, all)
 * @hostname:	of the new uts namespace, or NULL
 * @monotonic_ns, @boottime_ns: offsets of a new time namespace's clocks
 * @uid_maps, @gid_maps: "INSIDE:OUTSIDE:COUNT", NULL-terminated, or NULL: the
 *		caller is root inside, with its subordinate ids
 */
struct kist_ns_new {
	const char *name;
	unsigned kinds;
	const char *hostname;
	int64_t monotonic_ns, boottime_ns;
	const char *const *uid_maps, *const *gid_maps;
};

/**
 * kist_ns_new() - make namespaces and give them a name
 *
 * Those of kind net also appear in /run/netns, their loopback is up; a mount
 * namespace propagates nothing to the outside.
 *
 * Return: NAME_TAKEN, NAMESPACE, ID_MAP…; nothing is left after a failure.
 */
int kist_ns_new(const struct kist *kist, const struct kist_ns_new *args,
		const struct kist_trace *trace, struct kist_error *err);

/**
 * kist_ns_keep() - give namespaces that exist a name
 * @target:	whose
 * @kinds:	enum kist_ns; 0: all in which the target differs from the caller
 */
int kist_ns_keep(const struct kist *kist, const char *name, const char *target,
		 unsigned kinds, const struct kist_trace *trace,
		 struct kist_error *err);

/**
 * struct kist_ns_ending - what goes with a name
 * @kinds:	enum kist_ns: that end; in the others there are processes, which
 *		keep them
 * @killed:	processes of its pid namespace, that end with it
 * @devices_back: network devices that come back to the initial namespace: those
 *		that are hardware. Names with blanks between, or NULL
 * @devices_gone: those that are destroyed: veth, bridge and all made by programs
 */
struct kist_ns_ending {
	unsigned kinds;
	size_t killed;
	char *devices_back, *devices_gone;
};

/* Asked before kist_ns_remove(). Free with kist_ns_ending_done().
 * Return: TARGET_UNKNOWN: there is no such name. */
int kist_ns_ending(const struct kist *kist, const char *name,
		   struct kist_ns_ending *ret_ending, struct kist_error *err);
void kist_ns_ending_done(struct kist_ns_ending *ending);

/* kist_ns_remove() - take a name away; what nobody else keeps alive ends */
int kist_ns_remove(const struct kist *kist, const char *name,
		   const struct kist_trace *trace, struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
