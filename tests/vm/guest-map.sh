# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# guest-map.sh - kist map on cgroup v2 with real controllers; sourced by guest.sh
top=/sys/fs/cgroup

groups_have_their_limits_and_usage() {
	echo "+memory +pids +cpu" >$top/cgroup.subtree_control
	mkdir $top/m
	echo "+memory +pids +cpu" >$top/m/cgroup.subtree_control
	mkdir $top/m/a
	echo 64M >$top/m/a/memory.max
	echo 32M >$top/m/a/memory.high
	echo "50000 100000" >$top/m/cpu.max
	echo 11 >$top/m/a/pids.max
	sleep 100 &
	pid=$!
	echo $pid >$top/m/a/cgroup.procs
	echo 1 >$top/m/a/cgroup.freeze
	/t/kist map --json >/run/map
	/t/kist map --cg --width 100 >/run/text
	echo 0 >$top/m/a/cgroup.freeze
	kill $pid
	wait $pid 2>/dev/null || :
	rmdir $top/m/a $top/m
	tr -d '\n' </run/map | sed 's/    {/\n{/g; s/  */ /g' >/run/lines
	grep '"path": "/m/a"' /run/lines >/run/line
	grep -q '"hierarchy": "v2"' /run/line
	grep -q '"procs": 1, "frozen": true' /run/line
	grep -q '"memory_max": 67108864, "memory_high": 33554432' /run/line
	grep -q '"pids": 1, "pids_max": 11' /run/line
	grep '"path": "/m"' /run/lines |
		grep -q '"cpu_quota_usec": 50000, "cpu_period_usec": 100000'
	grep -q ' a .*/ 64M .* 1/11 .*frozen' /run/text
	grep -q ' m .*0.5 cpu' /run/text
}

check "map: control groups with limits, usage and state" groups_have_their_limits_and_usage
