/* SPDX-License-Identifier: Apache-2.0 */
/* probe_kernel.c - refused because the kernel has it not */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "engine/why/group.h"
#include "kernel/link.h"
#include "kernel/ns.h"
#include "sys/file.h"

static const struct {
	const char *name, *since, *option;
} calls[] = {
#define KERNEL_CALL(name, since, option, uses) { #name, since, option },
#include "engine/why/kernel_calls.def"
#undef KERNEL_CALL
};

static const char *release(const struct why_case *c)
{
	struct utsname uts;

	return uname(&uts) == 0 ? arena_strdup(c->arena, uts.release) : "?";
}

static int found_it(struct why_finding *found, const char *first,
		    const char *second, const char *evidence)
{
	found->arg[0] = first;
	found->arg[1] = second;
	found->evidence = evidence;
	found->is_certain = true;
	return 1;
}

/* ---- system calls ---- */

/* A filter can say ENOSYS too: engines let programs believe in an old
 * kernel. */
static bool has_filter(const struct why_case *c)
{
	char text[8192];
	const char *at;

	if (sys_read_file(c->proc_fd, "status", text, sizeof(text)) < 0)
		return false;
	at = strstr(text, "\nSeccomp:");
	return at && strtol(at + 9, NULL, 10) == 2;
}

int probe_no_syscall(const struct why_case *c, struct why_finding *found)
{
	const char *wanted = c->name ? c->name : "";
	bool filter = has_filter(c);

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		if (strcmp(calls[i].name, wanted) != 0)
			continue;
		found_it(found, wanted,
			 calls[i].option ?
				 arena_printf(c->arena,
					      "Linux %s or newer, "
					      "with %s",
					      calls[i].since, calls[i].option) :
				 arena_printf(c->arena, "Linux %s or newer",
					      calls[i].since),
			 arena_printf(c->arena, "%s says ENOSYS on Linux %s%s",
				      wanted, release(c),
				      filter ? ", but a seccomp filter may say "
					       "so as well" :
					       ""));
		found->is_certain = !filter;
		return 1;
	}
	found_it(found, *wanted ? wanted : "the call", "a newer one",
		 arena_printf(c->arena, "ENOSYS on Linux %s", release(c)));
	found->is_certain = !filter;
	return 1;
}

/* ---- file systems ---- */

static const struct {
	const char *type, *option;
} file_systems[] = {
	{ "9p", "CONFIG_9P_FS" },
	{ "autofs", "CONFIG_AUTOFS_FS" },
	{ "bpf", "CONFIG_BPF_SYSCALL" },
	{ "btrfs", "CONFIG_BTRFS_FS" },
	{ "cgroup", "CONFIG_CGROUPS" },
	{ "cgroup2", "CONFIG_CGROUPS" },
	{ "cifs", "CONFIG_CIFS" },
	{ "configfs", "CONFIG_CONFIGFS_FS" },
	{ "cramfs", "CONFIG_CRAMFS" },
	{ "debugfs", "CONFIG_DEBUG_FS" },
	{ "devpts", "CONFIG_UNIX98_PTYS" },
	{ "devtmpfs", "CONFIG_DEVTMPFS" },
	{ "erofs", "CONFIG_EROFS_FS" },
	{ "exfat", "CONFIG_EXFAT_FS" },
	{ "ext2", "CONFIG_EXT2_FS" },
	{ "ext4", "CONFIG_EXT4_FS" },
	{ "f2fs", "CONFIG_F2FS_FS" },
	{ "fuse", "CONFIG_FUSE_FS" },
	{ "hugetlbfs", "CONFIG_HUGETLBFS" },
	{ "iso9660", "CONFIG_ISO9660_FS" },
	{ "mqueue", "CONFIG_POSIX_MQUEUE" },
	{ "nfs", "CONFIG_NFS_FS" },
	{ "nfs4", "CONFIG_NFS_V4" },
	{ "ntfs3", "CONFIG_NTFS3_FS" },
	{ "overlay", "CONFIG_OVERLAY_FS" },
	{ "proc", "CONFIG_PROC_FS" },
	{ "securityfs", "CONFIG_SECURITYFS" },
	{ "squashfs", "CONFIG_SQUASHFS" },
	{ "sysfs", "CONFIG_SYSFS" },
	{ "tmpfs", "CONFIG_TMPFS" },
	{ "tracefs", "CONFIG_TRACING" },
	{ "udf", "CONFIG_UDF_FS" },
	{ "vfat", "CONFIG_VFAT_FS" },
	{ "virtiofs", "CONFIG_VIRTIO_FS" },
	{ "xfs", "CONFIG_XFS_FS" },
};

static bool is_known_type(const char *type)
{
	char text[8192], line[80];

	if (sys_read_file(AT_FDCWD, "/proc/filesystems", text, sizeof(text)) <
	    0)
		return true;
	snprintf(line, sizeof(line), "\t%.60s\n", type);
	return strstr(text, line) != NULL;
}

int probe_no_file_system(const struct why_case *c, struct why_finding *found)
{
	const char *dot, *type = c->type;
	const char *option = "a module or option for it";

	if (!type || !*type)
		return 0;
	/* "fuse.sshfs" is fuse */
	dot = strchr(type, '.');
	if (dot)
		type = arena_strndup(c->arena, type, (size_t)(dot - type));
	if (is_known_type(type))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(file_systems); i++)
		if (strcmp(file_systems[i].type, type) == 0)
			option = file_systems[i].option;
	return found_it(found, type, option,
			arena_printf(c->arena,
				     "/proc/filesystems of Linux %s has no "
				     "'%s'",
				     release(c), type));
}

/* ---- kinds of devices and namespaces ---- */

int probe_no_link_kind(const struct why_case *c, struct why_finding *found)
{
	const struct link_kind *kind = c->type ? link_kind_find(c->type) : NULL;

	if (!kind)
		return 0;
	return found_it(found, kind->name,
			arena_printf(c->arena, "%s, or 'modprobe %s'",
				     kind->option, kind->module),
			arena_printf(c->arena,
				     "the kernel answers EOPNOTSUPP to kind "
				     "'%s'",
				     kind->name));
}

static const char *const ns_options[NS_COUNT] = {
	[NS_USER] = "CONFIG_USER_NS", [NS_CGROUP] = "CONFIG_CGROUPS",
	[NS_IPC] = "CONFIG_IPC_NS",   [NS_NET] = "CONFIG_NET_NS",
	[NS_PID] = "CONFIG_PID_NS",   [NS_TIME] = "CONFIG_TIME_NS",
	[NS_UTS] = "CONFIG_UTS_NS",   [NS_MNT] = "CONFIG_NAMESPACES",
};

int probe_no_namespace(const struct why_case *c, struct why_finding *found)
{
	for (int kind = 0; kind < NS_COUNT; kind++) {
		char path[32];
		struct stat st;

		if (!(c->flags & (uint64_t)ns_table[kind].clone_flag))
			continue;
		snprintf(path, sizeof(path), "ns/%s", ns_table[kind].name);
		if (fstatat(c->proc_fd, path, &st, 0) < 0 && errno == ENOENT)
			return found_it(found, ns_table[kind].name,
					ns_options[kind],
					arena_printf(c->arena,
						     "/proc/PID/%s is not "
						     "there",
						     path));
	}
	return 0;
}
