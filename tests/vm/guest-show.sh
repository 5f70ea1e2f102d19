# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# guest-show.sh - kist show and kist clean on cgroup v2 with real controllers;
# sourced by guest.sh
top=/sys/fs/cgroup

limits_in_force_are_found_up_the_path() {
	echo "+memory +pids +cpu" >$top/cgroup.subtree_control
	mkdir $top/s
	echo "+memory +pids +cpu" >$top/s/cgroup.subtree_control
	mkdir $top/s/a
	echo 64M >$top/s/memory.max
	echo 128M >$top/s/a/memory.max
	echo "50000 100000" >$top/s/cpu.max
	echo 11 >$top/s/a/pids.max
	sleep 100 &
	pid=$!
	echo $pid >$top/s/a/cgroup.procs
	/t/kist show $pid --cg >/run/shown
	kill $pid
	wait $pid 2>/dev/null || :
	rmdir $top/s/a $top/s
	grep -q '^  memory  *64 MiB .*/s$' /run/shown
	grep -q '^  cpus  *0.50 .*/s$' /run/shown
	grep -q '^  pids  *11 *1 /s/a$' /run/shown
	grep -q '/s/a in v2$' /run/shown
}

groups_left_behind_are_cleaned() {
	mkdir -p $top/kist-limit-4194303/a $top/kist-limit-$$
	/t/kist clean >/run/found && return 1
	grep -q "$top/kist-limit-4194303 " /run/found
	/t/kist clean --yes >/run/removed
	[ ! -d $top/kist-limit-4194303 ]
	rmdir $top/kist-limit-$$
}

check "show: the limits in force, and who sets them" limits_in_force_are_found_up_the_path
check "clean: empty groups of kist" groups_left_behind_are_cleaned
