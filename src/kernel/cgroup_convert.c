/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_convert.c - values of cgroup v1 as those of v2, and back */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "base/num.h"
#include "kernel/cgroup_convert.h"
#include "kernel/cgroup_knobs.h"
#include "kernel/cgroup_limits.h"

#define PERIOD_US 100000

static const char *name_of(const struct cgroup_convert_row *row, int version)
{
	return version == 1 ? cgroup_convert_v1(row) : cgroup_convert_v2(row);
}

static bool matches(const char *pattern, const char *file)
{
	return pattern && fnmatch(pattern, file, 0) == 0;
}

const struct cgroup_convert_row *cgroup_convert_of(const char *file,
						   int version)
{
	for (size_t i = 0; i < cgroup_convert_count; i++) {
		const struct cgroup_convert_row *row = &cgroup_convert_rows[i];
		const char *v1 = cgroup_convert_v1(row);
		const char *v2 = cgroup_convert_v2(row);
		const char *name = version == 1 ? v1 : v2;

		if (name && strcmp(name, file) == 0 &&
		    !(v1 && v2 && strcmp(v1, v2) == 0))
			return row;
	}
	return NULL;
}

int cgroup_file_version(const char *file)
{
	int version = 0;

	for (size_t i = 0; i < cgroup_convert_count; i++) {
		const struct cgroup_convert_row *row = &cgroup_convert_rows[i];

		if (matches(cgroup_convert_v1(row), file))
			version |= 1;
		if (matches(cgroup_convert_v2(row), file))
			version |= 2;
	}
	return version;
}

static const struct cgroup_convert_row *find_row(const char *file, int from)
{
	for (size_t i = 0; i < cgroup_convert_count; i++) {
		const struct cgroup_convert_row *row = &cgroup_convert_rows[i];

		if (row->only && row->only != from)
			continue;
		if (matches(name_of(row, from), file))
			return row;
	}
	return NULL;
}

/* "hugetlb.*.max" with what the star of @from stands for in @file. */
static const char *filled(const char *to, const char *from, const char *file,
			  struct arena *arena)
{
	const char *to_star = strchr(to, '*'), *star = strchr(from, '*');
	size_t before, behind, len = strlen(file);

	if (!to_star || !star)
		return to;
	before = (size_t)(star - from);
	behind = strlen(star + 1);
	return arena_printf(arena, "%.*s%.*s%s", (int)(to_star - to), to,
			    (int)(len - before - behind), file + before,
			    to_star + 1);
}

/* Largest number whose image is at most @wanted; both grow. So what is usual
 * comes back as what is usual: weight 100 is 1024 shares. */
static uint64_t inverse(uint64_t (*image)(uint64_t), uint64_t low,
			uint64_t high, uint64_t wanted)
{
	while (low < high) {
		uint64_t middle = (low + high + 1) / 2;

		if (image(middle) > wanted)
			high = middle - 1;
		else
			low = middle;
	}
	return low;
}

uint64_t cgroup_shares_of_weight(uint64_t weight)
{
	return weight ? inverse(limit_weight_of_shares, 2, 262144, weight) : 0;
}

uint64_t cgroup_blkio_of_io_weight(uint64_t weight)
{
	return weight ? inverse(limit_io_weight_of_blkio, 10, 1000, weight) : 0;
}

/* ---- one setting ---- */

struct job {
	const struct cgroup_setting *settings;
	size_t count;
	int from, to;
	struct arena *arena;
	struct cgroup_converted *out;
	size_t out_count;
};

static int bad_value(const struct cgroup_setting *s, const char *wanted,
		     struct kist_error *err)
{
	int ret = err_set(err, KIST_E_CG_CONVERT,
			  "'%.80s=%.100s' cannot be converted", s->file,
			  s->value);

	err_hint(err, "the value is %s", wanted);
	return ret;
}

/* What another file of the same group has; the last one counts. */
static const char *given(const struct job *job, const char *file)
{
	const char *value = NULL;

	for (size_t i = 0; i < job->count; i++)
		if (strcmp(job->settings[i].file, file) == 0)
			value = job->settings[i].value;
	return value;
}

static void emit(struct job *job, const struct cgroup_setting *s,
		 const char *file, const char *value, const char *note)
{
	job->out[job->out_count++] = (struct cgroup_converted){
		.file = s->file,
		.value = s->value,
		.to_file = file,
		.to_value = value,
		.note = note,
	};
}

static void emit_joined(struct job *job, const struct cgroup_setting *s,
			const char *file)
{
	emit(job, s, file, NULL, "together with the other");
	job->out[job->out_count - 1].joined = true;
}

static int convert_size(struct job *job, const struct cgroup_setting *s,
			const char *to, const char *note,
			struct kist_error *err)
{
	int64_t bytes = -1;
	const char *value = s->value;

	if (!cgroup_is_no_limit(value) && num_parse_bytes(value, &bytes))
		return bad_value(s, "a number of bytes, -1 or max", err);
	if (cgroup_is_no_limit(value))
		value = job->to == 2 ? "max" : "-1";
	else
		value = arena_printf(job->arena, "%" PRId64, bytes);
	emit(job, s, to, value, note);
	return 0;
}

/* memory.memsw.limit_in_bytes is memory and swap, memory.swap.max swap. */
static int convert_swap(struct job *job, const struct cgroup_setting *s,
			const char *to, const char *note,
			struct kist_error *err)
{
	const char *limit = given(
		job, job->from == 1 ? "memory.limit_in_bytes" : "memory.max");
	int64_t memory, swap;

	if (cgroup_is_no_limit(s->value)) {
		emit(job, s, to, job->to == 2 ? "max" : "-1", NULL);
		return 0;
	}
	if (num_parse_bytes(s->value, &swap))
		return bad_value(s, "a number of bytes, -1 or max", err);
	if (!limit || cgroup_is_no_limit(limit) ||
	    num_parse_bytes(limit, &memory)) {
		emit(job, s, NULL, NULL,
		     job->from == 1 ? "give memory.limit_in_bytes too: "
				      "memory.swap.max is the difference" :
				      "give memory.max too: "
				      "memory.memsw.limit_in_bytes is the sum");
		return 0;
	}
	if (job->from == 1 && swap < memory)
		return bad_value(s,
				 "below memory.limit_in_bytes, which no "
				 "kernel takes",
				 err);
	if (job->from == 2 && swap > INT64_MAX - memory)
		return bad_value(s, "too large", err);
	swap = job->from == 1 ? swap - memory : swap + memory;
	emit(job, s, to, arena_printf(job->arena, "%" PRId64, swap), note);
	return 0;
}

static int convert_shares(struct job *job, const struct cgroup_setting *s,
			  const char *to, const char *note,
			  struct kist_error *err)
{
	bool up = job->to == 2;
	uint64_t n;

	if (num_parse_u64(s->value, &n) || n < (up ? 2 : 1) ||
	    n > (up ? 262144 : 10000))
		return bad_value(s, up ? "2 to 262144" : "1 to 10000", err);
	n = up ? limit_weight_of_shares(n) : cgroup_shares_of_weight(n);
	emit(job, s, to, arena_printf(job->arena, "%" PRIu64, n), note);
	return 0;
}

/* cpu.cfs_quota_us and cpu.cfs_period_us to "QUOTA PERIOD" */
static int join_cpu(struct job *job, const struct cgroup_setting *s,
		    bool is_quota, struct kist_error *err)
{
	const char *quota = given(job, "cpu.cfs_quota_us");
	const char *period = given(job, "cpu.cfs_period_us");
	int64_t n = -1;

	if (num_parse_i64(s->value, &n))
		return bad_value(s, "a number of microseconds", err);
	if (!is_quota && quota) {
		emit_joined(job, s, "cpu.max");
		return 0;
	}
	if (!quota || *quota == '-')
		quota = "max";
	if (!period)
		period = "100000";
	emit(job, s, "cpu.max",
	     arena_printf(job->arena, "%s %s", quota, period), NULL);
	return 0;
}

/* "max 100000" or "50000" to two files */
static int part_cpu(struct job *job, const struct cgroup_setting *s,
		    struct kist_error *err)
{
	char quota[32], period[32] = "100000", rest;
	int words = sscanf(s->value, "%31s %31s %c", quota, period, &rest);
	uint64_t n;

	if (words < 1 || words > 2 || num_parse_u64(period, &n) ||
	    (strcmp(quota, "max") != 0 && num_parse_u64(quota, &n)))
		return bad_value(s, "a quota or max, and a period", err);
	emit(job, s, "cpu.cfs_period_us", arena_strdup(job->arena, period),
	     NULL);
	emit(job, s, "cpu.cfs_quota_us",
	     strcmp(quota, "max") == 0 ? "-1" : arena_strdup(job->arena, quota),
	     NULL);
	return 0;
}

/* "500", "default 100", "8:0 500" */
static int convert_io_weight(struct job *job, const struct cgroup_setting *s,
			     bool bfq, bool device, const char *note,
			     struct kist_error *err)
{
	bool up = job->to == 2;
	const char *at = s->value, *to;
	char where[32] = "";
	uint64_t n;

	if (strncmp(at, "default ", 8) == 0) {
		at += 8;
	} else if (strchr(at, ' ')) {
		const size_t len = strcspn(at, " ") + 1;

		if (len < sizeof(where))
			memcpy(where, at, len);
		at += len;
	}
	if ((device && up && !*where) || num_parse_u64(at, &n) || !n ||
	    n > (up || bfq ? 1000 : 10000) || (up && !bfq && n < 10))
		return bad_value(s,
				 device ? "'MAJOR:MINOR 500'" :
				 bfq	? "1 to 1000" :
				 up	? "10 to 1000" :
					  "1 to 10000, with 'default' or "
					  "MAJOR:MINOR before it",
				 err);
	if (!bfq)
		n = up ? limit_io_weight_of_blkio(n) :
			 cgroup_blkio_of_io_weight(n);
	to = up ? (bfq ? "io.bfq.weight" : "io.weight") :
	     *where ?
		  (bfq ? "blkio.bfq.weight_device" : "blkio.weight_device") :
		  (bfq ? "blkio.bfq.weight" : "blkio.weight");
	emit(job, s, to,
	     arena_printf(job->arena, "%s%s%" PRIu64,
			  up && !*where ? "default " : "", where, n),
	     note);
	return 0;
}

/* "8:0 1048576" to "8:0 rbps=1048576" */
static int join_throttle(struct job *job, const struct cgroup_setting *s,
			 const char *key, struct kist_error *err)
{
	char device[32];
	uint64_t n;
	int at = 0;

	if (sscanf(s->value, "%31[0-9:] %n", device, &at) != 1 || !at ||
	    !strchr(device, ':') || num_parse_u64(s->value + at, &n))
		return bad_value(s, "'MAJOR:MINOR NUMBER'", err);
	emit(job, s, "io.max",
	     n ? arena_printf(job->arena, "%s %s=%" PRIu64, device, key, n) :
		 arena_printf(job->arena, "%s %s=max", device, key),
	     NULL);
	return 0;
}

/* "8:0 rbps=1048576 wiops=max" to a file for each key */
static int part_throttle(struct job *job, const struct cgroup_setting *s,
			 struct kist_error *err)
{
	static const char *const keys[] = { "rbps", "wbps", "riops", "wiops" };
	static const char *const files[] = {
		"blkio.throttle.read_bps_device",
		"blkio.throttle.write_bps_device",
		"blkio.throttle.read_iops_device",
		"blkio.throttle.write_iops_device",
	};
	char device[32], key[16], value[32];
	bool seen[ARRAY_LEN(keys)] = { false };
	int at = 0, len = 0, parts = 0;

	if (sscanf(s->value, "%31[0-9:]%n", device, &at) != 1 ||
	    !strchr(device, ':'))
		return bad_value(s, "'MAJOR:MINOR rbps=NUMBER …'", err);
	while (sscanf(s->value + at, " %15[a-z]=%31[0-9max]%n", key, value,
		      &len) == 2) {
		size_t k = 0;

		while (k < ARRAY_LEN(keys) && strcmp(keys[k], key) != 0)
			k++;
		if (k == ARRAY_LEN(keys) || seen[k])
			break;
		seen[k] = true;
		emit(job, s, files[k],
		     arena_printf(job->arena, "%s %s", device,
				  strcmp(value, "max") == 0 ? "0" : value),
		     NULL);
		at += len;
		parts++;
	}
	if (!parts || s->value[at + (int)strspn(s->value + at, " ")])
		return bad_value(s, "'MAJOR:MINOR rbps=NUMBER …'", err);
	return 0;
}

static int convert_freeze(struct job *job, const struct cgroup_setting *s,
			  const char *to, struct kist_error *err)
{
	bool up = job->to == 2;
	const char *yes = up ? "FROZEN" : "1", *no = up ? "THAWED" : "0";

	if (strcmp(s->value, yes) == 0)
		emit(job, s, to, up ? "1" : "FROZEN", NULL);
	else if (strcmp(s->value, no) == 0)
		emit(job, s, to, up ? "0" : "THAWED", NULL);
	else
		return bad_value(s, up ? "FROZEN or THAWED" : "1 or 0", err);
	return 0;
}

static int convert_row(struct job *job, const struct cgroup_convert_row *row,
		       const struct cgroup_setting *s, struct kist_error *err)
{
	const char *to = name_of(row, job->to);
	const char *note = cgroup_convert_note(row);

	if (to)
		to = filled(to, name_of(row, job->from), s->file, job->arena);
	if (arena_failed(job->arena))
		return err_nomem(err);
	switch (row->how) {
	case CONVERT_NONE:
		emit(job, s, NULL, NULL, note);
		return 0;
	case CONVERT_SAME:
	case CONVERT_READ:
		emit(job, s, to, s->value, note);
		return 0;
	case CONVERT_SIZE:
		return convert_size(job, s, to, note, err);
	case CONVERT_SWAP:
		return convert_swap(job, s, to, note, err);
	case CONVERT_SHARES:
		return convert_shares(job, s, to, note, err);
	case CONVERT_QUOTA:
	case CONVERT_PERIOD:
		return job->to == 2 ? join_cpu(job, s,
					       row->how == CONVERT_QUOTA, err) :
				      part_cpu(job, s, err);
	case CONVERT_IO_WEIGHT:
	case CONVERT_DEVICE_WEIGHT:
		return convert_io_weight(job, s, false,
					 row->how == CONVERT_DEVICE_WEIGHT,
					 note, err);
	case CONVERT_BFQ_WEIGHT:
		return convert_io_weight(job, s, true, false, note, err);
	case CONVERT_THROTTLE:
		return job->to == 2 ? join_throttle(job, s, row->key, err) :
				      part_throttle(job, s, err);
	case CONVERT_FREEZE:
		return convert_freeze(job, s, to, err);
	}
	return 0;
}

static int unknown_file(const char *file, int from, struct kist_error *err)
{
	int ret = err_set(err, KIST_E_CG_CONVERT,
			  "'%.100s' is no file of cgroup v%d known here", file,
			  from);
	struct near near;

	near_init(&near, file);
	for (size_t i = 0; i < cgroup_convert_count; i++)
		near_offer(&near, name_of(&cgroup_convert_rows[i], from));
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	return ret;
}

int cgroup_convert(const struct cgroup_setting *settings, size_t count, int to,
		   struct arena *arena, struct cgroup_converted **ret_out,
		   size_t *ret_count, struct kist_error *err)
{
	struct job job = {
		.settings = settings,
		.count = count,
		.from = to == 2 ? 1 : 2,
		.to = to,
		.arena = arena,
		/* io.max has at most four parts */
		.out = ARENA_ARRAY(arena, struct cgroup_converted,
				   4 * count + 1),
	};

	if (arena_failed(arena))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		const struct cgroup_convert_row *row =
			find_row(settings[i].file, job.from);
		int ret;

		if (!row)
			return unknown_file(settings[i].file, job.from, err);
		ret = convert_row(&job, row, &settings[i], err);
		if (ret)
			return ret;
	}
	if (arena_failed(arena))
		return err_nomem(err);
	*ret_out = job.out;
	*ret_count = job.out_count;
	return 0;
}
