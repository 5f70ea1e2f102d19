/* SPDX-License-Identifier: Apache-2.0 */
/* kinds.c - the kinds of namespace as words */
#include <string.h>

#include "base/num.h"
#include "cli/kinds.h"

const char *const kind_names[KIND_COUNT + 1] = {
	"user", "cgroup", "ipc", "net", "pid", "time", "uts", "mnt", NULL,
};

int kind_of_letter(int letter)
{
	static const char letters[KIND_COUNT + 1] = "UCinpTum";
	const char *found = letter ? strchr(letters, letter) : NULL;

	return found ? (int)(found - letters) : -1;
}

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

unsigned kinds_of(const bool kind[KIND_COUNT])
{
	unsigned mask = 0;

	for (int i = 0; i < KIND_COUNT; i++)
		if (kind[i])
			mask |= 1u << i;
	return mask;
}

int opt_offset(void *field, const char *word, struct kist_error *err)
{
	const char *digits = word + (*word == '-' || *word == '+');
	uint64_t ms;

	if (num_parse_duration(digits, &ms) < 0 || ms > INT64_MAX / 1000000)
		return err_set(err, KIST_E_USAGE, "'%s' is not a span of time",
			       word);
	*(int64_t *)field = *word == '-' ? -(int64_t)ms : (int64_t)ms;
	return 0;
}
