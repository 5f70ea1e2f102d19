/* SPDX-License-Identifier: Apache-2.0 */
/* list.c - all namespaces, and what is known of each */
#include <errno.h>
#include <stdlib.h>

#include "engine/ns/scan.h"
#include "kernel/netnsid.h"
#include "kernel/proc.h"

/* Inodes of the machine's own namespaces: the same on every machine. */
#define INITIAL_FIRST 0xEFFFFFF8u /* the kernel's MNT_NS_INIT_INO */
#define INITIAL_LAST 0xEFFFFFFFu

/* What kist_ns_list_free() finds: the list is the first member. */
struct whole {
	struct kist_ns_list list;
	struct arena arena;
};

static const char *const pin_names[KIST_NS_PIN_COUNT] = {
	[KIST_NS_PIN_PROCESS] = "process",   [KIST_NS_PIN_THREAD] = "thread",
	[KIST_NS_PIN_CHILDREN] = "children", [KIST_NS_PIN_FD] = "descriptor",
	[KIST_NS_PIN_SOCKET] = "socket",     [KIST_NS_PIN_MOUNT] = "mount",
	[KIST_NS_PIN_CHILD] = "child",	     [KIST_NS_PIN_OWNED] = "owned",
};

const char *kist_ns_pin_name(enum kist_ns_pin_kind kind)
{
	return pin_names[kind];
}

/* ---- the two sources ---- */

static int find_by_listns(struct scan *scan)
{
	return scan->query->no_listns ? -ENOSYS :
					list_kernel(scan, &list_kernel_door);
}

static int find_by_proc(struct scan *scan)
{
	if (scan->query->search == KIST_NS_SEARCH_ALL ||
	    (scan->query->want & KIST_NS_WANT_PINS))
		list_search(scan);
	if (scan->query->search == KIST_NS_SEARCH_OPEN)
		list_search_open(scan);
	return scan->failed ? -ENOMEM : 0;
}

static const struct source {
	const char *name;
	int (*find)(struct scan *scan);
} sources[] = {
	{ "listns", find_by_listns },
	{ "proc", find_by_proc },
};

static int find(struct scan *scan, const char **ret_source)
{
	const struct kist_ns_query *query = scan->query;
	bool pins = query->want & KIST_NS_WANT_PINS;
	bool all = query->search == KIST_NS_SEARCH_ALL || pins;
	size_t i = all ? 0 : 1;
	int ret;

	if (all || query->search == KIST_NS_SEARCH_OPEN)
		scan->read_kinds |= BIT(NS_MNT) | BIT(NS_NET);
	ret = scan_processes(scan);
	if (ret < 0)
		return ret;
	list_own_mounts(scan);
	do
		ret = sources[i].find(scan);
	while ((ret == -ENOSYS || ret == -EPERM) && ++i < ARRAY_LEN(sources));
	if (ret < 0)
		return ret;
	*ret_source = sources[i].name;
	/* Who holds it is not in the kernel's list. */
	if (pins && i == 0)
		list_search(scan);
	if (all || query->search == KIST_NS_SEARCH_RELATIVES ||
	    (query->want & KIST_NS_WANT_RELATIONS))
		scan_relatives(scan);
	return scan->failed ? -ENOMEM : 0;
}

/* ---- one row ---- */

static const char *const *texts(struct scan *scan, const struct scan_text *text)
{
	const char **array;
	size_t count = 0;

	for (const struct scan_text *t = text; t; t = t->next)
		count++;
	array = ARENA_ARRAY(scan->arena, const char *, count + 1);
	if (arena_failed(scan->arena))
		return NULL;
	for (size_t i = 0; text; text = text->next)
		array[i++] = text->text;
	return array;
}

static const struct kist_ns_pin *pins(struct scan *scan,
				      const struct scan_item *item)
{
	struct kist_ns_pin *array =
		ARENA_ARRAY(scan->arena, struct kist_ns_pin, item->pin_count);
	const struct scan_pin *pin = item->pins;

	if (arena_failed(scan->arena))
		return NULL;
	for (size_t i = 0; pin; pin = pin->next, i++) {
		array[i] = pin->pin;
		if (pin->pin.pid)
			array[i].command =
				scan_command(scan, pin->pin.pid, true);
	}
	return array;
}

static int netnsid(struct scan *scan, const struct scan_item *item)
{
	CLEANUP_FD int fd = -1;
	int id;

	if (item->kind != NS_NET || !item->pid)
		return item->netnsid;
	if (scan->netlink.fd < 0 &&
	    netlink_open(&scan->netlink, NETLINK_ROUTE) < 0)
		return KIST_NETNSID_UNKNOWN;
	fd = ns_open_pid(scan->proc_fd, item->pid, NS_NET);
	if (fd < 0)
		return KIST_NETNSID_UNKNOWN;
	id = netnsid_get(&scan->netlink, fd);
	return id < -1 ? KIST_NETNSID_UNKNOWN : id;
}

static void tell_process(struct scan *scan, struct kist_ns_info *info)
{
	struct proc_stat stat;
	uid_t uid;

	if (info->pid) {
		if (proc_stat(scan->proc_fd, info->pid, &stat) == 0)
			info->ppid = stat.parent;
		if (scan_uid(scan, info->pid, &uid) == 0)
			info->uid = uid;
		info->command = scan_command(scan, info->pid, false);
	}
	if (info->uid >= 0)
		info->user = scan_user(scan, (uid_t)info->uid);
}

static void tell(struct scan *scan, const struct scan_item *item,
		 struct kist_ns_info *info)
{
	unsigned want = scan->query->want;

	*info = (struct kist_ns_info){
		.ino = item->ino,
		.kind = BIT(item->kind),
		.type = ns_table[item->kind].name,
		.processes = item->procs,
		.pid = item->pid,
		.uid = item->owner_uid,
		.netnsid = item->netnsid,
		.parent = item->parent,
		.owner = item->owner,
		.mounts = texts(scan, item->mounts),
		.names = texts(scan, item->names),
		.is_initial = item->ino >= INITIAL_FIRST &&
			      item->ino <= INITIAL_LAST,
		/* One that has processes has a process 1; whether others have
		 * is not known when some may be hidden. */
		.is_dead = item->kind == NS_PID && item->procs == 0 &&
			   !scan_hides_inner(scan),
	};
	if (item->pid)
		info->path = arena_printf(scan->arena, "/proc/%d/ns/%s",
					  item->pid, info->type);
	if (want & KIST_NS_WANT_PROCESS)
		tell_process(scan, info);
	if (want & KIST_NS_WANT_NETNSID)
		info->netnsid = netnsid(scan, item);
	if (want & KIST_NS_WANT_PINS) {
		info->pins = pins(scan, item);
		info->pin_count = item->pin_count;
	}
}

/* ---- which rows ---- */

static const struct scan_proc *find_process(const struct scan *scan, pid_t pid)
{
	for (size_t i = 0; i < scan->proc_count; i++)
		if (scan->procs[i].pid == pid && !scan->procs[i].is_hidden)
			return &scan->procs[i];
	return NULL;
}

static bool is_shown(const struct scan *scan, const struct scan_item *item,
		     const struct scan_proc *process)
{
	if (scan->query->ino && item->ino != scan->query->ino)
		return false;
	return !process || process->ino[item->kind] == item->ino;
}

static int by_ino(const void *a, const void *b)
{
	const struct scan_item *const *left = a, *const *right = b;

	return ((*left)->ino > (*right)->ino) - ((*left)->ino < (*right)->ino);
}

static int tell_all(struct scan *scan, struct kist_ns_list *list,
		    struct kist_error *err)
{
	const struct scan_proc *process = NULL;
	struct kist_ns_info *infos;
	pid_t pid = scan->query->pid;

	if (pid) {
		process = find_process(scan, pid);
		if (!process)
			return err_set(err, KIST_E_LIST_PROCESS,
				       "there is no process %d that may be "
				       "looked at",
				       pid);
	}
	infos = ARENA_ARRAY(scan->arena, struct kist_ns_info, scan->count + 1);
	if (!infos || arena_failed(scan->arena))
		return err_nomem(err);
	qsort(scan->items, scan->count, sizeof(*scan->items), by_ino);
	for (size_t i = 0; i < scan->count; i++)
		if (is_shown(scan, scan->items[i], process))
			tell(scan, scan->items[i], &infos[list->count++]);
	list->items = infos;
	return 0;
}

/* ---- the processes of one ---- */

static int by_pid(const void *a, const void *b)
{
	const struct kist_ns_member *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

static int tell_members(struct scan *scan, struct kist_ns_list *list,
			struct kist_error *err)
{
	uint64_t ino = scan->query->ino;
	const struct scan_item *item = scan_find(scan, ino);
	struct kist_ns_member *members;

	if (!ino)
		return 0;
	if (!item)
		return err_set(err, KIST_E_LIST_NAMESPACE,
			       "there is no namespace %llu that may be "
			       "looked at",
			       (unsigned long long)ino);
	members = ARENA_ARRAY(scan->arena, struct kist_ns_member,
			      item->procs + 1);
	if (!members)
		return err_nomem(err);
	for (size_t i = 0; i < scan->proc_count; i++) {
		struct kist_ns_member *m = &members[list->member_count];
		struct proc_stat stat;

		if (scan->procs[i].ino[item->kind] != ino)
			continue;
		m->pid = scan->procs[i].pid;
		if (scan_uid(scan, m->pid, &m->uid) < 0 ||
		    proc_stat(scan->proc_fd, m->pid, &stat) < 0)
			continue; /* ended meanwhile */
		m->ppid = stat.parent;
		m->user = scan_user(scan, m->uid);
		m->command = scan_command(scan, m->pid, false);
		list->member_count++;
	}
	qsort(members, list->member_count, sizeof(*members), by_pid);
	list->members = members;
	return 0;
}

/* ---- all ---- */

static int fill(const struct kist *kist, const struct kist_ns_query *query,
		struct whole *whole, struct kist_error *err)
{
	CLEANUP_FD int proc_fd = proc_open(err);
	struct scan scan;
	int ret;

	if (proc_fd < 0)
		return proc_fd;
	scan_init(&scan, &whole->arena, query, proc_fd);
	ret = find(&scan, &whole->list.source);
	if (ret < 0)
		err_sys(err, KIST_E_SYSTEM, -ret, "look for namespaces");
	if (ret == 0 && (query->want & KIST_NS_WANT_NAMES))
		list_names(kist, &scan);
	if (ret == 0)
		ret = tell_all(&scan, &whole->list, err);
	if (ret == 0)
		ret = tell_members(&scan, &whole->list, err);
	whole->list.hidden = scan.hidden;
	scan_done(&scan);
	if (ret == 0 && arena_failed(&whole->arena))
		ret = err_nomem(err);
	return ret;
}

int kist_ns_list(const struct kist *kist, const struct kist_ns_query *query,
		 struct kist_ns_list **ret_list, struct kist_error *err)
{
	static const struct kist_ns_query all = { .want = KIST_NS_WANT_PROCESS };
	struct whole *whole = calloc(1, sizeof(*whole));
	int ret;

	if (!whole)
		return err_nomem(err);
	arena_init(&whole->arena);
	ret = fill(kist, query ? query : &all, whole, err);
	if (ret < 0) {
		kist_ns_list_free(&whole->list);
		return ret;
	}
	*ret_list = &whole->list;
	return 0;
}

void kist_ns_list_free(struct kist_ns_list *list)
{
	struct whole *whole = (struct whole *)list;

	if (!whole)
		return;
	arena_done(&whole->arena);
	free(whole);
}
