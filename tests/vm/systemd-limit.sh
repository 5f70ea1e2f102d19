# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# systemd-limit.sh - kist limit where systemd owns the tree; sourced by guest.sh
# shellcheck disable=SC2016
here='cd /sys/fs/cgroup/$(sed -n s/^0:://p /proc/self/cgroup)'

systemd_owns_the_tree() {
	is systemd "$(cat /proc/1/comm)"
	is 0::/system.slice/vm-command.service "$(cat /proc/self/cgroup)"
}

nothing_is_left() {
	wait_for 10 nothing
}

nothing() {
	! find /sys/fs/cgroup -name 'kist*' | grep -q . &&
		! systemctl list-units --all --no-legend 'kist-*' | grep -q kist
}

# as_user UID COMMAND - in a session of its own, as after a login
as_user() {
	systemd-run -q --scope --collect --slice="user-$1.slice" --uid="$1" \
		-E "XDG_RUNTIME_DIR=/run/user/$1" -- sh -c "$2"
}

root_gets_a_scope() {
	said=$(kist limit -q mem=64M swap=32M pids=20 cpus=1.5 weight=50 cpuset=0 -- \
		sh -c "$here; cat memory.max memory.swap.max pids.max cpu.max cpu.weight cpuset.cpus; cat /proc/self/cgroup")
	is "67108864
33554432
20
150000 100000
50
0" "$(echo "$said" | head -n 6)"
	echo "$said" | grep -q '^0::/system.slice/kist-limit-[0-9]*.scope$'
	nothing_is_left
}

status_and_signals_pass() {
	status=0
	kist limit -q mem=64M -- sh -c 'exit 7' || status=$?
	is 7 $status
	kist limit -q mem=64M -- sh -c 'trap "exit 9" TERM; touch /run/ready; while :; do sleep 0.1; done' &
	wait_for 10 test -e /run/ready
	kill -TERM $!
	status=0
	wait $! || status=$?
	is 9 $status
	status=0
	kist limit -q mem=64M no-such-command 2>/run/err || status=$?
	is 127 $status
	is "kist: 'no-such-command' is not in PATH, or not there" "$(head -n 1 /run/err)"
	nothing_is_left
}

dry_run_lines_do_the_same() {
	set -- mem=48M throttle=40M pids=17 cpus=.5 weight=7 cpuset=0 -- \
		sh -c "$here; cat memory.max memory.high pids.max cpu.max cpu.weight cpuset.cpus"
	one=$(kist limit -q "$@")
	two=$(kist limit -n "$@" | sh -e)
	[ -n "$one" ]
	is "$one" "$two"
	nothing_is_left
}

a_process_is_moved() {
	sleep 100 &
	pid=$!
	kist limit -q -p $pid mem=1G pids=50
	is "0::/system.slice/kist-limit-$pid.scope" "$(cat /proc/$pid/cgroup)"
	is 1073741824 "$(cat "/sys/fs/cgroup/system.slice/kist-limit-$pid.scope/memory.max")"
	kill $pid
	nothing_is_left
	sleep 100 &
	pid=$!
	kist limit -n -p $pid mem=1G pids=50 | sh -e
	is "1073741824
50" "$(cd "/sys/fs/cgroup/system.slice/kist-limit-$pid.scope" && cat memory.max pids.max)"
	kill $pid
	systemctl stop "kist-limit-$pid.scope" 2>/dev/null || :
	nothing_is_left
}

the_killed_are_named() {
	status=0
	said=$(kist limit -q mem=16M swap=0 -- tail /dev/zero 2>&1) || status=$?
	is 137 $status
	echo "$said" | grep -q 'kist: out of memory: process [0-9]* (tail) killed by the kernel; the limit is 16 MiB' || {
		echo "$said"
		false
	}
	nothing_is_left
}

what_systemd_lacks_is_refused() {
	is "kist: hugetlb.2MB=2M: systemd has no such property
hint: root can write the file itself: --direct" \
		"$(kist limit -q hugetlb.2MB=2M true 2>&1)"
	is "kist: net.class=1:1: systemd has no such property" \
		"$(kist limit -q net.class=1:1 true 2>&1 | head -n 1)"
	is 1 "$(kist limit -q --direct memory.oom.group=1 -- sh -c "$here; cat memory.oom.group")"
	nothing_is_left
}

a_user_gets_a_scope_of_the_own_manager() {
	said=$(as_user 1000 "/t/kist limit -q mem=64M pids=20 cpus=.5 -- sh -c '$here; cat memory.max pids.max cpu.max; cat /proc/self/cgroup; id -u'")
	is "67108864
20
50000 100000" "$(echo "$said" | head -n 3)"
	echo "$said" | grep -q '^0::/user.slice/user-1000.slice/user@1000.service/app.slice/kist-limit-[0-9]*.scope$'
	is 1000 "$(echo "$said" | tail -n 1)"
	nothing_is_left
}

a_user_limits_the_own_shell() {
	said=$(as_user 1000 "/t/kist limit -q -p \$\$ mem=96M; $here; cat memory.max")
	is 100663296 "$said"
	nothing_is_left
}

a_user_without_a_manager_is_told_how() {
	said=$(as_user 1001 "/t/kist limit mem=64M true" 2>&1) && return 1
	echo "$said" | head -n 1 | grep -q "^kist: make a control group in '/sys/fs/cgroup/user.slice/user-1001.slice/.*scope': Permission denied (EACCES)" || {
		echo "$said"
		return 1
	}
	said=$(as_user 1001 "/t/kist limit --systemd mem=64M true" 2>&1) && return 1
	is "kist: there is no systemd that this user may ask" "$(echo "$said" | head -n 1)"
	nothing_is_left
}

check "systemd owns the tree" systemd_owns_the_tree
check "root gets a scope" root_gets_a_scope
check "status and signals pass" status_and_signals_pass
check "the lines of a dry run do the same" dry_run_lines_do_the_same
check "a process is moved into a scope" a_process_is_moved
check "who was killed for want of memory is named" the_killed_are_named
check "what systemd lacks is refused by name" what_systemd_lacks_is_refused
check "a user gets a scope of the user's own manager" a_user_gets_a_scope_of_the_own_manager
check "a user limits the own shell" a_user_limits_the_own_shell
check "a user without a manager is told how" a_user_without_a_manager_is_told_how

# CPU of 15 runs, in hundredths of a second; the clock counts instructions.
cpu_of() {
	sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do "$@"; done; times' sh "$@" |
		tail -n 1 | awk '{ for (i = 1; i <= 2; i++) {
			split($i, t, /[ms]/); sum += t[1] * 6000 + t[2] * 100 }
			print sum }'
}

costs_a_fifth_of_systemd_run() {
	ours=$(cpu_of kist limit -q mem=64M pids=100 true)
	theirs=$(cpu_of systemd-run -q --scope -p MemoryMax=64M -p TasksMax=100 true)
	ratio=$(awk "BEGIN { printf \"%.2f\", $ours / $theirs }")
	echo "# kist limit / systemd-run --scope: $ratio (mark 0.20)" >&3
	awk "BEGIN { exit !($ratio <= 0.20) }"
}
exec 3>&1
check "costs at most a fifth of systemd-run --scope" costs_a_fifth_of_systemd_run
