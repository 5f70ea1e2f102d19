/* SPDX-License-Identifier: Apache-2.0 */
/* test_mountinfo.c - reading mountinfo (src/kernel/mountinfo.c) */
#include "check.h"
#include "kernel/mountinfo.h"
#include "kernel/proc.h"

static struct mountinfo_list parse(const char *text, struct arena *arena)
{
	struct mountinfo_list list;
	char *copy = arena_strdup(arena, text);

	assert_int_equal(mountinfo_parse(copy, strlen(copy), arena, &list), 0);
	return list;
}

static void a_line_has_all_its_fields(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct mountinfo_list list;
	const struct mountinfo *m;

	arena_init(&arena);
	list = parse("36 35 98:4 /mnt\\0401 /a\\040b\\134 rw,noatime shared:1 "
		     "master:2 propagate_from:3 - fuse.x /dev/r\\011t rw,e=c\n",
		     &arena);
	assert_int_equal(list.count, 1);
	m = list.mounts;
	assert_int_equal(m->id, 36);
	assert_int_equal(m->parent, 35);
	assert_int_equal(m->major, 98);
	assert_int_equal(m->minor, 4);
	assert_string_equal(m->root, "/mnt 1");
	assert_string_equal(m->point, "/a b\\");
	assert_string_equal(m->options, "rw,noatime");
	assert_int_equal(m->peers, 1);
	assert_int_equal(m->master, 2);
	assert_int_equal(m->from, 3);
	assert_string_equal(m->type, "fuse.x");
	assert_string_equal(m->source, "/dev/r\tt");
	assert_string_equal(m->super, "rw,e=c");
	assert_string_equal(mountinfo_propagation(m), "shared,slave");
}

static const struct {
	const char *tags, *word;
} propagations[] = {
	{ "", "private" },	   { "shared:7 ", "shared" },
	{ "master:7 ", "slave" },  { "unbindable ", "unbindable" },
	{ "later:9 ", "private" },
};

static void propagation_is_a_word(void **state)
{
	EACH(row, propagations) {
		CLEANUP_ARENA struct arena arena;
		struct mountinfo_list list;

		arena_init(&arena);
		CASE(row->word);
		list = parse(arena_printf(&arena, "1 2 0:3 / / rw %s- t s o",
					  row->tags),
			     &arena);
		assert_int_equal(list.count, 1);
		assert_string_equal(mountinfo_propagation(list.mounts),
				    row->word);
	}
}

static const char *const bad[] = {
	"",
	"\n\n",
	"1",
	"1 2 0:3 / /",
	"1 2 0:3 / / rw - t s",
	"1 2 0 / / rw - t s o",
	"x 2 0:3 / / rw - t s o",
	"1 2 0:3 / / rw shared:1 t s o",
	"99999999999 2 0:3 / / rw - t s o",
};

static void a_bad_line_is_left_out(void **state)
{
	EACH(text, bad) {
		CLEANUP_ARENA struct arena arena;

		arena_init(&arena);
		CASE(*text);
		assert_int_equal(parse(*text, &arena).count, 0);
	}
}

static void an_empty_source_is_a_word(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct mountinfo_list list;

	arena_init(&arena);
	list = parse("1 2 0:3 / / rw - tmpfs  rw", &arena);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.mounts[0].source, "");
}

static void the_last_mount_at_a_place_is_seen(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct mountinfo_list list;

	arena_init(&arena);
	list = parse("1 0 0:1 / / rw - t s o\n2 1 0:2 / /a rw - t s o\n"
		     "3 2 0:3 / /a rw - t s o\n4 1 0:4 / /ab rw - t s o\n",
		     &arena);
	assert_int_equal(mountinfo_at(&list, "/a")->id, 3);
	assert_null(mountinfo_at(&list, "/b"));
	assert_int_equal(mountinfo_of(&list, "/a/x")->id, 3);
	assert_int_equal(mountinfo_of(&list, "/abc")->id, 1);
	assert_int_equal(mountinfo_find(&list, 4)->minor, 4);
	assert_null(mountinfo_find(&list, 5));
}

static void our_own_mounts_can_be_read(void **state)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_FD int proc_fd = proc_open(NULL);
	struct mountinfo_list list;

	arena_init(&arena);
	assert_true(proc_fd >= 0);
	assert_int_equal(mountinfo_read(proc_fd, 0, &arena, &list), 0);
	assert_non_null(mountinfo_at(&list, "/"));
	assert_true(mountinfo_read(proc_fd, 1 << 30, &arena, &list) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_all_its_fields),
		cmocka_unit_test(propagation_is_a_word),
		cmocka_unit_test(a_bad_line_is_left_out),
		cmocka_unit_test(an_empty_source_is_a_word),
		cmocka_unit_test(the_last_mount_at_a_place_is_seen),
		cmocka_unit_test(our_own_mounts_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
