/* SPDX-License-Identifier: Apache-2.0 */
/* planned.c - make a plan by hand, have the real child walk it */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "planned.h"

#define PATIENCE_MS 30000

static int init_fd = -1;

void planned_begin(struct planned *p)
{
	memset(p, 0, sizeof(*p));
	p->size = sizeof(struct plan_head);
	p->fault_op = -1;
	p->slots[0] = -1;
	p->slot_count = 1;
}

uint64_t planned_data(struct planned *p, const void *data, size_t size)
{
	uint32_t at = (p->size + 7) & ~7u;

	assert_true(at + size <= sizeof(p->block));
	if (size)
		memcpy(p->block + at, data, size);
	p->size = at + (uint32_t)size;
	return at;
}

uint64_t planned_text(struct planned *p, const char *text)
{
	return planned_data(p, text, strlen(text) + 1);
}

uint64_t planned_vector(struct planned *p, const char *const *strings)
{
	uint64_t offsets[32];
	size_t count = 0;

	for (; strings[count]; count++)
		offsets[count] = planned_text(p, strings[count]);
	offsets[count++] = 0;
	return planned_data(p, offsets, count * sizeof(*offsets));
}

int planned_slot(struct planned *p, int fd)
{
	p->slots[p->slot_count] = fd;
	return (int)p->slot_count++;
}

struct plan_op *planned_op(struct planned *p, enum plan_op_kind kind,
			   const uint64_t arg[7])
{
	struct plan_op *op = &p->ops[p->op_count++];

	op->kind = (uint16_t)kind;
	op->slot = -1;
	op->dir = -1;
	memcpy(op->arg, arg, sizeof(op->arg));
	return op;
}

void planned_exec(struct planned *p, const char *const *argv)
{
	uint64_t vector = planned_vector(p, argv);

	planned_op(p, PLAN_LOOKUP,
		   ARGS(vector, planned_text(p, "/usr/bin:/bin")));
	planned_op(p, PLAN_EXEC, ARGS(vector, 0));
}

/* Put the parts behind each other, into a memory file. */
static int assemble(struct planned *p)
{
	struct plan_head head = { .magic = PLAN_MAGIC,
				  .op_count = p->op_count,
				  .slot_count = p->slot_count,
				  .fault_op = p->fault_op,
				  .fault_errno = p->fault_errno };
	int fd = (int)CHECK_SYS(memfd_create("plan", MFD_CLOEXEC));

	head.ops = (uint32_t)planned_data(p, p->ops,
					  p->op_count * sizeof(*p->ops));
	head.slots = (uint32_t)planned_data(p, p->slots,
					    p->slot_count * sizeof(*p->slots));
	head.size = p->size;
	memcpy(p->block, &head, sizeof(head));
	if (p->spoil)
		p->spoil(p);
	assert_int_equal(write(fd, p->block, p->size), p->size);
	return fd;
}

static int report_fd[2], output_fd;

static void become_child(int plan)
{
	char number[16];
	char *argv[] = { (char *)"kist-init", number, (char *)"0", NULL };
	char *envp[] = { NULL };

	snprintf(number, sizeof(number), "%d", plan);
	dup2(output_fd, 1);
	dup2(output_fd, 2);
	fcntl(plan, F_SETFD, 0);
	fcntl(report_fd[1], F_SETFD, 0);
	for (int i = 1; i < 64; i++)
		fcntl(i + 2, F_SETFD, 0);
	close(report_fd[0]);
	fexecve(init_fd, argv, envp);
	_exit(99);
}

void planned_start(struct planned *p)
{
	int plan;

	CHECK_SYS(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
			     report_fd));
	CHECK_SYS(setsockopt(report_fd[0], SOL_SOCKET, SO_PASSCRED, &(int){ 1 },
			     sizeof(int)));
	p->slots[PLAN_SLOT_REPORT] = report_fd[1];
	output_fd = (int)CHECK_SYS(memfd_create("output", MFD_CLOEXEC));
	plan = assemble(p);
	p->pid = (int)CHECK_SYS(fork());
	if (p->pid == 0)
		become_child(plan);
	close(report_fd[1]);
	close(plan);
}

static void receive(struct planned *p, const struct plan_report *report,
		    pid_t sender)
{
	assert_true(p->report_count < 32);
	p->reports[p->report_count++] = *report;
	if (report->kind == PLAN_FORKED)
		p->forked = sender;
	if (report->kind == PLAN_SYNCED) {
		if (p->on_sync)
			p->on_sync(p, report->value);
		if (p->deserts)
			CHECK_SYS(shutdown(report_fd[0], SHUT_RDWR));
		else
			CHECK_SYS(write(report_fd[0], "", 1));
	}
}

static int wait_for(int pid)
{
	int status;

	CHECK_SYS(waitpid(pid, &status, 0));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

static ssize_t read_report(struct plan_report *report, pid_t *ret_sender)
{
	char control[CMSG_SPACE(sizeof(struct ucred))];
	struct iovec part = { report, sizeof(*report) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	ssize_t size = recvmsg(report_fd[0], &message, 0);
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	struct ucred sender = { 0 };

	if (size > 0 && head)
		memcpy(&sender, CMSG_DATA(head), sizeof(sender));
	*ret_sender = sender.pid;
	return size;
}

void planned_end(struct planned *p)
{
	struct pollfd fd = { .fd = report_fd[0], .events = POLLIN };
	struct plan_report report;
	pid_t sender;
	ssize_t size;

	for (;;) {
		if (poll(&fd, 1, PATIENCE_MS) != 1) {
			kill(p->pid, SIGKILL);
			fail_msg("the child says nothing for %d ms",
				 PATIENCE_MS);
		}
		size = read_report(&report, &sender);
		if (size <= 0)
			break;
		assert_int_equal(size, sizeof(report));
		receive(p, &report, sender);
	}
	close(report_fd[0]);
	p->status = wait_for(p->pid);
	if (p->forked)
		p->status = wait_for(p->forked);
	size = pread(output_fd, p->output, sizeof(p->output) - 1, 0);
	p->output[size < 0 ? 0 : size] = '\0';
	close(output_fd);
}

bool planned_has_output(void)
{
	struct stat st;

	return fstat(output_fd, &st) == 0 && st.st_size > 0;
}

void planned_run(struct planned *p)
{
	planned_start(p);
	planned_end(p);
}

const struct plan_report *planned_report(const struct planned *p,
					 enum plan_report_kind kind)
{
	for (uint32_t i = 0; i < p->report_count; i++)
		if (p->reports[i].kind == kind)
			return &p->reports[i];
	return NULL;
}

int planned_failure(const struct planned *p)
{
	const struct plan_report *report = planned_report(p, PLAN_FAILED);

	return report ? report->errnum : 0;
}

void planned_world(void)
{
	const char *path = getenv("KIST_INIT");

	if (!path || (init_fd = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
		fprintf(stderr, "KIST_INIT has to name the child\n");
		exit(1);
	}
	/* High, so that the numbers of the tests' own fds stay low. */
	init_fd = fcntl(init_fd, F_DUPFD_CLOEXEC, 200);
	if (geteuid() != 0)
		return;
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("world", PLANNED_WORLD, "tmpfs", 0, "mode=755") < 0) {
		perror("a mount namespace for the tests");
		exit(1);
	}
}

void make_file(const char *path, const char *text)
{
	int fd = (int)CHECK_SYS(
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));

	CHECK_SYS(write(fd, text, strlen(text)));
	close(fd);
}

void make_dir(const char *path)
{
	CHECK_SYS(mkdir(path, 0755));
}

void make_link(const char *path, const char *text)
{
	CHECK_SYS(symlink(text, path));
}

bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

int open_dir(const char *path)
{
	return (int)CHECK_SYS(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
}
