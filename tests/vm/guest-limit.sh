# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# guest-limit.sh - kist limit with the controllers of cgroup v2; sourced by
# guest.sh
here='cd /sys/fs/cgroup/$(sed -n s/^0:://p /proc/self/cgroup)'

values() { # WANTED FILES LIMIT...
	wanted=$1
	files=$2
	shift 2
	is "$wanted" "$(kist limit -q "$@" -- sh -c "$here; cat $files")"
	is "$groups_before" "$(groups)"
}

memory_means_what_it_says() {
	values "3221225472
3221225472
1073741824" "memory.max memory.swap.max memory.low" mem=3G swap=3G soft=1G
	values "134217728
67108864" "memory.max memory.swap.max" memory=128m memory-swap=192m
	values 33554432 memory.high throttle=32M
	values 0 memory.swap.max swap=0
	values 1 memory.oom.group memory.oom.group=1
}

processors_and_processes() {
	values "150000 100000
200
7" "cpu.max cpu.weight pids.max" cpus=1.5 weight=200 pids=7
	values "50000 1000000" cpu.max cpus=.05
	values 100 cpu.weight shares=1024
	values "0" "cpuset.cpus" cpuset=0
}

what_v2_lacks_is_refused_by_name() {
	is "kist: net.class=10:1: cgroup v2 has no such limit" \
		"$(kist limit -q net.class=10:1 true 2>&1 | head -n 1)"
	is "kist: swappiness=10: cgroup v2 has no such limit
hint: use swap=, or vm.swappiness for the whole machine" \
		"$(kist limit -q swappiness=10 true 2>&1)"
	is "kist: memsw=1G: cgroup v2 cannot do it without a limit of memory
hint: add mem=: v1 limits memory and swap together, v2 swap alone" \
		"$(kist limit -q memsw=1G true 2>&1)"
	is "$groups_before" "$(groups)"
}

dry_run_lines_do_the_same() {
	set -- mem=48M swap=16M soft=10M throttle=40M pids=17 cpus=.5 weight=7 \
		-- sh -c "$here; cat memory.max memory.swap.max memory.low memory.high pids.max cpu.max cpu.weight"
	one=$(kist limit -q "$@")
	two=$(kist limit -n "$@" | sh -e)
	[ -n "$one" ]
	is "$one" "$two"
	is "$groups_before" "$(groups)"
}

a_process_is_moved() {
	sleep 100 &
	pid=$!
	kist limit -q -p $pid mem=1G pids=50
	is 1073741824 "$(cat "/sys/fs/cgroup/kist-limit-$pid/memory.max")"
	is "0::/kist-limit-$pid" "$(cat /proc/$pid/cgroup)"
	kill $pid
	wait_for 5 test ! -e "/sys/fs/cgroup/kist-limit-$pid"
}

# Of a process in a group of its own: threads stay below it.
a_thread_is_limited() {
	mkdir /sys/fs/cgroup/busy
	sleep 100 &
	pid=$!
	echo $pid >/sys/fs/cgroup/busy/cgroup.procs
	kist limit -q --thread $pid cpus=.5 pids=9
	is "50000 100000" "$(cat "/sys/fs/cgroup/busy/kist-limit-$pid/cpu.max")"
	is $pid "$(cat "/sys/fs/cgroup/busy/kist-limit-$pid/cgroup.threads")"
	is threaded "$(cat "/sys/fs/cgroup/busy/kist-limit-$pid/cgroup.type")"
	said=$(kist limit --thread $pid mem=1G 2>&1) && return 1
	is "kist: on cgroup v2 controller 'memory' knows no threads" \
		"$(echo "$said" | head -n 1)"
	kill $pid
	wait_for 5 test ! -e "/sys/fs/cgroup/busy/kist-limit-$pid"
	rmdir /sys/fs/cgroup/busy
}

the_killed_are_named() {
	status=0
	said=$(kist limit -q mem=16M swap=0 -- tail /dev/zero 2>&1) || status=$?
	is 137 $status
	echo "$said" | grep -q 'kist: out of memory: process [0-9]* (tail) killed by the kernel; the limit is 16 MiB, the peak was 1[0-9.]* MiB' || {
		echo "$said"
		false
	}
	is "$groups_before" "$(groups)"
}

what_is_left_is_looked_after() {
	status=0
	kist limit -q pids=20 -- sh -c 'sleep 1 >/dev/null 2>&1 & exit 3' || status=$?
	is 3 $status
	wait_for 5 test "$groups_before" = "$(groups)" || :
	sleep 1.5
	is "$groups_before" "$(groups)"
}

# The group of the command is beside ours, and says so when that matters.
a_limit_that_is_passed_over_is_said() {
	mkdir /sys/fs/cgroup/tight
	echo 100 >/sys/fs/cgroup/tight/pids.max
	said=$(sh -c 'echo $$ >/sys/fs/cgroup/tight/cgroup.procs; exec kist limit mem=64M true' 2>&1)
	rmdir /sys/fs/cgroup/tight
	echo "$said" | grep -q "not below /tight, which has processes: its pids.max (100) does not hold here" || {
		echo "$said"
		false
	}
}

an_ordinary_user_is_told_how() {
	said=$(su app -c "/t/kist limit mem=64M true" 2>&1) && return 1
	is "kist: make a control group in '/sys/fs/cgroup/init.scope': Permission denied (EACCES)" \
		"$(echo "$said" | head -n 1)"
	is "$groups_before" "$(groups)"
}

# What systemd, or an administrator, gives to a user: a group with the user in
# a group below it.
an_ordinary_user_limits_in_a_delegated_group() {
	top=/sys/fs/cgroup/users
	echo "$here; cat memory.max pids.max /proc/self/cgroup" >/t/show
	mkdir -p $top/app/leaf
	echo "+memory +pids" >$top/cgroup.subtree_control
	chown 1000 $top/app $top/app/cgroup.procs $top/app/cgroup.subtree_control \
		$top/app/leaf $top/app/leaf/cgroup.procs
	said=$(sh -c "echo \$\$ >$top/app/leaf/cgroup.procs
		exec su app -c '/t/kist limit -q mem=32M pids=9 -- sh /t/show'") || :
	wait_for 3 rmdir $top/app/leaf
	rmdir $top/app $top
	case $said in
	"33554432
9
0::/users/app/kist-limit-"*) ;;
	*)
		echo "$said"
		return 1
		;;
	esac
}

if [ -x /t/kist ]; then
	groups_before=$(groups)
	grep -q '^app:' /etc/passwd || echo app:x:1000:1000:app:/:/bin/sh >>/etc/passwd
	check "v2: memory, swap and soft mean what they say" memory_means_what_it_says
	check "v2: processors and processes" processors_and_processes
	check "v2: what it lacks is refused by name" what_v2_lacks_is_refused_by_name
	check "v2: the lines of a dry run do the same" dry_run_lines_do_the_same
	check "v2: a process is moved" a_process_is_moved
	check "v2: a thread is limited" a_thread_is_limited
	check "v2: who was killed for want of memory is named" the_killed_are_named
	check "v2: what the command leaves is looked after" what_is_left_is_looked_after
	check "v2: a limit that is passed over is said" a_limit_that_is_passed_over_is_said
	check "v2: an ordinary user is told how" an_ordinary_user_is_told_how
	check "v2: an ordinary user limits in a delegated group" an_ordinary_user_limits_in_a_delegated_group
fi
