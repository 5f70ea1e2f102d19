/* SPDX-License-Identifier: Apache-2.0 */
/**
 * trace.h - telling a struct kist_trace of each step
 *
 *	if (!trace_step(trace, "the parent hands the controller down",
 *			"echo %s > %s", trace_word(word), trace_word(path)))
 *		return 0;
 *	return sys_write_file(…);
 *
 * Threads: no shared state.
 */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include <kist/trace.h>

#include "base/macros.h"

#define TRACE_WORD 4400

/* A word quoted for sh(1), if it needs it; too long ones are cut. */
struct trace_word {
	char text[TRACE_WORD];
};
struct trace_word trace_quote(const char *word);
#define trace_word(word) (trace_quote(word).text)

/**
 * trace_step() - tell what is done next
 * @trace:	may be NULL
 * @why:	in words, or NULL
 *
 * Return: is it to be done? False in a dry run.
 */
bool trace_step(const struct kist_trace *trace, const char *why,
		const char *fmt, ...) PRINTF(3, 4);

/* Nothing is to be changed. */
static inline bool trace_is_dry(const struct kist_trace *trace)
{
	return trace && trace->dry_run;
}

#endif
