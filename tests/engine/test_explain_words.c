/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_explain_words.c - the glossary has what the tables of kist have: each
 * property of config.json, each error id, each cause
 */
#include <stdio.h>
#include <strings.h>

#include <kist/cause.h>
#include <kist/explain.h>

#include "check.h"
#include "format/config.h"

/* Exactly that word, not one like it. */
static void explained(const char *word, const char *kind)
{
	struct kist_explained found;
	struct kist_error err = { 0 };

	CASE(word);
	(void)kist_explain_find(word, &found, &err);
	CHECK_ERR(&err, NULL);
	if (found.how != KIST_EXPLAIN_WHOLE || found.count != 1 ||
	    strcmp(found.entries[0].kind, kind) != 0)
		fail_msg("'%s' has no entry in src/engine/explain", word);
	kist_explain_free(&found);
}

static void property(void *context, const char *path)
{
	size_t *count = context;
	char name[160];

	/* the first level has common words: "config.json mounts" */
	snprintf(name, sizeof(name), "%s%s",
		 strchr(path, '.') ? "" : "config.json ", path);
	explained(name, "OCI property");
	(*count)++;
}

static void every_property_is_explained(void **state)
{
	size_t count = 0;

	(void)state;
	config_properties(property, &count);
	assert_true(count > 200);
}

static void every_error_is_explained(void **state)
{
	(void)state;
	for (int id = 1; id < KIST_E_COUNT; id++) {
		char name[80];

		snprintf(name, sizeof(name), "KIST_E_%s", kist_error_name(id));
		explained(name, "error");
	}
}

static void every_cause_is_explained(void **state)
{
	(void)state;
	for (int cause = 1; cause < KIST_CAUSE_COUNT; cause++) {
		char name[80];

		snprintf(name, sizeof(name), "KIST_CAUSE_%s",
			 kist_cause_name(cause));
		explained(name, "cause");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_property_is_explained),
		cmocka_unit_test(every_error_is_explained),
		cmocka_unit_test(every_cause_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
