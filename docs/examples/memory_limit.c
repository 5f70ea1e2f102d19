/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_limit.c - memory_limit MIB COMMAND… - a command that gets so much
 * memory and no more
 */
#include <stdio.h>
#include <stdlib.h>

#include <kist/spawn.h>

static int complain(const struct kist_error *err)
{
	char line[1000], hint[1000];

	kist_error_line(err, line, sizeof(line));
	kist_error_hint(err, hint, sizeof(hint));
	fprintf(stderr, "memory_limit: %s\n%s%s\n", line, *hint ? "hint: " : "",
		hint);
	return 125;
}

int main(int argc, char **argv)
{
	struct kist_spawn args = { 0 };
	struct kist_error err = { 0 };
	struct kist_process *process;
	int status;

	if (argc < 3) {
		fputs("usage: memory_limit MIB COMMAND…\n", stderr);
		return 2;
	}
	args.argv = (const char *const *)argv + 2;
	args.memory = args.memory_swap = atoll(argv[1]) << 20;

	if (kist_spawn(&args, &process, &err) < 0)
		return complain(&err);
	if (kist_process_wait(process, &status, &err) < 0)
		status = complain(&err);
	else if (kist_process_oom_kills(process) > 0)
		fprintf(stderr, "memory_limit: it wanted more than %s MiB\n",
			argv[1]);
	else
		fprintf(stderr, "memory_limit: exit status %d\n", status);
	kist_process_free(process, &err);
	return status;
}
