/* SPDX-License-Identifier: Apache-2.0 */
/**
 * device_rules.h - what a list of device rules means
 *
 * Each of reading, writing and making a node is decided by itself: by the
 * last rule that names the device and that access; a device no rule names is
 * denied. A request for several at once needs all of them. A request for none
 * (access(2) with F_OK) is granted where anything at all was allowed.
 *
 * Type 'a' stands for both types. Denying it denies everything and forgets
 * all rules before, whatever else the rule says, as cgroup v1 always did;
 * allowing it allows just what the rule says. So in each case the reading
 * that allows less is taken.
 *
 * Ownership:  the policy's rules are the arena's.
 * Threads:    no shared state.
 * See:        config-linux.md (Allowed Device List)
 */
#ifndef KERNEL_DEVICE_RULES_H
#define KERNEL_DEVICE_RULES_H

#include "base/arena.h"
#include "base/err.h"
#include "kernel/cgroup_limits.h"

#define DEVICE_ALL (DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD)

/* @allow: what holds for devices that no rule names; @rules: none of them is
 * about everything */
struct device_policy {
	bool allow;
	struct device_rule *rules;
	size_t count;
};

/**
 * device_policy_make() - check rules, and drop those a later one overrides
 *
 * Return: 0, or -EINVAL (DEVICE_RULE; the error names the rule).
 */
MUST_CHECK int device_policy_make(const struct device_rule *rules, size_t count,
				  struct arena *arena,
				  struct device_policy *ret_policy,
				  struct kist_error *err);

/* The devices of @b are all among those of @a; access does not count. */
bool device_rule_covers(const struct device_rule *a,
			const struct device_rule *b);
/* Some device is both rules'. */
bool device_rule_meets(const struct device_rule *a,
		       const struct device_rule *b);

/* "c 1:* rwm" */
struct device_rule_text {
	char text[40];
};
struct device_rule_text device_rule_format(const struct device_rule *rule);

#endif
