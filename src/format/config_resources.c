/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_resources.c - config.json: "linux.resources"
 *
 * The scalar limits are not listed here but in the kernel's limit_table: a
 * block ("memory", "cpu", …) is first looked up there, then in the block's own
 * table of what is not a scalar.
 */
#include <string.h>

#include "format/config_parts.h"

#define LIMITS(member) offsetof(struct cgroup_limits, member)

/* ---- scalars ---- */

static int read_limit(struct reader *r, const struct json *json,
		      const struct limit_info *info, struct limit_value *to)
{
	uint64_t number;
	int ret;

	to->offset = json->offset;
	if (info->is_bool) {
		bool on;

		ret = read_bool(r, json, NULL, &on);
		to->value = ret == 0 && on;
	} else if (info->is_signed) {
		ret = read_i64(r, json, NULL, &to->value);
	} else {
		ret = read_u64(r, json, NULL, &number);
		if (ret == 0)
			to->value = number > INT64_MAX ? INT64_MAX :
							 (int64_t)number;
	}
	to->present = ret == 0;
	return ret;
}

static const struct limit_info *find_limit(const char *block, const char *key)
{
	for (size_t i = 0; i < LIMIT_COUNT; i++) {
		const struct limit_info *info = &limit_table[i];

		if (info->block && strcmp(info->oci, key) == 0 &&
		    strcmp(info->block, block) == 0)
			return info;
	}
	return NULL;
}

bool config_is_limit(const char *block, const char *key)
{
	return find_limit(block, key) != NULL;
}

/* A block: scalars by limit_table, the rest by the field's own shape. */
FIELD_READER(read_block)
{
	struct cgroup_limits *limits = to;
	int ret = want(r, json, JSON_OBJECT);

	if (ret < 0)
		return ret;
	JSON_MEMBERS(key, json) {
		const struct limit_info *info =
			find_limit(field->key, key->text);

		if (!info || key[1].type == JSON_NULL)
			continue;
		ret = read_limit(r, key + 1, info,
				 &limits->values[info - limit_table]);
		if (ret < 0)
			return ret;
	}
	r->block = field->key;
	ret = read_shape(r, json, field->shape, limits);
	r->block = NULL;
	return ret;
}

static const struct field no_fields[] = { { 0 } };
static const struct shape scalars_shape = { .fields = no_fields };

static const struct field cpu_fields[] = {
	FIELD("cpus", read_text, LIMITS(cpus)),
	FIELD("mems", read_text, LIMITS(mems)),
	{ 0 },
};
static const struct shape cpu_shape = { .fields = cpu_fields };

/* ---- blockIO ---- */

#define WEIGHT(member) offsetof(struct limit_device_weight, member)
#define RATE(member) offsetof(struct limit_device_rate, member)

static FIELD_READER(read_weight)
{
	int64_t weight;
	int ret = want_int(r, json, 0, 1000, &weight);

	(void)field;
	if (ret == 0)
		*(uint32_t *)to = (uint32_t)weight;
	return ret;
}

static const struct field weight_fields[] = {
	FIELD("major", read_u32, WEIGHT(major), .required = true),
	FIELD("minor", read_u32, WEIGHT(minor), .required = true),
	FIELD("weight", read_weight, WEIGHT(weight)),
	FIELD("leafWeight", read_weight, WEIGHT(leaf_weight)),
	{ 0 },
};

static int check_weight(struct reader *r, const struct json *json, void *object)
{
	const struct limit_device_weight *weight = object;

	if (!weight->weight && !weight->leaf_weight)
		return advise(r,
			      bad(r, json, KIST_E_CONFIG_MISSING,
				  "'weight' or 'leafWeight' is missing"),
			      "add one of them, from 10 to 1000");
	return 0;
}
static const struct shape weight_shape = {
	.fields = weight_fields,
	.size = sizeof(struct limit_device_weight),
	.check = check_weight,
};

static const struct field rate_fields[] = {
	FIELD("major", read_u32, RATE(major), .required = true),
	FIELD("minor", read_u32, RATE(minor), .required = true),
	FIELD("rate", read_u64, RATE(value), .required = true),
	{ 0 },
};
static const struct shape rate_shape = {
	.fields = rate_fields,
	.size = sizeof(struct limit_device_rate),
};

#define THROTTLE(key, kind)                            \
	FIELD(key, read_list, LIMITS(throttles[kind]), \
	      .count = LIMITS(throttle_counts[kind]), .shape = &rate_shape)

static const struct field block_io_fields[] = {
	FIELD("weightDevice", read_list, LIMITS(weights),
	      .count = LIMITS(weight_count), .shape = &weight_shape),
	THROTTLE("throttleReadBpsDevice", THROTTLE_READ_BPS),
	THROTTLE("throttleWriteBpsDevice", THROTTLE_WRITE_BPS),
	THROTTLE("throttleReadIOPSDevice", THROTTLE_READ_IOPS),
	THROTTLE("throttleWriteIOPSDevice", THROTTLE_WRITE_IOPS),
	{ 0 },
};
static const struct shape block_io_shape = { .fields = block_io_fields };

/* ---- network ---- */

static const struct field priority_fields[] = {
	FIELD("name", read_string, offsetof(struct limit_net_priority, name),
	      .required = true),
	FIELD("priority", read_u32,
	      offsetof(struct limit_net_priority, priority), .required = true),
	{ 0 },
};
static const struct shape priority_shape = {
	.fields = priority_fields,
	.size = sizeof(struct limit_net_priority),
};

static const struct field network_fields[] = {
	FIELD("priorities", read_list, LIMITS(net_priorities),
	      .count = LIMITS(net_priority_count), .shape = &priority_shape),
	{ 0 },
};
static const struct shape network_shape = { .fields = network_fields };

/* ---- hugepages ---- */

/* "2MB", "1GB", "64KB" */
static FIELD_READER(read_page_size)
{
	const char *size;
	size_t digits;
	int ret = want_string(r, json, &size);

	(void)field;
	if (ret < 0)
		return ret;
	digits = strspn(size, "0123456789");
	if (!digits || !strchr("KMG", size[digits]) ||
	    strcmp(size + digits + 1, "B") != 0)
		return advise(
			r,
			bad(r, json, KIST_E_CONFIG_VALUE,
			    "'%s' is not a page size such as '2MB'", size),
			"write a whole number and KB, MB or GB; /sys/kernel/mm/hugepages has this machine's");
	*(const char **)to = size;
	return 0;
}

static FIELD_READER(read_number_text)
{
	uint64_t value;
	int ret = read_u64(r, json, field, &value);

	if (ret == 0)
		*(const char **)to = json->text;
	return ret;
}

static const struct field hugepage_fields[] = {
	FIELD("pageSize", read_page_size, offsetof(struct limit_pair, key),
	      .required = true),
	FIELD("limit", read_number_text, offsetof(struct limit_pair, value),
	      .required = true),
	{ 0 },
};
static const struct shape hugepage_shape = {
	.fields = hugepage_fields,
	.size = sizeof(struct limit_pair),
};

static FIELD_READER(read_hugepages)
{
	struct limit_pair **pairs = to;
	int ret = read_list(r, json, field, pairs);
	size_t i = 0;

	if (ret < 0)
		return ret;
	JSON_ITEMS(item, json)
		(*pairs)[i++].offset = item->offset;
	return 0;
}

/* ---- rdma, unified: objects whose names are data ---- */

static const struct field rdma_fields[] = {
	FIELD("hcaHandles", read_u32, 0),
	FIELD("hcaObjects", read_u32, sizeof(uint32_t)),
	{ 0 },
};

static const struct shape rdma_shape = { .fields = rdma_fields };

static int read_rdma_one(struct reader *r, const struct json *key,
			 struct limit_rdma *to)
{
	const struct json *handles = json_get(key + 1, "hcaHandles");
	const struct json *objects = json_get(key + 1, "hcaObjects");
	uint32_t values[2] = { 0 };
	int ret = want_string(r, key, &to->device);

	if (ret == 0)
		ret = read_shape(r, key + 1, &rdma_shape, values);
	if (ret < 0)
		return ret;
	to->handles = handles && handles->type ? (int64_t)values[0] : -1;
	to->objects = objects && objects->type ? (int64_t)values[1] : -1;
	if (to->handles < 0 && to->objects < 0)
		return advise(r,
			      bad(r, key + 1, KIST_E_CONFIG_MISSING,
				  "'hcaHandles' or 'hcaObjects' is missing"),
			      "add one of them, a number");
	return 0;
}

static FIELD_READER(read_rdma)
{
	struct cgroup_limits *limits = to;
	int ret = want(r, json, JSON_OBJECT);

	(void)field;
	if (ret < 0)
		return ret;
	limits->rdma = new_items(r, json->len, sizeof(*limits->rdma));
	if (!limits->rdma)
		return no_memory(r);
	JSON_MEMBERS(key, json) {
		ret = read_rdma_one(r, key, &limits->rdma[limits->rdma_count]);
		if (ret < 0)
			return ret;
		limits->rdma_count++;
	}
	return 0;
}

/* The names are files of the group: nothing may lead out of it. */
static FIELD_READER(read_unified)
{
	struct cgroup_limits *limits = to;
	int ret = want(r, json, JSON_OBJECT);

	(void)field;
	if (ret < 0)
		return ret;
	limits->unified = new_items(r, json->len, sizeof(*limits->unified));
	if (!limits->unified)
		return no_memory(r);
	JSON_MEMBERS(key, json) {
		struct limit_pair *pair =
			&limits->unified[limits->unified_count++];

		pair->offset = key->offset;
		ret = want_string(r, key, &pair->key);
		if (ret == 0)
			ret = want_string(r, key + 1, &pair->value);
		if (ret < 0)
			return ret;
		if (strchr(pair->key, '/') || !strchr(pair->key, '.') ||
		    pair->key[0] == '.')
			return advise(
				r,
				bad(r, key, KIST_E_CONFIG_VALUE,
				    "'%s' is not a file of a control group "
				    "such as 'memory.high'",
				    pair->key),
				"write CONTROLLER.FILE, without a folder");
	}
	return 0;
}

/* ---- devices ---- */

#define RULE(member) offsetof(struct device_rule, member)

static const struct word_kind rule_type_words = {
	.what = "device type",
	.words = (const struct word[]){ { "a", 'a' },
					{ "b", 'b' },
					{ "c", 'c' },
					{ 0 } },
};

static FIELD_READER(read_rule_type)
{
	int64_t type;
	int ret = want_word(r, json, &rule_type_words, &type);

	(void)field;
	if (ret == 0)
		*(char *)to = (char)type;
	return ret;
}

static FIELD_READER(read_rule_number)
{
	(void)field;
	return want_int(r, json, -1, UINT32_MAX, to);
}

static FIELD_READER(read_access)
{
	static const char letters[] = "rwm"; /* in the order of DEVICE_* */
	unsigned *access = to;
	const char *text;
	int ret = want_string(r, json, &text);

	(void)field;
	for (; ret == 0 && *text; text++) {
		const char *letter = strchr(letters, *text);

		if (!letter)
			return advise(
				r,
				bad(r, json, KIST_E_CONFIG_VALUE,
				    "unknown access '%c', only 'r', 'w' and "
				    "'m' are",
				    *text),
				"write some of these letters, as \"rwm\"");
		*access |= DEVICE_READ << (letter - letters);
	}
	return ret;
}

static const struct field rule_fields[] = {
	FIELD("allow", read_bool, RULE(allow), .required = true),
	FIELD("type", read_rule_type, RULE(type)),
	FIELD("major", read_rule_number, RULE(major)),
	FIELD("minor", read_rule_number, RULE(minor)),
	FIELD("access", read_access, RULE(access)),
	{ 0 },
};

static void init_rule(void *object)
{
	struct device_rule *rule = object;

	rule->type = 'a';
	rule->major = rule->minor = -1;
}

static int check_rule(struct reader *r, const struct json *json, void *object)
{
	const struct device_rule *rule = object;

	if (!rule->access)
		return advise(
			r,
			bad(r, json, KIST_E_CONFIG_MISSING,
			    "'access' is missing"),
			"add \"access\": \"rwm\", or some of these letters");
	return 0;
}

static const struct shape rule_shape = {
	.fields = rule_fields,
	.size = sizeof(struct device_rule),
	.init = init_rule,
	.check = check_rule,
};

/* ---- all ---- */

static const struct field resources_fields[] = {
	FIELD("devices", read_list, LIMITS(devices),
	      .count = LIMITS(device_count), .shape = &rule_shape),
	FIELD("memory", read_block, 0, .shape = &scalars_shape),
	FIELD("cpu", read_block, 0, .shape = &cpu_shape),
	FIELD("pids", read_block, 0, .shape = &scalars_shape),
	FIELD("blockIO", read_block, 0, .shape = &block_io_shape),
	FIELD("network", read_block, 0, .shape = &network_shape),
	FIELD("hugepageLimits", read_hugepages, LIMITS(hugepages),
	      .count = LIMITS(hugepage_count), .shape = &hugepage_shape),
	FIELD("rdma", read_rdma, 0, .shape = &rdma_shape),
	FIELD("unified", read_unified, 0),
	{ 0 },
};
const struct shape resources_shape = { .fields = resources_fields };
