/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_spec.c - kist-oci spec, features: JSON to begin with */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "oci/oci.h"

struct spec_args {
	const char *bundle;
	bool rootless;
};
#define ARGS spec_args

static const struct spec_args spec_defaults = { .bundle = "." };

static const struct opt spec_opts[] = {
	OPT('b', "bundle", "DIR", opt_string, bundle,
	    "folder to write it to (default: the current one)"),
	FLAG(0, "rootless", rootless,
	     "for an ordinary user: with a user namespace"),
	OPT_END,
};

static const struct opt no_opts[] = { OPT_END };

/* A configuration that is there has been edited: it is not written over. */
static int write_new(const char *dir, const char *text, struct kist_error *err)
{
	CLEANUP_FD int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int fd = -1;
	struct buf bytes = { .data = (char *)text, .len = strlen(text) };
	int ret;

	if (dir_fd < 0)
		return err_sys(err, KIST_E_BUNDLE, errno, "open bundle '%s'",
			       dir);
	fd = openat(dir_fd, "config.json",
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		ret = err_sys(err, KIST_E_CONFIG_FILE, errno,
			      "write config.json in '%s'", dir);
		if (ret == -EEXIST)
			err_hint(err, "remove it first");
		return ret;
	}

	ret = buf_write(&bytes, fd);
	if (ret < 0) {
		unlinkat(dir_fd, "config.json", 0);
		return err_sys(err, KIST_E_CONFIG_FILE, -ret,
			       "write config.json in '%s'", dir);
	}
	return 0;
}

static int spec_run(void *arg, const void *args, struct kist_error *err)
{
	const struct spec_args *a = args;
	CLEANUP_FREE char *text = kist_oci_spec_json(a->rootless);

	(void)arg;
	if (!text)
		return err_nomem(err);
	return write_new(a->bundle, text, err);
}

static int features_run(void *arg, const void *args, struct kist_error *err)
{
	CLEANUP_FREE char *text = kist_oci_features_json();

	(void)arg;
	(void)args;
	if (!text)
		return err_nomem(err);
	puts(text);
	return 0;
}

const struct command cmd_spec = {
	.name = "spec",
	.group = "what there is",
	.summary = "write a config.json to begin with",
	.see = "kist-oci-run(8)",
	.example = "kist-oci spec --bundle /srv/web",
	.notes = "The container is a shell with a terminal on the root file "
		 "system in the folder rootfs of the bundle. A config.json "
		 "that is already there is left as it is.",
	.opts = spec_opts,
	.args_size = sizeof(struct spec_args),
	.defaults = &spec_defaults,
	.run = spec_run,
};

const struct command cmd_features = {
	.name = "features",
	.group = "what there is",
	.summary = "show what this runtime can do, as JSON",
	.see = "kist-oci(8)",
	.opts = no_opts,
	.run = features_run,
};
