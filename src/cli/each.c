/* SPDX-License-Identifier: Apache-2.0 */
/* each.c - do something to each container of a list of names */
#include <errno.h>
#include <stdio.h>

#include "cli/each.h"

static void print_failure(const struct kist_error *err)
{
	char line[1200];

	kist_error_line(err, line, sizeof(line));
	fprintf(stderr, "kist: %s\n", line);
	if (kist_error_hint(err, line, sizeof(line)) > 0)
		fprintf(stderr, "hint: %s\n", line);
}

int each_container(const struct kist_global *global, const char *const *names,
		   each_do *action, const void *args, struct kist_error *err)
{
	int ret = 0;

	if (!names) {
		err_set(err, KIST_E_USAGE, "no container is named");
		err_hint(err, "name one: 'kist ps -a' lists them");
		return -EINVAL;
	}
	for (; *names; names++) {
		struct kist_error failure = { 0 };
		int one = action(&global->kist, *names, args, &failure);

		if (one >= 0)
			continue;
		if (ret < 0)
			print_failure(err);
		ret = one;
		*err = failure;
	}
	return ret;
}
