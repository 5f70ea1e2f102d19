/* SPDX-License-Identifier: Apache-2.0 */
/* opt_text.c - what help, manual and completion ask of an option table */
#include <string.h>

#include "base/buf.h"
#include "cli/opt_text.h"

int opt_name_len(const struct opt *opt)
{
	return opt->name ? (int)strcspn(opt->name, "|") : 0;
}

bool opt_is_same(const struct opt *opt)
{
	size_t len = strlen(opt->value);

	return len > 3 && strcmp(opt->value + len - 3, "...") == 0;
}

bool opt_any_option(const struct opt *opts)
{
	EACH_OPT(opt, opts)
		if (opt_is_option(opt) && !opt->hidden)
			return true;
	return false;
}

static void usage_word(struct buf *buf, const struct opt *opt)
{
	switch (opt->kind) {
	case OPT_OPERAND:
		buf_printf(buf, " %s", opt->value);
		break;
	case OPT_MAYBE:
		buf_printf(buf, " [%s]", opt->value);
		break;
	case OPT_REST:
		buf_printf(buf, opt_is_same(opt) ? " [%s]" : " [%s ...]",
			   opt->value);
		break;
	default:
		break;
	}
}

const char *command_name(const struct command *command, char between, char *buf)
{
	snprintf(buf, COMMAND_NAME, "%.*s", (int)strcspn(command->name, "|"),
		 command->name);
	for (char *c = buf; *c; c++)
		if (*c == ' ')
			*c = between;
	return buf;
}

const char *command_word(const struct command *command)
{
	const char *space = strchr(command->name, ' ');

	return space ? space + 1 : command->name;
}

char *opt_usage(const struct opt *opts)
{
	CLEANUP_BUF struct buf buf;

	buf_init(&buf);
	buf_puts(&buf, opt_any_option(opts) ? " [OPTIONS]" : "");
	EACH_OPT(opt, opts)
		if (!opt->hidden)
			usage_word(&buf, opt);
	return buf_take(&buf);
}

enum opt_complete opt_complete(const struct opt *opt)
{
	static const struct {
		const char *value;
		enum opt_complete how;
	} names[] = {
		{ "FILE", COMPLETE_FILE },
		{ "PATH", COMPLETE_FILE },
		{ "SOCKET", COMPLETE_FILE },
		{ "DIR", COMPLETE_DIR },
		{ "CONTAINER", COMPLETE_CONTAINER },
		{ "TARGET", COMPLETE_CONTAINER },
		{ "CONTAINER...", COMPLETE_CONTAINER },
		{ "COMMAND", COMPLETE_COMMAND },
		{ "LIMIT... COMMAND", COMPLETE_COMMAND },
		{ "ERRNO CALL SUBJECT | last | -- COMMAND", COMPLETE_COMMAND },
		{ "VERB", COMPLETE_VERB },
		{ "WORD", COMPLETE_EXPLAINED },
	};

	if (opt->words)
		return COMPLETE_WORDS;
	for (size_t i = 0; opt->value && i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].value, opt->value) == 0)
			return names[i].how;
	return COMPLETE_NOTHING;
}
