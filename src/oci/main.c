/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - kist-oci: an OCI runtime, in the dialect of runc
 *
 * Engines know a runtime by its name and by the first line of its --version,
 * and some accept only those they know. So a link named runc or crun makes
 * this program say that name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <kist/why.h>

#include "oci/log.h"
#include "oci/oci.h"

#ifndef KIST_VERSION
#define KIST_VERSION "0.1.0"
#endif
#ifndef KIST_COMMIT
#define KIST_COMMIT KIST_VERSION
#endif

#define ARGS oci_global

const char *const oci_formats[] = { "table", "json", NULL };

static const char *const log_formats[] = { "text", "json", NULL };
static const char *const log_levels[] = { "error", "warning", "info", "debug",
					  NULL };
static const char *const managers[] = { "cgroupfs", "systemd", "disabled",
					NULL };
static const char *const rootless_words[] = { "true", "false", "auto", NULL };

/* The state folder is emptied by delete, so it cannot be the whole system. */
static int read_root(void *field, const char *word, struct kist_error *err)
{
	if (word[0] == '\0' || word[strspn(word, "/")] == '\0')
		return err_set(err, KIST_E_USAGE,
			       "'%s' cannot be the state folder", word);
	*(const char **)field = word;
	return 0;
}

/* crun also knows "file:PATH", "journald:ID" and "syslog:ID". */
static int read_log(void *field, const char *word, struct kist_error *err)
{
	if (strncmp(word, "journald:", 9) == 0 ||
	    strncmp(word, "syslog:", 7) == 0)
		return err_set(err, KIST_E_UNSUPPORTED,
			       "'%.*s' is not supported yet",
			       (int)strcspn(word, ":"), word);
	if (strncmp(word, "file:", 5) == 0)
		word += 5;
	*(const char **)field = *word ? word : NULL;
	return 0;
}

static int read_manager(void *field, const char *word, struct kist_error *err)
{
	enum kist_cgroup_manager manager = KIST_CGROUPFS;

	(void)err; /* .only_words has seen to it */
	if (strcmp(word, "systemd") == 0)
		manager = KIST_CGROUP_SYSTEMD;
	else if (strcmp(word, "disabled") == 0)
		manager = KIST_CGROUP_DISABLED;
	*(enum kist_cgroup_manager *)field = manager;
	return 0;
}

#define WORD(n, v, r, f, w, h)                                             \
	{                                                                  \
		.kind = OPT_VALUE, .name = (n), .value = (v), .read = (r), \
		.offset = offsetof(struct ARGS, f), .words = (w),          \
		.only_words = true, .help = (h)                            \
	}

static const struct opt global_opts[] = {
	OPT(0, "root", "DIR", read_root, oci.root,
	    "state folder (default: /run/kist-oci, or "
	    "$XDG_RUNTIME_DIR/kist-oci)"),
	OPT(0, "log", "FILE", read_log, log, "append errors to FILE, too"),
	WORD("log-format", "FORMAT", opt_string, log_format, log_formats,
	     "text or json"),
	WORD("log-level", "LEVEL", opt_string, log_level, log_levels,
	     "error, warning, info or debug"),
	FLAG(0, "debug", debug, "as --log-level debug"),
	WORD("cgroup-manager", "MANAGER", read_manager, oci.cgroup_manager,
	     managers,
	     "cgroupfs (default), systemd (not supported yet) or "
	     "disabled"),
	FLAG('s', "systemd-cgroup", systemd_cgroup,
	     "as --cgroup-manager systemd"),
	WORD("rootless", "WHEN", opt_string, rootless, rootless_words,
	     "true, false or auto: accepted, found out in any case"),
	{ .kind = OPT_VALUE,
	  .name = "criu",
	  .value = "PATH",
	  .read = opt_string,
	  .offset = offsetof(struct oci_global, criu),
	  .help = "accepted, not used",
	  .hidden = true },
#ifdef KIST_FAULTS
	{ .kind = OPT_VALUE,
	  .name = "fault-op",
	  .value = "NUMBER",
	  .read = opt_int,
	  .offset = offsetof(struct oci_global, oci.fault_op),
	  .help = "this operation of the plan fails",
	  .hidden = true },
	{ .kind = OPT_VALUE,
	  .name = "fault-errno",
	  .value = "NUMBER",
	  .read = opt_int,
	  .offset = offsetof(struct oci_global, oci.fault_errno),
	  .help = "with this errno",
	  .hidden = true },
#endif
	OPT_END,
};

static const struct command *const commands[] = {
	&cmd_create,	 &cmd_start,   &cmd_run,      &cmd_exec,   &cmd_kill,
	&cmd_pause,	 &cmd_resume,  &cmd_delete,   &cmd_list,   &cmd_state,
	&cmd_ps,	 &cmd_spec,    &cmd_features, &cmd_update, &cmd_events,
	&cmd_checkpoint, &cmd_restore, NULL,
};

/* Whether @fd is there, and not /dev/null opened for the other direction. */
static bool is_usable(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	int wrong = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
	struct stat st;

	if (flags < 0)
		return false;
	return (flags & O_ACCMODE) != wrong || fstat(fd, &st) < 0 ||
	       !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3);
}

/*
 * The container gets our stdin, stdout and stderr. containerd's shim opens
 * /dev/null for reading alone and makes all three of it; and one that is
 * closed would become whatever is opened first.
 */
static void mend_stdio(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int null_fd = is_usable(fd) ? fd : open("/dev/null", O_RDWR);

		if (null_fd < 0 || null_fd == fd)
			continue; /* without /dev/null there is no better one */
		dup2(null_fd, fd);
		close(null_fd);
	}
}

static int begin(void *arg, struct kist_error *err)
{
	struct oci_global *global = arg;
	int ret;

	mend_stdio();
	ret = log_open(global, err);
	if (ret < 0)
		return ret;
	if (global->systemd_cgroup)
		global->oci.cgroup_manager = KIST_CGROUP_SYSTEMD;
	if (global->criu)
		log_warning(global,
			    "--criu is ignored: criu is found by $PATH");
	log_debug(global, "kist-oci " KIST_VERSION " (" KIST_COMMIT ")");
	return 0;
}

static void failed(void *arg, const char *const *words, struct kist_error *err)
{
	(void)arg;
	(void)words;
	kist_why_advise(NULL, err);
}

static int report(void *arg, const struct kist_error *err)
{
	return log_error(arg, err);
}

static const char *called_as(const char *path)
{
	static const char *const names[] = { "runc", "crun" };
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *base = slash ? slash + 1 : path;

	for (size_t i = 0; base && i < ARRAY_LEN(names); i++)
		if (strcmp(base, names[i]) == 0)
			return names[i];
	return "kist-oci";
}

static const struct program kist_oci = {
	.summary = "OCI runtime, in the place of runc and crun",
	.version = KIST_VERSION "\ncommit: " KIST_COMMIT
				"\nspec: " KIST_OCI_VERSION,
	.section = 8,
	.date = "November 22, 2026",
	.notes = "For engines such as containerd, CRI-O, Docker, Podman and "
		 "Buildah: verbs, options, output and the wording of errors "
		 "are those of runc. Long options may have one dash or two.\n\n"
		 "A container is made from a bundle: a folder with config.json "
		 "and a root file system. Its state is a folder below --root; "
		 "there is no daemon.\n\n"
		 "Linked as runc or crun, the program calls itself so.",
	.exits = "0, or 1 after a failure; run and exec: that of the process, "
		 "or 128 and the number of the signal that ended it; exec that "
		 "fails itself: 255.",
	.see = "kist(1)",
	.containers = "list -q",
	.style = OPT_STYLE_GO,
	.global_opts = global_opts,
	.begin = begin,
	.failed = failed,
	.commands = commands,
};

int main(int argc, char **argv)
{
	struct oci_global global = {
		.oci = { .fault_op = -1 },
		.log_fd = -1,
		.failure = 1,
		.name = called_as(argc > 0 ? argv[0] : NULL),
	};
	struct program program = kist_oci;

	program.name = global.name;
	return program_main(&program, &global, argc, argv, report);
}
