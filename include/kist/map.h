/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/map.h - the machine as a picture: who shares what with whom
 *
 * Ownership:  a map is the caller's until kist_map_free(); its strings live as
 *	       long.
 * Threads:    no shared state.
 */
#ifndef KIST_MAP_H
#define KIST_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kist/error.h>
#include <kist/unshare.h>
#include <kist/run.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KIST_MAP_UNKNOWN UINT64_MAX   /* not read, or not ours to read */
#define KIST_MAP_MAX (UINT64_MAX - 1) /* no limit */

enum kist_thing_kind {
	KIST_THING_CONTAINER, /* of any engine */
	KIST_THING_SET,	      /* named namespaces with a holder */
	KIST_THING_UNIT,      /* a systemd service or scope, a session */
	KIST_THING_PROCESSES, /* others, alike in namespaces */
	KIST_THING_HOST,      /* what is in the initial namespaces */
	KIST_THING_KINDS
};
const char *kist_thing_name(enum kist_thing_kind kind); /* "container" */

/**
 * struct kist_thing - what has namespaces and a control group
 * @engine:	"kist", "docker", "podman", "systemd", … or NULL
 * @id, @name:	@id: NULL if it has none; @name is never NULL
 * @pid:	its first process, in our pid namespace; 0: none
 * @procs:	how many processes
 * @ns:		inode of each kind, in the order of enum kist_ns; 0: not known
 * @cgroup:	path of its control group, as /proc/PID/cgroup says (v2, else
 *		the memory hierarchy); NULL: not known
 * @cgroup_index: in the map's cgroups, or -1
 */
struct kist_thing {
	enum kist_thing_kind kind;
	const char *engine, *id, *name, *command, *image, *user;
	const char *cgroup;
	int cgroup_index;
	pid_t pid;
	size_t procs;
	bool is_paused;
	uint64_t ns[KIST_NS_KINDS];
};

/* @parent, @owner: 0: none, not known. @netnsid: -1: none. @things: how many
 * of the map's are in it */
struct kist_map_ns {
	enum kist_ns kind;
	uint64_t ino, parent, owner;
	bool is_initial;
	const char *name; /* kept as; NULL */
	size_t things, procs;
	int netnsid;
	/* of user namespaces: "0 100000 65536" lines, joined by ", " */
	const char *uid_map, *gid_map, *owner_name;
};

/* @peer_ns, @peer: where the other end is, or what it lies on; 0: none */
struct kist_map_device {
	uint64_t ns, peer_ns;
	int index, peer, master; /* master: index in @ns, 0: none */
	const char *name, *type; /* "veth", "bridge", "loopback", "" */
	const char *addresses;	 /* "10.0.0.2/24, fd00::2/64", or "" */
	bool is_up;
};

struct kist_map_port {
	const char *protocol, *address;
	uint16_t host_port, port;
	uint64_t ns;		  /* where it leads */
	const char *published_by; /* "kist", "docker-proxy", "netavark" … */
};

/* @parent: index, -1: a root. Bytes, microseconds, counts. Weights as the file
 * has them. */
struct kist_map_cgroup {
	const char *hierarchy, *path;
	int parent;
	size_t procs;
	bool is_frozen;
	uint64_t memory, memory_max, memory_high, pids, pids_max;
	uint64_t cpu_usec, cpu_quota_usec, cpu_period_usec, cpu_weight;
	uint64_t oom_kills;
};

struct kist_map {
	const char *machine; /* host name */
	const struct kist_thing *things;
	const struct kist_map_ns *namespaces;
	const struct kist_map_device *devices;
	const struct kist_map_port *ports;
	const struct kist_map_cgroup *cgroups;
	size_t thing_count, ns_count, device_count, port_count, cgroup_count;
	size_t hidden; /* processes that are not ours to see */
	void *arena;
};

/* @parts: mask of enum kist_map_part; 0: all */
enum kist_map_part {
	KIST_MAP_NAMESPACES = 1,
	KIST_MAP_NETWORK = 2,
	KIST_MAP_CGROUPS = 4,
	KIST_MAP_IDS = 8,
};

/**
 * kist_map() - look at the whole machine
 *
 * What the caller may not see is left out (@hidden counts). Under 0.3 s for 500
 * containers.
 */
int kist_map(const struct kist *kist, unsigned parts, struct kist_map *ret_map,
	     struct kist_error *err);
void kist_map_free(struct kist_map *map);

/* The map as JSON, SVG, or one self-contained HTML page. Return: a string for
 * free(3), or NULL: memory is exhausted. */
char *kist_map_json(const struct kist_map *map);
char *kist_map_svg(const struct kist_map *map);
char *kist_map_html(const struct kist_map *map);

/**
 * kist_map_serve() - the page on a loopback address, kept up to date
 * @port:	0: any
 * @token:	who does not bring it is refused (HTTP 403); NULL: one is made
 * @ready:	called once with the address to open; may be NULL
 *
 * Returns at SIGINT or SIGTERM with 0, else with a negative errno.
 */
int kist_map_serve(const struct kist *kist, uint16_t port, const char *token,
		   void (*ready)(void *context, const char *url), void *context,
		   struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
