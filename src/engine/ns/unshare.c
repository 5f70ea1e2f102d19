/* SPDX-License-Identifier: Apache-2.0 */
/* unshare.c - kist_unshare(): what is asked for, and what comes with it */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <time.h>

#include <kist/cause.h>

#include "base/trace.h"
#include "engine/ns/unshare.h"
#include "kernel/cap.h"
#include "kernel/user.h"
#include "sys/file.h"
#include "sys/process.h"

#define GROUPS_MAX 8192
#define MQUEUE_MAGIC_NUMBER 0x19800202

void unshare_warn(const struct unshare *u, struct kist_error *what)
{
	if (u->args->warn && what->id)
		u->args->warn(u->args->context, what);
	*what = (struct kist_error){ 0 };
}

/* ---- kinds in words ---- */

/* "CLONE_NEWNET" is "net" there; others stay what they are. */
static const char *kind_word(const char *word)
{
	static const struct {
		const char *clone, *name;
	} odd[] = { { "CLONE_NEWNS", "mnt" } };
	const size_t len = strlen("CLONE_NEW");

	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		if (strcmp(word, odd[i].clone) == 0)
			return odd[i].name;
	if (strncmp(word, "CLONE_NEW", len) != 0)
		return word;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (strcasecmp(word + len, ns_table[kind].name) == 0)
			return ns_table[kind].name;
	return word;
}

int kist_ns_parse(const char *text, unsigned *ret_kinds, struct kist_error *err)
{
	CLEANUP_FREE char *copy = strdup(text);
	unsigned kinds = 0;
	char *rest = copy, *word;

	if (!copy)
		return err_nomem(err);
	while ((word = strsep(&rest, ",| "))) {
		uint32_t mask = 0;
		int ret = 0;

		if (strcmp(word, "all") == 0)
			mask = KIST_NS_ALL;
		else
			ret = ns_parse(kind_word(word), &mask, err);
		if (ret < 0)
			return ret;
		kinds |= mask;
	}
	*ret_kinds = kinds;
	return 0;
}

/* ---- what makes no sense ---- */

static int check(const struct kist_unshare *args, struct kist_error *err)
{
	if (args->ns & ~(unsigned)KIST_NS_ALL)
		return err_set(err, KIST_E_UNSHARE,
			       "ns: 0x%x has bits that are no namespace",
			       args->ns);
	if (args->argv && !args->argv[0])
		return err_set(err, KIST_E_UNSHARE, "argv: no command");
	if (args->kill_child < 0 || args->kill_child > 64)
		return err_set(err, KIST_E_UNSHARE, "there is no signal %d",
			       args->kill_child);
	if (args->hostname && strlen(args->hostname) > 64)
		return err_set(err, KIST_E_UNSHARE,
			       "a host name has at most 64 characters");
	if (args->domainname && strlen(args->domainname) > 64)
		return err_set(err, KIST_E_UNSHARE,
			       "a domain name has at most 64 characters");
	return 0;
}

/* A new time namespace is for new processes: its clocks cannot run backwards
 * past the start of the machine. */
static int check_clock(const char *name, clockid_t clock, int64_t offset_ns,
		       struct kist_error *err)
{
	struct timespec now;
	char least[32];
	int ret;

	if (!offset_ns || clock_gettime(clock, &now) < 0)
		return 0;
	if (offset_ns >= 0 || now.tv_sec + offset_ns / 1000000000 >= 0)
		return 0;
	ret = err_set(err, KIST_E_UNSHARE,
		      "--%s: the clock would be before 0: it shows %lld "
		      "seconds",
		      name, (long long)now.tv_sec);
	snprintf(least, sizeof(least), "-%lld", (long long)now.tv_sec);
	err_cause(err, KIST_CAUSE_TIME_RANGE, name, least);
	return ret;
}

/* ---- what comes with it ---- */

static bool is_file_system(const char *path, long magic)
{
	struct statfs st;

	return statfs(path, &st) == 0 && (long)st.f_type == magic;
}

static unsigned implied(const struct kist_unshare *args)
{
	unsigned ns = args->ns;

	for (int kind = 0; kind < NS_COUNT; kind++)
		if (args->keep[kind])
			ns |= BIT(kind);
	if (args->map_user || args->map_group || args->map_users ||
	    args->map_groups || args->owner || args->mount_binfmt ||
	    args->load_interp)
		ns |= KIST_NS_USER;
	if (args->mount_proc || args->mount_binfmt || args->load_interp)
		ns |= KIST_NS_MNT;
	if (args->hostname || args->domainname)
		ns |= KIST_NS_UTS;
	if (args->monotonic_ns || args->boottime_ns)
		ns |= KIST_NS_TIME;
	return ns;
}

/* What a person would have to do next. */
static void complete(struct unshare *u)
{
	const bool inside = u->args->root != NULL;

	if (u->args->plain)
		return;
	if (u->ns && !unshare_has(u, NS_USER) &&
	    !cap_is_effective("CAP_SYS_ADMIN"))
		u->ns |= KIST_NS_USER;
	u->fresh_sys = unshare_has(u, NS_NET);
	u->fresh_mqueue = unshare_has(u, NS_IPC) && !inside &&
			  is_file_system("/dev/mqueue", MQUEUE_MAGIC_NUMBER);
	if (unshare_has(u, NS_PID)) {
		u->forks = true;
		if (!u->fresh_proc)
			u->fresh_proc = "/proc";
	}
	if (u->fresh_proc || u->fresh_sys || u->fresh_mqueue)
		u->ns |= KIST_NS_MNT;
	u->own_cgroups = unshare_has(u, NS_CGROUP) && unshare_has(u, NS_MNT) &&
			 !inside;
}

static int read_owner(struct unshare *u, struct kist_error *err)
{
	const char *colon = u->args->owner;
	char *user;
	int ret;

	if (!colon)
		return 0;
	colon = strchr(colon, ':');
	if (!colon)
		return err_set(err, KIST_E_UNSHARE,
			       "--owner: '%s' is not UID:GID", u->args->owner);
	user = arena_strndup(u->arena, u->args->owner,
			     (size_t)(colon - u->args->owner));
	ret = unshare_user(user, u->arena, &u->owner_uid.id, err);
	if (ret == 0)
		ret = unshare_group(colon + 1, u->arena, &u->owner_gid.id, err);
	u->owner_uid.given = u->owner_gid.given = true;
	return ret;
}

static int read_ids(struct unshare *u, struct kist_error *err)
{
	const struct kist_unshare *a = u->args;
	int ret = read_owner(u, err);

	if (ret == 0 && a->setuid) {
		u->uid.given = true;
		ret = unshare_user(a->setuid, u->arena, &u->uid.id, err);
	}
	if (ret == 0 && a->setgid) {
		u->gid.given = true;
		ret = unshare_group(a->setgid, u->arena, &u->gid.id, err);
	}
	return ret;
}

/* In the root of every hierarchy there is nothing to do. */
static int read_groups(struct unshare *u, struct kist_error *err)
{
	char text[GROUPS_MAX];
	ssize_t ret;

	if (!u->own_cgroups)
		return 0;
	ret = sys_read_file(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text));
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, (int)-ret,
			       "read '/proc/self/cgroup'");
	if (unshare_is_grouped(text))
		u->groups = arena_strdup(u->arena, text);
	return 0;
}

static void choose_command(struct unshare *u)
{
	const char **argv = ARENA_ARRAY(u->arena, const char *, 2);
	const char *shell = getenv("SHELL");

	u->argv = u->args->argv;
	if (u->argv)
		return;
	if (!shell || !*shell)
		shell = user_shell(AT_FDCWD, getuid(), u->arena);
	argv[0] = shell ? shell : "/bin/sh";
	u->argv = argv;
}

static int prepare(struct unshare *u, struct kist_error *err)
{
	const struct kist_unshare *a = u->args;
	int ret;

	u->ns = implied(a);
	u->fresh_proc = a->mount_proc;
	u->must_proc = a->mount_proc != NULL;
	/* before Linux 6.3 a time namespace is only for children */
	u->forks = a->fork || a->kill_child || a->forward ||
		   ((u->ns & KIST_NS_TIME) && !a->plain);
	complete(u);
	for (int kind = 0; kind < NS_COUNT; kind++)
		if (a->keep[kind])
			u->keeps |= BIT(kind);
	if ((u->keeps & KIST_NS_PID) && !u->forks)
		return err_set(err, KIST_E_UNSHARE,
			       "a pid namespace can be kept only with --fork");
	ret = check_clock("monotonic", CLOCK_MONOTONIC, a->monotonic_ns, err);
	if (ret == 0)
		ret = check_clock("boottime", CLOCK_BOOTTIME, a->boottime_ns,
				  err);
	if (ret == 0)
		ret = read_ids(u, err);
	if (ret == 0)
		ret = unshare_maps(u, err);
	if (ret == 0)
		ret = read_groups(u, err);
	choose_command(u);
	if (ret == 0 && arena_failed(u->arena))
		ret = err_nomem(err);
	return ret;
}

/* ---- for callers who stay what they are ---- */

/* What the child leaves to us. */
struct shared {
	int ret;
	bool ended_by_signal;
	struct kist_unshare args;
	struct kist_error err;
};

static int in_child(struct unshare *u, struct shared *shared, int *ret_status,
		    struct kist_error *err)
{
	CLEANUP_FD int pidfd = -1;
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "make a process");
	if (pid == 0) {
		shared->args = *u->args;
		shared->args.ended_by_signal = &shared->ended_by_signal;
		u->args = &shared->args;
		shared->ret = unshare_make(u, &status, &shared->err);
		_exit(shared->ret < 0 ? 125 : status);
	}
	pidfd = sys_pidfd_open(pid);
	status = pidfd < 0 ? pidfd : sys_wait_exit(pidfd);
	if (status < 0)
		return err_sys(err, KIST_E_SYSTEM, -status,
			       "wait for process %d", pid);
	if (shared->ret < 0) {
		*err = shared->err;
		return shared->ret;
	}
	if (u->args->ended_by_signal)
		*u->args->ended_by_signal = shared->ended_by_signal;
	*ret_status = status;
	return 0;
}

static int separately(struct unshare *u, int *ret_status,
		      struct kist_error *err)
{
	struct shared *shared = mmap(NULL, sizeof(*shared),
				     PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ret;

	if (shared == MAP_FAILED)
		return err_nomem(err);
	ret = in_child(u, shared, ret_status, err);
	munmap(shared, sizeof(*shared));
	return ret;
}

int kist_unshare(const struct kist_unshare *args,
		 const struct kist_trace *trace, int *ret_status,
		 struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct unshare u = {
		.args = args,
		.arena = &arena,
		.self_pidfd = -1,
		.outside_fd = -1,
	};
	int ret;

	arena_init(&arena);
	ret = check(args, err);
	if (ret == 0)
		ret = prepare(&u, err);
	if (ret < 0)
		return ret;
	if (trace)
		unshare_tell(&u, trace);
	if (trace_is_dry(trace)) {
		*ret_status = 0;
		return 0;
	}
	return args->replace ? unshare_make(&u, ret_status, err) :
			       separately(&u, ret_status, err);
}
