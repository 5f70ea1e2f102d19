/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor.c - the least that the kernel asks for
 *
 *	floor run [-b] [-n] [-g CGROUP-DIR] ROOTFS PROGRAM
 *	floor exec PID PROGRAM
 *
 * run makes every system call that an OCI `run` of bench's two configurations
 * cannot do without, with built-in values: no JSON, no state file, no checks.
 * -b: the Podman-like one (bind mounts, seccomp, more masked paths); -n: a new
 * network namespace; -g: a cgroup made there.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
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
#include <unistd.h>

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>

#define NO_PRIVILEGE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)
#define EMPTY_PATH 0x1000	  /* AT_EMPTY_PATH */
#define MOVE_FROM_FD 0x4	  /* MOVE_MOUNT_F_EMPTY_PATH */
#define DOCKER_CAPS 0xa80425fbULL /* the fourteen */
#define SECCOMP_RANGES 60	  /* about what an allow-list has */

static bool podman_like;
static int root_fd;

static int check(long ret, const char *what)
{
	if (ret < 0 && errno != ENOENT) {
		perror(what);
		_exit(125);
	}
	return (int)ret;
}
#define CHECK(call) check((long)(call), #call)

/* --- mounts -------------------------------------------------------------- */

static int make(const char *type, unsigned int attributes,
		const char *const *options)
{
	int fs_fd = CHECK(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
	int fd;

	for (; options && *options; options += 2)
		CHECK(syscall(SYS_fsconfig, fs_fd,
			      options[1] ? FSCONFIG_SET_STRING :
					   FSCONFIG_SET_FLAG,
			      options[0], options[1], 0));
	CHECK(syscall(SYS_fsconfig, fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
	fd = CHECK(syscall(SYS_fsmount, fs_fd, FSMOUNT_CLOEXEC, attributes));
	close(fs_fd);
	return fd;
}

static void place(int mount_fd, const char *path)
{
	CHECK(syscall(SYS_move_mount, mount_fd, "", root_fd, path,
		      MOVE_FROM_FD));
	close(mount_fd);
}

static int copy(int dir_fd, const char *path)
{
	return (int)syscall(SYS_open_tree, dir_fd, path,
			    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

static void fill_dev(int dev_fd)
{
	static const struct {
		const char *name;
		unsigned int major, minor;
	} nodes[] = {
		{ "null", 1, 3 }, { "zero", 1, 5 },   { "full", 1, 7 },
		{ "tty", 5, 0 },  { "random", 1, 8 }, { "urandom", 1, 9 },
	};
	static const char *const links[][2] = {
		{ "/proc/self/fd", "fd" },
		{ "/proc/self/fd/0", "stdin" },
		{ "/proc/self/fd/1", "stdout" },
		{ "/proc/self/fd/2", "stderr" },
		{ "pts/ptmx", "ptmx" },
	};

	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++)
		CHECK(mknodat(dev_fd, nodes[i].name, S_IFCHR | 0666,
			      makedev(nodes[i].major, nodes[i].minor)));
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		CHECK(symlinkat(links[i][0], dev_fd, links[i][1]));
	CHECK(mkdirat(dev_fd, "pts", 0755));
	CHECK(mkdirat(dev_fd, "shm", 0755));
	CHECK(mkdirat(dev_fd, "mqueue", 0755));
}

static void mount_file_systems(void)
{
	static const char *const dev[] = { "mode", "755", "size", "65536k",
					   NULL };
	static const char *const pts[] = { "newinstance", NULL,	  "ptmxmode",
					   "0666",	  "mode", "0620",
					   "gid",	  "5",	  NULL };
	static const char *const shm[] = { "mode", "1777", "size", "65536k",
					   NULL };
	int dev_fd;

	place(make("proc", NO_PRIVILEGE, NULL), "proc");
	dev_fd = make("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME, dev);
	fill_dev(dev_fd);
	place(dev_fd, "dev");
	place(make("devpts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, pts),
	      "dev/pts");
	place(make("tmpfs", NO_PRIVILEGE, shm), "dev/shm");
	place(make("mqueue", NO_PRIVILEGE, NULL), "dev/mqueue");
	place(make("sysfs", NO_PRIVILEGE | MOUNT_ATTR_RDONLY, NULL), "sys");
	place(make("cgroup2", NO_PRIVILEGE | MOUNT_ATTR_RDONLY, NULL),
	      "sys/fs/cgroup");
	if (podman_like) {
		static const char *const files[] = { "etc/hosts",
						     "etc/hostname",
						     "run/.containerenv" };

		for (size_t i = 0; i < 3; i++)
			place(CHECK(copy(root_fd, "etc/bench")), files[i]);
	}
}

static void protect(void)
{
	static const char *const read_only[] = {
		"proc/bus",	      "proc/fs", "proc/irq", "proc/sys",
		"proc/sysrq-trigger",
	};
	static const char *const masked[] = {
		"proc/acpi",	      "proc/asound",
		"proc/kcore",	      "proc/keys",
		"proc/latency_stats", "proc/timer_list",
		"proc/timer_stats",   "proc/sched_debug",
		"sys/firmware",	      "proc/scsi",
		"proc/interrupts",    "sys/devices/virtual/powercap",
	};
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	size_t count = podman_like ? 12 : 10;

	for (size_t i = 0; i < sizeof(read_only) / sizeof(*read_only); i++) {
		int fd = copy(root_fd, read_only[i]);

		if (fd < 0)
			continue;
		CHECK(syscall(SYS_mount_setattr, fd, "", EMPTY_PATH, &attr,
			      sizeof(attr)));
		place(fd, read_only[i]);
	}
	for (size_t i = 0; i < count; i++) {
		struct stat st;

		if (fstatat(root_fd, masked[i], &st, 0) < 0)
			continue;
		if (!S_ISDIR(st.st_mode)) {
			place(CHECK(copy(root_fd, "dev/null")), masked[i]);
			continue;
		}
		place(make("tmpfs", MOUNT_ATTR_RDONLY, NULL), masked[i]);
	}
}

/* --- the process ---------------------------------------------------------- */

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo",
				 .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	CHECK(ioctl(fd, SIOCSIFFLAGS, &request));
	close(fd);
}

static void drop_privileges(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = DOCKER_CAPS, .permitted = DOCKER_CAPS },
	};

	for (unsigned long cap = 0; cap <= 40; cap++)
		if (!(DOCKER_CAPS >> cap & 1))
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	CHECK(syscall(SYS_setgroups, 0, NULL));
	CHECK(syscall(SYS_setresgid, 0, 0, 0));
	CHECK(syscall(SYS_setresuid, 0, 0, 0));
	CHECK(syscall(SYS_capset, &head, data));
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* A filter of a realistic size that lets everything pass. */
static void install_filter(void)
{
	static struct sock_filter code[2 * SECCOMP_RANGES + 2];
	struct sock_fprog program = { .filter = code };
	unsigned short n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
	for (unsigned int i = 0; i < SECCOMP_RANGES; i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JGE | BPF_K, i * 8, 0, 0);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						 SECCOMP_RET_ALLOW);
	program.len = n;
	CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

static void become(const char *program)
{
	char *argv[] = { (char *)program, NULL };
	char *envp[] = { "PATH=/bin", NULL };

	execve(program, argv, envp);
	_exit(127);
}

static void contained(const char *rootfs, const char *program, bool net)
{
	struct mount_attr private = { .propagation = 1 << 18 /* MS_PRIVATE */ };
	struct rlimit files = { 1024, 1024 };

	CHECK(syscall(SYS_mount_setattr, -100, "/", 0x8000 /* AT_RECURSIVE */,
		      &private, sizeof(private)));
	root_fd = CHECK(copy(-100, rootfs));
	CHECK(syscall(SYS_move_mount, root_fd, "", -100, rootfs, MOVE_FROM_FD));
	mount_file_systems();
	protect();
	CHECK(fchdir(root_fd));
	CHECK(syscall(SYS_pivot_root, ".", "."));
	CHECK(syscall(SYS_umount2, ".", 2 /* MNT_DETACH */));
	CHECK(chdir("/"));
	if (net)
		loopback_up();
	CHECK(sethostname("bench", 5));
	CHECK(setrlimit(RLIMIT_NOFILE, &files));
	CHECK(setsid());
	drop_privileges();
	CHECK(syscall(SYS_close_range, 3, ~0u, 4 /* CLOEXEC */));
	if (podman_like)
		install_filter();
	become(program);
}

static int wait_for(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int floor_run(int argc, char **argv)
{
	struct clone_args args = {
		.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS |
			 CLONE_NEWIPC | CLONE_NEWCGROUP,
		.exit_signal = SIGCHLD,
	};
	char cgroup[256] = "";
	int opt, status;
	pid_t pid;

	while ((opt = getopt(argc, argv, "bng:")) != -1) {
		if (opt == 'b')
			podman_like = true;
		else if (opt == 'n')
			args.flags |= CLONE_NEWNET;
		else if (opt == 'g')
			snprintf(cgroup, sizeof(cgroup), "%s/floor-%d", optarg,
				 getpid());
		else
			return 2;
	}
	if (*cgroup) {
		CHECK(mkdir(cgroup, 0755));
		args.cgroup = (uint64_t)CHECK(
			open(cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC));
		args.flags |= CLONE_INTO_CGROUP;
	}
	pid = CHECK(syscall(SYS_clone3, &args, sizeof(args)));
	if (pid == 0)
		contained(argv[optind], argv[optind + 1],
			  args.flags & CLONE_NEWNET);
	status = wait_for(pid);
	if (*cgroup)
		while (rmdir(cgroup) < 0 && errno == EBUSY)
			;
	return status;
}

static int floor_exec(char **argv)
{
	int pid_fd = CHECK(syscall(SYS_pidfd_open, atoi(argv[1]), 0));
	pid_t pid;

	CHECK(setns(pid_fd, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
				    CLONE_NEWIPC | CLONE_NEWUTS));
	pid = CHECK(fork());
	if (pid == 0)
		become(argv[2]);
	return wait_for(pid);
}

int main(int argc, char **argv)
{
	if (argc >= 4 && strcmp(argv[1], "run") == 0)
		return floor_run(argc - 1, argv + 1);
	if (argc == 4 && strcmp(argv[1], "exec") == 0)
		return floor_exec(argv + 1);
	fputs("usage: floor run|exec … (see floor.c)\n", stderr);
	return 2;
}
