/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_ports.c - published ports: who carries what into which network
 *
 * kist's own forwarders are in its records. Those of others are processes whose
 * words say what they carry; one table knows them. The rest are rules of the
 * packet filter (kernel/nat.h), which an engine may make beside a process for the
 * same port: that is told once.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "engine/map/mapping.h"
#include "engine/net/port_record.h"
#include "kernel/nat.h"
#include "sys/file.h"

#define WORDS_MAX 8192
#define COMM_MAX 32
#define RANGE_MAX 64 /* ports of one range that are listed */

struct ports {
	struct mapping *m;
	struct kist_map_port *list;
	size_t count, room;
};

static void add(struct ports *p, const struct kist_map_port *port)
{
	p->list = mapping_grow(p->m->arena, p->list, p->count, &p->room,
			       sizeof(*p->list));
	if (p->list)
		p->list[p->count++] = *port;
	else
		p->count = 0;
}

/* ---- kist's ---- */

static void add_record(struct ports *p, const struct port_record *record)
{
	char address[INET6_ADDRSTRLEN] = "";

	for (size_t i = 0; i < record->count; i++) {
		const struct forward_port *port = &record->ports[i];

		address[0] = '\0';
		if (port->family)
			inet_ntop(port->family, &port->address, address,
				  sizeof(address));
		add(p,
		    &(struct kist_map_port){
			    .protocol = port->protocol == FORWARD_UDP ? "udp" :
									"tcp",
			    .address = arena_strdup(p->m->arena, address),
			    .host_port = port->outer,
			    .port = port->inner,
			    .ns = record->ns,
			    .published_by = "kist",
		    });
	}
}

static void add_kist(struct ports *p)
{
	CLEANUP_FD int folder_fd = port_folder(p->m->kist, NULL);
	struct port_record *records;
	size_t count;

	if (folder_fd < 0 || port_record_list(folder_fd, p->m->arena, &records,
					      &count, NULL) < 0)
		return;
	for (size_t i = 0; i < count; i++)
		if (!records[i].is_stale)
			add_record(p, &records[i]);
}

/* ---- words of a process ---- */

struct words {
	char text[WORDS_MAX];
	size_t len;
};

/* What stands behind an option; @from: where to go on, or NULL. */
static const char *word_behind(const struct words *words, const char *option,
			       const char *from)
{
	const char *at = from ? from : words->text;
	const char *end = words->text + words->len;

	for (; at < end; at += strlen(at) + 1)
		if (strcmp(at, option) == 0 && at + strlen(at) + 1 < end)
			return at + strlen(at) + 1;
	return NULL;
}

static bool read_port(const char *text, size_t len, uint16_t *ret_port)
{
	uint64_t value;

	if (num_parse_u64_n(text, len, &value) < 0 || value == 0 ||
	    value > UINT16_MAX)
		return false;
	*ret_port = (uint16_t)value;
	return true;
}

/* The network in which some device has this address. */
static uint64_t ns_of_address(const struct mapping *m, const char *address)
{
	size_t len = strlen(address);

	for (size_t i = 0; i < m->map->device_count; i++) {
		const char *at = m->map->devices[i].addresses;

		for (; *at; at += strcspn(at, ","), at += strspn(at, ", "))
			if (strncmp(at, address, len) == 0 && at[len] == '/')
				return m->map->devices[i].ns;
	}
	return 0;
}

/* ---- docker-proxy ---- */

static void add_docker(struct ports *p, const struct words *words)
{
	const char *protocol = word_behind(words, "-proto", NULL);
	const char *address = word_behind(words, "-host-ip", NULL);
	const char *outer = word_behind(words, "-host-port", NULL);
	const char *inner = word_behind(words, "-container-port", NULL);
	const char *target = word_behind(words, "-container-ip", NULL);
	struct kist_map_port port = { .published_by = "docker-proxy" };

	if (!protocol || !outer || !inner ||
	    !read_port(outer, strlen(outer), &port.host_port) ||
	    !read_port(inner, strlen(inner), &port.port))
		return;
	port.protocol = strcmp(protocol, "udp") == 0 ? "udp" : "tcp";
	port.address = arena_strdup(
		p->m->arena,
		address && strcmp(address, "0.0.0.0") != 0 ? address : "");
	port.ns = target ? ns_of_address(p->m, target) : 0;
	add(p, &port);
}

/* ---- pasta ---- */

/* "[ADDRESS/]8080-8081:80-81" */
static void add_range(struct ports *p, const char *spec,
		      struct kist_map_port port)
{
	const char *slash = strchr(spec, '/');
	const char *range = slash ? slash + 1 : spec;
	const char *inner = strchr(range, ':');
	uint16_t first, last, to;

	inner = inner ? inner + 1 : range;
	if (!read_port(range, strcspn(range, "-:"), &first) ||
	    !read_port(inner, strcspn(inner, "-:"), &to))
		return;
	last = first;
	range += strcspn(range, "-:");
	if (*range == '-' &&
	    !read_port(range + 1, strcspn(range + 1, ":"), &last))
		return;
	port.address = arena_strndup(p->m->arena, spec,
				     slash ? (size_t)(slash - spec) : 0);
	for (unsigned i = 0; i <= (unsigned)(last - first) && i < RANGE_MAX &&
			     first <= last && to + i <= UINT16_MAX;
	     i++) {
		port.host_port = (uint16_t)(first + i);
		port.port = (uint16_t)(to + i);
		add(p, &port);
	}
}

/* The path is a stranger's word: it is compared, never opened. */
static uint64_t ns_of_path(const struct mapping *m, const char *path)
{
	int pid;

	if (!path)
		return 0;
	for (size_t i = 0; i < m->scan.count; i++)
		for (const struct scan_text *t = m->scan.items[i]->mounts; t;
		     t = t->next)
			if (m->scan.items[i]->kind == NS_NET &&
			    strcmp(t->text, path) == 0)
				return m->scan.items[i]->ino;
	if (sscanf(path, "/proc/%d/ns/net", &pid) != 1)
		return 0;
	for (size_t i = 0; i < m->scan.proc_count; i++)
		if (m->scan.procs[i].pid == pid)
			return m->scan.procs[i].ino[NS_NET];
	return 0;
}

static void add_pasta(struct ports *p, const struct words *words)
{
	static const struct {
		const char *option, *protocol;
	} kinds[] = { { "-t", "tcp" },
		      { "--tcp-ports", "tcp" },
		      { "-u", "udp" },
		      { "--udp-ports", "udp" } };
	struct kist_map_port port = {
		.published_by = "pasta",
		.ns = ns_of_path(p->m, word_behind(words, "--netns", NULL)),
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const char *spec = NULL;

		port.protocol = kinds[i].protocol;
		while ((spec = word_behind(words, kinds[i].option, spec)))
			add_range(p, spec, port);
	}
}

/* ---- the packet filter ---- */

/* Whose rule it is, by the beginning of its chain's name. */
static const char *author_of(const struct nat_port *rule)
{
	static const struct {
		const char *chain, *author;
	} known[] = { { "DOCKER", "docker" },
		      { "NETAVARK", "netavark" },
		      { "nv_", "netavark" },
		      { "CNI-", "cni" },
		      { "KUBE-", "kube-proxy" } };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strncmp(rule->chain, known[i].chain,
			    strlen(known[i].chain)) == 0)
			return known[i].author;
	return "packet filter";
}

static bool is_listed(const struct ports *p, const struct kist_map_port *port)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].host_port == port->host_port &&
		    p->list[i].port == port->port &&
		    p->list[i].ns == port->ns &&
		    strcmp(p->list[i].protocol, port->protocol) == 0 &&
		    (!*p->list[i].address ||
		     strcmp(p->list[i].address, port->address) == 0))
			return true;
	return false;
}

static void add_rule(struct ports *p, const struct nat_port *rule)
{
	char address[INET6_ADDRSTRLEN] = "", to[INET6_ADDRSTRLEN];
	struct kist_map_port port = { .published_by = author_of(rule) };

	inet_ntop(rule->family, &rule->to, to, sizeof(to));
	port.ns = ns_of_address(p->m, to);
	if (rule->protocol == IPPROTO_TCP || rule->protocol == IPPROTO_UDP)
		port.protocol = rule->protocol == IPPROTO_UDP ? "udp" : "tcp";
	if (!port.ns || !port.protocol)
		return;
	if (rule->has_address)
		inet_ntop(rule->family, &rule->address, address,
			  sizeof(address));
	port.address = arena_strdup(p->m->arena, address);
	for (unsigned i = 0;
	     i <= (unsigned)(rule->last - rule->first) && i < RANGE_MAX; i++) {
		port.host_port = (uint16_t)(rule->first + i);
		port.port = rule->to_first ? (uint16_t)(rule->to_first + i) :
					     port.host_port;
		if (!is_listed(p, &port))
			add(p, &port);
	}
}

static void add_rules(struct ports *p)
{
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;
	struct nat_port *rules;
	size_t count;

	if (netlink_open(&nl, NETLINK_NETFILTER) < 0 ||
	    nat_list(&nl, p->m->arena, &rules, &count) < 0)
		return;
	for (size_t i = 0; i < count; i++)
		add_rule(p, &rules[i]);
}

/* ---- all ---- */

static const struct {
	const char *comm;
	void (*add)(struct ports *p, const struct words *words);
} carriers[] = {
	{ "docker-proxy", add_docker },
	{ "pasta", add_pasta },
	{ "pasta.avx2", add_pasta },
};

static void look_at(struct ports *p, pid_t pid)
{
	char path[40], comm[COMM_MAX];
	struct words words;
	ssize_t len;

	snprintf(path, sizeof(path), "%d/comm", pid);
	if (read_once(p->m->scan.proc_fd, path, comm, sizeof(comm)) <= 0)
		return;
	comm[strcspn(comm, "\n")] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(carriers); i++) {
		if (strcmp(comm, carriers[i].comm) != 0)
			continue;
		snprintf(path, sizeof(path), "%d/cmdline", pid);
		len = read_once(p->m->scan.proc_fd, path, words.text,
				sizeof(words.text));
		words.len = len > 0 ? (size_t)len : 0;
		carriers[i].add(p, &words);
	}
}

/* They are in the network in which the ports are open: the caller's, here. */
int mapping_ports(struct mapping *m)
{
	struct ports p = { .m = m };

	add_kist(&p);
	for (size_t i = 0; i < m->scan.proc_count; i++)
		if (m->scan.procs[i].ino[NS_NET] == m->ours)
			look_at(&p, m->scan.procs[i].pid);
	add_rules(&p);
	if (arena_failed(m->arena))
		return -ENOMEM;
	m->map->ports = p.list;
	m->map->port_count = p.count;
	return 0;
}
