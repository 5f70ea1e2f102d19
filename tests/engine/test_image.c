/* SPDX-License-Identifier: Apache-2.0 */
/* test_image.c - what IMAGE means (src/engine/image.c) */
#include "check.h"
#include "engine/run/image.h"

static const struct {
	const char *word;
	int id; /* 0: it is one */
	enum image_kind kind;
	const char *line, *hint;
} images[] = {
	{ "host", 0, IMAGE_HOST, NULL, NULL },
	{ "/tmp", 0, IMAGE_DIR, NULL, NULL },
	{ "/tmp/../tmp/.", 0, IMAGE_DIR, NULL, NULL },
	{ "hots", KIST_E_IMAGE, 0, "there is no image 'hots'",
	  "did you mean 'host'?" },
	{ "./no/such", KIST_E_IMAGE, 0,
	  "image './no/such': No such file or directory (ENOENT)", NULL },
	{ "/etc/passwd", KIST_E_IMAGE, 0,
	  "image '/etc/passwd': Not a directory (ENOTDIR)", NULL },
	{ "/", KIST_E_OPTION_VALUE, 0, "image '/' is this machine's own root",
	  "'kist run host' uses it, copy-on-write" },
	{ "oci:dir:tag", KIST_E_UNSUPPORTED, 0,
	  "image archive 'oci:dir:tag' is not supported yet", NULL },
};

static void an_image_is_found_or_refused_with_a_hint(void **state)
{
	struct arena arena;

	arena_init(&arena);
	EACH(row, images) {
		struct kist_error err = { 0 };
		struct image image = { 0 };
		int ret = image_find(row->word, &arena, &image, &err);

		CASE(row->word);
		CHECK_ERR(&err, row->line);
		assert_int_equal(err.id, row->id);
		if (row->hint)
			CHECK_HINT(&err, row->hint);
		if (ret == 0)
			assert_int_equal(image.kind, row->kind);
	}
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_is_found_or_refused_with_a_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
