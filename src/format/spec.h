/* SPDX-License-Identifier: Apache-2.0 */
/**
 * spec.h - what a container is asked to be, typed
 *
 * The model of an OCI runtime configuration (runtime-spec 1.3, config.md and
 * config-linux.md), read from config.json (format/config.h) or made from a
 * command line (engine/). Names and meanings are the specification's; here
 * are only the differences: words are already numbers (capabilities are
 * masks, signals numbers, mount options attributes), "absent" is explicit.
 *
 * Ownership: everything lives in the arena it was made in. Arrays are pointer
 * and count; lists of strings (args, env) are NULL-terminated.
 *
 * struct place says where a value was written, for errors.
 */
#ifndef FORMAT_SPEC_H
#define FORMAT_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel/idmap.h"
#include "kernel/ns.h"
#include "kernel/seccomp.h"
#include "kernel/cgroup_limits.h"

/* @option: as typed ("-v /a:/b"), or NULL: then @offset in config.json, 0 for
 * unknown. */
struct place {
	const char *option;
	uint32_t offset;
};

struct key_value {
	const char *key, *value;
	struct place place;
};

struct key_values {
	struct key_value *items;
	size_t count;
};

struct string_list {
	const char **items; /* NULL-terminated */
	size_t count;
	struct place place;
};

/* ---- process ---- */

enum cap_set {
	CAP_SET_BOUNDING,
	CAP_SET_EFFECTIVE,
	CAP_SET_PERMITTED,
	CAP_SET_INHERITABLE,
	CAP_SET_AMBIENT,
	CAP_SET_COUNT
};

struct spec_rlimit {
	int resource; /* RLIMIT_* */
	uint64_t soft, hard;
	struct place place;
};

/* sched_setattr(2); @policy < 0: absent */
struct spec_scheduler {
	int policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period; /* ns */
	struct place place;
};

struct spec_process {
	bool present;
	bool terminal;
	uint16_t rows, columns; /* 0: unset */
	const char *cwd;
	struct place cwd_place;
	struct string_list args, env;
	uint32_t uid, gid;
	int umask; /* -1: absent */
	gid_t *groups;
	size_t group_count;
	struct place user_place;
	bool has_caps; /* absent: the caller's are kept */
	uint64_t caps[CAP_SET_COUNT];
	struct spec_rlimit *rlimits;
	size_t rlimit_count;
	bool no_new_privileges;
	bool has_oom_score_adj;
	int oom_score_adj;
	const char *apparmor_profile, *selinux_label;
	struct spec_scheduler scheduler;
	int io_class, io_priority; /* class 0: absent */
	const char *cpu_affinity_initial, *cpu_affinity_final;
};

/* ---- mounts ---- */

/**
 * struct spec_mount - one of mounts[], options already understood
 * @bind:	"bind" or "rbind" was among the options
 * @recursive:	"rbind"
 * @attr_set, @attr_clr: MOUNT_ATTR_*, for this mount
 * @rec_set, @rec_clr: MOUNT_ATTR_*, for the whole tree (rro …)
 * @propagation: MS_SHARED … | MS_REC, or 0 for the default (rprivate)
 * @sb_flags:	flags of a new superblock by fsconfig(2) name ("sync",
 *		"dirsync", …), NULL-terminated; "ro" is not among them, it is
 *		in @attr_set
 * @data:	options for the file system: "size=64k" as key and value
 */
struct spec_mount {
	const char *destination, *type, *source;
	bool bind, recursive;
	uint64_t attr_set, attr_clr;
	uint64_t rec_set, rec_clr;
	unsigned long propagation;
	bool copy_up;	   /* tmpcopyup */
	bool copy_symlink; /* the source link itself (crun's) */
	bool src_nofollow;
	bool dest_nofollow;
	bool idmap;
	struct id_maps uid_maps, gid_maps;
	const char **sb_flags;
	const char **data; /* "key=value" or "key", NULL-terminated */
	struct place place;
};

/* ---- hooks ---- */

enum hook_kind {
	HOOK_PRESTART,
	HOOK_CREATE_RUNTIME,
	HOOK_CREATE_CONTAINER,
	HOOK_START_CONTAINER,
	HOOK_POSTSTART,
	HOOK_POSTSTOP,
	HOOK_COUNT
};

struct spec_hook {
	const char *path;
	struct string_list args, env; /* empty args: path alone */
	uint32_t timeout_s;	      /* 0: none */
	struct place place;
};

struct spec_hooks {
	struct spec_hook *items;
	size_t count;
};

/* ---- linux ---- */

enum ns_want { NS_INHERIT, NS_NEW, NS_JOIN };

struct spec_ns {
	enum ns_want want;
	const char *path; /* NS_JOIN */
	struct place place;
};

struct spec_device {
	const char *path;
	mode_t type; /* S_IFCHR, S_IFBLK, S_IFIFO */
	uint32_t major, minor;
	mode_t mode; /* permission bits; default 0666 */
	uint32_t uid, gid;
	struct place place;
};

struct time_offset {
	bool present;
	int64_t secs;
	uint32_t nanosecs;
};

struct spec {
	const char *oci_version;
	const char *hostname, *domainname; /* NULL: leave */
	const char *root_path;		   /* as written */
	struct place root_place;
	/* Not in config.json: the root is this new file system (an overlay;
	 * paths in its data are the host's), root_path only its name. */
	const struct spec_mount *root_mount;
	bool root_readonly;
	struct spec_process process;
	struct spec_mount *mounts;
	size_t mount_count;
	struct spec_hooks hooks[HOOK_COUNT];
	struct key_values annotations;

	struct spec_ns ns[NS_COUNT];
	struct id_maps uid_maps, gid_maps;
	struct time_offset monotonic, boottime;
	struct spec_device *devices;
	size_t device_count;
	const char *cgroups_path; /* NULL: ours to choose */
	struct place cgroups_place;
	struct cgroup_limits limits; /* linux.resources */
	struct key_values sysctl;
	struct seccomp_profile *seccomp; /* NULL: none */
	unsigned long root_propagation;	 /* MS_*, 0: default (rprivate) */
	struct string_list masked_paths, readonly_paths;
	const char *mount_label;
	int64_t personality;	     /* -1: absent */
	struct string_list warnings; /* what the specification wants said */
	struct string_list ignored;  /* "vm at config.json:3:5": not known */
};

#endif
