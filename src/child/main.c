/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - the child: reads its plan and does what it says
 *
 * How it works
 * ============
 *
 * The program is started as "kist-init FD OFFSET [MARK]", FD being the memory
 * file with the plan from byte OFFSET on (in front of it is this program); MARK
 * is for those who look at it. It copies the plan into memory of its own, so
 * that nobody can change it any more, and walks the operations until EXEC
 * replaces the program. It is single-threaded, allocates nothing after that
 * copy, and is not dumpable:
 * what it joins cannot trace it or reach its fds through /proc. (While ids
 * are being mapped by an unprivileged parent the plan has to lift that with a
 * CALL of prctl(2), since /proc/PID/uid_map is root's otherwise.)
 *
 * Every fd above 2 is close-on-exec from the first moment. Only the FDS
 * operation lets some through.
 */
#include <linux/close_range.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/stat.h>
#include <asm/signal.h>

#include "child/path.h"

#define PLAN_SIZE_MAX (64u << 20)

CHILD_START;

static child_op *const op_table[PLAN_OP_COUNT] = {
	[PLAN_CALL] = op_call,	       [PLAN_FORK] = op_fork,
	[PLAN_SYNC] = op_sync,	       [PLAN_WRITE] = op_write,
	[PLAN_TREE] = op_tree,	       [PLAN_FSMOUNT] = op_fsmount,
	[PLAN_PLACE] = op_place,       [PLAN_MAKE] = op_make,
	[PLAN_SYMLINK] = op_symlink,   [PLAN_MASK] = op_mask,
	[PLAN_READONLY] = op_readonly, [PLAN_COPYUP] = op_copyup,
	[PLAN_PIVOT] = op_pivot,       [PLAN_LINK_UP] = op_link_up,
	[PLAN_BOUND] = op_bound,       [PLAN_CAPS] = op_caps,
	[PLAN_CWD] = op_cwd,	       [PLAN_CONSOLE] = op_console,
	[PLAN_HOOK] = op_hook,	       [PLAN_SECCOMP] = op_seccomp,
	[PLAN_LOOKUP] = op_lookup,     [PLAN_READY] = op_ready,
	[PLAN_LISTEN] = op_listen,     [PLAN_FDS] = op_fds,
	[PLAN_INIT] = op_init,	       [PLAN_EXEC] = op_exec,
};

void *child_data(struct child *c, uint64_t offset, uint64_t size)
{
	if (!offset || offset > c->size || size > c->size - offset)
		child_die(c, EFAULT);
	return c->plan + offset;
}

char *child_text(struct child *c, uint64_t offset)
{
	/* The byte after the plan is zero: every text ends. */
	return child_data(c, offset, 1);
}

char **child_vector(struct child *c, uint64_t offset)
{
	static char *empty[1];
	uintptr_t start = (uintptr_t)c->plan;
	uint64_t *entry;

	if (!offset)
		return empty;
	if (offset % sizeof(*entry))
		child_die(c, EFAULT);
	for (uint64_t at = offset;; at += sizeof(*entry)) {
		entry = child_data(c, at, sizeof(*entry));
		if (!*entry)
			return (char **)(start + offset);
		/* An earlier operation may have turned it into a pointer. */
		if (*entry < start || *entry >= start + c->size)
			*entry = (uintptr_t)child_text(c, *entry);
	}
}

int child_fd_if_any(struct child *c, int64_t slot)
{
	if ((int32_t)slot == -1)
		return -1;
	if ((uint32_t)slot >= c->slot_count)
		child_die(c, EBADF);
	return c->slots[(uint32_t)slot];
}

int child_fd(struct child *c, int64_t slot)
{
	int fd = child_fd_if_any(c, slot);

	if (fd < 0)
		child_die(c, EBADF);
	return fd;
}

void child_keep(struct child *c, int64_t slot, int fd)
{
	if ((int32_t)slot == -1) {
		SYS(close, fd);
		return;
	}
	if ((uint32_t)slot >= c->slot_count)
		child_die(c, EBADF);
	c->slots[(uint32_t)slot] = fd;
}

/* An array of @count elements at @offset; NULL if it is not in the plan. */
static void *array_at(struct child *c, uint32_t offset, uint64_t count,
		      uint64_t size)
{
	if (offset % 8 || offset < sizeof(struct plan_head) ||
	    offset > c->size || count * size > c->size - offset)
		return NULL;
	return c->plan + offset;
}

/* Copy the plan out of @fd and check that its parts are where it says. */
static int load(struct child *c, int fd, uint32_t from)
{
	const struct plan_head *head;
	struct statx st;
	long ret = path_stat(fd, &st);

	if (ret < 0)
		return (int)ret;
	if (st.stx_size < from + sizeof(*head) || st.stx_size > PLAN_SIZE_MAX)
		return -EINVAL;
	c->size = (uint32_t)st.stx_size - from;
	/* one byte more: see child_text() */
	ret = SYS(mmap, 0, c->size + 1, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (ret < 0)
		return (int)ret;
	c->plan = (char *)ret;
	ret = SYS(pread64, fd, c->plan, c->size, from);
	if (ret != c->size)
		return ret < 0 ? (int)ret : -EIO;

	head = (const struct plan_head *)c->plan;
	if (head->magic != PLAN_MAGIC || head->size != c->size ||
	    !head->slot_count || head->slot_count > PLAN_SLOT_MAX)
		return -EINVAL;
	c->op_count = head->op_count;
	c->slot_count = head->slot_count;
	c->fault_op = head->fault_op;
	c->fault_errno = head->fault_errno;
	c->ops = array_at(c, head->ops, c->op_count, sizeof(*c->ops));
	c->slots = array_at(c, head->slots, c->slot_count, sizeof(*c->slots));
	return c->ops && c->slots ? 0 : -EINVAL;
}

static void die_silently(void)
{
	long self = SYS(getpid);

	SYS(kill, self, SIGKILL);
	/* The first process of a pid namespace cannot kill itself. */
	child_exit(128 + SIGKILL);
}

static int run_op(struct child *c, const struct plan_op *op)
{
	if (c->op == c->fault_op) {
		if (c->fault_errno == -1)
			die_silently();
		return -c->fault_errno;
	}
	if (op->kind >= PLAN_OP_COUNT)
		return -ENOSYS;
	return op_table[op->kind](c, op);
}

static bool is_ignored(const struct plan_op *op, int errnum)
{
	return op->ignore[0] == errnum || op->ignore[1] == errnum ||
	       op->ignore[2] == errnum;
}

/* From operation @first on. */
static _Noreturn void walk(struct child *c, uint32_t first)
{
	for (uint32_t i = first; i < c->op_count; i++) {
		const struct plan_op *op = &c->ops[i];
		int errnum;

		c->op = (int32_t)i;
		c->value = 0;
		c->text[0] = '\0';
		errnum = -run_op(c, op);
		if (!errnum || is_ignored(op, errnum))
			continue;
		if (!(op->flags & PLAN_F_OPTIONAL))
			child_die(c, errnum);
		child_report(c, PLAN_WARNED, errnum);
	}
	/* A plan without EXEC is a plan all the same: tests have such. */
	child_exit(0);
}

void child_go_on(struct child *c)
{
	char byte;

	if (c->gate[0] >= 0) {
		SYS(close, c->gate[1]);
		SYS(read, c->gate[0], &byte, 1);
		SYS(close, c->gate[0]);
	}
	/* The kernel tells the parent who sends this. */
	child_report(c, PLAN_FORKED, 0);
	walk(c, (uint32_t)c->op + 1);
}

/**
 * child_main() - where the program starts
 * @stack:	as the kernel left it: argc, argv
 */
_Noreturn void child_main(long *stack);
_Noreturn void child_main(long *stack)
{
	static struct child child;
	char **argv = (char **)(stack + 1);
	int fd, from;

	/* First of all: out of the reach of what is about to be joined. */
	SYS(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* Until EXEC or INIT gives it another: see plan.h. */
	SYS(prctl, PR_SET_NAME, "kist-setup", 0, 0, 0);
	if (stack[0] < 3 || SYS(close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		child_exit(CHILD_EXIT_FAILED);
	child_reset_signals(true);
	SYS(umask, 0); /* what is made is exact; the plan sets the program's */

	fd = text_number(argv[1]);
	/* Without a plan there is nobody to tell. */
	from = text_number(argv[2]);
	if (fd < 0 || from < 0 || load(&child, fd, (uint32_t)from) < 0)
		child_exit(CHILD_EXIT_FAILED);
	SYS(close, fd);
	walk(&child, 0);
}
