/* SPDX-License-Identifier: Apache-2.0 */
/* test_path.c - paths as text (src/base/path.c) */
#include "base/path.h"
#include "check.h"

static const struct {
	const char *path;
	bool clean, dotdot;
	int ret;
	const char *normal;
} paths[] = {
	{ "/", true, false, 0, "/" },
	{ "/a/b", true, false, 0, "/a/b" },
	{ "/...", true, false, 0, "/..." },
	{ "/a/..b", true, false, 0, "/a/..b" },
	{ "/a/", false, false, 0, "/a" },
	{ "//a", false, false, 0, "/a" },
	{ "/a//b", false, false, 0, "/a/b" },
	{ "/a/./b", false, false, 0, "/a/b" },
	{ "/a/..", false, true, 0, "/" },
	{ "/a/b/../c", false, true, 0, "/a/c" },
	{ "/..", false, true, -EINVAL, "" },
	{ "/a/../..", false, true, -EINVAL, "" },
	{ "a", false, false, 0, "a" },
	{ "a//b/../c", false, true, 0, "a/c" },
	{ "a/..", false, true, 0, "." },
	{ "a/../b", false, true, 0, "b" },
	{ "./a", false, false, 0, "a" },
	{ "..", false, true, -EINVAL, "" },
	{ "", false, false, 0, "." },
	{ ".", false, false, 0, "." },
};

static void a_path_is_simplified_and_never_leads_above_its_start(void **state)
{
	EACH(row, paths) {
		char buf[64] = "", same[64];

		CASE(row->path);
		assert_int_equal(path_is_clean(row->path), row->clean);
		assert_int_equal(path_has_dotdot(row->path), row->dotdot);
		assert_int_equal(path_normalize(row->path, buf, sizeof(buf)),
				 row->ret);
		if (row->ret == 0)
			assert_string_equal(buf, row->normal);

		strcpy(same, row->path);
		assert_int_equal(path_normalize(same, same, sizeof(same)),
				 row->ret);
		if (row->ret == 0)
			assert_string_equal(same, row->normal);
	}
}

static const struct {
	const char *dir, *name, *joined;
} joins[] = {
	{ "/a", "b", "/a/b" },	{ "/a/", "b", "/a/b" }, { "/", "b", "/b" },
	{ "/a", "/b", "/a/b" }, { "", "b", "b" },	{ "", "/b", "/b" },
	{ "/a", "", "/a" },	{ "a", "//b", "a/b" },
};

static void joining_puts_one_slash_between(void **state)
{
	EACH(row, joins) {
		char buf[16];

		assert_int_equal(
			path_join(row->dir, row->name, buf, sizeof(buf)), 0);
		assert_string_equal(buf, row->joined);
	}
}

static void what_does_not_fit_is_an_error(void **state)
{
	char buf[4];

	assert_int_equal(path_join("/a", "b", buf, 4), -ENAMETOOLONG);
	assert_int_equal(path_join("a", "b", buf, 4), 0);
	assert_int_equal(path_normalize("/abc", buf, 4), -ENAMETOOLONG);
	assert_int_equal(path_normalize("//abc/..", buf, 4), -ENAMETOOLONG);
	assert_int_equal(path_normalize("/ab", buf, 4), 0);
}

static const struct {
	const char *path, *dir, *rest; /* NULL: not below */
} belows[] = {
	{ "/a/b", "/a", "b" },	{ "/a", "/a", "" }, { "/ab", "/a", NULL },
	{ "/a", "/a/b", NULL }, { "/a", "/", "a" }, { "/", "/", "" },
};

static void below_goes_by_whole_names(void **state)
{
	EACH(row, belows) {
		const char *rest = path_below(row->path, row->dir);

		CASE(row->path);
		if (row->rest)
			assert_string_equal(rest, row->rest);
		else
			assert_null(rest);
	}
	assert_string_equal(path_name("/a/b"), "b");
	assert_string_equal(path_name("b"), "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_path_is_simplified_and_never_leads_above_its_start),
		cmocka_unit_test(joining_puts_one_slash_between),
		cmocka_unit_test(what_does_not_fit_is_an_error),
		cmocka_unit_test(below_goes_by_whole_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
