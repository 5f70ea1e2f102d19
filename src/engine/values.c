/* SPDX-License-Identifier: Apache-2.0 */
/* values.c - the values of options, read */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/near.h"
#include "base/num.h"
#include "engine/folders.h"
#include "engine/values.h"
#include "engine/run/volume.h"

void option_while(struct kist_error *err, const char *option, const char *word)
{
	err_while(err, "%s %s", option, word);
}

/* "--memory-swap" as "memory_swap" */
static void field_of(const char *option, char *field, size_t size)
{
	snprintf(field, size, "%s", option + 2);
	for (char *c = field; *c; c++)
		if (*c == '-')
			*c = '_';
}

void limit_while(struct kist_error *err, bool as_field)
{
	static const char *const names[][2] = {
		{ "memory.limit", "--memory" },
		{ "memory.swap", "--memory-swap" },
		{ "memory.reservation", "--memory-reservation" },
		{ "cpu.quota", "--cpus" },
		{ "cpu.period", "--cpus" },
		{ "cpu.shares", "--cpu-shares" },
		{ "cpu.cpus", "--cpuset-cpus" },
		{ "cpu.mems", "--cpuset-mems" },
		{ "pids.limit", "--pids-limit" },
	};
	static const char prefix[] = "linux.resources.";
	const char *at = err ? strstr(err->what, prefix) : NULL;

	for (size_t i = 0; at && i < ARRAY_LEN(names); i++) {
		const char *name = at + sizeof(prefix) - 1;
		size_t len = strlen(names[i][0]);
		char field[32];

		if (strncmp(name, names[i][0], len) != 0 ||
		    (name[len] >= 'a' && name[len] <= 'z'))
			continue;
		field_of(names[i][1], field, sizeof(field));
		err_while(err, "%s", as_field ? field : names[i][1]);
		return;
	}
}

static int bad(struct kist_error *err, const char *what, const char *word)
{
	return err_set(err, KIST_E_OPTION_VALUE, "'%s' is not %s", word, what);
}

/* ---- ulimits ---- */

static const char *const ulimit_names[] = {
	"as",	   "core",     "cpu",	     "data",   "fsize", "locks",
	"memlock", "msgqueue", "nice",	     "nofile", "nproc", "rss",
	"rtprio",  "rttime",   "sigpending", "stack",
};

static int ulimit_number(const char *text, uint64_t *ret_value,
			 struct kist_error *err)
{
	if (strcmp(text, "unlimited") == 0 || strcmp(text, "-1") == 0) {
		*ret_value = UINT64_MAX;
		return 0;
	}
	if (num_parse_u64(text, ret_value) < 0)
		return bad(err, "a number or 'unlimited'", text);
	return 0;
}

static const char *ulimit_name(const char *word, struct arena *arena,
			       struct kist_error *err)
{
	struct near near;

	near_init(&near, word);
	for (size_t i = 0; i < ARRAY_LEN(ulimit_names); i++) {
		if (strcmp(ulimit_names[i], word) == 0) {
			char *upper = arena_strdup(arena, word);

			for (char *c = upper; *c; c++)
				*c = (char)(*c - 'a' + 'A');
			return upper;
		}
		near_offer(&near, ulimit_names[i]);
	}
	err_set(err, KIST_E_OPTION_VALUE, "unknown limit '%s'", word);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	return NULL;
}

/* Not even root may have more, and the kernel just says EPERM. */
static int check_open_files(const struct ulimit *limit, struct kist_error *err)
{
	CLEANUP_FD int fd = open("/proc/sys/fs/nr_open", O_RDONLY | O_CLOEXEC);
	char text[32];
	uint64_t most;
	ssize_t len;

	if (strcmp(limit->name, "NOFILE") != 0 || fd < 0)
		return 0;
	len = read(fd, text, sizeof(text));
	if (len <= 0 || num_parse_u64_n(text, (size_t)len - 1, &most) < 0 ||
	    limit->hard <= most)
		return 0;
	err_set(err, KIST_E_OPTION_VALUE,
		"a process may have at most %llu open files (fs.nr_open)",
		(unsigned long long)most);
	err_hint(err, "ask for that, or less: nofile=%llu",
		 (unsigned long long)most);
	return -EINVAL;
}

int value_ulimit(const char *word, struct arena *arena,
		 struct ulimit *ret_ulimit, struct kist_error *err)
{
	char *name = arena_strdup(arena, word);
	char *soft = strchr(name, '='), *hard;
	struct ulimit limit;
	int ret;

	if (!soft)
		return bad(err, "NAME=SOFT[:HARD]", word);
	*soft++ = '\0';
	hard = strchr(soft, ':');
	if (hard)
		*hard++ = '\0';
	limit.name = ulimit_name(name, arena, err);
	if (!limit.name)
		return -EINVAL;
	ret = ulimit_number(soft, &limit.soft, err);
	if (ret == 0)
		ret = ulimit_number(hard ? hard : soft, &limit.hard, err);
	if (ret < 0)
		return ret;
	if (limit.soft > limit.hard) {
		err_set(err, KIST_E_OPTION_VALUE,
			"the soft limit is above the hard one");
		err_hint(err, "write SOFT:HARD, the smaller one first");
		return -EINVAL;
	}
	ret = check_open_files(&limit, err);
	if (ret == 0)
		*ret_ulimit = limit;
	return ret;
}

/* ---- devices ---- */

static bool is_access(const char *text)
{
	return *text && text[strspn(text, "rwm")] == '\0';
}

static int look_at_device(struct device *device, struct kist_error *err)
{
	struct stat st;

	if (stat(device->source, &st) < 0)
		return err_sys(err, KIST_E_VOLUME_SOURCE, errno, "device '%s'",
			       device->source);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return bad(err, "a device", device->source);
	device->type = S_ISCHR(st.st_mode) ? 'c' : 'b';
	device->major = major(st.st_rdev);
	device->minor = minor(st.st_rdev);
	device->mode = st.st_mode & 07777;
	return 0;
}

int value_device(const char *word, struct arena *arena,
		 struct device *ret_device, struct kist_error *err)
{
	struct device device = { .access = "rwm" };
	char *source = arena_strdup(arena, word);
	char *second = strchr(source, ':'), *third = NULL;
	int ret;

	if (second)
		*second++ = '\0';
	if (second)
		third = strchr(second, ':');
	if (third)
		*third++ = '\0';
	if (second && !third && is_access(second)) {
		third = second;
		second = NULL;
	}
	if (third && !is_access(third))
		return bad(err, "an access of r, w and m", third);
	if (third)
		device.access = third;
	device.source = source;
	device.path = path_tidy(second ? second : source, arena);
	if (!device.path)
		return bad(err, "an absolute path", second ? second : source);
	device.written = arena_printf(arena, "--device %s", word);
	ret = look_at_device(&device, err);
	if (ret == 0)
		*ret_device = device;
	return ret;
}

/* ---- small ones ---- */

int value_pair(const char *word, struct arena *arena,
	       struct key_value *ret_pair, struct kist_error *err)
{
	const char *equals = strchr(word, '=');

	if (!equals || equals == word)
		return bad(err, "NAME=VALUE", word);
	*ret_pair = (struct key_value){
		.key = arena_strndup(arena, word, (size_t)(equals - word)),
		.value = equals + 1,
	};
	return 0;
}

int value_id_map(const char *word, struct id_map *ret_map,
		 struct kist_error *err)
{
	uint32_t number[3];
	const char *rest = word;

	for (size_t i = 0; i < 3; i++) {
		size_t len = strcspn(rest, ":");
		uint64_t value;

		if (num_parse_u64_n(rest, len, &value) < 0 ||
		    value > UINT32_MAX || (i < 2) != (rest[len] == ':'))
			return bad(err, "INSIDE:OUTSIDE:COUNT", word);
		number[i] = (uint32_t)value;
		rest += len + 1;
	}
	*ret_map = (struct id_map){ number[0], number[1], number[2] };
	return 0;
}

#define CPUS_MIN 10000000 /* the kernel's least: 1 ms of 100 ms */

int value_cpus(const char *word, int64_t *ret_nanocpus, struct kist_error *err)
{
	size_t whole = strspn(word, "0123456789");
	size_t part = 0;
	uint64_t value = 0, fraction = 0;

	if (word[whole] == '.')
		part = strspn(word + whole + 1, "0123456789");
	if (whole + part == 0 || whole > 6 || part > 9 ||
	    word[whole + (word[whole] == '.') + part] != '\0')
		return bad(err, "a number of processors", word);
	for (size_t i = 0; i < whole; i++)
		value = 10 * value + (uint64_t)(word[i] - '0');
	for (size_t i = 0; i < 9; i++)
		fraction =
			10 * fraction +
			(i < part ? (uint64_t)(word[whole + 1 + i] - '0') : 0);
	value = value * 1000000000 + fraction;
	if (value < CPUS_MIN) {
		err_set(err, KIST_E_OPTION_VALUE,
			"'%s' is less than 0.01 processors", word);
		err_hint(err, "0.5 is half of a processor, 2 are two");
		return -EINVAL;
	}
	*ret_nanocpus = (int64_t)value;
	return 0;
}

int value_cpu_list(const char *word, struct kist_error *err)
{
	const char *rest = word;

	do {
		size_t digits = strspn(rest, "0123456789");

		rest += digits;
		if (digits && *rest == '-') {
			digits = strspn(++rest, "0123456789");
			rest += digits;
		}
		if (!digits || (*rest && *rest != ','))
			return bad(err, "a list such as 0-3,6", word);
	} while (*rest++);
	return 0;
}

/* ---- times ---- */

static bool rfc3339(const char *word, int64_t *ret_time)
{
	struct tm tm = { 0 };
	int64_t nanosecs = 0, unit = 100000000;
	int hours = 0, minutes = 0, used = 0;
	char sign = '+';
	const char *rest;

	if (sscanf(word, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &tm.tm_year,
		   &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
		   &used) != 6 ||
	    !used)
		return false;
	rest = word + used;
	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
			nanosecs += unit * (*rest - '0');
	if (strcmp(rest, "Z") != 0 && *rest &&
	    sscanf(rest, "%c%2d:%2d", &sign, &hours, &minutes) != 3)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*ret_time = (int64_t)timegm(&tm);
	*ret_time += (sign == '-' ? 60 : -60) * (hours * 60 + minutes);
	*ret_time = *ret_time * 1000000000 + nanosecs;
	return true;
}

int value_time(const char *word, int64_t *ret_time, struct kist_error *err)
{
	uint64_t number;

	if (rfc3339(word, ret_time))
		return 0;
	/* A small number would be an odd time in 1970: it is a span. */
	if (num_parse_u64(word, &number) == 0 && number > 100000000 &&
	    number < INT64_MAX / 1000000000) {
		*ret_time = (int64_t)number * 1000000000;
		return 0;
	}
	if (num_parse_duration(word, &number) == 0 &&
	    number < INT64_MAX / 1000000) {
		*ret_time = time_now() - (int64_t)number * 1000000;
		return 0;
	}
	bad(err, "a time", word);
	err_hint(err, "write 2026-01-31T12:00:00Z, or how long ago: 10m");
	return -EINVAL;
}
