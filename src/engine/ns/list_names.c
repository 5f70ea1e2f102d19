/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_names.c - what people call the namespaces
 *
 * Containers of kist are asked for their first process, named sets for their
 * inodes; others are known by the control group of a process that is in the
 * namespace, for the engines write the container's id into its name.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "engine/ns/named.h"
#include "engine/ns/scan.h"
#include "sys/file.h"

#define ID_SHOWN 12
#define ID_WHOLE 64
#define CGROUP_FILE_MAX 16384
#define HEX "0123456789abcdef"

static bool is_ours(const struct scan *scan, const struct scan_item *item,
		    const struct scan_proc *self)
{
	return !item || (self && self->ino[item->kind] == item->ino) ||
	       !(scan->kinds & BIT(item->kind));
}

static const struct scan_proc *process_of(const struct scan *scan, pid_t pid)
{
	for (size_t i = 0; i < scan->proc_count; i++)
		if (scan->procs[i].pid == pid)
			return &scan->procs[i];
	return NULL;
}

/* ---- containers and named sets of kist ---- */

static void name_containers(const struct kist *kist, struct scan *scan,
			    const struct scan_proc *self)
{
	struct kist_container *containers;
	size_t count;

	if (kist_containers(kist, false, &containers, &count, NULL) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct scan_proc *proc =
			process_of(scan, containers[i].pid);

		for (enum ns_kind k = 0; proc && k < NS_COUNT; k++) {
			struct scan_item *item =
				proc->ino[k] ? scan_find(scan, proc->ino[k]) :
					       NULL;

			if (!is_ours(scan, item, self))
				scan_note(scan, &item->names,
					  arena_strdup(scan->arena,
						       containers[i].name));
		}
	}
	kist_containers_free(containers, count);
}

static void name_sets(const struct kist *kist, struct scan *scan)
{
	struct named *sets;
	size_t count;

	if (named_list(kist, scan->arena, &sets, &count, NULL) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const char *name = sets[i].name;

		if (sets[i].only_netns)
			name = arena_printf(scan->arena, "netns:%s", name);
		for (enum ns_kind k = 0; k < NS_COUNT; k++) {
			struct scan_item *item =
				sets[i].ino[k] ?
					scan_find(scan, sets[i].ino[k]) :
					NULL;

			if (item)
				scan_note(scan, &item->names, name);
		}
	}
}

/* ---- other engines', by control group ---- */

/* "docker-ID.scope", "libpod-ID.scope", a bare ID below "docker", …; units.
 * Return: text in the arena, or NULL. */
static const char *name_in_path(struct scan *scan, const char *path)
{
	static const struct {
		const char *before, *name;
	} engines[] = {
		{ "docker-", "docker" },      { "docker/", "docker" },
		{ "libpod-", "podman" },      { "libpod_parent/", "podman" },
		{ "cri-containerd-", "cri" }, { "crio-", "cri" },
	};
	const char *end = strstr(path, ".service");

	for (size_t i = 0; i < ARRAY_LEN(engines); i++) {
		const char *at = strstr(path, engines[i].before);

		at = at ? at + strlen(engines[i].before) : NULL;
		if (at && strspn(at, HEX) == ID_WHOLE)
			return arena_printf(scan->arena, "%s:%.*s",
					    engines[i].name, ID_SHOWN, at);
	}
	if (!end || (end[8] != '\0' && end[8] != '/'))
		return NULL;
	path = arena_strndup(scan->arena, path, (size_t)(end + 8 - path));
	return arena_printf(scan->arena, "unit:%s", path_name(path));
}

static const char *name_by_group(struct scan *scan, pid_t pid)
{
	char file[40], text[CGROUP_FILE_MAX];
	char *next = text;

	snprintf(file, sizeof(file), "%d/cgroup", pid);
	if (sys_read_file(scan->proc_fd, file, text, sizeof(text)) <= 0)
		return NULL;
	while (next) {
		char *line = strsep(&next, "\n");
		const char *path = strchr(line, '/');
		const char *name = path ? name_in_path(scan, path) : NULL;

		if (name)
			return name;
	}
	return NULL;
}

static void name_groups(struct scan *scan, const struct scan_proc *self)
{
	pid_t last_pid = 0;
	const char *name = NULL;

	for (size_t i = 0; i < scan->count; i++) {
		struct scan_item *item = scan->items[i];

		if (!item->pid || item->names || is_ours(scan, item, self))
			continue;
		if (item->pid != last_pid)
			name = name_by_group(scan, item->pid);
		last_pid = item->pid;
		if (name)
			scan_note(scan, &item->names, name);
	}
}

void list_names(const struct kist *kist, struct scan *scan)
{
	const struct scan_proc *self = process_of(scan, getpid());

	name_containers(kist, scan, self);
	name_sets(kist, scan);
	name_groups(scan, self);
}
