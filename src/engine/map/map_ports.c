/* SPDX-License-Identifier: Apache-2.0 */
/* map_ports.c - published ports: who carries what into which network */
#include "engine/map/mapping.h"

int mapping_ports(struct mapping *m)
{
	(void)m;
	return 0;
}
