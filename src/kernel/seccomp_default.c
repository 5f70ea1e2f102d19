/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp_default.c - the system calls a container of `kist run` may make
 *
 * The choice is Docker's (docs.docker.com, "Seccomp security profiles for
 * Docker"): calls that ordinary software needs; those that act on the whole
 * machine only for who has the capability for it; none for what namespaces do
 * not separate (keyrings, kexec, NUMA policy …) or what has been a way out
 * again and again (io_uring, userfaultfd, namespaces without CAP_SYS_ADMIN).
 *
 * How it works
 * ============
 *
 * Everything not in the table is denied with EPERM, and what is newer than
 * the table with ENOSYS. Three traps:
 *
 * - socket(2) takes an int. A family is compared in 64 bits, so the allowing
 *   rule has to bound it from above: "family > 40" would let 2^32 + AF_ALG
 *   pass. Denied families say EAFNOSUPPORT, as a kernel without them would,
 *   and need an errno other than the default's to be rules at all.
 * - i386's socketcall(2) has its arguments in memory, where no filter can
 *   see them; a rule for socket would allow all of it. It does not exist
 *   here, and Linux 4.3 has all it can do as calls of their own.
 * - clone3(2) has its flags in memory too: ENOSYS makes C libraries take
 *   clone(2).
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/macros.h"
#include "kernel/cap.h"
#include "kernel/seccomp.h"

#define DENY(errnum) (SECCOMP_RET_ERRNO | (errnum))

static const char ordinary[] =
	"_llseek _newselect accept accept4 access adjtimex alarm "
	"arch_prctl arm_fadvise64_64 arm_sync_file_range bind "
	"breakpoint brk cacheflush cachestat capget capset chdir "
	"chmod chown chown32 clock_adjtime clock_adjtime64 "
	"clock_getres clock_getres_time64 clock_gettime "
	"clock_gettime64 clock_nanosleep clock_nanosleep_time64 close "
	"close_range connect copy_file_range creat dup dup2 dup3 "
	"epoll_create epoll_create1 epoll_ctl epoll_ctl_old "
	"epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd "
	"eventfd2 execve execveat exit exit_group faccessat "
	"faccessat2 fadvise64 fadvise64_64 fallocate fanotify_mark "
	"fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat "
	"fcntl fcntl64 fdatasync fgetxattr flistxattr flock fork "
	"fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs "
	"fstatfs64 fsync ftruncate ftruncate64 futex futex_requeue "
	"futex_time64 futex_wait futex_waitv futex_wake futimesat "
	"get_robust_list get_thread_area getcpu getcwd getdents "
	"getdents64 getegid getegid32 geteuid geteuid32 getgid "
	"getgid32 getgroups getgroups32 getitimer getpeername getpgid "
	"getpgrp getpid getppid getpriority getrandom getresgid "
	"getresgid32 getresuid getresuid32 getrlimit getrusage getsid "
	"getsockname getsockopt gettid gettimeofday getuid getuid32 "
	"getxattr getxattrat inotify_add_watch inotify_init "
	"inotify_init1 inotify_rm_watch io_cancel io_destroy "
	"io_getevents io_pgetevents io_pgetevents_time64 io_setup "
	"io_submit ioctl ioprio_get ioprio_set ipc kill "
	"landlock_add_rule landlock_create_ruleset "
	"landlock_restrict_self lchown lchown32 lgetxattr link linkat "
	"listen listmount listxattr listxattrat llistxattr "
	"lremovexattr lseek lsetxattr lstat lstat64 madvise "
	"map_shadow_stack membarrier memfd_create memfd_secret "
	"mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall "
	"mmap mmap2 modify_ldt mprotect mq_getsetattr mq_notify "
	"mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend "
	"mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget "
	"msgrcv msgsnd msync munlock munlockall munmap "
	"name_to_handle_at nanosleep newfstatat open openat openat2 "
	"pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc "
	"pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl "
	"pread64 preadv preadv2 prlimit64 process_mrelease "
	"process_vm_readv process_vm_writev pselect6 pselect6_time64 "
	"ptrace pwrite64 pwritev pwritev2 read readahead readlink "
	"readlinkat readv recv recvfrom recvmmsg recvmmsg_time64 "
	"recvmsg remap_file_pages removexattr removexattrat rename "
	"renameat renameat2 restart_syscall riscv_flush_icache "
	"riscv_hwprobe rmdir rseq rt_sigaction rt_sigpending "
	"rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend "
	"rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo "
	"sched_get_priority_max sched_get_priority_min "
	"sched_getaffinity sched_getattr sched_getparam "
	"sched_getscheduler sched_rr_get_interval "
	"sched_rr_get_interval_time64 sched_setaffinity sched_setattr "
	"sched_setparam sched_setscheduler sched_yield seccomp select "
	"semctl semget semop semtimedop semtimedop_time64 send "
	"sendfile sendfile64 sendmmsg sendmsg sendto set_robust_list "
	"set_thread_area set_tid_address set_tls setfsgid setfsgid32 "
	"setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 "
	"setitimer setpgid setpriority setregid setregid32 setresgid "
	"setresgid32 setresuid setresuid32 setreuid setreuid32 "
	"setrlimit setsid setsockopt setuid setuid32 setxattr "
	"setxattrat shmat shmctl shmdt shmget shutdown sigaltstack "
	"signalfd signalfd4 sigprocmask sigreturn socketpair splice "
	"stat stat64 statfs statfs64 statmount statx symlink "
	"symlinkat sync sync_file_range sync_file_range2 syncfs "
	"sysinfo tee tgkill time timer_create timer_delete "
	"timer_getoverrun timer_gettime timer_gettime64 timer_settime "
	"timer_settime64 timerfd_create timerfd_gettime "
	"timerfd_gettime64 timerfd_settime timerfd_settime64 times "
	"tkill truncate truncate64 ugetrlimit umask uname unlink "
	"unlinkat uprobe uretprobe utime utimensat utimensat_time64 "
	"utimes vfork wait4 waitid waitpid write writev";

#define NAMESPACE_FLAGS                                                \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* enum when - a group holds always, or by a capability's bit */
enum when { ALWAYS, WITH, WITHOUT };

/**
 * struct group - one rule, if it holds
 * @names:	separated by spaces
 * @arg_count:	0, or 1 for @arg
 */
static const struct group {
	const char *names;
	uint32_t action;
	enum when when;
	int cap;
	size_t arg_count;
	struct seccomp_arg arg;
} groups[] = {
#define ALLOW(list)                                        \
	{                                                  \
		.names = list, .action = SECCOMP_RET_ALLOW \
	}
#define ALLOW_WITH(capability, list)                                      \
	{                                                                 \
		.names = list, .action = SECCOMP_RET_ALLOW, .when = WITH, \
		.cap = capability                                         \
	}
#define TEST(name, compare, number, result)                      \
	{                                                        \
		.names = name, .action = result, .arg_count = 1, \
		.arg = {.op = SECCOMP_OP_##compare,              \
			.value = number }                        \
	}
	ALLOW(ordinary),

	{ .names = "socketcall", .action = DENY(ENOSYS) },
	TEST("socket", EQ, 12 /* AF_DECnet */, DENY(EAFNOSUPPORT)),
	TEST("socket", EQ, 19 /* AF_ECONET */, DENY(EAFNOSUPPORT)),
	TEST("socket", EQ, 20 /* AF_ATMSVC */, DENY(EAFNOSUPPORT)),
	TEST("socket", EQ, 23 /* AF_IRDA */, DENY(EAFNOSUPPORT)),
	TEST("socket", EQ, 25 /* AF_WANPIPE */, DENY(EAFNOSUPPORT)),
	TEST("socket", EQ, 34 /* AF_ISDN */, DENY(EAFNOSUPPORT)),
	TEST("socket", EQ, 37 /* AF_CAIF */, DENY(EAFNOSUPPORT)),
	TEST("socket", EQ, AF_ALG, DENY(EAFNOSUPPORT)),
	TEST("socket", EQ, AF_VSOCK, DENY(EAFNOSUPPORT)),
	TEST("socket", LE, 45 /* AF_MCTP */, SECCOMP_RET_ALLOW),

	TEST("personality", EQ, 0, SECCOMP_RET_ALLOW),
	TEST("personality", EQ, 0x8 /* LINUX32 */, SECCOMP_RET_ALLOW),
	TEST("personality", EQ, 0x20000 /* UNAME26 */, SECCOMP_RET_ALLOW),
	TEST("personality", EQ, 0x20008 /* both */, SECCOMP_RET_ALLOW),
	TEST("personality", EQ, 0xffffffff /* which? */, SECCOMP_RET_ALLOW),

	{ .names = "clone",
	  .action = SECCOMP_RET_ALLOW,
	  .when = WITHOUT,
	  .cap = CAP_SYS_ADMIN,
	  .arg_count = 1,
	  .arg = { .op = SECCOMP_OP_MASKED_EQ, .value = NAMESPACE_FLAGS } },
	{ .names = "clone3",
	  .action = DENY(ENOSYS),
	  .when = WITHOUT,
	  .cap = CAP_SYS_ADMIN },

	ALLOW_WITH(CAP_SYS_ADMIN,
		   "bpf clone clone3 fanotify_init fsconfig fsmount fsopen "
		   "fspick lookup_dcookie lsm_get_self_attr lsm_list_modules "
		   "lsm_set_self_attr mount mount_setattr move_mount "
		   "open_tree perf_event_open quotactl quotactl_fd "
		   "setdomainname sethostname setns syslog umount umount2 "
		   "unshare"),
	ALLOW_WITH(CAP_BPF, "bpf"),
	ALLOW_WITH(CAP_DAC_READ_SEARCH, "open_by_handle_at"),
	ALLOW_WITH(CAP_PERFMON, "perf_event_open"),
	ALLOW_WITH(CAP_SYSLOG, "syslog"),
	ALLOW_WITH(CAP_SYS_BOOT, "reboot"),
	ALLOW_WITH(CAP_SYS_CHROOT, "chroot"),
	ALLOW_WITH(CAP_SYS_MODULE, "delete_module finit_module init_module"),
	ALLOW_WITH(CAP_SYS_NICE, "get_mempolicy mbind set_mempolicy "
				 "set_mempolicy_home_node"),
	ALLOW_WITH(CAP_SYS_PACCT, "acct"),
	ALLOW_WITH(CAP_SYS_PTRACE, "kcmp pidfd_getfd process_madvise"),
	ALLOW_WITH(CAP_SYS_RAWIO, "ioperm iopl"),
	ALLOW_WITH(CAP_SYS_TIME, "clock_settime clock_settime64 settimeofday "
				 "stime"),
	ALLOW_WITH(CAP_SYS_TTY_CONFIG, "vhangup"),
};

/* Those of other machines are passed over. */
static const uint32_t archs[] = {
	AUDIT_ARCH_X86_64,  AUDIT_ARCH_I386, SECCOMP_ARCH_X32,
	AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM,  AUDIT_ARCH_RISCV64,
};

static bool holds(const struct group *group, uint64_t caps)
{
	bool has = caps & CAP_MASK(group->cap);

	return group->when == ALWAYS || has == (group->when == WITH);
}

/* "a b c" to { "a", "b", "c", NULL }, in one piece of memory each. */
static const char **split(const char *names, struct arena *arena)
{
	char *text = arena_strdup(arena, names);
	const char **list;
	size_t count = 1, i = 0;

	for (const char *at = names; (at = strchr(at, ' ')); at++)
		count++;
	list = ARENA_ARRAY(arena, const char *, count + 1);
	if (arena_failed(arena))
		return NULL;
	for (; i < count; i++) {
		list[i] = text;
		text = strchr(text, ' ');
		if (text)
			*text++ = '\0';
	}
	return list;
}

static struct seccomp_rule rule_of(const struct group *group,
				   struct arena *arena)
{
	struct seccomp_rule rule = { .names = split(group->names, arena),
				     .action = group->action,
				     .arg_count = group->arg_count };

	rule.args = ARENA_NEW(arena, struct seccomp_arg);
	*rule.args = group->arg;
	return rule;
}

int seccomp_default_profile(uint64_t caps, struct arena *arena,
			    struct seccomp_profile **ret_profile,
			    struct kist_error *err)
{
	struct seccomp_profile *profile;

	profile = ARENA_NEW(arena, struct seccomp_profile);
	profile->default_action = DENY(EPERM);
	profile->flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW; /* as runc */
	profile->arch_count = ARRAY_LEN(archs);
	profile->archs = ARENA_ARRAY(arena, uint32_t, ARRAY_LEN(archs));
	profile->rules =
		ARENA_ARRAY(arena, struct seccomp_rule, ARRAY_LEN(groups));
	if (arena_failed(arena))
		return err_nomem(err);

	memcpy(profile->archs, archs, sizeof(archs));
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		if (holds(&groups[i], caps))
			profile->rules[profile->rule_count++] =
				rule_of(&groups[i], arena);
	if (arena_failed(arena))
		return err_nomem(err);
	*ret_profile = profile;
	return 0;
}
