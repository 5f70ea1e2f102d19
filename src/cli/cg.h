/* SPDX-License-Identifier: Apache-2.0 */
/* cg.h - the verbs of `kist cg` */
#ifndef CLI_CG_H
#define CLI_CG_H

#include "cli/kist.h"

extern const struct command cmd_cg_ls, cmd_cg_tree, cmd_cg_get, cmd_cg_procs,
	cmd_cg_new, cmd_cg_set, cmd_cg_mv, cmd_cg_rm, cmd_cg_freeze,
	cmd_cg_thaw, cmd_cg_kill, cmd_cg_exec, cmd_cg_mount, cmd_cg_umount,
	cmd_cg_watch, cmd_cg_convert, cmd_cg_load, cmd_cg_save;

/* What GROUP is, for the man pages. */
#define CG_GROUP_NOTES                                                      \
	"GROUP is '/a/b', in every hierarchy it is in; 'memory:/a' or "     \
	"'cpu,cpuacct:/a' in those of these controllers; 'name=X:/a', "     \
	"'v2:/a'; '.' is the own group, './a' below it; a directory below " \
	"/sys/fs/cgroup; or a unit of systemd, 'web.service'."

#endif
