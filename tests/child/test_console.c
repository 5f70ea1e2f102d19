/* SPDX-License-Identifier: Apache-2.0 */
/* test_console.c - the container's terminal (src/child/console.c) */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "planned.h"

#define ROOT PLANNED_WORLD "/root"

static void build_root(void)
{
	make_dir(ROOT);
	make_dir(ROOT "/dev");
	make_dir(ROOT "/dev/pts");
	CHECK_SYS(mount("devpts", ROOT "/dev/pts", "devpts", 0,
			"newinstance,ptmxmode=0666,mode=0620"));
}

static void leave_root(void)
{
	umount2(ROOT "/dev/console", MNT_DETACH);
	umount2(ROOT "/dev/pts/pts", MNT_DETACH);
	rmdir(ROOT "/dev/pts/pts");
	umount2(ROOT "/dev/pts", MNT_DETACH);
	unlink(ROOT "/dev/console");
	unlink(ROOT "/dev/pts/ptmx");
	rmdir(ROOT "/dev/pts");
	unlink(ROOT "/dev/pts");
	CHECK_SYS(rmdir(ROOT "/dev"));
	CHECK_SYS(rmdir(ROOT));
}

/* The fd that comes with one message, and the message. */
static int receive_fd(int socket, char *text, size_t size)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { .iov_base = text, .iov_len = size };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	ssize_t got = CHECK_SYS(recvmsg(socket, &message, MSG_CMSG_CLOEXEC));
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	int fd;

	text[got] = '\0';
	assert_non_null(head);
	assert_int_equal(head->cmsg_type, SCM_RIGHTS);
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

/* Slot 1 the root, slot 2 the socket, of which the other end is returned. */
static int begin(struct planned *p, unsigned int flags)
{
	struct plan_op *op;
	int ends[2];

	CHECK_SYS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	planned_begin(p);
	planned_slot(p, open_dir(ROOT));
	planned_slot(p, ends[1]);
	planned_op(p, PLAN_CALL, ARGS(SYS_setsid));
	op = planned_op(p, PLAN_CONSOLE, ARGS(2, 40 << 16 | 100, 1234));
	op->dir = 1;
	op->flags = (uint16_t)flags;
	return ends[0];
}

static void end(struct planned *p, int socket)
{
	close(socket);
	close(p->slots[1]);
	close(p->slots[2]);
}

static void the_program_gets_a_terminal_and_the_engine_its_master(void **state)
{
	static const char *const argv[] = {
		"sh", "-c", "exec 3>/dev/tty; stty size; stat -c '%u %a' -",
		NULL
	};
	char name[64], text[256] = "";
	struct planned p;
	int socket, master;
	ssize_t size;

	skip_unless(is_root());
	build_root();
	socket = begin(&p, PLAN_F_BIND_CONSOLE);
	planned_exec(&p, argv);
	planned_run(&p);
	assert_int_equal(planned_failure(&p), 0);
	assert_int_equal(p.status, 0);
	master = receive_fd(socket, name, sizeof(name) - 1);
	assert_string_equal(name, "/dev/pts/0");
	size = read(master, text, sizeof(text) - 1);
	assert_true(size > 0);
	assert_string_equal(text, "40 100\r\n1234 620\r\n");
	assert_string_equal(p.output, "");
	close(master);
	end(&p, socket);
	leave_root();
}

static void the_console_is_bound_where_the_plan_says(void **state)
{
	char name[64];
	struct stat console;
	struct planned p;
	int socket, master;

	skip_unless(is_root());
	build_root();
	socket = begin(&p, PLAN_F_BIND_CONSOLE);
	planned_run(&p);
	assert_int_equal(planned_failure(&p), 0);
	CHECK_SYS(stat(ROOT "/dev/console", &console));
	assert_true(S_ISCHR(console.st_mode));
	assert_int_equal(console.st_uid, 1234);
	master = receive_fd(socket, name, sizeof(name) - 1);
	close(master);
	end(&p, socket);
	leave_root();
}

/* Read from @fd until what came ends with @end. */
static void expect(int fd, const char *end)
{
	char text[512] = "";
	size_t size = 0, length = strlen(end);

	while (size < length || strcmp(text + size - length, end) != 0) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };

		assert_int_equal(poll(&ready, 1, 10000), 1);
		size += (size_t)CHECK_SYS(
			read(fd, text + size, sizeof(text) - 1 - size));
		text[size] = '\0';
	}
}

static void an_interrupt_reaches_the_program_below_init_once(void **state)
{
	static const char *const argv[] = {
		"sh", "-c",
		"trap 'n=x$n' INT; echo ready; while [ -z $n ]; do sleep 0.02;"
		"done; sleep 0.2; echo got $n; exit 5",
		NULL
	};
	char name[64];
	struct planned p;
	int socket, master;

	skip_unless(is_root());
	build_root();
	socket = begin(&p, 0);
	planned_op(&p, PLAN_INIT, ARGS(0));
	planned_exec(&p, argv);
	planned_start(&p);
	master = receive_fd(socket, name, sizeof(name) - 1);
	expect(master, "ready\r\n");
	CHECK_SYS(write(master, "\003", 1));
	expect(master, "got x\r\n");
	planned_end(&p);
	assert_int_equal(planned_failure(&p), 0);
	assert_int_equal(p.status, 5);
	close(master);
	end(&p, socket);
	leave_root();
}

static void plain_directory(void)
{
	CHECK_SYS(umount2(ROOT "/dev/pts", MNT_DETACH));
}

static void bound_device(void)
{
	CHECK_SYS(
		mount("/dev/null", ROOT "/dev/pts/ptmx", NULL, MS_BIND, NULL));
}

static void plain_file(void)
{
	plain_directory();
	make_file(ROOT "/dev/pts/ptmx", "");
}

static void device_elsewhere(void)
{
	plain_directory();
	CHECK_SYS(mknod(ROOT "/dev/pts/ptmx", S_IFCHR | 0666, 5 << 8 | 2));
	/* where the kernel looks for the devpts that belongs to it */
	make_dir(ROOT "/dev/pts/pts");
	CHECK_SYS(mount("devpts", ROOT "/dev/pts/pts", "devpts", 0, NULL));
}

static void link_to_the_hosts(void)
{
	plain_directory();
	make_link(ROOT "/dev/pts/ptmx", "/dev/pts/ptmx");
}

static void link_of_the_folder(void)
{
	plain_directory();
	CHECK_SYS(rmdir(ROOT "/dev/pts"));
	make_link(ROOT "/dev/pts", "/dev/pts");
}

static void console_is_a_link(void)
{
	make_link(ROOT "/dev/console", "/etc/passwd");
}

static const struct {
	const char *name;
	void (*lay)(void);
	int errnum;
} baits[] = {
	{ "no devpts", plain_directory, ENOTTY },
	{ "a plain file", plain_file, ENOTTY },
	{ "a multiplexer that is not of a devpts", device_elsewhere, ENOTTY },
	{ "a device bound over it", bound_device, EXDEV },
	{ "a link to the host's", link_to_the_hosts, ENOTTY },
	{ "dev/pts is a link", link_of_the_folder, ELOOP },
	{ "dev/console is a link", console_is_a_link, ELOOP },
};

static void what_the_image_put_there_is_not_taken_for_a_terminal(void **state)
{
	skip_unless(is_root());
	EACH(row, baits) {
		struct planned p;
		int socket;

		CASE(row->name);
		build_root();
		row->lay();
		socket = begin(&p, PLAN_F_BIND_CONSOLE);
		planned_run(&p);
		assert_int_equal(planned_failure(&p), row->errnum);
		end(&p, socket);
		leave_root();
	}
}

static void a_console_socket_nobody_reads_is_an_error(void **state)
{
	struct planned p;
	int socket;

	skip_unless(is_root());
	build_root();
	socket = begin(&p, 0);
	shutdown(socket, SHUT_RDWR);
	planned_run(&p);
	assert_int_equal(planned_failure(&p), EPIPE);
	end(&p, socket);
	leave_root();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_program_gets_a_terminal_and_the_engine_its_master),
		cmocka_unit_test(
			an_interrupt_reaches_the_program_below_init_once),
		cmocka_unit_test(the_console_is_bound_where_the_plan_says),
		cmocka_unit_test(
			what_the_image_put_there_is_not_taken_for_a_terminal),
		cmocka_unit_test(a_console_socket_nobody_reads_is_an_error),
	};

	planned_world();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
