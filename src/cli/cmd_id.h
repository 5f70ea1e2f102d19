/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_id.h - the verbs of `kist id` */
#ifndef CLI_CMD_ID_H
#define CLI_CMD_ID_H

#include "base/buf.h"
#include "cli/opt.h"

extern const struct command cmd_id_show, cmd_id_check, cmd_id_translate,
	cmd_id_suggest, cmd_id_owners;

int id_print_json(struct buf *text, struct kist_error *err);

#endif
