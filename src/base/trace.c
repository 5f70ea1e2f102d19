/* SPDX-License-Identifier: Apache-2.0 */
/* trace.c - telling a struct kist_trace of each step */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/trace.h"

static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789%+,-./:=@_";

	return *word && word[strspn(word, plain)] == '\0';
}

struct trace_word trace_quote(const char *word)
{
	struct trace_word quoted;
	size_t at = 0;

	if (is_plain(word) && strlen(word) < sizeof(quoted.text)) {
		strcpy(quoted.text, word);
		return quoted;
	}
	quoted.text[at++] = '\'';
	for (; *word && at + 6 < sizeof(quoted.text); word++) {
		const char *piece = *word == '\'' ? "'\\''" : NULL;
		size_t len = piece ? 4 : 1;

		memcpy(quoted.text + at, piece ? piece : word, len);
		at += len;
	}
	quoted.text[at++] = '\'';
	quoted.text[at] = '\0';
	return quoted;
}

bool trace_step(const struct kist_trace *trace, const char *why,
		const char *fmt, ...)
{
	CLEANUP_FREE char *line = NULL;
	va_list args;

	if (!trace)
		return true;
	if (!trace->step)
		return !trace->dry_run;

	va_start(args, fmt);
	if (vasprintf(&line, fmt, args) < 0)
		line = NULL;
	va_end(args);
	if (line)
		trace->step(trace->context, line, why);
	return !trace->dry_run;
}
