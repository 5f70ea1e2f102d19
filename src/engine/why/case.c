/* SPDX-License-Identifier: Apache-2.0 */
/* case.c - who was refused what: putting it together, and into words */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/path.h"
#include "engine/why/why.h"
#include "sys/mount.h"
#include "sys/process.h"

int why_begin(struct kist_why *ret_why, struct arena **ret_arena,
	      struct kist_error *err)
{
	struct arena *arena = malloc(sizeof(*arena));

	if (!arena)
		return err_nomem(err);
	arena_init(arena);
	*ret_why = (struct kist_why){ .arena = arena, .status = -1 };
	*ret_arena = arena;
	return 0;
}

void kist_why_free(struct kist_why *why)
{
	if (!why->arena)
		return;
	arena_done(why->arena);
	free(why->arena);
	*why = (struct kist_why){ .status = -1 };
}

int why_case_self(const struct kist *kist, struct arena *arena,
		  struct why_case *c)
{
	c->kist = kist;
	c->arena = arena;
	c->pid = getpid();
	c->is_self = true;
	c->proc_fd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return c->proc_fd < 0 ? -errno : 0;
}

/* ---- what a path says ---- */

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 &&
	       (path[len] == '/' || !path[len]);
}

static bool is_of_cgroup(const char *path, const char *name)
{
	static const char *const files[] = {
		"cgroup.",  "memory.",	"cpu.",	       "cpuset.",  "cpuacct.",
		"io.",	    "pids.",	"hugetlb.",    "rdma.",	   "misc.",
		"devices.", "freezer.", "blkio.",      "net_cls.", "net_prio.",
		"dmem.",    "tasks",	"perf_event.", "notify_on"
	};

	if (is_below(path, "/sys/fs/cgroup"))
		return true;
	if (path[0] == '/' && !strstr(path, "cgroup"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (strncmp(name, files[i], strlen(files[i])) == 0)
			return true;
	return false;
}

static enum why_call cgroup_call(const char *file, const char *name,
				 enum why_call call)
{
	const struct why_word *word;

	if (strncmp(name, "mkdir", 5) == 0)
		return WHY_CGROUP_MAKE;
	if (strncmp(name, "rmdir", 5) == 0 || strncmp(name, "unlink", 6) == 0)
		return WHY_CGROUP_REMOVE;
	if (!(call & WHY_WRITE))
		return call;
	word = why_word_find(file);
	return word && !word->is_syscall ? word->call : WHY_CGROUP_WRITE;
}

enum why_call why_path_call(const char *path, const char *name,
			    enum why_call call)
{
	const char *file = path_name(path);

	if (is_of_cgroup(path, file))
		return cgroup_call(file, name, call);
	if (!(call & WHY_WRITE))
		return call;
	if (strcmp(file, "uid_map") == 0 || strcmp(file, "gid_map") == 0 ||
	    (strcmp(file, "setgroups") == 0 && is_below(path, "/proc")))
		return WHY_MAP;
	if (is_below(path, "/proc/sys") || strcmp(file, "timens_offsets") == 0)
		return WHY_SYSCTL;
	return call;
}

/* ---- in words ---- */

struct flag {
	uint64_t bit;
	const char *name;
};

static const char *flags_text(const struct flag *flags, size_t count,
			      uint64_t value, struct arena *arena)
{
	CLEANUP_BUF struct buf buf;

	buf_init(&buf);
	for (size_t i = 0; i < count; i++)
		if (value & flags[i].bit)
			buf_printf(&buf, "%s%s", buf.len ? "|" : "",
				   flags[i].name);
	return arena_strdup(arena, buf.len && buf.data ? buf.data : "");
}

const char *why_kinds_text(uint64_t flags, struct arena *arena)
{
	static const struct flag kinds[] = {
		{ CLONE_NEWUSER, "CLONE_NEWUSER" },
		{ CLONE_NEWNS, "CLONE_NEWNS" },
		{ CLONE_NEWPID, "CLONE_NEWPID" },
		{ CLONE_NEWNET, "CLONE_NEWNET" },
		{ CLONE_NEWIPC, "CLONE_NEWIPC" },
		{ CLONE_NEWUTS, "CLONE_NEWUTS" },
		{ CLONE_NEWCGROUP, "CLONE_NEWCGROUP" },
		{ CLONE_NEWTIME, "CLONE_NEWTIME" },
	};

	return flags_text(kinds, ARRAY_LEN(kinds), flags, arena);
}

static const char *mount_flags(uint64_t flags, struct arena *arena)
{
	static const struct flag names[] = {
		{ MS_RDONLY, "ro" },
		{ MS_NOSUID, "nosuid" },
		{ MS_NODEV, "nodev" },
		{ MS_NOEXEC, "noexec" },
		{ MS_REMOUNT, "remount" },
		{ MS_BIND, "bind" },
		{ MS_MOVE, "move" },
		{ MS_REC, "rec" },
		{ MS_UNBINDABLE, "unbindable" },
		{ MS_PRIVATE, "private" },
		{ MS_SLAVE, "slave" },
		{ MS_SHARED, "shared" },
	};
	const char *text = flags_text(names, ARRAY_LEN(names), flags, arena);

	return text[0] ? arena_printf(arena, " (%s)", text) : "";
}

static const char *quoted(struct arena *arena, const char *before,
			  const char *text)
{
	return text && text[0] ? arena_printf(arena, "%s'%s'", before, text) :
				 "";
}

static const char *mount_text(const struct why_case *c)
{
	const char *what = c->type && c->type[0] ? c->type : c->source;
	const char *quote = what == c->type ? "" : "'";

	if (!c->subject)
		return arena_printf(c->arena, "%s%s%s", c->name,
				    what ? " of " : "", what ? what : "");
	if (!what || !what[0])
		return arena_printf(c->arena, "%s on '%s'%s", c->name,
				    c->subject,
				    mount_flags(c->flags, c->arena));
	return arena_printf(c->arena, "%s %s%s%s on '%s'%s", c->name, quote,
			    what, quote, c->subject,
			    mount_flags(c->flags, c->arena));
}

static bool has_more(const char *text)
{
	const char *end = strchr(text, '\n');

	return end && end[1];
}

const char *why_case_text(const struct why_case *c)
{
	uint32_t kinds = WHY_NS | WHY_JOIN;
	const char *flags =
		c->call & kinds ? why_kinds_text(c->flags, c->arena) : "";

	if (c->call & WHY_KILLED)
		return arena_printf(c->arena, "to go on: it was ended by %s",
				    c->name);
	if (c->call & WHY_MOUNT && !(c->call & WHY_NS))
		return mount_text(c);
	if (flags[0])
		return arena_printf(c->arena, "%s(%s)%s", c->name, flags,
				    quoted(c->arena, " ", c->subject));
	if (c->value && c->subject && c->call & WHY_MAP)
		return arena_printf(c->arena, "write '%.*s'%s to '%s'",
				    (int)strcspn(c->value, "\n"), c->value,
				    has_more(c->value) ? "…" : "", c->subject);
	if (c->value && c->subject &&
	    c->call & (WHY_WRITE | WHY_CGROUP_WRITE | WHY_CGROUP_MOVE |
		       WHY_SYSCTL))
		return arena_printf(c->arena, "write '%s' to '%s'", c->value,
				    c->subject);
	return arena_printf(c->arena, "%s%s", c->name,
			    quoted(c->arena, " ", c->subject));
}
