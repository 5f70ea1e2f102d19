/* SPDX-License-Identifier: Apache-2.0 */
/* net.h - the verbs of the family `kist net` */
#ifndef CLI_NET_H
#define CLI_NET_H

#include "cli/opt.h"

/* namespaces and links */
extern const struct command cmd_net_new, cmd_net_rm, cmd_net_link, cmd_net_move,
	cmd_net_route, cmd_net_sysctl, cmd_net_exec, cmd_net_nft;
/* looking, and ports */
extern const struct command cmd_net_check, cmd_net_ids, cmd_net_ls,
	cmd_net_port, cmd_net_socks;

#endif
