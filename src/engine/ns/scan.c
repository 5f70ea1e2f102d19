/* SPDX-License-Identifier: Apache-2.0 */
/* scan.c - the namespaces that processes are in, and their relatives */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "engine/ns/scan.h"
#include "sys/file.h"
#include "sys/nsfs.h"

#define SLOTS_FIRST 256

/* ---- the table ---- */

void scan_init(struct scan *scan, struct arena *arena,
	       const struct kist_ns_query *query, int proc_fd)
{
	uint32_t kinds = query->kinds ? query->kinds : KIST_NS_ALL;

	*scan = (struct scan){
		.arena = arena,
		.query = query,
		.proc_fd = proc_fd,
		.netlink = NETLINK_NONE,
		.kinds = kinds,
		.read_kinds = kinds,
	};
}

void scan_done(struct scan *scan)
{
	free(scan->procs);
	free(scan->items);
	free(scan->slots);
	netlink_close(&scan->netlink);
}

/* Inodes of nsfs are consecutive numbers: their low bits are a fine hash. */
static size_t slot_of(const struct scan *scan, uint64_t ino)
{
	size_t slot = (size_t)ino & (scan->size - 1);

	while (scan->slots[slot] && scan->slots[slot]->ino != ino)
		slot = (slot + 1) & (scan->size - 1);
	return slot;
}

struct scan_item *scan_find(const struct scan *scan, uint64_t ino)
{
	return scan->size ? scan->slots[slot_of(scan, ino)] : NULL;
}

static bool grow(struct scan *scan)
{
	size_t size = scan->size ? scan->size * 2 : SLOTS_FIRST;
	struct scan_item **slots, **items;

	if (scan->count * 2 < scan->size)
		return true;
	items = reallocarray(scan->items, size, sizeof(*items));
	if (items)
		scan->items = items;
	slots = items ? calloc(size, sizeof(struct scan_item *)) : NULL;
	if (!slots)
		return false;
	free(scan->slots);
	scan->slots = slots;
	scan->size = size;
	for (size_t i = 0; i < scan->count; i++)
		slots[slot_of(scan, items[i]->ino)] = items[i];
	return true;
}

struct scan_item *scan_add(struct scan *scan, enum ns_kind kind, uint64_t ino)
{
	struct scan_item *item = scan_find(scan, ino);

	if (item || !(scan->kinds & BIT(kind)))
		return item;
	item = ARENA_NEW(scan->arena, struct scan_item);
	if (arena_failed(scan->arena) || !grow(scan)) {
		scan->failed = true;
		return NULL;
	}
	item->ino = ino;
	item->kind = kind;
	item->owner_uid = -1;
	item->netnsid = KIST_NETNSID_UNKNOWN;
	scan->items[scan->count++] = item;
	scan->slots[slot_of(scan, ino)] = item;
	return item;
}

void scan_pin(struct scan *scan, struct scan_item *item,
	      const struct kist_ns_pin *pin)
{
	struct scan_pin *new;

	if (!item || !(scan->query->want & KIST_NS_WANT_PINS))
		return;
	new = ARENA_NEW(scan->arena, struct scan_pin);
	new->pin = *pin;
	new->next = NULL;
	if (arena_failed(scan->arena))
		return;
	if (item->last_pin)
		item->last_pin->next = new;
	else
		item->pins = new;
	item->last_pin = new;
	item->pin_count++;
}

void scan_note(struct scan *scan, struct scan_text **list, const char *text)
{
	for (; *list; list = &(*list)->next)
		if (strcmp((*list)->text, text) == 0)
			return;
	*list = ARENA_NEW(scan->arena, struct scan_text);
	(*list)->text = text;
	(*list)->next = NULL;
}

/* ---- processes ---- */

/* The number in "net:[4026531833]". */
static uint64_t link_number(const char *text)
{
	const char *at = strchr(text, '[');
	uint64_t ino = 0;

	while (at && *++at >= '0' && *at <= '9')
		ino = ino * 10 + (uint64_t)(*at - '0');
	return ino;
}

bool scan_parse_link(const char *text, enum ns_kind *ret_kind,
		     uint64_t *ret_ino)
{
	size_t len = strcspn(text, ":");

	if (text[len] != ':' || text[len + 1] != '[')
		return false;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		const char *name = ns_table[kind].name;

		if (strlen(name) != len || memcmp(name, text, len) != 0)
			continue;
		*ret_kind = kind;
		*ret_ino = link_number(text);
		return *ret_ino != 0;
	}
	return false;
}

/* Return: 0, or -errno when nothing of it may be seen. */
static int read_links(const struct scan *scan, struct scan_proc *proc)
{
	char path[48], text[64];
	int prefix = snprintf(path, sizeof(path), "%d/ns/", proc->pid);
	int ret = -ENOENT;

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		ssize_t len;

		if (!(scan->read_kinds & BIT(kind)))
			continue;
		strcpy(path + prefix, ns_table[kind].name);
		len = readlinkat(scan->proc_fd, path, text, sizeof(text) - 1);
		if (len < 0 && (errno == EACCES || errno == EPERM))
			return -EACCES;
		if (len <= 0)
			continue;
		text[len] = '\0';
		proc->ino[kind] = link_number(text);
		ret = 0;
	}
	return ret;
}

static void enter_process(struct scan *scan, const struct scan_proc *proc)
{
	const struct kist_ns_pin pin = { .kind = KIST_NS_PIN_PROCESS,
					 .pid = proc->pid };

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		struct scan_item *item;

		if (!proc->ino[kind] || !(scan->kinds & BIT(kind)))
			continue;
		item = scan_add(scan, kind, proc->ino[kind]);
		if (!item)
			continue;
		item->procs++;
		if (!item->pid || proc->pid < item->pid)
			item->pid = proc->pid;
		scan_pin(scan, item, &pin);
	}
}

static struct scan_proc *next_proc(struct scan *scan)
{
	size_t size = scan->proc_size ? scan->proc_size * 2 : 256;
	struct scan_proc *procs;

	if (scan->proc_count < scan->proc_size)
		return &scan->procs[scan->proc_count];
	procs = reallocarray(scan->procs, size, sizeof(*procs));
	if (!procs)
		return NULL;
	scan->procs = procs;
	scan->proc_size = size;
	return &procs[scan->proc_count];
}

static int read_process(struct scan *scan, const char *name)
{
	struct scan_proc *proc;
	uint32_t pid;

	if (num_parse_u32(name, &pid) < 0)
		return 0;
	proc = next_proc(scan);
	if (!proc)
		return -ENOMEM;
	*proc = (struct scan_proc){ .pid = (pid_t)pid };
	switch (read_links(scan, proc)) {
	case 0:
		enter_process(scan, proc);
		scan->proc_count++;
		break;
	case -EACCES:
		proc->is_hidden = true;
		scan->hidden++;
		scan->proc_count++;
		break;
	}
	return scan->failed ? -ENOMEM : 0;
}

int scan_processes(struct scan *scan)
{
	int fd = openat(scan->proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int ret = 0;

	if (!dir) {
		ret = -errno;
		if (fd >= 0)
			close(fd);
		return ret;
	}
	while (ret == 0 && (entry = readdir(dir)))
		ret = read_process(scan, entry->d_name);
	closedir(dir);
	return ret;
}

/* "NSpid:\t17\t1": one number for each pid namespace from ours inwards. */
static bool is_inner(const struct scan *scan, pid_t pid)
{
	char path[32], text[4096];
	const char *at;

	snprintf(path, sizeof(path), "%d/status", pid);
	if (sys_read_file(scan->proc_fd, path, text, sizeof(text)) < 0)
		return false; /* ended */
	at = strstr(text, "\nNSpid:\t");
	return !at || memchr(at + strlen("\nNSpid:\t"), '\t',
			     strcspn(at + strlen("\nNSpid:\t"), "\n"));
}

bool scan_hides_inner(const struct scan *scan)
{
	for (size_t i = 0; scan->hidden && i < scan->proc_count; i++)
		if (scan->procs[i].is_hidden &&
		    is_inner(scan, scan->procs[i].pid))
			return true;
	return false;
}

/* ---- relatives ---- */

static uint64_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

static enum ns_kind kind_of(int ns_fd)
{
	int flag = sys_ns_type(ns_fd);
	enum ns_kind kind = 0;

	while (kind < NS_COUNT && ns_table[kind].clone_flag != flag)
		kind++;
	return kind;
}

/* A relative is alive because of @item. */
static void add_relative(struct scan *scan, const struct scan_item *item,
			 int fd, enum kist_ns_pin_kind why)
{
	const struct kist_ns_pin pin = { .kind = why,
					 .type = ns_table[item->kind].name,
					 .ino = item->ino };

	scan_pin(scan, scan_add_fd(scan, fd), &pin);
}

static void ask_user(struct scan_item *item, int user_fd)
{
	uid_t uid;

	if (sys_ns_owner_uid(user_fd, &uid) == 0)
		item->owner_uid = uid;
}

static void ask(struct scan *scan, struct scan_item *item, int fd)
{
	bool nests = item->kind == NS_USER || item->kind == NS_PID;
	CLEANUP_FD int owner_fd = ns_open_owner(fd);
	CLEANUP_FD int parent_fd = nests ? sys_ns_parent(fd) : -1;

	item->is_asked = true;
	if (owner_fd >= 0)
		item->owner = inode_of(owner_fd);
	if (parent_fd >= 0)
		item->parent = inode_of(parent_fd);
	if (item->kind == NS_USER)
		ask_user(item, fd);
	else if (owner_fd >= 0)
		ask_user(item, owner_fd);
	if (parent_fd >= 0)
		add_relative(scan, item, parent_fd, KIST_NS_PIN_CHILD);
	/* The owner of a user namespace is its parent. */
	if (owner_fd >= 0 && item->kind != NS_USER)
		add_relative(scan, item, owner_fd, KIST_NS_PIN_OWNED);
}

struct scan_item *scan_add_fd(struct scan *scan, int ns_fd)
{
	enum ns_kind kind = kind_of(ns_fd);
	uint64_t ino = inode_of(ns_fd);
	struct scan_item *item;

	if (kind == NS_COUNT || ino == 0)
		return NULL;
	item = scan_add(scan, kind, ino);
	if (item && !item->is_asked)
		ask(scan, item, ns_fd);
	return item;
}

void scan_relatives(struct scan *scan)
{
	/* The list grows while it is gone through. */
	for (size_t i = 0; i < scan->count; i++) {
		struct scan_item *item = scan->items[i];
		CLEANUP_FD int fd = -1;

		if (item->is_asked || !item->pid)
			continue;
		fd = ns_open_pid(scan->proc_fd, item->pid, item->kind);
		if (fd >= 0 && inode_of(fd) == item->ino)
			ask(scan, item, fd);
	}
}
