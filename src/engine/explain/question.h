/* SPDX-License-Identifier: Apache-2.0 */
/**
 * question.h - what a person asks in several words, and which entry answers
 */
#ifndef ENGINE_EXPLAIN_QUESTION_H
#define ENGINE_EXPLAIN_QUESTION_H

#include <stdbool.h>
#include <stddef.h>

#define QUESTION_MAX 200
#define QUESTION_BEST 9

/* Are they the same letters and digits, whatever stands between? */
bool question_is_like(const char *a, const char *b);

/* Is @words so like one of "a, b, c"? */
bool question_is_in(const char *list, const char *words);

/* Without words of no weight: "difference of net_cls and net_prio" is "net_cls
 * net_prio". Those that ask (who, when, why) stay. */
void question_shorten(const char *words, char *buf, size_t size);

/* Is it one of "a, b, c", when those are @shortened too? */
bool question_is_asked(const char *list, const char *shortened);

/* "what is the time namespace?": "time namespace" */
void question_core(const char *words, char *buf, size_t size);

/* The entries with most of the words, by index, the best first. Words that
 * no entry has are taken for the nearest. If none has half of the words, those
 * that are named by one. Return: their number. */
size_t question_rank(const char *words, size_t ret_best[QUESTION_BEST]);

#endif
