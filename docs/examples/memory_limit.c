/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_limit.c - memory_limit MIB COMMAND… - a command of this machine that
 * gets so much memory and no more
 */
#include <stdio.h>
#include <stdlib.h>

#include <kist/run.h>

int main(int argc, char **argv)
{
	struct kist_run run = { .image = "host", .remove = true };
	struct kist_run_result result;
	struct kist_error err = { 0 };
	char line[1000];

	if (argc < 3) {
		fputs("usage: memory_limit MIB COMMAND…\n", stderr);
		return 2;
	}
	run.memory = run.memory_swap = atoll(argv[1]) << 20;
	run.command = (const char *const *)argv + 2;

	if (kist_run(NULL, &run, &result, &err) < 0) {
		kist_error_line(&err, line, sizeof(line));
		fprintf(stderr, "memory_limit: %s\n", line);
		kist_error_hint(&err, line, sizeof(line));
		fprintf(stderr, "hint: %s\n", line);
		return 125;
	}
	if (result.status == 128 + 9)
		fputs("memory_limit: killed: it wanted more\n", stderr);
	return result.status;
}
