/* SPDX-License-Identifier: Apache-2.0 */
/* test_program.c - verbs and families of verbs (src/cli/program.c, help.c …) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cli/opt.h"
#include "cli/opt_text.h"

struct fell_args {
	bool deep;
	const char *tree;
};
#define ARGS fell_args

static const struct opt fell_opts[] = {
	FLAG('d', "deep", deep, "the roots too"),
	MAYBE("TREE", opt_string, tree, "which"),
	OPT_END,
};

/* What ran last. */
static const char *ran;

static int fell_run(void *global, const void *args, struct kist_error *err)
{
	const struct fell_args *a = args;

	ran = a->deep ? "fell deep" : "fell";
	return a->tree ? 7 : 0;
}

static int plant_run(void *global, const void *args, struct kist_error *err)
{
	ran = "plant";
	return 0;
}

static const struct command fell = {
	.name = "tree fell|cut",
	.summary = "end a tree",
	.opts = fell_opts,
	.args_size = sizeof(struct fell_args),
	.run = fell_run,
};
static const struct command plant = {
	.name = "tree plant",
	.summary = "begin a tree",
	.run = plant_run,
};
static const struct command hidden = {
	.name = "tree climb",
	.summary = "",
	.hidden = true,
	.unsupported = true,
};
static const struct command *const tree_verbs[] = { &fell, &plant, &hidden,
						    NULL };
static const struct command tree = {
	.name = "tree",
	.group = "wood",
	.summary = "trees",
	.verbs = tree_verbs,
};
static const struct command walk = {
	.name = "walk",
	.group = "wood",
	.summary = "go",
	.run = plant_run,
};
static const struct command *const commands[] = { &tree, &walk, NULL };
static const struct program forest = {
	.name = "forest",
	.summary = "what grows",
	.version = "1",
	.section = 1,
	.date = "November 22, 2026",
	.commands = commands,
};

static struct kist_error reported;

static int keep(void *global, const struct kist_error *err)
{
	reported = *err;
	return program_status(err);
}

static const struct {
	const char *words[5];
	int status;
	const char *ran, *line, *hint;
} calls[] = {
	{ { "tree", "fell" }, 0, "fell", NULL, NULL },
	{ { "tree", "cut", "-d" }, 0, "fell deep", NULL, NULL },
	{ { "tree", "fell", "oak" }, 7, "fell", NULL, NULL },
	{ { "tree", "plant" }, 0, "plant", NULL, NULL },
	{ { "walk" }, 0, "plant", NULL, NULL },
	{ { "tree", "plnat" },
	  2,
	  NULL,
	  "unknown verb 'tree plnat'",
	  "did you mean 'tree plant'?" },
	{ { "tree", "zzzzzz" },
	  2,
	  NULL,
	  "unknown verb 'tree zzzzzz'",
	  "'forest help tree' lists the verbs" },
	{ { "tree", "fell", "--dep" },
	  2,
	  NULL,
	  "unknown option '--dep'",
	  "did you mean '--deep'?" },
	{ { "tree", "climb" },
	  125,
	  NULL,
	  "'forest tree climb' is not supported yet",
	  "" },
	{ { "help", "walk", "plant" },
	  2,
	  NULL,
	  "unexpected 'plant': 'walk' has no verbs of its own",
	  NULL },
};

static void the_second_word_is_found_and_mistakes_are_answered(void **state)
{
	EACH(row, calls) {
		char *argv[8] = { (char *)"forest" };
		char hint[200];
		int argc = 1;

		for (int i = 0; row->words[i]; i++)
			argv[argc++] = (char *)(uintptr_t)row->words[i];
		CASE(argv[2] ? argv[2] : argv[1]);
		ran = NULL;
		reported = (struct kist_error){ 0 };
		assert_int_equal(program_main(&forest, NULL, argc, argv, keep),
				 row->status);
		assert_true((ran == NULL) == (row->ran == NULL));
		if (row->ran)
			assert_string_equal(ran, row->ran);
		if (!row->line)
			continue;
		CHECK_ERR(&reported, row->line);
		kist_error_hint(&reported, hint, sizeof(hint));
		if (row->hint)
			assert_string_equal(hint, row->hint);
	}
}

static char *text_of(void (*put)(const struct program *, FILE *))
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	put(&forest, out);
	fclose(out);
	return text;
}

static void put_help(const struct program *program, FILE *out)
{
	help_command(program, &tree, out);
	help_command(program, &fell, out);
}

static void put_man(const struct program *program, FILE *out)
{
	man_command(program, &tree, out);
	man_command(program, &fell, out);
}

static const struct {
	void (*put)(const struct program *, FILE *);
	const char *has;
} texts[] = {
	{ put_help, "Usage: forest tree VERB ..." },
	{ put_help, "  fell|cut    end a tree" },
	{ put_help, "Usage: forest tree fell [OPTIONS] [TREE]" },
	{ put_man, ".It Cm plant\n" },
	{ put_man, ".Nm forest-tree-fell\n" },
	{ put_man, ".Cm tree fell\n" },
	{ completion_bash, "'tree fell')\n\t\topts='--help -d --deep" },
	{ completion_bash, "operands='words=fell,plant '" },
	{ completion_zsh, "fell\\:\"end a tree\"" },
	{ completion_fish, "__fish_seen_subcommand_from tree' -a plant" },
};

static void families_are_in_help_manual_and_completions(void **state)
{
	EACH(row, texts) {
		char *text = text_of(row->put);

		CASE(row->has);
		assert_non_null(strstr(text, row->has));
		assert_null(strstr(text, "climb"));
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_second_word_is_found_and_mistakes_are_answered),
		cmocka_unit_test(families_are_in_help_manual_and_completions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
