/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_map.c - kist map: a picture of the machine */
#include <stdio.h>

#include "cli/cmd_map.h"
#include "cli/map_draw.h"

#define ARGS map_args

#define PICTURE(n, v, f, b, h)                                      \
	{                                                           \
		.kind = OPT_VALUE, .name = (n), .value = (v),       \
		.read = opt_string, .bare = (b),                    \
		.offset = offsetof(struct map_args, f), .help = (h) \
	}

static const struct opt map_opts[] = {
	REST("WORD...", words,
	     "only what goes by this: a name or the start of an id, a process "
	     "id, ENGINE:NAME, net:[4026531833], a part of an image or command"),
	TITLE("which part"),
	FLAG(0, "ns", ns, "who shares which namespaces"),
	FLAG(0, "net", net, "devices, their links, addresses, published ports"),
	FLAG(0, "cg", cg, "control groups, their limits and usage"),
	FLAG(0, "ids", ids, "user namespaces and their maps"),
	OPT(0, "engine", "NAME", opt_string, engine,
	    "only what this one made: kist, docker, podman, containerd, cri-o, "
	    "lxc, systemd"),
	TITLE("how"),
	FLAG('a', "all", whole, "fold nothing, leave no group out"),
	OPT(0, "width", "COLUMNS", opt_int, width,
	    "from 40 to 200; else the terminal's, or 80"),
	FLAG('J', "json", json, "as JSON"),
	TITLE("pictures"),
	PICTURE("svg", "FILE", svg, "-", "a drawing, to print or to embed"),
	PICTURE("html", "FILE", html, "-",
		"one page for a browser, with search, filters and details; "
		"needs nothing else"),
	OPT('o', "output", "FILE", opt_string, output,
	    "where to write the drawing or the page"),
	PICTURE("serve", "PORT", serve, "0",
		"show the page on 127.0.0.1 and ::1, kept up to date, until "
		"^C; prints its address"),
	OPT(0, "token", "WORD", opt_string, token,
	    "the secret in the address of --serve, which all users see here "
	    "with ps; without it a random one is made"),
	OPT_END,
};

unsigned map_parts(const struct map_args *a)
{
	return (a->ns ? KIST_MAP_NAMESPACES : 0u) |
	       (a->net ? KIST_MAP_NETWORK : 0u) |
	       (a->cg ? KIST_MAP_CGROUPS : 0u) | (a->ids ? KIST_MAP_IDS : 0u);
}

static int print_json(const struct kist_map *map, struct kist_error *err)
{
	CLEANUP_FREE char *text = kist_map_json(map);

	if (!text)
		return err_nomem(err);
	fputs(text, stdout);
	return 0;
}

/* "vm: 12 containers, 3 units; 4 processes are not ours to see" */
static void draw_summary(struct draw *draw, const struct kist_map *map)
{
	static const char *const words[KIST_THING_KINDS][2] = {
		{ "container", "containers" },
		{ "named set", "named sets" },
		{ "unit", "units" },
		{ "group of other processes", "groups of other processes" },
	};
	const char *between = ": ";

	draw_text(draw, DRAW_TITLE, "%s", map->machine);
	for (size_t kind = 0; kind < KIST_THING_HOST; kind++) {
		size_t count = 0;

		for (size_t i = 0; i < map->thing_count; i++)
			count += map->things[i].kind ==
				 (enum kist_thing_kind)kind;
		if (!count && kind != KIST_THING_CONTAINER)
			continue;
		draw_text(draw, DRAW_PLAIN, "%s%zu %s", between, count,
			  words[kind][count != 1]);
		between = ", ";
	}
	draw_end(draw);
	if (!map->hidden)
		return;
	draw_text(draw, DRAW_DIM, "%zu process%s not yours to see", map->hidden,
		  map->hidden == 1 ? " is" : "es are");
	draw_end(draw);
}

static const struct {
	unsigned part;
	void (*draw)(struct draw *draw, const struct kist_map *map);
} parts[] = {
	{ KIST_MAP_NAMESPACES, map_draw_shares },
	{ KIST_MAP_NETWORK, map_draw_net },
	{ KIST_MAP_CGROUPS, map_draw_cgroups },
	{ KIST_MAP_IDS, map_draw_ids },
};

static void print_text(const struct map_args *a, const struct kist_map *map,
		       const struct kist_map *whole)
{
	unsigned wanted = map_parts(a) ? map_parts(a) : ~0u;
	struct draw draw;

	draw_init(&draw, (size_t)a->width);
	draw.whole = a->whole;
	draw.names = whole;
	draw_summary(&draw, map);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (wanted & parts[i].part)
			parts[i].draw(&draw, map);
	draw_done(&draw);
}

static int map_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct map_args *a = args;
	struct kist_map map, shown;
	int ret;

	if (a->width && (a->width < 40 || a->width > 200))
		return err_set(err, KIST_E_USAGE,
			       "--width is from 40 to 200, not %d", a->width);
	if (map_wants_picture(a))
		return map_picture(g, a, err);
	ret = kist_map(&g->kist, map_parts(a), &map, err);
	if (ret < 0)
		return ret;
	ret = map_filter(a, &map, &shown, err);
	if (ret == 0) {
		if (a->json)
			ret = print_json(&shown, err);
		else
			print_text(a, &shown, &map);
		map_filter_done(&shown);
	}
	kist_map_free(&map);
	return ret;
}

#define MAP_NOTES                                                                 \
	"Containers of kist and kist-oci, Docker, Podman, containerd, CRI-O, "    \
	"LXC and systemd-nspawn are known by their control groups, and named "    \
	"from the files the engines keep, as far as those can be read; no "       \
	"engine is asked. The rest are systemd's units, named sets (kist "        \
	"new), and processes alike in namespaces.\n"                              \
	"\n"                                                                      \
	"--html is one file that needs no other, works without a network and "    \
	"runs no script but its own; keys: / ? 1 2 3 4 and the arrows. "          \
	"--serve shows it on a loopback address, which every user of the "        \
	"machine reaches: who does not bring the token of the printed "           \
	"address is refused. /map.json there is the map as JSON, /events the "    \
	"same again at each change, as server-sent events, each with the "        \
	"token. It is read about once a second, and only while somebody "         \
	"listens.\n"                                                              \
	"\n"                                                                      \
	"What is alike is folded; --all shows every line. A letter stands "       \
	"for a namespace that several share, in its column. Published ports "     \
	"are those of kist, docker-proxy and pasta, and, for who may read them, " \
	"those that a rule of the packet filter forwards to an address on the "   \
	"map; rules with sets or maps are left out.\n"                            \
	"\n"                                                                      \
	"--json prints one object: \"machine\"; \"hidden\", how many "            \
	"processes are not the caller's to see; and five lists. Numbers of "      \
	"namespaces are inodes, as in /proc/PID/ns. What is not known is "        \
	"left out.\n"                                                             \
	"\n"                                                                      \
	"\"things\": kind (container, set, unit, processes, host), engine, "      \
	"id, name, command, image, user, pid, procs, paused, cgroup, "            \
	"cgroup_index (in \"cgroups\"), ns (an object: kind to number).\n"        \
	"\n"                                                                      \
	"\"namespaces\": kind, ns, initial, name, parent, owner, owner_name, "    \
	"things, procs, netnsid (as the caller's network knows it), uid_map, "    \
	"gid_map (lines \"inside outside count\", joined by \", \"). Owners "     \
	"are told of user, pid and net namespaces.\n"                             \
	"\n"                                                                      \
	"\"devices\": ns, index, name, type, up, master, peer_ns and peer "       \
	"(the other end, or what it lies on), addresses. \"ports\": protocol, "   \
	"address (empty: all), host_port, port, ns, published_by.\n"              \
	"\n"                                                                      \
	"\"cgroups\": hierarchy (v1, v2), path, parent (index, -1 for the "       \
	"root), procs, frozen, memory, memory_max, memory_high (bytes), "         \
	"pids, pids_max, cpu_usec, cpu_quota_usec, cpu_period_usec, "             \
	"cpu_weight, oom_kills; a limit is a number or \"max\". The "             \
	"hierarchies of version 1 are merged by path."

const struct command cmd_map = {
	.name = "map",
	.group = "understanding",
	.summary = "a picture of the machine: who shares what with whom",
	.see = "kist-ls(1), kist-show(1), kist-top(1), namespaces(7), "
	       "cgroups(7)",
	.example = "kist map; kist map web --net; kist map --html=map.html",
	.notes = MAP_NOTES,
	.opts = map_opts,
	.args_size = sizeof(struct map_args),
	.run = map_run,
};
