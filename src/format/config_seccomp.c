/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_seccomp.c - config.json: "linux.seccomp"
 *
 * Words are the kernel layer's (kernel/seccomp.h). Names of system calls are
 * not checked: a profile may name calls that this build does not know yet,
 * and the compiler skips them, as the specification has it.
 */
#include <errno.h>
#include <linux/seccomp.h>

#include "format/config_parts.h"
#include "kernel/seccomp.h"

#define PROFILE(member) offsetof(struct seccomp_profile, member)

#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW 4
#endif

/* ---- words ---- */

#define SECCOMP_WORDS(kind, type, describe)                           \
	static bool find_##kind(const char *word, int64_t *ret_value) \
	{                                                             \
		type value;                                           \
                                                                      \
		if (!seccomp_##kind##_parse(word, &value))            \
			return false;                                 \
		*ret_value = (int64_t)value;                          \
		return true;                                          \
	}                                                             \
	static const struct word_kind kind##_words = {                \
		describe,                                             \
		.find = find_##kind,                                  \
		.name = seccomp_##kind##_word,                        \
	};

SECCOMP_WORDS(action, uint32_t, "seccomp action")
SECCOMP_WORDS(op, enum seccomp_op, "seccomp operator")
SECCOMP_WORDS(arch, uint32_t, "seccomp architecture")
SECCOMP_WORDS(flag, uint32_t, "seccomp flag")

/* ---- action and errno ---- */

static FIELD_READER(read_action)
{
	int64_t action;
	int ret = want_word(r, json, &action_words, &action);

	(void)field;
	if (ret < 0)
		return ret;
	if ((action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_USER_NOTIF) {
		ret = err_set(r->err, KIST_E_UNSUPPORTED,
			      "seccomp action '%s' is not supported yet",
			      json->text);
		place_error(r, json);
		return ret;
	}
	*(uint32_t *)to = (uint32_t)action;
	return 0;
}

/* The errno goes into the action's low bits; EPERM if none is given. */
static int put_errno(struct reader *r, const struct json *object,
		     const char *key, uint32_t *action)
{
	const struct json *json = json_get(object, key);
	uint32_t kind = *action & SECCOMP_RET_ACTION_FULL;
	bool takes = kind == SECCOMP_RET_ERRNO || kind == SECCOMP_RET_TRACE;
	int64_t value = EPERM;
	int ret;

	if (json && json->type != JSON_NULL) {
		if (!takes)
			return advise(
				r,
				bad(r, json, KIST_E_CONFIG_VALUE,
				    "only SCMP_ACT_ERRNO and SCMP_ACT_TRACE "
				    "take an errno"),
				"take the errno out, or choose one of these actions");
		ret = want_int(r, json, 0, SECCOMP_RET_DATA, &value);
		if (ret < 0)
			return ret;
	}
	*action = kind | (takes ? (uint32_t)value : 0);
	return 0;
}

/* ---- syscalls ---- */

#define RULE(member) offsetof(struct seccomp_rule, member)
#define ARG(member) offsetof(struct seccomp_arg, member)

static FIELD_READER(read_index)
{
	int64_t index;
	int ret = want_int(r, json, 0, 5, &index);

	(void)field;
	if (ret == 0)
		*(uint32_t *)to = (uint32_t)index;
	return ret;
}

static FIELD_READER(read_op)
{
	int64_t op;
	int ret = want_word(r, json, &op_words, &op);

	(void)field;
	if (ret == 0)
		*(enum seccomp_op *)to = (enum seccomp_op)op;
	return ret;
}

static const struct field arg_fields[] = {
	FIELD("index", read_index, ARG(index), .required = true),
	FIELD("value", read_u64, ARG(value), .required = true),
	FIELD("valueTwo", read_u64, ARG(value_two)),
	FIELD("op", read_op, ARG(op), .required = true),
	{ 0 },
};
static const struct shape arg_shape = {
	.fields = arg_fields,
	.size = sizeof(struct seccomp_arg),
};

static FIELD_READER(read_names)
{
	int ret = want_strings(r, json, to);

	(void)field;
	if (ret == 0 && !json->len)
		ret = advise(r,
			     bad(r, json, KIST_E_CONFIG_VALUE,
				 "at least one system call is needed"),
			     "name one, or take the rule out");
	return ret;
}

static const struct field rule_fields[] = {
	FIELD("names", read_names, RULE(names), .required = true),
	FIELD("action", read_action, RULE(action), .required = true),
	FIELD("args", read_list, RULE(args), .count = RULE(arg_count),
	      .shape = &arg_shape),
	FIELD("errnoRet", read_elsewhere, 0),
	{ 0 },
};

static int check_rule(struct reader *r, const struct json *json, void *object)
{
	return put_errno(r, json, "errnoRet",
			 &((struct seccomp_rule *)object)->action);
}

static const struct shape rule_shape = {
	.fields = rule_fields,
	.size = sizeof(struct seccomp_rule),
	.check = check_rule,
};

/* ---- the profile ---- */

static FIELD_READER(read_archs)
{
	struct seccomp_profile *profile = to;
	int ret = want(r, json, JSON_ARRAY);

	(void)field;
	if (ret < 0)
		return ret;
	profile->archs = new_items(r, json->len, sizeof(*profile->archs));
	if (!profile->archs)
		return no_memory(r);
	JSON_ITEMS(item, json) {
		int64_t arch;

		ret = want_word(r, item, &arch_words, &arch);
		if (ret < 0)
			return ret;
		profile->archs[profile->arch_count++] = (uint32_t)arch;
	}
	return 0;
}

static FIELD_READER(read_flags)
{
	uint32_t *flags = to;
	int ret = want(r, json, JSON_ARRAY);

	(void)field;
	if (ret < 0)
		return ret;
	*flags = 0;
	JSON_ITEMS(item, json) {
		int64_t flag;

		ret = want_word(r, item, &flag_words, &flag);
		if (ret < 0)
			return ret;
		*flags |= (uint32_t)flag;
	}
	return 0;
}

static const struct field seccomp_fields[] = {
	FIELD("defaultAction", read_action, PROFILE(default_action),
	      .required = true),
	FIELD("architectures", read_archs, 0),
	FIELD("flags", read_flags, PROFILE(flags)),
	FIELD("syscalls", read_list, PROFILE(rules),
	      .count = PROFILE(rule_count), .shape = &rule_shape),
	FIELD("listenerPath", read_unsupported, 0),
	FIELD("listenerMetadata", read_unsupported, 0),
	FIELD("defaultErrnoRet", read_elsewhere, 0),
	{ 0 },
};

/* Without "flags" speculation stays allowed, as in runc: the slow-downs that
 * the kernel otherwise forces on filtered tasks are not worth it by default. */
static void init_profile(void *object)
{
	((struct seccomp_profile *)object)->flags =
		SECCOMP_FILTER_FLAG_SPEC_ALLOW;
}

static int check_profile(struct reader *r, const struct json *json,
			 void *object)
{
	struct seccomp_profile *profile = object;

	return put_errno(r, json, "defaultErrnoRet", &profile->default_action);
}

const struct shape seccomp_shape = {
	.fields = seccomp_fields,
	.init = init_profile,
	.check = check_profile,
};

FIELD_READER(read_seccomp)
{
	struct seccomp_profile *profile =
		ARENA_NEW(r->arena, struct seccomp_profile);

	(void)field;
	*(struct seccomp_profile **)to = profile;
	return read_shape(r, json, &seccomp_shape, profile);
}
