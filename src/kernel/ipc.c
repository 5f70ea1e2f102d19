/* SPDX-License-Identifier: Apache-2.0 */
/* ipc.c - the objects of an ipc namespace: System V, and POSIX queues */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "kernel/ipc.h"
#include "kernel/ns_visit.h"
#include "sys/file.h"
#include "sys/mount.h"

#define MQUEUE_MAGIC 0x19800202
#define TABLE_MAX (8u << 20)
#define COLUMNS_MAX 16

static const char *const tables[] = {
	[IPC_SHM] = "sysvipc/shm",
	[IPC_SEM] = "sysvipc/sem",
	[IPC_MSG] = "sysvipc/msg",
};

/* ---- System V ---- */

/* Columns of a line; times and keys may be negative. Return: how many. */
static size_t columns_of(const char *line, size_t len, int64_t ret[COLUMNS_MAX])
{
	const char *end = line + len;
	size_t count = 0;

	while (count < COLUMNS_MAX) {
		char word[24];
		size_t n = 0;

		while (line < end && *line == ' ')
			line++;
		while (line + n < end && line[n] != ' ')
			n++;
		if (n == 0 || n >= sizeof(word))
			return count;
		memcpy(word, line, n);
		word[n] = '\0';
		if (num_parse_i64(word, &ret[count]))
			return count;
		count++;
		line += n;
	}
	return count;
}

/* "perms" is written in octal, but read as decimal digits. */
static unsigned octal(int64_t digits)
{
	unsigned mode = 0, shift = 0;

	for (; digits > 0 && shift < 15; digits /= 10, shift += 3)
		mode |= (unsigned)(digits % 10 & 7) << shift;
	return mode;
}

/* The columns of each table, after key, id and perms. */
static bool take(enum ipc_kind kind, const int64_t *c, size_t count,
		 struct ipc_object *o)
{
	static const size_t needed[] = {
		[IPC_SHM] = 14, [IPC_SEM] = 10, [IPC_MSG] = 14
	};

	if (count < needed[kind])
		return false;
	*o = (struct ipc_object){ .kind = kind,
				  .key = (int32_t)c[0],
				  .id = (int)c[1],
				  .mode = octal(c[2]) };
	if (kind == IPC_SHM) {
		o->bytes = c[3];
		o->pid = (pid_t)c[4];
		o->last_pid = (pid_t)c[5];
		o->attached = c[6];
		c += 7;
		o->changed = c[6];
	} else if (kind == IPC_SEM) {
		o->count = c[3];
		c += 4;
		o->changed = c[5];
	} else {
		o->bytes = c[3];
		o->count = c[4];
		o->pid = (pid_t)c[5];
		o->last_pid = (pid_t)c[6];
		c += 7;
		o->changed = c[6];
	}
	o->uid = (uint32_t)c[0];
	o->gid = (uint32_t)c[1];
	o->creator = (uint32_t)c[2];
	return true;
}

void ipc_parse(enum ipc_kind kind, const char *text, struct ipc_list *list)
{
	int64_t columns[COLUMNS_MAX];

	while (*text) {
		size_t len = strcspn(text, "\n");
		struct ipc_object object;

		if (take(kind, columns, columns_of(text, len, columns),
			 &object)) {
			list->cut |= list->count == IPC_MAX;
			if (list->count < IPC_MAX)
				list->objects[list->count++] = object;
		}
		text += len + (text[len] == '\n');
	}
}

/* ---- POSIX ---- */

/* mqueue.h of the C library is glibc's in one build and musl's in the other;
 * the kernel's struct is that of both. */
static void take_attr(int fd, struct ipc_object *o)
{
	struct mq_attr attr;

	o->count = syscall(SYS_mq_getsetattr, fd, NULL, &attr) == 0 ?
			   (int64_t)attr.mq_curmsgs :
			   -1;
}

/* "QSIZE:129        NOTIFY:0     SIGNO:0     NOTIFY_PID:0" */
static void take_text(int fd, struct ipc_object *o)
{
	char text[128];
	ssize_t len = read(fd, text, sizeof(text) - 1);
	uint64_t bytes;

	if (len <= 6)
		return;
	text[len] = '\0';
	if (strncmp(text, "QSIZE:", 6) == 0 &&
	    num_parse_u64_n(text + 6, strspn(text + 6, "0123456789"), &bytes) ==
		    0)
		o->bytes = (int64_t)bytes;
}

static void take_queue(int dir_fd, const char *name, struct arena *arena,
		       struct ipc_list *list)
{
	struct ipc_object *o = &list->objects[list->count];
	CLEANUP_FD int fd = openat(
		dir_fd, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	*o = (struct ipc_object){
		.kind = IPC_MQUEUE,
		.name = arena_printf(arena, "/%s", name),
		.mode = st.st_mode & 0777,
		.uid = st.st_uid,
		.gid = st.st_gid,
		.creator = st.st_uid,
		.count = -1,
		.changed = st.st_mtime,
	};
	if (fd >= 0) {
		take_attr(fd, o);
		take_text(fd, o);
	}
	list->count++;
}

static bool read_queues(int queues_fd, struct arena *arena,
			struct ipc_list *list)
{
	int fd = openat(queues_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((entry = readdir(dir)) && !arena_failed(arena)) {
		if (entry->d_name[0] == '.' && entry->d_type == DT_DIR)
			continue;
		list->cut |= list->count == IPC_MAX;
		if (list->count == IPC_MAX)
			break;
		take_queue(fd, entry->d_name, arena, list);
	}
	closedir(dir);
	return true;
}

/* ---- opening, inside ---- */

struct opened {
	int proc_fd;
	int table_fd[IPC_MQUEUE];
	int queues_fd;
	bool is_visitor; /* it may change its own namespaces */
};

static int mount_queues(void)
{
	CLEANUP_FD int fs_fd = sys_fsopen("mqueue");

	if (fs_fd < 0)
		return fs_fd;
	if (sys_fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return sys_fsmount(fs_fd, 0);
}

static int open_all(void *arg, struct kist_error *err)
{
	struct opened *o = arg;

	(void)err;
	for (int i = 0; i < IPC_MQUEUE; i++)
		o->table_fd[i] =
			openat(o->proc_fd, tables[i], O_RDONLY | O_CLOEXEC);
	o->queues_fd = mount_queues();
	/* Who came in as an ordinary user has rights over that namespace, and
	 * none in the mount namespace brought along. */
	if (o->queues_fd < 0 && o->is_visitor && unshare(CLONE_NEWNS) == 0)
		o->queues_fd = mount_queues();
	return 0;
}

/* Where it is mounted already: it is that of who mounted it, most likely
 * ours. */
static int usual_queues(void)
{
	CLEANUP_FD int fd = openat(AT_FDCWD, "/dev/mqueue",
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != MQUEUE_MAGIC)
		return -1;
	return TAKE_FD(fd);
}

static int read_tables(const struct opened *o, struct ipc_list *list)
{
	list->has_sysv = true;
	for (enum ipc_kind kind = 0; kind < IPC_MQUEUE; kind++) {
		CLEANUP_BUF struct buf text;

		buf_init(&text);
		if (o->table_fd[kind] < 0 ||
		    buf_read(&text, o->table_fd[kind], TABLE_MAX) < 0)
			list->has_sysv = false;
		else
			ipc_parse(kind, text.data ? text.data : "", list);
	}
	return 0;
}

int ipc_read(int proc_fd, int ipc_fd, int user_fd, struct arena *arena,
	     struct ipc_list *ret_list, struct kist_error *err)
{
	int fd[NS_COUNT];
	struct opened o = { proc_fd, { -1, -1, -1 }, -1, ipc_fd >= 0 };
	struct ipc_list list = { 0 };

	list.objects = ARENA_ARRAY(arena, struct ipc_object, IPC_MAX + 1);
	if (arena_failed(arena))
		return err_nomem(err);
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		fd[kind] = kind == NS_IPC  ? ipc_fd :
			   kind == NS_USER ? user_fd :
					     -1;
	/* Refused: both flags stay false, which says it. */
	if (ipc_fd < 0)
		open_all(&o, NULL);
	else if (ns_visit(fd, open_all, &o, NULL) < 0)
		o.proc_fd = -1;
	if (ipc_fd < 0 && o.queues_fd < 0)
		o.queues_fd = usual_queues();
	if (o.proc_fd >= 0)
		read_tables(&o, &list);
	if (o.queues_fd >= 0)
		list.has_queues = read_queues(o.queues_fd, arena, &list);
	for (int i = 0; i < IPC_MQUEUE; i++)
		cleanup_fd(&o.table_fd[i]);
	cleanup_fd(&o.queues_fd);
	if (arena_failed(arena))
		return err_nomem(err);
	*ret_list = list;
	return 0;
}
