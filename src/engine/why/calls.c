/* SPDX-License-Identifier: Apache-2.0 */
/* calls.c - the words for what can be refused */
#include <string.h>
#include <strings.h>

#include "base/macros.h"
#include "engine/why/why.h"

const struct why_word why_words[] = {
#define WHY_CALL(w, c, s, so, t, v, f, d, de, p) \
	{ w, c, true, s, so, t, v, f, d, p },
#define WHY_FILE(w, c, p) { w, c, false, 0, 0, 0, 0, 0, 0, p },
#define WHY_VERB(w, c, p) { w, c, false, 0, 0, 0, 0, 0, 0, p },
#include "engine/why/calls.def"
#undef WHY_CALL
#undef WHY_FILE
#undef WHY_VERB
};
const size_t why_word_count = ARRAY_LEN(why_words);

const struct why_word *why_word_find(const char *word)
{
	for (size_t i = 0; i < why_word_count; i++)
		if (strcasecmp(why_words[i].word, word) == 0)
			return &why_words[i];
	return NULL;
}

const char *kist_why_call(size_t index)
{
	return index < why_word_count ? why_words[index].word : NULL;
}
