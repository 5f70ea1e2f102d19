/* SPDX-License-Identifier: Apache-2.0 */
/* all_devices.c - every device of this machine, for --privileged */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "engine/run/making.h"
#include "kernel/device.h"

#define DEVICES_MAX 512
#define DEPTH_MAX 4

/* Every container has its own there. */
static bool is_own(const char *path)
{
	static const char *const own[] = { "/dev/pts",	    "/dev/shm",
					   "/dev/mqueue",   "/dev/console",
					   "/dev/ptmx",	    "/dev/fd",
					   "/dev/hugepages" };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (strcmp(path, own[i]) == 0)
			return true;
	for (size_t i = 0; i < device_node_count; i++)
		if (strcmp(path + strlen("/dev/"), device_nodes[i].name) == 0)
			return true;
	return false;
}

static void take_device(struct making *m, const char *path,
			const struct stat *st)
{
	for (size_t i = 0; i < m->device_count; i++)
		if (strcmp(m->devices[i].path, path) == 0)
			return; /* --device says more */
	m->devices[m->device_count++] = (struct device){
		.source = path,
		.path = path,
		.access = "rwm",
		.type = S_ISCHR(st->st_mode) ? 'c' : 'b',
		.major = major(st->st_rdev),
		.minor = minor(st->st_rdev),
		.mode = st->st_mode & 07777,
		.written = "--privileged",
	};
}

static void take_folder(struct making *m, const char *folder, size_t room,
			int depth)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) && m->device_count < room) {
		const char *path =
			arena_printf(m->arena, "%s/%s", folder, entry->d_name);
		struct stat st;

		if (entry->d_name[0] == '.' || is_own(path) ||
		    lstat(path, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			take_folder(m, path, room, depth + 1);
		else if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
			take_device(m, path, &st);
	}
	if (dir)
		closedir(dir);
}

void making_add_all_devices(struct making *m)
{
	size_t room = m->device_count + DEVICES_MAX;
	struct device *devices = ARENA_ARRAY(m->arena, struct device, room);

	if (arena_failed(m->arena))
		return;
	memcpy(devices, m->devices, m->device_count * sizeof(*devices));
	m->devices = devices;
	take_folder(m, "/dev", room, 0);
}
