/* SPDX-License-Identifier: Apache-2.0 */
/**
 * oci.h - what the verbs of `kist-oci` share: the global options, the table
 *
 * A verb is one file, cmd_VERB.c, with one struct command (or a few that are
 * alike); main.c lists them.
 */
#ifndef OCI_OCI_H
#define OCI_OCI_H

#include <stdbool.h>

#include <kist/oci.h>

#include "cli/opt.h"

/**
 * struct oci_global - the options before the verb; each @run gets it as
 *	@global
 * @oci:	--root, --cgroup-manager, --systemd-cgroup
 * @log:	file that errors are appended to, or NULL
 * @log_format:	"text", "json"; NULL: not given, text
 * @log_level:	"error", "warning", "info", "debug"
 * @log_fd:	@log, or -1
 * @criu, @rootless: accepted for the callers of runc; see main.c
 * @failure:	exit status after an error
 * @name:	how the program was called: kist-oci, runc, crun
 */
struct oci_global {
	struct kist_oci oci;
	const char *log, *log_format, *log_level;
	int log_fd;
	const char *criu, *rootless;
	bool debug, systemd_cgroup;
	int failure;
	const char *name;
};

extern const struct command cmd_create, cmd_start, cmd_run, cmd_state, cmd_kill,
	cmd_delete, cmd_exec, cmd_list, cmd_ps, cmd_pause, cmd_resume, cmd_spec,
	cmd_features;
/* not supported yet */
extern const struct command cmd_update, cmd_events, cmd_checkpoint, cmd_restore;

/* The formats of list and ps. */
extern const char *const oci_formats[]; /* "table", "json", NULL */

#endif
