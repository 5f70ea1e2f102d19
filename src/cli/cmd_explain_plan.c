/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_explain_plan.c - kist explain run …: the plan of a command, in words */
#include "cli/explain.h"

bool explain_is_plan(const char *const *words)
{
	(void)words;
	return false;
}

int explain_plan(const struct kist_global *global, const char *const *words,
		 bool json, struct kist_error *err)
{
	(void)global;
	(void)words;
	(void)json;
	return err_set(err, KIST_E_UNSUPPORTED, "plans are not explained yet");
}
