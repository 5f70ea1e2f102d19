/* SPDX-License-Identifier: Apache-2.0 */
/* probe_device.c - a device that a control group does not allow */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "engine/why/group.h"
#include "kernel/cgroup_file.h"
#include "kernel/cgroup_refusal.h"
#include "sys/bpf.h"

/* "c 1:3" of the device the case is about; "" if that is not known: one that
 * is to be made has no number yet. */
static bool find_device(const struct why_case *c, char *ret_text, size_t size)
{
	CLEANUP_FD int fd = -1;
	struct stat st;

	*ret_text = '\0';
	if (c->call & WHY_MKNOD)
		return true;
	if (!c->subject)
		return false;
	fd = why_open(c, c->subject, O_PATH);
	if (fd < 0 || fstat(fd, &st) < 0 ||
	    !(S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)))
		return false;
	snprintf(ret_text, size, "%c %u:%u", S_ISCHR(st.st_mode) ? 'c' : 'b',
		 major(st.st_rdev), minor(st.st_rdev));
	return true;
}

/* Does a line "c 1:* rwm" hold for it? Which letters, is not asked. */
static bool allows(const char *line, const char *device)
{
	char kind, wanted, major[16], minor[16];
	unsigned wanted_major, wanted_minor;
	char text[16];

	if (sscanf(line, "%c %15[^:]:%15s", &kind, major, minor) != 3)
		return false;
	if (kind == 'a')
		return true;
	if (sscanf(device, "%c %u:%u", &wanted, &wanted_major, &wanted_minor) !=
		    3 ||
	    kind != wanted)
		return false;
	snprintf(text, sizeof(text), "%u", wanted_major);
	if (strcmp(major, "*") != 0 && strcmp(major, text) != 0)
		return false;
	snprintf(text, sizeof(text), "%u", wanted_minor);
	return strcmp(minor, "*") == 0 || strcmp(minor, text) == 0;
}

static bool is_in_list(const char *list, const char *device)
{
	for (; *list; list += strcspn(list, "\n"), list += *list == '\n')
		if (allows(list, device))
			return true;
	return false;
}

int probe_cgroup_devices(const struct why_case *c, struct why_finding *found)
{
	CLEANUP_FD int fd = -1;
	char list[8192], device[40];
	const char *name;

	if (!find_device(c, device, sizeof(device)))
		return 0;
	fd = why_own_group(c, c->pid, "devices");
	if (fd < 0 || cgroup_file_read(fd, "devices.list", list, sizeof(list)))
		return 0;
	if (is_in_list(list, device))
		return 0;
	name = why_group_name(c, fd);
	found->arg[0] = name;
	found->arg[1] = *device ? arena_strdup(c->arena, device) : "a *:*";
	found->is_certain = *device != '\0';
	list[strcspn(list, "\n")] = '\0';
	found->evidence = arena_printf(c->arena,
				       "devices.list of '%s' has no line for "
				       "it; it begins with '%s'",
				       name, list);
	return 1;
}

/* The rules inside a program cannot be read: that there is one is known. */
int probe_cgroup_device_program(const struct why_case *c,
				struct why_finding *found)
{
	CLEANUP_FD int fd = -1;
	char device[40];

	if (!find_device(c, device, sizeof(device)))
		return 0;
	fd = why_own_group(c, c->pid, "");
	while (fd >= 0) {
		const char *name = why_group_name(c, fd);
		uint32_t id;
		int count, up;
		CLEANUP_FD int dir_fd =
			openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		count = dir_fd < 0 ? 0 : bpf_list_device(dir_fd, &id, 1);
		if (count > 0) {
			found->arg[0] = name;
			found->arg[1] = arena_printf(c->arena, "%u", id);
			found->evidence = arena_printf(
				c->arena,
				"BPF program %u is attached to '%s' for "
				"devices",
				id, name);
			return 1;
		}
		up = cgroup_above_open(fd);
		close(fd);
		fd = up;
	}
	return 0;
}
