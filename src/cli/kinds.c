/* SPDX-License-Identifier: Apache-2.0 */
/* kinds.c - the kinds of namespace as words */
#include "cli/kinds.h"

const char *const kind_names[KIND_COUNT + 1] = {
	"user", "cgroup", "ipc", "net", "pid", "time", "uts", "mnt", NULL,
};

void kinds_print(unsigned kinds, FILE *out)
{
	int left = __builtin_popcount(kinds);

	for (int i = 0; i < KIND_COUNT; i++) {
		if (!(kinds & 1u << i))
			continue;
		left--;
		fprintf(out, "%s%s", kind_names[i],
			left > 1  ? ", " :
			left == 1 ? " and " :
				    "");
	}
}
