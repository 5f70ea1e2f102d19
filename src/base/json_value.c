/* SPDX-License-Identifier: Apache-2.0 */
/* json_value.c - looking at JSON values that were read */
#include <string.h>

#include "base/json.h"

const struct json *json_get(const struct json *object, const char *name)
{
	size_t len = strlen(name);

	if (object->type != JSON_OBJECT)
		return NULL;
	JSON_MEMBERS(key, object)
		if (key->len == len && memcmp(key->text, name, len) == 0)
			return key + 1;
	return NULL;
}

const char *json_string(const struct json *json)
{
	if (json->type != JSON_STRING || json->has_nul)
		return NULL;
	return json->text;
}

bool json_uint64(const struct json *json, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (json->type != JSON_NUMBER)
		return false;
	for (const char *at = json->text; *at; at++) {
		unsigned digit = (unsigned char)*at - (unsigned)'0';

		if (digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*ret_value = value;
	return true;
}

bool json_int64(const struct json *json, int64_t *ret_value)
{
	struct json rest = *json;
	bool negative = json->type == JSON_NUMBER && json->text[0] == '-';
	uint64_t value;

	rest.text += negative;
	if (!json_uint64(&rest, &value) ||
	    value > (uint64_t)INT64_MAX + negative)
		return false;
	*ret_value = (int64_t)(negative ? 0 - value : value);
	return true;
}

const char *json_type_name(const struct json *json)
{
	static const char *const names[JSON_TYPE_COUNT] = {
		[JSON_NULL] = "null",	     [JSON_FALSE] = "false",
		[JSON_TRUE] = "true",	     [JSON_NUMBER] = "a number",
		[JSON_STRING] = "a string",  [JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object",
	};

	return names[json->type];
}
