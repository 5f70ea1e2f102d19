/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_process.c - refused for what another process is, or by a module
 *
 * Whether one may look into a process is decided in one order: its user, then
 * whether it may be looked into at all, then its capabilities (ptrace(2),
 * "Ptrace access mode checking").
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/why/caller.h"
#include "engine/why/look.h"
#include "kernel/cap.h"
#include "kernel/ns.h"
#include "sys/file.h"

/* ---- the other process ---- */

struct other {
	int pid;
	struct proc_status own, its;
	uint32_t owner;	  /* of the files of /proc/PID */
	uint64_t user_ns; /* 0: not for us to see */
};

static int pid_of(const struct why_case *c)
{
	const char *text = c->failed ? c->failed->what : NULL;
	int pid = 0;

	if (c->subject && sscanf(c->subject, "/proc/%d/", &pid) == 1)
		return pid;
	text = text ? strstr(text, "process ") : NULL;
	return text && sscanf(text, "process %d", &pid) == 1 ? pid : 0;
}

static bool load_status(const struct why_case *c, int pid,
			struct proc_status *ret_status)
{
	char path[40];
	CLEANUP_BUF struct buf buf;
	CLEANUP_FD int fd = -1;

	buf_init(&buf);
	snprintf(path, sizeof(path), "/proc/%d", pid);
	fd = look_open(c, path, O_DIRECTORY);
	return fd >= 0 && sys_load_file(fd, "status", &buf, 64 * 1024) >= 0 &&
	       buf.data &&
	       proc_status_parse(arena_strdup(c->arena, buf.data), c->arena,
				 ret_status) == 0;
}

/* What is private of a process: its links and memory, not its status. */
static bool is_private(const struct why_case *c)
{
	static const char *const files[] = { "/ns",	  "/root", "/cwd",
					     "/exe",	  "/fd",   "/environ",
					     "/maps",	  "/mem",  "/io",
					     "/map_files" };
	const char *rest = c->subject;

	if (!rest || strncmp(rest, "/proc/", 6) != 0)
		return !(c->call & WHY_OPEN) || c->failed;
	rest += 6 + strcspn(rest + 6, "/");
	if (!*rest) /* as a whole: ptrace(2) */
		return !(c->call & WHY_OPEN);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (strncmp(rest, files[i], strlen(files[i])) == 0)
			return true;
	return false;
}

static bool look_at_other(const struct why_case *c, struct other *o)
{
	char path[40];
	struct stat st;

	*o = (struct other){ .pid = pid_of(c) };
	/* the folder itself is always the user's */
	snprintf(path, sizeof(path), "/proc/%d/status", o->pid);
	if (!o->pid || o->pid == c->pid || !is_private(c) ||
	    !caller_status(c, &o->own) || !load_status(c, o->pid, &o->its) ||
	    !look_stat(c, path, &st))
		return false;
	o->owner = st.st_uid;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", o->pid);
	if (look_stat(c, path, &st))
		o->user_ns = st.st_ino;
	return true;
}

static bool can_trace(const struct other *o)
{
	return o->own.caps[PROC_CAP_EFFECTIVE] & CAP_MASK(CAP_SYS_PTRACE);
}

static bool is_other_user(const struct other *o)
{
	uint32_t uid = (uint32_t)o->own.uid[PROC_FS];

	return uid != (uint32_t)o->its.uid[PROC_REAL] ||
	       uid != (uint32_t)o->its.uid[PROC_EFFECTIVE] ||
	       uid != (uint32_t)o->its.uid[PROC_SAVED];
}

static const char *number(const struct why_case *c, const char *before, int n)
{
	return arena_printf(c->arena, "%s%d", before, n);
}

int probe_process_outer(const struct why_case *c, struct why_finding *found)
{
	struct other o;

	if (!look_at_other(c, &o) || !can_trace(&o) || !look_is_inner(c) ||
	    o.user_ns == look_ns(c, NS_USER))
		return 0;
	return look_found(c, found, true, number(c, "", o.pid), NULL,
			  "process %d has CAP_SYS_PTRACE in its own user "
			  "namespace, and process %d is in another",
			  c->pid, o.pid);
}

int probe_process_other_user(const struct why_case *c,
			     struct why_finding *found)
{
	struct other o;

	if (!look_at_other(c, &o) || can_trace(&o) || !is_other_user(&o))
		return 0;
	return look_found(c, found, true, number(c, "", o.pid), NULL,
			  "/proc/%d/status: Uid %d, and process %d is of user "
			  "%d without CAP_SYS_PTRACE",
			  o.pid, (int)o.its.uid[PROC_EFFECTIVE], c->pid,
			  (int)o.own.uid[PROC_FS]);
}

int probe_process_not_dumpable(const struct why_case *c,
			       struct why_finding *found)
{
	struct other o;

	if (!look_at_other(c, &o) || can_trace(&o) || is_other_user(&o) ||
	    o.owner == (uint32_t)o.its.uid[PROC_EFFECTIVE])
		return 0;
	return look_found(c, found, true, number(c, "", o.pid), NULL,
			  "it is of user %d, but /proc/%d/status belongs to "
			  "user %u",
			  (int)o.its.uid[PROC_EFFECTIVE], o.pid, o.owner);
}

int probe_process_more_caps(const struct why_case *c, struct why_finding *found)
{
	struct other o;
	uint64_t more;

	if (!look_at_other(c, &o) || can_trace(&o) || is_other_user(&o) ||
	    o.owner != (uint32_t)o.its.uid[PROC_EFFECTIVE])
		return 0;
	more = o.its.caps[PROC_PERMITTED] & ~o.own.caps[PROC_CAP_EFFECTIVE];
	if (!more)
		return 0;
	return look_found(c, found, true, number(c, "", o.pid), NULL,
			  "CapPrm of process %d is %llx, CapEff of process %d "
			  "%llx",
			  o.pid, (unsigned long long)o.its.caps[PROC_PERMITTED],
			  c->pid,
			  (unsigned long long)o.own.caps[PROC_CAP_EFFECTIVE]);
}

/* ---- traced, signalled ---- */

int probe_process_traced(const struct why_case *c, struct why_finding *found)
{
	struct proc_status its;
	int pid = pid_of(c);

	if (!pid || !load_status(c, pid, &its) || !its.tracer)
		return 0;
	return look_found(c, found, true, number(c, "", pid),
			  look_process(c, its.tracer),
			  "TracerPid of process %d is %d", pid, its.tracer);
}

int probe_signal_user(const struct why_case *c, struct why_finding *found)
{
	struct proc_status own, its;
	int pid = c->subject ? atoi(c->subject) : 0;

	if (pid <= 0 || !caller_status(c, &own) || !load_status(c, pid, &its) ||
	    own.uid[PROC_REAL] == its.uid[PROC_REAL] ||
	    own.uid[PROC_REAL] == its.uid[PROC_SAVED] ||
	    own.uid[PROC_EFFECTIVE] == its.uid[PROC_REAL] ||
	    own.uid[PROC_EFFECTIVE] == its.uid[PROC_SAVED])
		return 0;
	return look_found(c, found, true, look_process(c, pid),
			  arena_printf(c->arena, "%u", its.uid[PROC_REAL]),
			  "process %d is of user %u, and process %d of user %u",
			  pid, its.uid[PROC_REAL], c->pid,
			  own.uid[PROC_EFFECTIVE]);
}

/* ---- entering ---- */

/* A process in the namespace that @link names, or -1. */
static int open_ns(const char *link)
{
	const char *colon = strchr(link, ':');
	DIR *dir = colon ? opendir("/proc") : NULL;
	struct dirent *entry;
	int fd = -1;

	while (dir && fd < 0 && (entry = readdir(dir))) {
		char path[300], its[64];
		ssize_t len;

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/ns/%.*s", entry->d_name,
			 (int)(colon - link), link);
		len = readlink(path, its, sizeof(its) - 1);
		if (len <= 0)
			continue;
		its[len] = '\0';
		if (strcmp(its, link) == 0)
			fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (dir)
		closedir(dir);
	return fd;
}

/* The inode of the user namespace that owns it; 0: not for us to see. */
static uint64_t owner_of(const char *link)
{
	CLEANUP_FD int ns_fd = open_ns(link);
	CLEANUP_FD int owner_fd = ns_fd < 0 ? -1 : ns_open_owner(ns_fd);
	struct stat st;

	return owner_fd >= 0 && fstat(owner_fd, &st) == 0 ? st.st_ino : 0;
}

static bool is_admin(const struct why_case *c)
{
	struct proc_status status;

	return caller_status(c, &status) &&
	       status.caps[PROC_CAP_EFFECTIVE] & CAP_MASK(CAP_SYS_ADMIN);
}

int probe_join_owner(const struct why_case *c, struct why_finding *found)
{
	bool is_known = c->subject && strstr(c->subject, ":[");
	uint64_t own = look_ns(c, NS_USER);
	uint64_t owner = is_known ? owner_of(c->subject) : 0;
	const char *what = is_known ? c->subject : "it";

	if (!is_admin(c))
		return look_found(c, found, true, what, NULL,
				  "CapEff of process %d has no CAP_SYS_ADMIN",
				  c->pid);
	if (!is_known || (owner && owner == own) || !look_is_inner(c))
		return 0;
	if (!owner)
		return look_found(c, found, true, what, NULL,
				  "process %d is in user:[%llu], and the owner "
				  "of %s is none of it or below it",
				  c->pid, (unsigned long long)own, what);
	return look_found(c, found, false, what, NULL,
			  "it belongs to user:[%llu], and process %d is in "
			  "user:[%llu]",
			  (unsigned long long)owner, c->pid,
			  (unsigned long long)own);
}

/* ---- security modules ---- */

/* The label of the process, without "(enforce)"; NULL: none, or complaining. */
static const char *label_of(const struct why_case *c)
{
	const char *text = caller_file(c, "attr/current");
	const char *mode;

	if (!text || !text[0] || text[0] == '\n' ||
	    strncmp(text, "unconfined", 10) == 0)
		return NULL;
	mode = strstr(text, " (");
	if (mode && strncmp(mode, " (enforce)", 10) != 0)
		return NULL;
	return arena_strndup(c->arena, text,
			     mode ? (size_t)(mode - text) :
				    strcspn(text, "\n"));
}

static bool is_apparmor(const struct why_case *c)
{
	const char *text = caller_file(c, "attr/current");

	return text && strstr(text, " (enforce)");
}

/* What a module refused is in the log alone: never certain. */
int probe_lsm_apparmor(const struct why_case *c, struct why_finding *found)
{
	const char *label = label_of(c);

	if (!label || !is_apparmor(c))
		return 0;
	return look_found(c, found, false, label, NULL,
			  "/proc/%d/attr/current is '%s (enforce)'", c->pid,
			  label);
}

int probe_lsm_selinux(const struct why_case *c, struct why_finding *found)
{
	const char *label = label_of(c);
	char text[8] = "";

	/* user:role:type:level */
	if (!label || is_apparmor(c) || !strchr(label, ':') ||
	    strstr(label, ":unconfined_t:"))
		return 0;
	if (sys_read_file(AT_FDCWD, "/sys/fs/selinux/enforce", text,
			  sizeof(text)) > 0 &&
	    text[0] == '0')
		return 0;
	return look_found(c, found, false, label, NULL,
			  "/proc/%d/attr/current is '%s'%s", c->pid, label,
			  text[0] ? ", and SELinux is enforcing" : "");
}
