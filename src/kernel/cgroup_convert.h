/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup_convert.h - files and values of cgroup v1 as those of v2, and back
 *
 * One table. Names that limit_table has too are taken from there.
 *
 * How it works
 * ============
 * Most rows only rename; some write a value in another way; three join or part
 * several files: memory and swap, quota and period, and the throttles of a
 * disk. So a whole group's values are converted together.
 *
 * Ownership:  everything in the arena; values given may be pointed to.
 * Threads:    no shared state.
 */
#ifndef KERNEL_CGROUP_CONVERT_H
#define KERNEL_CGROUP_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum cgroup_convert_how {
	CONVERT_NONE, /* no equivalent */
	CONVERT_SAME, /* the value as it is */
	CONVERT_SIZE, /* -1 is "max" */
	CONVERT_SWAP, /* memory and swap together, or swap alone */
	CONVERT_SHARES,
	CONVERT_QUOTA, /* quota and period in one file */
	CONVERT_PERIOD,
	CONVERT_IO_WEIGHT,
	CONVERT_BFQ_WEIGHT,
	CONVERT_DEVICE_WEIGHT,
	CONVERT_THROTTLE,
	CONVERT_FREEZE,
	CONVERT_READ, /* what is only read: names alone */
};

/**
 * struct cgroup_convert_row - one file on each version
 * @limit:	row of limit_table that has the names; -1: @v1 and @v2
 * @key:	of io.max: "rbps"
 * @only:	1: from v1 to v2 alone, 2: the reverse; 0: both ways
 * @note:	what differs, or the nearest choice; or ""
 *
 * Texts are in place: base/cause.c says why.
 */
struct cgroup_convert_row {
	enum cgroup_convert_how how;
	int limit;
	char v1[40], v2[40]; /* '*' stands for a page size; "": none */
	char key[8];
	int only;
	char note[152];
};

extern const struct cgroup_convert_row cgroup_convert_rows[];
extern const size_t cgroup_convert_count;

/* Of a row; NULL: there is none. */
const char *cgroup_convert_v1(const struct cgroup_convert_row *row);
const char *cgroup_convert_v2(const struct cgroup_convert_row *row);
const char *cgroup_convert_note(const struct cgroup_convert_row *row);

/* The row of @file if it is @version's alone; NULL: the other has that name
 * too, or nobody has. */
const struct cgroup_convert_row *cgroup_convert_of(const char *file,
						   int version);

/* The version a file is of: 1, 2; 3: both have it; 0: it is not known. */
int cgroup_file_version(const char *file);

struct cgroup_setting {
	const char *file, *value;
};

/**
 * struct cgroup_converted - what became of a setting
 * @to_file:	NULL: there is no equivalent
 * @joined:	it is part of the next, or of an earlier setting's: to be
 *		shown, not to be written
 */
struct cgroup_converted {
	const char *file, *value, *to_file, *to_value, *note;
	bool joined;
};

/**
 * cgroup_convert() - the settings of one group
 * @to:		version 1 or 2
 * @ret_out:	at least one for each setting
 *
 * Return: 0; -EINVAL (CG_CONVERT): a value that is none, or a file of neither
 * version.
 */
MUST_CHECK int cgroup_convert(const struct cgroup_setting *settings,
			      size_t count, int to, struct arena *arena,
			      struct cgroup_converted **ret_out,
			      size_t *ret_count, struct kist_error *err);

/* cpu.weight as cpu.shares: the inverse of limit_weight_of_shares(); and of
 * limit_io_weight_of_blkio(). */
uint64_t cgroup_shares_of_weight(uint64_t weight);
uint64_t cgroup_blkio_of_io_weight(uint64_t weight);

#endif
