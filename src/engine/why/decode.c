/* SPDX-License-Identifier: Apache-2.0 */
/* decode.c - a refused system call of a process that stands still, as a case */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/path.h"
#include "engine/why/decode.h"
#include "kernel/address.h"
#include "kernel/syscalls.h"
#include "sys/mount.h"
#include "sys/process.h"

#define VALUE_MAX 200

/* ---- which call ---- */

static enum syscall_arch arch_of(uint32_t arch)
{
	static const struct {
		uint32_t audit;
		enum syscall_arch arch;
	} archs[] = {
		{ AUDIT_ARCH_X86_64, SYSCALL_X86_64 },
		{ AUDIT_ARCH_I386, SYSCALL_I386 },
		{ AUDIT_ARCH_AARCH64, SYSCALL_AARCH64 },
		{ AUDIT_ARCH_ARM, SYSCALL_ARM },
		{ AUDIT_ARCH_RISCV64, SYSCALL_RISCV64 },
	};

	for (size_t i = 0; i < ARRAY_LEN(archs); i++)
		if (archs[i].audit == arch)
			return archs[i].arch;
	return SYSCALL_ARCH_COUNT;
}

const struct why_word *why_decode_row(const struct sys_call_stop *stop,
				      const char **ret_name)
{
	enum syscall_arch arch = arch_of(stop->arch);
	const struct why_word *word;

	*ret_name = NULL;
	if (arch == SYSCALL_ARCH_COUNT)
		return NULL;
	for (size_t i = 0; syscall_name(i); i++)
		if (syscall_number(i, arch) == (int)stop->number) {
			*ret_name = syscall_name(i);
			break;
		}
	word = *ret_name ? why_word_find(*ret_name) : NULL;
	return word && word->is_syscall ? word : NULL;
}

/* ---- what is in the process ---- */

const char *why_decode_text(struct why_decoding *d, uint64_t address,
			    size_t max)
{
	char text[PATH_BYTES];
	ssize_t len;

	if (!address)
		return NULL;
	if (max > sizeof(text) - 1)
		max = sizeof(text) - 1;
	len = sys_trace_read(d->pid, address, text, max);
	if (len < 0)
		return NULL;
	text[len] = '\0';
	return arena_strdup(d->c->arena, text);
}

const char *why_decode_link(struct why_decoding *d, int fd)
{
	char name[32], link[PATH_BYTES];
	ssize_t len;

	snprintf(name, sizeof(name), "fd/%d", fd);
	len = readlinkat(d->c->proc_fd, name, link, sizeof(link) - 1);
	if (len < 0)
		return NULL;
	link[len] = '\0';
	return arena_strdup(d->c->arena, link);
}

static uint64_t arg(const struct why_decoding *d, uint8_t number)
{
	return number ? d->stop->args[number - 1] : 0;
}

static const char *path(struct why_decoding *d, uint8_t number, uint8_t dir)
{
	const char *text =
		number ? why_decode_text(d, arg(d, number), PATH_BYTES - 1) :
			 NULL;
	const char *below;

	if (!text || text[0] == '/' || !dir || (int)arg(d, dir) == AT_FDCWD)
		return text;
	below = why_decode_link(d, (int)arg(d, dir));
	if (!below)
		return text;
	return text[0] ? arena_printf(d->c->arena, "%s/%s", below, text) :
			 below;
}

/* ---- one kind of call each ---- */

#define NEW_KINDS                                                    \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | \
	 CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWTIME)

static void made_process(struct why_case *c)
{
	if (!(c->flags & NEW_KINDS))
		c->call = WHY_FORK;
}

static void decode_clone(struct why_decoding *d)
{
	/* the low byte is the signal: CLONE_NEWTIME is no flag of clone(2) */
	d->c->flags &= ~UINT64_C(0xff);
	made_process(d->c);
}

static void decode_clone3(struct why_decoding *d)
{
	uint64_t fields[11] = { 0 }; /* struct clone_args: flags … cgroup */
	struct why_case *c = d->c;

	if (sys_trace_read(d->pid, d->stop->args[0], fields, sizeof(fields)) <
	    (ssize_t)sizeof(fields[0]))
		return;
	c->flags = fields[0];
	made_process(c);
	if (c->flags & CLONE_INTO_CGROUP) {
		c->subject = why_decode_link(d, (int)fields[10]);
		if (c->call & WHY_FORK)
			c->call = WHY_CGROUP_MOVE;
	}
}

static void decode_fd(struct why_decoding *d)
{
	d->c->subject = why_decode_link(d, (int)d->stop->args[0]);
}

#define PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

static void decode_mount(struct why_decoding *d)
{
	struct why_case *c = d->c;

	c->value = why_decode_text(d, d->stop->args[4], PATH_BYTES - 1);
	if (c->flags & (MS_REMOUNT | PROPAGATION)) {
		c->call = WHY_REMOUNT;
		c->type = NULL;
	} else if (c->flags & (MS_BIND | MS_MOVE)) {
		c->type = NULL;
	}
}

static void decode_pivot(struct why_decoding *d)
{
	d->c->value = why_decode_text(d, d->stop->args[1], PATH_BYTES - 1);
}

/* The file system of a descriptor of fsopen(2): it says no more. */
static void decode_fsmount(struct why_decoding *d)
{
	d->c->source = why_decode_link(d, (int)d->stop->args[0]);
}

static void decode_fsconfig(struct why_decoding *d)
{
	const char *key = why_decode_text(d, d->stop->args[2], VALUE_MAX);

	decode_fsmount(d);
	/* values of FSCONFIG_SET_STRING (1) and the paths (3, 4) are text */
	if (d->stop->args[1] == 1 || d->stop->args[1] == 3)
		d->c->value = arena_printf(
			d->c->arena, "%s=%s", key ? key : "",
			why_decode_text(d, d->stop->args[3], VALUE_MAX) ?: "");
	else
		d->c->value = key;
}

static void decode_move_mount(struct why_decoding *d)
{
	if (!d->c->source || !d->c->source[0])
		d->c->source = why_decode_link(d, (int)d->stop->args[0]);
	d->c->flags = MS_MOVE;
}

/* Without OPEN_TREE_CLONE it opens a path. */
static void decode_open_tree(struct why_decoding *d)
{
	if (!(d->c->flags & 1))
		d->c->call = WHY_OPEN;
	d->c->flags = MS_BIND;
}

/* struct mount_attr: set, clear, propagation, user namespace. */
static void decode_setattr(struct why_decoding *d)
{
	uint64_t fields[4] = { 0 };
	struct why_case *c = d->c;

	c->flags = 0;
	if (sys_trace_read(d->pid, d->stop->args[3], fields, sizeof(fields)) <
	    (ssize_t)sizeof(fields))
		return;
	c->flags = fields[2];
	if (fields[0] & MOUNT_ATTR_IDMAP)
		c->type = "idmap";
	/* of a new mount, which is nowhere yet */
	if (c->type && d->stop->args[2] & AT_EMPTY_PATH)
		c->value =
			arena_printf(c->arena, "fd/%d", (int)d->stop->args[0]);
}

static void decode_open(struct why_decoding *d)
{
	if (strcmp(d->word->word, "openat2") == 0) {
		uint64_t how[3] = { 0 }; /* flags, mode, resolve */

		if (sys_trace_read(d->pid, d->stop->args[2], how,
				   sizeof(how)) == (ssize_t)sizeof(how)) {
			d->c->flags = how[0];
			d->c->type = arena_printf(d->c->arena, "%llx",
						  (unsigned long long)how[2]);
		}
	}
	if ((d->c->flags & O_ACCMODE) != O_RDONLY)
		d->c->call = WHY_WRITE;
}

/* The new name and, of a file without one (O_TMPFILE), its descriptor. */
static void decode_link(struct why_decoding *d)
{
	if (d->stop->args[4] & AT_EMPTY_PATH)
		d->c->source = arena_printf(d->c->arena, "/proc/%d/fd/%d",
					    d->pid, (int)d->stop->args[0]);
}

static void decode_copy(struct why_decoding *d)
{
	d->c->source = why_decode_link(d, (int)d->stop->args[0]);
	d->c->subject = why_decode_link(d, (int)d->stop->args[2]);
}

/* kill, and ptrace behind what it asks for. */
static void decode_kill(struct why_decoding *d)
{
	d->c->subject = arena_printf(d->c->arena, "%d", (int)d->stop->args[0]);
}

static void decode_ptrace(struct why_decoding *d)
{
	if (d->stop->args[0]) /* not PTRACE_TRACEME */
		d->c->subject = arena_printf(d->c->arena, "/proc/%d",
					     (int)d->stop->args[1]);
}

static void decode_write(struct why_decoding *d)
{
	struct why_case *c = d->c;
	size_t len = (size_t)d->stop->args[2];
	const char *text;

	c->subject = why_decode_link(d, (int)d->stop->args[0]);
	text = why_decode_text(d, d->stop->args[1],
			       len < VALUE_MAX ? len : VALUE_MAX);
	if (!text)
		return;
	/* what is no text is not shown */
	if (text[0])
		c->value = arena_strndup(c->arena, text, strcspn(text, "\n"));
	if (c->subject &&
	    why_path_call(c->subject, "write", WHY_WRITE) == WHY_MAP) {
		c->value = why_decode_text(d, d->stop->args[1], len);
		c->flags = len;
	}
}

static void decode_ids(struct why_decoding *d)
{
	d->c->value =
		arena_printf(d->c->arena, "%u", (unsigned)d->stop->args[0]);
}

static void decode_chown(struct why_decoding *d)
{
	size_t at = d->word->dir ? 2 : 1;

	if (!d->c->subject)
		d->c->subject = why_decode_link(d, (int)d->stop->args[0]);
	d->c->value = arena_printf(d->c->arena, "%d:%d", (int)d->stop->args[at],
				   (int)d->stop->args[at + 1]);
}

/* "127.0.0.1:80", "[::1]:80"; of a path socket the path. */
static void decode_address(struct why_decoding *d)
{
	unsigned char bytes[110] = { 0 };
	struct address address = { .prefix = 0 };
	char text[ADDRESS_TEXT];
	uint16_t family;
	ssize_t len = sys_trace_read(d->pid, d->stop->args[1], bytes,
				     sizeof(bytes) - 1);

	if (len < 4)
		return;
	memcpy(&family, bytes, sizeof(family));
	if (family == AF_UNIX && bytes[2])
		d->c->subject =
			arena_strdup(d->c->arena, (const char *)bytes + 2);
	if (family != AF_INET && family != AF_INET6)
		return;
	address.family = (uint8_t)family;
	/* behind the port, of IPv6 also behind the flow */
	memcpy(address.bytes, bytes + (family == AF_INET ? 4 : 8),
	       address_size(family));
	address_format(&address, false, text);
	d->c->value = arena_printf(d->c->arena, "%u", bytes[2] << 8 | bytes[3]);
	d->c->subject = arena_printf(d->c->arena,
				     family == AF_INET ? "%s:%s" : "[%s]:%s",
				     text, d->c->value);
}

/* ---- all of them ---- */

/* In the order of why_words[], which is for programs that trace nothing, too. */
static void (*const decoders[])(struct why_decoding *d) = {
#define WHY_CALL(w, c, s, so, t, v, f, d, decode, p) decode,
#define WHY_FILE(w, c, p) NULL,
#define WHY_VERB(w, c, p) NULL,
#include "engine/why/calls.def"
#undef WHY_CALL
#undef WHY_FILE
#undef WHY_VERB
};

void why_decode(struct why_decoding *d)
{
	const struct why_word *w = d->word;
	struct why_case *c = d->c;

	c->call = (enum why_call)w->call;
	c->name = w->word;
	c->subject = path(d, w->subject, w->dir);
	/* of two paths each has its folder before it */
	c->source = path(d, w->source,
			 w->dir && w->source ? (uint8_t)(w->source - 1) : 0);
	c->type = w->type ? why_decode_text(d, arg(d, w->type), VALUE_MAX) :
			    NULL;
	c->flags = arg(d, w->flags);
	if (decoders[w - why_words])
		decoders[w - why_words](d);
	if (c->subject)
		c->call = why_path_call(c->subject, c->name, c->call);
}
