/* SPDX-License-Identifier: Apache-2.0 */
/**
 * finding.h - what the parts of things_find() share
 *
 * How it works
 * ============
 * The processes are read once (engine/ns/scan.h: the links of their
 * namespaces), and of each the file "cgroup". Processes with the very same file
 * are of one struct group, which is looked at once: whose is it by its path?
 * A process then belongs to
 *
 *	1. the container its control group names;
 *	2. the container of kist whose pid namespace it is in (without a control
 *	   group of its own: an ordinary user's);
 *	3. the named set whose namespaces it is in;
 *	4. the unit its control group names, if it is in the same namespaces as
 *	   that one's first process;
 *	5. those that are in the same namespaces.
 *
 * Ownership: everything is in the scan's arena.
 */
#ifndef ENGINE_MAP_FINDING_H
#define ENGINE_MAP_FINDING_H

#include "base/keyed.h"
#include "engine/map/patterns.h"
#include "engine/map/things.h"
#include "engine/ns/scan.h"

/**
 * struct group - where processes are in the control groups
 * @whole:	where they are; @procs: how many
 * @path:	the thing's @cgroup, which may be above
 * @freezer:	path in the hierarchy that pauses, or NULL
 * @match:	whose it is; @is_known: it is somebody's
 * @key:	of the thing, if @is_known
 */
struct group {
	const char *whole, *path, *freezer, *key;
	struct pattern_match match;
	bool is_known;
	size_t procs;
	struct group *next;
};

/* A thing, and how it is found. */
struct found {
	struct kist_thing thing;
	const char *freezer;
	uid_t uid;
};

/**
 * struct own - a container or a named set of kist
 * @ns:		0: not one of its own
 * @found:	NULL until it is met
 */
struct own {
	const char *engine, *id, *name, *image, *command, *cgroup;
	pid_t pid;
	uint64_t ns[NS_COUNT];
	bool is_set, only_netns;
	struct found *found;
};

struct finding {
	const struct kist *kist; /* of things_name(): NULL: no records */
	struct scan *scan;
	struct arena *arena;
	struct keyed groups, things;
	struct group *first_group;
	struct found **items;
	size_t count, size;
	struct own *own;
	size_t own_count;
	uint64_t host[NS_COUNT]; /* the machine's; 0: not known */
	const struct json *podman;
	bool podman_read, failed;
};

/* A file of the kernel's that is made whole for one read(2), as a string: a
 * second one, to find its end, costs as much. Return: its length, or -errno. */
MUST_CHECK ssize_t read_once(int dir_fd, const char *path, char *text,
			     size_t size);

/* The machine's own namespaces, as far as they can be known; 0: not. */
void things_host(const struct scan *scan, uint64_t ret_host[NS_COUNT]);

/* The one that goes by @key, or NULL; a new one. */
struct found *things_get(const struct finding *f, const char *key);
struct found *things_add(struct finding *f, const char *key);

/* things_own.c: containers and sets that kist knows of. */
void things_load_own(struct finding *f);
struct own *things_own_of(struct finding *f, const struct scan_proc *proc);

/* things_names.c: what people call a container of another engine, or one of
 * kist's that has no process any more. */
void things_call(struct finding *f, struct kist_thing *thing);

#endif
