/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port_process.c - the process that carries ports into a namespace
 *
 * How it works
 * ============
 * It opens the ports where the caller is, then enters the namespace and gives
 * up what it can: its root directory becomes RUN/ports (it can still remove its
 * own file), it has no capability, can gain none, and cannot be traced. What it
 * holds from then on are sockets, pipes and the fds that tell it to end.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "engine/net/port_process.h"
#include "engine/run/supervisor.h"
#include "kernel/cap.h"
#include "kernel/proc.h"
#include "sys/syscall.h"

enum { SIGNALS, WATCHED, LIFE, FILES, STOPS };

/**
 * struct end - how it learns that it is over
 * @id, @name:	files whose removal it waits for, in the folders
 * @folder, @names: inotify's numbers of the folders
 */
struct end {
	int fds[STOPS];
	const char *id, *name;
	int folder, names;
};

/* ---- the end ---- */

static bool is_gone(const struct end *end, const struct inotify_event *event)
{
	if (event->mask & (IN_IGNORED | IN_UNMOUNT | IN_DELETE_SELF))
		return true;
	return event->len > 0 && ((event->wd == end->folder &&
				   strcmp(event->name, end->id) == 0) ||
				  (event->wd == end->names && end->name &&
				   strcmp(event->name, end->name) == 0));
}

static bool files_are_gone(const struct end *end, int fd)
{
	_Alignas(struct inotify_event) char events[4096];
	ssize_t n = read(fd, events, sizeof(events));
	bool gone = false;

	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *event = (void *)(events + at);

		gone = gone || is_gone(end, event);
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	return gone;
}

static bool is_over(void *arg, int fd)
{
	const struct end *end = arg;

	return fd != end->fds[FILES] || files_are_gone(end, fd);
}

static int watch_names(struct end *end, const char *path,
		       struct kist_error *err)
{
	const uint32_t events = IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF;
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";

	end->name = slash ? slash + 1 : path;
	if (slash)
		snprintf(folder, sizeof(folder), "%.*s",
			 slash > path ? (int)(slash - path) : 1, path);
	end->names = inotify_add_watch(end->fds[FILES], folder, events);
	if (end->names < 0 || access(path, F_OK) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "watch '%s'", path);
	return 0;
}

static int watch(const struct port_job *job, struct end *end,
		 struct kist_error *err)
{
	const uint32_t events = IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF;
	sigset_t ending;
	char folder[40];

	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigprocmask(SIG_BLOCK, &ending, NULL);
	end->id = job->record->id;
	end->fds[WATCHED] = job->watched_fd;
	end->fds[LIFE] = job->life_fd;
	end->fds[SIGNALS] = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
	end->fds[FILES] = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	snprintf(folder, sizeof(folder), "/proc/self/fd/%d", job->folder_fd);
	end->folder = inotify_add_watch(end->fds[FILES], folder, events);
	if (end->fds[SIGNALS] < 0 || end->fds[FILES] < 0 || end->folder < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "watch the record of ports");
	return job->watched_path ? watch_names(end, job->watched_path, err) : 0;
}

/* ---- the beginning ---- */

static int open_ports(struct port_record *record, int *sockets,
		      struct kist_error *err)
{
	struct rlimit files;

	/* A connection takes six. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	for (size_t i = 0; i < record->count; i++) {
		sockets[i] = forward_listen(&record->ports[i], err);
		if (sockets[i] < 0)
			return sockets[i];
	}
	return 0;
}

static int write_record(const struct port_job *job, struct kist_error *err)
{
	CLEANUP_FD int proc_fd = proc_open(NULL);
	struct proc_stat stat = { 0 };

	job->record->pid = getpid();
	if (proc_fd >= 0 && proc_stat(proc_fd, getpid(), &stat) == 0)
		job->record->start = stat.start_time;
	return port_record_save(job->record_fd, job->record, err);
}

static int check_loopback(const char *target, struct kist_error *err)
{
	struct ifreq lo = { .ifr_name = "lo" };
	CLEANUP_FD int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &lo) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "look at the loopback of '%s'", target);
	if (lo.ifr_flags & IFF_UP)
		return 0;
	err_set(err, KIST_E_PORT_LOOPBACK,
		"the loopback of '%s' is down: nothing in there can be reached",
		target);
	err_hint(err, "kist net exec %s ip link set lo up", target);
	return -ENETDOWN;
}

static int give_up(const struct port_job *job, struct kist_error *err)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
						   0 };
	struct __user_cap_data_struct none[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
	bool is_able = cap_is_effective("CAP_SYS_CHROOT");

	if (fchdir(job->folder_fd) < 0 || (is_able && chroot(".") < 0))
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "leave the file system");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_capset, &header, none) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "give up privileges");
	prctl(PR_SET_NAME, "kist-port", 0, 0, 0);
	close(job->folder_fd);
	for (int i = 0; i < NS_COUNT; i++)
		if (job->ns_fd[i] >= 0)
			close(job->ns_fd[i]);
	return 0;
}

static int begin(struct port_job *job, struct end *end, int *sockets,
		 struct kist_error *err)
{
	int ret = watch(job, end, err);

	if (ret == 0)
		ret = open_ports(job->record, sockets, err);
	if (ret == 0)
		ret = write_record(job, err);
	if (ret == 0)
		ret = ns_enter(job->ns_fd, err);
	if (ret == 0)
		ret = check_loopback(job->record->target, err);
	return ret == 0 ? give_up(job, err) : ret;
}

static void live(struct port_job *job, int report_fd)
{
	struct kist_error err = { 0 };
	struct end end = { .names = -1 };
	const struct forward_stop stop = { end.fds, STOPS, is_over, &end };
	int *sockets = calloc(job->record->count + 1, sizeof(*sockets));
	int ret = sockets ? begin(job, &end, sockets, &err) : err_nomem(&err);

	supervisor_report(report_fd, ret, &err);
	if (ret < 0)
		return;
	ret = forward_run(job->record->ports, sockets, job->record->count,
			  &stop);
	/* In RUN/ports, with or without a root of its own. */
	unlink(job->record->id);
	_exit(ret < 0);
}

int port_process_start(struct port_job *job, struct kist_error *err)
{
	int keep[NS_COUNT + 4], report_fd, ret;
	size_t count = 0;

	keep[count++] = job->folder_fd;
	keep[count++] = job->record_fd;
	if (job->watched_fd >= 0)
		keep[count++] = job->watched_fd;
	if (job->life_fd >= 0)
		keep[count++] = job->life_fd;
	for (int i = 0; i < NS_COUNT; i++)
		if (job->ns_fd[i] >= 0)
			keep[count++] = job->ns_fd[i];
	ret = supervisor_fork(keep, count, &report_fd, err);
	if (ret == 1) {
		live(job, report_fd);
		_exit(1);
	}
	return ret;
}
