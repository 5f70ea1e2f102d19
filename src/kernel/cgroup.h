/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup.h - control groups of this machine: find, make, limit, stop, remove
 *
 * One struct cgroup stands for "the same group" in every hierarchy of the
 * machine: one directory on a v2 machine, one per v1 hierarchy (and the
 * unified one, if it is mounted) on v1 and hybrid machines. Paths are from
 * the mount's root: "/kist-web".
 *
 * Ownership:  open/make fill the caller's struct with fds; cgroup_close().
 * Threads:    no shared state.
 * Child-safe: no; the child writes "0" to the fds of cgroup_join_fds().
 * See:        cgroups(7), cgroup-v2.rst
 */
#ifndef KERNEL_CGROUP_H
#define KERNEL_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/cgroup_limits.h"

#define CGROUP_HIERARCHY_MAX 24

enum cgroup_mode { CGROUP_NONE, CGROUP_V1, CGROUP_V2, CGROUP_HYBRID };

/**
 * struct cgroup_hierarchy - one mounted hierarchy
 * @mount:	where, such as "/sys/fs/cgroup/memory"
 * @controllers: "cpu,cpuacct"; "name=systemd"; "" for v2
 * @is_v2:	the unified one
 */
struct cgroup_hierarchy {
	char mount[128];
	char controllers[96];
	bool is_v2;
};

struct cgroup_world {
	enum cgroup_mode mode;
	int count;
	struct cgroup_hierarchy h[CGROUP_HIERARCHY_MAX];
};

/* @dir_fd: O_RDONLY|O_DIRECTORY per hierarchy, -1 where the group is not;
 * @made: bit per hierarchy whose directory we made (and shall remove) */
struct cgroup {
	const struct cgroup_world *world;
	char path[512];
	int dir_fd[CGROUP_HIERARCHY_MAX];
	uint32_t made;
};

/**
 * cgroup_probe() - which hierarchies there are
 *
 * On a v2 machine one statfs(2) of /sys/fs/cgroup; else its directory is
 * listed and symbolic links skipped. No cgroups at all is mode CGROUP_NONE,
 * not an error.
 */
MUST_CHECK int cgroup_probe(struct cgroup_world *ret_world,
			    struct kist_error *err);

/**
 * cgroup_probe_v1() - add the v1 hierarchy of one controller
 * @world:	empty, or what this function made of it
 * @cgroup_text: /proc/PID/cgroup of any process
 *
 * One statfs(2), for those who need few hierarchies. Return: false if it is
 * not where it usually is, is mounted together with others, or is on v2: then
 * cgroup_probe() knows.
 */
bool cgroup_probe_v1(struct cgroup_world *world, const char *cgroup_text,
		     const char *controller);

/**
 * cgroup_choose_path() - the group for a new container
 * @wanted:	linux.cgroupsPath: absolute is from the mounts' root, relative
 *		below "/kist"; NULL: "/kist-ID"
 *
 * ".." components are refused; so is the systemd form "a:b:c" (UNSUPPORTED).
 * An ordinary user on a v2 machine gets a path below the own, delegated
 * group.
 */
MUST_CHECK int cgroup_choose_path(const struct cgroup_world *world,
				  const char *wanted, const char *id,
				  char *ret_path, size_t size,
				  struct kist_error *err);

/**
 * cgroup_make() - make the group in every hierarchy
 *
 * Parents are made; on v2 the controllers that @limits need are enabled in
 * each of them. cpuset of v1 inherits its parent's cpus and mems. An existing
 * group with processes in it, or a frozen one, is refused (CGROUP_BUSY).
 * After a failure what was made is gone.
 *
 * @optional: an ordinary user without delegation: not being allowed is no
 * error as long as @limits is empty; the group is then absent everywhere.
 *
 * What stays on v2 is that parents hand down the controllers, which harms
 * nobody.
 */
MUST_CHECK int cgroup_make(const struct cgroup_world *world, const char *path,
			   const struct cgroup_limits *limits, bool optional,
			   struct cgroup *ret_cgroup, struct kist_error *err);

/* Open an existing group; hierarchies without it have no fd. -ENOENT if
 * none has it. */
MUST_CHECK int cgroup_open(const struct cgroup_world *world, const char *path,
			   struct cgroup *ret_cgroup, struct kist_error *err);
void cgroup_close(struct cgroup *cgroup);

/**
 * cgroup_limit() - write limits (not device rules) to the group
 *
 * Values are checked and ordered as the kernel wants (memory before memsw or
 * after, by direction; cpu.max in one write). What this machine's version
 * cannot express is an error that names the property (CGROUP_LIMIT), except
 * values that mean "no limit".
 */
MUST_CHECK int cgroup_limit(const struct cgroup *cgroup,
			    const struct cgroup_limits *limits,
			    struct kist_error *err);

/* Device rules, in order (kernel/device_rules.h says what they mean), in place
 * of those before; v1: devices.deny/allow; v2: a BPF program. None: no change.
 * @tolerate: the caller has no right to (user namespace): then skip. */
MUST_CHECK int cgroup_limit_devices(const struct cgroup *cgroup,
				    const struct device_rule *rules,
				    size_t count, bool tolerate,
				    struct kist_error *err);

/* The fd for CLONE_INTO_CGROUP, or -1 (v1 alone). Not a new fd. */
int cgroup_clone_fd(const struct cgroup *cgroup);

/**
 * cgroup_join_fds() - files to write "0" to, to move oneself in (v1)
 *
 * Opens cgroup.procs for writing in each v1 hierarchy; with @all in the v2
 * one too. The caller closes them.
 */
MUST_CHECK int cgroup_join_fds(const struct cgroup *cgroup, bool all,
			       int *ret_fds, int *ret_count,
			       struct kist_error *err);

/**
 * cgroup_explain_join() - say why a process could not be born in, or moved to
 * @errnum:	what clone3(2) or write(2) to cgroup.procs gave (positive)
 *
 * Looks at the v2 group for the rule that refused: groups below that have
 * controllers (EBUSY), a threaded group (EOPNOTSUPP), a pids limit (EAGAIN),
 * no right to the common parent (EACCES).
 *
 * Return: -@errnum.
 */
int cgroup_explain_join(const struct cgroup *cgroup, int errnum,
			struct kist_error *err);

/* Freeze or thaw and wait until it is so (at most @timeout_ms); a group that
 * could not be frozen is thawed again (CGROUP_TIMEOUT). */
MUST_CHECK int cgroup_freeze(const struct cgroup *cgroup, bool frozen,
			     int timeout_ms, struct kist_error *err);
bool cgroup_is_frozen(const struct cgroup *cgroup);

/* Send @signal to all processes of the group and below; SIGKILL again until
 * none is left. Refused if the caller is among them (CGROUP_SELF). */
MUST_CHECK int cgroup_kill(const struct cgroup *cgroup, int signal,
			   struct kist_error *err);

/* Process ids (of our pid namespace), sorted, unique, sub-groups included. */
MUST_CHECK int cgroup_pids(const struct cgroup *cgroup, struct arena *arena,
			   pid_t **ret_pids, size_t *ret_count,
			   struct kist_error *err);

/* Remove the group with all groups below, in every hierarchy; a straggling
 * process that is dying is waited for (CGROUP_BUSY after three seconds).
 * Empty parents up to "kist" go too, so that after the last container nothing
 * is left. Absent: no error. */
MUST_CHECK int cgroup_remove(const struct cgroup *cgroup,
			     struct kist_error *err);

/* How many processes of the group the kernel has OOM-killed; -1: unknown. */
int64_t cgroup_oom_kills(const struct cgroup *cgroup);
/* How often pids.max refused the group a process or thread; -1: unknown. */
int64_t cgroup_forks_refused(const struct cgroup *cgroup);

#endif
