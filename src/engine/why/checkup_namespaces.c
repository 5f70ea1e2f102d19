/* SPDX-License-Identifier: Apache-2.0 */
/* checkup_namespaces.c - the check-up of namespaces and id maps */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/why/checkup.h"
#include "kernel/ns.h"
#include "kernel/subid.h"

#define PATH_SYSCTL_USERNS "/proc/sys/kernel/unprivileged_userns_clone"
#define PATH_SYSCTL_APPARMOR \
	"/proc/sys/kernel/apparmor_restrict_unprivileged_userns"

int attempt_unshare(const struct check *check, int64_t *ret_number)
{
	(void)ret_number;
	return unshare((int)check->number) < 0 ? -errno : 0;
}

/* That the place could be made is all. */
int attempt_nothing(const struct check *check, int64_t *ret_number)
{
	(void)check;
	(void)ret_number;
	return 0;
}

static bool has_kind(const char *kind)
{
	char path[48];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return stat(path, &st) == 0;
}

/* The sysctl that says how many there may be. */
static const char *limit_path(const char *kind, char *buf, size_t size)
{
	snprintf(buf, size, "/proc/sys/user/max_%s_namespaces", kind);
	return buf;
}

static void judge_full(struct checkup *up, const struct check *check,
		       struct kist_checked *item)
{
	char path[64];
	int64_t max =
		checkup_number(limit_path(check->name, path, sizeof(path)));

	item->works = KIST_WORKS_NOT;
	item->detail = arena_printf(
		up->arena,
		max == 0 ? "switched off: user.max_%s_namespaces is %" PRId64 :
			   "no more of them: user.max_%s_namespaces is %" PRId64
			   ", here or further out",
		check->name, max);
	item->fix = arena_printf(
		up->arena, "as root: sysctl user.max_%s_namespaces=%" PRId64,
		check->name, max > 0 ? max * 2 : 10000);
}

void judge_namespace(struct checkup *up, const struct check *check,
		     const struct check_slot *slot, struct kist_checked *item)
{
	char path[64];
	int64_t max;

	if (!has_kind(check->name)) {
		checkup_missing(up, check, item, "this kernel has none");
		return;
	}
	if (slot->here == ENOSPC || slot->inside == ENOSPC) {
		judge_full(up, check, item);
		return;
	}
	checkup_judge(up, check, slot, item);
	max = checkup_number(limit_path(check->name, path, sizeof(path)));
	if (item->works == KIST_WORKS && max >= 0)
		item->detail = arena_printf(up->arena,
					    "%s%sat most %" PRId64 " a user",
					    item->detail,
					    *item->detail ? ", " : "", max);
}

/* User namespaces of ordinary users: what a distribution switches off. */
void judge_nobody(struct checkup *up, const struct check *check,
		  const struct check_slot *slot, struct kist_checked *item)
{
	if (slot->here == 0) {
		checkup_works(item, up->is_master ? "tried as user 65534" : "");
		return;
	}
	if (slot->here == ENOSPC) {
		judge_full(up, check, item);
		return;
	}
	item->works = KIST_WORKS_ROOT;
	item->detail = arena_printf(up->arena, "refused to ordinary users (%s)",
				    errno_name(slot->here));
	if (checkup_number(PATH_SYSCTL_USERNS) == 0)
		item->fix =
			"as root: sysctl kernel.unprivileged_userns_clone=1";
	else if (checkup_number(PATH_SYSCTL_APPARMOR) == 1)
		item->fix = "as root: sysctl kernel.apparmor_restrict_"
			    "unprivileged_userns=0, or give the program an "
			    "AppArmor profile with 'userns,'";
	else if (!has_kind("user"))
		item->fix = "use a kernel with CONFIG_USER_NS";
	else
		item->fix = "a security module, a seccomp filter, a chroot or "
			    "ids without a map forbid it: 'kist why -- unshare "
			    "-U true' tells which";
}

static uint32_t longest(const struct subids *subids, const char *name,
			uint32_t uid, uint32_t *ret_start)
{
	uint32_t most = 0;

	for (size_t i = 0; i < subids->count; i++)
		if (subid_is_of(&subids->lines[i], name, uid) &&
		    subids->lines[i].count > most) {
			most = subids->lines[i].count;
			*ret_start = subids->lines[i].start;
		}
	return most;
}

void judge_subid(struct checkup *up, const struct check *check,
		 const struct check_slot *slot, struct kist_checked *item)
{
	struct subids subids = { 0 };
	uint32_t start = 0, count = 0, at;

	(void)slot;
	if (subid_load(check->arg, up->arena, &subids) == 0)
		count = longest(&subids, up->user, up->uid, &start);
	if (count) {
		checkup_works(item,
			      arena_printf(up->arena, "%u ids from %u for %s",
					   count, start,
					   up->user ? up->user : "you"));
		return;
	}
	if (up->is_root) {
		checkup_works(item, "root maps any ids without");
		return;
	}
	at = subid_free_start(&subids, 65536);
	item->works = KIST_WORKS_NOT;
	item->detail = arena_printf(up->arena, "/etc/sub%s has none for %s",
				    check->arg, up->user ? up->user : "you");
	item->fix = arena_printf(up->arena,
				 "as root: usermod --add-sub%ss %u-%u %s",
				 check->arg, at, at + 65535,
				 up->user ? up->user : "YOU");
}
