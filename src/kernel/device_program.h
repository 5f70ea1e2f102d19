/* SPDX-License-Identifier: Apache-2.0 */
/**
 * device_program.h - device rules as a BPF program (cgroup v2)
 *
 * Ownership:  instructions are appended to the caller's buffer.
 * Threads:    no shared state.
 * See:        BPF_PROG_TYPE_CGROUP_DEVICE in cgroup-v2.rst (Device
 *             controller), struct bpf_cgroup_dev_ctx in linux/bpf.h
 */
#ifndef KERNEL_DEVICE_PROGRAM_H
#define KERNEL_DEVICE_PROGRAM_H

#include "base/buf.h"
#include "kernel/device_rules.h"

/* Jumps reach 32767 instructions. */
#define DEVICE_PROGRAM_MAX 32000

/**
 * device_program_compile() - append the program for @policy
 * @policy:	its rules are reordered, merged and shortened
 * @ret_insns:	an array of struct bpf_insn
 *
 * Return: 0, -EINVAL (DEVICE_RULE: too many rules) or -ENOMEM.
 */
MUST_CHECK int device_program_compile(struct device_policy *policy,
				      struct buf *ret_insns,
				      struct kist_error *err);

#endif
