/* SPDX-License-Identifier: Apache-2.0 */
/* test_explain_files.c - what the tables of control groups name is explained,
 * and explained as they have it */
#include <stdio.h>
#include <string.h>

#include <kist/explain.h>

#include "base/macros.h"
#include "check.h"
#include "kernel/cgroup_convert.h"
#include "kernel/cgroup_keys.h"
#include "kernel/cgroup_knobs.h"

/* "hugetlb.*.max" is explained as "hugetlb.SIZE.max". */
static const char *shown(const char *file, char *buf, size_t size)
{
	const char *star = strchr(file, '*');

	if (!star)
		return file;
	snprintf(buf, size, "%.*sSIZE%s", (int)(star - file), file, star + 1);
	return buf;
}

/* The entry with this very name or other spelling; false: there is none. */
static bool entry_of(const char *word, struct kist_entry *ret_entry)
{
	struct kist_explained found;
	struct kist_error err = { 0 };
	bool is_there;

	assert_int_equal(kist_explain_find(word, &found, &err), 0);
	is_there = found.count > 0 && found.how == KIST_EXPLAIN_WHOLE;
	if (is_there)
		*ret_entry = found.entries[0];
	kist_explain_free(&found);
	return is_there;
}

static void expect_entry(const char *word)
{
	struct kist_entry entry;
	char buf[80];

	if (!word)
		return;
	CASE(word);
	assert_true(entry_of(shown(word, buf, sizeof(buf)), &entry));
}

static void every_file_that_can_be_written_is_explained(void **state)
{
	for (size_t i = 0; i < cgroup_knob_count; i++)
		expect_entry(cgroup_knobs[i].file);
}

static void every_file_that_is_converted_is_explained(void **state)
{
	for (size_t i = 0; i < cgroup_convert_count; i++) {
		expect_entry(cgroup_convert_v1(&cgroup_convert_rows[i]));
		expect_entry(cgroup_convert_v2(&cgroup_convert_rows[i]));
	}
}

static void every_limit_is_explained_by_all_its_names(void **state)
{
	for (int i = 0; i < KEY_COUNT; i++) {
		enum limit_key key = (enum limit_key)i;

		expect_entry(limit_keys[i].name);
		expect_entry(limit_keys[i].podman);
		expect_entry(limit_keys[i].v1);
		expect_entry(limit_keys[i].v2);
		expect_entry(limit_key_file(key, false));
		expect_entry(limit_key_file(key, true));
		expect_entry(limit_key_systemd(key));
	}
}

/* Is the counterpart of @file, as explained, @other? */
static void expect_counterpart(const char *file, const char *other)
{
	struct kist_entry entry;
	char buf[80], name[80];
	char both[200];

	if (!file || !entry_of(shown(file, buf, sizeof(buf)), &entry))
		return;
	snprintf(both, sizeof(both), "%s: %s", file,
		 entry.other ? entry.other : "nothing");
	CASE(both);
	assert_true(entry.other != NULL);
	if (!other)
		assert_true(strstr(entry.other, "none") ||
			    strstr(entry.other, "(v"));
	else if (strcmp(file, other) == 0)
		assert_true(strstr(entry.other, "the same name") != NULL);
	else
		assert_true(
			strstr(entry.other, shown(other, name, sizeof(name))) ||
			strstr(entry.other, "blkio.throttle") ||
			strstr(entry.other, "none"));
}

/* A file may be in several rows: of those with a counterpart one has to be
 * what the glossary says. */
static void counterparts_are_those_of_the_conversion(void **state)
{
	for (size_t i = 0; i < cgroup_convert_count; i++) {
		const struct cgroup_convert_row *row = &cgroup_convert_rows[i];

		if (row->how == CONVERT_READ || row->only)
			continue;
		expect_counterpart(cgroup_convert_v1(row),
				   cgroup_convert_v2(row));
	}
}

static void files_and_controllers_are_of_their_kinds(void **state)
{
	for (size_t i = 0; i < cgroup_knob_count; i++) {
		struct kist_entry entry;
		char buf[80], controller[40];

		CASE(cgroup_knobs[i].file);
		assert_true(entry_of(
			shown(cgroup_knobs[i].file, buf, sizeof(buf)), &entry));
		assert_string_equal(entry.kind, "cgroup file");
		assert_true(entry.other != NULL);
		cgroup_controller_of(cgroup_knobs[i].file, controller,
				     sizeof(controller));
		if (!controller[0])
			continue;
		assert_true(entry_of(controller, &entry));
		assert_string_equal(entry.kind, "controller");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_that_can_be_written_is_explained),
		cmocka_unit_test(every_file_that_is_converted_is_explained),
		cmocka_unit_test(every_limit_is_explained_by_all_its_names),
		cmocka_unit_test(counterparts_are_those_of_the_conversion),
		cmocka_unit_test(files_and_controllers_are_of_their_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
