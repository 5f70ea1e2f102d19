/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net_check.c - kist net check: can two networks reach each other? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <kist/net.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "base/letters.h"
#include "cli/kist.h"
#include "cli/net.h"

struct check_args {
	const char *a, *b;
	int port;
	int64_t timeout_ms;
	bool only4, only6, json;
};
#define ARGS check_args

static const struct opt check_opts[] = {
	OPT('p', "port", "PORT", opt_int, port,
	    "of TCP and UDP; a program of B that listens there is called"),
	OPT('w', "timeout", "TIME", opt_seconds, timeout_ms,
	    "for one probe (default: 2s)"),
	FLAG('4', "ipv4", only4, "IPv4 alone"),
	FLAG('6', "ipv6", only6, "IPv6 alone"),
	FLAG('J', "json", json, "as JSON"),
	OPERAND("TARGET", opt_string, a, "one; \"host\" is this machine"),
	MAYBE("TARGET", opt_string, b, "the other (default: this machine)"),
	OPT_END,
};

static const char *const outcomes[] = { "ok", "failed", "skipped" };

static void format_time(uint64_t ns, char *buf, size_t size)
{
	if (ns < 1000000)
		snprintf(buf, size, "%" PRIu64 " us", ns / 1000);
	else
		snprintf(buf, size, "%.1f ms", (double)ns / 1e6);
}

/* "ns1 192.168.1.1 -> ns2 192.168.1.2", once for the probes it goes for. */
static void print_way(const struct kist_net_result *r,
		      const struct kist_net_result *last)
{
	if (last && last->from == r->from && strcmp(last->dest, r->dest) == 0)
		return;
	printf("%s%s%s -> %s%s%s\n", r->from, r->source[0] ? " " : "",
	       r->source, r->to, r->dest[0] ? " " : "", r->dest);
}

static void print_result(const struct kist_net_result *r)
{
	char time[32];

	format_time(r->time_ns, time, sizeof(time));
	if (r->outcome == KIST_NET_OK)
		printf("  %-5s ok  %9s%s%s\n", r->probe, time,
		       r->why[0] ? "  " : "", r->why);
	else if (r->outcome == KIST_NET_SKIPPED)
		printf("  %-5s --  %s\n", r->probe, r->why);
	else
		printf("  %-5s NO  %s\n", r->probe[0] ? r->probe : "-", r->why);
}

/* The last probe of a way that says the same is followed by its remedy. */
static void print_text(struct kist_net_result *results, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct kist_net_result *r = &results[i];
		bool is_last = i + 1 == count ||
			       strcmp(r->hint, r[1].hint) != 0;

		text_harmless(r->why, 0);
		text_harmless(r->hint, 0);
		print_way(r, i > 0 ? r - 1 : NULL);
		print_result(r);
		if (r->outcome == KIST_NET_FAILED && r->hint[0] && is_last)
			printf("        hint: %s\n", r->hint);
	}
}

static void write_result(struct json_writer *w, const struct kist_net_result *r)
{
	json_open(w, '{');
	json_member(w, "from", r->from);
	json_member(w, "to", r->to);
	json_member(w, "source", r->source);
	json_member(w, "dest", r->dest);
	json_member_int(w, "family", r->family);
	json_member(w, "probe", r->probe);
	json_member(w, "outcome", outcomes[r->outcome]);
	json_member_uint(w, "time_ns", r->time_ns);
	json_member(w, "why", r->why);
	json_member(w, "hint", r->hint);
	json_close(w, '}');
}

static int print_json(const struct kist_net_result *results, size_t count,
		      bool good)
{
	CLEANUP_BUF struct buf buf;
	struct json_writer w;

	buf_init(&buf);
	json_write_init(&w, &buf, "  ");
	json_open(&w, '{');
	json_member_bool(&w, "reachable", good);
	json_key(&w, "probes");
	json_open(&w, '[');
	for (size_t i = 0; i < count; i++)
		write_result(&w, &results[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(&buf, '\n');
	return buf_write(&buf, STDOUT_FILENO);
}

static int check_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct check_args *a = args;
	const struct kist_net_check check = {
		.a = a->a,
		.b = a->b ?: "host",
		.port = a->port > 0 ? (uint16_t)a->port : 0,
		.only_family = a->only4 ? 4 :
			       a->only6 ? 6 :
					  0,
		.timeout_ms = a->timeout_ms,
	};
	struct kist_net_result *results;
	size_t count;
	int good, ret = 0;

	if (a->port == 0 || a->port < -1 || a->port > 65535)
		return err_set(err, KIST_E_USAGE,
			       "--port %d: ports are numbers from 1 to 65535",
			       a->port);
	if (a->only4 && a->only6)
		return err_set(err, KIST_E_USAGE,
			       "-4 and -6 exclude each other");
	if (a->timeout_ms < 0 || a->timeout_ms > 600000)
		return err_set(err, KIST_E_USAGE,
			       "--timeout: at most ten minutes");
	good = kist_net_check(&g->kist, &check, &results, &count, err);
	if (good < 0)
		return good;
	if (a->json)
		ret = print_json(results, count, good);
	else if (!g->quiet)
		print_text(results, count);
	free(results);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "print the results");
	return !good;
}

const struct command cmd_net_check = {
	.name = "net check",
	.group = "namespaces",
	.summary = "prove that two networks reach each other, both ways",
	.see = "kist-net-link(1), ping(8)",
	.example = "kist net check ns1 ns2",
	.notes =
		"Finds addresses of both, preferably in one subnet, and tries "
		"each way, with IPv4 and IPv6 as far as both have addresses: an "
		"ICMP echo, a TCP connection to a listener it opens itself, and "
		"a datagram and its answer. The time is there and back. Nothing "
		"is changed in either network.\n\n"
		"What fails is followed by where it stops: a link that is down, "
		"no route, nobody who answers on the link, no way back, a "
		"filter; and by what to do.\n\n"
		"Exit status: 0: all works; 1: something does not.\n\n"
		"JSON: {\"reachable\": true, \"probes\": [{from, to, source, dest, "
		"family, probe, outcome, time_ns, why, hint}]}; outcome is "
		"\"ok\", \"failed\" or \"skipped\".",
	.opts = check_opts,
	.args_size = sizeof(struct check_args),
	.defaults = &(const struct check_args){ .port = -1 },
	.run = check_run,
};
