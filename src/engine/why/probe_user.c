/* SPDX-License-Identifier: Apache-2.0 */
/* probe_user.c - refused for who one is: capabilities, ids, set-user-ID */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "engine/why/caller.h"
#include "engine/why/look.h"
#include "kernel/cap.h"
#include "sys/mount.h"
#include "sys/process.h"

#ifndef CAP_BPF
#define CAP_BPF 39
#endif
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif

/* ---- capabilities ---- */

/* What each call takes; the first row that fits is it. @name: the beginning of
 * the call's, or "": any. @owner: whose user namespace; see caller_can().
 * @alone: what kist unshare is to make, for one's own use; "": that would not
 * help. */
static const struct {
	uint32_t calls;
	char name[20];
	int cap;
	enum ns_kind owner;
	char alone[12];
} takes[] = {
	{ WHY_NS, "", CAP_SYS_ADMIN, NS_USER, "-r" },
	{ WHY_JOIN, "", CAP_SYS_ADMIN, NS_USER, "" },
	{ WHY_MOUNT | WHY_UMOUNT | WHY_REMOUNT, "", CAP_SYS_ADMIN, NS_MNT,
	  "-rm" },
	{ WHY_ROOT, "chroot", CAP_SYS_CHROOT, NS_USER, "-r" },
	{ WHY_ROOT, "", CAP_SYS_ADMIN, NS_MNT, "-rm" },
	{ WHY_LINK, "", CAP_NET_ADMIN, NS_NET, "-rn" },
	{ WHY_SETID, "setuid", CAP_SETUID, NS_USER, "--map-auto" },
	{ WHY_SETID, "setreuid", CAP_SETUID, NS_USER, "--map-auto" },
	{ WHY_SETID, "setresuid", CAP_SETUID, NS_USER, "--map-auto" },
	{ WHY_SETID, "setg", CAP_SETGID, NS_USER, "--map-auto" },
	{ WHY_SETID, "setre", CAP_SETGID, NS_USER, "--map-auto" },
	{ WHY_SETID, "chown", CAP_CHOWN, NS_USER, "--map-auto" },
	{ WHY_SETID, "lchown", CAP_CHOWN, NS_USER, "--map-auto" },
	{ WHY_SETID, "fchown", CAP_CHOWN, NS_USER, "--map-auto" },
	{ WHY_SOCKET, "socket", CAP_NET_RAW, NS_NET, "-rn" },
	{ WHY_MKNOD, "", CAP_MKNOD, NS_COUNT, "" },
	{ WHY_SIGNAL, "", CAP_KILL, NS_USER, "" },
	{ WHY_LIMIT, "sched_set", CAP_SYS_NICE, NS_COUNT, "" },
	{ WHY_LIMIT, "setpriority", CAP_SYS_NICE, NS_COUNT, "" },
	{ WHY_LIMIT, "mlock", CAP_IPC_LOCK, NS_COUNT, "" },
	{ WHY_LIMIT, "", CAP_SYS_RESOURCE, NS_COUNT, "" },
	{ WHY_OTHER, "sethostname", CAP_SYS_ADMIN, NS_UTS, "-ru" },
	{ WHY_OTHER, "setdomainname", CAP_SYS_ADMIN, NS_UTS, "-ru" },
	{ WHY_OTHER, "reboot", CAP_SYS_BOOT, NS_PID, "" },
	{ WHY_OTHER, "init_module", CAP_SYS_MODULE, NS_COUNT, "" },
	{ WHY_OTHER, "finit_module", CAP_SYS_MODULE, NS_COUNT, "" },
	{ WHY_OTHER, "clock_settime", CAP_SYS_TIME, NS_COUNT, "" },
	{ WHY_OTHER, "settimeofday", CAP_SYS_TIME, NS_COUNT, "" },
	{ WHY_OTHER, "swapon", CAP_SYS_ADMIN, NS_COUNT, "" },
	{ WHY_OTHER, "bpf", CAP_BPF, NS_COUNT, "" },
	{ WHY_OTHER, "perf_event_open", CAP_PERFMON, NS_COUNT, "" },
	{ WHY_OTHER, "syslog", CAP_SYSLOG, NS_COUNT, "" },
};

/* " of net:[4026531840]"; "": what it takes is taken of no namespace. */
static const char *owned(const struct why_case *c, enum ns_kind kind)
{
	const char *name = kind == NS_COUNT || kind == NS_USER ?
				   NULL :
				   ns_table[kind].name;

	return name ? arena_printf(c->arena, " of %s:[%llu]", name,
				   (unsigned long long)caller_ns(c, name)) :
		      "";
}

static bool is_of_new_user(const struct why_case *c)
{
	return c->call == WHY_NS && c->flags & CLONE_NEWUSER;
}

/* A socket of any kind but these needs none. */
static bool is_raw(const struct why_case *c)
{
	return c->call != WHY_SOCKET || (c->flags & 0xf) == 3 ||
	       (c->flags & 0xf) == 10;
}

/* Is it in want of the capability? Then @ret_evidence says so. */
static bool lacks(const struct why_case *c, size_t row,
		  const char **ret_evidence)
{
	const char *owner, *own, *name = cap_name(takes[row].cap);
	int can = caller_can(c, takes[row].cap, takes[row].owner, &owner, &own);

	if (can == 1)
		return false;
	if (can < 0)
		*ret_evidence = arena_printf(
			c->arena,
			"it is in %s, and that belongs to a user namespace "
			"above",
			own);
	else if (owner && own && strcmp(owner, own) != 0)
		*ret_evidence = arena_printf(
			c->arena, "the process is in %s, but %s is the owner%s",
			own, owner, owned(c, takes[row].owner));
	else
		*ret_evidence = arena_printf(c->arena,
					     "CapEff of process %d has no %s",
					     c->pid, name);
	return true;
}

/* To give away a file of another's takes root of where that one is. */
static bool is_ones_own(const struct why_case *c)
{
	struct proc_status status;
	struct stat st;

	return look_stat(c, c->subject, &st) && caller_status(c, &status) &&
	       st.st_uid == status.uid[PROC_FS];
}

/* The words of kist unshare that make all that the call needs. */
static const char *own_namespaces(const struct why_case *c, size_t row)
{
	const char *words = takes[row].alone;

	if (!words[0] ||
	    (c->name && strstr(c->name, "chown") && !is_ones_own(c)))
		return "";
	if (c->call == WHY_NS)
		for (int kind = 0; kind < NS_COUNT; kind++)
			if (kind != NS_USER &&
			    c->flags & (uint64_t)ns_table[kind].clone_flag)
				words = arena_printf(c->arena, "%s --%s", words,
						     ns_table[kind].name);
	return arena_printf(
		c->arena,
		", or be root of namespaces of your own: kist unshare %s",
		words);
}

/* The row of the call, or -1. */
static int row_of(const struct why_case *c)
{
	if (is_of_new_user(c) || !is_raw(c))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(takes); i++)
		if (takes[i].calls & c->call &&
		    (!takes[i].name[0] ||
		     (c->name && strncmp(c->name, takes[i].name,
					 strlen(takes[i].name)) == 0)))
			return (int)i;
	return -1;
}

int probe_capability(const struct why_case *c, struct why_finding *found)
{
	int row = row_of(c);

	if (row < 0 || takes[row].owner == NS_COUNT ||
	    !lacks(c, (size_t)row, &found->evidence))
		return 0;
	found->arg[0] = cap_name(takes[row].cap);
	found->arg[1] = own_namespaces(c, (size_t)row);
	found->is_certain = true;
	return 1;
}

/* ---- what no user namespace gives ---- */

static bool is_in_first(const struct why_case *c)
{
	return caller_ns(c, "user") == FIRST_USER_NS;
}

int probe_capability_machine(const struct why_case *c,
			     struct why_finding *found)
{
	int row = row_of(c);

	/* of mknod it is about the folder then */
	if (row < 0 || takes[row].owner != NS_COUNT ||
	    (c->call & WHY_MKNOD && c->errnum == EACCES) ||
	    !lacks(c, (size_t)row, &found->evidence))
		return 0;
	found->arg[0] = cap_name(takes[row].cap);
	found->arg[1] = is_in_first(c) ?
				arena_printf(c->arena,
					     "; a container is given it with "
					     "--cap-add %s",
					     found->arg[0] + 4) :
				": outside of this user namespace";
	found->is_certain = true;
	return 1;
}

/* ---- ids without a mapping ---- */

/* The numbers of "1000", "1000:1000"; -1 stands for none. */
static size_t ids_of(const struct why_case *c, int64_t ids[2])
{
	const char *text = c->value ? c->value : c->subject;
	long long a, b;
	int count = text ? sscanf(text, "%lld:%lld", &a, &b) : 0;

	if (count >= 1)
		ids[0] = a;
	if (count >= 2)
		ids[1] = b;
	return count > 0 ? (size_t)count : 0;
}

static bool is_unmapped(const struct why_case *c, const char *file, int64_t id,
			struct why_finding *found)
{
	const char *text = caller_file(c, file);
	struct id_maps maps = idmap_parse(text, c->arena);
	uint32_t outside;

	if (id < 0 || id > UINT32_MAX || !text || !maps.maps ||
	    idmap_outside(&maps, (uint32_t)id, &outside))
		return false;
	found->arg[0] = arena_printf(c->arena, "%lld", (long long)id);
	found->arg[1] = file;
	found->evidence =
		maps.count ?
			arena_printf(
				c->arena,
				"/proc/%d/%s maps %zu range%s, the first "
				"is %u to %u",
				c->pid, file, maps.count,
				maps.count == 1 ? "" : "s", maps.maps[0].inside,
				maps.maps[0].inside + maps.maps[0].count - 1) :
			arena_printf(c->arena, "/proc/%d/%s is empty", c->pid,
				     file);
	found->is_certain = true;
	return true;
}

int probe_unmapped(const struct why_case *c, struct why_finding *found)
{
	int64_t ids[2] = { -1, -1 };
	bool of_group = c->name && (strncmp(c->name, "setg", 4) == 0 ||
				    strcmp(c->name, "setregid") == 0 ||
				    strcmp(c->name, "setresgid") == 0);

	if (!ids_of(c, ids))
		return 0;
	return is_unmapped(c, of_group ? "gid_map" : "uid_map", ids[0],
			   found) ||
	       is_unmapped(c, "gid_map", ids[1], found);
}

int probe_setgroups(const struct why_case *c, struct why_finding *found)
{
	const char *text = caller_file(c, "setgroups");

	if (!c->name || strcmp(c->name, "setgroups") != 0 || !text ||
	    strncmp(text, "deny", 4) != 0)
		return 0;
	found->evidence =
		arena_printf(c->arena, "/proc/%d/setgroups is 'deny'", c->pid);
	found->is_certain = true;
	return 1;
}

/* ---- set-user-ID ---- */

int probe_no_new_privs(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	struct stat st;

	if (!caller_status(c, &status) || !status.no_new_privs ||
	    fstatat(c->proc_fd, "exe", &st, 0) < 0 || !(st.st_mode & S_ISUID) ||
	    st.st_uid == status.uid[PROC_EFFECTIVE])
		return 0;
	found->arg[0] = status.name;
	found->evidence = arena_printf(
		c->arena,
		"NoNewPrivs of process %d is 1, and its program is "
		"set-user-ID of %u",
		c->pid, st.st_uid);
	found->is_certain = true;
	return 1;
}
