/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cause.c - the texts of the table of causes
 *
 * By their place in one struct and not by pointers, to which a program that is
 * position-independent would write when it starts.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <kist/cause.h>

#include "base/err.h"

static const struct texts {
	char none_name[5], none_rule[1], none_fix[1], none_word[1];
#define KIST_CAUSE(id, probe, calls, errnos, rule, fix, word) \
	char id##_name[sizeof(#id)];                          \
	char id##_rule[sizeof(rule)];                         \
	char id##_fix[sizeof(fix)];                           \
	char id##_word[sizeof(word)];
#include <kist/causes.def>
#undef KIST_CAUSE
} texts = {
	"NONE",
	"",
	"",
	"",
#define KIST_CAUSE(id, probe, calls, errnos, rule, fix, word) \
#id, rule, fix, word,
#include <kist/causes.def>
#undef KIST_CAUSE
};

#define AT(member) offsetof(struct texts, member)

static const struct {
	uint32_t name, rule, fix, word;
} causes[KIST_CAUSE_COUNT] = {
	[KIST_CAUSE_NONE] = { AT(none_name), AT(none_rule), AT(none_fix),
			      AT(none_word) },
#define KIST_CAUSE(id, probe, calls, errnos, rule, fix, word)             \
	[KIST_CAUSE_##id] = { AT(id##_name), AT(id##_rule), AT(id##_fix), \
			      AT(id##_word) },
#include <kist/causes.def>
#undef KIST_CAUSE
};

static int cause_index(int cause)
{
	return cause > 0 && cause < KIST_CAUSE_COUNT ? cause : KIST_CAUSE_NONE;
}

static const char *text_at(uint32_t place)
{
	return (const char *)&texts + place;
}

const char *kist_cause_name(int cause)
{
	return text_at(causes[cause_index(cause)].name);
}

const char *kist_cause_rule(int cause)
{
	return text_at(causes[cause_index(cause)].rule);
}

const char *kist_cause_fix(int cause)
{
	return text_at(causes[cause_index(cause)].fix);
}

const char *kist_cause_word(int cause)
{
	return text_at(causes[cause_index(cause)].word);
}

int err_cause_text(const char *text, const char *first, const char *second,
		   char *buf, size_t size)
{
	size_t len = 0;

	while (*text) {
		const char *part = text;
		size_t part_len = 1;

		if (strncmp(text, "{1}", 3) == 0 ||
		    strncmp(text, "{2}", 3) == 0) {
			part = text[1] == '1' ? first : second;
			part = part ? part : "";
			part_len = strlen(part);
			text += 2;
		}
		for (size_t i = 0; i < part_len; i++, len++)
			if (len + 1 < size)
				buf[len] = part[i];
		text++;
	}
	if (size)
		buf[len < size ? len : size - 1] = '\0';
	return (int)len;
}
