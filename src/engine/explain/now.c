/* SPDX-License-Identifier: Apache-2.0 */
/* now.c - what a word is for the caller, at this moment */
#include <stdio.h>

#include <kist/explain.h>

int kist_explain_now(const struct kist *kist, const struct kist_entry *entry,
		     char *buf, size_t size)
{
	(void)kist;
	(void)entry;
	return snprintf(buf, size, "%s", "");
}
