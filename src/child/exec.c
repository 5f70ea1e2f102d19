/* SPDX-License-Identifier: Apache-2.0 */
/* exec.c - finding the program, and becoming it */
#include <asm/poll.h>
#include <linux/elf.h>
#include <linux/stat.h>
#include <linux/time_types.h>

#include "child/path.h"

#define X_OK 1 /* <unistd.h> */

/* An answer not of the kernel but of a filter that knows no better. */
static bool is_filtered(long ret)
{
	return ret == -ENOSYS || ret == -EPERM;
}

/*
 * Is @path a program this process may execute? The filter of the container
 * may be in force already: what it does not let us ask, execve(2) will tell.
 */
static int check_program(const char *path)
{
	struct statx st;
	long ret = SYS(statx, AT_FDCWD, path, 0, STATX_TYPE, &st);

	if (ret < 0 && !is_filtered(ret))
		return (int)ret;
	if (ret == 0 && S_ISDIR(st.stx_mode))
		return -EISDIR;
	if (ret == 0 && !S_ISREG(st.stx_mode))
		return -EACCES;
	ret = SYS(faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS);
	if (is_filtered(ret))
		ret = SYS(faccessat, AT_FDCWD, path, X_OK);
	return is_filtered(ret) ? 0 : (int)ret;
}

/* Write directory, '/' and @name to the child's program. */
static bool join(struct child *c, const char *dir, size_t length,
		 const char *name)
{
	char *to = c->program;

	if (length + text_length(name) + 2 > sizeof(c->program))
		return false;
	memcpy(to, dir, length);
	to[length] = '\0';
	/* An empty entry of PATH is the current directory. */
	if (length)
		text_append(to, sizeof(c->program), "/");
	text_append(to, sizeof(c->program), name);
	return true;
}

/* Is a file there, that may not be executed? A folder that may not be gone
 * through tells as much as one that is not there. */
static bool is_there(const char *path)
{
	struct statx st;

	return SYS(statx, AT_FDCWD, path, 0, STATX_TYPE, &st) == 0;
}

/* Look for @name in each directory of @path, as a shell does. */
static int search(struct child *c, const char *name, const char *path)
{
	int found = -ENOENT;

	for (;; path++) {
		size_t length = (size_t)(text_find(path, ':') - path);
		int ret = -ENAMETOOLONG;

		if (join(c, path, length, name))
			ret = check_program(c->program);
		if (ret == 0)
			return 0;
		/* What is there but not usable is the better answer. */
		if ((ret == -EACCES && is_there(c->program)) ||
		    (ret == -EISDIR && found == -ENOENT))
			found = ret;
		path += length;
		if (!*path)
			return found;
	}
}

int op_lookup(struct child *c, const struct plan_op *op)
{
	const char *name = child_vector(c, op->arg[0])[0];
	int ret;

	if (!name || !*name)
		return -ENOENT;
	if (*text_find(name, '/')) {
		ret = join(c, "", 0, name) ? check_program(c->program) :
					     -ENAMETOOLONG;
	} else {
		ret = search(c, name,
			     op->arg[1] ? child_text(c, op->arg[1]) : "");
	}
	if (ret < 0) {
		c->program[0] = '\0';
		text_append(c->text, sizeof(c->text), name);
	}
	return ret == -ENOTDIR ? -ENOENT : ret;
}

/* The interpreter named by the "#!" line in @line. */
static void name_of_script(struct child *c, char *line)
{
	while (*++line == ' ' || *line == '\t')
		;
	*text_find(line, '\n') = '\0';
	*text_find(line, ' ') = '\0';
	*text_find(line, '\t') = '\0';
	text_append(c->text, sizeof(c->text), " ");
	text_append(c->text, sizeof(c->text), line);
}

/* The interpreter named by the program header of type PT_INTERP. */
static void name_of_elf(struct child *c, int fd, const struct elf64_hdr *elf)
{
	char name[128];

	for (unsigned int i = 0; i < elf->e_phnum && i < 64; i++) {
		struct elf64_phdr part;
		long size;

		size = SYS(pread64, fd, &part, sizeof(part),
			   elf->e_phoff + i * sizeof(part));
		if (size != sizeof(part) || part.p_type != PT_INTERP)
			continue;
		size = SYS(pread64, fd, name, sizeof(name) - 1, part.p_offset);
		if (size <= 0)
			return;
		name[size] = '\0';
		text_append(c->text, sizeof(c->text), " ");
		text_append(c->text, sizeof(c->text), name);
		return;
	}
}

/* Say what the kernel's ENOENT or ENOEXEC was about. */
static void explain(struct child *c, int errnum)
{
	union {
		struct elf64_hdr elf;
		char text[128];
	} start;
	long fd = SYS(openat, AT_FDCWD, c->program, O_RDONLY | O_CLOEXEC);
	bool is_elf;

	memset(&start, 0, sizeof(start));
	if (fd < 0)
		return;
	SYS(pread64, fd, &start, sizeof(start) - 1, 0);
	is_elf = start.text[0] == ELFMAG0 && start.text[1] == ELFMAG1 &&
		 start.text[2] == ELFMAG2 && start.text[3] == ELFMAG3;

	if (errnum == ENOENT) {
		text_append(c->text, sizeof(c->text), "interpreter");
		if (is_elf)
			name_of_elf(c, (int)fd, &start.elf);
		else if (start.text[0] == '#' && start.text[1] == '!')
			name_of_script(c, start.text + 1);
	} else if (is_elf && start.elf.e_machine != CHILD_ELF_MACHINE) {
		text_append(c->text, sizeof(c->text), "machine");
	} else {
		text_append(c->text, sizeof(c->text), "format");
	}
	SYS(close, fd);
}

/* Who was to watch this has been killed: nobody would know of the program. */
static bool is_deserted(struct child *c)
{
	struct pollfd watcher = { child_fd(c, PLAN_SLOT_REPORT), 0, 0 };
	struct __kernel_timespec now = { 0 };

	return SYS(ppoll, &watcher, 1, &now, 0, 0) > 0 &&
	       watcher.revents & POLLHUP;
}

int op_exec(struct child *c, const struct plan_op *op)
{
	char **argv = child_vector(c, op->arg[0]);
	char **envp = child_vector(c, op->arg[1]);
	const char *program = c->program;
	long ret;

	/* Without LOOKUP: argv[0] as it is. */
	if (!*program && argv[0])
		join(c, "", 0, argv[0]);
	if (is_deserted(c))
		child_exit(1);
	child_ignore_sigpipe(false);
	child_block_signals(false);
	ret = SYS(execve, program, argv, envp);
	if (ret == -ENOENT || ret == -ENOEXEC)
		explain(c, (int)-ret);
	return (int)ret;
}
