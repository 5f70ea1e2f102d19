/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup_keys.h - limits as people write them: "mem=3G"
 *
 * limit_keys[] has each once, by the name kist gives it; what limit_table
 * already says (files, systemd's property) is taken from there. It feeds
 * `kist limit`, its presets and its manual page.
 *
 * A key can be spelled as kist does (mem), as podman's option (memory), as
 * systemd's property (MemoryMax), or as the kernel's file of either version
 * (memory.max, memory.limit_in_bytes).
 *
 * Threads: constants.
 * See:     cgroup-v2.rst, systemd.resource-control(5), podman-run(1)
 */
#ifndef KERNEL_CGROUP_KEYS_H
#define KERNEL_CGROUP_KEYS_H

#include <stdbool.h>

#include "kernel/cgroup_limits.h"

enum limit_key {
	KEY_MEM,
	KEY_SWAP,  /* swap alone, on both versions */
	KEY_MEMSW, /* memory and swap together: v1's and podman's sense */
	KEY_SOFT,
	KEY_THROTTLE,
	KEY_MIN,
	KEY_ZSWAP,
	KEY_SWAPPINESS,
	KEY_CPUS,
	KEY_WEIGHT,
	KEY_SHARES,
	KEY_BURST,
	KEY_IDLE,
	KEY_CPUSET,
	KEY_MEMS,
	KEY_PIDS,
	KEY_IO_READ,
	KEY_IO_WRITE,
	KEY_IO_RIOPS,
	KEY_IO_WIOPS,
	KEY_IO_WEIGHT,
	KEY_BLKIO_WEIGHT,
	KEY_NET_CLASS,
	KEY_NET_PRIO,
	KEY_HUGETLB, /* a size follows: "hugetlb.2MB" */
	KEY_COUNT
};

/* How a value is written. */
enum limit_kind {
	KIND_BYTES,  /* 64M, 25% of the machine's memory, max */
	KIND_CPUS,   /* 1.5, 50% of the machine's processors, max */
	KIND_NUMBER, /* 100, max */
	KIND_TIME,   /* microseconds */
	KIND_LIST,   /* 0-3,6 */
	KIND_RATE,   /* /dev/vda:10M */
	KIND_IOPS,   /* /dev/vda:1000 */
	KIND_SHARE,  /* 100, or /dev/vda:100 */
	KIND_CLASS,  /* 0x100001, 10:1 */
	KIND_PRIO,   /* eth0:5 */
};

/* Which of the names of @limit in limit_table are this key's. */
enum limit_sense { SENSE_ALL, SENSE_V1, SENSE_V2 };

/**
 * struct limit_key_info - a row
 * @name, @podman: NULL: none
 * @kind, @least, @most: of the value; @most 0: any
 * @limit:	the row of limit_table that has files and property, or -1
 * @sense:	those of @limit that mean the same
 * @v1_file, @v2_file, @systemd: if @limit is -1
 * @v1, @v2:	the controller on either version; v2 NULL: it is not there
 * @io_key:	the word in io.max, or NULL
 * @nearest:	what to use where a version has no such limit
 * @help:	one line
 */
struct limit_key_info {
	const char *name, *podman;
	enum limit_kind kind;
	int64_t least, most;
	int limit;
	enum limit_sense sense;
	const char *v1_file, *v2_file, *systemd;
	const char *v1, *v2;
	const char *io_key, *nearest, *help;
};

extern const struct limit_key_info limit_keys[KEY_COUNT];

/* The file on a version, or NULL: it cannot be expressed (or not by a file of
 * the same meaning: swap on v1, weights). */
const char *limit_key_file(enum limit_key key, bool v2);
/* systemd's property, or NULL. */
const char *limit_key_systemd(enum limit_key key);

/**
 * limit_key_find() - the key a word names
 * @word:	"mem", "memory", "MemoryMax", "memory.max"; its end is @len
 * @ret_near:	if there is none: the likest name, or NULL
 *
 * "hugetlb.2MB" and the files of hugetlb are found by their beginning.
 *
 * Return: the key, or -1.
 */
int limit_key_find(const char *word, size_t len, const char **ret_near);

/* weight (1..10000, v2) as shares (2..262144, v1): the inverse of
 * limit_weight_of_shares(). */
uint64_t limit_shares_of_weight(uint64_t weight);

/* io.weight (1..10000) as blkio.weight (10..1000). */
uint64_t limit_blkio_of_io_weight(uint64_t weight);

#endif
