/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_run.c - kist run: a command in a new container */
#include <stdio.h>

#include "cli/explain.h"
#include "cli/kist.h"
#include "engine/values.h"

struct run_args {
	struct kist_run run;
	bool terminal, dry_run;
	int pids_limit, cpu_shares;
	struct opt_list volumes, mounts, tmpfs, env, env_files, labels;
	struct opt_list ulimits, cap_add, cap_drop, security, devices;
	struct opt_list sysctls, uid_maps, gid_maps;
};
#define ARGS run_args

static int opt_cpus(void *field, const char *word, struct kist_error *err)
{
	return value_cpus(word, field, err);
}

static const char *const networks[] = { "none", "host", NULL };
static const char *const sharings[] = { "private", "host", NULL };

/* A namespace option: completion offers the two usual words. */
#define SHARE(n, f, w, h)                                               \
	{                                                               \
		.kind = OPT_VALUE, .name = (n), .value = "WHOSE",       \
		.read = opt_string, .offset = offsetof(struct ARGS, f), \
		.help = (h), .words = (w)                               \
	}

static const struct opt run_opts[] = {
	TITLE("The container"),
	OPT(0, "name", "NAME", opt_string, run.name,
	    "call it so (default: two words)"),
	FLAG('d', "detach", run.detach,
	     "return when it runs; see 'kist logs', 'kist stop'"),
	FLAG(0, "rm", run.remove, "forget it when it has ended"),
	FLAG('t', "tty", terminal,
	     "give it a terminal (default: if we have one)"),
	FLAG('i', "interactive", run.interactive,
	     "pass standard input on; with -d: keep it open"),
	FLAG(0, "init", run.init,
	     "process 1 is a small init: it reaps and forwards signals"),
	OPT('l', "label", "NAME=VALUE", opt_list, labels,
	    "a note, for 'kist inspect'"),
	OPT(0, "stop-signal", "SIGNAL", opt_signal, run.stop_signal,
	    "what 'kist stop' sends (default: TERM)"),
	OPT(0, "cidfile", "FILE", opt_string, run.cidfile,
	    "write the id to a new file"),
	OPT(0, "pidfile", "FILE", opt_string, run.pidfile,
	    "write the process id to a file"),
	FLAG(0, "dry-run", dry_run, "only print what would be done"),

	TITLE("Files"),
	OPT('v', "volume", "SRC:DST[:ro,...]", opt_list, volumes,
	    "mount a file or folder of this machine"),
	OPT(0, "mount", "type=TYPE,dst=PATH,...", opt_list, mounts,
	    "mount something: type bind or tmpfs, src=, ro"),
	OPT(0, "tmpfs", "DST[:size=64m,...]", opt_list, tmpfs,
	    "mount an empty file system in memory"),
	FLAG(0, "read-only", run.read_only,
	     "the root is read-only; /run, /tmp, /var/tmp are in memory"),
	OPT(0, "device", "SRC[:DST][:rwm]", opt_list, devices,
	    "a device of this machine"),

	TITLE("The command"),
	OPT('e', "env", "NAME[=VALUE]", opt_list, env,
	    "set in its environment; without a value: ours"),
	OPT(0, "env-file", "FILE", opt_list, env_files, "a file of such lines"),
	OPT('u', "user", "USER[:GROUP]", opt_string, run.user,
	    "names as the image knows them, or numbers"),
	OPT('w', "workdir", "PATH", opt_string, run.workdir,
	    "start there (default: /)"),
	OPT(0, "entrypoint", "PROGRAM", opt_string, run.entrypoint,
	    "run this, with COMMAND as its arguments"),
	OPT(0, "ulimit", "NAME=SOFT[:HARD]", opt_list, ulimits,
	    "a limit of each process, as nofile=1024"),

	TITLE("Limits"),
	OPT('m', "memory", "BYTES", opt_bytes, run.memory, "memory: 64m, 1.5g"),
	OPT(0, "memory-swap", "BYTES", opt_bytes, run.memory_swap,
	    "memory and swap together; max: no limit"),
	OPT(0, "memory-reservation", "BYTES", opt_bytes, run.memory_reservation,
	    "memory kept from being reclaimed"),
	OPT(0, "cpus", "NUMBER", opt_cpus, run.cpus,
	    "processors' worth of time: .5, 2"),
	OPT('c', "cpu-shares", "WEIGHT", opt_int, cpu_shares,
	    "share when processors are scarce (default: 1024)"),
	OPT(0, "cpuset-cpus", "LIST", opt_string, run.cpuset_cpus,
	    "only these processors: 0-3,6"),
	OPT(0, "cpuset-mems", "LIST", opt_string, run.cpuset_mems,
	    "only these memory nodes"),
	OPT(0, "pids-limit", "NUMBER", opt_int, pids_limit,
	    "processes and threads; -1: no limit"),

	TITLE("Namespaces: private, host, a process id, a container, a file"),
	SHARE("network|net", run.network, networks,
	      "network (default: none, its own and empty)"),
	SHARE("pid", run.pid, sharings, "process ids"),
	SHARE("ipc", run.ipc, sharings, "shared memory, message queues"),
	SHARE("uts", run.uts, sharings, "host name"),
	SHARE("userns", run.userns, sharings,
	      "users (default: host for root, else private)"),
	SHARE("cgroupns", run.cgroupns, sharings, "control groups"),
	SHARE("time", run.time, sharings, "clocks"),
	OPT('h', "hostname", "NAME", opt_string, run.hostname,
	    "host name (default: the start of the id)"),
	OPT(0, "domainname", "NAME", opt_string, run.domainname,
	    "NIS domain name"),
	OPT(0, "uidmap", "IN:OUT:COUNT", opt_list, uid_maps,
	    "user ids inside and outside"),
	OPT(0, "gidmap", "IN:OUT:COUNT", opt_list, gid_maps,
	    "group ids inside and outside"),
	OPT(0, "boottime", "TIME", opt_seconds, run.boottime_ms,
	    "what the clock since boot is ahead by: 7d"),
	OPT(0, "monotonic", "TIME", opt_seconds, run.monotonic_ms,
	    "the same for the monotonic clock"),

	TITLE("Security"),
	OPT(0, "cap-add", "CAP", opt_list, cap_add,
	    "give a capability, or ALL"),
	OPT(0, "cap-drop", "CAP", opt_list, cap_drop,
	    "take a capability away, or ALL"),
	OPT(0, "security-opt", "OPTION", opt_list, security,
	    "no-new-privileges=false, seccomp=FILE|unconfined, "
	    "mask=PATH, unmask=ALL|PATH, apparmor=, label="),
	OPT(0, "sysctl", "NAME=VALUE", opt_list, sysctls,
	    "a kernel setting of its namespaces"),
	FLAG(0, "privileged", run.privileged,
	     "all capabilities and no protection of this machine"),

	OPERAND("IMAGE", opt_string, run.image,
		"'host' (this machine, copy-on-write), or a root directory"),
	REST("COMMAND", run.command, "what to run (default: a shell)"),
	OPT_END,
};

static const char *const *items(const struct opt_list *list)
{
	return list->items;
}

static struct kist_run options(const struct run_args *a)
{
	struct kist_run run = a->run;

	/* As elsewhere, -i alone says: a pipe, no terminal. */
	if (a->terminal)
		run.terminal = KIST_ON;
	else if (run.interactive)
		run.terminal = KIST_OFF;
	run.pids_limit = a->pids_limit;
	run.cpu_shares = a->cpu_shares;
	run.volumes = items(&a->volumes);
	run.mounts = items(&a->mounts);
	run.tmpfs = items(&a->tmpfs);
	run.env = items(&a->env);
	run.env_files = items(&a->env_files);
	run.labels = items(&a->labels);
	run.ulimits = items(&a->ulimits);
	run.cap_add = items(&a->cap_add);
	run.cap_drop = items(&a->cap_drop);
	run.security = items(&a->security);
	run.devices = items(&a->devices);
	run.sysctls = items(&a->sysctls);
	run.uid_maps = items(&a->uid_maps);
	run.gid_maps = items(&a->gid_maps);
	return run;
}

static int print_plan(const struct kist *kist, const struct kist_run *run,
		      struct kist_error *err)
{
	CLEANUP_FREE char *text = NULL;
	int ret = kist_run_plan(kist, run, &text, err);

	if (ret == 0)
		fputs(text, stdout);
	return ret;
}

static void tell_oom(const struct run_args *a, int64_t kills)
{
	if (kills <= 0)
		return;
	fprintf(stderr,
		"kist: out of memory: %lld process%s killed by the kernel\n",
		(long long)kills, kills == 1 ? "" : "es");
	if (a->run.memory > 0)
		fputs("hint: it had reached the limit: give it more with "
		      "--memory\n",
		      stderr);
}

static void tell_pids(int64_t refused)
{
	if (refused > 0)
		fprintf(stderr,
			"kist: the limit of processes was reached: %lld could "
			"not be started\nhint: give it more with "
			"--pids-limit\n",
			(long long)refused);
}

static int run_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct run_args *a = args;
	struct kist_run run = options(a);
	struct kist_run_result result;
	int ret;

	if (a->dry_run)
		return print_plan(&g->kist, &run, err);
	ret = kist_run(&g->kist, &run, &result, err);
	if (ret < 0)
		return ret;
	if (run.detach) {
		puts(result.id);
	} else {
		tell_oom(a, result.oom_kills);
		tell_pids(result.forks_refused);
	}
	return result.status;
}

int run_explain(const struct kist_global *global, const void *args,
		struct kist_steps *ret_steps, struct kist_error *err)
{
	struct kist_run run = options(args);

	return kist_explain_run(&global->kist, &run, ret_steps, err);
}

const struct command cmd_run = {
	.name = "run",
	.group = "containers",
	.summary = "run a command in a new container",
	.see = "kist-exec(1), namespaces(7), cgroups(7), capabilities(7)",
	.example = "kist run -m 256m --cpus .5 --rm host -- bash",
	.notes = "The container has namespaces of its own of every kind but "
		 "user (an ordinary user's has that, too), Docker's default "
		 "capabilities and system calls, no new privileges by set-id "
		 "programs, and no network unless one is asked for.\n\n"
		 "The image 'host' is this machine's own system: everything "
		 "can be read and changed, and nothing that is changed "
		 "reaches the machine, but what a volume says. /proc, /sys, "
		 "/dev and /run are the container's own; services of the "
		 "machine cannot be reached through their sockets. A directory "
		 "as image is used directly: what is written stays there.\n\n"
		 "An ordinary user is root inside and nobody else outside; "
		 "with newuidmap(1) and lines in /etc/subuid and /etc/subgid "
		 "there are more users inside. Files of other users can be "
		 "read as far as the user may, but not changed, not even as a "
		 "copy.",
	.opts = run_opts,
	.args_size = sizeof(struct run_args),
	.run = run_run,
};
