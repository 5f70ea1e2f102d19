/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_ps.c - kist-oci ps: the processes of a container
 *
 * The table is that of ps(1) on this machine, reduced to the container: the
 * heading, and the lines whose PID is one of the container's. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "oci/oci.h"

extern char **environ;

struct ps_args {
	const char *id, *format;
	const char *const *ps_args;
};
#define ARGS ps_args

static const struct ps_args ps_defaults = { .format = "table" };

static const struct opt ps_opts[] = {
	{ .kind = OPT_VALUE,
	  .letter = 'f',
	  .name = "format",
	  .value = "FORMAT",
	  .read = opt_string,
	  .offset = offsetof(struct ps_args, format),
	  .words = oci_formats,
	  .only_words = true,
	  .help = "table (default) or json: an array of process ids" },
	OPERAND("CONTAINER", opt_string, id, "name of the container"),
	REST("PS-OPTION", ps_args,
	     "options for ps(1), PID must be among its columns (default: -ef)"),
	OPT_END,
};

struct pids {
	pid_t *list;
	size_t count;
};

static void print_json(const struct pids *pids)
{
	putchar('[');
	for (size_t i = 0; i < pids->count; i++)
		printf("%s%d", i ? "," : "", (int)pids->list[i]);
	puts("]");
}

/* ---- table ---- */

/* Which word of the heading is "PID"; -1: none. */
static int pid_column(const char *line)
{
	for (int column = 0;; column++) {
		size_t len;

		line += strspn(line, " \n");
		len = strcspn(line, " \n");
		if (len == 0)
			return -1;
		if (len == 3 && memcmp(line, "PID", 3) == 0)
			return column;
		line += len;
	}
}

static long number_in(const char *line, int column)
{
	line += strspn(line, " ");
	while (column-- > 0) {
		line += strcspn(line, " ");
		line += strspn(line, " ");
	}
	return strtol(line, NULL, 10);
}

static bool is_among(const struct pids *pids, long pid)
{
	for (size_t i = 0; i < pids->count; i++)
		if (pids->list[i] == pid)
			return true;
	return false;
}

static int filter(FILE *in, const struct pids *pids, struct kist_error *err)
{
	CLEANUP_FREE char *line = NULL;
	size_t size = 0;
	int column;

	if (getline(&line, &size, in) < 0)
		return 0; /* ps has said why */
	column = pid_column(line);
	if (column < 0) {
		err_set(err, KIST_E_USAGE,
			"the output of ps has no column PID");
		err_hint(err, "let ps(1) print it: kist-oci ps CONTAINER -o "
			      "pid,args");
		return -EINVAL;
	}

	fputs(line, stdout);
	while (getline(&line, &size, in) >= 0)
		if (is_among(pids, number_in(line, column)))
			fputs(line, stdout);
	return 0;
}

/* { "ps", the user's options or -ef, NULL } */
static const char **ps_command(const char *const *options)
{
	static const char *const usual[] = { "-ef", NULL };
	const char **argv;
	size_t count = 0;

	if (!options)
		options = usual;
	while (options[count])
		count++;
	argv = calloc(count + 2, sizeof(*argv));
	if (!argv)
		return NULL;
	argv[0] = "ps";
	memcpy(argv + 1, options, count * sizeof(*argv));
	return argv;
}

static int spawn_ps(const char *const *options, int out_fd, pid_t *ret_pid,
		    struct kist_error *err)
{
	CLEANUP_FREE const char **argv = ps_command(options);
	posix_spawn_file_actions_t actions;
	int errnum;

	if (!argv || posix_spawn_file_actions_init(&actions) != 0)
		return err_nomem(err);
	errnum = posix_spawn_file_actions_adddup2(&actions, out_fd,
						  STDOUT_FILENO);
	if (errnum == 0)
		errnum = posix_spawnp(ret_pid, "ps", &actions, NULL,
				      (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (errnum == 0)
		return 0;

	err_sys(err, KIST_E_SYSTEM, errnum, "run ps(1)");
	err_hint(err, "'--format json' needs no ps; "
		      "Debian has it in package procps");
	return -errnum;
}

static int ps_status(pid_t pid, struct kist_error *err)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, KIST_E_SYSTEM, errno,
				       "wait for ps(1)");
	if (status != 0)
		return err_set(err, KIST_E_SYSTEM, "ps(1) failed");
	return 0;
}

static int print_table(const struct pids *pids, const char *const *options,
		       struct kist_error *err)
{
	pid_t pid;
	FILE *in;
	int fds[2], ret, ended;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "make a pipe");
	ret = spawn_ps(options, fds[1], &pid, err);
	close(fds[1]);
	if (ret < 0) {
		close(fds[0]);
		return ret;
	}

	in = fdopen(fds[0], "r");
	if (!in) {
		close(fds[0]);
		return err_nomem(err);
	}
	ret = filter(in, pids, err);
	fclose(in);
	ended = ps_status(pid, err);
	return ret < 0 ? ret : ended;
}

static int ps_run(void *arg, const void *args, struct kist_error *err)
{
	const struct oci_global *global = arg;
	const struct ps_args *a = args;
	struct pids pids;
	int ret =
		kist_oci_ps(&global->oci, a->id, &pids.list, &pids.count, err);

	if (ret < 0)
		return ret;
	if (strcmp(a->format, "json") == 0)
		print_json(&pids);
	else
		ret = print_table(&pids, a->ps_args, err);
	free(pids.list);
	return ret;
}

const struct command cmd_ps = {
	.name = "ps",
	.group = "what there is",
	.summary = "show the processes of a container",
	.see = "ps(1)",
	.example = "kist-oci ps web -o pid,rss,args",
	.opts = ps_opts,
	.args_size = sizeof(struct ps_args),
	.defaults = &ps_defaults,
	.run = ps_run,
};
