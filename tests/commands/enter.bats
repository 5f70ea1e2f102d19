# SPDX-License-Identifier: Apache-2.0
# enter.bats - kist enter, and kist as nsenter

load kist

setup() {
	[ "$(id -u)" != 0 ] || { ip netns add kt-first && ip netns del kt-first; }
	start_kist
}

teardown() {
	kill "${TARGET:-}" 2>/dev/null || :
	kill "${OUTER:-}" 2>/dev/null || :
	[ ! -e "$SCRATCH/k/ns/kt-user" ] || k rm kt-user >/dev/null 2>&1 || :
	end_kist
}

# $TARGET: process 1 of all new kinds but the user namespace.
start_target() {
	unshare -mpiunCT --mount-proc --fork --kill-child sh -c \
		"hostname target; touch '$SCRATCH/ready'; exec sleep 60" 3>&- &
	OUTER=$!
	eventually [ -e "$SCRATCH/ready" ]
	TARGET=$(pgrep -P $OUTER)
}

as_nsenter() {
	mkdir -p "$SCRATCH/bin"
	ln -sf "$KIST" "$SCRATCH/bin/nsenter"
	"$SCRATCH/bin/nsenter" "$@"
}

same() { [ "$(stat -Lc %i "/proc/$TARGET/ns/$1")" = "$2" ]; }

@test "all kinds that differ are entered; the status is the command's" {
	needs root
	start_target
	local kind
	for kind in cgroup ipc mnt net pid time uts; do
		same $kind "$(k enter "$TARGET" stat -Lc %i /proc/self/ns/$kind)"
	done
	run -7 k enter "$TARGET" sh -c 'exit 7'
	run -137 k enter "$TARGET" sh -c 'kill -9 $$'
	run -127 k enter "$TARGET" no-such-command
	run -126 k enter "$TARGET" /etc
	run -0 k enter "$TARGET" sh -c 'ps -e | wc -l'
	[ "$output" -le 5 ]
	kill -KILL "$TARGET"
	nothing_left
}

@test "only the kinds asked for, joined letters, and from other places" {
	needs root
	start_target
	run -0 k enter -u "$TARGET" sh -c 'uname -n; stat -Lc %i /proc/self/ns/net'
	expect_output "target
$(stat -Lc %i /proc/self/ns/net)"
	run -0 k enter -un "$TARGET" stat -Lc %i /proc/self/ns/net
	same net "$output"
	run -0 k enter "-u=/proc/$TARGET/ns/uts" . uname -n
	expect_output target
	run -0 k enter "--net=$TARGET" . stat -Lc %i /proc/self/ns/net
	same net "$output"
	run -125 k enter "--net=/proc/$TARGET/ns/uts" . true
	expect_output "kist: '/proc/$TARGET/ns/uts' is a uts namespace, not a network namespace
hint: name /proc/PID/ns/net, or a file on which one is kept"
}

@test "/proc shows the pid namespace, /sys the network, also without its mounts" {
	needs root
	start_target
	run -0 k enter -p "$TARGET" sh -c 'cat /proc/1/comm; ls -d /proc/[0-9]* | wc -l'
	[ "${lines[0]}" = sleep ] && [ "${lines[1]}" -lt 9 ]
	run -0 k enter -n "$TARGET" ls /sys/class/net
	expect_output lo
	run -0 k enter -n "$TARGET" sh -c 'ls /sys/fs/cgroup | head -1'
	[ -n "$output" ]
	kill -KILL "$TARGET"
	nothing_left
}

@test "a user namespace: root in it, said once; or who one asks for" {
	needs root
	k new kt-user -U --map-users 0:100000:1000 --map-groups 0:100000:1000
	run -0 k enter kt-user id -u
	expect_output "kist: as user 0 and group 0 of the user namespace of 'kt-user'
0"
	run -0 k enter -q -S 5 -G 6 kt-user sh -c 'id -u; id -g'
	expect_output $'5\n6'
	run -0 k enter -q --keep-caps -S 5 kt-user grep CapEff /proc/self/status
	expect_lacks 0000000000000000
	run -2 k enter -S x kt-user true
	expect_has "'x' is neither an id nor 'follow'"
	k rm kt-user
	nothing_left
}

@test "--as takes a user of the target's own files" {
	needs root
	echo 'kt-someone:x:321:322::/home/someone:/bin/sh' >>"$ROOT/etc/passwd"
	run -0 k run -d --name kt-as "$ROOT" sleep 60
	run -0 k enter --as kt-someone kt-as sh -c 'id -u; id -g; echo $HOME'
	expect_output $'321\n322\n/home/someone'
	run -125 k enter --as kt-nobody kt-as true
	expect_has kt-nobody
	k rm -f kt-as
	sed -i /kt-someone/d "$ROOT/etc/passwd"
}

@test "--as and ids do not go together, nor is a file forgotten behind =" {
	local option
	for option in "-S 1" "-G 1" --preserve-credentials; do
		run -2 k enter --as root $option . true
		expect_output "kist: a user (--as) goes together with neither ids nor leaving them as they are
hint: see 'kist enter --help'"
	done
	run -2 k enter -n= . true
	expect_has "kist: option '--net' has nothing behind '='"
	run -2 k unshare --net= true
	expect_has "kist: option '--net' has nothing behind '='"
}

@test "working directory, root, environment and control groups" {
	needs root
	local dir=/sys/fs/cgroup/pids
	[ -d "$dir" ] || dir=/sys/fs/cgroup
	mkdir "$dir/kt-enter"
	(cd /usr && KT_VARIABLE=yes exec unshare -u sh -c \
		"touch '$SCRATCH/ready'; exec sleep 60" 3>&-) &
	TARGET=$!
	eventually [ -e "$SCRATCH/ready" ]
	echo "$TARGET" >"$dir/kt-enter/cgroup.procs"
	run -0 k enter -w "$TARGET" pwd
	expect_output /usr
	run -0 k enter -w=/etc "$TARGET" pwd
	expect_output /etc
	run -0 k enter -W /var "$TARGET" pwd
	expect_output /var
	run -0 k enter -r="$ROOT" "$TARGET" ls -d /bin/busybox
	run -0 k enter -e "$TARGET" sh -c 'echo $KT_VARIABLE'
	expect_output yes
	run -0 k enter -c "$TARGET" cat /proc/self/cgroup
	expect_has /kt-enter
	kill "$TARGET"
	eventually rmdir "$dir/kt-enter"
}

@test "signals sent to it reach the command; open files only if asked" {
	needs root
	start_target
	"$KIST" --root "$SCRATCH/k" enter "$TARGET" sh -c \
		"trap 'exit 9' TERM; touch '$SCRATCH/on'; while :; do sleep 0.05; done" 3>&- &
	local pid=$! status=0
	eventually [ -e "$SCRATCH/on" ]
	kill -TERM $pid
	wait $pid || status=$?
	[ $status = 9 ]
	echo text >"$SCRATCH/text"
	run -0 k enter --preserve-fds -u "$TARGET" sh -c 'cat <&8' 8<"$SCRATCH/text"
	expect_output text
	run ! k enter -u "$TARGET" sh -c 'cat <&8' 8<"$SCRATCH/text"
	run ! k enter -p "$TARGET" sh -c 'cat <&8' 8<"$SCRATCH/text"
	run -0 k enter --preserve-fds -p "$TARGET" sh -c 'cat <&8' 8<"$SCRATCH/text"
	expect_output text
}

@test "the mask for new files and the working directory stay the caller's" {
	needs root
	start_target
	umask 027
	run -0 k enter -p -W /tmp "$TARGET" sh -c 'umask; pwd'
	expect_output $'0027\n/tmp'
	cd /usr
	run -0 k enter -n "$TARGET" pwd
	expect_output /usr
}

@test "a dead pid namespace is refused in one line" {
	needs root
	start_target
	touch "$SCRATCH/pid"
	mount --bind "/proc/$TARGET/ns/pid" "$SCRATCH/pid"
	kill -KILL "$TARGET"
	eventually sh -c "! [ -e /proc/$TARGET/ns/pid ]"
	run -125 k enter "$SCRATCH/pid" true # ENTER_DEAD
	umount "$SCRATCH/pid"
	expect_has "is dead: its process 1 has ended
hint: no process can be started in it any more: make a new one"
}

@test "the plan is printed and nothing is done" {
	needs root
	start_target
	run -0 k enter --dry-run -u "$TARGET" touch "$SCRATCH/made"
	expect_has "enter the uts namespace"
	[ ! -e "$SCRATCH/made" ]
}

# What a command finds there, in a word each.
looks='id -u; id -g; id -G; pwd; uname -n; readlink /proc/self/ns/*
	ls /sys/class/net; ls -d /sys/fs/cgroup/*; umask; cat /proc/1/comm'

# The lines of a dry run show the same as entering itself.
same_as_told() {
	run -0 k enter --dry-run "$@" "$TARGET" sh -c "$looks"
	sh -e <<<"$output" | sed 's/mnt:.*/mnt/' >"$SCRATCH/told"
	k enter -q "$@" "$TARGET" sh -c "$looks" |
		sed 's/mnt:.*/mnt/' >"$SCRATCH/entered"
	diff "$SCRATCH/told" "$SCRATCH/entered"
}

@test "the lines of a dry run enter the same, as the same, in the same place" {
	needs root
	start_target
	same_as_told
	same_as_told -a -w=/etc
	same_as_told -n
	same_as_told -u -i -W /usr
	same_as_told -n -p --as nobody
	same_as_told -S 5 -G 6
	same_as_told -p -F
	k new kt-user -U -n -u
	TARGET=kt-user
	same_as_told
	same_as_told -S 0
	k rm kt-user
	run -0 k enter --dry-run -u /proc/self/ns/uts true
	expect_has "nsenter -- true"
}

@test "without namespaces to enter the command runs, and this is said" {
	run -0 k enter . echo here
	expect_has "is in the same namespaces as we are"
	expect_has here
}

@test "nothing named is a mistake" {
	needs root
	run -1 as_nsenter true
	expect_output "nsenter: no namespace is named" # ENTER_NOTHING
}

@test "as nsenter: options, short forms, statuses and signals" {
	needs root
	start_target
	run -0 as_nsenter -t "$TARGET" -a uname -n
	expect_output target
	run -0 as_nsenter --targ "$TARGET" --ut uname -n
	expect_output target
	run -0 as_nsenter "--uts=/proc/$TARGET/ns/uts" uname -n
	expect_output target
	run -0 as_nsenter -t "$TARGET" -p sh -c 'cat /proc/1/comm'
	expect_lacks sleep
	run -3 as_nsenter -t "$TARGET" -u sh -c 'exit 3'
	run -143 as_nsenter -t "$TARGET" -u sh -c 'kill -TERM $$'
	run -127 as_nsenter -t "$TARGET" -u no-such-command
	expect_output "nsenter: failed to execute no-such-command: No such file or directory"
	run -126 as_nsenter -t "$TARGET" -u /etc
	run -0 as_nsenter -t "$TARGET" -u sh -c 'cat <&8' 8</etc/hostname
	expect_output "$(cat /etc/hostname)"
}

@test "as nsenter: messages" {
	needs root
	local try="Try 'nsenter --help' for more information."
	run -1 as_nsenter -x
	expect_output "nsenter: invalid option -- 'x'
$try"
	run -1 as_nsenter --foo
	expect_output "nsenter: unrecognized option '--foo'
$try"
	run -1 as_nsenter --t
	expect_output "nsenter: option '--t' is ambiguous; possibilities: '--target' '--time'
$try"
	run -1 as_nsenter -t
	expect_output "nsenter: option requires an argument -- 't'
$try"
	run -1 as_nsenter -t abc true
	expect_output "nsenter: failed to parse PID argument 'abc'"
	run -1 as_nsenter -u true
	expect_output "nsenter: no target PID specified"
	run -1 as_nsenter -t 4194300 -u true
	expect_output "nsenter: cannot open /proc/4194300/ns/uts: No such file or directory"
	run -1 as_nsenter --uts=/none true
	expect_output "nsenter: cannot open /none: No such file or directory"
	run -1 as_nsenter --uts=/etc/passwd true
	expect_output "nsenter: reassociate to namespace 'ns/uts' failed: Invalid argument"
	run -1 as_nsenter -t $$ -U true
	expect_output "nsenter: reassociate to namespace 'ns/user' failed: Invalid argument"
	run -1 as_nsenter -t $$ -w -W / true
	expect_output "nsenter: mutually exclusive arguments: --wd --wdns"
	run -0 as_nsenter --version
	expect_has "nsenter from util-linux"
	run -0 as_nsenter --help
	expect_has "Run a program with namespaces of other processes."
}

@test "as nsenter: a process id with the inode of its pidfd" {
	needs root
	start_target
	run -1 as_nsenter -t "$TARGET:12345" -u true
	expect_has "has not the pidfd inode 12345"
}

@test "an ordinary user enters what is his" {
	needs user
	run -0 as_user sh -c 'unshare -Urn sleep 30 >/dev/null 2>&1 & p=$!
		until [ "$(cat /proc/$p/comm)" = sleep ]; do sleep 0.05; done
		"$KIST" enter -q $p id -u; "$KIST" enter -q -n $p ls /sys/class/net
		kill $p'
	expect_has 0
	expect_has lo
}
