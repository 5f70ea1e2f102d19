/* SPDX-License-Identifier: Apache-2.0 */
/* steps.c - printing the steps of what is done */
#include <stdlib.h>
#include <string.h>

#include "cli/steps.h"

#define WIDTH 80
#define COMMENT_COLUMN 40

static void print(void *context, const char *shell, const char *why)
{
	FILE *out = context;
	size_t len = strlen(shell);

	if (!why) {
		fprintf(out, "%s\n", shell);
	} else if (strchr(shell, '\n') ||
		   (len < COMMENT_COLUMN ? COMMENT_COLUMN : len + 2) + 2 +
				   strlen(why) >
			   WIDTH) {
		fprintf(out, "# %s\n%s\n", why, shell);
	} else {
		fprintf(out, "%-*s  # %s\n", COMMENT_COLUMN, shell, why);
	}
}

/* Notes are for a terminal, which acts on control characters: names are
 * strangers'. The lines of a dry run are for sh(1), and stay as they are. */
static void print_harmless(void *context, const char *shell, const char *why)
{
	char *text = strdup(shell);

	if (!text)
		return;
	for (char *c = text; *c; c++)
		if (((unsigned char)*c < ' ' && *c != '\n') || *c == 127)
			*c = '?';
	print(context, text, why);
	free(text);
}

struct kist_trace steps_to(bool dry_run, FILE *out)
{
	return (struct kist_trace){
		.dry_run = dry_run,
		.step = !out	? NULL :
			dry_run ? print :
				  print_harmless,
		.context = out,
	};
}
