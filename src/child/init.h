/* SPDX-License-Identifier: Apache-2.0 */
/**
 * init.h - the parts of the first process
 */
#ifndef CHILD_INIT_H
#define CHILD_INIT_H

#include "child/child.h"

/**
 * init_clear() - end all that is left of what the payload started
 * @grace_ms:	time they have between TERM and KILL
 *
 * As the first process of a pid namespace: all of it. Else: our children and
 * theirs, as far as /proc shows them. TERM or INT cuts the time short.
 */
void init_clear(uint64_t grace_ms);

#endif
