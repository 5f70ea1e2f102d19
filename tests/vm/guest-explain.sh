# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2046
# guest-explain.sh - kist explain on cgroup v2 with all controllers, and on the
# v1 hierarchies that this kernel can mount; sourced by guest.sh
top=/sys/fs/cgroup

# all_explained DIR - each file of a group is
all_explained() {
	files=$(find "$1" -maxdepth 1 -type f | wc -l)
	[ "$files" -gt 3 ]
	for file in "$1"/*; do
		[ -f "$file" ] || continue
		name=${file##*/}
		first=$(/t/kist explain "$name" 2>&1 | head -n 1)
		case $first in
		"$name (cgroup file)") ;;
		hugetlb.SIZE.*" (cgroup file)") ;;
		*) echo "$name: $first" && return 1 ;;
		esac
	done
}

every_file_of_v2_is_explained() {
	for name in $(cat $top/cgroup.controllers); do
		echo "+$name" >$top/cgroup.subtree_control
	done
	mkdir $top/explained
	all_explained $top
	all_explained $top/explained
	rmdir $top/explained
}

# v1_is_gone NAME - a hierarchy ends at the first umount that finds no group in
# it, and the kernel forgets a removed group a moment later
v1_is_gone() {
	grep -q ":$1:" /proc/self/cgroup || return 0
	mount -t cgroup -o "$1" none /run/v1 && umount /run/v1
	! grep -q ":$1:" /proc/self/cgroup
}

every_file_of_v1_is_explained() {
	mkdir -p /run/v1
	for controller in cpuacct freezer devices net_cls net_prio perf_event; do
		mount -t cgroup -o $controller none /run/v1
		mkdir /run/v1/explained
		all_explained /run/v1
		all_explained /run/v1/explained
		rmdir /run/v1/explained
		umount /run/v1
		wait_for 10 v1_is_gone $controller
	done
}

the_line_to_try_of_a_limit_works() {
	/t/kist limit -q mem=64M /t/kist limit --get >/run/out
	grep -q '64 MiB' /run/out
	/t/kist limit -q pids=20 /t/kist cg get . pids.max >/run/out
	is 20 "$(cat /run/out)"
}

the_lines_to_try_of_v2_work() {
	failed=0
	tab=$(printf '\t')
	while IFS=$tab read -r name line shows; do
		sh -c "$line; echo \"status \$?\"" >/run/out 2>&1 </dev/null
		grep -qF -e "${shows:-status 0}" /run/out &&
			grep -qx 'status 0' /run/out && continue
		echo "$name: $line"
		cat /run/out
		failed=1
	done </t/try-v2
	[ "$failed" = 0 ] && [ "$(wc -l </t/try-v2)" -gt 20 ]
}

check "on v2, every file of a group and of the root is explained" every_file_of_v2_is_explained
check "on v1, every file of a group and of the root is explained" every_file_of_v1_is_explained
check "on v2, lines to try set limits" the_line_to_try_of_a_limit_works
check "on v2, each line to try that needs it works" the_lines_to_try_of_v2_work
