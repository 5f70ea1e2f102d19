/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_cg.c - kist cg: control groups by their kernel names */
#include "cli/cg.h"

static const struct command *const verbs[] = {
	&cmd_cg_ls,	&cmd_cg_tree,	&cmd_cg_get,   &cmd_cg_set,
	&cmd_cg_new,	&cmd_cg_mv,	&cmd_cg_rm,    &cmd_cg_procs,
	&cmd_cg_freeze, &cmd_cg_thaw,	&cmd_cg_kill,  &cmd_cg_exec,
	&cmd_cg_mount,	&cmd_cg_umount, &cmd_cg_watch, &cmd_cg_convert,
	&cmd_cg_load,	&cmd_cg_save,	NULL,
};

const struct command cmd_cg = {
	.name = "cg",
	.group = "limits",
	.summary = "control groups by their kernel names",
	.see = "kist-limit(1), cgroups(7)",
	.verbs = verbs,
};
