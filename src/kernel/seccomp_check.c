/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_check.c - what a seccomp profile must not say */
#include <linux/seccomp.h>
#include <string.h>

#include "base/macros.h"
#include "kernel/seccomp_internal.h"

#define ARG_COUNT 6
#define MAX_ERRNO 4095 /* the kernel cuts higher ones, without a word */

static bool notifies(uint32_t action)
{
	return (action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_USER_NOTIF;
}

static int check_action(uint32_t action, struct kist_error *err)
{
	uint32_t data = action & SECCOMP_RET_DATA;

	if ((action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO &&
	    data > MAX_ERRNO)
		return err_set(err, KIST_E_SECCOMP_PROFILE,
			       "seccomp errno %u is above %u", data, MAX_ERRNO);
	return 0;
}

static int check_args(const struct seccomp_rule *rule, struct kist_error *err)
{
	for (size_t i = 0; i < rule->arg_count; i++) {
		const struct seccomp_arg *arg = &rule->args[i];

		if (arg->index >= ARG_COUNT)
			return err_set(err, KIST_E_SECCOMP_PROFILE,
				       "seccomp argument %u: a system call "
				       "has arguments 0 to %u",
				       arg->index, ARG_COUNT - 1);
		if ((unsigned int)arg->op >= SECCOMP_OP_COUNT)
			return err_set(err, KIST_E_SECCOMP_PROFILE,
				       "seccomp operator %u is unknown",
				       (unsigned int)arg->op);
	}
	return 0;
}

static int check_names(const struct seccomp_rule *rule, struct kist_error *err)
{
	if (!rule->names[0])
		return err_set(err, KIST_E_SECCOMP_PROFILE,
			       "a seccomp rule names no system call");
	for (const char **name = rule->names; *name; name++) {
		if (!**name)
			return err_set(err, KIST_E_SECCOMP_PROFILE,
				       "a seccomp rule has an empty name");
		/* With it the runtime would report to the listener. */
		if (notifies(rule->action) && strcmp(*name, "write") == 0)
			return err_set(err, KIST_E_SECCOMP_PROFILE,
				       "SCMP_ACT_NOTIFY cannot be used for "
				       "the write system call");
	}
	return 0;
}

static int check_rule(const struct seccomp_profile *profile,
		      const struct seccomp_rule *rule, struct kist_error *err)
{
	int ret;

	if (notifies(rule->action) && !profile->listener_path)
		return err_set(err, KIST_E_SECCOMP_PROFILE,
			       "SCMP_ACT_NOTIFY needs a listenerPath");
	ret = check_names(rule, err);
	if (!ret)
		ret = check_action(rule->action, err);
	return ret ? ret : check_args(rule, err);
}

int seccomp_check(const struct seccomp_profile *profile, struct kist_error *err)
{
	int ret;

	if (notifies(profile->default_action))
		return err_set(err, KIST_E_SECCOMP_PROFILE,
			       "SCMP_ACT_NOTIFY cannot be the default action");
	ret = check_action(profile->default_action, err);
	for (size_t i = 0; !ret && i < profile->rule_count; i++)
		ret = check_rule(profile, &profile->rules[i], err);
	return ret;
}
