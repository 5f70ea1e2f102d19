/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.c - errors in the two formats engines read, and for people
 *
 * The words engines look for
 * ==========================
 *
 * There is no protocol between an engine and its runtime but the text of the
 * errors. What they look for is in vocabulary[]; an error that has not said so
 * already gets it appended. The other way round, "no such file or directory"
 * tells Docker and Podman that the user's command does not exist: said of a
 * file of ours it would send people the wrong way, so there it reads
 * "missing". Of the command it is said in small letters, as Go does: Docker's
 * client takes "Permission denied" for an error of its own (125, not 126).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json_write.h"
#include "base/letters.h"
#include "oci/log.h"

#define LINE_BYTES 2048

static const struct {
	enum kist_err id;
	const char *words;
} vocabulary[] = {
	{ KIST_E_COMMAND_NOT_FOUND, "executable file not found in $PATH" },
	{ KIST_E_COMMAND_NOT_EXECUTABLE, "permission denied" },
	{ KIST_E_CONTAINER_EXISTS, "container with given ID already exists" },
	{ KIST_E_CONTAINER_UNKNOWN, "container does not exist" },
	{ KIST_E_CONTAINER_ID, "invalid container ID format" },
};

#define NO_ENTRY "No such file or directory"
#define NO_ACCESS "Permission denied"

/* ---- the message ---- */

/* "container 'web' does not exist": some look for the words without the name.
 */
static void move_name(struct kist_error *err)
{
	const char *first = strchr(err->what, '\'');
	const char *last = strrchr(err->what, '\'');
	char name[sizeof(err->what)];

	if (err->id != KIST_E_CONTAINER_UNKNOWN || !first || last == first)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(last + 1 - first), first);
	snprintf(err->what, sizeof(err->what),
		 "container does not exist: %.300s", name);
}

static void append_words(int id, char *line, size_t size)
{
	size_t len = strlen(line);

	if (id == KIST_E_COMMAND_NOT_FOUND && strstr(line, NO_ENTRY))
		return; /* "exec: "/bin/x": stat /bin/x: No such file …" */
	for (size_t i = 0; i < ARRAY_LEN(vocabulary); i++)
		if ((int)vocabulary[i].id == id &&
		    !strcasestr(line, vocabulary[i].words))
			snprintf(line + len, size - len, ": %s",
				 vocabulary[i].words);
}

static void add_reworded(struct buf *buf, const char *line, const char *from,
			 const char *to)
{
	const char *found;

	while ((found = strcasestr(line, from))) {
		buf_add(buf, line, (size_t)(found - line));
		buf_puts(buf, to);
		line = found + strlen(from);
	}
	buf_puts(buf, line);
}

static void add_line(struct buf *buf, int id, const char *line)
{
	if (id == KIST_E_COMMAND_NOT_FOUND)
		add_reworded(buf, line, NO_ENTRY, "no such file or directory");
	else if (id == KIST_E_COMMAND_NOT_EXECUTABLE)
		add_reworded(buf, line, NO_ACCESS, "permission denied");
	else
		add_reworded(buf, line, NO_ENTRY, "missing");
}

void log_message(const struct kist_error *err, struct buf *buf)
{
	struct kist_error worded = *err;
	char line[LINE_BYTES];

	move_name(&worded);
	kist_error_line(&worded, line, sizeof(line));
	append_words(err->id, line, sizeof(line));
	add_line(buf, err->id, line);
	if (err->place[0])
		buf_printf(buf, " (%s)", err->place);
	if (buf_failed(buf))
		return;
	text_harmless(buf->data, 0);
	buf->len = strlen(buf->data);
}

/* Without the place, which stands in the message. */
static int log_hint(const struct kist_error *err, char *buf, size_t size)
{
	struct kist_error placeless = *err;

	placeless.place[0] = '\0';
	return kist_error_hint(&placeless, buf, size);
}

/* ---- the formats ---- */

/* As Go's %q does. */
static void add_quoted(struct buf *buf, const char *text)
{
	buf_putc(buf, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			buf_printf(buf, "\\%c", c);
		else if (c == '\n')
			buf_puts(buf, "\\n");
		else if (c < ' ' || c == 0x7f)
			buf_printf(buf, "\\x%02x", c);
		else
			buf_putc(buf, (char)c);
	}
	buf_putc(buf, '"');
}

void log_format(struct buf *buf, bool json, const char *level,
		const char *message, const char *time)
{
	struct json_writer w;

	if (json) {
		json_write_init(&w, buf, NULL);
		json_open(&w, '{');
		json_member(&w, "level", level);
		json_member(&w, "msg", message);
		json_member(&w, "time", time);
		json_close(&w, '}');
	} else {
		buf_printf(buf, "time=\"%s\" level=%s msg=", time, level);
		add_quoted(buf, message);
	}
	buf_putc(buf, '\n');
}

static bool is_json(const struct oci_global *global)
{
	return global->log_format && strcmp(global->log_format, "json") == 0;
}

static void format_now(const struct oci_global *global, struct buf *buf,
		       const char *level, const char *message)
{
	char text[32];
	struct tm utc;
	time_t now = time(NULL);

	gmtime_r(&now, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	log_format(buf, is_json(global), level, message, text);
}

/* ---- where they go ---- */

int log_open(struct oci_global *global, struct kist_error *err)
{
	if (!global->log || global->log_fd >= 0)
		return 0;
	global->log_fd = open(global->log,
			      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (global->log_fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "open log '%s'",
			       global->log);
	return 0;
}

/* There is nowhere to say that the log cannot be written. */
static void write_line(const struct buf *buf, int fd)
{
	if (buf_write(buf, fd) < 0)
		return;
}

static void to_log(const struct oci_global *global, const char *level,
		   const char *message)
{
	CLEANUP_BUF struct buf buf;

	buf_init(&buf);
	format_now(global, &buf, level, message);
	write_line(&buf, global->log_fd >= 0 ? global->log_fd : STDERR_FILENO);
}

static void to_people(const struct oci_global *global, const char *message,
		      const struct kist_error *err)
{
	CLEANUP_BUF struct buf buf;
	char hint[LINE_BYTES];

	buf_init(&buf);
	if (global->log_fd < 0)
		buf_printf(&buf, "%s: ", global->name);
	buf_printf(&buf, "%s\n", message);
	/* conmon shows people what one read() of its pipe gives */
	if ((global->log_fd < 0 || isatty(STDERR_FILENO)) &&
	    log_hint(err, hint, sizeof(hint)) > 0)
		buf_printf(&buf, "hint: %s\n", hint);
	write_line(&buf, STDERR_FILENO);
}

int log_error(struct oci_global *global, const struct kist_error *err)
{
	CLEANUP_BUF struct buf message;

	buf_init(&message);
	log_message(err, &message);
	/* A mistake in the global options is reported before begin(). */
	if (log_open(global, NULL) < 0)
		global->log = NULL;

	if (buf_failed(&message))
		return global->failure;
	if (global->log || global->log_format)
		to_log(global, "error", message.data);
	if (global->log || !global->log_format)
		to_people(global, message.data, err);
	return global->failure;
}

void log_warning(const struct oci_global *global, const char *message)
{
	if (!is_json(global))
		fprintf(stderr, "%s: %s\n", global->name, message);
}

void log_debug(const struct oci_global *global, const char *message)
{
	bool debug = global->debug || (global->log_level &&
				       strcmp(global->log_level, "debug") == 0);

	if (debug)
		to_log(global, "debug", message);
}
