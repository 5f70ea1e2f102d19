/* SPDX-License-Identifier: Apache-2.0 */
/* error.c - from an error of the library to the rule behind it */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/command.h"
#include "engine/why/why.h"
#include "kernel/ns.h"

/* How the texts of errors begin (the longer one first), and what that was. */
static const struct {
	char start[40];
	uint32_t call;
	char name[20];
} starts[] = {
	{ "mount ", WHY_MOUNT, "mount" },
	{ "bind ", WHY_MOUNT, "mount" },
	{ "move mount", WHY_MOUNT, "move_mount" },
	{ "unmount ", WHY_UMOUNT, "umount2" },
	{ "set the flags of ", WHY_REMOUNT, "mount_setattr" },
	{ "set the propagation", WHY_REMOUNT, "mount" },
	{ "remount ", WHY_REMOUNT, "mount" },
	{ "map the ids of ", WHY_REMOUNT, "idmap" },
	{ "pivot", WHY_ROOT, "pivot_root" },
	{ "change the root", WHY_ROOT, "chroot" },
	{ "make new ", WHY_NS, "unshare" },
	{ "make namespace", WHY_NS, "unshare" },
	{ "make a new ", WHY_NS, "unshare" },
	{ "unshare", WHY_NS, "unshare" },
	{ "enter image", WHY_OPEN, "chdir" },
	{ "enter ", WHY_JOIN, "setns" },
	{ "join control group", WHY_CGROUP_MOVE, "cgroup.procs" },
	{ "join ", WHY_JOIN, "setns" },
	{ "make control group", WHY_CGROUP_MAKE, "mkdir" },
	{ "make the control group", WHY_CGROUP_MAKE, "mkdir" },
	{ "remove control group", WHY_CGROUP_REMOVE, "rmdir" },
	{ "remove the control group", WHY_CGROUP_REMOVE, "rmdir" },
	{ "move process", WHY_CGROUP_MOVE, "cgroup.procs" },
	{ "start the command in its control group", WHY_CGROUP_MOVE,
	  "cgroup.procs" },
	{ "make a process", WHY_FORK, "fork" },
	{ "make the command's process", WHY_FORK, "fork" },
	{ "make the first process", WHY_NS, "clone3" },
	{ "make the namespaces", WHY_NS, "clone3" },
	{ "map uids with", WHY_MAP, "newuidmap" },
	{ "map gids with", WHY_MAP, "newgidmap" },
	{ "become user", WHY_SETID, "setuid" },
	{ "become group", WHY_SETID, "setgid" },
	{ "drop the supplementary", WHY_SETID, "setgroups" },
	{ "set the clock", WHY_SYSCTL, "timens_offsets" },
	{ "set the monotonic clock", WHY_SYSCTL, "timens_offsets" },
	{ "set the boottime clock", WHY_SYSCTL, "timens_offsets" },
	{ "execute the first process", WHY_EXEC, "execveat" },
	{ "write the ", WHY_MAP, "uid_map" },
	{ "set sysctl", WHY_SYSCTL, "sysctl" },
	{ "set rlimit", WHY_LIMIT, "prlimit64" },
	{ "execute ", WHY_EXEC, "execve" },
	{ "exec", WHY_EXEC, "execve" },
	{ "run '", WHY_EXEC, "execve" },
	{ "start '", WHY_EXEC, "execve" },
	{ "set the user", WHY_SETID, "setuid" },
	{ "set the group", WHY_SETID, "setgid" },
	{ "set the supplementary", WHY_SETID, "setgroups" },
	{ "set the limit", WHY_LIMIT, "prlimit64" },
	{ "set rlimit", WHY_LIMIT, "prlimit64" },
	{ "signal ", WHY_SIGNAL, "kill" },
	{ "send signal", WHY_SIGNAL, "kill" },
	{ "make device", WHY_MKNOD, "mknod" },
	{ "make file", WHY_WRITE, "open" },
	{ "make folder", WHY_OPEN, "mkdir" },
	{ "write ", WHY_WRITE, "write" },
	{ "set '", WHY_WRITE, "write" },
	{ "open ", WHY_OPEN, "open" },
	{ "read ", WHY_OPEN, "open" },
	{ "look at ", WHY_OPEN, "open" },
	{ "listen", WHY_SOCKET, "bind" },
	{ "connect", WHY_SOCKET, "connect" },
};

/* Where the text says nothing that is known, the kind of the error may. */
static const struct {
	enum kist_err id;
	uint32_t call;
	char name[24];
} ids[] = {
	{ KIST_E_NAMESPACE, WHY_NS | WHY_JOIN, "unshare" },
	{ KIST_E_UNSHARE_DENIED, WHY_NS, "unshare" },
	{ KIST_E_UNSHARE_LIMIT, WHY_NS, "unshare" },
	{ KIST_E_NS_DENIED, WHY_JOIN, "setns" },
	{ KIST_E_ID_MAP_DENIED, WHY_MAP, "uid_map" },
	{ KIST_E_MOUNT, WHY_MOUNT, "mount" },
	{ KIST_E_MNT_DENIED, WHY_MOUNT, "mount" },
	{ KIST_E_MNT_BUSY, WHY_UMOUNT, "umount2" },
	{ KIST_E_MNT_LOCKED, WHY_UMOUNT, "umount2" },
	{ KIST_E_COMMAND_NOT_EXECUTABLE, WHY_EXEC, "execve" },
	{ KIST_E_COMMAND_NOT_FOUND, WHY_EXEC, "execve" },
	{ KIST_E_CGROUP_DENIED, WHY_CGROUP_MAKE | WHY_CGROUP_MOVE, "mkdir" },
	{ KIST_E_CGROUP_BUSY, WHY_CGROUP_REMOVE, "rmdir" },
	{ KIST_E_CGROUP_CONTROLLER, WHY_CGROUP_WRITE,
	  "cgroup.subtree_control" },
	{ KIST_E_CGROUP_LIMIT, WHY_CGROUP_WRITE, "write" },
	{ KIST_E_LIMIT_REFUSED, WHY_CGROUP_WRITE, "write" },
	{ KIST_E_CG_VALUE, WHY_CGROUP_WRITE, "write" },
	{ KIST_E_CG_RULE, WHY_CGROUP_MOVE | WHY_CGROUP_WRITE, "write" },
	{ KIST_E_CG_PROCESS, WHY_CGROUP_MOVE, "cgroup.procs" },
	{ KIST_E_CG_MOUNT, WHY_MOUNT, "mount" },
	{ KIST_E_LINK, WHY_LINK, "netlink" },
	{ KIST_E_LINK_KIND, WHY_LINK, "netlink" },
	{ KIST_E_NET_DENIED, WHY_LINK, "netlink" },
	{ KIST_E_ADDRESS, WHY_LINK, "netlink" },
	{ KIST_E_ROUTE, WHY_LINK, "netlink" },
	{ KIST_E_SYSCTL, WHY_SYSCTL, "sysctl" },
};

static void by_text(const struct kist_error *failed, struct why_case *c)
{
	for (size_t i = 0; i < ARRAY_LEN(starts) && !c->call; i++)
		if (strncmp(failed->what, starts[i].start,
			    strlen(starts[i].start)) == 0) {
			c->call = (enum why_call)starts[i].call;
			c->name = starts[i].name;
		}
}

static void by_id(const struct kist_error *failed, struct why_case *c)
{
	for (size_t i = 0; i < ARRAY_LEN(ids) && !c->call; i++)
		if ((int)ids[i].id == failed->id) {
			c->call = (enum why_call)ids[i].call;
			c->name = ids[i].name;
		}
	if (!c->call) {
		c->call = WHY_OTHER;
		c->name = "";
	}
}

/* The @number-th text in single quotes, or NULL. */
static const char *quoted(const char *text, int number, struct arena *arena)
{
	for (;;) {
		const char *first = strchr(text, '\'');
		const char *last = first ? strchr(first + 1, '\'') : NULL;

		if (!last)
			return NULL;
		if (number-- == 0)
			return arena_strndup(arena, first + 1,
					     (size_t)(last - first - 1));
		text = last + 1;
	}
}

/* "make a uts namespace", "… in new user, mnt, pid namespaces" */
static uint64_t kinds_in(const char *text)
{
	uint64_t flags = 0;

	for (; *text; text += strspn(text, " ,()")) {
		size_t len = strcspn(text, " ,()");

		for (int kind = 0; kind < NS_COUNT; kind++)
			if (strlen(ns_table[kind].name) == len &&
			    memcmp(ns_table[kind].name, text, len) == 0)
				flags |= (uint64_t)ns_table[kind].clone_flag;
		text += len;
	}
	return flags;
}

/* "become user 5" */
static const char *number_in(const char *text, struct arena *arena)
{
	text += strcspn(text, "0123456789");
	return *text ? arena_strndup(arena, text, strspn(text, "0123456789")) :
		       NULL;
}

/* "write 'V' to 'FILE'", "mount tmpfs on '/mnt'", "mount '/a' on '/b'" */
static void read_subject(const struct kist_error *failed, struct why_case *c)
{
	const char *first = quoted(failed->what, 0, c->arena);
	const char *second = quoted(failed->what, 1, c->arena);
	const char *on = strstr(failed->what, " on ");

	c->subject = second ? second : first;
	/* "set sysctl 'KEY' to 'VALUE'" */
	if (second && strncmp(failed->what, "set sysctl", 10) == 0) {
		char *path = arena_printf(c->arena, "/proc/sys/%s", first);

		for (char *dot = path; (dot = strchr(dot, '.'));)
			*dot = '/';
		c->subject = path;
		c->value = second;
		return;
	}
	if (c->call & WHY_MOUNT && second)
		c->source = first;
	else if (second)
		c->value = first;
	if (c->call & WHY_MOUNT && !second && on &&
	    strncmp(failed->what, "mount ", 6) == 0 && on > failed->what + 6)
		c->type = arena_strndup(c->arena, failed->what + 6,
					(size_t)(on - failed->what - 6));
	if (c->subject)
		c->call = why_path_call(c->subject, c->name, c->call);
	if (c->call & (WHY_NS | WHY_JOIN))
		c->flags = kinds_in(failed->what);
	if (c->call & WHY_SETID && !c->value)
		c->value = number_in(failed->what, c->arena);
}

static void read_error(const struct kist_error *failed, struct why_case *c)
{
	c->failed = failed;
	c->errnum = failed->errnum;
	by_text(failed, c);
	by_id(failed, c);
	read_subject(failed, c);
}

/* ---- the answer ---- */

/* The library's own rule, or the one it has named already. */
static void own_finding(const struct kist_error *failed, struct arena *arena,
			struct kist_finding *found)
{
	char hint[sizeof(failed->hint)];
	struct kist_error plain = *failed;
	const char *rule = kist_cause_rule(failed->cause);

	plain.place[0] = '\0';
	kist_error_hint(&plain, hint, sizeof(hint));
	/* what stands for {1} was told in the hint alone */
	if (!rule[0] || strchr(rule, '{'))
		rule = kist_error_summary(failed->id);
	*found = (struct kist_finding){
		.cause = failed->cause,
		.rule = rule,
		.evidence = failed->place[0] ?
				    arena_printf(arena, "it says so in %s",
						 failed->place) :
				    "kist saw it where it failed",
		.fix = arena_strdup(arena, hint),
		.word = failed->cause ? kist_cause_word(failed->cause) :
					kist_error_name(failed->id),
		.is_certain = true,
	};
}

/* @why->findings with what is known already before them. */
static int put_first(const struct kist_error *failed, struct arena *arena,
		     struct kist_why *why)
{
	struct kist_finding *list =
		ARENA_ARRAY(arena, struct kist_finding, why->count + 1);
	size_t count = 1;

	if (arena_failed(arena))
		return -ENOMEM;
	own_finding(failed, arena, &list[0]);
	for (size_t i = 0; i < why->count; i++) {
		/* the probe knows the arguments and the evidence */
		if (failed->cause && why->findings[i].cause == failed->cause)
			list[0] = why->findings[i];
		else
			list[count++] = why->findings[i];
	}
	why->findings = list;
	why->count = count;
	return 0;
}

static bool is_known(const struct kist_error *failed)
{
	char hint[sizeof(failed->hint)];
	struct kist_error plain = *failed;

	plain.place[0] = '\0';
	/* without a number it is a rule of kist's own */
	return failed->cause || !failed->errnum ||
	       kist_error_hint(&plain, hint, sizeof(hint)) > 0;
}

static int explain(const struct kist *kist, const struct kist_error *failed,
		   struct kist_why *why, struct arena *arena)
{
	struct why_case c = { .proc_fd = -1 };
	struct kist_error bare = *failed;
	char line[1200];
	int ret = why_case_self(kist, arena, &c);

	read_error(failed, &c);
	if (ret == 0)
		ret = why_answer(&c, why);
	if (c.proc_fd >= 0)
		close(c.proc_fd);
	if (ret == 0 && is_known(failed))
		ret = put_first(failed, arena, why);
	bare.errnum = 0; /* it is told beside */
	kist_error_line(&bare, line, sizeof(line));
	why->what = arena_strdup(arena, line);
	return ret == 0 && arena_failed(arena) ? -ENOMEM : ret;
}

int kist_why_error(const struct kist *kist, const struct kist_error *failed,
		   struct kist_why *ret_why, struct kist_error *err)
{
	struct arena *arena;
	int ret;

	if (failed->id <= KIST_OK || failed->id >= KIST_E_COUNT)
		return err_set(err, KIST_E_WHY_WORDS, "there is no failure");
	ret = why_begin(ret_why, &arena, err);
	if (ret < 0)
		return ret;
	ret = explain(kist, failed, ret_why, arena);
	if (ret < 0) {
		err_sys(err, KIST_E_SYSTEM, -ret, "look at the own process");
		kist_why_free(ret_why);
	}
	return ret;
}

void kist_why_advise(const struct kist *kist, struct kist_error *failed)
{
	CLEANUP_ARENA struct arena arena;
	struct why_case c = { .proc_fd = -1, .is_quick = true };
	struct kist_why why = { 0 };

	arena_init(&arena);
	/* kist-oci, which has none, keeps the words that engines look for */
	if (kist)
		command_reword(failed);
	if (failed->id == KIST_OK || is_known(failed))
		return;
	if (why_case_self(kist, &arena, &c) == 0) {
		read_error(failed, &c);
		if (why_find(&c, &why) == 0 && why.count &&
		    why.findings[0].fix && !arena_failed(&arena)) {
			failed->cause = why.findings[0].cause;
			err_hint(failed, "%s", why.findings[0].fix);
		}
	}
	if (c.proc_fd >= 0)
		close(c.proc_fd);
}

/* By its status alone: @err has no errno of a call. */
void why_advise_process(pid_t pid, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct why_case c = { .proc_fd = -1, .is_quick = true };
	struct kist_why why = { 0 };

	arena_init(&arena);
	if (!err || err->hint[0])
		return;
	if (why_case_self(NULL, &arena, &c) == 0) {
		c.call = WHY_JOIN;
		c.name = "setns";
		c.errnum = EACCES;
		c.subject = arena_printf(&arena, "/proc/%d/ns", pid);
		if (why_find(&c, &why) == 0 && why.count &&
		    why.findings[0].fix && why.findings[0].is_certain &&
		    !arena_failed(&arena)) {
			err->cause = why.findings[0].cause;
			err_hint(err, "%s", why.findings[0].fix);
		}
	}
	if (c.proc_fd >= 0)
		close(c.proc_fd);
}
