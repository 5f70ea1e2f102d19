/* SPDX-License-Identifier: Apache-2.0 */
/* test_opt.c - reading words by a table (src/cli/opt.c, opt_read.c) */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "cli/opt.h"

struct try_args {
	const char *id, *name, *format, *config;
	int count;
	int64_t memory;
	bool tty, interactive, force;
	struct opt_list env;
	const char *const *command;
};
#define ARGS try_args

static const char *const formats[] = { "table", "json", NULL };

#define TRY_OPTS                                                              \
	OPT(0, "name", "NAME", opt_string, name, "its name"),                 \
		OPT('m', "memory|mem", "BYTES", opt_bytes, memory, "limit"),  \
		OPT('e', "env", "NAME=VALUE", opt_list, env, "set"),          \
		OPT('n', "count", "N", opt_int, count, "how many"),           \
		FLAG('t', "tty", tty, "a terminal"),                          \
		FLAG('i', "interactive", interactive, "keep input"),          \
		FLAG('f', "force", force, "do it"),                           \
		{ .kind = OPT_VALUE,                                          \
		  .name = "format",                                           \
		  .value = "FORMAT",                                          \
		  .read = opt_string,                                         \
		  .offset = offsetof(struct try_args, format),                \
		  .words = formats,                                           \
		  .only_words = true,                                         \
		  .help = "" },                                               \
	{                                                                     \
		.kind = OPT_VALUE, .letter = 'K', .name = "config",           \
		.value = "FILE", .read = opt_string,                          \
		.offset = offsetof(struct try_args, config), .bare = "usual", \
		.help = ""                                                    \
	}

/* exec NAME COMMAND … */
static const struct opt command_opts[] = {
	TRY_OPTS,
	OPERAND("NAME", opt_string, id, "its name"),
	REST("COMMAND", command, "what to run"),
	OPT_END,
};

/* delete NAME [COUNT] */
static const struct opt plain_opts[] = {
	TRY_OPTS,
	OPERAND("NAME", opt_string, id, "its name"),
	MAYBE("COUNT", opt_int, count, "how many"),
	OPT_END,
};

/* rm NAME... */
static const struct opt same_opts[] = {
	TRY_OPTS,
	REST("NAME...", command, "their names"),
	OPT_END,
};

static const struct opt no_operands[] = { TRY_OPTS, OPT_END };

/* The words of a line, cut at its blanks. */
struct words {
	char text[200];
	const char *word[24];
};

static const char *const *cut(struct words *words, const char *line)
{
	char *save, *word;
	size_t count = 0;

	snprintf(words->text, sizeof(words->text), "%s", line);
	word = strtok_r(words->text, " ", &save);
	while (word && count < 23) {
		words->word[count++] = word;
		word = strtok_r(NULL, " ", &save);
	}
	words->word[count] = NULL;
	return words->word;
}

static void join(char *out, size_t size, const char *const *items)
{
	size_t len = strlen(out);

	for (; items && *items && len < size; items++)
		len += (size_t)snprintf(out + len, size - len, " %s", *items);
}

/* What was read, as text: "id=web m=64 tf e= A=1 : ls -l" */
static void describe(const struct try_args *args, char *out, size_t size)
{
	size_t len = 0;

#define ADD(cond, ...)                                                 \
	do {                                                           \
		if (cond)                                              \
			len += (size_t)snprintf(out + len, size - len, \
						__VA_ARGS__);          \
	} while (0)
	out[0] = '\0';
	ADD(args->id, "id=%s ", args->id);
	ADD(args->name, "name=%s ", args->name);
	ADD(args->memory, "m=%lld ", (long long)args->memory);
	ADD(args->count, "n=%d ", args->count);
	ADD(args->format, "format=%s ", args->format);
	ADD(args->config, "config=%s ", args->config);
	ADD(args->tty, "t");
	ADD(args->interactive, "i");
	ADD(args->force, "f");
	ADD(args->env.count, "e");
	join(out, size, args->env.items);
	len = strlen(out);
	ADD(args->command, ":");
	join(out, size, args->command);
	len = strlen(out);
	while (len && out[len - 1] == ' ')
		out[--len] = '\0';
}

static const struct {
	enum opt_style style;
	const struct opt *opts;
	const char *line, *read, *error, *hint;
} lines[] = {
#define GNU OPT_STYLE_GNU
#define GO OPT_STYLE_GO
	/* forms */
	{ GNU, plain_opts, "web", "id=web", NULL, NULL },
	{ GNU, plain_opts, "--memory 64m web", "id=web m=67108864", NULL,
	  NULL },
	{ GNU, plain_opts, "--memory=1k web", "id=web m=1024", NULL, NULL },
	{ GNU, plain_opts, "--mem=1k web", "id=web m=1024", NULL, NULL },
	{ GNU, plain_opts, "-m1k web", "id=web m=1024", NULL, NULL },
	{ GNU, plain_opts, "-m=1k web", "id=web m=1024", NULL, NULL },
	{ GNU, plain_opts, "-m 1k web", "id=web m=1024", NULL, NULL },
	{ GNU, plain_opts, "-it web", "id=web ti", NULL, NULL },
	{ GNU, plain_opts, "-itm1k web", "id=web m=1024 ti", NULL, NULL },
	{ GNU, plain_opts, "-itn 3 web", "id=web n=3 ti", NULL, NULL },
	{ GNU, plain_opts, "-e A=1 --env=B=2 -eC=3 web", "id=web e A=1 B=2 C=3",
	  NULL, NULL },
	{ GNU, plain_opts, "--tty=true --force=false web", "id=web t", NULL,
	  NULL },
	{ GNU, plain_opts, "--name= web", "id=web name=", NULL, NULL },
	{ GNU, plain_opts, "--config web", "id=web config=usual", NULL, NULL },
	{ GNU, plain_opts, "-K web", "id=web config=usual", NULL, NULL },
	{ GNU, plain_opts, "-K=/x web", "id=web config=/x", NULL, NULL },
	{ GNU, plain_opts, "--config=/x web", "id=web config=/x", NULL, NULL },
	{ GNU, plain_opts, "-tK=/x web", "id=web config=/x t", NULL, NULL },
	{ GNU, plain_opts, "--config=x web", "id=web config=x", NULL, NULL },
	{ GNU, plain_opts, "-", "id=-", NULL, NULL },
	{ GO, plain_opts, "-memory 1k web", "id=web m=1024", NULL, NULL },
	{ GO, plain_opts, "-memory=1k web", "id=web m=1024", NULL, NULL },
	{ GO, plain_opts, "--memory=1k web", "id=web m=1024", NULL, NULL },
	{ GO, plain_opts, "-m 1k --t web", "id=web m=1024 t", NULL, NULL },
	{ GO, plain_opts, "-t=false -i web", "id=web i", NULL, NULL },

	/* where options end */
	{ GNU, plain_opts, "web -f 3", "id=web n=3 f", NULL, NULL },
	{ GNU, plain_opts, "-f -- -web", "id=-web f", NULL, NULL },
	{ GNU, plain_opts, "-- web -3", "id=web n=-3", NULL, NULL },
	{ GO, plain_opts, "web -f", "id=web f", NULL, NULL },
	{ GNU, command_opts, "web ls -l -t", "id=web : ls -l -t", NULL, NULL },
	{ GNU, command_opts, "-t web -- ls --", "id=web t: ls --", NULL, NULL },
	{ GNU, command_opts, "-- web -- ls", "id=web : -- ls", NULL, NULL },
	{ GNU, command_opts, "web", "id=web", NULL, NULL },
	{ GNU, command_opts, "web --", "id=web", NULL, NULL },
	{ GNU, same_opts, "a b -f c", "f: a b c", NULL, NULL },
	{ GNU, same_opts, "-f -- a -b", "f: a -b", NULL, NULL },
	{ GNU, same_opts, "", "", NULL, NULL },

	/* mistakes */
	{ GNU, plain_opts, "--memroy 1k web", NULL, "unknown option '--memroy'",
	  "did you mean '--memory'?" },
	{ GNU, plain_opts, "--memroy=1k web", NULL, "unknown option '--memroy'",
	  "did you mean '--memory'?" },
	{ GNU, plain_opts, "--hlep", NULL, "unknown option '--hlep'",
	  "did you mean '--help'?" },
	{ GNU, plain_opts, "--zzzzzz", NULL, "unknown option '--zzzzzz'", "" },
	{ GNU, plain_opts, "-x web", NULL, "unknown option '-x'", "" },
	{ GNU, plain_opts, "-tx web", NULL, "unknown option '-x'", "" },
	{ GNU, plain_opts, "-name x web", NULL,
	  "option '--count': 'ame' is not a whole number",
	  "did you mean '--name'?" },
	{ GNU, plain_opts, "-format x", NULL, "unknown option '-o'",
	  "did you mean '--format'?" },
	{ GO, plain_opts, "-memroy", NULL, "unknown option '-memroy'",
	  "did you mean '--memory'?" },
	{ GO, plain_opts, "-it web", NULL, "unknown option '-it'", "" },
	{ GNU, plain_opts, "web --memory", NULL,
	  "option '--memory' needs a value: BYTES", "" },
	{ GNU, plain_opts, "-K= web", NULL,
	  "option '--config' has nothing behind '='", "" },
	{ GNU, plain_opts, "--config= web", NULL,
	  "option '--config' has nothing behind '='", "" },
	{ GNU, plain_opts, "-m", NULL, "option '--memory' needs a value: BYTES",
	  "" },
	{ GNU, plain_opts, "--tty=x web", NULL,
	  "option '--tty' takes no value, but has 'x'", "" },
	{ GNU, plain_opts, "--memory 3x web", NULL,
	  "option '--memory': '3x' is not a size",
	  "sizes are written as 512k, 64m, 1.5G, max" },
	{ GNU, plain_opts, "-n three web", NULL,
	  "option '--count': 'three' is not a whole number", "" },
	{ GNU, plain_opts, "-n 99999999999 web", NULL,
	  "option '--count': '99999999999' is too large", "" },
	{ GNU, plain_opts, "--format jsno web", NULL,
	  "option '--format': 'jsno' is none of table, json",
	  "did you mean 'json'?" },
	{ GNU, plain_opts, "", NULL, "NAME is missing: its name", "" },
	{ GNU, plain_opts, "-f", NULL, "NAME is missing: its name", "" },
	{ GNU, plain_opts, "web x", NULL, "COUNT: 'x' is not a whole number",
	  "" },
	{ GNU, plain_opts, "web 1 2", NULL, "too many operands: '2'", "" },
	{ GNU, no_operands, "web", NULL, "too many operands: 'web'",
	  "only options are expected here" },
};

static void words_are_read_by_the_table_or_refused_by_name(void **state)
{
	EACH(row, lines) {
		struct kist_error err = { 0 };
		struct try_args args = { 0 };
		struct words words;
		char read[300] = "";
		int ret;

		CASE(row->line);
		ret = opt_parse(row->opts, row->style, cut(&words, row->line),
				&args, NULL, &err);
		CHECK_ERR(&err, row->error);
		if (row->hint)
			CHECK_HINT(&err, row->hint);
		assert_int_equal(ret, row->error ? -EINVAL : 0);
		assert_int_equal(err.id, row->error ? KIST_E_USAGE : KIST_OK);
		describe(&args, read, sizeof(read));
		if (row->read)
			assert_string_equal(read, row->read);
		free(args.env.items);
	}
}

static void reading_stops_at_the_verb(void **state)
{
	static const struct {
		const char *line, *rest;
	} rows[] = {
		{ "-t --name x run -d", "run -d" },
		{ "run", "run" },
		{ "-t", "" },
		{ "", "" },
		{ "-- run --", "run --" },
	};

	EACH(row, rows) {
		struct try_args args = { 0 };
		struct words words;
		const char *const *rest = NULL;
		char text[200] = "";

		CASE(row->line);
		assert_int_equal(opt_parse(no_operands, GNU,
					   cut(&words, row->line), &args, &rest,
					   NULL),
				 0);
		join(text, sizeof(text), rest);
		assert_string_equal(text[0] ? text + 1 : text, row->rest);
	}
}

static void help_is_seen_unless_it_is_a_value_or_another_program_s(void **state)
{
	static const struct {
		enum opt_style style;
		const struct opt *opts;
		const char *line;
		bool wanted;
	} rows[] = {
		{ GNU, plain_opts, "--help", true },
		{ GNU, plain_opts, "-h", true },
		{ GNU, plain_opts, "-help", false },
		{ GO, plain_opts, "-help", true },
		{ GNU, plain_opts, "--bogus --help", true },
		{ GNU, plain_opts, "--name --help", false },
		{ GNU, plain_opts, "--name=x --help", true },
		{ GNU, plain_opts, "-tm --help", false },
		{ GNU, plain_opts, "-tm1 --help", true },
		{ GNU, plain_opts, "--config --help", true },
		{ GNU, plain_opts, "web --help", true },
		{ GNU, plain_opts, "-- --help", false },
		{ GNU, command_opts, "web --help", false },
		{ GNU, command_opts, "-t web --help", false },
		{ GNU, command_opts, "-t --help web", true },
		{ GNU, no_operands, "run --help", false },
	};

	EACH(row, rows) {
		struct words words;

		CASE(row->line);
		assert_int_equal(opt_wants_help(row->opts, row->style,
						cut(&words, row->line)),
				 row->wanted);
	}
}

static void signals_are_read_by_name_and_number(void **state)
{
	static const struct {
		const char *word;
		int number;
		const char *error, *hint;
	} rows[] = {
		{ "TERM", SIGTERM, NULL, NULL },
		{ "SIGTERM", SIGTERM, NULL, NULL },
		{ "sigkill", SIGKILL, NULL, NULL },
		{ "15", 15, NULL, NULL },
		{ "0", 0, NULL, NULL },
		{ "64", 64, NULL, NULL },
		{ "RTMIN", 34, NULL, NULL },
		{ "SIGRTMIN+3", 37, NULL, NULL },
		{ "RTMAX-1", 63, NULL, NULL },
		{ "RTMAX+1", -1, "unknown signal 'RTMAX+1'", "" },
		{ "RTMIN+90", -1, "unknown signal 'RTMIN+90'", "" },
		{ "65", -1, "unknown signal '65'", "" },
		{ "-9", -1, "unknown signal '-9'", "" },
		{ "TREM", -1, "unknown signal 'TREM'", "did you mean 'TERM'?" },
		{ "", -1, "unknown signal ''", "" },
	};

	EACH(row, rows) {
		struct kist_error err = { 0 };
		int number = -1;

		CASE(row->word);
		opt_signal(&number, row->word, &err);
		CHECK_ERR(&err, row->error);
		if (row->hint)
			CHECK_HINT(&err, row->hint);
		assert_int_equal(number, row->number);
	}
}

static void times_are_read_in_milliseconds(void **state)
{
	static const struct {
		const char *word;
		int64_t time_ms;
		const char *error;
	} rows[] = {
		{ "90", 90000, NULL },
		{ "90s", 90000, NULL },
		{ "1h30m", 5400000, NULL },
		{ "250ms", 250, NULL },
		{ "", -1, "'' is not a time" },
		{ "soon", -1, "'soon' is not a time" },
		{ "-1", -1, "'-1' is not a time" },
	};

	EACH(row, rows) {
		struct kist_error err = { 0 };
		int64_t time_ms = -1;

		CASE(row->word);
		opt_seconds(&time_ms, row->word, &err);
		CHECK_ERR(&err, row->error);
		assert_int_equal(time_ms, row->time_ms);
	}
}

static void truth_has_six_words(void **state)
{
	static const struct {
		const char *word;
		int value; /* -1: refused */
	} rows[] = { { "true", 1 },  { "yes", 1 }, { "1", 1 },
		     { "false", 0 }, { "no", 0 },  { "0", 0 },
		     { "maybe", -1 } };

	EACH(row, rows) {
		struct kist_error err = { 0 };
		bool value = row->value == 0;

		CASE(row->word);
		assert_int_equal(opt_bool(&value, row->word, &err),
				 row->value < 0 ? -EINVAL : 0);
		if (row->value >= 0)
			assert_int_equal(value, row->value);
		else
			CHECK_ERR(&err, "'maybe' is neither true nor false");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			words_are_read_by_the_table_or_refused_by_name),
		cmocka_unit_test(reading_stops_at_the_verb),
		cmocka_unit_test(
			help_is_seen_unless_it_is_a_value_or_another_program_s),
		cmocka_unit_test(signals_are_read_by_name_and_number),
		cmocka_unit_test(times_are_read_in_milliseconds),
		cmocka_unit_test(truth_has_six_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
