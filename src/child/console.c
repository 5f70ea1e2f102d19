/* SPDX-License-Identifier: Apache-2.0 */
/*
 * console.c - a terminal of the container's own
 *
 * Trap: the image owns dev/pts as much as everything else, so it is checked to
 * be a devpts before its multiplexer is opened, and the slave is never opened
 * by its path but got from the master (TIOCGPTPEER).
 */
#include <asm/ioctls.h>
#include <asm/statfs.h>
#include <asm/termios.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <linux/uio.h>

#include "child/path.h"

/* What <sys/socket.h> has. */
#define SOL_SOCKET_LEVEL 1
#define SCM_RIGHTS 1
#define MSG_NOSIGNAL 0x4000

struct message {
	void *name;
	uint64_t name_size;
	struct iovec *parts;
	uint64_t part_count;
	void *control;
	uint64_t control_size;
	int flags;
};

struct fd_message {
	uint64_t size;
	int level;
	int type;
	int fd;
	int padding;
};

static bool is_devpts(int fd)
{
	struct statfs fs;

	return SYS(fstatfs, fd, &fs) == 0 && fs.f_type == DEVPTS_SUPER_MAGIC;
}

static bool is_multiplexer(int fd)
{
	struct statx st;

	return path_stat(fd, &st) == 0 && S_ISCHR(st.stx_mode) &&
	       st.stx_rdev_major == 5 && st.stx_rdev_minor == 2;
}

/*
 * Opening a device can have effects, so nothing is opened that might not be
 * on a devpts: first its directory, then what is in that very file system.
 */
static int open_master(struct path_root root)
{
	struct path_root pts = { .resolve = RESOLVE_BENEATH |
					    RESOLVE_NO_SYMLINKS |
					    RESOLVE_NO_XDEV };
	int fd = -ENOTTY;

	root.resolve |= RESOLVE_NO_SYMLINKS;
	pts.dir = path_open(root, "dev/pts", O_PATH | O_DIRECTORY);
	if (pts.dir < 0)
		return pts.dir;
	if (is_devpts(pts.dir))
		fd = path_open(pts, "ptmx", O_RDWR | O_NOCTTY);
	SYS(close, pts.dir);
	if (fd >= 0 && !is_multiplexer(fd)) {
		SYS(close, fd);
		return -ENOTTY;
	}
	return fd;
}

static int open_slave(int master, const struct plan_op *op)
{
	struct winsize size = { .ws_row = (uint16_t)(op->arg[1] >> 16),
				.ws_col = (uint16_t)op->arg[1] };
	int locked = 0;
	long slave, ret = SYS(ioctl, master, TIOCSPTLCK, &locked);

	if (ret < 0)
		return (int)ret;
	slave = SYS(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return (int)slave;
	if (op->arg[1])
		ret = SYS(ioctl, slave, TIOCSWINSZ, &size);
	/* Of a devpts with gid= the group is right already. */
	if (ret == 0)
		ret = SYS(fchown, slave, op->arg[2], -1);
	if (ret == 0)
		ret = SYS(fchmod, slave, 0620);
	if (ret < 0) {
		SYS(close, slave);
		return (int)ret;
	}
	return (int)slave;
}

/* Send @master with its slave's name, as engines expect it. */
static int send_master(int socket, int master)
{
	char name[sizeof("/dev/pts/") + 20] = "/dev/pts/";
	struct fd_message rights = { .size = 20, /* without the padding */
				     .level = SOL_SOCKET_LEVEL,
				     .type = SCM_RIGHTS,
				     .fd = master };
	struct iovec part = { .iov_base = name };
	struct message message = { .parts = &part,
				   .part_count = 1,
				   .control = &rights,
				   .control_size = sizeof(rights) };
	int number;
	long ret = SYS(ioctl, master, TIOCGPTN, &number);

	if (ret < 0)
		return (int)ret;
	text_decimal(name + text_length(name), (unsigned long)number);
	part.iov_len = text_length(name);
	ret = SYS(sendmsg, socket, &message, MSG_NOSIGNAL);
	return ret < 0 ? (int)ret : 0;
}

/* Put the slave at dev/console, as the console of the container. */
static int bind_console(struct path_root root, int slave)
{
	char path[] = "dev/console";
	bool made;
	int target, tree, ret;

	root.resolve |= RESOLVE_NO_SYMLINKS;
	target = path_open(root, path, O_PATH);
	if (target == -ENOENT)
		target = path_make(root, path, S_IFREG | 0600, 0, &made);
	if (target < 0)
		return target;
	tree = (int)SYS(open_tree, slave, "",
			AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	ret = tree;
	if (tree >= 0) {
		ret = (int)SYS(move_mount, tree, "", target, "",
			       MOVE_MOUNT_F_EMPTY_PATH |
				       MOVE_MOUNT_T_EMPTY_PATH);
		SYS(close, tree);
	}
	SYS(close, target);
	return ret;
}

/* Make the slave the controlling terminal and the standard fds. */
static int take_slave(int slave)
{
	long ret = SYS(ioctl, slave, TIOCSCTTY, 0);

	for (int fd = 0; fd < 3 && ret >= 0; fd++)
		ret = SYS(dup3, slave, fd, 0);
	return ret < 0 ? (int)ret : 0;
}

int op_console(struct child *c, const struct plan_op *op)
{
	struct path_root root = path_root_of(c, op);
	int socket = child_fd(c, (int64_t)op->arg[0]);
	int master = open_master(root);
	int slave, ret;

	if (master < 0)
		return master;
	slave = open_slave(master, op);
	ret = slave < 0 ? slave : 0;
	if (ret == 0 && op->flags & PLAN_F_BIND_CONSOLE)
		ret = bind_console(root, slave);
	if (ret == 0)
		ret = send_master(socket, master);
	SYS(close, master);
	if (ret == 0)
		ret = take_slave(slave);
	if (slave > 2)
		SYS(close, slave);
	return ret;
}
