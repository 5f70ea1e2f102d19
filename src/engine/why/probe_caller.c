/* SPDX-License-Identifier: Apache-2.0 */
/* probe_caller.c - refused for what one is: chroot, seccomp, threads, pid, time
 */
#include "engine/why/why.h"
