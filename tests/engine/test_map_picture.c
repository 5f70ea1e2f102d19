/* SPDX-License-Identifier: Apache-2.0 */
/* test_map_picture.c - a map as JSON, page and drawing (src/engine/map) */
#include <stdio.h>
#include <time.h>

#include "check.h"
#include "engine/map/picture.h"
#include "map_fixture.h"

static const size_t sizes[] = { 0, 10, 60, 500 };

/* With KIST_TEST_PICTURES=DIR what is made can be looked at. */
static void keep(const char *name, size_t size, const char *text)
{
	const char *dir = getenv("KIST_TEST_PICTURES");
	char path[4096];
	FILE *file;

	assert_non_null(text);
	if (!dir)
		return;
	snprintf(path, sizeof(path), "%s/map-%zu.%s", dir, size, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make(size_t size, struct kist_map *ret_map)
{
	if (size)
		fixture_make(size, ret_map);
	else
		fixture_empty(ret_map);
}

/* ---- where things are ---- */

static bool apart(const struct mark *a, const struct mark *b)
{
	return a->x + a->w <= b->x || b->x + b->w <= a->x ||
	       a->y + a->h <= b->y || b->y + b->h <= a->y;
}

static void check_apart(const struct picture *p)
{
	for (size_t i = 0; i < p->count; i++)
		for (size_t k = i + 1; k < p->count; k++) {
			const struct mark *a = &p->marks[i], *b = &p->marks[k];

			if (a->kind != b->kind || a->kind == MARK_LINE ||
			    apart(a, b))
				continue;
			print_message("'%s' and '%s' overlap, at %d,%d and "
				      "%d,%d\n",
				      a->text ? a->text : a->look,
				      b->text ? b->text : b->look, a->x, a->y,
				      b->x, b->y);
			fail();
		}
}

static void check_inside(const struct picture *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct mark *m = &p->marks[i];

		if (m->x >= 0 && m->y >= 0 && m->x + m->w <= PICTURE_WIDTH &&
		    m->y + m->h <= p->y && m->w >= 0 && m->h >= 0)
			continue;
		print_message("'%s' is outside: %d,%d, %d by %d of %d\n",
			      m->text ? m->text : m->look, m->x, m->y, m->w,
			      m->h, p->y);
		fail();
	}
}

static void nothing_overlaps_and_all_is_inside(void **state)
{
	EACH(size, sizes) {
		CLEANUP_ARENA struct arena arena;
		struct sharing sharing;
		struct picture picture;
		struct kist_map map;

		arena_init(&arena);
		make(*size, &map);
		picture_make(&picture, &map, &sharing, &arena);
		assert_false(arena_failed(&arena));
		check_apart(&picture);
		check_inside(&picture);
		fixture_free(&map);
	}
}

static void the_strangest_names_have_their_place_too(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct sharing sharing;
	struct picture picture;
	struct kist_map map;

	arena_init(&arena);
	fixture_hostile(&map);
	picture_make(&picture, &map, &sharing, &arena);
	check_apart(&picture);
	check_inside(&picture);
	fixture_free(&map);
}

static void a_pod_bears_one_letter(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct sharing sharing;
	struct kist_map map;
	size_t members = 0;

	arena_init(&arena);
	fixture_make(10, &map);
	sharing_find(&map, &arena, &sharing);
	for (size_t i = 0; i < map.thing_count; i++) {
		bool in_pod = strncmp(map.things[i].name, "shop1-", 6) == 0;
		const struct share_cell *cells = sharing.cells[i];

		members += in_pod;
		assert_int_equal(cells[NS_NET].how == SHARE_COMMON, in_pod);
		assert_int_equal(cells[NS_NET].label, cells[NS_IPC].label);
		assert_int_equal(cells[NS_NET].label, cells[NS_UTS].label);
		assert_int_equal(sharing.sizes[sharing.groups[i]],
				 in_pod ? 3 : 1);
	}
	assert_int_equal(members, 3);
	fixture_free(&map);
}

static void letters_go_on_after_z(void **state)
{
	static const struct {
		int label;
		const char *text;
	} rows[] = { { 0, "A" },   { 25, "Z" },	  { 26, "AA" },
		     { 51, "AZ" }, { 701, "ZZ" }, { 702, "AAA" } };

	EACH(row, rows) {
		char text[SHARE_LABEL];

		CASE(row->text);
		share_label(row->label, text);
		assert_string_equal(text, row->text);
	}
}

/* ---- what is written ---- */

static void pages_and_drawings_are_made_of_every_size(void **state)
{
	EACH(size, sizes) {
		struct timespec before, after;
		struct kist_map map;
		char *html, *svg;

		make(*size, &map);
		clock_gettime(CLOCK_MONOTONIC, &before);
		html = kist_map_html(&map);
		svg = kist_map_svg(&map);
		clock_gettime(CLOCK_MONOTONIC, &after);
		keep("html", *size, html);
		keep("svg", *size, svg);
		assert_true(after.tv_sec - before.tv_sec < 5);
		/* 500 containers are not more than a photograph. */
		assert_true(strlen(html) < 1500000);
		assert_true(strlen(svg) < 400000);
		free(html);
		free(svg);
		fixture_free(&map);
	}
}

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		count++;
	return count;
}

static void a_hostile_name_is_only_a_name(void **state)
{
	struct kist_map map, plain;
	char *html, *svg, *json, *usual;

	fixture_hostile(&map);
	fixture_make(10, &plain);
	html = kist_map_html(&map);
	usual = kist_map_html(&plain);
	svg = kist_map_svg(&map);
	json = kist_map_json(&map);
	keep("html", 666, html);
	keep("svg", 666, svg);
	assert_int_equal(count_of(html, "<script"), count_of(usual, "<script"));
	assert_int_equal(count_of(html, "</script"),
			 count_of(usual, "</script"));
	assert_int_equal(count_of(html, "<!--"), 0);
	assert_int_equal(count_of(svg, "<script"), 0);
	assert_int_equal(count_of(svg, "<!--"), 0);
	assert_true(count_of(svg, "&lt;/script&gt;") > 0);
	for (const char *at = svg; *at; at++)
		assert_true((unsigned char)*at >= ' ' || *at == '\n');
	assert_null(strstr(json, "<"));
	free(html);
	free(usual);
	free(svg);
	free(json);
	fixture_free(&map);
	fixture_free(&plain);
}

static void json_says_what_is_known_and_leaves_out_the_rest(void **state)
{
	struct kist_map map;
	char *text;

	fixture_make(10, &map);
	text = kist_map_json(&map);
	assert_non_null(strstr(text, "\"memory_high\": \"max\""));
	assert_non_null(strstr(text, "\"uid_map\": \"0 1000 1, 1 100000 "
				     "65536\""));
	assert_int_equal(count_of(text, "\"host_port\""), map.port_count);
	assert_int_equal(count_of(text, "18446744073709551615"), 0);
	assert_int_equal(count_of(text, "18446744073709551614"), 0);
	assert_int_equal(count_of(text, "null"), 0);
	free(text);
	fixture_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_overlaps_and_all_is_inside),
		cmocka_unit_test(the_strangest_names_have_their_place_too),
		cmocka_unit_test(a_pod_bears_one_letter),
		cmocka_unit_test(letters_go_on_after_z),
		cmocka_unit_test(pages_and_drawings_are_made_of_every_size),
		cmocka_unit_test(a_hostile_name_is_only_a_name),
		cmocka_unit_test(
			json_says_what_is_known_and_leaves_out_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
