/* SPDX-License-Identifier: Apache-2.0 */
/* test_volume.c - -v, --mount and --tmpfs (src/engine/volume.c) */
#include <stdio.h>

#include "check.h"
#include "engine/run/volume.h"

static struct arena arena;

static int setup(void **state)
{
	arena_init(&arena);
	return 0;
}

static int teardown(void **state)
{
	arena_done(&arena);
	return 0;
}

/* "type source destination options" */
static const char *in_words(const struct volume *v)
{
	const char *words = arena_printf(&arena, "%s %s %s ", v->type,
					 v->source, v->destination);

	for (size_t i = 0; v->options[i]; i++)
		words = arena_printf(&arena, "%s%s%s", words, i ? "," : "",
				     v->options[i]);
	return words;
}

struct row {
	int (*parse)(const char *word, struct arena *arena,
		     struct volume *ret_volume, struct kist_error *err);
	const char *word;
	const char *words; /* NULL: refused */
	int id;
	const char *line;
};

static const struct row rows[] = {
	{ volume_parse, "/tmp:/x", "bind /tmp /x rbind", 0, NULL },
	{ volume_parse, "/tmp:/x:ro", "bind /tmp /x rro,rbind", 0, NULL },
	{ volume_parse, "/tmp:/x:rw,rslave,noexec",
	  "bind /tmp /x rw,rslave,noexec,rbind", 0, NULL },
	{ volume_parse, "/tmp:/x:bind", "bind /tmp /x bind", 0, NULL },
	{ volume_parse, "/tmp/../usr/:/a//b/../c/", "bind /usr /a/c rbind", 0,
	  NULL },
	{ volume_parse, "/tmp:/x:cached", "bind /tmp /x rbind", 0, NULL },
	{ volume_parse, "/etc/passwd:/x", "bind /etc/passwd /x rbind", 0,
	  NULL },
	{ volume_parse, "/no/such:/x", NULL, KIST_E_VOLUME_SOURCE,
	  "-v /no/such:/x: source '/no/such': No such file or directory "
	  "(ENOENT)" },
	{ volume_parse, ":/x", NULL, KIST_E_OPTION_VALUE,
	  "-v :/x: the source is empty" },
	{ volume_parse, "data:/x", NULL, KIST_E_UNSUPPORTED,
	  "-v data:/x: named volume 'data': named volumes are not supported "
	  "yet" },
	{ volume_parse, "/x", NULL, KIST_E_UNSUPPORTED,
	  "-v /x: a volume without a source is not supported yet" },
	{ volume_parse, "/tmp:x", NULL, KIST_E_OPTION_VALUE,
	  "-v /tmp:x: the destination 'x' is not an absolute path" },
	{ volume_parse, "/tmp:/", NULL, KIST_E_OPTION_VALUE,
	  "-v /tmp:/: the destination cannot be '/'" },
	{ volume_parse, "/tmp:/..", NULL, KIST_E_OPTION_VALUE,
	  "-v /tmp:/..: the destination '/..' is not an absolute path" },
	{ volume_parse, "/tmp:/x:ro:rw", NULL, KIST_E_OPTION_VALUE,
	  "-v /tmp:/x:ro:rw: too many ':'" },
	{ volume_parse, "/tmp:/x:rox", NULL, KIST_E_OPTION_VALUE,
	  "-v /tmp:/x:rox: unknown option 'rox'" },
	{ volume_parse, "/tmp:/x:U", NULL, KIST_E_UNSUPPORTED,
	  "-v /tmp:/x:U: option 'U' is not supported yet" },

	{ volume_parse_mount, "type=bind,src=/tmp,dst=/x", "bind /tmp /x rbind",
	  0, NULL },
	{ volume_parse_mount, "type=bind,source=/tmp,target=/x,readonly",
	  "bind /tmp /x rro,rbind", 0, NULL },
	{ volume_parse_mount,
	  "type=bind,source=/tmp,destination=/x,ro=false,"
	  "bind-propagation=rshared,bind-nonrecursive=true",
	  "bind /tmp /x rw,rshared,bind", 0, NULL },
	{ volume_parse_mount, "type=tmpfs,dst=/x,tmpfs-size=1m,tmpfs-mode=700",
	  "tmpfs tmpfs /x size=1m,mode=700,noexec,nosuid,nodev", 0, NULL },
	{ volume_parse_mount, "type=volume,dst=/x", NULL, KIST_E_UNSUPPORTED,
	  "--mount type=volume,dst=/x: a mount of type 'volume' is not "
	  "supported yet" },
	{ volume_parse_mount, "type=bind,src=/tmp", NULL, KIST_E_OPTION_VALUE,
	  "--mount type=bind,src=/tmp: there is no 'dst='" },
	{ volume_parse_mount, "type=bind,dst=/x", NULL, KIST_E_OPTION_VALUE,
	  "--mount type=bind,dst=/x: there is no 'src='" },
	{ volume_parse_mount, "type=bind,src=/tmp,dst=/x,what", NULL,
	  KIST_E_OPTION_VALUE,
	  "--mount type=bind,src=/tmp,dst=/x,what: unknown option 'what'" },

	{ volume_parse_tmpfs, "/x", "tmpfs tmpfs /x noexec,nosuid,nodev", 0,
	  NULL },
	{ volume_parse_tmpfs, "/x:size=64m,exec",
	  "tmpfs tmpfs /x size=64m,exec,nosuid,nodev", 0, NULL },
	{ volume_parse_tmpfs, "/x:sise=64m", NULL, KIST_E_OPTION_VALUE,
	  "--tmpfs /x:sise=64m: unknown option 'sise=64m'" },
	{ volume_parse_tmpfs, "x", NULL, KIST_E_OPTION_VALUE,
	  "--tmpfs x: the destination 'x' is not an absolute path" },
};

static void a_volume_is_understood_or_refused_by_name(void **state)
{
	EACH(row, rows) {
		struct kist_error err = { 0 };
		struct volume volume;
		int ret = row->parse(row->word, &arena, &volume, &err);

		CASE(row->word);
		CHECK_ERR(&err, row->line);
		assert_int_equal(err.id, row->id);
		assert_int_equal(ret == 0, row->words != NULL);
		if (row->words)
			assert_string_equal(in_words(&volume), row->words);
	}
}

static void a_missing_source_is_answered_with_the_way_to_make_it(void **state)
{
	struct kist_error err = { 0 };
	struct volume volume;

	assert_int_equal(volume_parse("/no/such:/x", &arena, &volume, &err),
			 -ENOENT);
	CHECK_HINT(&err, "make it first: mkdir -p '/no/such'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_volume_is_understood_or_refused_by_name),
		cmocka_unit_test(
			a_missing_source_is_answered_with_the_way_to_make_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
