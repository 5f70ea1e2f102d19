/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logs.c - show the log of a detached container, and follow it
 *
 * Following waits for a change of the log or of the file `life`, which its
 * supervisor closes when it ends, however it ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>

#include "engine/container/log.h"
#include "engine/container/subject.h"
#include "engine/values.h"
#include "sys/file.h"

#define LOG_CHUNK (1u << 20)

/**
 * struct reading - a log being shown
 * @text:	what was read and is not shown yet
 * @is_inside:	the line before, of this stream, has not ended yet
 */
struct reading {
	const struct kist_logs *logs;
	int fd;
	struct buf text;
	bool is_inside[2];
};

static int line_time_is_before(const struct log_line *line, int64_t since)
{
	char text[64];
	int64_t time;

	if (!since || line->time_len >= sizeof(text))
		return false;
	memcpy(text, line->time, line->time_len);
	text[line->time_len] = '\0';
	return value_time(text, &time, NULL) == 0 && time < since;
}

static int show_line(struct reading *r, const struct log_line *line)
{
	const struct kist_logs *logs = r->logs;
	int fd = line->stream == LOG_STDERR ? logs->err_fd : logs->out_fd;
	bool *is_inside = &r->is_inside[line->stream];
	int ret = 0;

	if (line_time_is_before(line, logs->since))
		return 0;
	if (logs->timestamps && !*is_inside) {
		ret = sys_write_all(fd, line->time, line->time_len);
		if (ret == 0)
			ret = sys_write_all(fd, " ", 1);
	}
	*is_inside = !line->is_full;
	if (ret == 0)
		ret = sys_write_all(fd, line->text,
				    line->text_len + line->is_full);
	return ret;
}

/* All whole lines of what was read; the newline of a full one is there. */
static int show(struct reading *r, const char *at)
{
	const char *end = r->text.data + r->text.len, *next;
	struct log_line line;
	int ret = 0;

	while (ret == 0 && (next = log_read_line(at, end, &line))) {
		ret = show_line(r, &line);
		at = next;
	}
	r->text.len = (size_t)(end - at);
	memmove(r->text.data, at, r->text.len);
	return ret;
}

/* Return: bytes read, 0 at the end, or -errno. */
static ssize_t read_more(struct reading *r, size_t max)
{
	char bytes[16384];
	size_t total = 0;

	while (total < max) {
		ssize_t n = read(r->fd, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		buf_add(&r->text, bytes, (size_t)n);
		total += (size_t)n;
	}
	return buf_failed(&r->text) ? -ENOMEM : (ssize_t)total;
}

static int show_rest(struct reading *r)
{
	ssize_t n;
	int ret = 0;

	while (ret == 0 && (n = read_more(r, LOG_CHUNK)) != 0)
		ret = n < 0 ? (int)n : show(r, r->text.data);
	return ret;
}

/* The last lines are known only when all are. */
static int show_tail(struct reading *r)
{
	ssize_t n = read_more(r, SIZE_MAX);

	if (n <= 0)
		return (int)n;
	return show(r, log_tail(r->text.data, r->text.data + r->text.len,
				r->logs->tail));
}

static int watch(const struct subject *s, struct kist_error *err)
{
	static const char *const names[] = { "log", "life" };
	char path[64 + 32];
	int fd = inotify_init1(IN_CLOEXEC);

	for (size_t i = 0; fd >= 0 && i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d/%s",
			 s->record.dir_fd, names[i]);
		if (inotify_add_watch(fd, path, IN_MODIFY | IN_CLOSE_WRITE) <
		    0) {
			close(fd);
			fd = -1;
		}
	}
	if (fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "watch the log");
	return fd;
}

static int follow(struct reading *r, const struct subject *s,
		  struct kist_error *err)
{
	CLEANUP_FD int watch_fd = watch(s, err);
	char events[4096];
	int ret = watch_fd < 0 ? watch_fd : 0;

	while (ret == 0) {
		/* Asked before reading: what it wrote last is then there. */
		bool held = life_read(&s->record).held;

		ret = show_rest(r);
		if (!held)
			break;
		if (ret == 0 && read(watch_fd, events, sizeof(events)) < 0 &&
		    errno != EINTR)
			ret = -errno;
	}
	return ret;
}

static int show_log(struct reading *r, const struct subject *s,
		    struct kist_error *err)
{
	int ret = 0;

	r->fd = openat(s->record.dir_fd, "log", O_RDONLY | O_CLOEXEC);
	if (r->fd < 0 && errno == ENOENT)
		return err_set(err, KIST_E_LOG_NONE,
			       "container '%s' has no log", s->word);
	if (r->fd < 0)
		return err_sys(err, KIST_E_STORE, errno, "open '%s/log'",
			       s->record.path);
	if (r->logs->tail >= 0)
		ret = show_tail(r);
	if (ret == 0)
		ret = r->logs->follow ? follow(r, s, err) : show_rest(r);
	if (ret < 0 && ret != -EPIPE)
		return err_sys(err, KIST_E_SYSTEM, -ret, "show the log of '%s'",
			       s->word);
	return 0;
}

int kist_logs(const struct kist *kist, const struct kist_logs *logs,
	      struct kist_error *err)
{
	struct reading r = { .logs = logs, .fd = -1 };
	struct subject s;
	int ret = subject_open(kist, logs->container, &s, err);

	if (ret < 0)
		return ret;
	buf_init(&r.text);
	ret = show_log(&r, &s, err);
	if (r.fd >= 0)
		close(r.fd);
	buf_done(&r.text);
	subject_close(&s);
	return ret;
}
