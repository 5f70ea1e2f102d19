/* SPDX-License-Identifier: Apache-2.0 */
/* show_lists.c - what a target has around it, for people: mounts, network,
 * ipc, control groups, limits */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "cli/show.h"

#define MOUNTS_SHOWN 12
#define SECOND 1000000000

const char *show_amount(enum kist_show_unit unit, int64_t value, char *buf)
{
	if (value == KIST_SHOW_UNLIMITED)
		return "unlimited";
	if (value < 0)
		return "?";
	if (unit == KIST_SHOW_BYTES || unit == KIST_SHOW_BYTES_PER_SECOND)
		num_format_bytes((uint64_t)value, buf, 24);
	else if (unit == KIST_SHOW_CPUS)
		snprintf(buf, 32, "%" PRId64 ".%02d", value / SECOND,
			 (int)(value % SECOND / 10000000));
	else
		snprintf(buf, 32, "%" PRId64, value);
	if (unit == KIST_SHOW_BYTES_PER_SECOND)
		strcat(buf, "/s");
	if (unit == KIST_SHOW_OPS_PER_SECOND)
		strcat(buf, " /s");
	return buf;
}

/* ---- mounts ---- */

static size_t count_mounts(const struct kist_show *show, const char *word)
{
	size_t count = 0;

	for (size_t i = 0; i < show->mount_count; i++)
		count += strstr(show->mounts[i].propagation, word) != NULL;
	return count;
}

static void add_mount(struct table *table, const struct kist_show_mount *m)
{
	CLEANUP_BUF struct buf propagation;

	buf_init(&propagation);
	buf_puts(&propagation, m->propagation);
	if (m->peers)
		buf_printf(&propagation, " %" PRIu32, m->peers);
	if (m->master)
		buf_printf(&propagation, " from %" PRIu32, m->master);
	table_add(table, m->point);
	table_add(table, m->type);
	table_add(table, propagation.data);
	table_add(table, m->options);
	if (strcmp(m->root, "/") == 0)
		table_add(table, m->source);
	else
		table_addf(table, "%s[%s]", m->source, m->root);
}

/* What the kernel shows of itself matters least. */
static bool is_plumbing(const struct kist_show_mount *m)
{
	static const char *const places[] = { "/proc", "/sys", "/dev" };

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (strncmp(m->point, places[i], strlen(places[i])) == 0)
			return true;
	return false;
}

void show_print_mounts(const struct kist_show *show, bool whole)
{
	static const struct table_column columns[] = {
		{ "MOUNTED ON", false },  { "TYPE", false },
		{ "PROPAGATION", false }, { "OPTIONS", false },
		{ "SOURCE", false },
	};
	CLEANUP_TABLE struct table table;
	size_t shown = 0;

	page_title("MOUNTS");
	if (!show->mount_count)
		return;
	page_line("in all", "%zu: %zu shared, %zu receiving only, %zu private",
		  show->mount_count, count_mounts(show, "shared"),
		  count_mounts(show, "slave") -
			  count_mounts(show, "shared,slave"),
		  count_mounts(show, "private") +
			  count_mounts(show, "unbindable"));
	if (show->root && strcmp(show->root, "/") != 0)
		page_line("its root", "%s", show->root);
	if (show->cwd)
		page_line("works in", "%s", show->cwd);
	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < show->mount_count; i++) {
		if (!whole &&
		    (shown == MOUNTS_SHOWN || is_plumbing(&show->mounts[i])))
			continue;
		add_mount(&table, &show->mounts[i]);
		shown++;
	}
	if (shown && page_table(&table) < 0)
		return;
	if (shown < show->mount_count)
		page_note("and %zu more (--mounts shows all)",
			  show->mount_count - shown);
}

/* ---- network ---- */

static void print_links(const struct kist_show *show)
{
	static const struct table_column columns[] = {
		{ "DEVICE", false },  { "KIND", false }, { "STATE", false },
		{ "RECEIVED", true }, { "SENT", true },	 { "ADDRESSES", false },
	};
	CLEANUP_TABLE struct table table;
	char rx[32], tx[32];

	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < show->link_count; i++) {
		const struct kist_show_link *link = &show->links[i];
		CLEANUP_BUF struct buf text;

		buf_init(&text);
		for (size_t j = 0; link->addresses[j]; j++)
			buf_printf(&text, "%s%s", j ? " " : "",
				   link->addresses[j]);
		table_add(&table, link->name);
		table_add(&table, link->kind);
		table_add(&table, link->is_up ? "up" : "down");
		table_add(&table,
			  show_amount(KIST_SHOW_BYTES, link->rx_bytes, rx));
		table_add(&table,
			  show_amount(KIST_SHOW_BYTES, link->tx_bytes, tx));
		table_add(&table, text.len ? text.data : "-");
	}
	if (show->link_count)
		(void)!page_table(&table);
}

static bool is_unix(const struct kist_show_socket *socket)
{
	return strcmp(socket->protocol, "unix") == 0;
}

static void print_sockets(const struct kist_show *show, bool whole)
{
	static const struct table_column columns[] = {
		{ "LISTENS", false },
		{ "ADDRESS", false },
		{ "PROCESS", true },
	};
	CLEANUP_TABLE struct table table;
	size_t unixes = 0, shown = 0;

	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < show->socket_count; i++) {
		const struct kist_show_socket *socket = &show->sockets[i];

		unixes += is_unix(socket);
		if (is_unix(socket) && !whole)
			continue;
		shown++;
		table_add(&table, socket->protocol);
		table_add(&table, socket->address);
		if (socket->pid)
			table_addf(&table, "%d", socket->pid);
		else
			table_add(&table, "?");
	}
	if (shown)
		(void)!page_table(&table);
	else if (!unixes)
		page_note("nothing listens");
	if (unixes && !whole)
		page_note("%zu unix sockets listen (--net shows them)", unixes);
}

void show_print_net(const struct kist_show *show, bool whole)
{
	page_title("NETWORK");
	print_links(show);
	for (size_t i = 0; show->routes && show->routes[i]; i++)
		page_line(i ? "" : "routes", "%s", show->routes[i]);
	print_sockets(show, whole);
}

/* ---- ipc ---- */

static void add_ipc(struct table *table, const struct kist_show_ipc *o)
{
	static const char *const kinds[] = { "shm", "sem", "msg", "mqueue" };
	char size[32];

	table_add(table, kinds[o->kind]);
	if (o->name) {
		table_add(table, o->name);
	} else if (o->key) {
		table_addf(table, "%d (key 0x%08" PRIx32 ")", o->id,
			   (uint32_t)o->key);
	} else {
		table_addf(table, "%d (private)", o->id);
	}
	table_addf(table, "%03o", o->mode & 0777);
	table_addf(table, "%" PRIu32, o->uid);
	table_addf(table, "%" PRIu32, o->creator);
	table_add(table, o->kind == KIST_SHOW_SEM ?
				 "-" :
				 show_amount(KIST_SHOW_BYTES, o->bytes, size));
	if (o->kind == KIST_SHOW_SHM)
		table_addf(table, "%" PRId64 " attached, by %d, last %d",
			   o->attached, o->pid, o->last_pid);
	else if (o->kind == KIST_SHOW_SEM)
		table_addf(table, "%" PRId64 " semaphores", o->count);
	else if (o->count < 0)
		table_add(table, "? messages");
	else if (o->pid || o->last_pid)
		table_addf(table,
			   "%" PRId64 " messages, sent by %d, read by %d",
			   o->count, o->pid, o->last_pid);
	else
		table_addf(table, "%" PRId64 " messages", o->count);
}

void show_print_ipc(const struct kist_show *show)
{
	static const struct table_column columns[] = {
		{ "KIND", false }, { "OBJECT", false }, { "MODE", false },
		{ "OWNER", true }, { "MAKER", true },	{ "SIZE", true },
		{ "USE", false },
	};
	CLEANUP_TABLE struct table table;

	page_title("IPC OBJECTS");
	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < show->ipc_count; i++)
		add_ipc(&table, &show->ipc[i]);
	if (show->ipc_count)
		(void)!page_table(&table);
	else
		page_note("none");
}

/* ---- control groups ---- */

static void add_limit(struct table *table, const struct kist_show_limit *l)
{
	char limit[32], usage[32], there[32];

	if (l->device)
		table_addf(table, "%s %s", l->name, l->device);
	else
		table_add(table, l->name);
	table_add(table, l->unit == KIST_SHOW_LIST ?
				 (l->list ? l->list : "-") :
				 show_amount(l->unit, l->limit, limit));
	if (l->unit == KIST_SHOW_CPUS && l->usage >= 0)
		table_addf(table, "%s s",
			   show_amount(l->unit, l->usage, usage));
	else if (l->usage < 0)
		table_add(table, "-");
	else if (l->set_by && l->usage_there >= 0 && l->usage_there != l->usage)
		table_addf(table, "%s (%s)",
			   show_amount(l->unit, l->usage, usage),
			   show_amount(l->unit, l->usage_there, there));
	else
		table_add(table, show_amount(l->unit, l->usage, usage));
	table_add(table, l->set_by ? l->set_by : "-");
}

static bool has_limits(const struct kist_show *show)
{
	for (size_t i = 0; i < show->cgroup_count; i++)
		if (show->cgroups[i].limit_count)
			return true;
	return false;
}

/* Groups of the same path are one to a person. */
static void print_paths(const struct kist_show *show)
{
	for (size_t i = 0; i < show->cgroup_count; i++) {
		const struct kist_show_cgroup *group = &show->cgroups[i];
		CLEANUP_BUF struct buf text;
		bool before = false;

		for (size_t j = 0; j < i; j++)
			before |= strcmp(show->cgroups[j].path, group->path) ==
				  0;
		if (before)
			continue;
		buf_init(&text);
		for (size_t j = i; j < show->cgroup_count; j++)
			if (strcmp(show->cgroups[j].path, group->path) == 0)
				buf_printf(
					&text, "%s%s", text.len ? " " : "",
					*show->cgroups[j].controllers ?
						show->cgroups[j].controllers :
						"v2");
		page_line(i ? "" : "groups", "%s%s in %s", group->path,
			  group->is_deleted ? " (removed)" : "", text.data);
	}
}

void show_print_cgroups(const struct kist_show *show, bool whole)
{
	static const struct table_column columns[] = {
		{ "LIMIT", false },
		{ "IN FORCE", true },
		{ "USED", true },
		{ "SET BY", false },
	};
	CLEANUP_TABLE struct table table;

	page_title("CONTROL GROUPS");
	print_paths(show);
	if (!has_limits(show))
		return;
	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < show->cgroup_count; i++)
		for (size_t j = 0; j < show->cgroups[i].limit_count; j++) {
			const struct kist_show_limit *l =
				&show->cgroups[i].limits[j];

			if (whole || l->set_by || l->usage > 0 || l->list)
				add_limit(&table, l);
		}
	if (table.count)
		(void)!page_table(&table);
}

/* ---- limits ---- */

static void print_rlimits(const struct kist_show *show)
{
	static const struct table_column columns[] = {
		{ "RLIMIT", false },
		{ "SOFT", true },
		{ "HARD", true },
		{ "UNIT", false },
	};
	CLEANUP_TABLE struct table table;
	char text[32];

	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < show->rlimit_count; i++) {
		const struct kist_show_rlimit *r = &show->rlimits[i];

		table_add(&table, r->name);
		table_add(&table, show_amount(KIST_SHOW_TASKS, r->soft, text));
		table_add(&table, show_amount(KIST_SHOW_TASKS, r->hard, text));
		table_add(&table, r->unit);
	}
	(void)!page_table(&table);
}

/* Those that people run into. */
static bool is_usual(const char *name)
{
	static const char *const usual[] = { "nofile", "nproc", "memlock",
					     "stack",  "core",	"as",
					     "cpu",    "fsize" };

	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (strcmp(name, usual[i]) == 0)
			return true;
	return false;
}

static void print_rlimits_brief(const struct kist_show *show)
{
	CLEANUP_BUF struct buf text;
	char soft[32], hard[32];

	buf_init(&text);
	for (size_t i = 0; i < show->rlimit_count; i++) {
		const struct kist_show_rlimit *r = &show->rlimits[i];
		enum kist_show_unit unit = strcmp(r->unit, "bytes") == 0 ?
						   KIST_SHOW_BYTES :
						   KIST_SHOW_TASKS;

		if (r->soft == KIST_SHOW_UNLIMITED || !is_usual(r->name))
			continue;
		buf_printf(&text, "%s%s %s", text.len ? ", " : "", r->name,
			   show_amount(unit, r->soft, soft));
		if (r->hard != r->soft)
			buf_printf(&text, " (at most %s)",
				   show_amount(unit, r->hard, hard));
	}
	page_line("rlimits", "%s", text.len ? text.data : "none");
}

static void print_pids(const struct kist_show *show)
{
	for (size_t i = 0; i < show->cgroup_count; i++)
		for (size_t j = 0; j < show->cgroups[i].limit_count; j++) {
			const struct kist_show_limit *l =
				&show->cgroups[i].limits[j];

			if (strcmp(l->name, "pids") == 0 && l->set_by)
				page_line("",
					  "%" PRId64 " of pids.max %" PRId64
					  " in control group %s",
					  l->usage_there, l->limit, l->set_by);
		}
}

void show_print_limits(const struct kist_show *show, bool whole)
{
	page_title("LIMITS");
	if (whole)
		print_rlimits(show);
	else
		print_rlimits_brief(show);
	if (show->tasks_here >= 0)
		page_line("processes",
			  "%" PRId64 " in its pid namespace; kernel.pid_max "
			  "%" PRId64 ", kernel.threads-max %" PRId64
			  " (threads count)",
			  show->tasks_here, show->pid_max, show->threads_max);
	print_pids(show);
}
