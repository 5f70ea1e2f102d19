/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_stdio.c - what the program gets as standard input, output and error
 *
 * A pipe becomes the program's user's, so that it can open /dev/stdout, which
 * many log to. This machine's null device is exchanged for the container's:
 * who is root inside could change the mode of what everybody here uses.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "container/planning.h"

static void give_away(struct planning *p, int fd)
{
	struct plan_op *op = plan_call(p->plan, SYS_fchown, (uint64_t)fd,
				       p->spec->process.uid, (uint64_t)-1);

	op->ignore[0] = EPERM;	/* not ours to give: a user namespace */
	op->ignore[1] = EINVAL; /* its owner has no id in there */
	op->ignore[2] = EROFS;
	plan_say(p->plan, "give the pipe %1 to the program's user",
		 arena_printf(p->arena, "%d", fd), NULL);
}

/* Only where /dev is of our making: nobody has put something else there. */
static void reopen_null(struct planning *p, int fd)
{
	int slot = plan_slot(p->plan);
	struct plan_op *op =
		plan_call(p->plan, SYS_openat, (uint64_t)AT_FDCWD,
			  plan_text(p->plan, "/dev/null"),
			  O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	op->offsets = BIT(2);
	op->slot = (int16_t)slot;
	plan_say(p->plan, "open the container's /dev/null", NULL, NULL);
	op = plan_call(p->plan, SYS_dup3, (uint64_t)slot, (uint64_t)fd, 0);
	op->fds = BIT(1);
	plan_say(p->plan, "use it as fd %1", arena_printf(p->arena, "%d", fd),
		 NULL);
}

void plan_stdio(struct planning *p)
{
	const struct spec_process *process = &p->spec->process;

	if (process->terminal && p->console_fd >= 0)
		return;
	for (int fd = 0; fd < 3; fd++) {
		int given = p->stdio && p->stdio[fd] >= 0 ? p->stdio[fd] : fd;
		struct stat st;

		if (fstat(given, &st) < 0)
			continue;
		if (S_ISFIFO(st.st_mode) && process->uid != 0)
			give_away(p, fd);
		if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3) &&
		    p->dev_slot >= 0)
			reopen_null(p, fd);
	}
}
