/* SPDX-License-Identifier: Apache-2.0 */
/* port.c - ports of this machine that lead into a network namespace */
#include <kist/net.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/trace.h"
#include "engine/folders.h"
#include "engine/net/port_process.h"
#include "engine/ns/named.h"
#include "engine/ns/target.h"
#include "kernel/net_socket.h"
#include "kernel/proc.h"
#include "sys/process.h"
#include "sys/socket.h"

#define PORTS_MAX 1024 /* of one forwarder: each takes a descriptor */

/**
 * struct work - one kist_net_publish()
 * @net_fd:	the target's
 */
struct work {
	const struct kist_net_publish *args;
	struct target target;
	struct arena arena;
	struct port_record record;
	struct port_job job;
	int net_fd;
};

/* ---- what is asked ---- */

static int count_ports(const char *const *texts, size_t *ret_count,
		       struct kist_error *err)
{
	size_t count = 0;

	for (size_t i = 0; texts && texts[i]; i++) {
		struct forward_port first;
		unsigned some;
		int ret = forward_parse(texts[i], &first, &some, err);

		if (ret < 0)
			return ret;
		count += some;
	}
	if (count == 0 || count > PORTS_MAX)
		return err_set(err, KIST_E_PORT_SYNTAX,
			       count ? "more than %d ports for one forwarder" :
				       "no port was given (1 to %d)",
			       PORTS_MAX);
	*ret_count = count;
	return 0;
}

static int parse_ports(struct work *work, struct kist_error *err)
{
	const char *const *texts = work->args->ports;
	struct port_record *record = &work->record;
	size_t count = 0;
	int ret = count_ports(texts, &count, err);

	if (ret < 0)
		return ret;
	record->ports = ARENA_ARRAY(&work->arena, struct forward_port, count);
	if (!record->ports || arena_failed(&work->arena))
		return err_nomem(err);
	for (size_t i = 0; texts[i] && ret == 0; i++) {
		struct forward_port port;
		unsigned some;

		ret = forward_parse(texts[i], &port, &some, err);
		for (unsigned n = 0; ret == 0 && n < some; n++) {
			record->ports[record->count++] = port;
			port.outer = (uint16_t)(port.outer + !!port.outer);
			port.inner++;
		}
	}
	return ret;
}

/* The file with whose name the target ends; NULL: it has a process, or
 * nothing that could end. */
static const char *name_of(const struct kist *kist, struct work *work)
{
	const char *word = work->args->target;
	struct named set;

	if (strncmp(word, "netns:", 6) == 0)
		return arena_printf(&work->arena, "/run/netns/%s", word + 6);
	if (strchr(word, '/') && strncmp(word, "/proc/", 6) != 0)
		return word;
	if (work->target.kind == TARGET_SET && !work->target.pid &&
	    named_find(kist, word, &work->arena, &set, NULL) == 0)
		return set.path[NS_NET];
	return NULL;
}

/* The process with whose end the target ends; 0: none is known. */
static pid_t process_of(const struct work *work)
{
	const char *word = work->args->target;
	uint64_t pid;

	if (work->target.pid > 0)
		return work->target.pid;
	/* "/proc/1234/ns/net" */
	if (strncmp(word, "/proc/", 6) == 0 &&
	    num_parse_u64_n(word + 6, strcspn(word + 6, "/"), &pid) == 0 &&
	    pid > 0 && pid < INT32_MAX)
		return (pid_t)pid;
	return 0;
}

static int find_target(const struct kist *kist, struct work *work,
		       struct kist_error *err)
{
	struct stat there, here;
	struct target *t = &work->target;

	work->net_fd = target_ns(t, NS_NET, err);
	if (work->net_fd < 0)
		return work->net_fd;
	if (fstat(work->net_fd, &there) < 0 ||
	    stat("/proc/self/ns/net", &here) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "look at the network namespaces");
	if (there.st_ino == here.st_ino && there.st_dev == here.st_dev)
		return err_set(err, KIST_E_PORT_SAME,
			       "'%s' is in this network namespace: its ports "
			       "are open here already",
			       t->word);
	work->record.ns = there.st_ino;
	work->record.target = work->args->target;
	work->job.watched_path = name_of(kist, work);
	if (t->pidfd >= 0)
		work->job.watched_fd = dup(t->pidfd);
	else if (process_of(work) > 0)
		work->job.watched_fd = sys_pidfd_open(process_of(work));
	return 0;
}

/* ---- as shell lines ---- */

static const char *entering(struct work *work)
{
	struct target *t = &work->target;
	const char *path = work->job.watched_path;
	pid_t pid;

	if (path && geteuid() == 0)
		return arena_printf(&work->arena, "nsenter --net=%s", path);
	pid = target_pid(t, NULL);
	return arena_printf(&work->arena, "nsenter %s-t %d -n",
			    geteuid() == 0 ? "" : "--preserve-credentials -U ",
			    pid > 0 ? pid : 0);
}

static bool tell(struct work *work, const struct kist_trace *trace)
{
	const char *enter = entering(work);
	bool go = true;

	for (size_t i = 0; i < work->record.count; i++) {
		const struct forward_port *port = &work->record.ports[i];
		const char *kind = port->protocol == FORWARD_TCP ? "TCP" :
								   "UDP";
		char address[INET6_ADDRSTRLEN] = "", bind[60] = "";
		const char *six = port->family == AF_INET6 ? "6" : "";

		if (port->family) {
			inet_ntop(port->family, &port->address, address,
				  sizeof(address));
			snprintf(bind, sizeof(bind),
				 *six ? ",bind=[%s]" : ",bind=%s", address);
		}
		go = trace_step(trace, "carry a port into the namespace",
				"socat '%s%s-LISTEN:%u%s,reuseaddr,fork' "
				"'EXEC:\"%s socat - %s:127.0.0.1:%u\"' "
				">/dev/null 2>&1 </dev/null &",
				kind, six, port->outer, bind, enter, kind,
				port->inner);
	}
	return go;
}

/* ---- results ---- */

static int fill_ports(struct kist_net_forwarder *f,
		      const struct port_record *record)
{
	f->ports = calloc(record->count + 1, sizeof(*f->ports));
	if (!f->ports)
		return -ENOMEM;
	for (size_t i = 0; i < record->count; i++) {
		const struct forward_port *from = &record->ports[i];
		struct kist_net_port *to = &f->ports[i];

		to->protocol = forward_protocol_name(from->protocol);
		to->outer = from->outer;
		to->inner = from->inner;
		if (from->family)
			inet_ntop(from->family, &from->address, to->address,
				  sizeof(to->address));
	}
	f->count = record->count;
	return 0;
}

static int fill(struct kist_net_forwarder *f, const struct port_record *record,
		int proc_fd, struct kist_error *err)
{
	memset(f, 0, sizeof(*f));
	memcpy(f->id, record->id, sizeof(f->id));
	f->ns = record->ns;
	f->is_stale = record->is_stale;
	if (proc_is_alive(proc_fd, record->pid, record->start))
		f->pid = record->pid;
	f->target = strdup(record->target);
	if (!f->target || fill_ports(f, record) < 0) {
		kist_net_forwarder_done(f);
		return err_nomem(err);
	}
	return 0;
}

void kist_net_forwarder_done(struct kist_net_forwarder *forwarder)
{
	free(forwarder->target);
	free(forwarder->ports);
	memset(forwarder, 0, sizeof(*forwarder));
}

void kist_net_forwarders_free(struct kist_net_forwarder *forwarders,
			      size_t count)
{
	for (size_t i = 0; i < count; i++)
		kist_net_forwarder_done(&forwarders[i]);
	free(forwarders);
}

/* ---- publishing ---- */

static int start(struct work *work, struct kist_net_forwarder *ret_forwarder,
		 struct kist_error *err)
{
	struct port_record *record = &work->record;
	struct port_record saved;
	int ret;

	work->job.record_fd =
		port_record_make(work->job.folder_fd, record, err);
	if (work->job.record_fd < 0)
		return work->job.record_fd;
	ret = net_entry(work->net_fd, work->job.ns_fd, err);
	if (ret == 0)
		ret = port_process_start(&work->job, err);
	cleanup_fd(&work->job.ns_fd[NS_USER]);
	/* What the process found out, such as free ports, is in the file. */
	if (ret == 0)
		ret = port_record_load(work->job.folder_fd, record->id,
				       &work->arena, &saved);
	if (ret == 0)
		ret = fill(ret_forwarder, &saved, work->target.proc_fd, err);
	if (ret < 0) {
		if (!err || !err->id)
			err_sys(err, KIST_E_SYSTEM, -ret,
				"start the forwarder");
		close(work->job.record_fd);
		work->job.record_fd = -1;
		(void)!port_record_end(work->job.folder_fd, record->id, NULL);
	}
	return ret;
}

/* Those that were killed left their files. */
static void sweep(int folder_fd, struct arena *arena)
{
	struct port_record *records;
	size_t count;

	if (port_record_list(folder_fd, arena, &records, &count, NULL) < 0)
		return;
	for (size_t i = 0; i < count; i++)
		if (records[i].is_stale && records[i].ns)
			(void)!port_record_end(folder_fd, records[i].id, NULL);
}

static int publish(const struct kist *kist, struct work *work,
		   const struct kist_trace *trace,
		   struct kist_net_forwarder *ret_forwarder, int *ret_fd,
		   struct kist_error *err)
{
	int life[2] = { -1, -1 };
	int ret = parse_ports(work, err);

	if (ret == 0)
		ret = find_target(kist, work, err);
	if (ret < 0 || !tell(work, trace))
		return ret;
	work->job.folder_fd = port_folder(kist, err);
	if (work->job.folder_fd < 0)
		return work->job.folder_fd;
	sweep(work->job.folder_fd, &work->arena);
	if (ret_fd) {
		ret = sys_socket_pair(SOCK_STREAM, life);
		if (ret < 0)
			return err_sys(err, KIST_E_SYSTEM, -ret,
				       "make a socket pair");
	}
	work->job.life_fd = life[1];
	ret = start(work, ret_forwarder, err);
	cleanup_fd(&life[1]);
	if (ret == 0 && ret_fd)
		*ret_fd = life[0];
	else
		cleanup_fd(&life[0]);
	return ret;
}

int kist_net_publish(const struct kist *kist,
		     const struct kist_net_publish *args,
		     const struct kist_trace *trace,
		     struct kist_net_forwarder *ret_forwarder, int *ret_fd,
		     struct kist_error *err)
{
	struct work work = { .args = args, .net_fd = -1 };
	int ret = target_open(kist, args->target, &work.target, err);

	if (ret < 0)
		return ret;
	memset(ret_forwarder, 0, sizeof(*ret_forwarder));
	if (ret_fd)
		*ret_fd = -1;
	arena_init(&work.arena);
	work.job.record = &work.record;
	work.job.folder_fd = work.job.record_fd = work.job.watched_fd = -1;
	work.job.life_fd = work.job.ns_fd[NS_USER] = -1;
	ret = publish(kist, &work, trace, ret_forwarder,
		      args->detach ? NULL : ret_fd, err);
	cleanup_fd(&work.job.folder_fd);
	cleanup_fd(&work.job.record_fd);
	cleanup_fd(&work.job.watched_fd);
	arena_done(&work.arena);
	target_close(&work.target);
	return ret;
}

void kist_net_publish_wait(int fd)
{
	struct pollfd end = { .fd = fd, .events = POLLIN };

	while (poll(&end, 1, -1) <= 0)
		;
	close(fd);
}

/* ---- listing and ending ---- */

/* The inode of a target's network namespace; 0: no target was given. */
static int target_inode(const struct kist *kist, const char *word,
			uint64_t *ret_ino, struct kist_error *err)
{
	struct target target;
	struct stat st;
	int fd, ret = target_open(kist, word, &target, err);

	if (ret < 0)
		return ret;
	fd = target_ns(&target, NS_NET, err);
	if (fd >= 0 && fstat(fd, &st) == 0)
		*ret_ino = st.st_ino;
	target_close(&target);
	return fd < 0 ? fd : 0;
}

static int collect(const struct kist *kist, uint64_t ns, struct arena *arena,
		   struct kist_net_forwarder **ret_forwarders,
		   size_t *ret_count, struct kist_error *err)
{
	CLEANUP_FD int folder_fd = port_folder(kist, err);
	CLEANUP_FD int proc_fd = proc_open(NULL);
	struct kist_net_forwarder *all;
	struct port_record *records;
	size_t count, used = 0;
	int ret;

	if (folder_fd < 0)
		return folder_fd;
	ret = port_record_list(folder_fd, arena, &records, &count, err);
	if (ret < 0)
		return ret;
	all = calloc(count + 1, sizeof(*all));
	if (!all)
		return err_nomem(err);
	for (size_t i = 0; i < count && ret == 0; i++)
		if (!ns || records[i].ns == ns)
			ret = fill(&all[used++], &records[i], proc_fd, err);
	if (ret < 0) {
		kist_net_forwarders_free(all, used);
		return ret;
	}
	*ret_forwarders = all;
	*ret_count = used;
	return 0;
}

int kist_net_forwarders(const struct kist *kist, const char *target,
			struct kist_net_forwarder **ret_forwarders,
			size_t *ret_count, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	uint64_t ns = 0;
	int ret = target ? target_inode(kist, target, &ns, err) : 0;

	arena_init(&arena);
	if (ret < 0)
		return ret;
	return collect(kist, ns, &arena, ret_forwarders, ret_count, err);
}

/* Is the record meant by the word? By id, as it was written, or by inode. */
static bool is_meant(const struct port_record *record, const char *what,
		     uint64_t ns)
{
	return strcmp(record->id, what) == 0 ||
	       strcmp(record->target, what) == 0 || (ns && record->ns == ns);
}

int kist_net_unpublish(const struct kist *kist, const char *what,
		       const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_FD int folder_fd = port_folder(kist, err);
	struct port_record *records;
	size_t count = 0, ended = 0;
	uint64_t ns = 0;
	int ret;

	arena_init(&arena);
	if (folder_fd < 0)
		return folder_fd;
	/* What is gone is meant by how it was written. */
	(void)!target_inode(kist, what, &ns, NULL);
	ret = port_record_list(folder_fd, &arena, &records, &count, err);
	for (size_t i = 0; i < count && ret == 0; i++) {
		if (!is_meant(&records[i], what, ns))
			continue;
		ended++;
		if (trace_step(trace, "the forwarder ends when it is gone",
			       "rm %s/ports/%s",
			       trace_word(folders_run_path(kist, &arena)),
			       records[i].id))
			ret = port_record_end(folder_fd, records[i].id, err);
	}
	if (ret < 0 || ended)
		return ret;
	err_set(err, KIST_E_PORT_UNKNOWN, "no port leads into '%s'", what);
	err_hint(err, "kist net port lists those there are");
	return -ENOENT;
}
