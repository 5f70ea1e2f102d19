/* SPDX-License-Identifier: Apache-2.0 */
/*
 * from_directory.c - from_directory DIR COMMAND… - a container whose root is a
 * directory, without a network and with at most a hundred processes
 */
#include <stdio.h>

#include <kist/run.h>

int main(int argc, char **argv)
{
	struct kist_run run = {
		.remove = true,
		.network = "none",
		.pids_limit = 100,
		.hostname = "box",
	};
	struct kist_run_result result;
	struct kist_error err = { 0 };
	char line[1000];

	if (argc < 3) {
		fputs("usage: from_directory DIR COMMAND…\n", stderr);
		return 2;
	}
	run.image = argv[1]; /* with a '/' in it */
	run.command = (const char *const *)argv + 2;

	if (kist_run(NULL, &run, &result, &err) < 0) {
		kist_error_line(&err, line, sizeof(line));
		fprintf(stderr, "from_directory: %s\n", line);
		return kist_error_class(err.id) == KIST_CLASS_NOT_FOUND ? 127 :
									  125;
	}
	return result.status;
}
