/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target.c - what a word stands for, pinned; and its namespaces
 *
 * The forms are told apart by how a word begins, so that each has one meaning
 * only; what has no form of its own is a name.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/near.h"
#include "base/num.h"
#include "base/path.h"
#include "engine/ns/target_find.h"
#include "engine/why/why.h"
#include "kernel/proc.h"
#include "sys/file.h"
#include "sys/process.h"

#define PID_LIMIT 4194304 /* the kernel's PID_MAX_LIMIT */

/* ---- mistakes ---- */

int target_unknown(struct kist_error *err, const char *fmt, ...)
{
	char what[300];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return err_set(err, KIST_E_TARGET_UNKNOWN, "%s", what);
}

int target_syntax(const struct target *target, struct kist_error *err)
{
	return err_set(err, KIST_E_TARGET_SYNTAX, "'%s' is not a target",
		       target->word);
}

/* ---- /proc as a list of processes ---- */

DIR *target_processes(const struct target *target)
{
	int fd = openat(target->proc_fd, ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

pid_t target_next_process(DIR *dir)
{
	struct dirent *entry;
	uint32_t pid;

	while ((entry = readdir(dir)))
		if (num_parse_u32(entry->d_name, &pid) == 0 && pid > 0)
			return (pid_t)pid;
	return 0;
}

/* ---- what was found ---- */

/* The name of a process, harmless on a terminal. */
static const char *comm_of(struct target *t, pid_t pid)
{
	char path[32], comm[64];
	ssize_t len;

	snprintf(path, sizeof(path), "%d/comm", pid);
	len = sys_read_file(t->proc_fd, path, comm, sizeof(comm));
	if (len <= 0)
		return "?";
	comm[strcspn(comm, "\n")] = '\0';
	for (char *c = comm; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = '?';
	return arena_strdup(&t->arena, comm);
}

/* Does our /proc number processes as we do? One of another pid namespace does
 * not. */
static bool is_our_proc(const struct target *t)
{
	char self[16], text[16];
	ssize_t len = readlinkat(t->proc_fd, "self", text, sizeof(text) - 1);

	text[len > 0 ? len : 0] = '\0';
	snprintf(self, sizeof(self), "%d", getpid());
	return strcmp(self, text) == 0;
}

static int no_such_process(pid_t pid, struct kist_error *err)
{
	int ret = target_unknown(err, "there is no process %d", pid);

	err_hint(err, "it has ended, or that is its number in another pid "
		      "namespace: 'ps -ef' lists those of this one");
	return ret;
}

static int no_process(struct target *t, int ret, pid_t pid,
		      struct kist_error *err)
{
	char path[16];

	snprintf(path, sizeof(path), "%d", pid);
	if (ret == -ESRCH)
		return no_such_process(pid, err);
	if (ret != -EINVAL && ret != -ENOENT)
		return err_sys(err, KIST_E_SYSTEM, -ret, "open process %d",
			       pid);
	if (faccessat(t->proc_fd, path, F_OK, 0) < 0)
		return no_such_process(pid, err);
	return target_unknown(err, "%d is a thread, not a process", pid);
}

int target_take_process(struct target *t, pid_t pid, struct kist_error *err)
{
	int fd = sys_pidfd_open(pid);

	if (fd < 0)
		return no_process(t, fd, pid, err);
	t->kind = TARGET_PROCESS;
	t->pid = pid;
	t->pidfd = fd;
	if (!is_our_proc(t) && proc_pid_of(t->proc_fd, fd) != pid)
		return target_unknown(err, "there is no process %d in /proc",
				      pid);
	if (!target_is_alive(t))
		return target_unknown(err, "process %d has ended", pid);
	if (!t->label)
		t->label = arena_printf(&t->arena, "process %d (%s)", pid,
					comm_of(t, pid));
	return 0;
}

int target_take_ns(struct target *t, int fd, struct kist_error *err)
{
	CLEANUP_FD int ns_fd = fd;
	int flag = ioctl(ns_fd, NS_GET_NSTYPE);
	enum ns_kind kind = 0;
	struct stat st;

	while (kind < NS_COUNT && ns_table[kind].clone_flag != flag)
		kind++;
	if (flag < 0 || kind == NS_COUNT || fstat(ns_fd, &st) < 0)
		return err_set(err, KIST_E_TARGET_SYNTAX,
			       "'%s' is not a namespace", t->word);
	t->kind = TARGET_NAMESPACE;
	t->ns_fd[kind] = TAKE_FD(ns_fd);
	if (!t->label)
		t->label = arena_printf(&t->arena, "namespace %s:[%llu]",
					ns_table[kind].name,
					(unsigned long long)st.st_ino);
	return 0;
}

/* ---- the forms ---- */

static int find_self(const struct kist *kist, struct target *t,
		     const char *rest, struct kist_error *err)
{
	(void)kist;
	(void)rest;
	return target_take_process(t, getpid(), err);
}

/* A number: a process, else the inode of a namespace, else a name. */
static int find_number(const struct kist *kist, struct target *t,
		       const char *rest, struct kist_error *err)
{
	uint64_t number;

	if (num_parse_u64(rest, &number) < 0 || number > UINT32_MAX)
		return target_find_name(kist, t, rest, err);
	if (number == 0)
		return target_unknown(err, "there is no process 0");
	if (number <= PID_LIMIT)
		return target_take_process(t, (pid_t)number, err);
	return target_find_inode(t, NS_COUNT, number, err);
}

/* "net:[4026531956]" */
static int find_notation(const struct kist *kist, struct target *t,
			 const char *rest, struct kist_error *err)
{
	const char *digits = strchr(rest, '[') + 1;
	size_t len = strcspn(digits, "]");
	char word[32];
	uint64_t ino;
	enum ns_kind kind;

	(void)kist;
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(rest, ":"), rest);
	/* What is seen of the ns/…_for_children links. */
	kind = ns_find(word);
	if (kind == NS_COUNT || digits[len] != ']' || digits[len + 1] ||
	    num_parse_u64_n(digits, len, &ino) < 0)
		return target_syntax(t, err);
	return target_find_inode(t, kind, ino, err);
}

/* A directory /proc/PID is its process. */
static int find_directory(struct target *t, int fd, struct kist_error *err)
{
	struct statfs fs;
	char self[64], path[PATH_BYTES];
	uint32_t pid;
	ssize_t len;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	len = readlink(self, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = '\0';
	if (fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC &&
	    strncmp(path, "/proc/", 6) == 0 &&
	    num_parse_u32(path + 6, &pid) == 0)
		return target_take_process(t, (pid_t)pid, err);
	err_set(err, KIST_E_TARGET_SYNTAX,
		"'%s' is a directory, not a namespace file", t->word);
	if (strncmp(path, "/sys/fs/cgroup/", 15) == 0)
		err_hint(err, "a control group is cg:%s", t->word);
	return -EINVAL;
}

static int find_path(const struct kist *kist, struct target *t,
		     const char *rest, struct kist_error *err)
{
	CLEANUP_FD int fd = open(rest, O_PATH | O_CLOEXEC);
	struct statfs fs;
	struct stat st;
	char self[64];
	int ns_fd;

	(void)kist;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ESRCH))
		return target_unknown(err, "there is no file '%s'", rest);
	if (fd < 0)
		return err_sys(err, KIST_E_TARGET_DENIED, errno, "open '%s'",
			       rest);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return find_directory(t, fd, err);
	/* Only what is a namespace for sure is opened in earnest. */
	if (fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_MAGIC)
		return err_set(err, KIST_E_TARGET_SYNTAX,
			       "'%s' is not a namespace file", rest);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	ns_fd = open(self, O_RDONLY | O_CLOEXEC);
	if (ns_fd < 0)
		return err_sys(err, KIST_E_TARGET_DENIED, errno, "open '%s'",
			       rest);
	return target_take_ns(t, ns_fd, err);
}

/**
 * struct form - how a word may begin
 * @example:	shown for a mistyped prefix
 */
struct form {
	const char *prefix;
	target_finder *find;
};

static const struct form prefixes[] = {
	{ "netns:", target_find_netns },   { "fd:", target_find_fd },
	{ "docker:", target_find_docker }, { "podman:", target_find_podman },
	{ "unit:", target_find_unit },	   { "cg:", target_find_cgroup },
	{ ":", target_find_nsid },	   { "/", NULL },
};

static const struct form *form_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (strncmp(word, prefixes[i].prefix,
			    strlen(prefixes[i].prefix)) == 0)
			return &prefixes[i];
	return NULL;
}

static int wrong_prefix(const struct target *t, struct kist_error *err)
{
	int ret = target_syntax(t, err);
	char word[32], best[32];
	struct near near;

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(t->word, ":") + 1,
		 t->word);
	near_init(&near, word);
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		near_offer(&near, prefixes[i].prefix);
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		snprintf(best, sizeof(best), "%s:", ns_table[kind].name);
		if (strcmp(word, best) == 0)
			err_hint(err, "did you mean '%s:[%s]'?",
				 ns_table[kind].name, strchr(t->word, ':') + 1);
	}
	if (near.best)
		err_hint(err, "did you mean '%s%s'?", near.best,
			 strchr(t->word, ':') + 1);
	return ret;
}

static int find(const struct kist *kist, struct target *t,
		struct kist_error *err)
{
	const char *word = t->word;
	const struct form *form = form_of(word);

	if (strcmp(word, ".") == 0)
		return find_self(kist, t, word, err);
	if (word[0] && strspn(word, "0123456789") == strlen(word))
		return find_number(kist, t, word, err);
	if (word[0] == '/' || strncmp(word, "./", 2) == 0 ||
	    strncmp(word, "../", 3) == 0)
		return find_path(kist, t, word, err);
	if (strstr(word, ":["))
		return find_notation(kist, t, word, err);
	if (form && form->find) {
		const char *rest = word + strlen(form->prefix);

		return *rest ? form->find(kist, t, rest, err) :
			       target_syntax(t, err);
	}
	if (strchr(word, ':'))
		return wrong_prefix(t, err);
	return target_find_name(kist, t, word, err);
}

int target_open(const struct kist *kist, const char *word,
		struct target *ret_target, struct kist_error *err)
{
	static const struct kist anywhere;
	struct target *t = ret_target;
	int ret;

	/* In place: an arena does not move. */
	t->word = word;
	t->label = NULL;
	t->kind = TARGET_PROCESS;
	t->pid = 0;
	t->pidfd = -1;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		t->ns_fd[kind] = -1;
	arena_init(&t->arena);
	ret = t->proc_fd = proc_open(err);
	if (ret >= 0)
		ret = find(kist ? kist : &anywhere, t, err);
	if (ret >= 0 && arena_failed(&t->arena))
		ret = err_nomem(err);
	if (ret < 0)
		target_close(t);
	return ret < 0 ? ret : 0;
}

void target_close(struct target *t)
{
	cleanup_fd(&t->pidfd);
	cleanup_fd(&t->proc_fd);
	t->pidfd = t->proc_fd = -1;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		cleanup_fd(&t->ns_fd[kind]);
		t->ns_fd[kind] = -1;
	}
	arena_done(&t->arena);
}

/* ---- its namespaces ---- */

bool target_is_alive(const struct target *target)
{
	struct pollfd process = { .fd = target->pidfd, .events = POLLIN };

	if (target->pidfd < 0)
		return target->kind != TARGET_PROCESS;
	return poll(&process, 1, 0) == 0;
}

static int says_nothing(const struct target *target, enum ns_kind kind,
			struct kist_error *err)
{
	return err_set(err, KIST_E_TARGET_KIND, "%s has no %s namespace",
		       target->label, ns_table[kind].name);
}

static int denied(const struct target *target, struct kist_error *err)
{
	int ret = err_set(err, KIST_E_TARGET_DENIED,
			  "%s: its namespaces may not be looked at",
			  target->label);

	why_advise_process(target->pid, err);
	return ret;
}

static int ended(const struct target *target, struct kist_error *err)
{
	err_set(err, KIST_E_TARGET_UNKNOWN, "%s has ended", target->label);
	return -ESRCH;
}

int target_ns(struct target *target, enum ns_kind kind, struct kist_error *err)
{
	int fd = target->ns_fd[kind];

	if (fd >= 0)
		return fd;
	if (target->kind != TARGET_PROCESS)
		return says_nothing(target, kind, err);
	fd = ns_open_pidfd(target->pidfd, kind);
	if (fd == -ENOTTY || fd == -EOPNOTSUPP)
		fd = ns_open_pid(target->proc_fd, target->pid, kind);
	/* The number may have become another's before it was opened. */
	if (!target_is_alive(target)) {
		cleanup_fd(&fd);
		return ended(target, err);
	}
	if (fd == -EACCES || fd == -EPERM)
		return denied(target, err);
	if (fd == -ENOENT)
		return says_nothing(target, kind, err);
	if (fd < 0)
		return err_sys(err, KIST_E_SYSTEM, -fd,
			       "open the %s namespace of %s",
			       ns_table[kind].name, target->label);
	target->ns_fd[kind] = fd;
	return fd;
}

uint32_t target_kinds(const struct target *target)
{
	uint32_t kinds = 0;

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		char path[64];

		snprintf(path, sizeof(path), "%d/ns/%s", target->pid,
			 ns_table[kind].name);
		if (target->ns_fd[kind] >= 0 ||
		    (target->kind == TARGET_PROCESS &&
		     faccessat(target->proc_fd, path, F_OK,
			       AT_SYMLINK_NOFOLLOW) == 0))
			kinds |= BIT(kind);
	}
	return kinds;
}

/* ---- its process ---- */

static bool is_in(const struct target *t, pid_t pid, enum ns_kind kind,
		  const struct stat *ns)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "%d/ns/%s", pid, ns_table[kind].name);
	return fstatat(t->proc_fd, path, &st, 0) == 0 &&
	       st.st_ino == ns->st_ino && st.st_dev == ns->st_dev;
}

/* The process with the lowest number that is in all its namespaces. */
static pid_t find_inhabitant(const struct target *t)
{
	struct stat ns[NS_COUNT];
	DIR *dir = target_processes(t);
	pid_t pid, best = 0;

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (t->ns_fd[kind] >= 0 && fstat(t->ns_fd[kind], &ns[kind]) < 0)
			ns[kind].st_ino = 0;
	while (dir && (pid = target_next_process(dir)) > 0) {
		enum ns_kind kind = 0;

		if (best && pid > best)
			continue;
		while (kind < NS_COUNT &&
		       (t->ns_fd[kind] < 0 || is_in(t, pid, kind, &ns[kind])))
			kind++;
		if (kind == NS_COUNT)
			best = pid;
	}
	if (dir)
		closedir(dir);
	return best;
}

pid_t target_pid(struct target *target, struct kist_error *err)
{
	pid_t pid = target->pid ? target->pid : find_inhabitant(target);

	if (pid > 0)
		return pid;
	return err_set(err, KIST_E_TARGET_NO_PROCESS,
		       "there is no process in %s", target->label);
}
