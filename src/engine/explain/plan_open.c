/* SPDX-License-Identifier: Apache-2.0 */
/* plan_open.c - a plan in words: what is not protected */
#include <string.h>
#include <unistd.h>

#include "engine/explain/plan.h"
#include "kernel/cap.h"
#include "kernel/cgroup_internal.h"
#include "sys/mount.h"

/* If a kind is not private. */
static const char *const shared[NS_COUNT] = {
	[NS_CGROUP] = "The names of all control groups of this machine can be "
		      "seen (no cgroup namespace).",
	[NS_IPC] = "Shared memory and message queues are this machine's (no "
		   "ipc namespace).",
	[NS_NET] = "The network is this machine's: the command can connect to "
		   "everything, listen on its ports, and reach services on "
		   "127.0.0.1 and abstract sockets.",
	[NS_PID] = "All processes of this machine can be seen and, as far as "
		   "the ids allow, signalled (no pid namespace).",
	[NS_MNT] = "The mounts are this machine's: its files are all there.",
};

static void tell_kinds(struct telling *t)
{
	const struct spec_ns *ns = t->p->spec->ns;

	for (int kind = 0; kind < NS_COUNT; kind++) {
		if (ns[kind].want == NS_INHERIT && shared[kind])
			say_sentence(t, &t->open, shared[kind]);
		if (ns[kind].want == NS_JOIN)
			say_sentence(
				t, &t->open,
				arena_printf(t->arena,
					     "The %s namespace is shared with "
					     "whoever else is in '%s'.",
					     ns_table[kind].oci_name,
					     ns[kind].path));
	}
}

static void tell_ids(struct telling *t)
{
	const struct spec *spec = t->p->spec;
	uint64_t caps = spec->process.has_caps ?
				spec->process.caps[CAP_SET_EFFECTIVE] :
				CAP_ALL;
	bool is_mapped = spec->ns[NS_USER].want != NS_INHERIT;

	if (!is_mapped && spec->process.uid == 0 && geteuid() == 0)
		say_sentence(
			t, &t->open,
			arena_printf(
				t->arena,
				"It runs as the real root (user 0): there is "
				"no user namespace. %s, and root's files that "
				"it is given are its own.",
				(caps & CAP_ALL) == CAP_ALL ?
					"It has all capabilities" :
					"Only what it may do is cut down"));
	if (!is_mapped && spec->process.uid == 0 && geteuid() != 0)
		say_sentence(t, &t->missing,
			     "it takes root, or a user namespace: you are "
			     "neither root nor is there one");
	if (!is_mapped && (caps & CAP_MASK(21 /* CAP_SYS_ADMIN */)))
		say_sentence(t, &t->open,
			     "It has CAP_SYS_ADMIN: it can mount, and so undo "
			     "most of the above.");
}

static void tell_rights(struct telling *t)
{
	const struct spec *spec = t->p->spec;

	if (!spec->seccomp)
		say_sentence(t, &t->open,
			     "Every system call can be made: there is no "
			     "filter.");
	if (!spec->process.no_new_privileges)
		say_sentence(t, &t->open,
			     "Set-id programs give their rights (within the "
			     "bounding set): no_new_privs is not set.");
	if (!spec->masked_paths.count && spec->ns[NS_MNT].want == NS_NEW)
		say_sentence(t, &t->open,
			     "Nothing in /proc and /sys is hidden.");
}

static void tell_missing_limits(struct telling *t)
{
	const struct cgroup_limits *limits = &t->p->spec->limits;
	static const struct {
		enum cgroup_limit limit;
		const char *words;
	} checks[] = {
		{ LIMIT_MEMORY, "memory" },
		{ LIMIT_PIDS, "the number of processes" },
		{ LIMIT_CPU_QUOTA, "processor time" },
	};
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (!limit_counts(limits, checks[i].limit))
			buf_printf(&text, "%s%s", text.len ? ", " : "",
				   checks[i].words);
	if (text.len)
		say_sentence(t, &t->open,
			     arena_printf(t->arena, "Not limited: %s.",
					  text.data));
}

/* Files of this machine that can be written. */
static void tell_files(struct telling *t)
{
	const struct spec *spec = t->p->spec;

	if (!spec->root_mount && spec->root_path && !spec->root_readonly &&
	    spec->ns[NS_MNT].want == NS_NEW && !t->p->is_exec)
		say_sentence(t, &t->open,
			     arena_printf(t->arena,
					  "What is written below / stays in "
					  "'%s', for every other container of "
					  "it too.",
					  t->p->root_path));
	for (size_t i = 0; i < spec->mount_count; i++) {
		const struct spec_mount *m = &spec->mounts[i];

		if (!m->bind ||
		    ((m->attr_set | m->rec_set) & MOUNT_ATTR_RDONLY) ||
		    (m->source && strstr(m->source, t->p->id)))
			continue;
		say_sentence(t, &t->open,
			     arena_printf(t->arena,
					  "What is written to '%s' is written "
					  "to '%s' of this machine.",
					  m->destination, m->source));
	}
}

void tell_open(struct telling *t)
{
	if (t->p->is_exec)
		say_sentence(t, &t->open,
			     "Inside, it and the container's own processes see "
			     "and share everything: files, ports, memory.");
	tell_kinds(t);
	tell_ids(t);
	tell_rights(t);
	tell_missing_limits(t);
	tell_files(t);
	say_sentence(t, &t->open,
		     "The kernel is this machine's: a hole in it is a way "
		     "out, and so are its time, its load and its log.");
}
