/* SPDX-License-Identifier: Apache-2.0 */
/* device_rules.c - what a list of device rules means */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/device_rules.h"

static void number(char *buf, size_t size, int64_t value)
{
	if (value < 0)
		snprintf(buf, size, "*");
	else
		snprintf(buf, size, "%" PRIu32, (uint32_t)value);
}

struct device_rule_text device_rule_format(const struct device_rule *rule)
{
	struct device_rule_text t;
	char major[16], minor[16];

	number(major, sizeof(major), rule->major);
	number(minor, sizeof(minor), rule->minor);
	snprintf(t.text, sizeof(t.text), "%c %s:%s %s%s%s", rule->type, major,
		 minor, rule->access & DEVICE_READ ? "r" : "",
		 rule->access & DEVICE_WRITE ? "w" : "",
		 rule->access & DEVICE_MKNOD ? "m" : "");
	return t;
}

bool device_rule_covers(const struct device_rule *a,
			const struct device_rule *b)
{
	return (a->type == 'a' || a->type == b->type) &&
	       (a->major < 0 || a->major == b->major) &&
	       (a->minor < 0 || a->minor == b->minor);
}

bool device_rule_meets(const struct device_rule *a, const struct device_rule *b)
{
	return (a->type == 'a' || b->type == 'a' || a->type == b->type) &&
	       (a->major < 0 || b->major < 0 || a->major == b->major) &&
	       (a->minor < 0 || b->minor < 0 || a->minor == b->minor);
}

static bool in_range(int64_t value)
{
	return value >= -1 && value <= UINT32_MAX;
}

static int check(const struct device_rule *rule, size_t i,
		 struct kist_error *err)
{
	const char *why;

	if (rule->type != 'a' && rule->type != 'b' && rule->type != 'c')
		why = "the type is none of 'a', 'b' and 'c'";
	else if (!in_range(rule->major) || !in_range(rule->minor))
		why = "no device has such a number";
	else if (rule->access == 0 || rule->access & ~DEVICE_ALL)
		why = "access is none of 'r', 'w' and 'm'";
	else
		return 0;
	return err_set(err, KIST_E_DEVICE_RULE,
		       "linux.resources.devices[%zu]: %s", i, why);
}

static bool is_about_everything(const struct device_rule *rule)
{
	return rule->type == 'a' &&
	       (!rule->allow || (rule->major < 0 && rule->minor < 0 &&
				 rule->access == DEVICE_ALL));
}

int device_policy_make(const struct device_rule *rules, size_t count,
		       struct arena *arena, struct device_policy *ret_policy,
		       struct kist_error *err)
{
	struct device_policy policy = { .allow = false };

	policy.rules = ARENA_ARRAY(arena, struct device_rule, count + 1);
	if (arena_failed(arena))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		int ret = check(&rules[i], i, err);

		if (ret)
			return ret;
		if (is_about_everything(&rules[i])) {
			policy.allow = rules[i].allow;
			policy.count = 0;
		} else if (policy.count || rules[i].allow != policy.allow) {
			policy.rules[policy.count++] = rules[i];
		}
	}
	*ret_policy = policy;
	return 0;
}
