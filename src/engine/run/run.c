/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.c - kist_run(): make a container, start its command, see to its end
 *
 * How it works
 * ============
 * Options are understood first, then the record is made (its name claimed, its
 * lock held), then the root, then the container. Whoever is to wait for the
 * container makes it: in the foreground we, detached the supervisor. Whatever
 * fails, everything made so far is taken away again by who made it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "container/foreground.h"
#include "container/planning.h"
#include "container/terminal.h"
#include "engine/run/defaults.h"
#include "engine/run/making.h"
#include "engine/run/running.h"
#include "engine/run/supervisor.h"
#include "sys/file.h"

/* ---- the record ---- */

static int write_about(const struct running *r, struct kist_error *err)
{
	const struct making *m = &r->making;
	struct about about = {
		.name = m->name.text,
		.image = m->image.written,
		.command = m->args,
		.created = time_now(),
		.detached = m->run->detach,
		.terminal = m->terminal,
		.remove = m->run->remove,
		.stop_signal = m->run->stop_signal ? m->run->stop_signal :
						     DEFAULT_STOP_SIGNAL,
		.labels = m->labels,
		.label_count = m->label_count,
	};

	return about_save(&r->record, &about, err);
}

static int write_config(const struct running *r, struct kist_error *err)
{
	int ret = sys_replace_file(r->record.dir_fd, "config.json",
				   r->making.config_text, r->making.config_len,
				   0600);

	if (ret < 0)
		return err_sys(err, KIST_E_STORE, -ret,
			       "write '%s/config.json'", r->record.path);
	return 0;
}

static int write_cidfile(const struct running *r, struct kist_error *err)
{
	const char *path = r->making.run->cidfile;
	CLEANUP_FD int fd = -1;
	int ret;

	if (!path)
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST) {
		err_set(err, KIST_E_FILE_EXISTS, "--cidfile '%s'", path);
		err_hint(err, "remove it if its container is gone");
		return -EEXIST;
	}
	if (fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "--cidfile '%s'",
			       path);
	ret = sys_write_all(fd, r->making.id.text, ID_LEN);
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret, "--cidfile '%s'",
				 path) :
			 0;
}

/* ---- open and close ---- */

static bool wants_terminal(const struct kist_run *run)
{
	if (run->terminal != KIST_DEFAULT)
		return run->terminal == KIST_ON;
	return !run->detach && isatty(0) && isatty(1);
}

static void init(struct running *r, const struct kist_run *run)
{
	*r = (struct running){
		.folders = { .containers_fd = -1, .names_fd = -1 },
		.record = RECORD_NONE,
		.loan = LOAN_NONE,
		.oom_kills = -1,
		.forks_refused = -1,
		.making = { .run = run,
			    .folders = &r->folders,
			    .arena = &r->arena },
	};
	arena_init(&r->arena);
	id_random(&r->making.id);
	r->making.terminal = wants_terminal(run);
}

static void done(struct running *r)
{
	loan_return(&r->loan, &r->record);
	record_close(&r->record);
	folders_close(&r->folders);
	arena_done(&r->arena);
}

/* Up to the spec. */
static int prepare(struct running *r, const struct kist *kist,
		   struct kist_error *err)
{
	struct making *m = &r->making;
	int ret = folders_open(kist, &r->folders, err);

	if (ret == 0)
		ret = making_read(m, err);
	if (ret == 0)
		ret = record_make(&r->folders, &m->id, m->run->name, &m->name,
				  &r->record, err);
	if (ret < 0)
		return ret;
	ret = write_about(r, err);
	if (ret == 0 && m->run->layers)
		ret = loan_take(&r->folders, m->run->layers, &r->record,
				&r->loan, err);
	if (ret == 0)
		ret = making_prepare(m, &r->record, err);
	if (ret == 0)
		ret = making_config(m, err);
	if (ret == 0)
		ret = write_config(r, err);
	if (ret < 0)
		running_forget(r);
	return ret;
}

void running_forget(struct running *r)
{
	loan_return(&r->loan, &r->record);
	/* What failed before is what has to be said. */
	(void)!record_remove(&r->folders, &r->record, r->making.name.text,
			     NULL);
}

static struct container_args args_of(const struct running *r)
{
	const struct making *m = &r->making;

	return (struct container_args){
		.state_root = r->folders.state_root,
		.id = m->id.text,
		.bundle = r->record.path,
		.spec = m->spec,
		.config = { .text = m->config_text,
			    .len = m->config_len,
			    .name = "config.json" },
		.attached = true,
		.init = m->run->init,
		.console_fd = -1,
		.stdio = { -1, -1, -1 },
		.pid_file = m->run->pidfile,
		.pidfd_fd = -1,
		.fault_op = -1,
	};
}

/* ---- the end ---- */

/* After the first process: what is left of the container, and its record. */
static void finish(struct running *r, int status)
{
	/* What cannot be removed stays for `kist rm`. */
	(void)!container_delete(&r->container, true, NULL);
	container_close(&r->container);
	life_end(&r->record, status);
	if (r->making.run->remove)
		running_forget(r);
}

/* kist's folders are the user's: who is not mapped cannot reach them. */
static void hint_unmapped(const struct running *r, struct kist_error *err)
{
	uint32_t inside;

	if (geteuid() != 0 && err && err->errnum == EACCES &&
	    r->making.uid_maps.count &&
	    !idmap_inside(&r->making.uid_maps, geteuid(), &inside))
		err_hint(err,
			 "you, user %u, are not among the mapped ids, and "
			 "the container's files are yours: map yourself "
			 "first, --uidmap 0:%u:1",
			 geteuid(), geteuid());
}

static int start(struct running *r, const struct container_args *args,
		 struct kist_error *err)
{
	int ret = write_cidfile(r, err);

	if (ret < 0)
		return ret;
	ret = container_create(args, &r->container, err);
	if (ret < 0) {
		limit_while(err, false);
		hint_unmapped(r, err);
	}
	if (ret < 0 && r->making.run->cidfile)
		unlink(r->making.run->cidfile);
	return ret;
}

/* ---- in the foreground ---- */

static int stay(struct running *r, struct foreground *fg, int *ret_status,
		struct kist_error *err)
{
	struct container_args args = args_of(r);
	CLEANUP_FD int theirs = -1, ours = -1, master = -1;
	int ret = 0;

	if (r->making.terminal) {
		ret = terminal_pair(&theirs, &ours, err);
		args.console_fd = theirs;
		(void)terminal_size(0, &r->making.spec->process.rows,
				    &r->making.spec->process.columns);
	}
	if (ret == 0)
		ret = start(r, &args, err);
	if (ret < 0) {
		running_forget(r);
		return ret;
	}
	if (r->making.terminal)
		master = ret = terminal_receive(ours, err);
	if (ret >= 0)
		ret = foreground_wait(fg, r->container.process.pidfd, master);
	r->oom_kills = r->container.has_cgroup ?
			       cgroup_oom_kills(&r->container.cgroup) :
			       -1;
	if (r->container.has_cgroup)
		r->forks_refused = cgroup_forks_refused(&r->container.cgroup);
	finish(r, ret < 0 ? -1 : ret);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "wait for the container");
	*ret_status = ret;
	return 0;
}

static int run_in_foreground(struct running *r, int *ret_status,
			     struct kist_error *err)
{
	struct foreground fg;
	int ret = foreground_begin(&fg, err);

	if (ret < 0) {
		running_forget(r);
		return ret;
	}
	ret = stay(r, &fg, ret_status, err);
	foreground_end(&fg);
	return ret;
}

/* ---- detached ---- */

static int open_log(const struct running *r, struct kist_error *err)
{
	int fd = openat(r->record.dir_fd, "log",
			O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(err, KIST_E_STORE, errno, "make '%s/log'",
			       r->record.path);
	return fd;
}

static int open_pipe(int *ret_ours, int *ret_theirs, bool we_read)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) < 0)
		return -errno;
	*ret_ours = pair[we_read ? 0 : 1];
	*ret_theirs = pair[we_read ? 1 : 0];
	return 0;
}

/* The container's ends of its standard streams. */
static int open_streams(const struct running *r, struct supervisor *s,
			int stdio[3], struct kist_error *err)
{
	int ret = 0;

	if (r->making.run->interactive)
		ret = open_pipe(&s->in_fd, &stdio[0], false);
	else
		stdio[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (ret == 0)
		ret = open_pipe(&s->out_fd, &stdio[1], true);
	if (ret == 0)
		ret = open_pipe(&s->err_fd, &stdio[2], true);
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret, "make a pipe") : 0;
}

static int start_detached(struct running *r, struct supervisor *s,
			  struct kist_error *err)
{
	struct container_args args = args_of(r);
	CLEANUP_FD int theirs = -1, ours = -1;
	int ret = 0;

	s->log_fd = ret = open_log(r, err);
	if (ret >= 0 && r->making.terminal) {
		ret = terminal_pair(&theirs, &ours, err);
		args.console_fd = theirs;
	} else if (ret >= 0) {
		ret = open_streams(r, s, args.stdio, err);
	}
	if (ret >= 0)
		ret = start(r, &args, err);
	for (int i = 0; i < 3; i++)
		cleanup_fd(&args.stdio[i]); /* the container has them */
	if (ret == 0 && r->making.terminal)
		s->out_fd = terminal_receive(ours, NULL);
	return ret;
}

/* Free what the making of it took: the supervisor is to be small. A container
 * that has ended meanwhile has no pidfd any more: that is kept. */
static int shrink(struct running *r)
{
	int pidfd = fcntl(r->container.process.pidfd, F_DUPFD_CLOEXEC, 0);

	container_close(&r->container);
	if (container_open(r->folders.state_root, r->record.id.text,
			   &r->container, NULL) < 0)
		container_init(&r->container, r->record.id.text);
	arena_done(&r->arena);
	arena_init(&r->arena);
	return pidfd;
}

/* In the new process; never returns. */
static void supervise(struct running *r, int report_fd)
{
	struct supervisor s = {
		.log_fd = -1, .out_fd = -1, .err_fd = -1, .in_fd = -1
	};
	struct kist_error err = { 0 };
	int ret = start_detached(r, &s, &err);

	if (ret < 0)
		running_forget(r);
	supervisor_report(report_fd, ret, &err);
	if (ret < 0)
		_exit(1);
	ret = supervisor_wait(&s, shrink(r));
	finish(r, ret < 0 ? -1 : ret);
	_exit(0);
}

static int run_detached(struct running *r, struct kist_error *err)
{
	const int keep[] = { r->folders.containers_fd, r->folders.names_fd,
			     r->record.dir_fd, r->record.life_fd };
	int report_fd;
	int ret = supervisor_fork(keep, ARRAY_LEN(keep), &report_fd, err);

	if (ret == 1)
		supervise(r, report_fd);
	return ret;
}

/* ---- the interface ---- */

int kist_run(const struct kist *kist, const struct kist_run *run,
	     struct kist_run_result *ret_result, struct kist_error *err)
{
	struct kist_run_result result = { 0 };
	struct running r;
	int ret;

	if (run->layers && run->detach)
		return err_set(err, KIST_E_OPTION_VALUE,
			       "layers are lent only in the foreground");
	init(&r, run);
	ret = prepare(&r, kist, err);
	if (ret == 0) {
		memcpy(result.id, r.making.id.text, sizeof(result.id));
		memcpy(result.name, r.making.name.text, sizeof(result.name));
		ret = run->detach ? run_detached(&r, err) :
				    run_in_foreground(&r, &result.status, err);
	}
	result.oom_kills = r.oom_kills;
	result.forks_refused = r.forks_refused;
	done(&r);
	if (ret == 0)
		*ret_result = result;
	return ret;
}

int running_plan(const struct kist *kist, const struct kist_run *run,
		 bool in_words, plan_reader *read, void *context,
		 struct kist_error *err)
{
	struct running r;
	int ret;

	init(&r, run);
	ret = prepare(&r, kist, err);
	if (ret == 0) {
		struct container_args args = args_of(&r);

		ret = container_plan_see(&args, in_words, read, context, err);
		running_forget(&r);
	}
	done(&r);
	return ret;
}

static void print(void *context, const struct planning *p)
{
	plan_print(p->plan, context);
}

int kist_run_plan(const struct kist *kist, const struct kist_run *run,
		  char **ret_text, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	int ret;

	buf_init(&text);
	ret = running_plan(kist, run, false, print, &text, err);
	if (ret < 0)
		return ret;
	*ret_text = buf_take(&text);
	return *ret_text ? 0 : err_nomem(err);
}
