/* SPDX-License-Identifier: Apache-2.0 */
/**
 * idmap_tool.h - newuidmap(1) and newgidmap(1), and the files they obey
 *
 * Part of idmap.h; for idmap.c.
 */
#ifndef KERNEL_IDMAP_TOOL_H
#define KERNEL_IDMAP_TOOL_H

#include "kernel/idmap.h"

/**
 * idmap_tool_run() - let the setuid tool write a map
 * @word:	"uid" or "gid"
 *
 * Return: 0; -ENOENT (ID_MAP_TOOL), -EPERM (ID_MAP_DENIED).
 */
MUST_CHECK int idmap_tool_run(const char *word, pid_t pid,
			      const struct id_maps *maps,
			      struct kist_error *err);

/* Is the tool for @word on this machine? */
bool idmap_tool_is_there(const char *word);

#endif
