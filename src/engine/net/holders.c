/* SPDX-License-Identifier: Apache-2.0 */
/* holders.c - processes, their network namespaces, and the sockets they hold */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "engine/net/holders.h"
#include "sys/file.h"

/* Arrays grow by doubling; what they leave behind is the arena's. */
static void *grow(struct arena *arena, void *list, size_t count, size_t *room,
		  size_t size)
{
	void *larger;

	if (count < *room)
		return list;
	*room = *room ? *room * 2 : 256;
	larger = arena_array(arena, *room, size);
	if (larger && count)
		memcpy(larger, list, count * size);
	return arena_failed(arena) ? NULL : larger;
}

struct load {
	int proc_fd;
	struct arena *arena;
	struct holders *h;
	size_t process_room, room;
};

static pid_t next_number(DIR *dir)
{
	struct dirent *entry;
	uint32_t number;

	while ((entry = readdir(dir)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
		    num_parse_u32(entry->d_name, &number) == 0)
			return (pid_t)number;
	return -1;
}

static DIR *open_dir(int dir_fd, const char *path)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		cleanup_fd(&fd);
	return dir;
}

/* ---- processes ---- */

static void look(int proc_fd, struct process *process)
{
	char path[40];
	struct stat st;
	ssize_t len;

	snprintf(path, sizeof(path), "%d/ns/net", process->pid);
	if (fstatat(proc_fd, path, &st, 0) == 0)
		process->ns = st.st_ino;
	snprintf(path, sizeof(path), "%d/comm", process->pid);
	len = sys_read_file(proc_fd, path, process->command,
			    sizeof(process->command));
	if (len > 0 && process->command[len - 1] == '\n')
		process->command[len - 1] = '\0';
}

static int compare_process(const void *a, const void *b)
{
	const struct process *one = a, *other = b;

	return (one->pid > other->pid) - (one->pid < other->pid);
}

static int load_processes(struct load *load)
{
	struct holders *h = load->h;
	DIR *dir = open_dir(load->proc_fd, ".");
	pid_t pid;

	while (dir && (pid = next_number(dir)) >= 0) {
		h->processes = grow(load->arena, h->processes, h->process_count,
				    &load->process_room, sizeof(*h->processes));
		if (!h->processes)
			break;
		h->processes[h->process_count] = (struct process){ .pid = pid };
		look(load->proc_fd, &h->processes[h->process_count++]);
	}
	if (dir)
		closedir(dir);
	if (arena_failed(load->arena))
		return -ENOMEM;
	if (h->process_count)
		qsort(h->processes, h->process_count, sizeof(*h->processes),
		      compare_process);
	return 0;
}

/* ---- descriptors ---- */

/* "socket:[123]", "net:[123]" */
static bool read_link(const char *text, bool *ret_is_ns, uint64_t *ret_ino)
{
	const char *number = strchr(text, '[');
	size_t len;

	if (strncmp(text, "socket:[", 8) == 0)
		*ret_is_ns = false;
	else if (strncmp(text, "net:[", 5) == 0)
		*ret_is_ns = true;
	else
		return false;
	len = strcspn(++number, "]");
	return num_parse_u64_n(number, len, ret_ino) == 0;
}

static void load_descriptors(struct load *load, const struct process *process)
{
	struct holders *h = load->h;
	char path[40], text[64];
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%d/fd", process->pid);
	dir = open_dir(load->proc_fd, path);
	while (dir && (fd = next_number(dir)) >= 0) {
		struct holder one = { .process = process, .fd = fd };
		ssize_t len;

		snprintf(path, sizeof(path), "%d", fd);
		len = readlinkat(dirfd(dir), path, text, sizeof(text) - 1);
		if (len <= 0)
			continue;
		text[len] = '\0';
		if (!read_link(text, &one.is_ns, &one.ino))
			continue;
		h->list = grow(load->arena, h->list, h->count, &load->room,
			       sizeof(*h->list));
		if (!h->list)
			break;
		h->list[h->count++] = one;
	}
	if (dir)
		closedir(dir);
}

static int compare_holder(const void *a, const void *b)
{
	const struct holder *one = a, *other = b;

	if (one->is_ns != other->is_ns)
		return one->is_ns ? 1 : -1;
	if (one->ino != other->ino)
		return one->ino > other->ino ? 1 : -1;
	if (one->process->pid != other->process->pid)
		return one->process->pid > other->process->pid ? 1 : -1;
	return (one->fd > other->fd) - (one->fd < other->fd);
}

int holders_load(int proc_fd, struct arena *arena, struct holders *ret_holders,
		 struct kist_error *err)
{
	struct holders h = { 0 };
	struct load load = { .proc_fd = proc_fd, .arena = arena, .h = &h };

	if (load_processes(&load) < 0)
		return err_nomem(err);
	for (size_t i = 0; i < h.process_count; i++)
		load_descriptors(&load, &h.processes[i]);
	if (arena_failed(arena))
		return err_nomem(err);
	if (h.count)
		qsort(h.list, h.count, sizeof(*h.list), compare_holder);
	*ret_holders = h;
	return 0;
}

/* ---- finding ---- */

const struct holder *holders_of(const struct holders *holders, bool is_ns,
				uint64_t ino, size_t *ret_count)
{
	size_t low = 0, high = holders->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct holder *one = &holders->list[middle];

		if (one->is_ns < is_ns ||
		    (one->is_ns == is_ns && one->ino < ino))
			low = middle + 1;
		else
			high = middle;
	}
	for (high = low; high < holders->count &&
			 holders->list[high].is_ns == is_ns &&
			 holders->list[high].ino == ino;)
		high++;
	*ret_count = high - low;
	return high > low ? &holders->list[low] : NULL;
}

const struct process *holders_process(const struct holders *holders, pid_t pid)
{
	const struct process key = { .pid = pid };

	if (!holders->process_count)
		return NULL;
	return bsearch(&key, holders->processes, holders->process_count,
		       sizeof(key), compare_process);
}
