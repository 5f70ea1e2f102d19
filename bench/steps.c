/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps.c - what each step of making a container costs, by itself
 *
 *	steps [ROUNDS]		one line a step: its name and microseconds
 *
 * Each round is a process of its own, in a mount namespace of its own, that
 * prepares, looks at the clock, does the step, looks again and ends. The
 * middle one of the rounds counts. What the end of the process costs (taking
 * down a network namespace, for one) is not in it. Run as root.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 1000
#define MS_REC_PRIVATE (16384ul | 1ul << 18)
#define MS_REC_SLAVE (16384ul | 1ul << 19)
#define JOINED                                                      \
	(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | \
	 CLONE_NEWIPC | CLONE_NEWCGROUP | CLONE_NEWTIME)
#define PLACE "/mnt"

static char group[128];

static long mount5(const char *source, const char *target, const char *type,
		   unsigned long flags, const char *data)
{
	return syscall(SYS_mount, source, target, type, flags, data);
}

static long put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	long ret = fd < 0 ? -1 : write(fd, text, strlen(text));

	close(fd);
	return ret;
}

/* ---- namespaces ---- */

#define NAMESPACE(name, flag)         \
	static long name(void)        \
	{                             \
		return unshare(flag); \
	}
NAMESPACE(ns_user, CLONE_NEWUSER)
NAMESPACE(ns_mnt, CLONE_NEWNS)
NAMESPACE(ns_pid, CLONE_NEWPID)
NAMESPACE(ns_net, CLONE_NEWNET)
NAMESPACE(ns_uts, CLONE_NEWUTS)
NAMESPACE(ns_ipc, CLONE_NEWIPC)
NAMESPACE(ns_cgroup, CLONE_NEWCGROUP)
NAMESPACE(ns_time, CLONE_NEWTIME)

/* A process in seven new namespaces, that ends with us. */
static int other_fd = -1;

static long with_other(void)
{
	int ends[2];
	pid_t pid;
	char byte;

	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(JOINED) < 0 || write(ends[1], "", 1) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	close(ends[1]);
	other_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	return read(ends[0], &byte, 1) == 1 ? other_fd : -1;
}

static long join(void)
{
	return setns(other_fd, JOINED);
}

static long loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret = ioctl(fd, SIOCSIFFLAGS, &request);

	close(fd);
	return ret;
}

static long oom_score(void)
{
	return put("/proc/self/oom_score_adj", "500");
}

static long propagation(void)
{
	return mount5(NULL, "/", NULL, MS_REC_SLAVE, NULL);
}

static long id_maps(void)
{
	put("/proc/self/setgroups", "deny");
	put("/proc/self/uid_map", "0 0 1");
	return put("/proc/self/gid_map", "0 0 1");
}

static long process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return waitpid(pid, NULL, 0);
}

static long execute(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/proc/self/exe", "steps", "nothing", (char *)NULL);
		_exit(1);
	}
	return waitpid(pid, NULL, 0);
}

/* ---- mounts ---- */

static long new_fs(const char *type, const char *source, const char *place)
{
	int fs = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
	int fd;

	if (source)
		syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "source", source,
			0);
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID);
	return syscall(SYS_move_mount, fd, "", AT_FDCWD, place,
		       MOVE_MOUNT_F_EMPTY_PATH);
}

static long bind_over(const char *from, const char *place)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, from,
			      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof(attr));
	return syscall(SYS_move_mount, fd, "", AT_FDCWD, place,
		       MOVE_MOUNT_F_EMPTY_PATH);
}

static long tmpfs(void)
{
	return new_fs("tmpfs", "tmpfs", PLACE);
}
static long proc(void)
{
	return new_fs("proc", "proc", PLACE);
}
static long sysfs(void)
{
	return new_fs("sysfs", "sysfs", PLACE);
}
static long devpts(void)
{
	return new_fs("devpts", "devpts", PLACE);
}
static long mqueue(void)
{
	return new_fs("mqueue", "mqueue", PLACE);
}
static long bind_dir(void)
{
	return bind_over("/usr", PLACE);
}
static long mask(void)
{
	return bind_over("/dev/null", "/etc/passwd");
}

static long overlay(void)
{
	return mount5("overlay", PLACE "/m", "overlay", 0,
		      "lowerdir=/usr,upperdir=" PLACE "/u,workdir=" PLACE "/w");
}

static long pivot(void)
{
	if (chdir(PLACE) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return -1;
	return syscall(SYS_umount2, ".", 2);
}

static long device(void)
{
	return mknod(PLACE "/null", S_IFCHR | 0666, makedev(1, 3));
}

static long link_made(void)
{
	return symlink("/proc/self/fd", PLACE "/fd");
}

/* ---- control groups ---- */

static long group_made(void)
{
	return mkdir(group, 0755);
}

static long group_back(void)
{
	return rmdir(group);
}

static long group_limit(void)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/pids.max", group);
	return put(path, "1000");
}

static long group_entered(void)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	return put(path, "0");
}

/* ---- the process ---- */

static long hostname(void)
{
	return sethostname("box", 3);
}
static long session(void)
{
	return setsid();
}
static long directory(void)
{
	return chdir("/");
}
static long ids(void)
{
	return setresuid(1000, 1000, 1000);
}
static long no_new_privs(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
static long keyring(void)
{
	return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "steps");
}
static long fds(void)
{
	return syscall(SYS_close_range, 3u, ~0u, 4u);
}
static long setting(void)
{
	return put("/proc/sys/net/ipv4/ip_unprivileged_port_start", "80");
}
static long clocks(void)
{
	return put("/proc/self/timens_offsets", "boottime 86400 0\n");
}

static long rlimit(void)
{
	struct rlimit limit = { 1024, 1024 };

	return setrlimit(RLIMIT_NOFILE, &limit);
}

static long bounding(void)
{
	for (int cap = 0; cap < 41; cap++)
		if (cap % 3)
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	return 0;
}

static long capabilities(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3,
						 0 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	return syscall(SYS_capset, &head, data);
}

static long filter(void)
{
	static struct sock_filter code[300];
	struct sock_fprog program = { 300, code };

	for (int i = 0; i < 299; i++)
		code[i] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned)i + 10000, 0, 0);
	code[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
	code[299] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						 SECCOMP_RET_ALLOW);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static long terminal(void)
{
	return open(PLACE "/ptmx", O_RDWR | O_NOCTTY);
}

/* ---- before some ---- */

static long with_tmpfs(void)
{
	return new_fs("tmpfs", "tmpfs", PLACE);
}

static long with_layers(void)
{
	return with_tmpfs() || mkdir(PLACE "/u", 0755) ||
	       mkdir(PLACE "/w", 0755) || mkdir(PLACE "/m", 0755);
}

static long with_root(void)
{
	return bind_over("/", PLACE);
}

static const struct {
	const char *name;
	long (*step)(void), (*before)(void);
} steps[] = {
	{ "process", process, NULL },
	{ "ns_mnt", ns_mnt, NULL },
	{ "ns_pid", ns_pid, NULL },
	{ "ns_net", ns_net, NULL },
	{ "ns_uts", ns_uts, NULL },
	{ "ns_ipc", ns_ipc, NULL },
	{ "ns_cgroup", ns_cgroup, NULL },
	{ "ns_time", ns_time, NULL },
	{ "ns_user", ns_user, NULL },
	{ "id_maps", id_maps, ns_user },
	{ "group", group_made, NULL },
	{ "limit", group_limit, group_made },
	{ "enter_group", group_entered, group_made },
	{ "group_back", group_back, group_made },
	{ "join", join, with_other },
	{ "loopback", loopback, ns_net },
	{ "oom_score", oom_score, NULL },
	{ "propagation", propagation, NULL },
	{ "clocks", clocks, ns_time },
	{ "tmpfs", tmpfs, NULL },
	{ "proc", proc, NULL },
	{ "sysfs", sysfs, NULL },
	{ "devpts", devpts, NULL },
	{ "mqueue", mqueue, NULL },
	{ "overlay", overlay, with_layers },
	{ "bind", bind_dir, NULL },
	{ "mask", mask, NULL },
	{ "pivot", pivot, with_root },
	{ "device", device, with_tmpfs },
	{ "link", link_made, with_tmpfs },
	{ "terminal", terminal, devpts },
	{ "sysctl", setting, ns_net },
	{ "hostname", hostname, ns_uts },
	{ "session", session, NULL },
	{ "keyring", keyring, NULL },
	{ "rlimit", rlimit, NULL },
	{ "directory", directory, NULL },
	{ "fds", fds, NULL },
	{ "bounding", bounding, NULL },
	{ "ids", ids, NULL },
	{ "capabilities", capabilities, NULL },
	{ "no_new_privs", no_new_privs, NULL },
	{ "filter", filter, no_new_privs },
	{ "exec", execute, NULL },
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* In a process of its own: microseconds, or -1. */
static double round_of(size_t i)
{
	double start, took = -1;
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) == 0 &&
		    mount5(NULL, "/", NULL, MS_REC_PRIVATE, NULL) == 0 &&
		    (!steps[i].before || steps[i].before() >= 0)) {
			start = now_us();
			if (steps[i].step() >= 0)
				took = now_us() - start;
		}
		_exit(write(ends[1], &took, sizeof(took)) < 0);
	}
	close(ends[1]);
	if (read(ends[0], &took, sizeof(took)) != sizeof(took))
		took = -1;
	close(ends[0]);
	waitpid(pid, NULL, 0);
	rmdir(group);
	return took;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static double took[ROUNDS_MAX];
	int rounds = argc > 1 ? atoi(argv[1]) : 101;
	const char *root = getenv("STEPS_CGROUP");

	if (argc > 1 && strcmp(argv[1], "nothing") == 0)
		return 0;
	if (rounds < 1 || rounds > ROUNDS_MAX)
		return 2;
	snprintf(group, sizeof(group), "%s/kist-steps-%d",
		 root ? root : "/sys/fs/cgroup/pids", getpid());
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		for (int r = 0; r < rounds; r++)
			took[r] = round_of(i);
		qsort(took, (size_t)rounds, sizeof(took[0]), compare);
		if (took[rounds / 2] < 0)
			printf("%-14s    -\n", steps[i].name);
		else
			printf("%-14s %7.1f\n", steps[i].name,
			       took[rounds / 2]);
	}
	return 0;
}
