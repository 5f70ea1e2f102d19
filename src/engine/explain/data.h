/* SPDX-License-Identifier: Apache-2.0 */
/*
 * data.h - what make.sh makes of the texts
 *
 * Numbers are places in explain_text, 0: none. Texts are kept once each: equal
 * ones have one place.
 */
#ifndef ENGINE_EXPLAIN_DATA_H
#define ENGINE_EXPLAIN_DATA_H

#include <stddef.h>
#include <stdint.h>

struct explain_place {
	uint32_t name, also, kind, unit, by_default, other, now, try_line, as,
		needs, gives, shows, see, source, ask, text, subject;
};

struct explain_kind {
	uint32_t name, names, what;
};

struct explain_subject {
	uint32_t name, title;
};

extern const char explain_text[];
extern const struct explain_place explain_places[];
extern const size_t explain_count;
/* the last is all 0 */
extern const struct explain_kind explain_kinds[];
extern const struct explain_subject explain_subjects[];

#endif
