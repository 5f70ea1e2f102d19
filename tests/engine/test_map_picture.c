/* SPDX-License-Identifier: Apache-2.0 */
/* test_map_picture.c - a map as JSON, page and drawing (src/engine/map) */
#include <stdio.h>
#include <time.h>

#include "base/json.h"
#include "check.h"
#include "map_fixture.h"

/* With KIST_TEST_PICTURES=DIR what is made can be looked at. */
static void keep(const char *name, const char *text)
{
	const char *dir = getenv("KIST_TEST_PICTURES");
	char path[4096];
	FILE *file;

	if (!dir)
		return;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void draw_all(void **state)
{
	static const size_t sizes[] = { 10, 500 };

	EACH(size, sizes) {
		struct kist_map map;
		char name[64], *page;

		fixture_make(*size, &map);
		page = kist_map_html(&map);
		assert_non_null(page);
		snprintf(name, sizeof(name), "map-%zu.html", *size);
		keep(name, page);
		free(page);
		fixture_free(&map);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draw_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
