/* SPDX-License-Identifier: Apache-2.0 */
/* signal.c - the signals: names and numbers */
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/macros.h"
#include "base/near.h"
#include "base/num.h"
#include "kernel/signal.h"

/* In the order of x86; an alias follows the name it is one for. */
static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "HUP", SIGHUP },	 { "INT", SIGINT },	  { "QUIT", SIGQUIT },
	{ "ILL", SIGILL },	 { "TRAP", SIGTRAP },	  { "ABRT", SIGABRT },
	{ "IOT", SIGABRT },	 { "BUS", SIGBUS },	  { "FPE", SIGFPE },
	{ "KILL", SIGKILL },	 { "USR1", SIGUSR1 },	  { "SEGV", SIGSEGV },
	{ "USR2", SIGUSR2 },	 { "PIPE", SIGPIPE },	  { "ALRM", SIGALRM },
	{ "TERM", SIGTERM },
#ifdef SIGSTKFLT /* not on MIPS */
	{ "STKFLT", SIGSTKFLT },
#endif
	{ "CHLD", SIGCHLD },	 { "CLD", SIGCHLD },	  { "CONT", SIGCONT },
	{ "STOP", SIGSTOP },	 { "TSTP", SIGTSTP },	  { "TTIN", SIGTTIN },
	{ "TTOU", SIGTTOU },	 { "URG", SIGURG },	  { "XCPU", SIGXCPU },
	{ "XFSZ", SIGXFSZ },	 { "VTALRM", SIGVTALRM }, { "PROF", SIGPROF },
	{ "WINCH", SIGWINCH },	 { "IO", SIGIO },	  { "POLL", SIGIO },
	{ "PWR", SIGPWR },	 { "SYS", SIGSYS },
};

static const char *without_prefix(const char *word)
{
	return strncasecmp(word, "SIG", 3) == 0 ? word + 3 : word;
}

/* "RTMIN", "RTMIN+3", "RTMAX-2" */
static int parse_realtime(const char *word)
{
	bool from_min = strncasecmp(word, "RTMIN", 5) == 0;
	uint32_t steps = 0;

	if (!from_min && strncasecmp(word, "RTMAX", 5) != 0)
		return -1;
	word += 5;
	if (*word && *word != (from_min ? '+' : '-'))
		return -1;
	if (*word && num_parse_u32(word + 1, &steps) < 0)
		return -1;
	if (steps > SIGNAL_MAX - SIGNAL_RTMIN)
		return -1;
	return from_min ? SIGNAL_RTMIN + (int)steps : SIGNAL_MAX - (int)steps;
}

int signal_parse(const char *word)
{
	uint32_t number;

	if (num_parse_u32(word, &number) == 0)
		return number <= SIGNAL_MAX ? (int)number : -1;
	word = without_prefix(word);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (strcasecmp(word, signals[i].name) == 0)
			return signals[i].number;
	return parse_realtime(word);
}

const char *signal_format(int number, char *buf, size_t size)
{
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		if (signals[i].number == number) {
			snprintf(buf, size, "%s", signals[i].name);
			return buf;
		}
	}
	if (number == SIGNAL_RTMIN)
		snprintf(buf, size, "RTMIN");
	else if (number > SIGNAL_RTMIN && number <= SIGNAL_MAX)
		snprintf(buf, size, "RTMIN+%d", number - SIGNAL_RTMIN);
	else
		snprintf(buf, size, "%d", number);
	return buf;
}

const char *signal_near(const char *word)
{
	struct near near;

	near_init(&near, without_prefix(word));
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		near_offer(&near, signals[i].name);
	return near.best;
}
