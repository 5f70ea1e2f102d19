/* SPDX-License-Identifier: Apache-2.0 */
/* test_runtime_spec.c - what `kist-oci spec` and `features` print
 * (src/format/runtime_spec.c, features.c) */
#include <kist/oci.h>

#include "base/json.h"
#include "check.h"
#include "format/config.h"

static void what_is_printed_can_be_read(void **state)
{
	for (int rootless = 0; rootless < 2; rootless++) {
		CLEANUP_FREE char *text = kist_oci_spec_json(rootless);
		CLEANUP_ARENA struct arena arena;
		struct kist_error err = { 0 };
		struct spec *spec;

		CASE(text);
		arena_init(&arena);
		assert_int_equal(config_parse(text, strlen(text), "c", &arena,
					      &spec, &err),
				 0);
		CHECK_ERR(&err, NULL);
		assert_int_equal(spec->mount_count, 7);
		assert_int_equal(spec->uid_maps.count, rootless);
		assert_int_equal(spec->ns[NS_USER].want,
				 rootless ? NS_NEW : NS_INHERIT);
		assert_int_equal(spec->ns[NS_NET].want,
				 rootless ? NS_INHERIT : NS_NEW);
		assert_int_equal(spec->warnings.count, 0);
	}
}

static bool has_word(const struct json *list, const char *word)
{
	JSON_ITEMS(item, list)
		if (strcmp(item->text, word) == 0)
			return true;
	return false;
}

static void features_claim_only_what_is_done(void **state)
{
	CLEANUP_FREE char *text = kist_oci_features_json();
	CLEANUP_ARENA struct arena arena;
	const struct json *json, *linux_part, *options, *actions;

	arena_init(&arena);
	assert_int_equal(
		json_parse(text, strlen(text), "f", &arena, &json, NULL), 0);
	options = json_get(json, "mountOptions");
	assert_true(has_word(options, "rro") && has_word(options, "rbind"));
	assert_false(has_word(options, "idmap") ||
		     has_word(options, "remount"));
	linux_part = json_get(json, "linux");
	assert_int_equal(json_get(linux_part, "capabilities")->len, 41);
	actions = json_get(json_get(linux_part, "seccomp"), "actions");
	assert_true(has_word(actions, "SCMP_ACT_ERRNO"));
	assert_false(has_word(actions, "SCMP_ACT_NOTIFY"));
	assert_int_equal(
		json_get(json_get(json_get(linux_part, "mountExtensions"),
				  "idmap"),
			 "enabled")
			->type,
		JSON_FALSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_can_be_read),
		cmocka_unit_test(features_claim_only_what_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
