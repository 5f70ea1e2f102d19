/* SPDX-License-Identifier: Apache-2.0 */
/* show.h - how `kist show` prints what it is told, between cmd_show*.c */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include <kist/show.h>

#include "base/json_write.h"
#include "cli/page.h"

/* A size, or "unlimited", as people read it; @buf of 32 bytes. */
const char *show_amount(enum kist_show_unit unit, int64_t value, char *buf);

/* "CHOWN, KILL", "all", "all but SYS_TIME", "none"; malloc'ed. */
char *show_caps_text(uint64_t mask, uint64_t bounding);

/* "TERM, INT"; "none"; malloc'ed. */
char *show_signals_text(uint64_t mask);

/* The sections as text. @whole: it is the only one asked for, so lists are not
 * shortened. */
void show_print_who(const struct kist_show *show);
void show_print_ns(const struct kist_show *show);
void show_print_ids(const struct kist_show *show);
void show_print_caps(const struct kist_show *show);
void show_print_mounts(const struct kist_show *show, bool whole);
void show_print_net(const struct kist_show *show, bool whole);
void show_print_ipc(const struct kist_show *show);
void show_print_cgroups(const struct kist_show *show, bool whole);
void show_print_time(const struct kist_show *show);
void show_print_signals(const struct kist_show *show);
void show_print_limits(const struct kist_show *show, bool whole);

/* All of it as one JSON object. */
void show_json(struct json_writer *w, const struct kist_show *show);

#endif
