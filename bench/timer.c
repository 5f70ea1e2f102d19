/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer.c - time commands from outside, side by side
 *
 *	timer [-n ROUNDS] [-w WARM-UP ROUNDS] NAME=COMMAND…
 *
 * A command is split at blanks (no quoting); ';' ends a step. The step "@wait"
 * waits for every orphan that has come to us (we are a subreaper). "%i" is a
 * number that is new each time. Standard fds are the null device.
 *
 * How it works
 * ============
 *
 * Commands take turns, round by round, so that what the machine does at the
 * same time hits all alike. vfork and exec are the least that starting can
 * cost; processor time and peak memory are the kernel's count for the process
 * and all it waited for (getrusage(2)).
 *
 * Output: one line a command, separated by tabs: name, wall time (median, tenth
 * percentile) and processor time (median) in microseconds, peak memory in KiB,
 * failed rounds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 16
#define STEPS_MAX 8
#define WORDS_MAX 64
#define WORD_SIZE 512

struct step {
	char *words[WORDS_MAX + 1];
};

struct command {
	const char *name;
	struct step steps[STEPS_MAX];
	int step_count;
	int64_t *wall_ns, *cpu_us; /* a round each */
	long rss_kib;
	int failed;
};

struct cost {
	int64_t wall_ns, cpu_us;
	long rss_kib;
	bool failed;
};

static int null_fd;

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t microseconds(struct timeval t)
{
	return t.tv_sec * 1000000LL + t.tv_usec;
}

static void parse(struct command *command, char *text)
{
	struct step *step = command->steps;
	char *equals = strchr(text, '=');
	int words = 0;

	if (!equals) {
		fprintf(stderr, "timer: '%s' is not NAME=COMMAND\n", text);
		exit(2);
	}
	*equals = '\0';
	command->name = text;
	command->step_count = 1;
	for (char *word = strtok(equals + 1, " "); word;
	     word = strtok(NULL, " ")) {
		if (strcmp(word, ";") == 0) {
			step++;
			command->step_count++;
			words = 0;
			continue;
		}
		step->words[words++] = word;
	}
}

/* @word with "%i" replaced, in @buf if it is there. */
static char *expand(char *word, long id, char *buf)
{
	char *mark = strstr(word, "%i");

	if (!mark)
		return word;
	snprintf(buf, WORD_SIZE, "%.*s%ld%s", (int)(mark - word), word, id,
		 mark + 2);
	return buf;
}

static void add(struct cost *cost, int status, const struct rusage *usage)
{
	cost->cpu_us +=
		microseconds(usage->ru_utime) + microseconds(usage->ru_stime);
	if (usage->ru_maxrss > cost->rss_kib)
		cost->rss_kib = usage->ru_maxrss;
	if (status)
		cost->failed = true;
}

static void wait_for_orphans(struct cost *cost)
{
	struct rusage usage;
	int status;

	while (wait4(-1, &status, 0, &usage) > 0 || errno == EINTR)
		add(cost, 0, &usage);
}

static void start_and_wait(const struct step *step, long id, struct cost *cost)
{
	static char texts[WORDS_MAX][WORD_SIZE];
	char *argv[WORDS_MAX + 1] = { NULL };
	struct rusage usage;
	int status;
	pid_t pid;

	for (int i = 0; step->words[i]; i++)
		argv[i] = expand(step->words[i], id, texts[i]);
	pid = vfork();
	if (pid == 0) {
		dup2(null_fd, 0);
		dup2(null_fd, 1);
		dup2(null_fd, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (wait4(pid, &status, 0, &usage) != pid)
		;
	add(cost, status, &usage);
}

static struct cost run(const struct command *command, long id)
{
	struct cost cost = { 0 };
	int64_t start = now_ns();

	for (int i = 0; i < command->step_count; i++) {
		const struct step *step = &command->steps[i];

		if (strcmp(step->words[0], "@wait") == 0)
			wait_for_orphans(&cost);
		else
			start_and_wait(step, id, &cost);
	}
	cost.wall_ns = now_ns() - start;
	return cost;
}

static void note(struct command *command, int round, const struct cost *cost)
{
	command->wall_ns[round] = cost->wall_ns;
	command->cpu_us[round] = cost->cpu_us;
	command->failed += cost->failed;
	if (cost->rss_kib > command->rss_kib)
		command->rss_kib = cost->rss_kib;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void print(struct command *command, int rounds)
{
	size_t count = (size_t)rounds;

	qsort(command->wall_ns, count, sizeof(int64_t), by_value);
	qsort(command->cpu_us, count, sizeof(int64_t), by_value);
	printf("%s\t%lld\t%lld\t%lld\t%ld\t%d\n", command->name,
	       (long long)command->wall_ns[rounds / 2] / 1000,
	       (long long)command->wall_ns[rounds / 10] / 1000,
	       (long long)command->cpu_us[rounds / 2], command->rss_kib,
	       command->failed);
}

int main(int argc, char **argv)
{
	static struct command commands[COMMANDS_MAX];
	int rounds = 30, warm_up = 3, count = 0, opt;
	long id = getpid() * 10000L;

	while ((opt = getopt(argc, argv, "+n:w:")) != -1) {
		if (opt == 'n')
			rounds = atoi(optarg);
		else if (opt == 'w')
			warm_up = atoi(optarg);
		else
			return 2;
	}
	for (; optind < argc && count < COMMANDS_MAX; optind++, count++) {
		struct command *command = &commands[count];

		parse(command, argv[optind]);
		command->wall_ns = calloc((size_t)rounds, sizeof(int64_t));
		command->cpu_us = calloc((size_t)rounds, sizeof(int64_t));
	}

	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	for (int round = -warm_up; round < rounds; round++) {
		for (int i = 0; i < count; i++) {
			struct cost cost = run(&commands[i], id++);

			if (round >= 0)
				note(&commands[i], round, &cost);
		}
	}
	for (int i = 0; i < count; i++)
		print(&commands[i], rounds);
	return 0;
}
