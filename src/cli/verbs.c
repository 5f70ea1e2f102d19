/* SPDX-License-Identifier: Apache-2.0 */
/* verbs.c - the verbs of kist */
#include <stddef.h>

#include "cli/kist.h"

const struct command *const kist_verbs[] = {
	&cmd_run,     &cmd_exec,  &cmd_ps,    &cmd_logs,    &cmd_stop,
	&cmd_kill,    &cmd_wait,  &cmd_rm,    &cmd_inspect, &cmd_try,
	&cmd_unshare, &cmd_enter, &cmd_ls,    &cmd_show,    &cmd_new,
	&cmd_keep,    &cmd_id,	  &cmd_mnt,   &cmd_net,	    &cmd_init,
	&cmd_limit,   &cmd_cg,	  &cmd_why,   &cmd_explain, &cmd_map,
	&cmd_top,     &cmd_watch, &cmd_clean, &cmd_compat,  &cmd_doctor,
	NULL,
};
