/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opt.c - reading the words of a command line by a table
 *
 * How it works
 * ============
 *
 * One cursor walks the words. A word that looks like an option is looked up in
 * the table and read; any other goes to the next operand row. What ends the
 * options depends on the table: see opt.h. opt_wants_help() walks the same way
 * but stores nothing, so that "--help" wins over whatever is wrong before it.
 */
#include <errno.h>
#include <string.h>

#include "base/near.h"
#include "cli/opt.h"
#include "cli/opt_text.h"

struct reader {
	const struct opt *opts;
	enum opt_style style;
	const char *const *word;   /* the cursor */
	const struct opt *operand; /* the next operand row, or the end */
	const struct opt_also *also;
	bool operands_seen, dashes_seen;
	struct opt_list rest;
	char *args;
	struct kist_error *err;
};

/* An option as it was written: "--name=value", "-n", "-nvalue". */
struct written {
	const char *name;
	size_t len;
	const char *value; /* in the same word, or NULL */
};

static const struct opt *next_operand(const struct opt *opt)
{
	while (!opt_is_end(opt) && !opt_is_operand(opt))
		opt++;
	return opt;
}

/* Do the options end at the first operand? */
static bool is_ordered(const struct opt *opts)
{
	const struct opt *opt = next_operand(opts);

	if (opt_is_end(opt))
		return true;
	while (!opt_is_end(opt) && opt->kind != OPT_REST)
		opt = next_operand(opt + 1);
	return !opt_is_end(opt) && !opt_is_same(opt);
}

static bool looks_like_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

static bool is_dashes(const char *word)
{
	return strcmp(word, "--") == 0;
}

/* "memory|mem" has the names "memory" and "mem". */
static bool has_name(const struct opt *opt, const char *name, size_t len)
{
	const char *alias = opt->name;

	while (alias) {
		size_t n = strcspn(alias, "|");

		if (n == len && memcmp(alias, name, n) == 0)
			return true;
		alias = alias[n] ? alias + n + 1 : NULL;
	}
	return false;
}

static const struct opt *find_name(const struct opt *opts,
				   const struct written *written)
{
	for (; !opt_is_end(opts); opts++)
		if (opt_is_option(opts) &&
		    has_name(opts, written->name, written->len))
			return opts;
	return NULL;
}

static const struct opt *find_letter(const struct opt *opts, char letter)
{
	for (; !opt_is_end(opts); opts++)
		if (opt_is_option(opts) && opts->letter == letter)
			return opts;
	return NULL;
}

static const struct opt *only_flag(const struct opt *opt)
{
	return opt && opt->kind == OPT_FLAG ? opt : NULL;
}

/* Go does not tell "-bundle" from "--bundle", nor "-b" from "--b". */
static const struct opt *find_option(const struct reader *r,
				     const struct written *written)
{
	const struct opt *opt = find_name(r->opts, written);

	if (!opt && r->style == OPT_STYLE_GO && written->len == 1)
		opt = find_letter(r->opts, written->name[0]);
	if (!opt && r->also)
		opt = only_flag(find_name(r->also->opts, written));
	return opt;
}

static const struct opt *find_short(const struct reader *r, char letter)
{
	const struct opt *opt = find_letter(r->opts, letter);

	return opt || !r->also ? opt :
				 only_flag(find_letter(r->also->opts, letter));
}

static struct written split_long(const char *word)
{
	struct written written = { .name = word + strspn(word, "-") };

	written.len = strcspn(written.name, "=");
	if (written.name[written.len] == '=')
		written.value = written.name + written.len + 1;
	return written;
}

static bool is_long(const struct reader *r, const char *word)
{
	return word[1] == '-' || r->style == OPT_STYLE_GO;
}

/* ---- what went wrong ---- */

#define NAME_SIZE 64

/* Offer the name that is shown; the best one is kept in @best. */
static void offer_name(struct near *near, const struct opt *opt,
		       char best[NAME_SIZE])
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "%.*s", opt_name_len(opt), opt->name);
	near_offer(near, name);
	if (near->best == name)
		near->best = strcpy(best, name);
}

static void suggest_name(const struct reader *r, const struct written *written)
{
	char word[NAME_SIZE], best[NAME_SIZE];
	struct near near;

	snprintf(word, sizeof(word), "%.*s", (int)written->len, written->name);
	near_init(&near, word);
	EACH_OPT(opt, r->opts)
		if (opt_is_option(opt) && !opt->hidden && opt->name)
			offer_name(&near, opt, best);
	near_offer(&near, "help");
	if (near.best)
		err_hint(r->err, "did you mean '--%s'?", near.best);
}

static int unknown_long(const struct reader *r, const char *word,
			const struct written *written)
{
	int dashes = (int)(written->name - word);
	int ret = err_set(r->err, KIST_E_USAGE, "unknown option '%.*s'",
			  dashes + (int)written->len, word);

	suggest_name(r, written);
	return ret;
}

/* "-memory" of a table that has "--memory". */
static void suggest_dashes(const struct reader *r, const char *word)
{
	struct written whole = split_long(word);

	if (find_name(r->opts, &whole))
		err_hint(r->err, "did you mean '--%.*s'?", (int)whole.len,
			 whole.name);
}

static const char *shown_name(const struct opt *opt, char name[NAME_SIZE])
{
	if (opt->name)
		snprintf(name, NAME_SIZE, "--%.*s", opt_name_len(opt),
			 opt->name);
	else
		snprintf(name, NAME_SIZE, "-%c", opt->letter);
	return name;
}

/* ---- storing ---- */

static int check_words(const struct opt *opt, const char *word,
		       struct kist_error *err)
{
	char list[200] = "";
	struct near near;
	size_t len = 0;
	int ret;

	if (!opt->only_words)
		return 0;
	near_init(&near, word);
	for (const char *const *w = opt->words; *w; w++) {
		if (strcmp(*w, word) == 0)
			return 0;
		near_offer(&near, *w);
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
					len ? ", " : "", *w);
		if (len >= sizeof(list))
			len = sizeof(list) - 1;
	}

	ret = err_set(err, KIST_E_USAGE, "'%s' is none of %s", word, list);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	return ret;
}

static int store(struct reader *r, const struct opt *opt, const char *word)
{
	char name[NAME_SIZE];
	int ret = check_words(opt, word, r->err);

	if (ret == 0)
		ret = opt->read(r->args + opt->offset, word, r->err);
	if (ret == 0)
		return 0;

	if (opt_is_operand(opt))
		err_while(r->err, "%s", opt->value);
	else
		err_while(r->err, "option '%s'", shown_name(opt, name));
	return ret;
}

/* Flags are the table's own, or those that are good everywhere. */
static bool *flag_field(const struct reader *r, const struct opt *opt)
{
	const struct opt *own = r->opts;

	while (!opt_is_end(own) && own != opt)
		own++;
	return (bool *)(void *)((own == opt ? r->args : r->also->args) +
				opt->offset);
}

static int store_flag(struct reader *r, const struct opt *opt,
		      const char *value)
{
	bool *field = flag_field(r, opt);
	char name[NAME_SIZE];

	if (!value || strcmp(value, "true") == 0) {
		*field = true;
		return 0;
	}
	if (strcmp(value, "false") == 0) {
		*field = false;
		return 0;
	}
	return err_set(r->err, KIST_E_USAGE,
		       "option '%s' takes no value, but has '%s'",
		       shown_name(opt, name), value);
}

/* An option with what its own word gave it; the value may be the next one. */
static int store_option(struct reader *r, const struct opt *opt,
			const char *value)
{
	char name[NAME_SIZE];

	if (opt->kind == OPT_FLAG)
		return store_flag(r, opt, value);
	if (value && !*value && opt->bare)
		return err_set(r->err, KIST_E_USAGE,
			       "option '%s' has nothing behind '='",
			       shown_name(opt, name));
	if (!value && opt->bare)
		value = opt->bare;
	else if (!value && *r->word)
		value = *r->word++;
	if (!value)
		return err_set(r->err, KIST_E_USAGE,
			       "option '%s' needs a value: %s",
			       shown_name(opt, name), opt->value);
	return store(r, opt, value);
}

static int read_long(struct reader *r, const char *word)
{
	struct written written = split_long(word);
	const struct opt *opt = find_option(r, &written);

	if (!opt)
		return unknown_long(r, word, &written);
	return store_option(r, opt, written.value);
}

static int read_letter(struct reader *r, const struct opt *opt,
		       const char *value)
{
	if (value && *value == '=')
		value++;
	return store_option(r, opt, value);
}

/* What need not have a value has it behind '=': "-mu" are two. */
static bool takes_value(const struct opt *opt, char next)
{
	return next == '=' || (opt->kind == OPT_VALUE && !opt->bare);
}

/* "-it", "-m64m", "-m 64m", "-m=64m" */
static int read_letters(struct reader *r, const char *word)
{
	int ret = 0;

	for (const char *letter = word + 1; ret == 0 && *letter; letter++) {
		const struct opt *opt = find_short(r, *letter);
		const char *value = letter[1] ? letter + 1 : NULL;

		if (!opt) {
			ret = err_set(r->err, KIST_E_USAGE,
				      "unknown option '-%c'", *letter);
		} else if (takes_value(opt, letter[1])) {
			ret = read_letter(r, opt, value);
			break;
		} else {
			ret = store_option(r, opt, NULL);
		}
	}
	if (ret < 0)
		suggest_dashes(r, word);
	return ret;
}

static int read_option(struct reader *r)
{
	const char *word = *r->word++;

	return is_long(r, word) ? read_long(r, word) : read_letters(r, word);
}

/* ---- operands ---- */

static int too_many(const struct reader *r, const char *word)
{
	int ret =
		err_set(r->err, KIST_E_USAGE, "too many operands: '%s'", word);

	if (opt_is_end(next_operand(r->opts)))
		err_hint(r->err, "only options are expected here");
	return ret;
}

/* All that is left is another program's. */
static int take_rest(struct reader *r, const struct opt *opt)
{
	const char *const **field = (void *)(r->args + opt->offset);

	if (is_dashes(*r->word) && !r->dashes_seen)
		r->word++;
	if (*r->word)
		*field = r->word;
	while (*r->word)
		r->word++;
	return 0;
}

/* One more of the same; options may stand between. */
static int add_rest(struct reader *r, const struct opt *opt)
{
	int ret = opt_list(&r->rest, *r->word++, r->err);

	if (ret == 0)
		*(const char ***)(void *)(r->args + opt->offset) =
			r->rest.items;
	return ret;
}

static int read_operand(struct reader *r)
{
	const struct opt *opt = r->operand;

	if (opt_is_end(opt))
		return too_many(r, *r->word);
	r->operands_seen = true;

	if (opt->kind == OPT_REST)
		return opt_is_same(opt) ? add_rest(r, opt) : take_rest(r, opt);
	r->operand = next_operand(opt + 1);
	return store(r, opt, *r->word++);
}

static int check_missing(const struct reader *r)
{
	if (opt_is_end(r->operand) || r->operand->kind != OPT_OPERAND)
		return 0;
	return err_set(r->err, KIST_E_USAGE, "%s is missing: %s",
		       r->operand->value, r->operand->help);
}

/* Is the word under the cursor to be read as an option? A first "--" is
 * swallowed, unless it stands before the rest, which does that itself. */
static bool at_option(struct reader *r, bool stop_at_operand)
{
	if (r->dashes_seen)
		return false;
	if (stop_at_operand && r->operands_seen)
		return false;
	if (is_dashes(*r->word)) {
		r->dashes_seen = true;
		r->word++;
		return false;
	}
	return looks_like_option(*r->word);
}

int opt_parse(const struct opt *opts, enum opt_style style,
	      const char *const *argv, void *args, const char *const **ret_rest,
	      struct kist_error *err)
{
	return opt_parse_also(opts, NULL, style, argv, args, ret_rest, err);
}

int opt_parse_also(const struct opt *opts, const struct opt_also *also,
		   enum opt_style style, const char *const *argv, void *args,
		   const char *const **ret_rest, struct kist_error *err)
{
	struct reader r = { .opts = opts,
			    .also = also,
			    .style = style,
			    .word = argv,
			    .operand = next_operand(opts),
			    .args = args,
			    .err = err };
	bool ordered = is_ordered(opts);
	int ret = 0;

	while (ret == 0 && *r.word) {
		if (at_option(&r, ordered))
			ret = read_option(&r);
		else if (ret_rest || !*r.word)
			break;
		else
			ret = read_operand(&r);
	}
	if (ret == 0 && !ret_rest)
		ret = check_missing(&r);
	if (ret == 0 && ret_rest)
		*ret_rest = r.word;
	return ret;
}

/* ---- help ---- */

static bool is_help(const struct reader *r, const char *word)
{
	if (strcmp(word, "--help") == 0)
		return true;
	if (strcmp(word, "-help") == 0 && r->style == OPT_STYLE_GO)
		return true;
	return strcmp(word, "-h") == 0 && !find_letter(r->opts, 'h');
}

/* Does the option in @word take the next word as its value? */
static bool takes_next(const struct reader *r, const char *word)
{
	const struct opt *opt = NULL;

	if (is_long(r, word)) {
		struct written written = split_long(word);

		opt = find_option(r, &written);
		return opt && opt->kind == OPT_VALUE && !opt->bare &&
		       !written.value;
	}
	while (*++word) {
		opt = find_letter(r->opts, *word);
		if (opt && takes_value(opt, word[1]))
			return !word[1];
	}
	return false;
}

typedef bool asks(const struct reader *r, const char *word);

static bool is_asked(const struct opt *opts, enum opt_style style,
		     const char *const *argv, asks *asks_for)
{
	struct reader r = { .opts = opts, .style = style };
	bool ordered = is_ordered(opts);

	for (; *argv && !is_dashes(*argv); argv++) {
		if (!looks_like_option(*argv)) {
			if (ordered)
				return false;
		} else if (asks_for(&r, *argv)) {
			return true;
		} else if (takes_next(&r, *argv) && argv[1]) {
			argv++;
		}
	}
	return false;
}

bool opt_wants_help(const struct opt *opts, enum opt_style style,
		    const char *const *argv)
{
	return is_asked(opts, style, argv, is_help);
}

static bool is_version(const struct reader *r, const char *word)
{
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		return true;
	return r->style == OPT_STYLE_GO &&
	       (strcmp(word, "-v") == 0 || strcmp(word, "-version") == 0);
}

bool opt_wants_version(const struct opt *opts, enum opt_style style,
		       const char *const *argv)
{
	return is_asked(opts, style, argv, is_version);
}
