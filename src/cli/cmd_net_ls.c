/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net_ls.c - kist net ls: the network namespaces, and what is in them */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <kist/net.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "base/letters.h"
#include "cli/kist.h"
#include "cli/net.h"

#define WIDTH 80
#define INDENT 2

struct ls_args {
	const char *target;
	bool json, names;
};
#define ARGS ls_args

static const struct opt ls_opts[] = {
	FLAG('q', "names", names, "only a TARGET for each, one a line"),
	FLAG('J', "json", json, "as JSON"),
	MAYBE("TARGET", opt_string, target,
	      "only its, with routes, neighbours, rules and sockets"),
	OPT_END,
};

/* ---- text ---- */

/* Words in lines of at most WIDTH columns; those that follow are indented. */
struct lines {
	size_t column, indent, words;
};

/* Up to where words begin: a line that has none ends without blanks. */
static void pad(struct lines *lines)
{
	while (lines->column < lines->indent) {
		putchar(' ');
		lines->column++;
	}
}

static void add(struct lines *lines, const char *text)
{
	size_t len = 0;

	if (lines->column && !lines->words)
		pad(lines);
	for (const char *c = text; *c; c++)
		len += ((unsigned char)*c & 0xc0) != 0x80;
	if (lines->words && lines->column + 1 + len > WIDTH) {
		printf("\n%*s", (int)lines->indent, "");
		lines->column = lines->indent;
	} else if (lines->words) {
		putchar(' ');
		lines->column++;
	}
	text_put(text, stdout);
	lines->column += len;
	lines->words++;
}

static void addf(struct lines *lines, const char *fmt, ...) PRINTF(2, 3);
static void addf(struct lines *lines, const char *fmt, ...)
{
	char text[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	add(lines, text);
}

static void end(struct lines *lines)
{
	putchar('\n');
	lines->column = lines->words = 0;
}

static void print_head(const struct kist_net_space *space)
{
	struct lines lines = { .indent = INDENT * 2 };

	add(&lines, space->label);
	addf(&lines, "net:[%" PRIu64 "]", space->ns);
	if (space->is_initial)
		add(&lines, "initial");
	if (space->is_ours)
		add(&lines, "(this one)");
	if (space->processes == 1)
		addf(&lines, "process %d (%s)", space->pid, space->command);
	else if (space->processes)
		addf(&lines, "%u processes, first %d (%s)", space->processes,
		     space->pid, space->command);
	else if (space->kept_by)
		addf(&lines, "no process, kept by %s", space->kept_by);
	else
		add(&lines, "no process");
	for (size_t i = 1; space->names[0] && space->names[i]; i++)
		addf(&lines, "also '%s'", space->names[i]);
	if (space->is_closed)
		add(&lines, "(you may not look into it)");
	end(&lines);
}

static int name_width(const struct kist_net_space *space)
{
	size_t width = 4;

	for (size_t i = 0; i < space->link_count; i++)
		if (strlen(space->links[i].name) > width)
			width = strlen(space->links[i].name);
	return (int)width;
}

static void print_link(const struct kist_net_link *link, int width, bool whole)
{
	struct lines lines = { .indent = INDENT + (size_t)width + 22 };

	printf("%*s", INDENT, "");
	text_put(link->name, stdout);
	printf("%*s %-9s %s", width - (int)strlen(link->name), "", link->kind,
	       link->state);
	lines.column = INDENT + (size_t)width + 11 + strlen(link->state);
	for (size_t i = 0; link->addresses && link->addresses[i]; i++)
		if (whole || strncmp(link->addresses[i], "fe80:", 5) != 0)
			add(&lines, link->addresses[i]);
	if (link->peer)
		addf(&lines,
		     strcmp(link->kind, "veth") == 0 ? "<-> %s%s%s" :
						       "on %s%s%s",
		     link->peer, link->peer_label ? " of " : "",
		     link->peer_label ?: "");
	if (link->peer && !link->peer_ns)
		addf(&lines, "in nsid %d, not to be seen from here",
		     link->peer_nsid);
	if (link->master)
		addf(&lines, "in %s", link->master);
	if (whole && link->mac[0])
		addf(&lines, "mac %s", link->mac);
	if (whole)
		addf(&lines, "mtu %u", link->mtu);
	end(&lines);
}

/* "listening  tcp 0.0.0.0:80 [::]:80 udp …" */
static void print_listeners(const struct kist_net_space *space)
{
	struct lines lines = { .indent = INDENT + 11 };
	const char *kind = NULL;

	for (size_t i = 0; i < space->socket_count; i++) {
		const struct kist_net_socket *s = &space->sockets[i];

		if (!s->is_listening || (strcmp(s->kind, "tcp") != 0 &&
					 strcmp(s->kind, "udp") != 0))
			continue;
		if (!kind)
			printf("%*slistening  ", INDENT, "");
		if (!lines.column)
			lines.column = lines.indent;
		if (!kind || strcmp(kind, s->kind) != 0)
			add(&lines, s->kind);
		kind = s->kind;
		add(&lines, s->local);
	}
	if (kind)
		end(&lines);
}

static void print_details(const struct kist_net_space *space)
{
	for (size_t i = 0; i < space->route_count; i++) {
		const struct kist_net_route *r = &space->routes[i];

		printf("%*sroute      %s%s%s%s", INDENT, "", r->dest,
		       r->gateway ? " via " : "", r->gateway ?: "",
		       r->device ? " dev " : "");
		text_put(r->device ?: "", stdout);
		if (r->metric)
			printf(" metric %u", r->metric);
		putchar('\n');
	}
	for (size_t i = 0; i < space->neighbour_count; i++) {
		const struct kist_net_neighbour *n = &space->neighbours[i];

		printf("%*sneighbour  %s dev ", INDENT, "", n->address);
		text_put(n->device, stdout);
		printf(" %s%s%s\n", n->mac, n->mac[0] ? " " : "", n->state);
	}
	if (space->rules >= 0)
		printf("%*srules      %d of routing", INDENT, "", space->rules);
	if (space->rules >= 0 && space->nft_rules >= 0)
		printf(", %d of nftables in %d table%s", space->nft_rules,
		       space->nft_tables, space->nft_tables == 1 ? "" : "s");
	if (space->rules >= 0)
		putchar('\n');
}

static void print_space(const struct kist_net_space *space, bool whole)
{
	int width = name_width(space);

	print_head(space);
	for (size_t i = 0; i < space->link_count; i++)
		print_link(&space->links[i], width, whole);
	for (size_t i = 0;
	     !whole && space->default_routes && space->default_routes[i]; i++)
		printf("%*sdefault    %s\n", INDENT, "",
		       space->default_routes[i]);
	if (whole)
		print_details(space);
	print_listeners(space);
}

/* ---- JSON ---- */

static void write_link(struct json_writer *w, const struct kist_net_link *link)
{
	json_open(w, '{');
	json_member_int(w, "index", link->index);
	json_member(w, "name", link->name);
	json_member(w, "kind", link->kind);
	json_member(w, "state", link->state);
	json_member(w, "mac", link->mac);
	json_member_int(w, "mtu", link->mtu);
	json_member(w, "master", link->master);
	json_member(w, "peer", link->peer);
	json_member_int(w, "peer_ns", (int64_t)link->peer_ns);
	json_member(w, "peer_label", link->peer_label);
	json_member_int(w, "peer_nsid", link->peer_nsid);
	json_member_strings(w, "addresses", link->addresses);
	json_member_int(w, "rx_bytes", (int64_t)link->rx_bytes);
	json_member_int(w, "tx_bytes", (int64_t)link->tx_bytes);
	json_close(w, '}');
}

static void write_details(struct json_writer *w,
			  const struct kist_net_space *space)
{
	json_key(w, "routes");
	json_open(w, '[');
	for (size_t i = 0; i < space->route_count; i++) {
		json_open(w, '{');
		json_member(w, "dest", space->routes[i].dest);
		json_member(w, "gateway", space->routes[i].gateway);
		json_member(w, "device", space->routes[i].device);
		json_member_int(w, "metric", space->routes[i].metric);
		json_close(w, '}');
	}
	json_close(w, ']');
	json_key(w, "neighbours");
	json_open(w, '[');
	for (size_t i = 0; i < space->neighbour_count; i++) {
		json_open(w, '{');
		json_member(w, "address", space->neighbours[i].address);
		json_member(w, "mac", space->neighbours[i].mac);
		json_member(w, "device", space->neighbours[i].device);
		json_member(w, "state", space->neighbours[i].state);
		json_close(w, '}');
	}
	json_close(w, ']');
	json_member_int(w, "rules", space->rules);
	json_member_int(w, "nft_tables", space->nft_tables);
	json_member_int(w, "nft_rules", space->nft_rules);
}

static void write_listeners(struct json_writer *w,
			    const struct kist_net_space *space)
{
	json_key(w, "listening");
	json_open(w, '[');
	for (size_t i = 0; i < space->socket_count; i++) {
		if (!space->sockets[i].is_listening)
			continue;
		json_open(w, '{');
		json_member(w, "kind", space->sockets[i].kind);
		json_member(w, "local", space->sockets[i].local);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void write_space(struct json_writer *w,
			const struct kist_net_space *space, bool whole)
{
	json_open(w, '{');
	json_member(w, "label", space->label);
	json_member_int(w, "ns", (int64_t)space->ns);
	json_member_strings(w, "names", space->names);
	json_member_int(w, "pid", space->pid);
	json_member(w, "command", space->command);
	json_member_int(w, "processes", space->processes);
	json_member(w, "kept_by", space->kept_by);
	json_member_bool(w, "initial", space->is_initial);
	json_member_bool(w, "ours", space->is_ours);
	json_member_bool(w, "closed", space->is_closed);
	json_key(w, "links");
	json_open(w, '[');
	for (size_t i = 0; i < space->link_count; i++)
		write_link(w, &space->links[i]);
	json_close(w, ']');
	json_member_strings(w, "default_routes", space->default_routes);
	write_listeners(w, space);
	if (whole)
		write_details(w, space);
	json_close(w, '}');
}

static int print_json(const struct kist_net_view *view, bool whole)
{
	CLEANUP_BUF struct buf buf;
	struct json_writer w;

	buf_init(&buf);
	json_write_init(&w, &buf, "  ");
	json_open(&w, '{');
	json_key(&w, "networks");
	json_open(&w, '[');
	for (size_t i = 0; i < view->count; i++)
		write_space(&w, &view->spaces[i], whole);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(&buf, '\n');
	return buf_write(&buf, STDOUT_FILENO);
}

/* A TARGET that leads to it. */
static void print_name(const struct kist_net_space *space)
{
	char pid[16];
	size_t len = (size_t)snprintf(pid, sizeof(pid), "%d (", space->pid);

	if (strncmp(space->label, pid, len) == 0)
		pid[len - 2] = '\0';
	text_put(pid[len - 2] ? space->label : pid, stdout);
	putchar('\n');
}

static int ls_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct ls_args *a = args;
	struct kist_net_view view;
	int ret = kist_net_view(&g->kist, a->target, &view, err);

	if (ret < 0)
		return ret;
	if (a->json)
		ret = print_json(&view, a->target);
	for (size_t i = 0; !a->json && i < view.count; i++) {
		if (a->names) {
			print_name(&view.spaces[i]);
			continue;
		}
		if (i > 0)
			putchar('\n');
		print_space(&view.spaces[i], a->target);
	}
	kist_net_view_done(&view);
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret, "print the list") :
			 0;
}

const struct command cmd_net_ls = {
	.name = "net ls|list",
	.group = "namespaces",
	.summary = "list network namespaces, their links, addresses and ports",
	.see = "kist-net-socks(1), kist-ls(1), ip-netns(8)",
	.example = "kist net ls",
	.notes = "Every network namespace that a process, a name, a mount, an "
		 "open descriptor or a socket keeps alive: what it is called, "
		 "its devices with their state and addresses, where the other "
		 "end of each veth is, its default routes, and the ports it "
		 "listens on. With a TARGET also its routes, neighbours, and "
		 "how many rules it has.\n\n"
		 "JSON: {\"networks\": [{label, ns, names, pid, command, "
		 "processes, kept_by, initial, ours, closed, links: [{index, "
		 "name, kind, state, mac, mtu, master, peer, peer_ns, "
		 "peer_label, peer_nsid, addresses, rx_bytes, tx_bytes}], "
		 "default_routes, listening: [{kind, local}]}]}; with a TARGET "
		 "also routes: [{dest, gateway, device, metric}], neighbours: "
		 "[{address, mac, device, state}], rules, nft_tables, "
		 "nft_rules. ns and peer_ns are inode numbers; peer_nsid -1 is "
		 "the same namespace; -1 rules could not be asked for.",
	.opts = ls_opts,
	.args_size = sizeof(struct ls_args),
	.run = ls_run,
};
