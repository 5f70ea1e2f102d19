/* SPDX-License-Identifier: Apache-2.0 */
/* link_place.c - the network namespace a word stands for, as a place */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <kist/namespace.h>

#include "base/trace.h"
#include "engine/names.h"
#include "engine/net/link_place.h"
#include "engine/ns/named_about.h"
#include "engine/ns/target.h"
#include "kernel/cap.h"
#include "kernel/net_socket.h"
#include "kernel/ns_visit.h"

#define LOOPBACK 1
#define OUR_NET "/proc/thread-self/ns/net"

static bool is_same(int ns_fd, const char *path)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && ns_is_same(ns_fd, fd) == 1;
}

/* How ip(8) is told to work in a namespace that a process is in. */
static void call_by_pid(struct link_place *p, const char *pid,
			struct arena *arena)
{
	bool is_admin = cap_is_effective("CAP_SYS_ADMIN");

	p->holder = pid;
	p->place.netns = arena_printf(arena, "/proc/%s/ns/net", pid);
	p->place.run = arena_printf(
		arena,
		is_admin ? "nsenter --net=/proc/%s/ns/net " :
			   "nsenter --preserve-credentials -t %s -U -n ",
		pid);
	p->place.ip = arena_printf(arena, "%sip", p->place.run);
}

/* Set @place->ip and @place->netns: what a shell would write. */
static void call_it(struct link_place *p, struct target *target,
		    struct arena *arena)
{
	const char *word = p->word;
	char path[300];
	pid_t pid = target->pid;

	if (strncmp(word, "netns:", 6) == 0)
		word += 6;
	snprintf(path, sizeof(path), "/run/netns/%s", word);
	p->place.netns = "/proc/$$/ns/net";
	p->place.ip = "ip";
	p->place.run = "";
	if (p->place.is_ours)
		return;
	if (!strchr(word, '/') && is_same(p->place.ns_fd, path)) {
		p->place.netns = arena_strdup(arena, trace_word(word));
		p->place.ip = arena_printf(arena, "ip -n %s", p->place.netns);
		p->place.run = arena_printf(arena, "ip netns exec %s ",
					    p->place.netns);
		return;
	}
	if (word[0] == '/') {
		p->place.netns = arena_strdup(arena, trace_word(word));
		p->place.run = arena_printf(arena, "nsenter --net=%s ",
					    p->place.netns);
		p->place.ip = arena_printf(arena, "%sip", p->place.run);
		return;
	}
	if (pid <= 0)
		pid = target_pid(target, NULL);
	if (pid > 0)
		call_by_pid(p, arena_printf(arena, "%d", pid), arena);
}

/* A name nobody has: how it will be called. */
static void call_new(struct link_place *p, struct arena *arena)
{
	char *pid;

	p->is_new = true;
	if (cap_is_effective("CAP_SYS_ADMIN")) {
		p->place.netns = p->word;
		p->place.run =
			arena_printf(arena, "ip netns exec %s ", p->word);
		p->place.ip = arena_printf(arena, "ip -n %s", p->word);
		return;
	}
	pid = arena_printf(arena, "$pid_%s", p->word);
	for (char *c = pid + 1; *c; c++)
		if (!isalnum((unsigned char)*c))
			*c = '_';
	call_by_pid(p, pid, arena);
}

static int reach(struct link_place *p, struct target *target,
		 struct arena *arena, struct kist_error *err)
{
	p->place.is_ours = is_same(p->place.ns_fd, OUR_NET);
	call_it(p, target, arena);
	if (arena_failed(arena))
		return err_nomem(err);
	return site_open(&p->place, err);
}

static int find(const struct kist *kist, struct link_place *p,
		struct target *target, struct kist_error *err)
{
	int ret = target_open(kist, p->word, target, err);

	if (ret < 0)
		return ret;
	ret = target_ns(target, NS_NET, err);
	if (ret >= 0)
		ret = p->place.ns_fd = fcntl(ret, F_DUPFD_CLOEXEC, 3);
	if (ret < 0)
		target_close(target);
	return ret < 0 ? ret : 0;
}

/* No name: a process that has ended. */
static bool is_number(const char *word)
{
	return strspn(word, "0123456789") == strlen(word);
}

static int find_target(const struct kist *kist, struct link_place *p,
		       bool may_be_new, struct arena *arena,
		       struct kist_error *err)
{
	struct kist_error why = { 0 };
	struct target target;
	int ret = find(kist, p, &target, &why);

	/* The caller's own, as long as nothing else is called so. */
	if (ret == -ENOENT && strcmp(p->word, "host") == 0) {
		p->word = ".";
		why = (struct kist_error){ 0 };
		ret = find(kist, p, &target, &why);
	}
	if (ret == -ENOENT && why.id == KIST_E_TARGET_UNKNOWN && may_be_new &&
	    name_check(p->word, NULL) == 0 && !is_number(p->word)) {
		call_new(p, arena);
		return arena_failed(arena) ? err_nomem(err) : 0;
	}
	if (ret < 0) {
		if (err && !err->id)
			*err = why;
		return ret;
	}
	p->place.label = strcmp(p->word, ".") == 0 ?
				 "this network namespace" :
				 arena_strdup(arena, target.label);
	ret = reach(p, &target, arena, err);
	target_close(&target);
	return ret;
}

int link_place_find(const struct kist *kist, const char *word, bool may_be_new,
		    struct arena *arena, struct link_place *ret_place,
		    struct kist_error *err)
{
	struct link_place place = {
		.place = { .ns_fd = -1, .nl = NETLINK_NONE },
		.word = word,
	};
	int ret;

	place.place.label = arena_printf(arena, "network namespace '%s'", word);
	ret = find_target(kist, &place, may_be_new, arena, err);
	if (ret < 0)
		site_close(&place.place);
	else
		*ret_place = place;
	return ret;
}

/* ---- making ---- */

/**
 * struct telling - what is told of several sets, each made as if alone
 * @told:	the line that readies the folder of all sets, once told
 */
struct telling {
	const struct kist_trace *trace;
	char **told;
	struct arena *arena;
};

static void tell_once(void *context, const char *shell, const char *why)
{
	struct telling *telling = context;
	const struct kist_trace *trace = telling->trace;

	if (strncmp(shell, "mount --bind ", 13) == 0) {
		if (*telling->told && strcmp(*telling->told, shell) == 0)
			return;
		*telling->told = arena_strdup(telling->arena, shell);
	}
	trace->step(trace->context, shell, why);
}

/* Inside a user namespace: a network namespace of its own. */
static int make_inside(void *arg, struct kist_error *err)
{
	struct netlink nl = NETLINK_NONE;
	int *ret_fd = arg, ret;

	if (unshare(CLONE_NEWNET) < 0)
		return err_sys(err, KIST_E_NAMESPACE, errno,
			       "make a network namespace");
	ret = netlink_open(&nl, NETLINK_ROUTE);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "open netlink");
	ret = link_set(&nl, LOOPBACK, &(struct link_change){ .up = true }, err);
	netlink_close(&nl);
	if (ret < 0)
		return ret;
	*ret_fd = open(OUR_NET, O_RDONLY | O_CLOEXEC);
	if (*ret_fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "open the new network namespace");
	return 0;
}

/* A namespace of an ordinary user can be linked only with one that the same
 * user namespace owns. */
static int make_beside(const struct kist *kist, struct link_place *place,
		       const struct link_place *owner, struct kist_error *err)
{
	int fd[NS_COUNT], net_fd = -1;
	char word[32];
	int ret = net_entry(owner->place.ns_fd, fd, err);

	if (ret < 0)
		return ret;
	fd[NS_NET] = -1;
	ret = ns_visit(fd, make_inside, &net_fd, err);
	cleanup_fd(&fd[NS_USER]);
	if (ret == 0) {
		snprintf(word, sizeof(word), "fd:%d", net_fd);
		ret = kist_ns_keep(kist, place->word, word, 0, NULL, err);
	}
	cleanup_fd(&net_fd);
	return ret;
}

/* The same, for a shell: a process keeps it, and is written down. */
static int tell_beside(const struct kist *kist, const struct link_place *place,
		       const struct link_place *owner,
		       const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	const char *root, *name = place->word;

	arena_init(&arena);
	root = named_root(kist, &arena);
	if (!root)
		return err_nomem(err);
	trace_step(trace, NULL, "mkdir -m 700 %s/%s", trace_word(root), name);
	trace_step(trace, "one user namespace owns both",
		   "setsid nsenter --preserve-credentials -t %s -U unshare "
		   "--fork --net sh -c 'ip link set lo up; exec sleep "
		   "infinity' </dev/null >/dev/null 2>&1 &",
		   owner->holder);
	trace_step(trace, NULL,
		   "until holder=$(pgrep -x -P $! sleep) || "
		   "! kill -0 $!; do sleep 0.1; done");
	trace_step(trace, "what makes it a set",
		   "printf '{\"holder\":%%d,\"holderStart\":%%d,\"kinds\":"
		   "[\"user\",\"net\"]}\\n' \"$holder\" "
		   "\"$(cut -d' ' -f22 /proc/$holder/stat)\" > %s/%s/about",
		   trace_word(root), name);
	return 0;
}

static int make_named(const struct kist *kist, struct link_place *place,
		      const struct link_place *owner,
		      const struct kist_trace *trace, struct kist_error *err)
{
	bool is_admin = cap_is_effective("CAP_SYS_ADMIN");
	const struct kist_ns_new args = {
		.name = place->word,
		.kinds = is_admin ? KIST_NS_NET : KIST_NS_NET | KIST_NS_USER,
	};
	int ret;

	if (is_admin || !owner || owner->place.is_ours || !owner->holder)
		ret = kist_ns_new(kist, &args, trace, err);
	else if (trace_is_dry(trace))
		ret = tell_beside(kist, place, owner, trace, err);
	else
		ret = make_beside(kist, place, owner, err);
	if (ret == 0 && !is_admin && trace_is_dry(trace))
		trace_step(trace, NULL, "%s=$holder", place->holder + 1);
	return ret;
}

int link_place_make(const struct kist *kist, struct link_place *place,
		    const struct link_place *owner, char **told,
		    struct arena *arena, const struct kist_trace *trace,
		    struct kist_error *err)
{
	struct telling telling = { trace, told, arena };
	const struct kist_trace once = {
		.dry_run = trace_is_dry(trace),
		.step = trace && trace->step ? tell_once : NULL,
		.context = &telling,
	};
	struct target target;
	int ret = make_named(kist, place, owner, &once, err);

	if (ret < 0 || trace_is_dry(trace))
		return ret;
	place->was_made = true;
	ret = find(kist, place, &target, err);
	if (ret < 0)
		return ret;
	ret = reach(place, &target, arena, err);
	target_close(&target);
	return ret;
}

void link_place_undo(const struct kist *kist, struct link_place *place)
{
	if (!place->was_made)
		return;
	site_close(&place->place);
	/* The failure that led here is the one to be told. */
	if (kist_ns_remove(kist, place->word, NULL, NULL) < 0)
		return;
	place->was_made = false;
}

int link_place_check(const struct link_place *place, struct kist_error *err)
{
	if (!place->place.is_ours || cap_is_effective("CAP_NET_ADMIN"))
		return 0;
	err_set(err, KIST_E_NET_DENIED, "changing %s takes CAP_NET_ADMIN",
		place->place.label);
	if (geteuid() == 0)
		err_hint(err, "root has not the right here: start the "
			      "container with --cap-add NET_ADMIN");
	else
		err_hint(err, "be root; or do it in a network of your own: "
			      "kist unshare -rn");
	return -EPERM;
}
