/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_mnt.h - the verbs of the family mnt that have files of their own */
#ifndef CLI_CMD_MNT_H
#define CLI_CMD_MNT_H

#include "cli/opt.h"

extern const struct command mnt_tree, mnt_diff;

#endif
