/* SPDX-License-Identifier: Apache-2.0 */
/**
 * state.h - the state of a container as JSON: for people, engines and hooks
 *
 * kist_state_json() of <kist/oci.h> is here, too. What hooks get is in
 * format/record.h, for it is made where plans and records are.
 */
#ifndef FORMAT_STATE_H
#define FORMAT_STATE_H

#include <kist/oci.h>

#include "base/buf.h"
#include "base/json_write.h"

/* One state as a value of what @w is writing. */
void state_write(struct json_writer *w, const struct kist_state *state);

#endif
