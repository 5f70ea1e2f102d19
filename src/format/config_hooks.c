/* SPDX-License-Identifier: Apache-2.0 */
/* config_hooks.c - config.json: "hooks" */
#include "format/config_parts.h"

#define HOOK(member) offsetof(struct spec_hook, member)

static FIELD_READER(read_timeout)
{
	int64_t seconds;
	int ret = want_int(r, json, INT64_MIN, INT64_MAX, &seconds);

	(void)field;
	if (ret < 0)
		return ret;
	if (seconds <= 0)
		return advise(
			r,
			bad(r, json, KIST_E_CONFIG_VALUE,
			    "a timeout has to be greater than 0"),
			"take it out to wait without end, or write seconds");
	/* the plan counts milliseconds; longer than a month is for ever */
	*(uint32_t *)to = seconds > 2592000 ? 0 : (uint32_t)seconds;
	return 0;
}

static const struct field hook_fields[] = {
	FIELD("path", read_absolute, HOOK(path), .required = true),
	FIELD("args", read_strings, HOOK(args)),
	FIELD("env", read_strings, HOOK(env)),
	FIELD("timeout", read_timeout, HOOK(timeout_s)),
	{ 0 },
};

static void init_hook(void *object)
{
	static const char *const none[] = { NULL };
	struct spec_hook *hook = object;

	hook->args.items = (const char **)none;
	hook->env.items = (const char **)none;
}

static const struct shape hook_shape = {
	.fields = hook_fields,
	.size = sizeof(struct spec_hook),
	.place = PLACE_OF(struct spec_hook, place),
	.init = init_hook,
};

#define LIST(kind, member)                    \
	((kind) * sizeof(struct spec_hooks) + \
	 offsetof(struct spec_hooks, member))
#define HOOKS(key, kind)                                                     \
	FIELD(key, read_list, LIST(kind, items), .count = LIST(kind, count), \
	      .shape = &hook_shape)

static const struct field hooks_fields[] = {
	HOOKS("prestart", HOOK_PRESTART),
	HOOKS("createRuntime", HOOK_CREATE_RUNTIME),
	HOOKS("createContainer", HOOK_CREATE_CONTAINER),
	HOOKS("startContainer", HOOK_START_CONTAINER),
	HOOKS("poststart", HOOK_POSTSTART),
	HOOKS("poststop", HOOK_POSTSTOP),
	{ 0 },
};
const struct shape hooks_shape = { .fields = hooks_fields };
