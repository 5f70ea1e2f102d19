/* SPDX-License-Identifier: Apache-2.0 */
/**
 * decode.h - a refused system call of a process that stands still, as a case
 *
 * What is read from the process is a stranger's: it is bounded, and only shown.
 */
#ifndef ENGINE_WHY_DECODE_H
#define ENGINE_WHY_DECODE_H

#include "engine/why/why.h"
#include "sys/ptrace.h"

/**
 * struct why_decoding - one call
 * @c:		what is filled in: call, name, subject … (errnum is there)
 * @extra:	what else to tell: "no descriptor 5"; or NULL
 */
struct why_decoding {
	struct why_case *c;
	const struct sys_call_stop *stop;
	const struct why_word *word;
	pid_t pid;
};

/* The row of a call; NULL: none of the table. @ret_name: its name. */
const struct why_word *why_decode_row(const struct sys_call_stop *stop,
				      const char **ret_name);

/* Fill in what the call's arguments say. */
void why_decode(struct why_decoding *d);

/* A string of the process's memory, in the arena; NULL: it cannot be read. */
const char *why_decode_text(struct why_decoding *d, uint64_t address,
			    size_t max);

/* What a descriptor of the process stands for: "/a/b", "net:[4026531840]". */
const char *why_decode_link(struct why_decoding *d, int fd);

/**
 * why_decode_netlink() - is what a process just read a refusal of netlink's?
 * @entry:	the call that read, as it began; it returned @length bytes
 *
 * Return: whether it is; then @c is filled in, with its errnum.
 */
bool why_decode_netlink(const struct sys_call_stop *entry, int64_t length,
			pid_t pid, struct why_case *c);

#endif
