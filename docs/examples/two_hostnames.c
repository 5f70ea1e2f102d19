/* SPDX-License-Identifier: Apache-2.0 */
/*
 * two_hostnames.c - the same machine under two names
 *
 * Two containers of this machine's own system, each in a uts namespace of its
 * own; a command in each says what the machine is called there.
 */
#include <stdio.h>

#include <kist/run.h>

static int say_hostname(const char *hostname)
{
	struct kist_run run = {
		.image = "host",
		.command = (const char *const[]){ "uname", "-n", NULL },
		.hostname = hostname,
		.uts = "private",
		.remove = true,
	};
	struct kist_run_result result;
	struct kist_error err = { 0 };
	char line[1000];

	if (kist_run(NULL, &run, &result, &err) < 0) {
		kist_error_line(&err, line, sizeof(line));
		fprintf(stderr, "two_hostnames: %s\n", line);
		return 125;
	}
	return result.status;
}

int main(void)
{
	int status = say_hostname("red");

	return status ? status : say_hostname("blue");
}
