/* SPDX-License-Identifier: Apache-2.0 */
/* dbus.c - as much of the D-Bus wire as a call to systemd needs */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sys/dbus.h"
#include "sys/file.h"
#include "sys/socket.h"

#define HELLO_MS 10000
#define FIXED 16 /* of the header, with the length of its array */

enum {
	FIELD_PATH = 1,
	FIELD_INTERFACE,
	FIELD_MEMBER,
	FIELD_ERROR,
	FIELD_REPLY,
	FIELD_DESTINATION,
	FIELD_SENDER,
	FIELD_SIGNATURE
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "messages are made and read little-endian");

/* ---- connecting ---- */

static int wait_for(int fd, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int ret;

	do {
		ret = poll(&poll_fd, 1, timeout_ms);
	} while (ret < 0 && errno == EINTR);
	return ret > 0 ? 0 : ret == 0 ? -ETIMEDOUT : -errno;
}

/* The answer's line, byte by byte: what follows it is no more ours. */
static int read_line(int fd, char *line, size_t size)
{
	size_t len = 0;

	while (len + 1 < size) {
		int ret = wait_for(fd, HELLO_MS);

		if (ret)
			return ret;
		if (read(fd, line + len, 1) != 1)
			return -ECONNRESET;
		line[++len] = '\0';
		if (line[len - 1] == '\n')
			return 0;
	}
	return -EPROTO;
}

static int authenticate(int fd)
{
	char uid[16], line[256], hex[40] = "";
	int len, ret;

	/* the user's number, its digits in hexadecimal */
	snprintf(uid, sizeof(uid), "%u", geteuid());
	for (size_t i = 0; uid[i]; i++)
		snprintf(hex + 2 * i, 3, "%02x", uid[i]);
	line[0] = '\0';
	len = 1 + snprintf(line + 1, sizeof(line) - 1,
			   "AUTH EXTERNAL %s\r\nBEGIN\r\n", hex);
	ret = sys_write_all(fd, line, (size_t)len);
	if (ret == 0)
		ret = read_line(fd, line, sizeof(line));
	if (ret)
		return ret;
	if (strncmp(line, "OK ", 3) == 0)
		return 0;
	return strncmp(line, "REJECTED", 8) == 0 ? -EACCES : -EPROTO;
}

int dbus_connect(const char *path)
{
	CLEANUP_FD int fd = sys_unix_connect(AT_FDCWD, path, SOCK_STREAM);
	int ret = fd < 0 ? fd : authenticate(fd);

	return ret ? ret : TAKE_FD(fd);
}

/* ---- building ---- */

void dbus_call_begin(struct dbus_call *call, const char *path,
		     const char *interface, const char *member,
		     const char *signature)
{
	*call = (struct dbus_call){ .path = path,
				    .interface = interface,
				    .member = member,
				    .signature = signature };
	buf_init(&call->body);
}

void dbus_call_done(struct dbus_call *call)
{
	buf_done(&call->body);
}

static void put_u32(struct buf *buf, uint32_t value)
{
	buf_align(buf, 4);
	buf_add(buf, &value, sizeof(value));
}

static void put_string(struct buf *buf, const char *text)
{
	put_u32(buf, (uint32_t)strlen(text));
	buf_add(buf, text, strlen(text) + 1);
}

static void put_signature(struct buf *buf, const char *text)
{
	buf_putc(buf, (char)strlen(text));
	buf_add(buf, text, strlen(text) + 1);
}

void dbus_add_u32(struct dbus_call *call, uint32_t value)
{
	put_u32(&call->body, value);
}

void dbus_add_u64(struct dbus_call *call, uint64_t value)
{
	buf_align(&call->body, 8);
	buf_add(&call->body, &value, sizeof(value));
}

void dbus_add_bool(struct dbus_call *call, bool value)
{
	put_u32(&call->body, value);
}

void dbus_add_string(struct dbus_call *call, const char *text)
{
	put_string(&call->body, text);
}

void dbus_add_bytes(struct dbus_call *call, const void *bytes, uint32_t len)
{
	put_u32(&call->body, len);
	buf_add(&call->body, bytes, len);
}

void dbus_add_signature(struct dbus_call *call, const char *text)
{
	put_signature(&call->body, text);
}

void dbus_begin_struct(struct dbus_call *call)
{
	buf_align(&call->body, 8);
}

size_t dbus_begin_array(struct dbus_call *call, size_t align)
{
	size_t mark;

	put_u32(&call->body, 0);
	mark = call->body.len - 4;
	buf_align(&call->body, align);
	return mark;
}

/* Its length does not count the padding before the first element. */
void dbus_end_array(struct dbus_call *call, size_t mark, size_t align)
{
	size_t begin = (mark + 4 + align - 1) / align * align;
	uint32_t len = (uint32_t)(call->body.len - begin);

	if (!buf_failed(&call->body))
		memcpy(call->body.data + mark, &len, sizeof(len));
}

static void put_field(struct buf *buf, int field, char type, const char *text)
{
	buf_align(buf, 8);
	buf_putc(buf, (char)field);
	put_signature(buf, (const char[]){ type, '\0' });
	if (type == 'g')
		put_signature(buf, text);
	else
		put_string(buf, text);
}

int dbus_send(int fd, const struct dbus_call *call, uint32_t serial)
{
	CLEANUP_BUF struct buf header;
	uint32_t fields_len;
	int ret;

	buf_init(&header);
	buf_add(&header, (const char[]){ 'l', DBUS_CALL, 0, 1 }, 4);
	put_u32(&header, (uint32_t)call->body.len);
	put_u32(&header, serial);
	put_u32(&header, 0);
	put_field(&header, FIELD_PATH, 'o', call->path);
	put_field(&header, FIELD_DESTINATION, 's', "org.freedesktop.systemd1");
	put_field(&header, FIELD_INTERFACE, 's', call->interface);
	put_field(&header, FIELD_MEMBER, 's', call->member);
	if (*call->signature)
		put_field(&header, FIELD_SIGNATURE, 'g', call->signature);
	fields_len = (uint32_t)header.len - FIXED;
	buf_align(&header, 8);
	buf_add(&header, call->body.data, call->body.len);
	if (buf_failed(&header) || buf_failed(&call->body))
		return -ENOMEM;
	memcpy(header.data + FIXED - 4, &fields_len, sizeof(fields_len));
	ret = sys_write_all(fd, header.data, header.len);
	return ret;
}

/* ---- reading ---- */

struct cursor {
	const uint8_t *bytes;
	size_t at, end;
};

static bool skip_to(struct cursor *c, size_t align)
{
	c->at = (c->at + align - 1) / align * align;
	return c->at <= c->end;
}

static bool get_u32(struct cursor *c, uint32_t *ret_value)
{
	if (!skip_to(c, 4) || c->end - c->at < 4)
		return false;
	memcpy(ret_value, c->bytes + c->at, 4);
	c->at += 4;
	return true;
}

static bool get_text(struct cursor *c, size_t len, const char **ret_text)
{
	if (c->end - c->at < 1 || len > c->end - c->at - 1 ||
	    c->bytes[c->at + len] != '\0')
		return false;
	*ret_text = (const char *)c->bytes + c->at;
	c->at += len + 1;
	return true;
}

static bool get_string(struct cursor *c, const char **ret_text)
{
	uint32_t len;

	return get_u32(c, &len) && get_text(c, len, ret_text);
}

static bool get_signature(struct cursor *c, const char **ret_text)
{
	if (c->at >= c->end)
		return false;
	return get_text(c, c->bytes[c->at++], ret_text);
}

/* One field of the header: a byte, and a variant of one of four types. */
static bool get_field(struct cursor *c, struct dbus_message *m)
{
	const char *type, *text = "";
	uint8_t field;
	uint32_t number = 0;

	if (!skip_to(c, 8) || c->at >= c->end)
		return false;
	field = c->bytes[c->at++];
	if (!get_signature(c, &type))
		return false;
	if (strcmp(type, "u") == 0) {
		if (!get_u32(c, &number))
			return false;
	} else if (strcmp(type, "g") == 0) {
		if (!get_signature(c, &text))
			return false;
	} else if (strcmp(type, "s") != 0 && strcmp(type, "o") != 0) {
		return false;
	} else if (!get_string(c, &text)) {
		return false;
	}
	if (field == FIELD_REPLY)
		m->reply_serial = number;
	else if (field == FIELD_MEMBER)
		snprintf(m->member, sizeof(m->member), "%s", text);
	else if (field == FIELD_ERROR)
		snprintf(m->error, sizeof(m->error), "%s", text);
	return true;
}

/* The length of the whole message, of its first FIXED bytes; 0: it is none. */
static size_t whole(const uint8_t *bytes)
{
	uint32_t body, fields;

	memcpy(&body, bytes + 4, 4);
	memcpy(&fields, bytes + 12, 4);
	if (bytes[0] != 'l' || bytes[3] != 1 || body > DBUS_MESSAGE_MAX ||
	    fields > DBUS_MESSAGE_MAX)
		return 0;
	return (FIXED + (size_t)fields + 7) / 8 * 8 + body;
}

int dbus_parse(struct dbus_message *m, size_t len)
{
	struct cursor c = { .bytes = m->bytes, .at = FIXED };
	uint32_t fields;

	if (len < FIXED || whole(m->bytes) != len)
		return -EPROTO;
	m->type = m->bytes[1];
	m->reply_serial = 0;
	m->member[0] = m->error[0] = '\0';
	memcpy(&fields, m->bytes + 12, 4);
	c.end = FIXED + fields;
	while (c.at < c.end)
		if (!get_field(&c, m))
			return -EPROTO;
	c.at = (c.end + 7) / 8 * 8;
	m->body = m->bytes + c.at;
	m->body_len = len - c.at;
	return 0;
}

static int read_all(int fd, uint8_t *bytes, size_t len, int timeout_ms)
{
	while (len) {
		int ret = wait_for(fd, timeout_ms);
		ssize_t n;

		if (ret)
			return ret;
		n = read(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ECONNRESET;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

int dbus_receive(int fd, struct dbus_message *m, int timeout_ms)
{
	int ret = read_all(fd, m->bytes, FIXED, timeout_ms);
	size_t len;

	if (ret)
		return ret;
	len = whole(m->bytes);
	if (len < FIXED || len > sizeof(m->bytes))
		return -EPROTO;
	ret = read_all(fd, m->bytes + FIXED, len - FIXED, timeout_ms);
	return ret ? ret : dbus_parse(m, len);
}

bool dbus_read_u32(const struct dbus_message *m, size_t *at,
		   uint32_t *ret_value)
{
	struct cursor c = { m->body, *at, m->body_len };
	bool is_there = get_u32(&c, ret_value);

	*at = c.at;
	return is_there;
}

bool dbus_read_string(const struct dbus_message *m, size_t *at,
		      const char **ret_text)
{
	struct cursor c = { m->body, *at, m->body_len };
	bool is_there = get_string(&c, ret_text);

	*at = c.at;
	return is_there;
}
