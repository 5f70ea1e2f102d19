/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enter_here.c - the plan walked by a process that borrows our memory
 *
 * How it works
 * ============
 * The child's program (container/spawn.h) keeps what is entered from reaching
 * this machine's programs; it costs an exec. Where the target has the same
 * root directory as we have, there is nothing to keep from it, and the same
 * operations are done by a child made with vfork, which executes the command.
 *
 * Pid and time namespaces are entered by the children of who joins them. So
 * this thread joins them, makes the child, and takes that back. Where it may
 * not (it takes being in the user namespace that is entered too), the child
 * joins them all and makes the command's process as our child. And as entering
 * a time namespace takes a process that shares its memory with none, that one
 * is then a plain fork, for which what is to be known later is in a shared
 * page.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "child/plan.h"
#include "engine/ns/enter.h"
#include "sys/file.h"
#include "sys/process.h"

#define PATH_SIZE 4096

/* In memory that all have. @pid: of the command, once it was made */
struct shared {
	volatile int32_t op, errnum;
	volatile pid_t pid;
	char program[PATH_SIZE];
};

struct walk {
	const struct entering *e;
	const struct plan *plan;
	const sigset_t *mask;
	void *stack;
	struct shared *shared;
	size_t next;
	uint32_t chosen; /* kinds that this thread has joined for its children */
};

bool enter_fits_here(const struct entering *e)
{
	const struct kist_enter *args = e->args;
	struct stat own, other;

	/* A plain fork's failure would be seen only if it is waited for. */
	if (e->fd[NS_TIME] >= 0 && !e->forks)
		return false;
	if (e->new_mounts || e->context || args->keep_caps || args->root)
		return false;
	if (e->fd[NS_MNT] < 0 && e->fd[NS_PID] < 0)
		return true;
	/* Whose root it is tells whose programs are executed, and whose
	 * processes see ours. */
	return e->root_fd >= 0 && fstat(e->root_fd, &other) == 0 &&
	       stat("/", &own) == 0 && own.st_dev == other.st_dev &&
	       own.st_ino == other.st_ino;
}

/* ---- operations ---- */

static const char *text_at(const struct walk *w, uint64_t offset)
{
	return w->plan->data.data + offset;
}

static int fd_in(const struct walk *w, uint64_t slot)
{
	return ((const int32_t *)(const void *)w->plan->slots.data)[slot];
}

static bool is_chosen(const struct walk *w, uint64_t flag)
{
	return (w->chosen & BIT(NS_TIME) && flag == CLONE_NEWTIME) ||
	       (w->chosen & BIT(NS_PID) && flag == CLONE_NEWPID);
}

static int do_call(const struct walk *w, const struct plan_op *op)
{
	long arg[7];

	if (op->arg[0] == SYS_setns && is_chosen(w, op->arg[2]))
		return 0;
	for (unsigned i = 0; i < 7; i++) {
		arg[i] = (long)op->arg[i];
		if (op->offsets & BIT(i) && op->arg[i])
			arg[i] = (long)text_at(w, op->arg[i]);
		else if (op->fds & BIT(i))
			arg[i] = fd_in(w, op->arg[i]);
	}
	return syscall(arg[0], arg[1], arg[2], arg[3], arg[4], arg[5], arg[6]) <
			       0 ?
		       errno :
		       0;
}

static int do_write(const struct walk *w, const struct plan_op *op)
{
	ssize_t len =
		write(fd_in(w, op->arg[3]), text_at(w, op->arg[1]), op->arg[2]);

	return len < 0 ? errno : len == (ssize_t)op->arg[2] ? 0 : EIO;
}

static int check_program(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOTDIR ? ENOENT : errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	return access(path, X_OK) < 0 ? errno : 0;
}

/* In the directories of @path, into the shared page. */
static int do_lookup(const struct walk *w, const struct plan_op *op)
{
	const uint64_t *vector = (const void *)text_at(w, op->arg[0]);
	const char *name = text_at(w, vector[0]);
	const char *path = op->arg[1] ? text_at(w, op->arg[1]) : "";
	char *program = w->shared->program;
	int found = ENOENT;

	if (strchr(name, '/')) {
		if (strlen(name) >= PATH_SIZE)
			return ENAMETOOLONG;
		strcpy(program, name);
		return check_program(program);
	}
	for (; *name;) {
		size_t len = strcspn(path, ":");
		int ret = ENOENT;

		if (len + strlen(name) + 2 <= PATH_SIZE) {
			memcpy(program, path, len);
			program[len] = '\0';
			strcat(strcat(program, len ? "/" : ""), name);
			ret = check_program(program);
		}
		if (ret == 0)
			return 0;
		/* a folder that is closed tells as little as one without it */
		if ((ret == EACCES && access(program, F_OK) == 0) ||
		    (ret == EISDIR && found == ENOENT))
			found = ret;
		if (!path[len])
			break;
		path += len + 1;
	}
	return found;
}

/* The vectors of the plan are offsets; they become pointers in a copy that the
 * parent has made for this. */
static int do_exec(const struct walk *w, const struct plan_op *op)
{
	const char *const *argv = w->e->argv_here;
	const char *const *envp = w->e->env_here;

	(void)op;
	sigprocmask(SIG_SETMASK, w->mask, NULL);
	execve(w->shared->program, (char *const *)(uintptr_t)argv,
	       (char *const *)(uintptr_t)envp);
	return errno;
}

static void go_on(void *arg);

static int do_fork(struct walk *w)
{
	struct walk further = *w;
	const struct sys_vfork vfork = {
		.flags = CLONE_PARENT,
		.cgroup_fd = -1,
		.child = go_on,
		.arg = &further,
		.stack = w->stack,
	};
	pid_t pid = 0;
	int ret;

	further.next = w->next + 1;
	ret = sys_vfork3(&vfork, &pid, NULL);
	if (ret < 0)
		return -ret;
	w->shared->pid = pid;
	_exit(0);
}

static int do_op(struct walk *w, const struct plan_op *op)
{
	switch (op->kind) {
	case PLAN_CALL:
		return do_call(w, op);
	case PLAN_WRITE:
		return do_write(w, op);
	case PLAN_LOOKUP:
		return do_lookup(w, op);
	case PLAN_FORK:
		return w->chosen ? 0 : do_fork(w);
	case PLAN_EXEC:
		return do_exec(w, op);
	default:
		return ENOSYS;
	}
}

/* Until EXEC, or a failure: then it is noted, and the process ends. */
static void go_on(void *arg)
{
	struct walk *w = arg;
	const struct plan_op *ops = (const void *)w->plan->ops.data;

	for (; w->next < plan_op_count(w->plan); w->next++) {
		const struct plan_op *op = &ops[w->next];
		int errnum = do_op(w, op);

		if (!errnum || errnum == op->ignore[0] ||
		    (op->flags & PLAN_F_OPTIONAL))
			continue;
		w->shared->op = (int32_t)w->next;
		w->shared->errnum = errnum;
		_exit(125);
	}
	_exit(0);
}

/* ---- from outside ---- */

/* Wait for the first process, if it was only to make the other. */
static int find_command(const struct walk *w, int pidfd, int *ret_pidfd,
			struct kist_error *err)
{
	const struct shared *shared = w->shared;
	int ret;

	if (!w->e->forks || w->chosen) {
		*ret_pidfd = pidfd;
		return 0;
	}
	sys_wait_exit(pidfd);
	close(pidfd);
	if (!shared->pid) {
		*ret_pidfd = -1;
		return 0;
	}
	ret = sys_pidfd_open(shared->pid);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "open the command's process %d", shared->pid);
	*ret_pidfd = ret;
	return 0;
}

static int failure(const struct plan *plan, const struct shared *shared,
		   struct kist_error *err)
{
	struct plan_report report = {
		.kind = PLAN_FAILED,
		.op = shared->op,
		.errnum = shared->errnum,
	};

	return plan_error(plan, &report, NULL, err);
}

static int start(struct walk *w, bool own_memory, int *ret_pidfd,
		 struct kist_error *err)
{
	const struct sys_vfork vfork = {
		.cgroup_fd = -1,
		.child = go_on,
		.arg = w,
		.own_memory = own_memory,
	};
	int pidfd = -1, ret;

	ret = sys_vfork3(&vfork, NULL, &pidfd);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "make a process to enter with");
	ret = find_command(w, pidfd, ret_pidfd, err);
	if (ret == 0 && w->shared->errnum) {
		if (*ret_pidfd >= 0)
			sys_wait_exit(*ret_pidfd);
		cleanup_fd(ret_pidfd);
		return failure(w->plan, w->shared, err);
	}
	if (ret == 0 && *ret_pidfd < 0)
		return err_set(err, KIST_E_CONTAINER_DIED,
			       "the process that was to enter was killed");
	return ret;
}

static int start_fork(struct walk *w, int *ret_pidfd, struct kist_error *err)
{
	int ret;

	w->shared = mmap(NULL, sizeof(*w->shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w->shared == MAP_FAILED)
		return err_nomem(err);
	ret = start(w, true, ret_pidfd, err);
	munmap(w->shared, sizeof(*w->shared));
	return ret;
}

/* What our children are in, of the kinds where that is not what we are in. */
static void open_own(int ret_fd[NS_COUNT])
{
	ret_fd[NS_PID] =
		open("/proc/self/ns/pid_for_children", O_RDONLY | O_CLOEXEC);
	ret_fd[NS_TIME] =
		open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
}

/* Take back what choose() did. It was possible a moment ago; there is nothing
 * to do if not now. */
static void choose_back(uint32_t chosen, const int own[NS_COUNT])
{
	if (chosen & BIT(NS_PID))
		(void)!sys_setns(own[NS_PID], CLONE_NEWPID);
	if (chosen & BIT(NS_TIME))
		(void)!sys_setns(own[NS_TIME], CLONE_NEWTIME);
}

/* For our children. Return: the kinds; 0: not all of them could be, or need. */
static uint32_t choose(const struct entering *e, const int own[NS_COUNT])
{
	static const enum ns_kind kinds[] = { NS_PID, NS_TIME };
	uint32_t chosen = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		enum ns_kind kind = kinds[i];

		if (e->fd[kind] < 0)
			continue;
		if (own[kind] < 0 ||
		    sys_setns(e->fd[kind], ns_table[kind].clone_flag) < 0) {
			choose_back(chosen, own);
			return 0;
		}
		chosen |= BIT(kind);
	}
	return chosen;
}

static int start_chosen(struct walk *w, int *ret_pidfd, struct kist_error *err)
{
	int own[NS_COUNT] = { 0 };
	int ret;

	own[NS_PID] = own[NS_TIME] = -1;
	/* With a user namespace it is inside that this is allowed. */
	if (w->e->forks && !w->e->after_user) {
		open_own(own);
		w->chosen = choose(w->e, own);
	}
	if (w->e->fd[NS_TIME] >= 0 && !w->chosen)
		ret = start_fork(w, ret_pidfd, err);
	else
		ret = start(w, false, ret_pidfd, err);
	choose_back(w->chosen, own);
	cleanup_fd(&own[NS_PID]);
	cleanup_fd(&own[NS_TIME]);
	return ret;
}

int enter_here(const struct entering *e, const struct plan *plan,
	       const sigset_t *mask, int *ret_pidfd, struct kist_error *err)
{
	_Alignas(16) char stack[SYS_VFORK_STACK];
	struct shared shared;
	struct walk w = {
		.e = e,
		.plan = plan,
		.mask = mask,
		.stack = stack,
		.shared = &shared,
	};

	shared.op = shared.errnum = shared.pid = 0;
	shared.program[0] = '\0';
	return start_chosen(&w, ret_pidfd, err);
}
