/* SPDX-License-Identifier: Apache-2.0 */
/* map_fixture.c - made-up machines to draw */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "check.h"
#include "kernel/ns.h"
#include "map_fixture.h"

const char fixture_attack[] =
	"</script><script>alert(1)</script><!--\"'&\033[2J\xff\xc3";

struct fixture {
	struct arena *arena;
	struct kist_thing *things;
	struct kist_map_ns *ns;
	struct kist_map_device *devices;
	struct kist_map_port *ports;
	struct kist_map_cgroup *cgroups;
	size_t thing_count, ns_count, device_count, port_count, cgroup_count;
	uint64_t next_ino, host[NS_COUNT];
	unsigned next_host, next_random;
	int docker0, kist0;
	pid_t next_pid;
	size_t containers, wanted;
};

#define TEXT(f, ...) arena_printf((f)->arena, __VA_ARGS__)

/* The same numbers on every machine: pictures can be compared. */
static unsigned dice(struct fixture *f, unsigned below)
{
	f->next_random = f->next_random * 1103515245u + 12345u;
	return (f->next_random >> 8) % below;
}

/* ---- pieces ---- */

static struct kist_map_ns *add_ns(struct fixture *f, enum ns_kind kind,
				  bool initial)
{
	struct kist_map_ns *ns = &f->ns[f->ns_count++];

	*ns = (struct kist_map_ns){
		.kind = (enum kist_ns)BIT(kind),
		.ino = f->next_ino++,
		.is_initial = initial,
		.netnsid = -1,
		.owner = kind == NS_USER ? 0 : f->host[NS_USER],
	};
	if (kind == NS_USER) {
		ns->uid_map = ns->gid_map = "0 0 4294967295";
		ns->owner_name = "root";
	}
	return ns;
}

static uint64_t new_ns(struct fixture *f, enum ns_kind kind)
{
	return add_ns(f, kind, false)->ino;
}

static int add_cgroup(struct fixture *f, int parent, const char *path,
		      uint64_t memory, uint64_t max)
{
	f->cgroups[f->cgroup_count] = (struct kist_map_cgroup){
		.hierarchy = "unified",
		.path = path,
		.parent = parent,
		.memory = memory,
		.memory_max = max,
		.memory_high = KIST_MAP_MAX,
		.pids = 1 + dice(f, 40),
		.pids_max = dice(f, 3) ? KIST_MAP_MAX : 100,
		.cpu_usec = dice(f, 1000000) * 1000ull,
		.cpu_quota_usec = dice(f, 4) ? KIST_MAP_MAX : 150000,
		.cpu_period_usec = 100000,
		.cpu_weight = 100,
		.oom_kills = dice(f, 30) ? 0 : 2,
		.is_frozen = !dice(f, 60),
	};
	return (int)f->cgroup_count++;
}

static struct kist_thing *add_thing(struct fixture *f,
				    enum kist_thing_kind kind,
				    const char *engine, const char *name)
{
	struct kist_thing *thing = &f->things[f->thing_count++];

	*thing = (struct kist_thing){
		.kind = kind,
		.engine = engine,
		.name = name,
		.command = "",
		.user = "root",
		.cgroup_index = -1,
		.pid = f->next_pid,
		.procs = 1 + dice(f, 9),
	};
	f->next_pid += 7;
	memcpy(thing->ns, f->host, sizeof(thing->ns));
	return thing;
}

static void place(struct fixture *f, struct kist_thing *thing, int parent,
		  const char *path, unsigned mega, uint64_t max)
{
	thing->cgroup = path;
	thing->cgroup_index =
		add_cgroup(f, parent, path, mega * 1048576ull, max);
	f->cgroups[thing->cgroup_index].procs = thing->procs;
}

static int add_device(struct fixture *f, uint64_t ns, const char *name,
		      const char *type, const char *addresses)
{
	struct kist_map_device *device = &f->devices[f->device_count++];

	*device = (struct kist_map_device){
		.ns = ns,
		.index = (int)f->device_count,
		.name = name,
		.type = type,
		.addresses = addresses,
		.is_up = true,
	};
	return device->index;
}

static void cable(struct fixture *f, uint64_t ns, const char *addresses,
		  int bridge)
{
	int inside, outside;

	add_device(f, ns, "lo", "loopback", "127.0.0.1/8, ::1/128");
	inside = add_device(f, ns, "eth0", "veth", addresses);
	outside = add_device(f, f->host[NS_NET],
			     TEXT(f, "veth%06x", dice(f, 0xffffff)), "veth",
			     "");
	f->devices[outside - 1].master = bridge;
	f->devices[outside - 1].peer_ns = ns;
	f->devices[outside - 1].peer = inside;
	f->devices[inside - 1].peer_ns = f->host[NS_NET];
	f->devices[inside - 1].peer = outside;
}

static void publish(struct fixture *f, uint64_t ns, uint16_t host_port,
		    uint16_t port, const char *by)
{
	f->ports[f->port_count++] = (struct kist_map_port){
		.protocol = "tcp",
		.address = "0.0.0.0",
		.host_port = host_port,
		.port = port,
		.ns = ns,
		.published_by = by,
	};
}

/* ---- a machine ---- */

static void add_host(struct fixture *f)
{
	int slice;

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		struct kist_map_ns *ns = add_ns(f, kind, true);

		f->host[kind] = ns->ino;
		ns->owner = kind == NS_USER ? 0 : f->host[NS_USER];
	}
	add_device(f, f->host[NS_NET], "lo", "loopback",
		   "127.0.0.1/8, ::1/128");
	add_device(f, f->host[NS_NET], "enp1s0", "",
		   "192.0.2.17/24, 2001:db8::17/64");
	f->docker0 = add_device(f, f->host[NS_NET], "docker0", "bridge",
				"172.17.0.1/16");
	f->kist0 = add_device(f, f->host[NS_NET], "kist0", "bridge",
			      "10.88.0.1/16, fd00:88::1/64");
	add_cgroup(f, -1, "/", 14000 * 1048576ull, KIST_MAP_UNKNOWN);
	slice = add_cgroup(f, 0, "/system.slice", 3000 * 1048576ull,
			   KIST_MAP_MAX);
	place(f, add_thing(f, KIST_THING_HOST, NULL, "host"), 0, "/init.scope",
	      20, KIST_MAP_MAX);
	static const char *const units[] = {
		"ssh.service",	"nginx.service", "postgresql.service",
		"cron.service", "dbus.service",	 "systemd-resolved.service"
	};
	EACH(name, units) {
		struct kist_thing *unit =
			add_thing(f, KIST_THING_UNIT, "systemd", *name);

		place(f, unit, slice, TEXT(f, "/system.slice/%s", *name),
		      10 + dice(f, 400), KIST_MAP_MAX);
		if (name >= units + 4)
			unit->ns[NS_MNT] = new_ns(f, NS_MNT);
	}
}

static const enum ns_kind own[] = { NS_MNT, NS_UTS, NS_IPC,
				    NS_PID, NS_NET, NS_CGROUP };

static struct kist_thing *add_container(struct fixture *f, const char *engine,
					const char *name, int slice,
					const char *scope)
{
	struct kist_thing *thing =
		add_thing(f, KIST_THING_CONTAINER, engine, name);
	unsigned mega = 5 + dice(f, 300);
	unsigned n = (unsigned)f->containers++;

	EACH(kind, own)
		thing->ns[*kind] = new_ns(f, *kind);
	thing->id = TEXT(f, "%08x%08x", n * 2654435761u, dice(f, 1u << 30));
	thing->command = n % 3 ? "nginx -g 'daemon off;'" : "python3 app.py";
	thing->image = n % 3 ? "docker.io/library/nginx:1.27" : "shop/api:4";
	thing->is_paused = n % 37 == 36;
	place(f, thing, slice, TEXT(f, "%s%.12s", scope, thing->id), mega,
	      n % 4 ? mega * (1 + n % 5) * 1048576ull : KIST_MAP_MAX);
	return thing;
}

static void on_bridge(struct fixture *f, struct kist_thing *thing)
{
	bool docker = strcmp(thing->engine, "docker") == 0;
	unsigned n = ++f->next_host;

	cable(f, thing->ns[NS_NET],
	      docker ? TEXT(f, "172.17.%u.%u/16", n / 250, 2 + n % 250) :
		       TEXT(f, "10.88.%u.%u/16, fd00:88::%x/64", n / 250,
			    2 + n % 250, 2 + n),
	      docker ? f->docker0 : f->kist0);
}

static void add_pod(struct fixture *f, unsigned number, int slice)
{
	static const char *const roles[] = { "infra", "cart", "pay" };
	struct kist_thing *first = NULL;

	EACH(role, roles) {
		struct kist_thing *thing = add_container(
			f, "podman", TEXT(f, "shop%u-%s", number, *role), slice,
			"/machine.slice/libpod-");

		if (!first) {
			first = thing;
			on_bridge(f, first);
			continue;
		}
		thing->ns[NS_NET] = first->ns[NS_NET];
		thing->ns[NS_IPC] = first->ns[NS_IPC];
		thing->ns[NS_UTS] = first->ns[NS_UTS];
	}
	publish(f, first->ns[NS_NET], (uint16_t)(8080 + number), 80, "podman");
}

/* A container of an ordinary user, another one inside it. */
static void add_nested(struct fixture *f, int slice)
{
	struct kist_map_ns *user = add_ns(f, NS_USER, false), *inner;
	struct kist_thing *outer, *thing;

	user->uid_map = "0 1000 1, 1 100000 65536";
	user->gid_map = "0 1000 1, 1 100000 65536";
	user->owner_name = "ada";
	user->parent = f->host[NS_USER];
	inner = add_ns(f, NS_USER, false);
	inner->uid_map = inner->gid_map = "0 1 1000, 1000 20000 1000";
	inner->owner_name = "ada";
	inner->parent = user->ino;
	outer = add_container(f, "podman", "workbench", slice,
			      "/user.slice/libpod-");
	outer->user = "ada";
	outer->ns[NS_USER] = user->ino;
	add_device(f, outer->ns[NS_NET], "lo", "loopback", "127.0.0.1/8");
	add_device(f, outer->ns[NS_NET], "tap0", "tun", "192.0.2.17/24");
	publish(f, outer->ns[NS_NET], 2222, 22, "pasta");
	thing = add_container(f, "kist", "inside-workbench", slice,
			      "/user.slice/kist-");
	thing->user = "ada";
	thing->ns[NS_USER] = inner->ino;
	add_device(f, thing->ns[NS_NET], "lo", "loopback", "127.0.0.1/8");
}

static void add_blue(struct fixture *f)
{
	struct kist_thing *set = add_thing(f, KIST_THING_SET, "kist", "blue");
	struct kist_map_ns *net = add_ns(f, NS_NET, false);

	net->name = "blue";
	net->netnsid = 3;
	set->ns[NS_NET] = net->ino;
	set->procs = 1;
	cable(f, net->ino, "10.1.1.2/24", 0);
	f->devices[f->device_count - 1].addresses = "10.1.1.1/24";
}

/* Those that were made for a container which shares another's instead. */
static void drop_unused(struct fixture *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->ns_count; i++)
		if (f->ns[i].things)
			f->ns[kept++] = f->ns[i];
	f->ns_count = kept;
}

static void finish(struct fixture *f, struct kist_map *ret_map)
{
	for (size_t i = 0; i < f->ns_count; i++)
		for (size_t t = 0; t < f->thing_count; t++)
			for (size_t k = 0; k < NS_COUNT; k++)
				if (f->things[t].ns[k] == f->ns[i].ino) {
					f->ns[i].things++;
					f->ns[i].procs += f->things[t].procs;
				}
	drop_unused(f);
	*ret_map = (struct kist_map){
		.machine = "lighthouse",
		.things = f->things,
		.namespaces = f->ns,
		.devices = f->devices,
		.ports = f->ports,
		.cgroups = f->cgroups,
		.thing_count = f->thing_count,
		.ns_count = f->ns_count,
		.device_count = f->device_count,
		.port_count = f->port_count,
		.cgroup_count = f->cgroup_count,
		.hidden = 0,
		.arena = f->arena,
	};
}

static void begin(struct fixture *f, size_t containers)
{
	size_t room = containers + 100;

	*f = (struct fixture){ .next_ino = 4026531834u,
			       .next_pid = 800,
			       .next_random = 7,
			       .wanted = containers };
	f->arena = calloc(1, sizeof(*f->arena));
	arena_init(f->arena);
	f->things = arena_alloc(f->arena, room * sizeof(*f->things));
	f->ns = arena_alloc(f->arena, room * 8 * sizeof(*f->ns));
	f->devices = arena_alloc(f->arena, room * 4 * sizeof(*f->devices));
	f->ports = arena_alloc(f->arena, room * sizeof(*f->ports));
	f->cgroups = arena_alloc(f->arena, room * 2 * sizeof(*f->cgroups));
}

void fixture_make(size_t containers, struct kist_map *ret_map)
{
	struct fixture f;
	struct kist_thing *thing;
	int docker, machine, user;

	begin(&f, containers);
	add_host(&f);
	docker = add_cgroup(&f, 0, "/docker", 4000 * 1048576ull, KIST_MAP_MAX);
	machine = add_cgroup(&f, 0, "/machine.slice", 2000 * 1048576ull,
			     8000 * 1048576ull);
	user = add_cgroup(&f, 0, "/user.slice", 700 * 1048576ull,
			  900 * 1048576ull);
	add_blue(&f);
	add_nested(&f, user);
	for (unsigned pod = 1; pod <= 1 + containers / 20; pod++)
		add_pod(&f, pod, machine);
	thing = add_container(&f, "docker", "monitor", docker, "/docker/");
	thing->ns[NS_NET] = f.host[NS_NET];
	thing->ns[NS_PID] = f.host[NS_PID];
	for (unsigned n = 1; f.containers < f.wanted; n++) {
		const char *engine = n % 4 == 3 ? "kist" : "docker";
		bool is_kist = n % 4 == 3;

		thing = add_container(&f, engine, TEXT(&f, "web-%u", n),
				      is_kist ? machine : docker,
				      is_kist ? "/machine.slice/kist-" :
						"/docker/");
		on_bridge(&f, thing);
		if (n % 10 == 1)
			publish(&f, thing->ns[NS_NET], (uint16_t)(9000 + n), 80,
				"docker-proxy");
	}
	finish(&f, ret_map);
}

void fixture_empty(struct kist_map *ret_map)
{
	struct fixture f;

	begin(&f, 0);
	add_host(&f);
	f.thing_count = 1;
	f.device_count = 1;
	finish(&f, ret_map);
}

void fixture_hostile(struct kist_map *ret_map)
{
	struct fixture f;

	begin(&f, 3);
	add_host(&f);
	for (unsigned i = 0; i < 3; i++) {
		struct kist_thing *thing = add_container(
			&f, fixture_attack, fixture_attack, 0, "/<b>\"x\"");

		thing->command = thing->image = thing->user = thing->id =
			fixture_attack;
		on_bridge(&f, thing);
		publish(&f, thing->ns[NS_NET], 1, 1, fixture_attack);
	}
	for (size_t i = 0; i < f.ns_count; i++)
		f.ns[i].name = f.ns[i].owner_name = fixture_attack;
	for (size_t i = 0; i < f.device_count; i++)
		f.devices[i].name = f.devices[i].type = fixture_attack;
	finish(&f, ret_map);
	ret_map->machine = fixture_attack;
}

void fixture_free(struct kist_map *map)
{
	arena_done(map->arena);
	free(map->arena);
}
