/* SPDX-License-Identifier: Apache-2.0 */
/* test_cgconfig.c - cgconfig.conf read, and mistakes in it placed */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "format/cgconfig.h"

static const char good[] =
	"# a comment\n"
	"mount {\n\tcpu = /cgroup/cpu;\n\t\"name=x\" = \"/cgroup/my x\";\n}\n"
	"group daemons/www {\n"
	"\tperm {\n"
	"\t\ttask { uid = root; gid = webmaster; fperm = 770; }\n"
	"\t\tadmin { uid = root; gid = root; dperm = 775; fperm = 744; }\n"
	"\t}\n"
	"\tcpu { cpu.shares = 1000; }\n"
	"\tmemory { } # nothing\n"
	"\tdevices { devices.allow = \"c 1:3 rwm\"; }\n"
	"}\n"
	"template users/%u { cpu { cpu.shares = 1; } }\n"
	"default { perm { task { uid = 1; } } }\n"
	"namespace { cpu = daemons; }\n"
	"group . { cpu { } }";

static void all_sections_are_read(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	struct cgconfig c;

	arena_init(&arena);
	assert_int_equal(
		cgconfig_parse(good, strlen(good), "f", &arena, &c, &err), 0);
	assert_int_equal(c.mount_count, 2);
	assert_string_equal(c.mounts[1].name, "name=x");
	assert_string_equal(c.mounts[1].value, "/cgroup/my x");
	assert_int_equal(c.group_count, 3);
	assert_string_equal(c.groups[0].name, "daemons/www");
	assert_true(c.groups[0].perm.given);
	assert_string_equal(c.groups[0].perm.task_gid, "webmaster");
	assert_string_equal(c.groups[0].perm.admin_dperm, "775");
	assert_int_equal(c.groups[0].controller_count, 3);
	assert_string_equal(c.groups[0].controllers[2].values[0].value,
			    "c 1:3 rwm");
	assert_int_equal(c.groups[0].controllers[0].line, 11);
	assert_true(c.groups[1].is_template);
	assert_string_equal(c.defaults.task_uid, "1");
	assert_string_equal(c.namespaces[0].value, "daemons");
}

static const struct {
	const char *text, *line, *place, *hint;
} mistakes[] = {
	{ "grup a { }", "'grup' is no section", "f:1:1",
	  "did you mean 'group'?" },
	{ "group a {\n  cpu { cpu.shares 5; }\n}", "'5' instead of '='",
	  "f:2:20", NULL },
	{ "group a {\n  cpu { cpu.shares = 5 }\n}", "'}' instead of ';'",
	  "f:2:24", NULL },
	{ "group a { cpu {", "the end of the file instead of a name or '}'",
	  "f:1:16", NULL },
	{ "group { }", "'{' instead of the name of a group", "f:1:7", NULL },
	{ "group a { perm { taks { } } }", "'taks' is no part of perm",
	  "f:1:18", "did you mean 'task'?" },
	{ "group a { perm { task { uuid = 1; } } }", "'uuid' is no permission",
	  "f:1:25", "did you mean 'uid'?" },
	{ "group a { perm { task { dperm = 1; } } }",
	  "'dperm' is no permission", "f:1:25", NULL },
	{ "mount { cpu = \"/a; }", "a quotation mark is not closed", "f:1:15",
	  NULL },
	{ "mount { a = \x01; }\n\"", "a quotation mark is not closed", "f:2:1",
	  NULL },
	{ "default { task { } }", "'task' is no part of default", "f:1:11",
	  NULL },
	{ "= 5", "'=' instead of mount, group, template, default or namespace",
	  "f:1:1", NULL },
};

static void mistakes_are_named_and_placed(void **state)
{
	EACH(row, mistakes) {
		CLEANUP_ARENA struct arena arena;
		struct kist_error err = { 0 };
		struct cgconfig c;

		CASE(row->text);
		arena_init(&arena);
		assert_int_equal(cgconfig_parse(row->text, strlen(row->text),
						"f", &arena, &c, &err),
				 -EINVAL);
		assert_int_equal(err.id, KIST_E_CG_CONFIG);
		assert_string_equal(err.what, row->line);
		assert_string_equal(err.place, row->place);
		if (row->hint && strcmp(err.hint, row->hint) != 0)
			assert_string_equal(err.hint, row->hint);
	}
}

static void a_nul_or_much_text_is_no_configuration(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 }, large = { 0 };
	struct cgconfig c;

	arena_init(&arena);
	assert_int_equal(cgconfig_parse("group \0", 7, "f", &arena, &c, &err),
			 -EINVAL);
	assert_string_equal(err.what, "a byte that belongs in no text");
	assert_int_equal(cgconfig_parse("", CGCONFIG_MAX + 1, "f", &arena, &c,
					&large),
			 -EINVAL);
}

static void many_items_are_kept(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	static char text[40000];
	struct cgconfig c;
	size_t used = 0;

	arena_init(&arena);
	for (int i = 0; i < 1000; i++)
		used += (size_t)sprintf(text + used, "group g%d { c { } }\n",
					i);
	assert_int_equal(cgconfig_parse(text, used, "f", &arena, &c, &err), 0);
	assert_int_equal(c.group_count, 1000);
	assert_string_equal(c.groups[0].name, "g0");
	assert_string_equal(c.groups[999].name, "g999");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_sections_are_read),
		cmocka_unit_test(mistakes_are_named_and_placed),
		cmocka_unit_test(a_nul_or_much_text_is_no_configuration),
		cmocka_unit_test(many_items_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
