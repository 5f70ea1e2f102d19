/* SPDX-License-Identifier: Apache-2.0 */
/* opt_read.c - readers: one word of the command line into one typed field */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/near.h"
#include "base/num.h"
#include "cli/opt.h"

int opt_string(void *field, const char *word, struct kist_error *err)
{
	(void)err;
	*(const char **)field = word;
	return 0;
}

int opt_list(void *field, const char *word, struct kist_error *err)
{
	struct opt_list *list = field;
	const char **items =
		realloc(list->items, (list->count + 2) * sizeof(*items));

	if (!items)
		return err_nomem(err);
	items[list->count++] = word;
	items[list->count] = NULL;
	list->items = items;
	return 0;
}

int opt_int(void *field, const char *word, struct kist_error *err)
{
	int64_t value;
	int ret = num_parse_i64(word, &value);

	if (ret == -EINVAL)
		return err_set(err, KIST_E_USAGE, "'%s' is not a whole number",
			       word);
	if (ret < 0 || value > INT_MAX || value < INT_MIN)
		return err_set(err, KIST_E_USAGE, "'%s' is too large", word);
	*(int *)field = (int)value;
	return 0;
}

int opt_bool(void *field, const char *word, struct kist_error *err)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "true", true }, { "false", false }, { "1", true },
		{ "0", false },	  { "yes", true },    { "no", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].word, word) == 0) {
			*(bool *)field = words[i].value;
			return 0;
		}
	return err_set(err, KIST_E_USAGE, "'%s' is neither true nor false",
		       word);
}

int opt_bytes(void *field, const char *word, struct kist_error *err)
{
	int ret = num_parse_bytes(word, field);

	if (ret == 0)
		return 0;
	ret = err_set(err, KIST_E_USAGE,
		      ret == -ERANGE ? "'%s' is too large" :
				       "'%s' is not a size",
		      word);
	err_hint(err, "sizes are written as 512k, 64m, 1.5G, max");
	return ret;
}

int opt_seconds(void *field, const char *word, struct kist_error *err)
{
	uint64_t time_ms;
	int ret = num_parse_duration(word, &time_ms);

	if (ret == 0 && time_ms <= INT64_MAX) {
		*(int64_t *)field = (int64_t)time_ms;
		return 0;
	}
	ret = err_set(err, KIST_E_USAGE, "'%s' is not a time", word);
	err_hint(err, "times are written as 90, 90s, 1h30m, 250ms");
	return ret;
}

/* ---- signals ---- */

#define SIGNAL_MAX 64 /* the kernel's, with the real-time ones */

static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "ABRT", SIGABRT },	 { "ALRM", SIGALRM }, { "BUS", SIGBUS },
	{ "CHLD", SIGCHLD },	 { "CONT", SIGCONT }, { "FPE", SIGFPE },
	{ "HUP", SIGHUP },	 { "ILL", SIGILL },   { "INT", SIGINT },
	{ "IO", SIGIO },	 { "IOT", SIGABRT },  { "KILL", SIGKILL },
	{ "PIPE", SIGPIPE },	 { "POLL", SIGIO },   { "PROF", SIGPROF },
	{ "PWR", SIGPWR },	 { "QUIT", SIGQUIT }, { "SEGV", SIGSEGV },
	{ "STKFLT", SIGSTKFLT }, { "STOP", SIGSTOP }, { "SYS", SIGSYS },
	{ "TERM", SIGTERM },	 { "TRAP", SIGTRAP }, { "TSTP", SIGTSTP },
	{ "TTIN", SIGTTIN },	 { "TTOU", SIGTTOU }, { "URG", SIGURG },
	{ "USR1", SIGUSR1 },	 { "USR2", SIGUSR2 }, { "VTALRM", SIGVTALRM },
	{ "WINCH", SIGWINCH },	 { "XCPU", SIGXCPU }, { "XFSZ", SIGXFSZ },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "RTMIN", "RTMIN+3", "RTMAX-1"; 34 and 64 in glibc, and so everywhere. */
static int realtime_signal(const char *name)
{
	int base, number;
	bool is_min = strncasecmp(name, "RTMIN", 5) == 0;
	char *end;

	if (!is_min && strncasecmp(name, "RTMAX", 5) != 0)
		return 0;
	base = is_min ? 34 : SIGNAL_MAX;
	if (!name[5])
		return base;
	if (name[5] != (is_min ? '+' : '-') || !is_digit(name[6]))
		return 0;
	number = base + (int)strtol(name + 5, &end, 10);
	return *end || number < 34 || number > SIGNAL_MAX ? 0 : number;
}

static int signal_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (strcasecmp(signals[i].name, name) == 0)
			return signals[i].number;
	return realtime_signal(name);
}

static void suggest_signal(struct kist_error *err, const char *name)
{
	struct near near;

	near_init(&near, name);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		near_offer(&near, signals[i].name);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
}

int opt_signal(void *field, const char *word, struct kist_error *err)
{
	const char *name = strncasecmp(word, "SIG", 3) == 0 ? word + 3 : word;
	int number, ret;

	if (is_digit(word[0])) {
		ret = opt_int(&number, word, err);
		if (ret < 0)
			return ret;
		if (number > SIGNAL_MAX)
			return err_set(err, KIST_E_USAGE, "unknown signal '%s'",
				       word);
		*(int *)field = number;
		return 0;
	}

	number = signal_named(name);
	if (!number) {
		ret = err_set(err, KIST_E_USAGE, "unknown signal '%s'", word);
		suggest_signal(err, name);
		return ret;
	}
	*(int *)field = number;
	return 0;
}
