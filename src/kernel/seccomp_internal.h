/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_internal.h - the compiler for any architecture: tests look there */
#ifndef KERNEL_SECCOMP_INTERNAL_H
#define KERNEL_SECCOMP_INTERNAL_H

#include "kernel/seccomp.h"

/* As seccomp_compile(), on a machine whose native architecture is @native
 * (an AUDIT_ARCH_* or SECCOMP_ARCH_X32). */
MUST_CHECK int seccomp_compile_for(uint32_t native,
				   const struct seccomp_profile *profile,
				   struct arena *arena,
				   struct seccomp_program *ret_program,
				   struct kist_error *err);

/* Refuse what the kernel would misread or runc refuses (SECCOMP_PROFILE). */
MUST_CHECK int seccomp_check(const struct seccomp_profile *profile,
			     struct kist_error *err);

#endif
