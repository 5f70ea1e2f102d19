/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare_outside.c - the helper of unshare that stays outside
 *
 * Made before the namespaces, it keeps the privileges and the mounts of
 * outside: it writes id maps and binds namespaces to files when the maker asks
 * for it. It is nobody's child (so that the command finds none that it does
 * not know), leads a session of its own and hears no signal.
 *
 * When the maker's end of the socket closes it ends. If the maker had not said
 * before that the command is about to run, files and mounts are taken back
 * first: also a maker that is killed leaves nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/path.h"
#include "engine/ns/unshare.h"
#include "sys/file.h"
#include "sys/mount.h"

enum request_kind { REQUEST_MAP, REQUEST_KEEP, REQUEST_COMMIT, REQUEST_ABORT };

struct request {
	enum request_kind kind;
	pid_t pid;
	unsigned ns;
};

struct reply {
	int ret;
	struct kist_error err;
};

/* What was made for one kind. */
struct kept {
	bool made_file;
	int mounts;
};

struct outside {
	const struct unshare *u;
	int fd;
	struct kept kept[NS_COUNT];
	bool committed;
};

/* ---- files that keep namespaces ---- */

static void take_back(struct outside *o)
{
	for (int kind = NS_COUNT - 1; kind >= 0; kind--) {
		const char *file = o->u->args->keep[kind];
		struct kept *kept = &o->kept[kind];

		for (; kept->mounts > 0; kept->mounts--)
			sys_umount(file, MNT_DETACH | UMOUNT_NOFOLLOW);
		if (kept->made_file)
			unlink(file);
		kept->made_file = false;
	}
}

/* @file, or the folder it is to be in. */
static int open_near(const char *file)
{
	const char *slash = strrchr(file, '/');
	int fd = open(file, O_PATH | O_CLOEXEC);
	char dir[PATH_BYTES];

	if (fd >= 0)
		return fd;
	snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - file) : 1,
		 slash ? file : ".");
	return open(*dir ? dir : "/", O_PATH | O_CLOEXEC);
}

bool outside_is_on_shared(const char *file)
{
	CLEANUP_FD int fd = open_near(file);
	CLEANUP_BUF struct buf mounts;
	char info[512], *id;
	char path[64];

	buf_init(&mounts);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (sys_read_file(AT_FDCWD, path, info, sizeof(info)) < 0 ||
	    !(id = strstr(info, "mnt_id:")) ||
	    sys_load_file(AT_FDCWD, "/proc/self/mountinfo", &mounts, 1 << 24) <
		    0)
		return true;
	for (char *rest = mounts.data, *line; (line = strsep(&rest, "\n"));) {
		char *dash = strstr(line, " - ");

		if (atoi(line) != atoi(id + strlen("mnt_id:")))
			continue;
		if (dash)
			*dash = '\0';
		return strstr(line, " shared:") != NULL;
	}
	return true;
}

static int refuse(enum ns_kind kind, const char *file, int errnum,
		  struct kist_error *err)
{
	int ret = err_sys(err, KIST_E_UNSHARE_KEEP, errnum,
			  "keep the %s namespace in '%s'", ns_table[kind].name,
			  file);

	if (errnum == EPERM)
		err_hint(err, "only root can bind a namespace to a file; "
			      "'kist new NAME' keeps namespaces for everybody");
	else if (errnum == EISDIR)
		err_hint(err, "a file is needed, not a folder");
	return ret;
}

static int make_file(const char *file, struct kept *kept)
{
	struct stat st;
	int fd = open(file, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);

	if (fd >= 0) {
		kept->made_file = true;
		close(fd);
		return 0;
	}
	if (errno != EEXIST)
		return -errno;
	if (stat(file, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? -EISDIR : 0;
}

/* The kernel binds a mount namespace only where nobody else would get to see
 * it: on top of the file, made a mount of its own. */
static int make_private(const char *file, struct kept *kept)
{
	int ret = sys_mount(file, file, NULL, MS_BIND, NULL);

	if (ret < 0)
		return ret;
	kept->mounts++;
	return sys_mount("none", file, NULL, MS_PRIVATE, NULL);
}

static int keep_one(struct outside *o, enum ns_kind kind, pid_t pid,
		    struct kist_error *err)
{
	const char *file = o->u->args->keep[kind];
	const bool later = kind == NS_PID || kind == NS_TIME;
	struct kept *kept = &o->kept[kind];
	char path[64];
	int ret = make_file(file, kept);

	snprintf(path, sizeof(path), "/proc/%d/ns/%s%s", pid,
		 ns_table[kind].name, later ? "_for_children" : "");
	if (ret == 0 && kind == NS_MNT && outside_is_on_shared(file))
		ret = make_private(file, kept);
	if (ret == 0)
		ret = sys_mount(path, file, NULL, MS_BIND, NULL);
	if (ret < 0)
		return refuse(kind, file, -ret, err);
	kept->mounts++;
	return 0;
}

static int keep(struct outside *o, const struct request *request,
		struct kist_error *err)
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		int ret = request->ns & BIT(kind) ?
				  keep_one(o, kind, request->pid, err) :
				  0;

		if (ret < 0)
			return ret;
	}
	return 0;
}

/* ---- the helper ---- */

static void answer(struct outside *o, const struct request *request)
{
	struct reply reply = { 0 };

	switch (request->kind) {
	case REQUEST_MAP:
		reply.ret = idmap_write(request->pid, &o->u->uids, &o->u->gids,
					&reply.err);
		break;
	case REQUEST_KEEP:
		reply.ret = keep(o, request, &reply.err);
		break;
	case REQUEST_COMMIT:
		o->committed = true;
		break;
	case REQUEST_ABORT:
		o->committed = false;
		take_back(o);
		break;
	}
	(void)!send(o->fd, &reply, sizeof(reply), MSG_NOSIGNAL);
}

static _Noreturn void serve(struct outside *o)
{
	const uint64_t all = ~UINT64_C(0);
	struct request request;

	setsid();
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
	while (recv(o->fd, &request, sizeof(request), 0) == sizeof(request))
		answer(o, &request);
	if (!o->committed)
		take_back(o);
	_exit(0);
}

/* A child of a child that has ended is init's. */
static int make_helper(struct outside *o, int maker_fd)
{
	pid_t pid = fork();
	int status = 0;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		close(maker_fd);
		pid = fork();
		if (pid == 0)
			serve(o);
		_exit(pid < 0 ? errno : 0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

int outside_begin(struct unshare *u, struct kist_error *err)
{
	struct outside o = { .u = u };
	int fds[2], ret;

	if (!u->keeps && !u->by_outside)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "make a socket");
	o.fd = fds[0];
	ret = make_helper(&o, fds[1]);
	close(fds[0]);
	if (ret < 0) {
		close(fds[1]);
		return err_sys(err, KIST_E_SYSTEM, -ret, "make a process");
	}
	u->outside_fd = fds[1];
	return 0;
}

/* ---- the maker's side ---- */

static int ask(const struct unshare *u, const struct request *request,
	       struct kist_error *err)
{
	struct reply reply;
	ssize_t len;

	if (u->outside_fd < 0)
		return 0;
	len = send(u->outside_fd, request, sizeof(*request), MSG_NOSIGNAL);
	if (len == sizeof(*request))
		do
			len = recv(u->outside_fd, &reply, sizeof(reply), 0);
		while (len < 0 && errno == EINTR);
	if (len != sizeof(reply))
		return err_sys(err, KIST_E_SYSTEM, len < 0 ? errno : EPIPE,
			       "ask the helper outside");
	if (reply.ret < 0 && err)
		*err = reply.err;
	return reply.ret;
}

int outside_map(const struct unshare *u, pid_t pid, struct kist_error *err)
{
	const struct request request = { REQUEST_MAP, pid, 0 };

	return ask(u, &request, err);
}

int outside_keep(const struct unshare *u, pid_t pid, unsigned kinds,
		 struct kist_error *err)
{
	const struct request request = { REQUEST_KEEP, pid, kinds };

	return kinds ? ask(u, &request, err) : 0;
}

void outside_commit(const struct unshare *u)
{
	const struct request request = { REQUEST_COMMIT, 0, 0 };

	(void)!ask(u, &request, NULL);
}

void outside_abort(const struct unshare *u)
{
	const struct request request = { REQUEST_ABORT, 0, 0 };

	(void)!ask(u, &request, NULL);
}
