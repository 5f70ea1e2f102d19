# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# guest-containers.sh - the unit tests of cgroups, kist run and kist-oci with
# limits; sourced by guest.sh
oci="/t/kist-oci --root /run/oci"

group_of() { # the cgroup folder of container $1, seen from here
	pid=$($oci state "$1" | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')
	echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")"
}

the_machine_has_v2_only() {
	grep -qw memory /sys/fs/cgroup/cgroup.controllers
	grep -qw pids /sys/fs/cgroup/cgroup.controllers
	grep -qw cpu /sys/fs/cgroup/cgroup.controllers
}

limits_are_in_the_kernel() {
	group=$(group_of one)
	is 67108864 "$(cat "$group/memory.max")"
	is 0 "$(cat "$group/memory.swap.max" 2>/dev/null || echo 0)"
	is 40 "$(cat "$group/pids.max")"
	is "50000 100000" "$(cat "$group/cpu.max")"
	# (1 + (shares - 2) * 9999 / 262142) or newer runtimes' curve: not 100
	[ "$(cat "$group/cpu.weight")" != 100 ]
}

inside_the_group_is_the_root() {
	is "0::/" "$($oci exec one cat /proc/self/cgroup)"
	is 67108864 "$($oci exec one cat /sys/fs/cgroup/memory.max)"
}

devices_are_denied_by_bpf() {
	$oci exec one sh -c 'cat /dev/null && head -c 1 /dev/zero >/dev/null'
	# mknod is refused before the device could be opened
	! $oci exec --cap CAP_MKNOD one mknod /tmp/kmsg c 1 11
}

pausing_freezes() {
	$oci pause one
	grep -q 'frozen 1' "$(group_of one)/cgroup.events"
	$oci state one | grep -q '"paused"'
	$oci resume one
	grep -q 'frozen 0' "$(group_of one)/cgroup.events"
}

too_many_processes_are_refused() {
	! $oci exec one sh -c 'for i in $(seq 60); do sleep 5 & done' 2>/dev/null
}

nothing_is_left_after_delete() {
	$oci kill one KILL
	n=0
	until $oci delete one 2>/dev/null; do
		n=$((n + 1))
		[ $n -lt 50 ] || $oci delete one
		sleep 0.1
	done
	is "$groups_before" "$(groups)"
}

run_sets_limits_for_people() {
	is "33554432 20000 100000 30" "$(/t/kist run --rm -m 32m --cpus .2 \
		--pids-limit 30 /rootfs sh -c 'cd /sys/fs/cgroup
			echo $(cat memory.max cpu.max pids.max)')"
	is "$groups_before" "$(groups)"
}

too_much_memory_is_killed() {
	status=0
	/t/kist run --rm -m 16m --memory-swap 16m /rootfs \
		sh -c 'head -c 100m /dev/zero | tail' || status=$?
	[ $status != 0 ]
	is "$groups_before" "$(groups)"
}

groups_before=$(groups)
check "the machine has cgroup v2 and its controllers" the_machine_has_v2_only

for test in /t/test_kernel_cgroup*; do
	[ -x "$test" ] || continue
	# Each of its tests is one of ours: numbers follow on, names say whose.
	CMOCKA_MESSAGE_OUTPUT=TAP "$test" 2>&1 |
		sed -n "s/^\(not \)\{0,1\}ok \([0-9]*\)/&/
			s/ok [0-9]* - /ok 0 - ${test##*/}: /; /^1\.\./d; p"
done

if [ -x /t/kist-oci ]; then
	check "create and start with limits" sh -c \
		"$oci create -b bundle one </dev/null >/run/out 2>&1 && $oci start one || { cat /run/out; false; }"
	check "the limits are in the kernel's files" limits_are_in_the_kernel
	check "inside, the container's group is the root" inside_the_group_is_the_root
	check "devices not in the list are denied" devices_are_denied_by_bpf
	check "pause freezes, resume thaws" pausing_freezes
	check "the process limit holds" too_many_processes_are_refused
	check "delete leaves no group" nothing_is_left_after_delete
fi
if [ -x /t/kist ]; then
	check "kist run sets limits" run_sets_limits_for_people
	check "too much memory is killed" too_much_memory_is_killed
fi
