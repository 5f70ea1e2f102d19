/* SPDX-License-Identifier: Apache-2.0 */
/**
 * dbus.h - as much of the D-Bus wire as a call to systemd needs
 *
 *	struct dbus_call call;
 *
 *	dbus_call_begin(&call, "/org/freedesktop/systemd1", …);
 *	dbus_add_string(&call, "a.scope");
 *	…
 *	ret = dbus_send(bus_fd, &call, 1);
 *	dbus_call_done(&call);
 *	ret = dbus_receive(bus_fd, &message, timeout_ms);
 *
 * systemd listens for its own tools on a socket without a bus: one method call
 * there is two messages, without a program or a library to be loaded (docs/
 * dependencies.md has the numbers). Not here: buses, names, fds, big-endian
 * peers, properties, introspection.
 *
 * Threads: no shared state.
 * See:     the D-Bus specification, "Message Protocol" and "Authentication"
 */
#ifndef SYS_DBUS_H
#define SYS_DBUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/macros.h"

#define DBUS_MESSAGE_MAX 65536

/* Connect to the socket @path and authenticate. Return: an fd, or -errno
 * (EPROTO: it does not speak D-Bus; EACCES: it does not want us). */
MUST_CHECK int dbus_connect(const char *path);

/* A method call being built. @body is what follows the header; values in it
 * are added in the order of @signature, with dbus_add_…(). */
struct dbus_call {
	const char *path, *interface, *member, *signature;
	struct buf body;
};

void dbus_call_begin(struct dbus_call *call, const char *path,
		     const char *interface, const char *member,
		     const char *signature);
void dbus_call_done(struct dbus_call *call);

void dbus_add_u32(struct dbus_call *call, uint32_t value);
void dbus_add_u64(struct dbus_call *call, uint64_t value);
void dbus_add_bool(struct dbus_call *call, bool value);
void dbus_add_string(struct dbus_call *call, const char *text);
void dbus_add_bytes(struct dbus_call *call, const void *bytes, uint32_t len);
/* The signature of a variant, or 'g'. */
void dbus_add_signature(struct dbus_call *call, const char *text);
/* Align for the next struct of an array. */
void dbus_begin_struct(struct dbus_call *call);

/**
 * dbus_begin_array() - an array follows
 * @align:	of its elements: 8 for structs and 64-bit numbers
 *
 * Return: a mark for dbus_end_array().
 */
size_t dbus_begin_array(struct dbus_call *call, size_t align);
void dbus_end_array(struct dbus_call *call, size_t mark, size_t align);

/* @serial: not 0. Return: 0 or -errno. */
MUST_CHECK int dbus_send(int fd, const struct dbus_call *call, uint32_t serial);

enum dbus_type { DBUS_CALL = 1, DBUS_RETURN, DBUS_ERROR, DBUS_SIGNAL };

/**
 * struct dbus_message - what was received
 * @reply_serial: 0: none
 * @member:	of a signal, "" if none; @error: the name of an error
 * @body, @body_len: in @bytes
 */
struct dbus_message {
	enum dbus_type type;
	uint32_t reply_serial;
	char member[64], error[96];
	const uint8_t *body;
	size_t body_len;
	uint8_t bytes[DBUS_MESSAGE_MAX];
};

/* Receive one. Return: 0, -ETIMEDOUT, -ECONNRESET (the end), -EPROTO, … */
MUST_CHECK int dbus_receive(int fd, struct dbus_message *message,
			    int timeout_ms);

/* Take a message apart that is whole in @bytes. Return: 0 or -EPROTO. */
MUST_CHECK int dbus_parse(struct dbus_message *message, size_t len);

/* Read from the body at @at, which moves on. @ret_text: in the message.
 * Return: false if it is not there. */
bool dbus_read_u32(const struct dbus_message *message, size_t *at,
		   uint32_t *ret_value);
bool dbus_read_string(const struct dbus_message *message, size_t *at,
		      const char **ret_text);

#endif
