/* SPDX-License-Identifier: Apache-2.0 */
/* probe_sticky.c - folders that everyone may write to, and files of others */
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>

#include "engine/why/rights.h"

struct sticky {
	const char *folder;
	struct stat dir, file;
};

static bool in_sticky(const struct why_case *c, const char *path, bool follow,
		      struct sticky *s)
{
	const char *whole = look_path(c, path);
	CLEANUP_FD int fd = look_open(c, whole, follow ? 0 : O_NOFOLLOW);

	s->folder = look_folder(c, path);
	return fd >= 0 && fstat(fd, &s->file) == 0 && s->folder &&
	       look_stat(c, s->folder, &s->dir) && (s->dir.st_mode & S_ISVTX);
}

static int protected(const struct why_case *c, struct why_finding *found,
		     const struct sticky *s, const char *name)
{
	int64_t value = look_sysctl(
		arena_printf(c->arena, "/proc/sys/fs/protected_%s", name));

	if (value <= 0)
		return 0;
	return look_found(c, found, true, c->subject,
			  arena_printf(c->arena, "fs.protected_%s", name),
			  "fs.protected_%s is %lld; '%s' is of user %u, in "
			  "'%s' (%04o) of user %u",
			  name, (long long)value, c->subject, s->file.st_uid,
			  s->folder, s->dir.st_mode & 07777, s->dir.st_uid);
}

int probe_protected_links(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	struct sticky s;

	if (!in_sticky(c, c->subject, false, &s) ||
	    !(s.dir.st_mode & S_IWOTH) || !S_ISLNK(s.file.st_mode) ||
	    !look_status(c, &status) || s.file.st_uid == status.uid[PROC_FS] ||
	    s.file.st_uid == s.dir.st_uid)
		return 0;
	return protected(c, found, &s, "symlinks");
}

int probe_protected_files(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	struct sticky s;

	if (!in_sticky(c, c->subject, true, &s) || !(s.dir.st_mode & S_IWOTH) ||
	    !look_status(c, &status) || s.file.st_uid == status.uid[PROC_FS] ||
	    s.file.st_uid == s.dir.st_uid)
		return 0;
	if (S_ISFIFO(s.file.st_mode))
		return protected(c, found, &s, "fifos");
	return S_ISREG(s.file.st_mode) ? protected(c, found, &s, "regular") : 0;
}

int probe_protected_hardlinks(const struct why_case *c,
			      struct why_finding *found)
{
	struct proc_status status;
	struct sticky s = { .folder = "" };
	const char *path = c->source ? c->source : c->subject;

	if (!c->name || strncmp(c->name, "link", 4) != 0 ||
	    !look_stat(c, path, &s.file) || !look_status(c, &status) ||
	    s.file.st_uid == status.uid[PROC_FS] ||
	    (S_ISREG(s.file.st_mode) &&
	     (rights_given(&status, &s.file) & 6) == 6 &&
	     !(s.file.st_mode & S_ISUID)))
		return 0;
	if (look_sysctl("/proc/sys/fs/protected_hardlinks") <= 0)
		return 0;
	return look_found(c, found, true, path, "fs.protected_hardlinks",
			  "fs.protected_hardlinks is 1; '%s' has %s, and "
			  "process %d is user %u",
			  path, rights_text(c, &s.file), c->pid,
			  status.uid[PROC_FS]);
}

/* ---- removed and renamed by their owner alone ---- */

static int not_ones_own(const struct why_case *c, struct why_finding *found,
			const char *path)
{
	struct proc_status status;
	struct sticky s;

	if (!in_sticky(c, path, false, &s) || !look_status(c, &status) ||
	    s.file.st_uid == status.uid[PROC_FS] ||
	    s.dir.st_uid == status.uid[PROC_FS] ||
	    rights_above(c, &status, &s.file, CAP_FOWNER))
		return 0;
	return look_found(c, found, true, s.folder,
			  arena_printf(c->arena, "%u", s.file.st_uid),
			  "'%s' has %s, '%s' is of user %u; process %d is user "
			  "%u",
			  s.folder, rights_text(c, &s.dir), path, s.file.st_uid,
			  c->pid, status.uid[PROC_FS]);
}

int probe_sticky(const struct why_case *c, struct why_finding *found)
{
	if (!rights_changes_folder(c))
		return 0;
	return not_ones_own(c, found, c->subject) ||
	       (strncmp(c->name, "rename", 6) == 0 &&
		not_ones_own(c, found, c->source));
}
