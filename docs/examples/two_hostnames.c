/* SPDX-License-Identifier: Apache-2.0 */
/*
 * two_hostnames.c - the same machine under two names
 *
 * Two commands, each in a uts namespace of its own, say what the machine is
 * called there. An ordinary user may do this too.
 */
#include <stdio.h>

#include <kist/spawn.h>

static int say_hostname(const char *hostname)
{
	const struct kist_spawn args = {
		.argv = (const char *const[]){ "uname", "-n", NULL },
		.ns = KIST_NS_UTS,
		.hostname = hostname,
	};
	struct kist_error err = { 0 };
	struct kist_process *process;
	char line[1000];
	int status = 125;

	if (kist_spawn(&args, &process, &err) == 0) {
		kist_process_wait(process, &status, &err);
		kist_process_free(process, &err);
	}
	if (err.id) {
		kist_error_line(&err, line, sizeof(line));
		fprintf(stderr, "two_hostnames: %s\n", line);
	}
	return status;
}

int main(void)
{
	int status = say_hostname("red");

	return status ? status : say_hostname("blue");
}
