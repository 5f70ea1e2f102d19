/* SPDX-License-Identifier: Apache-2.0 */
/*
 * touched.c - the functions that a command runs through, as they come first
 *
 *	touched PROGRAM [WORD…]
 *
 * Executes PROGRAM step by step (ptrace(2)) and prints, for
 * src/program/start.ld, each function of its own once. What its children run
 * through is not seen. PROGRAM has to have a fixed address and its symbols;
 * nm(1) reads them.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUNCTIONS_MAX 40000

struct function {
	unsigned long start;
	char name[128];
	bool is_touched;
};

static struct function functions[FUNCTIONS_MAX];
static size_t count;

static void read_functions(const char *program)
{
	char line[512];
	FILE *list;

	snprintf(line, sizeof(line), "nm -n --defined-only '%s'", program);
	list = popen(line, "r");
	while (list && count < FUNCTIONS_MAX &&
	       fgets(line, sizeof(line), list)) {
		struct function *f = &functions[count];
		char kind;

		if (sscanf(line, "%lx %c %127s", &f->start, &kind, f->name) ==
			    3 &&
		    (kind == 't' || kind == 'T' || kind == 'W'))
			count++;
	}
	if (list)
		pclose(list);
}

/* The last one that starts at or before @address. */
static struct function *function_at(unsigned long address)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (functions[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &functions[low - 1] : NULL;
}

static void touch(pid_t pid)
{
	struct user_regs_struct regs;
	struct function *f;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		return;
	f = function_at(regs.rip);
	if (!f || f->is_touched)
		return;
	f->is_touched = true;
	puts(f->name);
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (argc < 2)
		return 2;
	read_functions(argv[1]);
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		touch(pid);
		if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL))
			break;
	}
	return 0;
}
