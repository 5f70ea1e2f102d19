/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/cause.h - the rules by which the kernel refuses something
 *
 * A struct kist_error and a finding of 'kist why' name the rule by its number.
 *
 * Ownership:  all texts are constant.
 * Threads:    no shared state.
 */
#ifndef KIST_CAUSE_H
#define KIST_CAUSE_H

#ifdef __cplusplus
extern "C" {
#endif

/* enum kist_cause - the rule that refused; the list is kist/causes.def */
enum kist_cause {
	KIST_CAUSE_NONE,
#define KIST_CAUSE(id, probe, calls, errnos, rule, fix, word) KIST_CAUSE_##id,
#include <kist/causes.def>
#undef KIST_CAUSE
	KIST_CAUSE_COUNT
};

/* The name of a cause ("CAPABILITY"), why it refuses, what to do, and the word
 * for 'kist explain'. {1} and {2} stand for what a finding fills in. */
const char *kist_cause_name(int cause);
const char *kist_cause_rule(int cause);
const char *kist_cause_fix(int cause);
const char *kist_cause_word(int cause);

#ifdef __cplusplus
}
#endif

#endif
