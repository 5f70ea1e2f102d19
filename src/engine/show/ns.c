/* SPDX-License-Identifier: Apache-2.0 */
/* ns.c - the namespaces it is in, whose they are, and who else is in them */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "engine/show/show.h"

/* Fixed in the kernel (linux/proc_ns.h); those of net and mnt since 6.18. */
static const uint64_t initial[NS_COUNT] = {
	[NS_USER] = 0xeffffffd, [NS_CGROUP] = 0xeffffffb,
	[NS_IPC] = 0xefffffff,	[NS_NET] = 0xeffffff9,
	[NS_PID] = 0xeffffffc,	[NS_TIME] = 0xeffffffa,
	[NS_UTS] = 0xeffffffe,	[NS_MNT] = 0xeffffff8,
};

/* Older kernels number these two like all others: then the kernel's own
 * threads tell, where they can be looked at. */
static bool is_of_kernel_thread(int proc_fd, enum ns_kind kind, uint64_t ino)
{
	return show_ns_inode(proc_fd, 2, "pid") == initial[NS_PID] &&
	       show_ns_inode(proc_fd, 2, ns_table[kind].name) == ino;
}

bool show_is_initial(int proc_fd, enum ns_kind kind, uint64_t ino)
{
	if (!ino)
		return false;
	if (ino == initial[kind])
		return true;
	return (kind == NS_NET || kind == NS_MNT) &&
	       is_of_kernel_thread(proc_fd, kind, ino);
}

static uint64_t inode_of(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? st.st_ino : 0;
}

static uint64_t owner_of(int ns_fd)
{
	CLEANUP_FD int fd = ns_open_owner(ns_fd);

	return inode_of(fd);
}

static void take_children(struct showing *s, struct kist_show_ns *ns)
{
	char name[32];
	uint64_t ino;

	snprintf(name, sizeof(name), "%s_for_children", ns->name);
	ino = show_ns_inode(s->proc_fd, s->pid, name);
	if (ino != ns->inode)
		ns->for_children = ino;
}

static void take_kind(struct showing *s, enum ns_kind kind)
{
	struct kist_show_ns *ns = &s->show.ns[s->show.ns_count];
	int fd = target_ns(&s->target, kind, NULL);
	int ours = ns_open_pid(s->proc_fd, getpid(), kind);

	if (fd == -EACCES || fd == -EPERM)
		show_hide(s, "its namespaces");
	if (fd < 0 && s->target.kind == TARGET_PROCESS && fd != -EACCES &&
	    fd != -EPERM) {
		cleanup_fd(&ours);
		return; /* a kernel without this kind */
	}
	if (fd < 0 && s->target.kind != TARGET_PROCESS) {
		cleanup_fd(&ours);
		return;
	}
	*ns = (struct kist_show_ns){
		.kind = 1u << kind,
		.name = ns_table[kind].name,
		.inode = inode_of(fd),
		.owner = fd < 0 ? 0 : owner_of(fd),
		.processes = KIST_SHOW_UNKNOWN,
	};
	ns->is_ours = ns->inode && ns->inode == inode_of(ours);
	ns->is_initial = show_is_initial(s->proc_fd, kind, ns->inode);
	if (s->pid && (kind == NS_PID || kind == NS_TIME))
		take_children(s, ns);
	s->show.ns_count++;
	cleanup_fd(&ours);
}

/* One round through /proc counts for all kinds. */
static void count_processes(struct showing *s)
{
	DIR *dir = show_processes(s->proc_fd);
	struct dirent *entry;
	uint32_t pid;

	if (!dir)
		return;
	for (size_t i = 0; i < s->show.ns_count; i++)
		if (s->show.ns[i].inode)
			s->show.ns[i].processes = 0;
	while ((entry = readdir(dir))) {
		if (num_parse_u32(entry->d_name, &pid) < 0 || !pid)
			continue;
		for (size_t i = 0; i < s->show.ns_count; i++) {
			struct kist_show_ns *ns = &s->show.ns[i];

			if (ns->inode && show_ns_inode(s->proc_fd, (pid_t)pid,
						       ns->name) == ns->inode)
				ns->processes++;
		}
	}
	closedir(dir);
}

int show_ns(struct showing *s, struct kist_error *err)
{
	s->show.ns = ARENA_ARRAY(&s->arena, struct kist_show_ns, NS_COUNT);
	if (arena_failed(&s->arena))
		return err_nomem(err);
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		take_kind(s, kind);
	for (size_t i = 0; i < s->show.ns_count; i++) {
		if (s->show.ns[i].kind == 1u << NS_USER)
			s->user_ino = s->show.ns[i].inode;
		if (s->show.ns[i].kind == 1u << NS_PID)
			s->pid_ino = s->show.ns[i].inode;
	}
	count_processes(s);
	return 0;
}
