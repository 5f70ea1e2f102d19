/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_create.c - kist-oci create, run: a container from a bundle */
#include "oci/oci.h"

#define ARGS kist_oci_create

#define CONTAINER OPERAND("ID", opt_string, id, "name of the new container")

/* What create and run have in common. */
#define CREATE_OPTS                                                            \
	OPT('b', "bundle", "DIR", opt_string, bundle,                          \
	    "folder with config.json (default: the current one)"),             \
		OPT('f', "config", "FILE", opt_string, config,                 \
		    "read FILE instead of config.json"),                       \
		OPT(0, "console-socket", "SOCKET", opt_string, console_socket, \
		    "send the terminal to this socket"),                       \
		OPT(0, "pidfd-socket", "SOCKET", opt_string, pidfd_socket,     \
		    "send a pidfd of the process to this socket"),             \
		OPT(0, "pid-file", "FILE", opt_string, pid_file,               \
		    "write the process id to FILE, last of all"),              \
		OPT(0, "preserve-fds", "N", opt_int, preserve_fds,             \
		    "leave N descriptors from 3 on open"),                     \
		FLAG(0, "no-pivot", no_pivot,                                  \
		     "do not use pivot_root(2): for a root on a ramdisk"),     \
		FLAG(0, "no-new-keyring", no_new_keyring,                      \
		     "keep the caller's session keyring")

static const struct opt create_opts[] = {
	CREATE_OPTS,
	CONTAINER,
	OPT_END,
};

static const struct opt run_opts[] = {
	CREATE_OPTS,
	FLAG('d', "detach", detach, "return when the process has started"),
	FLAG(0, "keep", keep, "do not delete the container at its end"),
	FLAG(0, "no-subreaper", no_subreaper,
	     "do not become a subreaper of orphaned processes"),
	CONTAINER,
	OPT_END,
};

static int create_run(void *arg, const void *args, struct kist_error *err)
{
	const struct oci_global *global = arg;

	return kist_oci_create(&global->oci, args, err);
}

static int run_run(void *arg, const void *args, struct kist_error *err)
{
	const struct oci_global *global = arg;
	int status = 0;
	int ret = kist_oci_run(&global->oci, args, &status, err);

	return ret < 0 ? ret : status;
}

const struct command cmd_create = {
	.name = "create",
	.group = "life of a container",
	.summary = "make a container from a bundle, up to its start",
	.see = "kist-oci-run(8), kist-oci-start(8)",
	.example = "kist-oci create --bundle /srv/web web",
	.opts = create_opts,
	.args_size = sizeof(struct kist_oci_create),
	.run = create_run,
};

const struct command cmd_run = {
	.name = "run",
	.group = "life of a container",
	.summary = "create a container, start it, wait for its end",
	.see = "kist-oci-create(8), kist-oci-exec(8)",
	.example = "kist-oci run --bundle /srv/web web",
	.notes = "Signals are passed on to the container's process. The exit "
		 "status is that of the process.",
	.opts = run_opts,
	.args_size = sizeof(struct kist_oci_create),
	.run = run_run,
};
