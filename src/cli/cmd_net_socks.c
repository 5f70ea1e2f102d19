/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net_socks.c - kist net socks: sockets, their networks, their owners */
#include <stdio.h>
#include <string.h>

#include <kist/net.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "cli/kist.h"
#include "cli/net.h"
#include "cli/table.h"

struct socks_args {
	const char *target;
	struct opt_list kinds;
	bool all, away, json;
};
#define ARGS socks_args

static const char *const kinds[] = { "tcp",    "udp",	  "raw", "unix",
				     "packet", "netlink", NULL };

static const struct opt socks_opts[] = {
	FLAG('a', "all", all, "all, not only those that wait for others"),
	{ .kind = OPT_VALUE,
	  .letter = 'k',
	  .name = "kind",
	  .value = "KIND",
	  .read = opt_list,
	  .offset = offsetof(struct socks_args, kinds),
	  .help = "only this kind; may be repeated",
	  .words = kinds,
	  .only_words = true },
	FLAG(0, "away", away, "only those whose holder is in another network"),
	FLAG('J', "json", json, "as JSON"),
	MAYBE("TARGET", opt_string, target, "only its network's"),
	OPT_END,
};

static bool is_wanted(const struct socks_args *a,
		      const struct kist_net_socket *s)
{
	bool kind = a->kinds.count == 0;

	for (size_t i = 0; i < a->kinds.count; i++)
		kind = kind || strcmp(a->kinds.items[i], s->kind) == 0;
	return kind && (s->is_listening || a->all || a->away) &&
	       (s->is_away || !a->away);
}

/* "1234 (nginx) fd 4, +2", "1234 (nginx) fd 4 in host" */
static void add_holder(struct table *table, const struct kist_net_socket *s)
{
	const struct kist_net_holder *h = s->holders;
	char more[24] = "";
	bool is_away;

	if (!s->holder_count) {
		table_add(table, "-");
		return;
	}
	for (size_t i = 0; s->is_away && h->ns == s->ns; i++)
		h = &s->holders[i];
	is_away = h->ns && h->ns != s->ns;
	if (s->holder_count > 1)
		snprintf(more, sizeof(more), ", +%zu", s->holder_count - 1);
	table_addf(table, "%d (%s) fd %d%s%s%s", h->pid, h->command, h->fd,
		   is_away ? " in " : "", is_away ? (h->label ?: "?") : "",
		   more);
}

static int print_table(const struct socks_args *a,
		       const struct kist_net_view *view)
{
	static const struct table_column columns[] = {
		{ "NET", false },   { "KIND", false },	 { "STATE", false },
		{ "LOCAL", false }, { "REMOTE", false }, { "HOLDER", false },
	};
	CLEANUP_TABLE struct table table;

	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < view->count; i++)
		for (size_t n = 0; n < view->spaces[i].socket_count; n++) {
			const struct kist_net_socket *s =
				&view->spaces[i].sockets[n];

			if (!is_wanted(a, s))
				continue;
			table_add(&table, view->spaces[i].label);
			table_add(&table, s->kind);
			table_add(&table, s->state);
			table_add(&table, s->local);
			table_add(&table, s->remote);
			add_holder(&table, s);
		}
	return table_print(&table, stdout, TABLE_HEADINGS);
}

static void write_holders(struct json_writer *w,
			  const struct kist_net_socket *s)
{
	json_key(w, "holders");
	json_open(w, '[');
	for (size_t i = 0; i < s->holder_count; i++) {
		const struct kist_net_holder *h = &s->holders[i];

		json_open(w, '{');
		json_member_uint(w, "pid", (uint64_t)h->pid);
		json_member_uint(w, "fd", (uint64_t)h->fd);
		json_member(w, "command", h->command);
		json_member_uint(w, "ns", h->ns);
		json_member(w, "label", h->label);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void write_socket(struct json_writer *w, const char *label,
			 const struct kist_net_socket *s)
{
	json_open(w, '{');
	json_member(w, "net", label);
	json_member_uint(w, "ns", s->ns);
	json_member(w, "kind", s->kind);
	json_member(w, "state", s->state);
	json_member(w, "local", s->local);
	json_member(w, "remote", s->remote);
	json_member_uint(w, "inode", s->ino);
	json_member_uint(w, "peer", s->peer);
	json_member_uint(w, "uid", s->uid);
	json_member_uint(w, "receive", s->receive);
	json_member_uint(w, "send", s->send);
	json_member_bool(w, "listening", s->is_listening);
	json_member_bool(w, "away", s->is_away);
	write_holders(w, s);
	json_close(w, '}');
}

static int print_json(const struct socks_args *a,
		      const struct kist_net_view *view)
{
	CLEANUP_BUF struct buf buf;
	struct json_writer w;

	buf_init(&buf);
	json_write_init(&w, &buf, "  ");
	json_open(&w, '{');
	json_key(&w, "sockets");
	json_open(&w, '[');
	for (size_t i = 0; i < view->count; i++)
		for (size_t n = 0; n < view->spaces[i].socket_count; n++)
			if (is_wanted(a, &view->spaces[i].sockets[n]))
				write_socket(&w, view->spaces[i].label,
					     &view->spaces[i].sockets[n]);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(&buf, '\n');
	return buf_write(&buf, STDOUT_FILENO);
}

static int socks_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct socks_args *a = args;
	struct kist_net_view view;
	int ret = kist_net_view(&g->kist, a->target, &view, err);

	if (ret < 0)
		return ret;
	ret = a->json ? print_json(a, &view) : print_table(a, &view);
	kist_net_view_done(&view);
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret, "print the list") :
			 0;
}

const struct command cmd_net_socks = {
	.name = "net socks",
	.group = "namespaces",
	.summary = "list sockets, the networks they belong to, who holds them",
	.see = "ss(8), kist-net-ls(1)",
	.example = "kist net socks web -k tcp",
	.notes = "Seen from outside: nothing needs to be in the TARGET's "
		 "network. Without a TARGET, those of all networks. By default "
		 "those that wait for others: listeners, and unconnected ones "
		 "of kinds without connections.\n\n"
		 "A socket belongs to the network it was made in for ever, "
		 "whoever holds it: \"in NAME\" behind a holder says that the "
		 "process itself is in another one, and keeps the socket's "
		 "alive. Holders of other users are seen by root alone.\n\n"
		 "JSON: {\"sockets\": [{net, ns, kind, state, local, remote, "
		 "inode, peer, uid, receive, send, listening, away, holders: "
		 "[{pid, fd, command, ns, label}]}]}; ns is an inode number, "
		 "peer the inode number of a unix socket's other end.",
	.opts = socks_opts,
	.args_size = sizeof(struct socks_args),
	.run = socks_run,
};
