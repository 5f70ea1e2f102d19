/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd.c - crowd NAMESPACES PROCESSES: so many of both, until it is killed
 *
 * Of the processes the first NAMESPACES have each one new namespace: uts, ipc,
 * cgroup, mnt or user in turn. Prints a line when all are there. To be run as
 * process 1 of a pid namespace: with it they end.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void be(long i, long namespaces, int ready_fd)
{
	static const int kinds[] = { CLONE_NEWUTS, CLONE_NEWIPC,
				     CLONE_NEWCGROUP, CLONE_NEWNS,
				     CLONE_NEWUSER };
	char ok = 1;

	if (i < namespaces && unshare(kinds[i % 5]) < 0)
		ok = 0;
	if (write(ready_fd, &ok, 1) != 1)
		_exit(1);
	close(ready_fd);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	long namespaces = argc > 2 ? atol(argv[1]) : 1000;
	long processes = argc > 2 ? atol(argv[2]) : 5000;
	int ready[2];
	char ok;

	if (pipe(ready) < 0)
		return 1;
	for (long i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("fork");
			return 1;
		}
		if (pid == 0)
			be(i, namespaces, ready[1]);
	}
	for (long i = 0; i < processes; i++)
		if (read(ready[0], &ok, 1) != 1 || !ok) {
			fputs("crowd: a namespace could not be made\n", stderr);
			return 1;
		}
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
