/* SPDX-License-Identifier: Apache-2.0 */
/**
 * bpf.h - bpf(2), as far as cgroup device programs need it
 *
 * Ownership:  returned fds are the caller's, close-on-exec (the kernel makes
 *             all bpf fds so).
 * Threads:    no shared state.
 * See:        bpf(2), linux/bpf.h
 */
#ifndef SYS_BPF_H
#define SYS_BPF_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/**
 * bpf_load() - load a program for cgroup devices
 * @name:	shown by bpftool, at most 15 characters
 * @log, @log_size: receives the verifier's words after a refusal; may be NULL
 *
 * Kernels before 5.11 count programs as locked memory; the caller's
 * RLIMIT_MEMLOCK is raised for the time of the call if that is why it failed.
 *
 * Return: the program's fd, or a negative errno.
 */
MUST_CHECK int bpf_load(const struct bpf_insn *insns, size_t count,
			const char *name, char *log, size_t log_size);

/* Attach to / detach from a cgroup, beside other programs (ALLOW_MULTI).
 * Return: 0 or a negative errno. */
MUST_CHECK int bpf_attach_device(int cgroup_fd, int program_fd);
MUST_CHECK int bpf_detach_device(int cgroup_fd, int program_fd);

/**
 * bpf_list_device() - ids of the programs attached to this very cgroup
 * @ids, @max:	room; more than fit are not told
 *
 * Return: how many were written, or a negative errno.
 */
MUST_CHECK int bpf_list_device(int cgroup_fd, uint32_t *ids, size_t max);

/* Open a program by id. Return: the fd, or a negative errno. */
MUST_CHECK int bpf_open(uint32_t id);

/* The name a program was loaded with. Return: 0 or a negative errno. */
MUST_CHECK int bpf_name(int program_fd, char ret_name[BPF_OBJ_NAME_LEN]);

#endif
