/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_keys.c - limits as people write them: the table */
#include <string.h>

#include "base/macros.h"
#include "base/near.h"
#include "kernel/cgroup_keys.h"

#define NFT                                                                  \
	"on cgroup v2 match the group in nftables: 'socket cgroupv2 level' " \
	"… 'meta priority set'"

const struct limit_key_info limit_keys[KEY_COUNT] = {
	[KEY_MEM] = { .name = "mem",
		      .podman = "memory",
		      .kind = KIND_BYTES,
		      .limit = LIMIT_MEMORY,
		      .v1 = "memory",
		      .v2 = "memory",
		      .help = "memory" },
	[KEY_SWAP] = { .name = "swap",
		       .kind = KIND_BYTES,
		       .limit = LIMIT_MEMORY_SWAP,
		       .sense = SENSE_V2,
		       .v1 = "memory",
		       .v2 = "memory",
		       .help = "swap alone (on v1 kist adds mem)" },
	[KEY_MEMSW] = { .name = "memsw",
			.podman = "memory-swap",
			.kind = KIND_BYTES,
			.limit = LIMIT_MEMORY_SWAP,
			.sense = SENSE_V1,
			.v1 = "memory",
			.v2 = "memory",
			.help = "memory and swap together; needs mem" },
	[KEY_SOFT] = { .name = "soft",
		       .podman = "memory-reservation",
		       .kind = KIND_BYTES,
		       .limit = LIMIT_MEMORY_RESERVATION,
		       .v1 = "memory",
		       .v2 = "memory",
		       .help = "under pressure, memory above it goes first" },
	[KEY_THROTTLE] = { .name = "throttle",
			   .kind = KIND_BYTES,
			   .limit = -1,
			   .v2_file = "memory.high",
			   .systemd = "MemoryHigh",
			   .v1 = "memory",
			   .v2 = "memory",
			   .nearest = "use soft= (reclaimed first when memory "
				      "is short) or mem= (never above it)",
			   .help = "above it, slowed down instead of killed" },
	[KEY_MIN] = { .name = "min",
		      .kind = KIND_BYTES,
		      .limit = -1,
		      .v2_file = "memory.min",
		      .systemd = "MemoryMin",
		      .v1 = "memory",
		      .v2 = "memory",
		      .nearest = "use soft=",
		      .help = "never reclaimed below it" },
	[KEY_ZSWAP] = { .name = "zswap",
			.kind = KIND_BYTES,
			.limit = -1,
			.v2_file = "memory.zswap.max",
			.systemd = "MemoryZSwapMax",
			.v1 = "memory",
			.v2 = "memory",
			.nearest = "use swap=",
			.help = "compressed swap in memory" },
	[KEY_SWAPPINESS] = { .name = "swappiness",
			     .podman = "memory-swappiness",
			     .kind = KIND_NUMBER,
			     .most = 200,
			     .limit = LIMIT_MEMORY_SWAPPINESS,
			     .v1 = "memory",
			     .v2 = "memory",
			     .nearest = "use swap=, or vm.swappiness for the "
					"whole machine",
			     .help = "how readily it is swapped out" },
	[KEY_CPUS] = { .name = "cpus",
		       .podman = "cpus",
		       .kind = KIND_CPUS,
		       .limit = LIMIT_CPU_QUOTA,
		       .v1 = "cpu",
		       .v2 = "cpu",
		       .help = "processors' worth of time" },
	[KEY_WEIGHT] = { .name = "weight",
			 .kind = KIND_NUMBER,
			 .least = 1,
			 .most = 10000,
			 .limit = LIMIT_CPU_SHARES,
			 .sense = SENSE_V2,
			 .v1 = "cpu",
			 .v2 = "cpu",
			 .help = "share of busy processors; 100 is usual" },
	[KEY_SHARES] = { .name = "shares",
			 .podman = "cpu-shares",
			 .kind = KIND_NUMBER,
			 .least = 2,
			 .most = 262144,
			 .limit = LIMIT_CPU_SHARES,
			 .sense = SENSE_V1,
			 .v1 = "cpu",
			 .v2 = "cpu",
			 .help = "the same in v1's measure; 1024 is usual" },
	[KEY_BURST] = { .name = "burst",
			.kind = KIND_TIME,
			.limit = LIMIT_CPU_BURST,
			.v1 = "cpu",
			.v2 = "cpu",
			.help = "unused time that may be saved up" },
	[KEY_IDLE] = { .name = "idle",
		       .kind = KIND_NUMBER,
		       .most = 1,
		       .limit = LIMIT_CPU_IDLE,
		       .v1 = "cpu",
		       .v2 = "cpu",
		       .help = "1: only when nobody else wants to run" },
	[KEY_CPUSET] = { .name = "cpuset",
			 .podman = "cpuset-cpus",
			 .kind = KIND_LIST,
			 .limit = -1,
			 .v1_file = "cpuset.cpus",
			 .v2_file = "cpuset.cpus",
			 .systemd = "AllowedCPUs",
			 .v1 = "cpuset",
			 .v2 = "cpuset",
			 .help = "on these processors" },
	[KEY_MEMS] = { .name = "mems",
		       .podman = "cpuset-mems",
		       .kind = KIND_LIST,
		       .limit = -1,
		       .v1_file = "cpuset.mems",
		       .v2_file = "cpuset.mems",
		       .systemd = "AllowedMemoryNodes",
		       .v1 = "cpuset",
		       .v2 = "cpuset",
		       .help = "from these memory nodes" },
	[KEY_PIDS] = { .name = "pids",
		       .podman = "pids-limit",
		       .kind = KIND_NUMBER,
		       .least = 1,
		       .limit = LIMIT_PIDS,
		       .v1 = "pids",
		       .v2 = "pids",
		       .help = "processes and threads" },
	[KEY_IO_READ] = { .name = "io.read",
			  .podman = "device-read-bps",
			  .kind = KIND_RATE,
			  .limit = -1,
			  .v1_file = "blkio.throttle.read_bps_device",
			  .v2_file = "io.max",
			  .systemd = "IOReadBandwidthMax",
			  .v1 = "blkio",
			  .v2 = "io",
			  .io_key = "rbps",
			  .help = "bytes a second read" },
	[KEY_IO_WRITE] = { .name = "io.write",
			   .podman = "device-write-bps",
			   .kind = KIND_RATE,
			   .limit = -1,
			   .v1_file = "blkio.throttle.write_bps_device",
			   .v2_file = "io.max",
			   .systemd = "IOWriteBandwidthMax",
			   .v1 = "blkio",
			   .v2 = "io",
			   .io_key = "wbps",
			   .help = "bytes a second written" },
	[KEY_IO_RIOPS] = { .name = "io.riops",
			   .podman = "device-read-iops",
			   .kind = KIND_IOPS,
			   .limit = -1,
			   .v1_file = "blkio.throttle.read_iops_device",
			   .v2_file = "io.max",
			   .systemd = "IOReadIOPSMax",
			   .v1 = "blkio",
			   .v2 = "io",
			   .io_key = "riops",
			   .help = "reads a second" },
	[KEY_IO_WIOPS] = { .name = "io.wiops",
			   .podman = "device-write-iops",
			   .kind = KIND_IOPS,
			   .limit = -1,
			   .v1_file = "blkio.throttle.write_iops_device",
			   .v2_file = "io.max",
			   .systemd = "IOWriteIOPSMax",
			   .v1 = "blkio",
			   .v2 = "io",
			   .io_key = "wiops",
			   .help = "writes a second" },
	[KEY_IO_WEIGHT] = { .name = "io.weight",
			    .kind = KIND_SHARE,
			    .least = 1,
			    .most = 10000,
			    .limit = -1,
			    .v2_file = "io.weight",
			    .systemd = "IOWeight",
			    .v1 = "blkio",
			    .v2 = "io",
			    .help = "share of a busy disk; 100 is usual" },
	[KEY_BLKIO_WEIGHT] = { .name = "blkio.weight",
			       .podman = "blkio-weight",
			       .kind = KIND_SHARE,
			       .least = 10,
			       .most = 1000,
			       .limit = -1,
			       .v1_file = "blkio.bfq.weight",
			       .v1 = "blkio",
			       .v2 = "io",
			       .help = "the same in v1's measure" },
	[KEY_NET_CLASS] = { .name = "net.class",
			    .kind = KIND_CLASS,
			    .limit = LIMIT_NET_CLASS_ID,
			    .v1 = "net_cls",
			    .nearest = NFT,
			    .help = "class of its packets, for tc(8)" },
	[KEY_NET_PRIO] = { .name = "net.prio",
			   .kind = KIND_PRIO,
			   .limit = -1,
			   .v1_file = "net_prio.ifpriomap",
			   .v1 = "net_prio",
			   .nearest = NFT,
			   .help = "priority of its packets on a link" },
	[KEY_HUGETLB] = { .name = "hugetlb.SIZE",
			  .kind = KIND_BYTES,
			  .limit = -1,
			  .v1 = "hugetlb",
			  .v2 = "hugetlb",
			  .help = "huge pages of a size: 2MB, 1GB" },
};

const char *limit_key_file(enum limit_key key, bool v2)
{
	const struct limit_key_info *k = &limit_keys[key];

	if (k->limit < 0)
		return v2 ? k->v2_file : k->v1_file;
	if (k->sense == (v2 ? SENSE_V1 : SENSE_V2))
		return NULL;
	return v2 ? limit_table[k->limit].v2_file :
		    limit_table[k->limit].v1_file;
}

const char *limit_key_systemd(enum limit_key key)
{
	const struct limit_key_info *k = &limit_keys[key];

	if (k->limit < 0)
		return k->systemd;
	return k->sense == SENSE_V1 ? NULL : limit_table[k->limit].systemd;
}

#define NAMES 5

/* All the names of a key; NULL where there is none. */
static void names_of(enum limit_key key, const char *ret_names[NAMES])
{
	ret_names[0] = limit_keys[key].name;
	ret_names[1] = limit_keys[key].podman;
	ret_names[2] = limit_key_file(key, false);
	ret_names[3] = limit_key_file(key, true);
	ret_names[4] = limit_key_systemd(key);
}

static bool is_key(enum limit_key key, const char *word)
{
	const char *names[NAMES];

	names_of(key, names);
	for (int i = 0; i < NAMES; i++)
		if (names[i] && strcmp(names[i], word) == 0)
			return true;
	return false;
}

static const char *nearest(const char *word)
{
	const char *names[NAMES];
	struct near near;

	near_init(&near, word);
	for (int key = 0; key < KEY_COUNT; key++) {
		names_of((enum limit_key)key, names);
		for (int i = 0; i < NAMES; i++)
			near_offer(&near, names[i]);
	}
	return near.best;
}

/* What is written in another way than the table's, and means a row of it. */
static const struct {
	const char *name;
	enum limit_key key;
} others[] = {
	{ "CPUQuota", KEY_CPUS },
	{ "io.bfq.weight", KEY_BLKIO_WEIGHT },
};

int limit_key_find(const char *word, size_t len, const char **ret_near)
{
	char text[64];

	*ret_near = NULL;
	if (len >= sizeof(text))
		return -1;
	memcpy(text, word, len);
	text[len] = '\0';
	if (strncmp(text, "hugetlb.", 8) == 0)
		return KEY_HUGETLB;
	if (strcmp(text, "io.max") == 0) /* any of four: as it is */
		return -1;
	for (int key = 0; key < KEY_COUNT; key++)
		if (is_key((enum limit_key)key, text))
			return key;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (strcmp(others[i].name, text) == 0)
			return (int)others[i].key;
	*ret_near = nearest(text);
	return -1;
}

/* The most shares that are not more than @weight: 100 is 1024 again. */
uint64_t limit_shares_of_weight(uint64_t weight)
{
	uint64_t low = 2, high = 262144;

	while (low < high) {
		uint64_t middle = (low + high + 1) / 2;

		if (limit_weight_of_shares(middle) > weight)
			high = middle - 1;
		else
			low = middle;
	}
	return low;
}

uint64_t limit_blkio_of_io_weight(uint64_t weight)
{
	return 10 + (weight - 1) * 990 / 9999;
}
