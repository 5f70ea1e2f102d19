/* SPDX-License-Identifier: Apache-2.0 */
/* checkup_limits.c - the check-up of numbers that the kernel allows, and of
 * programs */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/num.h"
#include "engine/why/checkup.h"
#include "kernel/mountinfo.h"
#include "kernel/rlimit.h"
#include "sys/file.h"

/* ---- sysctls ---- */

static int64_t sysctl_number(const char *key)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/%s", key);
	for (char *c = path + 10; *c; c++)
		*c = *c == '.' ? '/' : *c;
	return checkup_number(path);
}

/* @arg: the key; @number: less is not enough */
void judge_sysctl(struct checkup *up, const struct check *check,
		  const struct check_slot *slot, struct kist_checked *item)
{
	int64_t value = sysctl_number(check->arg);

	(void)slot;
	if (value < 0) {
		checkup_works(item, "not limited by this kernel");
		return;
	}
	checkup_works(item, arena_printf(up->arena, "%" PRId64, value));
	if (value >= (int64_t)check->number)
		return;
	item->works = KIST_WORKS_NOT;
	item->detail = arena_printf(up->arena,
				    "%" PRId64 ", kist may need %" PRIu64,
				    value, check->number);
	item->fix = arena_printf(up->arena, "as root: sysctl %s=%" PRIu64,
				 check->arg, check->number);
}

static int64_t count_mounts(struct checkup *up)
{
	CLEANUP_BUF struct buf text;
	int64_t count = 0;

	(void)up;
	buf_init(&text);
	if (sys_load_file(AT_FDCWD, "/proc/self/mountinfo", &text,
			  MOUNTINFO_MAX) < 0)
		return -1;
	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == '\n';
	return count;
}

static int64_t count_files(struct checkup *up)
{
	char text[64];

	(void)up;
	/* "in use  0  maximum" */
	return checkup_read("/proc/sys/fs/file-nr", text, sizeof(text)) ?
		       strtoll(text, NULL, 10) :
		       -1;
}

static int64_t count_threads(struct checkup *up)
{
	char text[128], *slash;

	(void)up;
	/* "0.20 0.18 0.12 1/80 11206" */
	if (!checkup_read("/proc/loadavg", text, sizeof(text)) ||
	    !(slash = strchr(text, '/')))
		return -1;
	return strtoll(slash + 1, NULL, 10);
}

/* @number: which of these counts what is used */
static int64_t (*const counters[])(struct checkup *) = {
	count_mounts,
	count_files,
	count_threads,
};

void judge_used(struct checkup *up, const struct check *check,
		const struct check_slot *slot, struct kist_checked *item)
{
	int64_t max = sysctl_number(check->arg);
	int64_t used = counters[check->number](up);

	(void)slot;
	if (max < 0 || used < 0) {
		checkup_works(item, "not limited by this kernel");
		return;
	}
	checkup_works(item, arena_printf(up->arena, "%" PRId64 " of %" PRId64,
					 used, max));
	if (used < max / 10 * 9)
		return;
	item->works = KIST_WORKS_NOT;
	item->fix = arena_printf(up->arena, "as root: sysctl %s=%" PRId64,
				 check->arg, max * 2);
}

/* ---- resource limits of this process ---- */

void judge_rlimit(struct checkup *up, const struct check *check,
		  const struct check_slot *slot, struct kist_checked *item)
{
	struct rlimit limit;
	int which = rlimit_parse(check->arg);

	(void)slot;
	if (which < 0 || getrlimit((unsigned)which, &limit) < 0)
		return;
	checkup_works(item, limit.rlim_cur == RLIM_INFINITY ?
				    "unlimited" :
				    arena_printf(up->arena, "%" PRIu64,
						 (uint64_t)limit.rlim_cur));
	if (limit.rlim_cur >= check->number)
		return;
	item->works = KIST_WORKS_NOT;
	item->detail = arena_printf(up->arena, "%s, kist may need %" PRIu64,
				    item->detail, check->number);
	item->fix = check->fix;
}

/* ---- programs ---- */

static const char *along_path(struct checkup *up, const char *name)
{
	const char *path = getenv("PATH");

	/* Those of root are not in an ordinary user's. */
	path = arena_printf(up->arena, "%s:/usr/sbin:/sbin", path ? path : "");
	for (const char *at = path; *at;) {
		int len = (int)strcspn(at, ":");
		const char *file =
			arena_printf(up->arena, "%.*s/%s", len, at, name);
		struct stat st;

		if (len && stat(file, &st) == 0 && S_ISREG(st.st_mode) &&
		    st.st_mode & 0111)
			return file;
		at += len;
		at += *at == ':';
	}
	return NULL;
}

static bool has_privilege(const char *file)
{
	struct stat st;

	return stat(file, &st) == 0 &&
	       (st.st_mode & S_ISUID ||
		getxattr(file, "security.capability", NULL, 0) > 0);
}

/* @arg: the package; @number: it has to be privileged */
void judge_program(struct checkup *up, const struct check *check,
		   const struct check_slot *slot, struct kist_checked *item)
{
	const char *file = along_path(up, check->name);

	(void)slot;
	if (!file) {
		item->works = KIST_WORKS_NOT;
		item->detail = "not installed";
		item->fix = arena_printf(up->arena, "install the package '%s'",
					 check->arg);
		return;
	}
	checkup_works(item, file);
	if (!check->number || has_privilege(file))
		return;
	item->works = KIST_WORKS_ROOT;
	item->detail =
		arena_printf(up->arena, "%s has lost its privilege", file);
	item->fix = arena_printf(up->arena, "as root: chmod u+s %s", file);
}
