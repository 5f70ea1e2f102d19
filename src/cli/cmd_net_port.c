/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net_port.c - kist net port: ports of this machine that lead elsewhere */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <kist/net.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "cli/kist.h"
#include "cli/net.h"
#include "cli/steps.h"
#include "cli/table.h"

struct port_args {
	const char *first, *second;
	struct opt_list ports;
	bool detach, dry_run, json, ids;
};
#define ARGS port_args

static const struct opt port_opts[] = {
	MAYBE("TARGET", opt_string, first,
	      "whose network; \"ls\"; \"rm\" and what follows"),
	MAYBE("WHAT", opt_string, second,
	      "of \"ls\" and \"rm\": a TARGET, or the id of a forwarder"),
	OPT('p', "publish", "[IP:]PORT:INNER[/udp]", opt_list, ports,
	    "a port of this machine, and where it leads to; may be repeated"),
	FLAG('d', "detach", detach, "go on in the background; print its id"),
	FLAG('n', "dry-run", dry_run,
	     "print what would be done, change nothing"),
	FLAG('q', "ids", ids, "list only the ids"),
	FLAG('J', "json", json, "list as JSON"),
	OPT_END,
};

/* ---- listing ---- */

static void format_outer(const struct kist_net_port *port, char *buf,
			 size_t size)
{
	bool is_v6 = strchr(port->address, ':');

	if (port->address[0])
		snprintf(buf, size, is_v6 ? "[%s]:%u" : "%s:%u", port->address,
			 port->outer);
	else
		snprintf(buf, size, "*:%u", port->outer);
}

static int print_table(const struct kist_net_forwarder *all, size_t count)
{
	static const struct table_column columns[] = {
		{ "PORT", false }, { "PROTO", false }, { "TARGET", false },
		{ "INNER", true }, { "PID", true },    { "ID", false },
	};
	CLEANUP_TABLE struct table table;
	char outer[80];

	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < count; i++)
		for (size_t n = 0; n < all[i].count; n++) {
			if (all[i].is_stale)
				continue;
			format_outer(&all[i].ports[n], outer, sizeof(outer));
			table_add(&table, outer);
			table_add(&table, all[i].ports[n].protocol);
			table_add(&table, all[i].target);
			table_addf(&table, "%u", all[i].ports[n].inner);
			table_addf(&table, "%d", all[i].pid);
			table_add(&table, all[i].id);
		}
	return table_print(&table, stdout, TABLE_HEADINGS);
}

static void write_port(struct json_writer *w,
		       const struct kist_net_forwarder *f,
		       const struct kist_net_port *port)
{
	json_open(w, '{');
	json_member(w, "id", f->id);
	json_member(w, "target", f->target);
	json_member_uint(w, "ns", f->ns);
	json_member_int(w, "pid", f->pid);
	json_member(w, "proto", port->protocol);
	json_member(w, "address", port->address);
	json_member_uint(w, "port", port->outer);
	json_member_uint(w, "inner", port->inner);
	json_close(w, '}');
}

static int print_json(const struct kist_net_forwarder *all, size_t count)
{
	CLEANUP_BUF struct buf buf;
	struct json_writer w;

	buf_init(&buf);
	json_write_init(&w, &buf, "  ");
	json_open(&w, '{');
	json_key(&w, "ports");
	json_open(&w, '[');
	for (size_t i = 0; i < count; i++)
		for (size_t n = 0; !all[i].is_stale && n < all[i].count; n++)
			write_port(&w, &all[i], &all[i].ports[n]);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(&buf, '\n');
	return buf_write(&buf, STDOUT_FILENO);
}

static int list(const struct kist_global *g, const struct port_args *a,
		const char *target, struct kist_error *err)
{
	struct kist_net_forwarder *all;
	size_t count;
	int ret = kist_net_forwarders(&g->kist, target, &all, &count, err);

	if (ret < 0)
		return ret;
	if (a->json)
		ret = print_json(all, count);
	else if (!a->ids)
		ret = print_table(all, count);
	else
		for (size_t i = 0; i < count; i++)
			if (!all[i].is_stale)
				puts(all[i].id);
	kist_net_forwarders_free(all, count);
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret, "print the ports") :
			 0;
}

/* ---- publishing ---- */

static void print_forwarder(const struct kist_net_forwarder *f, FILE *out)
{
	char outer[80];

	for (size_t i = 0; i < f->count; i++) {
		format_outer(&f->ports[i], outer, sizeof(outer));
		fprintf(out, "%s/%s -> %s port %u\n", outer,
			f->ports[i].protocol, f->target, f->ports[i].inner);
	}
	fflush(out);
}

static int publish(const struct kist_global *g, const struct port_args *a,
		   struct kist_error *err)
{
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	const struct kist_net_publish args = {
		.target = a->first,
		.ports = a->ports.items,
		.detach = a->detach,
	};
	struct kist_net_forwarder f;
	int fd, ret = kist_net_publish(&g->kist, &args, &trace, &f, &fd, err);

	if (ret < 0 || a->dry_run)
		return ret;
	if (!g->quiet)
		print_forwarder(&f, a->detach ? stderr : stdout);
	if (a->detach)
		puts(f.id);
	else
		kist_net_publish_wait(fd);
	kist_net_forwarder_done(&f);
	return 0;
}

static int removal(const struct kist_global *g, const struct port_args *a,
		   struct kist_error *err)
{
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);

	if (!a->second)
		return err_set(err, KIST_E_USAGE,
			       "what is to be removed is not given: a TARGET, "
			       "or an id of 'kist net port'");
	return kist_net_unpublish(&g->kist, a->second, &trace, err);
}

static int port_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct port_args *a = args;
	bool is_list = !a->first || strcmp(a->first, "ls") == 0;

	if (a->ports.count && is_list)
		return err_set(err, KIST_E_USAGE,
			       "whose ports they are is not given: "
			       "kist net port TARGET -p …");
	if (a->ports.count && a->second)
		return err_set(
			err, KIST_E_USAGE,
			"ports lead into one namespace: '%s' is too much",
			a->second);
	if (a->ports.count)
		return publish(g, a, err);
	if (is_list)
		return list(g, a, a->second, err);
	if (strcmp(a->first, "rm") == 0)
		return removal(g, a, err);
	if (a->second) {
		err_set(err, KIST_E_USAGE, "unexpected word '%s'", a->second);
		err_hint(err, "ports stand behind -p: kist net port TARGET -p "
			      "8080:80");
		return -EINVAL;
	}
	return list(g, a, a->first, err);
}

const struct command cmd_net_port = {
	.name = "net port",
	.group = "namespaces",
	.summary = "publish ports of a network namespace on this machine",
	.see = "kist-net(1), kist-net-socks(1)",
	.example = "kist net port web -d -p 8080:80 -p 127.0.0.1:5353:53/udp",
	.notes =
		"\"kist net port TARGET -p PORT:INNER\" opens PORT here and "
		"carries what comes to INNER in the TARGET's network, for root "
		"and ordinary users alike; no firewall rule and no routing is "
		"needed. It stays in the foreground; with -d it goes on in the "
		"background, until \"kist net port rm\", or until the TARGET "
		"ends.\n\n"
		"\"INNER\" alone takes any free port; \"8000-8009:80-89\" is "
		"ten ports. Without an IP the port is open on all addresses of "
		"this machine. The program inside is looked for on 127.0.0.1, "
		"::1 and every other address there; it sees such an address as "
		"its peer.\n\n"
		"\"kist net port [ls] [TARGET]\" lists; \"kist net port rm "
		"TARGET|ID\" ends.\n\n"
		"JSON: {\"ports\": [{id, target, ns, pid, proto, address, port, "
		"inner}]}; ns is the inode number of the namespace, address is "
		"\"\" for all.",
	.opts = port_opts,
	.args_size = sizeof(struct port_args),
	.run = port_run,
};
