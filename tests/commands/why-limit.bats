# SPDX-License-Identifier: Apache-2.0
# why-limit.bats - which limit was hit, who ended a process, what the kernel has
# not: each provoked, told with what shows it, and lifted

load helpers
load why

setup() {
	needs kist
	start_test
}

teardown() {
	end_test
}

# refused CAUSE EVIDENCE CMD… - a 'kist why' that says so
refused() { among "$@"; }

# shellcheck disable=SC2016
user_why() { as_user bash -c '"$KIST" why --json -- "$@"' - "$@"; }

@test "open files: the limit of the process" {
	refused FILES_PROCESS "RLIMIT_NOFILE is 3" \
		why sh -c 'ulimit -n 3; exec cat /etc/passwd'
	sh -c 'ulimit -n 20; exec cat /etc/passwd' >/dev/null
}

@test "processes of a user" {
	needs root user
	as_user true
	refused RLIMIT_NPROC "RLIMIT_NPROC is 1" \
		user_why bash -c 'ulimit -Su 1; exec sh -c "(true; true) & exit 1"'
	as_user bash -c '(true; true) & wait $!'
}

@test "addresses of a process" {
	refused RLIMIT_AS "its limit 200000 KiB" \
		why sh -c 'ulimit -v 200000; exec /usr/bin/python3 -c "import mmap; mmap.mmap(-1, 1 << 30)"'
	sh -c 'exec /usr/bin/python3 -c "import mmap; mmap.mmap(-1, 1 << 30)"'
}

@test "the size of a file" {
	refused RLIMIT_FSIZE "RLIMIT_FSIZE is 1024" \
		why bash -c "trap '' XFSZ; ulimit -f 1; exec head -c 5000 /dev/zero >$SCRATCH/big"
	refused FILE_SIZE_KILLED "RLIMIT_FSIZE was 1024" \
		why bash -c "ulimit -f 1; exec head -c 5000 /dev/zero >$SCRATCH/big"
	bash -c "ulimit -f 10; exec head -c 5000 /dev/zero >$SCRATCH/big"
}

@test "processor time" {
	refused CPU_TIME "RLIMIT_CPU was 1 seconds" \
		why bash -c 'ulimit -St 1; exec bash -c "while :; do :; done"'
	[ "$(jq -r '.what' <<<"$output")" = "to go on: it was ended by SIGXCPU" ]
}

@test "words that are too long for the stack" {
	refused EXEC_ARGUMENTS "" \
		why bash -c 'ulimit -s 512; x=$(head -c 100000 /dev/zero | tr "\0" a); exec /bin/true $x $x $x'
	bash -c 'ulimit -s 8192; x=$(head -c 100000 /dev/zero | tr "\0" a); exec /bin/true $x $x $x'
}

@test "limits and priorities of an ordinary user" {
	needs root user
	as_user true
	refused RLIMIT_HARD "without CAP_SYS_RESOURCE" \
		user_why prlimit --nofile=900000000:900000000 true
	refused RLIMIT_PRIORITY "RLIMIT_RTPRIO is 0" user_why chrt -f 10 true
}

@test "locked memory of an ordinary user" {
	needs root user
	as_user true
	refused RLIMIT_MEMLOCK "its limit 64 KiB" \
		user_why bash -c 'ulimit -l 64; exec /usr/bin/python3 -c "
import ctypes, mmap, os, sys
m = mmap.mmap(-1, 1 << 20)
at = ctypes.addressof(ctypes.c_char.from_buffer(m))
sys.exit(ctypes.CDLL(None).mlock(ctypes.c_void_p(at), 1 << 20) != 0)"'
}

@test "inotify: the instances of a user" {
	needs root user
	as_user true
	refused INOTIFY_INSTANCES "fs.inotify.max_user_instances is $(cat /proc/sys/fs/inotify/max_user_instances)" \
		user_why /usr/bin/python3 -c "
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
for i in range(100000):
    if libc.inotify_init1(0) < 0:
        sys.exit(os.strerror(ctypes.get_errno()))"
}

@test "mappings of a process" {
	refused MAX_MAP_COUNT "vm.max_map_count is $(cat /proc/sys/vm/max_map_count)" \
		why /usr/bin/python3 -c '
import ctypes, sys
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + 4 * [ctypes.c_long]
size = 1 << 30
at = libc.mmap(None, size, 0, 0x4022, -1, 0)
# every second page is another mapping
for i in range(0, size, 8192):
    if libc.mprotect(ctypes.c_void_p(at + i), 4096, 1) < 0:
        sys.exit(1)'
}

@test "process ids of a pid namespace" {
	needs root
	unshare -fp --mount-proc sh -c 'echo 330 >/proc/sys/kernel/pid_max' && [ "$(cat /proc/sys/kernel/pid_max)" != 330 ] ||
		skip "pid_max is the whole machine's here"
	# shellcheck disable=SC2016
	refused PID_MAX "kernel.pid_max is 330" \
		unshare -fp --mount-proc --kill-child sh -c 'echo 330 >/proc/sys/kernel/pid_max
			"$KIST" why --json -- /usr/bin/python3 -c "
import os, sys, time
for i in range(400):
    try:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
    except OSError:
        sys.exit(1)"'
}

@test "what is about the whole machine" {
	needs root user
	refused CAPABILITY_MACHINE "is the owner" unshare -Ur "$KIST" why --json EPERM swapon
	refused CAPABILITY_MACHINE "is the owner" unshare -Ur "$KIST" why --json EPERM setrlimit
	as_user true
	refused SYSCTL_MACHINE "which is not the machine's" \
		user_why unshare -Ur sh -c 'echo 5 >/proc/sys/kernel/panic || exit 1'
	[ "$(jq -r '.findings[0].fix' <<<"$output")" = "be root of the machine: outside of this user namespace" ]
	# a limit that is far away is no more than a guess
	run kist why --json EMFILE open /etc/passwd
	[ "$(jq -r '.findings[] | select(.cause == "FILES_PROCESS") | .certain' <<<"$output")" = false ]
}

@test "memory of a group: who was ended, and more of it helps" {
	needs root memory
	refused MEMORY_KILLED "for want of memory" \
		why "$KIST" limit -q mem=8M swap=8M -- sh -c 'head -c 60000000 /dev/zero | tail -c 50000000 >/dev/null; exit 1'
	kist limit -q mem=200M swap=8M -- sh -c 'head -c 60000000 /dev/zero | tail -c 50000000 >/dev/null'
}

@test "ended by another process: no limit is blamed" {
	refused KILLED_BY_SOMEBODY "the kernel's log names no such process" \
		why sh -c 'kill -9 $$'
	[ "$(jq -r '.findings[0].certain' <<<"$output")" = false ]
}

@test "ended by a seccomp filter" {
	needs root
	# x86 calls of 32 bits have no entry in a filter for one architecture:
	# a filter that ends whoever calls getppid, as systemd-run writes it
	cat >"$SCRATCH/filter.py" <<-'END'
		import ctypes, os, struct, platform
		number = {"x86_64": 110, "aarch64": 173}[platform.machine()]
		code = b"".join(struct.pack("HBBI", *i) for i in [
		    (0x20, 0, 0, 0), (0x15, 0, 1, number),
		    (0x06, 0, 0, 0x80000000), (0x06, 0, 0, 0x7fff0000)])
		room = ctypes.create_string_buffer(code)
		prog = struct.pack("HxxxxxxP", 4, ctypes.addressof(room))
		libc = ctypes.CDLL(None)
		assert libc.prctl(38, 1, 0, 0, 0) == 0
		assert libc.prctl(22, 2, prog, 0, 0) == 0
		os.getppid()
	END
	refused SECCOMP_KILLED "SIGSYS" why /usr/bin/python3 "$SCRATCH/filter.py"
}

@test "a system call, a namespace the kernel has not" {
	run kist why --json ENOSYS listns
	[ "$(jq -r '.findings[0].cause' <<<"$output")" = NO_SYSCALL ]
	[ "$(jq -r '.findings[0].fix' <<<"$output")" = "it takes Linux 6.19 or newer" ]
	run kist why --json ENOSYS userfaultfd
	[ "$(jq -r '.findings[0].fix' <<<"$output")" = "it takes Linux 4.3 or newer, with CONFIG_USERFAULTFD" ]
	[ -e /proc/self/ns/time ] || {
		run kist why --json EINVAL unshare time
		[ "$(jq -r '.findings[0].cause' <<<"$output")" = NO_NAMESPACE ]
	}
}

@test "data of a process" {
	refused RLIMIT_DATA "its limit 3000 KiB" \
		why sh -c 'ulimit -d 3000; exec perl -e "my \$b = q(x) x 100000000"'
	sh -c 'ulimit -d 300000; exec perl -e "my \$b = q(x) x 100000000"'
}

@test "keys of a user" {
	needs root user
	as_user true
	[ "$(uname -m)" = x86_64 ] || skip "needs the numbers of x86-64"
	local max had
	max=$(cat /proc/sys/kernel/keys/maxkeys)
	[ "$max" -le 1000 ] || skip "needs fewer keys"
	had=$max
	keys() {
		# shellcheck disable=SC2016 # for perl
		echo 'for (1 .. '"$1"') { my ($t, $n, $p) = ("user", "k$_", "x");
			syscall(248, $t, $n, $p, 1, -2) < 0 and die "$!\n" }'
	}
	refused KEYS_QUOTA "of $max keys" user_why perl -e "$(keys $((max + 10)))"
	# the kernel takes away the keys of those that ended a while later
	echo $((4 * max)) >/proc/sys/kernel/keys/maxkeys
	run as_user perl -e "$(keys $((max + 10)))"
	echo "$had" >/proc/sys/kernel/keys/maxkeys
	expect_status 0
}

@test "inotify: the watches of a user in a user namespace" {
	needs root
	[ -e /proc/sys/user/max_inotify_watches ] || skip "needs inotify"
	local watch
	watch='import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
fd = libc.inotify_init1(0)
for path in (b"/", b"/tmp", b"/usr"):
    if libc.inotify_add_watch(fd, path, 2) < 0:
        sys.exit(os.strerror(ctypes.get_errno()))'
	refused INOTIFY_WATCHES "user.max_inotify_watches is 1" \
		/usr/bin/unshare -Ur sh -c "echo 1 >/proc/sys/user/max_inotify_watches
			exec $KIST why --json -- /usr/bin/python3 -c '$watch'"
	/usr/bin/unshare -Ur sh -c "echo 3 >/proc/sys/user/max_inotify_watches
		exec /usr/bin/python3 -c '$watch'"
}

# as_if FILE VALUE WORD… - kist why, where a file of /proc/sys has a value
as_if() {
	echo "$2" >"$SCRATCH/value"
	unshare -m sh -c "mount --bind $SCRATCH/value $1 && shift && exec $KIST why --json \"\$@\"" sh "${@:2}"
}

@test "threads, process ids and mappings: the limits of the whole machine" {
	needs root
	refused THREADS_MAX "kernel.threads-max is 5" \
		as_if /proc/sys/kernel/threads-max 5 EAGAIN fork
	refused PID_MAX "kernel.pid_max is 5" \
		as_if /proc/sys/kernel/pid_max 5 EAGAIN fork
	refused MAX_MAP_COUNT "vm.max_map_count is 5" \
		as_if /proc/sys/vm/max_map_count 5 ENOMEM mmap
	run as_if /proc/sys/kernel/threads-max 5000000 EAGAIN fork
	expect_lacks THREADS_MAX
}

@test "memory of the machine: the kernel's log says who was ended" {
	needs root
	: >"$SCRATCH/log"
	refused MACHINE_KILLED "the kernel's log: process" unshare -m sh -c \
		"mount --bind $SCRATCH/log /dev/kmsg && exec $KIST why --json -- sh -c '
			echo \"oom-kill:constraint=CONSTRAINT_NONE,task=sh,pid=\$\$,uid=0\" >/dev/kmsg
			kill -9 \$\$'"
}
