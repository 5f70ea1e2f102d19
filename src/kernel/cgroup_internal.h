/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup_internal.h - what the cgroup_*.c files share with each other
 *
 * The writers of limits take one directory fd and know nothing of machines:
 * cgroup_limit() finds for each controller where it is, v1 first, and calls
 * the writer of that version.
 */
#ifndef KERNEL_CGROUP_INTERNAL_H
#define KERNEL_CGROUP_INTERNAL_H

#include <errno.h>

#include "kernel/cgroup.h"
#include "kernel/cgroup_file.h"

/* The controllers that limits of config.json need. */
enum cgroup_block {
	BLOCK_MEMORY,
	BLOCK_CPU,
	BLOCK_CPUSET,
	BLOCK_BLKIO,
	BLOCK_PIDS,
	BLOCK_HUGETLB,
	BLOCK_RDMA,
	BLOCK_NET_CLS,
	BLOCK_NET_PRIO,
	BLOCK_COUNT
};

/**
 * struct block_info - one controller
 * @v1, @v2:	its name on either version; v2 NULL: not there any more
 * @oci:	its place in config.json, below linux.resources
 * @config:	the kernel's build option
 * @write_v1, @write_v2: put the limits of this controller into a group
 */
struct block_info {
	const char *v1, *v2, *oci, *config;
	int (*write_v1)(int dir_fd, const struct cgroup_limits *limits,
			struct kist_error *err);
	int (*write_v2)(int dir_fd, const struct cgroup_limits *limits,
			struct kist_error *err);
};

extern const struct block_info cgroup_blocks[BLOCK_COUNT];

/* Blocks (mask) with a value written; blocks with one that limits. Values
 * that mean "no limit" are in the first only. */
uint32_t cgroup_blocks_present(const struct cgroup_limits *limits);
uint32_t cgroup_blocks_needed(const struct cgroup_limits *limits);

/* The value means "no limit", or is what engines send when nobody asked. */
bool limit_is_harmless(enum cgroup_limit which, int64_t value);

/* What is there and is not harmless. */
static inline bool limit_counts(const struct cgroup_limits *limits,
				enum cgroup_limit which)
{
	const struct limit_value *v = &limits->values[which];

	return v->present && !limit_is_harmless(which, v->value);
}

/* ---- writing values, with the error a person can use ---- */

/**
 * cgroup_write_value() - write one value of config.json
 * @oci:	"memory.limit": below linux.resources, for the error
 * @lax:	the file may be absent: the value means "no limit"
 *
 * Return: 0, -ENOTSUP (CGROUP_CONTROLLER: no such file here), or what
 * write(2) gave (CGROUP_LIMIT; DENIED for EACCES and EPERM).
 */
MUST_CHECK int cgroup_write_value(int dir_fd, const char *file,
				  const char *text, const char *oci, bool lax,
				  struct kist_error *err);

/* The same for a scalar of limit_table; "-1" or "max" for none. */
MUST_CHECK int cgroup_write_limit(int dir_fd, bool v2, enum cgroup_limit which,
				  int64_t value, struct kist_error *err);

/* Write @limits->values[@which] if present. */
MUST_CHECK int cgroup_write_present(int dir_fd, bool v2,
				    enum cgroup_limit which,
				    const struct cgroup_limits *limits,
				    struct kist_error *err);

/* The error for a value the version cannot express; @nearest: what to use. */
int cgroup_not_expressible(const char *oci, bool v2, const char *nearest,
			   struct kist_error *err);

int cgroup_v1_memory(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_v1_cpu(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_v1_blkio(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_v1_hugetlb(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_v1_net_cls(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_v1_net_prio(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_v2_memory(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_v2_cpu(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_v2_io(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_v2_hugetlb(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_v2_net(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_v2_unified(int, const struct cgroup_limits *, struct kist_error *);
/* the same files on both versions */
int cgroup_any_cpuset(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_any_pids(int, const struct cgroup_limits *, struct kist_error *);
int cgroup_any_rdma(int, const struct cgroup_limits *, struct kist_error *);

/* hugetlb, with the version's suffix: "max", "limit_in_bytes" */
int cgroup_write_hugepages(int dir_fd, const char *suffix,
			   const struct cgroup_limits *limits,
			   struct kist_error *err);

/* Refuse if a limit is below what is used (checkBeforeUpdate). */
int cgroup_check_usage(int dir_fd, const char *file, int64_t limit,
		       const char *oci, struct kist_error *err);

/* ---- hierarchies ---- */

/* Index of the v2 hierarchy, or of the v1 one with @controller; -1: none. */
int cgroup_find_v2(const struct cgroup_world *world);
int cgroup_find_v1(const struct cgroup_world *world, const char *controller);

/* Whether the list "cpu,cpuacct" names @controller. */
bool cgroup_controls(const char *controllers, const char *controller);

/* All controllers the kernel has had; NULL at the end. */
extern const char *const cgroup_controller_names[];

/* Fill @ret_world from the text of /proc/self/mountinfo. @verify: look at each
 * place, for another mount may hide what is listed. */
void cgroup_parse_mountinfo(const char *text, bool verify,
			    struct cgroup_world *ret_world);

/* ---- making ---- */

/* The path of a group in a hierarchy; @len bytes of @path, -1: all of it. */
struct cgroup_place {
	char path[768];
};
struct cgroup_place cgroup_place(const struct cgroup_hierarchy *h,
				 const char *path, int len);

/**
 * cgroup_enable() - have @names ("memory pids") in a v2 group
 * @path:	the group; its parents' cgroup.subtree_control is written
 *
 * Return: 0, or an error that tells which rule refused.
 */
MUST_CHECK int cgroup_enable(const struct cgroup_hierarchy *h, const char *path,
			     const char *names, struct kist_error *err);

/* The controllers on v2 that @limits need, space-separated. */
void cgroup_v2_needs(const struct cgroup_world *world,
		     const struct cgroup_limits *limits, char *ret_names,
		     size_t size);

/* Why there is no @controller: built without, disabled, on v1. */
int cgroup_no_controller(const char *controller, struct kist_error *err);

/* cpuset of v1 starts empty, and then takes no process: copy the parent's. */
MUST_CHECK int cgroup_inherit_cpuset(const struct cgroup_hierarchy *h,
				     const char *path, int dir_fd,
				     struct kist_error *err);

/* EACCES, EPERM and EROFS: this user may not. */
static inline bool cgroup_is_denial(int ret)
{
	return ret == -EACCES || ret == -EPERM || ret == -EROFS;
}

/* Not allowed to do "make control group '/kist/web'" in a hierarchy. */
int cgroup_denied(const char *what, const char *path,
		  const struct cgroup_hierarchy *h, int errnum,
		  struct kist_error *err);

/* Sleep @ms, or until a change of the v2 file @events_fd (-1: none). */
void cgroup_wait(int events_fd, int ms);
int64_t cgroup_now_ms(void);

/* ---- devices ---- */

MUST_CHECK int cgroup_v1_devices(int dir_fd, const struct device_rule *rules,
				 size_t count, bool tolerate,
				 struct kist_error *err);
MUST_CHECK int cgroup_v2_devices(int dir_fd, const struct device_rule *rules,
				 size_t count, bool tolerate,
				 struct kist_error *err);

#endif
