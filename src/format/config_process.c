/* SPDX-License-Identifier: Apache-2.0 */
/* config_process.c - config.json: "process", also alone for exec */
#include <inttypes.h>
#include <sched.h>
#include <string.h>

#include "format/config_parts.h"
#include "kernel/cap.h"
#include "kernel/rlimit.h"

#define PROCESS(member) offsetof(struct spec_process, member)

/* ---- user, console size ---- */

static FIELD_READER(read_umask)
{
	int64_t value;
	int ret = want_int(r, json, 0, 07777, &value);

	(void)field;
	if (ret == 0)
		*(int *)to = (int)value;
	return ret;
}

static const struct field user_fields[] = {
	FIELD("uid", read_id, PROCESS(uid)),
	FIELD("gid", read_id, PROCESS(gid)),
	FIELD("umask", read_umask, PROCESS(umask)),
	FIELD("additionalGids", read_ids, PROCESS(groups),
	      .count = PROCESS(group_count)),
	{ 0 },
};
static const struct shape user_shape = {
	.fields = user_fields,
	.place = PLACE_OF(struct spec_process, user_place),
};

static const struct field size_fields[] = {
	FIELD("height", read_u16, PROCESS(rows), .required = true),
	FIELD("width", read_u16, PROCESS(columns), .required = true),
	{ 0 },
};
static const struct shape size_shape = { .fields = size_fields };

/* ---- capabilities ---- */

/* In just the kernel's spelling: config.json knows no other. */
static int find_cap(const char *name)
{
	int cap = 0;

	while (cap < CAP_COUNT && strcmp(cap_name(cap), name) != 0)
		cap++;
	return cap < CAP_COUNT ? cap : -1;
}

/* The specification wants unknown names to be warned about, and left out. */
static FIELD_READER(read_caps)
{
	uint64_t mask = 0;
	int ret = want(r, json, JSON_ARRAY);

	(void)field;
	if (ret < 0)
		return ret;
	JSON_ITEMS(item, json) {
		const char *name;
		int cap;

		ret = want_string(r, item, &name);
		if (ret < 0)
			return ret;
		cap = find_cap(name);
		if (cap < 0)
			warn(r, item, "unknown capability '%s' is left out",
			     name);
		else
			mask |= (uint64_t)1 << cap;
	}
	*(uint64_t *)to = mask;
	return 0;
}

static const struct field caps_fields[] = {
	FIELD("bounding", read_caps, PROCESS(caps[CAP_SET_BOUNDING])),
	FIELD("effective", read_caps, PROCESS(caps[CAP_SET_EFFECTIVE])),
	FIELD("permitted", read_caps, PROCESS(caps[CAP_SET_PERMITTED])),
	FIELD("inheritable", read_caps, PROCESS(caps[CAP_SET_INHERITABLE])),
	FIELD("ambient", read_caps, PROCESS(caps[CAP_SET_AMBIENT])),
	{ 0 },
};

static int check_caps(struct reader *r, const struct json *json, void *object)
{
	(void)r;
	(void)json;
	((struct spec_process *)object)->has_caps = true;
	return 0;
}
static const struct shape caps_shape = { .fields = caps_fields,
					 .check = check_caps };

/* ---- rlimits ---- */

static bool find_rlimit(const char *word, int64_t *ret_value)
{
	int resource = rlimit_parse_oci(word);

	*ret_value = resource;
	return resource >= 0;
}

static const char *rlimit_word(size_t i)
{
	return i < RLIMIT_COUNT ? rlimit_table[i].oci_name : NULL;
}

static const struct word_kind rlimit_words = {
	.what = "rlimit",
	.find = find_rlimit,
	.name = rlimit_word,
};

static FIELD_READER(read_rlimit_type)
{
	int64_t value;
	int ret = want_word(r, json, &rlimit_words, &value);

	(void)field;
	if (ret == 0)
		*(int *)to = (int)value;
	return ret;
}

static const struct field rlimit_fields[] = {
	FIELD("type", read_rlimit_type, offsetof(struct spec_rlimit, resource),
	      .required = true),
	FIELD("soft", read_u64, offsetof(struct spec_rlimit, soft),
	      .required = true),
	FIELD("hard", read_u64, offsetof(struct spec_rlimit, hard),
	      .required = true),
	{ 0 },
};

static int check_rlimit(struct reader *r, const struct json *json, void *object)
{
	const struct spec_rlimit *limit = object;

	if (limit->soft > limit->hard)
		return advise(
			r,
			bad(r, json, KIST_E_CONFIG_VALUE,
			    "the soft limit %" PRIu64
			    " is above the hard limit %" PRIu64,
			    limit->soft, limit->hard),
			"make the soft limit lower or the hard one higher");
	return 0;
}
static const struct shape rlimit_shape = {
	.fields = rlimit_fields,
	.size = sizeof(struct spec_rlimit),
	.place = PLACE_OF(struct spec_rlimit, place),
	.check = check_rlimit,
};

static FIELD_READER(read_rlimits)
{
	uint64_t seen = 0;
	int ret = read_list(r, json, field, to);
	const struct spec_rlimit *limit = *(struct spec_rlimit **)to;

	if (ret < 0)
		return ret;
	JSON_ITEMS(item, json) {
		uint64_t bit = (uint64_t)1 << (limit++)->resource;

		if (seen & bit)
			return advise(r,
				      bad(r, item, KIST_E_CONFIG_VALUE,
					  "'%s' is limited twice",
					  json_get(item, "type")->text),
				      "keep one of the two");
		seen |= bit;
	}
	return 0;
}

/* ---- scheduler ---- */

#define SCHEDULER(member) offsetof(struct spec_scheduler, member)

static const struct word_kind policy_words = {
	.what = "scheduling policy",
	.words =
		(const struct word[]){
			{ "SCHED_OTHER", 0 },
			{ "SCHED_FIFO", 1 },
			{ "SCHED_RR", 2 },
			{ "SCHED_BATCH", 3 },
			{ "SCHED_ISO", 4 },
			{ "SCHED_IDLE", 5 },
			{ "SCHED_DEADLINE", 6 },
			{ 0 },
		},
};
#define POLICY_IS_REALTIME(policy) ((policy) == 1 || (policy) == 2)
#define POLICY_IS_DEADLINE(policy) ((policy) == 6)

static const struct word_kind scheduler_flag_words = {
	.what = "scheduler flag",
	.words =
		(const struct word[]){
			{ "SCHED_FLAG_RESET_ON_FORK", 0x01 },
			{ "SCHED_FLAG_RECLAIM", 0x02 },
			{ "SCHED_FLAG_DL_OVERRUN", 0x04 },
			{ "SCHED_FLAG_KEEP_POLICY", 0x08 },
			{ "SCHED_FLAG_KEEP_PARAMS", 0x10 },
			{ "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20 },
			{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40 },
			{ 0 },
		},
};

static FIELD_READER(read_policy)
{
	int64_t value;
	int ret = want_word(r, json, &policy_words, &value);

	(void)field;
	if (ret == 0)
		*(int *)to = (int)value;
	return ret;
}

static FIELD_READER(read_scheduler_flags)
{
	uint64_t *flags = to;
	int ret = want(r, json, JSON_ARRAY);

	(void)field;
	if (ret < 0)
		return ret;
	JSON_ITEMS(item, json) {
		int64_t value;

		ret = want_word(r, item, &scheduler_flag_words, &value);
		if (ret < 0)
			return ret;
		*flags |= (uint64_t)value;
	}
	return 0;
}

static FIELD_READER(read_nice)
{
	int64_t value;
	int ret = want_int(r, json, -20, 19, &value);

	(void)field;
	if (ret == 0)
		*(int32_t *)to = (int32_t)value;
	return ret;
}

static FIELD_READER(read_priority)
{
	int64_t value;
	int ret = want_int(r, json, 0, 99, &value);

	(void)field;
	if (ret == 0)
		*(uint32_t *)to = (uint32_t)value;
	return ret;
}

static const struct field scheduler_fields[] = {
	FIELD("policy", read_policy, SCHEDULER(policy), .required = true),
	FIELD("nice", read_nice, SCHEDULER(nice)),
	FIELD("priority", read_priority, SCHEDULER(priority)),
	FIELD("flags", read_scheduler_flags, SCHEDULER(flags)),
	FIELD("runtime", read_u64, SCHEDULER(runtime)),
	FIELD("deadline", read_u64, SCHEDULER(deadline)),
	FIELD("period", read_u64, SCHEDULER(period)),
	{ 0 },
};

static int check_scheduler(struct reader *r, const struct json *json,
			   void *object)
{
	const struct spec_scheduler *s = object;

	if (s->priority && !POLICY_IS_REALTIME(s->policy))
		return advise(
			r,
			bad(r, json, KIST_E_CONFIG_VALUE,
			    "'priority' is for SCHED_FIFO and SCHED_RR only"),
			"choose one of these policies, or take priority out");
	if ((s->runtime || s->deadline || s->period) &&
	    !POLICY_IS_DEADLINE(s->policy))
		return advise(r,
			      bad(r, json, KIST_E_CONFIG_VALUE,
				  "'runtime', 'deadline' and 'period' are for "
				  "SCHED_DEADLINE only"),
			      "choose this policy, or take them out");
	return 0;
}
static const struct shape scheduler_shape = {
	.fields = scheduler_fields,
	.place = PLACE_OF(struct spec_scheduler, place),
	.check = check_scheduler,
};

/* ---- ioPriority ---- */

static const struct word_kind io_class_words = {
	.what = "io priority class",
	.words =
		(const struct word[]){
			{ "IOPRIO_CLASS_RT", 1 },
			{ "IOPRIO_CLASS_BE", 2 },
			{ "IOPRIO_CLASS_IDLE", 3 },
			{ 0 },
		},
};

static FIELD_READER(read_io_class)
{
	int64_t value;
	int ret = want_word(r, json, &io_class_words, &value);

	(void)field;
	if (ret == 0)
		*(int *)to = (int)value;
	return ret;
}

static FIELD_READER(read_io_priority)
{
	int64_t value;
	int ret = want_int(r, json, 0, 7, &value);

	(void)field;
	if (ret == 0)
		*(int *)to = (int)value;
	return ret;
}

static const struct field io_fields[] = {
	FIELD("class", read_io_class, PROCESS(io_class), .required = true),
	FIELD("priority", read_io_priority, PROCESS(io_priority)),
	{ 0 },
};
static const struct shape io_shape = { .fields = io_fields };

/* ---- the process ---- */

static FIELD_READER(read_cwd)
{
	struct spec_process *process = to;

	process->cwd_place = place_of(json);
	return read_absolute(r, json, field, &process->cwd);
}

static FIELD_READER(read_args)
{
	if (json->type == JSON_ARRAY && !json->len)
		return advise(
			r,
			bad(r, json, KIST_E_CONFIG_VALUE,
			    "at least the program's name is needed"),
			"write the program and its words: [\"sh\", \"-c\", \"echo hi\"]");
	return read_strings(r, json, field, to);
}

static FIELD_READER(read_env)
{
	int ret = read_strings(r, json, field, to);

	if (ret < 0)
		return ret;
	JSON_ITEMS(item, json)
		if (item->text[0] == '=' || !strchr(item->text, '='))
			return advise(
				r,
				bad(r, item, KIST_E_CONFIG_VALUE,
				    "'%s' is not of the form NAME=value",
				    item->text),
				"write a name, '=', and a value, which may be empty");
	return 0;
}

static FIELD_READER(read_oom_score)
{
	struct spec_process *process = to;
	int64_t value;
	int ret = want_int(r, json, -1000, 1000, &value);

	(void)field;
	if (ret < 0)
		return ret;
	process->has_oom_score_adj = true;
	process->oom_score_adj = (int)value;
	return 0;
}

static const struct field process_fields[] = {
	FIELD("terminal", read_bool, PROCESS(terminal)),
	FIELD("consoleSize", read_object, 0, .shape = &size_shape),
	FIELD("cwd", read_cwd, 0, .required = true),
	FIELD("env", read_env, PROCESS(env)),
	FIELD("args", read_args, PROCESS(args), .required = true),
	FIELD("user", read_object, 0, .shape = &user_shape),
	FIELD("rlimits", read_rlimits, PROCESS(rlimits),
	      .count = PROCESS(rlimit_count), .shape = &rlimit_shape),
	FIELD("capabilities", read_object, 0, .shape = &caps_shape),
	FIELD("noNewPrivileges", read_bool, PROCESS(no_new_privileges)),
	FIELD("oomScoreAdj", read_oom_score, 0),
	FIELD("apparmorProfile", read_text, PROCESS(apparmor_profile)),
	FIELD("selinuxLabel", read_text, PROCESS(selinux_label)),
	FIELD("scheduler", read_object, PROCESS(scheduler),
	      .shape = &scheduler_shape),
	FIELD("ioPriority", read_object, 0, .shape = &io_shape),
	FIELD("execCPUAffinity", read_unsupported, 0),
	{ 0 },
};

static void init_process(void *object)
{
	static const char *const none[] = { NULL };
	struct spec_process *process = object;

	process->umask = -1;
	process->scheduler.policy = -1;
	process->args.items = (const char **)none;
	process->env.items = (const char **)none;
}

const struct shape process_shape = { .fields = process_fields,
				     .init = init_process };
