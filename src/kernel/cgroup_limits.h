/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup_limits.h - what a control group limits: the model and the one table
 *
 * limit_table[] has each scalar limit once: its name in config.json, its
 * files on v1 and v2, its systemd property, its unit. It feeds the reader of
 * config.json, the writer of cgroup files, `kist limit` and `kist explain`.
 *
 * See: config-linux.md (Control groups), cgroups(7),
 *	Documentation/admin-guide/cgroup-v2.rst
 */
#ifndef KERNEL_CGROUP_LIMITS_H
#define KERNEL_CGROUP_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cgroup_limit {
	LIMIT_MEMORY, /* bytes; -1: none */
	LIMIT_MEMORY_RESERVATION,
	LIMIT_MEMORY_SWAP, /* OCI: memory + swap */
	LIMIT_MEMORY_KERNEL,
	LIMIT_MEMORY_KERNEL_TCP,
	LIMIT_MEMORY_SWAPPINESS,
	LIMIT_MEMORY_DISABLE_OOM_KILLER, /* 0 or 1 */
	LIMIT_MEMORY_USE_HIERARCHY,	 /* 0 or 1 */
	LIMIT_MEMORY_CHECK_BEFORE_UPDATE,
	LIMIT_CPU_SHARES,
	LIMIT_CPU_QUOTA, /* us per period; <= 0: none */
	LIMIT_CPU_BURST,
	LIMIT_CPU_PERIOD, /* us */
	LIMIT_CPU_RT_RUNTIME,
	LIMIT_CPU_RT_PERIOD,
	LIMIT_CPU_IDLE,
	LIMIT_PIDS, /* <= -1: none */
	LIMIT_BLKIO_WEIGHT,
	LIMIT_BLKIO_LEAF_WEIGHT,
	LIMIT_NET_CLASS_ID,
	LIMIT_COUNT
};

/**
 * struct limit_info - a row of limit_table
 * @block, @oci:	path in linux.resources: "memory", "limit"
 * @v1_controller, @v1_file: "memory", "memory.limit_in_bytes"; NULL: none
 * @v2_file:	"memory.max"; NULL: v2 cannot express it
 * @is_signed:	config.json's type is int64, else uint64
 * @is_bool:	config.json's type is a boolean
 * @systemd:	"MemoryMax"; NULL: none
 * @unit:	"bytes", "us", "" …
 */
struct limit_info {
	const char *block, *oci;
	const char *v1_controller, *v1_file, *v2_file;
	bool is_signed, is_bool;
	const char *systemd, *unit;
};

extern const struct limit_info limit_table[LIMIT_COUNT];

struct limit_value {
	bool present;
	int64_t value;	 /* a uint64_t above INT64_MAX is clamped to it */
	uint32_t offset; /* in config.json, for errors */
};

struct limit_device_rate {
	uint32_t major, minor;
	uint64_t value;
};

struct limit_device_weight {
	uint32_t major, minor;
	uint32_t weight, leaf_weight; /* 0: absent */
};

enum limit_throttle {
	THROTTLE_READ_BPS,
	THROTTLE_WRITE_BPS,
	THROTTLE_READ_IOPS,
	THROTTLE_WRITE_IOPS,
	THROTTLE_COUNT
};

struct limit_pair { /* hugepages: size, bytes; unified: file, value */
	const char *key, *value;
	uint32_t offset;
};

struct limit_rdma {
	const char *device;
	int64_t handles, objects; /* -1: absent */
};

struct limit_net_priority {
	const char *name;
	uint32_t priority;
};

/* access bits of a device rule */
#define DEVICE_READ 1u
#define DEVICE_WRITE 2u
#define DEVICE_MKNOD 4u

/* @type: 'a', 'b' or 'c'; @major, @minor: -1 is any */
struct device_rule {
	bool allow;
	char type;
	int64_t major, minor;
	unsigned access;
};

struct cgroup_limits {
	struct limit_value values[LIMIT_COUNT];
	const char *cpus, *mems; /* NULL: absent */
	struct limit_device_weight *weights;
	size_t weight_count;
	struct limit_device_rate *throttles[THROTTLE_COUNT];
	size_t throttle_counts[THROTTLE_COUNT];
	struct limit_pair *hugepages;
	size_t hugepage_count;
	struct limit_net_priority *net_priorities;
	size_t net_priority_count;
	struct limit_rdma *rdma;
	size_t rdma_count;
	struct limit_pair *unified;
	size_t unified_count;
	struct device_rule *devices;
	size_t device_count;
};

/* No limit at all is asked for (device rules do not count, nor do values that
 * mean "no limit"). */
bool cgroup_limits_empty(const struct cgroup_limits *limits);

/* cpu.shares (2..262144) as cpu.weight (1..10000), the formula all runtimes
 * agreed on in 2025; 0 stays 0. */
uint64_t limit_weight_of_shares(uint64_t shares);

/* blkio.weight (10..1000) as io.weight (1..10000), linear; 0 stays 0. */
uint64_t limit_io_weight_of_blkio(uint64_t weight);

#endif
