/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_proc.c - any bytes are what a process, its control groups, or the ipc
 * tables say of themselves
 */
#include <stdlib.h>
#include <string.h>

#include "kernel/cgroup_effective.h"
#include "kernel/ipc.h"
#include "kernel/proc_status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ipc_object objects[IPC_MAX + 1];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena;
	struct ipc_list list = { .objects = objects };
	struct cgroup_member *members;
	struct proc_status status;
	char *text = malloc(size + 1);
	size_t count, bytes = 0;

	arena_init(&arena);
	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';

	if (proc_status_parse(text, &arena, &status) == 0 &&
	    status.pid_count > PROC_LEVELS)
		abort();
	cgroup_parse_members(text, &arena, &members, &count);
	for (size_t i = 0; i < count; i++)
		bytes += strlen(members[i].controllers) +
			 strlen(members[i].path);
	if (bytes > size)
		abort();
	for (enum ipc_kind kind = 0; kind < IPC_MQUEUE; kind++)
		ipc_parse(kind, text, &list);
	if (list.count > IPC_MAX)
		abort();
	free(text);
	return 0;
}
